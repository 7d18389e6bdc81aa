"""What an organizer chooses for a run: the aims with their order and tolerance, where to begin, and what binds.

An event has aims of its own, which its runs pursue when nobody chooses others, and weights, which all its runs take.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventsapp.domain.access import Actor
from eventsapp.domain.errors import DomainError
from eventsapp.domain.worth import RECOMMENDED, Weights, weights_from_dict
from eventsapp.models import Event
from eventsapp.scheduling.problem import DEFAULT_OBJECTIVE, Level
from eventsapp.services import events

LEVELS = tuple(level.level for level in DEFAULT_OBJECTIVE)
TOLERANCES = (0.0, 0.01, 0.05, 0.1)
EMPTY, KEEP, LOOSELY = "empty", "keep", "loosely"
BEGINS = (EMPTY, KEEP, LOOSELY)
"""From nothing; from what is published, changing as little as possible; from there, but changes weigh least."""


@dataclass(frozen=True)
class Options:
    """The choices of a run; the defaults are those of a first run."""

    levels: tuple[Level, ...] = DEFAULT_OBJECTIVE
    begin: str = EMPTY
    with_pins: bool = True
    weights: Weights = RECOMMENDED

    def check(self) -> None:
        """Raise `DomainError` unless the engine can be asked for this."""
        names = [level.level for level in self.levels]
        if not names:
            raise DomainError("run_without_aim")
        if len(set(names)) != len(names) or not set(names) <= set(LEVELS) or self.begin not in BEGINS:
            raise ValueError(f"no such options: {self}")
        if any(not 0 <= level.tolerance <= 1 for level in self.levels):
            raise ValueError(f"a tolerance is a share: {self}")

    @property
    def objective(self) -> tuple[Level, ...]:
        """The aims as the engine is told them; `changes` comes first by itself where something is published."""
        return (*self.levels, Level("changes")) if self.begin == LOOSELY else self.levels

    def to_dict(self) -> dict[str, Any]:
        """As stored with a run."""
        return {"levels": levels_to_list(self.levels), "begin": self.begin, "with_pins": self.with_pins,
                "weights": self.weights.to_dict()}  # fmt: skip


def levels_to_list(levels: Iterable[Level]) -> list[dict[str, Any]]:
    """Aims as stored."""
    return [{"level": level.level, "tolerance": level.tolerance} for level in levels]


def levels_from_list(stored: Iterable[Mapping[str, Any]]) -> tuple[Level, ...]:
    """Aims as they were stored; the usual ones where none were."""
    return tuple(Level(item["level"], float(item["tolerance"])) for item in stored) or DEFAULT_OBJECTIVE


def of_event(event: Event, begin: str = EMPTY) -> Options:
    """The choices of a run in which nobody chooses anything else: the aims that the event has."""
    return Options(levels_from_list(event.aims), begin, weights=weights_from_dict(event.weights))


def set_for_event(
    event: Event, levels: tuple[Level, ...], weights: Weights, *, version: int, actor: Actor, now: datetime
) -> None:
    """Say what the runs of an event pursue, in order, and what a meeting is worth to them."""
    Options(levels).check()
    weights.check()
    aims = () if levels == DEFAULT_OBJECTIVE else levels
    points = {} if weights == RECOMMENDED else weights.to_dict()
    events.change_rules(event, levels_to_list(aims), points, version=version, actor=actor, now=now)


def from_dict(data: Mapping[str, Any]) -> Options:
    """The choices stored with a run; those of a first run where it stores none."""
    if "levels" not in data:
        return Options()
    weights = weights_from_dict(data.get("weights", {}))
    return Options(levels_from_list(data["levels"]), data["begin"], data["with_pins"], weights)
