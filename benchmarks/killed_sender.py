"""A thousand invitations through a local SMTP server while the sender is killed ten times.

Run: python benchmarks/killed_sender.py [--mails N] [--kills N]
None may be missing, and at most one comes twice for each kill; both are asserted. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select, update

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from eventsapp.app import create_app
from eventsapp.calendars import invite, record
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState
from eventsapp.models import OutboxMessage
from eventsapp.services import outbox
from eventsapp.settings import testing
from tests import databases, make
from tests.mail.servers import server
from tests.mailbox import told
from tests.worker.processes import wait_for, worker

SECONDS = 300.0
DOMAINS = 25  # more than one domain, as in life; none gets more in a minute than the pace allows


def main() -> int:
    """Fill an outbox, kill and start the worker again and again, and count what came."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        databases.migrated_sqlite(Path(made))
        result = run(create_app(testing(Path(made))), options.mails, options.kills)
    print(json.dumps({"benchmark": "killed_sender", **result}))
    return 0


def run(app: Flask, mails: int, kills: int) -> dict[str, float]:
    """How many were sent, missing and doubled."""
    now = datetime.now(UTC)
    people = [f"persona{number}@empresa{number % DOMAINS}.example" for number in range(mails)]
    with app.app_context(), unit_of_work():
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
    began = time.monotonic()
    with server() as (handler, address):
        for kill in range(1, kills + 1):
            with worker(app, address) as process:
                wait_for(lambda: len(handler.mails) >= kill * mails // (kills + 1), SECONDS)  # noqa: B023
                process.kill()
            with app.app_context(), unit_of_work():  # as if the minutes of the lease had passed
                db.session.execute(update(OutboxMessage).values(claimed_until=now - timedelta(minutes=1)))
        with worker(app, address):
            wait_for(lambda: _unsent(app) == 0, SECONDS)
        times = Counter(handler.recipients)
        identities = {mail["Message-ID"] for mail in handler.mails}
        uids = {one.uid for mail in handler.mails if (one := told(mail)) is not None}
    missing, doubled = len(set(people) - set(times)), sum(times.values()) - len(times)
    assert missing == 0
    assert doubled <= kills
    assert max(times.values()) <= 2
    assert len(identities) == len(uids) == mails
    with app.app_context():
        db.engine.dispose()
    seconds = round(time.monotonic() - began, 1)
    return {"mails": mails, "kills": kills, "missing": missing, "doubled": doubled, "seconds": seconds}


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


if __name__ == "__main__":
    sys.exit(main())
