"""What surrounds every organizer page: the rail, the phase, and the other events of the person."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, url_for

from eventsapp.models import Event
from eventsapp.services import events
from eventsapp.web.access import opens
from eventsapp.web.clock import now
from eventsapp.web.navigation import organizer_nav
from eventsapp.web.words import PHASE

PHASES = tuple(PHASE)


def organizer_page(template: str, event: Event, active: str, **values: Any) -> str:
    """Render an organizer page of an event; `active` names the item of the rail that is marked."""
    phase = events.find_phase(event, now())
    return render_template(
        template,
        event=event,
        nav=organizer_nav(event, active, to_review=events.count_to_review(event)),
        phase={"number": PHASES.index(phase) + 1, "total": len(PHASES), "name": PHASE[phase]},
        home_url=url_for("organizer.home"),
        search_url=url_for("organizer.search", event_code=event.code) if opens("organizer.search", event.scope) else "",
        events_menu=[
            {"label": one.name, "href": url_for("organizer.summary", event_code=one.code), "active": one is event}
            for one in events.list_for(g.actor)
        ],
        **values,
    )
