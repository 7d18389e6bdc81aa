"""The literature's problem as clauses: one method per rule, and the idle periods as the sum of literals.

What makes it fast is to count people, not meetings: a slot holds at most `tables` meetings if and only if at least
participants - 2 · tables of the participants are free in it, and most of them hardly ever are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from eventsapp.scheduling.b2b_clauses import FALSE, TRUE, Clauses, at_least
from eventsapp.scheduling.b2b_problem import B2BProblem


class OutOfTime(Exception):
    """The time was over before the model was complete."""


class B2BModel:
    """`place[m][t]`: meeting m is in slot t; `busy[p][t]`: participant p meets in t; `idle`: their sum is minimised."""

    def __init__(self, problem: B2BProblem, stopped: Callable[[], bool] = lambda: False) -> None:
        """Build every rule; raises OutOfTime once `stopped` says so."""
        self.problem = problem
        self.clauses = Clauses()
        self._stopped = stopped
        self._agendas = problem.meetings_of()
        self.place = [self._slots_of(index) for index in self._unhurried(range(len(problem.meetings)))]
        self.busy = [self._busy(participant) for participant in self._unhurried(range(problem.participants))]
        self._tables()
        self._precedences()
        self._counts = [self._idle_periods(participant) for participant in self._unhurried(range(problem.participants))]
        self._fairness()
        self.idle = [literal for count in self._counts for literal in count]

    def _unhurried(self, indexes: Iterable[int]) -> Iterable[int]:
        for index in indexes:
            if self._stopped():
                raise OutOfTime
            yield index

    def _slots_of(self, index: int) -> dict[int, int]:
        """Each meeting is in exactly one of its slots."""
        place = {slot: self.clauses.new() for slot in self.problem.allowed(index)}
        self.clauses.exactly_one(place.values())
        return place

    def _busy(self, participant: int) -> list[int]:
        """A participant has at most one meeting in a slot, and as many busy slots as meetings."""
        agenda, clauses = self._agendas[participant], self.clauses
        slots = range(self.problem.slots)
        meetings = [[self.place[index][slot] for index in agenda if slot in self.place[index]] for slot in slots]
        full = len(agenda) >= sum(map(bool, meetings))
        busy = []
        for here in meetings:
            busy.append(FALSE if not here else TRUE if full else clauses.new())
            if here:
                clauses.exactly_one([*here, ~busy[-1]])
        count = [TRUE] * busy.count(TRUE) if full else clauses.count(busy)
        clauses.add(at_least(count, len(agenda)))
        clauses.add(~at_least(count, len(agenda) + 1))
        return busy

    def _tables(self) -> None:
        """At most `tables` meetings in a slot, said of the participants that are free in it."""
        free = self.problem.participants - 2 * self.problem.tables
        for slot in self._unhurried(range(self.problem.slots)):
            resting = [~busy[slot] for busy in self.busy]
            self.clauses.require([literal for literal in resting if literal != TRUE], free - resting.count(TRUE))

    def _precedences(self) -> None:
        """A meeting in slot t needs each meeting before it in an earlier slot, which then needs it in a later one."""
        for index in self._unhurried(range(len(self.problem.meetings))):
            for earlier in sorted(self.problem.meetings[index].after):
                before, after = self.place[earlier], self.place[index]
                for slot, literal in after.items():
                    self.clauses.add(~literal, *(other for sooner, other in before.items() if sooner < slot))
                for slot, literal in before.items():
                    self.clauses.add(~literal, *(other for later, other in after.items() if later > slot))

    def _idle_periods(self, participant: int) -> list[int]:
        """Literal k holds if and only if the participant has more than k idle periods: runs of busy slots minus one."""
        busy, meetings = self.busy[participant], len(self._agendas[participant])
        most = min(meetings, self.problem.slots - meetings + 1)
        if most < 2:
            return []
        begins = [self.clauses.both(here, ~before) for before, here in zip([FALSE, *busy], busy, strict=False)]
        runs = self.clauses.count(begins)
        self.clauses.add(at_least(runs, 1))
        self.clauses.add(~at_least(runs, most + 1))
        return runs[1:most]

    def _fairness(self) -> None:
        """Who has k + d idle periods obliges everybody to at least k."""
        difference = self.problem.fairness
        if difference is None:
            return
        for least in range(1, max(map(len, self._counts), default=0) - difference + 1):
            obliged = self.clauses.new()
            for count in self._counts:
                self.clauses.add(~at_least(count, least + difference), obliged)
                self.clauses.add(~obliged, at_least(count, least))
