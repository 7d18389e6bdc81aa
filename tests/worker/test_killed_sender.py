"""The sender is killed again and again in the middle of its work: no mail is missing, at most one is doubled a kill."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState
from eventsapp.models import OutboxMessage
from eventsapp.services import outbox
from tests import make
from tests.mail.servers import server
from tests.worker.processes import wait_for, worker

MAILS = 60
KILLS = 3


@pytest.mark.slow
def test_no_mail_is_lost_and_at_most_one_doubled_a_kill(app: Flask) -> None:
    people = [f"persona{number}@example.com" for number in range(MAILS)]
    now = datetime.now(UTC)
    with app.app_context(), unit_of_work():
        event = make.event()
        fields = {"is_change": False, "count": 0, "days": "", "page": "/e/x/agenda", "meetings": []}
        outbox.add_all(
            outbox.message(
                "agenda_published",
                key=who,
                to_address=who,
                to_name="Ana",
                locale="es_MX",
                fields=fields,
                at=now,
                event=event,
            )
            for who in people
        )
    with server() as (handler, address):
        for kill in range(1, KILLS + 1):
            with worker(app, address) as process:
                wait_for(lambda: len(handler.mails) >= min(MAILS - 10, kill * MAILS // (KILLS + 1)))  # noqa: B023
                process.kill()
            with app.app_context(), unit_of_work():  # as if the minutes of the lease had passed
                db.session.execute(update(OutboxMessage).values(claimed_until=now - timedelta(minutes=1)))
        with worker(app, address):
            wait_for(lambda: unsent(app) == 0)
        times = Counter(handler.recipients)
        identities = {mail["Message-ID"] for mail in handler.mails}
    assert set(times) == set(people)
    assert sum(times.values()) <= MAILS + KILLS
    assert len(identities) == MAILS  # what came twice is the same message


def unsent(app: Flask) -> int:
    """How many mails wait."""
    with app.app_context():
        query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state != OutboxState.SENT)
        return db.session.scalar(query) or 0
