"""A big board without the engine: a full schedule by counting, for tests of the board's pages and its benchmark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice, product
from uuid import uuid4

from sqlalchemy import insert

from eventsapp.db import Base, db
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import (
    BlockKind,
    EventStatus,
    Preference,
    RegistrationStatus,
    RequestOrigin,
    RequestStatus,
    ScheduleStatus,
    Side,
)
from eventsapp.models import (
    Absence,
    Account,
    Block,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Meeting,
    Placement,
    Registration,
    Request,
    Schedule,
    Slot,
    Table,
    Unplaced,
)
from tests import make

ROUNDS = 14
STEP = timedelta(minutes=25)
LENGTH = timedelta(minutes=20)
TRADES = ("Galvánicos", "Moldes", "Troquelados", "Forjas", "Plásticos", "Sensores", "Láser", "Fundición", "Tornillería")
PLACES = ("Lerma", "Xichú", "Amealco", "Cimatario", "Zamorano", "Peña Alta", "Los Pirules", "El Tejocote", "Río Grande")
HOSTS = ("Climas", "Chasis", "Ensambles", "Cabinas", "Sistemas", "Módulos", "Suspensión")


@dataclass
class Filled:
    """What was made."""

    event: Event
    schedule: Schedule
    organizer: Account


def filled(
    *,
    buyers: int = 60,
    suppliers: int = 310,
    days: int = 3,
    rounds: int = 28,
    meetings: int = 4300,
    unplaced: int = 64,
    absences: int = 120,
    first: time = time(8, 0),
) -> Filled:
    """An event whose buyers have fixed tables; buyer `i` meets supplier `5i + 7s` in round `s`, so nobody sits twice.

    With 310 suppliers or another number without common divisors with 5 and 7 no pair meets twice either.
    """
    org = make.organization()
    person = make.organizer(org, name="Laura Medina")
    event = make.event(
        org,
        slots=1,
        tables=0,
        name="Encuentro Automotriz del Bajío 2027",
        status=EventStatus.OPEN,
        starts_at=datetime(2027, 3, 9, 7, 0, tzinfo=make.ZONE),
        ends_at=datetime(2027, 3, 9, 22, 0, tzinfo=make.ZONE) + timedelta(days=days - 1),
    )
    for row in (*event.slots, *event.blocks):
        db.session.delete(row)
    db.session.flush()
    slots = [slot for number in range(days) for slot in _day(event, date(2027, 3, 9 + number), first, rounds)]
    tables = [_new(Table, event_id=event.id, label=str(n + 1), room="Salón", position=n + 1) for n in range(buyers)]
    codes = list(terms())
    sides = [(Side.BUYER, n) for n in range(buyers)] + [(Side.SUPPLIER, n) for n in range(suppliers)]
    companies, registrations, desks, people, seats = [], [], [], [], []
    for number, (side, n) in enumerate(sides, 1):
        company = _new(
            Company,
            organization_id=org.id,
            name=_name(side, n),
            city="Silao",
            state="Guanajuato",
            created_at=make.MADE_AT,
        )
        registration = _new(
            Registration,
            event_id=event.id,
            company_id=company["id"],
            number=number,
            side=side,
            status=RegistrationStatus.APPROVED,
            terms=[codes[(n * k) % 24] for k in (1, 3, 5)],
            steps_done=[],
            consents=[],
            saved_at=make.MADE_AT,
            created_at=make.MADE_AT,
        )
        desk = _new(
            Desk,
            registration_id=registration["id"],
            number=1,
            name="",
            table_id=tables[n]["id"] if side is Side.BUYER else None,
        )
        delegate = _new(
            Delegate,
            company_id=company["id"],
            name=f"Delegada {number}",
            email=f"d{number}@example.com",
            created_at=make.MADE_AT,
        )
        seats.append(_new(DeskDelegate, desk_id=desk["id"], delegate_id=delegate["id"], position=0))
        companies.append(company)
        registrations.append(registration)
        desks.append(desk)
        people.append(delegate)
    pairs = islice(_pairs(buyers, suppliers, len(slots)), meetings + unplaced)
    schedule = _new(
        Schedule,
        event_id=event.id,
        number=1,
        status=ScheduleStatus.DRAFT,
        levels=[],
        created_by_id=person.id,
        created_at=make.MADE_AT,
        edit=1,
    )
    requests, held, placements, left = [], [], [], []
    for order, (buyer, supplier, slot) in enumerate(sorted(pairs, key=lambda pair: (pair[2], pair[0]))):
        a, b = registrations[buyer], registrations[buyers + supplier]
        requests.append(
            _new(
                Request,
                event_id=event.id,
                from_id=a["id"],
                to_id=b["id"],
                preference=Preference.WANT,
                status=RequestStatus.ACCEPTED,
                origin=RequestOrigin.PARTICIPANT,
                slot_ids=[],
                after_ids=[],
                created_at=make.MADE_AT,
            )
        )
        if unplaced and order % ((meetings + unplaced) // unplaced) == 3 and len(left) < unplaced:
            left.append(
                _new(
                    Unplaced,
                    schedule_id=schedule["id"],
                    a_id=a["id"],
                    b_id=b["id"],
                    value=400,
                    is_must=False,
                    reason=("no_common_slot", "removed", "capacity_full")[order % 3],
                    detail={},
                )
            )
            continue
        meeting = _new(
            Meeting,
            event_id=event.id,
            a_id=a["id"],
            b_id=b["id"],
            uid=f"{order}-{event.id}@example.com",
            created_at=make.MADE_AT,
        )
        held.append(meeting)
        placements.append(
            _new(
                Placement,
                schedule_id=schedule["id"],
                meeting_id=meeting["id"],
                slot_id=slots[slot]["id"],
                table_id=tables[buyer]["id"],
                desk_a_id=desks[buyer]["id"],
                desk_b_id=desks[buyers + supplier]["id"],
                value=400,
                is_pinned=order % 23 == 0,
            )
        )
    busy = {(place["desk_b_id"], place["slot_id"]) for place in placements}
    away = []
    for n in range(absences):
        desk, slot = desks[buyers + n * 11 % suppliers], slots[n * 13 % len(slots)]
        if (desk["id"], slot["id"]) not in busy:
            away.append(_new(Absence, desk_id=desk["id"], starts_at=slot["starts_at"], ends_at=slot["ends_at"]))
    for model, rows in (
        (Slot, slots),
        (Table, tables),
        (Company, companies),
        (Registration, registrations),
        (Desk, desks),
        (Delegate, people),
        (DeskDelegate, seats),
        (Request, requests),
        (Schedule, [schedule]),
        (Meeting, held),
        (Placement, placements),
        (Unplaced, left),
        (Absence, away),
    ):
        if rows:
            db.session.execute(insert(model), rows)
    db.session.flush()
    return Filled(event, db.session.get_one(Schedule, schedule["id"]), person)


def _pairs(buyers: int, suppliers: int, slots: int) -> list[tuple[int, int, int]]:
    """Buyer, supplier and round of every meeting; each seventh place stays free, the fullest rounds first."""
    order = sorted(product(range(slots), range(buyers)), key=lambda at: ((at[0] * 5 + at[1] * 3) % 7 == 0, at[0] % 5))
    return [(buyer, (5 * buyer + 7 * slot) % suppliers, slot) for slot, buyer in order]


def _day(event: Event, day: date, first: time, rounds: int) -> list[dict[str, object]]:
    """Rounds of one day in two stretches with a break between."""
    starts = datetime.combine(day, first, make.ZONE)
    found: list[dict[str, object]] = []
    for length in (rounds // 2, rounds - rounds // 2):
        block = Block(event=event, kind=BlockKind.MEETINGS, title="", starts_at=starts, ends_at=starts + length * STEP)
        db.session.add(block)
        db.session.flush()
        found += [
            _new(
                Slot,
                event_id=event.id,
                block_id=block.id,
                starts_at=starts + n * STEP,
                ends_at=starts + n * STEP + LENGTH,
            )
            for n in range(length)
        ]
        starts += length * STEP
        if length == rounds // 2:
            pause = Block(event=event, kind=BlockKind.BREAK, title="Receso", starts_at=starts, ends_at=starts + LENGTH)
            db.session.add(pause)
            starts += LENGTH
    db.session.flush()
    return found


def _name(side: Side, n: int) -> str:
    if side is Side.BUYER:
        return f"{HOSTS[n % len(HOSTS)]} {PLACES[n // len(HOSTS) % len(PLACES)]}"
    trade, place = TRADES[n % len(TRADES)], PLACES[n // len(TRADES) % len(PLACES)]
    more = n // (len(TRADES) * len(PLACES))
    return f"{trade} {place}" + (f" {'del Bajío' if more == 1 else 'Norte' if more == 2 else 'Sur'}" if more else "")


def _new(model: type[Base], **values: object) -> dict[str, object]:
    """A row for a bulk insert, with the model's defaults."""
    row: dict[str, object] = {"id": uuid4()}
    for column in model.__table__.columns:
        default = column.default
        if column.name != "id" and default is not None and default.is_scalar:
            row[column.name] = default.arg  # type: ignore[attr-defined]
    return {**row, **values}
