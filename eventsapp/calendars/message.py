"""The mail that carries an invitation (iMIP, RFC 6047), in the structure that Gmail sends and Outlook reads.

mixed(alternative(text/plain, text/html, text/calendar; method=…), application/ics invite.ics): Outlook looks for the
invitation in the first part only, everybody else finds the attachment. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage

from eventsapp.calendars.headers import MAIL
from eventsapp.calendars.invite import InvalidInvitation, Invitation, Person
from eventsapp.calendars.text import clean_line

FILE_NAME = "invite.ics"


def invitation_message(
    invitation: Invitation,
    method: str,
    ics: bytes,
    *,
    sender: Person,
    recipient: Person,
    subject: str,
    text: str,
    html: str,
    message_id: str,
    date: datetime,
) -> EmailMessage:
    """The mail with this calendar (of `build.request`, `cancel` or `decline_counter`) from organizer to attendee."""
    if f"\r\nMETHOD:{method}\r\n".encode("ascii") not in ics:
        raise InvalidInvitation("method_differs", method)
    if not sender.is_at(invitation.organizer.address):
        raise InvalidInvitation("sender_is_not_organizer", sender.address)
    if invitation.attendee is None or not recipient.is_at(invitation.attendee.address):
        raise InvalidInvitation("recipient_is_not_attendee", recipient.address)

    message = EmailMessage(policy=MAIL)
    message["From"] = _mailbox(sender)
    message["To"] = _mailbox(recipient)
    message["Subject"] = clean_line(subject)
    message["Date"] = date
    message["Message-ID"] = message_id
    # Without a transfer encoding of our choice the parts would be 8bit, which not every relay keeps.
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message.add_alternative(ics.decode(), subtype="calendar", cte="base64", params={"method": method})
    message.add_attachment(ics, maintype="application", subtype="ics", filename=FILE_NAME, params={"name": FILE_NAME})
    message["Content-Language"] = invitation.language
    _fix_boundaries(message)
    return message


def _mailbox(person: Person) -> Address:
    return Address(display_name=person.name, addr_spec=person.address)


def _fix_boundaries(message: EmailMessage) -> None:
    """Boundaries from the Message-ID instead of chance; "=_" occurs in neither base64 nor quoted-printable."""
    digest = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:24]
    containers = (part for part in message.walk() if part.is_multipart())
    for number, part in enumerate(containers):
        part.set_boundary(f"=_{number}_{digest}")
