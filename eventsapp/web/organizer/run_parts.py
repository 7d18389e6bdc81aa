"""What a scenario and a repair show beside their figures: against what they are compared, and what would change."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.models import Event, Run
from eventsapp.scheduling.problem import Problem
from eventsapp.scheduling.schedule import Difference, Meeting, Outcome, diff
from eventsapp.services import frames, repairs, runs, scenarios
from eventsapp.web.formats import clock, day, number
from eventsapp.web.organizer import run_words
from eventsapp.web.organizer.run_pages import company_names, desk_owners, run_url

Answer = tuple[Problem, Outcome]
SHOWN_CHANGES = 200


def scenario_part(run: Run, answer: Answer | None) -> dict[str, Any]:
    """A scenario: its change, the run that it is compared with, and what it brings."""
    event, change, base = run.event, scenarios.change_of(run), scenarios.base_of(run)
    compared = None
    if base is not None and answer is not None:
        more = int(run.progress.get("placed") or 0) - int(base.progress.get("placed") or 0)
        compared = {
            "number": base.number,
            "text": run_words.more_meetings(more),
            "is_better": more > 0,
            "href": url_for("organizer.compare_runs", event_code=event.code, a=base.number, b=run.number),
        }
    return {
        "change": run_words.change_words(event, change, company_names(event), desk_owners(event)),
        "compared": compared,
        "apply": run_url(run, "apply_scenario") if answer is not None else None,
        "by_draft": change.kind == "levels",
    }


def repair_part(run: Run, answer: Answer | None) -> dict[str, Any]:
    """A repair: the news, and what the proposal changes by meeting and by company."""
    event = run.event
    published = repairs.published_of(run)
    part: dict[str, Any] = {
        "news": [*_closed_words(repairs.count_stranded(run)), *news_words(event, repairs.news_of(run))],
        "version": published.number if published is not None else None,
        "outdated": published is None or published.id != event.published_schedule_id,
        "accept": run_url(run, "accept_repair"),
        "accepted": runs.find_draft(run) is not None,
        "rows": [],
        "companies": [],
        "counts": {"moved": 0, "cancelled": 0, "added": 0},
    }
    if answer is None or published is None:
        return part
    outcome = answer[1]
    before = repairs.published_meetings(published)
    names, places = company_names(event), _Places(event)
    difference = diff(before, outcome.meetings)
    rows = [*_rows(difference, names, places)]
    touched: Counter[str] = Counter()
    for meeting in (*difference.added, *difference.dropped, *(after for _before, after in difference.moved)):
        touched.update(meeting.request.split(":"))
    part["rows"] = rows[:SHOWN_CHANGES]
    part["more"] = max(0, len(rows) - SHOWN_CHANGES)
    part["counts"] = {
        "moved": len(difference.moved),
        "cancelled": len(difference.dropped),
        "added": len(difference.added),
    }
    part["same"] = len(before) - len(difference.moved) - len(difference.dropped)
    part["companies"] = _companies(difference, names, touched)
    return part


def _closed_words(held: int) -> list[str]:
    """What tables that are closed for a while ask for."""
    text = ngettext("%(num)s reunión publicada sin su mesa", "%(num)s reuniones publicadas sin su mesa", held)
    return [text] if held else []


def news_words(event: Event, news: repairs.News) -> list[str]:
    """The news of a repair, a line for each."""
    names = company_names(event)
    slots = {slot.id: slot for slot in event.slots}
    tables = {table.id: table.label for table in event.tables}
    found = [_("%(company)s no viene", company=names.get(key, "–")) for key in news.cancelled]
    found += [
        _("%(company)s llega el %(at)s", company=names.get(key, "–"), at=run_words.slot_words(slots.get(slot)))
        for key, slot in news.late.items()
    ]
    found += [
        _("%(company)s se va antes del %(at)s", company=names.get(key, "–"), at=run_words.slot_words(slots.get(slot)))
        for key, slot in news.early.items()
    ]
    found += [_("Sin la mesa %(table)s", table=tables.get(key, "–")) for key in news.tables]
    return sorted(str(line) for line in found)


class _Places:
    """When and where a meeting is, in words."""

    def __init__(self, event: Event) -> None:
        frame = frames.read(event)
        self._slots = frame.slots
        self._tables = {str(table.id): table.label for table in frame.tables}

    def words(self, meeting: Meeting) -> str:
        if not 0 <= meeting.slot < len(self._slots):
            return "–"
        start = self._slots[meeting.slot].starts_at
        values = {"day": day(start), "time": clock(start)}
        if meeting.table is None:
            return str(_("%(day)s, %(time)s", **values))
        return str(_("%(day)s, %(time)s, mesa %(table)s", table=self._tables.get(meeting.table, "–"), **values))


def _rows(difference: Difference, names: dict[UUID, str], places: _Places) -> list[dict[str, str]]:
    rows = [
        {"kind": "moved", "before": places.words(old), "after": places.words(new), **_pair(new, names)}
        for old, new in difference.moved
    ]
    rows += [
        {"kind": "cancelled", "before": places.words(old), "after": "", **_pair(old, names)}
        for old in difference.dropped
    ]
    rows += [
        {"kind": "added", "before": "", "after": places.words(new), **_pair(new, names)} for new in difference.added
    ]
    return rows


def _pair(meeting: Meeting, names: dict[UUID, str]) -> dict[str, str]:
    a, _colon, b = meeting.request.partition(":")
    return {"a": names.get(UUID(a), "–"), "b": names.get(UUID(b), "–")}


def _companies(difference: Difference, names: dict[UUID, str], touched: Counter[str]) -> list[dict[str, Any]]:
    """Each company that a proposal touches, with how many of its meetings move, go and come."""
    counts: dict[str, Counter[str]] = {key: Counter() for key in touched}
    for kind, meetings in (
        ("moved", [new for _old, new in difference.moved]),
        ("cancelled", difference.dropped),
        ("added", difference.added),
    ):
        for meeting in meetings:
            for key in meeting.request.split(":"):
                counts[key][kind] += 1
    rows = [
        {
            "name": names.get(UUID(key), "–"),
            **{kind: number(count[kind]) for kind in ("moved", "cancelled", "added")},
            "total": touched[key],
        }
        for key, count in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row["total"], row["name"]))
