"""Reads the mailbox of invitations again and again, a transaction for each mail: a broken one stops no other."""

from __future__ import annotations

import logging
import threading

from flask import Flask

from eventsapp.calendars.reply import MAX_BYTES
from eventsapp.clock import now
from eventsapp.db import db, unit_of_work
from eventsapp.mail.inbox import Inbox, MailboxAway
from eventsapp.services import replies
from eventsapp.settings import Settings

LONGEST_WAIT_SECONDS = 900.0

log = logging.getLogger(__name__)


class Receiver:
    """Reads one mailbox; one thread uses it."""

    def __init__(self, app: Flask, inbox: Inbox) -> None:
        self.app = app
        self.inbox = inbox

    def read_waiting(self) -> int:
        """Take what waits in the mailbox; how many mails. Raises `MailboxAway`."""
        with self.app.app_context():
            try:
                return self.inbox.read(self._take)
            finally:
                db.session.remove()

    def _take(self, content: bytes) -> bool:
        with unit_of_work():
            taken = replies.take(content, now=now())
        for outcome in taken.outcomes:
            log.info("mailbox: %s %s %s", outcome.kind, outcome.state, outcome.reason)
        return taken.is_settled


def receiver(app: Flask) -> Receiver | None:
    """The receiver that the settings ask for, if they do."""
    settings: Settings = app.config["SETTINGS"]
    return Receiver(app, Inbox(settings.imap_url, largest=MAX_BYTES)) if settings.imap_url else None


def read_on(reader: Receiver, seconds: float, stopping: threading.Event) -> None:
    """Look every `seconds`; a mailbox that is away is asked less and less often."""
    wait = seconds
    while not stopping.is_set():
        try:
            reader.read_waiting()
            wait = seconds
        except MailboxAway as error:
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            log.warning("mailbox: %s; again in %.0f s", error, wait)
        except Exception:
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            log.exception("the reader of the mailbox failed; again in %.0f s", wait)
        stopping.wait(wait)
