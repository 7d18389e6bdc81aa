"""The log of an event through its filters: what, who, when; nonsense in the address filters nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db, unit_of_work
from eventsapp.models import Account
from eventsapp.services import audit
from tests import make
from tests.conftest import NOW

PAGE = "/o/bajio/bitacora"


@pytest.fixture
def client(sqlite_app: Flask) -> Iterator[FlaskClient]:
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context(), unit_of_work():
            event = make.event(code="bajio")
            ana, leo = (make.organizer(event.organization, name=name) for name in ("Ana", "Leo"))
            late = datetime(2027, 1, 21, 5, 59, tzinfo=NOW.tzinfo)  # 23:59 of the 20th at the venue
            for person, at, reason in (
                (ana, NOW, "uno"),
                (leo, late, "dos"),
                (leo, late + timedelta(minutes=1), "tres"),
            ):
                audit.record(make.actor(person), "event.opened", event, at=at, event=event, reason=reason)
            key = ana.id
        with sqlite_app.app_context():
            yield make.client(sqlite_app, db.session.get_one(Account, key))


def reasons(client: FlaskClient, query: str) -> list[str]:
    text = client.get(f"{PAGE}?{query}").get_data(as_text=True)
    return re.findall(r">(uno|dos|tres)<", text)


def key_of(client: FlaskClient, name: str) -> str:
    return re.findall(rf'value="([0-9a-f-]+)"[^>]*>{name}<', client.get(PAGE).get_data(as_text=True))[0]


def test_filters(client: FlaskClient) -> None:
    assert reasons(client, "") == ["tres", "dos", "uno"]
    assert reasons(client, f"quien={key_of(client, 'Leo')}") == ["tres", "dos"]
    assert reasons(client, "hasta=2027-01-20") == ["dos", "uno"]  # days are days at the venue
    assert reasons(client, "desde=2027-01-21") == ["tres"]
    assert reasons(client, "q=DOS") == ["dos"]
    assert reasons(client, "sobre=event&desde=2027-01-20&hasta=2027-01-20") == ["dos", "uno"]
    assert reasons(client, "por=empresa") == []


@pytest.mark.parametrize(
    "query", ["quien=x", "desde=ayer", "hasta=9999-99-99", "desde=0001-01-01", "sobre=%00", "quien=' OR 1"]
)
def test_nonsense_filters_nothing(client: FlaskClient, query: str) -> None:
    assert reasons(client, query) == ["tres", "dos", "uno"]
