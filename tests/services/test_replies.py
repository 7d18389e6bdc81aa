"""Answers to invitations: what comes by mail or from the web, what it changes, and what waits for the organizer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import NOBODY, SYSTEM
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import OutboxState, Participation, ReplyState, Side
from eventsapp.models import CalendarReply, DeskDelegate, Invitation, Meeting, OutboxMessage, Schedule
from eventsapp.services import outbox, replies, schedules
from eventsapp.services.replies import Outcome, Taken
from eventsapp.worker import runner
from tests import make
from tests.calendars.replies import bounce, ics, mail, stamp
from tests.mailbox import all_told, calendar, take
from tests.publishing import meeting, publish

LATER = timedelta(hours=1)


class World:
    """A published event: a buyer with two delegates meets a supplier in the first slot."""

    def __init__(self, app: Flask, now: datetime) -> None:
        self.app = app
        self.now = now
        with unit_of_work():
            self.event = make.event(name="Encuentro Automotriz", slots=4)
            org = self.event.organization
            self.buyer = make.registration(self.event, Side.BUYER, company=make.company(org, name="Nordwind Antriebe"))
            self.eva = make.delegate(self.buyer.company, name="Eva Koch", email="eva@nordwind.example")
            db.session.add(DeskDelegate(desk=self.buyer.desks[0], delegate=self.eva, position=1))
            self.lerma = make.registration(self.event, company=make.company(org, name="Galvánicos Lerma"))
            self.leo = self.lerma.desks[0].seats[0].delegate
            self.meeting = meeting(self.buyer, self.lerma)
            self.schedule = publish(self.event, [(self.meeting, 0, 0)], now=now)
            self.organizer = make.actor(make.organizer(org))

    def take(self, content: bytes, *, after: timedelta = LATER) -> list[tuple[str, str, str]]:
        """What became of a mail."""
        with unit_of_work():
            taken = replies.take(content, now=self.now + after)
        return [(outcome.kind, outcome.state, outcome.reason) for outcome in taken.outcomes]

    def says(
        self, partstat: str, *, minutes: int = 1, sender: str = "", **values: object
    ) -> list[tuple[str, str, str]]:
        """Leo's answer, with a stamp of its own."""
        values = {"attendee": self.leo.email, "uid": self.meeting.uid, **values}
        calendar_ = ics(partstat=partstat, dtstamp=stamp(self.now + timedelta(minutes=minutes)), **values)  # type: ignore[arg-type]
        identity = f"<{partstat}-{minutes}-{sender}@x.example>"
        return self.take(mail(calendar_, sender=sender or self.leo.email, message_id=identity))

    def send(self) -> None:
        """Send all that waits, whatever the clock of the worker says."""
        with unit_of_work():
            for waiting in db.session.scalars(select(OutboxMessage).where(OutboxMessage.state == OutboxState.PENDING)):
                waiting.due_at = datetime(2020, 1, 1, tzinfo=UTC)
        runner.run_until_idle(self.app)
        db.session.rollback()

    def row(self, delegate: object = None) -> Invitation:
        db.session.rollback()
        person = delegate or self.leo
        query = select(Invitation).where(Invitation.delegate_id == person.id)  # type: ignore[attr-defined]
        return db.session.scalars(query.order_by(Invitation.created_at.desc())).first() or pytest.fail("no invitation")

    def move(self, slot: int) -> None:
        self.now += timedelta(days=1)
        with unit_of_work():
            publish(self.event, [(self.meeting, slot, 0)], now=self.now)


@pytest.fixture
def world(context: Flask, now: datetime) -> World:
    return World(context, now)


COUNTED = [("answer", "counted", "")]


@pytest.mark.parametrize(
    ("partstat", "said"),
    [
        ("ACCEPTED", Participation.ACCEPTED),
        ("TENTATIVE", Participation.TENTATIVE),
        ("DECLINED", Participation.DECLINED),
        ("DELEGATED", Participation.DELEGATED),
    ],
)
def test_each_answer_counts_and_never_raises_sequence(world: World, partstat: str, said: Participation) -> None:
    assert world.says(partstat) == COUNTED
    row = world.row()
    assert (row.answer, row.sequence, row.answered_sequence) == (said, 0, 0)
    assert world.row(world.eva).answer is None


def test_the_same_mail_counts_once_and_of_two_answers_the_later_one(world: World) -> None:
    assert world.says("ACCEPTED", minutes=5) == COUNTED
    assert world.says("ACCEPTED", minutes=5) == [("answer", "known", "counted")]
    assert world.says("DECLINED", minutes=3) == [("answer", "repeated", "not_newer")]
    assert world.row().answer is Participation.ACCEPTED
    assert world.says("DECLINED", minutes=6) == COUNTED
    assert world.row().answer is Participation.DECLINED


def test_another_time_voids_the_answer_and_late_ones_are_stale(world: World) -> None:
    world.says("ACCEPTED")
    world.move(1)
    assert (world.row().answer, world.row().sequence) == (None, 1)
    assert world.says("ACCEPTED", minutes=2) == [("answer", "stale", "older_version")]
    assert world.row().answer is None
    assert world.says("ACCEPTED", minutes=3, sequence=1) == COUNTED


def test_a_corrected_text_keeps_the_answer(world: World) -> None:
    world.says("ACCEPTED")
    with unit_of_work():
        world.buyer.company.name = "Nordwind Getriebe"
        other = meeting(world.buyer, make.registration(world.event))
        publish(world.event, [(world.meeting, 0, 0), (other, 1, 0)], now=world.now + LATER)
    assert (world.row().answer, world.row().sequence) == (Participation.ACCEPTED, 0)


def test_a_cancelled_meeting_takes_no_answer_and_its_successor_starts_anew(world: World) -> None:
    world.says("ACCEPTED")
    other = make.registration(world.event)
    db.session.commit()
    world.now += timedelta(days=1)
    with unit_of_work():
        publish(world.event, [(meeting(world.buyer, other), 1, 0)], now=world.now)
    assert world.row().answer is None
    assert world.says("ACCEPTED", minutes=9, sequence=1) == [("answer", "stale", "cancelled")]


def test_forged_and_foreign_answers_wait_for_the_organizer(world: World) -> None:
    assert world.says("DECLINED", sender="x@mal.example") == [("answer", "review", "other_sender")]
    assert world.says("DECLINED", minutes=2, sender=world.eva.email) == [("answer", "review", "other_sender")]
    assert world.says("DECLINED", minutes=3, attendee="leo@alias.example", sender="leo@alias.example") == [
        ("answer", "review", "other_attendee")
    ]
    assert world.says("DECLINED", minutes=4, sequence=7) == [("answer", "review", "newer_than_sent")]
    assert world.says("ACCEPTED", minutes=5, uid="m-other@x") == [("answer", "unknown", "unknown_meeting")]
    assert world.row().answer is None
    assert replies.count_of(world.event) == 4
    assert [row.uid for row in replies.list_unassigned()] == ["m-other@x"]


def test_a_sender_that_the_own_server_doubts_waits(world: World) -> None:
    content = mail(
        ics(attendee=world.leo.email, uid=world.meeting.uid),
        sender=world.leo.email,
        headers=("Authentication-Results: mx.encuentro.example; spf=fail; dmarc=fail header.from=example.com",),
    )
    assert world.take(content) == [("answer", "review", "doubtful_sender")]


def test_the_organizer_counts_an_alias_once_and_dismisses_a_forgery(world: World) -> None:
    world.says("DECLINED", attendee="leo@alias.example", sender="leo@alias.example")
    world.says("DECLINED", minutes=2, sender="x@mal.example")
    alias, forged = sorted(replies.list_for(world.event), key=lambda row: row.sender)
    with pytest.raises(Forbidden), unit_of_work():
        replies.accept_sender(alias, world.row(), actor=NOBODY, now=world.now)
    with unit_of_work():
        replies.accept_sender(alias, world.row(), actor=world.organizer, now=world.now + LATER)
        replies.dismiss(forged, actor=world.organizer, now=world.now + LATER)
    assert world.row().answer is Participation.DECLINED
    assert [row.state for row in (alias, forged)] == [ReplyState.COUNTED, ReplyState.DISMISSED]
    with pytest.raises(DomainError, match="reply_settled"), unit_of_work():
        replies.accept_sender(alias, world.row(), actor=world.organizer, now=world.now)


def test_fifty_calendars_in_one_mail_and_broken_mails_beside_good_ones(world: World) -> None:
    many = [ics(attendee=world.leo.email, uid=f"m-{number}@x") for number in range(49)]
    mine = ics(attendee=world.leo.email, uid=world.meeting.uid)
    states = [state for _kind, state, _reason in world.take(mail(*many, mine, sender=world.leo.email))]
    assert states == ["unknown"] * 49 + ["counted"]
    assert world.row().answer is Participation.ACCEPTED


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda leo: mail(ics("COMMENT:" + "x" * 15_000_000), sender=leo), "too_large"),
        (lambda leo: mail(ics()[:150], sender=leo), "broken_calendar"),
        (lambda leo: mail(ics(sequence="-3"), sender=leo), "bad_sequence"),
        (lambda leo: f"From: {leo}\r\nSubject: Re: agenda\r\n\r\nNo puedo ir.\r\n".encode(), "no_calendar"),
    ],
)
def test_what_nobody_can_read_is_noted_for_the_event_of_its_sender(world: World, content: object, reason: str) -> None:
    made = content(world.leo.email)  # type: ignore[operator]
    assert world.take(made) == [("unreadable", "unreadable", reason)]
    assert world.take(made) == [("unreadable", "known", reason)]
    (row,) = replies.list_for(world.event)
    assert (row.sender, row.fault, row.invitation) == (world.leo.email, reason, None)


def test_an_unknown_charset_counts(world: World) -> None:
    content = mail(ics(attendee=world.leo.email, uid=world.meeting.uid), sender=world.leo.email, charset="klingon")
    assert world.take(content) == COUNTED


def test_mail_of_strangers_and_of_machines_leaves_no_row(world: World) -> None:
    assert world.take(b"From: x@spam.example\r\nSubject: win\r\n\r\nwin\r\n") == [("other", "left", "no_calendar")]
    note = f"From: {world.leo.email}\r\nAuto-Submitted: auto-replied\r\nSubject: fuera\r\n\r\nvuelvo\r\n".encode()
    assert world.take(note) == [("other", "ignored", "automatic")]
    assert db.session.scalar(select(func.count()).select_from(CalendarReply)) == 0


def test_only_what_was_understood_is_settled() -> None:
    assert Taken((Outcome("answer", "counted"), Outcome("answer", "stale", "cancelled"))).is_settled
    assert not Taken((Outcome("answer", "counted"), Outcome("unreadable", "unreadable", "bad"))).is_settled
    assert not Taken((Outcome("other", "left", "no_calendar"),)).is_settled


# Bounces --------------------------------------------------------------------------------------------------------------


def test_a_bounce_marks_the_mail_and_a_delay_only_its_history(world: World) -> None:
    world.send()
    row = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.to_address == world.leo.email, OutboxMessage.kind == "invitation")
    ).one()
    late = bounce(row.message_id, action="delayed", status="4.4.1")
    assert world.take(late) == [("report", "delayed", "")]
    db.session.rollback()
    assert row.state is OutboxState.SENT
    failed = bounce(row.message_id)
    assert [world.take(failed), world.take(failed)] == [[("report", "failed", "")]] * 2
    db.session.rollback()
    assert (row.state, row.error) == (OutboxState.BOUNCED, "failed 5.1.1 smtp; 550 5.1.1 User unknown")
    assert [step["step"] for step in row.history] == ["sent", "reported", "bounced"]
    assert world.take(bounce("0" * 32)) == [("report", "ignored", "unknown_mail")]


def test_a_bounced_mail_goes_out_again_as_another_message(world: World) -> None:
    world.send()
    row = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.to_address == world.leo.email, OutboxMessage.kind == "invitation")
    ).one()
    before = row.message_id
    world.take(bounce(before))
    with unit_of_work():
        outbox.resend(row, actor=world.organizer, now=world.now)
    assert (row.state, row.message_id != before) == (OutboxState.PENDING, True)
    with pytest.raises(DomainError, match="mail_not_failed"), unit_of_work():
        outbox.resend(row, actor=world.organizer, now=world.now)


def test_what_was_followed_by_something_newer_is_not_sent_again(world: World) -> None:
    world.send()
    world.move(1)
    world.send()
    old, new = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.to_address == world.leo.email, OutboxMessage.kind == "invitation")
        .order_by(OutboxMessage.created_at)
    )
    with pytest.raises(DomainError, match="mail_superseded"), unit_of_work():
        outbox.resend(old, actor=world.organizer, now=world.now)
    with unit_of_work():
        outbox.resend(new, actor=world.organizer, now=world.now)


# Proposals ------------------------------------------------------------------------------------------------------------


def propose(world: World, start: datetime, *, partstat: str = "TENTATIVE") -> CalendarReply:
    end = start + timedelta(minutes=20)
    counter = ics(
        f"DTSTART:{stamp(start)}",
        f"DTEND:{stamp(end)}",
        "COMMENT:Llego a las diez",
        method="COUNTER",
        partstat=partstat,
        attendee=world.leo.email,
        uid=world.meeting.uid,
        dtstamp=stamp(world.now + timedelta(minutes=2)),
    )
    assert world.take(mail(counter, sender=world.leo.email)) == [("proposal", "open", "")]
    db.session.rollback()
    return replies.list_for(world.event)[0]


def test_a_proposal_is_kept_with_its_words_and_changes_nothing(world: World) -> None:
    wanted = world.event.slots[2].starts_at
    row = propose(world, wanted)
    assert (row.proposed_start, row.comment, row.said) == (wanted, "Llego a las diez", Participation.TENTATIVE)
    assert world.row().answer is Participation.TENTATIVE
    assert (world.row().sequence, world.row().starts_at) == (0, world.event.slots[0].starts_at)


def test_an_accepted_proposal_moves_the_meeting_in_a_draft_and_publishing_tells_everybody(world: World) -> None:
    world.send()
    take(world.app.config["SETTINGS"].data_dir / "mail")
    row = propose(world, world.event.slots[2].starts_at)
    current = schedules.find_current(world.event)
    assert current is not None
    with unit_of_work():
        draft = replies.accept_proposal(
            row,
            world.event.slots[2],
            None,
            edit=current.edit,
            actor=world.organizer,
            now=world.now + LATER,
            host="localhost",
        )
        draft_id = draft.id
    assert row.state is ReplyState.MOVED
    placed = schedules.find_pair(db.session.get_one(Schedule, draft_id), world.buyer.id, world.lerma.id)
    assert placed is not None
    assert placed.slot_id == world.event.slots[2].id
    world.move(2)
    world.send()
    told = all_told(take(world.app.config["SETTINGS"].data_dir / "mail"))
    assert {(one.method, one.sequence, one.start) for one in told} == {("REQUEST", 1, "03-09 09:50")}
    assert len(told) == 3


def test_a_refused_proposal_is_answered_with_declinecounter_of_the_same_sequence(world: World) -> None:
    world.move(1)  # so that SEQUENCE is not 0
    world.send()
    take(world.app.config["SETTINGS"].data_dir / "mail")
    counter = ics(
        f"DTSTART:{stamp(world.event.slots[3].starts_at)}",
        f"DTEND:{stamp(world.event.slots[3].ends_at)}",
        method="COUNTER",
        partstat="DECLINED",
        sequence=1,
        attendee=world.leo.email,
        uid=world.meeting.uid,
        dtstamp=stamp(world.now + timedelta(minutes=2)),
    )
    world.take(mail(counter, sender=world.leo.email))
    (row,) = replies.list_for(world.event)
    with unit_of_work():
        replies.refuse_proposal(row, comment="La sala está llena", actor=world.organizer, now=world.now + LATER)
    with pytest.raises(DomainError, match="reply_settled"), unit_of_work():
        replies.refuse_proposal(row, comment="", actor=world.organizer, now=world.now + LATER)
    world.send()
    (sent,) = take(world.app.config["SETTINGS"].data_dir / "mail")
    written = (calendar(sent) or b"").decode().replace("\r\n ", "")
    lines = written.split("\r\n")
    assert sent["To"].addresses[0].addr_spec == world.leo.email
    for line in ("METHOD:DECLINECOUNTER", f"UID:{world.meeting.uid}", "SEQUENCE:1", "COMMENT:La sala está llena"):
        assert line in lines
    assert world.row().answer is Participation.DECLINED


def test_a_proposal_without_a_usable_time_keeps_its_words(world: World) -> None:
    counter = ics("DTSTART:20270309", "DTEND:20270310", "COMMENT:otro día", method="COUNTER", attendee=world.leo.email)
    content = mail(counter.replace("m-0f1e2d3c4b5a69788796a5b4c3d2e1f0@encuentro.example", world.meeting.uid))
    assert world.take(content.replace(b"ana@proveedora.example", world.leo.email.encode(), 1)) == [
        ("proposal", "unreadable", "bad_times")
    ]
    assert replies.list_for(world.event)[0].comment == "otro día"


# The web, and who reads it --------------------------------------------------------------------------------------------


def test_an_answer_on_the_web_counts_and_is_listed(world: World) -> None:
    at = world.now + LATER
    with unit_of_work():
        replies.answer(world.row(), Participation.DECLINED, comment=" Enferma\n\n\n\n ", now=at)
    row = world.row()
    assert (row.answer, row.answer_comment, row.answered_sequence, row.answered_stamp) == (
        Participation.DECLINED,
        "Enferma",
        0,
        at,
    )
    assert world.says("ACCEPTED", minutes=1) == [("answer", "repeated", "not_newer")]  # given before the web's
    assert [one.state for one in replies.list_for(world.event, said=Participation.DECLINED)] == [ReplyState.COUNTED]


@pytest.mark.parametrize("said", [Participation.DELEGATED])
def test_what_the_web_does_not_offer_is_refused(world: World, said: Participation) -> None:
    with pytest.raises(DomainError, match="answer_impossible"), unit_of_work():
        replies.answer(world.row(), said, now=world.now)


def test_after_the_meeting_began_no_answer(world: World) -> None:
    with pytest.raises(DomainError, match="answer_too_late"), unit_of_work():
        replies.answer(world.row(), Participation.ACCEPTED, now=world.event.slots[0].starts_at)


def test_declines_of_a_version(world: World) -> None:
    with unit_of_work():
        replies.answer(world.row(world.eva), Participation.DECLINED, comment="Viaje", now=world.now + LATER)
    (first,) = replies.list_declined(world.schedule)
    assert (first.delegate, first.company, first.registration_id, first.comment, first.is_alone) == (
        "Eva Koch",
        "Nordwind Antriebe",
        world.buyer.id,
        "Viaje",
        False,
    )
    with unit_of_work():
        replies.answer(world.row(), Participation.DECLINED, now=world.now + LATER)
    found = {one.delegate: one.is_alone for one in replies.list_declined(world.schedule)}
    assert found == {"Eva Koch": False, world.leo.name: True}
    assert replies.count_answers(world.event) == {Participation.DECLINED: 2, None: 1}
    # A version that does not hold the meeting has no declines.
    with unit_of_work():
        other = meeting(world.buyer, make.registration(world.event))
        later = publish(world.event, [(other, 1, 0)], now=world.now + timedelta(days=2))
    assert replies.list_declined(later) == []


def test_each_act_is_in_the_log_and_names_no_address(world: World) -> None:
    from eventsapp.services import audit

    world.says("ACCEPTED")
    entries = [entry for entry in audit.list_of(world.event) if entry.action == "invitation.answered"]
    assert [(entry.detail, entry.actor_name) for entry in entries] == [
        ({"name": world.leo.name, "said": "accepted"}, SYSTEM.name)
    ]


def test_meetings_are_found_by_identity_alone(world: World) -> None:
    """A reply without ORGANIZER, as Exchange writes it."""
    assert world.says("ACCEPTED", organizer="") == COUNTED
    assert db.session.scalar(select(func.count()).select_from(Meeting)) == 1
