"""Small changes that would admit a request: a slot more for a desk, a meeting more for a company, a table more.

Each is verified: with the change the request fits into the schedule as it stands, so the gain is its whole value.
"""

from __future__ import annotations

from typing import Any

from eventsapp.scheduling.board import Board
from eventsapp.scheduling.index import Option, slots_of, starts_within

Fix = dict[str, Any]


def slot_for_desk(board: Board, request: int) -> Fix | None:
    """A slot in which one desk is free and the other one only lacks availability."""
    index = board.index
    item = index.problem.requests[request]
    if item.length > 1 or item.pin.slot is not None or not board.has_room(request) or item.pin.table is not None:
        return None
    allowed = index.everything if item.slots is None else sum(1 << slot for slot in item.slots)
    for a in index.company_desks[index.sides[request][0]]:
        for b in index.company_desks[index.sides[request][1]]:
            if item.desks is not None or index.desk_resource[a] == index.desk_resource[b]:
                continue
            for desk, other in ((a, b), (b, a)):
                mask = _free(board, other) & index.desk_masks[other] & _free(board, desk) & ~index.desk_masks[desk]
                mask &= allowed & _roomy(board, request, (a, b))
                if mask:
                    slot = slots_of(mask)[0]
                    gain = index.values[request]
                    return {"change": "slot_for_desk", "desk": index.desk_ids[desk], "slot": slot, "gain": gain}
    return None


def _free(board: Board, desk: int) -> int:
    """The slots in which a desk could take one more meeting, its availability apart."""
    return board.free[board.index.desk_resource[desk]] & ~board.banned.get(desk, 0)


def _roomy(board: Board, request: int, desks: tuple[int, int]) -> int:
    """The slots with a table, on days with room, for these two desks."""
    index = board.index
    item = index.problem.requests[request]
    mask = index.everything
    if not item.virtual and (index.table_ids or index.problem.capacity is not None):
        if any(index.desk_table[desk] >= 0 for desk in desks) or item.zone is not None:
            return 0
        mask &= board.open[index.pool(None)]
    for company in index.sides[request]:
        mask &= board.day_open.get(company, index.everything)
    for desk in desks:
        if desk in board.desk_busy:
            fit = (slot for slot in slots_of(mask) if not board.tires(desk, slot, 1))
            mask = sum(1 << slot for slot in fit)
    return mask & board.ordered(request)


def meeting_for_company(board: Board, request: int) -> Fix | None:
    """One meeting more for the only company that stands in the way."""
    index = board.index
    full = [company for company in index.sides[request] if board.room[company] <= 0]
    if len(full) != 1:
        return None
    for option in index.options[request]:
        mask = board.starts(request, option)
        if mask:
            company = index.problem.companies[full[0]].id
            slot = slots_of(mask)[0]
            return {"change": "meeting_for_company", "company": company, "slot": slot, "gain": index.values[request]}
    return None


def table_in_slot(board: Board, request: int) -> Fix | None:
    """One table more in a slot in which nothing else is in the way."""
    index = board.index
    if index.lengths[request] > 1:
        return None
    for option in index.options[request]:
        mask = _but_for_room(board, request, option)
        if mask:
            return {"change": "table_in_slot", "slot": slots_of(mask)[0], "gain": index.values[request]}
    return None


def _but_for_room(board: Board, request: int, option: Option) -> int:
    """The starts that only the room of pools forbids."""
    resource = board.index.desk_resource
    mask = board.free[resource[option.desks[0]]] & board.free[resource[option.desks[1]]]
    mask = starts_within(mask, board.index.lengths[request]) & option.starts & board.ordered(request)
    for company in board.index.sides[request]:
        mask &= board.day_open.get(company, board.index.everything)
    return board.rested(option, mask, board.index.lengths[request])
