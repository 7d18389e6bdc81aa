"""Odd circles: where companies meet on both sides, a choice holds whole meetings, and its bound knows so."""

from __future__ import annotations

import time
from dataclasses import replace

from eventsapp.scheduling import cpsat
from eventsapp.scheduling.bounds import Choice, Network
from eventsapp.scheduling.index import index_of
from eventsapp.scheduling.odd import without_halves
from eventsapp.scheduling.problem import Problem, Request
from eventsapp.scheduling.solve import solve
from tests.scheduling import make

LEVELS = ("shortfall", "musts", "value")


def circle(size: int, value: int = 5, least: int = 0) -> Problem:
    """Companies around a circle, each asked by both neighbours, each with one meeting at most."""
    names = [f"c{number}" for number in range(size)]
    companies = tuple(make.company(name, "both", max_meetings=1, min_meetings=least) for name in names)
    pairs = zip(names, [*names[1:], names[0]], strict=True)
    requests = tuple(Request(f"{a}{b}", a, b, value) for a, b in pairs)
    return make.problem(companies=companies, requests=requests, tables=None)


def chosen(problem: Problem) -> tuple[Choice, Choice]:
    """The choice of the flow, and the one in whole meetings."""
    network = Network(index_of(problem))
    choice = network.choose(LEVELS)
    limits = cpsat.Limits(time.monotonic() + 60, 1, 1, lambda: False)
    return choice, without_halves(network, choice, LEVELS, limits)


def test_a_circle_of_three_holds_one_meeting() -> None:
    flow, whole = chosen(circle(3))
    assert flow.figures["value"] == 7
    assert (whole.figures, len(whole.requests), whole.mended) == ({"shortfall": 0, "musts": 0, "value": 5}, 1, True)
    assert "value" in whole.rounded


def test_who_has_a_minimum_on_an_odd_circle_falls_short() -> None:
    _, whole = chosen(circle(5, least=1))
    assert whole.figures == {"shortfall": 1, "musts": 0, "value": 10}


def test_an_even_circle_needs_no_mending() -> None:
    flow, whole = chosen(circle(4))
    assert flow.figures["value"] == whole.figures["value"] == 10
    assert solve(circle(4), seconds=20).status == "optimal"


def test_an_odd_circle_is_proven_without_the_exact_model() -> None:
    problem = circle(7, least=1)
    outcome = solve(replace(problem, objective=problem.objective[:3]), seconds=20)
    assert [(level.value, level.bound, level.optimal) for level in outcome.levels] == [
        (1, 1, True), (0, 0, True), (15, 15, True),
    ]  # fmt: skip
