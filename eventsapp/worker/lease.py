"""The hold of a worker on a job: who, which attempt, what is wanted of it, and a thread that keeps it alive."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from eventsapp.clock import now
from eventsapp.db import db, unit_of_work
from eventsapp.services import jobs

BEAT_SECONDS = 1.0

log = logging.getLogger(__name__)


class Lost(Exception):
    """The job is another worker's by now; nothing may be stored."""


class Stopped(Exception):
    """This worker is told to stop; the job goes back to the queue."""


@dataclass
class Lease:
    """One attempt at one job by one worker."""

    job_id: UUID
    kind: str
    payload: dict[str, Any]
    worker: str
    attempt: int
    stopping: threading.Event
    wanted: str | None = None
    lost: threading.Event = field(default_factory=threading.Event)

    def check(self) -> None:
        """Raise `Lost` or `Stopped` when the work has become pointless."""
        if self.lost.is_set():
            raise Lost
        if self.stopping.is_set():
            raise Stopped

    @contextmanager
    def storing(self) -> Iterator[None]:
        """A unit of work that stores something of this attempt; raises `Lost` when the job is no longer ours."""
        with unit_of_work():
            if not jobs.is_mine(self.job_id, self.worker, self.attempt):
                raise Lost
            yield

    @contextmanager
    def ending(self, error: str = "") -> Iterator[None]:
        """A unit of work that ends the job with what it stores; raises `Lost`, nothing stored, when it is not ours.

        The job is written last, so that its row is locked after the event's, as the organizer's orders do.
        """
        with unit_of_work():
            yield
            if not jobs.finish(self.job_id, self.worker, self.attempt, now=now(), error=error):
                raise Lost


@contextmanager
def kept_alive(app: Flask, lease: Lease) -> Iterator[None]:
    """Beat in a thread of its own while the work goes on; notes what is wanted, and when the lease is lost."""
    done = threading.Event()

    def beat_on() -> None:
        with app.app_context():
            while not done.wait(BEAT_SECONDS):
                try:
                    _beat(lease)
                except SQLAlchemyError:
                    log.warning("job %s: no beat, the database is away", lease.job_id, exc_info=True)
                finally:
                    db.session.remove()

    thread = threading.Thread(target=beat_on, name=f"beat-{lease.job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _beat(lease: Lease) -> None:
    with unit_of_work():
        is_ours = jobs.beat(lease.job_id, lease.worker, lease.attempt, now=now())
        wanted = jobs.find_wanted(lease.job_id)
    # Told only once it is stored: whoever acts on it may look at the beat.
    if is_ours:
        lease.wanted = wanted
    else:
        lease.lost.set()
