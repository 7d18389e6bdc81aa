"""Changes of a draft by hand: move, place, swap, pin, unpin, unschedule, undo and redo.

Each locks the event, asks the independent checker, and writes what stood before and what stands after to the steps of
the draft and to the log. `edit` is the state that the organizer saw: a change is refused when somebody changed the
same meeting or filled the same place since; other changes do not stand in its way. Who changes what is published gets
a new draft like it. `host` names the identities of new meetings. A `reason` overrules the stated availability of a
company: the round becomes one in which the company is available, and undo closes it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError, NotFound
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Absence, Meeting, Placement, Schedule, Slot, Step, Table, Unplaced
from eventsapp.scheduling import checker
from eventsapp.scheduling import problem as asked
from eventsapp.scheduling import schedule as solved
from eventsapp.scheduling.rules import Rule
from eventsapp.services import audit, schedules, spots, steps

ACTS = (
    "schedule.moved",
    "schedule.placed",
    "schedule.swapped",
    "schedule.pinned",
    "schedule.unpinned",
    "schedule.unscheduled",
)
Pair = tuple[UUID, UUID]


def find_places(schedule: Schedule, a_id: UUID, b_id: UUID, judged: schedules.Judged | None = None) -> spots.Spots:
    """Where else a pair could meet in a version as it stands, and why not elsewhere; `judged` is given when at hand."""
    return spots.find(judged or schedules.judge(schedule), a_id, b_id)


def find_swaps(schedule: Schedule, meeting: Meeting, judged: schedules.Judged | None = None) -> list[Placement]:
    """The meetings of a version with which a meeting could change places; `judged` is given when at hand."""
    judged = judged or schedules.judge(schedule)
    name = spots.request_of(judged, meeting.a_id, meeting.b_id)
    mine = next((held for held in judged.meetings if held.request == name), None)
    if mine is None:
        return []
    around = spots.Around.of(judged, name)
    partners = {
        frozenset(schedules.pair_of(other.request))
        for other in judged.meetings
        if other.request != name and other.slot >= 0 and around.could_swap(other)
        if _exchanged(judged, mine, other) is not None
    }
    seats = [seat for seat in schedules.list_seats(schedule) if schedules.key_of(seat) in partners]
    return schedules.list_in_time(schedule, [seat.meeting_id for seat in seats if not seat.is_pinned])


# Changes --------------------------------------------------------------------------------------------------------------


def move(
    schedule: Schedule,
    meeting: Meeting,
    *,
    slot: Slot,
    table: Table | None,
    edit: int,
    actor: Actor,
    now: datetime,
    host: str,
    reason: str = "",
) -> Schedule:
    """Hold a meeting in another slot or at another table; without a table the best free one is taken."""
    pair = (meeting.a_id, meeting.b_id)
    draft = _editable(schedule, edit, actor, now, host, pairs=[pair], spot=(slot, table))
    found = schedules.find_pair(draft, *pair)
    if found is None:
        raise NotFound("no_such_meeting")
    if found.is_pinned:
        raise DomainError("meeting_pinned")
    return _seat(draft, pair, slot, table, _By("schedule.moved", actor, now, host, reason))


def place(
    schedule: Schedule,
    a_id: UUID,
    b_id: UUID,
    *,
    slot: Slot,
    table: Table | None,
    edit: int,
    actor: Actor,
    now: datetime,
    host: str,
    reason: str = "",
) -> Schedule:
    """Give a pair that is left out a place."""
    draft = _editable(schedule, edit, actor, now, host, pairs=[(a_id, b_id)], spot=(slot, table))
    if schedules.find_pair(draft, a_id, b_id) is not None:
        raise Conflict("already_placed")
    return _seat(draft, (a_id, b_id), slot, table, _By("schedule.placed", actor, now, host, reason))


def swap(
    schedule: Schedule, meeting: Meeting, other: Meeting, *, edit: int, actor: Actor, now: datetime, host: str
) -> Schedule:
    """Let two meetings change places."""
    pairs = [(meeting.a_id, meeting.b_id), (other.a_id, other.b_id)]
    draft = _editable(schedule, edit, actor, now, host, pairs=pairs)
    held = [schedules.find_pair(draft, *pair) for pair in pairs]
    if None in held or meeting.id == other.id:
        raise NotFound("no_such_meeting")
    if any(one is not None and one.is_pinned for one in held):
        raise DomainError("meeting_pinned")
    judged = schedules.judge(draft, near=_near(pairs, [place.slot_id for place in held if place is not None]))
    names = [spots.request_of(judged, *pair) for pair in pairs]
    by_name = {found.request: found for found in judged.meetings}
    mine, theirs = (by_name[name] for name in names)
    exchanged = _exchanged(judged, mine, theirs)
    if exchanged is None:
        raise _swap_refusal(judged, mine, theirs)
    others = [held for held in judged.meetings if held.request not in names]
    new = [found for found in checker.violations(judged.problem, [*others, *exchanged]) if {*names} & {*found.requests}]
    if new:
        raise spots.refusal(new[0], judged, max(new[0].slot or 0, 0), None)
    changes = [
        _change(draft, pair, _after(judged, spot)) for pair, spot in zip(pairs, exchanged, strict=True)
    ]  # fmt: skip
    return _carry_out(draft, changes, _By("schedule.swapped", actor, now, host), (judged, [*others, *exchanged]))


def pin(schedule: Schedule, *meetings: Meeting, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Nail meetings to their places: the engine never moves them."""
    return _set_pins(schedule, meetings, True, edit, _By("schedule.pinned", actor, now, host))


def unpin(schedule: Schedule, *meetings: Meeting, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Let the engine move meetings again."""
    return _set_pins(schedule, meetings, False, edit, _By("schedule.unpinned", actor, now, host))


def unschedule(schedule: Schedule, *meetings: Meeting, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Take meetings out of the version; their requests stay and can be placed again."""
    pairs = [(meeting.a_id, meeting.b_id) for meeting in meetings]
    draft = _editable(schedule, edit, actor, now, host, pairs=pairs)
    musts = _musts(draft, pairs)
    changes = []
    for pair in pairs:
        found = schedules.find_pair(draft, *pair)
        if found is None:
            raise NotFound("no_such_meeting")
        if found.is_pinned:
            raise DomainError("meeting_pinned")
        left = {"reason": "removed", "detail": {}, "value": found.value, "is_must": frozenset(pair) in musts}
        changes.append(_change(draft, pair, {"placement": None, "unplaced": left}))
    return _carry_out(draft, changes, _By("schedule.unscheduled", actor, now, host))


# Undo and redo --------------------------------------------------------------------------------------------------------


def undo(schedule: Schedule, *, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Take back the actor's last step; not when a later step of somebody else depends on it."""
    draft = _editable(schedule, edit, actor, now, host, copy_published=False)
    step = steps.find_undo(draft, actor)
    if step is None:
        raise DomainError("nothing_to_undo")
    return _turn(draft, step, "before", _By(steps.UNDONE, actor, now, host))


def redo(schedule: Schedule, *, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Bring the step again that the actor took back last."""
    draft = _editable(schedule, edit, actor, now, host, copy_published=False)
    step = steps.find_redo(draft, actor)
    if step is None:
        raise DomainError("nothing_to_redo")
    return _turn(draft, step, "after", _By(steps.REDONE, actor, now, host))


def _turn(draft: Schedule, step: Step, side: str, by: _By) -> Schedule:
    """Let the meetings of a step stand as they did before it, or after it."""
    later = steps.find_later(step)
    if later is not None:
        raise _depends(later)
    openings = [opening for change in step.changes for opening in change.get("opened", ())]
    changes = [_change(draft, (UUID(change["a"]), UUID(change["b"])), change[side]) for change in step.changes]
    near = _near_changes(changes)
    before = schedules.judge(draft, near=near)
    known = set(before.violations())
    _close(openings) if side == "before" else _open(openings)
    try:
        with db.session.begin_nested():
            for change in changes:
                _clear(draft, change)
            for change in changes:
                _fill(draft, change, by.now, by.host)
    except IntegrityError:
        raise _taken(draft, step) from None
    judged = schedules.judge(draft, near=near)
    new = [found for found in judged.violations() if found not in known and found.rule is not Rule.KNOWN]
    if new:
        raise _blocked(draft, step, new[0], judged)
    step.is_undone = side == "before"
    _settle(draft, changes, by, _Moved.of(before, judged.problem, judged.meetings), of=step)
    return draft


def _blocked(draft: Schedule, step: Step, found: checker.Violation, judged: schedules.Judged) -> DomainError:
    """Why the old state is not possible: somebody's later step, or the rule."""
    pairs = {frozenset(name.split(":")) for name in found.requests}
    for later in steps.list_since(draft, step.edit):
        if later.account_id != step.account_id and not later.is_undone and pairs & steps.pairs_of(later):
            return _depends(later)
    return spots.refusal(found, judged, max(found.slot or 0, 0), None)


def _taken(draft: Schedule, step: Step) -> DomainError:
    """Whose later step sits in the old place."""
    later = [other for other in steps.list_since(draft, step.edit) if not other.is_undone and other.of_id is None]
    others = [other for other in later if other.account_id != step.account_id]
    return _depends((others or later or [step])[-1])


def _depends(later: Step) -> DomainError:
    return DomainError("step_depends", name=later.actor_name, at=later.at)


# How ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _By:
    """Who does what, when and why."""

    action: str
    actor: Actor
    now: datetime
    host: str
    reason: str = ""


@dataclass(frozen=True)
class Change:
    """A pair, how it stood and how it shall stand; `opened` are desks and slots that become available for it."""

    a_id: UUID
    b_id: UUID
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    opened: tuple[tuple[str, str], ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """As the steps and the log keep it."""
        found = {"a": str(self.a_id), "b": str(self.b_id), "before": dict(self.before), "after": dict(self.after)}
        return {**found, "opened": [list(opening) for opening in self.opened]} if self.opened else found


def _editable(
    schedule: Schedule,
    edit: int,
    actor: Actor,
    now: datetime,
    host: str,
    *,
    copy_published: bool = True,
    pairs: Sequence[Pair] = (),
    spot: tuple[Slot, Table | None] | None = None,
) -> Schedule:
    """The draft to change: this version, or a copy of it when it is published; refuses what somebody changed since."""
    require(actor, Permission.SCHEDULE_ADJUST, schedule.scope)
    schedules.lock(schedule.event)
    db.session.refresh(schedule)
    if schedule.edit != edit:
        _refuse_stale(schedule, edit, pairs, spot)
    if schedule.status is ScheduleStatus.DRAFT:
        return schedule
    if schedule.status is not ScheduleStatus.PUBLISHED or not copy_published:
        raise DomainError("schedule_closed", number=schedule.number)
    current = schedules.find_current(schedule.event)
    if current is not None and current.id != schedule.id:
        raise DomainError("newer_draft", number=current.number)
    return schedules.copy(schedule, actor=actor, now=now, host=host)


def _refuse_stale(schedule: Schedule, edit: int, pairs: Sequence[Pair], spot: tuple[Slot, Table | None] | None) -> None:
    """Raise when what was changed since touches the same meetings or fills the same place."""
    since = steps.list_since(schedule, edit) if 0 <= edit < schedule.edit else []
    wanted = {frozenset(map(str, pair)) for pair in pairs}
    for step in since:
        filled = steps.seats_of(step)
        is_spot = spot is not None and any(
            slot == str(spot[0].id) and (spot[1] is None or table == str(spot[1].id)) for slot, table in filled
        )
        if not pairs or is_spot or wanted & steps.pairs_of(step):
            raise Conflict("schedule_changed", name=step.actor_name, at=step.at)
    if not since or not pairs:
        last = next((entry for entry in audit.list_for(schedule.id, most=1)), None)
        raise Conflict(
            "schedule_changed", name=last.actor_name if last else "", at=last.at if last else schedule.created_at
        )


def _seat(draft: Schedule, pair: Pair, slot: Slot, table: Table | None, by: _By) -> Schedule:
    """Put a pair into a slot, at a table or the best free one, when every rule allows it."""
    if slot.starts_at <= by.now:
        raise DomainError("round_over", at=slot.starts_at)
    near = _near([pair], [slot.id])
    judged = schedules.judge(draft, near=near)
    name = spots.request_of(judged, *pair)
    if name in judged.stale:
        raise DomainError("no_longer_asked")
    index = judged.frame.slot_index.get(slot.id)
    if index is None:
        raise NotFound("no_such_slot")
    around = spots.Around.of(judged, name)
    if table is None:
        wanted, verdict = around.anywhere(index)
    else:
        wanted = str(table.id)
        verdict = around.at(index, wanted)
    opened: tuple[tuple[str, str], ...] = ()
    if verdict.needs_reason and by.reason:
        opened = tuple((found.about, str(slot.id)) for found in verdict.broken)
        _open(opened)
        judged = schedules.judge(draft, near=near)
    elif verdict.broken:
        raise around.refusal(verdict, index, wanted)
    spot = solved.Meeting(name, index, wanted, verdict.desks)
    if spot == around.present:
        raise DomainError("already_there")
    others = [meeting for meeting in judged.meetings if meeting.request != name]
    new = [found for found in checker.violations(judged.problem, [*others, spot]) if name in found.requests]
    if new:
        raise spots.refusal(new[0], judged, index, wanted)
    return _carry_out(draft, [_change(draft, pair, _after(judged, spot), opened)], by, (judged, [*others, spot]))


def _exchanged(
    judged: schedules.Judged, mine: solved.Meeting, theirs: solved.Meeting
) -> tuple[solved.Meeting, solved.Meeting] | None:
    """Two meetings in each other's places, or None where a rule is in the way."""
    if mine.slot < 0 or theirs.slot < 0 or (mine.slot, mine.table) == (theirs.slot, theirs.table):
        return None
    one = spots.Around.of(judged, mine.request, aside={theirs.request}).at(theirs.slot, theirs.table)
    if one.broken:
        return None
    other = spots.Around.of(judged, theirs.request, aside={mine.request}).at(mine.slot, mine.table)
    if other.broken:
        return None
    moved = solved.Meeting(mine.request, theirs.slot, theirs.table, one.desks)
    back = solved.Meeting(theirs.request, mine.slot, mine.table, other.desks)
    return None if spots.broken_by(judged, (moved, back)) else (moved, back)


def _swap_refusal(judged: schedules.Judged, mine: solved.Meeting, theirs: solved.Meeting) -> DomainError:
    """Why two meetings cannot change places."""
    for one, other in ((mine, theirs), (theirs, mine)):
        around = spots.Around.of(judged, one.request, aside={other.request})
        verdict = around.at(other.slot, other.table)
        if verdict.broken:
            return around.refusal(verdict, other.slot, other.table)
    return DomainError("place_refused")


def _set_pins(schedule: Schedule, meetings: Sequence[Meeting], pinned: bool, edit: int, by: _By) -> Schedule:
    pairs = [(meeting.a_id, meeting.b_id) for meeting in meetings]
    draft = _editable(schedule, edit, by.actor, by.now, by.host, pairs=pairs)
    changes = []
    for pair in pairs:
        before = _snapshot(draft, *pair)
        if before["placement"] is None:
            raise NotFound("no_such_meeting")
        if before["placement"]["pinned"] != pinned:
            after = {"placement": {**before["placement"], "pinned": pinned}, "unplaced": None}
            changes.append(Change(*pair, before, after))
    return _carry_out(draft, changes, by) if changes else draft


def _musts(draft: Schedule, pairs: Iterable[Pair]) -> set[frozenset[UUID]]:
    """Those of some pairs, and of the others of their companies, that must meet."""
    ids = {key for pair in pairs for key in pair}
    return {frozenset({pair.a.id, pair.b.id}) for pair in schedules.list_pairs(draft, ids) if pair.is_must}


def _near(pairs: Iterable[Pair], slot_ids: Iterable[UUID]) -> schedules.Near:
    """What is around a change of some pairs, in the slots that they leave and reach."""
    return schedules.Near(frozenset(key for pair in pairs for key in pair), frozenset(slot_ids))


def _near_changes(changes: Iterable[Change]) -> schedules.Near:
    changes = list(changes)
    places = [side["placement"] for change in changes for side in (change.before, change.after) if side["placement"]]
    return _near([(change.a_id, change.b_id) for change in changes], [UUID(place["slot"]) for place in places])


def _after(judged: schedules.Judged, spot: solved.Meeting) -> dict[str, Any]:
    request = judged.problem.request_by_id[spot.request]
    return {
        "placement": {
            "slot": str(judged.frame.slots[spot.slot].id),
            "table": spot.table,
            "desks": dict(zip((request.a, request.b), spot.desks, strict=True)),
            "value": request.value,
            "pinned": False,
        },
        "unplaced": None,
    }


def _change(
    draft: Schedule, pair: Pair, after: Mapping[str, Any], opened: tuple[tuple[str, str], ...] = ()
) -> Change:  # fmt: skip
    return Change(*pair, _snapshot(draft, *pair), after, opened)


def _unplaced(draft: Schedule, a_id: UUID, b_id: UUID) -> Unplaced | None:
    query = select(Unplaced).where(Unplaced.schedule_id == draft.id, schedules.same_pair(Unplaced, a_id, b_id))
    return db.session.scalar(query)


def _snapshot(draft: Schedule, a_id: UUID, b_id: UUID) -> dict[str, Any]:
    """Where a pair stands in a draft, as the steps keep it."""
    held, left = schedules.find_pair(draft, a_id, b_id), _unplaced(draft, a_id, b_id)
    return {
        "placement": held
        and {
            "slot": str(held.slot_id),
            "table": str(held.table_id) if held.table_id else None,
            "desks": {str(held.meeting.a_id): str(held.desk_a_id), str(held.meeting.b_id): str(held.desk_b_id)},
            "value": held.value,
            "pinned": held.is_pinned,
        },
        "unplaced": left
        and {"reason": left.reason, "detail": left.detail, "value": left.value, "is_must": left.is_must},
    }


def _clear(draft: Schedule, change: Change) -> None:
    """Take a pair out of where it is, so that others of the same step can go there."""
    held, left = schedules.find_pair(draft, change.a_id, change.b_id), _unplaced(draft, change.a_id, change.b_id)
    for row in (held, left):
        if row is not None:
            db.session.delete(row)
    db.session.flush()


def _fill(draft: Schedule, change: Change, now: datetime, host: str) -> None:
    """Make a pair that is nowhere stand as a snapshot says."""
    a_id, b_id, wanted, left = change.a_id, change.b_id, change.after["placement"], change.after["unplaced"]
    if wanted is not None:
        live = schedules.find_live_meeting(draft.event, a_id, b_id)
        meeting = live or schedules.new_meeting(draft.event, a_id, b_id, now=now, host=host)
        db.session.add(
            Placement(
                schedule=draft,
                meeting=meeting,
                slot_id=UUID(wanted["slot"]),
                table_id=UUID(wanted["table"]) if wanted["table"] else None,
                desk_a_id=UUID(wanted["desks"][str(meeting.a_id)]),
                desk_b_id=UUID(wanted["desks"][str(meeting.b_id)]),
                value=wanted["value"],
                is_pinned=wanted["pinned"],
            )
        )
    if left is not None:
        db.session.add(Unplaced(schedule=draft, a_id=a_id, b_id=b_id, **left))
    db.session.flush()


def _open(openings: Iterable[Sequence[str]]) -> None:
    """Cut the rounds out of the absences of the desks."""
    for desk_id, slot_id in openings:
        slot = db.session.get_one(Slot, UUID(slot_id))
        overlapping = select(Absence).where(
            Absence.desk_id == UUID(desk_id), Absence.starts_at < slot.ends_at, Absence.ends_at > slot.starts_at
        )
        for absence in db.session.scalars(overlapping).all():
            parts = ((absence.starts_at, slot.starts_at), (slot.ends_at, absence.ends_at))
            db.session.delete(absence)
            for starts_at, ends_at in parts:
                if starts_at < ends_at:
                    db.session.add(Absence(desk_id=UUID(desk_id), starts_at=starts_at, ends_at=ends_at))
    db.session.flush()


def _close(openings: Iterable[Sequence[str]]) -> None:
    """The desks are absent again in the rounds."""
    for desk_id, slot_id in openings:
        slot = db.session.get_one(Slot, UUID(slot_id))
        db.session.add(Absence(desk_id=UUID(desk_id), starts_at=slot.starts_at, ends_at=slot.ends_at))
    db.session.flush()


def _carry_out(
    draft: Schedule,
    changes: Sequence[Change],
    by: _By,
    known: tuple[schedules.Judged, Sequence[solved.Meeting]] | None = None,
) -> Schedule:
    """Make the changes; `known` is what is around them as it is judged, with its meetings afterwards."""
    if [change for change in changes if change.before["placement"] and _only_pins(change)] == list(changes):
        for change in changes:
            held = schedules.find_pair(draft, change.a_id, change.b_id)
            if held is not None:
                held.is_pinned = change.after["placement"]["pinned"]
        _settle(draft, changes, by)
        return draft
    judged, meetings = known or _without(draft, changes)
    for change in changes:
        _clear(draft, change)
    for change in changes:
        _fill(draft, change, by.now, by.host)
    _settle(draft, changes, by, _Moved.of(judged, judged.problem, meetings))
    return draft


def _without(draft: Schedule, changes: Sequence[Change]) -> tuple[schedules.Judged, Sequence[solved.Meeting]]:
    """What is around changes that only take out, and its meetings afterwards."""
    judged = schedules.judge(draft, near=_near_changes(changes))
    gone = {spots.request_of(judged, change.a_id, change.b_id) for change in changes}
    return judged, [meeting for meeting in judged.meetings if meeting.request not in gone]


def _only_pins(change: Change) -> bool:
    before, after = change.before["placement"], change.after["placement"]
    return bool(after) and {**before, "pinned": None} == {**after, "pinned": None}


@dataclass(frozen=True)
class _Moved:
    """The figures of what is around a change before and after it; `is_count_same`: no company has more or fewer."""

    before: checker.Score
    after: checker.Score
    is_count_same: bool

    @classmethod
    def of(cls, judged: schedules.Judged, problem: asked.Problem, meetings: Iterable[solved.Meeting]) -> _Moved:
        """From what was, and the problem and the meetings that are."""
        held = [[meeting for meeting in found if meeting.slot >= 0] for found in (judged.meetings, meetings)]
        names = [{meeting.request for meeting in found} for found in held]
        return cls(checker.score(judged.problem, held[0]), checker.score(problem, held[1]), names[0] == names[1])

    def figures(self, draft: Schedule) -> dict[str, float]:
        """The figures of the whole draft: most add up, so they move by as much as those around the change.

        The lowest share is none of these; it is told from the whole draft, when anybody's count changed.
        """
        found = {row["level"]: row["value"] for row in draft.levels}
        for level in found.keys() - {"fairness"}:
            found[level] += self.after.of(level) - self.before.of(level)
        if "fairness" in found and not self.is_count_same:
            whole = schedules.judge(draft)
            found["fairness"] = checker.score(
                whole.problem, [held for held in whole.meetings if held.slot >= 0]
            ).fairness
        return found


def _settle(
    draft: Schedule, changes: Sequence[Change], by: _By, moved: _Moved | None = None, *, of: Step | None = None
) -> None:
    """Count the change, bring the figures up to date and write it down."""
    if moved is not None and draft.levels:
        draft.levels = levels_after(draft.levels, moved.figures(draft).__getitem__)
    flag_modified(draft, "levels")  # also a change of place without a change of figures makes a new `edit`
    db.session.flush()
    db.session.expire(draft, ["placements", "unplaced"])
    written = [change.as_dict() for change in changes]
    steps.record(draft, by.action, written, actor=by.actor, now=by.now, of=of)
    more: dict[str, Any] = {"undoes": of.edit} if of is not None else {}
    audit.record(
        by.actor, by.action, draft, at=by.now, reason=by.reason, number=draft.number, edit=draft.edit, **more,
        **(written[0] if len(written) == 1 else {"changes": written}),
    )  # fmt: skip


def levels_after(levels: Sequence[Mapping[str, Any]], figure: Callable[[str], float]) -> list[dict[str, Any]]:
    """The figures after a change by hand; a bound holds as long as every figure before it is what it was."""
    found, same = [], True
    for level in levels:
        value = figure(level["level"])
        bound = level["bound"] if same else None
        same = same and value == level["value"]
        found.append(
            {"level": level["level"], "value": value, "bound": bound, "optimal": bound is not None and value == bound}
        )
    return found
