"""Why requests have no place in a version: the reasons in words, and the smallest fix of each with its button."""

from __future__ import annotations

from collections import Counter
from typing import Any
from uuid import UUID

from flask import current_app, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventsapp.domain.access import Permission
from eventsapp.models import Schedule
from eventsapp.services import scenarios, schedules
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer import schedule_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.schedule_version import (
    Wanted,
    can_adjust,
    edit,
    missing_row,
    version_of_event,
    wanted_pair,
)
from eventsapp.web.saving import saving

SIZE = 50


@bp.get("/o/<event_code>/horario/<int:number>/sin-lugar", endpoint="reasons")
@requires(Permission.SCHEDULE_READ, load=version_of_event)
def show_reasons(schedule: Schedule) -> str:
    """Every request without a place, by reason."""
    event = schedule.event
    placements = schedules.list_placements(schedule)
    missing = schedules.list_missing(schedule, placements)
    judged = schedules.judge(schedule, placements)
    names = {str(key): name for key, name in judged.frame.names.items()}
    counts = Counter(found.reason for found in missing)
    chosen = request.args.get("motivo", "")
    chosen = chosen if chosen in counts else ""
    with_fix = request.args.get("arreglo") == "si"
    shown = [
        found
        for found in missing
        if (not chosen or found.reason == chosen) and (not with_fix or scenarios.fix_of(schedule, found.detail))
    ]
    page = max(1, min(request.args.get("page", default=1, type=int), -(-len(shown) // SIZE) or 1))
    rows: list[dict[str, Any]] = []
    for found in shown[(page - 1) * SIZE : page * SIZE]:
        row = missing_row(schedule, found, names, judged.problem)
        fix = scenarios.fix_of(schedule, found.detail)
        row["apply"] = _apply_url(schedule, found.pair.a.id, found.pair.b.id) if fix is not None else ""
        rows.append(row)
    return organizer_page(
        "organizer/reasons.html",
        event,
        "schedule",
        schedule=schedule,
        rows=rows,
        total=len(shown),
        missing=len(missing),
        placed=len(placements),
        page=page,
        size=SIZE,
        with_fix=with_fix,
        fixable=sum(scenarios.fix_of(schedule, found.detail) is not None for found in missing),
        can_adjust=can_adjust(schedule),
        filters=[
            {"label": _("Todos"), "value": "", "active": not chosen, "amount": len(missing)},
            *(
                {
                    "label": schedule_words.reason(code, {}, {}),
                    "value": code,
                    "active": code == chosen,
                    "amount": count,
                }
                for code, count in counts.most_common()
            ),
        ],
    )


@bp.post(
    "/o/<event_code>/horario/<int:number>/sin-lugar/<uuid:a_id>/<uuid:b_id>/aplicar", endpoint="apply_fix"
)  # fmt: skip
@requires(Permission.SCHEDULE_ADJUST, load=wanted_pair)
def apply_fix(wanted: Wanted) -> ResponseReturnValue:
    """Make the smallest change that admits a pair and give the pair its place."""
    schedule, pair = wanted.schedule, wanted.missing.pair
    with saving(_url(schedule)) as done:
        draft = scenarios.apply_fix(
            schedule,
            pair.a.id,
            pair.b.id,
            edit=edit(),
            actor=g.actor,
            now=now(),
            host=current_app.config["SETTINGS"].host,
        )
        done.location = _url(draft)
    flash(_("Cambio aplicado: la reunión ya tiene lugar."), "ok")
    return done.redirect()


def _url(schedule: Schedule, **values: str) -> str:
    return url_for("organizer.reasons", event_code=schedule.event.code, number=schedule.number, **values)  # type: ignore[arg-type]


def _apply_url(schedule: Schedule, a_id: UUID, b_id: UUID) -> str:
    return url_for(
        "organizer.apply_fix", event_code=schedule.event.code, number=schedule.number, a_id=a_id, b_id=b_id
    )  # fmt: skip
