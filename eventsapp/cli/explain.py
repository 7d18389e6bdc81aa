"""`explain`: why requests were left out of a result, as stored with it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from eventsapp.cli import files


def add_options(parser: argparse.ArgumentParser) -> None:
    """The two files, and one request or all."""
    parser.add_argument("problem", metavar="PROBLEM", type=Path, help="the problem file")
    parser.add_argument("result", metavar="RESULT.json", type=Path, help="the result file")
    parser.add_argument("--request", metavar="ID", help="only this request")


def run(options: argparse.Namespace) -> int:
    """One line for each request that is not held: its id, the reason and the detail."""
    try:
        files.load(options.problem)
        outcome = files.load_outcome(options.result)
    except files.Unusable as error:
        print(error, file=sys.stderr)
        return 2
    chosen = [item for item in outcome.unscheduled if options.request in (None, item.request)]
    if options.request is not None and not chosen:
        held = any(meeting.request == options.request for meeting in outcome.meetings)
        print(f"{options.request}: {'is held' if held else 'is no request of this problem'}", file=sys.stderr)
        return 0 if held else 2
    for item in chosen:
        print(f"{item.request}\t{item.reason}\t{json.dumps(dict(item.detail), ensure_ascii=False)}")
    return 0
