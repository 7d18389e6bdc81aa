"""The log of an event: who did what, when, for whom and why."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from eventsapp.domain.access import Permission
from eventsapp.models import Event
from eventsapp.services import audit
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer.acts import KINDS, about, act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.settings import settings_page
from eventsapp.web.paging import Page


@bp.get("/o/<event_code>/bitacora")
@requires(Permission.AUDIT_READ, load=loaders.event)
def log(event: Event) -> ResponseReturnValue:
    """The log with filters: words of a name or a reason, what it was about, only what was done for companies."""
    kind = request.args.get("sobre", "")
    kind = kind if kind in KINDS else ""
    text = trimmed(request.args.get("q"))[:200]
    is_on_behalf = request.args.get("por") == "empresa"
    page = Page.from_request(audit.count_of(event, text=text, kind=kind, is_on_behalf=is_on_behalf))
    entries = audit.list_of(event, text=text, kind=kind, is_on_behalf=is_on_behalf, offset=page.first, limit=page.size)
    return settings_page(
        "organizer/log.html",
        event,
        "organizer.log",
        entries=entries,
        page=page,
        text=text,
        kind=kind,
        is_on_behalf=is_on_behalf,
        kinds=KINDS,
        act=act,
        about=about,
    )
