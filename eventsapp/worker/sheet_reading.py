"""The reading of a sheet from the worker's end: starts the process, waits for what it wrote, passes that on.

What it says goes into a file without a name: nothing is taken in before all of it could be read, a list may be longer
than memory, and taking its rows in may need longer than reading them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any

from eventsapp.domain.errors import DomainError

MEMORY = 768 * 2**20
SECONDS = 150.0
LOOK_SECONDS = 0.2
LONGEST_REFUSAL = 2_000


def heads(content: bytes, ask: Callable[[], bool]) -> list[dict[str, Any]]:
    """What the sheets of a file are called, hold and look like; raises `DomainError` when the file is refused."""
    with _answered(content, ["heads"], ask) as lines:
        for line in lines:
            return list(json.loads(line)["sheets"])
    raise DomainError("sheet_broken")


def rows(content: bytes, wanted: Sequence[int], ask: Callable[[], bool]) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of the wanted sheets, in this order: the sheet, the number of the row as people see it, the cells."""
    with _answered(content, ["rows", *map(str, wanted)], ask) as lines:
        for sheet in wanted:
            lines.seek(0)
            for line in lines:
                if line.startswith(b'{"sheet": %d,' % sheet):
                    for number, cells in json.loads(line)["rows"]:
                        yield sheet, number, cells


@contextmanager
def _answered(content: bytes, arguments: Sequence[str], ask: Callable[[], bool]) -> Iterator[IO[bytes]]:
    """What the process wrote, when it ended well; `ask` is called all the time and ends it when it says yes."""
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answers, tempfile.TemporaryFile() as log:
        source.write(content)
        source.seek(0)
        command = [sys.executable, "-m", "eventsapp.worker.sheet_process", arguments[0], str(MEMORY), *arguments[1:]]
        process = subprocess.Popen(command, stdin=source, stdout=answers, stderr=log, start_new_session=True)
        left = SECONDS
        try:
            while process.poll() is None and left > 0 and not ask():
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_SECONDS)
                left -= LOOK_SECONDS
        finally:
            if process.poll() is None:
                _kill(process.pid)
            ended = process.wait()
        _require_whole(answers, ended)
        answers.seek(0)
        yield answers


def _require_whole(answers: IO[bytes], ended: int) -> None:
    """Raise what the process refused, or that it did not come to its end."""
    answers.seek(max(0, answers.seek(0, os.SEEK_END) - LONGEST_REFUSAL))
    last = answers.read().rstrip().rpartition(b"\n")[2]
    if last.startswith(b'{"error"'):
        refusal = json.loads(last)
        raise DomainError(refusal["error"], **refusal.get("params", {}))
    if ended != 0:
        raise DomainError("sheet_heavy")  # by its limits, or by the kernel: nothing of ours ends otherwise


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
