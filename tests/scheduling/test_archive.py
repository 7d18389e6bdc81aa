"""Problems and outcomes come back from their files as they were."""

from pathlib import Path

import pytest

from eventsapp.scheduling import archive, checker
from eventsapp.scheduling.problem import Pin
from eventsapp.scheduling.solve import solve
from tests.scheduling import make, oracle


@pytest.mark.parametrize("seed", range(10))
def test_a_problem_survives_its_file(tmp_path: Path, seed: int) -> None:
    problem = oracle.random_problem(seed)
    archive.dump(problem, tmp_path / "problem.json")
    assert archive.load(tmp_path / "problem.json") == problem
    assert [path.name for path in tmp_path.iterdir()] == ["problem.json"]


def test_an_outcome_survives_its_file(tmp_path: Path) -> None:
    problem = make.with_request(make.problem(), "b1s1", pin=Pin(2, "t1"))
    outcome = solve(problem, seconds=5, workers=1)
    archive.dump(outcome, tmp_path / "result.json")
    again = archive.load_outcome(tmp_path / "result.json")
    assert again == outcome
    assert checker.verify(problem, again) == []
