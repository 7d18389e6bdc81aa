"""The judge: which rules a schedule breaks and what it is worth on each level.

Reads the problem afresh, rule by rule, in the plainest way; shares no code with the model, the bounds or the search.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from eventsapp.scheduling.problem import Company, Desk, Problem, Request
from eventsapp.scheduling.rules import Rule
from eventsapp.scheduling.schedule import Meeting, Outcome


@dataclass(frozen=True)
class Violation:
    """A broken rule: the requests concerned, the slot if one is, and who or what it is about."""

    rule: Rule
    requests: tuple[str, ...]
    slot: int | None = None
    about: str = ""

    def __str__(self) -> str:
        where = "" if self.slot is None else f" in slot {self.slot}"
        about = f" ({self.about})" if self.about else ""
        return f"{self.rule.value}{about}{where}: {', '.join(self.requests)}. {self.rule.meaning}"


@dataclass(frozen=True)
class _Seat:
    """A meeting joined with what the problem says about it."""

    meeting: Meeting
    request: Request
    companies: tuple[Company, Company]
    desks: tuple[Desk, Desk]
    slots: tuple[int, ...]


Check = Callable[[Problem, Sequence[_Seat]], Iterator[Violation]]


def violations(problem: Problem, meetings: Iterable[Meeting]) -> tuple[Violation, ...]:
    """Every broken rule of a schedule; an empty tuple means that it is legal."""
    given = tuple(meetings)
    found = [*_known(problem, given), *_once(given), *_desks(problem, given)]
    if not found:
        found += _length(problem, given)
    if found:
        return tuple(found)
    seats = [_seat(problem, meeting) for meeting in given]
    return tuple(violation for check in CHECKS.values() for violation in check(problem, seats))


def _known(problem: Problem, meetings: Sequence[Meeting]) -> Iterator[Violation]:
    for meeting in meetings:
        if meeting.request not in problem.request_by_id:
            yield Violation(Rule.KNOWN, (meeting.request,), None, "request")


def _once(meetings: Sequence[Meeting]) -> Iterator[Violation]:
    seen: set[str] = set()
    for meeting in meetings:
        if meeting.request in seen:
            yield Violation(Rule.ONCE, (meeting.request,))
        seen.add(meeting.request)


def _desks(problem: Problem, meetings: Sequence[Meeting]) -> Iterator[Violation]:
    for meeting in meetings:
        request = problem.request_by_id.get(meeting.request)
        if request is None:
            continue
        owners = [problem.desk_by_id[desk][0].id if desk in problem.desk_by_id else None for desk in meeting.desks]
        if owners != [request.a, request.b]:
            yield Violation(Rule.DESKS, (meeting.request,), meeting.slot, ", ".join(meeting.desks))
            continue
        for company, desk in zip((request.a, request.b), meeting.desks, strict=True):
            own = {item.id for item in problem.company_by_id[company].desks} & set(request.desks or ())
            if own and desk not in own:
                yield Violation(Rule.DESKS, (meeting.request,), meeting.slot, desk)


def _length(problem: Problem, meetings: Sequence[Meeting]) -> Iterator[Violation]:
    for meeting in meetings:
        end = meeting.slot + problem.request_by_id[meeting.request].length
        inside = meeting.slot >= 0 and end <= len(problem.slots)
        if not inside or len({problem.slots[slot].block for slot in range(meeting.slot, end)}) != 1:
            yield Violation(Rule.LENGTH, (meeting.request,), meeting.slot)


def _seat(problem: Problem, meeting: Meeting) -> _Seat:
    request = problem.request_by_id[meeting.request]
    (one, first), (two, second) = (problem.desk_by_id[desk] for desk in meeting.desks)
    return _Seat(
        meeting, request, (one, two), (first, second), tuple(range(meeting.slot, meeting.slot + request.length))
    )


def _allowed_slots(_problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for seat in seats:
        if seat.request.slots is not None and not set(seat.slots) <= set(seat.request.slots):
            yield Violation(Rule.ALLOWED_SLOTS, (seat.request.id,), seat.meeting.slot)


def _available(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    free = {desk.id: frozenset(desk.slots) for company in problem.companies for desk in company.desks}
    for seat in seats:
        for desk in seat.desks:
            if not free[desk.id].issuperset(seat.slots):
                yield Violation(Rule.AVAILABLE, (seat.request.id,), seat.meeting.slot, desk.id)


def _twice(rule: Rule, uses: Iterable[tuple[str, _Seat]]) -> Iterator[Violation]:
    """Uses of one thing by two meetings in a slot."""
    taken: dict[tuple[str, int], str] = {}
    for thing, seat in uses:
        for slot in seat.slots:
            other = taken.setdefault((thing, slot), seat.request.id)
            if other != seat.request.id:
                yield Violation(rule, (other, seat.request.id), slot, thing)


def _desk_busy(_problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    return _twice(Rule.DESK_BUSY, ((desk.id, seat) for seat in seats for desk in seat.desks))


def _person_busy(_problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for seat in seats:
        if seat.desks[0].person is not None and seat.desks[0].person == seat.desks[1].person:
            yield Violation(Rule.PERSON_BUSY, (seat.request.id,), seat.meeting.slot, seat.desks[0].person)
    yield from _twice(
        Rule.PERSON_BUSY, ((desk.person, seat) for seat in seats for desk in seat.desks if desk.person is not None)
    )


def _table_needed(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for seat in seats:
        name = seat.meeting.table
        if seat.request.virtual or problem.tables is None:
            legal = name is None
        else:
            table = problem.table_by_id.get(name or "")
            legal = table is not None and (table.slots is None or set(seat.slots) <= set(table.slots))
        if not legal:
            yield Violation(Rule.TABLE_NEEDED, (seat.request.id,), seat.meeting.slot, name or "")


def _table_busy(_problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    return _twice(Rule.TABLE_BUSY, ((seat.meeting.table, seat) for seat in seats if seat.meeting.table is not None))


def _fixed_table(_problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for seat in seats:
        for desk in seat.desks:
            if not seat.request.virtual and desk.table is not None and desk.table != seat.meeting.table:
                yield Violation(Rule.FIXED_TABLE, (seat.request.id,), seat.meeting.slot, desk.id)


def _zone(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for seat in seats:
        table = problem.table_by_id.get(seat.meeting.table or "")
        if seat.request.zone is not None and table is not None and table.zone != seat.request.zone:
            yield Violation(Rule.ZONE, (seat.request.id,), seat.meeting.slot, table.id)


def _capacity(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    if problem.capacity is None:
        return
    present: dict[int, list[str]] = defaultdict(list)
    for seat in seats:
        if not seat.request.virtual:
            for slot in seat.slots:
                present[slot].append(seat.request.id)
    for slot, requests in present.items():
        if len(requests) > problem.capacity:
            yield Violation(Rule.CAPACITY, tuple(requests), slot)


def _by_company(seats: Sequence[_Seat]) -> dict[str, list[_Seat]]:
    held: dict[str, list[_Seat]] = defaultdict(list)
    for seat in seats:
        for company in seat.companies:
            held[company.id].append(seat)
    return held


def _names(seats: Iterable[_Seat]) -> tuple[str, ...]:
    return tuple(seat.request.id for seat in seats)


def _max_meetings(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for name, own in _by_company(seats).items():
        most = problem.company_by_id[name].max_meetings
        if most is not None and len(own) > most:
            yield Violation(Rule.MAX_MEETINGS, _names(own), None, name)


def _max_per_day(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for name, own in _by_company(seats).items():
        most = problem.company_by_id[name].max_per_day
        if most is None:
            continue
        days: dict[object, list[_Seat]] = defaultdict(list)
        for seat in own:
            days[problem.slots[seat.meeting.slot].start.date()].append(seat)
        for same in days.values():
            if len(same) > most:
                yield Violation(Rule.MAX_PER_DAY, _names(same), same[0].meeting.slot, name)


def _busy_slots(seats: Sequence[_Seat]) -> dict[str, dict[int, str]]:
    """For each desk the request that fills each of its busy slots."""
    busy: dict[str, dict[int, str]] = defaultdict(dict)
    for seat in seats:
        for desk in seat.desks:
            for slot in seat.slots:
                busy[desk.id][slot] = seat.request.id
    return busy


def _max_consecutive(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    for desk, busy in _busy_slots(seats).items():
        most = problem.desk_by_id[desk][0].max_consecutive
        if most is None:
            continue
        run: list[int] = []
        for slot in sorted(busy):
            follows = run and slot == run[-1] + 1 and problem.slots[slot].block == problem.slots[run[-1]].block
            run = [*run, slot] if follows else [slot]
            if len(run) == most + 1:
                yield Violation(Rule.MAX_CONSECUTIVE, tuple(dict.fromkeys(busy[item] for item in run)), run[0], desk)


def _pin(problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    held = {seat.request.id: seat.meeting for seat in seats}
    for request in problem.requests:
        meeting = held.get(request.id)
        if request.pin.slot is not None and (meeting is None or meeting.slot != request.pin.slot):
            yield Violation(Rule.PIN, (request.id,), request.pin.slot)
        elif request.pin.table is not None and meeting is not None and meeting.table != request.pin.table:
            yield Violation(Rule.PIN, (request.id,), meeting.slot, request.pin.table)


def _precedence(_problem: Problem, seats: Sequence[_Seat]) -> Iterator[Violation]:
    ends = {seat.request.id: seat.slots[-1] for seat in seats}
    for seat in seats:
        for other in seat.request.after:
            if other in ends and ends[other] >= seat.meeting.slot:
                yield Violation(Rule.PRECEDENCE, (other, seat.request.id), seat.meeting.slot)


CHECKS: dict[Rule, Check] = {
    Rule.ALLOWED_SLOTS: _allowed_slots,
    Rule.AVAILABLE: _available,
    Rule.DESK_BUSY: _desk_busy,
    Rule.PERSON_BUSY: _person_busy,
    Rule.TABLE_NEEDED: _table_needed,
    Rule.TABLE_BUSY: _table_busy,
    Rule.FIXED_TABLE: _fixed_table,
    Rule.ZONE: _zone,
    Rule.CAPACITY: _capacity,
    Rule.MAX_MEETINGS: _max_meetings,
    Rule.MAX_PER_DAY: _max_per_day,
    Rule.MAX_CONSECUTIVE: _max_consecutive,
    Rule.PIN: _pin,
    Rule.PRECEDENCE: _precedence,
}
FIRST_CHECKS = (Rule.KNOWN, Rule.ONCE, Rule.DESKS, Rule.LENGTH)


@dataclass(frozen=True)
class Score:
    """The figures of a legal schedule on every level.

    `fairness` is the lowest share; `shares` all shares as (share, companies) from the lowest; `distance` is walked.
    """

    shortfall: int
    musts: int
    value: int
    fairness: float
    idle: int
    moves: int
    changes: int
    shares: tuple[tuple[Fraction, int], ...]
    distance: float

    def of(self, level: str) -> int | float:
        """The figure of one level."""
        figure: int | float = getattr(self, level)
        return figure


def score(problem: Problem, meetings: Iterable[Meeting]) -> Score:
    """What a legal schedule is worth on each level."""
    seats = [_seat(problem, meeting) for meeting in meetings]
    held = {seat.request.id for seat in seats}
    counts: dict[str, int] = defaultdict(int)
    for seat in seats:
        for company in seat.companies:
            counts[company.id] += 1
    shares = _shares(problem, counts)
    moves, distance = _moves(problem, seats)
    placed = {seat.request.id: seat.meeting for seat in seats}
    return Score(
        shortfall=sum(max(0, company.min_meetings - counts[company.id]) for company in problem.companies),
        musts=sum(request.must and request.id not in held for request in problem.requests),
        value=sum(seat.request.value for seat in seats),
        fairness=round(float(shares[0][0]), 6) if shares else 1.0,
        idle=_idle(problem, seats),
        moves=moves,
        changes=sum(placed.get(meeting.request) != meeting for meeting in problem.published or ()),
        shares=shares,
        distance=distance,
    )


def _shares(problem: Problem, counts: dict[str, int]) -> tuple[tuple[Fraction, int], ...]:
    asked: dict[str, int] = defaultdict(int)
    for request in problem.requests:
        asked[request.a] += 1
        asked[request.b] += 1
    tally: dict[Fraction, int] = defaultdict(int)
    for company in problem.companies:
        most = asked[company.id] if company.max_meetings is None else min(company.max_meetings, asked[company.id])
        if most:
            tally[Fraction(counts[company.id], most)] += 1
    return tuple(sorted(tally.items()))


def _idle(problem: Problem, seats: Sequence[_Seat]) -> int:
    """Slots without a meeting between a desk's first and last meeting of a block, available or not."""
    total = 0
    for busy in _busy_slots(seats).values():
        blocks: dict[str, list[int]] = defaultdict(list)
        for slot in busy:
            blocks[problem.slots[slot].block].append(slot)
        total += sum(max(slots) - min(slots) + 1 - len(slots) for slots in blocks.values())
    return total


def _moves(problem: Problem, seats: Sequence[_Seat]) -> tuple[int, float]:
    """Table changes, and the way walked, of desks without a fixed table between meetings of one day."""
    visits: dict[tuple[str, object], list[tuple[int, str]]] = defaultdict(list)
    for seat in seats:
        for desk in seat.desks:
            if desk.table is None and seat.meeting.table is not None:
                day = problem.slots[seat.meeting.slot].start.date()
                visits[desk.id, day].append((seat.meeting.slot, seat.meeting.table))
    changes, distance = 0, 0.0
    for places in visits.values():
        places.sort()
        for (_, here), (_, there) in pairwise(places):
            if here != there:
                changes += 1
                distance += _apart(problem, here, there)
    return changes, round(distance, 3)


def _apart(problem: Problem, here: str, there: str) -> float:
    one, two = problem.table_by_id[here], problem.table_by_id[there]
    if one.x is None or one.y is None or two.x is None or two.y is None:
        return 0.0
    return math.hypot(one.x - two.x, one.y - two.y)


def verify(problem: Problem, outcome: Outcome) -> list[str]:
    """What is untrue in an outcome, one sentence each: broken rules, wrong figures, bounds below what was reached."""
    if outcome.status in ("infeasible", "none", "cancelled") and not outcome.meetings:
        return []
    found = [str(violation) for violation in violations(problem, outcome.meetings)]
    if found:
        return found
    true = score(problem, outcome.meetings)
    held = {meeting.request for meeting in outcome.meetings}
    for level in outcome.levels:
        figure = true.of(level.level)
        if abs(figure - level.value) > 1e-6:
            found.append(f"Level {level.level} is {figure}, not {level.value}.")
        sign = 1 if level.level in ("value", "fairness") else -1
        if level.bound is not None and sign * (level.bound - figure) < -1e-6:
            found.append(f"Level {level.level} reaches {figure}, beyond its bound {level.bound}.")
    left = [item.request for item in outcome.unscheduled]
    if set(left) != set(problem.request_by_id) - held or len(left) != len(set(left)):
        found.append("The requests with a reason are not exactly the requests that are not held.")
    return found
