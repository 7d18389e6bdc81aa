"""Small problems: what the engine says is optimal equals the best of all schedules, on every level."""

import pytest

from eventsapp.scheduling import checker
from eventsapp.scheduling.problem import ProblemError
from eventsapp.scheduling.solve import solve
from tests.scheduling import oracle

FOUND_WRONG_ONCE = [10114, 10347, 10485, 11032, 20553]


@pytest.mark.parametrize(("seed", "requests"), [(n, 5) for n in range(40)] + [(n, 8) for n in FOUND_WRONG_ONCE])
def test_equal_to_trying_everything(seed: int, requests: int) -> None:
    problem = oracle.random_problem(seed, requests)
    want = oracle.best(problem)
    try:
        outcome = solve(problem, seconds=20, workers=1)
    except ProblemError:
        assert want is None
        return
    assert checker.violations(problem, outcome.meetings) == ()
    assert oracle.figures(problem, checker.score(problem, outcome.meetings)) == want
    assert checker.verify(problem, outcome) == []
    assert outcome.status == "optimal"
