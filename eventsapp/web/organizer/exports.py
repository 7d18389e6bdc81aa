"""Excel out: the list that is on the screen, with its filters, as a workbook or as CSV."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from flask import Response, abort, g, request, send_file
from flask_babel import get_locale

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.values import Preference, RequestStatus, Side
from eventsapp.models import Event
from eventsapp.services import exports, sheets
from eventsapp.services.exports import Asked, ExportKind
from eventsapp.services.request_lists import Filters
from eventsapp.services.sheets import Page
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.review_filters import known, review_filters

KINDS = {
    "empresas": ExportKind.COMPANIES,
    "delegados": ExportKind.DELEGATES,
    "requerimientos": ExportKind.REQUIREMENTS,
    "solicitudes": ExportKind.REQUESTS,
    "reuniones": ExportKind.MEETINGS,
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRITERS: dict[str, tuple[Callable[[Page], bytes], str]] = {
    "xlsx": (lambda page: sheets.workbook([page]), XLSX),
    "csv": (sheets.csv_file, "text/csv; charset=utf-8"),
}


def event_of_export(event_code: str, name: str) -> Event | None:
    """The event, when there is such an export: `empresas.xlsx`, `solicitudes.csv`."""
    noun, _, form = name.partition(".")
    return loaders.event(event_code) if noun in KINDS and form in WRITERS else None


@bp.get("/o/<event_code>/exportar/<name>")
@requires(Permission.EVENT_READ, load=event_of_export)
def export(event: Event) -> Response:
    """The rows that the filters of the list let through; written down in the log."""
    noun, _, form = str((request.view_args or {})["name"]).partition(".")
    kind = KINDS.get(noun)
    if kind is None:
        abort(404)
    asked = _asked()
    page = exports.page(event, kind, asked, language=str(get_locale()), actor=g.actor)
    rows = list(page.rows)
    write, media_type = WRITERS[form]
    content = write(page)
    with unit_of_work():
        exports.record(event, kind, asked, len(rows), actor=g.actor, now=now())
    name = f"{event.code}-{noun}.{form}"
    response = send_file(BytesIO(content), media_type, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _asked() -> Asked:
    """The filters in the address, as the list pages name them."""
    of_request = known(RequestStatus, "estado"), known(Preference, "importancia"), known(Side, "pide")
    found = review_filters()
    return Asked(found, Filters(found.words, *(value.value if value else "" for value in of_request)))
