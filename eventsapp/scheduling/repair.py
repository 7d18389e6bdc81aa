"""The smallest change after cancellations, absences and late arrivals: build the repaired problem, then solve it.

The changed problem carries the schedule as published, so the level `changes` comes first; meetings that already took
place are pinned.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from eventsapp.scheduling.problem import Company, Desk, Pin, Problem, ProblemError, Request, Table
from eventsapp.scheduling.schedule import Meeting


@dataclass(frozen=True)
class Absence:
    """A company that is away in the slots from `first` to `last`, both included."""

    company: str
    first: int
    last: int


def repaired(
    problem: Problem,
    meetings: Collection[Meeting],
    *,
    cancelled: Collection[str] = (),
    absent: Iterable[Absence] = (),
    lost_tables: Collection[str] = (),
    before: int = 0,
) -> Problem:
    """The problem after the news; meetings that start before slot `before` took place and stay as they are."""
    absences = list(absent)
    _check_news(problem, cancelled, absences, lost_tables)
    known = problem.request_by_id
    for meeting in meetings:
        if meeting.request not in known:
            raise ProblemError(f"The schedule holds the request {meeting.request!r}, which is not known.", "repair")
    past = {meeting.request: meeting for meeting in meetings if meeting.slot < before}
    kept = tuple(
        meeting
        for meeting in meetings
        if meeting.request in past or not {known[meeting.request].a, known[meeting.request].b} & set(cancelled)
    )
    requests = tuple(
        _nailed(request, past[request.id]) if request.id in past else _later(problem, request, before)
        for request in problem.requests
        if request.id in past or not {request.a, request.b} & set(cancelled)
    )
    names = {request.id for request in requests}
    return replace(
        problem,
        companies=tuple(
            _moved_desks(_with_absences(company, absences, before), lost_tables) for company in problem.companies
        ),
        requests=tuple(replace(r, after=tuple(name for name in r.after if name in names)) for r in requests),
        tables=_with_losses(problem, lost_tables, before),
        published=kept,
    )


def _check_news(
    problem: Problem, cancelled: Collection[str], absences: Iterable[Absence], lost_tables: Collection[str]
) -> None:
    for name in (*cancelled, *(absence.company for absence in absences)):
        if name not in problem.company_by_id:
            raise ProblemError(f"The company {name!r} is not known.", "repair")
    for absence in absences:
        if not 0 <= absence.first <= absence.last < len(problem.slots):
            raise ProblemError(f"The absence of {absence.company!r} lies outside the slots.", "repair")
    for name in lost_tables:
        if name not in problem.table_by_id:
            raise ProblemError(f"The table {name!r} is not known.", "repair")


def _nailed(request: Request, meeting: Meeting) -> Request:
    """A request whose meeting took place, fixed to it."""
    return replace(request, pin=Pin(meeting.slot, meeting.table), desks=meeting.desks)


def _later(problem: Problem, request: Request, before: int) -> Request:
    """A request that can only be held from now on."""
    if not before:
        return request
    slots = range(len(problem.slots)) if request.slots is None else request.slots
    return replace(request, slots=tuple(slot for slot in slots if slot >= before))


def _with_absences(company: Company, absences: Iterable[Absence], before: int) -> Company:
    away = {slot for item in absences if item.company == company.id for slot in range(item.first, item.last + 1)}
    away = {slot for slot in away if slot >= before}
    if not away:
        return company
    return replace(company, desks=tuple(_without(desk, away) for desk in company.desks))


def _without(desk: Desk, away: set[int]) -> Desk:
    return replace(desk, slots=tuple(slot for slot in desk.slots if slot not in away))


def _moved_desks(company: Company, lost: Collection[str]) -> Company:
    """The company with desks that may sit anywhere where their fixed table is lost."""
    if not any(desk.table in lost for desk in company.desks):
        return company
    return replace(company, desks=tuple(replace(d, table=None) if d.table in lost else d for d in company.desks))


def late(company: str, slot: int) -> tuple[Absence, ...]:
    """The absence of a company that comes in time for this slot only; none when that is the first one."""
    return (Absence(company, 0, slot - 1),) if slot else ()


def early(problem: Problem, company: str, slot: int) -> tuple[Absence, ...]:
    """The absence of a company that leaves before this slot."""
    return (Absence(company, slot, len(problem.slots) - 1),)


def with_walk_ins(problem: Problem, companies: Iterable[Company], requests: Iterable[Request]) -> Problem:
    """The problem with companies that came unannounced, and what they ask for."""
    return replace(problem, companies=(*problem.companies, *companies), requests=(*problem.requests, *requests))


def _with_losses(problem: Problem, lost: Collection[str], before: int) -> tuple[Table, ...] | None:
    """Tables without those lost, which stay for the past only."""
    if problem.tables is None:
        return None
    past = tuple(range(before))
    return tuple(
        replace(table, slots=tuple(s for s in (past if table.slots is None else table.slots) if s < before))
        if table.id in lost
        else table
        for table in problem.tables
    )
