"""What one person is told about one meeting: its identity, its content, and what has to be sent after a publication.

UID and SEQUENCE follow RFC 5546 §2.1.4: one UID for the life of an invitation, a higher SEQUENCE for another time or
place and for every cancellation, and none for a corrected text. Comparison is with what was last *sent*.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from eventsapp.calendars.text import clean_line, clean_name, clean_text

M = TypeVar("M", bound=Hashable)
P = TypeVar("P", bound=Hashable)

MAX_SEQUENCE = 2**31 - 1
_UID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,254}")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{3,254}}$){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LINK = re.compile(r"https?://[!#-;=?-\[\]_a-z~]{1,2000}")


class InvalidInvitation(ValueError):
    """Something no calendar may contain; `code` says what, for the log."""

    def __init__(self, code: str, value: object = None) -> None:
        super().__init__(code if value is None else f"{code}: {value!r}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Person:
    """A display name and an ASCII e-mail address (international domains in their xn-- form)."""

    name: str
    address: str

    def __post_init__(self) -> None:
        _require(_ADDRESS.fullmatch(self.address), "address_invalid", self.address)
        _settle(self, name=clean_name(self.name) or self.address)

    def is_at(self, address: str) -> bool:
        """Is that this person's mailbox?"""
        return self.address.casefold() == address.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One meeting as one person's calendar shall show it: checked, its texts cleaned, its times settled in UTC."""

    uid: str
    sequence: int
    dtstamp: datetime
    created: datetime
    last_modified: datetime
    start: datetime
    end: datetime
    zone: str
    summary: str
    description: str = ""
    location: str = ""
    url: str = ""
    organizer: Person
    attendee: Person | None = None
    language: str = "es-MX"
    cancelled: bool = False
    conference: str = ""
    alarm_minutes: int | None = None

    def __post_init__(self) -> None:
        _settle(
            self,
            dtstamp=_instant(self.dtstamp),
            created=_instant(self.created),
            last_modified=_instant(self.last_modified),
            start=_instant(self.start),
            end=_instant(self.end),
            summary=clean_line(self.summary),
            description=clean_text(self.description),
            location=clean_line(self.location),
        )
        _require(_UID.fullmatch(self.uid), "uid_invalid", self.uid)
        _require(0 <= self.sequence <= MAX_SEQUENCE, "sequence_invalid", self.sequence)
        _require(self.start < self.end, "end_not_after_start", self.end)
        _require(self.summary, "summary_missing")
        for link in filter(None, (self.url, self.conference)):
            _require(_LINK.fullmatch(link), "link_invalid", link)
        _require(_LANGUAGE.fullmatch(self.language), "language_invalid", self.language)
        _require(self.alarm_minutes is None or 0 <= self.alarm_minutes <= 10_080, "alarm_invalid", self.alarm_minutes)


def _require(condition: object, code: str, value: object = None) -> None:
    if not condition:
        raise InvalidInvitation(code, value)


def _settle(target: object, **values: object) -> None:
    """Set fields of a frozen instance while it is being made."""
    for name, value in values.items():
        object.__setattr__(target, name, value)


def _instant(moment: datetime) -> datetime:
    """That instant in UTC, in whole seconds: Python compares two times of one zone by the clock on the wall."""
    # A bare offset is no zone: it knows no summer time, and icalendar would invent a TZID for it.
    _require(moment.tzinfo == UTC or isinstance(moment.tzinfo, ZoneInfo), "time_without_zone", moment)
    return moment.astimezone(UTC).replace(microsecond=0)


def is_link(text: str) -> bool:
    """Can a calendar carry this address of a page or a video call?"""
    return bool(_LINK.fullmatch(text))


def new_uid(domain: str, random: Random) -> str:
    """A new permanent identity, free of personal data; give `secrets.SystemRandom()` in earnest."""
    return f"m-{random.getrandbits(128):032x}@{domain}"


def content_hash(invitation: Invitation) -> str:
    """A fingerprint of all that the recipient can notice; identity, stamps and the attendee are no part of it."""
    content = [
        invitation.start.isoformat(),
        invitation.end.isoformat(),
        invitation.zone,
        invitation.summary,
        invitation.description,
        invitation.location,
        invitation.url,
        invitation.conference,
        invitation.organizer.address.casefold(),
        invitation.organizer.name,
    ]
    return hashlib.sha256(json.dumps(content).encode("ascii")).hexdigest()


class Change(StrEnum):
    """What happened to a meeting in the eyes of one person."""

    NEW = "new"
    MOVED = "moved"
    REWORDED = "reworded"
    CANCELLED = "cancelled"
    UNINVITED = "uninvited"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What one person was last sent about one meeting."""

    uid: str
    sequence: int
    dtstamp: datetime
    content_hash: str
    start: datetime
    end: datetime
    location: str
    cancelled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Generic[M, P]):
    """One mail to be sent: to whom, about which meeting, and the identity it must carry."""

    meeting: M
    person: P
    change: Change
    uid: str
    sequence: int
    dtstamp: datetime

    @property
    def method(self) -> str:
        """The iTIP method: REQUEST or CANCEL."""
        return "CANCEL" if self.change in (Change.CANCELLED, Change.UNINVITED) else "REQUEST"

    @property
    def whole(self) -> bool:
        """Is the meeting off for everybody? (A single person who is uninvited gets a CANCEL without STATUS.)"""
        return self.change is Change.CANCELLED

    def stamp(self, invitation: Invitation) -> Invitation:
        """That invitation with the identity of this message."""
        return replace(invitation, uid=self.uid, sequence=self.sequence, dtstamp=self.dtstamp)


def next_messages(
    sent: Mapping[tuple[M, P], Sent],
    planned: Mapping[tuple[M, P], Invitation],
    *,
    make_uid: Callable[[], str],
    now: datetime,
) -> list[Message[M, P]]:
    """What to send so that everybody's calendar shows what is now published; both maps are keyed (meeting, person).

    `sent` holds the last message of every pair, cancellations included; `planned` everything published now. The UID
    proposed by a planned invitation serves for a first message; a UID that was cancelled is never used again.
    """
    wanted = {pair: invitation for pair, invitation in planned.items() if not invitation.cancelled}
    alive = {meeting for meeting, _ in wanted}
    spent = _spent_meetings(sent)
    fresh: dict[M, str] = {}
    messages: list[Message[M, P]] = []

    for (meeting, person), invitation in wanted.items():
        last = sent.get((meeting, person))
        if last is None or last.cancelled:
            uid = invitation.uid
            if last is not None or meeting in spent:
                uid = fresh[meeting] = fresh.get(meeting) or make_uid()
            change, sequence = Change.NEW, 0
        elif content_hash(invitation) == last.content_hash:
            continue
        else:
            uid = last.uid
            change = Change.MOVED if _is_moved(last, invitation) else Change.REWORDED
            sequence = last.sequence + (change is Change.MOVED)
        messages.append(_message(meeting, person, change, uid, sequence, last, now))

    for (meeting, person), last in sent.items():
        if not last.cancelled and (meeting, person) not in wanted:
            change = Change.UNINVITED if meeting in alive else Change.CANCELLED
            messages.append(_message(meeting, person, change, last.uid, last.sequence + 1, last, now))
    return messages


def _spent_meetings(sent: Mapping[tuple[M, P], Sent]) -> set[M]:
    """Meetings that were announced and are cancelled for everybody: their UID is used up."""
    return {meeting for meeting, _ in sent} - {meeting for (meeting, _), last in sent.items() if not last.cancelled}


def _is_moved(last: Sent, planned: Invitation) -> bool:
    before = (_instant(last.start), _instant(last.end), clean_line(last.location))
    return before != (planned.start, planned.end, planned.location)


def _message(
    meeting: M, person: P, change: Change, uid: str, sequence: int, last: Sent | None, now: datetime
) -> Message[M, P]:
    # Receivers order messages of one SEQUENCE by DTSTAMP, which counts whole seconds: it must always grow.
    dtstamp = _instant(now)
    if last is not None:
        dtstamp = max(dtstamp, _instant(last.dtstamp) + timedelta(seconds=1))
    return Message(meeting=meeting, person=person, change=change, uid=uid, sequence=sequence, dtstamp=dtstamp)
