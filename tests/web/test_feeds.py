"""The feed over HTTP and the organizer's export: what calendars get, whatever they ask and whatever breaks."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import SYSTEM
from eventsapp.domain.values import Side
from eventsapp.models import Delegate, Event, Invitation
from eventsapp.services import feeds, invitations
from tests import make
from tests.conftest import NOW
from tests.publishing import meeting, publish
from tests.statements import counted

SECRET = "x" * 32


class World:
    """A person with two published meetings and an open feed."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            self.event = make.event(name="Encuentro Automotriz", code="bajio", slots=4)
            org = self.event.organization
            buyer = make.registration(self.event, Side.BUYER, company=make.company(org, name="Nordwind Antriebe"))
            self.lerma = make.registration(self.event, company=make.company(org, name="Galvánicos Lerma"))
            self.held = [meeting(buyer, self.lerma), meeting(buyer, make.registration(self.event))]
            publish(self.event, [(self.held[0], 0, 0), (self.held[1], 1, 0)], now=NOW)
            self.person = buyer.desks[0].seats[0].delegate.id
            self.counterpart = self.lerma.desks[0].seats[0].delegate.id
            for key in (self.person, self.counterpart):
                feeds.open_for(db.session.get_one(Delegate, key), SECRET)
            self.path, self.other = self.address(self.person), self.address(self.counterpart)
            self.organizer = make.organizer(org)
            db.session.flush()
            db.session.refresh(self.organizer)
            db.session.expunge(self.organizer)
            self.ids = [one.id for one in self.held]
            self.event_id = self.event.id

    def address(self, key: object) -> str:
        return f"/f/{feeds.token_of(db.session.get_one(Delegate, key), SECRET)}.ics"

    def publish(self, *places: tuple[int, int, int], hours: int = 1) -> None:
        from eventsapp.models import Meeting

        with self.app.app_context(), unit_of_work():
            event = db.session.get_one(Event, self.event_id)
            held = [(db.session.get_one(Meeting, self.ids[index]), slot, table) for index, slot, table in places]
            publish(event, held, now=NOW + timedelta(hours=hours))

    def etag(self) -> str:
        return self.app.test_client().get(self.path).headers["ETag"]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(sqlite_app: Flask, clock: time_machine.Traveller) -> World:
    return World(sqlite_app)


def test_fault_13_uncompressed_unless_asked_and_even_then(world: World) -> None:
    for accepted in ({}, {"Accept-Encoding": "gzip, br"}):
        response = world.app.test_client().get(world.path, headers=accepted)
        assert response.headers.get("Content-Encoding") is None
        assert response.data.startswith(b"BEGIN:VCALENDAR\r\n")


def test_fault_14_answers_without_an_accept_header(world: World) -> None:
    client = world.app.test_client()
    for accept in (None, "text/html", "application/json", "x"):
        headers = {} if accept is None else {"Accept": accept}
        response = client.get(world.path, headers=headers)
        assert (response.status_code, response.content_type) == (200, "text/calendar; charset=utf-8; method=PUBLISH")


def test_fault_15_a_token_is_random_personal_and_ends(world: World) -> None:
    client = world.app.test_client()
    assert re.fullmatch(r"/f/[a-z2-7]{52}\.ics", world.path)
    assert client.get(world.path).data.count(b"BEGIN:VEVENT") == 2
    mine = client.get(world.other).data
    assert (mine.count(b"BEGIN:VEVENT"), b"Nordwind" in mine) == (1, True)
    wrong = ["/f/" + "a" * 52 + ".ics", "/f/x.ics", f"{world.path[:-5]}.ics", "/f/%00.ics", "/f/" + "a" * 3000 + ".ics"]
    assert [client.get(path).status_code for path in wrong] == [404] * 5
    with world.app.app_context(), unit_of_work():
        person = db.session.get_one(Delegate, world.person)
        assert person.account is not None
        feeds.rotate(person, SECRET, actor=make.actor(person.account), now=NOW)
    assert client.get(world.path).status_code == 404
    assert client.get(world.path, headers={"If-None-Match": "*"}).status_code == 404  # revoked before 304


def test_a_304_costs_one_statement_and_a_calendar_two(world: World) -> None:
    client = world.app.test_client()
    etag = world.etag()
    with counted(world.app) as statements:
        assert client.get(world.path, headers={"If-None-Match": etag}).status_code == 304
    assert len([one for one in statements if one.startswith("SELECT")]) == 1
    with counted(world.app) as statements:
        assert client.get(world.path).status_code == 200
    assert len([one for one in statements if one.startswith("SELECT")]) == 2


def test_the_one_statement_uses_the_index_of_the_token(world: World) -> None:
    with world.app.app_context():
        plan = db.session.execute(text("EXPLAIN QUERY PLAN SELECT id FROM delegate WHERE feed_digest = 'x'")).all()
    assert "INDEX" in str(plan)


def test_head_has_the_headers_and_nothing_else_writes(world: World) -> None:
    client = world.app.test_client()
    full, head = client.get(world.path), client.head(world.path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == full.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(full.data))
    for method in ("PUT", "POST", "DELETE", "PATCH", "PROPFIND", "REPORT", "MKCALENDAR"):
        assert client.open(world.path, method=method).status_code == 405, method


def test_no_cookie_no_variation_and_private_for_a_quarter_of_an_hour(world: World) -> None:
    client = make.client(world.app, world.organizer)  # a browser with a session
    for path in (world.path, "/f/" + "a" * 52 + ".ics"):
        response = client.get(path)
        assert response.headers.get("Set-Cookie") is None
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.headers["X-Robots-Tag"] == "noindex"
    assert client.get(world.path).headers["Cache-Control"] == "private, max-age=900"


@pytest.mark.parametrize("matching", [True, False])
def test_when_the_database_fails_the_answer_is_503_and_never_an_empty_calendar(world: World, matching: bool) -> None:
    client, etag = world.app.test_client(), world.etag()
    with world.app.app_context():
        db.session.execute(text("ALTER TABLE delegate RENAME TO elsewhere"))
        db.session.commit()
    response = client.get(world.path, headers={"If-None-Match": etag} if matching else {})
    assert response.status_code == 503
    assert b"VCALENDAR" not in response.data
    assert response.headers["Retry-After"]
    assert response.headers.get("Set-Cookie") is None


def test_the_tag_changes_with_everything_that_can_be_seen(world: World) -> None:
    """Fault 12 over HTTP: another slot, another table, a renamed company, a deletion; and back is not the same tag."""
    tags = [world.etag()]
    world.publish((0, 2, 0), (1, 1, 0), hours=1)
    tags.append(world.etag())
    world.publish((0, 2, 1), (1, 1, 0), hours=2)
    tags.append(world.etag())
    world.publish((1, 1, 0), hours=3)
    tags.append(world.etag())
    with world.app.app_context(), unit_of_work():
        event = db.session.get_one(Event, world.event_id)
        event.organization.name = "Otro clúster"
    tags.append(world.etag())
    with world.app.app_context(), unit_of_work():
        event = db.session.get_one(Event, world.event_id)
        event.name = "Encuentro del Bajío"
        from eventsapp.services import publication

        publication.announce(
            event,
            actor=SYSTEM,
            now=NOW + timedelta(hours=4),
            base_url="http://localhost",
            organizer_address="agenda@encuentro.example",
        )
    tags.append(world.etag())
    assert len(set(tags)) == len(tags)
    assert world.app.test_client().get(world.path).data.count(b"BEGIN:VEVENT") == 1


def test_two_fetches_are_equal_and_who_is_not_concerned_keeps_the_tag(world: World) -> None:
    client = world.app.test_client()
    before = client.get(world.other)
    assert client.get(world.other).data == before.data
    world.publish((0, 0, 0), (1, 2, 0))  # the other meeting moves
    after = client.get(world.other)
    assert (after.headers["ETag"], after.data) == (before.headers["ETag"], before.data)


def test_parts_of_an_older_writing_are_written_anew_and_meanwhile_read_from_what_was_sent(world: World) -> None:
    client = world.app.test_client()
    before = client.get(world.path).data
    with world.app.app_context(), unit_of_work():
        for row in db.session.scalars(select(Invitation)):
            row.part, row.part_writing = b"old", 0
    assert client.get(world.path).data == before
    with world.app.app_context(), unit_of_work():
        assert (invitations.refresh_parts(2), invitations.refresh_parts(), invitations.refresh_parts()) == (2, 2, 0)
    assert client.get(world.path).data == before


# The organizer's export -----------------------------------------------------------------------------------------------


def test_the_whole_event_as_one_calendar(world: World) -> None:
    client = make.client(world.app, world.organizer)
    response = client.get("/o/bajio/horario.ics")
    assert (response.status_code, response.content_type) == (200, "text/calendar; charset=utf-8; method=PUBLISH")
    body = response.data.decode().replace("\r\n ", "")
    assert body.count("BEGIN:VEVENT") == 2
    assert "SUMMARY:Nordwind Antriebe / Galvánicos Lerma · Mesa 1\r\n" in body
    assert "ATTENDEE" not in body
    assert set(re.findall(r"UID:(\S+)", body)) == {"m-1@localhost", "m-2@localhost"}
    assert 'href="/o/bajio/horario.ics"' in client.get("/o/bajio/publicacion").get_data(as_text=True)
    assert world.app.test_client().get("/o/bajio/horario.ics").status_code == 302


def test_before_publication_there_is_no_file(sqlite_app: Flask, clock: time_machine.Traveller) -> None:
    with sqlite_app.app_context(), unit_of_work():
        person = make.organizer(make.event(code="pronto").organization)
        client = make.client(sqlite_app, person)
    assert client.get("/o/pronto/horario.ics").status_code == 404


@pytest.mark.slow
def test_twenty_thousand_meetings_take_less_than_200_megabytes() -> None:
    program = Path(__file__).with_name("export_memory.py")
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    amount, most = map(int, done.stdout.split())
    assert amount == 20_000
    assert most < 200 * 2**20, f"{most / 2**20:.0f} MiB"
