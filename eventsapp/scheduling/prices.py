"""What one more of something is worth: a table, a slot for everybody, a meeting of a company.

The duals of the choice say where more would help; each price is then found by choosing again with the change, so it is
exact for the relaxation that bounds the schedule (and for the schedule itself wherever that meets the bound).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from eventsapp.scheduling.bounds import Choice, Network
from eventsapp.scheduling.index import index_of
from eventsapp.scheduling.problem import Problem

MAX_REQUESTS = 30_000
COMPANIES = 5


def prices(network: Network, choice: Choice, levels: Sequence[str]) -> tuple[dict[str, Any], ...]:
    """The most useful changes with what they add to each figure of the choice."""
    problem = network.index.problem
    if len(problem.requests) > MAX_REQUESTS or network.index.published:
        return ()
    changes = [*_rooms(problem), *_companies(network, choice)]
    found = []
    for what, changed in changes:
        figures = Network(index_of(changed)).choose(levels).figures
        gain = {level: abs(figures[level] - choice.figures[level]) for level in levels}
        if any(gain.values()):
            found.append({**what, "gain": gain})
    return tuple(found)


def _rooms(problem: Problem) -> list[tuple[dict[str, Any], Problem]]:
    """One more place for a meeting in every slot."""
    changes: list[tuple[dict[str, Any], Problem]] = []
    if problem.capacity is not None and problem.tables is None:
        changes.append(({"what": "table"}, replace(problem, capacity=problem.capacity + 1)))
    elif problem.tables:
        spare = replace(problem.tables[0], id="+1", slots=None)
        capacity = None if problem.capacity is None else problem.capacity + 1
        changes.append(({"what": "table"}, replace(problem, tables=(*problem.tables, spare), capacity=capacity)))
    return changes


def _companies(network: Network, choice: Choice) -> list[tuple[dict[str, Any], Problem]]:
    """One more meeting for the companies that leave most value behind at their maximum."""
    index, problem = network.index, network.index.problem
    held = set(choice.requests)
    lost: dict[int, int] = {}
    for company, asked in enumerate(index.asked):
        if sum(request in held for request in asked) >= index.most[company]:
            lost[company] = max((index.values[request] for request in asked if request not in held), default=0)
    best = sorted((company for company in lost if lost[company]), key=lambda c: (-lost[c], c))[:COMPANIES]
    changes = []
    for company in best:
        item = problem.companies[company]
        more = replace(item, max_meetings=index.most[company] + 1)
        companies = (*problem.companies[:company], more, *problem.companies[company + 1 :])
        changes.append(({"what": "meeting", "company": item.id}, replace(problem, companies=companies)))
    return changes
