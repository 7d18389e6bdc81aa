"""The days of an event: blocks, and the rounds that follow from the blocks of meetings."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.slots import Span, check_block, moved_to, slots_of
from eventsapp.domain.values import BlockKind
from eventsapp.models import Block, Event, Placement, Slot
from eventsapp.services import audit, events


def add(event: Event, kind: BlockKind, span: Span, title: str, *, actor: Actor, now: datetime) -> Block:
    """Add a block to a day; one of meetings brings its rounds."""
    blocks = _locked_blocks(event, actor)
    made = _add(event, blocks, kind, span, title)
    _renew_slots(event, [*blocks, made])
    audit.record(actor, "event.block_added", event, at=now, event=event, block=kind.value, start=span.start.isoformat())
    return made


def remove(event: Event, block: Block, *, actor: Actor, now: datetime) -> None:
    """Take a block away with its rounds; not when a schedule has meetings in them."""
    blocks = _locked_blocks(event, actor)
    _renew_slots(event, [other for other in blocks if other is not block])
    db.session.delete(block)
    audit.record(
        actor,
        "event.block_removed",
        event,
        at=now,
        event=event,
        block=block.kind.value,
        start=block.starts_at.isoformat(),
    )


def lengthen(event: Event, block: Block, by: timedelta, *, actor: Actor, now: datetime) -> None:
    """Let a block end later, with the rounds that fit."""
    blocks = _locked_blocks(event, actor)
    others = [Span(other.starts_at, other.ends_at) for other in blocks if other is not block]
    longer = Span(block.starts_at, block.ends_at + by)
    check_block(longer, inside=Span(event.starts_at, event.ends_at), others=others)
    block.ends_at = longer.end
    _renew_slots(event, blocks)
    audit.record(actor, "event.block_lengthened", event, at=now, event=event, end=longer.end.isoformat())


def copy_day(event: Event, source: date, target: date, *, actor: Actor, now: datetime) -> int:
    """Give a day the same blocks as another; gives how many. The day must be free at those hours."""
    blocks = _locked_blocks(event, actor)
    copied = [block for block in blocks if block.starts_at.astimezone(event.zone).date() == source]
    if not copied:
        raise DomainError("nothing_to_copy")
    for block in copied:
        span = moved_to(Span(block.starts_at, block.ends_at), target, event.zone)
        blocks.append(_add(event, blocks, block.kind, span, block.title))
    _renew_slots(event, blocks)
    audit.record(actor, "event.day_copied", event, at=now, event=event, source=str(source), target=str(target))
    return len(copied)


def change_rounds(event: Event, rounds: events.Rounds, *, actor: Actor, now: datetime) -> None:
    """Change how long rounds are; not when that would move or end a round that a schedule uses."""
    blocks = _locked_blocks(event, actor)
    event.slot_minutes, event.changeover_minutes = rounds.slot_minutes, rounds.changeover_minutes
    _renew_slots(event, blocks)
    audit.record(
        actor,
        "event.rounds_changed",
        event,
        at=now,
        event=event,
        slot_minutes=rounds.slot_minutes,
        changeover_minutes=rounds.changeover_minutes,
    )


def list_with_slots(event: Event) -> list[Block]:
    """The blocks of an event in order, each with its rounds."""
    query = select(Block).where(Block.event_id == event.id).options(selectinload(Block.slots)).order_by(Block.starts_at)
    return list(db.session.scalars(query))


def _locked_blocks(event: Event, actor: Actor) -> list[Block]:
    require(actor, Permission.EVENT_MANAGE, event.scope)
    events.lock(event)
    query = select(Block).where(Block.event_id == event.id).order_by(Block.starts_at)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _add(event: Event, blocks: list[Block], kind: BlockKind, span: Span, title: str) -> Block:
    others = [Span(block.starts_at, block.ends_at) for block in blocks]
    check_block(span, inside=Span(event.starts_at, event.ends_at), others=others)
    if kind is BlockKind.MEETINGS and not slots_of(span, event.slot_minutes, event.changeover_minutes):
        raise DomainError("block_too_short", minutes=event.slot_minutes)
    made = Block(event_id=event.id, kind=kind, title=title, starts_at=span.start, ends_at=span.end)
    db.session.add(made)
    db.session.flush()
    return made


def _renew_slots(event: Event, blocks: list[Block]) -> None:
    """Make the rounds those that follow from the blocks.

    A round that stays keeps its row, so that schedules go on pointing at it; one that a schedule uses never changes.
    """
    wanted = {
        span.start: (block, span)
        for block in blocks
        if block.kind is BlockKind.MEETINGS
        for span in slots_of(Span(block.starts_at, block.ends_at), event.slot_minutes, event.changeover_minutes)
    }
    known = {slot.starts_at: slot for slot in db.session.scalars(select(Slot).where(Slot.event_id == event.id))}
    gone = [slot for start, slot in known.items() if start not in wanted]
    other = [slot for start, slot in known.items() if start in wanted and slot.ends_at != wanted[start][1].end]
    _require_unused([*gone, *other])
    try:
        with db.session.begin_nested():
            for slot in gone:
                db.session.delete(slot)
    except IntegrityError as error:
        raise DomainError("rounds_in_use") from error
    for start, (block, span) in wanted.items():
        if start in known:
            known[start].block_id, known[start].ends_at = block.id, span.end
        else:
            db.session.add(Slot(event_id=event.id, block_id=block.id, starts_at=span.start, ends_at=span.end))
    db.session.flush()
    db.session.expire(event, ["blocks", "slots"])


def _require_unused(slots: list[Slot]) -> None:
    ids = [slot.id for slot in slots]
    if ids and db.session.scalar(select(exists().where(Placement.slot_id.in_(ids)))):
        raise DomainError("rounds_in_use")
