"""Who looks after which company: given to one, given to many, and taken back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.models import Event
from eventsapp.services import liaisons
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.finding import Reviewed, registration_in, ticked
from eventsapp.web.organizer.review_filters import NOBODY, kept_filters, key, same_list
from eventsapp.web.saving import saving


@bp.post("/o/<event_code>/empresas/responsable")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def give_liaison(event: Event) -> Response:
    """Let somebody look after the ticked companies."""
    return _give(event, ticked(), same_list(event), kept_filters())


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/responsable")
@requires(Permission.EVENT_MANAGE, load=registration_in)
def give_liaison_to_one(found: Reviewed) -> Response:
    """Let somebody look after one company."""
    registration = found.registration
    return _give(registration.event, [registration.id], found.address, {"empresa": registration.id})


@bp.post("/o/<event_code>/empresas/responsable/deshacer")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def undo_liaison(event: Event) -> Response:
    """Take back who was given to look after companies, where it still stands; then to where that was done."""
    only = key(request.args.get("empresa", ""))
    one = registration_in(event.code, only) if only else None
    with saving(one.address if one else same_list(event)) as done:
        count = liaisons.undo(event, request.args.get("lote", ""), actor=g.actor, now=now())
    if count:
        flash(
            ngettext(
                "%(num)s empresa volvió a estar con quien estaba.",
                "%(num)s empresas volvieron a estar con quien estaban.",
                count,
            ),
            "ok",
        )
    else:
        flash(_("Ya no había nada que deshacer: alguien lo cambió después."))
    return done.redirect()


def _give(event: Event, ids: list[UUID], here: str, way_back: dict[str, Any]) -> Response:
    chosen = request.form.get("liaison", "")
    liaison_id = key(chosen)
    if liaison_id is None and chosen != NOBODY:
        raise DomainError("no_liaison_chosen")
    name = next((one.name for one in liaisons.list_possible(event) if one.id == liaison_id), "")
    with saving(here) as done:
        count, batch = liaisons.give(event, ids, liaison_id, actor=g.actor, now=now())
    if not count:
        flash(_("Nada cambió: ya estaba así."))
        return done.redirect()
    said = (
        ngettext(
            "%(name)s es responsable de %(num)s empresa más.",
            "%(name)s es responsable de %(num)s empresas más.",
            count,
            name=name,
        )
        if liaison_id
        else ngettext("%(num)s empresa quedó sin responsable.", "%(num)s empresas quedaron sin responsable.", count)
    )
    back = url_for("organizer.undo_liaison", event_code=event.code, lote=batch, **way_back)
    flash({"text": said, "undo": back}, "ok")  # type: ignore[arg-type]
    return done.redirect()
