"""The pictures of a version: on one page, each with its table, and each alone as SVG or PNG."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from flask import Response, current_app, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.values import Side, SizeClass
from eventsapp.models import Schedule
from eventsapp.printing import picture
from eventsapp.services import pictures, runs
from eventsapp.services.pictures import BUYING, Cell, Firm, Pictures
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import clock, day, number, percent
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.run import curve_points
from eventsapp.web.organizer.schedule_version import version_of_event
from eventsapp.web.words import Named, side_word

NAMES = ("afinidad", "primer-lado", "segundo-lado", "rondas", "esperas", "equidad", "maximo")
SIZE = {
    SizeClass.MICRO: _l("Micro"),
    SizeClass.SMALL: _l("Pequeña"),
    SizeClass.MEDIUM: _l("Mediana"),
    SizeClass.LARGE: _l("Grande"),
}
TOP = 20
TENTHS = 10
NAMED_OUTLIERS = 2
LEAST_WIDTH, MARGIN, HEAD = 640, 20, 36


@dataclass(frozen=True)
class Picture:
    """One picture of a version, asked for by its name."""

    schedule: Schedule
    name: str

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.schedule.scope


def picture_of_version(event_code: str, number: int, name: str) -> Picture | None:
    """A picture, found through the event of its version."""
    schedule = version_of_event(event_code, number)
    return Picture(schedule, name) if schedule is not None and name in NAMES else None


@bp.get("/o/<event_code>/horario/<int:number>/graficas", endpoint="pictures")
@requires(Permission.SCHEDULE_READ, load=version_of_event)
def show_pictures(schedule: Schedule) -> str:
    """All pictures of a version."""
    return organizer_page("organizer/pictures.html", schedule.event, "schedule", **_values(schedule))


@bp.get("/o/<event_code>/horario/<int:number>/graficas/<name>.svg", endpoint="picture_svg")
@requires(Permission.SCHEDULE_READ, load=picture_of_version)
def picture_svg(asked: Picture) -> Response:
    """One picture alone, which any program can show."""
    return _file(asked, "svg", _svg(asked).encode(), "image/svg+xml")


@bp.get("/o/<event_code>/horario/<int:number>/graficas/<name>.png", endpoint="picture_png")
@requires(Permission.SCHEDULE_READ, load=picture_of_version)
def picture_png(asked: Picture) -> Response:
    """One picture alone, for slides and mails."""
    return _file(asked, "png", picture.png(_svg(asked)), "image/png")


def _file(asked: Picture, kind: str, data: bytes, mimetype: str) -> Response:
    answer = Response(data, mimetype=mimetype)
    name = f"{asked.schedule.event.code}-version-{asked.schedule.number}-{asked.name}.{kind}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _svg(asked: Picture) -> str:
    """The wide drawing of a picture, with its style and its title inside; an empty sheet when there is no data."""
    page = render_template("organizer/_picture.html", name=asked.name, **_values(asked.schedule))
    found = re.search(r'<svg class="(?:wide|matrix)".*?</svg>', page, re.DOTALL)
    title = re.search(r"<figcaption><h\d[^>]*>(.*?)</h\d>", page, re.DOTALL)
    words = title[1] if title else ""
    drawing = found[0] if found else '<svg viewBox="0 0 600 40"></svg>'
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    width, height = (float(box[1]), float(box[2])) if box else (600.0, 40.0)
    scale = max(1.0, LEAST_WIDTH / width)
    width, height = width * scale + MARGIN, height * scale + HEAD
    inner = drawing[drawing.index(">") + 1 :].removesuffix("</svg>")
    style = (Path(current_app.static_folder or "") / "css" / "picture.css").read_text(encoding="utf-8")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -{HEAD} {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}"><title>{words}</title><style>{escape(style)}</style>'
        f'<rect class="sheet" y="-{HEAD}" width="{width:g}" height="{height:g}"/>'
        f'<text class="title" x="0" y="-16">{words}</text><g transform="scale({scale:.3f})">{inner}</g></svg>'
    )


def _values(schedule: Schedule) -> dict[str, Any]:
    shown = pictures.read(schedule)
    firms = shown.firms
    buyers = [firm for firm in firms if firm.side in BUYING]
    suppliers = [firm for firm in firms if firm.side not in BUYING]
    run = runs.find(schedule.event, schedule.run_id) if schedule.run_id is not None else None
    return {
        "schedule": schedule,
        "placed": sum(round_.held for round_ in shown.rounds),
        "matrix": _matrix(schedule.event, shown),
        "loads": [
            _load("primer-lado", buyers, _most_held(schedule.event, buyers), "buyer"),
            _load("segundo-lado", suppliers, _without_any(schedule.event, suppliers), ""),
        ],
        "rounds": _rounds(shown),
        "waits": _waits(firms),
        "shares": _shares(firms),
        "classes": _classes(schedule.event, firms),
        "points": curve_points(run, now()) if run is not None else [],
        "reached": _reached(schedule.levels),
        "files": {name: _links(schedule, name) for name in NAMES},
    }


def _links(schedule: Schedule, name: str) -> dict[str, str]:
    place = {"event_code": schedule.event.code, "number": schedule.number, "name": name}
    return {kind: url_for(f"organizer.picture_{kind}", **place) for kind in ("svg", "png")}  # type: ignore[arg-type]


def _matrix(event: Named, shown: Pictures) -> dict[str, Any]:
    matrix = shown.matrix
    held = sum(cell.held for cell in matrix.cells)
    return {
        "title": _(
            "%(held)s de %(all)s pares que quieren reunirse tienen lugar", held=number(held),
            all=number(len(matrix.cells)),
        ),
        "unit": _(
            "Un renglón por %(row)s y una columna por %(column)s, por sector. Más oscuro: más afinidad. Cuadro lleno: "
            "la reunión tiene lugar.",
            row=side_word(event, Side.BUYER).lower(),
            column=side_word(event, Side.SUPPLIER).lower(),
        ),
        "rows": matrix.rows,
        "columns": matrix.columns,
        "cells": matrix.cells,
        "table": {
            "head": [str(side_word(event, Side.BOTH)), _("Afinidad"), _("Puntos"), _("Estado")],
            "rows": [_cell_row(matrix.rows, matrix.columns, cell) for cell in matrix.best[:TOP]],
        },
    }  # fmt: skip


def _cell_row(rows: Sequence[str], columns: Sequence[str], cell: Cell) -> list[str]:
    state = _("Con lugar") if cell.held else _("Sin lugar")
    return [f"{rows[cell.row]} · {columns[cell.column]}", number(cell.affinity), number(cell.value), state]


def _most_held(event: Named, firms: Sequence[Firm]) -> str:
    most = max((firm.held for firm in firms), default=0)
    side = side_word(event, Side.BUYER, "many")
    return ngettext(
        "%(side)s: hasta %(n)s reunión por empresa", "%(side)s: hasta %(n)s reuniones por empresa", most, side=side,
        n=number(most),
    )  # fmt: skip


def _without_any(event: Named, firms: Sequence[Firm]) -> str:
    without = sum(not firm.held for firm in firms)
    side = side_word(event, Side.SUPPLIER, "many")
    if not without:
        return _("%(side)s: nadie se queda sin reuniones", side=side)
    return ngettext(
        "%(side)s: %(n)s sin ninguna reunión", "%(side)s: %(n)s sin ninguna reunión", without, side=side,
        n=number(without),
    )  # fmt: skip


def _load(name: str, firms: Sequence[Firm], title: str, kind: str) -> dict[str, Any]:
    counts = Counter(firm.held for firm in firms)
    short = Counter(firm.held for firm in firms if firm.held < firm.least)
    under = [firm for firm in firms if firm.held < firm.least]
    return {
        "name": name,
        "title": title,
        "kind": kind,
        "bars": [
            {"label": number(held), "value": counts[held], "low": bool(short[held])}
            for held in range(max(counts, default=-1) + 1)
        ],
        "under": [{"name": firm.name, "key": firm.key, "held": firm.held, "least": firm.least} for firm in under[:TOP]],
        "more": max(0, len(under) - TOP),
    }


def _rounds(shown: Pictures) -> dict[str, Any]:
    rounds = shown.rounds
    used = sum(round_.held for round_ in rounds)
    room = len(rounds) * shown.tables

    def full(round_: pictures.Round) -> str:
        start = round_.slot.starts_at
        return str(_("%(day)s, %(time)s", day=day(start), time=clock(start)))

    return {
        "title": _("Se usa %(share)s de los lugares", share=percent(used / room) if room else "0%"),
        "bars": [
            {
                "label": clock(round_.slot.starts_at),
                "full": full(round_),
                "value": round_.held,
                "group": day(round_.slot.starts_at),
            }
            for round_ in rounds
        ],
        "limit": shown.tables,
        "limit_text": ngettext("%(n)s mesa", "%(n)s mesas", shown.tables, n=number(shown.tables)),
        "head": [_("Ronda"), _("Reuniones")],
    }


def _waits(firms: Sequence[Firm]) -> dict[str, Any]:
    meeting = [firm for firm in firms if firm.held]
    counts = Counter(firm.waits for firm in meeting)
    longest = sorted((firm for firm in meeting if firm.waits), key=lambda firm: (-firm.waits, firm.name))
    names: dict[int, list[str]] = {}
    for firm in longest[:NAMED_OUTLIERS]:
        names.setdefault(firm.waits, []).append(firm.name)
    none = counts[0]
    return {
        "title": _(
            "%(none)s de %(all)s empresas no esperan entre reuniones", none=number(none), all=number(len(meeting))
        ),
        "dots": [
            {
                "label": number(waits),
                "value": counts[waits],
                "names": ", ".join(names.get(waits, ())) if waits and waits == max(counts) else "",
            }
            for waits in range(max(counts, default=-1) + 1)
        ],
        "longest": [
            {
                "name": firm.name,
                "text": ngettext("%(n)s ronda", "%(n)s rondas", firm.waits, n=number(firm.waits)),
            }
            for firm in longest[:5]
        ],
    }  # fmt: skip


def _shares(firms: Iterable[Firm]) -> dict[str, Any]:
    shares = [firm.share for firm in firms if firm.share is not None]
    counts = Counter(min(int(share * TENTHS), TENTHS) for share in shares)
    full = counts[TENTHS]
    return {
        "title": _(
            "%(full)s de %(all)s empresas tienen todo lo que podían", full=number(full), all=number(len(shares))
        ),
        "bars": [
            {"label": percent(tenth / TENTHS), "value": counts[tenth], "low": tenth < TENTHS / 2 and counts[tenth] > 0}
            for tenth in range(TENTHS + 1)
        ]
        if shares
        else [],
        "head": [_("Parte de lo que podía tener, desde"), _("Empresas")],
    }  # fmt: skip


def _reached(levels: Iterable[Mapping[str, Any]]) -> str:
    """How near the best possible the meetings are, by the worth of them all."""
    worth = next((level for level in levels if level["level"] == "value"), {})
    value, bound = worth.get("value"), worth.get("bound")
    if value is None or not bound:
        return str(_("Qué tan cerca del máximo"))
    if value >= bound:
        return str(_("Las reuniones valen lo máximo posible"))
    return str(_("A las reuniones les falta a lo más %(share)s del máximo", share=percent((bound - value) / bound, 1)))


def _classes(event: Named, firms: Iterable[Firm]) -> list[dict[str, Any]]:
    """The mean share of each side and size class; without size classes, of each side."""
    found = pictures.mean_shares(firms)
    order = ["", *(size.value for size in SizeClass)]
    rows = []
    for (side, size), (count, mean, lowest) in sorted(
        found.items(), key=lambda item: (item[0][0] is not Side.BUYER, order.index(item[0][1]))
    ):
        named = str(side_word(event, side))
        group = named if not size else f"{named} · {SIZE[SizeClass(size)]}"
        label = ngettext("%(group)s (%(n)s empresa)", "%(group)s (%(n)s empresas)", count, group=group, n=number(count))
        text = _("%(mean)s, la menor %(lowest)s", mean=percent(mean), lowest=percent(lowest))
        rows.append({"label": label, "value": round(100 * mean), "whole": 100, "text": text, "low": mean < 1 / 2})
    return rows
