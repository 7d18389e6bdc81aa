"""From the settings to a scenario in a real browser, by the mouse and by keys alone, on a desk and on a phone.

The engine works in a thread of this process, so that a run can be watched and stopped while it searches.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from eventsapp.db import unit_of_work
from eventsapp.domain.values import Role, Side
from eventsapp.worker import runner
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live
from tests.browser.test_axe_pages import faults_of
from tests.browser.test_journey import event_for_now
from tests.browser.test_organizer_pages import HERE, PATIENT, press, reach, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Hand:
    """How somebody works: with the mouse (or a finger), or with the keys alone."""

    page: Page
    by_keys: bool

    def use(self, what: Locator) -> None:
        """Follow a link or push a button."""
        press(self.page, what) if self.by_keys else what.click()

    def write(self, where: Locator, text: str) -> None:
        """Fill a field."""
        if self.by_keys:
            reach(self.page, where)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
        else:
            where.fill(text)

    def choose(self, where: Locator, text: str) -> None:
        """Choose from a list."""
        if self.by_keys:
            reach(self.page, where)
            self.page.keyboard.type(text)
        else:
            where.select_option(label=text)

    def tick(self, where: Locator, name: str) -> None:
        """Choose one of several."""
        if not self.by_keys:
            where.get_by_label(name, exact=True).check()
            return
        reach(self.page, where.get_by_role("radio", checked=True))
        for _ in range(10):
            if where.get_by_label(name, exact=True).is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        pytest.fail(f"the arrows never come to {name}")


@contextmanager
def working(live: Live) -> Iterator[None]:
    """The worker does what waits for it, beside the browser."""
    thread = threading.Thread(target=runner.run_until_idle, args=(live.app,))
    thread.start()
    yield
    thread.join(PATIENT / 1000)
    assert not thread.is_alive()


def crowded(live: Live) -> object:
    """Everybody wants everybody and there is little room: the engine has something to do. Gives who signs in."""
    live.app.config["SETTINGS"] = replace(live.app.config["SETTINGS"], solve_seconds=8)
    with live.app.app_context(), unit_of_work():
        event = event_for_now()
        buyers = [make.registration(event, Side.BUYER) for _ in range(8)]
        for supplier in [make.registration(event) for _ in range(20)]:
            for buyer in buyers:
                make.request(supplier, buyer)
        return make.organizer(event.organization, Role.ADMIN, name="Laura Medina").id


def button(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("main").get_by_role("button", name=name)


def link(page: Page, name: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("main").get_by_role("link", name=name)


WAYS = pytest.mark.parametrize(
    ("viewport", "by_keys"),
    [(WIDE, False), (WIDE, True), (PHONE, False), (PHONE, True)],
    ids=["desk-mouse", "desk-keys", "phone-finger", "phone-keys"],
)


@WAYS
def test_from_the_settings_to_a_scenario(
    browser: Browser, live: Live, viewport: dict[str, int], by_keys: bool
) -> None:  # fmt: skip
    page = signed_in(browser, live, crowded(live), viewport)  # type: ignore[arg-type]
    hand = Hand(page, by_keys)
    # A room that holds less than it has tables, and another order of the aims.
    page.goto(f"{live.address}{HERE}/ajustes/mesas")
    hand.write(page.get_by_label("Reuniones a la vez en Salón Corregidora"), "2")
    hand.use(button(page, "Guardar salones"))
    expect(page.get_by_text("6 rondas × 2 mesas = 12 lugares")).to_be_visible()
    page.goto(f"{live.address}{HERE}/ajustes/reglas")
    idle = page.get_by_role("region", name="Pocos cambios de mesa")
    hand.choose(idle.get_by_label("Lugar"), "No cuenta")
    hand.use(button(page, "Guardar cambios"))
    expect(page.get_by_text("Cambios guardados.")).to_be_visible()
    # A run, watched and stopped.
    page.goto(f"{live.address}{HERE}/horario/corridas")
    hand.choose(page.get_by_label("Tiempo máximo"), "1 minuto")
    hand.use(button(page, "Armar el horario"))
    expect(page).to_have_url(re.compile("/corridas/[0-9a-f-]{36}$"))
    with working(live):
        stop = button(page, "Detener y usar este horario")
        review = link(page, "Revisar horario")
        expect(page.locator('[data-live="placed"]')).not_to_have_text("–")
        assert faults_of(page, "a run in progress") == []
        if not review.is_visible():  # a fast machine may have ended by itself
            hand.use(stop)
        expect(review).to_be_visible(timeout=PATIENT)
    assert faults_of(page, "a run that ended") == []
    # Another one, and both side by side.
    page.goto(f"{live.address}{HERE}/horario/corridas/nueva")
    first = page.get_by_role("region", name="Reparto parejo entre empresas")
    hand.choose(first.get_by_label("Lugar"), "No cuenta")
    hand.use(button(page, "Armar el horario"))
    expect(page).to_have_url(re.compile("/corridas/[0-9a-f-]{36}$"))
    with working(live):
        expect(link(page, "Revisar horario")).to_be_visible(timeout=PATIENT)
    page.goto(f"{live.address}{HERE}/horario/corridas")
    hand.use(button(page, "Comparar"))
    expect(page.get_by_role("heading", name="Quién gana con la segunda")).to_be_visible()
    assert faults_of(page, "two runs") == []
    # What if there were one more table.
    page.goto(f"{live.address}{HERE}/horario/escenarios")
    hand.tick(page.get_by_role("group", name="Qué cambiaría"), "Más mesas")
    hand.write(page.get_by_label("Cuántas"), "2")
    hand.use(page.locator("aside").get_by_role("button", name="Probar", exact=True))
    expect(page).to_have_url(re.compile("/corridas/[0-9a-f-]{36}$"))
    with working(live):
        expect(page.get_by_text(re.compile(r"\d+ reuniones más"))).to_be_visible(timeout=PATIENT)
    hand.use(link(page, "Comparar las dos"))
    expect(page.get_by_text(re.compile(r"La segunda da \d+ reuniones más"))).to_be_visible()
    assert faults_of(page, "a scenario compared") == []
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def _twice(page: Page) -> None:
    page.get_by_role("region", name="Pocos cambios de mesa").get_by_label("Lugar").select_option(label="1.º")


WRONG: dict[str, tuple[Callable[[Page], None], str]] = {
    "ajustes/mesas": (
        lambda page: page.get_by_label("Reuniones a la vez en Salón Corregidora").fill("muchas"), "Guardar salones",
    ),
    "ajustes/reglas": (_twice, "Guardar cambios"),
    "horario/corridas/nueva": (_twice, "Armar el horario"),
    "horario/escenarios": (lambda page: page.get_by_label("Cuántas").fill("900"), "Probar"),
}  # fmt: skip


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_what_is_wrong_is_said_without_a_violation(browser: Browser, live: Live, viewport: dict[str, int]) -> None:
    page = signed_in(browser, live, crowded(live), viewport)  # type: ignore[arg-type]
    for path, (spoil, push) in WRONG.items():
        page.goto(f"{live.address}{HERE}/{path}")
        assert faults_of(page, path) == []
        spoil(page)
        page.get_by_role("main").get_by_role("button", name=push, exact=True).click()
        expect(page.locator("[aria-invalid=true]").first).to_be_visible()
        assert faults_of(page, f"{path} with an error") == []
    page.context.close()
