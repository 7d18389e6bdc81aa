"""Excel in: the template, the upload, which column is what, what a dry run found, and taking the rows in."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import Response, abort, g, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_wtf.file import FileField

from eventsapp.domain import sheets
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sheets import ENDED, MAX_BYTES, MAX_ROWS, WORKING, ImportStatus, SheetNoun
from eventsapp.models import Event, SheetImport
from eventsapp.services import imports
from eventsapp.services.imports import Matching
from eventsapp.services.imports_plan import Change
from eventsapp.services.sheets import Head, Page, workbook
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import Form, trimmed
from eventsapp.web.organizer import import_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page as Paging
from eventsapp.web.saving import saving
from eventsapp.web.security import takes_files
from eventsapp.web.sentences import sentence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REST_OF_FORM = 64 * 1024
ACCEPTED = ".xlsx,.xls,.ods,.csv"


class UploadForm(Form):
    """The file."""

    file = FileField(import_words.FILE, render_kw={"accept": ACCEPTED})


@dataclass(frozen=True)
class Found:
    """An import of an event."""

    event: Event
    row: SheetImport

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def import_in(event_code: str, number: int) -> Found | None:
    """An import, found through its event."""
    event = loaders.event(event_code)
    row = imports.find(event, number) if event else None
    return Found(event, row) if event and row else None


@bp.get("/o/<event_code>/importar", endpoint="imports")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def list_imports(event: Event) -> str:
    """The template, the upload, and the files so far."""
    return _list_page(event, UploadForm(formdata=None))


@bp.post("/o/<event_code>/importar", endpoint="start_import")
@takes_files(MAX_BYTES + REST_OF_FORM)
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def start_import(event: Event) -> ResponseReturnValue:
    """Take a file and show how it is read."""
    form = UploadForm()
    sent = form.file.data
    if form.validate_on_submit():
        name = trimmed(getattr(sent, "filename", ""))[:200]
        if not name:
            form.refuse("file", DomainError("no_file"))
            return _list_page(event, form), 422
        content = sent.read(MAX_BYTES + 1)
        try:
            with saving() as done:
                made = imports.start(event, name, content, actor=g.actor, now=now())
                done.location = _address(made)
            return done.redirect()
        except DomainError as error:
            form.refuse("file", error)
    return _list_page(event, form), 422


@bp.get("/o/<event_code>/importar/plantilla.xlsx", endpoint="import_template")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def template(event: Event) -> Response:
    """An empty workbook: one sheet for each noun, notes on the headers, lists of allowed values."""
    language = str(get_locale())
    pages = [Page(sheets.sheet_name(noun, language), _template_heads(event, noun, language)) for noun in SheetNoun]
    return _sent(workbook(pages), f"encuentro-{event.code}")


@bp.get("/o/<event_code>/importar/<int:number>", endpoint="one_import")
@requires(Permission.EVENT_MANAGE, load=import_in)
def show_import(found: Found) -> str:
    """Where an import stands and what to decide next."""
    return _page(found)


@bp.post("/o/<event_code>/importar/<int:number>/columnas", endpoint="match_import")
@requires(Permission.EVENT_MANAGE, load=import_in)
def match_import(found: Found) -> ResponseReturnValue:
    """Understand the columns like this and check the rows."""
    chosen = [_chosen(index, sheet) for index, sheet in enumerate(found.row.sheets)]
    try:
        with saving(_address(found.row)) as done:
            imports.match(found.row, chosen, actor=g.actor, now=now())
        return done.redirect()
    except DomainError as error:
        return _page(found, chosen, said=_said_of_match(error)), 422


@bp.post("/o/<event_code>/importar/<int:number>/aplicar", endpoint="apply_import")
@requires(Permission.EVENT_MANAGE, load=import_in)
def apply_import(found: Found) -> ResponseReturnValue:
    """Take the rows in."""
    is_all = request.form.get("filas") != "correctas"
    with saving(_address(found.row)) as done:
        imports.apply(found.row, is_all_or_nothing=is_all, actor=g.actor, now=now())
    return done.redirect()


@bp.post("/o/<event_code>/importar/<int:number>/cancelar", endpoint="cancel_import")
@requires(Permission.EVENT_MANAGE, load=import_in)
def cancel_import(found: Found) -> ResponseReturnValue:
    """Stop."""
    with saving(_address(found.row)) as done:
        imports.cancel(found.row, actor=g.actor, now=now())
    return done.redirect()


@bp.get("/o/<event_code>/importar/<int:number>/informe.xlsx", endpoint="import_rest")
@requires(Permission.EVENT_MANAGE, load=import_in)
def rest(found: Found) -> Response:
    """The rows that stayed outside, as they came, each with what is wrong: to be repaired and imported again."""
    kept = imports.read_rest(found.row)
    if kept is None:
        abort(404)
    pages: list[Page] = []
    for name, sheet in kept.items():
        heads = [Head(_("Fila")), Head(_("Problema")), *(Head(header) for header in sheet["headers"])]
        rows = [[number, _problems_in_one(found.event, problems), *cells] for number, cells, problems in sheet["rows"]]
        pages.append(Page(_sheet_title(name, len(pages)), heads, rows))
    return _sent(workbook(pages), f"{found.event.code}-{found.row.number}")


# Parts ----------------------------------------------------------------------------------------------------------------


def _list_page(event: Event, form: UploadForm) -> str:
    return organizer_page(
        "organizer/imports.html",
        event,
        "registrations",
        form=form,
        rows=[(row, _address(row)) for row in imports.list_for(event)],
        steps={status: (word, *import_words.STATUS_TAG[status]) for status, word in import_words.STATUS.items()},
        most_rows=MAX_ROWS,
        most_mb=MAX_BYTES // 2**20,
    )


def _page(found: Found, chosen: list[Matching] | None = None, *, said: str = "") -> str:
    row = found.row
    values: dict[str, Any] = {}
    if row.status is ImportStatus.MATCHING:
        values["sheets"] = _matched(row, chosen)
        values["nouns"] = {noun.value: import_words.NOUN[noun] for noun in SheetNoun}
    if row.counts:
        values["counts"] = import_words.counted(row.counts)
    paging = Paging.from_request(len(row.problems))
    return organizer_page(
        "organizer/import.html",
        found.event,
        "registrations",
        row=row,
        said=said,
        is_working=row.status in WORKING,
        has_ended=row.status in ENDED,
        step=import_words.STATUS[row.status],
        count_words=import_words.COUNTS.values(),
        failure=sentence(DomainError(row.error, **row.error_params)) if row.error else "",
        waiting=sum(int(counts.get("waiting", 0)) for counts in row.counts.values()),
        most_at_once=imports.MOST_AT_ONCE,
        right_rows=sum(imports.count_of(row, change) for change in Change if change is not Change.WRONG),
        wrong_rows=imports.count_of(row, Change.WRONG),
        page=paging,
        problems=[import_words.shown(found.event, one) for one in row.problems[paging.first : paging.last]],
        **values,
    )


def _matched(row: SheetImport, chosen: list[Matching] | None) -> list[dict[str, Any]]:
    """Each sheet with its columns: as chosen just now, else for the noun in the address, else as guessed."""
    language = str(get_locale())
    listed_sheets = []
    for index, sheet in enumerate(row.sheets):
        noun = _noun(request.args.get(f"s{index}"), sheet["noun"])
        columns = sheet["columns"] if noun and noun.value == sheet["noun"] else {}
        if noun and not columns:
            columns = sheets.guess_columns(noun, sheet["headers"])
        if chosen is not None:
            noun, columns = chosen[index].noun, chosen[index].columns
        known_columns = sheets.columns(noun, row.event.sides) if noun else ()
        fields = [_field(known, columns.get(known.key), sheet, language) for known in known_columns]
        listed_sheets.append(
            {
                **sheet,
                "index": index,
                "noun": noun.value if noun else "",
                "first": [one for one in fields if one["is_required"] or one["column"] is not None],
                "more": [one for one in fields if not one["is_required"] and one["column"] is None],
                "options": [
                    (number, header or _("Columna %(letter)s", letter=sheets.cell_name(number, 1)[:-1]))
                    for number, header in enumerate(sheet["headers"])
                ],
                "unused": [
                    header
                    for number, header in enumerate(sheet["headers"])
                    if header and noun and number not in columns.values()
                ],
            }
        )
    return listed_sheets


def _field(known: sheets.Column, column: int | None, sheet: dict[str, Any], language: str) -> dict[str, Any]:
    samples = [line[column] for line in sheet["samples"] if column is not None and column < len(line)]
    return {
        "key": known.key,
        "label": known.header(language),
        "is_required": known.is_required,
        "offered": import_words.offered(known),
        "column": column,
        "sample": " · ".join(text[:40] for text in samples if text)[:120],
    }


def _chosen(index: int, sheet: dict[str, Any]) -> Matching:
    """What the form says of a sheet; what makes no sense is as if it were not there."""
    noun = _noun(request.form.get(f"s{index}"), "")
    columns: dict[str, int] = {}
    for known in sheets.COLUMNS[noun] if noun else ():
        text = request.form.get(f"s{index}-{known.key}", "")
        if text.isascii() and text.isdigit() and len(text) < 4 and int(text) < len(sheet["headers"]):
            columns[known.key] = int(text)
    return Matching(noun, columns)


def _noun(text: str | None, default: str) -> SheetNoun | None:
    value = default if text is None else text
    return SheetNoun(value) if value in set(SheetNoun) else None


def _said_of_match(error: DomainError) -> str:
    if error.code == "column_missing":
        column = sheets.column(SheetNoun(str(error.params["noun"])), str(error.params["column"]))
        return str(
            _(
                "En la hoja «%(sheet)s» diga qué columna tiene «%(column)s».",
                sheet=error.params["sheet"],
                column=column.header(str(get_locale())),
            )
        )
    return sentence(error)


def _template_heads(event: Event, noun: SheetNoun, language: str) -> list[Head]:
    return [
        Head(known.header(language), import_words.note(noun, known), known.listed(language), known.is_required)
        for known in sheets.columns(noun, event.sides)
    ]


def _problems_in_one(event: Event, problems: list[dict[str, Any]]) -> str:
    said = [import_words.shown(event, one) for one in problems]
    return " · ".join(f"{one['column']}: {one['text']}" if one["column"] else one["text"] for one in said)


def _sheet_title(name: str, index: int) -> str:
    """A name that a workbook takes: no marks of its own, not longer than it allows."""
    plain = "".join(c for c in name if c not in "[]:*?/\\'")[:28].strip()
    return plain or f"{index + 1}"


def _sent(content: bytes, name: str) -> Response:
    response = send_file(BytesIO(content), XLSX, as_attachment=True, download_name=f"{name}.xlsx")
    response.headers["Cache-Control"] = "no-store"
    return response


def _address(row: SheetImport) -> str:
    return url_for("organizer.one_import", event_code=row.event.code, number=row.number)
