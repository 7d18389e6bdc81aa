"""Absences as stretches of time, and back: a company ticks rounds, we keep time, so that new rounds find it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
A_NIGHT = timedelta(hours=5)


def overlap(a: Span, b: Span) -> bool:
    """Have the two spans a moment in common? Ends do not count."""
    return a[0] < b[1] and b[0] < a[1]


def is_absent(slot: Span, absences: Sequence[Span]) -> bool:
    """Does an absence touch this slot?"""
    return any(overlap(slot, absence) for absence in absences)


def stretches(slots: Sequence[Span], absent: Sequence[bool]) -> list[Span]:
    """The stretches of time of the absent slots; neighbours of one day, with no slot to meet in between, become one.

    `slots` are in order of time. A stretch covers breaks and meals, never a night.
    """
    found: list[Span] = []
    joins = False
    for slot, away in zip(slots, absent, strict=True):
        if away and joins and slot[0] - found[-1][1] < A_NIGHT:
            found[-1] = (found[-1][0], max(found[-1][1], slot[1]))
        elif away:
            found.append(slot)
        joins = away
    return found
