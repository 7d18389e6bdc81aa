"""How the meetings of an event are held, and the address of the video call of each table."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import Modality
from eventsapp.models import Event
from eventsapp.services import calls, tables
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import Form, options, required, trimmed
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.settings import settings_page
from eventsapp.web.saving import saving
from eventsapp.web.sentences import sentence

MODALITY = {
    Modality.ON_SITE.value: _l("En la sede"),
    Modality.HYBRID.value: _l("En la sede, y por video para quien no puede ir"),
    Modality.VIRTUAL.value: _l("Todas por video"),
}


class CallsForm(Form):
    """How meetings are held; the page itself names the fields of the tables."""

    modality = RadioField(_l("Cómo se reúnen"), choices=options(MODALITY), validators=[required()])


@bp.route("/o/<event_code>/ajustes/videollamadas", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_calls(event: Event) -> ResponseReturnValue:
    """On site, by video or both, with the address of each room."""
    form = CallsForm(data={"modality": event.modality.value})
    typed = _typed_links()
    wrong: dict[UUID, str] = {}
    if form.validate_on_submit():
        wrong = {
            key: sentence(DomainError("link_malformed"))
            for key, link in typed.items()
            if link and not calls.is_call(link)
        }
        if not wrong:
            with saving(url_for("organizer.settings_calls", event_code=event.code)) as done:
                calls.change(event, Modality(form.modality.data), typed, actor=g.actor, now=now())
            flash(_("Guardado. Los calendarios lo saben cuando publique o avise de los cambios."), "ok")
            return done.redirect()
    every = tables.list_all(event)
    page = settings_page(
        "organizer/settings_calls.html",
        event,
        "organizer.settings_calls",
        form=form,
        tables=every,
        links={table.id: typed.get(table.id, table.virtual_url) for table in every},
        wrong=wrong,
    )
    return page, 422 if wrong or form.errors else 200


def _typed_links() -> dict[UUID, str]:
    """The addresses that were entered, by table; what names no table is passed over."""
    found: dict[UUID, str] = {}
    for name, value in request.form.items():
        if name.startswith("call-"):
            try:
                found[UUID(name.removeprefix("call-"))] = trimmed(value)[: calls.MOST_LINK + 1]
            except ValueError:
                continue
    return found
