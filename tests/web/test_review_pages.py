"""The organizer's review through the web client: the list, one registration, decisions, and who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Role, Side
from eventsapp.models import Account, OutboxMessage, Registration
from tests import hostile, make
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.statements import counted

Status = RegistrationStatus


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@dataclass
class Desk:
    """An organizer at an event with one registration that waits."""

    app: Flask
    client: FlaskClient
    organizer: Account
    code: str
    waiting: UUID
    foreign: UUID

    @property
    def list(self) -> str:
        return f"/o/{self.code}/empresas"

    @property
    def one(self) -> str:
        return f"{self.list}/{self.waiting}"

    def status(self) -> Status:
        with self.app.app_context():
            return db.session.get_one(Registration, self.waiting).status

    def mails(self) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(select(OutboxMessage.kind).order_by(OutboxMessage.created_at)))


def desk(app: Flask, role: Role = Role.REVIEWER) -> Desk:
    with app.app_context():
        event = make.event()
        company = make.company(event.organization, name="Galvánicos Lerma", city="León")
        waiting = make.registration(event, company=company, status=Status.SUBMITTED, submitted_at=NOW, offer="Zincado")
        foreign = make.registration(make.event(), status=Status.SUBMITTED)
        organizer = make.organizer(event.organization, role)
        db.session.commit()
        found = event.code, waiting.id, foreign.id
        db.session.refresh(organizer)
        db.session.expunge(organizer)
    return Desk(app, make.client(app, organizer), organizer, *found)


def test_the_list_and_its_filters(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    with sqlite_app.app_context():
        event = db.session.get_one(Registration, at.waiting).event
        for number in range(30):
            make.registration(event, Side.BUYER, company=make.company(event.organization, name=f"Planta {number:02d}"))
        db.session.commit()
    page = at.client.get(at.list).text
    assert "1–25 de 31" in page
    assert re.search(r'Todas <span class="amount">31<', page)
    assert re.search(r'Por revisar <span class="amount">1<', page)
    assert re.search(r'Aprobado <span class="amount">30<', page)
    for query, names in (
        ("?estado=submitted", {"Galvánicos Lerma"}),
        ("?q=GALVANICOS%20leon", {"Galvánicos Lerma"}),
        ("?lado=buyer&sort=-name&per_page=50&page=1", {f"Planta {number:02d}" for number in range(30)}),
        ("?sort=name&page=2", {f"Planta {number:02d}" for number in range(24, 30)}),
        ("?page=99", None),
        ("?q=nada", set()),
    ):
        text = at.client.get(at.list + query).text
        shown = set(re.findall(r'<th scope="row"><a [^>]*>([^<]+?)</a> <small>', text))
        assert names is None or shown == names, query
    assert "Nada coincide con estos filtros" in at.client.get(at.list + "?q=nada").text


def test_one_registration_shows_all_answers_and_its_history(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    page = at.client.get(at.one).text
    for words in ("Galvánicos Lerma", "Zincado", "Maquinado CNC", "Delegada", "todas las rondas", "Por revisar"):
        assert words in page
    at.client.submit(f"{at.one}/aprobar", page=at.one)
    assert re.search(r"Aprobó el registro · Persona", at.client.get(at.one).text)


def test_approve_once(app: Flask) -> None:
    at = desk(app)
    hidden = hidden_fields(at.client.get(at.one).text)
    answers = [at.client.post(f"{at.one}/aprobar", data=hidden).location for _ in range(2)]
    assert answers == [at.one, at.one]
    assert (at.status(), at.mails()) == (Status.APPROVED, ["registration_approved"])
    again = at.client.submit(f"{at.one}/aprobar", page=at.list)
    assert again.status_code == 409
    assert at.mails() == ["registration_approved"]


def test_a_refusal_and_a_wish_need_words(app: Flask) -> None:
    at = desk(app)
    for act, field in (("rechazar", "reason"), ("cambios", "text")):
        empty = at.client.submit(f"{at.one}/{act}", {field: "  "}, page=at.one)
        assert empty.status_code == 422
        assert "Complete este dato" in empty.text
        long = at.client.submit(f"{at.one}/{act}", {field: "x" * 1001}, page=at.one)
        assert long.status_code == 422
        assert "x" * 1001 in long.text
    assert at.status() is Status.SUBMITTED
    at.client.submit(f"{at.one}/cambios", {"text": "Falta el RFC"}, page=at.one)
    assert at.status() is Status.CHANGES_REQUESTED
    assert "Falta el RFC" in at.client.get(at.one).text


def test_refuse_then_look_again(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    at.client.submit(f"{at.one}/rechazar", {"reason": "No es del sector"}, page=at.one)
    assert (at.status(), at.mails()) == (Status.REJECTED, ["registration_rejected"])
    at.client.submit(f"{at.one}/reabrir", page=at.one)
    assert at.status() is Status.SUBMITTED


def test_many_at_once(app: Flask) -> None:
    at = desk(app)
    data = {"ids": [str(at.waiting), str(at.foreign), str(uuid4()), "nada", ""]}
    answer = at.client.submit(f"{at.list}/aprobar", data, page=at.list)
    assert answer.location == f"{at.list}?estado=submitted"
    assert "Aprobó 1 registro" in at.client.get(answer.location).text
    assert at.status() is Status.APPROVED
    with app.app_context():
        assert db.session.get_one(Registration, at.foreign).status is Status.SUBMITTED


def test_from_one_that_waits_to_the_next(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    with sqlite_app.app_context():
        event = db.session.get_one(Registration, at.waiting).event
        later = make.registration(event, status=Status.SUBMITTED, submitted_at=NOW + timedelta(hours=1)).id
        db.session.commit()
    assert f'href="{at.list}/{later}" data-sheet><span>Siguiente por revisar' in at.client.get(at.one).text
    page = at.client.get(f"{at.list}/{later}").text
    assert "Anterior por revisar" in page
    assert "Siguiente por revisar" not in page


def test_cancel_a_participation(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    assert "Cancelar su participación" not in at.client.get(at.one).text
    at.client.submit(f"{at.one}/aprobar", page=at.one)
    empty = at.client.submit(f"{at.one}/cancelar", {"cancel_reason": " "}, page=at.one)
    assert empty.status_code == 422
    assert at.status() is Status.APPROVED
    at.client.submit(f"{at.one}/cancelar", {"cancel_reason": "No pagó su lugar"}, page=at.one)
    assert (at.status(), at.mails()) == (Status.WITHDRAWN, ["registration_approved", "registration_cancelled"])
    page = at.client.get(at.one).text
    assert re.search(r"Canceló la participación · Persona[^<]*<br><span class=.soft.>No pagó su lugar", page)


def test_the_limits_of_one_company(sqlite_app: Flask) -> None:
    at = desk(sqlite_app, Role.MANAGER)

    def limits(fewest: str, most: str, priority: str = "0") -> tuple[int, str]:
        fields = {"fewest": fewest, "most": most, "priority": priority}
        answer = at.client.submit(f"{at.one}/limites", fields, page=at.one)
        return answer.status_code, answer.text

    def stored() -> tuple[int, int | None, int]:
        with at.app.app_context():
            found = db.session.get_one(Registration, at.waiting)
            return found.min_meetings, found.max_meetings, found.priority

    assert "Límites de reuniones: al menos 0, sin máximo" in at.client.get(at.one).text
    status, page = limits("9", "3")
    assert status == 422
    assert "El mínimo de reuniones es mayor que el máximo" in page
    assert 'value="9"' in page
    for fewest, most, priority in (
        ("-1", "3", "0"), ("1", "0", "0"), ("x", "3", "0"), ("1", "9" * 40, "0"), ("1", "3", "5"), ("1", "3", "-1"),
    ):  # fmt: skip
        assert limits(fewest, most, priority)[0] == 422
    assert stored() == (0, None, 0)
    assert limits("2", "8", "3")[0] == 303
    assert stored() == (2, 8, 3)
    page = at.client.get(at.one).text
    assert "Límites de reuniones: de 2 a 8" in page
    assert "Cambió los límites de reuniones o la prioridad de la empresa" in page
    assert limits("2", "")[0] == 303
    assert stored() == (2, None, 0)


def test_who_only_reviews_sets_no_limits(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    assert "Límites de reuniones" not in at.client.get(at.one).text
    assert at.client.submit(f"{at.one}/limites", {"fewest": "1"}, page=at.one).status_code == 404


def test_write_to_a_company(sqlite_app: Flask) -> None:
    at = desk(sqlite_app, Role.MANAGER)
    empty = at.client.submit(f"{at.one}/escribir", {"subject": "Su registro", "body": ""}, page=at.one)
    assert empty.status_code == 422
    assert 'value="Su registro"' in empty.text
    at.client.submit(f"{at.one}/escribir", {"subject": "Su registro", "body": "Falta una hoja."}, page=at.one)
    assert at.mails() == ["letter"]
    page = at.client.get(at.one).text
    assert re.search(r"Escribió a la empresa · Persona[^<]*<br><span class=.soft.>Su registro", page)
    reviewer = desk(sqlite_app)
    assert "Escribir a la empresa" not in reviewer.client.get(reviewer.one).text
    assert reviewer.client.submit(f"{reviewer.one}/escribir", page=reviewer.one).status_code == 404


@pytest.mark.parametrize("act", ["", "/aprobar", "/rechazar", "/cambios", "/reabrir", "/cancelar", "/limites"])
def test_foreign_equals_absent(sqlite_app: Flask, act: str) -> None:
    at = desk(sqlite_app)
    for id_ in (at.foreign, uuid4()):
        path = f"{at.list}/{id_}{act}"
        answer = at.client.submit(path, page=at.one) if act else at.client.get(path)
        assert answer.status_code == 404


def test_a_company_does_not_read_its_own_review(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    with sqlite_app.app_context():
        own = db.session.get_one(Registration, at.waiting).delegates[0].account
        assert own is not None
        client = make.client(sqlite_app, own)
    for path in (at.one, at.list):
        assert client.get(path).status_code == 404
    assert client.submit(f"{at.one}/aprobar", page="/cuenta").status_code == 404


def test_floor_staff_read_and_do_not_decide(sqlite_app: Flask) -> None:
    at = desk(sqlite_app, Role.FLOOR)
    page = at.client.get(at.one).text
    assert "Aprobar y avisar" not in page
    assert "Elegir a" not in at.client.get(at.list).text
    assert at.client.submit(f"{at.one}/aprobar", page="/cuenta").status_code == 404
    assert at.status() is Status.SUBMITTED


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (Role.MANAGER, ["", "empresas", "solicitudes", "horario", "publicacion", "mensajes", "ajustes"]),
        (Role.REVIEWER, ["", "empresas", "solicitudes", "horario", "publicacion"]),
        (Role.FLOOR, ["", "empresas", "horario", "publicacion"]),
        (Role.OBSERVER, [""]),
    ],
)
def test_the_rail_shows_what_the_role_may_open(sqlite_app: Flask, role: Role, places: list[str]) -> None:
    at = desk(sqlite_app, role)
    rail = at.client.get(f"/o/{at.code}/").text.split('class="rail"')[1].split("</nav>")[0]
    links = re.findall(r'<a href="([^"]+)"', rail)
    assert links == [f"/o/{at.code}/{place}" for place in places]
    assert {at.client.get(link, follow_redirects=True).status_code for link in links} == {200}


def test_the_list_takes_the_same_statements_for_one_and_three(sqlite_app: Flask) -> None:
    at = desk(sqlite_app)
    counts = []
    for more in (0, 2):
        with sqlite_app.app_context():
            event = db.session.get_one(Registration, at.waiting).event
            for _ in range(more):
                make.registration(event, status=Status.SUBMITTED)
            db.session.commit()
        with counted(sqlite_app) as statements:
            at.client.get(at.list)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_hostile_text(app: Flask) -> None:
    at = desk(app, Role.MANAGER)
    client = hostile.sender(app, at.organizer)
    forms = [
        (client, f"{at.one}/cambios", {"text": ""}),
        (client, f"{at.one}/rechazar", {"reason": ""}),
        (client, f"{at.one}/cancelar", {"cancel_reason": ""}),
        (client, f"{at.one}/escribir", {"subject": "", "body": ""}),
        (client, f"{at.one}/limites", {"fewest": "1", "most": "2"}),
        (client, f"{at.list}/aprobar", {"ids": ""}),
    ]
    assert hostile.faults(app, forms) == []
    for text in hostile.TEXTS:
        query = {"q": text, "estado": text, "lado": text, "sort": text, "page": text, "per_page": text}
        assert client.get(at.list, query_string=query).status_code == 200
    assert "<script>alert(1)" not in client.get(at.one).text
