"""Turns a row of the outbox into a mail: subject, text and HTML in the recipient's language, and the calendar part.

A template gets the row's `fields` (by name and as `fields`), `recipient`, `event`, `base_url`, `lang`, `link(path)` and
the personal links `answer_url` and `unsubscribe_url` (empty where they do not belong), nothing else. Personal links are
signed when the mail is sent and stand in no table. What people typed is text: escaped in HTML, without line ends in
headers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, current_app
from flask_babel import gettext as _
from jinja2 import Environment, StrictUndefined

from eventsapp.calendars import build, message, record
from eventsapp.calendars.headers import MAIL
from eventsapp.calendars.invite import Person
from eventsapp.calendars.text import clean_line, clean_name
from eventsapp.domain.notices import BY_HAND, NOTICES
from eventsapp.domain.signatures import signature
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import Event, OutboxMessage

CALENDARS = {"invitation", "proposal_refused"}
HIDDEN = "…"
TEMPLATES = "mail_templates"


@dataclass(frozen=True)
class Rendered:
    """What the recipient reads."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class EventShown:
    """What a template may know of an event."""

    name: str
    code: str
    venue: str
    city: str
    contact_email: str
    time_zone: str
    zone: ZoneInfo


def render(row: OutboxMessage, *, base_url: str, secret_key: str = "") -> Rendered:
    """Subject, text and HTML of a mail; a field that a template misses is an error, not a blank.

    Without the secret key personal links are shown cut, for people who are not the recipient.
    """
    locale = row.locale if row.locale in LOCALES else DEFAULT_LOCALE
    templates = _templates(current_app)
    values: dict[str, Any] = {
        **row.fields,
        "fields": row.fields,
        "recipient": clean_name(row.to_name),
        "event": _shown(row.event),
        "base_url": base_url,
        "lang": locale.replace("_", "-"),
        "link": _linker(base_url),
        "answer_url": _answer_url(row, base_url, secret_key),
        "unsubscribe_url": _unsubscribe_url(row, base_url, secret_key),
    }
    with force_locale(locale):
        subject = clean_line(templates.get_template(f"mail/{row.kind}.subject.txt").render(values))
        values["subject"] = subject
        text = templates.get_template(f"mail/{row.kind}.txt").render(values).strip() + "\n"
        if values["unsubscribe_url"]:
            text += f"\n{_('No recibir más estos avisos')}: {values['unsubscribe_url']}\n"
        html = templates.get_template(f"mail/{row.kind}.html").render(values)
    return Rendered(subject, text, html)


def build_message(
    row: OutboxMessage, *, base_url: str, host: str, mail_from: str, secret_key: str, date: datetime
) -> EmailMessage:
    """The whole mail, ready for the server; the same row always has the same Message-ID."""
    rendered = render(row, base_url=base_url, secret_key=secret_key)
    sender = Person(row.event.name if row.event else "Encuentro", mail_from)
    recipient = Person(row.to_name, ascii_address(row.to_address))
    message_id = f"<{row.message_id}@{host}>"
    if row.kind in CALENDARS:
        mail = _invitation(row, rendered, sender, recipient, message_id, date)
    else:
        mail = EmailMessage(policy=MAIL)
        mail["From"] = Address(display_name=sender.name, addr_spec=sender.address)
        mail["To"] = Address(display_name=recipient.name, addr_spec=recipient.address)
        if row.event and row.event.contact_email:
            mail["Reply-To"] = Address(addr_spec=ascii_address(row.event.contact_email))
        mail["Subject"] = rendered.subject
        mail["Date"] = date
        mail["Message-ID"] = message_id
        mail.set_content(rendered.text, cte="quoted-printable")
        mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        mail["Content-Language"] = row.locale.replace("_", "-")
        unsubscribe = _unsubscribe_url(row, base_url, secret_key)
        if unsubscribe:
            mail["List-Unsubscribe"] = f"<{unsubscribe}>"
            if unsubscribe.startswith("https://"):  # RFC 8058 §3.1 asks for HTTPS
                mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    if row.kind not in BY_HAND:
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834 §5: not on what a person wrote to a person
    return mail


def ascii_address(address: str) -> str:
    """The address with its domain in the form that every server takes (xn--)."""
    local, _at, domain = address.strip().rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"


def _invitation(
    row: OutboxMessage, rendered: Rendered, sender: Person, recipient: Person, message_id: str, date: datetime
) -> EmailMessage:
    invitation = record.from_dict(row.fields["invitation"])
    method = row.fields["method"]
    if method == "REQUEST":
        ics = build.request(invitation)
    elif method == "CANCEL":
        ics = build.cancel(invitation, whole=row.fields["whole"])
    else:
        ics = build.decline_counter(invitation, comment=row.fields["comment"])
    return message.invitation_message(
        invitation,
        method,
        ics,
        sender=Person(sender.name, invitation.organizer.address),
        recipient=recipient,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=message_id,
        date=date,
    )


def _answer_url(row: OutboxMessage, base_url: str, secret_key: str) -> str:
    """Where the recipient accepts or declines without signing in."""
    path = row.fields.get("answer", "")
    if not path or row.fields.get("method") != "REQUEST":
        return ""
    _empty, _short, invitation_id, sequence = path.split("/")
    signed = signature(secret_key, "answer", invitation_id, sequence) if secret_key else HIDDEN
    return _linker(base_url)(f"{path}/{signed}")


def _unsubscribe_url(row: OutboxMessage, base_url: str, secret_key: str) -> str:
    """Where the recipient of a notice says that there shall be no more."""
    if row.kind not in NOTICES:
        return ""
    personal = f"{row.id}/{signature(secret_key, 'notices', row.id)}" if secret_key else HIDDEN
    return _linker(base_url)(f"/avisos/{personal}")


def _templates(app: Flask) -> Environment:
    """The application's templates, strict about what is missing; kept, because making them anew compiles them anew."""
    if TEMPLATES not in app.extensions:
        app.extensions[TEMPLATES] = app.jinja_env.overlay(undefined=StrictUndefined)
    kept: Environment = app.extensions[TEMPLATES]
    return kept


def _shown(event: Event | None) -> EventShown | None:
    if event is None:
        return None
    return EventShown(
        clean_name(event.name), event.code, event.venue, event.city, event.contact_email, event.time_zone, event.zone
    )


def _linker(base_url: str) -> Callable[[str], str]:
    def link(path: str) -> str:
        """The full address of a page of ours."""
        return f"{base_url.rstrip('/')}/{path.lstrip('/')}"

    return link
