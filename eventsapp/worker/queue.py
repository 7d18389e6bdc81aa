"""Huey, which hands the ids of queued jobs to the threads of the workers on this machine.

The `job` table is the truth and Huey only delivers: it has no acknowledgement, so an id that was taken by a worker that
died is lost (by its design), and an id may come twice. The worker therefore reads the table each second and hands over
what waits, again after a minute; `jobs.claim` decides who works. The web writes rows and knows nothing of the queue: no
step is left between the commit and the delivery in which a job could be forgotten.
"""

from __future__ import annotations

import threading
import time
from uuid import UUID

from flask import Flask
from huey import SqliteHuey
from huey.consumer import Consumer

from eventsapp.services import jobs
from eventsapp.worker import tasks

FILE = "queue.sqlite3"
THREADS = 2
LONGEST_POLL_SECONDS = 0.5
DELIVER_AGAIN_SECONDS = 60.0


class Queue:
    """The queue of one worker process."""

    def __init__(self, app: Flask, worker: str, stopping: threading.Event) -> None:
        settings = app.config["SETTINGS"]
        self._huey = SqliteHuey("jobs", filename=str(settings.data_dir / FILE), results=False, utc=True)
        self._delivered: dict[UUID, float] = {}

        def carry_out(job_id: str) -> None:
            tasks.carry_out(app, UUID(job_id), worker, stopping)

        self._task = self._huey.task(name="carry_out")(carry_out)

    def consumer(self) -> Consumer:
        """The threads that take ids and carry the jobs out; `start` and `stop` it."""
        return self._huey.create_consumer(
            workers=THREADS, periodic=False, max_delay=LONGEST_POLL_SECONDS, check_worker_health=True
        )

    def deliver(self) -> None:
        """Hand over every queued job that was not handed over within the last minute."""
        waiting = jobs.list_queued()
        moment = time.monotonic()
        recent = {
            job_id: at
            for job_id, at in self._delivered.items()
            if job_id in waiting and moment - at < DELIVER_AGAIN_SECONDS
        }
        for job_id in waiting:
            if job_id not in recent:
                self._task(str(job_id))
                recent[job_id] = moment
        self._delivered = recent

    def close(self) -> None:
        """Close the queue's file."""
        self._huey.storage.close()
