"""Tables after slots: every meeting that may sit anywhere gets a free table of its zone, where its people already are.

The board has counted the room of laminar pools, so by Hall's theorem a table is found for each one; per slot the choice
of tables is one exact assignment that keeps desks without a fixed table where they sat and will sit.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
from ortools.graph.python import linear_sum_assignment

from eventsapp.scheduling.index import ANY, Index, Plan

STAY = 1_000_000
FAR = 1_000
FORBIDDEN = 10**12


def seat(index: Index, plan: Plan, sweeps: int = 4) -> dict[int, int]:
    """A table for each meeting of the plan that has none; sweeps over the slots lower table changes, then the way."""
    if not index.table_ids:
        return {}
    slots: dict[int, list[int]] = defaultdict(list)
    taken: dict[int, set[int]] = defaultdict(set)
    for request, (start, option) in plan.items():
        if option.table != ANY:
            for slot in range(start, start + index.lengths[request]):
                taken[slot].add(option.table)
        elif option.pools:
            slots[start].append(request)
    chosen: dict[int, int] = {}
    if not slots:
        return chosen
    walks = _walks(index, plan)
    distances = _distances(index)
    for sweep in range(sweeps):
        before = dict(chosen)
        order = sorted(slots, reverse=bool(sweep % 2))
        for slot in order:
            _assign(index, plan, slots[slot], taken[slot], slot, chosen, walks, distances)
        if before == chosen:
            break
    return chosen


def _walks(index: Index, plan: Plan) -> dict[int, list[int]]:
    """For each request its neighbours in time: meetings just before and after, the same day, of desks that walk."""
    stops: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for request, (start, option) in plan.items():
        if option.pools and (option.table != ANY or index.table_ids):
            for desk in option.desks:
                if index.desk_table[desk] == ANY:
                    stops[desk, index.day_of[start]].append((start, request))
    neighbours: dict[int, list[int]] = defaultdict(list)
    for way in stops.values():
        way.sort()
        for (_, one), (_, two) in pairwise(way):
            neighbours[one].append(two)
            neighbours[two].append(one)
    return neighbours


def _distances(index: Index) -> np.ndarray | None:
    tables = index.problem.tables or ()
    if any(table.x is None or table.y is None for table in tables):
        return None
    spots = np.array([(table.x, table.y) for table in tables], dtype=float)
    apart: np.ndarray = np.hypot(spots[:, None, 0] - spots[None, :, 0], spots[:, None, 1] - spots[None, :, 1])
    return apart


def _assign(
    index: Index,
    plan: Plan,
    requests: list[int],
    taken: set[int],
    slot: int,
    chosen: dict[int, int],
    walks: dict[int, list[int]],
    distances: np.ndarray | None,
) -> None:
    """Give the meetings of one slot their tables at the least cost of walking to their neighbours' tables."""
    free = [t for t, mask in enumerate(index.table_masks) if mask >> slot & 1 and t not in taken]
    cost = np.zeros((len(requests), len(free)), dtype=np.int64)
    for row, request in enumerate(requests):
        zone = index.problem.requests[request].zone
        for other in walks.get(request, ()):
            table = plan[other].option.table if plan[other].option.table != ANY else chosen.get(other, ANY)
            if table == ANY:
                continue
            cost[row] += STAY
            if distances is not None:
                cost[row] += (FAR * distances[table, free]).astype(np.int64)
            if table in free:
                cost[row, free.index(table)] -= STAY
        if zone is not None:
            cost[row] += np.array([0 if index.table_zone[t] == zone else FORBIDDEN for t in free], dtype=np.int64)
    for request, column in zip(requests, _cheapest(cost), strict=True):
        chosen[request] = free[column]


def _cheapest(cost: np.ndarray) -> list[int]:
    """The column of each row in a cheapest assignment; spare columns are filled up by empty rows."""
    rows, columns = cost.shape
    left, right = np.divmod(np.arange(columns * columns), columns)
    full = np.zeros((columns, columns), dtype=np.int64)
    full[:rows] = cost
    solver = linear_sum_assignment.SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(left.astype(np.int32), right.astype(np.int32), full.ravel())
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise ArithmeticError(f"the assignment of tables ended with {status}")
    return [solver.right_mate(row) for row in range(rows)]
