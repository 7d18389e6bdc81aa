"""Changes of a draft by hand: move, place, pin, unpin, unschedule, and undo of the last one.

Each locks the event, insists on the version that the organizer saw (`edit`), asks the independent checker, and writes
to the log what stood before and what stands after; undo reads it back from there. Who changes what is published gets a
new draft like it. `host` names the identities of new meetings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError, NotFound
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import AuditEntry, Meeting, Placement, Schedule, Slot, Table, Unplaced
from eventsapp.scheduling import checker, explain
from eventsapp.scheduling import problem as asked
from eventsapp.scheduling import schedule as solved
from eventsapp.scheduling.rules import Rule
from eventsapp.services import audit, schedules

ACTS = ("schedule.moved", "schedule.placed", "schedule.pinned", "schedule.unpinned", "schedule.unscheduled")
UNDONE = "schedule.undone"


# Where a meeting could be ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spot:
    """A slot in which a pair can meet, and the tables that are possible there (None without tables)."""

    slot: Slot
    tables: tuple[Table | None, ...]


@dataclass(frozen=True)
class Places:
    """Where a pair can meet, and for every other slot why not."""

    can: tuple[Spot, ...]
    cannot: tuple[tuple[Slot, DomainError], ...]


def find_places(schedule: Schedule, a_id: UUID, b_id: UUID) -> Places:
    """Where else a pair could meet in a version as it stands."""
    judged = schedules.judge(schedule)
    target = _request_of(judged, a_id, b_id)
    near = _Neighbourhood.of(judged, target)
    tables = {str(table.id): table for table in judged.frame.tables}
    possible: dict[int, dict[str | None, None]] = {}
    for slot, table, _ in explain.places(near.problem, near.meetings, target).can:
        possible.setdefault(slot, {})[table] = None
    present = next((meeting for meeting in judged.meetings if meeting.request == target), None)
    if present is not None:
        possible.get(present.slot, {}).pop(present.table, None)
    can, cannot = [], []
    for index, row in enumerate(judged.frame.slots):
        if not possible.get(index, True):
            continue  # it is held there, and there is no other table
        if index in possible:
            can.append(Spot(row, tuple(tables.get(name or "") for name in _by_position(possible[index], tables))))
        else:
            cannot.append((row, near.refusal(index, None, judged)))
    return Places(tuple(can), tuple(cannot))


def _by_position(names: Iterable[str | None], tables: Mapping[str, Table]) -> list[str | None]:
    return sorted(names, key=lambda name: tables[name].position if name is not None else -1)


@dataclass(frozen=True)
class _Neighbourhood:
    """A request among the meetings of its two companies; where other meetings sit, there are no tables."""

    problem: asked.Problem
    meetings: tuple[solved.Meeting, ...]
    target: asked.Request

    @classmethod
    def of(cls, judged: schedules.Judged, name: str) -> _Neighbourhood:
        whole = judged.problem
        target = whole.request_by_id[name]
        own = {target.a, target.b}
        near, taken = [], dict[str | None, set[int]]()
        for meeting in judged.meetings:
            request = whole.request_by_id[meeting.request]
            if meeting.request != name and own & {request.a, request.b}:
                near.append(meeting)
            elif meeting.request != name:
                taken.setdefault(meeting.table, set()).add(meeting.slot)
        requests = (target, *(whole.request_by_id[meeting.request] for meeting in near))
        companies = dict.fromkeys(company for request in requests for company in (request.a, request.b))
        everywhere = range(len(whole.slots))
        tables = tuple(
            asked.Table(table.id, table.zone, tuple(slot for slot in everywhere if slot not in taken[table.id]))
            if table.id in taken
            else table
            for table in whole.tables or ()
        )
        problem = asked.Problem(
            slots=whole.slots,
            companies=tuple(whole.company_by_id[company] for company in companies),
            requests=requests,
            tables=tables if whole.tables is not None else None,
        )
        return cls(problem, tuple(near), target)

    def refusal(self, slot: int, table: str | None, judged: schedules.Judged) -> DomainError:
        """Why the request cannot be held in a slot, at a table or anywhere, as the least that is in the way."""
        sides = [self.problem.company_by_id[side].desks for side in (self.target.a, self.target.b)]
        broken = [self._broken(slot, table, pair) for pair in product(*sides)]
        least = min(broken, key=len, default=[])
        return _refusal(least[0], judged, slot, table) if least else DomainError("place_refused")

    def _broken(self, slot: int, table: str | None, pair: tuple[asked.Desk, ...]) -> list[checker.Violation]:
        fixed = next((desk.table for desk in pair if desk.table is not None), None)
        free = (item.id for item in self.problem.tables or () if item.slots is None or slot in item.slots)
        used = {meeting.table for meeting in self.meetings if meeting.slot == slot}
        anywhere = next((name for name in free if name not in used), None)
        trial = solved.Meeting(self.target.id, slot, table or fixed or anywhere, (pair[0].id, pair[1].id))
        found = checker.violations(self.problem, (*self.meetings, trial))
        return [violation for violation in found if self.target.id in violation.requests]


def _refusal(violation: checker.Violation, judged: schedules.Judged, slot: int, table: str | None) -> DomainError:
    """A broken rule with the names that its sentence needs."""
    problem, about = judged.problem, violation.about
    values: dict[str, object] = {"at": problem.slots[slot].start, "company": "", "most": 0, "table": ""}
    owner = _owner(problem, about)
    if owner is not None:
        values["company"] = judged.frame.names[UUID(owner.id)]
        limit = owner.max_meetings if violation.rule is Rule.MAX_MEETINGS else owner.max_consecutive
        values["most"] = limit or 0
    labels = {str(row.id): row.label for row in judged.frame.tables}
    desk_table = problem.desk_by_id[about][1].table if about in problem.desk_by_id else None
    values["table"] = labels.get(desk_table or about or table or "", "")
    return DomainError(f"place_{violation.rule.value}", **values)


def _owner(problem: asked.Problem, about: str) -> asked.Company | None:
    """The company of a company, desk or person key."""
    if about in problem.company_by_id:
        return problem.company_by_id[about]
    if about in problem.desk_by_id:
        return problem.desk_by_id[about][0]
    return next((owner for owner, desk in problem.desk_by_id.values() if about and desk.person == about), None)


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
) -> Schedule:
    """Hold a meeting in another slot or at another table; without a table the best free one is taken."""
    draft = _editable(schedule, edit, actor, now, host)
    place = schedules.find_pair(draft, meeting.a_id, meeting.b_id)
    if place is None:
        raise NotFound("no_such_meeting")
    if place.is_pinned:
        raise DomainError("meeting_pinned")
    return _seat(draft, meeting.a_id, meeting.b_id, slot, table, "schedule.moved", actor, now, host)


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
) -> Schedule:
    """Give a pair that is left out a place."""
    draft = _editable(schedule, edit, actor, now, host)
    if schedules.find_pair(draft, a_id, b_id) is not None:
        raise Conflict("already_placed")
    return _seat(draft, a_id, b_id, slot, table, "schedule.placed", actor, now, host)


def pin(schedule: Schedule, meeting: Meeting, *, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Nail a meeting to its place: the engine never moves it."""
    return _set_pin(schedule, meeting, True, edit, actor, now, host)


def unpin(schedule: Schedule, meeting: Meeting, *, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Let the engine move a meeting again."""
    return _set_pin(schedule, meeting, False, edit, actor, now, host)


def unschedule(schedule: Schedule, meeting: Meeting, *, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Take a meeting out of the version; its request stays and can be placed again."""
    draft = _editable(schedule, edit, actor, now, host)
    found = schedules.find_pair(draft, meeting.a_id, meeting.b_id)
    if found is None:
        raise NotFound("no_such_meeting")
    if found.is_pinned:
        raise DomainError("meeting_pinned")
    before = _snapshot(draft, meeting.a_id, meeting.b_id)
    judged = schedules.judge(draft)
    request = judged.problem.request_by_id[_request_of(judged, meeting.a_id, meeting.b_id)]
    after = {
        "placement": None,
        "unplaced": {"reason": "removed", "detail": {}, "value": found.value, "is_must": request.must},
    }
    _restore(draft, meeting.a_id, meeting.b_id, after, now, host)
    _settle(draft, "schedule.unscheduled", (meeting.a_id, meeting.b_id), before, actor, now)
    return draft


def undo(schedule: Schedule, *, edit: int, actor: Actor, now: datetime, host: str) -> Schedule:
    """Take back the last change of a draft, whoever made it."""
    draft = _editable(schedule, edit, actor, now, host, copy_published=False)
    entry = find_undo(draft)
    if entry is None:
        raise DomainError("nothing_to_undo")
    a_id, b_id = UUID(entry.detail["a"]), UUID(entry.detail["b"])
    before = _snapshot(draft, a_id, b_id)
    known = set(schedules.judge(draft).violations())
    _restore(draft, a_id, b_id, entry.detail["before"], now, host)
    judged = schedules.judge(draft)
    new = [
        violation for violation in judged.violations() if violation not in known and violation.rule is not Rule.KNOWN
    ]
    if new:
        raise _refusal(new[0], judged, max(new[0].slot or 0, 0), None)
    _settle(draft, UNDONE, (a_id, b_id), before, actor, now, judged=judged, undoes=entry.detail["edit"])
    return draft


def find_undo(schedule: Schedule) -> AuditEntry | None:
    """The last change of a draft that was not taken back, or None."""
    query = select(AuditEntry).where(AuditEntry.object_id == schedule.id, AuditEntry.action.in_([*ACTS, UNDONE]))
    entries = sorted(db.session.scalars(query), key=lambda entry: int(entry.detail["edit"]))
    undone = {entry.detail["undoes"] for entry in entries if entry.action == UNDONE}
    open_ = [entry for entry in entries if entry.action in ACTS and entry.detail["edit"] not in undone]
    return open_[-1] if open_ else None


# How ------------------------------------------------------------------------------------------------------------------


def _editable(
    schedule: Schedule, edit: int, actor: Actor, now: datetime, host: str, *, copy_published: bool = True
) -> Schedule:
    """The draft to change: this version, or a copy of it when it is published; refuses what somebody changed since."""
    require(actor, Permission.SCHEDULE_ADJUST, schedule.scope)
    schedules.lock(schedule.event)
    db.session.refresh(schedule)
    if schedule.edit != edit:
        raise _changed_since(schedule)
    if schedule.status is ScheduleStatus.DRAFT:
        return schedule
    if schedule.status is not ScheduleStatus.PUBLISHED or not copy_published:
        raise DomainError("schedule_closed", number=schedule.number)
    current = schedules.find_current(schedule.event)
    if current is not None and current.id != schedule.id:
        raise DomainError("newer_draft", number=current.number)
    return schedules.copy(schedule, actor=actor, now=now, host=host)


def _changed_since(schedule: Schedule) -> Conflict:
    last = next((entry for entry in audit.list_for(schedule.id, most=1)), None)
    return Conflict(
        "schedule_changed", name=last.actor_name if last else "", at=last.at if last else schedule.created_at
    )


def _seat(
    draft: Schedule,
    a_id: UUID,
    b_id: UUID,
    slot: Slot,
    table: Table | None,
    action: str,
    actor: Actor,
    now: datetime,
    host: str,
) -> Schedule:
    """Put a pair into a slot, at a table or the best free one, when every rule allows it."""
    judged = schedules.judge(draft)
    name = _request_of(judged, a_id, b_id)
    if name in judged.stale:
        raise DomainError("no_longer_asked")
    index = judged.frame.slot_index.get(slot.id)
    if index is None:
        raise NotFound("no_such_slot")
    present = next((meeting for meeting in judged.meetings if meeting.request == name), None)
    spot = _choose(judged, name, index, str(table.id) if table else None, present)
    if spot == present:
        raise DomainError("already_there")
    others = [meeting for meeting in judged.meetings if meeting.request != name]
    new = [violation for violation in checker.violations(judged.problem, [*others, spot]) if name in violation.requests]
    if new:
        raise _refusal(new[0], judged, index, spot.table)
    before = _snapshot(draft, a_id, b_id)
    request = judged.problem.request_by_id[name]
    after = {
        "placement": {
            "slot": str(judged.frame.slots[spot.slot].id),
            "table": spot.table,
            "desks": dict(zip((request.a, request.b), spot.desks, strict=True)),
            "value": request.value,
            "pinned": False,
        },
        "unplaced": None,
    }
    _restore(draft, a_id, b_id, after, now, host)
    _settle(draft, action, (a_id, b_id), before, actor, now)
    return draft


def _choose(
    judged: schedules.Judged, name: str, slot: int, table: str | None, present: solved.Meeting | None
) -> solved.Meeting:
    """The best way to hold a request in a slot: with the same desks, at the same table, else the first possible."""
    near = _Neighbourhood.of(judged, name)
    can = explain.places(near.problem, near.meetings, name).can
    fits = [place for place in can if place[0] == slot and table in (None, place[1])]
    if not fits:
        raise near.refusal(slot, table, judged)
    order = {str(row.id): number for number, row in enumerate(judged.frame.tables)}
    if present is None:
        best = min(fits, key=lambda place: order.get(place[1] or "", -1))
    else:
        best = min(fits, key=lambda p: (p[2] != present.desks, p[1] != present.table, order.get(p[1] or "", -1)))
    return solved.Meeting(name, best[0], best[1], best[2])


def _set_pin(
    schedule: Schedule, meeting: Meeting, pinned: bool, edit: int, actor: Actor, now: datetime, host: str
) -> Schedule:
    draft = _editable(schedule, edit, actor, now, host)
    found = schedules.find_pair(draft, meeting.a_id, meeting.b_id)
    if found is None:
        raise NotFound("no_such_meeting")
    if found.is_pinned == pinned:
        return draft
    before = _snapshot(draft, meeting.a_id, meeting.b_id)
    found.is_pinned = pinned
    action = "schedule.pinned" if pinned else "schedule.unpinned"
    _settle(draft, action, (meeting.a_id, meeting.b_id), before, actor, now)
    return draft


def _request_of(judged: schedules.Judged, a_id: UUID, b_id: UUID) -> str:
    for name in (schedules.request_id(a_id, b_id), schedules.request_id(b_id, a_id)):
        if name in judged.problem.request_by_id:
            return name
    raise NotFound("no_such_pair")


def _unplaced(draft: Schedule, a_id: UUID, b_id: UUID) -> Unplaced | None:
    query = select(Unplaced).where(Unplaced.schedule_id == draft.id, schedules.same_pair(Unplaced, a_id, b_id))
    return db.session.scalar(query)


def _snapshot(draft: Schedule, a_id: UUID, b_id: UUID) -> dict[str, Any]:
    """Where a pair stands in a draft, as the log keeps it."""
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


def _restore(draft: Schedule, a_id: UUID, b_id: UUID, state: Mapping[str, Any], now: datetime, host: str) -> None:
    """Make a pair stand in a draft as a snapshot says."""
    held, left = schedules.find_pair(draft, a_id, b_id), _unplaced(draft, a_id, b_id)
    wanted = state["placement"]
    if wanted is None and held is not None:
        db.session.delete(held)
    elif wanted is not None:
        if held is None:
            live = schedules.live_meetings(draft.event).get(frozenset({a_id, b_id}))
            meeting = live or schedules.new_meeting(draft.event, a_id, b_id, now=now, host=host)
            held = Placement(schedule=draft, meeting=meeting)
            db.session.add(held)
        held.slot_id = UUID(wanted["slot"])
        held.table_id = UUID(wanted["table"]) if wanted["table"] else None
        held.desk_a_id = UUID(wanted["desks"][str(held.meeting.a_id)])
        held.desk_b_id = UUID(wanted["desks"][str(held.meeting.b_id)])
        held.value, held.is_pinned = wanted["value"], wanted["pinned"]
    if left is not None:
        db.session.delete(left)
        db.session.flush()
    if state["unplaced"] is not None:
        db.session.add(Unplaced(schedule=draft, a_id=a_id, b_id=b_id, **state["unplaced"]))
    db.session.flush()
    db.session.expire(draft, ["placements", "unplaced"])


def _settle(
    draft: Schedule,
    action: str,
    pair: tuple[UUID, UUID],
    before: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    *,
    judged: schedules.Judged | None = None,
    **detail: Any,
) -> None:
    """Count the change, bring the figures up to date and write it down."""
    judged = judged or schedules.judge(draft)
    meetings = [meeting for meeting in judged.meetings if meeting.slot >= 0]
    draft.levels = levels_after(draft.levels, checker.score(judged.problem, meetings))
    flag_modified(draft, "levels")  # also a change of place without a change of figures makes a new `edit`
    db.session.flush()
    audit.record(
        actor, action, draft, at=now, number=draft.number, edit=draft.edit, a=str(pair[0]), b=str(pair[1]),
        before=dict(before), after=_snapshot(draft, *pair), **detail,
    )  # fmt: skip


def levels_after(levels: Sequence[Mapping[str, Any]], score: checker.Score) -> list[dict[str, Any]]:
    """The figures after a change by hand; a bound holds as long as every figure before it is what it was."""
    found, same = [], True
    for level in levels:
        value = score.of(level["level"])
        bound = level["bound"] if same else None
        same = same and value == level["value"]
        found.append(
            {"level": level["level"], "value": value, "bound": bound, "optimal": bound is not None and value == bound}
        )
    return found
