"""One meeting of a version: who, when, where, and what can be done with it."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventsapp.domain.access import Permission
from eventsapp.models import Meeting, Placement, Schedule
from eventsapp.services import adjustments, schedules
from eventsapp.web.access import requires
from eventsapp.web.formats import clock
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.schedule_version import (
    Placed,
    PlaceForm,
    answer_place,
    by,
    can_adjust,
    edit,
    meeting_url,
    offer,
    place_words,
    placed_meeting,
    refusal_rows,
    schedule_url,
    settled,
    tell,
    uuid_of,
)
from eventsapp.web.saving import saving


@bp.get("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>", endpoint="schedule_meeting")
@requires(Permission.SCHEDULE_READ, load=placed_meeting)
def show_meeting(placed: Placed) -> str:
    """One meeting: who, when, where, what else both companies have, and what can be done."""
    return _meeting_page(placed, PlaceForm(edit=placed.schedule.edit))


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/mover", endpoint="move_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def move_meeting(placed: Placed) -> ResponseReturnValue:
    """Hold a meeting elsewhere."""
    meeting = placed.placement.meeting

    def seat(**to: Any) -> tuple[Schedule, Meeting]:
        return adjustments.move(placed.schedule, meeting, **to), meeting

    return answer_place(
        placed.schedule,
        partial(_meeting_page, placed),
        seat,
        lambda where: _("Reunión movida: %(where)s.", where=where),
    )


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/fijar", endpoint="pin_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def pin_meeting(placed: Placed) -> ResponseReturnValue:
    """Nail a meeting to its place."""
    meeting, slot = placed.placement.meeting, placed.placement.slot
    with saving() as done:
        draft = adjustments.pin(placed.schedule, meeting, edit=edit(), **by())
        where = settled(done, draft, meeting, slot)
    tell(draft, _("Reunión fijada: %(where)s.", where=where))
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/soltar", endpoint="unpin_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def unpin_meeting(placed: Placed) -> ResponseReturnValue:
    """Let the engine move a meeting again."""
    meeting, slot = placed.placement.meeting, placed.placement.slot
    with saving() as done:
        draft = adjustments.unpin(placed.schedule, meeting, edit=edit(), **by())
        settled(done, draft, meeting, slot)
    tell(draft, _("Reunión suelta: otra corrida puede moverla."))
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/quitar", endpoint="unschedule_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def unschedule_meeting(placed: Placed) -> ResponseReturnValue:
    """Take a meeting out of the version."""
    meeting, slot = placed.placement.meeting, placed.placement.slot
    with saving() as done:
        draft = adjustments.unschedule(placed.schedule, meeting, edit=edit(), **by())
        done.location = schedule_url(draft, slot, panel="sin-lugar")
    tell(draft, _("Reunión quitada del horario. Está en Sin lugar."))
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/intercambiar", endpoint="swap_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def swap_meeting(placed: Placed) -> ResponseReturnValue:
    """Let two meetings change places."""
    other = schedules.find_placement(placed.schedule, uuid_of(request.form.get("other", ""))) or abort(404)
    with saving() as done:
        draft = adjustments.swap(placed.schedule, placed.placement.meeting, other.meeting, edit=edit(), **by())
        where = settled(done, draft, placed.placement.meeting, other.slot)
    tell(draft, _("Reuniones intercambiadas: %(where)s.", where=where))
    return done.redirect()


def _meeting_page(placed: Placed, form: PlaceForm) -> str:
    schedule, place = placed.schedule, placed.placement
    meeting, event = place.meeting, schedule.event
    is_mine = can_adjust(schedule)
    ids = frozenset({meeting.a_id, meeting.b_id})
    places, swaps = None, list[Placement]()
    if is_mine and not place.is_pinned:
        judged = schedules.judge(schedule)
        swaps = adjustments.find_swaps(schedule, meeting, judged)
        places = adjustments.find_places(schedule, meeting.a_id, meeting.b_id, judged)
        offer(form, places, place)
    seats = schedules.list_seats(schedule, schedules.Near(ids, frozenset()))
    placements = schedules.list_in_time(schedule, [seat.meeting_id for seat in seats])
    pair = next((found for found in schedules.list_pairs(schedule, ids) if {found.a.id, found.b.id} == ids), None)
    published = schedules.find_published(event)
    return organizer_page(
        "organizer/schedule_meeting.html",
        event,
        "schedule",
        schedule=schedule,
        place=place,
        meeting=meeting,
        where=place_words(place),
        people=schedules.people_of(place),
        pair=pair,
        also=[{"side": side, "rows": _also(schedule, side.id, place, placements)} for side in (meeting.a, meeting.b)],
        form=form,
        can_adjust=is_mine,
        swaps=[(other, place_words(other)) for other in swaps],
        is_told=published is not None and published.id == schedule.id,
        refusals=refusal_rows(places) if places else [],
        back=schedule_url(schedule, place.slot),
        urls={
            name: url_for(f"organizer.{endpoint}", event_code=event.code, number=schedule.number, meeting_id=meeting.id)
            for name, endpoint in (
                ("move", "move_meeting"),
                ("swap", "swap_meeting"),
                ("pin", "pin_meeting"),
                ("unpin", "unpin_meeting"),
                ("unschedule", "unschedule_meeting"),
            )
        },
    )


def _also(
    schedule: Schedule, registration_id: UUID, place: Placement, placements: list[Placement]
) -> list[dict[str, str]]:
    """The other meetings of a company on the day of a meeting."""
    zone = schedule.event.zone
    rows = []
    for other in placements:
        sides = {other.meeting.a_id: other.meeting.b, other.meeting.b_id: other.meeting.a}
        same_day = other.slot.starts_at.astimezone(zone).date() == place.slot.starts_at.astimezone(zone).date()
        if registration_id in sides and same_day and other.id != place.id:
            rows.append(
                {
                    "time": clock(other.slot.starts_at),
                    "table": other.table.label if other.table else "",
                    "partner": sides[registration_id].company.name,
                    "href": meeting_url(schedule, other.meeting_id),
                }
            )
    return rows
