"""Repair: the news of the day in a form, the proposal as a run, and its acceptance as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import SelectMultipleField

from eventsapp.domain.access import Permission, may
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import RunKind
from eventsapp.models import Event, Run, Table
from eventsapp.services import repairs, runs, zones
from eventsapp.services.repairs import News, Standing
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import number
from eventsapp.web.forms import options as choices
from eventsapp.web.forms import trimmed
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
from eventsapp.web.organizer.table_words import closed_words
from eventsapp.web.saving import saving

GONE, LATE, EARLY = "no", "tarde", "antes"
LINES, MOST_LINES = 4, 40


class RepairForm(TimeForm):
    """The tables that are lost; what happened to companies stands on lines of their own."""

    tables = SelectMultipleField(_l("Mesas que ya no están"), invalid_choice_message=_l("Elija de la lista"))


@dataclass
class Line:
    """What happened to one company, as typed, and what is wrong with it."""

    company: str = ""
    what: str = GONE
    slot: str = ""
    error: str = ""


@bp.get("/o/<event_code>/horario/reparar", endpoint="repair")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def show_repair(event: Event) -> str:
    """The form for the news of the day; a company named in the address stands on the first line."""
    return _page(event, _form(event))


@bp.post("/o/<event_code>/horario/reparar", endpoint="start_repair")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def start_repair(event: Event) -> ResponseReturnValue:
    """Ask the engine for the fewest changes."""
    form = _form(event)
    if event.published_schedule_id is None:
        return _page(event, form), 422
    standing = repairs.read(event)
    lines = _typed_lines()
    if "more" in request.form:
        return _page(event, form, [*lines, *(Line() for _n in range(LINES))])
    news = _news(standing, lines, form)
    is_valid = form.validate_on_submit()
    wrong = next((line.error for line in lines if line.error), "")
    if is_valid and not wrong and not (news.companies or news.tables or standing.has_news):
        wrong = _("Diga qué pasó: una empresa, una mesa o una empresa nueva")
    if wrong:
        form.refuse("seconds", wrong)
    if not is_valid or wrong:
        return _page(event, form, lines), 422
    try:
        with saving() as done:
            run = repairs.start(event, news, seconds=form.seconds.data, seed=form.seed.data, actor=g.actor, now=now())
            done.location = run_url(run)
    except DomainError as error:
        form.refuse("seconds", error)
        return _page(event, form, lines), 422
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
    form.tables.choices = []
    there = [table for table in event.tables if not table.is_lost(now())]
    for area in dict.fromkeys(zones.label(table.room, table.zone) for table in there):
        inside = {str(table.id): table.label for table in there if zones.label(table.room, table.zone) == area}
        form.tables.choices += choices(inside, area or _("Sin salón"))
    return form


def _typed_lines() -> list[Line]:
    """The lines of the form as they came."""
    count = min(request.form.get("lines", default=LINES, type=int), MOST_LINES)
    return [
        Line(
            trimmed(request.form.get(f"company-{n}"))[:200],
            request.form.get(f"what-{n}", GONE),
            request.form.get(f"slot-{n}", ""),
        )
        for n in range(max(0, count))
    ]


def _news(standing: Standing, lines: list[Line], form: RepairForm) -> News:
    """What the lines say; what is wrong with a line is written on it."""
    names = {folded(standing.frame.names[key]): key for key in standing.companies}
    slots = {str(slot.id): slot.id for slot in standing.frame.slots}
    cancelled: set[UUID] = set()
    late: dict[UUID, UUID] = {}
    early: dict[UUID, UUID] = {}
    for line in lines:
        if not line.company:
            continue
        key = names.get(folded(line.company))
        if key is None:
            line.error = _("%(name)s no tiene reuniones publicadas. Elija una empresa de la lista", name=line.company)
        elif line.what == GONE:
            cancelled.add(key)
        elif line.what not in (LATE, EARLY) or line.slot not in slots:
            line.error = _("Elija la ronda en que %(name)s llega o se va", name=line.company)
        else:
            (late if line.what == LATE else early)[key] = slots[line.slot]
    known = {choice.value for choice in form.tables.choices}
    tables = frozenset(UUID(table) for table in form.tables.data or () if table in known)
    return News(frozenset(cancelled), late, early, tables)


def _closed(found: list[Table]) -> dict[str, Any] | None:
    """The closed tables by their labels, those with the same hours together; None without any."""
    by_hours: dict[str, list[str]] = {}
    for table in found:
        by_hours.setdefault("" if table.is_lost(now()) else closed_words(table), []).append(table.label)
    words = [f"{', '.join(labels)} ({hours})" if hours else ", ".join(labels) for hours, labels in by_hours.items()]
    return {"count": len(found), "words": "; ".join(words)} if found else None


def _page(event: Event, form: RepairForm, lines: list[Line] | None = None) -> str:
    if event.published_schedule_id is None:
        return organizer_page("organizer/repair.html", event, "schedule", standing=None, form=form)
    standing = repairs.read(event)
    later = [slot for slot in standing.frame.slots if slot.starts_at > now()]
    names = standing.frame.names
    if lines is None:
        named = next((names[key] for key in standing.companies if str(key) == request.args.get("empresa")), "")
        lines = [Line(named), *(Line() for _n in range(LINES - 1))]
    return organizer_page(
        "organizer/repair.html",
        event,
        "schedule",
        standing=standing,
        form=form,
        lines=lines,
        most_lines=MOST_LINES,
        companies=[
            (names[key], ngettext("%(n)s reunión", "%(n)s reuniones", held, n=number(held)))
            for key, held in sorted(standing.companies.items(), key=lambda item: names[item[0]])
        ],
        slots=slot_choices(later),
        gone=sorted(names[key] for key in standing.gone),
        walk_ins=sorted(names[key] for key in standing.walk_ins),
        closed=_closed([table for table in standing.frame.tables if table.closed_at is not None]),
        may_adjust=may(g.actor, Permission.SCHEDULE_ADJUST, event.scope),
        past=len(standing.frame.slots) - len(later),
        running=runs.find_active(event),
        choices=[
            (GONE, _("No viene")),
            (LATE, _("Llega tarde: su primera ronda es")),
            (EARLY, _("Se va antes de")),
        ],
    )
