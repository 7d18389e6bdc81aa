"""The organizer's log of mails: filters, one mail's text, sending a failed one again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState, Role, Side
from eventsapp.models import Account, OutboxMessage
from eventsapp.services import outbox
from tests import make
from tests.conftest import NOW
from tests.publishing import meeting, publish
from tests.web.test_attendee import queries

LIST = "/o/bajio/mensajes"


class World:
    """An event whose invitations are sent, waiting and failed, beside a stranger's event."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event, foreign = make.event(code="bajio"), make.event(code="ajeno")
            buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
            publish(event, [(meeting(buyer, supplier), 0, 0)], now=NOW)
            rows = db.session.query(OutboxMessage).order_by(OutboxMessage.kind.desc(), OutboxMessage.to_address).all()
            rows[0].state, rows[0].sent_at = OutboxState.SENT, NOW
            rows[1].state, rows[1].error, rows[1].attempts = OutboxState.FAILED, "550 <b>no such user</b>", 1
            secret = outbox.add(
                "sign_in_link",
                key="secret",
                to_address="leo@example.com",
                to_name="Leo <script>",
                locale="es_MX",
                fields={"token": "s3cr3t", "next": ""},
                at=NOW,
                event=event,
            )
            self.sent, self.failed, self.secret = rows[0].id, rows[1].id, secret.id
            self.foreign = outbox.add(
                "agenda_published",
                key="foreign",
                to_address="eva@example.com",
                to_name="Eva",
                locale="es_MX",
                fields={},
                at=NOW,
                event=foreign,
            ).id
            org = event.organization
            self.people = {
                "manager": make.organizer(org).id,
                "reviewer": make.organizer(org, Role.REVIEWER).id,
                "delegate": buyer.desks[0].seats[0].delegate.account_id,
                "stranger": make.organizer(foreign.organization).id,
            }

    def client(self, who: str) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, self.people[who]))

    def row(self, key: UUID) -> OutboxMessage:
        with self.app.app_context():
            return db.session.get_one(OutboxMessage, key)


@pytest.fixture
def world(sqlite_app: Flask) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield World(sqlite_app)


def shown(page: str) -> int:
    """How many mails the list shows."""
    return len(re.findall(r'<tr><th scope="row">', page))


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_the_list_filters_by_state_and_by_person(world: World) -> None:
    client = world.client("manager")
    paths = [
        "",
        "?estado=enviados",
        "?estado=por-enviar",
        "?estado=fallidos",
        "?estado=nonsense",
        "?q=LEO",
        "?q=%25",
        "?q=nobody",
        "?envio=99",
        "?envio=-1",
        "?envio=x&estado=enviados",
        "?envio=99999999999999999999",
    ]
    assert {path: shown(text(client, LIST + path)) for path in paths} == {
        "": 5,
        "?estado=enviados": 1,
        "?estado=por-enviar": 3,
        "?estado=fallidos": 1,
        "?estado=nonsense": 5,
        "?q=LEO": 1,
        "?q=%25": 0,
        "?q=nobody": 0,
        "?envio=99": 5,
        "?envio=-1": 5,
        "?envio=x&estado=enviados": 1,
        "?envio=99999999999999999999": 5,
    }
    page = text(client, LIST)
    assert "550 &lt;b&gt;no such user&lt;/b&gt;" in page
    assert "Leo &lt;script&gt;" in page


def test_only_those_who_manage_the_event_see_its_mails(world: World) -> None:
    paths = [LIST, f"{LIST}/{world.sent}"]
    answers = {who: [world.client(who).get(path).status_code for path in paths] for who in world.people}
    assert answers == {"manager": [200, 200], "reviewer": [404, 404], "delegate": [404, 404], "stranger": [404, 404]}
    assert world.client("manager").get(f"{LIST}/{world.foreign}").status_code == 404


def test_a_mail_is_shown_as_its_recipient_reads_it(world: World) -> None:
    page = text(world.client("manager"), f"{LIST}/{world.sent}")
    assert "martes 9 de marzo, 09:00–09:20, hora de Querétaro" in page
    assert "Invitación" in page


def test_a_mail_with_a_secret_is_not_shown(world: World) -> None:
    page = text(world.client("manager"), f"{LIST}/{world.secret}")
    assert "s3cr3t" not in page
    assert "Este texto lleva un enlace secreto" in page


def test_what_was_sent_keeps_no_secret(world: World) -> None:
    with world.app.app_context():
        with unit_of_work():
            outbox.mark_sent(world.secret, now=NOW)
        assert db.session.get_one(OutboxMessage, world.secret).fields == {"next": "", "spent": True}


def test_a_failed_mail_is_sent_again_once(world: World) -> None:
    client = world.client("manager")
    path = f"{LIST}/{world.failed}"
    answer = client.submit(f"{path}/reenviar", page=path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LIST}?estado=por-enviar")
    row = world.row(world.failed)
    assert (row.state, row.attempts, row.due_at) == (OutboxState.PENDING, 0, NOW)
    again = client.submit(f"{path}/reenviar", page=LIST)
    assert again.status_code in {303, 409}
    assert world.row(world.sent).state is OutboxState.SENT


@pytest.mark.parametrize("who", ["reviewer", "delegate", "stranger"])
def test_others_cannot_send_again(world: World, who: str) -> None:
    answer = world.client(who).submit(f"{LIST}/{world.failed}/reenviar", page="/cuenta")
    assert answer.status_code == 404
    assert world.row(world.failed).state is OutboxState.FAILED


def test_the_list_makes_the_same_queries_for_one_and_for_many(world: World) -> None:
    client = world.client("manager")
    text(client, LIST)
    one = queries(world, lambda: text(client, f"{LIST}?estado=fallidos"))
    many = queries(world, lambda: text(client, f"{LIST}?estado=por-enviar"))
    assert len(one) == len(many)
