"""The responsible person of a company on the organizer's pages: filter, one, many, undo, export, log and team."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from time_machine import travel

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import RegistrationStatus, Role
from eventsapp.models import Account, Registration
from tests import make
from tests.conftest import NOW
from tests.web.test_attendee import queries

LIST = "/o/bajio/empresas"
GIVE = f"{LIST}/responsable"
HOSTILE = ("", "x", "yo", "nul\x00nul", "<script>", str(UUID(int=0)), "😀" * 300, "1' OR '1'='1")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=False):
        yield


class World:
    """An event with three companies, its manager, and two reviewers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event = make.event(code="bajio")
            org = event.organization
            self.people = {
                "laura": make.organizer(org, Role.MANAGER, name="Laura Medina").id,
                "rosa": make.organizer(org, Role.REVIEWER, name="Rosa Ríos").id,
                "eva": make.organizer(org, Role.REVIEWER, name="Eva Luna").id,
                "sala": make.organizer(org, Role.FLOOR, name="Sala").id,
                "jefa": make.organizer(org, Role.ADMIN, name="Jefa").id,
                "site": make.account(is_admin=True, name="Sitio").id,
            }
            status = (RegistrationStatus.APPROVED, RegistrationStatus.SUBMITTED, RegistrationStatus.APPROVED)
            self.ids = {
                name: make.registration(event, company=make.company(org, name=name), status=one).id
                for name, one in zip(("Aceros", "Bandas", "Cobres"), status, strict=True)
            }

    def client(self, person: str = "laura") -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get(Account, self.people[person]))

    def page(self, company: str) -> str:
        return f"{LIST}/{self.ids[company]}"

    def held(self) -> dict[str, str]:
        with self.app.app_context():
            rows = {name: db.session.get_one(Registration, key) for name, key in self.ids.items()}
            return {name: row.liaison.name for name, row in rows.items() if row.liaison}

    def set(self, **given: str) -> None:
        with self.app.app_context(), unit_of_work():
            for company, person in given.items():
                db.session.get_one(Registration, self.ids[company]).liaison_id = self.people[person]


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    return World(sqlite_app)


def posted(client: FlaskClient, path: str, data: dict[str, Any] | None = None, page: str = LIST) -> Any:
    return client.submit(path, data, page=page)  # type: ignore[attr-defined]


def listed(client: FlaskClient, query: str = "") -> list[str]:
    return re.findall(r"data-sheet>(.*?)</a>", client.get(f"{LIST}?{query}").text)


def undo_of(text: str) -> str:
    return re.findall(r'action="([^"]*deshacer[^"]*)"', text)[0].replace("&amp;", "&")


def test_many_are_given_and_taken_back_where_one_was(world: World) -> None:
    client = world.client()
    ids = [str(world.ids["Aceros"]), str(world.ids["Bandas"]), str(uuid4()), "nada"]
    given = posted(
        client, f"{GIVE}?lado=supplier&per_page=50&_external=1", {"ids": ids, "liaison": world.people["rosa"]}
    )
    assert (given.status_code, given.location) == (303, f"{LIST}?lado=supplier&per_page=50")
    page = client.get(given.location).text
    assert "Rosa Ríos es responsable de 2 empresas más." in page
    assert world.held() == {"Aceros": "Rosa Ríos", "Bandas": "Rosa Ríos"}
    undone = posted(client, undo_of(page), {})
    assert (undone.location, world.held()) == (f"{LIST}?lado=supplier&per_page=50", {})
    assert "2 empresas volvieron a estar con quien estaban." in client.get(undone.location).text
    again = posted(client, undo_of(page), {})
    assert "Ya no había nada que deshacer" in client.get(again.location).text
    same = posted(client, GIVE, {"ids": ids, "liaison": "nadie"})
    assert "Nada cambió: ya estaba así." in client.get(same.location).text


def test_one_is_given_on_its_page_and_the_log_says_so(world: World) -> None:
    client, page = world.client(), world.page("Cobres")
    assert "Sin responsable" in client.get(page).text
    given = posted(client, f"{page}/responsable", {"liaison": world.people["eva"]}, page)
    assert (given.location, world.held()) == (page, {"Cobres": "Eva Luna"})
    shown = client.get(page).text
    assert f'<option value="{world.people["eva"]}" selected>' in shown
    assert "Cambió el responsable de la empresa · Laura Medina" in shown
    log = client.get("/o/bajio/bitacora?sobre=registration").text
    assert ("Cambió el responsable de la empresa" in log, "Cobres: sin responsable → Eva Luna" in log) == (True, True)
    undone = posted(client, undo_of(shown), {}, page)
    assert (undone.location, world.held()) == (page, {})
    assert "Cobres: Eva Luna → sin responsable" in client.get("/o/bajio/bitacora").text


def test_a_reviewer_sees_the_own_companies_and_is_told_who_acts_for_the_others(world: World) -> None:
    world.set(Aceros="rosa", Bandas="eva")
    client = world.client("rosa")
    assert (listed(client), listed(client, "responsable=yo")) == (["Aceros", "Bandas", "Cobres"], ["Aceros"])
    assert listed(client, "responsable=nadie") == ["Cobres"]
    assert listed(client, f"responsable={world.people['eva']}&estado=submitted") == ["Bandas"]
    mine, other, nobody = (client.get(world.page(name)).text for name in world.ids)
    act = "Pedir una reunión en su nombre"
    assert ("Usted es responsable de esta empresa." in mine, act in mine) == (True, True)
    assert ("Eva Luna" in other, "pida a quien dirige el evento que se la asigne" in other) == (True, True)
    assert ("Sin responsable" in nobody, act in nobody, "Asignar" in nobody) == (True, False, False)
    assert "Asignar" not in client.get(LIST).text
    floor = world.client("sala").get(LIST).text
    assert ("Rosa Ríos" in floor, "Mis empresas" in floor) == (True, False)


@pytest.mark.parametrize("person", ["rosa", "sala", "site"])
def test_nobody_takes_a_company(world: World, person: str) -> None:
    client = world.client(person)
    data = {"ids": [str(world.ids["Aceros"])], "liaison": world.people[person]}
    for path in (GIVE, f"{world.page('Aceros')}/responsable", f"{GIVE}/deshacer?lote=x"):
        assert posted(client, path, data, "/cuenta").status_code == 404
    assert world.held() == {}


@pytest.mark.parametrize("value", HOSTILE)
def test_what_is_no_person_of_the_team_is_refused(world: World, value: str) -> None:
    client, page = world.client(), world.page("Aceros")
    for path in (GIVE, f"{page}/responsable"):
        assert posted(client, path, {"ids": [str(world.ids["Aceros"])], "liaison": value}, page).status_code in {
            303,
            409,
        }
    assert client.get(LIST, query_string={"responsable": value}).status_code == 200
    assert posted(client, f"{GIVE}/deshacer", {}, LIST).status_code == 303
    assert world.held() == {}


def test_the_export_has_the_person_and_the_filter(world: World) -> None:
    world.set(Aceros="rosa", Bandas="eva")
    client = world.client("rosa")

    def rows(query: str) -> list[tuple[str, str]]:
        text = client.get(f"/o/bajio/exportar/empresas.csv?{query}").data.decode("utf-8-sig")
        head, *found = csv.reader(io.StringIO(text))
        return [(row[0], row[head.index("Responsable")]) for row in found]

    assert rows("") == [("Aceros", "Rosa Ríos"), ("Bandas", "Eva Luna"), ("Cobres", "")]
    assert rows("responsable=yo") == [("Aceros", "Rosa Ríos")]
    assert rows("responsable=nadie") == [("Cobres", "")]
    assert "responsable=yo" in client.get(f"{LIST}?responsable=yo").text.split("exportar/empresas.csv")[1][:80]


def test_who_leaves_the_team_leaves_the_companies_and_the_page_says_so_first(world: World) -> None:
    world.set(Aceros="rosa", Bandas="rosa")
    boss, team = world.client("jefa"), "/o/organizacion"
    with world.app.app_context():
        code = db.session.get_one(Registration, world.ids["Aceros"]).event.organization.code
    member = f"{team}/{code}/equipo/{world.people['rosa']}"
    assert "Es responsable de 2 empresas" in boss.get(f"{team}/{code}/equipo").text
    assert "2 empresas quedan sin responsable" in boss.get(member).text
    assert posted(boss, f"{member}/quitar", {}, member).status_code == 303
    assert world.held() == {}


def test_the_list_asks_the_database_as_often_for_three_people_as_for_one(world: World) -> None:
    client = world.client()
    world.set(Aceros="rosa")
    one = len(queries(world, lambda: client.get(LIST)))
    world.set(Aceros="rosa", Bandas="eva", Cobres="laura")
    assert len(queries(world, lambda: client.get(LIST))) == one
