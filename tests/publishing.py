"""Publishing for tests: a draft from places in words, published by the real service."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain.access import SYSTEM
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Event, Meeting, Placement, Registration, Schedule
from eventsapp.services import publication
from tests import make

BASE_URL = "http://localhost"
MAIL_FROM = "agenda@encuentro.example"

Place = tuple[Meeting, int, int]  # a meeting, the index of its slot, the index of its table


def meeting(a: Registration, b: Registration) -> Meeting:
    """A meeting that both sides asked for."""
    make.request(a, b)
    number = db.session.scalar(select(func.count()).select_from(Meeting)) or 0
    made = Meeting(event=a.event, a=a, b=b, uid=f"m-{number + 1}@localhost", created_at=make.MADE_AT)
    db.session.add(made)
    db.session.flush()
    return made


def draft(event: Event, places: list[Place], *, desks: tuple[int, int] = (0, 0)) -> Schedule:
    """A draft that holds these meetings, each at the desks with these indexes."""
    number = db.session.scalar(select(func.max(Schedule.number)).where(Schedule.event_id == event.id)) or 0
    made = Schedule(event=event, number=number + 1, status=ScheduleStatus.DRAFT, created_at=make.MADE_AT)
    db.session.add(made)
    db.session.flush()
    for held, slot, table in places:
        db.session.add(
            Placement(
                schedule=made,
                meeting=held,
                slot=event.slots[slot],
                table=event.tables[table],
                desk_a=held.a.desks[desks[0]],
                desk_b=held.b.desks[desks[1]],
            )
        )
    db.session.flush()
    return made


def publish(event: Event, places: list[Place], *, now: datetime) -> Schedule:
    """Publish these meetings and nothing else."""
    return publication.publish(
        draft(event, places), actor=SYSTEM, now=now, base_url=BASE_URL, organizer_address=MAIL_FROM
    )
