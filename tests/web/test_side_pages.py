"""Places, walk-ins, the names of sides, organizations, and what a company says about requests, on their pages."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from time_machine import travel

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import (
    EventFormat,
    ExclusionReason,
    OrganizationKind,
    Preference,
    RegistrationStatus,
    RequestStatus,
    Role,
    Side,
    SideNames,
)
from eventsapp.models import Account, Company, Event, Exclusion, Organization, Registration, Request
from tests import make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.web.test_attendee import queries

EVENT, DESK = "/e/bajio", "/o/bajio"
Status = RegistrationStatus


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=False):
        yield


class World:
    """An event with a buyer and a supplier, and its organizers."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            self.event_id = make.event(code="bajio").id
            self.people = {role.value: make.organizer(self.event().organization, role).id for role in Role}
            self.ids = {
                "buyer": self.registered(Side.BUYER, name="Nordwind <b>"),
                "supplier": self.registered(name="Galvánicos Lerma"),
            }

    def event(self) -> Event:
        return db.session.get_one(Event, self.event_id)

    def registered(self, side: Side = Side.SUPPLIER, *, name: str, group: str = "", **values: Any) -> UUID:
        firm = make.company(self.event().organization, name=name, group_name=group)
        made = make.registration(self.event(), side, company=firm, **values)
        for person in made.delegates:
            person.is_company_admin = True
        account = made.delegates[0].account
        assert account is not None
        self.people[name] = account.id
        id_: UUID = made.id
        return id_

    def client(self, person: str) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get(Account, self.people[person]))

    def change(self, **values: Any) -> None:
        with self.app.app_context(), unit_of_work():
            for name, value in values.items():
                setattr(self.event(), name, value)

    def folio_of(self, name: str) -> str:
        with self.app.app_context():
            query = select(Registration).join(Registration.company).where(Company.name == name)
            return db.session.scalars(query).one().folio

    def ask(self, from_: str, to: str, **values: Any) -> UUID:
        with self.app.app_context(), unit_of_work():
            ends = [db.session.get_one(Registration, self.ids[name]) for name in (from_, to)]
            made: UUID = make.request(*ends, **values).id
            return made

    def request(self, id_: UUID) -> Request:
        return db.session.get_one(Request, id_)


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    return World(sqlite_app)


def posted(client: FlaskClient, path: str, data: dict[str, Any] | None = None, page: str = "") -> Any:
    return client.submit(path, data, page=page or None)  # type: ignore[attr-defined]


# Registration -----------------------------------------------------------------------------------------------------


def test_late_registration_has_a_page_of_its_own(world: World) -> None:
    world.change(registration_closes_at=NOW - timedelta(days=1))
    with world.app.app_context(), unit_of_work():
        world.people["nueva"] = make.account().id
    client = world.client("nueva")
    closed = client.get(f"{EVENT}/registro").text
    assert "El registro no está abierto" in closed
    world.change(late_registration_until=NOW + timedelta(days=3))
    late = client.get(f"{EVENT}/registro").text
    assert "el organizador acepta registros tardíos" in late
    assert "23 de enero de 2027, 10:00" in late
    started = posted(client, f"{EVENT}/registro", {"side": "supplier", "company": "new", "name": "Tarde pero segura"})
    assert (started.status_code, started.location) == (303, f"{EVENT}/registro/empresa")


def test_who_waits_reads_its_place_and_leaves(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        for name in ("Primera", "Segunda"):
            id_ = world.registered(name=name, status=Status.WAITLISTED)
            db.session.get_one(Registration, id_).waitlisted_at = NOW
    client = world.client("Segunda")
    page = client.get(f"{EVENT}/registro").text
    assert "Su empresa está en lista de espera, en el lugar 2." in page
    assert posted(client, f"{EVENT}/registro/retirar", {}, f"{EVENT}/registro").status_code == 303
    assert "Usted retiró este registro" in client.get(f"{EVENT}/registro").text


def test_a_company_starts_from_its_last_answers(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        supplier = db.session.get_one(Registration, world.ids["supplier"])
        supplier.submitted_at, supplier.terms, supplier.offer = NOW, ["ALL-090"], "Zincado"
        make.event(world.event().organization, code="segundo")
        company_id = str(supplier.company_id)
    client = world.client("Galvánicos Lerma")
    posted(client, "/e/segundo/registro", {"side": "supplier", "company": company_id, "name": ""})
    assert "Empezamos con lo que respondió la última vez." in client.get("/e/segundo/registro").text
    with world.app.app_context():
        made = db.session.scalars(select(Registration).order_by(Registration.created_at.desc())).first()
        assert made is not None
        assert (made.terms, made.offer, made.steps_done, made.consents) == (["ALL-090"], "Zincado", [], [])
        assert [person.name for person in made.delegates] == [person.name for person in made.company.delegates]


def test_a_draft_is_kept_when_the_session_ends(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        world.registered(name="Pendiente", status=Status.DRAFT, terms=[])
    client = world.client("Pendiente")
    path = f"{EVENT}/registro/procesos"
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', client.get(path).text)
    assert seen is not None
    saved = posted(client, path, {"terms": ["ALL-020"], "offer": "Maquinado", "seen": seen.group(1)})
    assert saved.status_code == 303
    with world.app.app_context(), unit_of_work():
        db.session.get_one(Account, world.people["Pendiente"]).session_epoch += 1
    assert client.get(path).status_code == 302
    again = world.client("Pendiente").get(path).text
    assert "Maquinado" in again


# The organizer ----------------------------------------------------------------------------------------------------


def test_approving_into_a_full_side_says_so(world: World) -> None:
    world.change(supplier_places=1)
    with world.app.app_context(), unit_of_work():
        id_ = world.registered(name="Hules <i>", status=Status.SUBMITTED)
    client = world.client("reviewer")
    page = f"{DESK}/empresas/{id_}"
    assert posted(client, f"{page}/aprobar", {}, page).status_code == 303
    after = client.get(page).text
    assert "Ya no hay lugar: Hules &lt;i&gt; quedó en lista de espera." in after
    assert "Lugar 1 en la lista de espera" in after
    assert "En lista de espera" in client.get(f"{DESK}/empresas?estado=waitlisted").text


WALK_IN = {
    "company": "Tornillos <b>León</b>",
    "side": "supplier",
    "name": "María Ríos",
    "job_title": "Ventas",
    "email": "maria@example.com",
    "phone": "477 123 4567",
}


def test_a_walk_in_takes_part_at_once_and_two_clicks_are_one(world: World) -> None:
    client, page = world.client("floor"), f"{DESK}/empresas/nueva"
    hidden = hidden_fields(client.get(page).text)
    answers = [client.post(page, data={**hidden, **WALK_IN, "form_key": hidden["form_key"]}) for _ in range(2)]
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, page)] * 2
    folio = world.folio_of("Tornillos <b>León</b>")
    assert f"Tornillos &lt;b&gt;León&lt;/b&gt; ya participa, con el folio {folio}." in client.get(page).text
    again = posted(client, page, WALK_IN)
    assert again.status_code == 422
    assert f"ya está registrada en este evento, con el folio {folio}." in again.text
    assert world.client("analyst").get(page).status_code == 404


@pytest.mark.parametrize("value", ["", "<script>alert(1)</script>", "nul\x00nul", "x" * 5000, "%(n)s", "😀" * 300])
def test_no_value_at_the_door_is_our_fault(world: World, value: str) -> None:
    world.app.test_client_class = FlaskClient
    client, page = world.client("floor"), f"{DESK}/empresas/nueva"
    hidden = hidden_fields(client.get(page).text)
    for name in (*WALK_IN, "terms"):
        data = {**hidden, **WALK_IN, name: value, "form_key": secrets.token_hex(8)}
        answer = client.post(page, data=data)
        assert answer.status_code in {303, 422}, name
        assert "<script>alert" not in answer.text


def test_an_event_calls_its_sides_by_their_names_everywhere(world: World) -> None:
    world.change(sides=SideNames.COMPANY_UNIVERSITY)
    desk, supplier = world.client("admin"), world.client("Galvánicos Lerma")
    pages = {
        "/e/bajio": supplier,
        "/e/bajio/directorio": supplier,
        f"{EVENT}/registro": supplier,
        f"{EVENT}/buscar": supplier,
        f"{DESK}/": desk,
        f"{DESK}/empresas": desk,
        f"{DESK}/empresas/nueva": desk,
        f"{DESK}/solicitudes": desk,
        f"{DESK}/ajustes/limites": desk,
        f"{DESK}/ajustes/mesas-fijas": desk,
        f"{DESK}/ajustes/solicitudes": desk,
    }
    texts = {path: client.get(path).text for path, client in pages.items()}
    assert [path for path, text in texts.items() if "omprador" in text or "roveedor" in text] == []
    assert "Registro de universidad" in texts[f"{EVENT}/registro"]
    assert "Lugares para universidades" in texts[f"{DESK}/ajustes/limites"]


def test_everybody_meets_everybody(world: World) -> None:
    world.change(format=EventFormat.ANY_TO_ANY)
    with world.app.app_context(), unit_of_work():
        world.people["nueva"] = make.account().id
    client = world.client("nueva")
    posted(client, f"{EVENT}/registro", {"side": "both", "company": "new", "name": "Ambas"})
    assert "Registro de comprador y proveedor" in client.get(f"{EVENT}/registro").text


def test_programme_and_sides_are_changed_and_two_who_save_see_both(world: World) -> None:
    client, page = world.client("manager"), f"{DESK}/ajustes/programa"
    chosen = {"programme": "talent", "axis": "talent", "format": "single_anchor", "sides": "company_university"}
    assert posted(client, page, chosen).status_code == 303
    with world.app.app_context():
        event = world.event()
        assert (event.programme, event.axis, event.format, event.sides) == tuple(chosen.values())
    stale = posted(client, page, {**chosen, "programme": "marketing", "version": "0"})
    assert stale.status_code == 409
    assert "Otra persona guardó cambios mientras usted escribía" in stale.text


def test_an_organization_is_changed_by_its_administrators(world: World) -> None:
    with world.app.app_context():
        code = world.event().organization.code
    page = f"/o/organizacion/{code}"
    data = {"name": "Universidad de León", "kind": "university", "state": "Guanajuato", "cluster_code": ""}
    assert posted(world.client("admin"), page, data).status_code == 303
    with world.app.app_context():
        found = db.session.scalars(select(Organization).where(Organization.code == code)).one()
        assert (found.name, found.kind, found.cluster_code) == (
            "Universidad de León",
            OrganizationKind.UNIVERSITY,
            None,
        )
    stale = posted(world.client("admin"), page, {**data, "name": "Otra", "seen": "0" * 16})
    assert (stale.status_code, "Universidad de León" in stale.text) == (409, True)
    assert world.client("manager").get(page).status_code == 404


def test_pairs_of_one_group_are_separated_on_the_page(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        world.registered(Side.BUYER, name="Planta", group="Grupo <u>")
        world.registered(name="Filial", group="GRUPO <u>")
    client, page = world.client("manager"), f"{DESK}/solicitudes/exclusiones"
    text = client.get(page).text
    assert ("Filial con Planta" in text) is not ("Planta con Filial" in text)
    assert posted(client, f"{page}/grupos", {}, page).status_code == 303
    assert "Separó 1 pareja." in client.get(page).text
    none = posted(client, f"{page}/recientes", {"meses": "x"}, page)
    assert "No hay parejas nuevas que separar." in none.text
    with world.app.app_context():
        assert [row.reason for row in db.session.scalars(select(Exclusion))] == [ExclusionReason.SAME_GROUP]


# What a company says ----------------------------------------------------------------------------------------------


def test_a_company_marks_another_one_for_itself(world: World) -> None:
    client = world.client("Galvánicos Lerma")
    page = f"{EVENT}/buscar/{world.ids['buyer']}"
    assert posted(client, f"{page}/marca", {"preference": "must"}, page).status_code == 303
    assert posted(client, f"{page}/marca", {"preference": "no", "why": "nada"}, page).location == page
    made = posted(client, f"{page}/marca", {"preference": "no"}, page)
    assert made.location == f"{EVENT}/solicitudes?ver=marcas"
    assert "Nordwind &lt;b&gt; no se entera." in client.get(made.location).text
    assert "No quiero reunirme" in client.get(made.location).text
    buyer = world.client("Nordwind <b>")
    assert "No tiene solicitudes por responder" in buyer.get(f"{EVENT}/solicitudes").text
    assert buyer.get(f"{EVENT}/buscar/{world.ids['supplier']}").status_code == 404
    with world.app.app_context():
        [mark] = db.session.scalars(select(Request))
        id_, state = mark.id, (mark.status, mark.preference)
    assert state == (RequestStatus.NOTED, Preference.NO)
    posted(client, f"{EVENT}/solicitudes/{id_}/retirar", {}, f"{EVENT}/solicitudes?ver=marcas")
    assert "Marca quitada." in client.get(f"{EVENT}/solicitudes?ver=marcas").text
    assert buyer.get(f"{EVENT}/buscar/{world.ids['supplier']}").status_code == 200


def test_declining_with_a_veto(world: World) -> None:
    id_ = world.ask("supplier", "buyer", status=RequestStatus.SENT)
    buyer = world.client("Nordwind <b>")
    data = {"why": "competitor", "text": "", "veto": "y"}
    path = f"{EVENT}/solicitudes/{id_}/rechazar"
    assert posted(buyer, path, data, f"{EVENT}/solicitudes").status_code == 303
    assert "No quiero reunirme" in buyer.get(f"{EVENT}/solicitudes?ver=marcas").text
    with world.app.app_context():
        assert world.request(id_).status is RequestStatus.DECLINED


def test_order_rule_and_daily_mail(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        for name in ("uno", "dos", "tres"):
            world.ids[name] = world.registered(name=name)
    ids = [world.ask("buyer", name, status=RequestStatus.SENT, created_at=NOW + timedelta(minutes=-n))
           for n, name in enumerate(("uno", "dos", "tres"))]  # fmt: skip
    buyer, sent = world.client("Nordwind <b>"), f"{EVENT}/solicitudes?ver=enviadas"

    def ranks() -> list[int | None]:
        with world.app.app_context():
            return [world.request(id_).rank for id_ in ids]

    posted(buyer, f"{EVENT}/solicitudes/orden", {"bajar": str(ids[0])}, sent)
    assert ranks() == [2, 1, 3]
    posted(buyer, f"{EVENT}/solicitudes/orden", {f"lugar-{ids[2]}": "1"}, sent)
    assert ranks() == [3, 2, 1]
    for text in ("x", "-1", "²", "9" * 400, ""):
        posted(buyer, f"{EVENT}/solicitudes/orden", {f"lugar-{ids[2]}": text, "subir": text}, sent)
    assert ranks() == [3, 2, 1]

    page = f"{EVENT}/solicitudes"
    assert posted(buyer, f"{page}/regla", {"level": "4"}, page).status_code == 303
    posted(buyer, f"{page}/regla", {"level": "9"}, page)
    posted(buyer, f"{page}/resumen", {}, page)
    with world.app.app_context():
        assert db.session.get_one(Registration, world.ids["buyer"]).auto_accept_level == 4
    assert "Ya no le enviaremos el resumen diario." in buyer.get(page).text
    posted(buyer, f"{page}/regla", {"level": "0"}, page)
    with world.app.app_context():
        assert db.session.get_one(Registration, world.ids["buyer"]).auto_accept_level is None


def test_lists_ask_the_database_as_often_for_many_rows_as_for_one(world: World) -> None:
    def count() -> list[int]:
        buyer, desk = world.client("Nordwind <b>"), world.client("manager")
        visits = [(buyer, f"{EVENT}/solicitudes"), (buyer, f"{EVENT}/solicitudes?ver=enviadas")]
        visits += [
            (desk, f"{DESK}/empresas"),
            (desk, f"{DESK}/solicitudes/exclusiones?meses=12"),
            (desk, f"{DESK}/solicitudes"),
        ]
        found = []
        for client, path in visits:
            client.get(path)
            found.append(len(queries(world, partial(client.get, path))))
        return found

    def fill(names: tuple[str, ...]) -> None:
        with world.app.app_context(), unit_of_work():
            for name in names:
                world.ids[name] = world.registered(name=name, group="Grupo")
        for name in names:
            world.ask(name, "buyer", status=RequestStatus.SENT, expires_at=NOW + timedelta(days=1))
            world.ask("buyer", name, status=RequestStatus.SENT, expires_at=datetime(2027, 2, 1, tzinfo=make.ZONE))

    fill(("a",))
    few = count()
    fill(("b", "c", "d"))
    assert count() == few
