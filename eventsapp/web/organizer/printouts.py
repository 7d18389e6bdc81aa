"""What is printed: every kind of sheet with what it is for, the files prepared so far, and their download."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from flask import Response, abort, g, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from eventsapp.calendars.text import file_slug
from eventsapp.domain.access import Permission, Scope, may
from eventsapp.domain.values import Paper, PrintoutKind
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES
from eventsapp.models import Event, Printout
from eventsapp.services import printouts
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.saving import saving

PURPOSE = {
    PrintoutKind.AGENDAS: _l("Una hoja por empresa y día, en el orden en que recepción las entrega."),
    PrintoutKind.BADGES: _l("Cuatro por hoja, con nombre, empresa, clave y código QR; la agenda va al reverso."),
    PrintoutKind.SIGNS: _l("Una hoja que se dobla: afuera el número de mesa, adentro sus rondas."),
    PrintoutKind.ROUNDS: _l("Quién se sienta en cada mesa, ronda por ronda, con casillas para el equipo de sala."),
    PrintoutKind.ATTENDANCE: _l("Todas las personas por empresa, con una casilla por día y lugar para firmar."),
    PrintoutKind.BOARD: _l("El horario entero en hojas apaisadas: mesas y rondas, un salón y medio día por hoja."),
}
ICON = {
    PrintoutKind.AGENDAS: "calendar",
    PrintoutKind.BADGES: "id-badge-2",
    PrintoutKind.SIGNS: "armchair",
    PrintoutKind.ROUNDS: "list",
    PrintoutKind.ATTENDANCE: "users",
    PrintoutKind.BOARD: "layout-grid",
}
PAPER = {Paper.LETTER: _l("Carta"), Paper.A4: _l("A4")}
FAILED = {
    "worker_lost": _l("El proceso que la preparaba se cerró tres veces. Prepárela de nuevo."),
    "crashed": _l("No se pudo dibujar. Avise a soporte con este número."),
}


@dataclass(frozen=True)
class File:
    """A printout of an event."""

    event: Event
    printout: Printout

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def printout_in(event_code: str, number: int) -> File | None:
    """A printout, found through its event."""
    event = loaders.event(event_code)
    printout = printouts.find(event, number) if event else None
    return File(event, printout) if event and printout else None


@bp.get("/o/<event_code>/impresos", endpoint="printouts")
@requires(Permission.PRINTOUT_READ, load=loaders.event)
def list_printouts(event: Event) -> str:
    """The kinds of sheets and the files that were prepared."""
    rows = printouts.list_for(event)
    return organizer_page(
        "organizer/printouts.html",
        event,
        "schedule",
        kinds=[
            {"kind": kind, "title": printouts.title_of(kind), "purpose": PURPOSE[kind], "icon": ICON[kind]}
            for kind in PrintoutKind
        ],
        papers=PAPER,
        spoken=LOCALES,
        language=str(get_locale() or DEFAULT_LOCALE),
        rows=rows,
        version=printouts.find_version(event),
        title_of=printouts.title_of,
        failed=FAILED,
        is_waiting=any(row.status not in printouts.ENDED for row in rows),
        may_make=may(g.actor, Permission.PRINTOUT_MAKE, event.scope),
    )


@bp.post("/o/<event_code>/impresos", endpoint="start_printout")
@requires(Permission.PRINTOUT_MAKE, load=loaders.event)
def start_printout(event: Event) -> ResponseReturnValue:
    """Ask for a printout."""
    try:
        kind, paper = PrintoutKind(request.form.get("kind", "")), Paper(request.form.get("paper", ""))
        language = request.form["language"]
        if language not in LOCALES:
            abort(400)
    except (ValueError, KeyError):
        abort(400)
    with saving(url_for("organizer.printouts", event_code=event.code)) as done:
        printouts.start(event, kind, paper=paper, locale=language, actor=g.actor, now=now())
    return done.redirect()


@bp.get("/o/<event_code>/impresos/<int:number>.pdf", endpoint="printout_file")
@requires(Permission.PRINTOUT_READ, load=printout_in)
def printout_file(file: File) -> Response:
    """The file itself."""
    printout = file.printout
    if printout.content is None:
        abort(404)
    name = f"{file_slug(file.event.name, fallback=file.event.code)}-{printout.kind.value}-{printout.number}.pdf"
    answer = send_file(BytesIO(printout.content), mimetype="application/pdf", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
