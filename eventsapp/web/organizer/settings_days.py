"""The days of an event: blocks, the rounds in them, and how long a round is."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectField

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.slots import Span, days_between, instant
from eventsapp.domain.values import BlockKind
from eventsapp.models import Event
from eventsapp.services import blocks
from eventsapp.services.events import Rounds
from eventsapp.web import formats, loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.fields import choice, clock
from eventsapp.web.forms import Form, options, text
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.event_forms import RoundsForm, values_of
from eventsapp.web.organizer.finding import Part, block_of_event
from eventsapp.web.organizer.settings import capacity_words, settings_page
from eventsapp.web.saving import saving
from eventsapp.web.words import BLOCK_KIND

BLOCK_FIELD_OF = {
    "times_out_of_order": "ends",
    "outside_event": "starts",
    "blocks_overlap": "starts",
    "no_such_time": "starts",
    "block_too_short": "ends",
    "rounds_in_use": "starts",
}


def _day(label: Any) -> Any:
    return SelectField(label, invalid_choice_message=_l("Elija un día del evento"))


class BlockForm(Form):
    """A new block."""

    day = _day(_l("Día"))
    kind = choice(_l("Qué hay"), BLOCK_KIND, default=BlockKind.MEETINGS)
    starts = clock(_l("Desde"))
    ends = clock(_l("Hasta"))
    title = text(_l("Nombre"), most=120, optional=True)


class CopyForm(Form):
    """The blocks of one day for another one."""

    source = _day(_l("Copiar el día"))
    target = _day(_l("Al día"))


@bp.get("/o/<event_code>/ajustes/dias")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_days(event: Event) -> ResponseReturnValue:
    """The days with their blocks."""
    return _page(event)


@bp.post("/o/<event_code>/ajustes/dias/rondas")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def change_rounds(event: Event) -> ResponseReturnValue:
    """Change how long a round is."""
    form = RoundsForm(prefix="rounds-")
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.settings_days", event_code=event.code)) as done:
                blocks.change_rounds(event, form.rounds(), actor=g.actor, now=now())
            return done.redirect()
        except DomainError as error:
            form.refuse("slot_minutes", error)
    return _page(event, rounds=form), 422


@bp.post("/o/<event_code>/ajustes/dias/bloques")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def add_block(event: Event) -> ResponseReturnValue:
    """Add a block to a day."""
    form = _with_days(BlockForm(prefix="block-"), event)
    if form.validate_on_submit():
        try:
            day = date.fromisoformat(form.day.data)
            with saving(url_for("organizer.settings_days", event_code=event.code)) as done:
                span = Span(instant(day, form.starts.data, event.zone), instant(day, form.ends.data, event.zone))
                blocks.add(event, form.kind.data, span, form.title.data, actor=g.actor, now=now())
            return done.redirect()
        except DomainError as error:
            form.refuse(BLOCK_FIELD_OF.get(error.code, "starts"), error)
    return _page(event, block=form), 422


@bp.post("/o/<event_code>/ajustes/dias/copiar")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def copy_day(event: Event) -> ResponseReturnValue:
    """Give a day the blocks of another one."""
    form = _with_days(CopyForm(prefix="copy-"), event)
    if form.validate_on_submit():
        try:
            source, target = date.fromisoformat(form.source.data), date.fromisoformat(form.target.data)
            with saving(url_for("organizer.settings_days", event_code=event.code)) as done:
                amount = blocks.copy_day(event, source, target, actor=g.actor, now=now())
            flash(ngettext("Se copió %(num)s bloque.", "Se copiaron %(num)s bloques.", amount), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("target", error)
    return _page(event, copy=form), 422


@bp.post("/o/<event_code>/ajustes/dias/bloques/<uuid:block_id>/quitar")
@requires(Permission.EVENT_MANAGE, load=block_of_event)
def remove_block(part: Part) -> ResponseReturnValue:
    """Take a block away with its rounds."""
    with saving(url_for("organizer.settings_days", event_code=part.event.code)) as done:
        blocks.remove(part.event, part.row, actor=g.actor, now=now())
    return done.redirect()


def _page(
    event: Event, *, rounds: RoundsForm | None = None, block: BlockForm | None = None, copy: CopyForm | None = None
) -> str:
    days = days_between(event.first_day, event.last_day)
    listed = blocks.list_with_slots(event)
    by_day = {day: [one for one in listed if one.starts_at.astimezone(event.zone).date() == day] for day in days}
    wrong = rounds or block or copy
    return settings_page(
        "organizer/settings_days.html",
        event,
        "organizer.settings_days",
        days=by_day,
        rounds_form=rounds or RoundsForm(formdata=None, prefix="rounds-", data=values_of(event, Rounds)),
        block_form=block or _with_days(BlockForm(formdata=None, prefix="block-"), event),
        copy_form=copy or _with_days(CopyForm(formdata=None, prefix="copy-", data=_next(days)), event),
        wrong_form=wrong,
        has_errors=bool(wrong and wrong.errors),
        **capacity_words(event),
    )


def _next(days: list[date]) -> dict[str, str]:
    """The first day as what is copied, the second as where to."""
    return dict(zip(("source", "target"), (day.isoformat() for day in days), strict=False))


def _with_days(form: Any, event: Event) -> Any:
    days = options({day.isoformat(): formats.day(day) for day in days_between(event.first_day, event.last_day)})
    for name in ("day", "source", "target"):
        if name in form:
            form[name].choices = days
    return form
