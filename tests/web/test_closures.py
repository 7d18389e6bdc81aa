"""Closing tables for a time on the page: a room from a round on, a table for a block or a day; with bad input."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db
from eventsapp.models import Event, Table
from eventsapp.services import tables
from tests import make
from tests.conftest import NOW
from tests.hostile import TEXTS
from tests.services.scheduling_bench import Bench, solved_draft

ROOM = "Sal%C3%B3n%20Corregidora/"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bench(sqlite_app: Flask) -> Iterator[Bench]:
    with sqlite_app.app_context():
        yield Bench.make(slots=4, ends_at=datetime.fromisoformat("2027-03-09T18:00:00-06:00"))


@pytest.fixture
def client(sqlite_app: Flask, bench: Bench) -> FlaskClient:
    return make.client(sqlite_app, bench.account)


def path(bench: Bench) -> str:
    return f"/o/{bench.event.code}/ajustes/mesas"


def closed(bench: Bench) -> list[tuple[str, datetime | None, datetime | None]]:
    db.session.expire_all()
    return [(table.label, table.closed_at, table.closed_until) for table in tables.list_all(bench.event)]


def words(html: str) -> str:
    """The text of a page, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_room_is_closed_from_a_round_on(bench: Bench, client: FlaskClient) -> None:
    slot = bench.event.slots[2]
    answer = client.submit(
        f"{path(bench)}/cerrar", {"what": ROOM, "since": str(slot.id), "until": "evento"}
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, path(bench))
    assert closed(bench) == [(label, slot.starts_at, None) for label in "123"]
    page = words(client.get(path(bench)).text)
    assert "Se cerraron 3 mesas: desde el martes 9 a las 09:50." in page
    assert "4 rondas, de 0 a 3 mesas: 6 lugares." in page
    assert page.count("Cerrada desde el martes 9 a las 09:50") == 3
    log = words(client.get(f"/o/{bench.event.code}/bitacora").text)
    assert "Cerró mesas por un tiempo 1, 2, 3" in log
    opened = client.submit(f"{path(bench)}/abrir", {}, page=path(bench))
    assert (opened.status_code, closed(bench)) == (303, [(label, None, None) for label in "123"])
    page = words(client.get(path(bench)).text)
    assert "Se abrieron 3 mesas." in page
    assert "Abrir todas las cerradas" not in page


@pytest.mark.parametrize(("until", "said"), [("bloque", "10:40"), ("dia", "18:00")])
def test_a_table_is_closed_for_a_block_or_a_day(bench: Bench, client: FlaskClient, until: str, said: str) -> None:
    table, slot = bench.event.tables[1], bench.event.slots[1]
    chosen = {"what": str(table.id), "since": str(slot.id), "until": until}
    assert client.submit(f"{path(bench)}/cerrar", chosen).status_code == 303
    end = {"bloque": bench.event.blocks[0].ends_at, "dia": bench.event.ends_at}[until]
    assert closed(bench)[1] == ("2", slot.starts_at, end)
    assert f"Cerrada el martes 9 de 09:25 a {said}" in words(client.get(path(bench)).text)
    again = client.submit(f"{path(bench)}/{table.id}/abrir", {}, page=path(bench))
    assert again.status_code == 303
    assert closed(bench)[1] == ("2", None, None)


def test_published_meetings_there_lead_to_the_repair(bench: Bench, client: FlaskClient) -> None:
    bench.publish(solved_draft(bench, NOW), NOW)
    chosen = {"what": ROOM, "since": str(bench.event.slots[1].id), "until": "bloque"}
    client.submit(f"{path(bench)}/cerrar", chosen)
    assert "reuniones publicadas se quedaron sin su mesa" in words(client.get(path(bench)).text)
    repair = words(client.get(f"/o/{bench.event.code}/horario/reparar").text)
    assert "3 mesas cerradas:" in repair
    assert "1, 2, 3 (el martes 9 de 09:25 a 10:40)" in repair
    assert "reuniones publicadas sin su mesa" in words(client.get(f"/o/{bench.event.code}/").text)
    assert "Cerrar un salón o mesas por un tiempo" in repair


@pytest.mark.parametrize("name", ["what", "since", "until"])
@pytest.mark.parametrize("typed", TEXTS)
def test_nonsense_is_refused_beside_its_field(bench: Bench, client: FlaskClient, name: str, typed: str) -> None:
    good = {"what": ROOM, "since": str(bench.event.slots[0].id), "until": "evento"}
    answer = client.submit(f"{path(bench)}/cerrar", {**good, name: typed})
    assert answer.status_code == 422
    assert "Elija de la lista" in answer.text
    assert {since for _label, since, _until in closed(bench)} == {None}


def test_a_foreign_table_and_a_round_that_has_begun_are_no_choice(bench: Bench, client: FlaskClient) -> None:
    other = make.event(slots=2, tables=1)
    db.session.commit()
    good = {"what": ROOM, "since": str(bench.event.slots[1].id), "until": "evento"}
    for changes in ({"what": str(other.tables[0].id)}, {"since": str(other.slots[0].id)}):
        assert client.submit(f"{path(bench)}/cerrar", {**good, **changes}).status_code == 422
    bench.event.slots[1].starts_at = NOW - timedelta(minutes=1)
    db.session.commit()
    assert client.submit(f"{path(bench)}/cerrar", good).status_code == 422
    assert db.session.get_one(Table, other.tables[0].id).closed_at is None


def test_without_tables_or_rounds_to_come_there_is_nothing_to_close(bench: Bench, client: FlaskClient) -> None:
    empty = make.event(bench.event.organization, slots=1, tables=0)
    db.session.commit()
    page = client.get(f"/o/{db.session.get_one(Event, empty.id).code}/ajustes/mesas/cerrar")
    assert page.status_code == 200
    assert "No hay qué cerrar" in page.text
