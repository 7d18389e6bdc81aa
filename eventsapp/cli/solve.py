"""`solve`: a problem file in, a result file out, with a bar that shows value, bound and distance.

Exit 0 solved, 2 unusable input, 3 proven infeasible, 4 no schedule within the time.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

from eventsapp.cli import files
from eventsapp.scheduling import archive, b2b
from eventsapp.scheduling import solve as engine
from eventsapp.scheduling.problem import Problem, ProblemError
from eventsapp.scheduling.schedule import Outcome, Progress

EXIT = {"optimal": 0, "feasible": 0, "infeasible": 3, "none": 4, "cancelled": 4}
BAR = 24


def add_options(parser: argparse.ArgumentParser) -> None:
    """The problem, where the result goes, and the limits."""
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help="a problem file (JSON) or a B2BSP file (.dzn)")
    parser.add_argument("--out", metavar="RESULT.json", type=Path, help="where to write the result")
    parser.add_argument("--seconds", type=files.positive, default=60.0, help="time limit (default %(default)s)")
    parser.add_argument(
        "--workers",
        type=files.count,
        default=2,
        help="threads (default %(default)s); a problem of kind b2b is solved by one",
    )
    parser.add_argument("--seed", type=files.whole, default=1, help="seed of all choices (default %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="no bar; one line of JSON at the end")


def run(options: argparse.Namespace) -> int:
    """Solve and write the result."""
    stopped = files.StopOnSignal()
    previous = signal.signal(signal.SIGINT, stopped.note)
    try:
        problem = files.load(options.problem)
        limits = {"seconds": options.seconds, "seed": options.seed}
        on_progress = None if options.quiet else show
        if isinstance(problem, Problem):
            outcome = engine.solve(problem, **limits, workers=options.workers, on_progress=on_progress, stop=stopped)
        else:
            outcome = b2b.solve_b2b(problem, **limits, on_progress=on_progress, stop=stopped)
        if options.out:
            archive.dump(outcome, options.out)
    except files.Unusable as error:
        print(error, file=sys.stderr)
        return 2
    except ProblemError as error:
        print(f"{options.problem}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.out}: cannot be written ({error.strerror})", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGINT, previous)
    if options.quiet:
        print(json.dumps(files.summary(outcome)))
    else:
        print_outcome(outcome)
    return EXIT[outcome.status]


def show(progress: Progress) -> None:
    """Draw the bar again, on a terminal; one line each otherwise."""
    share = min(1.0, progress.seconds / progress.limit) if progress.limit else 1.0
    bar = "#" * round(share * BAR)
    bound = "?" if progress.bound is None else f"{progress.bound:g}"
    line = (
        f"[{bar:<{BAR}}] {progress.seconds:5.1f} s  {progress.phase:<10} "
        f"{progress.placed} of {progress.asked}  value {progress.value:g}  bound {bound}  {files.distance(progress)}"
    )
    end = "\r" if sys.stderr.isatty() else "\n"
    print(line.ljust(100), end=end, file=sys.stderr, flush=True)


def print_outcome(outcome: Outcome) -> None:
    """The result in words."""
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(f"{outcome.status}: {len(outcome.meetings)} meetings, {len(outcome.unscheduled)} requests left out")
    for level in outcome.levels:
        proven = "proven" if level.optimal else f"bound {level.bound:g}" if level.bound is not None else "no bound"
        print(f"  {level.level:<10} {level.value:g} ({proven})")
    print(f"  {outcome.seconds:.2f} s, seed {outcome.seed}, {outcome.engine}")
