"""The outbox: a mail is a row written with its cause; the worker sends it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.models import Event, OutboxMessage


def add(
    kind: str,
    *,
    key: str,
    to_address: str,
    to_name: str,
    locale: str,
    fields: dict[str, Any],
    at: datetime,
    event: Event | None = None,
) -> OutboxMessage:
    """Put one mail to one person into the outbox, or give the one that this `key` already put there.

    `kind` names the template `templates/mail/<kind>.html` and `.txt`; `fields` is plain JSON, the only values that the
    template gets besides the recipient and the event. Addresses of pages are given as paths; the mail adds the base.
    """
    known = db.session.scalar(select(OutboxMessage).where(OutboxMessage.key == key))
    if known is not None:
        return known
    message = OutboxMessage(
        event=event,
        key=key,
        kind=kind,
        to_address=to_address,
        to_name=to_name,
        locale=locale,
        fields=fields,
        message_id=uuid4().hex,
        due_at=at,
        created_at=at,
    )
    db.session.add(message)
    db.session.flush()
    return message
