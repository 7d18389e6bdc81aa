"""Repair of what is published: the news of the day in, the proposal with the fewest changes out, as a run.

Companies cancel, come late, leave early; tables are lost; companies approved since are walk-ins and come by themselves.
Rounds that have begun are the past and stay as they were. The proposal becomes a draft when the organizer accepts it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import RunKind
from eventsapp.domain.worth import weights_from_dict
from eventsapp.models import Absence, Desk, Event, Placement, Run, Schedule, Slot
from eventsapp.scheduling import repair
from eventsapp.scheduling.problem import Pin, Problem, ProblemError, Request
from eventsapp.scheduling.schedule import Meeting
from eventsapp.services import audit, frames, runs, schedules, tables
from eventsapp.services.run_options import KEEP, Options


@dataclass(frozen=True)
class News:
    """What happened: registrations that cancel, come in time for a round or leave before one; tables that are lost."""

    cancelled: frozenset[UUID] = frozenset()
    late: Mapping[UUID, UUID] = field(default_factory=dict)
    early: Mapping[UUID, UUID] = field(default_factory=dict)
    tables: frozenset[UUID] = frozenset()

    @property
    def companies(self) -> frozenset[UUID]:
        """All registrations that the news are about."""
        return self.cancelled | self.late.keys() | self.early.keys()

    def to_dict(self) -> dict[str, Any]:
        """As stored with a run."""
        return {
            "cancelled": sorted(str(name) for name in self.cancelled),
            "late": {str(name): str(slot) for name, slot in self.late.items()},
            "early": {str(name): str(slot) for name, slot in self.early.items()},
            "tables": sorted(str(name) for name in self.tables),
        }


def news_from_dict(data: Mapping[str, Any]) -> News:
    """The news stored with a run."""
    return News(
        frozenset(UUID(name) for name in data["cancelled"]),
        {UUID(name): UUID(slot) for name, slot in data["late"].items()},
        {UUID(name): UUID(slot) for name, slot in data["early"].items()},
        frozenset(UUID(name) for name in data["tables"]),
    )


def news_of(run: Run) -> News:
    """What a repair answers to."""
    return news_from_dict(run.options["news"])


def count_stranded(run: Run) -> int:
    """How many published meetings a repair found at tables that are closed for a while."""
    return int(run.options.get("stranded", 0))


def published_of(run: Run) -> Schedule | None:
    """The version that a repair changes."""
    return db.session.get(Schedule, UUID(run.options["published"]))


def published_meetings(published: Schedule) -> tuple[Meeting, ...]:
    """The meetings of a version by the rounds of the event as it is now, in the words of the engine."""
    judged = schedules.judge(published)
    return judged.meetings


@dataclass(frozen=True)
class Standing:
    """What the form of a repair offers: the version, its companies with how many meetings, and what came since.

    `stranded` counts the meetings whose table was closed.
    """

    published: Schedule
    placements: tuple[Placement, ...]
    gone: frozenset[UUID]
    walk_ins: frozenset[UUID]
    frame: frames.Frame
    stranded: int = 0

    @property
    def has_news(self) -> bool:
        """Did something happen that needs no telling: a company that left or came, a table that was closed?"""
        return bool(self.gone or self.walk_ins or self.stranded)

    @property
    def companies(self) -> dict[UUID, int]:
        """The registrations with meetings in the version, with how many."""
        counts: dict[UUID, int] = {}
        for place in self.placements:
            for key in (place.meeting.a_id, place.meeting.b_id):
                counts[key] = counts.get(key, 0) + 1
        return counts


def read(event: Event) -> Standing:
    """Where an event stands against what is published."""
    published = schedules.published_of(event)
    placements = tuple(schedules.list_placements(published))
    frame = frames.read(event)
    seated = {key for place in placements for key in (place.meeting.a_id, place.meeting.b_id)}
    problem = schedules.build_problem(event, with_pins=False)
    asking = {UUID(side) for request in problem.requests for side in (request.a, request.b)}
    gone, walk_ins = frozenset(seated - frame.approved), frozenset(asking - seated)
    return Standing(published, placements, gone, walk_ins, frame, tables.count_stranded(event).total())


# Asked by organizers --------------------------------------------------------------------------------------------------


def start(event: Event, news: News, *, seconds: int, seed: int, actor: Actor, now: datetime) -> Run:
    """Ask the engine for the fewest changes after the news, and after all that changed in the event since."""
    require(actor, Permission.SCHEDULE_SOLVE, event.scope)
    published = schedules.published_of(event)
    lost = {table.id for table in tables.list_all(event) if table.is_lost(now)}
    stranded = tables.count_stranded(event)
    news = replace(news, tables=news.tables | (stranded.keys() & lost))
    options = {
        **Options(begin=KEEP, weights=weights_from_dict(published.weights)).to_dict(),
        "news": news.to_dict(),
        "published": str(published.id),
        "stranded": sum(held for key, held in stranded.items() if key not in news.tables),
        "before": now.isoformat(),
    }
    return runs.launch(
        event, lambda: build_problem(event, news, now), options=options, seconds=seconds, seed=seed, actor=actor,
        now=now, kind=RunKind.REPAIR,
    )  # fmt: skip


def build_problem(event: Event, news: News, now: datetime) -> Problem:
    """The problem after the news; published meetings of rounds that have begun are nailed down."""
    frame = frames.read(event)
    before = sum(slot.starts_at <= now for slot in frame.slots)
    if before == len(frame.slots):
        raise DomainError("event_over")
    weights = weights_from_dict(schedules.published_of(event).weights)
    problem = schedules.build_problem(event, keep_published=True, with_pins=False, weights=weights)
    problem = _with_past_tables(problem, before)
    index = frame.slot_index
    absent: list[repair.Absence] = []
    for key, slot in news.late.items():
        absent += repair.late(str(key), _index(index, slot))
    for key, slot in news.early.items():
        absent += repair.early(problem, str(key), _index(index, slot))
    known = problem.company_by_id
    try:
        changed = repair.repaired(
            problem,
            problem.published or (),
            cancelled=[str(key) for key in news.cancelled if str(key) in known],
            absent=[item for item in absent if item.company in known],
            lost_tables=[str(table) for table in news.tables],
            before=before,
        )
    except ProblemError as error:
        raise DomainError("problem_unusable", place=error.place, message=error.message) from error
    pinned = _pinned(event, changed, before)
    return replace(
        changed, requests=tuple(_pin(request, pinned.get(request.id)) for request in changed.requests)
    )  # fmt: skip


def _with_past_tables(problem: Problem, before: int) -> Problem:
    """The problem with every table in the slots of the past, where it was used whatever has become of it since."""
    past = range(before)
    return replace(
        problem,
        tables=tuple(
            table if table.slots is None else replace(table, slots=tuple(sorted({*table.slots, *past})))
            for table in problem.tables or ()
        ),
    )


def accept(run: Run, *, actor: Actor, now: datetime, host: str) -> Schedule:
    """Make the proposal a draft after the published version; note absences and close lost tables."""
    event = run.event
    schedules.lock(event)
    if str(event.published_schedule_id) != run.options.get("published"):
        raise DomainError("repair_outdated")
    is_new = runs.find_draft(run) is None
    schedule = runs.adopt(run, actor=actor, now=now, host=host, parent=schedules.published_of(event))
    if is_new:
        _note_absences(event, news_of(run), actor, now)
        for table in tables.list_all(event):
            if table.id in news_of(run).tables:
                tables.close(event, table, actor=actor, now=now)
    return schedule


def _index(index: Mapping[UUID, int], slot: UUID) -> int:
    if slot not in index:
        raise DomainError("change_gone")
    return index[slot]


def _pinned(event: Event, problem: Problem, before: int) -> dict[str, Meeting]:
    """The published meetings that are pinned and still possible where they are."""
    known = {frozenset(schedules.pair_of(request.id)): request for request in problem.requests}
    names = {
        request.id
        for place in schedules.list_placements(schedules.published_of(event))
        if place.is_pinned and (request := known.get(schedules.key_of(place.meeting))) is not None
    }
    return {
        meeting.request: meeting
        for meeting in problem.published or ()
        if meeting.request in names and meeting.slot >= before and _is_possible(problem, meeting)
    }


def _is_possible(problem: Problem, meeting: Meeting) -> bool:
    """Can a meeting still be held where it is, others apart?"""
    free = all(
        desk in problem.desk_by_id and meeting.slot in problem.desk_by_id[desk][1].slots for desk in meeting.desks
    )  # fmt: skip
    table = problem.table_by_id.get(meeting.table or "")
    return free and (table is None or table.slots is None or meeting.slot in table.slots)


def _pin(request: Request, meeting: Meeting | None) -> Request:
    if meeting is None:
        return request
    return replace(request, pin=Pin(meeting.slot, meeting.table), desks=meeting.desks)


def _note_absences(event: Event, news: News, actor: Actor, now: datetime) -> None:
    """Who comes late, leaves early or does not come is away then: later runs and the board know it too."""
    frame = frames.read(event)
    slots: Collection[Slot] = frame.slots
    by_id = {slot.id: slot for slot in slots}
    begin = next((slot.starts_at for slot in slots if slot.starts_at > now), event.ends_at)
    for key in news.companies:
        spans = []
        if key in news.cancelled:
            spans.append((begin, event.ends_at))
        if key in news.late and news.late[key] in by_id:
            spans.append((begin, by_id[news.late[key]].starts_at))
        if key in news.early and news.early[key] in by_id:
            spans.append((max(begin, by_id[news.early[key]].starts_at), event.ends_at))
        _add_absences(frame, key, spans, actor, now)


def _add_absences(
    frame: frames.Frame, key: UUID, spans: Iterable[tuple[datetime, datetime]], actor: Actor, now: datetime
) -> None:  # fmt: skip
    given = [(begin, end) for begin, end in spans if begin < end]
    company = frame.companies.get(key)
    if company is None or not given:
        return
    desks = [db.session.get_one(Desk, UUID(desk.id)) for desk in company.desks]
    for desk in desks:
        desk.absences += [Absence(starts_at=begin, ends_at=end) for begin, end in given]
    audit.record(actor, "registration.away", desks[0].registration, at=now, until=given[-1][1].isoformat())
