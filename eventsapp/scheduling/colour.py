"""Slots for chosen requests: list edge colouring by insertion, alternating chains and ejection."""

from __future__ import annotations

import random
from collections.abc import Iterable

from eventsapp.scheduling.board import Board
from eventsapp.scheduling.index import Place, slots_of


def insert(board: Board, request: int) -> bool:
    """Hold the request in the free place that others need least, if there is one."""
    best: tuple[int, Place] | None = None
    index = board.index
    for option, mask in board.places(request):
        free = [board.free[index.desk_resource[desk]] for desk in option.desks]
        for slot in slots_of(mask):
            room = min((board.left[pool][slot] for pool in option.pools), default=0)
            cost = -room - (free[0] >> slot & 1) - (free[1] >> slot & 1)
            if best is None or cost < best[0]:
                best = (cost, Place(slot, option))
    if best is None:
        return False
    board.put(request, best[1])
    return True


def fill(board: Board, requests: Iterable[int]) -> list[int]:
    """Insert the requests one by one; those that found no place come back."""
    return [request for request in requests if not insert(board, request)]


def by_worth(board: Board, requests: Iterable[int], rng: random.Random) -> list[int]:
    """Pins first, then musts, then the most valuable; equal ones by lot; those with few slots before others."""
    index = board.index
    pinned = set(index.pinned)
    return sorted(
        requests,
        key=lambda r: (r not in pinned, not index.musts[r], -index.values[r], rng.random()),
    )
