"""The worker reads the mailbox: answers count, and one bad mail stops no other."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.calendars.reply import MAX_BYTES
from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Participation
from eventsapp.mail.inbox import Inbox
from eventsapp.models import CalendarReply, Invitation
from eventsapp.worker.pace import FIRST_REST, MINUTE, Pace
from eventsapp.worker.receiving import Receiver, receiver
from tests import make
from tests.calendars.replies import ics, mail
from tests.conftest import NOW
from tests.mail.imap import server
from tests.publishing import meeting, publish


def test_what_waits_in_the_mailbox_is_taken(context: Flask) -> None:
    with unit_of_work():
        event = make.event()
        held = meeting(make.registration(event), make.registration(event))
        publish(event, [(held, 0, 0)], now=NOW)
        people = [registration.desks[0].seats[0].delegate.email for registration in (held.a, held.b)]
        uid = held.uid
    with server() as (box, address):
        box.put(
            mail(ics(uid=uid, attendee=people[0]), sender=people[0], message_id="<1@x>"),
            mail(ics(uid=uid, attendee=people[1])[:120], sender=people[1], message_id="<2@x>"),
            b"\xff" * 300,
            mail(ics(uid=uid, attendee=people[1], partstat="DECLINED"), sender=people[1], message_id="<3@x>"),
        )
        reader = Receiver(context, Inbox(address, largest=MAX_BYTES))
        assert (reader.read_waiting(), reader.read_waiting()) == (4, 0)
        assert list(box.flags.values()) == [{r"\Seen"}, {r"\Flagged"}, {r"\Flagged"}, {r"\Seen"}]
    db.session.rollback()
    answers = dict(db.session.execute(select(Invitation.delegate_id, Invitation.answer)).all())
    assert sorted(str(answer) for answer in answers.values()) == ["accepted", "declined"]
    assert Participation.ACCEPTED in answers.values()
    faults = db.session.scalars(select(CalendarReply.fault).where(CalendarReply.fault != ""))
    assert sorted(faults) == ["broken_calendar", "not_a_mail"]


def test_without_an_address_nobody_reads(sqlite_app: Flask) -> None:
    assert receiver(sqlite_app) is None


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_domain_gets_so_many_mails_a_minute() -> None:
    clock = Hand()
    pace = Pace(2, clock=clock)
    for person in ("ana", "leo"):
        assert pace.resting() == set()
        pace.handed_over(f"{person}@Gmail.example")
    pace.handed_over("x@other.example")
    assert pace.resting() == {"gmail.example"}
    clock.now += MINUTE
    assert pace.resting() == set()


def test_without_a_limit_nobody_rests() -> None:
    pace = Pace(0, clock=Hand())
    for number in range(1000):
        pace.handed_over(f"p{number}@x.example")
    assert pace.resting() == set()


def test_a_domain_that_puts_off_several_people_rests_longer_and_longer() -> None:
    clock = Hand()
    pace = Pace(0, clock=clock)
    for _ in range(9):
        pace.put_off("full@x.example")
    assert pace.resting() == set()  # one full mailbox is no reason
    pace.put_off("ana@x.example")
    pace.put_off("leo@x.example")
    assert pace.resting() == {"x.example"}
    clock.now += FIRST_REST
    assert pace.resting() == set()
    pace.put_off("eva@x.example")
    clock.now += FIRST_REST
    assert pace.resting() == {"x.example"}
    pace.handed_over("eva@x.example")
    assert pace.resting() == set()


@pytest.mark.parametrize("address", ["", "no-domain", "@", "a@b@c"])
def test_odd_addresses_are_a_domain_like_any_other(address: str) -> None:
    pace = Pace(1, clock=Hand())
    pace.handed_over(address)
    assert len(pace.resting()) == 1
