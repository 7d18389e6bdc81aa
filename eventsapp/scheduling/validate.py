"""The bad-input guard of a problem: one clear sentence that names the place, before anything is computed.

Works on the values of `problem.py` without importing them. Clashing pins that counting finds are named here; the rarer
ones that only solving finds are named by `pins.py`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eventsapp.scheduling.problem import Company, Desk, Problem, Request

LEVELS = ("changes", "shortfall", "musts", "value", "fairness", "idle", "moves")
SIDES = ("buyer", "supplier", "both")
KINDS = ("event", "b2b")
MAX_VALUE = 1_000_000
MAX_COUNT = 1_000_000
MAX_SLOTS = 2_000
MAX_ID = 200


class ProblemError(ValueError):
    """Input that cannot be used; `place` says where, `message` says why in one sentence."""

    def __init__(self, message: str, place: str) -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message = message
        self.place = place


def check_problem(problem: Problem) -> None:
    """Raise `ProblemError` unless every part of the problem and all parts together can be used."""
    if problem.kind not in KINDS:
        raise ProblemError(f"The kind {problem.kind!r} is not known; known are {', '.join(KINDS)}.", "kind")
    if problem.difference is not None:
        _count(problem.difference, "difference", "The difference", 0, MAX_COUNT)
    _check_slots(problem)
    _check_tables(problem)
    _check_companies(problem)
    _check_requests(problem)
    _check_order(problem)
    _check_objective(problem)
    _check_published(problem)
    _check_pins_together(problem)


def _count(value: object, place: str, what: str, low: int, high: int) -> int:
    """The value as a whole number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(f"{what} must be a whole number.", place)
    if value < low:
        raise ProblemError(f"{what} is {_short(value)}; the smallest usable number is {low}.", place)
    if value > high:
        raise ProblemError(f"{what} is {_short(value)}; the largest usable number is {high}.", place)
    return value


def _short(value: object) -> str:
    text = str(value) if not isinstance(value, int) or abs(value) < 10**30 else f"a number of {value.bit_length()} bits"
    return text if len(text) <= 60 else text[:57] + "…"


def _ids(items: Sequence[tuple[str, str]], what: str, seen: set[str] | None = None) -> set[str]:
    """The ids of (id, place) pairs, each usable and used once."""
    known = set() if seen is None else seen
    for name, place in items:
        if not isinstance(name, str) or not name or len(name) > MAX_ID:
            raise ProblemError(f"The id of a {what} must be a text of 1 to {MAX_ID} characters.", place)
        if name in known:
            raise ProblemError(f"The {what} id {_short(name)!r} is used twice.", place)
        known.add(name)
    return known


def _slot_list(slots: Iterable[int] | None, count: int, place: str) -> None:
    if slots is None:
        return
    seen = set()
    for index, slot in enumerate(slots):
        _count(slot, f"{place}[{index}]", "The slot", 0, count - 1)
        if slot in seen:
            raise ProblemError(f"Slot {slot} stands twice in the list.", f"{place}[{index}]")
        seen.add(slot)


def _check_slots(problem: Problem) -> None:
    slots = problem.slots
    if not slots:
        raise ProblemError("There are no slots, so nothing can be scheduled.", "slots")
    if len(slots) > MAX_SLOTS:
        raise ProblemError(f"There are {len(slots)} slots; the largest usable number is {MAX_SLOTS}.", "slots")
    aware = slots[0].start.tzinfo is not None
    for index, slot in enumerate(slots):
        place = f"slots[{index}]"
        for name, moment in (("start", slot.start), ("end", slot.end)):
            if not isinstance(moment, datetime) or (moment.tzinfo is not None) != aware:
                raise ProblemError(
                    "All times must be dates with time, all with or all without zone.", f"{place}.{name}"
                )
        if slot.end <= slot.start:
            raise ProblemError("The slot ends before it starts.", f"{place}.end")
        if not slot.block:
            raise ProblemError("The slot has no block.", f"{place}.block")
    seen: set[str] = set()
    for index in range(1, len(slots)):
        before, slot, place = slots[index - 1], slots[index], f"slots[{index}]"
        if slot.start < before.end:
            raise ProblemError(
                f"The slot starts before slot {index - 1} ends; slots stand in time order.", f"{place}.start"
            )
        if slot.block != before.block:
            seen.add(before.block)
            if slot.block in seen:
                raise ProblemError(f"Block {_short(slot.block)!r} is interrupted by another block.", f"{place}.block")
        elif slot.start.date() != before.start.date():
            raise ProblemError(f"Block {_short(slot.block)!r} lasts over more than one day.", f"{place}.block")


def _check_tables(problem: Problem) -> None:
    if problem.capacity is not None:
        _count(problem.capacity, "capacity", "The capacity", 0, MAX_COUNT)
    tables = problem.tables or ()
    _ids([(table.id, f"tables[{i}].id") for i, table in enumerate(tables)], "table")
    for index, table in enumerate(tables):
        _slot_list(table.slots, len(problem.slots), f"tables[{index}].slots")
        for name, value in (("x", table.x), ("y", table.y)):
            if value is not None and (isinstance(value, bool) or not math.isfinite(value) or abs(value) > MAX_COUNT):
                raise ProblemError("The position is not a usable number.", f"tables[{index}].{name}")
        if (table.x is None) != (table.y is None):
            raise ProblemError("A position needs both x and y.", f"tables[{index}]")


def _check_companies(problem: Problem) -> None:
    if not problem.companies:
        raise ProblemError("There are no companies, so nothing can be scheduled.", "companies")
    _ids([(company.id, f"companies[{i}].id") for i, company in enumerate(problem.companies)], "company")
    desks: set[str] = set()
    for index, company in enumerate(problem.companies):
        place = f"companies[{index}]"
        _check_company(company, place)
        _ids([(desk.id, f"{place}.desks[{i}].id") for i, desk in enumerate(company.desks)], "desk", desks)
        for number, desk in enumerate(company.desks):
            _check_desk(problem, desk, f"{place}.desks[{number}]")


def _check_company(company: Company, place: str) -> None:
    if company.side not in SIDES:
        raise ProblemError(f"The side {_short(company.side)!r} is none of {', '.join(SIDES)}.", f"{place}.side")
    _count(company.min_meetings, f"{place}.min_meetings", "The minimum of meetings", 0, MAX_COUNT)
    for name, what, low in (
        ("max_meetings", "The maximum of meetings", 0),
        ("max_per_day", "The maximum of meetings per day", 0),
        ("max_consecutive", "The maximum of consecutive slots", 1),
    ):
        value = getattr(company, name)
        if value is not None:
            _count(value, f"{place}.{name}", what, low, MAX_COUNT)
    if company.max_meetings is not None and company.min_meetings > company.max_meetings:
        raise ProblemError(
            f"The minimum of {company.min_meetings} meetings is above the maximum of {company.max_meetings}.",
            f"{place}.min_meetings",
        )
    if not company.desks:
        raise ProblemError("The company has no desk.", f"{place}.desks")


def _check_desk(problem: Problem, desk: Desk, place: str) -> None:
    if desk.slots is None:
        raise ProblemError("The desk has no list of slots.", f"{place}.slots")
    _slot_list(desk.slots, len(problem.slots), f"{place}.slots")
    if desk.table is not None and desk.table not in problem.table_by_id:
        raise ProblemError(f"The table {_short(desk.table)!r} is not known.", f"{place}.table")


def _check_requests(problem: Problem) -> None:
    if not problem.requests:
        raise ProblemError("There are no requests, so there is nothing to schedule.", "requests")
    known = _ids([(request.id, f"requests[{i}].id") for i, request in enumerate(problem.requests)], "request")
    zones = {table.zone for table in problem.tables or ()}
    for index, request in enumerate(problem.requests):
        place = f"requests[{index}]"
        _check_request(problem, request, place, zones)
        for number, other in enumerate(request.after):
            if other not in known:
                raise ProblemError(f"The request {_short(other)!r} is not known.", f"{place}.after[{number}]")
            if other == request.id:
                raise ProblemError("The request cannot come after itself.", f"{place}.after[{number}]")
        if request.pin.slot is not None or request.pin.table is not None:
            _check_pin(problem, request, f"{place}.pin")


def _check_request(problem: Problem, request: Request, place: str, zones: set[str | None]) -> None:
    for name, company in (("a", request.a), ("b", request.b)):
        if company not in problem.company_by_id:
            raise ProblemError(f"The company {_short(company)!r} is not known.", f"{place}.{name}")
    if request.a == request.b:
        raise ProblemError("A company cannot meet itself.", f"{place}.b")
    _count(request.value, f"{place}.value", "The value", 0, MAX_VALUE)
    _count(request.length, f"{place}.length", "The length", 1, len(problem.slots))
    _slot_list(request.slots, len(problem.slots), f"{place}.slots")
    for number, desk in enumerate(request.desks or ()):
        entry = problem.desk_by_id.get(desk)
        if entry is None or entry[0].id not in (request.a, request.b):
            raise ProblemError(
                f"The desk {_short(desk)!r} belongs to neither of both companies.", f"{place}.desks[{number}]"
            )
    if request.zone is not None and request.zone not in zones and not request.virtual:
        raise ProblemError(f"No table is in the zone {_short(request.zone)!r}.", f"{place}.zone")


def _desk_pairs(problem: Problem, request: Request) -> list[tuple[Desk, Desk]]:
    """Pairs of desks that the request allows, each pair of two different people."""
    sides = []
    for name in (request.a, request.b):
        desks = problem.company_by_id[name].desks
        chosen = [desk for desk in desks if desk.id in (request.desks or ())]
        sides.append(chosen or list(desks))
    return [(a, b) for a in sides[0] for b in sides[1] if a.person is None or a.person != b.person]


def _pinned_slots(problem: Problem, request: Request) -> range:
    return range(request.pin.slot or 0, min((request.pin.slot or 0) + request.length, len(problem.slots)))


def _check_pin(problem: Problem, request: Request, place: str) -> None:
    pin, table = request.pin, None
    if pin.table is not None:
        table = problem.table_by_id.get(pin.table)
        if table is None:
            raise ProblemError(f"The table {_short(pin.table)!r} is not known.", f"{place}.table")
        if request.virtual:
            raise ProblemError("A virtual request needs no table, so it cannot be pinned to one.", f"{place}.table")
        if request.zone is not None and table.zone != request.zone:
            raise ProblemError(f"The table is not in the zone {_short(request.zone)!r}.", f"{place}.table")
        if not any(_sits_at(pair, pin.table) for pair in _desk_pairs(problem, request)):
            raise ProblemError("No desk of the request may sit at this table.", f"{place}.table")
    if pin.slot is None:
        return
    _count(pin.slot, f"{place}.slot", "The slot", 0, len(problem.slots) - 1)
    _check_pinned_slot(problem, request, place)
    if table is not None and table.slots is not None and not set(_pinned_slots(problem, request)) <= set(table.slots):
        raise ProblemError("The table does not exist in the pinned slot.", f"{place}.table")


def _sits_at(pair: tuple[Desk, Desk], table: str) -> bool:
    return all(desk.table in (None, table) for desk in pair)


def _check_pinned_slot(problem: Problem, request: Request, place: str) -> None:
    slots = _pinned_slots(problem, request)
    block = problem.slots[slots[0]].block
    if len(slots) < request.length or any(problem.slots[slot].block != block for slot in slots):
        raise ProblemError("The meeting does not end in the block of the pinned slot.", f"{place}.slot")
    if request.slots is not None and not set(slots) <= set(request.slots):
        raise ProblemError("The pinned slot is not among the slots of the request.", f"{place}.slot")
    fits = [pair for pair in _desk_pairs(problem, request) if all(set(slots) <= set(desk.slots) for desk in pair)]
    if not fits:
        raise ProblemError("The pinned slot is outside the availability of the desks.", f"{place}.slot")
    if not request.virtual and not any(_has_table(problem, request, pair) for pair in fits):
        raise ProblemError("No table is possible in the pinned slot.", f"{place}.slot")
    if not request.virtual and problem.capacity == 0:
        raise ProblemError("The capacity is 0, so the pinned request cannot be held.", f"{place}.slot")


def _has_table(problem: Problem, request: Request, pair: tuple[Desk, Desk]) -> bool:
    if problem.tables is None:
        return True
    slots = set(_pinned_slots(problem, request))
    return any(
        (request.pin.table in (None, table.id))
        and (request.zone in (None, table.zone))
        and _sits_at(pair, table.id)
        and (table.slots is None or slots <= set(table.slots))
        for table in problem.tables
    )


def _check_order(problem: Problem) -> None:
    """Precedences without a circle."""
    indegree = {request.id: len(set(request.after)) for request in problem.requests if request.after}
    later: dict[str, list[str]] = {}
    for request in problem.requests:
        for other in set(request.after):
            later.setdefault(other, []).append(request.id)
    ready = [name for name in later if name not in indegree]
    while ready:
        for name in later.get(ready.pop(), ()):
            indegree[name] -= 1
            if not indegree[name]:
                del indegree[name]
                ready.append(name)
    for index, request in enumerate(problem.requests):
        if request.id in indegree and any(other in indegree for other in request.after):
            raise ProblemError("The order of the requests runs in a circle.", f"requests[{index}].after")


def _check_objective(problem: Problem) -> None:
    seen: set[str] = set()
    for index, level in enumerate(problem.objective):
        place = f"objective[{index}]"
        if level.level not in LEVELS:
            raise ProblemError(f"The level {_short(level.level)!r} is none of {', '.join(LEVELS)}.", f"{place}.level")
        if level.level in seen:
            raise ProblemError(f"The level {level.level!r} stands twice.", f"{place}.level")
        seen.add(level.level)
        tolerance = level.tolerance
        if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance <= 1:
            raise ProblemError("The tolerance must be a share from 0 to 1.", f"{place}.tolerance")
    if not problem.objective:
        raise ProblemError("There is no level to aim at.", "objective")


def _check_published(problem: Problem) -> None:
    seen: set[str] = set()
    for index, meeting in enumerate(problem.published or ()):
        place = f"published[{index}]"
        if meeting.request not in problem.request_by_id:
            raise ProblemError(f"The request {_short(meeting.request)!r} is not known.", f"{place}.request")
        if meeting.request in seen:
            raise ProblemError(f"The request {_short(meeting.request)!r} is published twice.", f"{place}.request")
        seen.add(meeting.request)
        _count(meeting.slot, f"{place}.slot", "The slot", 0, len(problem.slots) - 1)
        if len(meeting.desks) != 2:
            raise ProblemError("A meeting has two desks.", f"{place}.desks")


def _check_pins_together(problem: Problem) -> None:
    """Pins that counting shows to clash, the smallest set named."""
    pinned = [(index, request) for index, request in enumerate(problem.requests) if request.pin.slot is not None]
    by_slot: dict[int, list[tuple[int, Request]]] = {}
    for entry in pinned:
        for slot in _pinned_slots(problem, entry[1]):
            by_slot.setdefault(slot, []).append(entry)
    for entries in by_slot.values():
        groups: dict[tuple[str, str], list[tuple[int, Request]]] = {}
        for entry in entries:
            for key in _pair_keys(entry[1]):
                groups.setdefault(key, []).append(entry)
        for group in groups.values():
            for one, two in combinations(group, 2):
                _refuse_pair(problem, one, two)
    _check_pin_counts(problem, pinned, by_slot)
    position = {request.id: (index, request) for index, request in pinned}
    for index, request in pinned:
        for other in request.after:
            if (
                other in position
                and _pinned_slots(problem, position[other][1])[-1] >= _pinned_slots(problem, request)[0]
            ):
                raise clash([(index, request), position[other]], "their order")


def _pair_keys(request: Request) -> list[tuple[str, str]]:
    keys = [("company", request.a), ("company", request.b)]
    return [*keys, ("table", request.pin.table)] if request.pin.table is not None else keys


def _refuse_pair(problem: Problem, one: tuple[int, Request], two: tuple[int, Request]) -> None:
    if one[1].pin.table is not None and one[1].pin.table == two[1].pin.table:
        raise clash([one, two], f"the table {_short(one[1].pin.table)!r}")
    firsts, seconds = _desk_pairs(problem, one[1]), _desk_pairs(problem, two[1])
    apart = (
        not ({desk.id for desk in first} & {desk.id for desk in second})
        and not ({desk.person for desk in first} & {desk.person for desk in second} - {None})
        for first in firsts
        for second in seconds
    )
    if not any(apart):
        raise clash([one, two], "a desk")


def _check_pin_counts(
    problem: Problem, pinned: list[tuple[int, Request]], by_slot: dict[int, list[tuple[int, Request]]]
) -> None:
    held: dict[str, list[tuple[int, Request]]] = {}
    for entry in pinned:
        for name in (entry[1].a, entry[1].b):
            held.setdefault(name, []).append(entry)
    for name, entries in held.items():
        company = problem.company_by_id[name]
        if company.max_meetings is not None and len(entries) > company.max_meetings:
            raise clash(entries[: company.max_meetings + 1], f"the maximum of meetings of {_short(name)!r}")
        if company.max_per_day is not None:
            for day in set(problem.days):
                same = [entry for entry in entries if problem.days[entry[1].pin.slot or 0] == day]
                if len(same) > company.max_per_day:
                    raise clash(same[: company.max_per_day + 1], f"the maximum per day of {_short(name)!r}")
    for slot, entries in by_slot.items():
        present = [entry for entry in entries if not entry[1].virtual]
        room = len(present) if problem.capacity is None else problem.capacity
        if problem.tables is not None:
            room = min(room, sum(table.slots is None or slot in table.slots for table in problem.tables))
        if len(present) > room:
            raise clash(present[: room + 1], f"the room of slot {slot}")


def clash(entries: Sequence[tuple[int, Request]], over: str) -> ProblemError:
    """The error for pins that cannot all be kept; entries are (index, request)."""
    names = ", ".join(_short(request.id) for _, request in entries)
    return ProblemError(f"The pins of the requests {names} clash over {over}.", f"requests[{entries[0][0]}].pin")
