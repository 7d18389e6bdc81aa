"""Search in one event: companies, people, tables and meetings by what people type, without accents and case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.matching import folded
from eventsapp.models import Company, Delegate, Event, Meeting, Placement, Registration, Table
from eventsapp.services import meetings, schedules

MOST = 8
MOST_COMPANIES = 200  # words that fit more companies than this say nothing about a meeting
Row = TypeVar("Row")


@dataclass(frozen=True)
class Person:
    """A person, and the registration by which the person is at the event."""

    delegate: Delegate
    registration: Registration


@dataclass(frozen=True)
class Found:
    """What was found: the best of each kind, and how many there are of it."""

    companies: tuple[Registration, ...] = ()
    people: tuple[Person, ...] = ()
    tables: tuple[Table, ...] = ()
    meetings: tuple[Placement, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Was nothing found?"""
        return not (self.companies or self.people or self.tables or self.meetings)


def find(event: Event, text: str) -> Found:
    """What the words mean in an event: every word has to occur; what begins with them comes first."""
    words = folded(text).split()
    if not words:
        return Found()
    of_event = select(Registration).where(Registration.event_id == event.id)
    registrations = list(db.session.scalars(of_event.options(joinedload(Registration.company))))
    return Found(
        companies=_best(registrations, words, lambda one: f"{one.company.name} {one.folio}"),
        people=_best(_people(event), words, lambda one: f"{one.delegate.name} {one.delegate.email}"),
        tables=_best(event.tables, words, lambda one: f"{one.label} mesa table"),
        meetings=_meetings(event, registrations, words),
    )


def _best(rows: Iterable[Row], words: list[str], said: Callable[[Row], str]) -> tuple[Row, ...]:
    texts = [(folded(said(row)), row) for row in rows]
    fitting = [(text, row) for text, row in texts if all(word in text for word in words)]
    fitting.sort(key=lambda found: (not found[0].startswith(words[0]), found[0]))
    return tuple(row for _text, row in fitting[:MOST])


def _people(event: Event) -> list[Person]:
    query = (
        select(Delegate, Registration)
        .join(Company, Company.id == Delegate.company_id)
        .join(Registration, Registration.company_id == Company.id)
        .where(Registration.event_id == event.id, Delegate.ended_at.is_(None))
    )
    return [Person(delegate, registration) for delegate, registration in db.session.execute(query)]


def _meetings(event: Event, registrations: Iterable[Registration], words: list[str]) -> tuple[Placement, ...]:
    """The meetings whose two companies have all the words between them, by time."""
    schedule = schedules.find_published(event) or schedules.find_current(event)
    names = {one.id: folded(one.company.name) for one in registrations}
    fitting: set[UUID] = {key for key, name in names.items() if any(word in name for word in words)}
    if schedule is None or not 0 < len(fitting) <= MOST_COMPANIES:
        return ()
    either = Placement.meeting.has(or_(Meeting.a_id.in_(fitting), Meeting.b_id.in_(fitting)))
    found = [
        place
        for place in meetings.list_placements(schedule, either)
        if all(word in f"{names[place.meeting.a_id]} {names[place.meeting.b_id]}" for word in words)
    ]
    return tuple(found[:MOST])
