"""A problem file of kind `b2b` as the literature's problem: every request is held, idle periods of one day are counted.

What that problem does not know (several desks, minima and maxima, lengths, zones, …) is refused with its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from eventsapp.scheduling.b2b_problem import B2BMeeting, B2BProblem
from eventsapp.scheduling.problem import DEFAULT_OBJECTIVE, Company, Level, Problem, ProblemError, Request, Table


def b2b_of(problem: Problem) -> B2BProblem:
    """The literature's problem with the names of the file; raises `ProblemError` for what it does not know."""
    for place, refused in _unknown(problem):
        if refused:
            raise ProblemError("Problems of kind 'b2b' do not know this.", place)
    number = {company.id: index for index, company in enumerate(problem.companies)}
    position = {request.id: index for index, request in enumerate(problem.requests)}
    slots = range(len(problem.slots))
    try:
        return B2BProblem(
            participants=len(number),
            tables=_tables(problem),
            slots=len(slots),
            morning_slots=len(slots),
            meetings=tuple(
                B2BMeeting(
                    first=number[request.a],
                    second=number[request.b],
                    fixed=request.pin.slot,
                    after=frozenset(position[name] for name in request.after),
                    slots=None if request.slots is None else frozenset(request.slots),
                )
                for request in problem.requests
            ),
            forbidden=tuple(frozenset(slots) - frozenset(company.desks[0].slots) for company in problem.companies),
            fairness=problem.difference,
            meeting_names=tuple(position),
            participant_names=tuple(company.desks[0].id for company in problem.companies),
        )
    except ValueError as error:
        raise ProblemError(f"Problems of kind 'b2b' have limits: {error}.", "kind") from None


def _tables(problem: Problem) -> int:
    """The meetings that a slot can hold."""
    rooms = [len(problem.companies) // 2]
    if problem.tables is not None:
        rooms.append(len(problem.tables))
    if problem.capacity is not None:
        rooms.append(problem.capacity)
    return min(rooms)


def _unknown(problem: Problem) -> Iterator[tuple[str, bool]]:
    """Places of the file, and whether something stands there that the literature's problem does not know."""
    yield "slots", len(set(problem.days)) > 1
    yield "published", problem.published is not None
    yield "objective", problem.objective not in (DEFAULT_OBJECTIVE, (Level("idle"),))
    for index, table in enumerate(problem.tables or ()):
        yield from _of_table(table, f"tables[{index}]")
    for index, company in enumerate(problem.companies):
        yield from _of_company(company, f"companies[{index}]")
    for index, request in enumerate(problem.requests):
        yield from _of_request(request, f"requests[{index}]")


def _of_table(table: Table, place: str) -> Iterator[tuple[str, bool]]:
    yield f"{place}.zone", table.zone is not None
    yield f"{place}.slots", table.slots is not None


def _of_company(company: Company, place: str) -> Iterator[tuple[str, bool]]:
    yield f"{place}.desks", len(company.desks) != 1
    yield f"{place}.desks[0].table", company.desks[0].table is not None
    yield f"{place}.desks[0].person", company.desks[0].person is not None
    yield f"{place}.min_meetings", company.min_meetings != 0
    for limit in ("max_meetings", "max_per_day", "max_consecutive"):
        yield f"{place}.{limit}", getattr(company, limit) is not None


def _of_request(request: Request, place: str) -> Iterator[tuple[str, bool]]:
    yield f"{place}.length", request.length != 1
    yield f"{place}.virtual", request.virtual
    yield f"{place}.desks", request.desks is not None
    yield f"{place}.zone", request.zone is not None
    yield f"{place}.pin.table", request.pin.table is not None
