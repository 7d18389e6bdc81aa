"""The judge of the literature's problem: whether every meeting is held legally, and how many idle periods there are.

Reads the problem afresh, rule by rule; shares no code with the model and does not know OR-Tools.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from eventsapp.scheduling.b2b_problem import B2BMeeting, B2BProblem, Session
from eventsapp.scheduling.schedule import Meeting, Outcome


def idle_periods(slots: Sequence[int]) -> int:
    """Number of runs of free slots strictly between the first and the last of these slots."""
    ordered = sorted(set(slots))
    return sum(later - earlier > 1 for earlier, later in pairwise(ordered))


def idle_by_participant(problem: B2BProblem, slots: Sequence[int]) -> list[int]:
    """Idle periods of each participant when meeting m is held in `slots[m]`."""
    return [idle_periods([slots[index] for index in agenda]) for agenda in problem.meetings_of()]


def violations(problem: B2BProblem, slots: Sequence[int]) -> list[str]:
    """Every way in which holding meeting m in `slots[m]` breaks the problem, one sentence each; empty when legal."""
    if len(slots) != len(problem.meetings):
        return [f"{len(problem.meetings)} meetings but {len(slots)} slots"]
    found = []
    for index, (meeting, slot) in enumerate(zip(problem.meetings, slots, strict=True)):
        found += _violations_of_one(problem, index, meeting, slot)
        found += [
            f"meeting {index + 1} must come after meeting {other + 1}"
            for other in sorted(meeting.after)
            if slots[other] >= slot
        ]
    for slot, held in sorted(Counter(slots).items()):
        if held > problem.tables:
            found.append(f"{held} meetings in slot {slot + 1} but {problem.tables} tables")
    for participant, agenda in enumerate(problem.meetings_of()):
        for slot, held in sorted(Counter(slots[index] for index in agenda).items()):
            if held > 1:
                found.append(f"participant {participant + 1} has {held} meetings in slot {slot + 1}")
    return found + _unfair(problem, slots)


def _violations_of_one(problem: B2BProblem, index: int, meeting: B2BMeeting, slot: int) -> list[str]:
    if not 0 <= slot < problem.slots:
        return [f"meeting {index + 1} is in slot {slot + 1}, which does not exist"]
    found = []
    if meeting.session == Session.MORNING and slot >= problem.morning_slots:
        found.append(f"meeting {index + 1} must be in the morning")
    if meeting.session == Session.AFTERNOON and slot < problem.morning_slots:
        found.append(f"meeting {index + 1} must be in the afternoon")
    if meeting.fixed is not None and slot != meeting.fixed:
        found.append(f"meeting {index + 1} is fixed to slot {meeting.fixed + 1}")
    if meeting.slots is not None and slot not in meeting.slots:
        found.append(f"meeting {index + 1} may not be in slot {slot + 1}")
    for participant in meeting.pair:
        if slot in problem.forbidden[participant]:
            found.append(f"participant {participant + 1} forbids slot {slot + 1} of meeting {index + 1}")
    return found


def _unfair(problem: B2BProblem, slots: Sequence[int]) -> list[str]:
    counts = idle_by_participant(problem, slots)
    if problem.fairness is None or not counts or max(counts) - min(counts) <= problem.fairness:
        return []
    return [f"idle periods range from {min(counts)} to {max(counts)}, more than {problem.fairness} apart"]


def verify(problem: B2BProblem, outcome: Outcome) -> list[str]:
    """What is untrue in an outcome, one sentence each: broken rules, wrong names, wrong figures, false claims."""
    if not outcome.meetings and problem.meetings:
        without = outcome.status in ("infeasible", "none", "cancelled") and not outcome.levels
        return [] if without else [f"the status is {outcome.status} but no meeting is held"]
    slots, found = _slots_of(problem, outcome.meetings)
    found = found or violations(problem, slots)
    return found or _untrue_figures(sum(idle_by_participant(problem, slots)), outcome)


def _slots_of(problem: B2BProblem, held: Sequence[Meeting]) -> tuple[list[int], list[str]]:
    """The slot of each meeting of the file, and every way in which the list of meetings is not that of the file."""
    by_request = {meeting.request: meeting for meeting in held}
    names = [problem.meeting_name(index) for index in range(len(problem.meetings))]
    if sorted(meeting.request for meeting in held) != sorted(names):
        return [], ["the meetings held are not exactly those of the file, each once"]
    found = []
    for index, name in enumerate(names):
        desks = problem.desk_names(index)
        if by_request[name].desks != desks:
            found.append(f"meeting {name} joins {desks[0]} and {desks[1]}, not {' and '.join(by_request[name].desks)}")
        if by_request[name].table is not None:
            found.append(f"meeting {name} names a table, which the file does not do")
    return [by_request[name].slot for name in names], found


def _untrue_figures(idle: int, outcome: Outcome) -> list[str]:
    found = []
    if [level.level for level in outcome.levels] != ["idle"]:
        return ["the levels are not exactly: idle"]
    level = outcome.levels[0]
    if level.value != idle:
        found.append(f"level idle is {idle}, not {level.value}")
    if level.bound is None or level.bound > idle:
        found.append(f"level idle reaches {idle}, beyond its bound {level.bound}")
    proven = level.bound == level.value
    if level.optimal != proven or outcome.status != ("optimal" if proven else "feasible"):
        found.append(f"value {level.value} and bound {level.bound} do not go with the status {outcome.status}")
    if outcome.unscheduled:
        found.append("requests are called unscheduled but all are held")
    return found
