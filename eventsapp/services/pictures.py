"""What the pictures of a version show: who matches whom, loads, the use of rounds, waiting, and how even it is.

Plain numbers, made from the version and its event with the same few queries whatever their size.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.values import Side
from eventsapp.models import Placement, Registration, Schedule, Slot, Table
from eventsapp.services import frames, requests, schedules

BUYING = (Side.BUYER, Side.BOTH)


@dataclass(frozen=True)
class Firm:
    """A company in a version: its side, size class, meetings, wishes, waiting and limits."""

    key: UUID
    name: str
    side: Side
    size: str
    held: int
    asked: int
    least: int
    most: int | None
    waits: int

    @property
    def share(self) -> float | None:
        """The part of what it could have that it has; None when nobody wants to meet."""
        room = self.asked if self.most is None else min(self.most, self.asked)
        return self.held / room if room else None


@dataclass(frozen=True)
class Round:
    """A round with the meetings in it."""

    slot: Slot
    held: int


@dataclass(frozen=True)
class Cell:
    """A pair that agreed to meet: where it is in the matrix, its affinity, its worth, and whether it has a place."""

    row: int
    column: int
    affinity: int
    value: int
    held: bool


@dataclass(frozen=True)
class Matrix:
    """Buyers by suppliers, each ordered by sector, then by how much they ask for."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def best(self) -> list[Cell]:
        """The cells of most worth first."""
        return sorted(self.cells, key=lambda cell: (-cell.value, cell.row, cell.column))


@dataclass(frozen=True)
class Pictures:
    """Everything that the pictures of a version show."""

    firms: tuple[Firm, ...]
    rounds: tuple[Round, ...]
    tables: int
    matrix: Matrix


def read(schedule: Schedule) -> Pictures:
    """What the pictures of a version show."""
    event = schedule.event
    placements = schedules.list_placements(schedule)
    pairs = schedules.list_pairs(schedule)
    query = select(Registration).where(Registration.event_id == event.id).options(joinedload(Registration.company))
    registrations = {row.id: row for row in db.session.scalars(query.order_by(Registration.number))}
    slots = list(db.session.scalars(select(Slot).where(Slot.event_id == event.id).order_by(Slot.starts_at)))
    tables = len(list(db.session.scalars(select(Table.id).where(Table.event_id == event.id))))
    used = Counter(place.slot_id for place in placements)
    return Pictures(
        firms=tuple(_firms(registrations, placements, pairs, slots)),
        rounds=tuple(Round(slot, used[slot.id]) for slot in slots),
        tables=tables,
        matrix=_matrix(registrations, placements, pairs),
    )


def _firms(
    registrations: Mapping[UUID, Registration],
    placements: Sequence[Placement],
    pairs: Sequence[requests.Pair],
    slots: Sequence[Slot],
) -> Iterable[Firm]:
    held: Counter[UUID] = Counter()
    for place in placements:
        held.update((place.meeting.a_id, place.meeting.b_id))
    asked: Counter[UUID] = Counter()
    for pair in pairs:
        asked.update((pair.a.id, pair.b.id))
    waits = waiting(placements, slots)
    for key, registration in registrations.items():
        if not (held[key] or asked[key]):
            continue
        least, most = frames.limits(registration.event, registration)
        size = registration.company.size_class
        yield Firm(
            key,
            registration.company.name,
            registration.side,
            size.value if size is not None else "",
            held[key],
            asked[key],
            least,
            most,
            waits[key],
        )


def waiting(placements: Iterable[Placement], slots: Sequence[Slot]) -> Counter[UUID]:
    """Rounds without a meeting between the first and the last meeting of a desk in a block, by registration."""
    index = {slot.id: number for number, slot in enumerate(slots)}
    block = {slot.id: slot.block_id for slot in slots}
    busy: dict[tuple[UUID, UUID, UUID], list[int]] = defaultdict(list)
    for place in placements:
        for key, desk in ((place.meeting.a_id, place.desk_a_id), (place.meeting.b_id, place.desk_b_id)):
            busy[key, desk, block[place.slot_id]].append(index[place.slot_id])
    found: Counter[UUID] = Counter()
    for (key, _desk, _block), rounds in busy.items():
        found[key] += max(rounds) - min(rounds) + 1 - len(set(rounds))
    return found


def _matrix(
    registrations: Mapping[UUID, Registration], placements: Sequence[Placement], pairs: Sequence[requests.Pair]
) -> Matrix:  # fmt: skip
    held = {schedules.key_of(place.meeting) for place in placements}
    wanted: Counter[UUID] = Counter()
    for pair in pairs:
        wanted.update((pair.a.id, pair.b.id))

    def in_order(keys: Iterable[UUID]) -> list[UUID]:
        def order(key: UUID) -> tuple[str, int, str]:
            registration = registrations[key]
            return min(registration.terms, default=""), -wanted[key], registration.company.name

        return sorted(set(keys), key=order)

    rows, columns = in_order(pair.a.id for pair in pairs), in_order(pair.b.id for pair in pairs)
    row_of = {key: number for number, key in enumerate(rows)}
    column_of = {key: number for number, key in enumerate(columns)}
    cells = tuple(
        Cell(
            row_of[pair.a.id],
            column_of[pair.b.id],
            pair.affinity,
            pair.value,
            frozenset({pair.a.id, pair.b.id}) in held,
        )
        for pair in pairs
    )
    names = {key: registration.company.name for key, registration in registrations.items()}
    return Matrix(tuple(names[key] for key in rows), tuple(names[key] for key in columns), cells)


def mean_shares(firms: Iterable[Firm]) -> dict[tuple[Side, str], tuple[int, float, float]]:
    """For each side and size class: how many companies, their mean share and the lowest."""
    groups: dict[tuple[Side, str], list[float]] = defaultdict(list)
    for firm in firms:
        if firm.share is not None:
            groups[Side.BUYER if firm.side in BUYING else Side.SUPPLIER, firm.size].append(firm.share)
    return {key: (len(shares), mean(shares), min(shares)) for key, shares in groups.items()}
