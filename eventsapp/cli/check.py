"""`check`: what has to be green before a commit."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FAST_TESTS = ("tests/house", "tests/domain", "tests/scheduling", "tests/calendars")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Which checks to leave out."""
    parser.add_argument("--no-tests", action="store_true", help="leave out the fast tests")


def run(options: argparse.Namespace) -> int:
    """Run every check, report each, and fail when one of them does."""
    scripts = Path(sys.executable).parent
    checks = [
        ("format", [str(scripts / "ruff"), "format", "--check", "."]),
        ("lint", [str(scripts / "ruff"), "check", "."]),
        ("types", [sys.executable, "-m", "mypy"]),
        ("import contracts", [str(scripts / "lint-imports"), "--no-logo"]),
        ("templates", [str(scripts / "djlint"), "templates", "--lint", "--quiet"]),
    ]
    if not options.no_tests:
        checks.append(
            ("fast tests", [sys.executable, "-m", "pytest", "-q", "-m", "not browser and not slow", *FAST_TESTS])
        )
    failed = [name for name, command in checks if subprocess.run(command, cwd=ROOT, check=False).returncode != 0]
    print("all checks passed" if not failed else f"failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0
