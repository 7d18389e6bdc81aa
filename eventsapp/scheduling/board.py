"""A schedule under construction: what is where, and in which slots a request fits now.

Keeps every rule at every moment; all answers are bit masks of slots.
"""

from __future__ import annotations

from collections.abc import Iterator

from eventsapp.scheduling.index import Index, Option, Place, Plan, slots_of, starts_within
from eventsapp.scheduling.rules import Rule

CHECKED = (
    Rule.DESK_BUSY,
    Rule.PERSON_BUSY,
    Rule.TABLE_BUSY,
    Rule.CAPACITY,
    Rule.MAX_MEETINGS,
    Rule.MAX_PER_DAY,
    Rule.MAX_CONSECUTIVE,
    Rule.PIN,
    Rule.PRECEDENCE,
)
"""Rules that the board checks when a request is placed; the options keep the others."""


class Board:
    """Requests in their places; `free` per resource, `open` per pool, `room` per company, `cell[resource][slot]`."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.plan: Plan = {}
        self.free = [index.everything] * index.resources
        self.cell: list[list[int]] = [[-1] * index.slots for _ in range(index.resources)]
        self.room = list(index.most)
        self.left = [list(room) for room in index.pool_room]
        self.open = [sum((count > 0) << slot for slot, count in enumerate(room)) for room in index.pool_room]
        self.days: dict[int, list[int]] = {
            company: [most] * len(index.day_masks) for company, most in enumerate(index.per_day) if most is not None
        }
        self.day_open = {company: self._day_mask(company) for company in self.days}
        self.desk_busy: dict[int, int] = {desk: 0 for desk, limit in enumerate(index.desk_limit) if limit}
        self.banned: dict[int, int] = dict.fromkeys(self.desk_busy, 0)
        self.fixed = set(index.pinned)

    def _day_mask(self, company: int) -> int:
        masks = self.index.day_masks
        return sum(masks[day] for day, left in enumerate(self.days[company]) if left > 0)

    def starts(self, request: int, option: Option) -> int:
        """The slots in which the request could start now with this option, its companies' room apart."""
        index = self.index
        first, second = option.desks
        resource = index.desk_resource
        mask = self.free[resource[first]] & self.free[resource[second]]
        for pool in option.pools:
            mask &= self.open[pool]
        if self.days:
            for company in index.sides[request]:
                if company in self.day_open:
                    mask &= self.day_open[company]
        length = index.lengths[request]
        if length > 1:
            mask = starts_within(mask, length)
        mask &= option.starts
        if mask and self.desk_busy:
            mask = self.rested(option, mask, length)
        if mask and (request in index.before or request in index.after):
            mask &= self.ordered(request)
        return mask

    def rested(self, option: Option, mask: int, length: int) -> int:
        """The starts that break no limit of consecutive slots."""
        for desk in option.desks:
            if desk not in self.banned:
                continue
            if length == 1:
                mask &= ~self.banned[desk]
            else:
                mask = sum(1 << slot for slot in slots_of(mask) if not self.tires(desk, slot, length))
        return mask

    def tires(self, desk: int, start: int, length: int) -> bool:
        """Whether a meeting there would make the desk busy in too many slots in a row."""
        busy = self.desk_busy[desk] | ((1 << length) - 1) << start
        limit = self.index.desk_limit[desk]
        return any(starts_within(busy & block, limit + 1) for block in self.index.blocks)

    def ordered(self, request: int) -> int:
        """The starts that respect the requests that come before and after."""
        index = self.index
        mask = index.everything
        for other in index.before.get(request, ()):
            if other in self.plan:
                end = self.plan[other].start + index.lengths[other]
                mask &= -1 << end
        for other in index.after.get(request, ()):
            if other in self.plan:
                last = self.plan[other].start - index.lengths[request]
                mask &= (1 << (last + 1)) - 1 if last >= 0 else 0
        return mask

    def has_room(self, request: int) -> bool:
        """Whether both companies may have one more meeting."""
        first, second = self.index.sides[request]
        return self.room[first] > 0 and self.room[second] > 0

    def places(self, request: int) -> Iterator[tuple[Option, int]]:
        """The options that fit now, each with its mask of starts."""
        if request not in self.plan and self.has_room(request):
            for option in self.index.options[request]:
                mask = self.starts(request, option)
                if mask:
                    yield option, mask

    def put(self, request: int, place: Place) -> None:
        """Hold a request at a place that `starts` allows."""
        self._shift(request, place, 1)
        self.plan[request] = place

    def take(self, request: int) -> Place:
        """Remove a request from its place."""
        place = self.plan.pop(request)
        self._shift(request, place, -1)
        return place

    def _shift(self, request: int, place: Place, sign: int) -> None:
        index = self.index
        start, option = place
        length = index.lengths[request]
        span = ((1 << length) - 1) << start
        for desk in option.desks:
            resource = index.desk_resource[desk]
            cells = self.cell[resource]
            if sign > 0:
                self.free[resource] &= ~span
                cells[start : start + length] = [request] * length
            else:
                self.free[resource] |= span
                cells[start : start + length] = [-1] * length
            if desk in self.desk_busy:
                self.desk_busy[desk] ^= span
                self.banned[desk] = self._tired(desk)
        for company in index.sides[request]:
            self.room[company] -= sign
            if company in self.days:
                self.days[company][index.day_of[start]] -= sign
                self.day_open[company] = self._day_mask(company)
        for pool in option.pools:
            left = self.left[pool]
            for slot in range(start, start + length):
                left[slot] -= sign
                if left[slot] > 0:
                    self.open[pool] |= 1 << slot
                else:
                    self.open[pool] &= ~(1 << slot)

    def _tired(self, desk: int) -> int:
        """The free slots in which one more slot would break the limit of consecutive slots."""
        free = self.index.desk_masks[desk] & ~self.desk_busy[desk]
        return sum(1 << slot for slot in slots_of(free) if self.tires(desk, slot, 1))

    def load(self, plan: Plan) -> None:
        """Put a whole plan on an empty board."""
        for request, place in plan.items():
            self.put(request, place)

    def blockers(self, request: int, option: Option, start: int) -> set[int]:
        """The held requests that sit on the desks and people of a place."""
        index = self.index
        found = set()
        for desk in option.desks:
            cells = self.cell[index.desk_resource[desk]]
            found.update(cells[start : start + index.lengths[request]])
        found.discard(-1)
        found.discard(request)
        return found
