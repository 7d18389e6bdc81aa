"""The schedule board in a real browser: 60 tables by 28 rounds on three days, 5,040 cells, most of them filled.

    python benchmarks/board.py [--meetings 4300] [--slots 28] [--rounds 9]

With `--slots 40 --meetings 6150` it is 7,200 cells. `--rounds` is how often each figure is taken.

Serves a filled event on a free port and measures in headless Chromium, at full speed and with the processor slowed down
four times (Chrome DevTools Protocol, Emulation.setCPUThrottlingRate):

- first frame: from the data's arrival until the grid is drawn, decoding included
- highlight: from the click of a mouse on a meeting in sight until the frame that outlines all meetings of both
  companies, median; the page is at rest before each click, as it is for a person
- feasible: from picking a meeting up until the frame that shows every possible spot in sight, median
- scroll: the frame that follows a scroll by three rows and a round, median
- what travels: HTML, data, scripts and styles of the page, compressed; nodes of the document

Prints a table; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from eventsapp.app import create_app, settle  # noqa: E402
from eventsapp.db import db, unit_of_work  # noqa: E402
from eventsapp.settings import testing  # noqa: E402
from tests import boards, make  # noqa: E402
from tests.served import address_of  # noqa: E402

STATIC = ROOT / "eventsapp" / "static"
SCRIPTS = [STATIC / "js" / "board.js", *sorted((STATIC / "js" / "board").glob("*.js"))]
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TIMED = ("first_frame", "highlight", "feasible", "scroll")
EARLY = datetime.time(6, 0)  # so that forty rounds end before midnight
WIDE = {"width": 1440, "height": 900}

# Timed inside the page: until the frame after the change has been painted.
FRAME = """window.frame = () => new Promise((done) => requestAnimationFrame(() => {
  const port = new MessageChannel();
  port.port1.onmessage = () => done(performance.now());
  port.port2.postMessage(0);
}));"""
FIRST = """async () => {
  const page = document.querySelector('[data-board]').page;
  const text = await (await fetch(page.urls.data)).text(), began = performance.now();
  const { decode } = await import(document.querySelector('link[href*="board/data.js"]').href);
  page.board = decode(JSON.parse(text));
  page.show();
  return await frame() - began;
}"""
REST = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => requestIdleCallback(done), 100)))"""
TARGET = """(n) => {
  const grid = document.querySelector('[data-grid]').getBoundingClientRect();
  const boxes = [...document.querySelectorAll('.b-cell.meet')].map((one) => one.getBoundingClientRect()).filter(
    (box) => box.left > grid.left + 176 && box.top > grid.top + 46
      && box.right < grid.right && box.bottom < grid.bottom);
  const { left, top } = boxes[(n * 37) % boxes.length];
  return [left + 30, top + 16];
}"""
CLICKED = """() => {
  window.clicked = new Promise((done) => addEventListener(
    'click', (event) => frame().then((now) => done(now - event.timeStamp)), { capture: true, once: true }));
}"""
FEASIBLE = """async (n) => {
  const page = document.querySelector('[data-board]').page;
  const { pairs, slots } = page.board;
  const free = pairs.filter((pair) => pair.slot >= 0 && !pair.pinned && slots[pair.slot].day === 0);
  const began = performance.now();
  page.dispatch({ type: 'pick', pair: free[(n * 97) % free.length].index, way: 'drag' });
  const ended = await frame();
  page.dispatch({ type: 'cancel' });
  await frame();
  return ended - began;
}"""
SCROLL = """async (n) => {
  const grid = document.querySelector('[data-grid]'), began = performance.now();
  grid.scrollBy(n % 3 ? 96 : 0, 108);
  return await frame() - began;
}"""


@contextmanager
def served(meetings: int, slots: int = 28) -> Iterator[tuple[Flask, str, str, str]]:
    """The application with a filled event: its address, the code of the event and the cookie of its organizer."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(testing(Path(folder)))
        with app.app_context():
            db.create_all()
            with unit_of_work():
                filled = boards.filled(meetings=meetings, rounds=slots, first=EARLY)
                code, account_id = filled.event.code, filled.organizer
            cookie = make.client(app, account_id).get_cookie("encuentro", domain="localhost")
        settle()
        with address_of(app) as address:
            yield app, address, code, cookie.value if cookie else ""
        with app.app_context():
            db.engine.dispose()


def opened(browser: Browser, address: str, code: str, cookie: str, slow: int) -> Page:
    """The board, ready, in a fresh browser context that is slowed down."""
    context = browser.new_context(viewport=WIDE, locale="es-MX")
    context.add_cookies([{"name": "encuentro", "value": cookie, "url": address}])
    page = context.new_page()
    page.set_default_timeout(120_000)
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
    page.goto(f"{address}/o/{code}/horario")
    page.wait_for_selector("[data-ready]", state="attached")
    return page


def highlight(page: Page, n: int) -> float:
    """From the click of a mouse on a meeting until the frame."""
    x, y = page.evaluate(TARGET, n)
    page.mouse.move(x, y)
    page.evaluate(REST)
    page.mouse.down()
    page.evaluate(REST)
    page.evaluate(CLICKED)
    page.mouse.up()
    return float(page.evaluate("window.clicked"))


def measure(browser: Browser, address: str, code: str, cookie: str, slow: int, rounds: int) -> dict[str, float]:
    """Medians at one speed, in milliseconds."""
    page = opened(browser, address, code, cookie, slow)
    page.evaluate(FRAME)
    page.evaluate(FIRST)
    found = {
        "first_frame": statistics.median(page.evaluate(FIRST) for _ in range(3)),
        "highlight": statistics.median(highlight(page, n) for n in range(1, rounds + 1)),
        "feasible": statistics.median(page.evaluate(FEASIBLE, n) for n in range(1, rounds + 1)),
        "scroll": statistics.median(page.evaluate(SCROLL, n) for n in range(1, rounds + 1)),
        "nodes": float(page.evaluate("document.querySelectorAll('*').length")),
    }
    page.context.close()
    return found


def server_seconds(app: Flask, code: str, cookie: str, path: str) -> tuple[float, bytes]:
    """The processor's time for one answer, the best of three, and the answer."""
    client = app.test_client()
    client.set_cookie("encuentro", cookie)
    best, body = 9e9, b""
    for _ in range(3):
        began = time.process_time()
        body = client.get(f"/o/{code}/{path}").data
        best = min(best, time.process_time() - began)
    return best, body


def packed(paths: list[Path]) -> int:
    """Bytes that travel."""
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--meetings", type=int, default=4300)
    parser.add_argument("--slots", type=int, default=28)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with served(options.meetings, options.slots) as (app, address, code, cookie), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        by_speed = {slow: measure(browser, address, code, cookie, slow, options.rounds) for slow in (1, 4)}
        browser.close()
        page_seconds, html = server_seconds(app, code, cookie, "horario")
        data_seconds, data = server_seconds(app, code, cookie, "horario/1/tablero")
    sizes = {
        "html": len(gzip.compress(html, 6)),
        "data": len(gzip.compress(data, 6)),
        "scripts": packed(SCRIPTS),
        "styles": packed([STATIC / "css" / "app.css", STATIC / "css" / "board.css"]),
    }
    print(f"{'':24}{'1x':>10}{'4x slower':>12}")
    for name in TIMED:
        print(f"{name.replace('_', ' ') + ', ms':24}{by_speed[1][name]:>10.0f}{by_speed[4][name]:>12.0f}")
    print(f"{'nodes':24}{by_speed[1]['nodes']:>10.0f}{by_speed[4]['nodes']:>12.0f}")
    print(f"{'server: page, ms':24}{1000 * page_seconds:>10.0f}")
    print(f"{'server: data, ms':24}{1000 * data_seconds:>10.0f}")
    for name, size in sizes.items():
        print(f"{name + ', KB gzip':24}{size / 1000:>10.1f}")
    figures = {
        **{
            f"{name}_ms_{slow}x": round(by_speed[slow][name], 1)
            for slow in (1, 4)
            for name in by_speed[slow]
            if name != "nodes"
        },
        "dom_nodes": int(max(found["nodes"] for found in by_speed.values())),
        "server_page_ms": round(1000 * page_seconds),
        "server_data_ms": round(1000 * data_seconds),
        **{f"{name}_bytes": size for name, size in sizes.items()},
        "meetings": options.meetings,
        "cells": 60 * 3 * options.slots,
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
