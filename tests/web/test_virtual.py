"""Meetings by video: the organizer's page, everybody's own clock, and the link in mail, feed, agenda and page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import SYSTEM
from eventsapp.domain.local_time import zone_of_place
from eventsapp.domain.values import Modality, Side
from eventsapp.models import Account, Delegate, Event, Invitation, OutboxMessage
from eventsapp.services import calls, feeds, publication
from tests import make
from tests.calendars.readers import read_with_vobject
from tests.conftest import NOW
from tests.publishing import BASE_URL, MAIL_FROM, meeting, publish

LINK = "https://video.example/sala/1?a=1&b=2"
START = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)  # nine o'clock at the venue


class World:
    """A buyer in Berlin meets a supplier in Ciudad Juárez."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event = make.event(name="Encuentro Automotriz", code="bajio", slots=4)
            org = event.organization
            berlin = make.company(org, name="Nordwind", country="DE", state="", city="Berlin")
            juarez = make.company(org, name="Fronteriza", state="Chihuahua", city="Ciudad Juárez")
            buyer = make.registration(event, Side.BUYER, company=berlin)
            supplier = make.registration(event, company=juarez)
            held = meeting(buyer, supplier)
            self.event, self.meeting, self.table = event.id, held.id, event.tables[0].id
            self.people = {"bea": buyer.desks[0].seats[0].delegate.id, "leo": supplier.desks[0].seats[0].delegate.id}
            self.accounts = {
                "organizer": make.organizer(org).id,
                **{n: self._account(k) for n, k in self.people.items()},
            }

    @staticmethod
    def _account(key: object) -> object:
        return db.session.get_one(Delegate, key).account_id

    def client(self, who: str) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, self.accounts[who]))

    def hold(self, modality: Modality, link: str = LINK) -> None:
        with self.app.app_context(), unit_of_work():
            event = db.session.get_one(Event, self.event)
            calls.change(event, modality, {self.table: link}, actor=SYSTEM, now=NOW)

    def publish(self) -> None:
        from eventsapp.models import Meeting

        with self.app.app_context(), unit_of_work():
            held = db.session.get_one(Meeting, self.meeting)
            publish(held.event, [(held, 0, 0)], now=NOW)

    def told(self, who: str) -> dict[str, object]:
        """What a person was last told."""
        with self.app.app_context():
            row = db.session.scalars(select(Invitation).where(Invitation.delegate_id == self.people[who])).one()
            found: dict[str, object] = row.content["invitation"]
            return found

    def mail(self, who: str) -> dict[str, object]:
        with self.app.app_context():
            person = db.session.get_one(Delegate, self.people[who])
            query = select(OutboxMessage).where(
                OutboxMessage.to_address == person.email, OutboxMessage.kind == "invitation"
            )
            return db.session.scalars(query.order_by(OutboxMessage.created_at.desc())).first().fields  # type: ignore[union-attr]


@pytest.fixture
def world(sqlite_app: Flask) -> Iterator[World]:
    with time_machine.travel(NOW, tick=False):
        yield World(sqlite_app)


@pytest.mark.parametrize(
    ("modality", "zones", "hours", "link"),
    [
        (Modality.ON_SITE, ("America/Mexico_City", "America/Mexico_City"), ("09:00–09:20", "09:00–09:20"), ""),
        (Modality.HYBRID, ("America/Mexico_City", "America/Mexico_City"), ("09:00–09:20", "09:00–09:20"), LINK),
        (Modality.VIRTUAL, ("Europe/Berlin", "America/Ciudad_Juarez"), ("16:00–16:20", "08:00–08:20"), LINK),
    ],
)
def test_clock_and_link_by_the_way_of_meeting(
    world: World, modality: Modality, zones: tuple[str, str], hours: tuple[str, str], link: str
) -> None:
    world.hold(modality)
    world.publish()
    told = [world.told(who) for who in ("bea", "leo")]
    assert tuple(one["zone"] for one in told) == zones
    assert [one["conference"] for one in told] == [link, link]
    assert tuple(world.mail(who)["hours"] for who in ("bea", "leo")) == hours
    assert (
        "Videollamada" in str(told[0]["location"])
        if modality is Modality.VIRTUAL
        else "Centro" in str(told[0]["location"])
    )
    with world.app.app_context(), unit_of_work():
        person = db.session.get_one(Delegate, world.people["bea"])
        feeds.open_for(person, "x" * 32)
        address = f"/f/{feeds.token_of(person, 'x' * 32)}.ics"
    written = world.app.test_client().get(address).data
    (entry,) = read_with_vobject(written)
    assert entry.start == START
    assert ("video.example" in entry.description) is bool(link)
    assert (b"CONFERENCE;" in written) is bool(link)


def test_pages_speak_by_the_own_clock_and_show_the_link(world: World) -> None:
    world.hold(Modality.VIRTUAL)
    world.publish()
    page = world.client("bea").get(f"/e/bajio/reunion/{world.meeting}").get_data(as_text=True)
    assert "16:00–16:20" in page
    assert "hora de Berlín" in page
    assert 'href="https://video.example/sala/1?a=1&amp;b=2"' in page
    agenda = world.client("leo").get("/e/bajio/agenda").get_data(as_text=True)
    assert "08:00" in agenda
    assert "Las horas son de Ciudad Juárez" in agenda


def test_another_clock_of_ones_own_choice(world: World) -> None:
    world.hold(Modality.VIRTUAL)
    world.publish()
    client = world.client("bea")
    page = "/e/bajio/agenda"
    assert client.submit(f"{page}/zona", {"zona": "Mars/Olympus"}, page=page).status_code == 404
    assert client.submit(f"{page}/zona", {"zona": "Asia/Tokyo"}, page=page).status_code == 303
    assert "00:00" in client.get(page).get_data(as_text=True)  # midnight in Tokyo, and so the next day
    with world.app.app_context(), unit_of_work():
        event = db.session.get_one(Event, world.event)
        told = publication.announce(
            event, actor=SYSTEM, now=NOW + timedelta(hours=1), base_url=BASE_URL, organizer_address=MAIL_FROM
        )
    assert told == 1
    assert world.told("bea")["zone"] == "Asia/Tokyo"


def test_a_zone_that_does_not_exist_is_no_zone(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        db.session.get_one(Delegate, world.people["bea"]).time_zone = "Mars/Olympus"
    world.hold(Modality.VIRTUAL)
    world.publish()
    assert world.told("bea")["zone"] == "Europe/Berlin"


def test_a_table_without_a_link_is_a_meeting_without_one(world: World) -> None:
    world.hold(Modality.VIRTUAL, "")
    world.publish()
    assert world.told("leo")["conference"] == ""


def test_the_organizer_s_page(world: World) -> None:
    client, page = world.client("organizer"), "/o/bajio/ajustes/videollamadas"
    field = f"call-{world.table}"
    for wrong in (
        "video.example",
        "http://video.example",
        "javascript:alert(1)",
        "https://a b",
        "https://" + "x" * 600,
    ):
        response = client.submit(page, {"modality": "virtual", field: wrong})
        assert response.status_code == 422, wrong
        assert "https://" in response.get_data(as_text=True)
    assert client.submit(page, {"modality": "elsewhere", field: LINK}).status_code == 422
    assert client.submit(page, {"modality": "virtual", field: LINK, "call-x": "y"}).status_code == 303
    shown = client.get(page).get_data(as_text=True)
    assert 'value="https://video.example/sala/1?a=1&amp;b=2"' in shown
    assert re.search(r'value="virtual"[^>]*checked|checked[^>]*value="virtual"', shown)


@pytest.mark.parametrize(
    ("country", "state", "city", "zone"),
    [
        ("MX", "Baja California", "Tijuana", "America/Tijuana"),
        ("MX", "Baja California", "Mexicali", "America/Tijuana"),
        ("MX", "Baja California Sur", "La Paz", "America/Mazatlan"),
        ("MX", "Chihuahua", "Ciudad Juárez", "America/Ciudad_Juarez"),
        ("MX", "Chihuahua", "Ojinaga", "America/Ojinaga"),
        ("MX", "Chihuahua", "Chihuahua", "America/Chihuahua"),
        ("MX", "CHIHUAHUA", "cd. juarez", "America/Ciudad_Juarez"),
        ("MX", "Coahuila", "Piedras Negras", "America/Matamoros"),
        ("MX", "Coahuila de Zaragoza", "Ciudad Acuña", "America/Matamoros"),
        ("MX", "Coahuila", "Saltillo", "America/Monterrey"),
        ("MX", "Nuevo León", "Anáhuac", "America/Matamoros"),
        ("MX", "Nuevo León", "Apodaca", "America/Monterrey"),
        ("MX", "Tamaulipas", "Reynosa", "America/Matamoros"),
        ("MX", "Tamaulipas", "Nuevo Laredo", "America/Matamoros"),
        ("MX", "Tamaulipas", "Ciudad Victoria", "America/Monterrey"),
        ("MX", "Sonora", "San Luis Río Colorado", "America/Hermosillo"),
        ("MX", "Sonora", "Nogales", "America/Hermosillo"),
        ("MX", "Nayarit", "Bahía de Banderas", "America/Bahia_Banderas"),
        ("MX", "Nayarit", "Tepic", "America/Mazatlan"),
        ("MX", "Quintana Roo", "Cancún", "America/Cancun"),
        ("MX", "Yucatán", "Mérida", "America/Merida"),
        ("MX", "Querétaro", "Querétaro", "America/Mexico_City"),
        ("MX", "", "Tijuana", None),
        ("DE", "", "Stuttgart", "Europe/Berlin"),
        ("JP", "", "Nagoya", "Asia/Tokyo"),
        ("US", "Texas", "El Paso", None),
        ("", "", "", None),
    ],
)
def test_by_whose_clock_a_place_goes(country: str, state: str, city: str, zone: str | None) -> None:
    assert zone_of_place(country, state, city) == zone


@pytest.mark.parametrize(
    ("zone", "january", "july"),
    [
        ("America/Mexico_City", 9, 9),
        ("America/Tijuana", 7, 8),
        ("America/Ciudad_Juarez", 8, 9),
        ("America/Chihuahua", 9, 9),
        ("America/Ojinaga", 9, 10),
        ("America/Matamoros", 9, 10),
        ("America/Monterrey", 9, 9),
        ("America/Hermosillo", 8, 8),
        ("America/Mazatlan", 8, 8),
        ("America/Cancun", 10, 10),
        ("Europe/Berlin", 16, 17),
        ("Asia/Tokyo", 0, 0),
    ],
)
def test_nine_o_clock_in_queretaro_elsewhere(zone: str, january: int, july: int) -> None:
    from zoneinfo import ZoneInfo

    hours = [datetime(2027, month, 12, 15, tzinfo=UTC).astimezone(ZoneInfo(zone)).hour for month in (1, 7)]
    assert hours == [january, july]
