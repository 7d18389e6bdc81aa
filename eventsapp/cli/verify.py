"""`verify`: the independent checker on a result file. Exit 0 when the schedule is legal and every figure is true."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eventsapp.cli import files
from eventsapp.scheduling import b2b_checker, checker
from eventsapp.scheduling.problem import Problem


def add_options(parser: argparse.ArgumentParser) -> None:
    """The two files."""
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help="the problem file")
    parser.add_argument("result", metavar="RESULT.json", type=Path, help="the result file")


def run(options: argparse.Namespace) -> int:
    """Say what is wrong, or that nothing is."""
    try:
        problem = files.load(options.problem)
        outcome = files.load_outcome(options.result)
    except files.Unusable as error:
        print(error, file=sys.stderr)
        return 2
    untrue = checker.verify(problem, outcome) if isinstance(problem, Problem) else b2b_checker.verify(problem, outcome)
    for sentence in untrue:
        print(sentence)
    print("legal, and every figure is true" if not untrue else f"{len(untrue)} faults")
    return 1 if untrue else 0
