"""Pages of messages to many: written, seen as readers will, sent, scheduled, stopped; and files to print."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import CampaignStatus, PrintoutKind, PrintoutStatus, Role, Side
from eventsapp.models import Account, Campaign, OutboxMessage, Printout, Registration
from eventsapp.worker import runner
from tests import hostile, make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.publishing import meeting, publish

LIST = "/o/bajio/mensajes/envios"
TEXT = {
    "side": "",
    "status": "approved",
    "people": "everyone",
    "meetings": "",
    "cluster": "",
    "subject": "Últimos detalles, {empresa}",
    "body": "Hola, {nombre}:\n\nLlegue 15 minutos antes.",
    "subject_en": "",
    "body_en": "",
    "link": "agenda",
}


class World:
    """An event with one meeting published, and a stranger's event."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event, foreign = make.event(code="bajio"), make.event(code="ajeno")
            buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
            publish(event, [(meeting(buyer, supplier), 0, 0)], now=NOW)
            self.people = {
                "manager": make.organizer(event.organization).id,
                "floor": make.organizer(event.organization, Role.FLOOR).id,
                "observer": make.organizer(event.organization, Role.OBSERVER).id,
                "stranger": make.organizer(foreign.organization).id,
            }

    def client(self, who: str = "manager") -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, self.people[who]))

    def written(self, **changes: str) -> str:
        """The address of a message that was written through the page."""
        answer = self.client().submit(f"{LIST}/nuevo", {**TEXT, **changes})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.headers["Location"])


@pytest.fixture
def world(sqlite_app: Flask) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield World(sqlite_app)


def text_of(world: World, path: str, who: str = "manager") -> str:
    answer = world.client(who).get(path)
    assert answer.status_code == 200
    return str(answer.get_data(as_text=True))


def test_a_message_is_written_seen_and_sent(world: World) -> None:
    assert "Todavía no ha escrito mensajes" in text_of(world, LIST)
    page = world.written()
    shown = text_of(world, page)
    assert "Enviar a 2 personas" in shown
    assert "Llegue 15 minutos antes." in shown
    assert "{nombre}" not in shown
    world.client().submit(f"{page}/enviar", page=page)
    with world.app.app_context():
        sent = db.session.query(Campaign).one()
        assert (sent.status, sent.people) == (CampaignStatus.SENT, 2)
        assert db.session.query(OutboxMessage).filter_by(kind="campaign").count() == 2
    after = text_of(world, page)
    assert "Detener el envío" in after
    assert "Usar como base" in after
    assert "Últimos detalles" in text_of(world, LIST)


def test_a_second_click_sends_nothing_twice(world: World) -> None:
    page, client = world.written(), world.client()
    hidden = hidden_fields(client.get(page).get_data(as_text=True))
    answers = [client.post(f"{page}/enviar", data=hidden).status_code for _ in range(2)]
    assert answers == [303, 303]
    with world.app.app_context():
        assert db.session.query(OutboxMessage).filter_by(kind="campaign").count() == 2


def test_a_time_that_is_over_is_refused_beside_the_field(world: World) -> None:
    page = world.written()
    late = world.client().submit(f"{page}/enviar", {"later": "1", "at": "2020-01-01T10:00"}, page=page)
    assert late.status_code == 422
    assert "Elija una fecha y una hora que no hayan pasado" in late.get_data(as_text=True)
    done = world.client().submit(f"{page}/enviar", {"later": "1", "at": "2027-02-01T10:00"}, page=page)
    assert done.status_code == 303
    assert "Programado" in text_of(world, page)
    world.client().submit(f"{page}/detener", page=page)
    assert "Detenido" in text_of(world, page)


def test_an_unknown_blank_keeps_the_text(world: World) -> None:
    answer = world.client().submit(f"{LIST}/nuevo", {**TEXT, "body": "Su clave es {clave}"})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "No conocemos {clave}" in text
    assert "Su clave es {clave}" in text


def test_two_people_writing_see_both_texts(world: World) -> None:
    page = world.written()
    edit = f"{page}/cambiar"
    seen = {**TEXT, "version": "1"}
    first = world.client().submit(edit, {**seen, "version": version_of(world, edit), "body": "Texto de Ana"})
    assert first.status_code == 303
    second = world.client().submit(edit, {**seen, "version": "1", "body": "Texto de Leo"})
    text = second.get_data(as_text=True)
    assert (second.status_code, "Texto de Ana" in text, "Texto de Leo" in text) == (409, True, True)


def version_of(world: World, edit: str) -> str:
    html = world.client().get(edit).get_data(as_text=True)
    return str(html.split('name="version"')[1].split('value="')[1].split('"')[0])


@pytest.mark.parametrize("path", [LIST, f"{LIST}/nuevo", f"{LIST}/1", f"{LIST}/1/cambiar"])
def test_others_find_nothing(world: World, path: str) -> None:
    world.written()
    assert [world.client(who).get(path).status_code for who in ("stranger", "observer", "floor")] == [404, 404, 404]


def test_hostile_texts_never_break_the_page(world: World) -> None:
    with world.app.app_context():
        client = hostile.sender(world.app, db.session.get_one(Account, world.people["manager"]))
    for name in TEXT:
        for value in hostile.TEXTS:
            assert client.post(f"{LIST}/nuevo", data={**TEXT, name: value}).status_code in hostile.EXPECTED


def test_a_sheet_is_prepared_and_downloaded(world: World) -> None:
    path = "/o/bajio/impresos"
    assert "Todavía no hay archivos" in text_of(world, path, "floor")
    for kind in PrintoutKind:
        answer = world.client("floor").submit(path, {"kind": kind.value, "paper": "us-letter", "language": "es_MX"})
        assert answer.status_code == 303
    assert text_of(world, path).count("En espera") == len(PrintoutKind)
    runner.run_until_idle(world.app)
    with world.app.app_context():
        db.session.rollback()
        assert {row.status for row in db.session.query(Printout)} == {PrintoutStatus.READY}
    file = world.client("floor").get(f"{path}/1.pdf")
    assert (file.status_code, file.mimetype, file.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert [world.client(who).get(f"{path}/1.pdf").status_code for who in ("stranger", "observer")] == [404, 404]
    assert world.client().get(f"{path}/99.pdf").status_code == 404


def test_a_sheet_that_cannot_be_drawn_says_so_and_is_prepared_again(world: World, tmp_path: Path) -> None:
    path, sound = "/o/bajio/impresos", world.app.template_folder
    shutil.copytree(Path(str(sound)) / "pdf", tmp_path / "pdf")
    (tmp_path / "pdf" / "signs.typ").write_text('#panic("no ink")', encoding="utf-8")
    order = {"kind": "signs", "paper": "us-letter", "language": "en"}
    assert world.client("floor").submit(path, order).status_code == 303
    world.app.template_folder = str(tmp_path)
    try:
        runner.run_until_idle(world.app)
    finally:
        world.app.template_folder = sound
    failed = text_of(world, path, "floor")
    assert ("No se pudo preparar" in failed, "no ink" in failed, "Preparar de nuevo" in failed) == (True, True, True)
    fields = dict(re.findall(r'<input type="hidden" name="(kind|paper|language)" value="([^"]+)"', failed))
    assert fields == order
    assert world.client("floor").submit(path, fields).status_code == 303
    assert "En espera" in text_of(world, path, "floor")
    runner.run_until_idle(world.app)
    assert world.client("floor").get(f"{path}/2.pdf").data[:5] == b"%PDF-"
    assert [world.client("floor").get(f"{path}/1.pdf").status_code] == [404]


@pytest.mark.parametrize(
    "data", [{}, {"kind": "x", "paper": "a4", "language": "en"}, {"kind": "signs", "paper": "a4", "language": "xx"}]
)
def test_a_made_up_order_for_paper_is_refused(world: World, data: dict[str, str]) -> None:
    assert world.client().submit("/o/bajio/impresos", data).status_code == 400


@pytest.mark.parametrize("said", ["1,x", "1,,2", "-1", "1 or 1=1", "9" * 12, ",".join(["1"] * 201), "²"])
def test_who_is_meant_is_never_guessed(world: World, said: str) -> None:
    assert world.client().get(f"{LIST}/nuevo", query_string={"empresas": said}).status_code == 400
    answer = world.client().submit(f"{LIST}/nuevo", {"companies": said, "subject": "Hola", "body": "Hola"})
    assert answer.status_code in {400, 422}
    with world.app.app_context():
        assert db.session.query(Campaign).count() == 0


def test_a_message_to_chosen_companies_says_so(world: World) -> None:
    with world.app.app_context():
        numbers = ",".join(str(number) for (number,) in db.session.query(Registration.number).limit(2))
    assert "Solo 2 empresas elegidas" in text_of(world, f"{LIST}/nuevo?empresas={numbers}")
    assert "empresas elegidas" not in text_of(world, f"{LIST}/nuevo")
