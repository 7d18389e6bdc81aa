"""Replies: what comes back for invitations, by mail or on the web, and what it changes.

`take` reads one mail and writes down everything that it says, once: an answer that counts, one that is late or comes
from somebody else, a proposal of another time, a delivery report, or what nobody could read. Answers never raise
SEQUENCE; a proposal changes nothing until the organizer moves the meeting and publishes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.calendars import record, reply
from eventsapp.calendars.invite import Invitation as CalendarEntry
from eventsapp.calendars.reply import Answer, Mail, Standing, Verdict
from eventsapp.calendars.text import clean_text
from eventsapp.db import db
from eventsapp.domain.access import SYSTEM, Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import InvitationMethod, Participation, ReplyKind, ReplyState
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import (
    CalendarReply,
    Company,
    Delegate,
    Event,
    Invitation,
    Meeting,
    Placement,
    Registration,
    Schedule,
    Slot,
    Table,
)
from eventsapp.services import adjustments, audit, outbox, schedules, wording

MAX_COMMENT = 1000
SAID = {
    "ACCEPTED": Participation.ACCEPTED,
    "TENTATIVE": Participation.TENTATIVE,
    "DECLINED": Participation.DECLINED,
    "DELEGATED": Participation.DELEGATED,
}
STATES = {
    Verdict.COUNT: ReplyState.COUNTED,
    Verdict.STALE: ReplyState.STALE,
    Verdict.REPEATED: ReplyState.REPEATED,
    Verdict.REVIEW: ReplyState.REVIEW,
    Verdict.UNKNOWN: ReplyState.UNKNOWN,
    Verdict.UNREADABLE: ReplyState.UNREADABLE,
}
WAITING = (ReplyState.REVIEW, ReplyState.OPEN)


# Reading --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What became of one thing that a mail says; `reason` is one word."""

    kind: str
    state: str
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Did we understand it and know whose it is?"""
        return self.state not in {ReplyState.UNREADABLE.value, ReplyState.UNKNOWN.value, "left"}


@dataclass(frozen=True)
class Taken:
    """All outcomes of one mail."""

    outcomes: tuple[Outcome, ...]

    @property
    def is_settled(self) -> bool:
        """May the mail be marked as read? What we did not understand stays for a person."""
        return all(outcome.is_settled for outcome in self.outcomes)


def take(content: bytes, *, now: datetime) -> Taken:
    """Read one mail and note what it says, inside the caller's unit of work; the same mail counts once."""
    mail = reply.read(content)
    outcomes = [_report(report, now) for report in mail.reports]
    outcomes += [_answer(answer, mail, now) for answer in mail.answers]
    outcomes += [_fault(fault, mail, now) for fault in mail.faults if not (mail.is_automatic and not mail.answers)]
    return Taken(tuple(outcomes) or (Outcome("other", "ignored", "automatic"),))


def _report(report: reply.Report, now: datetime) -> Outcome:
    found = outbox.note_report(
        report.message_id.strip("<>").partition("@")[0],
        is_failure=report.action == "failed",
        said=" ".join(filter(None, (report.action, report.status, report.text))),
        now=now,
    )
    return Outcome("report", report.action if found else "ignored", "" if found else "unknown_mail")


def _answer(answer: Answer, mail: Mail, now: datetime) -> Outcome:
    key = _key(mail, repr(answer))
    kind = ReplyKind.PROPOSAL if answer.is_counter else ReplyKind.ANSWER
    known = _find_by_key(key)
    if known is not None:
        return Outcome(kind.value, "known", known.state.value)
    invited = _invited_under(answer.uid)
    decision = reply.decide(answer, mail, [_standing(row) for row in invited], now=now)
    row = invited[decision.about] if decision.about is not None else None
    state = STATES[decision.verdict]
    if decision.verdict is Verdict.COUNT:
        assert row is not None
        _count(row, answer, mail, now)
        if answer.is_counter:
            state = ReplyState.OPEN
    db.session.add(
        CalendarReply(
            event=invited[0].meeting.event if invited else None,
            invitation=row,
            key=key,
            message_id=mail.message_id,
            kind=kind,
            state=state,
            said=SAID.get(answer.partstat),
            fault=decision.reason,
            sender=mail.sender,
            attendee=answer.attendee,
            subject=mail.subject,
            uid=answer.uid,
            sequence=answer.sequence,
            stamped_at=answer.dtstamp,
            comment="\n".join(filter(None, (answer.comment, answer.delegated_to and f"→ {answer.delegated_to}"))),
            proposed_start=answer.start,
            proposed_end=answer.end,
            proposed_place=answer.place,
            received_at=now,
        )
    )
    db.session.flush()
    return Outcome(kind.value, state.value, decision.reason)


def _fault(fault: reply.Fault, mail: Mail, now: datetime) -> Outcome:
    """What could not be read: noted with the event of its sender; a stranger's mail is left where it lies."""
    row = _latest_of(mail.sender)
    if row is None and fault is reply.Fault.NO_CALENDAR:
        return Outcome("other", "left", fault.value)
    key = _key(mail, fault.value)
    if _find_by_key(key) is not None:
        return Outcome(ReplyKind.UNREADABLE.value, "known", fault.value)
    db.session.add(
        CalendarReply(
            event=row.meeting.event if row else None,
            key=key,
            message_id=mail.message_id,
            kind=ReplyKind.UNREADABLE,
            state=ReplyState.UNREADABLE,
            fault=fault.value,
            sender=mail.sender,
            subject=mail.subject,
            received_at=now,
        )
    )
    db.session.flush()
    return Outcome(ReplyKind.UNREADABLE.value, ReplyState.UNREADABLE.value, fault.value)


def _key(mail: Mail, said: str) -> str:
    return hashlib.sha256(f"{mail.key}\n{said}".encode("utf-8", "replace")).hexdigest()


def _find_by_key(key: str) -> CalendarReply | None:
    return db.session.scalar(select(CalendarReply).where(CalendarReply.key == key))


def _invited_under(uid: str) -> list[Invitation]:
    """Everybody who was invited under this identity, locked, so that two readers of the mailbox take turns."""
    query = (
        select(Invitation)
        .where(Invitation.uid == uid)
        .options(joinedload(Invitation.meeting).joinedload(Meeting.event), joinedload(Invitation.delegate))
        .order_by(Invitation.id)
        .with_for_update(of=Invitation)
    )
    return list(db.session.scalars(query))


def _latest_of(address: str) -> Invitation | None:
    """The latest invitation of a person with this address."""
    if not address:
        return None
    query = (
        select(Invitation)
        .join(Delegate, Delegate.id == Invitation.delegate_id)
        .where(func.lower(Delegate.email) == address)
        .options(joinedload(Invitation.meeting).joinedload(Meeting.event))
        .order_by(Invitation.stamped_at.desc(), Invitation.id)
        .limit(1)
    )
    return db.session.scalar(query)


def _standing(row: Invitation) -> Standing:
    attendee = row.content["invitation"]["attendee"] or {}
    return Standing(
        address=attendee.get("address", row.delegate.email),
        sequence=row.sequence,
        is_cancelled=row.method is InvitationMethod.CANCEL,
        answered_sequence=row.answered_sequence,
        answered_stamp=row.answered_stamp,
    )


def _count(row: Invitation, answer: Answer, mail: Mail, now: datetime) -> None:
    said = SAID.get(answer.partstat)
    row.answered_sequence, row.answered_stamp = answer.sequence, reply.stamp_of(answer, mail, now=now)
    if said is None:
        return  # a proposal without an answer
    row.answer, row.answered_at, row.answer_comment = said, now, answer.comment
    _record(row, SYSTEM, now, said)


def _record(row: Invitation, actor: Actor, now: datetime, said: Participation) -> None:
    audit.record(
        actor, "invitation.answered", row, at=now, event=row.meeting.event, name=row.delegate.name, said=said.value
    )


# Answering on the web -------------------------------------------------------------------------------------------------


def find_invitation(invitation_id: UUID) -> Invitation | None:
    """An invitation with all that a page about it needs."""
    query = (
        select(Invitation)
        .where(Invitation.id == invitation_id)
        .options(
            joinedload(Invitation.meeting).joinedload(Meeting.event),
            joinedload(Invitation.delegate).joinedload(Delegate.company),
        )
    )
    return db.session.scalar(query)


def find_own(meeting_id: UUID, delegate_id: UUID) -> Invitation | None:
    """What a delegate was last told about a meeting."""
    query = select(Invitation).where(Invitation.meeting_id == meeting_id, Invitation.delegate_id == delegate_id)
    return db.session.scalar(query.options(joinedload(Invitation.meeting).joinedload(Meeting.event)))


def is_open(row: Invitation, *, now: datetime) -> bool:
    """Can the invitation be answered? Not when it was cancelled, nor when the meeting has begun."""
    return row.method is InvitationMethod.REQUEST and row.starts_at > now


def answer(row: Invitation, said: Participation, *, comment: str = "", now: datetime) -> None:
    """Note what a person answered on a page of ours; the page has made sure who it is."""
    db.session.refresh(row, with_for_update={"of": Invitation})
    if said not in (Participation.ACCEPTED, Participation.TENTATIVE, Participation.DECLINED):
        raise DomainError("answer_impossible")
    if not is_open(row, now=now):
        raise DomainError("answer_too_late")
    row.answer, row.answered_at = said, now
    row.answered_sequence, row.answered_stamp = row.sequence, max(now, row.answered_stamp or now)
    row.answer_comment = clean_text(comment)[:MAX_COMMENT]
    db.session.add(
        CalendarReply(
            event=row.meeting.event,
            invitation=row,
            key=uuid4().hex,
            message_id="",
            kind=ReplyKind.ANSWER,
            state=ReplyState.COUNTED,
            said=said,
            sender=row.delegate.email.lower(),
            attendee=row.delegate.email.lower(),
            uid=row.uid,
            sequence=row.sequence,
            stamped_at=now,
            comment=row.answer_comment,
            received_at=now,
        )
    )
    _record(row, Actor(row.delegate.account_id, row.delegate.name), now, said)


# What the organizer sees and does ------------------------------------------------------------------------------------


def find_in(event: Event, reply_id: UUID) -> CalendarReply | None:
    """A reply of this event."""
    query = _with_people(select(CalendarReply)).where(CalendarReply.event_id == event.id, CalendarReply.id == reply_id)
    found: CalendarReply | None = db.session.scalar(query)
    return found


def list_for(
    event: Event,
    *,
    states: Sequence[ReplyState] = (),
    said: Participation | None = None,
    offset: int = 0,
    limit: int = 25,
) -> list[CalendarReply]:
    """One page of the replies of an event, newest first."""
    query = _with_people(select(CalendarReply)).where(*_of(event, states, said))
    query = query.order_by(CalendarReply.received_at.desc(), CalendarReply.id)
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def count_of(event: Event, *, states: Sequence[ReplyState] = (), said: Participation | None = None) -> int:
    """How many replies of an event there are."""
    return db.session.scalar(select(func.count()).select_from(CalendarReply).where(*_of(event, states, said))) or 0


def count_answers(event: Event) -> dict[Participation | None, int]:
    """How many people at meetings of this event stand where with their answer; None has not answered."""
    query = (
        select(Invitation.answer, func.count())
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Meeting.event_id == event.id, Invitation.method == InvitationMethod.REQUEST)
        .group_by(Invitation.answer)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def list_invited(uid_of: CalendarReply) -> list[Invitation]:
    """The people who were invited under the identity that a reply names: for whom it may speak."""
    query = (
        select(Invitation)
        .where(Invitation.uid == uid_of.uid, Invitation.method == InvitationMethod.REQUEST)
        .options(joinedload(Invitation.delegate).joinedload(Delegate.company))
        .order_by(Invitation.id)
    )
    return list(db.session.scalars(query))


def list_unassigned(most: int = 50) -> list[CalendarReply]:
    """The latest replies that belong to no event: for the operator."""
    query = select(CalendarReply).where(CalendarReply.event_id.is_(None))
    return list(db.session.scalars(query.order_by(CalendarReply.received_at.desc()).limit(most)))


def accept_sender(row: CalendarReply, invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Let a reply from another address count for a person who was invited."""
    assert row.event is not None
    require(actor, Permission.EVENT_MANAGE, row.scope)
    _settle(row, ReplyState.REVIEW, ReplyState.COUNTED, actor, now)
    if invitation.id not in {invited.id for invited in list_invited(row)}:
        raise DomainError("answer_impossible")
    db.session.refresh(invitation, with_for_update={"of": Invitation})
    row.invitation = invitation
    stamp = min(row.stamped_at or row.received_at, now)
    if (row.sequence or 0) < invitation.sequence:
        raise DomainError("answer_too_late")
    invitation.answered_sequence, invitation.answered_stamp = invitation.sequence, stamp
    if row.said is not None:
        invitation.answer, invitation.answered_at, invitation.answer_comment = row.said, now, row.comment
    if row.kind is ReplyKind.PROPOSAL:
        row.state, row.settled_at = ReplyState.OPEN, None
    audit.record(
        actor,
        "reply.accepted",
        row,
        at=now,
        event=row.event,
        name=invitation.delegate.name,
        sender=row.sender,
        said=row.said.value if row.said else "",
    )


def dismiss(row: CalendarReply, *, actor: Actor, now: datetime) -> None:
    """Lay a reply aside that nobody is going to count."""
    require(actor, Permission.EVENT_MANAGE, row.scope)
    _settle(row, (ReplyState.REVIEW, ReplyState.UNREADABLE), ReplyState.DISMISSED, actor, now)
    audit.record(actor, "reply.dismissed", row, at=now, event=row.event, sender=row.sender)


def refuse_proposal(row: CalendarReply, *, comment: str, actor: Actor, now: datetime) -> None:
    """Say no to another time: the person's calendar goes back to what was sent (DECLINECOUNTER)."""
    require(actor, Permission.EVENT_MANAGE, row.scope)
    _settle(row, ReplyState.OPEN, ReplyState.REFUSED, actor, now)
    invitation, event = row.invitation, row.event
    assert invitation is not None
    assert event is not None
    said = record.from_dict(invitation.content["invitation"])
    said = replace(said, dtstamp=max(now, said.dtstamp + timedelta(seconds=1)))
    locale = said.language.replace("-", "_")
    if said.attendee is not None:
        outbox.add(
            "proposal_refused",
            key=f"proposal-refused:{row.id.hex}",
            to_address=said.attendee.address,
            to_name=said.attendee.name,
            locale=locale,
            fields={
                "method": "DECLINECOUNTER",
                "invitation": record.to_dict(said),
                "counterpart": invitation.content["counterpart"],
                "comment": clean_text(comment)[:MAX_COMMENT],
                "place": said.location,
                "page": f"/e/{event.code}/reunion/{invitation.meeting_id}",
                **_times(row, said, locale),
            },
            at=now,
            event=event,
        )
    audit.record(actor, "reply.proposal_refused", row, at=now, event=event, name=invitation.delegate.name)


def _times(row: CalendarReply, said: CalendarEntry, locale: str) -> dict[str, str]:
    """When the meeting is and when it was wanted, in the recipient's words."""
    zone = ZoneInfo(said.zone)
    assert row.proposed_start is not None
    assert row.proposed_end is not None
    with force_locale(locale if locale in LOCALES else DEFAULT_LOCALE):
        return {
            "day": wording.day(said.start, zone),
            "hours": wording.hours(said.start, said.end, zone),
            "city": wording.city(said.zone),
            "proposed_day": wording.day(row.proposed_start, zone),
            "proposed_hours": wording.hours(row.proposed_start, row.proposed_end, zone),
        }


def accept_proposal(
    row: CalendarReply, slot: Slot, table: Table | None, *, edit: int, actor: Actor, now: datetime, host: str
) -> Schedule:
    """Move the meeting in the draft; whoever is concerned is told when the draft is published."""
    assert row.event is not None
    assert row.invitation is not None
    require(actor, Permission.SCHEDULE_ADJUST, row.scope)
    _settle(row, ReplyState.OPEN, ReplyState.MOVED, actor, now)
    current = schedules.find_current(row.event)
    if current is None:
        raise DomainError("nothing_published")
    draft = adjustments.move(
        current, row.invitation.meeting, slot=slot, table=table, edit=edit, actor=actor, now=now, host=host
    )
    audit.record(actor, "reply.proposal_accepted", row, at=now, event=row.event, name=row.invitation.delegate.name)
    return draft


@dataclass(frozen=True)
class Declined:
    """Somebody at a placed meeting who said no; `is_alone` when nobody else of that desk is invited and still comes."""

    meeting_id: UUID
    registration_id: UUID
    company: str
    delegate_id: UUID
    delegate: str
    comment: str
    at: datetime
    is_alone: bool


def list_declined(schedule: Schedule) -> list[Declined]:
    """Who declined which meeting of a version, by time of the meeting, in one query."""
    refused = select(Invitation.meeting_id).where(Invitation.answer == Participation.DECLINED)
    query = (
        select(Invitation, Delegate, Company.name, Registration.id)
        .join(Placement, and_(Placement.meeting_id == Invitation.meeting_id, Placement.schedule_id == schedule.id))
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(Delegate, Delegate.id == Invitation.delegate_id)
        .join(Company, Company.id == Delegate.company_id)
        .join(
            Registration,
            and_(
                Registration.company_id == Company.id,
                or_(Registration.id == Meeting.a_id, Registration.id == Meeting.b_id),
            ),
        )
        .where(Invitation.method == InvitationMethod.REQUEST, Invitation.meeting_id.in_(refused))
        .order_by(Invitation.starts_at, Invitation.meeting_id, Delegate.name, Delegate.id)
    )
    rows = db.session.execute(query).all()
    coming = {
        (invitation.meeting_id, registration_id)
        for invitation, _delegate, _company, registration_id in rows
        if invitation.answer is not Participation.DECLINED
    }
    return [
        Declined(
            meeting_id=invitation.meeting_id,
            registration_id=registration_id,
            company=company,
            delegate_id=delegate.id,
            delegate=delegate.name,
            comment=invitation.answer_comment,
            at=invitation.answered_at or invitation.stamped_at,
            is_alone=(invitation.meeting_id, registration_id) not in coming,
        )
        for invitation, delegate, company, registration_id in rows
        if invitation.answer is Participation.DECLINED
    ]


def answers_of(meeting_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], Participation | None]:
    """What everybody invited to these meetings answered, by meeting and delegate."""
    wanted = list(meeting_ids)
    if not wanted:
        return {}
    query = select(Invitation.meeting_id, Invitation.delegate_id, Invitation.answer).where(
        Invitation.meeting_id.in_(wanted), Invitation.method == InvitationMethod.REQUEST
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(query)}


def _settle(
    row: CalendarReply,
    before: ReplyState | Sequence[ReplyState],
    after: ReplyState,
    actor: Actor,
    now: datetime,
) -> None:
    """From one state to the next, once: of two organizers the second is told that it is done."""
    db.session.refresh(row, with_for_update={"of": CalendarReply})
    if row.state not in ((before,) if isinstance(before, ReplyState) else before):
        raise DomainError("reply_settled")
    row.state, row.settled_by_id, row.settled_at = after, actor.account_id, now


def _of(event: Event, states: Sequence[ReplyState], said: Participation | None) -> list[ColumnElement[bool]]:
    conditions = [CalendarReply.event_id == event.id]
    if states:
        conditions.append(CalendarReply.state.in_(states))
    if said is not None:
        conditions.append(CalendarReply.said == said)
    return conditions


def _with_people(query: Any) -> Any:
    return query.options(
        joinedload(CalendarReply.event),
        joinedload(CalendarReply.invitation).options(
            joinedload(Invitation.delegate).joinedload(Delegate.company),
            joinedload(Invitation.meeting).options(
                joinedload(Meeting.a).joinedload(Registration.company),
                joinedload(Meeting.b).joinedload(Registration.company),
            ),
        ),
    )
