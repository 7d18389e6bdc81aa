"""The main job through the real web client on both databases: from sign-up to an invitation and its update."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import vobject
from flask import Flask
from sqlalchemy import select
from time_machine import travel

from eventsapp.db import db
from eventsapp.models import Account, Event, OutboxMessage, Registration
from eventsapp.worker import runner
from tests import make
from tests.conftest import NOW
from tests.journeys.forms import Browsing

pytestmark = pytest.mark.slow
PASSWORD = "caballo batería grapa 71"
EVENT = "/e/foro-de-prueba"
DESK = "/o/foro-de-prueba"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=True):
        yield


@pytest.fixture
def organizer(app: Flask) -> Account:
    with app.app_context():
        event = make.event(code="foro-de-prueba", name="Foro de prueba")
        person = make.organizer(event.organization)
        db.session.commit()
        db.session.refresh(person)
        db.session.expunge(person)
    return person


def work(app: Flask) -> None:
    """Let the worker do what is due."""
    with app.app_context():
        runner.run_until_idle(app)


def sent_to(app: Flask, address: str) -> list[OutboxMessage]:
    """The mails to an address, oldest first."""
    with app.app_context():
        query = select(OutboxMessage).where(OutboxMessage.to_address == address).order_by(OutboxMessage.created_at)
        return list(db.session.scalars(query))


def registered(app: Flask, name: str, address: str, side: str, company: str) -> Browsing:
    """Sign up, confirm, and send a registration."""
    person = Browsing(app.test_client())
    person.go(f"/cuenta/nueva?next={EVENT}/registro")
    person.send({"name": name, "email": address, "password": PASSWORD}, to="/cuenta/nueva")
    (confirmation,) = sent_to(app, address)
    person.go(f"/cuenta/confirmar/{confirmation.fields['token']}?next={EVENT}/registro")
    person.send()
    person.go(f"{EVENT}/registro")
    person.send({"side": side, "company": "new", "name": company})
    person.send({"tax_id": "XAXX010101000", "state": "Guanajuato", "city": "Silao"})
    delegate = re.search(rf"{EVENT}/registro/delegados/[0-9a-f-]{{36}}", person.text)
    assert delegate is not None
    person.go(delegate.group(0))
    person.send({"job_title": "Compras", "phone": "472 123 4567"})
    person.go(f"{EVENT}/registro/delegados")
    person.send(to="/delegados")
    person.go(f"{EVENT}/registro/procesos")
    person.send({"terms": ["ALL-020"], "offer": "Ejes y flechas"})
    person.go(f"{EVENT}/registro/disponibilidad")
    person.send()
    person.go(f"{EVENT}/registro/revisar")
    person.send()
    assert "Recibimos su registro" in person.text
    return person


def test_from_sign_up_to_an_update(app: Flask, organizer: Account) -> None:
    buyer = registered(app, "Jonas Weber", "jonas@nordwind.example.com", "buyer", "Nordwind Antriebe")
    supplier = registered(app, "Daniela Ríos", "daniela@lerma.example.com", "supplier", "Galvánicos Lerma")
    with app.app_context():
        ids = {r.company.name: r.id for r in db.session.scalars(select(Registration))}

    desk = Browsing(make.client(app, organizer))
    for registration_id in ids.values():
        desk.go(f"{DESK}/empresas/{registration_id}")
        desk.send(to="/aprobar")

    supplier.go(f"{EVENT}/buscar")
    asking = re.search(rf'href="({EVENT}/buscar/{ids["Nordwind Antriebe"]}[^"]*)"', supplier.text)
    assert asking is not None
    supplier.go(asking.group(1))
    supplier.send({"preference": "must", "message": "Zincamos soportes."})
    buyer.go(f"{EVENT}/solicitudes")
    buyer.send(to="/aceptar")

    desk.go(f"{DESK}/horario/corridas")
    desk.send(to="/corridas")
    work(app)
    desk.go(f"{DESK}/horario?vista=lista")
    assert "Galvánicos Lerma" in desk.text
    desk.go(f"{DESK}/publicacion")
    desk.send(to="/publicar")
    work(app)

    invitations = [m for m in sent_to(app, "daniela@lerma.example.com") if m.kind == "invitation"]
    assert [(m.fields["method"], m.state.value) for m in invitations] == [("REQUEST", "sent")]
    supplier.go(f"{EVENT}/agenda")
    first = vobject.readOne(supplier.client.get(f"{EVENT}/agenda.ics").get_data(as_text=True)).vevent
    assert first.sequence.value == "0"
    assert "Nordwind Antriebe" in first.summary.value

    # The meeting is moved to another round: the same meeting, the next SEQUENCE.
    desk.go(f"{DESK}/horario?vista=lista")
    meeting = re.search(rf"{DESK}/horario/\d+/reunion/[0-9a-f-]{{36}}", desk.text)
    assert meeting is not None
    desk.go(meeting.group(0))
    with app.app_context():
        event = db.session.scalars(select(Event)).one()
        other = next(slot for slot in event.slots if slot.starts_at != first.dtstart.value)
        wanted, table = str(other.id), str(event.tables[0].id)
    desk.send({"slot": wanted, "table": table}, to="/mover")
    desk.go(f"{DESK}/publicacion")
    desk.send(to="/publicar")
    work(app)
    second = vobject.readOne(supplier.client.get(f"{EVENT}/agenda.ics").get_data(as_text=True)).vevent
    assert (second.uid.value, second.sequence.value) == (first.uid.value, "1")
    assert second.dtstart.value == other.starts_at
    assert second.dtend.value - second.dtstart.value == timedelta(minutes=20)
    methods = [m.fields["method"] for m in sent_to(app, "daniela@lerma.example.com") if m.kind == "invitation"]
    assert methods == ["REQUEST", "REQUEST"]
