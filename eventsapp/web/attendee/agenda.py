"""The agenda of a person: the days, what comes next, the list, and the ways into a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, abort, current_app, g, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy.exc import OperationalError

from eventsapp.calendars import links
from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.values import Modality, Participation, Side
from eventsapp.models import Block, Desk
from eventsapp.services import agendas, feeds, meetings, replies
from eventsapp.services.meetings import Part
from eventsapp.settings import Settings
from eventsapp.web import formats
from eventsapp.web.access import requires
from eventsapp.web.attendee.blueprint import bp
from eventsapp.web.attendee.time_zone import zone_choices
from eventsapp.web.attendee.viewing import EVERYBODY, Looking, looking
from eventsapp.web.clock import now
from eventsapp.web.navigation import company_nav
from eventsapp.web.saving import saving

SOON = timedelta(minutes=30)
MOST_ABOUT = 120
CALENDAR = "text/calendar; charset=utf-8; method=PUBLISH"


@dataclass(frozen=True)
class Row:
    """A line of the list: a meeting, or a break."""

    starts_at: datetime
    ends_at: datetime
    part: Part | None = None
    block: Block | None = None
    lines: tuple[str, ...] = ()
    is_past: bool = False
    is_next: bool = False


@dataclass(frozen=True)
class Next:
    """The meeting that runs or comes within half an hour."""

    part: Part
    lines: tuple[str, ...]
    is_now: bool
    minutes: int


@bp.get("/e/<event_code>/agenda")
@requires(Permission.AGENDA_READ, load=looking)
def agenda(page: Looking) -> str:
    """The day of the person."""
    moment = now()
    parts = page.parts()
    counts = agendas.count_by_day(page.event, parts, ZoneInfo(page.zone))
    day = _chosen_day(page, list(counts), moment)
    upcoming = _next(parts, moment)
    return render_template(
        "attendee/agenda.html",
        page=page,
        event=page.event,
        days=[_tab(page, each, count, active=each == day) for each, count in counts.items()],
        day=day,
        rows=_rows(page, parts, day, upcoming, moment),
        next=upcoming,
        people=_people(page),
        ways=_ways(page) if parts else None,
        city=page.city,
        zones=zone_choices(page) if page.event.modality is Modality.VIRTUAL else None,
        nav=company_nav(page.event, "agenda"),
    )


@bp.get("/e/<event_code>/agenda.ics")
@requires(Permission.AGENDA_READ, load=looking)
def agenda_file(page: Looking) -> Response:
    """All meetings that the page shows, to be imported once."""
    parts = page.parts()
    if page.schedule is None or not parts:
        abort(404)
    body = agendas.agenda_file(page.event, page.schedule, parts, settings(), str(get_locale()))
    return calendar_download(body, page.file_name("agenda"))


@bp.post("/e/<event_code>/agenda/enlace")
@requires(Permission.AGENDA_MANAGE, load=looking)
def rotate_feed(page: Looking) -> Any:
    """Another secret address for the own feed."""
    with saving(url_for("attendee.agenda", event_code=page.event.code, _anchor="calendario")) as done:
        feeds.rotate(page.me, settings().secret_key, actor=g.actor, now=now())
    return done.redirect()


def settings() -> Settings:
    """The settings of this process."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def calendar_download(body: bytes, name: str) -> Response:
    """A calendar file to be saved."""
    response = Response(body, content_type=CALENDAR)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _chosen_day(page: Looking, days: list[date], moment: datetime) -> date:
    wish = request.args.get("dia", "")
    today = moment.astimezone(ZoneInfo(page.zone)).date()
    named = {day.isoformat(): day for day in days}
    return named.get(wish) or (today if today in days else next(iter(days), page.event.first_day))


def _tab(page: Looking, day: date, count: int, *, active: bool) -> dict[str, Any]:
    return {
        "label": formats.day(day),
        "detail": ngettext("%(num)s reunión", "%(num)s reuniones", count),
        "href": page.address("attendee.agenda", dia=day.isoformat()),
        "active": active,
    }


def _next(parts: list[Part], moment: datetime) -> Next | None:
    for part in parts:
        slot = part.placement.slot
        if slot.ends_at > moment:
            if slot.starts_at <= moment:
                return Next(part, _about(part), is_now=True, minutes=_minutes(slot.ends_at - moment))
            if slot.starts_at - moment <= SOON:
                return Next(part, _about(part), is_now=False, minutes=_minutes(slot.starts_at - moment))
            return None
    return None


def _minutes(span: timedelta) -> int:
    """Whole minutes, rounded up."""
    return -int(-span.total_seconds() // 60)


def _rows(page: Looking, parts: list[Part], day: date, upcoming: Next | None, moment: datetime) -> list[Row]:
    zone = ZoneInfo(page.zone)
    said = replies.answers_of(part.placement.meeting_id for part in parts)
    rows = [
        Row(
            part.placement.slot.starts_at,
            part.placement.slot.ends_at,
            part=part,
            lines=(_topic(part), _names(part.own_desk) if page.chosen == EVERYBODY else "", *_answers(part, said)),
            is_past=part.placement.slot.ends_at <= moment,
            is_next=upcoming is not None and upcoming.part is part,
        )
        for part in parts
    ]
    rows += [Row(block.starts_at, block.ends_at, block=block) for block in agendas.list_breaks(page.event)]
    return sorted(
        (row for row in rows if row.starts_at.astimezone(zone).date() == day),
        key=lambda row: (row.starts_at, row.block is None),
    )


def _about(part: Part) -> tuple[str, ...]:
    """With whom and about what, on the card of the next meeting."""
    text = meetings.about(part.other, str(get_locale()))
    said = _("Busca: %(text)s", text=text) if part.other_side is Side.BUYER else _("Ofrece: %(text)s", text=text)
    return _names(part.other_desk), _cut(said) if text else ""


def _topic(part: Part) -> str:
    """What the list says about a meeting: the first of the counterpart's terms."""
    return next(iter(meetings.term_names(part.other, str(get_locale()))), "")


def _answers(part: Part, said: dict[tuple[UUID, UUID], Participation | None]) -> list[str]:
    """Who of either side said that they will not come."""
    return [
        _("%(person)s avisó que no asistirá", person=person.name)
        for desk in (part.own_desk, part.other_desk)
        for person in meetings.people(desk)
        if said.get((part.placement.meeting_id, person.id)) is Participation.DECLINED
    ]


def _names(desk: Desk) -> str:
    return " · ".join(", ".join(filter(None, [person.name, person.job_title])) for person in meetings.people(desk))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_ABOUT else text[:MOST_ABOUT].rsplit(" ", 1)[0] + "…"


def _people(page: Looking) -> list[dict[str, Any]]:
    """Whose agenda a company administrator may look at; nothing to choose for the others."""
    viewer = page.viewer
    everybody = list({person.id: person for desk in viewer.desks for person in meetings.people(desk)}.values())
    if not viewer.is_company_admin or (len(everybody) < 2 and viewer.own_desks):
        return []
    is_seated = bool(viewer.own_desks)
    mine = [(_("Mi agenda"), "")] if is_seated else []
    others = [(person.name, str(person.id)) for person in everybody if not (is_seated and person.id == page.me.id)]
    choices = [*mine, *others, (_("Toda la empresa"), EVERYBODY)]
    chosen = page.chosen or ("" if is_seated else EVERYBODY)
    return [
        {
            "label": label,
            "href": page.address("attendee.agenda", quien=key or None),
            "active": key == chosen,
        }
        for label, key in choices
    ]


def _ways(page: Looking) -> dict[str, Any]:
    """The ways into a calendar; the feed is the person's own, whoever's agenda is shown."""
    ways: dict[str, Any] = {
        "file": page.address("attendee.agenda_file"),
        "feed": None,
    }
    if page.chosen or not page.viewer.own_desks:
        return ways
    secret = settings().secret_key
    if not feeds.is_open(page.me, secret):
        # Nothing that a person did is changed: the address that the page is about to show begins to work.
        try:
            with unit_of_work():
                feeds.open_for(page.me, secret)
        except OperationalError:
            current_app.logger.warning("a feed could not be opened", exc_info=True)
            return ways  # the agenda can be read even while nothing can be written
    feed = settings().base_url.rstrip("/") + url_for("attendee.feed", token=feeds.token_of(page.me, secret))
    name = page.event.name
    ways["feed"] = {
        "address": feed,
        "webcal": links.webcal(feed),
        "google": links.google_subscription(feed),
        "outlook": links.outlook_com_subscription(feed, name),
        "microsoft": links.microsoft365_subscription(feed, name),
        "used_at": page.me.feed_used_at,
    }
    return ways
