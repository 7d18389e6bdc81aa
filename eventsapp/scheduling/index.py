"""The problem in whole numbers and bit masks: what model, bounds and search compute with.

Slots are bits. A *resource* is what cannot be in two meetings at once: a desk, or the person that several desks share.
A *pool* counts room per slot: all tables (or the capacity), the tables of a zone, one table. Zones part the tables, so
the pools are laminar and counting them is exact for meetings of one slot (Hall); longer meetings choose their table.
An *option* is a way to seat a request: two desks, perhaps a certain table, the pools it uses, the slots to start in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from eventsapp.scheduling.problem import Problem, Request
from eventsapp.scheduling.rules import Rule
from eventsapp.scheduling.schedule import Meeting

ANY = -1
"""No certain table: none is needed, or any free one of the pools will do."""

KEPT_BY_OPTIONS = (
    Rule.KNOWN,
    Rule.ONCE,
    Rule.DESKS,
    Rule.LENGTH,
    Rule.ALLOWED_SLOTS,
    Rule.AVAILABLE,
    Rule.TABLE_NEEDED,
    Rule.FIXED_TABLE,
    Rule.ZONE,
)
"""Rules that no choice among the options can break."""


class Option(NamedTuple):
    """One way to seat a request; `starts` is the mask of the slots in which it may begin."""

    desks: tuple[int, int]
    table: int
    pools: tuple[int, ...]
    starts: int


class Place(NamedTuple):
    """Where a request is held."""

    start: int
    option: Option


Plan = dict[int, Place]
"""The requests that are held, and where."""


def mask_of(slots: Iterable[int]) -> int:
    """The bit mask of some slots."""
    mask = 0
    for slot in slots:
        mask |= 1 << slot
    return mask


def slots_of(mask: int) -> list[int]:
    """The slots of a bit mask, ascending."""
    slots = []
    while mask:
        low = mask & -mask
        slots.append(low.bit_length() - 1)
        mask ^= low
    return slots


def starts_within(mask: int, length: int) -> int:
    """The slots from which `length` slots in a row lie in the mask."""
    starts = mask
    for step in range(1, length):
        starts &= mask >> step
    return starts


@dataclass
class Index:
    """All numbers of a problem; built by `index_of`, never changed afterwards."""

    problem: Problem
    concrete: bool
    slots: int
    everything: int
    blocks: list[int] = field(default_factory=list)
    day_of: list[int] = field(default_factory=list)
    day_masks: list[int] = field(default_factory=list)
    desk_ids: list[str] = field(default_factory=list)
    desk_masks: list[int] = field(default_factory=list)
    desk_company: list[int] = field(default_factory=list)
    desk_resource: list[int] = field(default_factory=list)
    desk_table: list[int] = field(default_factory=list)
    desk_limit: list[int] = field(default_factory=list)
    company_desks: list[list[int]] = field(default_factory=list)
    resources: int = 0
    least: list[int] = field(default_factory=list)
    most: list[int] = field(default_factory=list)
    per_day: list[int | None] = field(default_factory=list)
    sides: list[tuple[int, int]] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    musts: list[bool] = field(default_factory=list)
    pinned: list[int] = field(default_factory=list)
    options: list[list[Option]] = field(default_factory=list)
    asked: list[list[int]] = field(default_factory=list)
    before: dict[int, list[int]] = field(default_factory=dict)
    after: dict[int, list[int]] = field(default_factory=dict)
    table_ids: list[str] = field(default_factory=list)
    table_masks: list[int] = field(default_factory=list)
    table_zone: list[str | None] = field(default_factory=list)
    pool_room: list[list[int]] = field(default_factory=list)
    asked_zones: set[str | None] = field(default_factory=set)
    published: dict[int, tuple[int, str | None, tuple[str, str]]] = field(default_factory=dict)
    request_of: dict[str, int] = field(default_factory=dict)
    _pools: dict[object, int] = field(default_factory=dict)

    def pool(self, key: object) -> int:
        """The number of the pool of all tables (None), of a zone (its name) or of a table (its index)."""
        if key not in self._pools:
            self._pools[key] = len(self.pool_room)
            masks = [
                mask
                for table, mask in enumerate(self.table_masks)
                if key is None or key == table or key == ("zone", self.table_zone[table])
            ]
            room = [sum(mask >> slot & 1 for mask in masks) for slot in range(self.slots)]
            if key is None and self.problem.tables is None:
                room = [self.problem.capacity or 0] * self.slots
            elif key is None and self.problem.capacity is not None:
                room = [min(self.problem.capacity, count) for count in room]
            self.pool_room.append(room)
        return self._pools[key]

    def key(self, place: Place) -> tuple[int, str | None, tuple[str, str]]:
        """A place as published meetings are compared: slot, table (None when any), desks."""
        table = None if place.option.table == ANY else self.table_ids[place.option.table]
        first, second = place.option.desks
        return place.start, table, (self.desk_ids[first], self.desk_ids[second])


def index_of(problem: Problem, *, concrete: bool = False) -> Index:
    """Number a checked problem; `concrete` lets every meeting choose its table, for exact work on table changes."""
    index = Index(problem, concrete, len(problem.slots), (1 << len(problem.slots)) - 1)
    _number_time(index)
    _number_tables(index)
    _number_companies(index)
    _number_requests(index)
    return index


def _number_time(index: Index) -> None:
    blocks: dict[str, int] = {}
    days: dict[object, int] = {}
    for slot, item in enumerate(index.problem.slots):
        blocks[item.block] = blocks.get(item.block, 0) | 1 << slot
        day = index.problem.days[slot]
        index.day_of.append(days.setdefault(day, len(days)))
    index.blocks = list(blocks.values())
    index.day_masks = [mask_of(s for s, d in enumerate(index.day_of) if d == day) for day in range(len(days))]


def _number_tables(index: Index) -> None:
    index.asked_zones = {request.zone for request in index.problem.requests} - {None}
    for table in index.problem.tables or ():
        index.table_ids.append(table.id)
        index.table_masks.append(index.everything if table.slots is None else mask_of(table.slots))
        index.table_zone.append(table.zone)
    if index.problem.tables is not None or index.problem.capacity is not None:
        index.pool(None)


def _number_companies(index: Index) -> None:
    tables = {name: number for number, name in enumerate(index.table_ids)}
    people: dict[str, int] = {}
    for number, company in enumerate(index.problem.companies):
        index.least.append(company.min_meetings)
        index.most.append(len(index.problem.requests) if company.max_meetings is None else company.max_meetings)
        index.per_day.append(company.max_per_day)
        index.company_desks.append([])
        for desk in company.desks:
            index.company_desks[number].append(len(index.desk_ids))
            index.desk_ids.append(desk.id)
            index.desk_masks.append(mask_of(desk.slots))
            index.desk_company.append(number)
            index.desk_table.append(ANY if desk.table is None else tables[desk.table])
            index.desk_limit.append(company.max_consecutive or 0)
            resource = people.get(desk.person, index.resources) if desk.person is not None else index.resources
            if resource == index.resources:
                index.resources += 1
            if desk.person is not None:
                people[desk.person] = resource
            index.desk_resource.append(resource)


def _number_requests(index: Index) -> None:
    companies = {company.id: number for number, company in enumerate(index.problem.companies)}
    index.asked = [[] for _ in companies]
    index.request_of = {request.id: number for number, request in enumerate(index.problem.requests)}
    index.published = {index.request_of[m.request]: (m.slot, m.table, m.desks) for m in index.problem.published or ()}
    for number, request in enumerate(index.problem.requests):
        a, b = companies[request.a], companies[request.b]
        index.sides.append((a, b))
        index.values.append(request.value)
        index.lengths.append(request.length)
        index.musts.append(request.must)
        if request.pin.slot is not None:
            index.pinned.append(number)
        for company in (a, b):
            index.asked[company].append(number)
        for other in request.after:
            index.before.setdefault(number, []).append(index.request_of[other])
            index.after.setdefault(index.request_of[other], []).append(number)
        index.options.append(_options(index, number, request))


def _options(index: Index, number: int, request: Request) -> list[Option]:
    """All ways to seat a request; none when it can never be held."""
    allowed = index.everything if request.slots is None else mask_of(request.slots)
    pinned = index.everything if request.pin.slot is None else 1 << request.pin.slot
    found = []
    for desks in _pairs(index, number, request):
        limits = [index.desk_limit[desk] for desk in desks if index.desk_limit[desk]]
        if limits and min(limits) < request.length:
            continue
        free = allowed & index.desk_masks[desks[0]] & index.desk_masks[desks[1]]
        if request.length == 1:
            starts = free & pinned
        else:
            starts = pinned & mask_of_all(starts_within(free & block, request.length) for block in index.blocks)
        if starts:
            found += _tabled(index, number, request, desks, starts)
    return found


def mask_of_all(masks: Iterable[int]) -> int:
    """The union of bit masks."""
    union = 0
    for mask in masks:
        union |= mask
    return union


def _pairs(index: Index, number: int, request: Request) -> list[tuple[int, int]]:
    sides = []
    for company in index.sides[number]:
        desks = index.company_desks[company]
        if request.desks is not None:
            desks = [desk for desk in desks if index.desk_ids[desk] in request.desks] or desks
        sides.append(desks)
    if len(sides[0]) == len(sides[1]) == 1:
        pair = (sides[0][0], sides[1][0])
        return [pair] if index.desk_resource[pair[0]] != index.desk_resource[pair[1]] else []
    resource = index.desk_resource
    return [(a, b) for a in sides[0] for b in sides[1] if resource[a] != resource[b]]


def _tabled(index: Index, number: int, request: Request, desks: tuple[int, int], starts: int) -> list[Option]:
    """The options of two desks: with a certain table where one is fixed, pinned or must be chosen now."""
    limited = index.problem.capacity is not None
    if request.virtual or (index.problem.tables is None and not limited):
        return [Option(desks, ANY, (), starts)]
    everywhere = index.pool(None)
    if index.problem.tables is None:
        return [Option(desks, ANY, (everywhere,), starts)]
    fixed = {index.desk_table[desk] for desk in desks} - {ANY}
    if request.pin.table is not None:
        fixed.add(index.table_ids.index(request.pin.table))
    if len(fixed) > 1:
        return []
    if fixed or index.concrete or request.length > 1:
        tables = fixed or range(len(index.table_ids))
        return [option for t in tables if (option := _at_table(index, request, desks, starts, t)) is not None]
    pools = (everywhere,) if request.zone is None else (everywhere, index.pool(("zone", request.zone)))
    options = [Option(desks, ANY, pools, starts)]
    slot, table, names = index.published.get(number, (0, None, ("", "")))
    if table in index.table_ids and names == (index.desk_ids[desks[0]], index.desk_ids[desks[1]]):
        kept = _at_table(index, request, desks, starts & 1 << slot, index.table_ids.index(table))
        return options if kept is None else [kept, *options]
    return options


def _at_table(index: Index, request: Request, desks: tuple[int, int], starts: int, table: int) -> Option | None:
    if request.zone is not None and index.table_zone[table] != request.zone:
        return None
    starts &= starts_within(index.table_masks[table], request.length)
    if not starts:
        return None
    pools = [index.pool(None), index.pool(table)]
    zone = index.table_zone[table]
    if zone is not None and zone in index.asked_zones:
        pools.append(index.pool(("zone", zone)))
    return Option(desks, table, tuple(pools), starts)


def meetings_of(index: Index, plan: Plan, tables: dict[int, int]) -> tuple[Meeting, ...]:
    """The meetings of a plan in the order of slots; `tables` says where those with any table sit."""
    requests = index.problem.requests
    rows = []
    for request, (start, option) in plan.items():
        table = option.table if option.table != ANY else tables.get(request, ANY)
        name = None if table == ANY else index.table_ids[table]
        rows.append((start, request, name, option.desks))
    rows.sort(key=lambda row: row[:2])
    return tuple(
        Meeting(requests[request].id, start, name, (index.desk_ids[desks[0]], index.desk_ids[desks[1]]))
        for start, request, name, desks in rows
    )
