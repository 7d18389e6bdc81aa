"""What an organizer chooses for a run: the aims with their order and tolerance, where to begin, and what binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from eventsapp.domain.errors import DomainError
from eventsapp.scheduling.problem import DEFAULT_OBJECTIVE, Level

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
        levels = [{"level": level.level, "tolerance": level.tolerance} for level in self.levels]
        return {"levels": levels, "begin": self.begin, "with_pins": self.with_pins}


def from_dict(data: Mapping[str, Any]) -> Options:
    """The choices stored with a run; those of a first run where it stores none."""
    if "levels" not in data:
        return Options()
    levels = tuple(Level(item["level"], float(item["tolerance"])) for item in data["levels"])
    return Options(levels, data["begin"], data["with_pins"])
