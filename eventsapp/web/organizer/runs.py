"""Runs of the engine: the list, the start, the live page with its events, and how to stop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, current_app, g, jsonify, redirect, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from eventsapp.db import db
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.lifecycle import FINISHED_RUNS
from eventsapp.domain.values import RunStatus
from eventsapp.models import Event, Run, Schedule
from eventsapp.services import requests, runs, schedules
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import clock, duration, number, percent
from eventsapp.web.forms import Form
from eventsapp.web.organizer import board, schedule_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.saving import saving

TIMES = (15, 30, 60, 120, 300, 600, 1800, 3600)
STREAM_SECONDS = 25.0
LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
SHOWN_IMPROVEMENTS = 6
SHORT_SECONDS = 10
WITH_SCHEDULE = (RunStatus.OPTIMAL, RunStatus.FEASIBLE)


class StartForm(Form):
    """How long the engine may search, and from which seed."""

    seconds = SelectField(
        _l("Tiempo máximo"),
        coerce=int,
        validators=[InputRequired(_l("Elija un tiempo"))],
        invalid_value_message=_l("Elija un tiempo de la lista"),
        invalid_choice_message=_l("Elija un tiempo de la lista"),
    )
    seed = IntegerField(
        _l("Número de sorteo"),
        description=_l("Con los mismos datos y el mismo tiempo, el mismo número da un horario igual o muy parecido."),
        validators=[
            InputRequired(_l("Escriba un número entero")),
            NumberRange(0, runs.MOST_SEED, _l("Escriba un número entero de 0 a %(max)s")),
        ],
        invalid_value_message=_l("Escriba un número entero"),
        render_kw={"inputmode": "numeric"},
    )
    keep_published = BooleanField(_l("Cambiar lo menos posible de lo que ya está publicado"))


def _start_form(event: Event) -> StartForm:
    default = int(current_app.config["SETTINGS"].solve_seconds)
    form = StartForm(
        seconds=min(default, runs.MOST_SECONDS), seed=1, keep_published=event.published_schedule_id is not None
    )
    choices = sorted({*TIMES, min(default, runs.MOST_SECONDS)})
    form.seconds.choices = [(seconds, time_words(seconds)) for seconds in choices]
    return form


def time_words(seconds: int) -> str:
    """A limit of time in words: 30 segundos, 2 minutos."""
    if seconds % 60:
        return ngettext("%(num)s segundo", "%(num)s segundos", seconds)
    return ngettext("%(num)s minuto", "%(num)s minutos", seconds // 60)


def run_of_event(event_code: str, run_id: UUID) -> Run | None:
    """A run, found through its event."""
    event = loaders.event(event_code)
    return runs.find(event, run_id) if event is not None else None


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
            done.location = _url(run, "run")
    except DomainError as error:
        form.refuse("seconds", error)
        return _list_page(event, form), 422
    return done.redirect()


def _list_page(event: Event, form: StartForm) -> str:
    found = runs.list_for(event)
    versions = {schedule.run_id: schedule for schedule, _ in schedules.list_versions(event) if not schedule.parent_id}
    return organizer_page(
        "organizer/runs.html",
        event,
        "schedule",
        form=form,
        rows=[_row(run, versions.get(run.id)) for run in found],
        running=next((run for run in found if run.status not in FINISHED_RUNS), None),
    )


def _url(run: Run, endpoint: str, **values: str) -> str:
    return url_for(f"organizer.{endpoint}", event_code=run.event.code, run_id=run.id, **values)  # type: ignore[arg-type]


def _row(run: Run, version: Schedule | None) -> dict[str, Any]:
    figures = run.progress
    return {
        "run": run,
        "href": _url(run, "run"),
        "version": version,
        "placed": _placed_words(figures),
        "distance": _distance(figures),
        "duration": duration(figures.get("seconds") or 0),
    }


@bp.get("/o/<event_code>/horario/corridas/<uuid:run_id>", endpoint="run")
@requires(Permission.SCHEDULE_READ, load=run_of_event)
def show_run(run: Run) -> str:
    """One run, as it stands now; the page keeps itself fresh while the run is in progress."""
    event = run.event
    values = live_values(run, now())
    draft = runs.find_draft(run)
    return organizer_page(
        "organizer/run.html",
        event,
        "schedule",
        run=run,
        live=values,
        ended=run.status in FINISHED_RUNS,
        facts=_facts(run),
        numbers=_number_cards(values),
        points=curve_points(run, now()),
        improvements=improvements(run.curve),
        kept=_kept(run),
        wishes=_wishes(run),
        draft=draft,
        preview=board.overview(event, schedules.list_placements(draft), requests.list_pairs(event))
        if draft is not None
        else None,
        why=_why_nothing(run),
        urls={
            "page": _url(run, "run"),
            "events": _url(run, "run_events", desde=event_id(run)),
            "state": _url(run, "run_state"),
            "stop": _url(run, "stop_run"),
            "cancel": _url(run, "cancel_run"),
        },
    )


@bp.get("/o/<event_code>/horario/corridas/<uuid:run_id>/estado", endpoint="run_state")
@requires(Permission.SCHEDULE_READ, load=run_of_event)
def run_state(run: Run) -> ResponseReturnValue:
    """The same figures as plain JSON, for browsers whose line of events breaks."""
    return jsonify(live_values(run, now()))


@bp.get("/o/<event_code>/horario/corridas/<uuid:run_id>/eventos", endpoint="run_events")
@requires(Permission.SCHEDULE_READ, load=run_of_event)
def run_events(run: Run) -> Response:
    """The figures as they change; ends after a while, and the browser comes back with the last event it has."""
    seen = request.headers.get("Last-Event-ID") or request.args.get("desde", "")
    events = stream(run.id, last=seen[:80])
    answer = Response(stream_with_context(events), mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def stream(
    run_id: UUID,
    *,
    last: str = "",
    seconds: float = STREAM_SECONDS,
    pause: Callable[[float], None] = time.sleep,
    ticks: Callable[[], float] = time.monotonic,
) -> Iterator[str]:
    """Server-sent events of one run. Each look is a short transaction of its own; none is open while waiting."""
    began = said = ticks()
    yield "retry: 2000\n\n"
    while ticks() - began < seconds:
        run = db.session.get(Run, run_id, options=runs.LIGHT, populate_existing=True)
        if run is None:
            return
        values, state = live_values(run, now()), event_id(run)
        db.session.rollback()
        if state != last:
            better = state.partition(".")[2] != last.partition(".")[2]
            kind = "state" if values["ended"] else "improvement" if better else "progress"
            yield f"id: {state}\nevent: {kind}\ndata: {json.dumps(values)}\n\n"
            last, said = state, ticks()
        elif ticks() - said >= HEARTBEAT_SECONDS:
            yield "event: heartbeat\ndata: {}\n\n"
            said = ticks()
        if values["ended"]:
            return
        pause(LOOK_SECONDS)


def event_id(run: Run) -> str:
    """What tells one state of a run from the next; what follows the dot changes with each improvement."""
    figures = run.progress
    wanted = (run.job.wanted if run.job is not None else None) or "-"
    return f"{run.status.value}-{wanted}-{figures.get('told', 0)}.{figures.get('placed')}-{figures.get('value')}"


@bp.post("/o/<event_code>/horario/corridas/<uuid:run_id>/detener", endpoint="stop_run")
@requires(Permission.SCHEDULE_SOLVE, load=run_of_event)
def stop_run(run: Run) -> ResponseReturnValue:
    """End the search and keep the best schedule found."""
    return _stop(run, "keep")


@bp.post("/o/<event_code>/horario/corridas/<uuid:run_id>/cancelar", endpoint="cancel_run")
@requires(Permission.SCHEDULE_SOLVE, load=run_of_event)
def cancel_run(run: Run) -> ResponseReturnValue:
    """End the search and store nothing."""
    return _stop(run, "cancel")


def _stop(run: Run, wanted: str) -> ResponseReturnValue:
    with saving(_url(run, "run")) as done:
        runs.stop(run, wanted, actor=g.actor, now=now())
    return redirect(done.location, 303)


# What is shown --------------------------------------------------------------------------------------------------------


def live_values(run: Run, at: datetime) -> dict[str, Any]:
    """The figures of a run as text ready to show, and the numbers behind the bar; the live page is made of these."""
    figures = run.progress
    placed, asked_for = figures.get("placed"), int(figures.get("asked") or 0)
    ended = run.status in FINISHED_RUNS
    share = placed / asked_for if placed is not None and asked_for else None
    return {
        "state": _verb(run),
        "phase": schedule_words.run_phase(figures.get("phase", "reading")) if run.status is RunStatus.RUNNING else "",
        "placed": number(placed) if placed is not None else "–",
        "placed-of": ngettext("de %(n)s solicitud", "de %(n)s solicitudes", asked_for, n=number(asked_for)),
        "distance": _distance(figures),
        "distance-hint": _first_distance(run),
        "elapsed": _elapsed_words(run, at),
        "elapsed-of": _("de %(limit)s", limit=duration(run.seconds)),
        "percent_text": percent(share) if share is not None else _("En curso"),
        "placed_n": placed,
        "asked_n": asked_for,
        "bound_n": figures.get("ceiling"),
        "spoken": _spoken(run),
        "ended": ended,
    }


def _verb(run: Run) -> str:
    wanted = run.job.wanted if run.job is not None else None
    if run.status is RunStatus.RUNNING and wanted == "keep":
        return _("Terminando con el mejor horario")
    if run.status is RunStatus.RUNNING and wanted == "cancel":
        return _("Cancelando la corrida")
    verbs = {
        RunStatus.QUEUED: _("En espera de empezar"),
        RunStatus.RUNNING: _("Armando el horario"),
        RunStatus.OPTIMAL: _("Listo: es el mejor horario posible"),
        RunStatus.FEASIBLE: _("Listo: hay un horario"),
        RunStatus.INFEASIBLE: _("No hay un horario posible"),
        RunStatus.NO_SCHEDULE: _("No se encontró un horario a tiempo"),
        RunStatus.CANCELLED: _("Corrida cancelada"),
        RunStatus.FAILED: _("La corrida falló"),
    }
    return verbs[run.status]


def _elapsed(run: Run, at: datetime) -> float:
    """Seconds of searching so far: by the clock while it runs, as the engine counted once it has ended."""
    if run.status is RunStatus.RUNNING and run.started_at is not None:
        return min((at - run.started_at).total_seconds(), run.seconds)
    return float(run.progress.get("seconds") or 0)


def _elapsed_words(run: Run, at: datetime) -> str:
    """Minutes and seconds; tenths for a run that took less than ten seconds."""
    seconds = _elapsed(run, at)
    if run.status in FINISHED_RUNS and 0 < seconds < SHORT_SECONDS:
        return _("%(seconds)s s", seconds=number(round(seconds, 1)))
    return duration(seconds)


def _gap(value: float | None, bound: float | None) -> float | None:
    return None if value is None or not bound else max(0.0, (bound - value) / bound)


def _distance(figures: dict[str, Any]) -> str:
    gap = _gap(figures.get("value"), figures.get("bound"))
    return "–" if gap is None else percent(gap, 1)


def _first_distance(run: Run) -> str:
    first = run.curve[0].get("value") if run.curve else None
    gap = _gap(first, run.progress.get("bound"))
    if gap is None:
        return _("todavía no hay un primer horario") if run.status not in FINISHED_RUNS else ""
    return _("con el primer horario: %(distance)s", distance=percent(gap, 1))


def _placed_words(figures: dict[str, Any]) -> str:
    placed = figures.get("placed")
    if placed is None:
        return "–"
    return _("%(placed)s de %(asked)s", placed=number(placed), asked=number(figures.get("asked") or 0))


def _spoken(run: Run) -> str:
    figures = run.progress
    if figures.get("placed") is None:
        return _verb(run)
    return _("Reuniones con lugar: %(placed)s. Distancia al máximo posible: %(distance)s.",
             placed=_placed_words(figures), distance=_distance(figures))  # fmt: skip


def _facts(run: Run) -> list[str]:
    """The line under the title: who started it, when, over how much."""
    figures = run.progress
    who = run.started_by.name if run.started_by else ""
    began = clock(run.created_at)
    return [
        _("Corrida %(number)s", number=run.number),
        _("la inició %(name)s a las %(time)s", name=who, time=began) if who else _("inició a las %(time)s", time=began),
        ngettext("%(n)s solicitud", "%(n)s solicitudes", figures.get("asked", 0), n=number(figures.get("asked", 0))),
        ngettext("%(n)s mesa", "%(n)s mesas", figures.get("tables", 0), n=number(figures.get("tables", 0))),
        ngettext("%(n)s ronda", "%(n)s rondas", figures.get("slots", 0), n=number(figures.get("slots", 0))),
    ]


def _number_cards(values: dict[str, Any]) -> list[dict[str, Any]]:
    hint = _("puede cerrar esta página") if not values["ended"] else ""
    return [
        {
            "label": _("Reuniones con lugar"),
            "value": values["placed"],
            "of": values["placed-of"],
            "part": values["placed_n"] or 0,
            "whole": values["asked_n"],
            "bound": values["bound_n"],
            "key": "placed",
        },
        {
            "label": _("Distancia al máximo posible"),
            "value": values["distance"],
            "hint": values["distance-hint"],
            "key": "distance",
        },
        {
            "label": _("Tiempo"),
            "value": values["elapsed"],
            "of": values["elapsed-of"],
            "hint": hint,
            "key": "elapsed",
        },
    ]


def curve_points(run: Run, at: datetime) -> list[dict[str, Any]]:
    """The curve of worth for the chart, drawn out to where the run stands: now, or when it ended."""
    points = [
        {"seconds": point["seconds"], "placed": point["value"], "bound": point["bound"]}
        for point in run.curve
        if point.get("value") is not None
    ]
    latest = run.progress.get("seconds")
    if run.status is RunStatus.RUNNING and run.started_at is not None:
        latest = (at - run.started_at).total_seconds()
    if points and latest and latest > points[-1]["seconds"]:
        points.append({**points[-1], "seconds": latest})
    return points


def improvements(curve: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """The latest improvements in words, newest first."""
    found = []
    before: dict[str, Any] | None = None
    for point in curve:
        more = point["placed"] - (before["placed"] if before else 0)
        worth = (point.get("value") or 0) - ((before or {}).get("value") or 0)
        if before is None:
            text = ngettext(
                "Primer horario completo, con %(n)s reunión", "Primer horario completo, con %(n)s reuniones",
                point["placed"], n=number(point["placed"]),
            )  # fmt: skip
        elif more > 0:
            text = ngettext(
                "%(n)s reunión más encontró lugar", "%(n)s reuniones más encontraron lugar", more, n=number(more)
            )
        elif worth > 0:
            text = _("Se cambiaron reuniones por otras de más valor")
        else:
            before = point
            continue
        found.append({"time": duration(point["seconds"]), "gain": f"+{schedule_words.points(worth)}", "text": text})
        before = point
    return found[::-1][:SHOWN_IMPROVEMENTS]


def _kept(run: Run) -> list[dict[str, Any]]:
    """The rules that no schedule may break: kept all the time by the engine, counted by the judge at the end."""
    pinned = int(run.progress.get("pinned") or 0)
    done = run.status in WITH_SCHEDULE
    always = _("siempre")
    rows = [
        {"label": _("Empresas con dos reuniones a la vez"), "value": "0" if done else _("ninguna"), "ok": True},
        {"label": _("Mesas con dos reuniones a la vez"), "value": "0" if done else _("ninguna"), "ok": True},
        {"label": _("Horarios que cada quien marcó"), "value": percent(1) if done else always, "ok": True},
        {"label": _("Máximos de reuniones"), "value": percent(1) if done else always, "ok": True},
    ]
    if pinned:
        text = _("%(n)s de %(all)s", n=number(pinned), all=number(pinned)) if done else always
        rows.append({"label": _("Reuniones fijadas"), "value": text, "ok": True})
    return rows


def _wishes(run: Run) -> list[dict[str, Any]]:
    """How far the wishes were met that a schedule may leave open; known when the run has ended."""
    figures = run.progress
    if run.status not in WITH_SCHEDULE:
        return []
    rows = [
        (_("Solicitudes indispensables"), figures.get("musts_placed", 0), figures.get("musts", 0)),
        (_("Empresas con su mínimo de reuniones"), figures.get("minimum_kept", 0), figures.get("minimum_asked", 0)),
        (_("Empresas con alguna reunión"), figures.get("with_meetings", 0), figures.get("wished_by", 0)),
        (_("Solicitudes con lugar"), figures.get("placed", 0), figures.get("asked", 0)),
    ]
    return [
        {"label": label, "value": part, "whole": whole, "text": percent(part / whole), "low": part < whole / 2}
        for label, part, whole in rows
        if whole
    ]


def _why_nothing(run: Run) -> str:
    """Why a run ended without a schedule, and what to do; empty when there is one."""
    if run.status is RunStatus.FAILED:
        return schedule_words.run_error(run.error)
    if run.status is RunStatus.NO_SCHEDULE:
        return _("El tiempo terminó antes de encontrar un horario. Dé más tiempo e intente de nuevo.")
    if run.status is RunStatus.INFEASIBLE:
        return _("Lo fijado no cabe en un mismo horario. Suelte alguna reunión fijada e intente de nuevo.")
    if run.status is RunStatus.CANCELLED:
        return _("No se guardó ningún horario. El que tenía antes sigue igual.")
    return ""
