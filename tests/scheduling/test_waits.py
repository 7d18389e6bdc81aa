"""The bound of idle slots: what availability alone forces, whichever requests are chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from eventsapp.scheduling.bounds import Network
from eventsapp.scheduling.face import face_of, whole
from eventsapp.scheduling.index import index_of
from eventsapp.scheduling.problem import Level, Problem, Request
from eventsapp.scheduling.solve import solve
from eventsapp.scheduling.waits import idle_bound
from tests.scheduling import make
from tests.scheduling.oracle import slots


def holey(*free: int, **changes: Any) -> Problem:
    """A buyer who comes in some slots of a block of six, and three suppliers who are always there."""
    everywhere = tuple(range(6))
    suppliers = tuple(make.company(f"s{n}", "supplier", everywhere) for n in (1, 2, 3))
    requests = tuple(request for request in make.problem().requests if request.a == "b1")
    companies = (make.company("b1", free=free), *suppliers)
    return make.problem(slots=slots([6]), companies=companies, requests=requests, tables=None, capacity=None, **changes)


def bound(problem: Problem, reached: Mapping[str, int] | None = None) -> int:
    """The bound over all schedules with the best value, or with the figures reached."""
    network = Network(index_of(problem))
    choice = network.choose(["value"])
    face = whole(network, choice) if reached else face_of(network, ["value"], choice)
    return idle_bound(face, reached or {}, lambda: False)


@pytest.mark.parametrize(("free", "idle"), [((0, 2, 4), 2), ((0, 1, 2), 0), ((0, 1, 4, 5), 2), ((0, 5), 4), ((3,), 0)])
def test_the_slots_of_a_company_force_it_to_wait(free: tuple[int, ...], idle: int) -> None:
    assert bound(holey(*free)) == idle


def rested(limit: int, count: int) -> Problem:
    """A buyer who meets `count` suppliers in a block of eight and rests after `limit` meetings in a row."""
    every = tuple(range(8))
    suppliers = tuple(make.company(f"s{n}", "supplier", every) for n in range(count))
    requests = tuple(Request(f"r{n}", "b", f"s{n}", 10) for n in range(count))
    buyer = make.company("b", free=every, max_consecutive=limit)
    return make.problem(
        slots=slots([8]), companies=(buyer, *suppliers), requests=requests, tables=None, capacity=None,
        objective=(Level("value"), Level("idle")),
    )  # fmt: skip


@pytest.mark.parametrize(("limit", "count", "idle"), [(6, 6, 0), (6, 7, 1), (3, 6, 1), (2, 5, 2), (1, 4, 3)])
def test_rests_are_idle_slots_that_nothing_avoids(limit: int, count: int, idle: int) -> None:
    problem = rested(limit, count)
    assert bound(problem) == idle
    result = {level.level: level for level in solve(problem, seconds=20).levels}["idle"]
    assert (result.value, result.bound, result.optimal) == (idle, idle, True)


def test_who_may_leave_out_a_meeting_need_not_wait() -> None:
    values = sorted(request.value for request in holey(0, 1, 4).requests)
    assert bound(holey(0, 1, 4), {"value": sum(values)}) == 2
    assert bound(holey(0, 1, 4), {"value": sum(values[1:])}) == 0


def test_a_long_meeting_fills_more_than_a_unit_of_flow() -> None:
    longer = make.with_request(holey(0, 1, 2, 5), "b1s1", length=3)
    assert bound(longer, {"value": sum(request.value for request in longer.requests)}) == 0
