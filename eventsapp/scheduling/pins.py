"""Pinned requests first: a place for all of them together, or the smallest set of pins that cannot be kept together."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import combinations

from eventsapp.scheduling.board import Board
from eventsapp.scheduling.cpsat import Limits, Model, Step, minimise
from eventsapp.scheduling.index import Index, Place, Plan
from eventsapp.scheduling.validate import clash

SECONDS = 20.0
MAX_TRIES = 400


def place_pins(index: Index) -> Plan:
    """Places that keep all pins; raises `ProblemError` naming the clashing ones when there are none."""
    board = Board(index)
    for request in sorted(index.pinned, key=lambda r: len(index.options[r])):
        found = next(iter(board.places(request)), None)
        if found is None:
            return _solved(index)
        board.put(request, Place(found[1].bit_length() - 1, found[0]))
    return board.plan


def _solved(index: Index) -> Plan:
    plan = _together(index, index.pinned)
    if plan is not None:
        return plan
    names = _smallest(index)
    entries = [(request, index.problem.requests[request]) for request in names]
    raise clash(entries, "desks, people, tables or limits")


def _together(index: Index, requests: Sequence[int]) -> Plan | None:
    model = Model(index, requests, {})
    limits = Limits(time.monotonic() + SECONDS, 1, 1, lambda: False)
    return minimise(model, Step("pins", ()), limits, None).plan


def _smallest(index: Index) -> list[int]:
    """Remove pin after pin while the rest still clashes, then try for still smaller sets within what remains."""
    core = list(index.pinned)
    chunk = max(1, len(core) // 2)
    while chunk:
        position = 0
        while position < len(core):
            rest = core[:position] + core[position + chunk :]
            if rest and _together(index, rest) is None:
                core = rest
            else:
                position += chunk
        chunk //= 2
    tries = 0
    for size in range(1, len(core)):
        for group in combinations(index.pinned, size):
            tries += 1
            if tries > MAX_TRIES:
                return core
            if _together(index, group) is None:
                return list(group)
    return core
