"""Closing tables for a time: a room is lost from eleven on, or used for something else during one block or one day."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from urllib.parse import quote

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from eventsapp.domain.access import Permission, may
from eventsapp.models import Event, Slot, Table
from eventsapp.services import tables, zones
from eventsapp.services.zones import Space
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import Form
from eventsapp.web.forms import options as choices
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.run_pages import slot_choices
from eventsapp.web.organizer.table_words import closed_words
from eventsapp.web.saving import saving

BLOCK, DAY, EVENT = "bloque", "dia", "evento"
UNTIL = {
    BLOCK: _l("El final de ese bloque"),
    DAY: _l("El final de ese día"),
    EVENT: _l("El final del evento"),
}


class ClosureForm(Form):
    """What is closed, from which round on, and until when."""

    what = SelectField(
        _l("Qué se cierra"),
        validators=[InputRequired(_l("Elija de la lista"))],
        invalid_choice_message=_l("Elija de la lista"),
    )
    since = SelectField(
        _l("Desde la ronda"),
        validators=[InputRequired(_l("Elija de la lista"))],
        invalid_choice_message=_l("Elija de la lista"),
    )
    until = RadioField(
        _l("Hasta"), choices=choices(UNTIL), default=EVENT, invalid_choice_message=_l("Elija de la lista")
    )


@bp.route("/o/<event_code>/ajustes/mesas/cerrar", methods=["GET", "POST"])
@requires(Permission.SCHEDULE_ADJUST, load=loaders.event)
def close_tables(event: Event) -> ResponseReturnValue:
    """Close a room, a zone or one table for a block, a day, or from a round on."""
    known = tables.list_all(event)
    places = {_area_key(space): space for space in zones.list_spaces(event)}
    by_key = {str(table.id): table for table in known}
    rounds = {str(slot.id): slot for slot in event.slots if slot.starts_at > now()}
    form = ClosureForm()
    form.what.choices = [
        ("", _("Elija un salón o una mesa")),
        *choices({key: _space_words(space, known) for key, space in places.items()}, _("Salones y zonas")),
        *choices({key: _table_words(table) for key, table in by_key.items()}, _("Mesas")),
    ]
    form.since.choices = [("", _("Elija una ronda")), *slot_choices(list(rounds.values()))]
    back = url_for(
        "organizer.settings_tables" if may(g.actor, Permission.EVENT_MANAGE, event.scope) else "organizer.repair",
        event_code=event.code,
    )
    if form.validate_on_submit():
        space, slot = places.get(form.what.data), rounds[form.since.data]
        chosen = _inside(space, known) if space is not None else [by_key[form.what.data]]
        with saving(back) as done:
            tables.close_for(
                event, chosen, slot.starts_at, _end(event, slot, form.until.data), actor=g.actor, now=now()
            )
        flash(
            ngettext("Se cerró %(num)s mesa: %(when)s.", "Se cerraron %(num)s mesas: %(when)s.", len(chosen),
                     when=closed_words(chosen[0])),
            "ok",
        )  # fmt: skip
        return done.redirect()
    page = organizer_page(
        "organizer/close_tables.html", event, "settings", form=form, back=back, has_choice=bool(known and rounds)
    )
    return page, 422 if form.errors else 200


@bp.post("/o/<event_code>/ajustes/mesas/abrir")
@requires(Permission.SCHEDULE_ADJUST, load=loaders.event)
def reopen_tables(event: Event) -> ResponseReturnValue:
    """Use every table again that was closed."""
    with saving(url_for("organizer.settings_tables", event_code=event.code)) as done:
        amount = tables.reopen_all(event, actor=g.actor, now=now())
    flash(ngettext("Se abrió %(num)s mesa.", "Se abrieron %(num)s mesas.", amount), "ok")
    return done.redirect()


def _end(event: Event, slot: Slot, until: str) -> datetime | None:
    """The moment before which a closure counts that begins with a round; None for good."""
    if until == BLOCK:
        return slot.block.ends_at
    if until == DAY:
        tomorrow = slot.starts_at.astimezone(event.zone).date() + timedelta(days=1)
        return min(datetime.combine(tomorrow, time(), tzinfo=event.zone), event.ends_at)
    return None


def _inside(space: Space, known: list[Table]) -> list[Table]:
    return [table for table in known if table.room == space.room and space.zone in ("", table.zone)]


def _area_key(space: Space) -> str:
    return f"{quote(space.room, safe='')}/{quote(space.zone, safe='')}"


def _space_words(space: Space, known: list[Table]) -> str:
    name = zones.label(space.room, space.zone) or _("Sin salón")
    count = len(_inside(space, known))
    return ngettext("%(name)s (%(num)s mesa)", "%(name)s (%(num)s mesas)", count, name=name)


def _table_words(table: Table) -> str:
    where = zones.label(table.room, table.zone)
    label = _("Mesa %(label)s", label=table.label)
    return f"{label} · {where}" if where else label
