"""Work on the board beyond one move: many at once, by finger, over the edges, and when the session ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Account, Schedule, Step
from eventsapp.services import publication
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live
from tests.browser.test_board import PATIENT, Stage, board, cell, movable, places, said, stage, violations, word
from tests.conftest import NOW
from tests.services.scheduling_bench import BASE_URL, ORGANIZER_ADDRESS, Bench

__all__ = ["board", "stage"]  # the fixtures of the other file

pytestmark = pytest.mark.browser
expect.set_options(timeout=PATIENT)


@pytest.fixture
def touched(browser: Browser, stage: Stage) -> Iterator[Page]:
    """The board under a finger."""
    context = browser.new_context(viewport=WIDE, has_touch=True, locale="es-MX")
    context.set_default_timeout(PATIENT)
    with stage.live.app.app_context():
        stage.live.sign_in(context, db.session.get_one(Account, stage.ids["laura"]))
    page = context.new_page()
    page.goto(f"{stage.live.address}/o/{stage.code}/horario")
    page.wait_for_selector("[data-ready]", state="attached")
    yield page
    context.close()


def test_what_is_pinned_is_moved_once_it_is_set_free(stage: Stage, board: Page) -> None:
    one = movable(board)
    cell(board, one["row"], one["from"]).focus()
    board.keyboard.press("p")
    expect(board.locator(".toast")).to_contain_text("Reunión fijada")
    board.keyboard.press("m")
    dialog = board.get_by_role("dialog", name="Esta reunión está fijada")
    assert violations(board) == []
    dialog.get_by_role("button", name="Soltarla y mover").click()
    said(board, f"Moviendo {one['name']}.")
    cell(board, one["table"], one["to"]).click()
    expect(board.locator(".toast")).to_contain_text(f"Movida a las {one['starts']}")
    with stage.live.app.app_context():
        actions = [step.action for step in db.session.query(Step).order_by(Step.edit)]
        assert actions == ["schedule.pinned", "schedule.unpinned", "schedule.moved"]


def test_a_table_and_a_round_are_pinned_whole(stage: Stage, board: Page) -> None:
    board.locator(".b-rowhead").first.click()
    assert violations(board) == []
    board.get_by_role("menuitem", name=re.compile(r"Fijar las \d+ reuniones de la mesa 1")).click()
    expect(board.locator(".toast")).to_contain_text("reuniones fijadas")
    expect(board.locator('.b-row[aria-rowindex="2"] .b-cell.meet:not(.pinned)')).to_have_count(0)
    board.locator(".b-head").nth(1).click()
    board.get_by_role("menuitem", name=re.compile(r"Fijar las \d+ reuniones de las 08:25")).click()
    expect(board.locator('.b-cell.meet[aria-colindex="3"]:not(.pinned)')).to_have_count(0)
    with stage.live.app.app_context():
        assert [step.action for step in db.session.query(Step)] == ["schedule.pinned", "schedule.pinned"]


def test_the_companies_of_chosen_meetings_get_a_message(stage: Stage, board: Page) -> None:
    free = board.locator(".b-cell.meet")
    free.nth(0).click(modifiers=["Control"])
    free.nth(1).click(modifiers=["Control"])
    expect(board.locator("[data-bar]")).to_contain_text("2 reuniones elegidas")
    assert violations(board) == []
    board.locator("[data-bar]").get_by_role("button", name="Escribir a las empresas").click()
    expect(board.get_by_role("heading", name="Escribir mensaje")).to_be_visible()
    expect(board.locator("main")).to_contain_text(re.compile(r"Solo [34] empresas elegidas"))
    assert violations(board) == []


def test_twenty_changes_go_back_and_come_again_by_keys(stage: Stage, board: Page) -> None:
    states = [places(stage)]
    one = movable(board)
    cell(board, one["row"], one["from"]).focus()
    for number in range(20):
        board.keyboard.press("p")
        expect(board.locator(".toast")).to_contain_text("suelta" if number % 2 else "fijada")
        board.locator(".toast [data-dismiss]").click()
        cell(board, one["row"], one["from"]).focus()
    for key, words in (("Control+z", "Se deshizo"), ("Control+Shift+z", "Se rehízo")):
        for _ in range(20):
            board.keyboard.press(key)
            expect(board.locator(".toast")).to_contain_text(words)
            board.locator(".toast [data-dismiss]").click()
        states.append(places(stage))
    assert states[0] == states[1] == states[2]
    expect(board.locator("[data-redo] button")).to_have_attribute("aria-disabled", "true")
    expect(board.locator("[data-undo] button")).to_have_attribute("title", re.compile("Deshacer"))


def test_a_drag_over_a_day_shows_that_day_and_near_an_edge_scrolls(stage: Stage, browser: Browser) -> None:
    page = stage.page(browser, viewport={"width": 900, "height": 500})
    start = page.locator('.b-cell.meet:not(.pinned)[aria-colindex="2"]').first.bounding_box()
    tab = page.locator('[data-day="1"]').bounding_box()
    grid = page.locator("[data-grid]").bounding_box()
    assert start is not None
    assert tab is not None
    assert grid is not None
    page.mouse.move(start["x"] + 40, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(grid["x"] + grid["width"] - 12, start["y"] + 15, steps=4)
    expect(page.locator(".b-head").last).to_be_in_viewport(ratio=1)
    page.mouse.move(tab["x"] + 30, tab["y"] + 12, steps=4)
    expect(page.locator('[data-day="1"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-bar]")).to_contain_text("Moviendo:")
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("[data-bar]")).to_be_hidden()
    page.context.close()


def test_a_finger_that_stays_drags(stage: Stage, touched: Page) -> None:
    before, one = places(stage), movable(touched)
    start = cell(touched, one["row"], one["from"]).bounding_box()
    end = cell(touched, one["table"], one["to"]).bounding_box()
    assert start is not None
    assert end is not None
    session = touched.context.new_cdp_session(touched)

    def touch(kind: str, x: float = 0, y: float = 0) -> None:
        points = [{"x": x, "y": y}] if kind != "touchEnd" else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", start["x"] + 40, start["y"] + 15)
    expect(touched.locator("[data-bar]")).to_contain_text("Moviendo:")
    touch("touchMove", (start["x"] + end["x"]) / 2 + 40, (start["y"] + end["y"]) / 2 + 15)
    touch("touchMove", end["x"] + 40, end["y"] + 15)
    expect(cell(touched, one["table"], one["to"])).to_have_text("Soltar aquí")
    touch("touchEnd")
    expect(touched.locator(".toast")).to_contain_text(f"Movida a las {one['starts']}")
    assert len(places(stage).items() - before.items()) == 1


def test_a_session_that_ends_in_the_middle_loses_nothing(stage: Stage, browser: Browser) -> None:
    board, before = stage.page(browser), places(stage)
    one = movable(board)
    cookies = board.context.cookies()
    board.context.clear_cookies()
    cell(board, one["row"], one["from"]).focus()
    board.keyboard.press("m")
    said(board, "Moviendo")
    cell(board, one["table"], one["to"]).click()
    dialog = board.get_by_role("dialog", name="Su sesión terminó")
    expect(dialog).to_contain_text(f"{one['starts']}, mesa {one['label']}")
    expect(cell(board, one["row"], one["from"])).to_have_class(word("meet"))
    assert violations(board) == []
    assert places(stage) == before
    dialog.get_by_role("button", name="Entrar de nuevo").click()
    board.wait_for_url(re.compile("/entrar"))
    board.context.add_cookies(cookies)  # type: ignore[arg-type]
    board.goto(f"{stage.live.address}/o/{stage.code}/horario")
    kept = board.get_by_role("dialog", name="Este cambio no se guardó")
    expect(kept).to_contain_text(one["name"])
    assert violations(board) == []
    kept.get_by_role("button", name="Repetir mi cambio").click()
    expect(board.locator(".toast")).to_contain_text(f"Movida a las {one['starts']}")
    assert len(places(stage).items() - before.items()) == 1
    board.context.close()


def test_colours_tell_process_and_state(board: Page) -> None:
    for choice, legend in (("topic", "Otros procesos"), ("state", "fijada")):
        board.locator("[data-colour]").select_option(choice)
        expect(board.locator("[data-legend]")).to_contain_text(legend)
        assert violations(board) == []
    expect(board.locator(".b-cell.pinned.k1").first).to_be_visible()
    assert "color=estado" in board.url
    board.reload()
    board.wait_for_selector("[data-ready]", state="attached")
    expect(board.locator("[data-colour]")).to_have_value("state")


def test_what_is_published_says_how_many_are_told(browser: Browser, stage: Stage) -> None:
    with stage.live.app.app_context(), unit_of_work():
        draft = stage.schedule()
        actor = make.actor(db.session.get_one(Account, stage.ids["laura"]))
        publication.publish(draft, actor=actor, now=NOW, base_url=BASE_URL, organizer_address=ORGANIZER_ADDRESS)
    page = stage.page(browser)
    one = movable(page)
    cell(page, one["row"], one["from"]).focus()
    page.keyboard.press("m")
    said(page, "Moviendo")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-card]")).to_contain_text("Al publicar se avisará a 2 personas")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("Movida")
    expect(page.locator("[data-tag]")).to_contain_text("Borrador 2 · 1 cambio sin publicar")
    expect(page.get_by_role("link", name="Publicado v1")).to_be_visible()
    expect(page.locator("[data-alert]")).to_be_hidden()
    page.keyboard.press("Control+z")
    expect(page.locator(".toast")).to_contain_text("Se deshizo su último cambio")
    expect(page.locator("[data-tag]")).to_contain_text("Borrador 2 · 0 cambios sin publicar")
    expect(page.locator("[data-alert]")).to_be_hidden()
    page.context.close()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_draft_without_rounds_says_what_is_missing(browser: Browser, live: Live, viewport: dict[str, int]) -> None:
    with live.app.app_context():
        bench = Bench.make(buyers=1, suppliers=1, slots=1, tables=0)
        with unit_of_work():
            values = {"number": 1, "status": ScheduleStatus.DRAFT, "levels": [], "created_at": NOW}
            db.session.add(Schedule(event=bench.event, created_by_id=bench.account.id, **values))
        stage = Stage(live, bench.event.code, {"laura": bench.account.id})
    page = stage.page(browser, viewport=viewport)
    expect(page.locator("[data-loading]")).to_contain_text("Todavía no hay rondas o mesas")
    assert violations(page) == []
    page.context.close()


def test_data_that_do_not_come_lead_to_the_list(browser: Browser, stage: Stage) -> None:
    page = stage.page(browser)
    page.context.route("**/tablero", lambda route: route.abort())
    page.reload()
    expect(page.locator("[data-loading]")).to_contain_text("No pudimos cargar el tablero")
    assert violations(page) == []
    page.context.close()


@pytest.fixture
def phone(browser: Browser, stage: Stage) -> Iterator[Page]:
    """The board on a telephone."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="es-MX")
    context.set_default_timeout(PATIENT)
    with stage.live.app.app_context():
        stage.live.sign_in(context, db.session.get_one(Account, stage.ids["laura"]))
    page = context.new_page()
    page.goto(f"{stage.live.address}/o/{stage.code}/horario")
    page.wait_for_selector("[data-ready]", state="attached")
    yield page
    context.close()


def card(page: Page) -> Locator:
    """The card of the first meeting of the round that is not pinned."""
    return page.locator(".b-round", has=page.get_by_role("button", name=re.compile("^Más acciones"))).first


def test_a_thumb_finds_pins_exchanges_and_takes_out(stage: Stage, phone: Page) -> None:
    before = places(stage)
    name = card(phone).locator("b").first.inner_text()
    phone.get_by_role("searchbox", name="Filtrar por empresa").first.fill(name.upper())
    expect(phone.locator(".b-round")).to_have_count(1)
    for act, words in (("Fijar", "Reunión fijada"), ("Intercambiar", ""), ("Quitar del horario", "Está en Sin lugar")):
        card(phone).get_by_role("button", name=re.compile("^Más acciones")).tap()
        assert violations(phone) == []
        phone.get_by_role("menuitem", name=re.compile(f"^{act}")).first.tap()
        if act == "Intercambiar":
            dialog = phone.get_by_role("dialog")
            expect(dialog).to_contain_text("Intercambiar")
            dialog.get_by_role("button", name="Cancelar").tap()
            continue
        expect(phone.locator(".toast")).to_contain_text(words)
        if act == "Fijar":
            phone.locator(".b-round").get_by_role("button", name=re.compile("^Soltar")).tap()
            expect(phone.locator(".toast")).to_contain_text("Reunión suelta")
    assert len(places(stage)) == len(before) - 1
    phone.locator("[data-undo] button").tap()
    expect(phone.locator(".toast")).to_contain_text("Se deshizo")
    assert places(stage) == before


def test_a_telephone_with_keys_alone_moves_and_takes_back(stage: Stage, phone: Page) -> None:
    before = places(stage)
    phone.evaluate("document.querySelector('[data-board]').page.rounds.go(0)")
    button = phone.locator(".b-round").get_by_role("button", name=re.compile("^Mover a"))
    found = phone.evaluate(
        """async () => {
          const { board } = document.querySelector('[data-board]').page;
          const { spotsOf } = await import(document.querySelector('link[href*="board/feasible.js"]').href);
          return board.pairs.filter((pair) => pair.slot === 0 && !pair.pinned).sort((a, b) => a.table - b.table)
            .findIndex((pair) => spotsOf(board, pair).length > 0);
        }"""
    )
    button.nth(found).focus()
    phone.keyboard.press("Enter")
    dialog = phone.get_by_role("dialog")
    expect(dialog.locator(".b-spots button").first).to_be_visible()
    dialog.locator(".b-spots button").first.focus()
    phone.keyboard.press("Enter")
    expect(phone.locator(".toast")).to_contain_text("Movida")
    assert len(places(stage).items() - before.items()) == 1
    phone.keyboard.press("Control+z")
    expect(phone.locator(".toast")).to_contain_text("Se deshizo")
    assert places(stage) == before
