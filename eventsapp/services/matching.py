"""Whom a company may meet: the other side of the event, how well each fits and why, and how things stand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select

from eventsapp.db import db
from eventsapp.domain.matching import Affinity, affinity, folded, may_meet
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import RegistrationStatus, RequestStatus, Side
from eventsapp.models import Company, Exclusion, Registration, Request


class Relation(StrEnum):
    """How things stand between a company and another one."""

    NONE = "none"
    ASKED = "asked"
    RECEIVED = "received"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True)
class Candidate:
    """A company that another one may meet; nothing of its people."""

    registration_id: UUID
    name: str
    city: str
    state: str
    side: Side
    offer: str
    terms: tuple[str, ...]
    affinity: Affinity
    relation: Relation


@dataclass(frozen=True)
class Filters:
    """What a company looks for; empty values filter nothing."""

    text: str = ""
    term: str = ""
    state: str = ""
    relation: str = ""


def list_candidates(registration: Registration) -> list[Candidate]:
    """The approved companies that this one may meet, the best fit first and then by name; three queries in all."""
    columns = (
        Registration.id,
        Registration.side,
        Registration.terms,
        Registration.offer,
        Company.name,
        Company.city,
        Company.state,
    )
    query = (
        select(*columns)
        .join(Registration.company)
        .where(
            Registration.event_id == registration.event_id,
            Registration.status == RegistrationStatus.APPROVED,
            Registration.id != registration.id,
        )
    )
    relations, excluded = _relations(registration), _excluded(registration)
    mine = registration.terms
    found = [
        Candidate(
            row.id,
            row.name,
            row.city,
            row.state,
            row.side,
            row.offer,
            tuple(row.terms),
            affinity(mine, row.terms),
            relations.get(row.id, Relation.NONE),
        )
        for row in db.session.execute(query)
        if may_meet(registration.side, row.side) and row.id not in excluded
    ]
    return sorted(found, key=lambda one: (-one.affinity.level, -len(one.affinity.shared), folded(one.name)))


def find_candidate(registration: Registration, registration_id: UUID) -> Candidate | None:
    """One company that this one may meet, or None: absent, of another event, of the same side or excluded."""
    return next((one for one in list_candidates(registration) if one.registration_id == registration_id), None)


def chosen(candidates: list[Candidate], filters: Filters) -> list[Candidate]:
    """Those of the candidates that the filters let through; text is looked for without accents and case, every word."""
    words = folded(filters.text).split()
    return [
        one
        for one in candidates
        if (not filters.term or filters.term in one.terms)
        and (not filters.state or filters.state == one.state)
        and (not filters.relation or filters.relation == one.relation)
        and (not words or _has_all(one, words))
    ]


def _has_all(one: Candidate, words: list[str]) -> bool:
    names = [name for code in one.terms if code in terms() for name in (terms()[code].name_es, terms()[code].name_en)]
    text = folded(" ".join([one.name, one.city, one.state, one.offer, *names]))
    return all(word in text for word in words)


def _relations(registration: Registration) -> dict[UUID, Relation]:
    """How the company stands to each that it asked or that asked it."""
    mine = or_(Request.from_id == registration.id, Request.to_id == registration.id)
    between: dict[UUID, set[Relation]] = {}
    for from_id, to_id, status in db.session.execute(
        select(Request.from_id, Request.to_id, Request.status).where(mine)
    ):
        is_own = from_id == registration.id
        between.setdefault(to_id if is_own else from_id, set()).add(_relation(status, is_own))
    order = (Relation.AGREED, Relation.RECEIVED, Relation.ASKED, Relation.DECLINED, Relation.NONE)
    return {key: next(one for one in order if one in found) for key, found in between.items()}


def _relation(status: RequestStatus, is_own: bool) -> Relation:
    if status is RequestStatus.SENT:
        return Relation.ASKED if is_own else Relation.RECEIVED
    if status is RequestStatus.DECLINED:
        return Relation.DECLINED if is_own else Relation.NONE
    return Relation.AGREED if status is RequestStatus.ACCEPTED else Relation.NONE


def _excluded(registration: Registration) -> set[UUID]:
    """The registrations that this one must not meet."""
    query = select(Exclusion.a_id, Exclusion.b_id).where(
        or_(Exclusion.a_id == registration.id, Exclusion.b_id == registration.id)
    )
    return {key for row in db.session.execute(query) for key in row} - {registration.id}
