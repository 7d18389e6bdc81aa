"""The reading of a sheet from the worker's end of the pipe: starts the process, passes on what it says, ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from eventsapp.domain.errors import DomainError

MEMORY = 768 * 2**20
SECONDS = 150.0
LOOK_SECONDS = 0.2


def heads(content: bytes, ask: Callable[[], bool]) -> list[dict[str, Any]]:
    """What the sheets of a file are called, hold and look like; raises `DomainError` when the file is refused."""
    for answer in _answers(content, ["heads"], ask):
        return list(answer["sheets"])
    raise DomainError("sheet_broken")


def rows(content: bytes, wanted: Sequence[int], ask: Callable[[], bool]) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of the wanted sheets: the sheet, the number of the row as people see it, the cells."""
    is_whole = False
    for answer in _answers(content, ["rows", *map(str, wanted)], ask):
        is_whole = "end" in answer
        for number, cells in answer.get("rows", ()):
            yield answer["sheet"], number, cells
    if not is_whole:
        raise DomainError("sheet_broken")


def _answers(content: bytes, arguments: Sequence[str], ask: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    """What the process says, line by line. `ask` is called all the time; when it says yes the process is ended."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as log:
        source.write(content)
        source.seek(0)
        command = [sys.executable, "-m", "eventsapp.worker.sheet_process", arguments[0], str(MEMORY), *arguments[1:]]
        process = subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
        assert process.stdout is not None
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, over, ask), daemon=True)
        watcher.start()
        try:
            for line in process.stdout:
                answer: dict[str, Any] = json.loads(line)
                if "error" in answer:
                    raise DomainError(answer["error"], **answer.get("params", {}))
                yield answer
            if process.wait() != 0:
                raise DomainError("sheet_heavy")  # by its limits, or by the kernel: nothing of ours ends otherwise
        finally:
            over.set()
            watcher.join()
            _kill(process.pid)
            process.stdout.close()
            process.wait()


def _watch(pid: int, over: threading.Event, ask: Callable[[], bool]) -> None:
    left = SECONDS
    while not over.wait(LOOK_SECONDS):
        left -= LOOK_SECONDS
        if left < 0 or ask():
            _kill(pid)
            return


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
