"""What came out: meetings, the figures of each level, the reasons, and the difference between two schedules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Number = int | float


@dataclass(frozen=True)
class Meeting:
    """A request that is held: its first slot, its table (None without tables or when virtual), its two desks."""

    request: str
    slot: int
    table: str | None
    desks: tuple[str, str]


@dataclass(frozen=True)
class LevelResult:
    """One level: the value reached, the bound that nothing can beat given the levels before, if it is proven."""

    level: str
    value: Number
    bound: Number | None
    optimal: bool
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reached:
    """What is known of a level: the bound of its figure, and whether the figure is proven to be the best."""

    bound: Number | None
    optimal: bool


@dataclass(frozen=True)
class Unscheduled:
    """A request that is not held, with its one reason and what would help."""

    request: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """The answer of a run. Status: optimal, feasible, infeasible, none (no schedule in time) or cancelled."""

    status: str
    meetings: tuple[Meeting, ...]
    levels: tuple[LevelResult, ...]
    unscheduled: tuple[Unscheduled, ...]
    seconds: float
    seed: int
    engine: str
    prices: tuple[Mapping[str, Any], ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """What a running solve reports: value and bound are those of the level `value`."""

    seconds: float
    limit: float
    phase: str
    placed: int
    asked: int
    value: Number
    bound: Number | None
    meetings: int


@dataclass(frozen=True)
class Difference:
    """Meetings that are new, that moved (before, after) and that are gone."""

    added: tuple[Meeting, ...]
    moved: tuple[tuple[Meeting, Meeting], ...]
    dropped: tuple[Meeting, ...]


def diff(before: Iterable[Meeting], after: Iterable[Meeting]) -> Difference:
    """Compare two schedules request by request; a meeting moved when its slot, its table or a desk is another."""
    old = {meeting.request: meeting for meeting in before}
    new = {meeting.request: meeting for meeting in after}
    return Difference(
        added=tuple(meeting for request, meeting in new.items() if request not in old),
        moved=tuple(
            (old[request], meeting) for request, meeting in new.items() if old.get(request, meeting) != meeting
        ),
        dropped=tuple(meeting for request, meeting in old.items() if request not in new),
    )
