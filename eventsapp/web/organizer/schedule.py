"""The schedule of an event: the board of a version, and the same as lists with every action for whoever wants those."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.domain.access import Permission
from eventsapp.domain.matching import folded
from eventsapp.models import Event, Meeting, Schedule
from eventsapp.services import adjustments, publication, replies, schedules, steps
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.formats import day, number
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer import board_words, schedule_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.board import Venue
from eventsapp.web.organizer.board_data import step_words
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.schedule_version import (
    by,
    can_adjust,
    change_row,
    company_names,
    edit,
    missing_row,
    schedule_url,
    uuid_of,
    version_of_event,
)
from eventsapp.web.saving import saving

__all__ = ["change_row", "company_names", "version_of_event"]  # publication shows the same


# The scripts of the board, which the page asks for at once instead of one after the other.
MODULES = tuple(
    f"js/board/{name}.js"
    for name in (
        *("cells", "choices", "data", "dom", "drag", "feasible", "fitted", "grid", "hands", "hover", "keys", "live"),
        *("overview", "panel", "rounds", "server", "sources", "state", "words"),
    )
)
PANELS = ("con-lugar", "sin-lugar", "choques", "cambios")
SIZES = (25, 50, 100)
MOST_AT_ONCE = 500
WRITE = "escribir"
BULK = {"fijar": adjustments.pin, "soltar": adjustments.unpin, "quitar": adjustments.unschedule}


@bp.get("/o/<event_code>/horario", endpoint="schedule")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def show_schedule(event: Event) -> str:
    """A version as board or list; the one in work unless another is asked for."""
    schedule = _asked_version(event)
    if schedule is None:
        return organizer_page("organizer/schedule_none.html", event, "schedule")
    return _list_page(event, schedule) if request.args.get("vista") == "lista" else _board_page(event, schedule)


def _board_page(event: Event, schedule: Schedule) -> str:
    """The frame of the board; what it shows is fetched beside it, so that this answer is quick."""
    latest = schedules.find_current(event)
    return organizer_page(
        "organizer/schedule.html",
        event,
        "schedule",
        schedule=schedule,
        can_adjust=can_adjust(schedule),
        latest=latest,
        published=schedules.find_published(event),
        modules=MODULES,
        declined=replies.list_declined(schedule),
        undo=step_words(steps.find_undo(schedule, g.actor)),
        redo=step_words(steps.find_redo(schedule, g.actor), again=True),
        urls={
            name: url_for(f"organizer.{endpoint}", event_code=event.code, number=schedule.number)
            for name, endpoint in (
                ("data", "board_data"),
                ("act", "board_act"),
                ("news", "board_news"),
                ("events", "board_events"),
            )
        },
        base_url=url_for("organizer.schedule", event_code=event.code),
        list_url=url_for("organizer.schedule", event_code=event.code, version=schedule.number, vista="lista"),
        board_words=board_words.words(event),
    )


def _list_page(event: Event, schedule: Schedule) -> str:
    venue = Venue.of(event)
    chosen = _chosen_day(venue)
    seats, pairs = schedules.list_seats(schedule), schedules.list_pairs(schedule)
    judged = schedules.judge(schedule, seats, pairs)
    violations = judged.violations()
    missing = schedules.list_missing(schedule, seats, pairs)
    names = {str(key): name for key, name in judged.frame.names.items()}
    query = trimmed(request.args.get("q"))[:200]
    panel = next((name for name in PANELS if name == request.args.get("panel")), PANELS[0])
    kept = {
        "version": str(schedule.number) if request.args.get("version") else "",
        "dia": chosen.isoformat() if chosen is not None and request.args.get("dia") else "",
        "vista": "lista",
        "panel": panel if request.args.get("panel") else "",
        "q": query,
    }
    link = partial(_link, event, kept)
    of_day = _in_time(venue, seats, chosen)
    page = _page_of([seat for seat in of_day if _matches(query, names[str(seat.a_id)], names[str(seat.b_id)])])
    page["items"] = schedules.list_some(schedule, [seat.meeting_id for seat in page["items"]])
    missing_page = _page_of(
        [found for found in missing if _matches(query, found.pair.a.company.name, found.pair.b.company.name)]
    )
    unpublished = schedules.count_changes(schedule, seats)
    is_changes = panel == "cambios" and event.published_schedule_id is not None
    return organizer_page(
        "organizer/schedule_list.html",
        event,
        "schedule",
        schedule=schedule,
        can_adjust=can_adjust(schedule),
        declined=replies.list_declined(schedule),
        undo=step_words(steps.find_undo(schedule, g.actor)),
        redo=step_words(steps.find_redo(schedule, g.actor), again=True),
        day=chosen,
        days=[{"label": day(one), "href": link(dia=one.isoformat()), "active": one == chosen} for one in venue.days],
        views=[
            {"label": _("Cuadrícula"), "href": link(vista=None, panel=None), "active": False},
            {"label": _("Lista"), "href": link(), "active": True},
        ],
        panels=_panels(
            link,
            panel,
            {
                "con-lugar": len(of_day),
                "sin-lugar": len(missing),
                "choques": len(violations),
                "cambios": unpublished if event.published_schedule_id else 0,
            },
        ),
        unpublished=unpublished,
        panel=panel,
        rows=page,
        query=query,
        kept={name: value for name, value in kept.items() if value and name != "q"},
        missing=[missing_row(schedule, found, names, judged.problem) for found in missing_page["items"]],
        missing_page=missing_page,
        clashes=[schedule_words.violation(found, judged, names) for found in violations],
        changes=[change_row(change) for change in publication.compare(schedule).changes] if is_changes else [],
        placed=len(seats),
        asked=len(seats) + len(missing),
        nothing_published=event.published_schedule_id is None,
        latest=schedules.find_current(event),
    )


@bp.post("/o/<event_code>/horario/<int:number>/varias", endpoint="change_meetings")
@requires(Permission.SCHEDULE_ADJUST, load=version_of_event)
def change_meetings(schedule: Schedule) -> ResponseReturnValue:
    """Pin, unpin or take out all ticked meetings, as one step; or go and write to their companies."""
    ids = [uuid_of(value) for value in request.form.getlist("meeting")[:MOST_AT_ONCE]]
    if request.form.get("act") == WRITE and ids:
        return redirect(_message_url(schedule, ids))
    act = BULK.get(request.form.get("act", "")) or abort(400)
    with saving() as done:
        meetings = _meetings(schedule, ids)
        draft = act(schedule, *meetings, edit=edit(), **by()) if meetings else schedule
        done.location = schedule_url(draft, None)
        count = len(meetings)
    flash(ngettext("%(n)s reunión cambiada.", "%(n)s reuniones cambiadas.", count, n=number(count)), "ok")
    return done.redirect()


def _message_url(schedule: Schedule, ids: Sequence[UUID]) -> str:
    """Where a message to the companies of some meetings is written."""
    sides = [side for place in schedules.list_some(schedule, ids) for side in (place.meeting.a, place.meeting.b)]
    numbers = ",".join(map(str, sorted({side.number for side in sides}))) or abort(404)
    return url_for("organizer.new_campaign", event_code=schedule.event.code, empresas=numbers)


def _meetings(schedule: Schedule, ids: Sequence[UUID]) -> list[Meeting]:
    found = {place.meeting_id: place.meeting for place in schedules.list_placements(schedule)}
    return [found[key] for key in dict.fromkeys(ids) if key in found]


def _asked_version(event: Event) -> Schedule | None:
    asked = request.args.get("version", "")
    if not asked:
        return schedules.find_current(event)
    found = (
        schedules.find_version(event, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    )
    return found or abort(404)


def _chosen_day(venue: Venue) -> date | None:
    days = venue.days
    try:
        wanted = date.fromisoformat(request.args.get("dia", ""))
    except ValueError:
        wanted = None
    return wanted if wanted in days else (days[0] if days else None)


def _link(event: Event, kept: Mapping[str, str], **changes: str | None) -> str:
    """The same page with another day, view, panel or search."""
    values = {name: value for name, value in {**kept, **changes}.items() if value}
    return url_for("organizer.schedule", event_code=event.code, **values)  # type: ignore[arg-type]


def _panels(link: Callable[..., str], active: str, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    words = {
        "con-lugar": _("Con lugar"),
        "sin-lugar": _("Sin lugar"),
        "choques": _("Choques"),
        "cambios": _("Cambios"),
    }
    return [
        {"label": words[name], "href": link(panel=name), "active": name == active, "count": counts[name]}
        for name in PANELS
    ]


def _in_time(venue: Venue, seats: Sequence[schedules.Seat], chosen: date | None) -> list[schedules.Seat]:
    """The meetings of a day by round and table."""
    order = {slot.id: number for number, slot in enumerate(venue.slots) if chosen in (None, venue.day_of(slot))}
    tables = {table.id: number for number, table in enumerate(venue.tables)}
    held = [seat for seat in seats if seat.slot_id in order]
    return sorted(held, key=lambda seat: (order[seat.slot_id], tables.get(seat.table_id, -1)))  # type: ignore[arg-type]


def _matches(query: str, *names: str) -> bool:
    wanted = folded(query)
    return not wanted or any(wanted in folded(name) for name in names)


def _page_of(rows: Sequence[Any]) -> dict[str, Any]:
    size = request.args.get("per_page", default=SIZES[1], type=int)
    size = size if size in SIZES else SIZES[1]
    last = max(1, -(-len(rows) // size))
    page = min(max(1, request.args.get("page", default=1, type=int)), last)
    return {"items": rows[(page - 1) * size : page * size], "page": page, "per_page": size, "total": len(rows)}
