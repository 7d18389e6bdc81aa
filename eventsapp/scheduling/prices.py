"""What one more of something is worth: a table, a slot of a desk, half an hour, a meeting of a company.

The duals of the choice say which companies' limits cost most; the choice made again with a change bounds what the
change can bring; the schedule made again with it verifies what it does bring. Only verified prices are named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import chain, zip_longest
from typing import Any

from eventsapp.scheduling.bounds import Choice, Network
from eventsapp.scheduling.face import face_of
from eventsapp.scheduling.index import index_of, slots_of
from eventsapp.scheduling.problem import Company, Desk, Problem, Request, Slot
from eventsapp.scheduling.validate import MAX_SLOTS

COMPANIES = 5
HALF_HOUR = timedelta(minutes=30)
SECONDS_PER_REQUEST = 6e-5

Figures = Mapping[str, int]
Change = tuple[dict[str, Any], Callable[[], Problem]]


@dataclass(frozen=True)
class Stand:
    """What is known before any change: the network, its choice, the levels in order, and what the schedule reaches."""

    network: Network
    choice: Choice
    levels: Sequence[str]
    reached: Figures


def prices(
    stand: Stand, again: Callable[[Problem, float], Figures], seconds: float, stopped: Callable[[], bool]
) -> tuple[dict[str, Any], ...]:
    """The changes that are worth something, each with the gain found and its bound, as far as the seconds go.

    `again` gives the figures of a schedule of a changed problem within some seconds.
    """
    deadline = time.monotonic() + seconds
    longest = SECONDS_PER_REQUEST * len(stand.network.index.problem.requests)
    found = []
    for what, changed in _changes(stand):
        begun = time.monotonic()
        if stopped() or begun + longest > deadline:
            break
        problem = changed()
        network = Network(index_of(problem))
        if stopped():
            break
        bound = _gain(stand, network.choose(stand.levels).figures)
        if _better(stand, bound) and not stopped():
            gain = _gain(stand, again(problem, max(0.0, deadline - time.monotonic())))
            if _better(stand, gain):
                found.append({**what, "gain": _told(gain), "bound": _told(bound)})
        longest = max(longest, time.monotonic() - begun)
    return tuple(found)


def _gain(stand: Stand, figures: Figures) -> dict[str, int]:
    """By how much each level gets better."""
    return {level: (figures[level] - stand.reached[level]) * (1 if level == "value" else -1) for level in stand.levels}


def _better(stand: Stand, gain: Mapping[str, int]) -> bool:
    """Whether the first level that changes gets better; a schedule that is no better leaves the old one standing."""
    return next((gain[level] for level in stand.levels if gain[level]), 0) > 0


def _told(gain: Mapping[str, int]) -> dict[str, int]:
    return {level: change for level, change in gain.items() if change}


def _changes(stand: Stand) -> Iterator[Change]:
    """All changes worth trying, the first of each kind before the second of any."""
    problem = stand.network.index.problem
    costly = _costly(stand)
    kinds = (_tables(problem), _half_hours(problem), _desk_slots(stand, costly), _meetings(stand, costly))
    for row in zip_longest(*kinds):
        yield from (change for change in row if change is not None)


def _costly(stand: Stand) -> list[int]:
    """The companies whose limits have a dual, the largest first; a minimum is no limit, so its bonus does not count."""
    network = stand.network
    weights = network.weights(stand.levels)
    cost = network.costs({**weights, "shortfall": 0})
    potentials = face_of(network, stand.levels, stand.choice).potentials
    reduced = cost + potentials[network.tails] - potentials[network.heads]
    duals = {
        company: -int(min(reduced[arc] for arc in (*chain(*ends.values()), *network.set_arcs.get(company, ()))))
        for company, ends in network.company_arcs.items()
    }
    return sorted((company for company, dual in duals.items() if dual > 0), key=lambda c: (-duals[c], c))


def _tables(problem: Problem) -> Iterator[Change]:
    """One more place for a meeting in every slot."""
    capacity = None if problem.capacity is None else problem.capacity + 1
    if problem.tables:
        spare = replace(problem.tables[0], id=_unused("+", problem), slots=None)
        yield {"what": "table"}, lambda: replace(problem, tables=(*(problem.tables or ()), spare), capacity=capacity)
    elif capacity is not None and problem.tables is None:
        yield {"what": "table"}, lambda: replace(problem, capacity=capacity)


def _unused(name: str, problem: Problem) -> str:
    while name in problem.table_by_id:
        name += "+"
    return name


def _meetings(stand: Stand, costly: Iterable[int]) -> Iterator[Change]:
    """One more meeting for companies at their maximum."""
    index, problem = stand.network.index, stand.network.index.problem
    full = [company for company in costly if stand.network.caps[company] == index.most[company]]
    for number in full[:COMPANIES]:
        item = problem.companies[number]
        more = replace(item, max_meetings=index.most[number] + 1)
        yield {"what": "meeting", "company": item.id}, partial(_with_company, problem, more)


def _desk_slots(stand: Stand, costly: Iterable[int]) -> Iterator[Change]:
    """One more slot for the desks of companies that lack time, where most of what they leave out could be held."""
    index, problem = stand.network.index, stand.network.index.problem
    held = set(stand.choice.requests)
    tried = 0
    for number in costly:
        item = problem.companies[number]
        if tried == COMPANIES or not item.desks or stand.network.caps[number] == index.most[number]:
            continue
        desk = min(item.desks, key=lambda desk: len(desk.slots))
        out = [request for request in index.asked[number] if request not in held]
        slot = _most_wanted(stand, number, out, set(desk.slots))
        if slot is None:
            continue
        tried += 1
        longer = replace(desk, slots=tuple(sorted((*desk.slots, slot))))
        more = replace(item, desks=tuple(longer if other is desk else other for other in item.desks))
        what = {"what": "desk_slot", "company": item.id, "desk": desk.id, "slot": slot}
        yield what, partial(_with_company, problem, more)


def _most_wanted(stand: Stand, company: int, out: Iterable[int], had: set[int]) -> int | None:
    """The slot, not among those had, in which the others of the left-out requests come, weighted by value."""
    index = stand.network.index
    wanted: dict[int, int] = {}
    for request in out:
        a, b = index.sides[request]
        other = b if a == company else a
        mask = 0
        for desk in index.company_desks[other]:
            mask |= index.desk_masks[desk]
        for slot in slots_of(mask):
            if slot not in had:
                wanted[slot] = wanted.get(slot, 0) + index.values[request]
    return min(wanted, key=lambda slot: (-wanted[slot], slot), default=None)


def _with_company(problem: Problem, changed: Company) -> Problem:
    return replace(problem, companies=tuple(changed if c.id == changed.id else c for c in problem.companies))


def _half_hours(problem: Problem) -> Iterator[Change]:
    """Half an hour more at the end of a block, for all who are there in its last slot."""
    slots = problem.slots
    ends = [n for n, slot in enumerate(slots) if n + 1 == len(slots) or slots[n + 1].block != slot.block]
    for last in reversed(ends):
        added = _added(problem, last)
        if added:
            what = {"what": "half_hour", "block": slots[last].block, "slots": len(added)}
            yield what, partial(longer, problem, last, added)


def _added(problem: Problem, last: int) -> tuple[Slot, ...]:
    """The slots of half an hour after the last one of a block; none when they would run into what follows."""
    slot = problem.slots[last]
    before = problem.slots[last - 1] if last and problem.slots[last - 1].block == slot.block else None
    stride = slot.end - slot.start if before is None else slot.start - before.start
    count = max(1, HALF_HOUR // stride)
    added = tuple(Slot(slot.start + n * stride, slot.end + n * stride, slot.block) for n in range(1, count + 1))
    following = problem.slots[last + 1].start if last + 1 < len(problem.slots) else None
    fits = following is None or added[-1].end <= following
    same_day = added[-1].start.date() == slot.start.date()
    return added if fits and same_day and len(problem.slots) + count <= MAX_SLOTS else ()


def longer(problem: Problem, last: int, added: tuple[Slot, ...]) -> Problem:
    """The problem with slots added after slot `last`, usable wherever that one is."""
    count = len(added)

    def moved(slots: Iterable[int]) -> tuple[int, ...]:
        kept = [slot if slot <= last else slot + count for slot in slots]
        return tuple(sorted([*kept, *range(last + 1, last + 1 + count)] if last in kept else kept))

    def of_desk(desk: Desk) -> Desk:
        return replace(desk, slots=moved(desk.slots))

    def of_request(request: Request) -> Request:
        pin = request.pin
        if pin.slot is not None and pin.slot > last:
            pin = replace(pin, slot=pin.slot + count)
        return replace(request, slots=None if request.slots is None else moved(request.slots), pin=pin)

    tables = problem.tables
    if tables is not None:
        tables = tuple(replace(table, slots=None if table.slots is None else moved(table.slots)) for table in tables)
    return replace(
        problem,
        slots=(*problem.slots[: last + 1], *added, *problem.slots[last + 1 :]),
        companies=tuple(replace(c, desks=tuple(map(of_desk, c.desks))) for c in problem.companies),
        requests=tuple(map(of_request, problem.requests)),
        tables=tables,
    )
