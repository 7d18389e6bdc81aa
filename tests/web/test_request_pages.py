"""Finding, asking and answering on the pages of companies; the lists of the organizer, and acting for companies."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from time_machine import travel

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import RegistrationStatus, RequestStatus, Role, Side
from eventsapp.mail.render import render
from eventsapp.models import Account, AuditEntry, Event, Exclusion, OutboxMessage, Registration, Request
from eventsapp.services.requests import ordered
from tests import make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.web.test_attendee import queries

EVENT, DESK = "/e/bajio", "/o/bajio"
HOSTILE = ("", "<script>alert(1)</script>", "nul\x00nul", "\u202ertl", "x" * 5000, "%(nada)s %s", "😀" * 300, "-1", "²")


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=False):
        yield


class World:
    """A buyer, two suppliers and their organizer; and a stranger's event with a request."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event, foreign = make.event(code="bajio", supplier_request_quota=2), make.event(code="ajeno")
            org = event.organization
            self.ids: dict[str, UUID] = {}
            self.people: dict[str, UUID] = {}
            for key, side, name, terms in (
                ("buyer", Side.BUYER, "Nordwind <b>", ["ALL-020", "ALL-090"]),
                ("one", Side.SUPPLIER, "Galvánicos Lerma", ["ALL-090"]),
                ("two", Side.SUPPLIER, "Hules Ñandú", ["ALL-180"]),
            ):
                made = make.registration(event, side, company=make.company(org, name=name), terms=terms)
                self._keep(key, made)
            strange, stranger = make.registration(foreign, Side.BUYER), make.registration(foreign)
            self._keep("strange", strange)
            self.foreign_request = make.request(stranger, strange).id
            for role in (Role.MANAGER, Role.REVIEWER, Role.OBSERVER):
                self.people[role.value] = make.organizer(org, role).id

    def _keep(self, key: str, registration: Registration) -> None:
        account = registration.delegates[0].account
        assert account is not None
        self.ids[key], self.people[key] = registration.id, account.id

    def client(self, person: str) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get(Account, self.people[person]))

    def add_request(self, from_: str, to: str, **values: Any) -> UUID:
        with self.app.app_context(), unit_of_work():
            return make.request(self.get(from_), self.get(to), **values).id

    def get(self, key: str) -> Registration:
        return db.session.get_one(Registration, self.ids[key])

    def exclude(self, one: str, other: str) -> UUID:
        with self.app.app_context(), unit_of_work():
            a, b = ordered(self.ids[one], self.ids[other])
            row = Exclusion(event_id=self.get(one).event_id, a_id=a, b_id=b, reason="competitor", created_at=NOW)
            db.session.add(row)
            db.session.flush()
            return row.id

    def statuses(self) -> list[tuple[str, str]]:
        with self.app.app_context():
            rows = db.session.scalars(select(Request).where(Request.event_id == self.get("buyer").event_id))
            names = {key: name for name, key in self.ids.items()}
            return sorted((f"{names[row.from_id]}-{names[row.to_id]}", row.status.value) for row in rows)


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    return World(sqlite_app)


def posted(client: FlaskClient, path: str, data: dict[str, Any] | None = None, page: str = "") -> Any:
    return client.submit(path, data, page=page or None)  # type: ignore[attr-defined]


def test_a_company_finds_asks_and_is_answered(world: World) -> None:
    supplier, buyer = world.client("one"), world.client("buyer")
    found = supplier.get(f"{EVENT}/buscar").text
    assert "Nordwind &lt;b&gt;" in found
    assert "Afinidad 5 de 5" in found
    assert "Coincide: Galvanoplastia" in found
    assert "Hules" not in found
    path = f"{EVENT}/buscar/{world.ids['buyer']}"
    asked = posted(supplier, path, {"preference": "must", "message": "Zincado & más"})
    assert (asked.status_code, asked.location) == (303, f"{EVENT}/buscar")
    after = supplier.get(asked.location).text
    assert "Solicitud enviada a Nordwind &lt;b&gt;." in after
    assert "Le queda 1 solicitud." in after
    received = buyer.get(f"{EVENT}/solicitudes").text
    assert "Galvánicos Lerma" in received
    assert "Zincado &amp; más" in received
    assert "@example.com" not in received
    request_id = one_request(world)
    accepted = posted(buyer, f"{EVENT}/solicitudes/{request_id}/aceptar", page=f"{EVENT}/solicitudes")
    assert accepted.status_code == 303
    assert "@example.com" in buyer.get(f"{EVENT}/solicitudes?ver=respondidas").text
    assert "@example.com" in supplier.get(f"{EVENT}/solicitudes?ver=enviadas").text
    assert world.statuses() == [("one-buyer", "accepted")]
    with world.app.app_context():
        rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.kind)).all()
        mails = [render(row, base_url="https://encuentro.example") for row in rows]
    assert [mail.subject for mail in mails] == [
        "Nordwind <b> aceptó reunirse con usted",
    ]
    for mail in mails:
        assert "https://encuentro.example/e/bajio/solicitudes" in mail.text
        assert "https://encuentro.example/e/bajio/solicitudes" in mail.html
    assert "Nordwind &lt;b&gt;" in mails[0].html


def one_request(world: World) -> UUID:
    with world.app.app_context():
        event_id = world.get("buyer").event_id
        return db.session.scalars(select(Request.id).where(Request.event_id == event_id)).one()


def test_a_second_click_asks_once(world: World) -> None:
    client = world.client("one")
    path = f"{EVENT}/buscar/{world.ids['buyer']}"
    data = {**hidden_fields(client.get(path).text), "preference": "want", "message": ""}
    first, second = client.post(path, data=data), client.post(path, data=data)
    assert (first.status_code, second.status_code, second.location) == (303, 303, first.location)
    assert world.statuses() == [("one-buyer", "sent")]


def test_a_request_is_declined_with_a_reason_withdrawn_and_asked_again(world: World) -> None:
    declined = world.add_request("one", "buyer", status=RequestStatus.SENT)
    sent = world.add_request("two", "buyer", status=RequestStatus.SENT)
    buyer, supplier = world.client("buyer"), world.client("two")
    data = {"why": "no_capacity", "text": "Vuelva el año próximo"}
    assert posted(buyer, f"{EVENT}/solicitudes/{declined}/rechazar", data).status_code == 303
    said = world.client("one").get(f"{EVENT}/solicitudes?ver=enviadas").text
    assert "Motivo: No tenemos tiempo disponible" in said
    assert "Vuelva el año próximo" in said
    mine = f"{EVENT}/solicitudes?ver=enviadas"
    assert posted(supplier, f"{EVENT}/solicitudes/{sent}/importancia", {"preference": "must"}, mine).status_code == 303
    assert "Para usted: Indispensable" in supplier.get(mine).text
    assert posted(supplier, f"{EVENT}/solicitudes/{sent}/retirar", {}, mine).status_code == 303
    assert "Pedir de nuevo" in supplier.get(mine).text
    assert world.statuses() == [("one-buyer", "declined"), ("two-buyer", "withdrawn")]
    again = posted(supplier, f"{EVENT}/buscar/{world.ids['buyer']}", {"preference": "want"})
    assert again.status_code == 303
    assert world.statuses() == [("one-buyer", "declined"), ("two-buyer", "sent")]


def test_what_nobody_answered_is_said_on_the_page_for_some_days(world: World) -> None:
    for key, days in (("one", 2), ("two", 9)):
        world.add_request("buyer", key, status=RequestStatus.EXPIRED, expires_at=NOW - timedelta(days=days))
    page = world.client("buyer").get(f"{EVENT}/solicitudes").text
    assert "1 solicitud suya se cerró sin respuesta" in page
    sent = world.client("buyer").get(f"{EVENT}/solicitudes?ver=enviadas").text
    assert ("se cerró sin respuesta" in sent, sent.count("No hubo respuesta a tiempo")) == (False, 2)
    assert "se cerró sin respuesta" not in world.client("one").get(f"{EVENT}/solicitudes").text


def test_asking_back_is_an_agreement(world: World) -> None:
    world.add_request("one", "buyer", status=RequestStatus.SENT)
    buyer = world.client("buyer")
    path = f"{EVENT}/buscar/{world.ids['one']}"
    assert "Si usted también la pide, queda acordada" in buyer.get(path).text
    assert posted(buyer, path, {"preference": "want"}).status_code == 303
    assert world.statuses() == [("buyer-one", "accepted"), ("one-buyer", "accepted")]


def test_a_full_quota_is_said_next_to_the_form_and_in_the_list(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        event = world.get("buyer").event
        for _ in range(2):
            make.request(world.get("one"), make.registration(event, Side.BUYER), status=RequestStatus.SENT)
    client = world.client("one")
    assert "Ya usó todas sus solicitudes" in client.get(f"{EVENT}/buscar").text
    answer = posted(client, f"{EVENT}/buscar/{world.ids['buyer']}", {"preference": "want", "message": "Nota"})
    assert answer.status_code == 422
    assert "Ya tiene 2 solicitudes abiertas, el máximo" in answer.text
    assert "Nota</textarea>" in answer.text


@pytest.mark.parametrize("days", [-30, 30])
def test_outside_the_dates_nothing_can_be_asked_or_answered(world: World, days: int) -> None:
    request_id = world.add_request("one", "buyer", status=RequestStatus.SENT)
    client = world.client("buyer")
    hidden = hidden_fields(client.get(f"{EVENT}/solicitudes").text)
    with world.app.app_context(), unit_of_work():
        event = world.get("buyer").event
        event.requests_open_at = NOW + timedelta(days=days)
        event.requests_close_at = event.requests_open_at + timedelta(days=10)
    assert "Aceptar" not in client.get(f"{EVENT}/solicitudes").text
    assert "Pedir reunión" not in client.get(f"{EVENT}/buscar").text
    assert client.post(f"{EVENT}/solicitudes/{request_id}/aceptar", data=hidden).status_code == 409
    data = {**hidden, "preference": "want", "message": ""}
    assert client.post(f"{EVENT}/buscar/{world.ids['two']}", data=data).status_code == 422
    assert world.statuses() == [("one-buyer", "sent")]


def test_what_is_not_ones_own_is_absent(world: World) -> None:
    between_others = world.add_request("two", "buyer", status=RequestStatus.SENT)
    own = world.add_request("one", "buyer", status=RequestStatus.SENT)
    apart = world.exclude("one", "buyer")
    client = world.client("one")
    hidden = hidden_fields(client.get(f"{EVENT}/solicitudes").text or "")
    token = {**hidden, "preference": "want", "why": "other"}
    if "csrf_token" not in token:
        token |= hidden_fields(client.get(f"{EVENT}/registro").text)
    for request_id in (between_others, world.foreign_request, own, uuid4()):
        for verb in ("aceptar", "rechazar", "retirar", "importancia"):
            assert client.post(f"{EVENT}/solicitudes/{request_id}/{verb}", data=token).status_code == 404
    for registration in (world.ids["buyer"], world.ids["two"], world.ids["strange"], world.ids["one"], uuid4()):
        assert client.post(f"{EVENT}/buscar/{registration}", data=token).status_code == 404
    assert str(world.ids["buyer"]) not in client.get(f"{EVENT}/buscar").text
    manager = world.client("manager")
    token = hidden_fields(manager.get(f"{DESK}/ajustes").text)
    foreign = [
        f"/o/ajeno/solicitudes/{world.foreign_request}",
        f"{DESK}/solicitudes/{world.foreign_request}",
        f"/o/ajeno/solicitudes/exclusiones/{apart}/quitar",
        f"{DESK}/solicitudes/exclusiones/{uuid4()}/quitar",
    ]
    assert [manager.post(path, data=token).status_code for path in foreign] == [404] * 4


def test_the_sender_does_not_answer_and_the_recipient_does_not_withdraw(world: World) -> None:
    request_id = world.add_request("one", "buyer", status=RequestStatus.SENT)
    sender, recipient = world.client("one"), world.client("buyer")
    token = hidden_fields(sender.get(f"{EVENT}/solicitudes?ver=enviadas").text)
    assert sender.post(f"{EVENT}/solicitudes/{request_id}/aceptar", data=token).status_code == 403
    token = hidden_fields(recipient.get(f"{EVENT}/solicitudes").text)
    assert recipient.post(f"{EVENT}/solicitudes/{request_id}/retirar", data=token).status_code == 403
    assert world.statuses() == [("one-buyer", "sent")]


def test_before_approval_there_is_nobody_to_find(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        world.get("one").status = RegistrationStatus.SUBMITTED
    client = world.client("one")
    for path in ("buscar", "solicitudes"):
        page = client.get(f"{EVENT}/{path}").text
        assert "Primero hay que aprobar su registro" in page
        assert "Nordwind" not in page
    assert client.get(f"{EVENT}/buscar/{world.ids['buyer']}").status_code == 404


def test_filters_bear_anything(world: World) -> None:
    world.add_request("one", "buyer", status=RequestStatus.SENT)
    client, manager = world.client("buyer"), world.client("manager")
    for value in HOSTILE:
        for name in ("q", "proceso", "estado", "relacion", "page", "per_page", "ver"):
            for path in (f"{EVENT}/buscar", f"{EVENT}/solicitudes"):
                answer = client.get(path, query_string={name: value})
                assert answer.status_code == 200
                assert "<script>alert" not in answer.text
        for name in ("q", "estado", "importancia", "pide", "sobre", "por", "page"):
            for path in (f"{DESK}/solicitudes", f"{DESK}/bitacora", f"{DESK}/solicitudes/pocas"):
                assert manager.get(path, query_string={name: value}).status_code == 200
    assert "Hules Ñandú" in client.get(f"{EVENT}/buscar?q=nandu").text
    assert "Galvánicos" not in client.get(f"{EVENT}/buscar?q=nandu").text
    assert "Ninguna empresa coincide" in client.get(f"{EVENT}/buscar?q=nada").text
    assert "Nada coincide con estos filtros" in manager.get(f"{DESK}/solicitudes?estado=declined").text


@pytest.mark.parametrize("field", ["preference", "message", "why", "text", "action", "reason", "one", "other"])
def test_no_value_in_any_field_is_our_fault(world: World, field: str) -> None:
    request_id = world.add_request("two", "buyer", status=RequestStatus.SENT)
    forms = {
        "buyer": [
            (f"{EVENT}/buscar/{world.ids['one']}", {"preference": "want", "message": ""}),
            (f"{EVENT}/solicitudes/{request_id}/rechazar", {"why": "other", "text": ""}),
            (f"{EVENT}/solicitudes/{request_id}/importancia", {"preference": "want"}),
        ],
        "manager": [
            (f"{DESK}/solicitudes/{request_id}", {"action": "accept", "why": "other", "reason": "Porque"}),
            (f"{DESK}/solicitudes/nueva", {"one": "", "other": "", "preference": "want", "reason": "Porque"}),
            (f"{DESK}/solicitudes/exclusiones", {"one": "", "other": "", "reason": "competitor"}),
        ],
    }
    for person, pages in forms.items():
        client = world.client(person)
        hidden = hidden_fields(client.get(pages[0][0]).text)
        for path, valid in pages:
            for value in HOSTILE if field in valid else ():
                answer = client.post(path, data={**hidden, **valid, field: value, "form_key": secrets.token_hex(8)})
                assert answer.status_code in {303, 403, 422}, (path, field, value[:40])
                assert "<script>alert" not in answer.text


def test_an_organizer_asks_and_answers_for_companies_and_it_is_logged(world: World) -> None:
    client = world.client("manager")
    new = f"{DESK}/solicitudes/nueva"
    ask = {"one": "galvanicos lerma", "other": "Nordwind <b>", "preference": "must", "reason": "Por teléfono"}
    without = posted(client, new, {**ask, "reason": "", "other": "Nadie"})
    assert (without.status_code, "Complete este dato" in without.text) == (422, True)
    unknown = posted(client, new, {**ask, "other": "Nadie"})
    assert "No hay una empresa aprobada con este nombre o folio" in unknown.text
    assert posted(client, new, ask).status_code == 303
    assert world.statuses() == [("one-buyer", "accepted")]
    page = f"{DESK}/solicitudes/{one_request(world)}"
    assert "Retirar por la empresa que la pidió" in client.get(page).text
    answer = {"action": "decline", "why": "competitor", "reason": "Lo pidió el comprador"}
    assert posted(client, page, answer).status_code == 303
    assert posted(client, page, {**answer, "action": "accept"}).status_code == 303
    assert world.statuses() == [("one-buyer", "accepted")]
    history = client.get(page).text
    assert "en nombre de Nordwind &lt;b&gt;" in history
    log = world.client("manager").get(f"{DESK}/bitacora?por=empresa").text
    for words in ("Pidió una reunión", "Rechazó una solicitud", "Aceptó una solicitud", "Lo pidió el comprador"):
        assert words in log
    with world.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.on_behalf_of != "")) == 3


def test_a_reviewer_acts_for_the_own_companies_alone(world: World) -> None:
    client, new = world.client("reviewer"), f"{DESK}/solicitudes/nueva"
    asked = world.add_request("buyer", "two", status=RequestStatus.SENT)
    received = world.add_request("buyer", "one", status=RequestStatus.SENT)
    link = "Pedir en nombre de una empresa"
    assert (client.get(new).status_code, link in client.get(f"{DESK}/solicitudes").text) == (404, False)
    with world.app.app_context(), unit_of_work():
        world.get("one").liaison_id = world.people["reviewer"]
    assert link in client.get(f"{DESK}/solicitudes").text
    page = client.get(new).text
    assert "Pida por las empresas de las que usted es responsable." in page
    own = re.findall(r'value="([^"]*)"', page.split('id="askers"')[1].split("</datalist>")[0])
    with world.app.app_context():
        assert own == [f"Galvánicos Lerma · {world.get('one').folio}"]
    ask = {"one": "Hules Ñandú", "other": "Nordwind <b>", "preference": "must", "reason": "Por teléfono"}
    foreign = posted(client, new, ask)
    assert (foreign.status_code, "Usted no es responsable de esta empresa" in foreign.text) == (422, True)
    answer = {"action": "accept", "why": "other", "reason": "Porque"}
    page = client.get(f"{DESK}/solicitudes/{asked}").text
    assert ("Usted no es responsable de la empresa" in page, 'name="reason"' in page) == (True, False)
    refused = posted(client, f"{DESK}/solicitudes/{asked}", answer)
    page = client.get(f"{DESK}/solicitudes/{received}").text
    assert ("Aceptar por la empresa" in page, "Retirar por la empresa" in page) == (True, False)
    assert posted(client, f"{DESK}/solicitudes/{received}", {**answer, "action": "withdraw"}).status_code == 422
    assert posted(client, f"{DESK}/solicitudes/{received}", answer).status_code == 303
    assert refused.status_code == 422
    assert posted(client, new, {**ask, "one": "Galvánicos Lerma"}).status_code == 303
    assert world.statuses() == [("buyer-one", "accepted"), ("buyer-two", "sent"), ("one-buyer", "accepted")]


def test_exclusions_are_added_and_lifted_by_managers(world: World) -> None:
    client, path = world.client("manager"), f"{DESK}/solicitudes/exclusiones"
    pair = {"one": "Galvánicos Lerma", "other": "Nordwind <b>", "reason": "same_group"}
    assert posted(client, path, pair).status_code == 303
    assert "Son del mismo grupo" in client.get(path).text
    found = world.client("one").get(f"{EVENT}/buscar").text
    assert ("El organizador las separó" in found, str(world.ids["buyer"]) in found) == (True, False)
    assert "ya están excluidas" in posted(client, path, pair).text
    with world.app.app_context():
        exclusion_id = db.session.scalars(select(Exclusion.id)).one()
    assert posted(client, f"{path}/{exclusion_id}/quitar", {}, path).status_code == 303
    assert "Nadie está excluido" in client.get(path).text
    assert world.client("reviewer").get(path).status_code == 404


def test_an_organizer_separates_from_the_company_and_from_the_request(world: World) -> None:
    manager, registration = world.client("manager"), f"{DESK}/empresas/{world.ids['buyer']}"
    assert "Puede reunirse con todas." in manager.get(registration).text
    assert "Separar" not in world.client("reviewer").get(registration).text
    with world.app.app_context(), unit_of_work():
        for key in ("buyer", "one"):
            world.get(key).company.group_name = "Grupo Norte"
    assert "Del mismo grupo. Todavía pueden reunirse." in manager.get(registration).text
    pair = f"{registration}/separar/{world.ids['one']}"
    assert posted(manager, pair, {"reason": "nada"}, registration).location == registration
    assert "Elija un motivo de la lista." in manager.get(registration).text
    assert posted(manager, pair, {"reason": "same_group"}, registration).location == registration
    page = manager.get(registration).text
    assert ("Son del mismo grupo" in page, "Todavía pueden" in page) == (True, False)
    with world.app.app_context():
        found = db.session.scalars(select(Exclusion)).one()
        assert {found.a_id, found.b_id} == {world.ids["buyer"], world.ids["one"]}
    lift = f"{DESK}/solicitudes/exclusiones/{found.id}/quitar"
    assert posted(manager, f"{lift}?empresa={world.ids['buyer']}", page=registration).location == registration

    asked = f"{DESK}/solicitudes/{world.add_request('two', 'buyer', status=RequestStatus.SENT)}"
    assert "Separar a estas empresas" in manager.get(asked).text
    assert "Separar a estas empresas" not in world.client("reviewer").get(asked).text
    assert posted(world.client("reviewer"), f"{asked}/separar", {"reason": "competitor"}, asked).status_code == 404
    assert posted(manager, f"{asked}/separar", {"reason": "competitor"}, asked).location == asked
    assert "Son competencia" in manager.get(registration).text
    alone = f"{registration}/separar/{world.ids['strange']}"
    assert posted(manager, alone, {"reason": "competitor"}, registration).status_code == 404
    named = manager.get(f"{DESK}/solicitudes/exclusiones?empresa={world.ids['buyer']}").text
    assert 'value="Nordwind &lt;b&gt; · ' in named


def test_a_company_reads_whom_it_cannot_ask_and_why(world: World) -> None:
    buyer, supplier = world.client("buyer"), world.client("one")
    with world.app.app_context(), unit_of_work():
        for key in ("buyer", "one"):
            world.get(key).company.group_name = "Grupo Norte"
    find, no = f"{EVENT}/buscar", f"{EVENT}/buscar/{world.ids['one']}/marca"
    card = f"{EVENT}/empresas/{world.ids['one']}"
    for path in (find, card):
        page = buyer.get(path).text
        assert ("Del mismo grupo que su empresa" in page, "No reunirme" in page) == (True, True)
        assert '<option value="same_group" selected>' in page
    assert (
        posted(buyer, no, {"preference": "no", "why": "same_group"}, find).location == f"{EVENT}/solicitudes?ver=marcas"
    )
    assert "Motivo: Es de nuestro grupo" in buyer.get(f"{EVENT}/solicitudes?ver=marcas").text
    mark = posted(buyer, f"{EVENT}/buscar/{world.ids['two']}/marca", {"preference": "open"}, find)
    assert mark.location == f"{EVENT}/solicitudes?ver=marcas"
    world.exclude("buyer", "two")
    page = buyer.get(find).text
    assert "2 empresas que no puede pedir" in page
    assert "Usted marcó que no quiere reunirse: es de nuestro grupo" in page
    assert "El organizador las separó: son competencia" in page
    other = supplier.get(find).text
    assert ("Nordwind" in other, "no puede pedir" in other) == (False, False)
    assert buyer.get(card).status_code == 404


def test_observers_see_no_requests(world: World) -> None:
    client = world.client("observer")
    assert [client.get(f"{DESK}/{path}").status_code for path in ("solicitudes", "solicitudes/pocas", "bitacora")] == [
        404
    ] * 3


def test_pages_ask_the_database_as_often_for_many_rows_as_for_one(world: World) -> None:
    world.add_request("one", "buyer", status=RequestStatus.ACCEPTED)
    world.add_request("two", "buyer", status=RequestStatus.SENT)
    world.exclude("one", "two")
    buyer, manager = world.client("buyer"), world.client("manager")
    app = SimpleNamespace(app=world.app)
    pages = [
        (buyer, f"{EVENT}/buscar"),
        (buyer, f"{EVENT}/solicitudes"),
        (buyer, f"{EVENT}/solicitudes?ver=respondidas"),
        (buyer, f"{EVENT}/solicitudes?ver=enviadas"),
        (buyer, f"{EVENT}/solicitudes?ver=marcas"),
    ]
    pages += [
        (manager, f"{DESK}/{path}")
        for path in ("solicitudes", "solicitudes/pocas", "solicitudes/exclusiones", "bitacora")
    ]

    def counts() -> list[int]:
        return [len(queries(app, lambda client=client, path=path: client.get(path))) for client, path in pages]  # type: ignore[arg-type, misc]

    before = counts()
    with world.app.app_context(), unit_of_work():
        event = db.session.scalars(select(Event).where(Event.code == "bajio")).one()
        for status in (RequestStatus.SENT, RequestStatus.ACCEPTED, RequestStatus.ACCEPTED):
            supplier = make.registration(event)
            make.request(supplier, world.get("buyer"), status=status)
            a, b = ordered(supplier.id, world.ids["one"])
            db.session.add(Exclusion(event_id=event.id, a_id=a, b_id=b, reason="competitor", created_at=NOW))
    assert counts() == before
