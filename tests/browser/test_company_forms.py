"""The forms of a company in a real browser: rounds, the search in SCIAN, the postal code; also without scripts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Account, Registration
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live, open_page
from tests.browser.test_axe_pages import faults_of
from tests.browser.test_journey import event_for_now

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HERE = "/e/encuentro-de-prueba"


@dataclass
class Draft:
    """A draft of a supplier, and who fills it in."""

    live: Live
    account: Account
    registration_id: UUID

    def open(self, browser: Browser, path: str, viewport: dict[str, int], **options: Any) -> Page:
        """A page of this company in a browser of its own."""
        page = open_page(browser, viewport, **options)
        self.live.sign_in(page.context, self.account)
        page.goto(f"{self.live.address}{HERE}/{path}")
        return page

    def absent(self) -> int:
        """In how many rounds the desk cannot meet."""
        with self.live.app.app_context():
            found = db.session.get_one(Registration, self.registration_id)
            slots = found.event.slots
            return sum(
                any(absence.starts_at < slot.ends_at and slot.starts_at < absence.ends_at for absence in desk.absences)
                for desk in found.desks
                for slot in slots
            )


@pytest.fixture
def draft(live: Live) -> Draft:
    with live.app.app_context():
        event = event_for_now()
        firm = make.company(event.organization, name="Galvánicos Lerma")
        other = make.company(event.organization, name="Otra", city="Silao", state="Guanajuato")
        make.registration(event, Side.BUYER, company=other)
        apodaca = make.company(event.organization, name="Del norte", city="Apodaca", state="Nuevo León")
        make.registration(event, Side.BUYER, company=apodaca)
        made = make.registration(event, Side.SUPPLIER, company=firm, status=RegistrationStatus.DRAFT)
        person = made.delegates[0]
        person.is_company_admin = True
        account = person.account
        assert account is not None
        db.session.commit()
        db.session.refresh(account)
        db.session.expunge(account)
        return Draft(live, account, made.id)


# Availability ----------------------------------------------------------------------------------------------------


def rounds(page: Page) -> Locator:
    """The boxes of the rounds."""
    return page.locator("[data-paint-area] input")


def ticked(page: Page) -> list[bool]:
    """Which rounds are ticked."""
    return [bool(on) for on in rounds(page).evaluate_all("boxes => boxes.map((box) => box.checked)")]


def drag(page: Page, *indexes: int) -> None:
    """Hold the pointer and go over these rounds."""
    for step, index in enumerate(indexes):
        box = page.locator("[data-paint-area] .choice").nth(index).bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=8)
        if step == 0:
            page.mouse.down()
    page.mouse.up()


def test_rounds_are_painted_with_the_mouse(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "registro/disponibilidad", WIDE)
    assert ticked(page) == [True] * 6
    drag(page, 0, 2)
    assert ticked(page) == [False] * 3 + [True] * 3
    drag(page, 1, 2)  # begun at an empty one it ticks
    assert ticked(page) == [False] + [True] * 5
    drag(page, 3)  # a click alone turns one
    assert ticked(page) == [False, True, True, False, True, True]
    page.get_by_role("button", name=re.compile("Ninguna")).click()
    assert ticked(page) == [False] * 6
    page.get_by_role("button", name=re.compile("Todo el día")).click()
    assert ticked(page) == [True] * 6
    drag(page, 4, 5)
    page.get_by_role("button", name="Guardar y continuar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revise y envíe su registro")
    assert draft.absent() == 2
    page.go_back()
    page.reload()
    assert ticked(page) == [True] * 4 + [False] * 2


def test_rounds_are_painted_with_the_keyboard(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "registro/disponibilidad", WIDE)
    rounds(page).first.focus()
    page.keyboard.press("Space")
    assert ticked(page) == [False] + [True] * 5
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert ticked(page) == [False] * 3 + [True] * 3
    page.keyboard.press("ArrowRight")  # goes on without painting
    expect(rounds(page).nth(3)).to_be_focused()
    page.keyboard.press("Shift+ArrowLeft")
    assert ticked(page) == [False] * 2 + [True] * 4
    page.keyboard.press("Tab")
    expect(rounds(page).nth(3)).to_be_focused()


def test_the_arrows_go_up_and_down_between_rows(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "registro/disponibilidad", PHONE)
    tops = rounds(page).evaluate_all("boxes => boxes.map((box) => Math.round(box.getBoundingClientRect().top))")
    below = next(index for index, top in enumerate(tops) if top > tops[0])
    rounds(page).first.focus()
    page.keyboard.press("ArrowDown")
    expect(rounds(page).nth(below)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rounds(page).first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(rounds(page).first).to_be_focused()
    assert ticked(page) == [True] * 6


def test_on_a_telephone_a_tap_turns_a_round(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "registro/disponibilidad", PHONE, has_touch=True, is_mobile=True)
    choices = page.locator("[data-paint-area] .choice")
    choices.nth(1).tap()
    choices.nth(4).tap()
    assert ticked(page) == [True, False, True, True, False, True]
    choices.nth(1).tap()
    assert ticked(page) == [True, True, True, True, False, True]
    page.get_by_role("button", name=re.compile("Ninguna")).tap()
    assert ticked(page) == [False] * 6
    page.get_by_role("button", name="Guardar y continuar").tap()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-error-summary] a")).to_have_text("Elija al menos una ronda para cada equipo")
    assert faults_of(page, "rounds with an error") == []
    choices.nth(0).tap()
    page.get_by_role("button", name="Guardar y continuar").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revise y envíe su registro")
    assert draft.absent() == 5


def touch(page: Page, kind: str, *points: tuple[float, float]) -> None:
    """What a finger does."""
    page.fingers.send(  # type: ignore[attr-defined]
        "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]}
    )


def test_on_a_telephone_a_swipe_scrolls_and_who_holds_a_round_draws(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "registro/disponibilidad", PHONE, has_touch=True, is_mobile=True)
    page.fingers = page.context.new_cdp_session(page)  # type: ignore[attr-defined]
    boxes = [page.locator("[data-paint-area] .choice").nth(index).bounding_box() for index in range(3)]
    first, second, third = [(box["x"] + 20, box["y"] + 10) for box in boxes if box]

    touch(page, "touchStart", first)
    touch(page, "touchMove", third)
    touch(page, "touchEnd")
    assert ticked(page) == [True] * 6

    touch(page, "touchStart", first)
    expect(rounds(page).first).not_to_be_checked()
    for point in (second, third):
        touch(page, "touchMove", point)
    touch(page, "touchEnd")
    expect(rounds(page).nth(2)).not_to_be_checked()
    assert ticked(page) == [False] * 3 + [True] * 3
    page.get_by_role("button", name="Guardar y continuar").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revise y envíe su registro")
    assert draft.absent() == 3


def test_without_scripts_rounds_are_plain_boxes(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "registro/disponibilidad", WIDE, java_script_enabled=False)
    expect(page.get_by_role("button", name=re.compile("Todo el día"))).to_have_count(0)
    page.get_by_label("09:25").uncheck()
    page.get_by_role("button", name="Guardar y continuar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revise y envíe su registro")
    assert draft.absent() == 1


# The search in SCIAN ---------------------------------------------------------------------------------------------


def found(page: Page) -> list[str]:
    """The classes that are shown."""
    return [text.strip() for text in page.locator("[data-industry-found] .choice").all_inner_texts()]


PLATING = "Recubrimientos y terminados metálicos (332810)"


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_class_is_found_while_one_types(browser: Browser, draft: Draft, viewport: dict[str, int]) -> None:
    page = draft.open(browser, "perfil/actividad", viewport)
    words, status = page.get_by_label("Buscar por palabra o código"), page.locator("[data-industry-status]")
    for typed in ("galvanizado", "GALVANIZADO", "galvanizádo"):
        words.fill("")
        words.press_sequentially(typed)
        expect(page.get_by_label(PLATING)).to_be_visible()
    words.fill("fabricación de calzado")
    with_accent = page.locator("[data-industry-found] .choice").first
    expect(with_accent).to_contain_text("316213")
    several = found(page)
    words.fill("fabricacion de calzado ")
    expect(page.locator("[data-industry-found] .choice").first).to_contain_text("316213")
    assert found(page) == several

    words.fill("qwertyuiop")
    expect(status).to_contain_text("Nada coincide")
    assert found(page) == []

    words.fill("3328")
    expect(page.get_by_label(PLATING)).to_be_visible()
    page.get_by_label(PLATING).check()
    words.fill("zapatos")  # what is chosen stays, first
    expect(page.locator("[data-industry-found] .choice")).not_to_have_count(1)
    assert found(page)[0] == PLATING
    expect(page.get_by_label(PLATING)).to_be_checked()
    words.fill("qwertyuiop")
    expect(status).to_contain_text("Nada coincide")
    expect(page.get_by_label(PLATING)).to_be_checked()
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_text(PLATING)).to_be_visible()


def test_enter_searches_and_a_choice_is_asked_for(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "perfil/actividad", WIDE)
    page.get_by_label("Buscar por palabra o código").fill("332810")
    page.keyboard.press("Enter")
    expect(page.get_by_label(PLATING)).to_be_visible()
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-error-summary] a")).to_have_text("Busque y elija su actividad")
    assert faults_of(page, "trades with an error") == []
    page.locator("[data-error-summary] a").click()
    expect(page.locator("[data-industry-found] input").first).to_be_focused()


def test_other_classes_are_unticked_and_stay_so(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "perfil/otras-actividades", WIDE)
    words = page.get_by_label("Buscar por palabra o código")
    words.fill("332810")
    page.get_by_label(PLATING).check()
    page.get_by_role("button", name="Guardar", exact=True).click()
    page.goto(f"{draft.live.address}{HERE}/perfil/otras-actividades")
    expect(page.get_by_label(PLATING)).to_be_checked()
    page.get_by_label(PLATING).uncheck()
    words.fill("3328")
    expect(page.locator("[data-industry-found] .choice").first).to_contain_text("3328")
    expect(page.get_by_label(PLATING)).not_to_be_checked()


def test_without_scripts_the_button_searches(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "perfil/actividad", WIDE, java_script_enabled=False)
    page.get_by_label("Buscar por palabra o código").fill("galvanizado")
    page.get_by_role("button", name="Buscar").click()
    page.get_by_label(PLATING).check()
    page.get_by_label("Buscar por palabra o código").fill("qwertyuiop")
    page.get_by_role("button", name="Buscar").click()
    expect(page.get_by_text(re.compile("Nada coincide"))).to_be_visible()
    expect(page.get_by_label(PLATING)).to_be_checked()
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_text(PLATING)).to_be_visible()


# Where the company is --------------------------------------------------------------------------------------------


def towns(page: Page) -> list[str]:
    """The towns that are proposed."""
    return [str(town) for town in page.locator("#cities option").evaluate_all("all => all.map((one) => one.value)")]


def test_the_postal_code_chooses_the_state_and_the_state_the_towns(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "perfil/sitios/nuevo", WIDE)
    code, state = page.get_by_label("Código postal"), page.get_by_label("Estado de la República", exact=True)
    assert towns(page) == ["Apodaca", "Silao"]
    code.press_sequentially("66600")
    expect(state).to_have_value("Nuevo León")
    assert towns(page) == ["Apodaca"]
    code.fill("36100")  # what the code proposed follows it
    expect(state).to_have_value("Guanajuato")
    assert towns(page) == ["Silao"]
    state.select_option("Jalisco")  # what one chose stays
    assert towns(page) == ["Apodaca", "Silao"]
    code.fill("66600")
    expect(state).to_have_value("Jalisco")


def test_without_scripts_the_server_finds_the_state(browser: Browser, draft: Draft) -> None:
    page = draft.open(browser, "perfil/sitios/nuevo", WIDE, java_script_enabled=False)
    page.get_by_label("Nombre del sitio").fill("Planta Silao")
    page.get_by_label("Código postal").fill("36100")
    page.get_by_label("Ciudad o municipio").fill("Silao")
    page.get_by_label("Ubicación en el mapa").fill("20.9438, -101.427")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_text("Silao, Guanajuato", exact=True)).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_address_of_a_map_gives_the_position(browser: Browser, draft: Draft, viewport: dict[str, int]) -> None:
    page = draft.open(browser, "perfil/ubicacion", viewport)
    page.get_by_label("Ubicación en el mapa").fill("21.1236, 101.68")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("[data-error-summary] a")).to_contain_text("Ese punto no está en México")
    assert faults_of(page, "a position with an error") == []
    page.get_by_label("Ubicación en el mapa").fill("https://www.google.com/maps/@21.1236,-101.68,15z")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_text("21.12360, -101.68000")).to_be_visible()
    page.goto(f"{draft.live.address}{HERE}/perfil/ubicacion")
    assert faults_of(page, "a position") == []
