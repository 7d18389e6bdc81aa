"""Who is told by a publication: the list, each person's changes, and the mails word for word before they go."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Side
from eventsapp.models import Account, OutboxMessage
from tests import make
from tests.conftest import NOW
from tests.publishing import draft, meeting, publish

PAGE = "/o/bajio/publicacion/personas"


@pytest.fixture
def client(sqlite_app: Flask) -> Iterator[FlaskClient]:
    """A published meeting that a draft moves, and another one that is new."""
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context(), unit_of_work():
            event = make.event(code="bajio")
            buyer = make.registration(event, Side.BUYER, company=make.company(event.organization, name="Nordwind"))
            first, second, third = (
                make.registration(event, company=make.company(event.organization, name=name))
                for name in ("Galvánicos", "Troquelados", "Fundición")
            )
            held, moved, new = meeting(buyer, first), meeting(buyer, second), meeting(buyer, third)
            publish(event, [(held, 0, 0), (moved, 1, 0)], now=NOW)
            draft(event, [(held, 0, 0), (moved, 2, 0), (new, 3, 1)])
            key = make.organizer(event.organization).id
        with sqlite_app.app_context():
            yield make.client(sqlite_app, db.session.get_one(Account, key))


def test_everybody_concerned_is_listed_with_what_changes(client: FlaskClient) -> None:
    page = client.get(PAGE).text
    assert re.findall(r"<small>(Nordwind|Galvánicos|Troquelados|Fundición)</small>", page) == [
        "Fundición",
        "Nordwind",
        "Troquelados",
    ]
    assert "1 nueva, 1 movida" in page
    assert "Fundición" not in client.get(f"{PAGE}?q=troquelados").text.split("<tbody>")[1].split("</small>")[0]
    assert "Nadie coincide" in client.get(f"{PAGE}?q=zzz").text


def test_the_mails_are_shown_and_none_is_stored(client: FlaskClient) -> None:
    page = client.get(PAGE).text
    before = db.session.query(OutboxMessage).count()
    shown = [client.get(address) for address in sorted(set(re.findall(rf'href="({PAGE}/[0-9a-f-]+)"', page)))]
    assert [answer.status_code for answer in shown] == [200, 200, 200]
    assert all("Así dirían los correos" in answer.text for answer in shown)
    assert sum("Reunión con" in answer.text or "Cambió" in answer.text for answer in shown) == 3
    db.session.rollback()
    assert db.session.query(OutboxMessage).count() == before


def test_who_is_not_concerned_has_no_page(client: FlaskClient) -> None:
    assert client.get(f"{PAGE}/00000000-0000-0000-0000-000000000000").status_code == 404
