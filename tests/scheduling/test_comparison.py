"""Two answers side by side: the better one, what moved, who gains and who loses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from eventsapp.scheduling.comparison import CompanyChange, compare, held_by_company, is_better
from eventsapp.scheduling.problem import DEFAULT_OBJECTIVE, Company, Desk, Level, Problem, Request, Slot, Table
from eventsapp.scheduling.schedule import LevelResult, Meeting, Outcome

START = datetime(2027, 3, 9, 15, tzinfo=UTC)
SLOTS = tuple(
    Slot(START + timedelta(minutes=25 * n), START + timedelta(minutes=25 * n + 20), "morning") for n in range(3)
)
EVERY = (0, 1, 2)
COMPANIES = tuple(
    Company(name, "buyer" if name == "b" else "supplier", (Desk(f"{name}-1", EVERY),)) for name in ("b", "s", "t")
)
PROBLEM = Problem(SLOTS, COMPANIES, (Request("bs", "b", "s", 5), Request("bt", "b", "t", 5)), (Table("1"), Table("2")))


def met(request: str, slot: int, table: str = "1") -> Meeting:
    return Meeting(request, slot, table, ("b-1", f"{request[1]}-1"))


def outcome(*meetings: Meeting, **levels: float) -> Outcome:
    reached = tuple(LevelResult(name, value, None, False) for name, value in levels.items())
    return Outcome("feasible", meetings, reached, (), 1.0, 1, "test")


def test_the_first_level_that_differs_decides() -> None:
    one = outcome(met("bs", 0), shortfall=0, value=5, idle=3)
    for other, better in (
        (outcome(met("bs", 0), shortfall=1, value=9, idle=0), True),
        (outcome(met("bs", 0), shortfall=0, value=6, idle=9), False),
        (outcome(met("bs", 0), shortfall=0, value=5, idle=2), False),
        (outcome(met("bs", 0), shortfall=0, value=5, idle=4), True),
        (outcome(), True),
    ):
        assert is_better(one, other, DEFAULT_OBJECTIVE) is better
        assert is_better(other, one, DEFAULT_OBJECTIVE) is not better
    assert not is_better(one, one, DEFAULT_OBJECTIVE)
    assert not is_better(outcome(), outcome(), DEFAULT_OBJECTIVE)
    assert is_better(outcome(met("bs", 0), fairness=0.5), outcome(met("bs", 0), fairness=0.4), (Level("fairness"),))


def test_what_stays_what_moves_who_gains_and_who_loses() -> None:
    found = compare(PROBLEM, [met("bs", 0)], PROBLEM, [met("bs", 0), met("bt", 1)])
    assert (found.same, found.moved, found.only_before, found.only_after) == (("bs",), (), (), ("bt",))
    assert found.gains == (CompanyChange("b", 1, 2), CompanyChange("t", 0, 1))
    assert found.losses == ()
    back = compare(PROBLEM, [met("bs", 0), met("bt", 1)], PROBLEM, [met("bs", 0, "2")])
    assert (back.moved, back.only_before) == (("bs",), ("bt",))
    assert [change.change for change in back.losses] == [-1, -1]
    assert held_by_company(PROBLEM, [met("bs", 0), met("bt", 1)]) == {"b": 2, "s": 1, "t": 1}


def test_slots_are_known_by_when_they_start() -> None:
    later = replace(PROBLEM, slots=SLOTS[1:])
    found = compare(PROBLEM, [met("bs", 1), met("bt", 2)], later, [met("bs", 0), met("bt", 0, "2")])
    assert (found.same, found.moved) == (("bs",), ("bt",))
