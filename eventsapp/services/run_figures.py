"""The figures of a run that screens show without reading its problem: how large it is, its curve, what it reached."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from eventsapp.scheduling.comparison import held_by_company
from eventsapp.scheduling.problem import Company, Problem
from eventsapp.scheduling.schedule import Outcome

MAX_POINTS = 200
FINER = ("fairness", "idle", "moves")
"""What a schedule is worth beyond its meetings, where runs go on when those are settled."""


def size(problem: Problem) -> dict[str, Any]:
    """How large a problem is, for screens that must not read all of it."""
    return {
        "asked": len(problem.requests),
        "ceiling": ceiling(problem),
        "companies": len(problem.companies),
        "tables": len(problem.tables or ()),
        "slots": len(problem.slots),
        "pinned": sum(request.pin.slot is not None for request in problem.requests),
        "musts": sum(request.must for request in problem.requests),
        "wished_by": len({side for request in problem.requests for side in (request.a, request.b)}),
    }


def ceiling(problem: Problem) -> int:
    """A number of meetings that no schedule exceeds: what each side can hold, and what the tables can."""
    room = len(problem.tables or ()) * len(problem.slots)
    for side in ("a", "b"):
        wished = Counter(getattr(request, side) for request in problem.requests)
        room = min(room, sum(min(count, _most(problem.company_by_id[name])) for name, count in wished.items()))
    return room


def _most(company: Company) -> int:
    """How many meetings a company can hold at most, other companies apart."""
    people = {(desk.person or desk.id, slot) for desk in company.desks for slot in desk.slots}
    return len(people) if company.max_meetings is None else min(len(people), company.max_meetings)


def reached(problem: Problem, answer: Outcome) -> dict[str, Any]:
    """The final figures that screens show."""
    return {"placed": len(answer.meetings), "phase": "done", "seconds": answer.seconds, **merits(problem, answer)}


def merits(problem: Problem, answer: Outcome) -> dict[str, Any]:
    """What an answer is worth: the figure of each level, and how far the wishes are met."""
    levels = {level.level: level for level in answer.levels}
    held = {meeting.request for meeting in answer.meetings}
    counts = held_by_company(problem, answer.meetings)
    wanting = [company for company in problem.companies if company.min_meetings]
    figures = {
        "musts_left": sum(request.must and request.id not in held for request in problem.requests),
        "musts_placed": sum(problem.request_by_id[name].must for name in held),
        "minimum_asked": len(wanting),
        "minimum_kept": sum(counts[company.id] >= company.min_meetings for company in wanting),
        "with_meetings": len(counts),
        "left_out": len(answer.unscheduled),
        "reasons": dict(Counter(item.reason for item in answer.unscheduled)),
    }
    for name in ("shortfall", "fairness", "idle", "moves", "changes"):
        figures[name] = levels[name].value if name in levels else None
    if "value" in levels:
        figures |= {"value": levels["value"].value, "bound": levels["value"].bound}
    return figures


def last_point(answer: Outcome) -> dict[str, Any]:
    """Where the curve ends."""
    level = next((level for level in answer.levels if level.level == "value"), None)
    return {
        "seconds": answer.seconds,
        "placed": len(answer.meetings),
        "value": level.value if level else None,
        "bound": level.bound if level else None,
    }


def with_point(curve: list[Any], point: Mapping[str, Any]) -> list[Any]:
    """The curve with one more point when it says something new."""
    changed = not curve or any(curve[-1].get(name) != point[name] for name in ("placed", "value", "bound"))
    finer = {name: curve[-1][name] for name in FINER if name in curve[-1]} if curve else {}
    return [*curve, {**finer, **point}] if changed else curve


def with_best(curve: list[Any], best: Mapping[str, Any]) -> list[Any]:
    """The curve with what a stored answer reached beyond the number and the value of its meetings."""
    if not curve:
        return curve
    last = curve[-1]
    finer = {name: best[name] for name in FINER if best.get(name) is not None}
    if all(last.get(name) == figure for name, figure in finer.items()):
        return curve
    if best["placed"] != last["placed"]:  # the engine is already farther; these figures belong to an earlier schedule
        return curve
    return [*curve, {**last, "seconds": max(best["seconds"], last["seconds"]), **finer}]


def thinned(curve: list[Any], most: int = MAX_POINTS) -> list[Any]:
    """At most `most` points: every second one goes, but never the first or the last."""
    while len(curve) > most:
        curve = [curve[0], *curve[2:-1:2], curve[-1]]
    return curve
