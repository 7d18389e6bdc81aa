"""The attendee pages: whose agenda, what it shows when, and the files and the feed behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
import vobject
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import BlockKind, Side
from eventsapp.models import Account, Block, Delegate, Event, Meeting
from tests import make
from tests.conftest import NOW
from tests.publishing import meeting, publish

MORNING = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)  # nine o'clock at the venue


class World:
    """A published event: a buyer with two desks meets two suppliers; a third has no meeting."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event = make.event(name="Encuentro Automotriz", code="bajio", slots=4)
            org = event.organization
            ends = event.slots[0].ends_at
            db.session.add(
                Block(
                    event=event, kind=BlockKind.BREAK, title="Café", starts_at=ends, ends_at=ends + timedelta(minutes=5)
                )
            )
            buyer = make.registration(
                event,
                Side.BUYER,
                desks=2,
                company=make.company(org, name="Nordwind Antriebe"),
                offer="Zincado de soportes",
            )
            lerma = make.registration(event, company=make.company(org, name="Galvánicos Lerma"))
            fono = make.registration(event, company=make.company(org, name="Fono Plásticos"))
            without = make.registration(event, company=make.company(org, name="Sin Reuniones"))
            colleague = make.delegate(lerma.company, name="Sin Mesa")
            first, second = meeting(buyer, lerma), meeting(buyer, fono)
            publish(event, [(first, 0, 0), (second, 1, 1)], now=NOW)
            self.meetings = (first.id, second.id)
            self.accounts = {
                "buyer": buyer.desks[0].seats[0].delegate.account_id,
                "buyer's second": buyer.desks[1].seats[0].delegate.account_id,
                "lerma": lerma.desks[0].seats[0].delegate.account_id,
                "fono": fono.desks[0].seats[0].delegate.account_id,
                "without": without.desks[0].seats[0].delegate.account_id,
                "colleague": colleague.account_id,
                "organizer": make.organizer(org).id,
            }

    def client(self, who: str | None) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get(Account, self.accounts[who]) if who else None)

    def get(self, who: str | None, path: str, **headers: str) -> tuple[int, str]:
        response = self.client(who).get(path, headers=headers)
        return response.status_code, response.get_data(as_text=True)

    def feed(self, who: str) -> str:
        """The address of the feed, as the page shows it."""
        page = self.get(who, "/e/bajio/agenda")[1]
        found = re.search(r'value="http://localhost(/f/[a-z2-7]{52}\.ics)"', page)
        assert found is not None
        return found.group(1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(sqlite_app: Flask, clock: time_machine.Traveller) -> World:
    return World(sqlite_app)


def companies(page: str) -> list[str]:
    """The counterparts in the list, in order."""
    return re.findall(r'<h3><a href="/e/bajio/reunion/[^"]+">([^<]+)</a></h3>', page)


def test_before_publication_the_page_says_what_will_come(sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    with sqlite_app.app_context(), unit_of_work():
        registration = make.registration(make.event(code="pronto"))
        person = registration.desks[0].seats[0].delegate.account
        client = make.client(sqlite_app, person)
    page = client.get("/e/pronto/agenda").get_data(as_text=True)
    assert "El horario todavía no se publica" in page
    assert "calendario" not in page.replace("calendar-plus", "")
    assert client.get("/e/pronto/agenda.ics").status_code == 404


def test_each_sees_the_own_meetings(world: World) -> None:
    assert {who: companies(world.get(who, "/e/bajio/agenda")[1]) for who in ("buyer", "lerma", "fono", "without")} == {
        "buyer": ["Galvánicos Lerma", "Fono Plásticos"],
        "lerma": ["Nordwind Antriebe"],
        "fono": ["Nordwind Antriebe"],
        "without": [],
    }
    assert "No tiene reuniones en este horario" in world.get("without", "/e/bajio/agenda")[1]


def test_strangers_and_organizers_find_no_agenda(world: World) -> None:
    first, second = world.meetings
    paths = ["/e/bajio/agenda", "/e/bajio/agenda.ics", f"/e/bajio/reunion/{first}", f"/e/bajio/reunion/{first}.ics"]
    assert [world.get(None, path)[0] for path in paths] == [302] * 4
    assert [world.get("organizer", path)[0] for path in paths] == [404] * 4
    assert [world.get("fono", path)[0] for path in paths] == [200, 200, 404, 404]
    assert world.get("lerma", f"/e/bajio/reunion/{second}")[0] == 404
    assert world.get("lerma", "/e/otro/agenda")[0] == 404
    assert world.get("lerma", f"/e/otro/reunion/{first}")[0] == 404


def test_a_colleague_without_a_desk_sees_nothing_of_the_others(world: World) -> None:
    assert companies(world.get("colleague", "/e/bajio/agenda")[1]) == []
    assert world.get("colleague", f"/e/bajio/reunion/{world.meetings[0]}")[0] == 404


def test_a_company_administrator_may_look_at_every_desk(world: World) -> None:
    with world.app.app_context():
        second = db.session.scalars(
            select(Delegate).where(Delegate.account_id == world.accounts["buyer's second"])
        ).one()
        key = second.id
    assert companies(world.get("buyer", "/e/bajio/agenda?quien=todos")[1]) == ["Galvánicos Lerma", "Fono Plásticos"]
    assert companies(world.get("buyer", f"/e/bajio/agenda?quien={key}")[1]) == []
    # Who is no administrator gets the own agenda, whatever the address says.
    assert companies(world.get("buyer's second", "/e/bajio/agenda?quien=todos")[1]) == []
    assert world.get("buyer's second", f"/e/bajio/reunion/{world.meetings[0]}")[0] == 404


@pytest.mark.parametrize("wish", ["quien=nobody", "dia=2027-99-99", "dia=%00", "quien=&dia=", "dia=" + "9" * 5000])
def test_nonsense_in_the_address_shows_the_own_agenda(world: World, wish: str) -> None:
    status, page = world.get("lerma", f"/e/bajio/agenda?{wish}")
    assert (status, companies(page)) == (200, ["Nordwind Antriebe"])


def test_the_card_of_the_next_meeting(world: World, clock: time_machine.Traveller) -> None:
    def card() -> list[str]:
        page = world.get("buyer", "/e/bajio/agenda")[1]
        found = re.search(
            r'<section class="(next[^"]*)".*?<h2 id="next-title">(.*?)</h2><span>(.*?)</span>.*?<b>(\d+)</b>',
            page,
            re.S,
        )
        return list(found.groups()) if found else []

    seen = []
    for minutes in (-31, -30, -8, 0, 12, 20, 23, 50):
        clock.move_to(MORNING + timedelta(minutes=minutes))
        seen.append(card())
    assert seen == [
        [],
        ["next", "Siguiente", "en 30 min", "1"],
        ["next", "Siguiente", "en 8 min", "1"],
        ["next now", "Ahora", "quedan 20 min", "1"],
        ["next now", "Ahora", "quedan 8 min", "1"],
        ["next", "Siguiente", "en 5 min", "2"],
        ["next", "Siguiente", "en 2 min", "2"],
        [],
    ]


def test_the_list_has_times_breaks_and_what_is_past(world: World, clock: time_machine.Traveller) -> None:
    clock.move_to(MORNING + timedelta(minutes=21))
    page = world.get("buyer", "/e/bajio/agenda")[1]
    rows = re.findall(r'agenda-time"><b>([\d:]+)</b>.*?<(?:article|div) class="(agenda-card[^"]*)"', page, re.S)
    assert rows == [
        ("09:00", "agenda-card supplier past"),
        ("09:20", "agenda-card"),
        ("09:25", "agenda-card supplier next-one"),
    ]
    assert "Café" in page
    assert "martes 9" in page
    assert "2 reuniones" in page


def test_the_meeting_page_says_when_where_with_whom_and_what(world: World) -> None:
    page = world.get("lerma", f"/e/bajio/reunion/{world.meetings[0]}")[1]
    for said in (
        "Nordwind Antriebe",
        "Comprador",
        "09:00–09:20",
        "<span>Mesa</span> <b>1</b>",
        "Salón Corregidora",
        "Zincado de soportes",
    ):
        assert said in page
    assert "calendar.google.com/calendar/render?action=TEMPLATE" in page
    assert "Copia en Google" in page


def test_files_hold_the_identity_of_the_mails(world: World) -> None:
    response = world.client("buyer").get("/e/bajio/agenda.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    assert response.headers["Content-Disposition"] == 'attachment; filename="encuentro-automotriz-agenda.ics"'
    assert response.headers["Cache-Control"] == "no-store"
    calendar = vobject.readOne(response.get_data(as_text=True))
    assert [(event.uid.value, event.sequence.value, event.summary.value) for event in calendar.vevent_list] == [
        ("m-1@localhost", "0", "Reunión con Galvánicos Lerma · Mesa 1"),
        ("m-2@localhost", "0", "Reunión con Fono Plásticos · Mesa 2"),
    ]
    assert "attendee" not in calendar.vevent.contents
    one = vobject.readOne(world.get("lerma", f"/e/bajio/reunion/{world.meetings[0]}.ics")[1])
    assert one.vevent.summary.value == "Reunión con Nordwind Antriebe · Mesa 1"


# The feed -------------------------------------------------------------------------------------------------------------


def moved(world: World, *places: tuple[int, int, int]) -> None:
    with world.app.app_context(), unit_of_work():
        event = db.session.scalars(select(Event)).one()
        held = [db.session.get_one(Meeting, key) for key in world.meetings]
        publish(event, [(held[which], slot, table) for which, slot, table in places], now=datetime.now(UTC))


def test_the_feed_needs_no_session_and_sets_no_cookie(world: World) -> None:
    address = world.feed("buyer")
    response = world.app.test_client().get(address)
    wanted = ("Content-Type", "Cache-Control", "X-Robots-Tag", "Vary", "Set-Cookie", "Content-Encoding")
    assert {name: response.headers.get(name) for name in wanted} == {
        "Content-Type": "text/calendar; charset=utf-8; method=PUBLISH",
        "Cache-Control": "private, max-age=900",
        "X-Robots-Tag": "noindex",
        "Vary": None,
        "Set-Cookie": None,
        "Content-Encoding": None,
    }
    calendar = vobject.readOne(response.get_data(as_text=True))
    assert [event.uid.value for event in calendar.vevent_list] == ["m-1@localhost", "m-2@localhost"]
    assert b"@example.com" not in response.data


def test_the_same_feed_has_the_same_bytes_and_a_client_that_has_it_gets_nothing(world: World) -> None:
    client, address = world.app.test_client(), world.feed("buyer")
    first, again = client.get(address), client.get(address)
    assert (first.data, first.headers["ETag"]) == (again.data, again.headers["ETag"])
    tag = first.headers["ETag"]
    answers = {
        wish: client.get(address, headers={"If-None-Match": wish}).status_code
        for wish in (tag, f"W/{tag}", f'"other", {tag}', "*", '"other"', "nonsense", tag.strip('"'))
    }
    assert answers == {
        tag: 304,
        f"W/{tag}": 304,
        f'"other", {tag}': 304,
        "*": 304,
        '"other"': 200,
        "nonsense": 200,
        tag.strip('"'): 200,
    }
    fresh = client.get(address, headers={"If-None-Match": tag})
    assert (fresh.data, fresh.headers["ETag"]) == (b"", tag)
    head = client.head(address)
    assert (head.status_code, head.data, head.headers["ETag"], head.content_length) == (200, b"", tag, len(first.data))


def test_the_version_changes_with_what_is_published_and_with_nothing_else(
    world: World, clock: time_machine.Traveller
) -> None:
    client = world.app.test_client()
    buyer, fono = world.feed("buyer"), world.feed("fono")

    def tags() -> list[str]:
        return [client.get(address).headers["ETag"] for address in (buyer, fono)]

    before = tags()
    clock.shift(timedelta(days=1))
    assert tags() == before
    moved(world, (0, 2, 0), (1, 1, 1))
    after = tags()
    assert (after[0] != before[0], after[1] == before[1]) == (True, True)
    clock.shift(timedelta(days=1))
    moved(world, (0, 2, 0))
    assert [now != then for now, then in zip(tags(), after, strict=True)] == [True, True]
    assert client.get(fono).data.count(b"BEGIN:VEVENT") == 0  # what is cancelled vanishes; the calendar stays valid
    assert vobject.readOne(client.get(fono).get_data(as_text=True)).method.value == "PUBLISH"


def test_wrong_tokens_and_other_methods(world: World) -> None:
    client, address = world.app.test_client(), world.feed("lerma")
    wrong = [
        "/f/x.ics",
        f"/f/{'a' * 52}.ics",
        f"/f/{'a' * 5000}.ics",
        "/f/%00.ics",
        address.upper().replace("/F/", "/f/").replace(".ICS", ".ics"),
    ]
    for path in wrong:
        answer = client.get(path)
        assert (path, answer.status_code, answer.headers.get("Set-Cookie")) == (path, 404, None)
    for method in ("POST", "PUT", "DELETE", "PROPFIND"):
        assert (method, client.open(address, method=method).status_code) == (method, 405)


def test_another_address_ends_the_old_one(world: World) -> None:
    old = world.feed("lerma")
    client = world.client("lerma")
    assert client.get(old).status_code == 200
    answer = client.submit("/e/bajio/agenda/enlace", page="/e/bajio/agenda")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/e/bajio/agenda#calendario")
    new = world.feed("lerma")
    assert new != old
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)


def test_the_owner_sees_the_last_use(world: World, clock: time_machine.Traveller) -> None:
    client, address = world.app.test_client(), world.feed("lerma")
    assert "Ningún calendario la ha usado todavía" in world.get("lerma", "/e/bajio/agenda")[1]
    client.get(address)
    assert "Último uso: 20 de enero de 2027, 10:00" in world.get("lerma", "/e/bajio/agenda")[1]
    clock.shift(timedelta(minutes=59))
    client.get(address)
    assert "Último uso: 20 de enero de 2027, 10:00" in world.get("lerma", "/e/bajio/agenda")[1]
    clock.shift(timedelta(minutes=2))
    client.get(address, headers={"If-None-Match": "*"})
    assert "Último uso: 20 de enero de 2027, 11:01" in world.get("lerma", "/e/bajio/agenda")[1]


def test_who_leaves_the_company_loses_the_feed(world: World) -> None:
    address = world.feed("lerma")
    with world.app.app_context(), unit_of_work():
        person = db.session.scalars(select(Delegate).where(Delegate.account_id == world.accounts["lerma"])).one()
        person.ended_at = datetime.now(UTC)
    assert world.app.test_client().get(address).status_code == 404


def test_an_unchanged_feed_costs_one_query(world: World) -> None:
    client, address = world.app.test_client(), world.feed("buyer")
    tag = client.get(address).headers["ETag"]
    assert len(queries(world, lambda: client.get(address, headers={"If-None-Match": tag}))) == 1


def test_the_agenda_makes_the_same_queries_for_one_and_for_two_meetings(world: World) -> None:
    client = world.client("buyer")
    client.get("/e/bajio/agenda")
    two = queries(world, lambda: client.get("/e/bajio/agenda"))
    moved(world, (0, 0, 0))
    one = queries(world, lambda: client.get("/e/bajio/agenda"))
    assert len(one) == len(two)


def queries(world: World, act: object) -> list[str]:
    """The statements that an act sends to the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    with world.app.app_context():
        engine = db.engine
    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    try:
        assert callable(act)
        act()
    finally:
        sqlalchemy_event.remove(engine, "before_cursor_execute", note)
    return seen
