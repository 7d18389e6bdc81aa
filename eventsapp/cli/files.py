"""What the commands of the engine share: reading either kind of problem file, numbers within bounds, and summaries."""

from __future__ import annotations

import argparse
from pathlib import Path
from types import FrameType

from eventsapp.scheduling import archive, dzn
from eventsapp.scheduling.b2b_file import b2b_of
from eventsapp.scheduling.b2b_problem import B2BProblem
from eventsapp.scheduling.problem import Company, Problem, ProblemError, Request
from eventsapp.scheduling.schedule import Outcome, Progress

MOST_SECONDS = 86_400.0
MOST_WORKERS = 256
MOST_SEED = 2**31 - 1


class Unusable(Exception):
    """A file that cannot be used; the message is one sentence that names the place."""


class StopOnSignal:
    """Ctrl+C ends the search and keeps the best schedule found."""

    def __init__(self) -> None:
        self.wanted: str | None = None

    def note(self, _signal: int, _frame: FrameType | None) -> None:
        """Remember that the person wants to stop."""
        self.wanted = "keep"

    def __call__(self) -> str | None:
        """What the engine asks: go on (None) or stop."""
        return self.wanted


def load(path: Path) -> Problem | B2BProblem:
    """A problem from either kind of file, recognised by its content."""
    try:
        if _is_json(path):
            problem = archive.load(path)
            return b2b_of(problem) if problem.kind == "b2b" else problem
        return dzn.load(path)
    except ProblemError as error:
        raise Unusable(f"{path}: {error}") from None
    except (ValueError, OSError) as error:
        raise Unusable(f"{path}: {error}") from None


def load_outcome(path: Path) -> Outcome:
    """A result file."""
    try:
        return archive.load_outcome(path)
    except (ValueError, OSError) as error:
        raise Unusable(f"{path}: {error}") from None


def load_json(path: Path) -> dict[str, object]:
    """The object in a JSON file of any of our formats."""
    try:
        return archive.read(path)
    except (ValueError, OSError) as error:
        raise Unusable(f"{path}: {error}") from None


def load_walk_ins(path: Path) -> tuple[tuple[Company, ...], tuple[Request, ...]]:
    """A file of companies that came unannounced."""
    try:
        return archive.load_walk_ins(path)
    except (ValueError, OSError) as error:
        raise Unusable(f"{path}: {error}") from None


def summary(outcome: Outcome) -> dict[str, object]:
    """The figures of a result, for one line of JSON."""
    return {
        "status": outcome.status,
        "meetings": len(outcome.meetings),
        "unscheduled": len(outcome.unscheduled),
        "levels": [
            {"level": level.level, "value": level.value, "bound": level.bound, "optimal": level.optimal}
            for level in outcome.levels
        ],
        "seconds": round(outcome.seconds, 3),
        "seed": outcome.seed,
        "engine": outcome.engine,
    }


def distance(progress: Progress) -> str:
    """How far the value is from its bound, in percent."""
    if progress.bound is None or not progress.bound:
        return ""
    return f"{100 * abs(progress.bound - progress.value) / abs(progress.bound):.2f} %"


def positive(text: str) -> float:
    """A number of seconds above zero."""
    value = float(text)
    if not 0 < value <= MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most {MOST_SECONDS:g}")
    return value


def count(text: str) -> int:
    """A number of threads."""
    value = int(text)
    if not 1 <= value <= MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"must be from 1 to {MOST_WORKERS}")
    return value


def whole(text: str) -> int:
    """A seed."""
    value = int(text)
    if not 0 <= value <= MOST_SEED:
        raise argparse.ArgumentTypeError(f"must be from 0 to {MOST_SEED}")
    return value


def _is_json(path: Path) -> bool:
    with path.open("rb") as file:
        start = file.read(4096)
    return start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"["}
