"""What people type and what is missing: each has a clear outcome in mail, feed and file, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import OutboxState, Side
from eventsapp.models import Delegate, Event, Invitation, OutboxMessage, Placement
from eventsapp.services import agendas, feeds, invitations
from eventsapp.settings import Settings
from eventsapp.worker import runner
from tests import make
from tests.calendars.readers import read_with_libical, read_with_vobject
from tests.calendars.samples import HOSTILE_TEXTS
from tests.mailbox import calendar, take
from tests.publishing import BASE_URL, MAIL_FROM, draft, meeting

SECRET = "x" * 32
NOW = datetime(2026, 1, 5, tzinfo=UTC)  # due, whatever the clock of the worker says


class World:
    """A buyer and a supplier who meet; what they are called is up to the test."""

    def __init__(self, app: Flask, name: str = "Nordwind Antriebe", **values: object) -> None:
        self.app = app
        with unit_of_work():
            self.event = make.event(name=name, **values)
            org = self.event.organization
            self.buyer = make.registration(self.event, Side.BUYER, company=make.company(org, name=name))
            self.lerma = make.registration(self.event, company=make.company(org, name="Galvánicos Lerma"))
            self.bea = self.buyer.desks[0].seats[0].delegate
            self.leo = self.lerma.desks[0].seats[0].delegate
            self.held = meeting(self.buyer, self.lerma)

    def publish(self) -> None:
        """Announce the meeting as it stands; the checks of a publication are not in question here."""
        with unit_of_work():
            self.schedule = draft(self.event, [(self.held, 0, 0)])
            if self.without_table:
                db.session.scalars(select(Placement)).one().table = None
            self.schedule.published_at = NOW
            db.session.flush()
            invitations.announce(self.event, self.schedule, now=NOW, base_url=BASE_URL, organizer_address=MAIL_FROM)

    without_table = False

    def sent(self) -> dict[str, bytes | None]:
        """The calendars that were mailed, by recipient."""
        runner.run_until_idle(self.app)
        db.session.rollback()
        assert set(db.session.scalars(select(OutboxMessage.state))) <= {OutboxState.SENT}
        mails = take(self.app.config["SETTINGS"].data_dir / "mail")
        return {mail["To"].addresses[0].addr_spec: calendar(mail) for mail in mails if calendar(mail)}

    def feed(self, person: Delegate) -> bytes:
        with unit_of_work():
            feeds.open_for(person, SECRET)
        found = feeds.find(feeds.token_of(person, SECRET))
        assert found is not None
        return feeds.write(found)

    def file(self) -> bytes:
        settings: Settings = self.app.config["SETTINGS"]
        parts = agendas.list_parts(self.schedule, list(self.lerma.desks))
        return agendas.agenda_file(self.event, self.schedule, parts, settings, "es_MX")


@pytest.fixture
def app(sqlite_app: Flask) -> Iterator[Flask]:
    with sqlite_app.app_context():
        yield sqlite_app


@pytest.mark.parametrize("text", [text[:190] for text in HOSTILE_TEXTS if "\ud800" not in text and "\x00" not in text])
def test_hostile_names_reach_every_artefact_whole_and_valid(app: Flask, text: str) -> None:
    world = World(app, name=text)
    with unit_of_work():
        world.bea.name = text
    world.publish()
    mailed = world.sent()
    assert set(mailed) == {world.bea.email, world.leo.email}
    for written in (*mailed.values(), world.feed(world.leo), world.file()):
        assert written is not None
        reading = read_with_libical(written)
        assert (reading.errors, reading.restrictions_kept, len(reading.entries)) == (0, True, 1)
        assert read_with_vobject(written)[0].start == reading.entries[0].start == world.event.slots[0].starts_at


def test_a_meeting_without_a_table_has_a_place_and_no_empty_line(app: Flask) -> None:
    world = World(app)
    world.without_table = True
    world.publish()
    for written in (*world.sent().values(), world.feed(world.leo), world.file()):
        assert written is not None
        (entry,) = read_with_vobject(written)
        assert entry.location == "Centro de Congresos, Querétaro"
        assert "Mesa" not in entry.summary


@pytest.mark.parametrize("account", ["none", "unconfirmed"])
def test_a_delegate_without_a_confirmed_address_is_invited_at_the_address_that_the_company_gave(
    app: Flask, account: str
) -> None:
    world = World(app)
    with unit_of_work():
        if account == "none":
            world.leo.account = None
        else:
            assert world.leo.account is not None
            world.leo.account.email_confirmed_at = None
    world.publish()
    assert set(world.sent()) == {world.bea.email, world.leo.email}


@pytest.mark.parametrize("address", ["jefe", "josé@lerma.example", "a b@lerma.example", "@", "x@-.example"])
def test_an_address_that_no_calendar_can_carry_costs_nobody_else_the_invitation(app: Flask, address: str) -> None:
    world = World(app)
    with unit_of_work():
        world.leo.email = address
    world.publish()
    with unit_of_work():  # the summary to an impossible address fails by itself; its row says so
        for row in db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "agenda_published")):
            db.session.delete(row)
    assert set(world.sent()) == {world.bea.email}
    assert len(read_with_vobject(world.feed(world.leo))) == 1
    assert len(read_with_vobject(world.file())) == 1


def test_an_international_domain_is_written_in_ascii(app: Flask) -> None:
    world = World(app)
    with unit_of_work():
        world.leo.email = "leo@galvánicos.example"
    world.publish()
    assert "leo@" + "galvánicos.example".encode("idna").decode() in world.sent()


@pytest.mark.parametrize("zone", ["America/Guatemala", "Asia/Kathmandu"])
def test_a_zone_that_we_do_not_describe_is_written_in_utc(app: Flask, zone: str) -> None:
    world = World(app, time_zone=zone)
    world.publish()
    for written in (*world.sent().values(), world.feed(world.leo)):
        assert written is not None
        assert b"VTIMEZONE" not in written
        assert read_with_vobject(written)[0].start == world.event.slots[0].starts_at


def test_the_organizer_s_mailbox_as_a_delegate_is_not_invited_by_mail(app: Flask) -> None:
    world = World(app)
    with unit_of_work():
        world.leo.email = MAIL_FROM.upper()
    world.publish()
    assert set(world.sent()) == {world.bea.email}
    assert len(read_with_vobject(world.feed(world.leo))) == 1


def test_a_feed_holds_nothing_of_other_events_and_other_people(app: Flask) -> None:
    world, other = World(app), World(app)
    for each in (world, other):
        each.publish()
    uids = {each.held.uid: each for each in (world, other)}
    assert len(uids) == 2
    for uid, each in uids.items():
        assert [entry.uid for entry in read_with_vobject(each.feed(each.leo))] == [uid]
    assert db.session.scalar(select(Event.id).limit(1)) is not None
    assert {row.starts_at - row.stamped_at > timedelta(0) for row in db.session.scalars(select(Invitation))} == {True}
