"""Runs of the engine: the list, the start with its options, and the doors to what a run was asked and answered."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from flask import Response, abort, g, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, RadioField

from eventsapp.domain import deadlines
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.lifecycle import FINISHED_RUNS
from eventsapp.domain.values import RunKind
from eventsapp.models import Event, Run, Schedule
from eventsapp.services import run_options, runs, schedules
from eventsapp.services.run_options import EMPTY, KEEP
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import duration
from eventsapp.web.forms import options as choices
from eventsapp.web.organizer import run_words, weight_words
from eventsapp.web.organizer.aims_form import AimsForm, aim_rows, offer_places, places_of
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.run_pages import (
    TimeForm,
    default_seconds,
    distance_words,
    offer_times,
    placed_words,
    run_of_event,
    run_url,
)
from eventsapp.web.saving import saving


class StartForm(TimeForm):
    """A run with the usual options."""

    keep_published = BooleanField(_l("Cambiar lo menos posible de lo que ya está publicado"))


class OptionsForm(AimsForm, TimeForm):
    """A run with options: where to begin, what binds, and each aim with its place and its tolerance."""

    begin = RadioField(
        _l("Desde dónde empezar"),
        choices=choices(run_words.BEGINS),
        default=EMPTY,
        invalid_choice_message=_l("Elija de la lista"),
    )
    with_pins = BooleanField(_l("Respetar las reuniones fijadas"))


def _start_form(event: Event) -> StartForm:
    form = StartForm(seconds=default_seconds(), seed=1, keep_published=event.published_schedule_id is not None)
    offer_times(form)
    return form


def _options_form(event: Event) -> OptionsForm:
    has_published = event.published_schedule_id is not None
    begin = KEEP if has_published else EMPTY
    aims = places_of(run_options.of_event(event).levels)
    form = OptionsForm(data={"seconds": default_seconds(), "seed": 1, "begin": begin, "with_pins": True, **aims})
    offer_times(form)
    offer_places(form)
    if not has_published:
        form.begin.choices = [(EMPTY, run_words.BEGINS[EMPTY])]
    return form


@bp.get("/o/<event_code>/horario/corridas", endpoint="runs")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def list_runs(event: Event) -> str:
    """All runs, newest first, and the form that starts another one."""
    return _list_page(event, _start_form(event))


@bp.post("/o/<event_code>/horario/corridas", endpoint="start_run")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def start_run(event: Event) -> ResponseReturnValue:
    """Ask the engine for a schedule and show how it goes."""
    form = _start_form(event)
    if not form.validate_on_submit():
        return _list_page(event, form), 422
    try:
        with saving() as done:
            run = runs.start(
                event,
                seconds=form.seconds.data,
                seed=form.seed.data,
                keep_published=bool(form.keep_published.data) and event.published_schedule_id is not None,
                actor=g.actor,
                now=now(),
            )
            done.location = run_url(run)
    except DomainError as error:
        form.refuse("seconds", error)
        return _list_page(event, form), 422
    return done.redirect()


@bp.get("/o/<event_code>/horario/corridas/nueva", endpoint="new_run")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def new_run(event: Event) -> str:
    """The form with every option of a run."""
    return _options_page(event, _options_form(event))


@bp.post("/o/<event_code>/horario/corridas/nueva", endpoint="start_run_with_options")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def start_run_with_options(event: Event) -> ResponseReturnValue:
    """Ask the engine for a schedule with these options."""
    form = _options_form(event)
    if not (form.validate_on_submit() and form.check_places()):
        return _options_page(event, form), 422
    usual = run_options.of_event(event)
    options = replace(usual, levels=form.levels, begin=form.begin.data, with_pins=bool(form.with_pins.data))
    try:
        with saving() as done:
            run = runs.start(
                event, seconds=form.seconds.data, seed=form.seed.data, options=options, actor=g.actor, now=now()
            )
            done.location = run_url(run)
    except DomainError as error:
        form.refuse("seconds", error)
        return _options_page(event, form), 422
    return done.redirect()


def _options_page(event: Event, form: OptionsForm) -> str:
    return organizer_page(
        "organizer/new_run.html",
        event,
        "schedule",
        form=form,
        aims=aim_rows(form),
        points=run_words.POINTS,
        weights=weight_words.run_words(run_options.of_event(event).weights),
        running=runs.find_active(event),
        frozen=deadlines.is_frozen(event, now()),
    )


def _list_page(event: Event, form: StartForm) -> str:
    found = runs.list_for(event)
    versions: dict[Any, Schedule] = {}
    for schedule, _held in schedules.list_versions(event):  # newest first, so the first version of a run comes last
        versions[schedule.run_id] = schedule
    comparable = [run for run in found if run.status in runs.WITH_SCHEDULE]
    return organizer_page(
        "organizer/runs.html",
        event,
        "schedule",
        form=form,
        rows=[_row(run, versions.get(run.id)) for run in found],
        comparable=[{"number": run.number, "text": _choice_words(run)} for run in comparable],
        running=next((run for run in found if run.status not in FINISHED_RUNS), None),
        frozen=deadlines.is_frozen(event, now()),
    )


def _choice_words(run: Run) -> str:
    placed = run.progress.get("placed") or 0
    return ngettext(
        "Corrida %(number)s: %(n)s reunión", "Corrida %(number)s: %(n)s reuniones", placed, number=run.number, n=placed
    )


def _row(run: Run, version: Schedule | None) -> dict[str, Any]:
    figures = run.progress
    return {
        "run": run,
        "kind": run_words.KINDS[run.kind] if run.kind is not RunKind.SEARCH else "",
        "options": run_words.options_words(run_options.from_dict(run.options)) if run.kind is RunKind.SEARCH else [],
        "href": run_url(run),
        "version": version,
        "placed": placed_words(figures),
        "distance": distance_words(figures),
        "duration": duration(figures.get("seconds") or 0),
        "best": figures.get("best") and runs.offers_best(run, now()),
    }


# What a run was asked and what it answered, as files ------------------------------------------------------------------


@bp.get("/o/<event_code>/horario/corridas/<uuid:run_id>/problema.json", endpoint="run_problem")
@requires(Permission.SCHEDULE_SOLVE, load=run_of_event)
def run_problem(run: Run) -> Response:
    """The problem file of a run: `eventsapp solve` reads it, so every run can be repeated without a database."""
    return json_file(run.problem, f"{run.event.code}-corrida-{run.number}-problema.json")


@bp.get("/o/<event_code>/horario/corridas/<uuid:run_id>/resultado.json", endpoint="run_result")
@requires(Permission.SCHEDULE_SOLVE, load=run_of_event)
def run_result(run: Run) -> Response:
    """The result file of a run: `eventsapp verify` judges it."""
    return json_file(run.outcome or run.incumbent, f"{run.event.code}-corrida-{run.number}-resultado.json")


def json_file(data: Any, name: str) -> Response:
    """Values as a file to keep; 404 when there are none."""
    if not data:
        abort(404)
    answer = Response(json.dumps(data, ensure_ascii=False), mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


# Two runs side by side are asked for by their numbers.
def asked_number(name: str) -> int:
    """A number in the address; 0 when it is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
