"""Two answers side by side: which is better, what is held in one and not in the other, who gains and who loses.

The two may answer different problems of the same event: requests, companies and tables are known by their ids, slots by
when they start.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventsapp.scheduling.problem import Level, Problem
from eventsapp.scheduling.schedule import Meeting, Outcome

MAXIMISED = ("value", "fairness")


@dataclass(frozen=True)
class CompanyChange:
    """How many meetings a company has in one answer and in the other."""

    company: str
    before: int
    after: int

    @property
    def change(self) -> int:
        """How many more."""
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """Requests held in both at the same time and place, held elsewhere, only in one; companies whose number changes."""

    same: tuple[str, ...]
    moved: tuple[str, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    gains: tuple[CompanyChange, ...]
    losses: tuple[CompanyChange, ...]


def is_better(one: Outcome, other: Outcome, levels: Sequence[Level]) -> bool:
    """Whether one answer beats another on the first level on which they differ; any schedule beats none."""
    if not one.meetings or not other.meetings:
        return len(one.meetings) > len(other.meetings)
    mine, theirs = ({level.level: level.value for level in outcome.levels} for outcome in (one, other))
    for level in levels:
        if level.level in mine and level.level in theirs and mine[level.level] != theirs[level.level]:
            return (mine[level.level] > theirs[level.level]) == (level.level in MAXIMISED)
    return False


def compare(before: Problem, old: Iterable[Meeting], after: Problem, new: Iterable[Meeting]) -> Comparison:
    """What changes from one answer to another."""
    was = {meeting.request: meeting for meeting in old}
    now = {meeting.request: meeting for meeting in new}
    both = [name for name in was if name in now]
    same = {name for name in both if _spot(before, was[name]) == _spot(after, now[name])}
    counts = [held_by_company(problem, held.values()) for problem, held in ((before, was), (after, now))]
    changes = [
        CompanyChange(name, counts[0][name], counts[1][name])
        for name in dict.fromkeys([*before.company_by_id, *after.company_by_id])
        if counts[0][name] != counts[1][name]
    ]
    changes.sort(key=lambda item: -abs(item.change))
    return Comparison(
        same=tuple(name for name in both if name in same),
        moved=tuple(name for name in both if name not in same),
        only_before=tuple(name for name in was if name not in now),
        only_after=tuple(name for name in now if name not in was),
        gains=tuple(item for item in changes if item.change > 0),
        losses=tuple(item for item in changes if item.change < 0),
    )


def held_by_company(problem: Problem, meetings: Iterable[Meeting]) -> Counter[str]:
    """How many meetings each company has."""
    found: Counter[str] = Counter()
    for meeting in meetings:
        request = problem.request_by_id[meeting.request]
        found[request.a] += 1
        found[request.b] += 1
    return found


def _spot(problem: Problem, meeting: Meeting) -> tuple[object, ...]:
    return problem.slots[meeting.slot].start, meeting.table, meeting.desks
