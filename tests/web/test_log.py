"""The log of an event through its filters: what, who, when; nonsense in the address filters nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Role, Side
from eventsapp.models import Account, Event, Slot
from eventsapp.services import adjustments, audit, events, team
from tests import make, publishing
from tests.conftest import NOW

PAGE = "/o/bajio/bitacora"


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), unit_of_work():
            event = make.event(code="bajio")
            ana, leo = (make.organizer(event.organization, name=name) for name in ("Ana", "Leo"))
            late = datetime(2027, 1, 21, 5, 59, tzinfo=NOW.tzinfo)  # 23:59 of the 20th at the venue
            for person, at, reason in (
                (ana, NOW, "uno"),
                (leo, late, "dos"),
                (leo, late + timedelta(minutes=1), "tres"),
            ):
                audit.record(make.actor(person), "event.opened", event, at=at, event=event, reason=reason)
            key = ana.id
        with app.app_context():
            yield make.client(app, db.session.get_one(Account, key))


def reasons(client: FlaskClient, query: str) -> list[str]:
    text = client.get(f"{PAGE}?{query}").get_data(as_text=True)
    return re.findall(r">(uno|dos|tres)<", text)


def key_of(client: FlaskClient, name: str) -> str:
    return re.findall(rf'value="([0-9a-f-]+)"[^>]*>{name}<', client.get(PAGE).get_data(as_text=True))[0]


def test_filters(client: FlaskClient) -> None:
    assert reasons(client, "") == ["tres", "dos", "uno"]
    assert reasons(client, f"quien={key_of(client, 'Leo')}") == ["tres", "dos"]
    assert reasons(client, "hasta=2027-01-20") == ["dos", "uno"]  # days are days at the venue
    assert reasons(client, "desde=2027-01-21") == ["tres"]
    assert reasons(client, "q=DOS") == ["dos"]
    assert reasons(client, "sobre=event&desde=2027-01-20&hasta=2027-01-20") == ["dos", "uno"]
    assert reasons(client, "por=empresa") == []


def shown(client: FlaskClient, query: str, page: str = PAGE) -> list[str]:
    """What each line says was done, and on what."""
    text = client.get(f"{page}?{query}").text
    cells = re.findall(r"</th>\s*<td>(.*?)</td>", text, re.S)
    return [html.unescape(re.sub(r"<small>", " | ", re.sub(r"</small>", "", cell))).strip() for cell in cells]


def test_the_log_says_which_meeting_stood_where_and_which_fields_changed(client: FlaskClient) -> None:
    with unit_of_work():
        event = db.session.scalars(select(Event)).one()
        org = event.organization
        firms = [make.company(org, name=name) for name in ("Hülsen & Ñandú", "Lerma")]
        buyer = make.registration(event, Side.BUYER, company=firms[0])
        supplier = make.registration(event, company=firms[1])
        meeting = publishing.meeting(buyer, supplier)
        schedule = publishing.draft(event, [(meeting, 0, 0)])
        slots = db.session.scalars(select(Slot).order_by(Slot.starts_at)).all()
        ana = make.actor(db.session.scalars(select(Account).where(Account.name == "Ana")).one())
        by: dict[str, Any] = {"actor": ana, "now": NOW + timedelta(days=2), "host": "encuentro.example"}
        adjustments.move(schedule, meeting, slot=slots[2], table=event.tables[1], edit=schedule.edit, **by)
        details = events.Details("Otro nombre", "", "Otra sede", event.city, event.time_zone, event.contact_email)
        events.change_details(event, details, version=event.version, actor=ana, now=NOW + timedelta(days=3))
    fields, moved = shown(client, "desde=2027-01-22")
    assert fields == "Cambió los datos generales | Nombre del evento, Sede"
    assert moved == (
        "Movió una reunión | Hülsen & Ñandú con Lerma: martes 9, 09:00, mesa 1 → martes 9, 09:50, mesa 2 · versión 1"
    )
    assert shown(client, "q=lerma") == shown(client, "acto=schedule.moved") == [moved]
    assert shown(client, "q=Ñandú") == [moved]
    assert shown(client, "q=100%25") == shown(client, "acto=schedule.moved&sobre=event") == []


def test_an_organization_and_the_platform_have_logs_of_their_own(app: Flask) -> None:
    with time_machine.travel(NOW, tick=False):
        with app.app_context(), unit_of_work():
            org, other = make.organization(code="cluster"), make.organization(code="ajeno")
            admin, site = make.organizer(org, Role.ADMIN, name="Jefa"), make.account(is_admin=True, name="Sitio")
            for one in (org, other):
                team.give(one, make.account(name=f"Ana {one.code}"), {Role.FLOOR}, actor=make.actor(site), now=NOW)
            event = make.event(org)
            audit.record(make.actor(admin), "event.opened", event, at=NOW, event=event)
            people = {"admin": admin.id, "site": site.id, "stranger": make.organizer(other).id}
        with app.app_context():
            clients = {name: make.client(app, db.session.get_one(Account, key)) for name, key in people.items()}
        own, all_ = "/o/organizacion/cluster/bitacora", "/o/organizaciones/bitacora"
        line = "Dio acceso a una persona | Ana %s · Equipo de sala"
        assert shown(clients["admin"], "", own) == [line % "cluster"]
        assert sorted(shown(clients["site"], "", all_)) == [line % "ajeno", line % "cluster"]
        assert shown(clients["site"], "q=ana ajeno&acto=organization.member_added", all_) == [line % "ajeno"]
        answers = {
            (name, path): client.get(path).status_code for name, client in clients.items() for path in (own, all_)
        }
        assert answers == {
            ("admin", own): 200,
            ("admin", all_): 403,
            ("site", own): 404,
            ("site", all_): 200,
            ("stranger", own): 404,
            ("stranger", all_): 403,
        }
        assert ("Bitácora" in clients["admin"].get("/o/").text, all_ in clients["site"].get("/o/").text) == (True, True)


@pytest.mark.parametrize(
    "query",
    [
        "acto=nada",
        "acto=<script>",
        "quien=x",
        "desde=ayer",
        "hasta=9999-99-99",
        "desde=0001-01-01",
        "sobre=%00",
        "quien=' OR 1",
    ],
)
def test_nonsense_filters_nothing(client: FlaskClient, query: str) -> None:
    assert reasons(client, query) == ["tres", "dos", "uno"]
