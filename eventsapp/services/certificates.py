"""Certificates of published versions: what was asked, what was published, and what is proven of it, in one file.

Made once, when a version is published, from the problem of its run; when it was changed by hand beyond that problem,
from the event as it is then, without bounds. Nobody's name is in it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from eventsapp import __version__
from eventsapp.domain.worth import weights_from_dict
from eventsapp.models import Placement, Schedule
from eventsapp.scheduling import archive, certificate, checker
from eventsapp.scheduling.problem import Pin, Problem
from eventsapp.scheduling.schedule import LevelResult, Meeting, Outcome, Unscheduled
from eventsapp.services import adjustments, schedules

BY_HAND = f"encuentro {__version__} (by hand)"


def record(schedule: Schedule) -> None:
    """Write the certificate of a version that is being published."""
    schedule.certificate = build(schedule)


def read(schedule: Schedule) -> dict[str, Any]:
    """The certificate written at publication, or one made now for versions published before there were any."""
    return schedule.certificate or build(schedule)


def build(schedule: Schedule) -> dict[str, Any]:
    """The certificate of a version as it stands."""
    problem, outcome = _within_run(schedule) or _within_event(schedule)
    about = {
        "event": schedule.event.code,
        "version": schedule.number,
        "publication": schedule.publication,
        "published_at": schedule.published_at.isoformat() if schedule.published_at else None,
        "run": schedule.run.number if schedule.run is not None else None,
        "weights": weights_from_dict(schedule.weights).to_dict(),
    }
    made: dict[str, Any] = json.loads(json.dumps(certificate.made(problem, outcome, about)))
    return made


def _within_run(schedule: Schedule) -> tuple[Problem, Outcome] | None:
    """The version against what its run was asked, with the bounds of the run; None when it goes beyond that."""
    run = schedule.run
    if run is None or run.problem is None or not run.outcome:
        return None
    problem, answer = archive.problem_from_dict(run.problem), archive.outcome_from_dict(run.outcome)
    meetings = _meetings(problem, schedules.list_placements(schedule))
    if meetings is None:
        return None
    bounds: tuple[LevelResult, ...] = answer.levels
    if checker.violations(problem, meetings):
        free = replace(problem, requests=tuple(replace(item, pin=Pin()) for item in problem.requests))
        if free.requests == problem.requests or checker.violations(free, meetings):
            return None
        problem, bounds = free, ()  # the bounds hold only for what was pinned
    return problem, _outcome(problem, meetings, answer, bounds)


def _within_event(schedule: Schedule) -> tuple[Problem, Outcome]:
    """The version against the event as it is now."""
    judged = schedules.judge(schedule)
    run = schedule.run
    engine = Outcome("feasible", (), (), (), 0.0, run.seed if run is not None else 0, BY_HAND)
    return judged.problem, _outcome(judged.problem, judged.meetings, engine, ())


def _meetings(problem: Problem, placements: list[Placement]) -> tuple[Meeting, ...] | None:
    """Placements in the words of a problem; None when one is unknown to it."""
    slots = {slot.start: index for index, slot in enumerate(problem.slots)}
    requests = {frozenset(schedules.pair_of(request.id)): request for request in problem.requests}
    found = []
    for place in placements:
        request = requests.get(schedules.key_of(place.meeting))
        slot = slots.get(place.slot.starts_at)
        if request is None or slot is None:
            return None
        desks = {str(place.meeting.a_id): str(place.desk_a_id), str(place.meeting.b_id): str(place.desk_b_id)}
        table = str(place.table_id) if place.table_id else None
        found.append(Meeting(request.id, slot, table, (desks[request.a], desks[request.b])))
    return tuple(found)


def _outcome(
    problem: Problem, meetings: tuple[Meeting, ...], answer: Outcome, bounds: tuple[LevelResult, ...]
) -> Outcome:  # fmt: skip
    """The meetings with their true figures; a bound counts as long as the figures before it are those of the run."""
    score = checker.score(problem, meetings)
    known = [{"level": item.level, "value": item.value, "bound": item.bound} for item in bounds]
    levels = (
        tuple(
            LevelResult(item["level"], item["value"], item["bound"], bool(item["optimal"]))
            for item in adjustments.levels_after(known, score.of)
        )
        if known
        else tuple(LevelResult(level.level, score.of(level.level), None, False) for level in problem.levels)
    )
    proven = {item.level for item in bounds if item.optimal}
    levels = tuple(replace(item, optimal=item.optimal and item.level in proven) for item in levels)
    held = {meeting.request for meeting in meetings}
    reasons = {item.request: item for item in answer.unscheduled}
    left = tuple(
        reasons.get(request.id) or Unscheduled(request.id, "removed")
        for request in problem.requests
        if request.id not in held
    )
    status = "optimal" if levels and all(item.optimal for item in levels) else "feasible"
    return replace(answer, status=status, meetings=meetings, levels=levels, unscheduled=left, prices=(), detail={})
