"""The tables of an event with their rooms and zones, and the desks of buyers that keep one table."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from flask import abort, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.rooms import Area
from eventsapp.models import Event, Table
from eventsapp.services import tables, zones
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.fields import whole
from eventsapp.web.forms import Form, text, trimmed
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.finding import Part, table_of_event
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.settings import capacity_words, settings_page
from eventsapp.web.organizer.table_words import closed_words, crowded_words
from eventsapp.web.saving import saving
from eventsapp.web.sentences import sentence

MOST_CHAIRS = 50


class TablesForm(Form):
    """More tables."""

    amount = whole(_l("Cuántas mesas"), 1, 200)
    prefix = text(_l("Letra antes del número"), most=8, optional=True)
    room = text(_l("Salón"), most=80, optional=True)
    zone = text(_l("Zona"), most=40, optional=True)
    chairs = whole(_l("Sillas en cada una"), 1, MOST_CHAIRS, optional=True)


class TableForm(Form):
    """One table."""

    label = text(_l("Mesa"), most=20)
    room = text(_l("Salón"), most=80, optional=True)
    zone = text(_l("Zona"), most=40, optional=True)
    chairs = whole(_l("Sillas"), 1, MOST_CHAIRS, optional=True)


class EmptyForm(Form):
    """A form whose fields the page itself names; only the protection of the form is checked here."""


@bp.route("/o/<event_code>/ajustes/mesas", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_tables(event: Event) -> ResponseReturnValue:
    """The tables; the form adds some."""
    form = TablesForm()
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.settings_tables", event_code=event.code)) as done:
                tables.add(
                    event,
                    form.amount.data,
                    prefix=form.prefix.data,
                    room=form.room.data,
                    zone=form.zone.data,
                    chairs=form.chairs.data,
                    actor=g.actor,
                    now=now(),
                )
            flash(ngettext("Se agregó %(num)s mesa.", "Se agregaron %(num)s mesas.", form.amount.data), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("amount", error)
    return _tables_page(event, form), 422 if form.errors else 200


def _tables_page(event: Event, form: TablesForm, limits: dict[Area, str] | None = None, problem: str = "") -> str:
    """The tables by room and zone; `limits` is what was typed of how many meetings each holds, `problem` why not."""
    listed = tables.list_all(event)
    typed = limits or {}
    by_area = sorted(listed, key=_area)  # stable: in a zone they stay as they are numbered
    return settings_page(
        "organizer/settings_tables.html",
        event,
        "organizer.settings_tables",
        form=form,
        tables=listed,
        areas=[(zones.label(*area), list(inside)) for area, inside in groupby(by_area, key=_area)],
        spaces=[
            {
                "space": space,
                "name": zones.label(space.room, space.zone),
                "typed": typed.get((space.room, space.zone), space.capacity or ""),
            }
            for space in zones.list_spaces(event)
        ],
        most_meetings=zones.MOST_MEETINGS,
        problem=problem,
        used=tables.list_used(event),
        reserve=tables.list_reserve(event),
        stranded=tables.count_stranded(event).total(),
        crowded=[crowded_words(desk) for desk in tables.find_crowded(tables.list_desks(event))],
        now=now(),
        closed_words=closed_words,
        **capacity_words(event),
    )


def _area(table: Table) -> Area:
    return table.room, table.zone


@bp.post("/o/<event_code>/ajustes/salones")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def limit_zones(event: Event) -> ResponseReturnValue:
    """How many meetings each room and zone holds at once."""
    typed = {(space.room, space.zone): _typed_limit(index) for index, space in enumerate(zones.list_spaces(event))}
    if not EmptyForm().validate():
        abort(400)
    problem = _("Escriba cuántas reuniones a la vez, de 1 a %(most)s, o nada", most=zones.MOST_MEETINGS)
    if all(_is_limit(said) for said in typed.values() if said):
        try:
            with saving(url_for("organizer.settings_tables", event_code=event.code)) as done:
                wanted = {area: int(said) if said else None for area, said in typed.items()}
                tables.limit_zones(event, wanted, actor=g.actor, now=now())
            flash(_("Cambios guardados."), "ok")
            return done.redirect()
        except DomainError as error:
            problem = sentence(error)
    return _tables_page(event, TablesForm(formdata=None), typed, problem), 422


def _typed_limit(index: int) -> str:
    return trimmed(request.form.get(f"most-{index}"))[:8]


def _is_limit(said: str) -> bool:
    return said.isascii() and said.isdigit() and 1 <= int(said) <= zones.MOST_MEETINGS


@bp.post("/o/<event_code>/ajustes/mesas/<uuid:table_id>/cerrar")
@requires(Permission.SCHEDULE_ADJUST, load=table_of_event)
def close_table(part: Part) -> ResponseReturnValue:
    """Take a table out of use that was lost on site."""
    with saving(_back_to(part.event)) as done:
        tables.close(part.event, part.row, actor=g.actor, now=now())
    flash(_("La mesa %(label)s está cerrada: nadie se reúne ahí hasta que la abra.", label=part.row.label), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/ajustes/mesas/<uuid:table_id>/abrir")
@requires(Permission.SCHEDULE_ADJUST, load=table_of_event)
def reopen_table(part: Part) -> ResponseReturnValue:
    """Use a table again that was lost."""
    with saving(_back_to(part.event)) as done:
        tables.reopen(part.event, part.row, actor=g.actor, now=now())
    flash(_("La mesa %(label)s está abierta otra vez.", label=part.row.label), "ok")
    return done.redirect()


def _back_to(event: Event) -> str:
    """Where a table was closed or opened: the settings, or the page of repairs."""
    page = "organizer.repair" if request.form.get("from") == "repair" else "organizer.settings_tables"
    return url_for(page, event_code=event.code)


@bp.route("/o/<event_code>/ajustes/mesas/<uuid:table_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=table_of_event)
def change_table(part: Part) -> ResponseReturnValue:
    """Another label or room for a table."""
    event, table = part.event, part.row
    form = TableForm(obj=table)
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.settings_tables", event_code=event.code)) as done:
                tables.change(event, table, label=form.label.data, room=form.room.data, zone=form.zone.data,
                              chairs=form.chairs.data, actor=g.actor, now=now())  # fmt: skip
            return done.redirect()
        except DomainError as error:
            form.refuse("label", error)
    used = table.id in tables.list_used(event)
    page = organizer_page("organizer/settings_table.html", event, "settings", form=form, table=table, used=used)
    return page, 422 if form.errors else 200


@bp.post("/o/<event_code>/ajustes/mesas/<uuid:table_id>/quitar")
@requires(Permission.EVENT_MANAGE, load=table_of_event)
def remove_table(part: Part) -> ResponseReturnValue:
    """Take a table away."""
    with saving(url_for("organizer.settings_tables", event_code=part.event.code)) as done:
        tables.remove(part.event, part.row, actor=g.actor, now=now())
    return done.redirect()


@bp.route("/o/<event_code>/ajustes/mesas-fijas", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_desks(event: Event) -> ResponseReturnValue:
    """Which buyer's desk keeps which table."""
    form, typed, problem = EmptyForm(), _typed_labels(), ""
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.settings_desks", event_code=event.code)) as done:
                amount = tables.assign(event, typed, actor=g.actor, now=now())
            flash(ngettext("Cambió %(num)s mesa fija.", "Cambiaron %(num)s mesas fijas.", amount), "ok")
            return done.redirect()
        except DomainError as error:
            problem = sentence(error)
    desks = tables.list_desks(event)
    page = settings_page(
        "organizer/settings_desks.html",
        event,
        "organizer.settings_desks",
        form=form,
        problem=problem,
        has_errors=bool(problem or form.errors),
        desks=desks,
        labels={desk.id: typed.get(desk.id, desk.table.label if desk.table else "") for desk in desks},
        tables=tables.list_all(event),
    )
    return page, 422 if problem or form.errors else 200


@bp.post("/o/<event_code>/ajustes/mesas-fijas/en-orden")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def assign_desks(event: Event) -> ResponseReturnValue:
    """Give the desks without a table the free ones in order."""
    with saving(url_for("organizer.settings_desks", event_code=event.code)) as done:
        amount = tables.assign_in_order(event, actor=g.actor, now=now())
    flash(ngettext("Se asignó %(num)s mesa.", "Se asignaron %(num)s mesas.", amount), "ok")
    return done.redirect()


def _typed_labels() -> dict[UUID, str]:
    """The labels that were entered, by desk; what names no desk is passed over."""
    found: dict[UUID, str] = {}
    for name, value in request.form.items():
        if name.startswith("desk-") and (key := _uuid(name.removeprefix("desk-"))) is not None:
            found[key] = trimmed(value)[:20]
    return found


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
