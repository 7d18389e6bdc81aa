"""Logs: who did what, when, for whom and why; of an event, of an organization, of the platform."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_timezone

from eventsapp.domain.access import Permission
from eventsapp.models import Event, Organization
from eventsapp.services import audit, organizations
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.fields import YEARS
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer.acts import ACTS, KINDS, act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.log_words import LogWords
from eventsapp.web.organizer.review_filters import key
from eventsapp.web.organizer.settings import settings_page
from eventsapp.web.paging import Page


@bp.get("/o/<event_code>/bitacora")
@requires(Permission.AUDIT_READ, load=loaders.event)
def log(event: Event) -> ResponseReturnValue:
    """What was done in an event."""
    here = url_for("organizer.log", event_code=event.code)
    return settings_page("organizer/log.html", event, "organizer.log", **_found(event, event.zone, here))


@bp.get("/o/organizacion/<organization_code>/bitacora")
@requires(Permission.AUDIT_READ, load=lambda organization_code: organizations.find(organization_code))
def organization_log(organization: Organization) -> ResponseReturnValue:
    """What was done in an organization besides its events."""
    here = url_for("organizer.organization_log", organization_code=organization.code)
    found = _found(organization, _zone(), here)
    return render_template("organizer/other_log.html", caption=organization.name, **found)


@bp.get("/o/organizaciones/bitacora")
@requires(Permission.ADMIN_MANAGE)
def platform_log() -> ResponseReturnValue:
    """What was done to organizations and accounts."""
    found = _found(None, _zone(), url_for("organizer.platform_log"))
    return render_template("organizer/other_log.html", caption="", **found)


def _found(log: audit.Log, zone: ZoneInfo, here: str) -> dict[str, Any]:
    """A page of a log with its filters; what makes no sense in the address filters nothing."""
    actors, known = audit.list_actors(log), audit.list_acts(log)
    kinds = {kind: KINDS[kind] for kind, _action in known if kind in KINDS}
    acts = {action: ACTS[action] for _kind, action in known if action in ACTS}
    who = key(request.args.get("quien", ""))
    first, last = _day(request.args.get("desde", "")), _day(request.args.get("hasta", ""))
    filters = audit.Filters(
        text=trimmed(request.args.get("q"))[:200],
        kind=request.args.get("sobre", "") if request.args.get("sobre") in kinds else "",
        action=request.args.get("acto", "") if request.args.get("acto") in acts else "",
        account_id=who if who in {account_id for account_id, _name in actors} else None,
        since=_midnight(zone, first) if first else None,
        until=_midnight(zone, last + timedelta(days=1)) if last else None,
        is_on_behalf=request.args.get("por") == "empresa",
    )
    page = Page.from_request(audit.count_of(log, filters))
    entries = audit.list_of(log, filters, offset=page.first, limit=page.size)
    event = log if isinstance(log, Event) else None
    return {
        "entries": entries,
        "page": page,
        "filters": filters,
        "is_filtered": filters != audit.EVERYTHING,
        "first": first,
        "last": last,
        "actors": actors,
        "kinds": dict(sorted(kinds.items(), key=lambda one: str(one[1]).casefold())),
        "acts": dict(sorted(acts.items(), key=lambda one: str(one[1]).casefold())),
        "act": act,
        "about": LogWords.of(entries, event).about,
        "zone": zone,
        "here": here,
        "has_companies": event is not None,
    }


def _zone() -> ZoneInfo:
    return ZoneInfo(str(get_timezone()))


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in YEARS else None


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    """The moment at which a day begins there."""
    return datetime.combine(day, time(), tzinfo=zone)
