"""`repair`: the fewest changes to a schedule after the news of the day, then the usual levels.

Companies cancel, are away, come late, leave early or come unannounced; tables vanish; what took place stays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from eventsapp.cli import files
from eventsapp.cli.solve import EXIT, print_outcome, show
from eventsapp.scheduling import archive, repair
from eventsapp.scheduling import solve as engine
from eventsapp.scheduling.problem import Problem, ProblemError
from eventsapp.scheduling.repair import Absence
from eventsapp.scheduling.schedule import Outcome, diff


def add_options(parser: argparse.ArgumentParser) -> None:
    """The schedule, the news, and where the new schedule goes."""
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help="the problem file")
    parser.add_argument("result", metavar="RESULT.json", type=Path, help="the schedule as published")
    parser.add_argument("--cancel", metavar="COMPANY", nargs="+", default=[], help="companies that do not come")
    parser.add_argument(
        "--absent", metavar="COMPANY@FROM-TO", nargs="+", default=[], type=absence, help="away in slots"
    )
    parser.add_argument(
        "--late", metavar="COMPANY@SLOT", nargs="+", default=[], type=moment, help="come in time for this slot only"
    )
    parser.add_argument("--early", metavar="COMPANY@SLOT", nargs="+", default=[], type=moment, help="leave before it")
    parser.add_argument("--lost-table", metavar="TABLE", nargs="+", default=[], help="tables that vanished")
    parser.add_argument("--walk-in", metavar="FILE.json", type=Path, help="companies that came unannounced, requests")
    parser.add_argument("--before", metavar="SLOT", type=files.whole, default=0, help="meetings before it took place")
    parser.add_argument("--out", metavar="NEW.json", type=Path, help="where to write the new schedule")
    parser.add_argument("--seconds", type=files.positive, default=60.0, help="time limit (default %(default)s)")
    parser.add_argument("--workers", type=files.count, default=2, help="threads (default %(default)s)")
    parser.add_argument("--seed", type=files.whole, default=1, help="seed of all choices (default %(default)s)")


def absence(text: str) -> Absence:
    """COMPANY@FROM-TO, both slots included."""
    company, _, span = text.rpartition("@")
    first, dash, last = span.partition("-")
    if not company or not dash or not first.isdigit() or not last.isdigit() or int(first) > int(last):
        raise argparse.ArgumentTypeError(f"{text!r} must look like COMPANY@FROM-TO with slots in order")
    return Absence(company, int(first), int(last))


def moment(text: str) -> tuple[str, int]:
    """COMPANY@SLOT."""
    company, _, slot = text.rpartition("@")
    if not company or not slot.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} must look like COMPANY@SLOT")
    return company, int(slot)


def changed(problem: Problem, published: Outcome, options: argparse.Namespace) -> Problem:
    """The problem after all of the news."""
    if options.walk_in:
        problem = repair.with_walk_ins(problem, *files.load_walk_ins(options.walk_in))
    absent = list(options.absent)
    for company, slot in options.late:
        absent += repair.late(company, slot)
    for company, slot in options.early:
        absent += repair.early(problem, company, slot)
    return repair.repaired(
        problem,
        published.meetings,
        cancelled=options.cancel,
        absent=absent,
        lost_tables=options.lost_table,
        before=options.before,
    )


def run(options: argparse.Namespace) -> int:
    """Repair, say what changes, and write the new schedule."""
    try:
        problem = files.load(options.problem)
        published = files.load_outcome(options.result)
        if not isinstance(problem, Problem):
            raise files.Unusable(f"{options.problem}: a problem of kind b2b has nothing to repair")
        outcome = engine.solve(
            changed(problem, published, options),
            seconds=options.seconds,
            seed=options.seed,
            workers=options.workers,
            on_progress=show,
        )
        if options.out:
            archive.dump(outcome, options.out)
    except (files.Unusable, ProblemError) as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"{options.out}: cannot be written ({error.strerror})", file=sys.stderr)
        return 2
    difference = diff(published.meetings, outcome.meetings)
    print(f"{len(difference.added)} new, {len(difference.moved)} moved, {len(difference.dropped)} dropped")
    print_outcome(outcome)
    return EXIT[outcome.status]
