"""Renews every picture of docs/screenshots in one go: the same example, the same changes, the same pages.

    python docs/screenshots.py [NAME ...]

Makes the example in a temporary folder, lets an organizer work on it for an afternoon (a second run, a few changes, a
message, printed sheets), goes through the pages in Chromium and writes palette PNGs. With names, only those pictures.
Needs the extra `dev` and `apt-get install chromium`. It takes about two minutes.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from waitress.server import create_server

from eventsapp.app import packaged_or_top_level
from eventsapp.cli import demo, example, serving
from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.values import MailLink, Paper, PrintoutKind
from eventsapp.models import Event, Registration, Unplaced
from eventsapp.printing import render
from eventsapp.scheduling.problem import Level
from eventsapp.services import adjustments, campaigns, printouts, runs, schedules
from eventsapp.services.actors import actor_of
from eventsapp.services.campaigns import Answers, Audience
from eventsapp.services.run_options import Options
from eventsapp.settings import Settings, choose
from eventsapp.worker import runner

FOLDER = Path(__file__).parent / "screenshots"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DESK, PHONE = (1440, 900), (390, 844)
COLORS = 256
PATIENT = 60_000
SECONDS, SECOND_RUN_SECONDS = 10, 40
MOVED, DROPPED = 3, 2
FAIREST_FIRST = ("shortfall", "musts", "fairness", "value", "idle", "moves")
SHEETS = (
    (PrintoutKind.AGENDAS, 0),
    (PrintoutKind.SIGNS, 6),
    (PrintoutKind.BADGES, 0),
    (PrintoutKind.ROUNDS, 0),
    (PrintoutKind.BOARD, 0),
)


@dataclass(frozen=True)
class Shot:
    """A picture: its name, who looks, at which page of the event, how large."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = DESK
    is_whole: bool = False


SHOTS = (
    Shot("summary", "organizer", "/o/{code}/"),
    Shot("schedule", "organizer", "/o/{code}/horario"),
    Shot("run", "organizer", "/o/{code}/horario/corridas/{run}"),
    Shot("comparison", "organizer", "/o/{code}/horario/corridas/comparar?a=1&b=2", is_whole=True),
    Shot("publication", "organizer", "/o/{code}/publicacion"),
    Shot("reports", "organizer", "/o/{code}/horario/1/graficas"),
    Shot("certificate", "organizer", "/o/{code}/horario/1/certificado"),
    Shot("messages", "organizer", "/o/{code}/mensajes/envios/1"),
    Shot("printouts", "organizer", "/o/{code}/impresos"),
    Shot("agenda", "supplier", "/e/{code}/agenda", PHONE),
    Shot("find", "supplier", "/e/{code}/buscar"),
)
SHEET = "sheets"  # the printed sheets beside each other
NAMES = (*(shot.name for shot in SHOTS), SHEET)


def main(arguments: Sequence[str]) -> int:
    """Make the pictures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(NAMES)} (default: all)")
    wanted = set(parser.parse_args(arguments).names) or set(NAMES)
    if unknown := wanted - set(NAMES):
        parser.error(f"no such picture: {', '.join(sorted(unknown))}")
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, _example(Path(folder)) as (app, settings, known):
        for name, picture in _pictures(app, settings, known, wanted):
            print(f"{name}: {_keep(picture, FOLDER / f'{name}.png') // 1024} KB", flush=True)
    return 0


# The event ------------------------------------------------------------------------------------------------------------


@contextmanager
def _example(folder: Path) -> Iterator[tuple[Flask, Settings, dict[str, str]]]:
    """The example after an afternoon's work, served; what pages of it are called."""
    port = _free_port()
    settings = choose({**os.environ, "DATA_DIR": str(folder), "BASE_URL": f"http://127.0.0.1:{port}"})
    app = serving.prepared(settings)
    with app.app_context():
        event_id = demo.make_example(app, settings, SECONDS)
        known = _afternoon(app, event_id, settings)
    server = create_server(app, host="127.0.0.1", port=port, threads=8, clear_untrusted_proxy_headers=True)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        yield app, settings, known
    finally:
        server.close()
        with app.app_context():
            db.engine.dispose()


def _free_port() -> int:
    """The usual port, which stands in mails; another one when it is taken."""
    for port in (8000, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise SystemExit("no port is free")


def _afternoon(app: Flask, event_id: UUID, settings: Settings) -> dict[str, str]:
    """A run with another order of aims, a few changes by hand, a message, all kinds of sheets."""
    now = datetime.now(UTC)
    with unit_of_work():
        event = db.session.get_one(Event, event_id)
        organizer = event.organization.memberships[0].account
        actor = actor_of(organizer)
        options = Options(tuple(Level(name) for name in FAIREST_FIRST))
        run = runs.start(event, seconds=SECOND_RUN_SECONDS, seed=2, actor=actor, now=now, options=options)
        texts = {
            "es_MX": {
                "subject": "Nos vemos en {sede}",
                "body": "Hola, {nombre}:\n\nYa está su agenda de {evento}. Le esperamos el {fechas} en {sede}, "
                "{ciudad}.\n\nLlegue veinte minutos antes de su primera reunión.",
            },
            "en": {
                "subject": "See you at {sede}",
                "body": "Dear {nombre},\n\nYour agenda of {evento} is ready. We expect you on {fechas} at {sede}.",
            },
        }
        campaigns.add(event, Answers(Audience(), texts, MailLink.AGENDA), actor=actor, now=now)
        for kind in (PrintoutKind.AGENDAS, PrintoutKind.BADGES, PrintoutKind.SIGNS):
            printouts.start(event, kind, paper=Paper.LETTER, locale="es_MX", actor=actor, now=now)
        number = len(example.BUYERS) + 1
        supplier = db.session.query(Registration).filter_by(event_id=event_id, number=number).one()
        known = {
            "code": event.code,
            "run": str(run.id),
            "organizer": organizer.email,
            "supplier": supplier.delegates[0].email,
        }
    runner.run_until_idle(app)
    with unit_of_work():
        _change(db.session.get_one(Event, event_id), actor, host=settings.host)
    return known


def _change(event: Event, actor: Actor, *, host: str) -> None:
    """Some meetings elsewhere, one taken out, one that had no place put in its stead."""
    by: dict[str, Any] = {"actor": actor, "now": datetime.now(UTC), "host": host}
    draft = schedules.copy(schedules.published_of(event), **by)
    meetings = [place.meeting for place in schedules.list_placements(draft)]
    waiting = [(one.a_id, one.b_id) for one in db.session.query(Unplaced).filter_by(schedule_id=draft.id)]
    for meeting in meetings[:DROPPED]:
        draft = adjustments.unschedule(draft, meeting, edit=draft.edit, **by)
    left = MOVED
    for meeting in meetings[DROPPED:]:
        spots = adjustments.find_places(draft, meeting.a_id, meeting.b_id).can
        if spots and left:
            spot, left = spots[-1], left - 1
            draft = adjustments.move(draft, meeting, slot=spot.slot, table=None, edit=draft.edit, **by)
    for a_id, b_id in waiting:
        spots = adjustments.find_places(draft, a_id, b_id).can
        if spots:
            adjustments.place(draft, a_id, b_id, slot=spots[0].slot, table=None, edit=draft.edit, **by)
            return


# The pictures ---------------------------------------------------------------------------------------------------------


def _pictures(
    app: Flask, settings: Settings, known: dict[str, str], wanted: set[str]
) -> Iterator[tuple[str, Image.Image]]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for who in ("organizer", "supplier"):
            for size in (DESK, PHONE):
                shots = [shot for shot in SHOTS if (shot.who, shot.size) == (who, size) and shot.name in wanted]
                if shots:
                    page = _signed_in(browser, settings.base_url, known[who], size)
                    yield from ((shot.name, _shot(page, settings.base_url, shot, known)) for shot in shots)
                    page.context.close()
        browser.close()
    if SHEET in wanted:
        with app.app_context():
            yield SHEET, _sheets(known["code"])


def _signed_in(browser: Browser, base_url: str, email: str, size: tuple[int, int]) -> Page:
    viewport = ViewportSize(width=size[0], height=size[1])
    page = browser.new_context(
        viewport=viewport, locale="es-MX", timezone_id="America/Mexico_City", reduced_motion="reduce"
    ).new_page()
    page.goto(f"{base_url}/entrar")
    page.get_by_label("Correo").first.fill(email)
    page.get_by_label("Contraseña").first.fill(demo.PASSWORD)
    page.get_by_role("button", name="Entrar", exact=True).first.click()
    page.wait_for_url(re.compile("^(?!.*/entrar)"))
    return page


def _shot(page: Page, base_url: str, shot: Shot, known: dict[str, str]) -> Image.Image:
    answer = page.goto(base_url + shot.path.format(**known), wait_until="load")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{shot.name}: {page.url} answered {answer and answer.status}")
    expect(page.get_by_text("Cargando el tablero")).to_be_hidden(timeout=PATIENT)
    page.evaluate("document.fonts.ready")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return Image.open(BytesIO(page.screenshot(full_page=shot.is_whole)))


def _sheets(code: str) -> Image.Image:
    """One page of each kind of printed sheet, beside each other."""
    event = db.session.query(Event).filter_by(code=code).one()
    actor = actor_of(event.organization.memberships[0].account)
    now, drawn = datetime.now(UTC), []
    for kind, page in SHEETS:
        asked = printouts.start(event, kind, paper=Paper.LETTER, locale="es_MX", actor=actor, now=now)
        content = printouts.content_of(asked, base_url=f"https://{code}.example", now=now)
        pages = render.pages(kind.value, content, sheets=packaged_or_top_level("templates") / "pdf", pixels_per_inch=54)
        drawn.append(Image.open(BytesIO(pages[page])).convert("RGB"))
    db.session.rollback()
    gap, height = 16, max(one.height for one in drawn)
    beside = Image.new("RGB", (sum(one.width + gap for one in drawn) + gap, height + 2 * gap), "#e1e6e6")
    left = gap
    for one in drawn:
        beside.paste(one, (left, gap))
        left += one.width + gap
    return beside


def _keep(picture: Image.Image, path: Path) -> int:
    """Write with a palette of the colors that are there most often, so that those of our pages stay; how many bytes."""
    plain = picture.convert("RGB")
    often: list[tuple[int, Any]] = sorted(plain.getcolors(plain.width * plain.height) or (), reverse=True)[:COLORS]
    colors = [color for _amount, color in often]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for color in colors for part in color])
    small = plain.quantize(palette=palette, dither=Image.Dither.NONE)
    # Pillow looks the nearest color up in steps of a few shades: what is in the palette keeps its own.
    own, raw = {color: index for index, color in enumerate(colors)}, plain.tobytes()
    pixels = zip(zip(raw[::3], raw[1::3], raw[2::3], strict=True), small.tobytes(), strict=True)
    small.frombytes(bytes(own.get(color, nearest) for color, nearest in pixels))
    small.save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
