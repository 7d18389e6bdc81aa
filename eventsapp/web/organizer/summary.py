"""The summary of an event: what needs the organizer today, the phase, the key numbers, the registrations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.domain.access import Permission, may
from eventsapp.domain.values import EventStatus, Phase
from eventsapp.models import Event
from eventsapp.services import demand, endorsements, events, schedules, summary
from eventsapp.web import formats, loaders
from eventsapp.web.access import opens, requires
from eventsapp.web.clock import now
from eventsapp.web.organizer import demand_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import PHASES, organizer_page
from eventsapp.web.words import PHASE


@dataclass(frozen=True)
class Todo:
    """One thing to do: how many, what, and where."""

    count: int
    text: str
    href: str
    icon: str


@bp.get("/o/<event_code>/", endpoint="summary")
@requires(Permission.EVENT_READ, load=loaders.event)
def summary_page(event: Event) -> ResponseReturnValue:
    """What needs me today."""
    moment = now()
    waiting, capacity = summary.waiting(event), summary.capacity(event)
    wanted = demand.estimate(event) if capacity.places else None
    return organizer_page(
        "organizer/summary.html",
        event,
        "summary",
        todos=_todos(event, waiting, capacity),
        numbers=summary.numbers(event),
        capacity=capacity,
        phases=_phases(event, events.find_phase(event, moment)),
        rounds=demand_words.rounds(wanted, event) if wanted else None,
        curve=_thinned(summary.registrations_by_day(event, moment)),
    )


def _todos(event: Event, waiting: summary.Waiting, capacity: summary.Capacity) -> list[Todo]:
    """What waits, in the order in which an event is made; nothing that is done or that the actor may not open."""
    found = []
    if event.status is EventStatus.DRAFT and opens("organizer.settings", event.scope):
        if not capacity.slots:
            days = url_for("organizer.settings_days", event_code=event.code)
            found.append(Todo(0, _("Agregue los bloques de reuniones de cada día"), days, "calendar"))
        if not capacity.tables:
            tables = url_for("organizer.settings_tables", event_code=event.code)
            found.append(Todo(0, _("Agregue las mesas"), tables, "table"))
        if capacity.places:
            settings = url_for("organizer.settings", event_code=event.code)
            found.append(Todo(0, _("Abra el evento a las empresas"), settings, "flag"))
    counted = [
        (
            waiting.stranded,
            ngettext(
                "%(num)s reunión publicada sin su mesa", "%(num)s reuniones publicadas sin su mesa", waiting.stranded
            ),
            "organizer.repair",
            "tool",
        ),
        (
            waiting.to_review,
            ngettext("%(num)s registro por revisar", "%(num)s registros por revisar", waiting.to_review),
            "organizer.registrations",
            "building-factory-2",
        ),
        (
            waiting.to_answer,
            ngettext("%(num)s solicitud sin respuesta", "%(num)s solicitudes sin respuesta", waiting.to_answer),
            "organizer.requests",
            "inbox",
        ),
        (
            waiting.unplaced or 0,
            ngettext("%(num)s reunión sin lugar", "%(num)s reuniones sin lugar", waiting.unplaced or 0),
            "organizer.schedule",
            "calendar-off",
        ),
        (
            waiting.unpublished or 0,
            ngettext("%(num)s cambio sin publicar", "%(num)s cambios sin publicar", waiting.unpublished or 0),
            "organizer.publication",
            "send",
        ),
    ]
    return (
        found
        + [
            Todo(n, text, url_for(where, event_code=event.code), icon)
            for n, text, where, icon in counted
            if n and opens(where, event.scope)
        ]
        + _endorsed(event)
        + _lost_mails(event, waiting)
    )


def _endorsed(event: Event) -> list[Todo]:
    """A draft that somebody else endorses waits for who publishes it."""
    if not event.needs_second_person or not may(g.actor, Permission.SCHEDULE_PUBLISH, event.scope):
        return []
    draft = schedules.find_current(event)
    others = endorsements.list_of_others(draft, g.actor) if draft else []
    where = url_for("organizer.publication", event_code=event.code)
    return [
        Todo(0, _("%(name)s dio su visto bueno: revise y publique", name=one.account.name), where, "circle-check")
        for one in others[:1]
    ]


def _lost_mails(event: Event, waiting: summary.Waiting) -> list[Todo]:
    """Mails that reached nobody: refused on the way out, or given back later."""
    if not opens("organizer.mails", event.scope):
        return []
    failed, bounced = waiting.failed_mails, waiting.bounced_mails
    lost = [
        (failed, ngettext("%(num)s mensaje sin enviar", "%(num)s mensajes sin enviar", failed), "fallidos"),
        (bounced, ngettext("%(num)s mensaje no entregado", "%(num)s mensajes no entregados", bounced), "rebotados"),
    ]
    return [
        Todo(n, text, url_for("organizer.mails", event_code=event.code, estado=state), "mail")
        for n, text, state in lost
        if n
    ]


def _phases(event: Event, current: Phase) -> list[dict[str, Any]]:
    """The seven phases with their dates, for the line of steps."""
    zone = event.zone
    dates = {
        Phase.REGISTRATION: event.registration_opens_at,
        Phase.REQUESTS: event.requests_open_at,
        Phase.SCHEDULING: event.requests_close_at,
        Phase.EVENT: event.starts_at,
        Phase.RESULTS: event.ends_at,
    }
    place = PHASES.index(current)
    return [
        {
            "label": PHASE[phase],
            "date": formats.month_day(dates[phase], zone) if phase in dates else "",
            "state": "done" if index < place else "current" if index == place else "later",
        }
        for index, phase in enumerate(PHASES)
    ]


def _thinned(curve: list[tuple[Any, int]], most: int = 14) -> list[dict[str, Any]]:
    """The curve as bars, every so many days when it is long; always with the last day."""
    every = -(-len(curve) // most)
    kept = curve[::-1][:: every or 1][::-1]
    return [{"label": formats.short_day(day), "value": total} for day, total in kept]
