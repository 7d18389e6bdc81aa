"""The board of a version: the data that its page draws, the changes that it asks for, and the news of the others."""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, g, jsonify, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import Conflict, DomainError, NotFound
from eventsapp.models import Meeting, Registration, Schedule, Slot, Table
from eventsapp.services import adjustments, presence, schedules, steps
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer import board_data
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.schedule_version import by, can_adjust, is_open, version_of_event
from eventsapp.web.sentences import sentence

STREAM_SECONDS = 25.0
LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
MOST_STREAMS = 6
MOST_AT_ONCE = 500
MAX_REASON = 300
Pair = tuple[UUID, UUID]

# A stream holds a thread of the server: who comes when all are taken looks every few seconds instead.
streams = threading.BoundedSemaphore(MOST_STREAMS)


@bp.get("/o/<event_code>/horario/<int:number>/tablero", endpoint="board_data")
@requires(Permission.SCHEDULE_READ, load=version_of_event)
def data(schedule: Schedule) -> Response:
    """Everything that the page needs to draw a version and to tell what is possible."""
    found = board_data.board(schedule, can_adjust=can_adjust(schedule), now=now())
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
    answer = Response(text, mimetype="application/json")
    answer.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.set_data(gzip.compress(text, 5, mtime=0))
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@bp.post("/o/<event_code>/horario/<int:number>/cambios", endpoint="board_act")
@requires(Permission.SCHEDULE_ADJUST, load=version_of_event)
def act(schedule: Schedule) -> ResponseReturnValue:
    """Carry out one change, as JSON: what changed, or the refusal in words; 409 shows what somebody else did."""
    asked = request.get_json(silent=True)
    if not isinstance(asked, dict) or not isinstance(asked.get("act"), str) or asked["act"] not in ACTS:
        abort(400)
    edit = asked.get("edit")
    edit = edit if isinstance(edit, int) and not isinstance(edit, bool) and 0 <= edit < 2**31 else -1
    try:
        with unit_of_work():
            draft = ACTS[asked["act"]](schedule, asked, edit)
            number = draft.number
    except Conflict as error:
        db.session.rollback()
        return jsonify(_conflict(schedule.event_id, schedule.number, edit, error)), 409
    except NotFound:
        abort(404)
    except DomainError as error:
        return jsonify({"error": sentence(error), "code": error.code}), 422
    return jsonify(_answer(schedule.event_id, number, edit if number == schedule.number else 0))


@bp.get("/o/<event_code>/horario/<int:number>/novedades", endpoint="board_news")
@requires(Permission.SCHEDULE_READ, load=version_of_event)
def news(schedule: Schedule) -> ResponseReturnValue:
    """What changed since a state, as plain JSON, for browsers whose line of events breaks."""
    since = request.args.get("desde", default=0, type=int)
    _touch(schedule.event_id)
    return jsonify(_news(schedule, max(0, min(since, 2**31 - 1))))


@bp.get("/o/<event_code>/horario/<int:number>/eventos", endpoint="board_events")
@requires(Permission.SCHEDULE_READ, load=version_of_event)
def events(schedule: Schedule) -> Response:
    """Other people's changes as they happen; ends after a while, and the browser comes back with the last it has.

    204 tells the browser not to come back: too many listen already, and the page looks from time to time instead.
    """
    last = request.headers.get("Last-Event-ID") or request.args.get("desde", "0")
    since = int(last) if last.isascii() and last.isdigit() and len(last) < 10 else 0
    _touch(schedule.event_id)
    if not streams.acquire(blocking=False):
        return Response(status=204, mimetype="text/event-stream")
    answer = Response(stream_with_context(stream(schedule.id, since)), mimetype="text/event-stream")
    answer.call_on_close(streams.release)
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def stream(
    schedule_id: UUID,
    since: int,
    *,
    seconds: float = STREAM_SECONDS,
    pause: Callable[[float], None] = time.sleep,
    ticks: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """Server-sent events of one version. Each look is a short transaction of its own; none is open while waiting."""
    began = said = ticks()
    here: object = None
    yield "retry: 2000\n\n"
    while ticks() - began < seconds:
        schedule = db.session.get(Schedule, schedule_id, populate_existing=True)
        if schedule is None:
            return
        found = _news(schedule, since)
        db.session.rollback()
        if found["steps"] or found["here"] != here or found["closed"]:
            since, here, said = found["edit"], found["here"], ticks()
            yield f"id: {since}\nevent: news\ndata: {json.dumps(found)}\n\n"
            if found["closed"]:
                return
        elif ticks() - said >= HEARTBEAT_SECONDS:
            said = ticks()
            yield "event: heartbeat\ndata: {}\n\n"
        pause(LOOK_SECONDS)


def _news(schedule: Schedule, since: int) -> dict[str, Any]:
    found = steps.list_since(schedule, since)
    return {
        "edit": max((step.edit for step in found), default=since),
        "number": schedule.number,
        "steps": board_data.list_changes(schedule, found),
        "closed": not is_open(schedule),
        **board_data.state(schedule, now=now()),
    }


def _answer(event_id: UUID, number: int, since: int) -> dict[str, Any]:
    """The version after a change, with all steps that the page has not seen."""
    draft = db.session.scalars(select(Schedule).where(Schedule.event_id == event_id, Schedule.number == number)).one()
    return {**_news(draft, since), "edit": draft.edit, "closed": False}


def _conflict(event_id: UUID, number: int, edit: int, error: Conflict) -> dict[str, Any]:
    return {**_answer(event_id, number, max(edit, 0)), "error": sentence(error), "code": error.code}


def _touch(event_id: UUID) -> None:
    if g.actor.account_id is not None:
        with unit_of_work():
            presence.touch(event_id, g.actor.account_id, now=now())


# The changes ----------------------------------------------------------------------------------------------------------


def _move(schedule: Schedule, asked: Mapping[str, Any], edit: int) -> Schedule:
    """Hold a meeting elsewhere, or give a pair without a place one."""
    slot, table = _slot(schedule, asked), _table(schedule, asked)
    given = asked.get("reason")
    reason = given[:MAX_REASON] if isinstance(given, str) else ""
    (pair,) = _pairs(schedule, asked)[:1] or [abort(400)]
    held = schedules.find_pair(schedule, *pair)
    if held is not None:
        return adjustments.move(schedule, held.meeting, slot=slot, table=table, edit=edit, reason=reason, **by())
    return adjustments.place(schedule, *pair, slot=slot, table=table, edit=edit, reason=reason, **by())


def _swap(schedule: Schedule, asked: Mapping[str, Any], edit: int) -> Schedule:
    meetings = _meetings(schedule, asked)
    if len(meetings) != 2:
        abort(400)
    return adjustments.swap(schedule, *meetings, edit=edit, **by())


def _pin(schedule: Schedule, asked: Mapping[str, Any], edit: int) -> Schedule:
    return adjustments.pin(schedule, *_meetings(schedule, asked), edit=edit, **by())


def _unpin(schedule: Schedule, asked: Mapping[str, Any], edit: int) -> Schedule:
    return adjustments.unpin(schedule, *_meetings(schedule, asked), edit=edit, **by())


def _unschedule(schedule: Schedule, asked: Mapping[str, Any], edit: int) -> Schedule:
    return adjustments.unschedule(schedule, *_meetings(schedule, asked), edit=edit, **by())


def _undo(schedule: Schedule, _asked: Mapping[str, Any], edit: int) -> Schedule:
    return adjustments.undo(schedule, edit=_newest(schedule, edit), **by())


def _redo(schedule: Schedule, _asked: Mapping[str, Any], edit: int) -> Schedule:
    return adjustments.redo(schedule, edit=_newest(schedule, edit), **by())


ACTS: dict[str, Callable[[Schedule, Mapping[str, Any], int], Schedule]] = {
    "move": _move,
    "swap": _swap,
    "pin": _pin,
    "unpin": _unpin,
    "unschedule": _unschedule,
    "undo": _undo,
    "redo": _redo,
}


def _newest(schedule: Schedule, edit: int) -> int:
    """An own step is taken back also beside newer steps of others: those are judged by what they changed."""
    return schedule.edit if 0 <= edit <= schedule.edit else edit


def _pairs(schedule: Schedule, asked: Mapping[str, Any]) -> list[Pair]:
    """The pairs that are named by the numbers of their companies."""
    given = asked.get("meetings")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_AT_ONCE:
        abort(400)
    numbers = [number for pair in given if isinstance(pair, list) and len(pair) == 2 for number in pair]
    if len(numbers) != 2 * len(given) or not all(isinstance(n, int) and 0 < n < 2**31 for n in numbers):
        abort(400)
    query = select(Registration.number, Registration.id).where(
        Registration.event_id == schedule.event_id, Registration.number.in_(set(numbers))
    )
    ids = {number: key for number, key in db.session.execute(query)}  # noqa: C416 - rows are no pairs for mypy
    if any(number not in ids for number in numbers):
        abort(404)
    return [(ids[a], ids[b]) for a, b in dict.fromkeys(map(tuple, given))]


def _meetings(schedule: Schedule, asked: Mapping[str, Any]) -> list[Meeting]:
    held = [schedules.find_pair(schedule, *pair) for pair in _pairs(schedule, asked)]
    if None in held:
        raise Conflict("already_moved")
    return [place.meeting for place in held if place is not None]


def _slot(schedule: Schedule, asked: Mapping[str, Any]) -> Slot:
    minute = asked.get("slot")
    if not isinstance(minute, int) or not 0 <= minute < 2**32:
        abort(400)
    starts_at = datetime.fromtimestamp(minute * 60, UTC)
    query = select(Slot).where(Slot.event_id == schedule.event_id, Slot.starts_at == starts_at)
    return db.session.scalar(query) or abort(404)


def _table(schedule: Schedule, asked: Mapping[str, Any]) -> Table | None:
    label = asked.get("table")
    if label is None:
        return None
    if not isinstance(label, str) or not label.isprintable():
        abort(400)
    query = select(Table).where(Table.event_id == schedule.event_id, Table.label == label)
    return db.session.scalar(query) or abort(404)
