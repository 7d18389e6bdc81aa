"""Copies of events: the frame of one event on other days, without its companies."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import TypeVar

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.slots import Span, instant
from eventsapp.models import Event, Table, Zone
from eventsapp.services import audit, blocks, events, zones
from eventsapp.services.events import Answering, Dates, Details, Kind, Limits, Rounds

Values = TypeVar("Values", Details, Kind, Limits, Answering, Rounds)


def copy(event: Event, *, name: str, code: str, first_day: date, actor: Actor, now: datetime) -> Event:
    """Make an event in preparation with the days, rounds, breaks, tables, zones, limits and rules of another.

    Every date moves by as many days as the first day does, and keeps the hour that clocks at the venue show.
    """
    by = first_day - event.first_day
    made = events.create(
        event.organization,
        code=code,
        details=_values(event, Details, name=name),
        dates=_moved_dates(event, by),
        limits=_values(event, Limits),
        rounds=_values(event, Rounds),
        kind=_values(event, Kind),
        actor=actor,
        now=now,
    )
    made.aims, made.weights = list(event.aims), dict(event.weights)
    db.session.flush()
    events.change_answering(made, _values(event, Answering), version=made.version, actor=actor, now=now)
    for block in event.blocks:
        span = Span(_moved(block.starts_at, event, by), _moved(block.ends_at, event, by))
        blocks.add(made, block.kind, span, block.title, actor=actor, now=now)
    db.session.add_all(
        Table(
            event_id=made.id,
            label=table.label,
            room=table.room,
            zone=table.zone,
            chairs=table.chairs,
            position=table.position,
        )
        for table in event.tables
    )
    db.session.add_all(
        Zone(event_id=made.id, room=room, name=name, capacity=most)
        for (room, name), most in zones.limits(event).items()
    )
    audit.record(actor, "event.copied", made, at=now, event=made, source=event.code)
    return made


def _values(event: Event, kind: type[Values], **changes: str) -> Values:
    return kind(**{**{field.name: getattr(event, field.name) for field in fields(kind)}, **changes})


def _moved_dates(event: Event, by: timedelta) -> Dates:
    instants = {field.name: getattr(event, field.name) for field in fields(Dates)}
    return Dates(**{name: _moved(at, event, by) for name, at in instants.items() if at is not None})


def _moved(at: datetime, event: Event, by: timedelta) -> datetime:
    """Days later by the calendar of the venue: what begins at nine begins at nine, also after the clocks change."""
    local = at.astimezone(event.zone)
    return instant(local.date() + by, local.time(), event.zone)
