"""Sends what is due in the outbox, mail by mail: claim, hand over, note what became of it.

No transaction is open while the mail server is asked. A mail that was handed over but could not be noted (the database
went away) is noted before the next one; only when this process dies in between is it sent twice, as the same message.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from email.message import EmailMessage
from uuid import UUID

from flask import Flask

from eventsapp.clock import now
from eventsapp.db import db, unit_of_work
from eventsapp.mail.delivery import DeliveryError, Outlet, Postponed, Unreachable
from eventsapp.mail.render import build_message
from eventsapp.models import OutboxMessage
from eventsapp.services import outbox
from eventsapp.settings import Settings
from eventsapp.worker.pace import Pace

log = logging.getLogger(__name__)

Note = Callable[[], None]


class Sender:
    """Sends mails through one outlet; one thread uses it."""

    def __init__(self, app: Flask, outlet: Outlet) -> None:
        self.app = app
        self.outlet = outlet
        self.settings: Settings = app.config["SETTINGS"]
        self.pace = Pace(self.settings.mail_per_minute if self.settings.mail_target.startswith("smtp") else 0)
        self._note: Note | None = None

    def send_due(self, stopping: threading.Event) -> int:
        """Send until nothing is due, this worker stops, or the server cannot be reached (`Unreachable`); how many."""
        sent = 0
        with self.app.app_context():
            try:
                while claimed := self._note_and_claim(more=not stopping.is_set()):
                    sent += self._send(*claimed)
            finally:
                self.outlet.close()
                db.session.remove()
        return sent

    def _note_and_claim(self, *, more: bool) -> tuple[UUID, EmailMessage] | None:
        """Note what became of the last mail and take the next, in one transaction; what cannot be written fails."""
        while True:
            with unit_of_work():
                if self._note is not None:
                    self._note()
                row = outbox.claim_next(now=now(), resting=self.pace.resting()) if more else None
                is_unwanted = row is not None and outbox.is_unwanted(row)
                if row is not None and is_unwanted:
                    outbox.leave_out(row, now=now())
            self._note = None
            if row is None:
                return None
            if is_unwanted:
                continue
            row_id = row.id
            mail = self._written(row)
            db.session.rollback()  # no transaction stays open while the server is asked
            if mail is not None:
                return row_id, mail

    def _written(self, row: OutboxMessage) -> EmailMessage | None:
        settings = self.settings
        try:
            return build_message(
                row,
                base_url=settings.base_url,
                host=settings.host,
                mail_from=settings.mail_from,
                secret_key=settings.secret_key,
                date=now(),
            )
        except Exception as error:
            # A mail that we cannot write must not hold up the others; its row says what is wrong.
            log.exception("mail %s (%s) cannot be written", row.id, row.kind)
            row_id, reason = row.id, f"{type(error).__name__}: {error}"
            self._note = lambda: outbox.mark_failed(row_id, reason, now=now())
            return None

    def _send(self, row_id: UUID, mail: EmailMessage) -> int:
        try:
            self.outlet.deliver(mail)
        except Unreachable as error:
            reason = str(error)
            self._note = lambda: outbox.give_back(row_id, reason)
            self._note_and_claim(more=False)
            raise
        except Postponed as error:
            reason = str(error)
            self.pace.put_off(_recipient(mail))
            self._note = lambda: outbox.postpone(row_id, reason, now=now())
        except (DeliveryError, ValueError) as error:
            reason = str(error)
            log.warning("mail %s refused: %s", row_id, reason)
            self._note = lambda: outbox.mark_failed(row_id, reason, now=now())
        else:
            moment = now()
            self.pace.handed_over(_recipient(mail))
            self._note = lambda: outbox.mark_sent(row_id, now=moment)
            return 1
        return 0


def _recipient(mail: EmailMessage) -> str:
    return str(mail["To"].addresses[0].addr_spec)
