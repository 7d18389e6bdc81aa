"""The smallest change that admits a request without a place, as the engine found it, and how it is made.

Either the event gives a little (a company in one more round, one more meeting, one more table), or meetings that took
its place make room for it. The change and the place come together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.models import Meeting, Schedule, Slot
from eventsapp.services import adjustments, scenarios, schedules, tables
from eventsapp.services.scenarios import Change


def change_of(schedule: Schedule, detail: Mapping[str, Any]) -> Change | None:
    """The change of the event that would admit a request, from its detail; None without one."""
    fix = detail.get("fix") or {}
    kind = fix.get("change")
    try:
        slot = _slot_at(schedule, fix["slot"])
        if slot is None:
            return None
        if kind == "slot_for_desk":
            return Change("desk_slot", desk_id=UUID(fix["desk"]), slot_id=slot.id)
        if kind == "meeting_for_company":
            return Change("meeting", registration_id=UUID(fix["company"]), slot_id=slot.id)
        if kind == "table_in_slot":
            return Change("table", slot_id=slot.id)
    except (KeyError, TypeError, ValueError):
        return None
    return None


def rivals_of(detail: Mapping[str, Any]) -> list[str]:
    """The requests that took a place: the one that won the lottery, or those of more value; none where none did."""
    won = detail.get("won")
    return [str(won)] if won else [str(name) for name in detail.get("meetings") or []]


def apply(
    schedule: Schedule, a_id: UUID, b_id: UUID, *, edit: int, why: str, actor: Actor, now: datetime, host: str
) -> Schedule:
    """Change the event as the engine says and give the pair its place; `why` goes into the log.

    A company in one more round is part of the step and goes with it when it is taken back; a limit or a table stays.
    """
    require(actor, Permission.SCHEDULE_ADJUST, schedule.scope)
    change = change_of(schedule, _missing(schedule, a_id, b_id).detail)
    if change is None:
        raise DomainError("no_fix")
    event = schedule.event
    before = {table.id for table in tables.list_all(event)}
    if change.kind == "desk_slot":
        require(actor, Permission.EVENT_MANAGE, event.scope)
    else:
        scenarios.make(event, change, actor=actor, now=now)
        db.session.flush()
    added = next((table for table in tables.list_all(event) if table.id not in before), None)
    slot = db.session.get_one(Slot, change.slot_id)
    return adjustments.place(
        schedule, a_id, b_id, slot=slot, table=added, edit=edit, reason=why, actor=actor, now=now, host=host
    )  # fmt: skip


def exchange(
    schedule: Schedule, a_id: UUID, b_id: UUID, *, edit: int, actor: Actor, now: datetime, host: str
) -> Schedule:  # fmt: skip
    """Take out the meetings that took the place of a pair, and give the pair the first place that this frees."""
    rivals = [schedules.pair_of(name) for name in rivals_of(_missing(schedule, a_id, b_id).detail)]
    held = [schedules.find_pair(schedule, *pair) for pair in rivals]
    meetings: list[Meeting] = [place.meeting for place in held if place is not None]
    if not rivals or len(meetings) < len(rivals):
        raise DomainError("no_fix")
    draft = adjustments.unschedule(schedule, *meetings, edit=edit, actor=actor, now=now, host=host)
    spot = next((one for one in adjustments.find_places(draft, a_id, b_id).can if one.slot.starts_at > now), None)
    if spot is None:
        raise DomainError("no_fix")
    return adjustments.place(
        draft, a_id, b_id, slot=spot.slot, table=None, edit=draft.edit, actor=actor, now=now, host=host
    )  # fmt: skip


def _missing(schedule: Schedule, a_id: UUID, b_id: UUID) -> schedules.Missing:
    found = schedules.list_missing(schedule, schedules.list_seats(schedule))
    for missing in found:
        if {missing.pair.a.id, missing.pair.b.id} == {a_id, b_id}:
            return missing
    raise DomainError("no_fix")


def _slot_at(schedule: Schedule, index: int) -> Slot | None:
    """The round that a run knew by this index, found by when it starts, so that later rounds do no harm."""
    run = schedule.run
    slots = schedule.event.slots
    if run is None or run.problem is None:
        return slots[index] if 0 <= index < len(slots) else None
    known = run.problem["slots"]
    if not 0 <= index < len(known):
        return None
    start = datetime.fromisoformat(known[index]["start"])
    return next((slot for slot in slots if slot.starts_at == start), None)
