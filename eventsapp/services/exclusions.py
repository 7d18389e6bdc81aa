"""Exclusions: two companies of an event that must not meet.

Organizers name competitors one by one. Pairs of the same corporate group, and those that met not long ago at an event
of the organization, are found here and separated together, or told to the company that looks for meetings. A company's
own veto is no exclusion (`requests.note`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased, joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded, may_meet
from eventsapp.domain.values import ExclusionReason, RegistrationStatus, Side
from eventsapp.models import Company, Event, Exclusion, Meeting, Placement, Registration, Slot
from eventsapp.services import audit
from eventsapp.services.requests import ordered


def add(one: Registration, other: Registration, reason: ExclusionReason, *, actor: Actor, now: datetime) -> Exclusion:
    """Keep two companies apart: they no longer see each other, and requests between them count no more."""
    event = one.event
    require(actor, Permission.EVENT_MANAGE, event.scope)
    if one.id == other.id or one.event_id != other.event_id:
        raise DomainError("cannot_exclude")
    a_id, b_id = ordered(one.id, other.id)
    made = Exclusion(event_id=event.id, a_id=a_id, b_id=b_id, reason=reason, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:
        raise DomainError("already_excluded") from error
    names = {"a": made.a.company.name, "b": made.b.company.name}
    audit.record(actor, "exclusion.added", event, at=now, event=event, why=reason.value, **names)
    return made


def remove(exclusion: Exclusion, *, actor: Actor, now: datetime) -> None:
    """Let two companies meet again; requests made before count again."""
    event = exclusion.a.event
    require(actor, Permission.EVENT_MANAGE, event.scope)
    names = {"a": exclusion.a.company.name, "b": exclusion.b.company.name}
    db.session.delete(exclusion)
    audit.record(actor, "exclusion.removed", event, at=now, event=event, **names)


def list_for(event: Event) -> list[Exclusion]:
    """The pairs that must not meet, the latest first."""
    return _list(Exclusion.event_id == event.id)


def list_of(registration: Registration) -> list[Exclusion]:
    """The pairs of one company that must not meet, the latest first."""
    return _list(or_(Exclusion.a_id == registration.id, Exclusion.b_id == registration.id))


def _list(condition: ColumnElement[bool]) -> list[Exclusion]:
    query = (
        select(Exclusion)
        .where(condition)
        .options(
            joinedload(Exclusion.a).joinedload(Registration.company),
            joinedload(Exclusion.b).joinedload(Registration.company),
        )
        .order_by(Exclusion.created_at.desc(), Exclusion.id)
    )
    return list(db.session.scalars(query))


MOST_MONTHS = 60
RECENT_MONTHS = 12
DAYS_A_MONTH = 30.44


@dataclass(frozen=True)
class Party:
    """A registration as a suggestion names it."""

    id: UUID
    name: str
    side: Side


@dataclass(frozen=True)
class Suggested:
    """Two companies that should not meet, for a reason that the data show; ordered as an exclusion keeps them."""

    a: Party
    b: Party


def suggest_same_group(event: Event) -> list[Suggested]:
    """The pairs that could meet and belong to the same corporate group, without those that are already excluded."""
    groups: dict[str, list[Party]] = {}
    for party, _company_id, group in _parties(event):
        if group:
            groups.setdefault(_folded_group(group), []).append(party)
    pairs = (pair for members in groups.values() for pair in combinations(members, 2))
    return _new(event, pairs)


def suggest_met_recently(event: Event, months: int) -> list[Suggested]:
    """The pairs that could meet and met within the last months at another event of the organization.

    They met when the published schedule of an earlier event had them at a table together.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise DomainError("wrong_months", most=MOST_MONTHS)
    here = {company_id: party for party, company_id, _group in _parties(event)}
    met = db.session.execute(_met(event, months))
    return _new(event, ((here[a], here[b]) for a, b in met if a in here and b in here))


def find_reasons(registration: Registration) -> dict[UUID, ExclusionReason]:
    """Why this company may not want to meet others of the event, by their registration: same group, or met recently."""
    event, mine = registration.event, registration.company
    company_ids = {a if b == mine.id else b for a, b in db.session.execute(_met(event, RECENT_MONTHS, mine.id))}
    group = _folded_group(mine.group_name)
    same = Company.group_name != "" if group else false()
    query = (
        select(Registration.id, Company.id, Company.group_name)
        .join(Registration.company)
        .where(Registration.event_id == event.id, Company.id != mine.id, or_(Company.id.in_(company_ids), same))
    )
    found = {}
    for registration_id, company_id, other_group in db.session.execute(query):
        if group and _folded_group(other_group) == group:
            found[registration_id] = ExclusionReason.SAME_GROUP
        elif company_id in company_ids:
            found[registration_id] = ExclusionReason.MET_RECENTLY
    return found


def add_all(
    event: Event, suggested: Iterable[Suggested], reason: ExclusionReason, *, actor: Actor, now: datetime
) -> int:
    """Keep many pairs apart at once; how many."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    db.session.refresh(event, with_for_update=True)
    known = _excluded(event)
    new = [pair for pair in suggested if (pair.a.id, pair.b.id) not in known]
    if not new:
        raise DomainError("nothing_to_exclude")
    db.session.add_all(
        Exclusion(event_id=event.id, a_id=pair.a.id, b_id=pair.b.id, reason=reason, created_at=now) for pair in new
    )
    db.session.flush()
    audit.record(actor, "exclusion.added_many", event, at=now, event=event, why=reason.value, pairs=len(new))
    return len(new)


def _met(event: Event, months: int, company_id: UUID | None = None) -> Select[UUID, UUID]:
    """The companies that met within some months at another event of the organization, in pairs; all or those of one."""
    since = event.starts_at - timedelta(days=round(months * DAYS_A_MONTH))
    one, other = aliased(Registration), aliased(Registration)
    query = (
        select(one.company_id, other.company_id)
        .select_from(Placement)
        .join(Event, Event.published_schedule_id == Placement.schedule_id)
        .join(Slot, Slot.id == Placement.slot_id)
        .join(Meeting, Meeting.id == Placement.meeting_id)
        .join(one, one.id == Meeting.a_id)
        .join(other, other.id == Meeting.b_id)
        .where(
            Event.organization_id == event.organization_id,
            Event.id != event.id,
            Slot.starts_at >= since,
            Slot.starts_at < event.starts_at,
        )
        .distinct()
    )
    return (
        query if company_id is None else query.where(or_(one.company_id == company_id, other.company_id == company_id))
    )


def _folded_group(name: str) -> str:
    return " ".join(folded(name).split())


def _parties(event: Event) -> list[tuple[Party, UUID, str]]:
    """Who takes part, with its company and its corporate group."""
    query = (
        select(Registration.id, Company.name, Registration.side, Company.id, Company.group_name)
        .join(Registration.company)
        .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.APPROVED)
        .order_by(Registration.number)
    )
    return [(Party(row[0], row[1], row[2]), row[3], row[4]) for row in db.session.execute(query)]


def _excluded(event: Event) -> set[tuple[UUID, UUID]]:
    query = select(Exclusion.a_id, Exclusion.b_id).where(Exclusion.event_id == event.id)
    return {(row[0], row[1]) for row in db.session.execute(query)}


def _new(event: Event, pairs: Iterable[tuple[Party, Party]]) -> list[Suggested]:
    """The pairs that may meet by their sides and are not excluded yet, each once, by name."""
    known = _excluded(event)
    found = {}
    for one, other in pairs:
        a_id, _b_id = ordered(one.id, other.id)
        a, b = (one, other) if one.id == a_id else (other, one)
        if may_meet(a.side, b.side) and (a.id, b.id) not in known:
            found[(a.id, b.id)] = Suggested(a, b)
    return sorted(found.values(), key=lambda pair: (folded(pair.a.name), folded(pair.b.name)))
