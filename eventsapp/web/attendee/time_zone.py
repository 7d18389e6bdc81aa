"""By whose clock a person reads: for events that are held by video, everybody's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from babel.dates import get_timezone_name
from flask import abort, flash, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsapp.calendars.reply import zone_named
from eventsapp.calendars.zones import ZONES
from eventsapp.domain.access import Permission
from eventsapp.services import agendas, wording
from eventsapp.web.access import requires
from eventsapp.web.attendee.blueprint import bp
from eventsapp.web.attendee.viewing import Looking, looking
from eventsapp.web.clock import now
from eventsapp.web.saving import saving


@dataclass(frozen=True)
class Zones:
    """The zones to choose from, and the one that counts."""

    choices: list[tuple[str, str]]
    chosen: str


def zone_choices(page: Looking) -> Zones:
    """The zones that we describe to every calendar, by the name of their city, and the person's own."""
    locale = str(get_locale())
    keys = {*ZONES, page.event.time_zone, page.zone}
    named = sorted((wording.city(key), get_timezone_name(key, locale=locale), key) for key in keys)
    return Zones([(key, f"{city} ({name})") for city, name, key in named], page.zone)


@bp.post("/e/<event_code>/agenda/zona")
@requires(Permission.AGENDA_MANAGE, load=looking)
def change_time_zone(page: Looking) -> Any:
    """Another clock; calendars hear of it with the next publication or notice."""
    wish = request.form.get("zona", "")
    if wish not in {key for key, _name in zone_choices(page).choices} or zone_named(wish) is None:
        abort(404)
    with saving(url_for("attendee.agenda", event_code=page.event.code, _anchor="zona")) as done:
        agendas.change_time_zone(page.me, wish, actor=g.actor, now=now())
    flash(_("Las horas son ahora de %(city)s.", city=wording.city(wish)), "ok")
    return done.redirect()
