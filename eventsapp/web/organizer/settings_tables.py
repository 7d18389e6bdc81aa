"""The tables of an event, and the desks of buyers that keep one table."""

from __future__ import annotations

from itertools import groupby
from uuid import UUID

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.models import Event
from eventsapp.services import tables
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.fields import whole
from eventsapp.web.forms import Form, text, trimmed
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.finding import Part, table_of_event
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.settings import capacity_words, settings_page
from eventsapp.web.saving import saving
from eventsapp.web.sentences import sentence


class TablesForm(Form):
    """More tables."""

    amount = whole(_l("Cuántas mesas"), 1, 200)
    prefix = text(_l("Letra antes del número"), most=8, optional=True)
    room = text(_l("Salón"), most=80, optional=True)


class TableForm(Form):
    """One table."""

    label = text(_l("Mesa"), most=20)
    room = text(_l("Salón"), most=80, optional=True)


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
                    actor=g.actor,
                    now=now(),
                )
            flash(ngettext("Se agregó %(num)s mesa.", "Se agregaron %(num)s mesas.", form.amount.data), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("amount", error)
    listed = tables.list_all(event)
    by_room = sorted(listed, key=lambda table: table.room)  # stable: in a room they stay as they are numbered
    page = settings_page(
        "organizer/settings_tables.html",
        event,
        "organizer.settings_tables",
        form=form,
        tables=listed,
        rooms=[(room, list(inside)) for room, inside in groupby(by_room, key=lambda table: table.room)],
        used=tables.list_used(event),
        **capacity_words(event),
    )
    return page, 422 if form.errors else 200


@bp.route("/o/<event_code>/ajustes/mesas/<uuid:table_id>", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=table_of_event)
def change_table(part: Part) -> ResponseReturnValue:
    """Another label or room for a table."""
    event, table = part.event, part.row
    form = TableForm(obj=table)
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.settings_tables", event_code=event.code)) as done:
                tables.change(event, table, label=form.label.data, room=form.room.data, actor=g.actor, now=now())
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
