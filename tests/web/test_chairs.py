"""Chairs at tables: on the plan, in the list and on the sign; and said where they are too few for who sits there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db, unit_of_work
from eventsapp.models import DeskDelegate
from eventsapp.services import event_copies, tables
from tests import make
from tests.conftest import NOW
from tests.hostile import TEXTS
from tests.services.scheduling_bench import Bench


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bench(sqlite_app: Flask) -> Iterator[Bench]:
    with sqlite_app.app_context():
        yield Bench.make()


@pytest.fixture
def client(sqlite_app: Flask, bench: Bench) -> FlaskClient:
    return make.client(sqlite_app, bench.account)


def path(bench: Bench) -> str:
    return f"/o/{bench.event.code}/ajustes/mesas"


def words(html: str) -> str:
    """The text of a page, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_chairs_are_told_with_new_tables_and_changed_for_one(bench: Bench, client: FlaskClient) -> None:
    added = {"amount": "2", "prefix": "B", "room": "Salón Norte", "zone": "", "chairs": "4"}
    assert client.submit(path(bench), added).status_code == 303
    page = client.get(path(bench)).text
    assert page.count("4 sillas") == 2
    db.session.expire_all()
    assert [(table.label, table.chairs) for table in tables.list_all(bench.event)] == [
        ("1", None), ("2", None), ("3", None), ("B1", 4), ("B2", 4),
    ]  # fmt: skip
    one = tables.list_all(bench.event)[3]
    changed = {"label": "B1", "room": "Salón Norte", "zone": "", "chairs": ""}
    assert client.submit(f"{path(bench)}/{one.id}", changed).status_code == 303
    db.session.expire_all()
    assert tables.list_all(bench.event)[3].chairs is None


@pytest.mark.parametrize("typed", [text for text in TEXTS if text.strip()] + ["51", "1.5"])
def test_chairs_are_a_small_whole_number(bench: Bench, client: FlaskClient, typed: str) -> None:
    added = {"amount": "1", "prefix": "", "room": "", "zone": "", "chairs": typed}
    answer = client.submit(path(bench), added)
    assert answer.status_code == 422
    assert "Escriba un número entero de 1 a 50" in answer.text
    assert len(tables.list_all(bench.event)) == 3


def test_too_few_chairs_are_said_at_the_tables_and_at_the_company(bench: Bench, client: FlaskClient) -> None:
    buyer = bench.buyers[0]
    company = f"/o/{bench.event.code}/empresas/{buyer.id}"
    with unit_of_work():
        desk = buyer.desks[0]
        for position in (1, 2):
            desk.seats.append(DeskDelegate(delegate=make.delegate(buyer.company), position=position))
        tables.assign(bench.event, {desk.id: "1"}, actor=bench.actor, now=NOW)
        table = tables.list_all(bench.event)[0]
        tables.change(bench.event, table, label="1", room="", zone="", chairs=4, actor=bench.actor, now=NOW)
    people = len(desk.seats)
    assert people == 3
    assert "menos sillas que personas" not in client.get(path(bench)).text
    with unit_of_work():
        tables.change(bench.event, table, label="1", room="", zone="", chairs=3, actor=bench.actor, now=NOW)
    said = f"Mesa 1: tiene 3 sillas. {buyer.company.name} registró 3 personas y falta lugar para quien visita."
    for page in (path(bench), company):
        assert said in words(client.get(page).text)


def test_a_copy_of_the_event_has_the_chairs(bench: Bench) -> None:
    with unit_of_work():
        tables.add(bench.event, 1, chairs=6, actor=bench.actor, now=NOW)
        other = event_copies.copy(
            bench.event, name="Otro", code="otro", first_day=bench.event.first_day, actor=bench.actor, now=NOW
        )
    db.session.expire_all()
    assert [table.chairs for table in tables.list_all(other)] == [None, None, None, 6]
