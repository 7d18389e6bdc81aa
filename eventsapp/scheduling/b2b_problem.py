"""The business-to-business meeting scheduling problem of the literature: what is asked, in plain values.

Every meeting must be held and idle periods are minimised. Source: Bofill, Coll, Garcia, Giráldez-Cru, Pesant, Suy,
Villaret, "Constraint Solving Approaches to the Business-to-Business Meeting Scheduling Problem", JAIR 74 (2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

MAX_PARTICIPANTS = 2_000
MAX_MEETINGS = 10_000
MAX_TABLES = 10_000
MAX_SLOTS = 100


class Session(IntEnum):
    """The part of the day in which a meeting must be held, numbered as in the published files."""

    MORNING = 1
    AFTERNOON = 2
    ANY = 3


@dataclass(frozen=True, slots=True)
class B2BMeeting:
    """One meeting to be held: two participants, its session, and what ties it down; `after` come before it.

    `slots` limits it to some slots, None to none.
    """

    first: int
    second: int
    session: Session = Session.ANY
    fixed: int | None = None
    after: frozenset[int] = frozenset()
    slots: frozenset[int] | None = None

    @property
    def pair(self) -> tuple[int, int]:
        """Both participants, in the order of the file."""
        return self.first, self.second


@dataclass(frozen=True, slots=True)
class B2BProblem:
    """A whole event; all indexes count from 0.

    Slots 0 … morning_slots - 1 are the morning, `forbidden[p]` are the slots without participant p, `fairness` is the
    largest difference in idle periods between two participants, None for any. Without names, meetings and participants
    are called by their number in the file, from 1.
    """

    participants: int
    tables: int
    slots: int
    morning_slots: int
    meetings: tuple[B2BMeeting, ...]
    forbidden: tuple[frozenset[int], ...]
    fairness: int | None = 2
    meeting_names: tuple[str, ...] = ()
    participant_names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what no model and no checker could give a meaning to."""
        _check_sizes(self)
        for index, meeting in enumerate(self.meetings):
            _check_meeting(self, index, meeting)
        for participant, slots in enumerate(self.forbidden):
            if any(not 0 <= slot < self.slots for slot in slots):
                raise ValueError(f"participant {participant + 1} forbids a slot that does not exist")

    def allowed(self, index: int) -> list[int]:
        """Slots in which meeting `index` may be held as far as it and its two participants alone can tell."""
        meeting = self.meetings[index]
        span = {
            Session.MORNING: range(self.morning_slots),
            Session.AFTERNOON: range(self.morning_slots, self.slots),
            Session.ANY: range(self.slots),
        }[meeting.session]
        closed = self.forbidden[meeting.first] | self.forbidden[meeting.second]
        open_slots = range(self.slots) if meeting.slots is None else meeting.slots
        return [slot for slot in span if slot not in closed and slot in open_slots and meeting.fixed in (None, slot)]

    def meeting_name(self, index: int) -> str:
        """What results call meeting `index`."""
        return self.meeting_names[index] if self.meeting_names else str(index + 1)

    def desk_names(self, index: int) -> tuple[str, str]:
        """What results call both participants of meeting `index`."""
        first, second = self.meetings[index].pair
        if self.participant_names:
            return self.participant_names[first], self.participant_names[second]
        return str(first + 1), str(second + 1)

    def meetings_of(self) -> list[list[int]]:
        """The meetings of each participant, by index."""
        agenda: list[list[int]] = [[] for _ in range(self.participants)]
        for index, meeting in enumerate(self.meetings):
            for participant in meeting.pair:
                agenda[participant].append(index)
        return agenda


def _check_sizes(problem: B2BProblem) -> None:
    sizes = (
        ("participants", problem.participants, 0, MAX_PARTICIPANTS),
        ("tables", problem.tables, 0, MAX_TABLES),
        ("slots", problem.slots, 0, MAX_SLOTS),
        ("morning slots", problem.morning_slots, 0, problem.slots),
        ("meetings", len(problem.meetings), 0, MAX_MEETINGS),
    )
    for name, value, low, high in sizes:
        if not low <= value <= high:
            raise ValueError(f"the number of {name} is {value}, it must be from {low} to {high}")
    if len(problem.forbidden) != problem.participants:
        raise ValueError(f"{problem.participants} participants but {len(problem.forbidden)} lists of forbidden slots")
    if problem.fairness is not None and problem.fairness < 0:
        raise ValueError(f"the fairness is {problem.fairness}, it must be 0 or more")


def _check_meeting(problem: B2BProblem, index: int, meeting: B2BMeeting) -> None:
    if any(not 0 <= participant < problem.participants for participant in meeting.pair):
        raise ValueError(f"meeting {index + 1} names a participant that does not exist")
    if meeting.first == meeting.second:
        raise ValueError(f"meeting {index + 1} joins participant {meeting.first + 1} with itself")
    if meeting.fixed is not None and not 0 <= meeting.fixed < problem.slots:
        raise ValueError(f"meeting {index + 1} is fixed to a slot that does not exist")
    if any(not 0 <= other < len(problem.meetings) for other in meeting.after):
        raise ValueError(f"meeting {index + 1} comes after a meeting that does not exist")
