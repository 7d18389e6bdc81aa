"""The feed that calendars fetch: no session, no cookies; an unchanged one costs one query and no rendering."""

from __future__ import annotations

from flask import Response, current_app, request
from sqlalchemy.exc import OperationalError

from eventsapp.calendars.versions import etag_matches
from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.services import feeds
from eventsapp.web.access import bare, requires
from eventsapp.web.attendee.agenda import CALENDAR
from eventsapp.web.attendee.blueprint import bp
from eventsapp.web.clock import now

FRESH_SECONDS = 900


@bp.get("/f/<token>.ics", endpoint="feed")
@bare
@requires(Permission.PUBLIC_READ)
def feed(token: str) -> Response:
    """The calendar of the delegate who holds this token, or 304 when the client has it already."""
    found = feeds.find(token)
    if found is None:
        return Response(
            "Not found\n", 404, content_type="text/plain; charset=utf-8", headers={"X-Robots-Tag": "noindex"}
        )
    if etag_matches(request.headers.get("If-None-Match"), found.etag):
        response = Response(status=304)
    else:
        response = Response(feeds.write(found), content_type=CALENDAR)
        response.headers["Content-Disposition"] = 'inline; filename="encuentro.ics"'
    response.headers["ETag"] = found.etag
    response.headers["Cache-Control"] = f"private, max-age={FRESH_SECONDS}"
    response.headers["X-Robots-Tag"] = "noindex"
    _note_use(found)
    return response


def _note_use(found: feeds.Feed) -> None:
    """Once an hour; a calendar gets its answer even when the database cannot be written."""
    moment = now()
    if feeds.is_use_due(found, now=moment):
        try:
            with unit_of_work():
                feeds.note_use(found, now=moment)
        except OperationalError:
            db.session.rollback()
            current_app.logger.warning("the use of a feed could not be noted", exc_info=True)
