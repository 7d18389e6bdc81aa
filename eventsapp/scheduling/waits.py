"""A bound of idle slots for events of any size: what availability alone makes each company wait, choice by choice.

How few idle slots a company can have with k meetings follows from its own slots and its rests; its lower convex hull
gives each unit of the flow a cost, so one min-cost flow bounds every schedule. What the earlier levels reached is kept
by the face of best flows where it is as chosen, and priced where it is not (Lagrange; each price gives a bound).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise

import numpy as np

from eventsapp.scheduling.bounds import FLOW_LEVELS
from eventsapp.scheduling.face import Face
from eventsapp.scheduling.index import Index, slots_of

SCALE = 1_000_000
VALUE_PRICES = (0.02, 0.03, 0.045, 0.1)
"""Idle slots per unit of value."""
MUST_PRICE = 100
"""Value that a must or a missing meeting is worth while it is priced."""


def idle_bound(face: Face, reached: Mapping[str, int], stopped: Callable[[], bool]) -> int:
    """Idle slots that every schedule of the face has that is as good as `reached` on the levels named there."""
    index = face.network.index
    steps = {company: _steps(index, company, face.network.caps[company]) for company in face.network.company_arcs}
    best = 0.0
    for price in VALUE_PRICES if reached else (0.0,):
        if stopped():
            break
        best = max(best, _priced(face, steps, reached, round(price * SCALE)))
    return math.ceil(best - 1e-6)


def _priced(face: Face, steps: Mapping[int, list[int]], reached: Mapping[str, int], price: int) -> float:
    """The least of idle slots plus what is lost against `reached` at a price, over all flows of the face."""
    network = face.network
    index = network.index
    priced = {level: (price * (1 if level == "value" else MUST_PRICE), figure) for level, figure in reached.items()}
    worth = {level: priced.get(level, (0, 0))[0] for level in FLOW_LEVELS}
    gain = network.values * worth["value"] + network.musts * worth["musts"]
    gains = {
        company: [worth["shortfall"] * (unit < index.least[company]) - step for unit, step in enumerate(own)]
        for company, own in steps.items()
    }
    chosen = face.choose(gain, gains)
    if chosen is None:
        return 0.0
    whole = 2 if network.doubled else 1
    cost = int(chosen.flows[network.request_arcs] @ -np.tile(gain, whole))
    for company, ends in network.company_arcs.items():
        for arcs in ends.values():
            cost -= sum(gains[company][: sum(int(chosen.flows[arc]) for arc in arcs)])
    best = {"value": 0, "musts": sum(index.musts), "shortfall": sum(index.least)}
    lost = sum(
        price * (figure if level == "value" else best[level] - figure) for level, (price, figure) in priced.items()
    )
    return (cost / whole + lost) / SCALE


def _steps(index: Index, company: int, most: int) -> list[int]:
    """The scaled cost of each further meeting: the slopes of the lower convex hulls of the idle slots of its desks."""
    open_slots = dict.fromkeys(index.company_desks[company], 0)
    for request in index.asked[company]:
        if index.lengths[request] > 1:
            return [0] * len(index.asked[company])
        for option in index.options[request]:
            for desk in option.desks:
                if desk in open_slots:
                    open_slots[desk] |= option.starts
    steps: list[int] = []
    for desk, mask in open_slots.items():
        steps += _slopes(_fewest(tuple(mask & block for block in index.blocks), index.desk_limit[desk])[: most + 1])
    steps.sort()
    return steps + steps[-1:] * (most - len(steps))


@cache
def _fewest(parts: tuple[int, ...], limit: int) -> tuple[int, ...]:
    """The fewest idle slots with 0, 1, 2, … meetings in the slots open to a desk, block by block."""
    best = [0]
    for part in parts:
        own = _fewest_in_block(part, limit)
        sums = [(a + b, x + y) for a, x in enumerate(best) for b, y in enumerate(own)]
        best = [min(idle for count, idle in sums if count == wanted) for wanted in range(len(best) + len(own) - 1)]
    return tuple(best)


@cache
def _fewest_in_block(part: int, limit: int) -> tuple[int, ...]:
    """The same within one block: the shortest stretch for so many meetings, with a rest after `limit` in a row."""
    slots = slots_of(part)
    shortest = [0]
    for number, first in enumerate(slots):
        held = run = 0
        before = -2
        for slot in slots[number:]:
            run = run + 1 if slot == before + 1 else 1
            before = slot
            if limit and run > limit:
                run = 0
                continue
            held += 1
            length = slot - first + 1
            if held == len(shortest):
                shortest.append(length)
            shortest[held] = min(shortest[held], length)
    return tuple(length - held for held, length in enumerate(shortest))


def _slopes(figures: tuple[int, ...]) -> list[int]:
    """The scaled slopes of the lower convex hull of a row of figures, rounded down."""
    corners: list[tuple[int, int]] = []
    for point in enumerate(figures):
        while len(corners) > 1 and _bends_down(corners[-2], corners[-1], point):
            corners.pop()
        corners.append(point)
    return [
        SCALE * (high - low) // (right - left)
        for (left, low), (right, high) in pairwise(corners)
        for _ in range(right - left)
    ]


def _bends_down(first: tuple[int, int], second: tuple[int, int], third: tuple[int, int]) -> bool:
    """Whether the second point lies on or above the line from the first to the third."""
    return (second[1] - first[1]) * (third[0] - first[0]) >= (third[1] - first[1]) * (second[0] - first[0])
