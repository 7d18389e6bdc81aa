"""What if: one more table, half an hour more, a desk in one more round, one more meeting for a company, other aims.

A scenario is a run over the event as it would be: the change is made within a savepoint, the problem is read, and the
change is taken back. It never becomes a draft by itself. The same change is made for good when the organizer applies
it, so a scenario shows what applying it gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.slots import Span
from eventsapp.domain.values import BlockKind, RunKind
from eventsapp.models import Absence, Block, Desk, Event, Registration, Run, Schedule, Slot, Table
from eventsapp.scheduling.problem import Problem
from eventsapp.services import audit, blocks, frames, run_options, runs, tables, zones

HALF_HOUR = timedelta(minutes=30)
MOST_TABLES = 20
KINDS = ("table", "half_hour", "desk_slot", "meeting", "levels")


@dataclass(frozen=True)
class Change:
    """One change of an event: its kind, and what it is about as far as the kind needs it."""

    kind: str
    amount: int = 1
    block_id: UUID | None = None
    desk_id: UUID | None = None
    slot_id: UUID | None = None
    registration_id: UUID | None = None
    options: run_options.Options | None = None

    def to_dict(self) -> dict[str, Any]:
        """As stored with a run."""
        names = ("block_id", "desk_id", "slot_id", "registration_id")
        about = {name: str(getattr(self, name)) for name in names if getattr(self, name) is not None}
        options = {"options": self.options.to_dict()} if self.options is not None else {}
        return {"kind": self.kind, "amount": self.amount, **about, **options}


def change_from_dict(data: Mapping[str, Any]) -> Change:
    """A change stored with a run."""
    names = ("block_id", "desk_id", "slot_id", "registration_id")
    about = {name: UUID(data[name]) for name in names if name in data}
    options = run_options.from_dict(data["options"]) if "options" in data else None
    return Change(data["kind"], data.get("amount", 1), options=options, **about)


def change_of(run: Run) -> Change:
    """What a scenario changes."""
    return change_from_dict(run.options["change"])


def base_of(run: Run) -> Run | None:
    """The run that a scenario is compared with, if it is still there."""
    base = run.options.get("base")
    return runs.find(run.event, UUID(base)) if base else None


def list_blocks(event: Event) -> list[Block]:
    """The blocks of meetings that have room for half an hour more."""
    others = {block.id: Span(block.starts_at, block.ends_at) for block in event.blocks}

    def has_room(block: Block) -> bool:
        longer = Span(block.starts_at, block.ends_at + HALF_HOUR)
        return longer.end <= event.ends_at and not any(
            longer.overlaps(span) for key, span in others.items() if key != block.id
        )

    return [block for block in event.blocks if block.kind is BlockKind.MEETINGS and has_room(block)]


# Trying ---------------------------------------------------------------------------------------------------------------


def start(event: Event, change: Change, *, seconds: int, seed: int, actor: Actor, now: datetime) -> Run:
    """Ask the engine what a change would give, beside the newest run that found a schedule."""
    require(actor, Permission.SCHEDULE_SOLVE, event.scope)
    base = runs.find_latest(event)
    options = run_options.from_dict(base.options) if base is not None else run_options.of_event(event)
    if change.options is not None:
        options = replace(change.options, weights=options.weights)
        change = replace(change, options=options)
    options.check()
    stored = {**options.to_dict(), "change": change.to_dict(), "base": str(base.id) if base is not None else None}
    return runs.launch(
        event, lambda: _problem_with(event, change, options, actor, now), options=stored, seconds=seconds, seed=seed,
        actor=actor, now=now, kind=RunKind.SCENARIO,
    )  # fmt: skip


def _problem_with(
    event: Event, change: Change, options: run_options.Options, actor: Actor, now: datetime
) -> Problem:  # fmt: skip
    """The problem of the event as it would be; nothing stays changed."""
    trial = db.session.begin_nested()
    try:
        make(event, change, actor=actor, now=now)
        db.session.flush()
        db.session.expire(event)
        return runs.build_problem(event, options)
    finally:
        trial.rollback()


# Applying -------------------------------------------------------------------------------------------------------------


def make(event: Event, change: Change, *, actor: Actor, now: datetime) -> None:
    """Change the event for good; other aims change nothing, they are chosen with each run."""
    if change.kind == "table":
        _add_tables(event, change.amount, actor, now)
    elif change.kind == "half_hour":
        blocks.lengthen(event, _block(event, change), HALF_HOUR, actor=actor, now=now)
    elif change.kind == "desk_slot":
        _open_round(_desk(event, change), _slot(event, change), actor, now)
    elif change.kind == "meeting":
        _allow_meetings(event, _registration(event, change), change.amount, actor, now)
    elif change.kind != "levels":
        raise ValueError(f"no such change: {change.kind}")


def apply(run: Run, *, actor: Actor, now: datetime, host: str) -> Run | Schedule:
    """Make what a scenario tried true: other aims give its schedule as a draft, all else a new run with the change."""
    require(actor, Permission.SCHEDULE_SOLVE, run.scope)
    change = change_of(run)
    if change.kind == "levels":
        return runs.adopt(run, actor=actor, now=now, host=host)
    make(run.event, change, actor=actor, now=now)
    options = run_options.from_dict(run.options)
    return runs.start(run.event, seconds=run.seconds, seed=run.seed, actor=actor, now=now, options=options)


# How ------------------------------------------------------------------------------------------------------------------


def _block(event: Event, change: Change) -> Block:
    found = db.session.get(Block, change.block_id) if change.block_id else None
    if found is None or found.event_id != event.id:
        raise DomainError("change_gone")
    return found


def _desk(event: Event, change: Change) -> Desk:
    found = db.session.get(Desk, change.desk_id) if change.desk_id else None
    if found is None or found.registration.event_id != event.id:
        raise DomainError("change_gone")
    return found


def _slot(event: Event, change: Change) -> Slot:
    found = db.session.get(Slot, change.slot_id) if change.slot_id else None
    if found is None or found.event_id != event.id:
        raise DomainError("change_gone")
    return found


def _registration(event: Event, change: Change) -> Registration:
    found = db.session.get(Registration, change.registration_id) if change.registration_id else None
    if found is None or found.event_id != event.id:
        raise DomainError("change_gone")
    return found


def _add_tables(event: Event, amount: int, actor: Actor, now: datetime) -> None:
    if not 1 <= amount <= MOST_TABLES:
        raise DomainError("change_too_large", most=MOST_TABLES)
    last = db.session.scalars(select(Table).where(Table.event_id == event.id).order_by(Table.position.desc())).first()
    room, zone = (last.room, last.zone) if last is not None else ("", "")
    tables.add(event, amount, room=room, zone=zone, actor=actor, now=now)
    zones.widen(event, room, zone, amount)


def _open_round(desk: Desk, slot: Slot, actor: Actor, now: datetime) -> None:
    """Make a desk available in a round: its absences leave the round out."""
    require(actor, Permission.EVENT_MANAGE, desk.registration.event.scope)
    touching = [row for row in desk.absences if row.starts_at < slot.ends_at and row.ends_at > slot.starts_at]
    if not touching:
        raise DomainError("change_gone")
    for row in touching:
        if row.ends_at > slot.ends_at:
            desk.absences.append(Absence(starts_at=slot.ends_at, ends_at=row.ends_at))
        if row.starts_at < slot.starts_at:
            row.ends_at = slot.starts_at
        else:
            desk.absences.remove(row)
    db.session.flush()
    audit.record(
        actor, "registration.round_opened", desk.registration, at=now, slot=slot.starts_at.isoformat(), desk=desk.number
    )  # fmt: skip


def _allow_meetings(event: Event, registration: Registration, amount: int, actor: Actor, now: datetime) -> None:
    """Raise the most meetings of a company above what it is now."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    if not 1 <= amount <= MOST_TABLES:
        raise DomainError("change_too_large", most=MOST_TABLES)
    most = frames.limits(event, registration)[1]
    if most is None:
        raise DomainError("change_gone")
    registration.max_meetings = most + amount
    audit.record(actor, "registration.limit_raised", registration, at=now, most=most + amount)
