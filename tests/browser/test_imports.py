"""Excel in and out and privacy in a real browser, wide and on a phone: what an organizer and a person see, without a
violation of accessibility."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from eventsapp.db import db
from eventsapp.domain.values import Role
from eventsapp.worker import runner
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live, open_page
from tests.services.test_imports import WHOLE
from tests.workbooks import xlsx

pytestmark = pytest.mark.browser


def sound(page: Page) -> None:
    """No violation, nothing wider than the screen, no fault of a script."""
    violations = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in violations] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [fault for fault in page.faults if "422" not in fault] == []  # type: ignore[attr-defined]


def work(live: Live) -> None:
    with live.app.app_context():
        runner.run_until_idle(live.app)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_list_comes_in_and_its_errors_are_seen(
    live: Live, browser: Browser, tmp_path: Path, viewport: dict[str, int]
) -> None:
    with live.app.app_context():
        event = make.event()
        person = make.organizer(event.organization, Role.ADMIN)
        db.session.commit()
        code = event.code
        page = open_page(browser, viewport)
        live.sign_in(page.context, person)
    wrong = ["Nadie SA", "Eva Luna", "sin arroba"]
    path = tmp_path / "lista.xlsx"
    path.write_bytes(xlsx({**WHOLE, "Delegados": [*WHOLE["Delegados"], wrong]}))
    page.goto(f"{live.address}/o/{code}/importar")
    sound(page)
    page.get_by_label("Archivo", exact=True).set_input_files(path)
    page.get_by_role("button", name="Subir y revisar").click()
    page.get_by_role("heading", name="Leyendo el archivo").wait_for()
    work(live)
    page.get_by_role("heading", name="Falta confirmar las columnas").wait_for(timeout=60_000)
    sound(page)
    page.get_by_role("button", name="Revisar las filas").click()
    page.get_by_role("heading", name="Revisando las filas").wait_for()
    work(live)
    page.get_by_text("Delegados · C4").wait_for(timeout=60_000)
    sound(page)
    page.get_by_role("button", name="Importar solo las correctas").click()
    page.get_by_role("heading", name="Importando").wait_for()
    work(live)
    page.get_by_text("1 quedó fuera").wait_for(timeout=60_000)
    sound(page)
    for address in ("empresas", "solicitudes", "privacidad", "privacidad/aviso"):
        page.goto(f"{live.address}/o/{code}/{address}")
        sound(page)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_person_sees_and_decides_about_their_data(live: Live, browser: Browser, viewport: dict[str, int]) -> None:
    with live.app.app_context():
        registration = make.registration(make.event())
        account = registration.delegates[0].account
        db.session.commit()
        assert account is not None
        code = registration.event.code
        page = open_page(browser, viewport)
        live.sign_in(page.context, account)
    for address in ("/cuenta/privacidad", f"/e/{code}/privacidad", "/privacidad", "/privacidad/solicitud"):
        page.goto(f"{live.address}{address}")
        sound(page)
    page.get_by_role("button", name="Enviar solicitud").click()
    sound(page)
    page.goto(f"{live.address}/cuenta/privacidad/cancelar")
    page.get_by_role("button", name="Cancelar mis datos").click()
    sound(page)
    page.get_by_label("Entiendo que mi cuenta termina ahora").check()
    page.get_by_role("button", name="Cancelar mis datos").click()
    page.get_by_text("Bloqueamos sus datos").wait_for()
