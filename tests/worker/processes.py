"""Real worker processes for tests: started, paused and killed from outside, watched with deadlines, no sleeps."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from flask import Flask

from eventsapp.settings import Settings

T = TypeVar("T")
SECONDS = 60.0
HELD = Path(__file__).parent / "held"


def wait_for(look: Callable[[], T], seconds: float = SECONDS) -> T:
    """What `look` finds, as soon as it finds something; fails after a while."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not come true in time"
        threading.Event().wait(0.02)
    return found


@contextmanager
def worker(app: Flask, mail_url: str = "", *, holds_engine: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A worker on the database of this application, killed at the end if it still lives.

    With `holds_engine` its engine stands still from the start, until somebody continues it.
    """
    settings: Settings = app.config["SETTINGS"]
    environment = {
        **os.environ,
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_key,
        "MAIL_URL": mail_url,
        "BASE_URL": settings.base_url,
    }
    if holds_engine:
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HELD), os.environ.get("PYTHONPATH"))))
    process = subprocess.Popen([sys.executable, "-m", "eventsapp", "worker"], env=environment)
    try:
        yield process
    finally:
        for child in children(process.pid):
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    """The children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def engine_of(pid: int) -> int | None:
    """The engine that this worker has started, once it runs."""
    for child in children(pid):
        with suppress(OSError):
            if b"solver_process" in Path(f"/proc/{child}/cmdline").read_bytes():
                return child
    return None


def held_engine_of(pid: int) -> int | None:
    """The engine that this worker has started and that stands still, once it does."""
    engine = engine_of(pid)
    return engine if engine is not None and _state(engine) == "T" else None


def is_gone(pid: int) -> bool:
    """Has this process ended?"""
    return _state(pid) in {"Z", None}


def _state(pid: int) -> str | None:
    """The letter of the kernel for what this process does; None once it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return None
