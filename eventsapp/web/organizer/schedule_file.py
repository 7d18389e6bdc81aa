"""The whole published event as one calendar, streamed, for the organizer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flask import Response, abort, current_app, stream_with_context

from eventsapp.calendars.text import file_slug
from eventsapp.db import db
from eventsapp.domain.access import Permission
from eventsapp.models import Event
from eventsapp.services import agendas
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.attendee.agenda import CALENDAR
from eventsapp.web.organizer.blueprint import bp

MEETINGS_AT_ONCE = 100


@bp.get("/o/<event_code>/horario.ics")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def schedule_file(event: Event) -> Response:
    """Every meeting of what is published; absent while nothing is, because an empty calendar would say the wrong."""
    schedule = agendas.find_published(event)
    if schedule is None:
        abort(404)
    pieces = agendas.stream_event(event, schedule, settings=current_app.config["SETTINGS"])
    name = file_slug(event.name, fallback="evento")
    db.session.rollback()  # what is needed was read; a slow client holds no transaction open
    response = Response(stream_with_context(_joined(pieces)), content_type=CALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in fewer pieces: each costs the server a round."""
    while some := b"".join(islice(pieces, MEETINGS_AT_ONCE)):
        yield some
