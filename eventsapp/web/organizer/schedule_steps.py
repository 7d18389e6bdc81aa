"""Undo, redo and copies of a version."""

from __future__ import annotations

from flask import flash, g
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventsapp.domain.access import Permission
from eventsapp.models import Schedule
from eventsapp.services import adjustments, schedules
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.schedule_version import (
    by,
    edit,
    host,
    schedule_url,
    version_of_event,
)
from eventsapp.web.saving import saving


@bp.post("/o/<event_code>/horario/<int:number>/deshacer", endpoint="undo_schedule")
@requires(Permission.SCHEDULE_ADJUST, load=version_of_event)
def undo_schedule(schedule: Schedule) -> ResponseReturnValue:
    """Take back the person's last step."""
    with saving(schedule_url(schedule, None)) as done:
        adjustments.undo(schedule, edit=edit(), **by())
    flash(_("Se deshizo su último cambio."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/rehacer", endpoint="redo_schedule")
@requires(Permission.SCHEDULE_ADJUST, load=version_of_event)
def redo_schedule(schedule: Schedule) -> ResponseReturnValue:
    """Bring again what was taken back last."""
    with saving(schedule_url(schedule, None)) as done:
        adjustments.redo(schedule, edit=edit(), **by())
    flash(_("Se rehízo el cambio."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/copiar", endpoint="copy_schedule")
@requires(Permission.SCHEDULE_ADJUST, load=version_of_event)
def copy_schedule(schedule: Schedule) -> ResponseReturnValue:
    """A new draft like an older version."""
    with saving() as done:
        draft = schedules.copy(schedule, actor=g.actor, now=now(), host=host())
        done.location = schedule_url(draft, None)
    flash(_("Nuevo borrador: versión %(number)s, copia de la %(old)s.", number=draft.number, old=schedule.number), "ok")
    return done.redirect()
