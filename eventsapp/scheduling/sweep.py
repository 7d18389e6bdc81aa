"""One slot emptied and filled again by a matching of greatest weight: the unplaced may enter, others may move there.

Exact for the slot: each desk has at most one meeting in it, so shortfall, musts and value of the slot are a sum over
the pairs that meet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
from ortools.graph.python import min_cost_flow

from eventsapp.scheduling.bounds import Network
from eventsapp.scheduling.colour import Colouring
from eventsapp.scheduling.index import Option, Place, slots_of

NOISE = 16
MAX_WORTH = 1 << 44


class Sweeper:
    """The candidates of each slot, and what each request is worth for the levels in their order."""

    def __init__(self, network: Network, colouring: Colouring, levels: Sequence[str], rng: Random) -> None:
        self.colouring = colouring
        self.rng = rng
        index = self.index = colouring.board.index
        weights = self._weights(levels)
        self.short = weights["shortfall"]
        self.worth = [
            v * weights["value"] + m * weights["musts"] for v, m in zip(index.values, index.musts, strict=True)
        ]
        flipped = {r: side != index.sides[r] for r, side in zip(network.live, network.sides, strict=True)}
        self.members: list[list[tuple[int, Option]]] = [[] for _ in range(index.slots)]
        for request, options in enumerate(index.options):
            if colouring.plain[request] and options:
                for option in options:
                    for slot in slots_of(option.starts):
                        self.members[slot].append((request, option))
        self.flipped = flipped

    def _weights(self, levels: Sequence[str]) -> dict[str, int]:
        """A weight per level with which a unit of an earlier level outweighs a whole slot of later ones."""
        index = self.index
        pairs = min(index.resources, len(index.options))
        largest = {"value": max(index.values, default=0) * pairs, "musts": pairs, "shortfall": 2 * pairs}
        weights = dict.fromkeys(largest, 0)
        weight = 1
        for level in reversed([level for level in levels if level in weights]):
            weights[level] = weight
            weight = min(MAX_WORTH, weight * (largest[level] + 1))
        return weights

    def sweep(self, stopped: Callable[[], bool]) -> None:
        """Go through all slots once in random order, then place what was pushed out."""
        order = list(range(self.index.slots))
        self.rng.shuffle(order)
        out: set[int] = set()
        for slot in order:
            if stopped():
                break
            out |= self.refill(slot)
        for request in sorted(out, key=lambda r: -self.worth[r]):
            if request not in self.colouring.board.plan and not self.colouring.insert(request):
                self.colouring.exchange(request)

    def refill(self, slot: int) -> set[int]:
        """Empty a slot and fill it again at its best; returns the requests that lost their place."""
        colouring, board, plan = self.colouring, self.colouring.board, self.colouring.board.plan
        index = self.index
        inside = [r for r, _ in self.members[slot] if r in plan and plan[r].start == slot and r not in board.fixed]
        before = {request: colouring.take(request) for request in dict.fromkeys(inside)}
        found: dict[int, tuple[int, Option]] = {}
        bit = 1 << slot
        resource = index.desk_resource
        for request, option in self.members[slot]:
            if request in found or not (
                board.free[resource[option.desks[0]]] & bit and board.free[resource[option.desks[1]]] & bit
            ):
                continue
            elsewhere = request in plan
            if elsewhere and request in board.fixed:
                continue
            if not elsewhere and not board.has_room(request):
                continue
            if request in before and option != before[request].option:
                continue
            found[request] = (self._gain(request, elsewhere, request in before), option)
        chosen = self._match(found, self._room(slot))
        for request in chosen:
            place = Place(slot, found[request][1])
            old = colouring.take(request) if request in plan else None
            if board.has_room(request) and board.starts(request, place.option) & bit:
                colouring.put(request, place)
            elif old is not None:
                colouring.put(request, old)
        return {request for request in before if request not in plan}

    def _gain(self, request: int, elsewhere: bool, here: bool) -> int:
        """What holding the request in the slot adds, with a little noise so that equal plans are all visited."""
        noise = self.rng.randrange(1, NOISE)
        if elsewhere:
            return noise
        board = self.colouring.board
        short = sum(self.index.most[c] - board.room[c] < self.index.least[c] for c in self.index.sides[request])
        return (self.worth[request] + short * self.short) * NOISE * 2 + noise + (NOISE // 2 if here else 0)

    def _room(self, slot: int) -> int:
        pools = [left[slot] for key, left in zip(range(1), self.colouring.board.left, strict=False)]
        return min(pools, default=self.index.resources)

    def _match(self, found: dict[int, tuple[int, Option]], room: int) -> list[int]:
        """The requests of a matching of greatest gain with at most `room` pairs."""
        if not found or room <= 0:
            return []
        requests = list(found)
        desks = [found[r][1].desks[::-1] if self.flipped.get(r) else found[r][1].desks for r in requests]
        resource = self.index.desk_resource
        ends = np.array([(resource[a], resource[b]) for a, b in desks], dtype=np.int64)
        lefts, tails = np.unique(ends[:, 0], return_inverse=True)
        rights, heads = np.unique(ends[:, 1], return_inverse=True)
        count, first = len(requests), 2 + len(lefts)
        gains = np.array([found[r][0] for r in requests], dtype=np.int64)
        supply = min(room, len(lefts), len(rights))
        tail = np.concatenate([tails + 2, np.zeros(len(lefts), int), np.arange(len(rights)) + first, [0]])
        head = np.concatenate([heads + first, np.arange(len(lefts)) + 2, np.ones(len(rights), int), [1]])
        cost = np.concatenate([-gains, np.zeros(len(lefts) + len(rights) + 1, np.int64)])
        capacity = np.ones(len(tail), np.int64)
        capacity[-1] = supply
        flow = min_cost_flow.SimpleMinCostFlow()
        arcs = flow.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), capacity, cost)
        flow.set_node_supply(0, supply)
        flow.set_node_supply(1, -supply)
        if flow.solve() != flow.OPTIMAL:
            return []
        used = flow.flows(arcs[:count])
        return [request for request, units in zip(requests, used, strict=True) if units]
