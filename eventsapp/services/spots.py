"""Where a meeting of a version could be held, and for every other spot the rule in the way.

The same rules, in the same order, as `static/js/board/feasible.js`, which shows them before the server is asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from uuid import UUID

from eventsapp.domain.errors import DomainError, NotFound
from eventsapp.models import Slot, Table
from eventsapp.scheduling import checker
from eventsapp.scheduling import problem as asked
from eventsapp.scheduling import schedule as solved
from eventsapp.scheduling.rules import Rule
from eventsapp.services import schedules

ORDER = {rule: number for number, rule in enumerate(checker.CHECKS)}
Desks = tuple[str, str]
Broken = tuple[checker.Violation, ...]


@dataclass(frozen=True)
class Spot:
    """A slot in which a pair can meet, and the tables that are possible there."""

    slot: Slot
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Spots:
    """Where a pair can meet, and for every other slot why not."""

    can: tuple[Spot, ...]
    cannot: tuple[tuple[Slot, DomainError], ...]


@dataclass(frozen=True)
class Verdict:
    """What the rules say of one spot: the desks that would sit there, and the broken rules (none: it is possible)."""

    desks: Desks
    broken: Broken

    @property
    def needs_reason(self) -> bool:
        """Only the stated availability is in the way, which an organizer may overrule with a reason."""
        return bool(self.broken) and all(found.rule is Rule.AVAILABLE for found in self.broken)


@dataclass(frozen=True)
class Around:
    """A meeting among the meetings of its two companies and those that its order binds it to, without their tables.

    `taken` names by slot and table every other meeting of the version, `fixed` the table that a desk keeps.
    """

    judged: schedules.Judged
    problem: asked.Problem
    meetings: tuple[solved.Meeting, ...]
    target: asked.Request
    present: solved.Meeting | None
    taken: Mapping[tuple[int, str], str]
    fixed: Mapping[str, str | None]
    _known: dict[tuple[int, Desks], Broken] = field(default_factory=dict)

    @classmethod
    def of(cls, judged: schedules.Judged, name: str, aside: Collection[str] = ()) -> Around:
        """The surroundings of a request, with some other meetings set aside."""
        whole = judged.problem
        target = whole.request_by_id[name]
        others = [meeting for meeting in judged.meetings if meeting.request != name and meeting.request not in aside]
        near = []
        for meeting in others:
            request = whole.request_by_id[meeting.request]
            is_bound = request.id in target.after or name in request.after
            if meeting.slot >= 0 and (is_bound or {target.a, target.b} & {request.a, request.b}):
                near.append(meeting)
        requests = (target, *(whole.request_by_id[meeting.request] for meeting in near))
        names = dict.fromkeys(side for request in requests for side in (request.a, request.b))
        companies = [whole.company_by_id[company] for company in names]
        return cls(
            judged,
            asked.Problem(whole.slots, tuple(_without_tables(company) for company in companies), requests),
            tuple(replace(meeting, table=None) for meeting in near),
            target,
            next((meeting for meeting in judged.meetings if meeting.request == name), None),
            {(meeting.slot, meeting.table): meeting.request for meeting in others if meeting.table is not None},
            {desk.id: desk.table for company in companies for desk in company.desks},
        )

    @cached_property
    def pairs(self) -> list[Desks]:
        """The pairs of desks that could sit there, the present one first."""
        a, b = (self.problem.company_by_id[side].desks for side in (self.target.a, self.target.b))
        found = [(one.id, other.id) for one, other in product(a, b)]
        here = self.present.desks if self.present is not None else None
        return sorted(found, key=lambda desks: desks != here)

    def at(self, slot: int, table: str | None) -> Verdict:
        """What the rules say of a slot and a table, with the desks that break the least."""
        return min((self._with(slot, table, desks) for desks in self.pairs), key=lambda verdict: len(verdict.broken))

    def anywhere(self, slot: int) -> tuple[str | None, Verdict]:
        """The best table of a slot with its verdict: the present one, the fixed one, else the first free one."""
        here = [self.present.table] if self.present is not None else []
        own = [self.fixed[desk] for desks in self.pairs for desk in desks]
        free = [table.id for table in self._tables if (slot, table.id) not in self.taken]
        tried = [(name, self.at(slot, name)) for name in dict.fromkeys((*here, *own, *free)) if name is not None]
        return min([*tried, (None, self.at(slot, None))], key=lambda option: len(option[1].broken))

    def tables(self, slot: int) -> list[str]:
        """The tables at which it can be held in a slot, in their order."""
        if all(self._rules(slot, desks) for desks in self.pairs):
            return []
        return [table.id for table in self._tables if not self.at(slot, table.id).broken]

    def could_swap(self, other: solved.Meeting) -> bool:
        """Whether a change of places with another meeting is worth a closer look: the quick half of the answer."""
        request = self.judged.problem.request_by_id[other.request]
        if {request.a, request.b} & {self.target.a, self.target.b} or self.target.id in request.after:
            return True
        return any(
            all(self.fixed[desk] in (None, other.table) for desk in desks) and not self._rules(other.slot, desks)
            for desks in self.pairs
        )

    def refusal(self, verdict: Verdict, slot: int, table: str | None) -> DomainError:
        """The first broken rule of a verdict with the names that its sentence needs."""
        return refusal(verdict.broken[0], self.judged, slot, table)

    @property
    def _tables(self) -> tuple[asked.Table, ...]:
        return self.judged.problem.tables or ()

    def _rules(self, slot: int, desks: Desks) -> Broken:
        """What is broken in a slot whatever the table."""
        if (slot, desks) not in self._known:
            trial = solved.Meeting(self.target.id, slot, None, desks)
            found = checker.violations(self.problem, (*self.meetings, trial))
            self._known[slot, desks] = tuple(item for item in found if self.target.id in item.requests)
        return self._known[slot, desks]

    def _with(self, slot: int, table: str | None, desks: Desks) -> Verdict:
        name, found = self.target.id, list(self._rules(slot, desks))
        if table is None or not self._is_open(table, slot):
            found.append(checker.Violation(Rule.TABLE_NEEDED, (name,), slot, table or ""))
        elif (slot, table) in self.taken:
            found.append(checker.Violation(Rule.TABLE_BUSY, (self.taken[slot, table], name), slot, table))
        for desk in desks:
            if self.fixed[desk] not in (None, table):
                found.append(checker.Violation(Rule.FIXED_TABLE, (name,), slot, desk))
        return Verdict(desks, tuple(sorted(found, key=self._rank)))

    def _is_open(self, table: str, slot: int) -> bool:
        found = self.judged.problem.table_by_id.get(table)
        return found is not None and (found.slots is None or slot in found.slots)

    def _rank(self, violation: checker.Violation) -> tuple[int, bool]:
        """The rules in the order of the checker; of two companies the first of the request comes first."""
        owner = _owner(self.problem, violation.about)
        return ORDER[violation.rule], owner is not None and owner.id == self.target.b


def broken_by(judged: schedules.Judged, changed: Collection[solved.Meeting]) -> Broken:
    """The rules that meetings break in their new places, judged among all meetings of the companies concerned."""
    whole, names = judged.problem, {meeting.request for meeting in changed}
    own = {side for name in names for side in (whole.request_by_id[name].a, whole.request_by_id[name].b)}
    bound = names | {before for name in names for before in whole.request_by_id[name].after}
    near = [meeting for meeting in judged.meetings if meeting.request not in names and meeting.slot >= 0]
    near = [
        meeting
        for meeting in near
        for request in [whole.request_by_id[meeting.request]]
        if own & {request.a, request.b} or request.id in bound or names & set(request.after)
    ]
    requests = tuple(whole.request_by_id[meeting.request] for meeting in (*near, *changed))
    companies = dict.fromkeys(side for request in requests for side in (request.a, request.b))
    part = asked.Problem(
        whole.slots, tuple(whole.company_by_id[company] for company in companies), requests, whole.tables
    )
    found = checker.violations(part, (*near, *changed))
    return tuple(violation for violation in found if names & set(violation.requests))


def _without_tables(company: asked.Company) -> asked.Company:
    return replace(company, desks=tuple(replace(desk, table=None) for desk in company.desks))


def find(judged: schedules.Judged, a_id: UUID, b_id: UUID) -> Spots:
    """Where else a pair could meet in a version as it stands."""
    around = Around.of(judged, request_of(judged, a_id, b_id))
    rows = {str(table.id): table for table in judged.frame.tables}
    here = (around.present.slot, around.present.table) if around.present is not None else None
    can, cannot = [], []
    for index, slot in enumerate(judged.frame.slots):
        names = [name for name in around.tables(index) if (index, name) != here]
        if names:
            can.append(Spot(slot, tuple(rows[name] for name in names)))
        elif here is None or here[0] != index:
            table, verdict = around.anywhere(index)
            cannot.append((slot, around.refusal(verdict, index, table)))
    return Spots(tuple(can), tuple(cannot))


def request_of(judged: schedules.Judged, a_id: UUID, b_id: UUID) -> str:
    """The name of the request of a pair, whichever way round."""
    for name in (schedules.request_id(a_id, b_id), schedules.request_id(b_id, a_id)):
        if name in judged.problem.request_by_id:
            return name
    raise NotFound("no_such_pair")


def refusal(violation: checker.Violation, judged: schedules.Judged, slot: int, table: str | None) -> DomainError:
    """A broken rule with the names that its sentence needs."""
    problem, about = judged.problem, violation.about
    values: dict[str, object] = {"at": problem.slots[slot].start, "company": "", "most": 0, "table": ""}
    owner = _owner(problem, about)
    if owner is not None:
        values["company"] = judged.frame.names[UUID(owner.id)]
        limits = {Rule.MAX_MEETINGS: owner.max_meetings, Rule.MAX_PER_DAY: owner.max_per_day}
        values["most"] = limits.get(violation.rule, owner.max_consecutive) or 0
    labels = {str(row.id): row.label for row in judged.frame.tables}
    desk_table = problem.desk_by_id[about][1].table if about in problem.desk_by_id else None
    values["table"] = labels.get(desk_table or about or table or "", "")
    code = "table_closed" if violation.rule is Rule.TABLE_NEEDED and about in labels else violation.rule.value
    return DomainError(f"place_{code}", **values)


def _owner(problem: asked.Problem, about: str) -> asked.Company | None:
    """The company of a company, desk or person key."""
    if about in problem.company_by_id:
        return problem.company_by_id[about]
    if about in problem.desk_by_id:
        return problem.desk_by_id[about][0]
    return next((owner for owner, desk in problem.desk_by_id.values() if about and desk.person == about), None)
