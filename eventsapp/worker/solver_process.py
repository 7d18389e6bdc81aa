"""The engine in a process of its own: `python -m eventsapp.worker.solver_process`.

Reads one line of JSON (`problem`, `seconds`, `seed`, `workers`, `memory`), then orders (`keep`, `cancel`), one a line.
Writes lines of JSON: `{"progress": …}`, `{"best": …}` with a whole answer while it goes on, and at last
`{"outcome": …}` or `{"error": …, "code": …}`. When its input ends, its parent is dead, and so is it. Only this process
loads OR-Tools.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from eventsapp.scheduling import archive
from eventsapp.scheduling.problem import ProblemError
from eventsapp.scheduling.solve import solve

NICENESS = 10
ORPHANED = 3


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


class Answers:
    """Lines of JSON for the parent; progress and better answers come from two threads."""

    def __init__(self, target: IO[str]) -> None:
        self._target = target
        self._lock = threading.Lock()

    def write(self, **answer: Any) -> None:
        """Write one answer as a line."""
        line = json.dumps(answer, ensure_ascii=True) + "\n"
        with self._lock:
            self._target.write(line)


def main() -> int:
    """Solve what stands on the standard input."""
    answers = Answers(os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1))
    os.dup2(2, 1)  # what a library prints goes to the log, not between the answers
    task = json.loads(sys.stdin.readline())
    _be_modest(int(task["memory"]))

    try:
        outcome = solve(
            archive.problem_from_dict(task["problem"]),
            seconds=float(task["seconds"]),
            seed=int(task["seed"]),
            workers=int(task["workers"]),
            on_progress=lambda progress: answers.write(progress=asdict(progress)),
            on_better=lambda better: answers.write(best=archive.outcome_to_dict(better)),
            stop=Orders(sys.stdin),
        )
    except ProblemError as error:
        answers.write(error=str(error)[:1000], code="problem_unusable")
        return 1
    except MemoryError:
        answers.write(error=f"more than {task['memory']} bytes", code="engine_memory")
        return 1
    answers.write(outcome=archive.outcome_to_dict(outcome))
    return 0


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
