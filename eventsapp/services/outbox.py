"""The outbox: a mail is a row written with its cause; the worker sends it.

A sender holds a row by a lease (`claimed_until`): when it dies, the lease ends and another sends the mail, with the
same Message-ID. One that the server refuses for now waits longer each time; one that it refuses for good has failed;
one that another server gives back later has bounced. `history` keeps the latest steps for the organizer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.notices import NOTICES
from eventsapp.domain.values import OutboxState
from eventsapp.models import Event, MailMute, OutboxMessage
from eventsapp.services import audit

LEASE = timedelta(minutes=4)  # longer than all timeouts of one mail together
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
MAX_ATTEMPTS = 30  # with the waits above, about 13 hours
LOOKUP = 500
MOST_STEPS = 12
SECRET = "token"  # noqa: S105 - the name of the field that makes a mailed link work
SPENT = "spent"  # and of the mark that it did its work

Keys = tuple[str, str]  # a range of keys, the end not included


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


def claim_next(*, now: datetime, resting: Collection[str] = ()) -> OutboxMessage | None:
    """Take the mail that has been due for longest, with a lease; None when nothing is due.

    `resting` names domains that get nothing for the moment: their mails wait and the others go on.
    """
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.state == OutboxState.PENDING,
            OutboxMessage.due_at <= now,
            or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
            *(~OutboxMessage.to_address.iendswith(f"@{domain}", autoescape=True) for domain in sorted(resting)),
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
        _remember(sent, "sent", "", now)
        if is_secret(sent):
            sent.fields = {name: value for name, value in sent.fields.items() if name != SECRET} | {SPENT: True}


def is_secret(message: OutboxMessage) -> bool:
    """Does the mail hold something that only its recipient may see?"""
    return SECRET in message.fields


def mark_failed(message_id: UUID, error: str, *, now: datetime) -> None:
    """The mail was refused for good, or could not be written."""
    row = _waiting(message_id)
    if row is not None:
        row.state, row.claimed_until, row.error = OutboxState.FAILED, None, error[:500]
        _remember(row, "failed", error, now)


def postpone(message_id: UUID, error: str, *, now: datetime) -> None:
    """The mail was refused for now: again after a while, twice as long each time, until it has failed."""
    row = _waiting(message_id)
    if row is None:
        return
    if row.attempts >= MAX_ATTEMPTS:
        mark_failed(message_id, error, now=now)
        return
    wait = min(FIRST_WAIT * 2 ** min(max(row.attempts, 1) - 1, 10), LONGEST_WAIT)
    row.due_at, row.claimed_until, row.error = now + wait, None, error[:500]
    _remember(row, "postponed", error, now)


def give_back(message_id: UUID, error: str) -> None:
    """The server could not be reached, which is no fault of this mail: it stays due and the attempt does not count."""
    row = _waiting(message_id)
    if row is not None:
        row.claimed_until, row.attempts, row.error = None, row.attempts - 1, error[:500]


def is_unwanted(message: OutboxMessage) -> bool:
    """Is it a notice for somebody who wants none?"""
    if message.kind not in NOTICES:
        return False
    query = select(MailMute.id).where(MailMute.address == message.to_address.lower())
    return db.session.scalar(query) is not None


def leave_out(message: OutboxMessage, *, now: datetime) -> None:
    """The recipient wants no notices."""
    message.state, message.claimed_until, message.error = OutboxState.UNWANTED, None, ""
    _remember(message, "unwanted", "", now)


def mute(address: str, *, now: datetime) -> None:
    """No more notices to this address; twice is once."""
    wanted = address.strip().lower()
    if db.session.scalar(select(MailMute.id).where(MailMute.address == wanted)) is None:
        db.session.add(MailMute(address=wanted, created_at=now))
        db.session.flush()


def find_address(message_id: UUID) -> str | None:
    """To whom a mail went."""
    return db.session.scalar(select(OutboxMessage.to_address).where(OutboxMessage.id == message_id))


def unmute(address: str) -> None:
    """Notices to this address again."""
    db.session.execute(delete(MailMute).where(MailMute.address == address.strip().lower()))


def is_muted(address: str) -> bool:
    """Does this address want no notices?"""
    return db.session.scalar(select(MailMute.id).where(MailMute.address == address.strip().lower())) is not None


def note_report(message_id: str, *, is_failure: bool, said: str, now: datetime) -> bool:
    """Another server reports on a mail of ours: it bounced, or it is late; false for a mail that is none of ours."""
    query = select(OutboxMessage).where(OutboxMessage.message_id == message_id).with_for_update()
    row = db.session.scalar(query)
    if row is None:
        return False
    if any(step["said"] == said[:300] for step in _since_resent(row)):
        return True  # the same report again
    if is_failure and row.state is OutboxState.SENT:
        row.state, row.error = OutboxState.BOUNCED, said[:500]
    _remember(row, "bounced" if is_failure else "reported", said, now)
    return True


def _since_resent(row: OutboxMessage) -> list[Any]:
    """What happened to the message that is out now, not to the one before it."""
    sent_again = [at for at, step in enumerate(row.history) if step["step"] == "resent"]
    return row.history[sent_again[-1] + 1 :] if sent_again else row.history


def can_resend(message: OutboxMessage) -> bool:
    """May a mail go out once more? Not while it waits, nor when its secret is spent."""
    return message.event_id is not None and (
        message.state is OutboxState.FAILED
        or (message.state in (OutboxState.SENT, OutboxState.BOUNCED) and not is_spent(message))
    )


def is_spent(message: OutboxMessage) -> bool:
    """Did a mail lose what made its link work when it was sent?"""
    return SPENT in message.fields


def resend(message: OutboxMessage, *, actor: Actor, now: datetime) -> None:
    """Send a mail once more; one that reached a server gets another Message-ID, or readers would drop it as known."""
    if message.event is None:
        raise DomainError("mail_not_failed")
    require(actor, Permission.EVENT_MANAGE, message.event.scope)
    db.session.refresh(message, with_for_update=True)
    if not can_resend(message):
        raise DomainError("mail_not_failed")
    if _is_superseded(message):
        raise DomainError("mail_superseded")
    if message.state is not OutboxState.FAILED:
        message.message_id = uuid4().hex
    message.state, message.due_at, message.claimed_until, message.attempts = OutboxState.PENDING, now, None, 0
    message.sent_at, message.error = None, ""
    _remember(message, "resent", actor.name, now)
    audit.record(actor, "mail.resent", message.event, at=now, event=message.event, name=message.to_name)


def _is_superseded(message: OutboxMessage) -> bool:
    """Was the person told something newer about the meeting since? Calendars would ignore what is older."""
    told = message.fields.get("invitation") if message.kind == "invitation" else None
    if not told:
        return False
    query = select(OutboxMessage.id).where(
        OutboxMessage.kind == "invitation",
        OutboxMessage.key.startswith(message.key.rsplit(":", 2)[0] + ":"),
        OutboxMessage.created_at > message.created_at,
    )
    return db.session.scalar(query.limit(1)) is not None


def _waiting(message_id: UUID) -> OutboxMessage | None:
    row = db.session.get(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    return row if row is not None and row.state is OutboxState.PENDING else None


def _remember(row: OutboxMessage, step: str, said: str, now: datetime) -> None:
    row.history = [*row.history, {"at": now.isoformat(), "step": step, "said": said[:300]}][-MOST_STEPS:]


def find_in(event: Event, message_id: UUID) -> OutboxMessage | None:
    """A mail of this event."""
    query = (
        select(OutboxMessage)
        .where(OutboxMessage.event_id == event.id, OutboxMessage.id == message_id)
        .options(joinedload(OutboxMessage.event))
    )
    return db.session.scalar(query)


def list_for(
    event: Event, *, state: OutboxState | None, text: str, keys: Keys | None = None, offset: int, limit: int
) -> list[OutboxMessage]:
    """One page of the mails of an event, newest first; `text` is looked for in names and addresses."""
    query = select(OutboxMessage).where(*_of(event, text, keys))
    if state is not None:
        query = query.where(OutboxMessage.state == state)
    query = query.order_by(OutboxMessage.created_at.desc(), OutboxMessage.id)
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def list_unreached(event: Event) -> set[str]:
    """The addresses from which a mail of the event came back and was not sent again."""
    query = select(OutboxMessage.to_address).where(
        OutboxMessage.event_id == event.id, OutboxMessage.state == OutboxState.BOUNCED
    )
    return {address.lower() for address in db.session.scalars(query.distinct())}


def count_by_state(event: Event, *, text: str = "", keys: Keys | None = None) -> dict[OutboxState, int]:
    """How many mails of an event stand where."""
    query = select(OutboxMessage.state, func.count()).where(*_of(event, text, keys)).group_by(OutboxMessage.state)
    found = {row[0]: row[1] for row in db.session.execute(query)}
    return {state: found.get(state, 0) for state in OutboxState}


def within(keys: Keys) -> ColumnElement[bool]:
    """Is the key of a mail in this range? Both databases find it by their index."""
    first, end = keys
    return and_(OutboxMessage.key >= first, OutboxMessage.key < end)


def _of(event: Event, text: str, keys: Keys | None) -> list[ColumnElement[bool]]:
    wanted = [OutboxMessage.event_id == event.id]
    if keys is not None:
        wanted.append(within(keys))
    if text:
        found = (OutboxMessage.to_name, OutboxMessage.to_address)
        wanted.append(or_(*(column.icontains(text, autoescape=True) for column in found)))
    return wanted
