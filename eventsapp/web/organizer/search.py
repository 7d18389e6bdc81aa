"""The search of an event, from any organizer page: results by kind, each with the way to it."""

from __future__ import annotations

from flask import request

from eventsapp.domain.access import Permission
from eventsapp.models import Event
from eventsapp.services import search
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page


@bp.get("/o/<event_code>/buscar", endpoint="search")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def show_results(event: Event) -> str:
    """Companies, people, tables and meetings that fit what was typed."""
    text = trimmed(request.args.get("q"))[:200]
    return organizer_page("organizer/search.html", event, "", text=text, found=search.find(event, text))
