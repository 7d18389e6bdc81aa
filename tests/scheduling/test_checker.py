"""The judge: each rule broken once, and figures counted by hand."""

from fractions import Fraction

import pytest

from eventsapp.scheduling.checker import score, verify, violations
from eventsapp.scheduling.problem import Desk, Pin, Problem, Table
from eventsapp.scheduling.rules import Rule
from eventsapp.scheduling.schedule import LevelResult, Meeting, Outcome, Unscheduled, diff
from tests.scheduling import make
from tests.scheduling.oracle import slots


def meeting(request: str, slot: int = 0, table: str | None = "t1") -> Meeting:
    return Meeting(request, slot, table, (f"{request[:2]}-1", f"{request[2:]}-1"))


GOOD = make.problem()
SHARED = make.with_company(
    make.with_company(GOOD, "b1", desks=(Desk("b1-1", (0, 1), person="Ana"),)),
    "b2",
    desks=(Desk("b2-1", (0, 1), person="Ana"),),
)
BROKEN: dict[Rule, tuple[Problem, list[Meeting]]] = {
    Rule.KNOWN: (GOOD, [Meeting("zz", 0, "t1", ("b1-1", "s1-1"))]),
    Rule.ONCE: (GOOD, [meeting("b1s1"), meeting("b1s1", 1)]),
    Rule.DESKS: (GOOD, [Meeting("b1s1", 0, "t1", ("b1-1", "s2-1"))]),
    Rule.LENGTH: (make.with_request(GOOD, "b1s1", length=2), [meeting("b1s1", 1)]),
    Rule.ALLOWED_SLOTS: (make.with_request(GOOD, "b1s1", slots=(1,)), [meeting("b1s1")]),
    Rule.AVAILABLE: (make.with_company(GOOD, "b1", desks=(Desk("b1-1", (1,)),)), [meeting("b1s1")]),
    Rule.DESK_BUSY: (GOOD, [meeting("b1s1"), meeting("b1s2", table="t2")]),
    Rule.PERSON_BUSY: (SHARED, [meeting("b1s1"), meeting("b2s2", table="t2")]),
    Rule.TABLE_NEEDED: (GOOD, [meeting("b1s1", table=None)]),
    Rule.TABLE_BUSY: (GOOD, [meeting("b1s1"), meeting("b2s2")]),
    Rule.FIXED_TABLE: (make.with_company(GOOD, "b1", desks=(Desk("b1-1", (0,), table="t2"),)), [meeting("b1s1")]),
    Rule.ZONE: (make.with_request(GOOD, "b1s1", zone="B"), [meeting("b1s1")]),
    Rule.CAPACITY: (make.problem(capacity=1), [meeting("b1s1"), meeting("b2s2", table="t2")]),
    Rule.MAX_MEETINGS: (make.with_company(GOOD, "b1", max_meetings=1), [meeting("b1s1"), meeting("b1s2", 1)]),
    Rule.MAX_PER_DAY: (make.with_company(GOOD, "b1", max_per_day=1), [meeting("b1s1"), meeting("b1s2", 1)]),
    Rule.MAX_CONSECUTIVE: (make.with_company(GOOD, "b1", max_consecutive=1), [meeting("b1s1"), meeting("b1s2", 1)]),
    Rule.PIN: (make.with_request(GOOD, "b1s1", pin=Pin(2)), []),
    Rule.PRECEDENCE: (make.with_request(GOOD, "b1s1", after=("b1s2",)), [meeting("b1s1"), meeting("b1s2", 1)]),
}


def test_each_rule_has_a_case() -> None:
    assert set(BROKEN) == set(Rule)


@pytest.mark.parametrize("rule", Rule, ids=lambda rule: rule.value)
def test_a_broken_rule_is_named_alone(rule: Rule) -> None:
    problem, meetings = BROKEN[rule]
    found = violations(problem, meetings)
    assert {violation.rule for violation in found} == {rule}
    assert rule.meaning in str(found[0])


def test_limits_are_met_exactly_and_breaks_rest() -> None:
    problem = make.with_company(GOOD, "b1", max_consecutive=2, max_meetings=3, max_per_day=3)
    assert violations(problem, [meeting("b1s1", 0), meeting("b1s2", 1), meeting("b1s3", 2)]) == ()


def test_a_virtual_meeting_needs_neither_table_nor_capacity() -> None:
    problem = make.with_request(make.problem(capacity=1), "b2s2", virtual=True)
    assert violations(problem, [meeting("b1s1"), meeting("b2s2", table=None)]) == ()


def test_figures_counted_by_hand() -> None:
    tables = (Table("t1", x=0, y=0), Table("t2", x=3, y=4))
    problem = make.problem(slots=slots([4]), tables=tables, published=(meeting("b1s1"), meeting("b2s3")))
    problem = make.with_company(make.with_company(problem, "s3", min_meetings=2), "b1", max_meetings=2)
    problem = make.with_request(problem, "b2s3", must=True)
    true = score(problem, [meeting("b1s1", 0), meeting("b1s2", 3, "t2"), meeting("b2s1", 1, "t2")])
    assert (true.shortfall, true.musts, true.value, true.fairness) == (2, 1, 11 + 12 + 21, 0.0)
    assert true.shares == ((Fraction(0), 1), (Fraction(1, 3), 1), (Fraction(1, 2), 1), (Fraction(1), 2))
    assert (true.idle, true.moves, true.changes, true.distance) == (2, 2, 1, 10.0)


def test_a_wrong_figure_a_beaten_bound_and_a_missing_reason_are_said() -> None:
    levels = (LevelResult("value", 12, 12, True), LevelResult("idle", 0, 1, False))
    outcome = Outcome("feasible", (meeting("b1s1"),), levels, (Unscheduled("b1s2", "lottery"),), 0.1, 1, "test")
    assert verify(GOOD, outcome) == [
        "Level value is 11, not 12.",
        "Level idle reaches 0, beyond its bound 1.",
        "The requests with a reason are not exactly the requests that are not held.",
    ]


def test_differences() -> None:
    before = [meeting("b1s1"), meeting("b1s2", 1), meeting("b1s3", 2)]
    after = [meeting("b1s1"), meeting("b1s2", 3), meeting("b2s1", 2)]
    found = diff(before, after)
    assert found.added == (after[2],)
    assert found.moved == ((before[1], after[1]),)
    assert found.dropped == (before[2],)
