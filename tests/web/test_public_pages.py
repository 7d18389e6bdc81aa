"""What everybody may see: open events, an event, the directory, and nothing that is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from eventsapp.db import db
from eventsapp.domain.values import EventStatus, RegistrationStatus, Side
from tests import make
from tests.conftest import NOW
from tests.statements import counted


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_home_lists_open_events_that_are_not_over(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    assert "No hay eventos abiertos" in client.get("/").text
    with sqlite_app.app_context():
        make.event(name="Abierto")
        make.event(name="En borrador", status=EventStatus.DRAFT)
        make.event(name="Archivado", status=EventStatus.ARCHIVED)
        db.session.commit()
    page = client.get("/").text
    assert [name in page for name in ("Abierto", "En borrador", "Archivado")] == [True, False, False]
    with time_machine.travel(NOW + timedelta(days=365), tick=False):
        assert "No hay eventos abiertos" in client.get("/").text


def test_an_event_says_what_when_where_who_and_by_when(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        event = make.event(name="Encuentro Automotriz", description="Primera línea\nSegunda <b>línea</b>")
        make.registration(event, Side.BUYER, terms=["ALL-020", "ALL-090"])
        make.registration(event, Side.BUYER, terms=["ALL-020"])
        make.registration(event, Side.BUYER, terms=["ALL-180"], status=RegistrationStatus.SUBMITTED)
        make.registration(event, Side.SUPPLIER, terms=["ALL-150"])
        db.session.commit()
        code = event.code
    page = sqlite_app.test_client().get(f"/e/{code}").text
    for words in (
        "9 de marzo de 2027",
        "Centro de Congresos, Querétaro",
        "6 rondas de 20 minutos",
        "Maquinado CNC",
        "12 de febrero de 2027, 00:00",
        "Segunda &lt;b&gt;línea",
        "Registrar mi empresa",
        "Ciudad de México",
    ):
        assert words in page
    assert "Moldeo de hule" not in page
    assert "Inyección de plástico" not in page


@pytest.mark.parametrize("status", [EventStatus.DRAFT, None])
def test_what_is_not_shown_does_not_exist(app: Flask, status: EventStatus | None) -> None:
    with app.app_context():
        code = make.event(status=status).code if status else "nada%00"
        db.session.commit()
    client = app.test_client()
    assert client.get(f"/e/{code}").status_code == 404
    assert client.get(f"/e/{code}/directorio").status_code == 404


def test_the_one_button_is_the_next_thing_to_do(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        registration = make.registration(make.event())
        account = registration.delegates[0].account
        assert account is not None
        db.session.commit()
        code = registration.event.code
        client = make.client(sqlite_app, account)
    assert "Ver mi registro" in client.get(f"/e/{code}").text
    for days, words in ((-30, "El registro abre el 4 de enero"), (40, "El registro cerró el 12 de febrero")):
        with time_machine.travel(NOW + timedelta(days=days), tick=False):
            assert words in sqlite_app.test_client().get(f"/e/{code}").text


def test_the_directory_filters_and_gives_no_contact_data(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        event = make.event()
        company = make.company(event.organization, name="Nordwind Antriebe", website="https://nordwind.example")
        buyer = make.registration(
            event, Side.BUYER, company=company, terms=["ALL-090"], offer="Zincado", consents=["directory"]
        )
        make.registration(event, Side.BUYER, terms=["ALL-150"], offer="Inyección de tapas")
        db.session.commit()
        code, person = event.code, buyer.delegates[0]
        secrets = [person.name, person.email, company.website, event.registrations[1].company.name]
    client = sqlite_app.test_client()
    page = client.get(f"/e/{code}/directorio").text
    assert "Nordwind Antriebe" in page
    assert "Empresa compradora" in page
    assert "2 requerimientos" in page
    assert [secret for secret in secrets if secret in page] == []
    assert "1 requerimiento<" in client.get(f"/e/{code}/directorio?proceso=ALL-090").text
    assert "1 requerimiento<" in client.get(f"/e/{code}/directorio?q=INYECCION%20tapas").text
    assert "Nada coincide" in client.get(f"/e/{code}/directorio?q=nada&proceso=ALL-090").text


def test_the_event_page_takes_the_same_statements_for_one_and_three(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        event = make.event()
        db.session.commit()
        code = event.code
    counts = []
    for more in (1, 2):
        with sqlite_app.app_context():
            for _ in range(more):
                make.registration(db.session.merge(event), Side.BUYER)
            db.session.commit()
        with counted(sqlite_app) as statements:
            for page in ("/", f"/e/{code}", f"/e/{code}/directorio"):
                sqlite_app.test_client().get(page)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["/privacidad", "/ayuda", "/accesibilidad"])
def test_notices(sqlite_app: Flask, page: str) -> None:
    assert sqlite_app.test_client().get(page).status_code == 200
