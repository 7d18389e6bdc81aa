"""`verify`: the independent checker on a result file, or on the certificate of a schedule, which holds its problem.

Exit 0 when the schedule is legal and every figure is true.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eventsapp.cli import files
from eventsapp.scheduling import b2b_checker, certificate, checker
from eventsapp.scheduling.problem import Problem, ProblemError


def add_options(parser: argparse.ArgumentParser) -> None:
    """The two files, or one certificate."""
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help="the problem file, or a certificate alone")
    parser.add_argument("result", metavar="RESULT.json", type=Path, nargs="?", help="the result file")


def run(options: argparse.Namespace) -> int:
    """Say what is wrong, or that nothing is."""
    try:
        untrue = _certified(options.problem) if options.result is None else _judged(options.problem, options.result)
    except files.Unusable as error:
        print(error, file=sys.stderr)
        return 2
    for sentence in untrue:
        print(sentence)
    print("legal, and every figure is true" if not untrue else f"{len(untrue)} faults")
    return 1 if untrue else 0


def _judged(problem_path: Path, result_path: Path) -> list[str]:
    """What is untrue in a result."""
    problem = files.load(problem_path)
    outcome = files.load_outcome(result_path)
    if isinstance(problem, Problem):
        return checker.verify(problem, outcome)
    return b2b_checker.verify(problem, outcome)


def _certified(path: Path) -> list[str]:
    """What is untrue in a certificate."""
    data = files.load_json(path)
    if not certificate.is_certificate(data):
        raise files.Unusable(f"{path}: is no certificate; give the result file too")
    try:
        return certificate.verified(data)
    except ProblemError as error:
        raise files.Unusable(f"{path}: {error}") from None
