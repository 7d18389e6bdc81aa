"""Clauses over whole-number literals, and counting by totalizers; knows neither the problem nor the solver.

A literal is the number v ≥ 0 of a variable, its negation is ~v. Variable 0 is always true. Source of the totalizer:
Bailleux and Boufkhad, "Efficient CNF Encoding of Boolean Cardinality Constraints", CP 2003.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

TRUE = 0
FALSE = ~TRUE


class Clauses:
    """A growing set of clauses and exactly-one constraints; `contradiction` once an empty clause was added."""

    def __init__(self) -> None:
        self.variables = 1
        self.clauses: list[list[int]] = []
        self.exactly_ones: list[list[int]] = []
        self.contradiction = False

    def new(self) -> int:
        """A fresh variable."""
        self.variables += 1
        return self.variables - 1

    def add(self, *literals: int) -> None:
        """At least one of the literals holds."""
        if TRUE in literals:
            return
        clause = [literal for literal in literals if literal != FALSE]
        self.contradiction |= not clause
        self.clauses.append(clause)

    def exactly_one(self, literals: Iterable[int]) -> None:
        """One of the literals holds, the others do not."""
        chosen = [literal for literal in literals if literal != FALSE]
        self.contradiction |= not chosen
        self.exactly_ones.append(chosen)

    def both(self, first: int, second: int) -> int:
        """A literal that holds if and only if both do."""
        if FALSE in (first, second) or first == ~second:
            return FALSE
        if first in (TRUE, second):
            return second
        if second == TRUE:
            return first
        result = self.new()
        self.add(~first, ~second, result)
        self.add(~result, first)
        self.add(~result, second)
        return result

    def count(self, literals: Sequence[int]) -> list[int]:
        """Sorted outputs of a totalizer: output k holds if and only if at least k + 1 of the literals hold."""
        inputs = [literal for literal in literals if literal != FALSE]
        if len(inputs) < 2:
            return inputs
        half = len(inputs) // 2
        left, right = self.count(inputs[:half]), self.count(inputs[half:])
        outputs = [self.new() for _ in inputs]
        for i in range(len(left) + 1):
            for j in range(len(right) + 1):
                if i + j:
                    self.add(~at_least(left, i), ~at_least(right, j), outputs[i + j - 1])
                if i + j < len(outputs):
                    self.add(at_least(left, i + 1), at_least(right, j + 1), ~outputs[i + j])
        for less, more in pairwise(outputs):
            self.add(less, ~more)
        return outputs

    def require(self, literals: Sequence[int], number: int) -> None:
        """At least `number` of the literals hold."""
        inputs = [literal for literal in literals if literal != FALSE]
        if number > 0:
            self.add(at_least(self._count_up_to(inputs, number), number))

    def _count_up_to(self, inputs: Sequence[int], most: int) -> list[int]:
        """Outputs, at most `most`, each of which can hold only if that many of the literals do."""
        if len(inputs) < 2:
            return list(inputs)
        half = len(inputs) // 2
        left, right = self._count_up_to(inputs[:half], most), self._count_up_to(inputs[half:], most)
        outputs = [self.new() for _ in range(min(len(left) + len(right), most))]
        for i in range(len(left) + 1):
            for j in range(min(len(right) + 1, len(outputs) - i)):
                self.add(at_least(left, i + 1), at_least(right, j + 1), ~outputs[i + j])
        return outputs


def at_least(outputs: Sequence[int], number: int) -> int:
    """The literal of “at least `number`” among sorted outputs."""
    if number <= 0:
        return TRUE
    return outputs[number - 1] if number <= len(outputs) else FALSE
