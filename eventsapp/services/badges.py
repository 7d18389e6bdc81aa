"""Badges: the key of each person at an event, short enough to type and made of characters that nobody mistakes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.models import Badge, Delegate, Event
from eventsapp.services import events

CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 and O, 1 and I
LENGTH = 8


def keys_of(event: Event, people: Iterable[Delegate], *, now: datetime) -> dict[UUID, str]:
    """The key of each of these people at an event; whoever has none gets one and keeps it."""
    events.lock(event)
    known = {badge.delegate_id: badge.key for badge in db.session.scalars(select(Badge).where(Badge.event == event))}
    taken = set(known.values())
    for person in people:
        if person.id not in known:
            known[person.id] = _new_key(taken)
            db.session.add(Badge(event=event, delegate=person, key=known[person.id], created_at=now))
    db.session.flush()
    return known


def _new_key(taken: set[str]) -> str:
    while True:
        key = "".join(secrets.choice(CHARACTERS) for _ in range(LENGTH))
        if key not in taken:
            taken.add(key)
            return key
