"""How many tables each round would use before any schedule exists: demand spread over the rounds it can be met in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class RoundNeed:
    """What one round would use: desks of each side that can meet then, meetings expected, tables wanted and there."""

    buyers: int
    suppliers: int
    expected: float
    tables: int

    @property
    def wanted(self) -> int:
        """The tables that the expected meetings take; never more than pairs of desks could fill."""
        return min(ceil(self.expected - 1e-9), self.buyers, self.suppliers)

    @property
    def missing(self) -> int:
        """The tables that are missing; 0 when there are enough."""
        return max(0, self.wanted - self.tables)


def spread(pairs: Iterable[Sequence[int]], rounds: int) -> list[float]:
    """How many meetings each round would hold if every pair took any of its common rounds alike.

    `pairs` has, for each pair that wants to meet, the indexes of the rounds in which both can. Pairs without a common
    round weigh nothing: no table helps them.
    """
    found = [0.0] * rounds
    for common in pairs:
        for index in common:
            found[index] += 1 / len(common)
    return found
