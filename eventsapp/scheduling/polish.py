"""Fewer idle slots with the same meetings: two slots exchanged along a chain of meetings, accepted by annealing.

The neighbourhood is a connected component of the meetings of two slots (Kempe): it always leaves desks, people and the
meetings held as they are, so every level but idle and moves keeps its figure. Steps start at desks that wait.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from eventsapp.scheduling.index import Index, Place, Plan, mask_of, slots_of, starts_within

STEPS_PER_MEETING = 1_200
MAX_COMPONENT = 24
BESIDE = 0.6
PARTNERS = 8
HOT, COLD = 0.9, 0.12
ASK_EVERY = 512


class Polisher:
    """Meetings in their slots with the busy masks of their desks, made for many small exchanges."""

    def __init__(self, index: Index, plan: Plan, rng: Random) -> None:
        self.index = index
        self.rng = rng
        self.plan = plan
        desks = len(index.desk_ids)
        self.at = {request: place.start for request, place in plan.items()}
        self.desks = {request: place.option.desks for request, place in plan.items()}
        self.pools = {request: place.option.pools for request, place in plan.items()}
        self.busy = [0] * desks
        self.cell = [[-1] * index.slots for _ in range(index.resources)]
        self.left = [list(room) for room in index.pool_room]
        self.held: list[list[int]] = [[] for _ in range(desks)]
        self.in_slot: list[list[int]] = [[] for _ in range(index.slots)]
        self.known: dict[int, int] = {0: 0}
        still = {*index.pinned, *index.published}
        self.ordered = {*index.before, *index.after}
        self.allowed = {r: 0 if r in still else self._allowed(r, place) for r, place in plan.items()}
        for request, place in plan.items():
            self._load(request, place)
        for request, slot in self.at.items():
            self.in_slot[slot].append(request)
        self.waits = [self.gap(mask) for mask in self.busy]
        self.waiting = [desk for desk in range(desks) if self.waits[desk]]
        self.spot = {desk: position for position, desk in enumerate(self.waiting)}
        self.idle = sum(self.waits)

    def _allowed(self, request: int, place: Place) -> int:
        """The slots to which a meeting may move; those of companies with a maximum per day stay on their day."""
        if self.index.lengths[request] > 1:
            return 0
        mask = place.option.starts
        if any(self.index.per_day[company] is not None for company in self.index.sides[request]):
            mask &= self.index.day_masks[self.index.day_of[place.start]]
        return mask

    def _load(self, request: int, place: Place) -> None:
        index = self.index
        span = range(place.start, place.start + index.lengths[request])
        for desk in place.option.desks:
            self.busy[desk] |= mask_of(span)
            self.held[desk].append(request)
            for slot in span:
                self.cell[index.desk_resource[desk]][slot] = request
        for pool in place.option.pools:
            for slot in span:
                self.left[pool][slot] -= 1

    def gap(self, mask: int) -> int:
        """The idle slots of a desk with these busy slots."""
        found = self.known.get(mask)
        if found is None:
            found = 0
            for block in self.index.blocks:
                part = mask & block
                if part:
                    found += part.bit_length() - (part & -part).bit_length() + 1 - part.bit_count()
            self.known[mask] = found
        return found

    def component(self, request: int, here: int, there: int) -> list[int] | None:
        """The meetings that must change slots with this one; None when one of them may not."""
        cell, resource, desks, at, allowed = self.cell, self.index.desk_resource, self.desks, self.at, self.allowed
        found = [request]
        for member in found:
            target = there if at[member] == here else here
            if not allowed[member] >> target & 1 or len(found) > MAX_COMPONENT:
                return None
            for desk in desks[member]:
                other = cell[resource[desk]][target]
                if other != -1 and other not in found:
                    found.append(other)
        return found

    def masks(self, members: list[int], here: int, there: int) -> dict[int, int]:
        """The busy masks that the desks would have after the exchange."""
        both = 1 << here | 1 << there
        busy = self.busy
        touched = {desk for member in members for desk in self.desks[member]}
        return {desk: busy[desk] if busy[desk] & both == both else busy[desk] ^ both for desk in touched}

    def has_room(self, members: list[int], here: int, there: int) -> bool:
        """Whether every pool has room for the exchange."""
        change: dict[int, int] = {}
        for member in members:
            step = 1 if self.at[member] == here else -1
            for pool in self.pools[member]:
                change[pool] = change.get(pool, 0) + step
        return all(
            not step or (self.left[pool][there] >= step if step > 0 else self.left[pool][here] >= -step)
            for pool, step in change.items()
        )

    def rested(self, after: dict[int, int]) -> bool:
        """Whether no desk exceeds its limit of consecutive slots."""
        limits = self.index.desk_limit
        return not any(
            limits[desk] and any(starts_within(mask & block, limits[desk] + 1) for block in self.index.blocks)
            for desk, mask in after.items()
        )

    def in_order(self, members: list[int], here: int, there: int) -> bool:
        """Whether requests that come before others still do."""
        if self.ordered.isdisjoint(members):
            return True
        index, at = self.index, self.at
        after = {member: there if at[member] == here else here for member in members}

        def ends_before(one: int, other: int) -> bool:
            if one not in at or other not in at:
                return True
            return after.get(one, at[one]) + index.lengths[one] <= after.get(other, at[other])

        return all(
            all(ends_before(earlier, member) for earlier in index.before.get(member, ()))
            and all(ends_before(member, later) for later in index.after.get(member, ()))
            for member in members
        )

    def exchange(self, members: list[int], here: int, there: int, after: dict[int, int]) -> None:
        """Carry out an exchange."""
        resource = self.index.desk_resource
        for member in members:
            for desk in self.desks[member]:
                self.cell[resource[desk]][self.at[member]] = -1
        for member in members:
            old = self.at[member]
            new = self.at[member] = there if old == here else here
            self.in_slot[old].remove(member)
            self.in_slot[new].append(member)
            for desk in self.desks[member]:
                self.cell[resource[desk]][new] = member
            for pool in self.pools[member]:
                self.left[pool][old] += 1
                self.left[pool][new] -= 1
        for desk, mask in after.items():
            self.busy[desk] = mask
            wait = self.gap(mask)
            self.idle += wait - self.waits[desk]
            self._mark(desk, wait)

    def _mark(self, desk: int, wait: int) -> None:
        """Keep the list of desks that wait."""
        if bool(wait) != bool(self.waits[desk]):
            if wait:
                self.spot[desk] = len(self.waiting)
                self.waiting.append(desk)
            else:
                position, last = self.spot.pop(desk), self.waiting.pop()
                if last != desk:
                    self.waiting[position] = last
                    self.spot[last] = position
        self.waits[desk] = wait

    def step(self, heat: float) -> None:
        """Try one exchange that starts at a desk that waits."""
        rng = self.rng
        desk = self.waiting[int(rng.random() * len(self.waiting))]
        meetings = self.held[desk]
        request = meetings[int(rng.random() * len(meetings))]
        here = self.at[request]
        mask = self.allowed[request] & ~(1 << here)
        if rng.random() < BESIDE:
            rest = self.busy[desk] & ~(1 << here)
            mask = mask & (rest << 1 | rest >> 1) & ~rest or mask
        targets = slots_of(mask)
        if not targets:
            return
        there = targets[int(rng.random() * len(targets))]
        members = self.component(request, here, there)
        if members is None:
            return
        members = self.balanced(members, here, there)
        if members is None:
            return
        after = self.masks(members, here, there)
        change = sum(self.gap(mask) - self.waits[desk] for desk, mask in after.items())
        if change > 0 and rng.random() >= math.exp(-change / heat):
            return
        if self.rested(after) and self.in_order(members, here, there):
            self.exchange(members, here, there, after)

    def balanced(self, members: list[int], here: int, there: int) -> list[int] | None:
        """The members when the pools have room for them, else with a second component that goes the other way."""
        if self.has_room(members, here, there):
            return members
        surplus = sum(1 if self.at[member] == here else -1 for member in members)
        crowded, other = (there, here) if surplus > 0 else (here, there)
        meetings = self.in_slot[crowded]
        for _ in range(PARTNERS if meetings else 0):
            partner = meetings[int(self.rng.random() * len(meetings))]
            if partner in members or not self.allowed[partner] >> other & 1:
                continue
            found = self.component(partner, crowded, other)
            if found is not None and self.has_room(both := members + found, here, there):
                return both
        return None

    def result(self) -> Plan:
        """The plan as it stands."""
        return {request: Place(self.at[request], place.option) for request, place in self.plan.items()}


def less_idle(
    index: Index,
    plan: Plan,
    floor: int,
    rng: Random,
    spent: Callable[[], float],
    stopped: Callable[[], bool],
    found: Callable[[Callable[[], Plan]], None],
) -> Plan:
    """The plan with its meetings in other slots so that desks wait less, at best `floor` slots.

    `spent` is the share of the time used; `found` is told now and then how to make the best plan so far.
    """
    polisher = Polisher(index, plan, rng)
    steps = STEPS_PER_MEETING * sum(mask.bit_count() > 1 for mask in polisher.allowed.values())
    best, best_at = polisher.idle, dict(polisher.at)
    told, heat = best, HOT

    def best_plan() -> Plan:
        return {request: Place(best_at[request], place.option) for request, place in plan.items()}

    for number in range(steps):
        if polisher.idle <= floor:
            break
        if number % ASK_EVERY == 0:
            if stopped():
                break
            if best < told:
                told = best
                found(best_plan)
            done = max(number / steps, spent())
            heat = HOT * (COLD / HOT) ** done
        polisher.step(heat)
        if polisher.idle < best and (number % 64 == 0 or polisher.idle <= floor or polisher.idle < best - 8):
            best, best_at = polisher.idle, dict(polisher.at)
    return best_plan() if polisher.idle > best else polisher.result()
