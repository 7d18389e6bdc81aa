"""A job of kind `solve`: starts the engine in a child process, passes on progress and orders, stores the outcome.

The child has its own session and a memory limit; it is killed when it outlives its time, when the job is lost, and when
this worker stops, and it ends by itself when this worker is killed.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from queue import Empty, SimpleQueue
from typing import IO, Any
from uuid import UUID

from flask import current_app
from sqlalchemy.exc import OperationalError

from eventsapp.clock import now
from eventsapp.db import db
from eventsapp.models import Run
from eventsapp.scheduling import archive
from eventsapp.scheduling.schedule import Outcome
from eventsapp.services import runs
from eventsapp.worker.lease import Lease

GRACE_SECONDS = 45.0  # start, model building and the reasons, beyond the time for searching
CANCEL_SECONDS = 4.0
TELL_SECONDS = 1.0
KEEP_SECONDS = 2.0
LOOK_SECONDS = 0.1
MOST_MEMORY = 6 * 2**30
SHARE_OF_MEMORY = 0.75
LOG_TAIL = 600
STORE_AGAIN_SECONDS = 1.0

log = logging.getLogger(__name__)


class EngineFailed(Exception):
    """The engine gave no outcome: a code that screens put into words, and what engineers want to know."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def solve(lease: Lease) -> None:
    """Carry out a run of the engine and store what came out, in one transaction with the end of the job."""
    settings = current_app.config["SETTINGS"]
    run_id = UUID(lease.payload["run_id"])
    with lease.storing():
        run = db.session.get_one(Run, run_id)
        problem = runs.begin(run, attempt=lease.attempt, now=now())
        task = {
            "problem": archive.problem_to_dict(problem),
            "seconds": run.seconds,
            "seed": run.seed,
            "workers": settings.solve_workers,
            "memory": memory_limit(),
        }

    def ask() -> str | None:
        lease.check()
        return lease.wanted

    def tell(figures: dict[str, Any]) -> None:
        try:
            with lease.storing():
                runs.progress(db.session.get_one(Run, run_id), figures, now(), attempt=lease.attempt)
        except OperationalError:
            log.warning("run %s: progress not stored, the database is away", run_id)

    def keep(best: dict[str, Any]) -> None:
        answer = runs.judged(problem, best)
        if answer is None:
            log.error("run %s: the judge refused a better answer", run_id)
            return
        try:
            with lease.storing():
                runs.keep_best(db.session.get_one(Run, run_id), problem, answer, attempt=lease.attempt)
        except OperationalError:
            log.warning("run %s: the best so far not stored, the database is away", run_id)

    try:
        outcome = run_engine(task, ask=ask, tell=tell, keep=keep)
    except EngineFailed as error:
        code, detail = error.code, error.detail
        log.warning("run %s: %s (%s)", run_id, code, detail)
        _end(lease, lambda: runs.fail(db.session.get_one(Run, run_id), code, now(), detail=detail), f"{code}: {detail}")
        return
    finish = partial(runs.finish, attempt=lease.attempt, host=settings.host)
    _end(lease, lambda: finish(db.session.get_one(Run, run_id), outcome, now()))


def _end(lease: Lease, store: Callable[[], object], error: str = "") -> None:
    """Store and end the job; while the database is away the outcome of minutes is not thrown away but kept at hand."""
    while True:
        try:
            with lease.ending(error):
                store()
        except OperationalError:
            log.warning("job %s: the outcome waits for the database", lease.job_id, exc_info=True)
            lease.stopping.wait(STORE_AGAIN_SECONDS)
            lease.check()
        else:
            return


def give_up(payload: Mapping[str, Any], reason: str, detail: str = "") -> None:
    """End the run of a job that is given up."""
    run = db.session.get(Run, UUID(payload["run_id"]))
    if run is not None:
        runs.fail(run, "engine_crashed" if reason == "crashed" else reason, now(), detail=detail)


def memory_limit() -> int:
    """Bytes of address space that the engine may use on this machine."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(MOST_MEMORY, int(total * SHARE_OF_MEMORY))


def run_engine(
    task: dict[str, Any],
    *,
    ask: Callable[[], str | None],
    tell: Callable[[dict[str, Any]], None],
    keep: Callable[[dict[str, Any]], None] | None = None,
    grace: float = GRACE_SECONDS,
) -> dict[str, Any]:
    """The outcome of the engine for this task.

    `ask` is called all the time and gives what is wanted, `keep` or `cancel`; what it raises ends the engine.
    `tell` gets the progress, at most once a second; `keep` the best answer so far, at most once in two seconds.
    """
    with _child(task) as child:
        deadline = time.monotonic() + float(task["seconds"]) + grace
        order: str | None = None
        told = kept = 0.0
        best: dict[str, Any] | None = None
        while True:
            wanted = ask()
            if wanted is not None and wanted != order:
                order = wanted
                child.order(wanted)
                deadline = min(deadline, time.monotonic() + (CANCEL_SECONDS if wanted == "cancel" else grace))
            if time.monotonic() > deadline:
                if order == "cancel":
                    return _cancelled(task)
                raise EngineFailed("engine_late", f"no outcome within {task['seconds']} s and a grace of {grace:.0f} s")
            if best is not None and keep is not None and time.monotonic() - kept >= KEEP_SECONDS:
                keep(best)
                kept, best = time.monotonic(), None
            answer = child.answer(LOOK_SECONDS)
            if answer is None:
                continue
            if "outcome" in answer:
                return dict(answer["outcome"])
            if "error" in answer:
                raise EngineFailed(answer["code"], answer["error"])
            if "best" in answer:
                best = answer["best"]
                continue
            if time.monotonic() - told >= TELL_SECONDS:
                told = time.monotonic()
                tell(answer["progress"])


@dataclass
class _Child:
    """The engine's process and what it has said so far."""

    process: subprocess.Popen[str]
    log: IO[bytes]
    answers: SimpleQueue[str | None] = field(default_factory=SimpleQueue)

    def listen(self) -> None:
        """Collect the answers until the process closes its end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put(None)

    def answer(self, seconds: float) -> dict[str, Any] | None:
        """The next answer, or None when there is none yet; raises `EngineFailed` when there will be none."""
        try:
            line = self.answers.get(timeout=seconds)
        except Empty:
            return None
        if line is None:
            raise self._end()
        answer: dict[str, Any] = json.loads(line)
        return answer

    def order(self, wanted: str) -> None:
        """Pass on what somebody wants."""
        assert self.process.stdin is not None
        with suppress(OSError):
            self.process.stdin.write(f"{wanted}\n")
            self.process.stdin.flush()

    def _end(self) -> EngineFailed:
        code = self.process.wait()
        size = self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, size - LOG_TAIL))
        tail = self.log.read().decode(errors="replace").strip()
        # The kernel ends what takes too much memory; a library that gets none ends itself.
        by_memory = code in (-signal.SIGKILL, -signal.SIGABRT) or "bad_alloc" in tail or "MemoryError" in tail
        return EngineFailed("engine_memory" if by_memory else "engine_crashed", f"exit code {code}. {tail}".strip())


@contextmanager
def _child(task: dict[str, Any]) -> Iterator[_Child]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "eventsapp.worker.solver_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        child = _Child(process, log)
        listener = threading.Thread(target=child.listen, daemon=True)
        listener.start()
        try:
            child.order(json.dumps(task))
            yield child
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            listener.join()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()


def _cancelled(task: dict[str, Any]) -> dict[str, Any]:
    return archive.outcome_to_dict(Outcome("cancelled", (), (), (), 0.0, int(task["seed"]), "stopped by the worker"))
