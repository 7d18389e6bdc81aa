"""A person's data on their way out: blocked at once, suppressed when the time for claims is over.

Blocking takes name and address out of the account and out of every company, ends sessions, roles and links, and keeps
what was there sealed. Suppression goes through every column of text of every table and leaves no trace; meetings,
requests and totals stay. Texts that also belong to a living person (another of the same name) are only taken from what
is this person's own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, String, Table, cast, delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from eventsapp.db import Base, db
from eventsapp.domain import privacy
from eventsapp.domain.access import SYSTEM, Actor
from eventsapp.domain.errors import DomainError
from eventsapp.domain.privacy import BLOCKED, BLOCKED_FOR, GONE, NOWHERE
from eventsapp.models import (
    Account,
    ArcoRequest,
    AuditEntry,
    Delegate,
    Desk,
    DeskDelegate,
    Erasure,
    Event,
    Invitation,
    Membership,
    OutboxMessage,
    Registration,
    SheetImport,
    StoredFile,
    Token,
)
from eventsapp.services import audit, liaisons, platform

OWN_FIELDS = ("name", "email", "phone", "job_title", "accessibility_needs")
COMMON_WORDS = frozenset({"job_title"})
"""Words that are no trace of anybody by themselves; they go from the person's own rows only."""


def find(account: Account) -> Erasure | None:
    """The way out of a person's data, when it has begun."""
    return db.session.scalar(select(Erasure).where(Erasure.account_id == account.id))


def block(account: Account, *, actor: Actor, now: datetime) -> Erasure:
    """The first step: from now on nobody sees or uses the person's data."""
    if actor.account_id != account.id:
        raise DomainError("forbidden")
    db.session.refresh(account, with_for_update=True)
    if find(account) is not None:
        raise DomainError("already_blocked")
    platform.require_other(account)
    account.is_admin = False
    people = list(
        db.session.scalars(
            select(Delegate)
            .where(or_(Delegate.account_id == account.id, func.lower(Delegate.email) == account.email))
            .options(joinedload(Delegate.company))
        )
    )
    sealed = {
        "account": {"name": account.name, "email": account.email},
        "delegates": [{name: getattr(one, name) for name in OWN_FIELDS} | {"id": str(one.id)} for one in people],
    }
    made = Erasure(account_id=account.id, sealed=sealed, blocked_at=now, suppress_at=now + BLOCKED_FOR)
    db.session.add(made)
    audit.record(actor, "account.blocked", account, at=now)
    for person in people:
        _leave_desks(person, now)
        person.name, person.email, person.phone = BLOCKED, f"{person.id.hex}@{NOWHERE}", ""
        person.job_title, person.accessibility_needs, person.languages = "", "", []
        person.feed_digest, person.is_company_admin, person.ended_at = None, False, person.ended_at or now
    account.name, account.email = BLOCKED, f"{account.id.hex}@{NOWHERE}"
    account.password_hash, account.email_confirmed_at = None, None
    account.session_epoch += 1
    liaisons.release(account, actor=actor, now=now)
    for gone in (
        delete(Membership).where(Membership.account_id == account.id),
        delete(Token).where(Token.account_id == account.id),
    ):
        db.session.execute(gone.execution_options(synchronize_session=False))
    db.session.flush()
    return made


def suppress_due(*, now: datetime) -> int:
    """The second step, for all whose time has come; how many."""
    due = select(Erasure).where(Erasure.suppressed_at.is_(None), Erasure.suppress_at <= now)
    found = list(db.session.scalars(due.options(joinedload(Erasure.account))))
    for erasure in found:
        suppress(erasure, now=now)
    return len(found)


def suppress(erasure: Erasure, *, now: datetime) -> None:
    """Leave no trace of the person; what others did and how much it was stays."""
    account, sealed = erasure.account, erasure.sealed
    account.name = GONE
    ids = [one["id"] for one in sealed["delegates"]]
    for person in db.session.scalars(select(Delegate).where(Delegate.email.endswith(f"@{NOWHERE}"))):
        if str(person.id) in ids:
            person.name = GONE
    _drop_calendars(ids)
    own = _own_texts(sealed)
    erasure.sealed, erasure.suppressed_at = {}, now
    db.session.flush()
    _scrub_own_rows(account, own)
    shared = _texts_of_the_living(own)
    texts = own - shared
    pattern = privacy.pattern_of(texts)
    if pattern is not None:
        _drop_files(pattern)
        for table in Base.metadata.sorted_tables:
            _scrub(table, texts, pattern)
    db.session.expire_all()
    audit.record(SYSTEM, "account.suppressed", account, at=now)


# Parts ----------------------------------------------------------------------------------------------------------------


def _leave_desks(person: Delegate, now: datetime) -> None:
    """Leave the desks of events to come where somebody else sits too; a desk is never left without anyone."""
    seats = db.session.scalars(
        select(DeskDelegate)
        .join(Desk, Desk.id == DeskDelegate.desk_id)
        .join(Registration, Registration.id == Desk.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(DeskDelegate.delegate_id == person.id, Event.ends_at > now)
    )
    for seat in list(seats):
        together = select(func.count()).where(DeskDelegate.desk_id == seat.desk_id)
        if (db.session.scalar(together) or 0) > 1:
            db.session.delete(seat)
    db.session.flush()


def _own_texts(sealed: dict[str, Any]) -> set[str]:
    people = [sealed["account"], *sealed["delegates"]]
    texts = {one.get(name, "") for one in people for name in OWN_FIELDS if name not in COMMON_WORDS}
    return {text for text in texts if len(text) >= privacy.SHORTEST_NAME}


def _texts_of_the_living(texts: Collection[str]) -> set[str]:
    """Those of the texts that are also the name, address or telephone of somebody who is still here."""
    lower = {text.casefold(): text for text in texts}
    found: set[str] = set()
    for column in (Account.name, Account.email, Delegate.name, Delegate.email, Delegate.phone):
        same = or_(func.lower(column).in_([text.lower() for text in texts]), column.in_(texts))
        for value in db.session.scalars(select(column).where(same)):
            if value.casefold() in lower:
                found.add(lower[value.casefold()])
    return found


def _scrub_own_rows(account: Account, own: set[str]) -> None:
    """What is tied to the account by its key, or to its address."""
    addresses = [text.lower() for text in own if "@" in text]
    pattern = privacy.pattern_of(own)
    mine = (AuditEntry.account_id == account.id) | (
        (AuditEntry.object_kind == Account.__tablename__) & (AuditEntry.object_id == account.id)
    )
    for entry in db.session.scalars(select(AuditEntry).where(mine)):
        if entry.account_id == account.id:
            entry.actor_name = GONE
        if pattern is not None:
            entry.detail, entry.reason = privacy.scrubbed(entry.detail, pattern), pattern.sub(GONE, entry.reason)
    for mail in db.session.scalars(select(OutboxMessage).where(func.lower(OutboxMessage.to_address).in_(addresses))):
        mail.to_name, mail.to_address, mail.fields, mail.error = GONE, f"{mail.id.hex}@{NOWHERE}", {}, ""
        if pattern is not None:
            mail.key = pattern.sub(mail.id.hex, mail.key)
    asked = or_(ArcoRequest.account_id == account.id, func.lower(ArcoRequest.email).in_(addresses))
    for request in db.session.scalars(select(ArcoRequest).where(asked)):
        request.name, request.email, request.text, request.answer = GONE, f"{request.id.hex}@{NOWHERE}", "", ""
    db.session.flush()


def _drop_calendars(delegate_ids: Collection[str]) -> None:
    """The written events of the person's meetings, which everybody at the table has; their content is scrubbed."""
    ids = [UUID(one) for one in delegate_ids]
    meetings = select(Invitation.meeting_id).where(Invitation.delegate_id.in_(ids))
    gone = update(Invitation).where(Invitation.meeting_id.in_(meetings)).values(part=None)
    db.session.execute(gone.execution_options(synchronize_session=False))


def _drop_files(pattern: re.Pattern[str]) -> None:
    """What was kept of imports that name the person: files, rows that stayed outside, samples."""
    for found in db.session.scalars(select(SheetImport)):
        kept = json.dumps([found.problems, found.sheets], ensure_ascii=False)
        if found.file_id is None and found.rest_id is None and not pattern.search(kept):
            continue
        files = [one for one in (found.file_id, found.rest_id) if one is not None]
        found.file_id = found.rest_id = None
        found.problems, found.problem_count, found.sheets = [], 0, []
        db.session.flush()
        db.session.execute(delete(StoredFile).where(StoredFile.id.in_(files)))


def _scrub(table: Table, texts: Collection[str], pattern: re.Pattern[str]) -> None:
    """Take the texts out of every column of text or JSON of a table."""
    columns = [column for column in table.columns if isinstance(column.type, (String, JSON)) and _is_free(column)]
    if not columns or "id" not in table.columns:
        return
    rows = db.session.execute(select(table.c.id, *columns).where(or_(*_found(columns, texts)))).all()
    for row in rows:
        values = dict(zip([column.key for column in columns], row[1:], strict=True))
        changed = {name: privacy.scrubbed(value, pattern) for name, value in values.items() if value is not None}
        changed = {name: value for name, value in changed.items() if value != values[name]}
        if changed:
            db.session.execute(update(table).where(table.c.id == row[0]).values(_bounded(table, row[0].hex, changed)))


def _found(columns: Iterable[Column[Any]], texts: Collection[str]) -> list[Any]:
    """A first look by the database, wider than the pattern: by the part of a text that JSON does not escape."""
    parts = {_plain_part(text).lower() for text in texts}
    targets = [cast(column, String) if isinstance(column.type, JSON) else column for column in columns]
    return [func.lower(target).contains(part, autoescape=True) for target in targets for part in parts]


def _plain_part(text: str) -> str:
    """The longest part of a text that every database folds alike: letters without accents."""
    parts = re.findall(r"[ -~]+", text)
    return max(parts, key=len, default="") if parts else ""


def _is_free(column: Column[Any]) -> bool:
    """May people's words stand here? Keys, hashes and closed lists of values cannot hold them."""
    return not column.primary_key and getattr(column.type, "enums", None) is None


def _bounded(table: Table, mark: str, values: dict[str, Any]) -> dict[str, Any]:
    """The values as long as their columns allow; where each must be the only one, they are told apart by a mark."""
    found = {}
    for name, value in values.items():
        most = getattr(table.c[name].type, "length", None)
        if isinstance(value, str) and table.c[name].unique:
            value = f"{mark} {value}"
        found[name] = value[:most] if isinstance(value, str) and most else value
    return found
