"""A thousand invitations while the sender is killed ten times: none is missing, at most one double for each kill."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from eventsapp.calendars import invite, record
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState
from eventsapp.models import OutboxMessage
from eventsapp.services import outbox
from tests import make
from tests.mail.servers import server
from tests.mailbox import told
from tests.worker.processes import wait_for, worker

MAILS = 1000
KILLS = 10
DOMAINS = 25  # more than one domain, as in life; none gets more in a minute than the pace allows


@pytest.mark.slow
def test_a_thousand_invitations_and_ten_kills(sqlite_app: Flask) -> None:
    now = datetime.now(UTC)
    people = [f"persona{number}@empresa{number % DOMAINS}.example" for number in range(MAILS)]
    with sqlite_app.app_context(), unit_of_work():
        event = make.event()
        organizer = invite.Person(event.name, "agenda@encuentro.example")
        start = event.slots[0].starts_at
        outbox.add_all(
            outbox.message(
                "invitation",
                key=f"invitation:{number}",
                to_address=who,
                to_name=f"Persona {number}",
                locale="es_MX",
                fields=_fields(
                    invite.Invitation(
                        uid=f"m-{number}@localhost",
                        sequence=0,
                        dtstamp=now,
                        created=now,
                        last_modified=now,
                        start=start,
                        end=start + timedelta(minutes=20),
                        zone=event.time_zone,
                        summary="Reunión con Nordwind Antriebe",
                        location="Mesa 1",
                        organizer=organizer,
                        attendee=invite.Person(f"Persona {number}", who),
                    )
                ),
                at=now,
                event=event,
            )
            for number, who in enumerate(people)
        )
    with server() as (handler, address):
        for kill in range(1, KILLS + 1):
            with worker(sqlite_app, address) as process:
                wait_for(lambda: len(handler.mails) >= kill * MAILS // (KILLS + 1))  # noqa: B023
                process.kill()
            with sqlite_app.app_context(), unit_of_work():  # as if the minutes of the lease had passed
                db.session.execute(update(OutboxMessage).values(claimed_until=now - timedelta(minutes=1)))
        with worker(sqlite_app, address):
            wait_for(lambda: _unsent(sqlite_app) == 0)
        times = Counter(handler.recipients)
        identities = {mail["Message-ID"] for mail in handler.mails}
        uids = {one.uid for mail in handler.mails if (one := told(mail)) is not None}
    assert set(times) == set(people)
    assert len(identities) == len(uids) == MAILS
    doubled = sum(times.values()) - MAILS
    print(f"{MAILS} invitations, {KILLS} kills: 0 missing, {doubled} doubled")  # noqa: T201
    assert doubled <= KILLS
    assert max(times.values()) <= 2


def _fields(said: invite.Invitation) -> dict[str, object]:
    return {
        "change": "new",
        "method": "REQUEST",
        "whole": False,
        "invitation": record.to_dict(said),
        "counterpart": "Nordwind Antriebe",
        "day": "martes 9 de marzo",
        "short_day": "martes 9",
        "start": "09:00",
        "hours": "09:00–09:20",
        "place": said.location,
        "about": "",
        "page": "/e/x/reunion/1",
        "agenda": "/e/x/agenda",
        "before": None,
    }


def _unsent(app: Flask) -> int:
    with app.app_context():
        query = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state != OutboxState.SENT)
        return db.session.scalar(query) or 0
