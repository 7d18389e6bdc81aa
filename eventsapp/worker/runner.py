"""One worker process: the consumer of jobs, sender and reader of mail, the reaper and the tidying, until SIGTERM.

A database or a mail server that is away is waited for; nothing but SIGTERM ends the loops.
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType

from flask import Flask

from eventsapp.clock import now
from eventsapp.db import db, unit_of_work
from eventsapp.mail.delivery import Unreachable, outlet
from eventsapp.services import housekeeping, invitations, jobs, request_upkeep
from eventsapp.worker import receiving, tasks
from eventsapp.worker.queue import Queue
from eventsapp.worker.sending import Sender

LOOK_SECONDS = 1.0
REAP_SECONDS = 10.0
TIDY_SECONDS = 3600.0
REQUESTS_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 60.0
PARTS_AT_ONCE = 500
STOP_SECONDS = 8

log = logging.getLogger(__name__)


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT; must be called in the main thread."""
    stopping = threading.Event()
    mails = Sender(app, outlet(app.config["SETTINGS"].mail_target))

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    queue = Queue(app, _name(), stopping)
    consumer = queue.consumer()
    consumer.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)  # Huey's own answer to SIGTERM would leave a job behind
    sender = threading.Thread(target=_send_on, args=(mails, stopping), name="sender")
    sender.start()
    reader = receiving.receiver(app)
    if reader is not None:
        # A daemon: a server that does not answer for half a minute must not hold up the end of this process; a mail
        # that was read in part is read again.
        wait = app.config["SETTINGS"].imap_seconds
        threading.Thread(target=receiving.read_on, args=(reader, wait, stopping), name="receiver", daemon=True).start()
    log.info("worker started")
    chores = [
        _Chore(REAP_SECONDS, tasks.reap),
        _Chore(LOOK_SECONDS, queue.deliver),
        _Chore(TIDY_SECONDS, _tidy),
        _Chore(REQUESTS_SECONDS, _keep_requests),
    ]
    while not stopping.is_set():
        with app.app_context():
            for chore in chores:
                chore.do_when_due()
            db.session.remove()
        stopping.wait(LOOK_SECONDS / 4)
    consumer.stop(graceful=True)
    sender.join(STOP_SECONDS)
    queue.close()
    with app.app_context():
        db.engine.dispose()
    log.info("worker stopped")


def run_until_idle(app: Flask) -> None:
    """Carry out all queued jobs and send all mail that is due, in this thread, then return."""
    never = threading.Event()
    worker = _name()
    sender = Sender(app, outlet(app.config["SETTINGS"].mail_target))
    while True:
        with app.app_context():
            tasks.reap()
            waiting = jobs.list_queued()
            db.session.remove()
        done = [job_id for job_id in waiting if tasks.carry_out(app, job_id, worker, never)]
        try:
            sent = sender.send_due(never)
        except Unreachable as error:
            log.warning("mail: %s; what is due stays due", error)
            sent = 0
        if not sent and not done:
            return


class _Chore:
    """Something to be done again and again; what goes wrong is written down and tried again."""

    def __init__(self, seconds: float, do: Callable[[], object]) -> None:
        self.seconds = seconds
        self.do = do
        self.due = 0.0

    def do_when_due(self) -> None:
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + self.seconds
        try:
            self.do()
        except Exception:
            log.exception("%s failed; again in %s s", self.do.__name__, self.seconds)
            db.session.rollback()


def _tidy() -> None:
    with unit_of_work():
        housekeeping.remove_spent(now=now())
    while _write_parts() == PARTS_AT_ONCE:
        pass


def _write_parts() -> int:
    with unit_of_work():
        return invitations.refresh_parts(PARTS_AT_ONCE)


def _keep_requests() -> None:
    with unit_of_work():
        request_upkeep.expire(now=now())
        request_upkeep.remind(now=now())
        request_upkeep.tell_expired(now=now())
        request_upkeep.send_digests(now=now())


def _send_on(sender: Sender, stopping: threading.Event) -> None:
    wait = LOOK_SECONDS
    while not stopping.is_set():
        try:
            sender.send_due(stopping)
            wait = LOOK_SECONDS
        except Unreachable as error:
            log.warning("mail: %s; again in %.0f s", error, wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        except Exception:
            log.exception("the sender failed; again in %.0f s", wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        stopping.wait(wait)


def _name() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
