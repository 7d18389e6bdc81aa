"""Privacy through the web: the notice before the data, consents, one's own data, the desk, cancellation."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.values import Role
from eventsapp.models import Account, ArcoRequest, Registration
from tests import make
from tests.conftest import NOW
from tests.hostile import FEW
from tests.web.test_import_pages import Alone, client_of


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def registration(sqlite_app: Flask) -> Iterator[Registration]:
    with sqlite_app.app_context():
        made = make.registration(make.event())
        db.session.commit()
        yield made


def person_of(app: Flask, registration: Registration) -> tuple[Any, Account]:
    account = registration.delegates[0].account
    assert account is not None
    return Alone(make.client(app, account)), account


def test_the_notice_stands_before_the_first_data(sqlite_app: Flask, registration: Registration) -> None:
    event = registration.event
    shown = make.client(sqlite_app).get(f"/e/{event.code}/privacidad").text
    assert event.organization.name in shown
    assert "Usos voluntarios" in shown
    assert "Aviso de privacidad" in make.client(sqlite_app).get("/cuenta/nueva").text
    assert "Ejercer mis derechos" in shown
    english = make.client(sqlite_app).get(f"/e/{event.code}/privacidad", headers={"Accept-Language": "en"}).text
    assert "under the Ley" not in english  # a private organizer
    assert "within 20 working days" in english
    assert "Original en español" not in english


def test_the_organizers_own_short_notice_stands_on_the_first_page_of_the_registration(
    sqlite_app: Flask, registration: Registration
) -> None:
    event = registration.event
    start = f"/e/{event.code}/registro"
    newcomer = make.account()
    db.session.commit()
    page = Alone(make.client(sqlite_app, newcomer)).get(start).text
    assert f"{event.organization.name} usa su nombre, correo, puesto y teléfono" in page
    client = client_of(sqlite_app, event, Role.ADMIN)
    sent = {"kind": "private", "simplified": "Corto <b>uno</b>", "necessary": "a", "full": "Largo", "seen": "0"}
    assert client.submit(f"/o/{event.code}/privacidad/aviso", sent).status_code == 303
    page = Alone(make.client(sqlite_app, newcomer)).get(start).text
    assert "Corto &lt;b&gt;uno&lt;/b&gt;" in page
    assert 'type="checkbox"' not in page  # voluntary uses are asked apart, at the end


def test_versions_are_published_and_stay_readable(sqlite_app: Flask, registration: Registration) -> None:
    event = registration.event
    client = client_of(sqlite_app, event, Role.ADMIN)
    page = f"/o/{event.code}/privacidad/aviso"
    shown = client.get(f"{page}?plantilla=public").text
    assert "Sujetos Obligados" in shown
    sent = {"kind": "private", "simplified": "Corto <b>uno</b>", "necessary": "a\nb", "full": "Largo", "seen": "0"}
    assert client.submit(page, sent).status_code == 303
    assert client.submit(page, {**sent, "simplified": "Corto dos"}).status_code == 422  # seen is of the version before
    assert client.submit(page, {**sent, "simplified": "Corto dos", "seen": "1"}).status_code == 303
    public: Any = Alone(make.client(sqlite_app))
    assert "Corto dos" in public.get(f"/e/{event.code}/privacidad").text
    old = public.get(f"/e/{event.code}/privacidad?version=1").text
    assert "Corto &lt;b&gt;uno&lt;/b&gt;" in old
    assert "Esta es una versión anterior." in old
    assert public.get(f"/e/{event.code}/privacidad?version=99999999999999999").status_code == 200
    assert client_of(sqlite_app, event, Role.MANAGER).get(page).status_code == 404


def test_consents_are_changed_and_remembered(sqlite_app: Flask, registration: Registration) -> None:
    client, _account = person_of(sqlite_app, registration)
    sent = {"registration": str(registration.id), "consents": ["photos"]}
    assert client.submit("/cuenta/privacidad/usos", sent, page="/cuenta/privacidad").status_code == 303
    client.submit("/cuenta/privacidad/usos", {"registration": str(registration.id)}, page="/cuenta/privacidad")
    db.session.rollback()
    assert db.session.get_one(Registration, registration.id).consents == []
    shown = client.get("/cuenta/privacidad").text
    assert "permitió «Usar fotografías" in shown
    assert "dejó de permitir «Usar fotografías" in shown
    other = make.registration(registration.event)
    db.session.commit()
    sent = {"registration": str(other.id), "consents": ["photos"]}
    client.submit("/cuenta/privacidad/usos", sent, page="/cuenta/privacidad")
    db.session.rollback()
    assert db.session.get_one(Registration, other.id).consents == []


def test_my_data_are_a_page_and_a_file_for_machines(sqlite_app: Flask, registration: Registration) -> None:
    client, account = person_of(sqlite_app, registration)
    answer = client.get("/cuenta/privacidad/mis-datos.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        taken = json.loads(archive.read("mis-datos.json"))
        page = archive.read("mis-datos.html").decode()
    assert taken["account"]["email"] == account.email
    assert account.email in page
    assert "password_hash" not in json.dumps(taken)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_person_asks_and_the_organizer_answers(sqlite_app: Flask, registration: Registration) -> None:
    event = registration.event
    public: Any = Alone(make.client(sqlite_app))
    sent = {"event": event.code, "kind": "access", "name": "Ana Ruiz", "email": "ana@example.com", "text": "Mis datos"}
    answer = public.submit("/privacidad/solicitud", sent)
    assert answer.status_code == 303
    assert "jueves, 18 de febrero de 2027" in public.get(answer.headers["Location"]).text
    client = client_of(sqlite_app, event)
    listed = client.get(f"/o/{event.code}/privacidad").text
    assert "Ana Ruiz" in listed
    row = db.session.scalars(select(ArcoRequest)).one()
    page = f"/o/{event.code}/privacidad/{row.id}"
    assert client.submit(f"{page}/responder", {"answer": "yes", "text": ""}, page=page).status_code == 422
    assert client.submit(f"{page}/responder", {"answer": "yes", "text": "Van"}, page=page).status_code == 303
    assert "Procede, falta cumplirla" in client.get(page).text
    assert client.submit(f"{page}/cumplida", {}, page=page).status_code == 303
    assert "No hay solicitudes abiertas" in client.get(f"/o/{event.code}/privacidad").text
    db.session.rollback()
    foreign = client_of(sqlite_app, make.event())
    assert foreign.get(page).status_code == 404


@pytest.mark.parametrize("text", FEW)
def test_hostile_requests_are_kept_or_refused_never_a_fault(
    sqlite_app: Flask, registration: Registration, text: str
) -> None:
    public: Any = Alone(make.client(sqlite_app))
    fine = {"event": registration.event.code, "kind": "access", "name": "A", "email": "a@example.com", "text": "x"}
    for name in fine:
        assert public.submit("/privacidad/solicitud", {**fine, name: text}).status_code in {303, 422}


def test_cancelled_data_close_the_account(sqlite_app: Flask, registration: Registration) -> None:
    client, account = person_of(sqlite_app, registration)
    page, email = "/cuenta/privacidad/cancelar", account.email
    assert client.submit(page, {}).status_code == 422
    assert client.submit(page, {"sure": "y"}).status_code == 303
    assert client.get("/cuenta").status_code == 302
    db.session.rollback()
    assert db.session.scalar(select(Account).where(Account.email == email)) is None
