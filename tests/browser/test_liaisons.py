"""Companies are given to somebody of the team: many by mouse and back, one beside the list by keys, one by tap."""

from __future__ import annotations

from uuid import UUID

from playwright.sync_api import Browser, expect

from eventsapp.db import unit_of_work
from eventsapp.domain.values import Role
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live
from tests.browser.test_axe_pages import faults_of
from tests.browser.test_organizer_pages import HERE, signed_in, small_event

GALVANIC = "Galvánicos Lerma"


def begin(live: Live) -> UUID:
    """An event whose team has somebody who reviews."""
    with live.app.app_context(), unit_of_work():
        bench = small_event()
        make.organizer(bench.event.organization, Role.REVIEWER, name="Rosa Cano")
        return bench.account.id


def test_many_companies_by_mouse_and_back(browser: Browser, live: Live) -> None:
    page = signed_in(browser, live, begin(live), WIDE)
    page.goto(f"{live.address}{HERE}/empresas?sort=name")
    rows, bar = page.locator("tbody tr"), page.locator("[data-bulk-bar]")
    expect(bar).to_be_hidden()
    for index in (0, 1):
        rows.nth(index).get_by_role("checkbox").check()
    expect(bar).to_contain_text("2")
    bar.get_by_role("combobox", name="Responsable").select_option(label="Rosa Cano")
    assert faults_of(page, "bar") == []
    bar.get_by_role("button", name="Asignar").click()
    expect(page.get_by_role("status").filter(has_text="Rosa Cano es responsable de 2 empresas más.")).to_be_visible()
    expect(rows.filter(has_text="Rosa Cano")).to_have_count(2)
    page.get_by_role("button", name="Deshacer").click()
    expect(page.get_by_text("2 empresas volvieron a estar con quien estaban.")).to_be_visible()
    expect(rows.filter(has_text="Rosa Cano")).to_have_count(0)
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def test_one_company_beside_the_list_by_keys_alone(browser: Browser, live: Live) -> None:
    page = signed_in(browser, live, begin(live), WIDE)
    page.goto(f"{live.address}{HERE}/empresas")
    sheet = page.locator("dialog.sheet")
    page.get_by_role("link", name=GALVANIC, exact=True).focus()
    page.keyboard.press("Enter")
    chosen = sheet.get_by_role("combobox", name="Responsable")
    expect(chosen).to_be_visible()
    chosen.focus()
    page.keyboard.type("Rosa")
    page.keyboard.press("Tab")
    expect(sheet.get_by_role("button", name="Asignar")).to_be_focused()
    page.keyboard.press("Enter")
    expect(sheet.get_by_role("status")).to_contain_text("Rosa Cano es responsable de 1 empresa más.")
    expect(page.locator("tbody tr").filter(has_text=GALVANIC)).to_contain_text("Rosa Cano")
    assert faults_of(page, "sheet") == []
    page.context.close()


def test_one_company_on_a_phone(browser: Browser, live: Live) -> None:
    page = signed_in(browser, live, begin(live), PHONE)
    page.goto(f"{live.address}{HERE}/empresas")
    page.get_by_role("link", name=GALVANIC, exact=True).click()
    page.get_by_role("combobox", name="Responsable").select_option(label="Rosa Cano")
    page.get_by_role("button", name="Asignar").click()
    expect(page.get_by_text("Rosa Cano es responsable de 1 empresa más.")).to_be_visible()
    page.goto(f"{live.address}{HERE}/empresas?responsable=nadie")
    expect(page.get_by_role("link", name=GALVANIC, exact=True)).to_have_count(0)
    assert faults_of(page, "list") == []
    page.context.close()
