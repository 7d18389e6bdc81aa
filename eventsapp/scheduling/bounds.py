"""What no schedule can beat: choosing the meetings as one min-cost flow, slots left aside but for their number.

Companies are nodes, requests are arcs of capacity one, minima are bonuses on the first units of a company's arc:
without availability this is a transport problem, integral and exact for shortfall, musts and value in any order. What
is known of time enters as laminar sets of slots ("mornings"): a request that can only be held within such a set passes
a node that counts the company's slots of the set, and companies that only come then share its room. When companies
meet on both sides, each request is an arc in both directions of the doubled graph and the optimum is half of its cost:
the fractional matching bound.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.graph.python import min_cost_flow

from eventsapp.scheduling.index import Index, mask_of_all, slots_of

FLOW_LEVELS = ("shortfall", "musts", "value")
MAX_SETS = 12
PRICES = (20, 60, 200)
NEARLY = 300


@dataclass(frozen=True)
class Choice:
    """The best choice of requests when slots only count: its figures bound every schedule.

    `rounded` are the levels whose figure was a half or hid halves: no schedule is on the face of such a choice.
    `mended` says that halves of meetings were made whole: the requests are not those of the flow any more.
    """

    requests: tuple[int, ...]
    figures: dict[str, int]
    flows: np.ndarray
    rounded: frozenset[str] = frozenset()
    mended: bool = False


class Network:
    """The flow network of an index; built once, solved for different orders of the levels and choices to avoid."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.live = [request for request, options in enumerate(index.options) if options]
        self.spans = [
            mask_of_all(_span(option.starts, index.lengths[r]) for option in index.options[r]) for r in self.live
        ]
        self.sides, self.doubled = _orient(index, self.live)
        self.sets = _laminar(self.spans, index.everything)
        self.parent = [_smallest(self.sets, mask, number) for number, mask in enumerate(self.sets)]
        self.in_set = [_smallest(self.sets, span) for span in self.spans]
        self.caps = _caps(index)
        self.room_of = self._slot_rooms()
        self._tails: list[int] = []
        self._heads: list[int] = []
        self._room: list[int] = []
        self.rungs: list[tuple[int, int]] = []
        self.company_arcs: dict[int, dict[int, list[int]]] = {}
        self.set_arcs: dict[int, list[int]] = {}
        self.nodes = 2
        self._build()

    def _arc(self, tail: int, head: int, room: int) -> None:
        self._tails.append(tail)
        self._heads.append(head)
        self._room.append(room)

    def _node(self) -> int:
        self.nodes += 1
        return self.nodes - 1

    def _build(self) -> None:
        """Source, rooms of the sets, companies with their sets, requests, and the same mirrored to the sink."""
        forward = list(zip(self.live, self.sides, self.in_set, strict=True))
        arcs = [(left, right, number) for _, (left, right), number in forward]
        if self.doubled:
            arcs += [(right, left, number) for left, right, number in arcs]
        left = self._fan([a for a, _, _ in arcs], [n for _, _, n in arcs], 0)
        right = self._fan([b for _, b, _ in arcs], [n for _, _, n in arcs], 1)
        self.first_request = len(self._tails)
        for tail, head in zip(left, right, strict=True):
            self._arc(tail, head, 1)
        entering = sum(room for tail, room in zip(self._tails, self._room, strict=True) if tail == 0)
        # One unit always passes beside, so that the duals price the companies' limits and not the supply.
        self.supply = min(len(arcs), entering) + 1
        self._arc(0, 1, self.supply)
        self.tails = np.array(self._tails, dtype=np.int32)
        self.heads = np.array(self._heads, dtype=np.int32)
        self.room = np.array(self._room, dtype=np.int64)
        self.request_arcs = slice(self.first_request, self.first_request + len(arcs))
        index = self.index
        pinned = set(index.pinned)
        self.values = np.array([index.values[r] for r in self.live], dtype=np.int64)
        self.musts = np.array([index.musts[r] for r in self.live], dtype=np.int64)
        self.pins = np.array([r in pinned for r in self.live], dtype=np.int64)

    def _fan(self, companies: Sequence[int], numbers: Sequence[int], end: int) -> list[int]:
        """The node at which each request arc meets its company, on the source's (0) or the sink's (1) side."""
        rooms = self._rooms(end)
        mask: dict[int, int] = {}
        for company, number in zip(companies, numbers, strict=True):
            mask[company] = mask.get(company, 0) | self.sets[number]
        nodes: dict[tuple[int, int], int] = {}
        for company, own in mask.items():
            node = nodes[company, 0] = self._node()
            room = rooms[_smallest(self.sets, own)]
            cap, least = self.caps[company], min(self.index.least[company], self.caps[company])
            for bonus, units in ((True, least), (False, cap - least)):
                if units:
                    self.company_arcs.setdefault(company, {}).setdefault(end, []).append(len(self._tails))
                    if bonus:
                        self.rungs.append((len(self._tails), company))
                    self._link(end, room, node, units)
        return [self._at(nodes, end, company, number) for company, number in zip(companies, numbers, strict=True)]

    def _link(self, end: int, outer: int, inner: int, room: int) -> None:
        self._arc(*((outer, inner) if end == 0 else (inner, outer)), room)

    def _at(self, nodes: dict[tuple[int, int], int], end: int, company: int, number: int) -> int:
        """The node of a company's set, made with its chain of larger sets when it is first asked for."""
        node = nodes.get((company, number))
        if node is None:
            outer = self._at(nodes, end, company, self.parent[number])
            node = nodes[company, number] = self._node()
            self.set_arcs.setdefault(company, []).append(len(self._tails))
            self._link(end, outer, node, _available(self.index, company, self.sets[number]))
        return node

    def _rooms(self, end: int) -> list[int]:
        """The node of each set's room: all meetings of companies that come within the set pass it."""
        index = self.index
        if any(not option.pools for r in self.live for option in index.options[r][:1]) or not index.pool_room:
            return [end] * len(self.sets)
        nodes: list[int] = []
        for number, mask in enumerate(self.sets):
            node = self._node()
            room = sum(self.room_of[slot] for slot in slots_of(mask))
            self._link(end, end if number == 0 else nodes[self.parent[number]], node, room * (2 if self.doubled else 1))
            nodes.append(node)
        return nodes

    def _slot_rooms(self) -> list[int]:
        """The most meetings of each slot: by its room, and by the people of either side who can meet then."""
        index = self.index
        if not index.pool_room:
            return []
        rooms = list(index.pool_room[index.pool(None)])
        if self.doubled:
            return rooms
        masks: tuple[dict[int, int], dict[int, int]] = ({}, {})
        for request, side in zip(self.live, self.sides, strict=True):
            flipped = side != index.sides[request]
            for option in index.options[request]:
                span = _span(option.starts, index.lengths[request])
                for end, desk in enumerate(option.desks[::-1] if flipped else option.desks):
                    resource = index.desk_resource[desk]
                    masks[end][resource] = masks[end].get(resource, 0) | span
        for own in masks:
            counts = [sum(mask >> slot & 1 for mask in own.values()) for slot in range(index.slots)]
            rooms = [min(room, count) for room, count in zip(rooms, counts, strict=True)]
        return rooms

    def choose(self, levels: Sequence[str]) -> Choice:
        """A best choice for the levels in their order, with the figures that no schedule can beat."""
        choice = self._choice(self.weights(levels))
        if self._exact(levels):
            return choice
        alone = {level: self._choice(self.weights([level])).figures[level] for level in levels if level in FLOW_LEVELS}
        return replace(choice, figures={**choice.figures, **alone})

    def _exact(self, levels: Sequence[str]) -> bool:
        """Whether the weights put the levels strictly one before the other; else each is bounded for itself."""
        return self._strictly(levels, {})[1] <= self.most_cost

    def _choice(self, weights: dict[str, int]) -> Choice:
        flows = self.solve(self.room, self.costs(weights), self.supplies())
        return self.choice_of(flows)

    def choice_of(self, flows: np.ndarray) -> Choice:
        """What a flow chooses."""
        figures, rounded = self._figures(flows)
        return Choice(self._chosen(flows), figures, flows, rounded)

    def value_bound(self, met: Sequence[str], reached: dict[str, int]) -> int:
        """The most value when the levels `met` are at their bounds and those of `reached` are no worse than reached.

        The latter are priced instead of kept (Lagrange): each price gives a bound, the smallest one counts.
        """
        best = self._choice(self.weights([*met, "value"])).figures["value"]
        if self.doubled or not reached:
            return best
        for price in PRICES:
            weights = self.weights([*met, "value"], dict.fromkeys(reached, price))
            figures = self._choice(weights).figures
            priced = figures["value"] + sum(price * (most - figures[level]) for level, most in reached.items())
            best = min(best, priced)
        return best

    def costs(self, weights: dict[str, int]) -> np.ndarray:
        """The cost of a unit on each arc: minus the weighted figures it brings."""
        cost = np.zeros(len(self.tails), dtype=np.int64)
        for arc, _ in self.rungs:
            cost[arc] = -weights["shortfall"]
        gain = self.values * weights["value"] + self.musts * weights["musts"] + self.pins * weights["pin"]
        cost[self.request_arcs] = -np.tile(gain, 2 if self.doubled else 1)
        return cost

    def weights(self, levels: Sequence[str], prices: dict[str, int] | None = None) -> dict[str, int]:
        """A weight per level, an earlier one far above the later ones; `prices` of other levels are in value."""
        weights, weight = self._strictly(levels, prices or {})
        if weight > self.most_cost:
            weight = 1
            for level in reversed([level for level in levels if weights.get(level)]):
                weights[level] = weight
                weight *= NEARLY * (max(self.index.values) if level == "value" else 1)
        weights["pin"] = weight if self.index.pinned else 0
        return weights

    def _strictly(self, levels: Sequence[str], prices: dict[str, int]) -> tuple[dict[str, int], int]:
        """Weights with which one unit of a level outweighs all of the later ones, and the weight above them all."""
        index = self.index
        largest = sum(sorted((index.values[r] for r in self.live), reverse=True)[: self.supply])
        total = {
            "value": max(1, largest),
            "musts": sum(index.musts),
            "shortfall": (2 if self.doubled else 1) * sum(map(min, index.least, self.caps)),
        }
        total["value"] += sum(price * total[level] for level, price in prices.items())
        weights: dict[str, int] = {**dict.fromkeys((*FLOW_LEVELS, "pin"), 0), **prices}
        weight = 1
        for level in reversed([level for level in levels if level in FLOW_LEVELS]):
            if total[level]:
                weights[level] = weight
                weight *= total[level] + 1
        return weights, weight

    @property
    def most_cost(self) -> int:
        """The largest cost with which the flow, which scales by the number of nodes, does not overflow."""
        return (1 << 62) // (self.nodes + 2)

    def supplies(self) -> np.ndarray:
        """What enters and leaves the network at each node."""
        supplies = np.zeros(self.nodes, dtype=np.int64)
        supplies[0], supplies[1] = self.supply, -self.supply
        return supplies

    def solve(
        self, room: np.ndarray, cost: np.ndarray, supplies: np.ndarray, units: Sequence[tuple[int, int]] = ()
    ) -> np.ndarray:
        """The cheapest flow on each arc; `units` are single units (arc, cost) beside an arc, added to its flow."""
        used = np.flatnonzero(room)
        extra = np.array([arc for arc, _ in units], dtype=np.int64)
        arcs = np.concatenate([used, extra])
        rooms = np.concatenate([room[used], np.ones(len(extra), dtype=np.int64)])
        costs = np.concatenate([cost[used], np.array([unit for _, unit in units], dtype=np.int64)])
        flow = min_cost_flow.SimpleMinCostFlow()
        numbers = flow.add_arcs_with_capacity_and_unit_cost(self.tails[arcs], self.heads[arcs], rooms, costs)
        nodes = np.flatnonzero(supplies)
        flow.set_nodes_supplies(nodes.astype(np.int32), supplies[nodes])
        status = flow.solve()
        if status != flow.OPTIMAL:
            raise ArithmeticError(f"the flow of the choice ended with {status}")
        flows = np.zeros(len(room), dtype=np.int64)
        np.add.at(flows, arcs, flow.flows(numbers))
        return flows

    def company_units(self, flows: np.ndarray) -> dict[int, int]:
        """How many units pass each company; in a doubled graph both directions together."""
        return {
            company: sum(int(flows[arc]) for arcs in ends.values() for arc in arcs)
            for company, ends in self.company_arcs.items()
        }

    def _units(self, flows: np.ndarray) -> tuple[np.ndarray, int]:
        """The units on each request, and how many make it whole."""
        used = flows[self.request_arcs]
        if not self.doubled:
            return used, 1
        count = len(self.live)
        return used[:count] + used[count:], 2

    def splits(self, flows: np.ndarray) -> bool:
        """Whether a flow of a doubled graph holds halves of meetings."""
        units, whole = self._units(flows)
        return bool((units % whole).any())

    def _chosen(self, flows: np.ndarray) -> tuple[int, ...]:
        units, whole = self._units(flows)
        return tuple(np.array(self.live, dtype=np.int64)[units == whole].tolist())

    def _figures(self, flows: np.ndarray) -> tuple[dict[str, int], frozenset[str]]:
        """The figures of a flow; halves of the doubled graph count as half, rounded to the side that still bounds."""
        units, whole = self._units(flows)
        index = self.index
        reached = sum(int(flows[arc]) for arc, _ in self.rungs)
        missing = {
            "shortfall": whole * sum(index.least) - reached,
            "musts": whole * sum(index.musts) - int(units @ self.musts),
            "value": -int(units @ self.values),
        }
        figures = {level: -(-count // whole) for level, count in missing.items()}
        figures["value"] = -figures["value"]
        return figures, frozenset(level for level, count in missing.items() if count % whole)


def _span(starts: int, length: int) -> int:
    """All slots that a request may fill."""
    span = starts
    for step in range(1, length):
        span |= starts << step
    return span


def _orient(index: Index, live: Sequence[int]) -> tuple[list[tuple[int, int]], bool]:
    """Each request from one class of companies to the other, or as it is when no such classes exist."""
    neighbours: dict[int, list[int]] = {}
    for request in live:
        a, b = index.sides[request]
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    colour: dict[int, int] = {}
    for request in live:
        start = index.sides[request][0]
        if start in colour:
            continue
        colour[start] = 0
        stack = [start]
        while stack:
            company = stack.pop()
            for other in neighbours[company]:
                if other not in colour:
                    colour[other] = 1 - colour[company]
                    stack.append(other)
                elif colour[other] == colour[company]:
                    return [index.sides[r] for r in live], True
    return [index.sides[r] if colour[index.sides[r][0]] == 0 else index.sides[r][::-1] for r in live], False


def _laminar(spans: Sequence[int], everything: int) -> list[int]:
    """All slots, then the sets of slots within which most requests must lie, pairwise nested or disjoint."""
    sets = [everything]
    for mask, _ in Counter(spans).most_common(60):
        if len(sets) > MAX_SETS:
            break
        if mask not in sets and all(mask & other in (0, mask, other) for other in sets):
            sets.append(mask)
    return [everything, *sorted(sets[1:], key=lambda mask: (-mask.bit_count(), mask))]


def _smallest(sets: Sequence[int], mask: int, above: int | None = None) -> int:
    """The number of the smallest set that holds the mask; with `above` the smallest one around set `above`."""
    best = 0
    for number, other in enumerate(sets):
        if number != above and mask & ~other == 0 and other.bit_count() < sets[best].bit_count():
            best = number
    return best


def _available(index: Index, company: int, within: int) -> int:
    """How many slots the company's people have within a set."""
    people: dict[int, list[int]] = {}
    for desk in index.company_desks[company]:
        people.setdefault(index.desk_resource[desk], []).append(desk)
    return sum(
        _restful(index, desks[0], index.desk_masks[desks[0]] & within).bit_count()
        if len(desks) == 1
        else (mask_of_all(index.desk_masks[desk] for desk in desks) & within).bit_count()
        for desks in people.values()
    )


def _restful(index: Index, desk: int, mask: int) -> int:
    """The most slots that the limit of consecutive slots leaves: the first ones of each run, greedily."""
    limit = index.desk_limit[desk]
    if not limit:
        return mask
    kept = 0
    for block in index.blocks:
        run = 0
        before = -2
        for slot in slots_of(mask & block):
            run = run + 1 if slot == before + 1 else 1
            if run > limit:
                run = 0
                before = -2
                continue
            before = slot
            kept |= 1 << slot
    return kept


def _caps(index: Index) -> list[int]:
    """The most meetings that each company can have by its maxima, its desks' slots and its days."""
    caps = []
    for company, most in enumerate(index.most):
        days = [_available(index, company, mask) for mask in index.day_masks]
        daily = index.per_day[company]
        if daily is not None:
            days = [min(daily, count) for count in days]
        caps.append(min(most, len(index.asked[company]), sum(days)))
    return caps
