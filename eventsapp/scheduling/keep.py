"""What was published stays where it can: the index narrowed to what is still open once all of it is in place.

Published meetings did not clash with each other, so all that are still possible one by one usually stay together; then
keeping them is the least change there is, proven by counting those that have no place left at all.
"""

from __future__ import annotations

from dataclasses import replace

from eventsapp.scheduling.board import Board
from eventsapp.scheduling.index import Index, Option, Place, Plan


def still_possible(index: Index) -> Plan:
    """The published meetings that still have exactly their place, each for itself."""
    plan: Plan = {}
    for request, kept in index.published.items():
        for option in index.options[request]:
            place = Place(kept[0], option)
            if option.starts >> kept[0] & 1 and index.key(place) == kept:
                plan[request] = place
                break
    return plan


def keep_published(index: Index, pins: Plan) -> tuple[Plan, bool]:
    """Pins and as many published meetings as fit beside them, and whether that is all that are still possible."""
    board = Board(index)
    board.load(pins)
    possible = still_possible(index)
    for request, place in possible.items():
        if (
            request not in board.plan
            and board.has_room(request)
            and board.starts(request, place.option) >> place.start & 1
        ):
            board.put(request, place)
    return board.plan, all(board.plan.get(request) == place for request, place in possible.items())


def narrowed(index: Index, plan: Plan) -> Index:
    """The same problem with the plan nailed: its requests have one option, others only what it leaves free."""
    board = Board(index)
    board.load(plan)
    options = []
    for request, own in enumerate(index.options):
        if request in plan:
            start, option = plan[request]
            options.append([option._replace(starts=1 << start)])
            continue
        open_now = (Option(o.desks, o.table, o.pools, board.starts(request, o)) for o in own)
        options.append([option for option in open_now if option.starts])
    return replace(index, options=options, pinned=sorted({*index.pinned, *plan}))
