"""The figures of a plan as the search needs them; what is reported comes from the checker."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise

from eventsapp.scheduling.index import ANY, Index, Place, Plan, mask_of_all


def degrees(index: Index, plan: Plan) -> list[int]:
    """How many meetings each company has."""
    counts = [0] * len(index.most)
    for request in plan:
        first, second = index.sides[request]
        counts[first] += 1
        counts[second] += 1
    return counts


def shortfall(index: Index, plan: Plan) -> int:
    """Meetings that are missing to the minima."""
    return sum(max(0, least - count) for least, count in zip(index.least, degrees(index, plan), strict=True))


def musts(index: Index, plan: Plan) -> int:
    """Must requests that are left out."""
    return sum(must and request not in plan for request, must in enumerate(index.musts))


def value(index: Index, plan: Plan) -> int:
    """The value of what is held."""
    return sum(index.values[request] for request in plan)


def changes(index: Index, plan: Plan) -> int:
    """Published meetings that are not held exactly as published."""
    return sum(request not in plan or index.key(plan[request]) != kept for request, kept in index.published.items())


def lost(index: Index) -> int:
    """Published meetings that have no place left as they were: so many changes there are at least."""
    return sum(
        not any(o.starts >> kept[0] & 1 and index.key(Place(kept[0], o)) == kept for o in index.options[request])
        for request, kept in index.published.items()
    )


def shares(index: Index, plan: Plan) -> list[tuple[int, int]]:
    """Meetings held and meetings possible of each company that has any possible."""
    caps = [min(most, len(asked)) for most, asked in zip(index.most, index.asked, strict=True)]
    return [(count, cap) for count, cap in zip(degrees(index, plan), caps, strict=True) if cap]


def no_more_than(index: Index, plan: Plan, share: Fraction) -> int:
    """How many companies are served with at most this share."""
    return sum(count * share.denominator <= share.numerator * cap for count, cap in shares(index, plan))


def lowest(index: Index, plan: Plan) -> Fraction:
    """The lowest share served."""
    return min((Fraction(count, cap) for count, cap in shares(index, plan)), default=Fraction(1))


def busy_masks(index: Index, plan: Plan) -> list[int]:
    """The busy slots of each desk."""
    busy = [0] * len(index.desk_ids)
    for request, (start, option) in plan.items():
        span = ((1 << index.lengths[request]) - 1) << start
        for desk in option.desks:
            busy[desk] |= span
    return busy


def gaps(mask: int) -> int:
    """Zeros between the first and the last bit of a mask."""
    return mask.bit_length() - (mask & -mask).bit_length() + 1 - mask.bit_count() if mask else 0


def idle(index: Index, plan: Plan) -> int:
    """Free slots between a desk's first and last meeting of a block."""
    return sum(gaps(mask & block) for mask in busy_masks(index, plan) if mask for block in index.blocks)


def moves(index: Index, plan: Plan, tables: dict[int, int]) -> int:
    """Table changes of desks without a fixed table between meetings of one day."""
    stops: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for request, (start, option) in plan.items():
        table = option.table if option.table != ANY else tables.get(request, ANY)
        if table != ANY:
            for desk in option.desks:
                if index.desk_table[desk] == ANY:
                    stops[desk, index.day_of[start]].append((start, table))
    return sum(one != two for way in stops.values() for (_, one), (_, two) in pairwise(sorted(way)))


def possible_slots(index: Index, request: int) -> int:
    """The mask of slots in which the request could ever start."""
    return mask_of_all(option.starts for option in index.options[request])
