"""Invitations: what each delegate's calendar is told when a version of the schedule is published.

`announce` compares what is published with what each person was last sent and writes one mail for each person and
meeting that differs. The rows of `invitation` hold what was sent, word for word: feeds and cancellations come from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from random import SystemRandom
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from eventsapp.calendars import build, invite, record
from eventsapp.calendars.invite import Change, Message, Person, Sent
from eventsapp.calendars.text import clean_line
from eventsapp.calendars.versions import WRITING
from eventsapp.db import db
from eventsapp.domain.values import InvitationMethod
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import (
    Delegate,
    Event,
    Invitation,
    Meeting,
    OutboxMessage,
    Placement,
    Schedule,
)
from eventsapp.services import meetings, outbox, wording
from eventsapp.services.meetings import Part

ALARM_MINUTES = 10
MOST_TERMS = 6

NOBODY = UUID(int=0)  # in a preview nothing can be answered yet
Key = tuple[UUID, UUID]  # meeting, delegate


@dataclass(frozen=True)
class Place:
    """One person at one meeting, and the language in which this person reads about it."""

    part: Part
    delegate: Delegate
    locale: str

    @property
    def key(self) -> Key:
        """Meeting and delegate."""
        return self.part.placement.meeting_id, self.delegate.id


def announce(event: Event, schedule: Schedule, *, now: datetime, base_url: str, organizer_address: str) -> int:
    """Tell everybody whose meetings differ from what they were last sent; how many people get mail.

    Called inside the publication. The first time everything is new; then a moved meeting is a REQUEST with the next
    SEQUENCE, a dropped one a CANCEL, and who is not concerned hears nothing.
    """
    plan = _plan(event, schedule, now=now, base_url=base_url, organizer_address=organizer_address)
    rows, places, planned, messages = plan.rows, plan.places, plan.planned, plan.messages
    by_key = {place.key: place for place in places}
    mails: list[OutboxMessage] = []
    for locale, group in _by_locale(messages, by_key, rows):
        with force_locale(locale):
            for message in group:
                key = (message.meeting, message.person)
                said = plan.author.say(message, planned.get(key), by_key.get(key), rows.get(key))
                mails += plan.author.keep(said, rows.get(key))
    told = {message.person for message in messages}
    mails += _summaries(event, schedule, places, told, rows, now)
    outbox.add_all(mails)
    _renew_feeds(told)
    return len(told)


def preview(
    event: Event, schedule: Schedule, delegate: Delegate, *, now: datetime, base_url: str, organizer_address: str
) -> list[OutboxMessage]:
    """The mails that this person would get if a version were published now; nothing is stored."""
    plan = _plan(event, schedule, now=now, base_url=base_url, organizer_address=organizer_address, only=delegate.id)
    by_key = {place.key: place for place in plan.places}
    mails: list[OutboxMessage] = []
    for locale, group in _by_locale(plan.messages, by_key, plan.rows):
        with force_locale(locale):
            for message in group:
                key = (message.meeting, message.person)
                said = plan.author.say(message, plan.planned.get(key), by_key.get(key), plan.rows.get(key))
                mails += plan.author.mail(said, f"/r/{NOBODY}/{message.sequence}")
    return _summaries(event, schedule, plan.places, {delegate.id} if mails else set(), plan.rows, now) + mails


def _renew_feeds(people: Iterable[UUID]) -> None:
    """What these people's feeds hold has changed: calendars that ask get it."""
    ordered = sorted(people)
    for start in range(0, len(ordered), outbox.LOOKUP):
        db.session.execute(
            update(Delegate)
            .where(Delegate.id.in_(ordered[start : start + outbox.LOOKUP]))
            .values(feed_version=Delegate.feed_version + 1)
            .execution_options(synchronize_session=False)
        )


def list_due(
    event: Event, schedule: Schedule, *, now: datetime, base_url: str, organizer_address: str
) -> frozenset[UUID]:
    """The delegates whose calendars differ from a version: what `announce` would write to."""
    plan = _plan(event, schedule, now=now, base_url=base_url, organizer_address=organizer_address)
    return frozenset(message.person for message in plan.messages)


@dataclass(frozen=True)
class Said:
    """What one message tells a person: the invitation as it shall stand, the one before, and whom it is about."""

    message: Message[UUID, UUID]
    invitation: invite.Invitation
    before: invite.Invitation | None
    counterpart: str


@dataclass(frozen=True)
class _Plan:
    """What everybody was sent, what everybody's calendar shall show, and the messages in between."""

    author: _Author
    rows: dict[Key, Invitation]
    places: list[Place]
    planned: dict[Key, invite.Invitation]
    messages: list[Message[UUID, UUID]]


def _plan(
    event: Event,
    schedule: Schedule,
    *,
    now: datetime,
    base_url: str,
    organizer_address: str,
    only: UUID | None = None,
) -> _Plan:
    rows = {key: row for key, row in _rows(event).items() if only in (None, key[1])}
    found = _places(meetings.list_placements(schedule), rows)
    places = [place for place in found if only in (None, place.delegate.id)]
    author = _Author(event, base_url, Person(event.name, organizer_address), now)
    planned = {place.key: invitation for place, invitation in author.write_all(places, rows)}
    sent = {key: _sent(row, planned.get(key)) for key, row in rows.items()}
    host = urlsplit(base_url).hostname or "localhost"
    messages = invite.next_messages(sent, planned, make_uid=lambda: invite.new_uid(host, SystemRandom()), now=now)
    return _Plan(author, rows, places, planned, messages)


@dataclass(frozen=True)
class _Author:
    """Writes the invitations and the mails of one publication."""

    event: Event
    base_url: str
    organizer: Person
    now: datetime

    def write_all(
        self, places: Sequence[Place], rows: dict[Key, Invitation]
    ) -> Iterable[tuple[Place, invite.Invitation]]:
        """What everybody's calendar shall show."""
        for locale, group in groupby(places, key=lambda place: place.locale):
            with force_locale(locale):
                for place in group:
                    yield place, self._write(place, rows.get(place.key))

    def _write(self, place: Place, row: Invitation | None) -> invite.Invitation:
        return meetings.describe(
            place.part,
            self.event,
            organizer=self.organizer,
            base_url=self.base_url,
            now=self.now,
            locale=place.locale,
            uid=row.content["invitation"]["uid"] if row else None,
            attendee=meetings.mailbox(place.delegate),
            zone=meetings.zone_for(self.event, place.delegate),
        )

    def say(
        self,
        message: Message[UUID, UUID],
        planned: invite.Invitation | None,
        place: Place | None,
        row: Invitation | None,
    ) -> Said:
        """What this person is told by a message."""
        before = record.from_dict(row.content["invitation"]) if row else None
        if message.method == "CANCEL":
            assert before is not None
            said = replace(before, cancelled=True)
        else:
            assert planned is not None
            said = planned
        if place is not None:
            counterpart = clean_line(place.part.other.company.name)
        else:
            assert row is not None
            counterpart = row.content["counterpart"]
        return Said(message, replace(message.stamp(said), last_modified=message.dtstamp), before, counterpart)

    def keep(self, said: Said, row: Invitation | None) -> list[OutboxMessage]:
        """Note what this person is told, and give the mail that says it."""
        message, invitation = said.message, said.invitation
        if row is None:
            row = Invitation(id=uuid4(), meeting_id=message.meeting, delegate_id=message.person, created_at=self.now)
            db.session.add(row)
        if message.change is not Change.REWORDED:
            _forget_answer(row)
        row.method = InvitationMethod(message.method)
        row.uid, row.starts_at = invitation.uid, invitation.start
        row.sequence, row.stamped_at = message.sequence, message.dtstamp
        row.part, row.part_writing = (None if invitation.cancelled else build.part(invitation)), WRITING
        row.content_hash = invite.content_hash(invitation)
        row.content = {
            "invitation": record.to_dict(invitation),
            "counterpart": said.counterpart,
            "change": message.change.value,
        }
        return self.mail(said, f"/r/{row.id}/{row.sequence}")

    def mail(self, said: Said, answer: str) -> list[OutboxMessage]:
        """The mail that says it, with the address where it is answered; none to a mailbox that invites itself."""
        message, invitation, before = said.message, said.invitation, said.before
        if invitation.attendee is None or invitation.attendee.is_at(self.organizer.address):
            return []  # a calendar cannot invite this mailbox; the page and the feed show the meeting all the same
        zone = ZoneInfo(invitation.zone)
        fields: dict[str, Any] = {
            "change": message.change.value,
            "method": message.method,
            "whole": message.whole,
            "invitation": record.to_dict(invitation),
            "counterpart": said.counterpart,
            "day": wording.day(invitation.start, zone),
            "short_day": wording.short_day(invitation.start, zone),
            "start": wording.clock(invitation.start, zone),
            "hours": wording.hours(invitation.start, invitation.end, zone),
            "place": invitation.location,
            "city": self.event.city if invitation.zone == self.event.time_zone else wording.city(invitation.zone),
            "about": invitation.description.replace(invitation.url, "").strip(),
            "answer": answer,
            "page": meetings.meeting_path(self.event, message.meeting),
            "agenda": f"/e/{self.event.code}/agenda",
            "before": None,
        }
        if before is not None and message.change is Change.MOVED:
            fields["before"] = {
                "day": wording.day(before.start, zone),
                "start": wording.clock(before.start, zone),
                "hours": wording.hours(before.start, before.end, zone),
                "place": before.location,
            }
        return [
            outbox.message(
                "invitation",
                key=f"invitation:{message.meeting.hex}:{message.person.hex}:{message.sequence}"
                f":{message.dtstamp:%Y%m%d%H%M%S}",
                to_address=invitation.attendee.address,
                to_name=invitation.attendee.name,
                locale=invitation.language.replace("-", "_"),
                fields=fields,
                at=self.now,
                event=self.event,
            )
        ]


def _forget_answer(row: Invitation) -> None:
    """Another time or place asks anew; what was answered before counts no longer (RFC 6638 §3.2.8)."""
    row.answer, row.answered_at, row.answer_comment = None, None, ""
    row.answered_sequence, row.answered_stamp = None, None


def refresh_parts(most: int = 500) -> int:
    """Write the parts of feeds anew that an older version of the program wrote; how many. Nobody is told."""
    query = (
        select(Invitation)
        .where(Invitation.method == InvitationMethod.REQUEST, Invitation.part_writing != WRITING)
        .order_by(Invitation.id)
        .limit(most)
    )
    rows = list(db.session.scalars(query))
    for row in rows:
        row.part, row.part_writing = build.part(record.from_dict(row.content["invitation"])), WRITING
    return len(rows)


def _rows(event: Event) -> dict[Key, Invitation]:
    """What everybody was last sent about the meetings of this event."""
    query = (
        select(Invitation)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .where(Meeting.event_id == event.id)
        .options(joinedload(Invitation.delegate).options(joinedload(Delegate.account), joinedload(Delegate.company)))
    )
    return {(row.meeting_id, row.delegate_id): row for row in db.session.scalars(query)}


def _places(placements: Iterable[Placement], rows: dict[Key, Invitation]) -> list[Place]:
    """Everybody at every meeting, by language; who was invited is told about it in the language of the invitation."""
    found = []
    for placement in placements:
        for part in meetings.parts(placement):
            for delegate in meetings.people(part.own_desk):
                row = rows.get((placement.meeting_id, delegate.id))
                is_invited = row is not None and row.method is InvitationMethod.REQUEST
                locale = _locale_of(row) if row is not None and is_invited else meetings.language_of(delegate)
                found.append(Place(part, delegate, locale))
    return sorted(found, key=lambda place: place.locale)


def _sent(row: Invitation, planned: invite.Invitation | None) -> Sent:
    last = record.from_dict(row.content["invitation"])
    has_moved_house = planned is not None and planned.attendee != last.attendee
    return Sent(
        uid=last.uid,
        sequence=row.sequence,
        dtstamp=row.stamped_at,
        # Another mailbox has not been sent anything yet.
        content_hash="" if has_moved_house else row.content_hash,
        start=last.start,
        end=last.end,
        location=last.location,
        cancelled=row.method is InvitationMethod.CANCEL,
    )


def _by_locale(
    messages: Iterable[Message[UUID, UUID]], places: dict[Key, Place], rows: dict[Key, Invitation]
) -> Iterable[tuple[str, Iterable[Message[UUID, UUID]]]]:
    def locale(message: Message[UUID, UUID]) -> str:
        key = (message.meeting, message.person)
        return places[key].locale if key in places else _locale_of(rows[key])

    return groupby(sorted(messages, key=locale), key=locale)


def _locale_of(row: Invitation) -> str:
    locale = str(row.content["invitation"]["language"]).replace("-", "_")
    return locale if locale in LOCALES else DEFAULT_LOCALE


def _summaries(
    event: Event,
    schedule: Schedule,
    places: Sequence[Place],
    told: set[UUID],
    rows: dict[Key, Invitation],
    now: datetime,
) -> list[OutboxMessage]:
    """One mail to each person whose agenda is new or differs: how many meetings, on which days, where to see them."""
    known_before = {delegate_id for _meeting, delegate_id in rows}
    agendas: dict[Delegate, list[Part]] = {}
    for place in places:
        if place.delegate.id in told:
            agendas.setdefault(place.delegate, []).append(place.part)
    mails = []
    for locale, group in groupby(sorted(agendas, key=meetings.language_of), key=meetings.language_of):
        with force_locale(locale):
            for delegate in group:
                is_change = delegate.id in known_before
                mails.append(_summary(event, schedule, delegate, agendas[delegate], is_change, locale, now))
    return mails


def _summary(
    event: Event,
    schedule: Schedule,
    delegate: Delegate,
    agenda: list[Part],
    is_change: bool,
    locale: str,
    now: datetime,
) -> OutboxMessage:
    zone_name = meetings.zone_for(event, delegate)
    zone = ZoneInfo(zone_name)
    placed = sorted(agenda, key=lambda part: part.placement.slot.starts_at)
    return outbox.message(
        "agenda_published",
        key=f"agenda:{schedule.id.hex}:{delegate.id.hex}:{now:%Y%m%d%H%M%S}",
        to_address=delegate.email,
        to_name=delegate.name,
        locale=locale,
        fields={
            "is_change": is_change,
            "count": len(placed),
            "city": event.city if zone_name == event.time_zone else wording.city(zone_name),
            "days": wording.days(part.placement.slot.starts_at.astimezone(zone).date() for part in placed),
            "page": f"/e/{event.code}/agenda",
            "meetings": [
                [
                    wording.short_day(part.placement.slot.starts_at, zone),
                    wording.hours(part.placement.slot.starts_at, part.placement.slot.ends_at, zone),
                    clean_line(part.other.company.name),
                    part.placement.table.label if part.placement.table else "",
                ]
                for part in placed
            ],
        },
        at=now,
        event=event,
    )
