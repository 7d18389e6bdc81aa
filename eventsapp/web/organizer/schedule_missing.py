"""A pair that a version leaves out: why, and where it could be held."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventsapp.domain.access import Permission
from eventsapp.models import Meeting, Schedule
from eventsapp.services import adjustments, schedules
from eventsapp.web.access import requires
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.schedule_version import (
    PlaceForm,
    Wanted,
    answer_place,
    can_adjust,
    missing_row,
    offer,
    refusal_rows,
    schedule_url,
    wanted_pair,
)


@bp.get("/o/<event_code>/horario/<int:number>/sin-lugar/<uuid:a_id>/<uuid:b_id>", endpoint="schedule_missing")
@requires(Permission.SCHEDULE_READ, load=wanted_pair)
def show_missing(wanted: Wanted) -> str:
    """A pair without a place: why, and where it could still be held."""
    return _missing_page(wanted, PlaceForm(edit=wanted.schedule.edit))


@bp.post("/o/<event_code>/horario/<int:number>/sin-lugar/<uuid:a_id>/<uuid:b_id>", endpoint="place_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=wanted_pair)
def place_meeting(wanted: Wanted) -> ResponseReturnValue:
    """Give a pair a place."""
    pair = wanted.missing.pair

    def seat(**to: Any) -> tuple[Schedule, Meeting]:
        draft = adjustments.place(wanted.schedule, pair.a.id, pair.b.id, **to)
        found = schedules.find_pair(draft, pair.a.id, pair.b.id)
        assert found is not None
        return draft, found.meeting

    return answer_place(
        wanted.schedule,
        partial(_missing_page, wanted),
        seat,
        lambda where: _("Reunión con lugar: %(where)s.", where=where),
    )


def _missing_page(wanted: Wanted, form: PlaceForm) -> str:
    schedule, found = wanted.schedule, wanted.missing
    event = schedule.event
    judged = schedules.judge(schedule)
    names = {str(key): name for key, name in judged.frame.names.items()}
    places = adjustments.find_places(schedule, found.pair.a.id, found.pair.b.id, judged)
    offer(form, places, None)
    return organizer_page(
        "organizer/schedule_missing.html",
        event,
        "schedule",
        schedule=schedule,
        pair=found.pair,
        row=missing_row(schedule, found, names, judged.problem),
        form=form,
        can_adjust=can_adjust(schedule),
        possible=len(places.can),
        refusals=refusal_rows(places),
        back=schedule_url(schedule, None),
    )
