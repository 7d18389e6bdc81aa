"""`import-b2bsp`: turn a published benchmark event (Bofill et al., JAIR 74, 2022) into an event here.

The participants of those files are anonymous: they become companies called «Participante 1» and so on. Every meeting of
the file becomes an accepted request, limited to its session or its fixed slot.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from eventsapp.cli import journey, serving
from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import SYSTEM
from eventsapp.domain.values import (
    BlockKind,
    EventStatus,
    OrganizationKind,
    Preference,
    RegistrationStatus,
    RequestOrigin,
    RequestStatus,
    Side,
)
from eventsapp.models import (
    Absence,
    Block,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Organization,
    Registration,
    Request,
    Slot,
    Table,
)
from eventsapp.scheduling import dzn
from eventsapp.scheduling.b2b_problem import B2BProblem
from eventsapp.services import agendas, events
from eventsapp.settings import choose

ORGANIZATION = "importaciones"
FIRST_HOUR = time(8, 0)
DAY_MINUTES = 14 * 60
MOST_SLOT_MINUTES = 20
MAX_NAME = 200


def add_options(parser: argparse.ArgumentParser) -> None:
    """The file, the name of the event, and whether to solve and publish at once."""
    parser.add_argument("file", type=Path, metavar="FILE.dzn", help="a benchmark instance")
    parser.add_argument("--event", required=True, metavar="NAME", help="name of the event to make")
    parser.add_argument("--organization", default=ORGANIZATION, help="code of the organization (made when missing)")
    parser.add_argument("--publish", metavar="DIR", type=Path, help="also solve, publish and write the agendas to DIR")
    parser.add_argument("--seconds", type=int, default=60, help="longest time for the engine (default %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Read the file, make the event, say what was made."""
    try:
        problem = dzn.load(options.file, fairness=None)
    except (OSError, ValueError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 2
    settings = choose({"DATA_DIR": "instance", **os.environ})
    app = serving.prepared(settings)
    with app.app_context():
        try:
            with unit_of_work():
                event_id = create(problem, options.event, options.organization, now=datetime.now(UTC))
            event = db.session.get_one(Event, event_id)
            print(f"{event.name}: {settings.base_url}/o/{event.code}/", flush=True)
            if options.publish:
                journey.solve_and_publish(app, event_id, SYSTEM, settings, seconds=options.seconds)
                files = agendas.export(db.session.get_one(Event, event_id), options.publish, settings=settings)
                figures = {**journey.summarize(db.session.get_one(Event, event_id)), "files": len(files)}
                print(json.dumps(figures, ensure_ascii=False))
        except (ValueError, journey.NoSchedule) as error:
            print(f"{options.file}: {error}", file=sys.stderr)
            return 2
        finally:
            db.engine.dispose()
    return 0


def create(problem: B2BProblem, name: str, organization_code: str, *, now: datetime) -> UUID:
    """Add the event with its participants and meetings; raises ValueError when it is there or does not fit."""
    name = name.strip()
    if not 0 < len(name) <= MAX_NAME:
        raise ValueError(f"the name of the event needs 1 to {MAX_NAME} characters")
    if db.session.scalar(select(Event.id).where(Event.name == name)):
        raise ValueError(f"there is already an event called {name}")
    code = events.suggested_code(name)
    pairs = [frozenset(meeting.pair) for meeting in problem.meetings]
    if len(pairs) != len(set(pairs)):
        raise ValueError("two meetings of the same two participants cannot be imported")
    zone = ZoneInfo("America/Mexico_City")
    event = _event(_organization(organization_code, now), name, code, problem, now, zone)
    slots = _slots(event, problem)
    event.tables.extend(Table(label=str(n), position=n) for n in range(1, problem.tables + 1))
    registrations = [_participant(event, index, problem, slots, now) for index in range(problem.participants)]
    db.session.add_all([event, *registrations])
    db.session.flush()
    _requests(event, registrations, problem, slots, now)
    return event.id


def _organization(code: str, now: datetime) -> Organization:
    found = db.session.scalar(select(Organization).where(Organization.code == code))
    return found or Organization(code=code, name="Importaciones", kind=OrganizationKind.CHAMBER, created_at=now)


def _day(now: datetime) -> date:
    return (now + timedelta(weeks=6)).date()


def _event(
    organization: Organization, name: str, code: str, problem: B2BProblem, now: datetime, zone: ZoneInfo
) -> Event:
    day = _day(now)
    return Event(
        organization=organization,
        code=code,
        name=name,
        venue="Sede",
        city="",
        time_zone=zone.key,
        contact_email="contacto@example.com",
        status=EventStatus.OPEN,
        starts_at=datetime.combine(day, FIRST_HOUR, zone),
        ends_at=datetime.combine(day, FIRST_HOUR, zone) + timedelta(minutes=DAY_MINUTES),
        registration_opens_at=now - timedelta(days=2),
        registration_closes_at=now - timedelta(days=1),
        requests_open_at=now - timedelta(days=1),
        requests_close_at=now,
        slot_minutes=_slot_minutes(problem),
        changeover_minutes=0,
        created_at=now,
    )


def _slot_minutes(problem: B2BProblem) -> int:
    """Twenty minutes, or less where that many slots would not fit in a day."""
    return min(MOST_SLOT_MINUTES, DAY_MINUTES // max(1, problem.slots))


def _slots(event: Event, problem: B2BProblem) -> list[Slot]:
    """The slots in order, in one block: the published problem counts idle time over the whole day, midday included."""
    length = timedelta(minutes=event.slot_minutes)
    starts = [event.starts_at + index * length for index in range(problem.slots)]
    if not starts:
        return []
    block = Block(event=event, kind=BlockKind.MEETINGS, starts_at=starts[0], ends_at=starts[-1] + length)
    return [Slot(event=event, block=block, starts_at=start, ends_at=start + length) for start in starts]


def _participant(event: Event, index: int, problem: B2BProblem, slots: list[Slot], now: datetime) -> Registration:
    name = f"Participante {index + 1}"
    company = Company(organization=event.organization, name=name, created_at=now)
    delegate = Delegate(company=company, name=name, email=f"participante-{index + 1}@example.com", created_at=now)
    desk = Desk(number=1, seats=[DeskDelegate(delegate=delegate)])
    desk.absences = [
        Absence(starts_at=slots[slot].starts_at, ends_at=slots[slot].ends_at)
        for slot in sorted(problem.forbidden[index])
    ]
    return Registration(
        event=event,
        company=company,
        number=index + 1,
        side=Side.BOTH,
        status=RegistrationStatus.APPROVED,
        desks=[desk],
        steps_done=["company", "delegates", "terms", "availability"],
        saved_at=now,
        created_at=now,
    )


def _requests(
    event: Event, registrations: list[Registration], problem: B2BProblem, slots: list[Slot], now: datetime
) -> None:
    made = []
    for index, meeting in enumerate(problem.meetings):
        allowed = problem.allowed(index)
        request = Request(
            event=event,
            from_registration=registrations[meeting.first],
            to_registration=registrations[meeting.second],
            preference=Preference.WANT,
            status=RequestStatus.ACCEPTED,
            origin=RequestOrigin.IMPORT,
            slot_ids=[] if len(allowed) == problem.slots else [str(slots[slot].id) for slot in allowed],
            answered_at=now,
            created_at=now + timedelta(microseconds=index),
        )
        made.append(request)
    db.session.add_all(made)
    db.session.flush()
    for request, meeting in zip(made, problem.meetings, strict=True):
        request.after_ids = [str(made[before].id) for before in sorted(meeting.after)]
