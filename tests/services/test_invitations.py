"""Invitations after publications: who is told what, read back from the mails as they were sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import InvitationMethod, OutboxState, Side
from eventsapp.models import DeskDelegate, Event, Invitation, Meeting, OutboxMessage, Registration
from eventsapp.services import invitations, schedules
from eventsapp.worker import runner
from tests import make
from tests.mailbox import Told, all_told, calendar, part, take
from tests.publishing import BASE_URL, MAIL_FROM, meeting, publish

ROOM = "Salón Corregidora"
PLACE = "Centro de Congresos, Querétaro"


class World:
    """An event with a buyer of two delegates, two suppliers, and mails that are sent when asked for."""

    def __init__(self, app: Flask, now: datetime) -> None:
        self.app = app
        self.now = now - timedelta(days=365 * 20)  # due, whatever the clock of the worker says
        with unit_of_work():
            self.event = make.event(name="Encuentro Automotriz")
            org = self.event.organization
            self.buyer = make.registration(self.event, Side.BUYER, company=make.company(org, name="Nordwind Antriebe"))
            self.second = make.delegate(self.buyer.company, name="Eva Koch", email="eva@nordwind.example")
            db.session.add(DeskDelegate(desk=self.buyer.desks[0], delegate=self.second, position=1))
            self.lerma = make.registration(self.event, company=make.company(org, name="Galvánicos Lerma"))
            self.fono = make.registration(self.event, company=make.company(org, name="Fono Plásticos"))
            self.first = meeting(self.buyer, self.lerma)
            self.other = meeting(self.buyer, self.fono)
            self.without = make.registration(self.event)

    def publish(self, *places: tuple[Meeting, int, int]) -> None:
        self.now += timedelta(days=1)
        with unit_of_work():
            publish(self.event, list(places), now=self.now)

    def sent(self) -> list[Told]:
        """Send what is due and read what calendars are told by it."""
        self.mails = self._send()
        return all_told(self.mails)

    def _send(self) -> list[object]:
        db.session.rollback()
        runner.run_until_idle(self.app)
        states = set(db.session.scalars(select(OutboxMessage.state)))
        assert states <= {OutboxState.SENT}
        db.session.rollback()
        return take(self.app.config["SETTINGS"].data_dir / "mail")


def address(registration: Registration) -> str:
    return registration.desks[0].seats[0].delegate.email


def request(to: str, uid: str, sequence: int, start: str, table: str) -> Told:
    return Told(to, "REQUEST", sequence, uid, start, f"{ROOM}, Mesa {table}, {PLACE}", "CONFIRMED", (to,))


def cancel(to: str, uid: str, sequence: int, start: str, table: str, status: str = "CANCELLED") -> Told:
    return Told(to, "CANCEL", sequence, uid, start, f"{ROOM}, Mesa {table}, {PLACE}", status, (to,))


@pytest.fixture
def world(context: Flask, now: datetime) -> World:
    return World(context, now)


@pytest.fixture
def sqlite_world(sqlite_app: Flask, now: datetime) -> Iterator[World]:
    """For what does not touch the database's ways."""
    with sqlite_app.app_context():
        yield World(sqlite_app, now)


def ordered(*told: Told) -> list[Told]:
    return sorted(told, key=lambda one: (one.to, one.uid, one.sequence))


def test_from_the_first_publication_to_a_pair_that_returns(world: World) -> None:
    bea, eva, leo, fay = address(world.buyer), "eva@nordwind.example", address(world.lerma), address(world.fono)
    both = (world.first, 0, 0), (world.other, 1, 0)

    world.publish(*both)
    assert world.sent() == ordered(
        *(request(person, "m-1@localhost", 0, "03-09 09:00", "1") for person in (bea, eva, leo)),
        *(request(person, "m-2@localhost", 0, "03-09 09:25", "1") for person in (bea, eva, fay)),
    )

    # Three changes of one meeting: to another time, to another table, and back to where it was.
    for sequence, (slot, start, table) in enumerate(
        [(2, "03-09 09:50", 0), (2, "03-09 09:50", 1), (0, "03-09 09:00", 0)], 1
    ):
        world.publish((world.first, slot, table), both[1])
        assert world.sent() == ordered(
            *(request(person, "m-1@localhost", sequence, start, str(table + 1)) for person in (bea, eva, leo))
        )

    world.publish(both[1])
    assert world.sent() == ordered(
        *(cancel(person, "m-1@localhost", 4, "03-09 09:00", "1") for person in (bea, eva, leo))
    )

    world.publish(*both)
    again = db.session.scalars(
        select(Meeting).where(Meeting.cancelled_at.is_(None), Meeting.b_id == world.lerma.id)
    ).one()
    assert again.uid not in {"m-1@localhost", "m-2@localhost"}
    assert world.sent() == ordered(*(request(person, again.uid, 0, "03-09 09:00", "1") for person in (bea, eva, leo)))


def test_who_leaves_a_desk_is_uninvited_and_the_counterpart_reads_who_is_left(world: World) -> None:
    world.publish((world.first, 0, 0))
    world.sent()
    with unit_of_work():
        db.session.delete(world.buyer.desks[0].seats[1])
    world.publish((world.first, 0, 0), (world.other, 1, 0))
    assert world.sent() == ordered(
        cancel("eva@nordwind.example", "m-1@localhost", 1, "03-09 09:00", "1", status=""),
        request(address(world.lerma), "m-1@localhost", 0, "03-09 09:00", "1"),
        *(
            request(person, "m-2@localhost", 0, "03-09 09:25", "1")
            for person in (address(world.buyer), address(world.fono))
        ),
    )


def test_a_renamed_company_is_a_correction_without_a_new_sequence(world: World) -> None:
    world.publish((world.first, 0, 0))
    before = {told.to: told for told in world.sent()}
    with unit_of_work():
        world.lerma.company.name = "Galvánicos del Lerma"
    world.publish((world.first, 0, 0), (world.other, 1, 0))
    corrections = [told for told in world.sent() if told.uid == "m-1@localhost"]
    assert corrections == [replace(before[to]) for to in sorted([address(world.buyer), "eva@nordwind.example"])]
    subjects = {mail["Subject"] for mail in world.mails if b"m-1@localhost" in (calendar(mail) or b"")}
    assert subjects == {"Datos nuevos de su reunión con Galvánicos del Lerma"}


def test_a_new_mailbox_gets_the_invitation_that_it_never_had(world: World) -> None:
    world.publish((world.first, 0, 0))
    world.sent()
    with unit_of_work():
        world.second.email = "koch@nordwind.example"
    world.publish((world.first, 0, 0), (world.other, 1, 0))
    assert [told for told in world.sent() if told.uid == "m-1@localhost"] == [
        request("koch@nordwind.example", "m-1@localhost", 0, "03-09 09:00", "1")
    ]


def test_another_language_of_the_account_changes_no_invitation(world: World) -> None:
    world.publish((world.first, 0, 0))
    world.sent()
    with unit_of_work():
        world.lerma.desks[0].seats[0].delegate.account.locale = "en"
    world.publish((world.first, 0, 0), (world.other, 1, 0))
    assert {told.uid for told in world.sent()} == {"m-2@localhost"}


def test_each_person_gets_one_summary_of_the_agenda(world: World) -> None:
    world.publish((world.first, 0, 0), (world.other, 1, 0))
    world.sent()
    assert sorted((mail["To"], mail["Subject"]) for mail in world.mails if calendar(mail) is None) == sorted(
        [
            *(
                (f"{seat.delegate.name} <{seat.delegate.email}>", "Su agenda: 2 reuniones, 9 de marzo")
                for seat in world.buyer.desks[0].seats
            ),
            *(
                (f"{r.desks[0].seats[0].delegate.name} <{address(r)}>", "Su agenda: 1 reunión, 9 de marzo")
                for r in (world.lerma, world.fono)
            ),
        ]
    )
    world.publish((world.first, 0, 0), (world.other, 2, 0))
    world.sent()
    assert {mail["Subject"] for mail in world.mails if calendar(mail) is None} == {
        "Su agenda cambió: 2 reuniones, 9 de marzo",
        "Su agenda cambió: 1 reunión, 9 de marzo",
    }


def test_no_mail_holds_the_address_of_anybody_else(world: World) -> None:
    world.publish((world.first, 0, 0), (world.other, 1, 0))
    world.sent()
    everybody = {address(world.buyer), "eva@nordwind.example", address(world.lerma), address(world.fono)}
    assert len(world.mails) == 10
    for mail in world.mails:
        own = mail["To"].addresses[0].addr_spec
        texts = [found.get_content() for found in mail.walk() if found.get_content_maintype() == "text"]
        assert [other for other in everybody - {own} if any(other in text for text in texts)] == []


def test_delegates_without_a_meeting_hear_nothing(world: World) -> None:
    world.publish((world.first, 0, 0))
    assert address(world.without) not in {told.to for told in world.sent()}
    assert address(world.without) not in {mail["To"].addresses[0].addr_spec for mail in world.mails}


def test_publishing_what_is_published_writes_nothing(world: World) -> None:
    world.publish((world.first, 0, 0))
    world.sent()
    with unit_of_work():
        event = db.session.get_one(Event, world.event.id)
        published = schedules.published_of(event)
        assert (
            invitations.announce(event, published, now=world.now, base_url=BASE_URL, organizer_address=MAIL_FROM) == 0
        )
    assert world.sent() == []


@pytest.mark.parametrize("unreachable", ["jürgen@nordwind.example", "agenda@encuentro.example"])
def test_a_mailbox_that_no_calendar_can_invite_stops_nothing(sqlite_world: World, unreachable: str) -> None:
    world = sqlite_world
    with unit_of_work():
        world.second.email = unreachable
    world.publish((world.first, 0, 0))
    runner.run_until_idle(world.app)
    assert {told.to for told in all_told(take(world.app.config["SETTINGS"].data_dir / "mail"))} == {
        address(world.buyer),
        address(world.lerma),
    }
    row = db.session.scalars(select(Invitation).where(Invitation.delegate_id == world.second.id)).one()
    assert row.method is InvitationMethod.REQUEST


HOSTILE = [
    "Evil\r\nBcc: victim@example.com",
    'Quote "and" back\\slash; semi, comma: colon',
    "<script>alert(1)</script> & Söhne",
    "{{ 7*7 }} %(company)s %s {0}",
    "東京精密株式会社" * 8,
    "\u202egnp.exe \ufeff\x07 Ω",
    "👩‍🔧 Talleres Núñez 👨🏽‍🏭",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(sqlite_world: World, name: str) -> None:
    world = sqlite_world
    with unit_of_work():
        world.lerma.company.name = name
        world.lerma.offer = name
        delegate = world.lerma.desks[0].seats[0].delegate
        delegate.name = delegate.job_title = name[:100]
        world.event.name = name
        world.event.tables[0].room = name[:60]
    world.publish((world.first, 0, 0))
    told = world.sent()
    assert [(one.method, one.sequence, one.attendees) for one in told] == [("REQUEST", 0, (one.to,)) for one in told]
    assert len(world.mails) == 6
    for mail in world.mails:
        assert mail["Bcc"] is None
        assert len(mail.get_all("To")) == len(mail.get_all("Subject")) == 1
        html = part(mail, "text/html")
        assert html is not None
        assert "<script" not in html.get_content()
        raw = mail.as_bytes()
        assert max(map(len, raw.split(b"\n"))) < 999
