"""One run of the engine: the live page with its events, how to stop, and what can be taken when its worker is lost."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, current_app, flash, g, jsonify, redirect, request, stream_with_context
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.db import db
from eventsapp.domain.access import Permission
from eventsapp.domain.lifecycle import FINISHED_RUNS
from eventsapp.domain.values import RunKind, RunStatus
from eventsapp.domain.worth import Weights
from eventsapp.models import Event, Run
from eventsapp.scheduling.problem import Problem
from eventsapp.scheduling.schedule import Outcome
from eventsapp.services import requests, run_figures, run_options, runs
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import clock, day, duration, number, percent
from eventsapp.web.organizer import run_words, schedule_words, weight_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.run_pages import distance_words, gap, placed_words, run_of_event, run_url
from eventsapp.web.organizer.run_parts import repair_part, scenario_part
from eventsapp.web.saving import saving

STREAM_SECONDS = 25.0
LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
SHOWN_IMPROVEMENTS = 6
SHORT_SECONDS = 10


@bp.get("/o/<event_code>/horario/corridas/<uuid:run_id>", endpoint="run")
@requires(Permission.SCHEDULE_READ, load=run_of_event)
def show_run(run: Run) -> str:
    """One run, as it stands now; the page keeps itself fresh while the run is in progress."""
    event, at = run.event, now()
    values = live_values(run, at)
    ended = run.status in FINISHED_RUNS
    draft = runs.find_draft(run)
    answer = runs.read_answer(run)
    figures = run.progress if ended else run.progress.get("best") or {}
    said = improvements(run.curve)
    weights = run_options.from_dict(run.options).weights
    every = request.args.get("mejoras") == "todas"
    return organizer_page(
        "organizer/run.html",
        event,
        "schedule",
        run=run,
        live=values,
        ended=ended,
        facts=_facts(run),
        options=run_words.options_words(run_options.from_dict(run.options)) if run.kind is RunKind.SEARCH else [],
        numbers=_number_cards(values),
        points=curve_points(run, at),
        points_meaning=run_words.POINTS,
        weights=weight_words.run_words(weights),
        weight_lines=weight_words.lines(weights),
        valued_otherwise=_valued_otherwise(run, weights),
        improvements=said if every else said[:SHOWN_IMPROVEMENTS],
        more_improvements=0 if every else max(0, len(said) - SHOWN_IMPROVEMENTS),
        kept=_kept(run),
        wishes=_wishes(figures, run),
        found=_found(figures) if ended and answer is not None else [],
        reasons=_reasons(figures) if ended and answer is not None else [],
        draft=draft,
        preview=_preview(event, answer),
        preview_days=_days(event),
        preview_size=(int(run.progress.get("tables") or 0), int(run.progress.get("slots") or 0)),
        best=_best_words(run, at),
        why=_why_nothing(run),
        scenario=scenario_part(run, answer) if run.kind is RunKind.SCENARIO and ended else None,
        repair=repair_part(run, answer) if run.kind is RunKind.REPAIR and ended else None,
        urls={
            "page": run_url(run),
            "events": run_url(run, "run_events", desde=event_id(run)),
            "state": run_url(run, "run_state"),
            "stop": run_url(run, "stop_run"),
            "cancel": run_url(run, "cancel_run"),
            "take": run_url(run, "take_best"),
        },
    )


def _valued_otherwise(run: Run, weights: Weights) -> str:
    """Why a run valued meetings otherwise than the event does now; empty when it did not."""
    if run.status not in FINISHED_RUNS or weights == run_options.of_event(run.event).weights:
        return ""
    if run.kind is RunKind.REPAIR:
        return _("Una reparación cuenta con los pesos de lo publicado; los del evento son otros desde entonces.")
    return _(
        "Los pesos del evento cambiaron después. Los puntos de esta corrida son los de entonces; la próxima usará los "
        "nuevos."
    )


def _preview(event: Event, answer: tuple[Problem, Outcome] | None) -> list[list[int]] | None:
    """The whole schedule as shades, a row for each table and a column for each round; 0 is free."""
    if answer is None or not answer[0].tables:
        return None
    problem, outcome = answer
    level = {
        f"{one.id}:{other.id}": pair.affinity
        for pair in requests.list_pairs(event)
        for one, other in ((pair.a, pair.b), (pair.b, pair.a))
    }
    held = {(meeting.table, meeting.slot): level.get(meeting.request, 1) for meeting in outcome.meetings}
    return [[held.get((table.id, slot), 0) for slot in range(len(problem.slots))] for table in problem.tables or ()]


def _days(event: Event) -> list[str]:
    """The first and the last day, as the picture of the whole schedule runs from left to right."""
    return list(dict.fromkeys(day(moment) for moment in (event.starts_at, event.ends_at)))


def _best_words(run: Run, at: datetime) -> dict[str, str] | None:
    """The stored answer that can be taken, and what else would happen."""
    best = run.progress.get("best")
    if not best or not runs.offers_best(run, at):
        return None
    held = ngettext("%(n)s reunión", "%(n)s reuniones", best["placed"], n=number(best["placed"]))
    if run.status is RunStatus.FAILED:
        text = _("Antes de detenerse se guardó lo mejor encontrado: %(held)s. Puede usarlo como borrador.", held=held)
    else:
        text = _(
            "La computadora que arma el horario se apagó. La corrida empieza de nuevo sola en cuanto haya otra. "
            "También puede usar ya lo mejor encontrado: %(held)s.", held=held,
        )  # fmt: skip
    return {"text": text, "held": held}


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
    stored = (figures.get("best") or {}).get("seconds", 0)
    reached = f"{figures.get('placed')}-{figures.get('value')}-{stored}"
    return f"{run.status.value}-{wanted}-{figures.get('told', 0)}.{reached}"


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


@bp.post("/o/<event_code>/horario/corridas/<uuid:run_id>/ofrecer", endpoint="take_best")
@requires(Permission.SCHEDULE_SOLVE, load=run_of_event)
def take_best(run: Run) -> ResponseReturnValue:
    """End a run whose worker was lost, or that failed, with the best schedule stored."""
    with saving(run_url(run)) as done:
        runs.take_best(run, actor=g.actor, now=now(), host=current_app.config["SETTINGS"].host)
    flash(_("Se guardó lo mejor encontrado."), "ok")
    return done.redirect()


def _stop(run: Run, wanted: str) -> ResponseReturnValue:
    with saving(run_url(run, "run")) as done:
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
        "distance": distance_words(figures),
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
    if run.kind is RunKind.REPAIR and run.status in runs.WITH_SCHEDULE:
        return _("Lista: la propuesta con menos cambios")
    if run.kind is RunKind.SCENARIO and run.status in runs.WITH_SCHEDULE:
        return _("Listo: así quedaría")
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


def _first_distance(run: Run) -> str:
    first = run.curve[0].get("value") if run.curve else None
    share = gap(first, run.progress.get("bound"))
    if share is None:
        return _("todavía no hay un primer horario") if run.status not in FINISHED_RUNS else ""
    return _("con el primer horario: %(distance)s", distance=percent(share, 1))


def _spoken(run: Run) -> str:
    figures = run.progress
    if figures.get("placed") is None:
        return _verb(run)
    return _("Reuniones con lugar: %(placed)s. Distancia al máximo posible: %(distance)s.",
             placed=placed_words(figures), distance=distance_words(figures))  # fmt: skip


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
    points: list[dict[str, Any]] = []
    for point in run.curve:
        drawn = {"placed": point.get("value"), "bound": point.get("bound")}
        if drawn["placed"] is not None and (not points or any(points[-1][name] != drawn[name] for name in drawn)):
            points.append({"seconds": point["seconds"], **drawn})
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
            found += [
                {"time": duration(point["seconds"]), "gain": gain, "text": text} for gain, text in finer(before, point)
            ]
            before = point
            continue
        found.append({"time": duration(point["seconds"]), "gain": f"+{schedule_words.points(worth)}", "text": text})
        before = point
    return found[::-1]


def finer(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What got better with the same meetings: how much, and in words."""
    change = {
        name: after[name] - before[name]
        for name in run_figures.FINER
        if after.get(name) is not None and before.get(name) is not None
    }
    found = []
    if change.get("fairness", 0) > 0:
        found.append((f"+{percent(change['fairness'])}", _("La empresa con menos reuniones consiguió más de lo suyo")))
    if (less := -round(change.get("idle", 0))) > 0:
        text = ngettext("%(n)s ronda de espera menos", "%(n)s rondas de espera menos", less, n=number(less))
        found.append((f"−{number(less)}", text))
    if (less := -round(change.get("moves", 0))) > 0:
        text = ngettext("%(n)s cambio de mesa menos", "%(n)s cambios de mesa menos", less, n=number(less))
        found.append((f"−{number(less)}", text))
    return found


def _kept(run: Run) -> list[dict[str, Any]]:
    """The rules that no schedule may break: kept all the time by the engine, counted by the judge at the end."""
    pinned = int(run.progress.get("pinned") or 0)
    done = run.status in runs.WITH_SCHEDULE
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


def _wishes(figures: Mapping[str, Any], run: Run) -> list[dict[str, Any]]:
    """How far the wishes are met that a schedule may leave open, by the best answer so far."""
    asked = run.progress
    rows = [
        (_("Solicitudes indispensables"), figures.get("musts_placed"), asked.get("musts", 0)),
        (_("Empresas con su mínimo de reuniones"), figures.get("minimum_kept"), figures.get("minimum_asked", 0)),
        (_("Empresas con alguna reunión"), figures.get("with_meetings"), asked.get("wished_by", 0)),
        (_("Solicitudes con lugar"), figures.get("placed"), asked.get("asked", 0)),
    ]
    return [
        {"label": label, "value": part, "whole": whole, "text": percent(part / whole), "low": part < whole / 2}
        for label, part, whole in rows
        if whole and part is not None
    ]


def _found(figures: Mapping[str, Any]) -> list[dict[str, str]]:
    """The figure of each aim, in words."""
    return [
        {
            "name": str(run_words.LEVELS[level]),
            "figure": run_words.figure(level, figures[name]),
            "unit": run_words.unit(level),
        }
        for level in run_words.LEVELS
        for name in ["musts_left" if level == "musts" else level]  # `musts` says how many were asked
        if figures.get(name) is not None
    ]


def _reasons(figures: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Why requests have no place: how often each reason, the most frequent first."""
    counts: Counter[str] = Counter(figures.get("reasons") or {})
    return [(schedule_words.reason(code, {}, {}), count) for code, count in counts.most_common()]


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
