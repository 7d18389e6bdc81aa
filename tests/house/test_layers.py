"""The layers of the house: who may import whom, and what a process must never load."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "eventsapp").rglob("*.py"))


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after a statement."""
    program = f"{statement}; import sys; print(' '.join(sorted(m for m in sys.modules if '.' not in m)))"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


@pytest.mark.parametrize(
    "package", ["eventsapp.scheduling.checker", "eventsapp.scheduling.archive", "eventsapp.domain.access"]
)
def test_pure_packages_load_neither_web_nor_database_nor_solver(package: str) -> None:
    assert loaded_by(f"import {package}") & {"flask", "sqlalchemy", "ortools", "icalendar"} == set()


def test_the_solver_loads_neither_web_nor_database() -> None:
    assert loaded_by("import eventsapp.scheduling.solve") & {"flask", "sqlalchemy", "icalendar"} == set()


def test_calendars_load_neither_web_nor_database_nor_solver() -> None:
    assert loaded_by("import eventsapp.calendars.build") & {"flask", "sqlalchemy", "ortools"} == set()


def test_the_web_process_never_loads_the_solver() -> None:
    assert "ortools" not in loaded_by("import eventsapp.app")


def test_one_place_commits() -> None:
    commits = [path.name for path in SOURCES if re.search(r"session\.commit\(", path.read_text())]
    assert commits == ["db.py"]


def test_nothing_is_left_to_do_and_no_module_is_called_utils() -> None:
    names = {path.stem for path in SOURCES}
    assert names & {"utils", "helpers", "util", "misc", "common"} == set()
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [path.name for path in SOURCES if marks.search(path.read_text())] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in SOURCES if not path.read_text().lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []
