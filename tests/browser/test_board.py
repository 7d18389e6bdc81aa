"""The schedule board in a real browser: by mouse, by finger and by keys alone, with somebody else on the same draft."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import g
from playwright.sync_api import Browser, Locator, Page, expect

from eventsapp.db import db, unit_of_work
from eventsapp.models import Absence, Account, Event, Placement, Schedule, Step
from eventsapp.services import adjustments, frames, schedules, spots
from eventsapp.web.sentences import sentence
from tests import boards, make
from tests.browser.conftest import PHONE, WIDE, Live, open_page

pytestmark = pytest.mark.browser

STATIC = Path(__file__).resolve().parents[2] / "eventsapp" / "static"
PATIENT = 60_000
expect.set_options(timeout=PATIENT)


@dataclass
class Stage:
    """A served event with its board, and its two organizers."""

    live: Live
    code: str
    ids: dict[str, Any]

    def page(self, browser: Browser, who: str = "laura", viewport: dict[str, int] = WIDE, path: str = "") -> Page:
        """The board, ready to be used."""
        page = open_page(browser, viewport)
        page.set_default_timeout(PATIENT)
        with self.live.app.app_context():
            self.live.sign_in(page.context, db.session.get_one(Account, self.ids[who]))
        page.goto(f"{self.live.address}/o/{self.code}/horario{path}")
        page.wait_for_selector("[data-ready]", state="attached")
        return page

    def schedule(self) -> Schedule:
        """The draft as it is stored now."""
        db.session.expire_all()
        event = db.session.query(Event).filter_by(code=self.code).one()
        found = schedules.find_current(event)
        assert found is not None
        return found


@pytest.fixture
def stage(live: Live) -> Stage:
    with live.app.app_context(), unit_of_work():
        made = boards.filled(buyers=6, suppliers=31, days=2, rounds=8, meetings=64, unplaced=5, absences=40)
        luis = make.organizer(made.event.organization, name="Luis Pérez")
        return Stage(live, made.event.code, {"laura": made.organizer.id, "luis": luis.id})


@pytest.fixture
def board(browser: Browser, stage: Stage) -> Iterator[Page]:
    page = stage.page(browser)
    yield page
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def violations(page: Page) -> list[str]:
    """What axe finds wrong."""
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found.response["violations"]]


def movable(page: Page) -> dict[str, Any]:
    """A meeting of the first day that has somewhere to go, with the first of its spots."""
    found: dict[str, Any] = page.evaluate(
        """async () => {
          const { board } = document.querySelector('[data-board]').page;
          const { spotsOf } = await import(document.querySelector('link[href*="board/feasible.js"]').href);
          for (const pair of board.pairs) {
            if (pair.slot < 0 || pair.pinned || board.slots[pair.slot].day) continue;
            const spot = spotsOf(board, pair).find((one) => board.slots[one.slot].day === 0);
            if (spot) return { pair: pair.index, row: pair.table, from: pair.slot, to: spot.slot, table: spot.table,
              name: board.companies[pair.b].name, starts: board.slots[spot.slot].starts,
              label: board.tables[spot.table].label };
          }
        }"""
    )
    return found


def cell(page: Page, row: int, slot: int) -> Locator:
    """The cell of a table and a round of the first day."""
    return page.locator(f'.b-row[aria-rowindex="{row + 2}"] .b-cell[aria-colindex="{slot + 2}"]')


def said(page: Page, text: str) -> None:
    """The page said this to readers."""
    expect(page.locator("[data-voice]")).to_contain_text(text)


def places(stage: Stage) -> dict[Any, tuple[Any, Any, bool]]:
    with stage.live.app.app_context():
        rows = db.session.query(Placement).filter_by(schedule_id=stage.schedule().id)
        return {row.meeting_id: (row.slot_id, row.table_id, row.is_pinned) for row in rows}


def test_a_meeting_is_dragged_to_a_possible_place_and_back_by_undo(stage: Stage, board: Page) -> None:
    before, one = places(stage), movable(board)
    start, target = cell(board, one["row"], one["from"]).bounding_box(), cell(board, one["table"], one["to"])
    assert start is not None
    board.mouse.move(start["x"] + 40, start["y"] + 15)
    board.mouse.down()
    board.mouse.move(start["x"] + 48, start["y"] + 15)
    expect(target).to_have_class(word("yes|warned"))
    end = target.bounding_box()
    assert end is not None
    board.mouse.move(end["x"] + 40, end["y"] + 15, steps=4)
    expect(target).to_have_text("Soltar aquí")
    expect(board.locator("[data-card]")).to_contain_text("ambas libres")
    board.mouse.up()
    expect(board.locator(".toast")).to_contain_text(f"{one['starts']}, mesa {one['label']}")
    after = places(stage)
    assert len(after.items() - before.items()) == 1
    board.locator(".toast").get_by_role("button", name="Deshacer").click()
    expect(board.locator(".toast")).to_contain_text("Se deshizo su último cambio")
    assert places(stage) == before


def word(pattern: str) -> Any:
    """One of these words among others."""
    return re.compile(rf"\b({pattern})\b")


def test_escape_drops_nothing_and_an_impossible_drop_says_why(stage: Stage, board: Page) -> None:
    before, one = places(stage), movable(board)
    start = cell(board, one["row"], one["from"]).bounding_box()
    assert start is not None
    for end in ("escape", "drop"):
        board.mouse.move(start["x"] + 40, start["y"] + 15)
        board.mouse.down()
        board.mouse.move(start["x"] + 60, start["y"] + 60, steps=3)
        if end == "escape":
            board.keyboard.press("Escape")
            board.mouse.up()
            expect(board.locator("[data-card]")).to_be_hidden()
        else:
            board.mouse.up()
            expect(board.locator("[data-alert]")).to_contain_text(word("mesa|reunión"))
    assert places(stage) == before


def test_everything_goes_by_keys_alone(stage: Stage, board: Page) -> None:
    before, one = places(stage), movable(board)
    cell(board, 0, 0).focus()
    board.keyboard.press("Control+Home")
    for _ in range(one["row"]):
        board.keyboard.press("ArrowDown")
    for _ in range(one["from"]):
        board.keyboard.press("ArrowRight")
    expect(cell(board, one["row"], one["from"])).to_be_focused()
    board.keyboard.press("m")
    said(board, f"Moviendo {one['name']}.")
    board.keyboard.press("ArrowRight")
    expect(board.locator("[data-voice]")).to_contain_text(re.compile(r"^\d\d:\d\d, mesa \d, libre.*, \d+ de \d+\.$"))
    board.keyboard.press("Enter")
    expect(board.locator(".toast")).to_contain_text(re.compile(r"Movida a las \d\d:\d\d, mesa \d\."))
    moved = places(stage)
    assert len(moved.items() - before.items()) == 1
    board.keyboard.press("p")
    expect(board.locator(".toast")).to_contain_text("Reunión fijada")
    board.keyboard.press("m")
    expect(board.get_by_role("dialog", name="Esta reunión está fijada")).to_be_visible()
    board.keyboard.press("Escape")
    expect(board.locator(".b-cell.pinned:focus")).to_be_visible()
    board.keyboard.press("p")
    expect(board.locator(".toast")).to_contain_text("Reunión suelta")
    board.keyboard.press("Delete")
    expect(board.locator(".toast")).to_contain_text("Está en Sin lugar")
    assert len(places(stage)) == len(before) - 1
    for _ in range(4):
        board.keyboard.press("Control+z")
        expect(board.locator(".toast")).to_contain_text("Se deshizo")
        board.locator(".toast [data-dismiss]").click()
        cell(board, 0, 0).focus()
    assert places(stage) == before
    board.keyboard.press("Control+Shift+z")
    expect(board.locator(".toast")).to_contain_text("Se rehízo")
    assert places(stage) == moved
    board.keyboard.press("?")
    expect(board.get_by_role("dialog", name="Atajos del teclado")).to_be_visible()
    board.keyboard.press("Escape")
    cell(board, 0, 0).focus()
    board.keyboard.press("]")
    expect(board.locator('[data-day="1"]')).to_have_attribute("aria-pressed", "true")
    said(board, "miércoles 10")
    board.keyboard.press("[")
    board.keyboard.press("End")
    expect(cell(board, 0, 7)).to_be_focused()
    board.keyboard.press("PageDown")
    expect(cell(board, 5, 7)).to_be_focused()


def test_a_detail_opens_with_enter_and_escape_comes_back(board: Page) -> None:
    one = movable(board)
    cell(board, one["row"], one["from"]).focus()
    board.keyboard.press("Enter")
    expect(board.locator(".b-detail h2")).to_be_focused()
    expect(board.locator(".b-detail")).to_contain_text("Otras reuniones de")
    expect(board.locator(".b-cell.related").first).to_be_visible()
    board.keyboard.press("Escape")
    expect(cell(board, one["row"], one["from"])).to_be_focused()


def test_several_are_pinned_in_one_step(stage: Stage, board: Page) -> None:
    free = board.locator(".b-cell.meet:not(.pinned)")
    names = [free.nth(n).get_attribute("aria-label") for n in range(2)]
    free.nth(0).click()
    free.nth(0).click(modifiers=["Control"])
    free.nth(1).click(modifiers=["Control"])
    expect(board.locator("[data-bar]")).to_contain_text("2 reuniones elegidas")
    board.locator("[data-bar]").get_by_role("button", name="Fijar").click()
    expect(board.locator(".toast")).to_contain_text("2 reuniones fijadas")
    with stage.live.app.app_context():
        step = db.session.query(Step).one()
        assert (step.action, len(step.changes)) == ("schedule.pinned", 2)
    assert all(names)


def test_two_meetings_change_places(stage: Stage, board: Page) -> None:
    before, one = places(stage), movable(board)
    cell(board, one["row"], one["from"]).focus()
    board.keyboard.press("s")
    dialog = board.get_by_role("dialog")
    expect(dialog).to_contain_text("Intercambiar")
    dialog.locator(".b-spots button").first.click()
    expect(board.locator(".toast")).to_contain_text("Reuniones intercambiadas")
    assert len(places(stage).items() - before.items()) == 2


def test_from_the_tray_to_a_place_and_out_again(stage: Stage, board: Page) -> None:
    placed = len(places(stage))
    card = board.locator(".b-card", has=board.locator(".text-ok")).first
    card.get_by_role("button").click()
    expect(board.locator("[data-bar]")).to_contain_text("Moviendo:")
    board.keyboard.press("ArrowRight")
    said(board, "libre")
    board.keyboard.press("Enter")
    expect(board.locator(".toast")).to_contain_text("Movida")
    assert len(places(stage)) == placed + 1
    source = board.locator(".b-cell:focus").bounding_box()
    tray = board.locator("[data-side]").bounding_box()
    assert source is not None
    assert tray is not None
    board.mouse.move(source["x"] + 30, source["y"] + 15)
    board.mouse.down()
    board.mouse.move(tray["x"] + 100, tray["y"] + 200, steps=5)
    board.mouse.up()
    expect(board.locator(".toast")).to_contain_text("Está en Sin lugar")
    assert len(places(stage)) == placed


def test_outside_the_stated_availability_a_reason_is_asked(stage: Stage, board: Page) -> None:
    one = movable(board)
    with stage.live.app.app_context(), unit_of_work():
        slot = frames.read(stage.schedule().event).slots[one["to"]]
        desk = next(
            place.desk_b_id
            for place in schedules.list_placements(stage.schedule())
            if place.meeting.b.company.name == one["name"]
        )
        db.session.add(Absence(desk_id=desk, starts_at=slot.starts_at, ends_at=slot.ends_at))
    board.reload()
    board.wait_for_selector("[data-ready]", state="attached")
    cell(board, one["row"], one["from"]).focus()
    board.keyboard.press("m")
    said(board, "Moviendo")
    cell(board, one["table"], one["to"]).click()
    dialog = board.get_by_role("dialog", name="Fuera de la disponibilidad indicada")
    expect(dialog).to_contain_text("no está disponible")
    assert violations(board) == []
    dialog.get_by_role("button", name="Mover con este motivo").click()
    expect(dialog).to_contain_text("Escriba el motivo")
    dialog.get_by_label("¿Por qué sí puede?").fill("Lo confirmó por teléfono")
    board.keyboard.press("Enter")
    expect(board.locator(".toast")).to_contain_text("Movida")


def test_what_somebody_else_does_appears_with_the_initials(browser: Browser, stage: Stage, board: Page) -> None:
    other = stage.page(browser, "luis")
    expect(board.locator("[data-here]")).to_contain_text("LP")
    one = movable(other)
    cell(other, one["row"], one["from"]).focus()
    other.keyboard.press("p")
    expect(other.locator(".toast")).to_contain_text("Reunión fijada")
    expect(board.locator("[data-live]")).to_contain_text("Luis Pérez hizo un cambio")
    expect(cell(board, one["row"], one["from"])).to_have_class(word("pinned"))
    other.context.close()


def test_two_organizers_on_one_meeting_see_both_sides(browser: Browser, stage: Stage) -> None:
    page = stage.page(browser)
    one = movable(page)
    page.evaluate("document.querySelector('[data-board]').page.live = null")
    page.context.route("**/eventos*", lambda route: route.abort())
    page.context.route("**/novedades*", lambda route: route.abort())
    page.reload()
    page.wait_for_selector("[data-ready]", state="attached")
    other = stage.page(browser, "luis")
    cell(other, one["row"], one["from"]).focus()
    other.keyboard.press("p")
    expect(other.locator(".toast")).to_contain_text("Reunión fijada")
    cell(page, one["row"], one["from"]).focus()
    page.keyboard.press("m")
    said(page, "Moviendo")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Otra persona cambió esto antes")
    expect(dialog).to_contain_text("Luis Pérez")
    expect(dialog).to_contain_text("fijada")
    assert violations(page) == []
    dialog.get_by_role("button", name="Dejarlo así").click()
    expect(cell(page, one["row"], one["from"])).to_have_class(word("pinned"))
    page.context.close()
    other.context.close()


def test_a_finger_taps_the_menu_and_then_the_place(browser: Browser, stage: Stage) -> None:
    before = places(stage)
    context = browser.new_context(viewport=WIDE, has_touch=True, locale="es-MX")
    context.set_default_timeout(PATIENT)
    with stage.live.app.app_context():
        stage.live.sign_in(context, db.session.get_one(Account, stage.ids["laura"]))
    page = context.new_page()
    page.goto(f"{stage.live.address}/o/{stage.code}/horario")
    page.wait_for_selector("[data-ready]", state="attached")
    one = movable(page)
    cell(page, one["row"], one["from"]).tap()
    page.get_by_role("menuitem", name="Mover a…").tap()
    expect(page.locator("[data-bar]")).to_contain_text("Moviendo:")
    cell(page, one["table"], one["to"]).tap()
    expect(page.locator(".toast")).to_contain_text("Movida")
    assert len(places(stage).items() - before.items()) == 1
    context.close()


def test_what_is_shown_stays_in_the_address(stage: Stage, board: Page) -> None:
    board.locator("[data-mode=companies]").click()
    board.locator("[data-size=detail]").click()
    board.reload()
    board.wait_for_selector("[data-ready]", state="attached")
    expect(board.locator("[data-mode=companies]")).to_have_attribute("aria-pressed", "true")
    expect(board.locator("[data-size=detail]")).to_have_attribute("aria-pressed", "true")


def test_a_phone_shows_a_round_and_moves_from_a_list(browser: Browser, stage: Stage) -> None:
    page, before = stage.page(browser, viewport=PHONE), places(stage)
    expect(page.locator(".b-round-title")).to_contain_text("08:00–08:20")
    page.get_by_role("button", name="Ronda siguiente").click()
    expect(page.locator(".b-round-title")).to_contain_text("08:25")
    assert violations(page) == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    page.locator(".b-round").get_by_role("button", name=word("Mover a")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert violations(page) == []
    if dialog.locator(".b-spots button").count():
        dialog.locator(".b-spots button").first.click()
        expect(page.locator(".toast")).to_contain_text("Movida")
        assert len(places(stage).items() - before.items()) == 1
    page.context.close()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_state_of_the_page_has_a_barrier(browser: Browser, stage: Stage, viewport: dict[str, int]) -> None:
    page = stage.page(browser, viewport=viewport)
    assert violations(page) == []
    for name in ("clashes", "changes", "left"):
        page.locator(f"[data-tab={name}]").click()
        assert violations(page) == []
    if viewport is WIDE:
        one = movable(page)
        cell(page, one["row"], one["from"]).click()
        assert violations(page) == []
        page.keyboard.press("Space")
        assert violations(page) == []
        page.keyboard.press("Escape")
        cell(page, one["row"], one["from"]).focus()
        page.keyboard.press("m")
        said(page, "Moviendo")
        page.keyboard.press("ArrowRight")
        assert violations(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("?")
        assert violations(page) == []
        page.keyboard.press("Escape")
        for control in ("[data-size=detail]", "[data-size=panorama]", "[data-size=compact]", "[data-mode=companies]"):
            page.locator(control).click()
            assert violations(page) == []
    page.goto(f"{stage.live.address}/o/{stage.code}/horario?vista=lista")
    assert violations(page) == []
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def test_the_page_tells_of_every_place_what_the_server_tells(stage: Stage, board: Page) -> None:
    """Random meetings, every slot and table: the same verdict, the same rule, the same words; also who can swap."""
    chance = random.Random(7)
    with stage.live.app.app_context():
        event = stage.schedule().event
        with unit_of_work():
            event.max_consecutive = 4
            for registration in event.registrations[8:14]:
                registration.max_meetings = 2
        board.reload()
        board.wait_for_selector("[data-ready]", state="attached")
        shown = board.evaluate(
            """async () => {
              const page = document.querySelector('[data-board]').page, { board } = page;
              const base = document.querySelector('link[href*="board/feasible.js"]').href;
              const { judge, canSwap } = await import(base);
              const { sentence } = await import(base.replace('feasible', 'words'));
              const name = (pair) => `${board.companies[pair.a].number}:${board.companies[pair.b].number}`;
              return Object.fromEntries(board.pairs.map((pair) => [name(pair), {
                spots: board.slots.map((slot) => board.tables.map((table) => {
                  const { broken } = judge(board, pair, slot.index, table.index);
                  return broken.length ? sentence(page.say, board, broken[0], slot.index) : '';
                })),
                swaps: board.pairs.filter((other) => canSwap(board, pair, other)).map(name).sort(),
              }]));
            }"""
        )
        draft = stage.schedule()
        judged = schedules.judge(draft)
        numbers = {str(row.id): row.number for row in event.registrations}
        pinned = {schedules.key_of(seat) for seat in schedules.list_seats(draft) if seat.is_pinned}
        with stage.live.app.test_request_context():
            g.time_zone = event.time_zone
            for request in chance.sample(judged.problem.requests, 24):
                around = spots.Around.of(judged, request.id)
                found = [
                    [told(around, slot, table.id) for table in judged.problem.tables or ()]
                    for slot in range(len(judged.problem.slots))
                ]
                key = f"{numbers[request.a]}:{numbers[request.b]}"
                assert shown[key]["spots"] == found, key
                if around.present is None or frozenset(schedules.pair_of(request.id)) in pinned:
                    assert shown[key]["swaps"] == []
                    continue
                meeting = schedules.find_pair(draft, *schedules.pair_of(request.id))
                assert meeting is not None
                partners = [place.meeting for place in adjustments.find_swaps(draft, meeting.meeting)]
                assert shown[key]["swaps"] == sorted(f"{one.a.number}:{one.b.number}" for one in partners)


def told(around: spots.Around, slot: int, table: str) -> str:
    """What the server says of a place; empty when it is possible."""
    verdict = around.at(slot, table)
    return sentence(around.refusal(verdict, slot, table)) if verdict.broken else ""


def test_the_board_stays_within_its_budgets(browser: Browser, live: Live) -> None:
    with live.app.app_context(), unit_of_work():
        made = boards.filled(days=2, rounds=20, meetings=2064)
        stage = Stage(live, made.event.code, {"laura": made.organizer.id})
    page = stage.page(browser)
    assert page.evaluate("document.querySelectorAll('*').length") <= 3000
    data = page.request.get(f"{live.address}/o/{stage.code}/horario/1/tablero")
    assert len(gzip.compress(data.body())) <= 40_000
    html = page.request.get(f"{live.address}/o/{stage.code}/horario")
    assert len(gzip.compress(html.body())) <= 15_000
    scripts = [STATIC / "js" / "board.js", *(STATIC / "js" / "board").glob("*.js")]
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 45_000
    page.context.close()


WORDS = """
Recubrimientos Industriales del Bajío S.A. de C.V. GRUPO INDUSTRIAL MAQUINADOS DE PRECISIÓN Müller GmbH & Co. KG WWM
Transformaciones Metalúrgicas Troquelados Química Ingeniería MEXICO 3M Y-TEC Powertrain 会社 Otorrinolaringologías–Ñu
"""


@pytest.mark.parametrize("size", ["compact", "detail"])
def test_a_name_has_room_in_its_cell(board: Page, size: str) -> None:
    """Cells cut nothing off, so no name may need more than the lines it has, and hardly one is cut without need."""
    chance, words = random.Random(7), WORDS.split()
    names = [" ".join(chance.choice(words) for _ in range(chance.randint(1, 5))) for _ in range(1500)]
    board.evaluate(f"document.querySelector('[data-board]').page.setSize('{size}')")
    outside, needless = board.evaluate(
        """(names) => {
          const { grid } = document.querySelector('[data-board]').page;
          const { element, text } = grid.cell([...grid.rows.values()][0]), outside = [], needless = [];
          const most = grid.size.lines * 20;
          const isOutside = () => text.scrollWidth > text.clientWidth || text.getBoundingClientRect().height > most;
          for (const className of ['meet a2', 'meet a2 pinned', 'meet a2 clash'])
            for (const name of names) {
              const shown = grid.fitted({ className, text: name });
              element.className = `b-cell ${className}`;
              text.textContent = shown;
              if (isOutside()) outside.push(shown);
              text.textContent = name;
              if (shown !== name && !isOutside()) needless.push(name);
            }
          element.remove();
          return [outside, needless.length];
        }""",
        names,
    )
    assert (outside, needless < len(names) // 5) == ([], True), needless
