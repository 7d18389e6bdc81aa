"""A list that is longer than what goes in at once, all the way through the worker, in the memory of a short one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROWS = 12_000
MOST_MB = 320


@pytest.mark.slow
def test_a_long_list_goes_in_with_little_memory() -> None:
    command = [sys.executable, "benchmarks/imports.py", "--rows", str(ROWS), "--only", "list"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    said, figures = (json.loads(line.partition("list: ")[2] or line) for line in ran.stdout.splitlines())
    assert said["counts"] == {"companies": {"created": ROWS}}
    assert figures["rows"] == ROWS
    assert figures["peak_mb"] < MOST_MB
