"""The outbox: a mail is a row written with its cause; the worker sends it.

A sender holds a row by a lease (`claimed_until`): when it dies, the lease ends and another sends the mail, with the
same Message-ID. One that the server refuses for now waits longer each time; one that it refuses for good has failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import OutboxState
from eventsapp.models import Event, OutboxMessage
from eventsapp.services import audit

LEASE = timedelta(minutes=4)  # longer than all timeouts of one mail together
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
MAX_ATTEMPTS = 30  # with the waits above, about 13 hours
LOOKUP = 500
SECRET = "token"  # noqa: S105 - the name of the field that makes a mailed link work


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
    made = message(
        kind, key=key, to_address=to_address, to_name=to_name, locale=locale, fields=fields, at=at, event=event
    )
    db.session.add(made)
    db.session.flush()
    return made


def message(
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
    """A mail that is not yet in the outbox: for `add_all`."""
    return OutboxMessage(
        event_id=event.id if event else None,
        key=key,
        kind=kind,
        to_address=to_address,
        to_name=to_name,
        locale=locale,
        fields=fields,
        message_id=uuid4().hex,
        state=OutboxState.PENDING,
        attempts=0,
        due_at=at,
        created_at=at,
    )


def add_all(messages: Iterable[OutboxMessage]) -> None:
    """Put thousands of mails into the outbox with few statements, except those whose key is already there."""
    new = {made.key: made for made in messages}
    keys = sorted(new)
    for start in range(0, len(keys), LOOKUP):
        query = select(OutboxMessage.key).where(OutboxMessage.key.in_(keys[start : start + LOOKUP]))
        for known in db.session.scalars(query):
            del new[known]
    db.session.add_all(new.values())
    db.session.flush()


def claim_next(*, now: datetime) -> OutboxMessage | None:
    """Take the mail that has been due for longest, with a lease; None when nothing is due."""
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.state == OutboxState.PENDING,
            OutboxMessage.due_at <= now,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
        )
        .order_by(OutboxMessage.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    due = db.session.scalar(query)
    if due is not None:
        due.claimed_until = now + LEASE
        due.attempts += 1
        db.session.flush()
    return due


def mark_sent(message_id: UUID, *, now: datetime) -> None:
    """The server took the mail; what it held of secrets is forgotten."""
    sent = db.session.get(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if sent is not None and sent.state is OutboxState.PENDING:
        sent.state, sent.sent_at, sent.claimed_until, sent.error = OutboxState.SENT, now, None, ""
        if is_secret(sent):
            sent.fields = {name: value for name, value in sent.fields.items() if name != SECRET}


def is_secret(message: OutboxMessage) -> bool:
    """Does the mail hold something that only its recipient may see?"""
    return SECRET in message.fields


def mark_failed(message_id: UUID, error: str) -> None:
    """The mail was refused for good, or could not be written."""
    _settle(message_id, state=OutboxState.FAILED, claimed_until=None, error=error[:500])


def postpone(message_id: UUID, error: str, *, now: datetime) -> None:
    """The mail was refused for now: again after a while, twice as long each time, until it has failed."""
    attempts = db.session.scalar(select(OutboxMessage.attempts).where(OutboxMessage.id == message_id)) or 1
    if attempts >= MAX_ATTEMPTS:
        mark_failed(message_id, error)
        return
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    _settle(message_id, due_at=now + wait, claimed_until=None, error=error[:500])


def give_back(message_id: UUID, error: str) -> None:
    """The server could not be reached, which is no fault of this mail: it stays due and the attempt does not count."""
    _settle(message_id, claimed_until=None, attempts=OutboxMessage.attempts - 1, error=error[:500])


def resend(message: OutboxMessage, *, actor: Actor, now: datetime) -> None:
    """Try a failed mail once more; it keeps its Message-ID."""
    if message.event is None:
        raise DomainError("mail_not_failed")
    require(actor, Permission.EVENT_MANAGE, message.event.scope)
    again = (
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id, OutboxMessage.state == OutboxState.FAILED)
        .values(state=OutboxState.PENDING, due_at=now, claimed_until=None, attempts=0)
    )
    if _count(again) != 1:
        raise DomainError("mail_not_failed")
    audit.record(actor, "mail.resent", message.event, at=now, event=message.event, name=message.to_name)


def find_in(event: Event, message_id: UUID) -> OutboxMessage | None:
    """A mail of this event."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.event_id == event.id, OutboxMessage.id == message_id)
        .options(joinedload(OutboxMessage.event))
    )
    return db.session.scalar(query)


def list_for(event: Event, *, state: OutboxState | None, text: str, offset: int, limit: int) -> list[OutboxMessage]:
    """One page of the mails of an event, newest first; `text` is looked for in names and addresses."""
    query = select(OutboxMessage).where(*_of(event, text))
    if state is not None:
        query = query.where(OutboxMessage.state == state)
    query = query.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id)
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def count_by_state(event: Event, *, text: str = "") -> dict[OutboxState, int]:
    """How many mails of an event stand where."""
    query = select(OutboxMessage.state, func.count()).where(*_of(event, text)).group_by(OutboxMessage.state)
    found = {row[0]: row[1] for row in db.session.execute(query)}
    return {state: found.get(state, 0) for state in OutboxState}


def _of(event: Event, text: str) -> tuple[ColumnElement[bool], ...]:
    if not text:
        return (OutboxMessage.event_id == event.id,)
    found = or_(
        OutboxMessage.to_name.icontains(text, autoescape=True),
        OutboxMessage.to_address.icontains(text, autoescape=True),
    )
    return OutboxMessage.event_id == event.id, found


def _settle(message_id: UUID, **values: Any) -> None:
    _count(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.state == OutboxState.PENDING)
        .values(**values)
    )


def _count(statement: Any) -> int:
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount
