"""Two runs side by side: the figures of each aim, what is held in one only, who gains and who loses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.domain.access import Permission
from eventsapp.domain.worth import Weights
from eventsapp.models import Event, Run
from eventsapp.scheduling.comparison import MAXIMISED, CompanyChange, Comparison, compare
from eventsapp.scheduling.problem import Problem
from eventsapp.scheduling.schedule import Outcome
from eventsapp.services import run_options, runs
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.formats import duration, number
from eventsapp.web.organizer import run_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.run_pages import company_names, run_url
from eventsapp.web.organizer.runs import asked_number

SHOWN_COMPANIES = 25


@dataclass(frozen=True)
class Side:
    """One of the two runs, with its figures by aim."""

    run: Run
    figures: dict[str, float]


@bp.get("/o/<event_code>/horario/corridas/comparar", endpoint="compare_runs")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def compare_runs(event: Event) -> str:
    """Two runs side by side, asked for by their numbers `a` and `b`; the two newest when nothing is asked for."""
    found = [run for run in runs.list_for(event) if run.status in runs.WITH_SCHEDULE]
    by_number = {run.number: run for run in found}
    numbers = sorted(by_number)[-2:]
    a, b = asked_number("a") or (numbers[0] if numbers else 0), asked_number("b") or (numbers[-1] if numbers else 0)
    one, other = by_number.get(a), by_number.get(b)
    page: dict[str, Any] = {"choices": [{"number": run.number, "run": run} for run in found], "a": a, "b": b}
    if one is None or other is None or one is other:
        return organizer_page("organizer/compare_runs.html", event, "schedule", compared=None, **page)
    return organizer_page(
        "organizer/compare_runs.html", event, "schedule", compared=_compared(event, one, other), **page
    )


def _compared(event: Event, one: Run, other: Run) -> dict[str, Any]:
    answers = [runs.read_answer(run) for run in (one, other)]
    before, after = answers
    assert before is not None
    assert after is not None
    comparison = compare(before[0], before[1].meetings, after[0], after[1].meetings)
    names = company_names(event)
    figures = [{level.level: level.value for level in answer[1].levels} for answer in (before, after)]
    is_revalued = _weights_of(one) != _weights_of(other)
    if is_revalued and "value" in figures[0]:
        figures[0]["value"] = _worth(before, after[0])
    return {
        "runs": [
            {
                "number": run.number,
                "kind": run_words.KINDS[run.kind],
                "href": run_url(run),
                "draft": _draft_url(run),
            }
            for run in (one, other)
        ],
        "rows": [_held_row(len(before[1].meetings), len(after[1].meetings)), *_rows(*figures), _time_row(one, other)],
        "revalued_by": other.number if is_revalued else None,
        "asked_otherwise": _asked(before[0]) != _asked(after[0]),
        "finding": run_words.more_meetings(len(after[1].meetings) - len(before[1].meetings)),
        "shares": _shares(comparison),
        "gains": _companies(comparison.gains, names),
        "losses": _companies(comparison.losses, names),
        "more_gains": max(0, len(comparison.gains) - SHOWN_COMPANIES),
        "more_losses": max(0, len(comparison.losses) - SHOWN_COMPANIES),
    }


def _weights_of(run: Run) -> Weights:
    """The points by which a run valued meetings."""
    return run_options.from_dict(run.options).weights


def _worth(answer: tuple[Problem, Outcome], judge: Problem) -> int:
    """What the meetings of one run are worth to another, so that both are told in the same points."""
    own, known = answer[0].request_by_id, judge.request_by_id
    return sum(known.get(meeting.request, own[meeting.request]).value for meeting in answer[1].meetings)


def _asked(problem: Problem) -> tuple[set[str], set[str]]:
    """Who takes part and what is asked: where two runs differ in that, they differ by more than their aims."""
    return {company.id for company in problem.companies}, {request.id for request in problem.requests}


def _draft_url(run: Run) -> str:
    draft = runs.find_draft(run)
    if draft is None:
        return ""
    return url_for("organizer.schedule", event_code=run.event.code, version=draft.number)


def _held_row(before: int, after: int) -> dict[str, Any]:
    return {
        "name": _("Reuniones con lugar"),
        "unit": "",
        "before": number(before),
        "after": number(after),
        "change": run_words.signed(after - before),
        "better": after > before,
        "worse": after < before,
    }


def _rows(before: dict[str, float], after: dict[str, float]) -> list[dict[str, Any]]:
    rows = []
    for level in run_words.LEVELS:
        if level not in before and level not in after:
            continue
        old, new = before.get(level), after.get(level)
        change = new - old if old is not None and new is not None else 0
        good = change if level in MAXIMISED else -change
        rows.append(
            {
                "name": str(run_words.LEVELS[level]),
                "unit": run_words.unit(level),
                "before": run_words.figure(level, old),
                "after": run_words.figure(level, new),
                "change": _change(level, old, new),
                "better": good > 0,
                "worse": good < 0,
            }
        )
    return rows


def _change(level: str, old: float | None, new: float | None) -> str:
    if old is None or new is None:
        return "–"
    if level == "fairness":
        points = round(100 * (new - old))
        if not points:
            return "="
        return ngettext("%(n)s punto porcentual", "%(n)s puntos porcentuales", abs(points), n=run_words.signed(points))
    return run_words.signed(round(new - old))


def _time_row(one: Run, other: Run) -> dict[str, Any]:
    spent = [float(run.progress.get("seconds") or 0) for run in (one, other)]
    return {
        "name": _("Tiempo de búsqueda"),
        "unit": _("minutos"),
        "before": duration(spent[0]),
        "after": duration(spent[1]),
        "change": "",
        "better": False,
        "worse": False,
    }


def _shares(comparison: Comparison) -> list[dict[str, Any]]:
    """Where the meetings of the two runs stand, as rows of bars."""
    rows = [
        (_("En el mismo lugar"), len(comparison.same)),
        (_("En otra ronda, mesa o escritorio"), len(comparison.moved)),
        (_("Solo en la primera"), len(comparison.only_before)),
        (_("Solo en la segunda"), len(comparison.only_after)),
    ]
    whole = sum(count for _label, count in rows) or 1
    return [{"label": label, "value": count, "whole": whole, "text": number(count)} for label, count in rows]


def _companies(changes: tuple[CompanyChange, ...], names: dict[UUID, str]) -> list[dict[str, str]]:
    return [
        {
            "name": names.get(UUID(item.company), "–"),
            "change": run_words.signed(item.change),
            "text": _("de %(before)s a %(after)s", before=number(item.before), after=number(item.after)),
        }
        for item in changes[:SHOWN_COMPANIES]
    ]
