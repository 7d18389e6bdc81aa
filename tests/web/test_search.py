"""The search of an event: by kind, without accents and case, only in the own event, for staff."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Role, Side
from eventsapp.models import Account, Event
from eventsapp.services import search
from tests import hostile, make
from tests.conftest import NOW
from tests.publishing import meeting, publish


def world(app: Flask) -> tuple[Event, Event]:
    """An event with one meeting, and another one with a company of the same name."""
    event, foreign = make.event(code="bajio"), make.event(code="ajeno")
    buyer = make.registration(event, Side.BUYER, company=make.company(event.organization, name="Nordwind Antriebe"))
    supplier = make.registration(event, company=make.company(event.organization, name="Galvánicos Lerma"))
    make.registration(foreign, company=make.company(foreign.organization, name="Galvánicos Ajenos"))
    supplier.delegates[0].name = "José Núñez"
    publish(event, [(meeting(buyer, supplier), 0, 1)], now=NOW)
    return event, foreign


def names(found: search.Found) -> tuple[list[str], list[str], list[str], list[str]]:
    return (
        [one.company.name for one in found.companies],
        [one.delegate.name for one in found.people],
        [one.label for one in found.tables],
        [f"{one.meeting.a.company.name}/{one.meeting.b.company.name}" for one in found.meetings],
    )


def test_what_words_mean(context: Flask) -> None:
    event, _foreign = world(context)
    pair = ["Nordwind Antriebe/Galvánicos Lerma"]
    assert names(search.find(event, "galvanicos")) == (["Galvánicos Lerma"], [], [], pair)
    assert names(search.find(event, "  NUÑEZ jose ")) == ([], ["José Núñez"], [], [])
    assert names(search.find(event, "mesa 2")) == ([], [], ["2"], [])
    assert names(search.find(event, "nordwind lerma")) == ([], [], [], pair)
    assert names(search.find(event, event.registrations[0].folio))[0] == ["Nordwind Antriebe"]
    assert search.find(event, "nadie").is_empty
    assert search.find(event, " ").is_empty


@pytest.fixture
def client(sqlite_app: Flask) -> Iterator[FlaskClient]:
    with time_machine.travel(NOW, tick=False):
        with sqlite_app.app_context(), unit_of_work():
            event, _foreign = world(sqlite_app)
            keys = [make.organizer(event.organization, role).id for role in (Role.FLOOR, Role.OBSERVER)]
        with sqlite_app.app_context():
            floor, observer = (make.client(sqlite_app, db.session.get_one(Account, key)) for key in keys)
        assert observer.get("/o/bajio/buscar?q=nord").status_code == 404
        yield floor


def test_every_page_leads_to_it(client: FlaskClient) -> None:
    assert 'action="/o/bajio/buscar"' in client.get("/o/bajio/horario").text
    page = client.get("/o/bajio/buscar?q=galvanicos").text
    assert "Galvánicos Lerma" in page
    assert "Ajenos" not in page
    assert "Nordwind Antriebe con Galvánicos Lerma" in page
    assert "No encontramos nada" in client.get("/o/bajio/buscar?q=zzz").text


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_hostile_words(client: FlaskClient, text: str) -> None:
    assert client.get("/o/bajio/buscar", query_string={"q": text}).status_code == 200
