"""The organizer's pages about events: creating, setting up, opening, summing up; with every kind of bad input."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from time_machine import travel

from eventsapp.db import Base, db, unit_of_work
from eventsapp.domain.values import EventStatus, Role, Side
from eventsapp.models import Account, Event, Registration, Table
from eventsapp.services import run_options
from tests import make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.web.test_attendee import queries

NEW = {
    "name": "Encuentro Ñandú 2027",
    "description": "",
    "venue": "Centro de Congresos",
    "city": "León",
    "time_zone": "America/Mexico_City",
    "contact_email": "hola@example.com",
    "code": "",
    "starts_at": "2027-03-09T08:00",
    "ends_at": "2027-03-10T18:00",
    "registration_opens_at": "2027-01-04T00:00",
    "registration_closes_at": "2027-02-12T23:59",
    "requests_open_at": "2027-01-11T00:00",
    "requests_close_at": "2027-02-26T23:59",
    "slot_minutes": "20",
    "changeover_minutes": "5",
    "late_registration_until": "",
    "programme": "business_meetings",
    "axis": "globalisation",
    "format": "many_buyers",
    "sides": "buyer_supplier",
    "buyer_places": "",
    "supplier_places": "200",
    "buyer_max_meetings": "",
    "supplier_max_meetings": "6",
    "supplier_min_meetings": "1",
    "max_consecutive": "",
    "buyer_request_quota": "40",
    "supplier_request_quota": "15",
    "freeze_hours": "48",
}
HOSTILE = (
    "",
    "   ",
    "<script>alert(1)</script>",
    "'; DROP TABLE event; --",
    "nul\x00nul",
    "\u202ertl",
    "x" * 5000,
    "😀" * 300,
    "%(nada)s %s {{ 7 * 7 }}",
    "-1",
    "0",
    "999999999999999999999999",
    "9" * 5000,
    "1e9",
    "NaN",
    "0001-01-01T00:00",
    "9999-12-31T23:59",
    "2027-02-30T10:00",
    "2027-03-14T02:30",
    "25:61",
)
TELLING = ("", "<script>alert(1)</script>", "nul\x00nul", "x" * 5000, "-1", "9" * 5000, *HOSTILE[-5:-1])


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=False):
        yield


class World:
    """An event with its manager and reviewer, and a stranger's event beside it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event, foreign = make.event(code="bajio", slots=4, tables=3), make.event(code="ajeno")
            make.registration(event, Side.BUYER)
            self.manager = keep(make.organizer(event.organization))
            self.reviewer = keep(make.organizer(event.organization, Role.REVIEWER))
            self.block, self.table = event.blocks[0].id, event.tables[0].id
            self.foreign_block, self.foreign_table = foreign.blocks[0].id, foreign.tables[0].id
            self.organization = event.organization.code

    def client(self, person: str = "manager") -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get(Account, getattr(self, person)))

    def event(self) -> Event:
        """The event as it is stored now; call inside an application context."""
        db.session.rollback()
        return db.session.scalars(select(Event).where(Event.code == "bajio")).one()


def keep(account: Account) -> UUID:
    return account.id


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    return World(sqlite_app)


def count(app: Flask, kind: type[Base]) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(kind)) or 0


def posted(client: FlaskClient, path: str, data: dict[str, Any], page: str = "") -> Any:
    return client.submit(path, data, page=page or None)  # type: ignore[attr-defined]


def test_an_event_is_created_set_up_and_opened(world: World) -> None:
    client = world.client()
    created = posted(client, "/o/nuevo", NEW)
    base = "/o/encuentro-nandu-2027"
    assert (created.status_code, created.location) == (303, f"{base}/ajustes/dias")
    assert "Todavía no hay lugares para reuniones" in client.get(f"{base}/ajustes/dias").text
    assert "Falta al menos un bloque de reuniones" in client.get(f"{base}/ajustes").text
    block = {"block-day": "2027-03-09", "block-kind": "meetings", "block-starts": "09:00", "block-ends": "11:05"}
    days = f"{base}/ajustes/dias"
    assert posted(client, f"{days}/bloques", {**block, "block-title": ""}, days).status_code == 303
    copy = {"copy-source": "2027-03-09", "copy-target": "2027-03-10"}
    assert posted(client, f"{days}/copiar", copy, days).status_code == 303
    assert posted(client, f"{base}/ajustes/mesas", {"amount": "12", "room": "Salón A"}).status_code == 303
    assert "10 rondas × 12 mesas = 120 lugares." in client.get(days).text
    assert "Abra el evento a las empresas" in client.get(f"{base}/").text
    assert posted(client, f"{base}/ajustes/abrir", {}, f"{base}/ajustes").status_code == 303
    summary = client.get(f"{base}/").text
    assert "Fase 3 de 7" in summary
    assert "Todo al día" in summary
    log = client.get(f"{base}/bitacora").text
    for act in ("Creó el evento", "Agregó un bloque", "Copió los bloques de un día", "Agregó mesas", "Abrió el evento"):
        assert act in log


def test_in_preparation_each_page_leads_to_the_next(world: World) -> None:
    client = world.client()
    posted(client, "/o/nuevo", NEW)
    base = "/o/encuentro-nandu-2027/ajustes"
    days = client.get(f"{base}/dias").text
    assert "El evento está en preparación." in days
    assert "Falta al menos una mesa" in days
    assert f'href="{base}/mesas"' in days.split("Continuar a Mesas")[0]
    limits = client.get(f"{base}/limites").text
    assert "Guardar y continuar" in limits
    with world.app.app_context():
        version = str(db.session.scalars(select(Event).where(Event.code == "encuentro-nandu-2027")).one().version)
    values = {name: value for name, value in NEW.items() if "meetings" in name or "quota" in name or "max" in name}
    saved = posted(client, f"{base}/limites", {**values, "freeze_hours": "24", "version": version}, f"{base}/limites")
    assert saved.location == f"{base}/reglas"
    assert "Guardar y continuar" in client.get(f"{base}/reglas").text
    opened = client.get("/o/bajio/ajustes/limites").text
    assert "Guardar cambios" in opened
    assert "en preparación" not in opened


def test_the_settings_say_how_many_tables_are_missing_and_where_each_stands(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        event = world.event()
        for table in event.tables:
            table.room = "Salón A" if table.label != "1" else ""
        for side in (Side.BUYER, Side.SUPPLIER):
            for _ in range(5):
                make.registration(event, side)
    page = world.client().get("/o/bajio/ajustes/mesas").text
    assert "Faltan 2 mesas a las" in page
    assert 'data-tables="3" data-wanted="5"' in page
    assert 'aria-label="Salón A: mesas 2, 3"' in page
    assert 'aria-label="Sin salón: mesas 1"' in page
    assert "Faltan 2 mesas a las" in world.client().get("/o/bajio/ajustes/dias").text


def test_rooms_and_zones_say_how_many_meetings_they_hold(world: World) -> None:
    client, tables = world.client(), "/o/bajio/ajustes/mesas"
    with world.app.app_context(), unit_of_work():
        for table in world.event().tables:
            table.zone = "Norte" if table.label == "1" else ""
    page = client.get(tables).text
    assert 'aria-label="Salón Corregidora · Norte: mesas 1"' in page
    limited = {"most-0": "2", "most-1": ""}
    assert posted(client, "/o/bajio/ajustes/salones", limited, tables).status_code == 303
    page = client.get(tables).text
    assert "4 rondas × 2 mesas = 8 lugares" in page
    assert page.count("En reserva") == 1
    for typed in (*HOSTILE[2:], "1001"):
        answer = posted(client, "/o/bajio/ajustes/salones", {"most-0": typed, "most-1": "1"}, tables)
        assert answer.status_code == 422
    assert posted(client, "/o/bajio/ajustes/salones", {"most-0": "mil"}, tables).text.count('value="mil"') == 1
    with world.app.app_context(), unit_of_work():
        event = world.event()
        for table in event.tables[:2]:
            make.registration(event, Side.BUYER).desks[0].table = table
    answer = posted(client, "/o/bajio/ajustes/salones", {"most-0": "1"}, tables)
    assert (answer.status_code, "más mesas fijas que eso" in answer.text) == (422, True)
    assert posted(world.client("reviewer"), "/o/bajio/ajustes/salones", limited, "/o/bajio/empresas").status_code == 404


def test_what_matters_first_is_said_once_for_all_runs(world: World) -> None:
    client, path = world.client(), "/o/bajio/ajustes/reglas"
    page = client.get(path).text
    for text in ("Mesas fijas", "Nadie está en dos reuniones", "800 puntos", "15 puntos", "Qué importa primero"):
        assert text in page
    order = ("fairness", "shortfall", "musts", "value", "idle")
    chosen = {f"place_{name}": str(place) for place, name in enumerate(order, 1)} | {"place_moves": "0"}
    kept = {**chosen, "tolerance_value": "0.05", "version": version_in(page)}
    assert posted(client, path, {**kept, "place_idle": "1"}, path).status_code == 422
    assert posted(client, path, {**kept, "place_idle": "9" * 50}, path).status_code == 422
    assert posted(client, path, {**kept, "tolerance_value": "<b>"}, path).status_code == 422
    none = dict.fromkeys(chosen, "0")
    assert "Elija al menos una meta" in posted(client, path, {**kept, **none}, path).text
    assert posted(client, path, kept, path).location == path
    with world.app.app_context():
        options = run_options.of_event(world.event())
        assert [level.level for level in options.levels] == list(order)
        assert [level.tolerance for level in options.levels] == [0, 0, 0, 0.05, 0]
    assert posted(client, path, kept, path).status_code == 409  # somebody else's page is older
    new_run = client.get("/o/bajio/horario/corridas/nueva").text
    assert re.search(r'id="place_fairness".*?<option selected value="1">', new_run, re.S)
    assert posted(world.client("reviewer"), path, kept, "/o/bajio/empresas").status_code == 404


def test_a_lost_table_is_closed_and_opened_again(world: World) -> None:
    client, tables = world.client(), "/o/bajio/ajustes/mesas"
    one = f"{tables}/{world.table}"
    assert posted(client, f"{one}/cerrar", {}, tables).location == tables
    page = client.get(tables).text
    assert ("La mesa 1 está cerrada" in page, "4 rondas × 2 mesas" in page) == (True, True)
    assert posted(client, f"{one}/abrir", {"from": "repair"}, tables).location == "/o/bajio/horario/reparar"
    assert "4 rondas × 3 mesas" in client.get(tables).text
    assert posted(client, f"{tables}/{world.foreign_table}/cerrar", {}, tables).status_code == 404
    assert posted(world.client("reviewer"), f"{one}/cerrar", {}, "/o/bajio/empresas").status_code == 404


def test_a_second_click_creates_one_event(world: World) -> None:
    client = world.client()
    data = {**hidden_fields(client.get("/o/nuevo").text), **NEW}
    first, second = client.post("/o/nuevo", data=data), client.post("/o/nuevo", data=data)
    assert (first.status_code, second.status_code, second.location) == (303, 303, first.location)
    assert count(world.app, Event) == 3


@pytest.mark.parametrize("value", HOSTILE)
def test_no_value_breaks_the_page_that_says_what_is_wrong(world: World, value: str) -> None:
    client = world.client()
    answer = client.post("/o/nuevo", data={**hidden_fields(client.get("/o/nuevo").text), **dict.fromkeys(NEW, value)})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text
    assert "<script>alert" not in answer.text


def test_no_value_in_any_field_is_our_fault(world: World) -> None:
    world.app.test_client_class = FlaskClient  # the pages are inspected above; here only the status counts
    client = world.client()
    hidden = hidden_fields(client.get("/o/nuevo").text)
    faults = []
    for field in NEW:
        for value in TELLING:
            answer = client.post("/o/nuevo", data={**hidden, **NEW, field: value, "form_key": secrets.token_hex(8)})
            if answer.status_code not in {303, 422}:
                faults.append((field, value[:40], answer.status_code))
    assert faults == []


@pytest.mark.parametrize(
    ("path", "valid"),
    [
        ("ajustes", {name: NEW[name] for name in ("name", "venue", "city", "time_zone", "contact_email")}),
        ("ajustes/fechas", {name: value for name, value in NEW.items() if name.endswith(("_at", "_until"))}),
        ("ajustes/programa", {name: NEW[name] for name in ("programme", "axis", "format", "sides")}),
        (
            "ajustes/solicitudes",
            {"request_expiry_hours": "48", "request_reminder_hours": "12", "buyer_requests_binding": "y"},
        ),
        (
            "ajustes/limites",
            {
                name: value
                for name, value in NEW.items()
                if name.endswith(("_meetings", "_quota", "_consecutive", "_places", "freeze_hours"))
            },
        ),
        ("ajustes/mesas", {"amount": "1", "prefix": "", "room": ""}),
        ("ajustes/mesas/TABLE", {"label": "9", "room": ""}),
        (
            "ajustes/dias/bloques",
            {
                "block-day": "2027-03-09",
                "block-kind": "talk",
                "block-starts": "12:00",
                "block-ends": "13:00",
                "block-title": "",
            },
        ),
        ("ajustes/dias/rondas", {"rounds-slot_minutes": "20", "rounds-changeover_minutes": "5"}),
        ("ajustes/dias/copiar", {"copy-source": "2027-03-09", "copy-target": "2027-03-09"}),
        ("ajustes/mesas-fijas", {"desk-ID": "1"}),
        ("solicitudes/nueva", {"one": "1", "other": "2", "preference": "want", "reason": "Porque"}),
        ("solicitudes/exclusiones", {"one": "1", "other": "2", "reason": "competitor"}),
        (
            "empresas/nueva",
            {
                "company": "Tornillos León",
                "side": "supplier",
                "name": "María Ríos",
                "job_title": "",
                "email": "maria@example.com",
                "phone": "477 123 4567",
                "terms": "ALL-020",
            },
        ),
    ],
)
def test_no_value_in_any_setting_is_our_fault(world: World, path: str, valid: dict[str, str]) -> None:
    world.app.test_client_class = FlaskClient
    client = world.client()
    path = f"/o/bajio/{path.replace('TABLE', str(world.table))}"
    hidden = hidden_fields(client.get("/o/bajio/ajustes").text)
    with world.app.app_context():
        desk = db.session.scalars(select(Registration)).first().desks[0].id  # type: ignore[union-attr]
        version = str(world.event().version)
    for field in valid:
        for value in TELLING:
            data = {**hidden, "version": version, **valid, field: value, "form_key": secrets.token_hex(8)}
            data = {name.replace("ID", str(desk)): entered for name, entered in data.items()}
            answer = client.post(path, data=data)
            assert answer.status_code in {303, 409, 422}, (path, field, value[:40])
            assert "<script>alert" not in answer.text
    for value in HOSTILE:
        assert client.post(path, data={**hidden, **valid, "version": value}).status_code in {303, 409, 422}


def test_what_was_typed_stays_beside_what_is_wrong(world: World) -> None:
    answer = posted(
        world.client(), "/o/nuevo", {**NEW, "name": "A & B", "ends_at": "2027-03-01T10:00", "code": "No Vale"}
    )
    assert answer.status_code == 422
    assert "El evento termina antes de empezar. Revise las fechas" in answer.text
    assert 'value="A &amp; B"' in answer.text
    assert 'value="2027-03-01T10:00"' in answer.text
    assert "<title>Error:" in answer.text
    assert count(world.app, Event) == 2


def test_the_summary_of_errors_leads_to_each_field(world: World) -> None:
    days = "/o/bajio/ajustes/dias"
    block = {
        "block-day": "2027-03-09",
        "block-kind": "talk",
        "block-starts": "",
        "block-ends": "mañana",
        "block-title": "",
    }
    summary = (
        posted(world.client(), f"{days}/bloques", block, days).text.split("data-error-summary")[1].split("</ul>")[0]
    )
    assert '<li><a href="#block-starts">Escriba la hora</a></li>' in summary
    assert '<li><a href="#block-ends">Escriba la hora como 09:30</a></li>' in summary


def test_two_who_save_at_once_both_see_both(world: World) -> None:
    client = world.client()
    path = "/o/bajio/ajustes/limites"
    first = {**hidden_fields(client.get(path).text)}
    values = {
        name: value
        for name, value in NEW.items()
        if "meetings" in name or "quota" in name or "max" in name or "freeze" in name
    }
    with world.app.app_context():
        version = str(world.event().version)
    mine, theirs = {**values, "max_consecutive": "4"}, {**values, "max_consecutive": "7"}
    stored = client.post(path, data={**first, **theirs, "version": version})
    late = client.post(path, data={**first, **mine, "version": version, "form_key": "another"})
    assert (stored.status_code, late.status_code) == (303, 409)
    assert "Reuniones seguidas sin descanso, a lo más: ahora dice «7»" in late.text
    assert 'value="4"' in late.text
    again = {**hidden_fields(late.text), **mine, "version": version_in(late.text)}
    assert client.post(path, data=again).status_code == 303
    with world.app.app_context():
        assert world.event().max_consecutive == 4


def version_in(html: str) -> str:
    return html.split('name="version"')[1].split('value="')[1].split('"')[0]


def test_blocks_tables_and_desks_of_another_event_are_absent(world: World) -> None:
    client = world.client()
    hidden = hidden_fields(client.get("/o/bajio/ajustes").text)
    paths = [
        f"/o/bajio/ajustes/dias/bloques/{world.foreign_block}/quitar",
        f"/o/bajio/ajustes/mesas/{world.foreign_table}",
        f"/o/bajio/ajustes/mesas/{world.foreign_table}/quitar",
        f"/o/ajeno/ajustes/mesas/{world.foreign_table}/quitar",
        "/o/ajeno/ajustes",
        "/o/nuevo?organizacion=otra",
    ]
    assert [client.post(path, data=hidden).status_code for path in paths] == [404] * len(paths)


def test_settings_are_for_managers(world: World) -> None:
    client = world.client("reviewer")
    paths = (
        "ajustes",
        "ajustes/fechas",
        "ajustes/dias",
        "ajustes/mesas",
        "ajustes/mesas-fijas",
        "ajustes/limites",
        "ajustes/programa",
        "ajustes/solicitudes",
        "bitacora",
    )
    assert [client.get(f"/o/bajio/{path}").status_code for path in paths] == [404] * len(paths)
    assert client.get("/o/bajio/").status_code == 200
    assert client.get("/o/nuevo").status_code == 404


def test_tables_and_blocks_go_only_when_unused(world: World) -> None:
    client = world.client()
    tables, days = "/o/bajio/ajustes/mesas", "/o/bajio/ajustes/dias"
    fixed = "/o/bajio/ajustes/mesas-fijas"
    assert posted(client, f"{fixed}/en-orden", {}, fixed).status_code == 303
    assert "En uso" in client.get(tables).text
    assert posted(client, f"{tables}/{world.table}/quitar", {}, tables).status_code == 409
    assert count(world.app, Table) == 6
    assert posted(client, f"{days}/bloques/{world.block}/quitar", {}, days).status_code == 303
    assert "0 rondas" not in client.get(days).text


def test_a_table_twice_is_said_and_what_was_typed_stays(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        desks = [desk.id for desk in make.registration(world.event(), Side.BUYER, desks=2).desks]
    answer = posted(world.client(), "/o/bajio/ajustes/mesas-fijas", {f"desk-{desk}": "2" for desk in desks})
    assert answer.status_code == 422
    assert "La mesa 2 está dos veces" in answer.text
    assert answer.text.count('value="2" maxlength') == 2


def test_an_open_event_returns_to_preparation(world: World) -> None:
    client = world.client()
    assert posted(client, "/o/bajio/ajustes/preparacion", {}, "/o/bajio/ajustes").status_code == 303
    with world.app.app_context():
        assert world.event().status is EventStatus.DRAFT


def test_an_organization_is_created_by_platform_administrators(sqlite_app: Flask) -> None:
    with sqlite_app.app_context(), unit_of_work():
        admin, person = make.account(is_admin=True), make.account(email="ana@example.com")
        keep(admin), keep(person)
        client = make.client(sqlite_app, admin)
        other = make.client(sqlite_app, person)
    path = "/o/organizaciones/nueva"
    data = {"name": "CLAUT", "code": "claut", "kind": "cluster", "state": "", "cluster_code": "GTO-LOG"}
    nobody = posted(client, path, {**data, "admin_email": "nadie@example.com"})
    assert (nobody.status_code, "No hay una cuenta con este correo" in nobody.text) == (422, True)
    assert posted(client, path, {**data, "admin_email": "ana@example.com"}).status_code == 303
    assert posted(client, path, {**data, "admin_email": "ana@example.com"}).status_code == 422
    assert other.get(path).status_code == 403
    assert "CLAUT" in other.get("/o/").text
    assert other.get("/o/nuevo").status_code == 200


def test_pages_ask_the_database_as_often_for_many_rows_as_for_one(world: World) -> None:
    client = world.client()
    app = SimpleNamespace(app=world.app)
    paths = ("/o/", "/o/bajio/", "/o/bajio/ajustes/dias", "/o/bajio/ajustes/mesas", "/o/bajio/ajustes/mesas-fijas")

    def counts() -> list[int]:
        return [len(queries(app, lambda path=path: client.get(path))) for path in paths]  # type: ignore[arg-type, misc]

    before = counts()
    with world.app.app_context(), unit_of_work():
        event = world.event()
        for _ in range(3):
            make.registration(event, Side.BUYER, desks=2)
            make.event(event.organization)
    assert counts() == before


def test_an_event_is_copied_through_the_page(sqlite_app: Flask) -> None:
    with sqlite_app.app_context(), unit_of_work():
        event = make.event(code="bajio-27")
        manager, floor = make.organizer(event.organization), make.organizer(event.organization, Role.FLOOR)
        keys = manager.id, floor.id
    with sqlite_app.app_context():
        client, other = (make.client(sqlite_app, db.session.get_one(Account, key)) for key in keys)
    page = "/o/bajio-27/copiar"
    assert page in client.get("/o/bajio-27/").text
    empty = client.submit(page, {"name": "", "first_day": ""})
    assert empty.status_code == 422
    taken = client.submit(page, {"name": "Otra vez", "code": "bajio-27", "first_day": "2028-03-07"})
    assert (taken.status_code, "Otra vez" in taken.text) == (422, True)
    done = client.submit(page, {"name": "Bajío 2028", "code": "", "first_day": "2028-03-07"})
    assert (done.status_code, done.headers["Location"]) == (303, "/o/bajio-2028/ajustes/fechas")
    assert client.get("/o/bajio-2028/").status_code == 200
    assert other.get(page).status_code == 404
