"""Repair: the news of the day in a form, the proposal as a run, and its acceptance as a draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectMultipleField

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import RunKind
from eventsapp.models import Event, Run
from eventsapp.services import repairs, runs
from eventsapp.services.repairs import News, Standing
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import number
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.run_pages import (
    TimeForm,
    default_seconds,
    offer_times,
    run_of_event,
    run_url,
    slot_choices,
)
from eventsapp.web.saving import saving

COMES, GONE, LATE, EARLY = "", "no", "tarde", "antes"


class RepairForm(TimeForm):
    """The tables that are lost; what happened to each company stands in fields of its own row."""

    tables = SelectMultipleField(
        _l("Mesas que ya no están"), choices=[], invalid_choice_message=_l("Elija de la lista")
    )  # fmt: skip


@bp.get("/o/<event_code>/horario/reparar", endpoint="repair")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def show_repair(event: Event) -> str:
    """The form for the news of the day; a company named in the address comes first and ticked."""
    return _page(event, _form(event))


@bp.post("/o/<event_code>/horario/reparar", endpoint="start_repair")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def start_repair(event: Event) -> ResponseReturnValue:
    """Ask the engine for the fewest changes."""
    if event.published_schedule_id is None:
        return _page(event, _form(event)), 422
    standing = repairs.read(event)
    form = _form(event)
    news = _news(standing, form)
    if not form.validate_on_submit() or news is None:
        if news is None:
            form.refuse("seconds", _("Elija la ronda de cada empresa que llega tarde o se va antes"))
        return _page(event, form), 422
    if not (news.companies or news.tables or standing.gone or standing.walk_ins):
        form.refuse("seconds", _("Diga qué pasó: una empresa, una mesa o una empresa nueva"))
        return _page(event, form), 422
    try:
        with saving() as done:
            run = repairs.start(event, news, seconds=form.seconds.data, seed=form.seed.data, actor=g.actor, now=now())
            done.location = run_url(run)
    except DomainError as error:
        form.refuse("seconds", error)
        return _page(event, form), 422
    return done.redirect()


@bp.post("/o/<event_code>/horario/corridas/<uuid:run_id>/aceptar", endpoint="accept_repair")
@requires(Permission.SCHEDULE_ADJUST, load=run_of_event)
def accept_repair(run: Run) -> ResponseReturnValue:
    """Make a proposal a draft, to publish as it is or to edit first."""
    if run.kind is not RunKind.REPAIR:
        abort(404)
    edit = request.form.get("then") == "edit"
    with saving(run_url(run)) as done:
        draft = repairs.accept(run, actor=g.actor, now=now(), host=current_app.config["SETTINGS"].host)
        done.location = (
            url_for("organizer.schedule", event_code=run.event.code, version=draft.number)
            if edit
            else url_for("organizer.publication", event_code=run.event.code)
        )
        version = draft.number
    flash(
        _("La propuesta es ahora el borrador %(number)s. Nadie recibe aviso hasta que lo publique.", number=version),
        "ok",
    )
    return done.redirect()


def _form(event: Event) -> RepairForm:
    form = RepairForm(seconds=default_seconds(), seed=1)
    offer_times(form)
    form.tables.choices = [(str(table.id), table.label) for table in event.tables]
    return form


def _news(standing: Standing, form: RepairForm) -> News | None:
    """What the rows of companies say; None when a round is missing or none of the event's."""
    slots = {str(slot.id): slot.id for slot in standing.frame.slots}
    cancelled: set[UUID] = set()
    late: dict[UUID, UUID] = {}
    early: dict[UUID, UUID] = {}
    for key in standing.companies:
        what = request.form.get(f"what-{key}", COMES)
        slot = slots.get(request.form.get(f"slot-{key}", ""))
        if what == GONE:
            cancelled.add(key)
        elif what in (LATE, EARLY):
            if slot is None:
                return None
            (late if what == LATE else early)[key] = slot
    return News(
        frozenset(cancelled),
        late,
        early,
        frozenset(UUID(table) for table in form.tables.data or () if table in dict(form.tables.choices or ())),
    )


def _page(event: Event, form: RepairForm) -> str:
    if event.published_schedule_id is None:
        return organizer_page("organizer/repair.html", event, "schedule", standing=None, form=form)
    standing = repairs.read(event)
    first = request.args.get("empresa", "")
    rows = [_row(standing, key, held, first) for key, held in standing.companies.items()]
    rows.sort(key=lambda row: (not row["named"], not row["what"], row["name"]))
    later = [slot for slot in standing.frame.slots if slot.starts_at > now()]
    return organizer_page(
        "organizer/repair.html",
        event,
        "schedule",
        standing=standing,
        form=form,
        rows=rows,
        slots=slot_choices(later),
        gone=sorted(standing.frame.names[key] for key in standing.gone),
        walk_ins=sorted(standing.frame.names[key] for key in standing.walk_ins),
        past=len(standing.frame.slots) - len(later),
        running=runs.find_active(event),
        choices=[
            (COMES, _("Viene como estaba previsto")),
            (GONE, _("No viene")),
            (LATE, _("Llega tarde: su primera ronda es")),
            (EARLY, _("Se va antes de")),
        ],
    )


def _row(standing: Standing, key: UUID, held: int, first: str) -> dict[str, Any]:
    what = request.form.get(f"what-{key}", GONE if str(key) == first or key in standing.gone else COMES)
    return {
        "key": str(key),
        "name": standing.frame.names[key],
        "held": ngettext("%(n)s reunión", "%(n)s reuniones", held, n=number(held)),
        "what": what,
        "slot": request.form.get(f"slot-{key}", ""),
        "named": str(key) == first,
    }
