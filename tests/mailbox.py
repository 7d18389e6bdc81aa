"""Reads mails back: what a person sees, and what a calendar that is not icalendar reads in it."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import vobject


@dataclass(frozen=True)
class Told:
    """What one mail tells a calendar."""

    to: str
    method: str
    sequence: int
    uid: str
    start: str
    location: str
    status: str
    attendees: tuple[str, ...]


def read(folder: Path) -> list[EmailMessage]:
    """All mails in a folder, in the order in which they were written."""
    files = sorted(folder.glob("*.eml"), key=lambda path: int(path.stem))
    return [parsed(path.read_bytes()) for path in files]


def take(folder: Path) -> list[EmailMessage]:
    """All mails in a folder, which is then empty."""
    mails = read(folder)
    for path in folder.glob("*.eml"):
        path.unlink()
    return mails


def parsed(content: bytes) -> EmailMessage:
    """A mail from its bytes."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def part(mail: EmailMessage, kind: str) -> EmailMessage | None:
    """The first part of this type."""
    return next((found for found in mail.walk() if found.get_content_type() == kind), None)


def calendar(mail: EmailMessage) -> bytes | None:
    """The calendar in a mail, checked to be the same in both places."""
    inline = part(mail, "text/calendar")
    if inline is None:
        return None
    content = inline.get_payload(decode=True)
    attached = part(mail, "application/ics")
    assert isinstance(content, bytes)
    assert attached is not None
    assert attached.get_payload(decode=True) == content
    return content


def told(mail: EmailMessage) -> Told | None:
    """What a mail tells a calendar, read by vobject; None for a mail without a calendar."""
    content = calendar(mail)
    if content is None:
        return None
    read_back = vobject.readOne(content.decode())
    event = read_back.vevent
    inline = part(mail, "text/calendar")
    assert inline is not None
    assert inline.get_param("method") == read_back.method.value
    return Told(
        to=mail["To"].addresses[0].addr_spec,
        method=read_back.method.value,
        sequence=int(event.sequence.value),
        uid=event.uid.value,
        start=f"{event.dtstart.value:%m-%d %H:%M}",
        location=event.location.value,
        status=event.status.value if hasattr(event, "status") else "",
        attendees=tuple(line.value.removeprefix("mailto:") for line in event.contents.get("attendee", [])),
    )


def all_told(mails: list[EmailMessage]) -> list[Told]:
    """What these mails tell calendars, by recipient and identity."""
    found: list[Any] = [one for mail in mails if (one := told(mail)) is not None]
    return sorted(found, key=lambda one: (one.to, one.uid, one.sequence))
