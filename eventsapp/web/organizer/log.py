"""The log of an event: who did what, when, for whom and why."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from flask import request
from flask.typing import ResponseReturnValue

from eventsapp.domain.access import Permission
from eventsapp.models import Event
from eventsapp.services import audit
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.fields import YEARS
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer.acts import KINDS, about, act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.review_filters import key
from eventsapp.web.organizer.settings import settings_page
from eventsapp.web.paging import Page


@bp.get("/o/<event_code>/bitacora")
@requires(Permission.AUDIT_READ, load=loaders.event)
def log(event: Event) -> ResponseReturnValue:
    """The log with filters; what makes no sense in the address filters nothing."""
    actors = audit.list_actors(event)
    kind, who = request.args.get("sobre", ""), key(request.args.get("quien", ""))
    first, last = _day(request.args.get("desde", "")), _day(request.args.get("hasta", ""))
    filters = audit.Filters(
        text=trimmed(request.args.get("q"))[:200],
        kind=kind if kind in KINDS else "",
        account_id=who if who in {account_id for account_id, _name in actors} else None,
        since=_midnight(event, first) if first else None,
        until=_midnight(event, last + timedelta(days=1)) if last else None,
        is_on_behalf=request.args.get("por") == "empresa",
    )
    page = Page.from_request(audit.count_of(event, filters))
    return settings_page(
        "organizer/log.html",
        event,
        "organizer.log",
        entries=audit.list_of(event, filters, offset=page.first, limit=page.size),
        page=page,
        filters=filters,
        is_filtered=filters != audit.EVERYTHING,
        first=first,
        last=last,
        actors=actors,
        kinds=KINDS,
        act=act,
        about=about,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _midnight(event: Event, day: date) -> datetime:
    """The moment at which a day begins at the venue."""
    return datetime.combine(day, time(), tzinfo=event.zone)
