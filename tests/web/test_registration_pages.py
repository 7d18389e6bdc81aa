"""The registration of a company through the web client: the whole way, drafts, errors, two people, strangers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Account, Company, Delegate, OutboxMessage, Registration
from eventsapp.services import registrations
from tests import hostile, make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.statements import counted

Status = RegistrationStatus
COMPANY = {
    "name": "Galvánicos Lerma",
    "legal_name": "Galvánicos Lerma S.A. de C.V.",
    "country": "MX",
    "tax_id": "xaxx010101000",
    "state": "Guanajuato",
    "city": "León",
    "website": "galvanicos.example.com",
    "cluster_codes": ["GTO-AUT"],
}
PERSON = {"name": "Ana Ríos", "job_title": "Ventas", "email": "ana@empresa.com", "phone": "477 123 4567"}


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@dataclass
class Place:
    """An event, and a client who works on its registration there."""

    app: Flask
    client: FlaskClient
    code: str
    account: Account

    def path(self, step: str = "") -> str:
        return f"/e/{self.code}/registro" + (f"/{step}" if step else "")

    def seen(self, path: str) -> str:
        found = re.search(r'name="seen"[^>]*value="([^"]*)"', self.client.get(path).text)
        return found.group(1) if found else ""

    def send(self, step: str, data: dict[str, Any] | None = None, **kwargs: Any) -> Any:
        path = self.path(step)
        return self.client.submit(path, {"seen": self.seen(path), **(data or {})}, **kwargs)

    def begin(self, side: Side = Side.SUPPLIER) -> None:
        answer = self.client.submit(self.path(), {"side": side.value, "company": "new", "name": "Galvánicos Lerma"})
        assert answer.location == self.path("empresa")

    def person_page(self) -> str:
        ids = re.findall(r"delegados/([0-9a-f-]{36})\"", self.client.get(self.path("delegados")).text)
        return f"delegados/{ids[0]}"

    def slot_ids(self, desk: int = 1) -> list[str]:
        return re.findall(rf'name="desk_{desk}" value="([^"]+)"', self.client.get(self.path("disponibilidad")).text)

    def complete(self) -> None:
        assert self.send("empresa", COMPANY).location == self.path("delegados")
        self.send(self.person_page(), PERSON)
        self.send("delegados")
        self.send("procesos", {"terms": ["ALL-020", "ALL-090"], "offer": "Zincado"})
        assert self.send("disponibilidad", {"desk_1": self.slot_ids()}).location == self.path("revisar")


def place(app: Flask, **values: Any) -> Place:
    with app.app_context():
        event, account = make.event(**values), make.account(email="ana@empresa.com", name="Ana Ríos")
        db.session.commit()
        code = event.code
        db.session.refresh(account)
        db.session.expunge(account)
    return Place(app, make.client(app, account), code, account)


def only(app: Flask) -> Registration:
    """The only registration, whole and detached."""
    with app.app_context():
        found = registrations.find_whole(db.session.scalars(select(Registration.id)).one())
        assert found is not None
        db.session.expunge_all()
    return found


# The whole way ---------------------------------------------------------------------------------------------------


def test_from_start_to_folio(app: Flask) -> None:
    at = place(app)
    at.begin()
    assert at.client.get(at.path()).text.count("No iniciada") == 3
    at.complete()
    review = at.client.get(at.path("revisar")).text
    for words in (
        "Galvánicos Lerma S.A. de C.V.",
        "XAXX010101000",
        "+52 477 123 4567",
        "Maquinado CNC",
        "todas las rondas",
    ):
        assert words in review
    assert 'value="directory" checked' not in review
    sent = at.client.submit(at.path("revisar"), {"consents": ["directory", "nonsense"]})
    assert sent.location == at.path("enviado")
    assert "Folio 0001" in at.client.get(sent.location).text
    registration = only(app)
    assert (registration.status, registration.submitted_at, registration.consents) == (
        Status.SUBMITTED,
        NOW,
        ["directory"],
    )
    assert (registration.company.tax_id, registration.company.website) == (
        "XAXX010101000",
        "https://galvanicos.example.com",
    )
    assert registration.terms == ["ALL-020", "ALL-090"]
    assert "revisando su registro" in at.client.get("/mis-eventos").text


def test_second_clicks_change_nothing(app: Flask) -> None:
    at = place(app)
    hidden = hidden_fields(at.client.get(at.path()).text)
    data = {**hidden, "side": "supplier", "company": "new", "name": "Galvánicos Lerma"}
    assert [at.client.post(at.path(), data=data).location for _ in range(3)] == [at.path("empresa")] * 3
    at.begin()  # and another form of the same person
    at.complete()
    hidden = hidden_fields(at.client.get(at.path("revisar")).text)
    answers = [at.client.post(at.path("revisar"), data=hidden).location for _ in range(2)]
    assert answers == [at.path("enviado")] * 2
    with app.app_context():
        tables = (Company, Registration, Delegate, OutboxMessage)
        assert [db.session.scalar(select(func.count()).select_from(table)) for table in tables] == [1, 1, 1, 1]


def test_a_buyer_has_desks(app: Flask) -> None:
    at = place(app)
    at.begin(Side.BUYER)
    at.send("empresa", COMPANY)
    at.send(at.person_page(), PERSON)
    at.send("delegados/nueva", {**PERSON, "name": "Luis Peña", "email": "luis@empresa.com"})
    page = at.client.get(at.path("delegados")).text
    choices = re.findall(r'name="desks-0-people" value="([^"]+)"[^>]*><span>([^<]+)', page)
    ana, luis = (next(id_ for id_, words in choices if words == name) for name in ("Ana Ríos", "Luis Peña"))
    more = at.send("delegados", {"desks-0-name": "Metales", "desks-0-people": [ana], "add_desk": "1"})
    assert more.status_code == 200
    assert 'value="Metales"' in more.text
    assert "Equipo 2" in more.text
    two = {"desks-0-name": "Metales", "desks-0-people": [ana], "desks-1-name": "Plásticos"}
    empty = at.send("delegados", two)
    assert empty.status_code == 422
    assert empty.text.count("Elija quién forma cada equipo") == 2
    assert at.send("delegados", {**two, "desks-1-people": [luis, str(uuid4())]}).location == at.path("procesos")
    registration = only(app)
    assert [(desk.name, [seat.delegate.name for seat in desk.seats]) for desk in registration.desks] == [
        ("Metales", ["Ana Ríos"]),
        ("Plásticos", ["Luis Peña"]),
    ]
    slots = at.slot_ids(1)
    at.send("disponibilidad", {"desk_1": slots, "desk_2": slots[:3]})
    assert [len(desk.absences) for desk in only(app).desks] == [0, 1]


def test_a_second_person_of_the_company_sees_the_same_registration(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    at.send("delegados/nueva", {**PERSON, "name": "Luis Peña", "email": "luis@empresa.com"})
    with sqlite_app.app_context():
        luis = make.account(email="luis@empresa.com")
        db.session.execute(Delegate.__table__.update().where(Delegate.email == luis.email).values(account_id=luis.id))
        db.session.commit()
        db.session.refresh(luis)
        db.session.expunge(luis)
    assert "Galvánicos Lerma" in make.client(sqlite_app, luis).get(at.path()).text


# Drafts and errors -----------------------------------------------------------------------------------------------


def test_save_and_leave_keeps_an_incomplete_step(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    answer = at.send("empresa", {"name": "Galvánicos", "country": "MX", "city": "León", "save_exit": "1"})
    assert answer.location == at.path()
    page = at.client.get(at.path()).text
    assert "Borrador guardado a las 10:00" in page
    assert "En curso" in page
    registration = only(sqlite_app)
    assert (registration.company.city, registration.steps_done) == ("León", [])
    assert at.client.get(at.path("revisar")).text.count("Su empresa") >= 2
    assert at.client.submit(at.path("revisar"), page=at.path("empresa")).status_code in {303, 409}
    assert only(sqlite_app).status is Status.DRAFT


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tax_id": "ABC"}, "Escriba el RFC con 12 o 13 caracteres"),
        ({"tax_id": ""}, "Escriba el RFC con 12 o 13 caracteres"),
        ({"tax_id": "ABCD991399XXX"}, "Este RFC no existe"),
        ({"state": ""}, "Elija un estado de la lista"),
        ({"state": "Bavaria"}, "Elija un estado de la lista"),
        ({"country": "ZZ"}, "Elija un país de la lista"),
        ({"city": ""}, "Complete este dato"),
        ({"name": ""}, "Complete este dato"),
        ({"website": "javascript:alert(1)"}, "Escriba una página"),
        ({"cluster_codes": ["X"]}, "Elija una opción de la lista"),
        ({"legal_name": "x" * 201}, "200 caracteres"),
    ],
)
def test_errors_of_the_company_step_keep_what_was_typed(sqlite_app: Flask, changes: dict[str, str], words: str) -> None:
    at = place(sqlite_app)
    at.begin()
    answer = at.send("empresa", {**COMPANY, **changes})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Hay un problema" in answer.text
    assert 'value="Galvánicos Lerma S.A. de C.V."' in answer.text or "legal_name" in changes
    assert only(sqlite_app).company.city == ""


def test_a_foreign_company_needs_no_rfc(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    abroad = {**COMPANY, "country": "DE", "tax_id": "", "state": "", "region": "Bayern", "city": "München"}
    assert at.send("empresa", abroad).status_code == 303
    company = only(sqlite_app).company
    assert (company.country, company.state, company.tax_id) == ("DE", "Bayern", "")
    assert 'value="Bayern"' in at.client.get(at.path("empresa")).text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Elija al menos un proceso"),
        ({"terms": ["NADA"]}, "Elija opciones de la lista"),
        ({"terms": [f"ALL-{n:03d}" for n in range(10, 120, 10)]}, "Elija a lo más 10"),
        ({"terms": ["ALL-020"], "offer": "x" * 1001}, "1000 caracteres"),
    ],
)
def test_errors_of_the_terms_step_keep_what_was_ticked(sqlite_app: Flask, data: dict[str, Any], words: str) -> None:
    at = place(sqlite_app)
    at.begin()
    answer = at.send("procesos", data)
    assert answer.status_code == 422
    assert words in answer.text
    ticked = set(re.findall(r'name="terms" value="([^"]+)" checked', answer.text))
    assert ticked == set(data.get("terms", [])) - {"NADA"}


def test_the_aside_says_what_a_choice_brings(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    with sqlite_app.app_context():
        event = db.session.scalars(select(Registration)).one().event
        make.registration(event, Side.BUYER, terms=["ALL-020"])
        db.session.commit()
    page = at.client.get(at.path("procesos") + "?terms=ALL-020&terms=ALL-030").text
    aside = page[page.index("data-payback") :]
    assert re.search(r'class="big-number">1<', aside)
    assert "comprador coincide con lo que usted eligió" in aside


def test_somebody_without_a_company_is_asked_for_its_name(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    answer = at.client.submit(at.path(), {"side": "supplier", "company": "new", "name": " "})
    assert answer.status_code == 422
    assert "Escriba el nombre de la empresa" in answer.text
    answer = at.client.submit(at.path(), {"side": "judge", "company": "new", "name": "X"})
    assert "Elija cómo participa su empresa" in answer.text


def test_a_known_company_is_offered_and_taken(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    with sqlite_app.app_context():
        first = db.session.scalars(select(Registration)).one()
        second = make.event(first.event.organization)
        db.session.commit()
        company_id, code = str(first.company_id), second.code
    there = replace(at, code=code)
    assert company_id in there.client.get(there.path()).text
    answer = there.client.submit(there.path(), {"side": "buyer", "company": company_id})
    assert answer.location == there.path("empresa")
    with sqlite_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Company)) == 1


# Two people ------------------------------------------------------------------------------------------------------


def test_two_people_at_one_form_see_both_values(app: Flask) -> None:
    at = place(app)
    at.begin()
    old = at.seen(at.path("empresa"))
    at.send("empresa", COMPANY)
    mine = {**COMPANY, "city": "Celaya", "seen": old}
    answer = at.client.submit(at.path("empresa"), mine)
    assert answer.status_code == 409
    assert "Otra persona de su empresa guardó cambios" in answer.text
    assert 'value="Celaya"' in answer.text
    assert "<dd>León</dd>" in answer.text
    assert only(app).company.city == "León"
    renewed = re.search(r'name="seen"[^>]*value="([^"]*)"', answer.text)
    assert renewed is not None
    assert at.client.submit(at.path("empresa"), {**mine, "seen": renewed.group(1)}).status_code == 303
    assert only(app).company.city == "Celaya"


def test_two_people_at_terms_rounds_and_people(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    at.complete()
    slots = at.slot_ids()
    for step, first, second, theirs in (
        ("procesos", {"terms": ["ALL-030"]}, {"terms": ["ALL-040"]}, "<dt>Procesos</dt><dd>"),
        ("disponibilidad", {"desk_1": slots[:2]}, {"desk_1": slots[3:]}, ": 2 rondas (09:00, 09:25)</dd>"),
        (at.person_page(), {**PERSON, "job_title": "Compras"}, {**PERSON, "job_title": "Calidad"}, "<dd>Compras</dd>"),
        (
            "empresa",
            {**COMPANY, "cluster_codes": ["GTO-AER"], "country": "DE"},
            {**COMPANY, "city": "Celaya"},
            "<dd>Clúster Aeroespacial del Bajío</dd>",
        ),
    ):
        old = at.seen(at.path(step))
        assert at.send(step, first).status_code == 303
        answer = at.client.submit(at.path(step), {**second, "seen": old})
        assert answer.status_code == 409, step
        assert "Otra persona de su empresa guardó cambios" in answer.text
        assert theirs in answer.text, step
    assert "<dd>Alemania</dd>" in answer.text


# What may be changed when ----------------------------------------------------------------------------------------


def decide(app: Flask, status: Status, **values: Any) -> None:
    with app.app_context():
        registration = db.session.scalars(select(Registration)).one()
        registration.status = status
        for name, value in values.items():
            setattr(registration, name, value)
        db.session.commit()


def test_what_was_sent_is_read_only(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    at.complete()
    person = at.person_page()
    at.client.submit(at.path("revisar"))
    for step in ("empresa", "delegados", "procesos", "disponibilidad", person, "delegados/nueva"):
        page = at.client.get(at.path(step))
        assert page.status_code == 200
        assert "ya no se puede cambiar" in page.text
        refused = at.client.submit(at.path(step), {**COMPANY, **PERSON, "terms": ["ALL-030"]}, page="/cuenta")
        assert refused.status_code in {303, 409, 422}
    assert only(sqlite_app).terms == ["ALL-020", "ALL-090"]
    assert at.client.get(at.path("revisar")).location == at.path()


def test_an_approved_company_changes_people_and_rounds_until_requests_close(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    at.complete()
    decide(sqlite_app, Status.APPROVED)
    page = at.client.get(at.path()).text
    assert "Puede cambiar a las personas y su disponibilidad" in page
    assert page.count(">Cambiar<") == 2
    assert at.send("disponibilidad", {"desk_1": at.slot_ids()[:2]}).location == at.path()
    assert len(only(sqlite_app).desks[0].absences) == 1
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        later = make.client(sqlite_app, at.account)
        assert "ya no se puede cambiar" in later.get(at.path("disponibilidad")).text


def test_changes_asked_for_are_shown_made_and_sent_again(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    at.complete()
    at.client.submit(at.path("revisar"))
    decide(sqlite_app, Status.CHANGES_REQUESTED, decision_reason="Falta <b>su</b> RFC")
    page = at.client.get(at.path()).text
    assert "Falta &lt;b&gt;su&lt;/b&gt; RFC" in page
    assert "pide cambios" in at.client.get("/mis-eventos").text
    assert at.send("empresa", {**COMPANY, "city": "Silao"}).status_code == 303
    assert at.client.submit(at.path("revisar")).location == at.path("enviado")
    assert (only(sqlite_app).status, only(sqlite_app).decision_reason) == (Status.SUBMITTED, "")


def test_withdraw_and_come_back(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    at.complete()
    assert at.client.submit(at.path("retirar"), page=at.path()).location == at.path()
    assert "Usted retiró este registro" in at.client.get(at.path()).text
    assert at.client.submit(at.path("retomar"), page=at.path()).location == at.path()
    assert only(sqlite_app).status is Status.DRAFT


def test_before_and_after_registration_there_is_no_form(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    for days, words in ((-60, "El registro abre el"), (60, "El registro cerró el")):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            client = make.client(sqlite_app, at.account)
            page = client.get(at.path())
            assert words in page.text
            assert '<form method="post" novalidate' not in page.text
            answer = client.submit(at.path(), {"side": "buyer", "company": "new", "name": "X"}, page="/cuenta")
            assert answer.status_code == 422
    with sqlite_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Registration)) == 0


# Strangers -------------------------------------------------------------------------------------------------------


def test_the_registrations_of_others_do_not_exist(app: Flask) -> None:
    at = place(app)
    at.begin()
    with app.app_context():
        mine = db.session.scalars(select(Registration)).one()
        other = make.registration(mine.event)
        foreign_person = other.delegates[0].id
        stranger = make.account()
        db.session.commit()
        db.session.refresh(stranger)
        db.session.expunge(stranger)
    ana = UUID(at.person_page().removeprefix("delegados/"))
    outsider = make.client(app, stranger)
    for step in ("empresa", "delegados", "procesos", "revisar", "enviado", f"delegados/{ana}", "nada"):
        assert outsider.get(at.path(step)).status_code == 404
    for path in (f"delegados/{foreign_person}", f"delegados/{uuid4()}", "nada"):
        assert at.client.get(at.path(path)).status_code == 404
    for path in (f"delegados/{foreign_person}/quitar", f"delegados/{foreign_person}/asiste", "retirar"):
        client = outsider if path == "retirar" else at.client
        assert client.submit(at.path(path), page="/cuenta").status_code == 404
    visitor = make.client(app)
    assert visitor.get(at.path("empresa")).location == f"/entrar?next=/e/{at.code}/registro/empresa"
    assert visitor.get(at.path()).location == f"/entrar?next=/e/{at.code}/registro"


def test_hostile_text_in_every_field(app: Flask) -> None:
    at = place(app)
    at.begin()
    client = hostile.sender(app, at.account)
    person = at.person_page()
    forms = [
        (client, at.path("empresa"), {**COMPANY, "region": "", "seen": "", "save_exit": ""}),
        (client, at.path("delegados/nueva"), {**PERSON, "email": "luis@empresa.com", "seen": ""}),
        (client, at.path(person), {**PERSON, "seen": ""}),
        (client, at.path("delegados"), {"seen": "", "desks-0-people": "", "save_exit": ""}),
        (client, at.path("procesos"), {"terms": "ALL-020", "offer": "", "seen": ""}),
        (client, at.path("disponibilidad"), {"desk_1": "", "seen": ""}),
        (client, at.path("revisar"), {"consents": "directory"}),
        (client, at.path("retirar"), {}),
        (client, at.path("retomar"), {}),
        (client, at.path(), {"side": "buyer", "company": "new", "name": "X"}),
    ]
    assert hostile.faults(app, forms) == []
    for text in hostile.TEXTS:
        for path in (at.path("procesos"), f"/e/{at.code}/directorio", "/mis-eventos"):
            query = {"terms": text, "q": text, "proceso": text, "page": text, "per_page": text, "volver": text}
            assert client.get(path, query_string=query).status_code == 200


# Size ------------------------------------------------------------------------------------------------------------


def test_my_events_takes_the_same_statements_for_one_and_three(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    counts = []
    for more in (0, 2):
        with sqlite_app.app_context():
            account = db.session.merge(at.account)
            for _ in range(more):
                registration = make.registration(make.event())
                make.delegate(registration.company, account=account, email=account.email)
            db.session.commit()
        with counted(sqlite_app) as statements:
            at.client.get("/mis-eventos")
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_the_people_page_takes_the_same_statements_for_one_and_three(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    counts = []
    for more in ((), ("luis", "eva")):
        for name in more:
            at.send("delegados/nueva", {**PERSON, "name": name, "email": f"{name}@empresa.com"})
        with counted(sqlite_app) as statements:
            at.client.get(at.path("delegados"))
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_an_approved_company_without_telephones_may_still_change_its_desks(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin(Side.BUYER)
    decide(sqlite_app, Status.APPROVED)
    page = at.client.get(at.path("delegados")).text
    assert "Borrador" not in page
    assert "Paso 2 de 4" not in page
    [ana] = re.findall(r'name="desks-0-people" value="([^"]+)"', page)
    answer = at.send("delegados", {"desks-0-name": "Compras", "desks-0-people": [ana]})
    assert answer.location == at.path()
    assert only(sqlite_app).desks[0].name == "Compras"


def test_a_delegate_reads_but_neither_sends_withdraws_nor_starts_anew(sqlite_app: Flask) -> None:
    at = place(sqlite_app)
    at.begin()
    at.complete()
    assert "Revisar y enviar" in at.client.get(at.path()).text
    with sqlite_app.app_context(), unit_of_work():
        company = db.session.scalars(select(Company)).one()
        eva = make.account(email="eva@empresa.com")
        make.delegate(company, account=eva, is_company_admin=False)
        later = make.event(company.organization).code
        client = make.client(sqlite_app, eva)
    page = client.get(at.path()).text
    assert [words in page for words in ("Está completo.", "Revisar y enviar", "Retirar registro")] == [
        True,
        False,
        False,
    ]
    assert [client.get(at.path(step)).status_code for step in ("revisar", "enviado")] == [404, 404]
    decide(sqlite_app, Status.WITHDRAWN)
    assert "Volver a participar" not in client.get(at.path()).text
    assert "Volver a participar" in at.client.get(at.path()).text
    offered = ["Galvánicos Lerma" in one.get(f"/e/{later}/registro").text for one in (client, at.client)]
    assert offered == [False, True]
