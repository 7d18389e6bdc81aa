"""The sender: what is due goes out once, what is refused waits or fails, what is the server's fault costs nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState
from eventsapp.mail.delivery import Unreachable, outlet
from eventsapp.models import OutboxMessage
from eventsapp.services import outbox
from eventsapp.worker.sending import Sender
from tests import make
from tests.conftest import NOW
from tests.mail.servers import Handler, server

PENDING, SENT, FAILED = OutboxState.PENDING, OutboxState.SENT, OutboxState.FAILED
NEVER = threading.Event()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def smtp() -> Iterator[tuple[Handler, str]]:
    with server() as running:
        yield running


def put(*addresses: str, kind: str = "agenda_published", **fields: Any) -> None:
    """Mails that are due now, in this order."""
    with unit_of_work():
        event = make.event(name="Encuentro Automotriz")
        for number, address in enumerate(addresses):
            outbox.add(
                kind,
                key=f"test:{address}:{number}",
                to_address=address,
                to_name=address.partition("@")[0].title(),
                locale="es_MX",
                fields={"is_change": False, "count": 0, "days": "", "page": "/e/x/agenda", "meetings": [], **fields},
                at=NOW + timedelta(microseconds=number),
                event=event,
            )


def states() -> dict[str, tuple[OutboxState, int, str]]:
    db.session.rollback()
    rows = db.session.scalars(select(OutboxMessage).execution_options(populate_existing=True))
    return {row.to_address.partition("@")[0]: (row.state, row.attempts, row.error) for row in rows}


def test_what_is_due_goes_out_once_and_the_rest_waits(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    handler, address = smtp
    put("ana@example.com", "leo@example.com")
    with unit_of_work():
        db.session.scalars(select(OutboxMessage).where(OutboxMessage.to_name == "Leo")).one().due_at = NOW + timedelta(
            hours=1
        )
    sender = Sender(context, outlet(address))
    clock.shift(1)
    assert (sender.send_due(NEVER), sender.send_due(NEVER)) == (1, 0)
    clock.shift(timedelta(hours=1))
    assert sender.send_due(NEVER) == 1
    assert handler.recipients == ["ana@example.com", "leo@example.com"]
    assert states() == {"ana": (SENT, 1, ""), "leo": (SENT, 1, "")}
    first = handler.mails[0]
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.to_name == "Ana")).one()
    assert row.sent_at == NOW + timedelta(seconds=1)
    headers = ("From", "To", "Reply-To", "Subject", "Message-ID", "Auto-Submitted", "Content-Language")
    assert {name: first[name] for name in headers} == {
        "From": "Encuentro Automotriz <agenda@encuentro.example>",
        "To": "Ana <ana@example.com>",
        "Reply-To": "contacto@example.com",
        "Subject": "Su agenda: 0 reuniones,",
        "Message-ID": f"<{row.message_id}@localhost>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "es-MX",
    }


def test_a_refused_mail_waits_longer_each_time_and_then_fails(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    handler, address = smtp
    handler.at_recipient = {"ana@example.com": ["451 greylisted"] * outbox.MAX_ATTEMPTS}
    put("ana@example.com", "leo@example.com")
    clock.shift(1)
    sender = Sender(context, outlet(address))
    waits = []
    for _ in range(outbox.MAX_ATTEMPTS):
        before = datetime.now(UTC)
        sender.send_due(NEVER)
        db.session.rollback()
        row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.to_name == "Ana")).one()
        waits.append((row.due_at - before).total_seconds() / 60)
        clock.move_to(row.due_at)
    assert waits[:7] == [1, 2, 4, 8, 16, 30, 30]
    assert states() == {"ana": (FAILED, outbox.MAX_ATTEMPTS, "451 greylisted"), "leo": (SENT, 1, "")}
    assert handler.recipients == ["leo@example.com"]


def test_a_mail_refused_for_good_fails_and_can_be_sent_again(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    handler, address = smtp
    handler.at_recipient = {"ana@example.com": ["550 no such user"]}
    put("ana@example.com")
    clock.shift(1)
    sender = Sender(context, outlet(address))
    assert sender.send_due(NEVER) == 0
    assert states() == {"ana": (FAILED, 1, "550 no such user")}
    with unit_of_work():
        row = db.session.scalars(select(OutboxMessage)).one()
        message_id = row.message_id
        manager = make.organizer(row.event.organization)
        outbox.resend(row, actor=make.actor(manager), now=datetime.now(UTC))
    assert sender.send_due(NEVER) == 1
    assert states() == {"ana": (SENT, 1, "")}
    assert [mail["Message-ID"] for mail in handler.mails] == [f"<{message_id}@localhost>"]


def test_an_absent_server_costs_no_mail_an_attempt(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    _, address = smtp
    put("ana@example.com", "leo@example.com")
    clock.shift(1)
    absent = Sender(context, outlet("smtp://localhost:1?tls=none"))
    for _ in range(3):
        with pytest.raises(Unreachable):
            absent.send_due(NEVER)
    assert [(state, attempts) for state, attempts, _ in states().values()] == [(PENDING, 0), (PENDING, 0)]
    assert Sender(context, outlet(address)).send_due(NEVER) == 2
    assert states() == {"ana": (SENT, 1, ""), "leo": (SENT, 1, "")}


def test_a_mail_that_cannot_be_written_fails_and_the_others_go_out(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    handler, address = smtp
    put("jürgen@example.com", "ana@example.com")
    put("eva@example.com", kind="no_such_template")
    clock.shift(1)
    assert Sender(context, outlet(address)).send_due(NEVER) == 1
    found = states()
    assert {name: (state, attempts) for name, (state, attempts, _) in found.items()} == {
        "jürgen": (FAILED, 1),
        "eva": (FAILED, 1),
        "ana": (SENT, 1),
    }
    assert found["eva"][2] == "TemplateNotFound: mail/no_such_template.subject.txt"
    assert found["jürgen"][2].startswith("InvalidInvitation: address_invalid")
    assert handler.recipients == ["ana@example.com"]


def test_a_mail_that_breaks_the_connection_does_not_hold_up_the_others(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    handler, address = smtp
    handler.at_data = {"ana@example.com": ["hang up"]}
    put("ana@example.com", "leo@example.com")
    clock.shift(1)
    sender = Sender(context, outlet(address))
    assert sender.send_due(NEVER) == 1
    assert states()["ana"][:2] == (PENDING, 1)
    clock.shift(outbox.FIRST_WAIT)
    assert sender.send_due(NEVER) == 1
    assert handler.recipients == ["leo@example.com", "ana@example.com"]


def test_the_lease_of_a_dead_sender_ends(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    handler, address = smtp
    put("ana@example.com")
    clock.shift(1)
    with unit_of_work():
        assert outbox.claim_next(now=datetime.now(UTC)) is not None  # and then it dies
    sender = Sender(context, outlet(address))
    assert sender.send_due(NEVER) == 0
    clock.shift(outbox.LEASE)
    assert sender.send_due(NEVER) == 1
    assert states() == {"ana": (SENT, 2, "")}
    assert handler.recipients == ["ana@example.com"]


def test_three_senders_share_the_work(app: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]) -> None:
    handler, address = smtp
    people = sorted(f"persona{number}@example.com" for number in range(30))
    with app.app_context():
        put(*people)
    clock.shift(1)
    sent: list[int] = []
    threads = [
        threading.Thread(target=lambda: sent.append(Sender(app, outlet(address)).send_due(NEVER))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 30
    assert sorted(handler.recipients) == people


def test_a_sender_that_is_told_to_stop_claims_nothing_more(
    context: Flask, clock: time_machine.Traveller, smtp: tuple[Handler, str]
) -> None:
    put("ana@example.com")
    clock.shift(1)
    stopping = threading.Event()
    stopping.set()
    assert Sender(context, outlet(smtp[1])).send_due(stopping) == 0
    assert states() == {"ana": (PENDING, 0, "")}


def test_mails_of_one_key_are_one_mail(context: Flask, now: datetime) -> None:
    put("ana@example.com")
    with unit_of_work():
        row = db.session.scalars(select(OutboxMessage)).one()
        given = {"to_address": "ana@example.com", "to_name": "Ana", "locale": "es_MX", "fields": {}, "at": now}
        assert outbox.add("agenda_published", key=row.key, **given) is row
        outbox.add_all(
            [outbox.message("agenda_published", key=key, **given) for key in (row.key, "another", "another")]
        )
    assert sorted(db.session.scalars(select(OutboxMessage.key))) == sorted(["another", "test:ana@example.com:0"])
