"""Who has the board of an event open: a page that is heard from time to time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from eventsapp.db import db
from eventsapp.models import Account, Presence

KEPT = timedelta(seconds=60)


def touch(event_id: UUID, account_id: UUID, *, now: datetime) -> None:
    """Note that a page of a person was heard."""
    mine = (Presence.event_id == event_id, Presence.account_id == account_id)
    if db.session.scalar(select(Presence.id).where(*mine)) is not None:
        db.session.execute(update(Presence).where(*mine).values(seen_at=now))
        return
    try:
        with db.session.begin_nested():
            db.session.add(Presence(event_id=event_id, account_id=account_id, seen_at=now))
    except IntegrityError:  # another tab was first
        db.session.execute(update(Presence).where(*mine).values(seen_at=now))


def list_names(event_id: UUID, account_id: UUID, *, now: datetime) -> list[str]:
    """The names of the others whose pages were heard lately."""
    query = (
        select(Account.name)
        .join(Presence, Presence.account_id == Account.id)
        .where(Presence.event_id == event_id, Presence.account_id != account_id, Presence.seen_at > now - KEPT)
        .order_by(Account.name)
    )
    return list(db.session.scalars(query))
