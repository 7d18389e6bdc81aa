"""The settings of an event: general, dates and phases, limits; and whether companies see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import EventStatus
from eventsapp.models import Event
from eventsapp.services import demand, events, summary
from eventsapp.services.events import Answering, Dates, Details, Kind, Limits
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer import demand_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.event_forms import (
    FIELD_OF,
    AnsweringSettings,
    DatesSettings,
    DetailsSettings,
    KindSettings,
    LimitsSettings,
    Versioned,
    differences,
    values_of,
)
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.saving import saving
from eventsapp.web.sentences import sentence

# In preparation each page leads to the next one, and the last one back to where the event is opened.
STEPS = (
    "organizer.settings",
    "organizer.settings_kind",
    "organizer.settings_dates",
    "organizer.settings_days",
    "organizer.settings_tables",
    "organizer.settings_limits",
    "organizer.settings_rules",
    "organizer.settings_answering",
)


def following(event: Event, endpoint: str) -> str:
    """The page that comes next while an event is prepared; none once it is open, or after a page that is no step."""
    if event.status is not EventStatus.DRAFT or endpoint not in STEPS:
        return ""
    return STEPS[(STEPS.index(endpoint) + 1) % len(STEPS)]


def capacity_words(event: Event) -> dict[str, Any]:
    """What a page says of room: rounds and tables, and how they hold against demand."""
    capacity = summary.capacity(event)
    wanted = demand.estimate(event) if capacity.places else None
    return {"capacity": capacity, "rounds": demand_words.rounds(wanted, event) if wanted else None}


def settings_tabs(event: Event, active: str) -> list[dict[str, Any]]:
    """The pages of the settings; `active` is the endpoint of the one shown."""
    pages = [
        ("organizer.settings", _("General")),
        ("organizer.settings_kind", _("Programa y lados")),
        ("organizer.settings_dates", _("Fechas y fases")),
        ("organizer.settings_days", _("Días y rondas")),
        ("organizer.settings_tables", _("Mesas")),
        ("organizer.settings_desks", _("Mesas fijas")),
        ("organizer.settings_calls", _("Videollamadas")),
        ("organizer.settings_limits", _("Límites")),
        ("organizer.settings_rules", _("Reglas y metas")),
        ("organizer.settings_answering", _("Solicitudes")),
        ("organizer.arco_requests", _("Privacidad")),
        ("organizer.log", _("Bitácora")),
    ]
    return [
        {"label": label, "href": url_for(endpoint, event_code=event.code), "active": endpoint == active}
        for endpoint, label in pages
    ]


def settings_page(template: str, event: Event, active: str, **values: Any) -> str:
    """Render a page of the settings."""
    tabs = settings_tabs(event, active)
    next_step = following(event, active)
    href = url_for(next_step, event_code=event.code) if next_step else ""
    name = next((tab["label"] for tab in tabs if tab["href"] == href), "")
    return organizer_page(
        template,
        event,
        "settings",
        tabs=tabs,
        following={"href": href, "name": name} if href else None,
        missing=_missing(event) if event.status is EventStatus.DRAFT else [],
        is_general=active == STEPS[0],
        **values,
    )


@bp.route("/o/<event_code>/ajustes", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings(event: Event) -> ResponseReturnValue:
    """What the event is and where, and whether companies see it."""

    def save(form: DetailsSettings) -> None:
        events.change_details(event, form.details(), version=form.seen_version, actor=g.actor, now=now())

    form = DetailsSettings(data={**values_of(event, Details), "version": str(event.version)})
    return _edited(event, form, Details, save, "organizer.settings")


@bp.route("/o/<event_code>/ajustes/fechas", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_dates(event: Event) -> ResponseReturnValue:
    """When the event and its phases are."""

    def save(form: DatesSettings) -> None:
        dates = form.dates(event.zone)
        if dates is not None:
            events.change_dates(event, dates, version=form.seen_version, actor=g.actor, now=now())

    form = DatesSettings(data={**values_of(event, Dates), "version": str(event.version)})
    return _edited(event, form, Dates, save, "organizer.settings_dates")


@bp.route("/o/<event_code>/ajustes/limites", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_limits(event: Event) -> ResponseReturnValue:
    """How many meetings and requests a company may have."""

    def save(form: LimitsSettings) -> None:
        events.change_limits(event, form.limits(), version=form.seen_version, actor=g.actor, now=now())

    form = LimitsSettings(data={**values_of(event, Limits), "version": str(event.version)})
    form.call_sides(event)
    return _edited(event, form, Limits, save, "organizer.settings_limits", **capacity_words(event))


@bp.route("/o/<event_code>/ajustes/programa", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_kind(event: Event) -> ResponseReturnValue:
    """Programme, axis, format, and what the two sides are called."""

    def save(form: KindSettings) -> None:
        events.change_kind(event, form.kind(), version=form.seen_version, actor=g.actor, now=now())

    form = KindSettings(data={**values_of(event, Kind), "version": str(event.version)})
    return _edited(event, form, Kind, save, "organizer.settings_kind")


@bp.route("/o/<event_code>/ajustes/solicitudes", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_answering(event: Event) -> ResponseReturnValue:
    """How requests are answered."""

    def save(form: AnsweringSettings) -> None:
        events.change_answering(event, form.answering(), version=form.seen_version, actor=g.actor, now=now())

    form = AnsweringSettings(data={**values_of(event, Answering), "version": str(event.version)})
    form.call_sides(event)
    return _edited(event, form, Answering, save, "organizer.settings_answering")


@bp.post("/o/<event_code>/ajustes/abrir")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def open_event(event: Event) -> ResponseReturnValue:
    """Show the event to companies."""
    with saving(url_for("organizer.settings", event_code=event.code)) as done:
        events.open_to_companies(event, actor=g.actor, now=now())
    flash(_("El evento está abierto: las empresas ya lo ven."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/ajustes/preparacion")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def close_event(event: Event) -> ResponseReturnValue:
    """Hide the event from companies again."""
    with saving(url_for("organizer.settings", event_code=event.code)) as done:
        events.return_to_preparation(event, actor=g.actor, now=now())
    flash(_("El evento volvió a preparación: las empresas no lo ven."), "ok")
    return done.redirect()


def _edited(
    event: Event, form: Versioned, kind: type, save: Callable[[Any], None], endpoint: str, **values: Any
) -> ResponseReturnValue:
    """Save what was entered, or show the form with what keeps it from being saved.

    When somebody else saved meanwhile, both values are shown and saving once more decides for the entered ones.
    """
    status, differs = 200, []
    if form.validate_on_submit():
        try:
            with saving(url_for(following(event, endpoint) or endpoint, event_code=event.code)) as done:
                save(form)
                if form.errors:
                    raise DomainError("no_such_time")
            flash(_("Cambios guardados."), "ok")
            return done.redirect()
        except Conflict:
            differs = differences(form, values_of(event, kind))
            form.version.data = str(event.version)
            status = 409
        except DomainError as error:
            if not form.errors:
                form.refuse(FIELD_OF.get(error.code, "version"), error)
    template = f"organizer/{endpoint.removeprefix('organizer.')}.html"
    page = settings_page(template, event, endpoint, form=form, differs=differs, **values)
    return page, 422 if form.errors else status


def _missing(event: Event) -> list[str]:
    return [sentence(DomainError(code)) for code in events.list_missing(event)]
