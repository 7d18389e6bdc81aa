"""Reasons: each code in a problem of its own; where a request could go now."""

from dataclasses import replace
from typing import Any

import pytest

from eventsapp.scheduling.explain import REASONS, places
from eventsapp.scheduling.problem import Desk, Level, Pin, Problem, Request, Table
from eventsapp.scheduling.rules import Rule
from eventsapp.scheduling.schedule import Meeting
from eventsapp.scheduling.solve import solve
from tests.scheduling import make
from tests.scheduling.oracle import slots
from tests.scheduling.test_solve import crowd


def only(made: Problem, *names: str) -> Problem:
    """The problem with some of its requests."""
    return replace(made, requests=tuple(r for r in made.requests if r.id in names))


def free(made: Problem, **desks: tuple[int, ...]) -> Problem:
    """The problem with companies available in other slots."""
    for name, own in desks.items():
        made = make.with_company(made, name, desks=(Desk(f"{name}-1", own),))
    return made


BASE = make.problem(objective=(Level("musts"), Level("value")))
LIMITED = make.with_company(
    free(
        make.problem(slots=slots([3]), objective=(Level("value"),)),
        **dict.fromkeys(("b1", "b2", "s1", "s2", "s3"), (0, 1, 2)),
    ),
    "b1",
    max_consecutive=1,
)
CASES: dict[str, tuple[Problem, str, dict[str, Any]]] = {
    "no_common_slot": (
        only(free(BASE, b1=(0,), s1=(1,)), "b1s1"),
        "b1s1",
        {"fix": {"change": "slot_for_desk", "desk": "b1-1", "slot": 1, "gain": 11}},
    ),
    "not_available_together": (
        make.with_request(only(free(BASE, b1=(0,), s1=(0,)), "b1s1", "b1s2"), "b1s2", pin=Pin(0)),
        "b1s1",
        {},
    ),
    "buyer_full": (
        only(make.with_company(BASE, "b1", max_meetings=1), "b1s1", "b1s2"),
        "b1s1",
        {
            "company": "b1",
            "max_meetings": 1,
            "fix": {"change": "meeting_for_company", "company": "b1", "slot": 1, "gain": 11},
        },
    ),
    "supplier_full": (
        only(make.with_company(BASE, "s1", max_meetings=1), "b1s1", "b2s1"),
        "b1s1",
        {
            "company": "s1",
            "max_meetings": 1,
            "fix": {"change": "meeting_for_company", "company": "s1", "slot": 1, "gain": 11},
        },
    ),
    "capacity_full": (
        only(free(replace(BASE, tables=None, capacity=1), b1=(0,), s1=(0,), b2=(0,), s2=(0,)), "b1s1", "b2s2"),
        "b1s1",
        {"slots": [0], "fix": {"change": "table_in_slot", "slot": 0, "gain": 11}},
    ),
    "no_table": (
        only(free(replace(BASE, tables=(Table("t1"),)), b1=(0,), s1=(0,), b2=(0,), s2=(0,)), "b1s1", "b2s2"),
        "b1s1",
        {"slots": [0], "fix": {"change": "table_in_slot", "slot": 0, "gain": 11}},
    ),
    "consecutive_limit": (only(LIMITED, "b1s1", "b1s2", "b1s3"), "b1s1", {"slots": [1]}),
    "precedence": (
        make.with_request(only(free(BASE, b1=(0, 1), s1=(0,), s2=(1,)), "b1s1", "b1s2"), "b1s1", after=("b1s2",)),
        "b1s1",
        {"slots": [0]},
    ),
    "outvalued": (
        only(free(BASE, b1=(0, 1), s1=(0,), s2=(0,), b2=(1,)), "b1s1", "b1s2"),
        "b1s1",
        {"meetings": ["b1s2"], "value": 12},
    ),
    "lottery": (
        make.with_request(only(make.with_company(BASE, "b1", max_meetings=1), "b1s1", "b1s2"), "b1s1", value=12),
        "*",
        {"seed": 1},
    ),
}


@pytest.mark.parametrize("reason", CASES)
def test_each_reason_in_a_problem_of_its_own(reason: str) -> None:
    problem, request, detail = CASES[reason]
    outcome = solve(problem, seconds=10)
    left = {item.request: item for item in outcome.unscheduled}
    item = next(iter(left.values())) if request == "*" else left[request]
    assert item.reason == reason
    assert {key: value for key, value in item.detail.items() if key != "won"} == detail


def test_all_reasons_have_a_case_but_the_one_of_time() -> None:
    assert set(REASONS) - set(CASES) == {"not_proven"}


def test_a_named_fix_works_when_the_problem_is_solved_with_it() -> None:
    problem = replace(crowd(), objective=(Level("shortfall"), Level("musts"), Level("value")))
    outcome = solve(problem, seconds=10)
    before = next(level.value for level in outcome.levels if level.level == "value")
    fixes = [item.detail["fix"] for item in outcome.unscheduled if "fix" in item.detail]
    fix = next(fix for fix in fixes if fix["change"] == "meeting_for_company")
    company = problem.company_by_id[fix["company"]]
    more = make.with_company(problem, company.id, max_meetings=company.max_meetings + 1)
    after = next(level.value for level in solve(more, seconds=10).levels if level.level == "value")
    assert after >= before + fix["gain"]


def test_where_a_request_can_go_and_which_rule_is_in_the_way() -> None:
    problem = make.problem(companies=(make.company("b1", free=(0, 1, 2)), *make.problem().companies[1:]))
    held = [Meeting("b1s2", 0, "t1", ("b1-1", "s2-1")), Meeting("b2s1", 1, "t1", ("b2-1", "s1-1"))]
    why = places(problem, held, "b1s1")
    assert why.can == ((2, "t1", ("b1-1", "s1-1")), (2, "t2", ("b1-1", "s1-1")))
    assert why.cannot == {0: Rule.DESK_BUSY, 1: Rule.DESK_BUSY, 3: Rule.AVAILABLE}


def test_a_request_without_any_place_is_still_a_request() -> None:
    problem = make.problem(requests=(Request("r", "b1", "s1", 3, length=3),), objective=(Level("value"),))
    outcome = solve(problem, seconds=5)
    assert [(item.request, item.reason) for item in outcome.unscheduled] == [("r", "no_common_slot")]
