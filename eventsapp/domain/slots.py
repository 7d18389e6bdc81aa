"""How the days of an event become rounds: blocks of one day, cut into slots with a change-over between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventsapp.domain.errors import DomainError

MAX_DAYS = 31


@dataclass(frozen=True, order=True)
class Span:
    """A stretch of time, from `start` up to `end`."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        """Do the two share any time?"""
        return self.start < other.end and other.start < self.end


def slots_of(block: Span, slot_minutes: int, changeover_minutes: int) -> list[Span]:
    """The slots that fit whole into a block: each of `slot_minutes`, the next one after the change-over.

    The change-over of the last slot may fall outside the block.
    """
    length, step = timedelta(minutes=slot_minutes), timedelta(minutes=slot_minutes + changeover_minutes)
    count = (block.end - block.start - length) // step + 1 if block.end - block.start >= length else 0
    return [Span(block.start + n * step, block.start + n * step + length) for n in range(count)]


def check_block(block: Span, *, inside: Span, others: Iterable[Span]) -> None:
    """Raise unless a block has its times in order, lies within the event and overlaps no other block."""
    if block.start >= block.end:
        raise DomainError("times_out_of_order")
    if block.start < inside.start or block.end > inside.end:
        raise DomainError("outside_event")
    if any(block.overlaps(other) for other in others):
        raise DomainError("blocks_overlap")


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant at which clocks of the zone show this, in UTC; of two, the first.

    Raises `no_such_time` for an hour that the change to summer time skips.
    """
    local = datetime.combine(day, clock, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise DomainError("no_such_time")
    return moment


def in_zone(moment: datetime, old: ZoneInfo, new: ZoneInfo) -> datetime:
    """The instant at which clocks of the new zone show what those of the old one show at `moment`."""
    shown = moment.astimezone(old)
    return instant(shown.date(), shown.time(), new)


def days_between(first: date, last: date) -> list[date]:
    """All days from the first to the last, at most `MAX_DAYS`."""
    return [first + timedelta(days=n) for n in range(min((last - first).days + 1, MAX_DAYS))]


def moved_to(block: Span, day: date, zone: ZoneInfo) -> Span:
    """The same hours of the clock on another day."""
    start, end = block.start.astimezone(zone), block.end.astimezone(zone)
    return Span(instant(day, start.time(), zone), instant(day + (end.date() - start.date()), end.time(), zone))
