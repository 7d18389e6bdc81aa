"""Publication: what a version changes for whom, and the one switch that makes it the version that everybody sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import (
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    OutboxMessage,
    Placement,
    Registration,
    Schedule,
)
from eventsapp.services import audit, certificates, endorsements, invitations, outbox, schedules


@dataclass(frozen=True)
class Change:
    """A meeting that is new (no `before`), cancelled (no `after`) or moved."""

    before: Placement | None
    after: Placement | None

    @property
    def place(self) -> Placement:
        """The placement that names the two companies."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True)
class Difference:
    """What a version changes against what is published, and who has to be told."""

    added: tuple[Change, ...]
    moved: tuple[Change, ...]
    cancelled: tuple[Change, ...]
    people: frozenset[UUID]
    companies: frozenset[UUID]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes."""
        return (*self.added, *self.moved, *self.cancelled)


def compare(schedule: Schedule, placements: Sequence[Placement] | None = None) -> Difference:
    """A version, with its placements when they are at hand, against what is published now."""
    published = schedules.find_published(schedule.event)
    before = schedules.list_placements(published) if published is not None else []
    after = schedules.list_placements(schedule) if placements is None else placements
    return _difference(schedule.event, before, after)


def _difference(event: Event, before: Iterable[Placement], after: Iterable[Placement]) -> Difference:
    old = {place.meeting_id: place for place in before}
    new = {place.meeting_id: place for place in after}
    added = tuple(Change(None, place) for key, place in new.items() if key not in old)
    cancelled = tuple(Change(place, None) for key, place in old.items() if key not in new)
    moved = tuple(
        Change(old[key], place) for key, place in new.items() if key in old and _seat_of(old[key]) != _seat_of(place)
    )
    changed = (*added, *moved, *cancelled)
    places = [place for change in changed for place in (change.before, change.after) if place is not None]
    people_at = _people_at_desks(event)
    people = {
        person for place in places for desk in (place.desk_a_id, place.desk_b_id) for person in people_at.get(desk, ())
    }
    companies = {registration for place in places for registration in (place.meeting.a_id, place.meeting.b_id)}
    return Difference(added, moved, cancelled, frozenset(people), frozenset(companies))


@dataclass(frozen=True)
class PersonChanges:
    """A person who has to be told, and what changes for this person."""

    delegate: Delegate
    company: str
    changes: tuple[Change, ...]


def by_person(event: Event, difference: Difference) -> list[PersonChanges]:
    """What a version changes, person by person, by company and name."""
    people_at = _people_at_desks(event)
    found: dict[UUID, dict[UUID, Change]] = {}
    for change in difference.changes:
        for place in (change.before, change.after):
            for desk in (place.desk_a_id, place.desk_b_id) if place is not None else ():
                for person in people_at.get(desk, ()):
                    found.setdefault(person, {})[change.place.meeting_id] = change
    query = select(Delegate, Company.name).join(Company).where(Registration.event_id == event.id)
    query = query.join(Registration, Registration.company_id == Company.id).options(joinedload(Delegate.account))
    rows = [
        PersonChanges(delegate, company, tuple(sorted(found[delegate.id].values(), key=_in_time)))
        for delegate, company in db.session.execute(query)
        if delegate.id in found
    ]
    return sorted(rows, key=lambda row: (folded(row.company), folded(row.delegate.name)))


def find_unreached(event: Event, people: Collection[UUID]) -> set[UUID]:
    """Those of these people from whose address a mail came back: a publication might not reach them."""
    lost = outbox.list_unreached(event)
    if not lost:
        return set()
    query = select(Delegate.id).where(func.lower(Delegate.email).in_(sorted(lost)))
    return set(db.session.scalars(query)).intersection(people)


def preview(
    schedule: Schedule, delegate: Delegate, *, now: datetime, base_url: str, organizer_address: str
) -> list[OutboxMessage]:
    """The mails that this person would get if a draft were published now."""
    return invitations.preview(
        schedule.event, schedule, delegate, now=now, base_url=base_url, organizer_address=organizer_address
    )


def _in_time(change: Change) -> datetime:
    return change.place.slot.starts_at


def _seat_of(place: Placement) -> tuple[UUID, UUID | None, UUID, UUID]:
    return place.slot_id, place.table_id, place.desk_a_id, place.desk_b_id


def _people_at_desks(event: Event) -> dict[UUID, list[UUID]]:
    """The delegates of each desk who still represent their company."""
    query = (
        select(DeskDelegate.desk_id, DeskDelegate.delegate_id)
        .join(Desk)
        .join(Registration)
        .join(Delegate, Delegate.id == DeskDelegate.delegate_id)
        .where(Registration.event_id == event.id, Delegate.ended_at.is_(None))
    )
    found: dict[UUID, list[UUID]] = {}
    for desk_id, delegate_id in db.session.execute(query):
        found.setdefault(desk_id, []).append(delegate_id)
    return found


def publish(
    schedule: Schedule,
    *,
    actor: Actor,
    now: datetime,
    base_url: str,
    organizer_address: str,
    edit: int | None = None,
    replaces: UUID | bool | None = False,
) -> Schedule:
    """Make a draft the version that everybody sees: one switch, and one message to each person whose agenda changes.

    `edit` and `replaces` are what the organizer saw: the edit of the draft, and the version that was published then
    (None: nothing); publishing is refused when somebody changed either. False leaves the check out. Where an event is
    published by two people, somebody else has to have endorsed the draft as it stands.
    """
    require(actor, Permission.SCHEDULE_PUBLISH, schedule.scope)
    event = schedule.event
    schedules.lock(event)
    db.session.refresh(schedule)
    if replaces is not False and event.published_schedule_id != replaces:
        raise Conflict("published_meanwhile")
    if schedule.status is not ScheduleStatus.DRAFT:
        raise DomainError("not_a_draft", number=schedule.number)
    if edit is not None and schedule.edit != edit:
        raise Conflict("draft_changed")
    endorsements.require_second_person(schedule, actor)
    _revive(schedule, now, urlsplit(base_url).hostname or "localhost")
    judged = schedules.judge(schedule)
    clashes = judged.violations()
    if clashes:
        raise DomainError("schedule_clashes", count=len(clashes))
    difference = compare(schedule)
    if not difference.changes:
        raise DomainError("nothing_new")
    _switch(schedule, actor, now)
    for change in difference.cancelled:
        change.place.meeting.cancelled_at = now
    db.session.flush()
    certificates.record(schedule)
    told = invitations.announce(event, schedule, now=now, base_url=base_url, organizer_address=organizer_address)
    audit.record(
        actor,
        "schedule.published",
        schedule,
        at=now,
        number=schedule.number,
        publication=schedule.publication,
        added=len(difference.added),
        moved=len(difference.moved),
        cancelled=len(difference.cancelled),
        people=told,
    )
    return schedule


def list_due(event: Event, *, now: datetime, base_url: str, organizer_address: str) -> frozenset[UUID]:
    """The delegates whose calendars no longer say what is published: people at desks or names changed since."""
    published = schedules.find_published(event)
    if published is None:
        return frozenset()
    return invitations.list_due(event, published, now=now, base_url=base_url, organizer_address=organizer_address)


def announce(event: Event, *, actor: Actor, now: datetime, base_url: str, organizer_address: str) -> int:
    """Tell people what changed around the published version without another version; how many are told."""
    require(actor, Permission.SCHEDULE_PUBLISH, event.scope)
    schedules.lock(event)
    published = schedules.find_published(event)
    if published is None:
        raise DomainError("nothing_new")
    told = invitations.announce(event, published, now=now, base_url=base_url, organizer_address=organizer_address)
    if not told:
        raise DomainError("nothing_new")
    audit.record(actor, "schedule.announced", published, at=now, event=event, number=published.number, people=told)
    return told


def _switch(schedule: Schedule, actor: Actor, now: datetime) -> None:
    event = schedule.event
    previous = schedules.find_published(event)
    if previous is not None:
        previous.status = ScheduleStatus.SUPERSEDED
        db.session.flush()  # the database allows one published version at a time
    last = db.session.scalar(select(func.max(Schedule.publication)).where(Schedule.event_id == event.id)) or 0
    schedule.status = ScheduleStatus.PUBLISHED
    schedule.publication = last + 1
    schedule.published_by_id, schedule.published_at = actor.account_id, now
    event.published_schedule_id = schedule.id
    db.session.flush()


def _revive(schedule: Schedule, now: datetime, host: str) -> None:
    """A meeting that was cancelled since the draft was made is planned again as a new meeting."""
    cancelled = [place for place in schedules.list_placements(schedule) if place.meeting.cancelled_at is not None]
    if not cancelled:
        return
    live = schedules.live_meetings(schedule.event)
    for place in cancelled:
        old = place.meeting
        meeting = live.get(schedules.key_of(old))
        if meeting is None:
            meeting = schedules.new_meeting(schedule.event, old.a_id, old.b_id, now=now, host=host)
        if meeting.a_id != old.a_id:
            place.desk_a_id, place.desk_b_id = place.desk_b_id, place.desk_a_id
        place.meeting = meeting
    db.session.flush()
