"""Each rule has one name, and none is missing anywhere."""

import dataclasses
import subprocess
import sys

from eventsapp.scheduling import aims, board, checker, cpsat, explain, validate
from eventsapp.scheduling.index import KEPT_BY_OPTIONS
from eventsapp.scheduling.rules import MEANINGS, Rule


def test_every_rule_has_a_sentence() -> None:
    assert list(MEANINGS) == list(Rule)
    assert all(meaning.endswith(".") and meaning[0].isupper() for meaning in MEANINGS.values())


def test_every_rule_is_checked_once() -> None:
    assert sorted(map(str, (*checker.FIRST_CHECKS, *checker.CHECKS))) == sorted(map(str, Rule))


def test_every_rule_is_in_the_model_or_in_the_options() -> None:
    assert set(cpsat.RULES) | set(cpsat.KEPT_BY_VARIABLES) == set(Rule)
    assert not set(cpsat.RULES) & set(cpsat.KEPT_BY_VARIABLES)


def test_every_rule_is_kept_by_the_board_or_by_the_options() -> None:
    assert set(board.CHECKED) | set(KEPT_BY_OPTIONS) == set(Rule)


def test_every_rule_has_a_reason_that_exists() -> None:
    assert set(explain.REASON_OF) == set(Rule)
    assert set(explain.REASON_OF.values()) - {None} <= set(explain.REASONS)


def test_describing_checking_and_storing_load_no_solver_and_no_framework() -> None:
    code = (
        "import sys\n"
        "from eventsapp.scheduling import archive, checker, problem, rules, schedule\n"
        "print(sorted({'ortools', 'numpy', 'flask', 'sqlalchemy'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_every_level_is_an_aim_and_a_figure() -> None:
    assert set(aims.AIMS) == set(validate.LEVELS)
    assert set(validate.LEVELS) <= {field.name for field in dataclasses.fields(checker.Score)}
