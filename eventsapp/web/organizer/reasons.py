"""Why requests have no place in a version: the reasons in words, and the smallest fix of each with its button."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from eventsapp.domain.access import Permission
from eventsapp.models import Schedule
from eventsapp.services import fixes, schedules
from eventsapp.web.access import requires
from eventsapp.web.organizer import schedule_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.schedule_version import (
    Wanted,
    by,
    can_adjust,
    edit,
    missing_row,
    tell,
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
    ways = {id(found): _way(schedule, found) for found in missing}
    shown = [
        found
        for found in missing
        if (not chosen or found.reason == chosen) and (not with_fix or ways[id(found)] == "apply")
    ]
    page = max(1, min(request.args.get("page", default=1, type=int), -(-len(shown) // SIZE) or 1))
    rows: list[dict[str, Any]] = []
    for found in shown[(page - 1) * SIZE : page * SIZE]:
        row = missing_row(schedule, found, names, judged.problem)
        way = ways[id(found)]
        row["apply"] = _way_url(schedule, found, "apply_fix") if way == "apply" else ""
        row["exchange"] = _way_url(schedule, found, "exchange_fix") if way == "exchange" else ""
        row["longer"] = found.reason == "not_proven"
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
        fixable=[*ways.values()].count("apply"),
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
    kind = str((wanted.missing.detail.get("fix") or {}).get("change"))
    with saving(_url(schedule)) as done:
        draft = fixes.apply(schedule, pair.a.id, pair.b.id, edit=edit(), why=_("Arreglo propuesto"), **by())
        done.location = _url(draft)
    stays = {
        "meeting_for_company": _("Si lo deshace, la empresa conserva su nuevo máximo de reuniones."),
        "table_in_slot": _("Si lo deshace, la mesa agregada se queda."),
    }
    tell(draft, " ".join(filter(None, (_("Cambio aplicado: la reunión ya tiene lugar."), stays.get(kind)))))
    return done.redirect()


@bp.post(
    "/o/<event_code>/horario/<int:number>/sin-lugar/<uuid:a_id>/<uuid:b_id>/cambiar", endpoint="exchange_fix"
)  # fmt: skip
@requires(Permission.SCHEDULE_ADJUST, load=wanted_pair)
def exchange_fix(wanted: Wanted) -> ResponseReturnValue:
    """Take out what took a pair's place and give the pair the place."""
    schedule, pair = wanted.schedule, wanted.missing.pair
    with saving(_url(schedule)) as done:
        draft = fixes.exchange(schedule, pair.a.id, pair.b.id, edit=edit(), **by())
        done.location = _url(draft)
    tell(draft, _("La reunión ya tiene lugar. Se deshace en dos pasos: primero su lugar, después lo que se quitó."))
    return done.redirect()


def _way(schedule: Schedule, found: schedules.Missing) -> str:
    """What would admit a request: a small change of the event, an exchange with what took its place, or nothing."""
    if fixes.change_of(schedule, found.detail) is not None:
        return "apply"
    return "exchange" if fixes.rivals_of(found.detail) else ""


def _url(schedule: Schedule, **values: str) -> str:
    return url_for("organizer.reasons", event_code=schedule.event.code, number=schedule.number, **values)  # type: ignore[arg-type]


def _way_url(schedule: Schedule, found: schedules.Missing, endpoint: str) -> str:
    pair = found.pair
    return url_for(
        f"organizer.{endpoint}", event_code=schedule.event.code, number=schedule.number, a_id=pair.a.id, b_id=pair.b.id
    )
