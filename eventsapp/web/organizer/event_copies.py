"""Copy an event: a name and a first day, the rest comes along."""

from __future__ import annotations

from flask import flash, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.models import Event
from eventsapp.services import event_copies, events
from eventsapp.web import fields, loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import Form, text
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.saving import saving


class CopyForm(Form):
    """What is different in the copy."""

    name = text(_l("Nombre del evento nuevo"), most=200)
    code = text(_l("Clave para su dirección"), most=60, optional=True)
    first_day = fields.day(_l("Primer día"))


@bp.route("/o/<event_code>/copiar", methods=["GET", "POST"], endpoint="copy_event")
@requires(Permission.EVENT_CREATE, load=loaders.event)
def copy_event(event: Event) -> ResponseReturnValue:
    """Make an event like this one on other days."""
    form = CopyForm()
    if form.validate_on_submit():
        try:
            with saving() as done:
                made = event_copies.copy(
                    event,
                    name=form.name.data,
                    code=form.code.data or events.suggested_code(form.name.data),
                    first_day=form.first_day.data,
                    actor=g.actor,
                    now=now(),
                )
                done.location = url_for("organizer.settings_dates", event_code=made.code)
            flash(_("Evento copiado. Revise las fechas antes de abrirlo."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("code" if error.code in {"code_taken", "code_malformed"} else "first_day", error)
    page = render_template("organizer/copy_event.html", form=form, event=event)
    return page, 422 if form.errors else 200
