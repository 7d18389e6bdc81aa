"""The engine in a process of its own: `python -m eventsapp.worker.solver_process`.

Reads one line of JSON (`problem`, `seconds`, `seed`, `workers`, `memory`), then orders (`keep`, `cancel`), one a line.
Writes lines of JSON: `{"progress": …}`, `{"best": …}` with a whole answer while it goes on, and at last
`{"outcome": …}` or `{"error": …, "code": …}`. When its input ends, its parent is dead, and so is it. Only this process
loads OR-Tools.

The engine shows its schedule at the end only, so a longer run searches twice: briefly, for an answer that can be
stored, then for the rest of the time; the better one counts.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import IO, Any

from eventsapp.scheduling import archive
from eventsapp.scheduling.comparison import is_better
from eventsapp.scheduling.problem import Problem, ProblemError
from eventsapp.scheduling.schedule import Outcome, Progress
from eventsapp.scheduling.solve import solve

NICENESS = 10
ORPHANED = 3
FIRST_SHARE = 0.1
FIRST_SECONDS = 10.0
LEAST_FIRST_SECONDS = 1.5  # in less there is nothing worth storing


class Orders:
    """What the parent asked for; listens in a thread, because the engine keeps this one busy."""

    def __init__(self, source: IO[str]) -> None:
        self._source = source
        self._order: str | None = None
        threading.Thread(target=self._listen, daemon=True).start()

    def __call__(self) -> str | None:
        """The order, if there is one."""
        return self._order

    def _listen(self) -> None:
        for line in self._source:
            self._order = line.strip() or self._order
        os._exit(ORPHANED)  # the parent is gone: nobody waits for the outcome


def main() -> int:
    """Solve what stands on the standard input."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # what a library prints goes to the log, not between the answers
    task = json.loads(sys.stdin.readline())
    _be_modest(int(task["memory"]))

    def tell(progress: Progress) -> None:
        _write(answers, {"progress": asdict(progress)})

    def keep(outcome: Outcome) -> None:
        _write(answers, {"best": archive.outcome_to_dict(outcome)})

    try:
        outcome = search(task, tell, keep, Orders(sys.stdin))
    except ProblemError as error:
        _write(answers, {"error": str(error)[:1000], "code": "problem_unusable"})
        return 1
    except MemoryError:
        _write(answers, {"error": f"more than {task['memory']} bytes", "code": "engine_memory"})
        return 1
    _write(answers, {"outcome": archive.outcome_to_dict(outcome)})
    return 0


def search(
    task: dict[str, Any],
    tell: Callable[[Progress], None],
    keep: Callable[[Outcome], None],
    orders: Callable[[], str | None],
) -> Outcome:
    """The best of a short search, told by `keep`, and a long one; a proof or an order in the first one ends it."""
    problem = archive.problem_from_dict(task["problem"])
    seconds, seed, workers = float(task["seconds"]), int(task["seed"]), int(task["workers"])
    brief = min(FIRST_SECONDS, FIRST_SHARE * seconds)
    if brief < LEAST_FIRST_SECONDS:
        return solve(problem, seconds=seconds, seed=seed, workers=workers, on_progress=tell, stop=orders)

    def tell_first(progress: Progress) -> None:
        tell(replace(progress, limit=seconds))

    first = solve(problem, seconds=brief, seed=seed, workers=workers, on_progress=tell_first, stop=orders)
    if first.status == "optimal" or orders() is not None:
        return first
    if first.meetings:
        keep(first)

    def tell_rest(progress: Progress) -> None:
        tell(_with_first(progress, first, seconds))

    rest = solve(
        problem, seconds=seconds - first.seconds, seed=seed, workers=workers, on_progress=tell_rest, stop=orders
    )  # fmt: skip
    return _best(problem, first, rest)


def _with_first(progress: Progress, first: Outcome, limit: float) -> Progress:
    """Progress of the second search as that of the whole: time goes on, and what is found stays found."""
    told = replace(progress, seconds=round(progress.seconds + first.seconds, 3), limit=limit)
    value = next((level.value for level in first.levels if level.level == "value"), 0)
    if progress.value >= value and progress.placed:
        return told
    return replace(told, placed=len(first.meetings), meetings=len(first.meetings), value=value)


def _best(problem: Problem, first: Outcome, rest: Outcome) -> Outcome:
    """The better of two answers, with the time of both; an order to cancel counts as it came."""
    if rest.status == "cancelled":
        return rest
    found = first if is_better(first, rest, problem.levels) else rest
    return replace(found, seconds=round(first.seconds + rest.seconds, 3))


def _write(answers: IO[str], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=True) + "\n")


def _be_modest(memory: int) -> None:
    """Let the web come first, and end before the machine runs out of memory."""
    os.nice(NICENESS)
    with suppress(OSError):  # niceness counts only within a session where the kernel groups by session
        Path("/proc/self/autogroup").write_text(str(NICENESS))
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = memory if hard == resource.RLIM_INFINITY else min(memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    sys.exit(main())
