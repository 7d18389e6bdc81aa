"""A real browser on a real server: Debian's Chromium, waitress on a free port, no network beyond this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from eventsapp.app import create_app
from eventsapp.db import db
from eventsapp.models import Account
from eventsapp.settings import testing
from tests import databases, make
from tests.served import address_of

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
WIDE = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; where CI is set a missing one is a failure."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed: apt-get install chromium")
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Live:
    """A served application."""

    app: Flask
    address: str

    def sign_in(self, context: BrowserContext, account: Account) -> None:
        """Give a browser the session of an account."""
        client = make.client(self.app, account)
        cookie = client.get_cookie("encuentro", domain="localhost")
        if cookie is None:
            raise LookupError("the client has a session")
        context.add_cookies([{"name": "encuentro", "value": cookie.value, "url": self.address}])


@contextmanager
def served(folder: Path, template: Path, compiled: FileSystemBytecodeCache) -> Iterator[Live]:
    """The application on a copy of the migrated SQLite file, behind waitress."""
    databases.copy_sqlite(template, folder)
    app = create_app(testing(folder))
    app.jinja_env.bytecode_cache = compiled
    with address_of(app) as address:
        yield Live(app, address)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def live(sqlite_template: Path, tmp_path: Path, compiled_templates: FileSystemBytecodeCache) -> Iterator[Live]:
    """The application on SQLite behind waitress."""
    with served(tmp_path, sqlite_template, compiled_templates) as found:
        yield found


def open_page(browser: Browser, viewport: dict[str, int], **options: Any) -> Page:
    """A fresh page of a size; script errors and refused resources fail the test that made it (see `faults`)."""
    context = browser.new_context(viewport=viewport, locale="es-MX", timezone_id="America/Mexico_City", **options)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.faults = []  # type: ignore[attr-defined]
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]
    page.on(
        "console",
        lambda message: page.faults.append(message.text) if message.type == "error" else None,  # type: ignore[attr-defined]
    )
    return page
