"""The macros, layouts and scripts in a real browser, on pages made only of them: nothing of the product behind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Blueprint, Flask, abort, flash, jsonify, render_template, request
from flask_babel import Babel
from flask_wtf import CSRFProtect, FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from playwright.sync_api import Browser, Page, expect
from wtforms import (
    BooleanField,
    FileField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from eventsapp.domain.values import RegistrationStatus, SideNames
from eventsapp.web import templating
from eventsapp.web.security import csp_nonce
from tests.browser.conftest import PHONE, WIDE, open_page
from tests.client import Client
from tests.served import address_of

ROOT = Path(__file__).resolve().parents[2]
CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
)
PROCESSES = {"Metales": ["Estampado", "Mecanizado CNC", "Forja"], "Acabados": ["Zincado"], "Plásticos": ["Inyección"]}
PAGES = ["form", "form?wrong=1", "organizer", "run", "run?few=1", "agenda"]
FRAMES = ["frame/public", "frame/account", "frame/company", "frame/organizer"]
ERRORS = [f"error/{code}" for code in (400, 403, 404, 405, 409, 410, 413, 429, 500, 503)]


def choices(**named: str) -> list[SelectChoice]:
    """Choices of a field by value and label."""
    return [SelectChoice(value, label) for value, label in named.items()]


class Everything(FlaskForm):  # type: ignore[misc]
    """One field of each kind."""

    processes = SelectMultipleField(
        "Procesos",
        choices=[SelectChoice(name, name, optgroup=group) for group, names in PROCESSES.items() for name in names],
        validators=[DataRequired("Elija al menos un proceso")],
    )
    name = StringField("Nombre completo", [DataRequired("Escriba su nombre")])
    tax_id = StringField("RFC", [Length(12, 13, "Escriba el RFC con 12 o 13 caracteres")])
    postal_code = StringField("Código postal")
    state = SelectField("Estado", choices=choices(qro="Querétaro", gto="Guanajuato"), default="qro")
    about = TextAreaField("Qué hace su empresa")
    logo = FileField("Logotipo")
    side = RadioField(
        "Participa como",
        choices=choices(buyer="Comprador", supplier="Proveedor"),
        validators=[InputRequired("Elija una opción")],
    )
    languages = SelectMultipleField("Idiomas", choices=choices(es="Español", en="Inglés"))
    slots = SelectMultipleField("Cuándo puede reunirse", choices=[SelectChoice(str(n), str(n)) for n in range(8)])
    directory = BooleanField("Quiero aparecer en el directorio público")


def kit_app() -> Flask:
    """Pages made of the kit."""
    app = Flask("eventsapp", static_folder=str(ROOT / "eventsapp" / "static"))
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "kit")]
    )
    app.config.update(SECRET_KEY="kit", TESTING=True, BABEL_DEFAULT_LOCALE="es_MX")
    Babel(app)
    CSRFProtect(app)
    templating.init_app(app)
    app.test_client_class = Client
    event = SimpleNamespace(
        name="Encuentro Automotriz del Bajío 2027",
        time_zone="America/Mexico_City",
        sides=SideNames.BUYER_SUPPLIER,
    )
    items = [
        {"label": "Resumen", "icon": "home", "href": "#", "active": True},
        {"label": "Solicitudes", "icon": "inbox", "href": "#", "count": 8},
        {"label": "Ajustes", "icon": "settings", "href": "#", "end": True},
    ]
    around: dict[str, Any] = {
        "event": event,
        "event_line": "9 y 10 de marzo · Querétaro",
        "nav": items,
        "phase": {"number": 5, "total": 7, "name": "Ajuste del horario"},
        "search_url": "/search",
        "events_menu": [{"label": event.name, "href": "#", "active": True}],
        "account": SimpleNamespace(name="Laura Medina"),
        "logout_url": "/out",
        "help_url": "/help",
        "languages": [
            {"code": "es-MX", "label": "Español", "locale": "es_MX", "next": "/", "active": True},
            {"code": "en", "label": "English", "locale": "en", "next": "/"},
        ],
        "footer_links": [{"label": "Privacidad", "href": "#"}],
    }
    ticks = itertools.count(2)

    @app.after_request
    def add_policy(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = CSP.format(nonce=csp_nonce())
        return response

    @app.get("/form")
    def form() -> str:
        wrong = "wrong" in request.args
        filled = Everything(meta={"csrf": not wrong}, data=None if wrong else {"processes": ["Zincado"]})
        if wrong:
            filled.validate()
        slots = [{"value": str(n), "label": f"{9 + n:02d}:00", "disabled": n == 3} for n in range(8)]
        slots.insert(4, {"break": True, "label": "Receso"})
        return render_template("form.html", form=filled, days=[{"label": "martes 9", "slots": slots}], **around)

    @app.get("/organizer")
    def organizer() -> str:
        flash({"text": "Reunión movida a las 10:15, mesa 12.", "undo": "/undo"}, "ok")  # type: ignore[arg-type]
        return render_template("organizer.html", statuses=list(RegistrationStatus), **around)

    @app.get("/run")
    def run() -> str:
        points = [
            {"seconds": 1, "placed": 100, "bound": None},
            {"seconds": 20, "placed": 260, "bound": 300},
            {"seconds": 61, "placed": 290, "bound": 296},
        ]
        return render_template("run.html", points=[] if "few" in request.args else points, **around)

    @app.get("/state")
    def state() -> Any:
        placed = 100 * next(ticks)
        return jsonify(placed=str(placed), placed_n=placed, asked_n=1000, bound_n=1000, percent_text=f"{placed // 10}%")

    @app.get("/absent")
    def absent() -> Any:
        return abort(404)

    @app.get("/agenda")
    def agenda() -> str:
        return render_template("agenda.html", **around)

    @app.get("/frame/<name>")
    def frame(name: str) -> str:
        """A layout without a single variable."""
        return render_template("frame.html", layout=f"{name}/layout.html")

    @app.get("/error/<int:code>")
    def error(code: int) -> str:
        return render_template(f"errors/{code}.html")

    @app.post("/sent")
    def sent() -> str:
        return render_template("frame.html", layout="public/layout.html")

    public = Blueprint("public", __name__)
    public.add_url_rule("/language", "language", sent, methods=["POST"])
    app.register_blueprint(public)
    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the kit is served."""
    with address_of(kit_app()) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A wide page that is closed again."""
    page = open_page(browser, WIDE)
    yield page
    page.context.close()


@pytest.mark.parametrize("path", [*PAGES, *FRAMES, *ERRORS])
def test_pages_of_the_kit_are_sound(path: str) -> None:
    assert kit_app().test_client().get(f"/{path}").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "?_external=1&_scheme=javascript",
        "?endpoint=x&filename=y",
        "?sort=%22%3E%3Cb%3E&q=%25s%00",
        "?page=a&page=b&_anchor=z",
    ],
)
def test_links_of_lists_survive_hostile_queries(query: str) -> None:
    response = kit_app().test_client().get(f"/organizer{query}")
    links = [
        part.split('"')[0]
        for part in response.get_data(as_text=True).split('href="')[1:]
        if part.startswith("/organizer")
    ]
    assert response.status_code == 200
    assert len(links) == 7
    assert [link for link in links if not link.startswith("/organizer?") or "<" in link] == []


@pytest.mark.browser
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_nobody_is_kept_out_and_nothing_sticks_out(browser: Browser, address: str, size: dict[str, int]) -> None:
    faults: list[Any] = []
    page = open_page(browser, size)
    for path in [*PAGES, *FRAMES, "error/404", "error/500"]:
        page.goto(f"{address}/{path}")
        faults += [(path, found["id"], found["nodes"][0]["html"]) for found in Axe().run(page).response["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append((path, "scrolls sideways"))
    scripts = [fault for fault in page.faults if "404" not in fault]  # type: ignore[attr-defined]
    page.context.close()
    assert faults == []
    assert scripts == []


@pytest.mark.browser
def test_the_error_summary_has_the_focus_and_leads_to_the_field(page: Page, address: str) -> None:
    page.goto(f"{address}/form?wrong=1")
    expect(page).to_have_title("Error: Procesos · Encuentro Automotriz del Bajío 2027")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_role("link", name="Elija una opción").click()
    expect(page.locator("#side")).to_be_focused()
    page.get_by_role("link", name="Escriba su nombre").click()
    name = page.get_by_label("Nombre completo")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-describedby", "name-hint name-error")
    name.fill("Daniela Ríos")
    expect(page.locator("#name-error")).to_have_count(0)
    expect(name).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.browser
def test_a_long_list_can_be_searched_without_accents(page: Page, address: str) -> None:
    page.goto(f"{address}/form")
    search = page.get_by_label("Buscar un proceso")
    search.fill("INYECCION")
    expect(page.get_by_label("Inyección")).to_be_visible()
    expect(page.get_by_label("Estampado")).to_be_hidden()
    search.fill("nada de esto")
    expect(page.get_by_text("Nada coincide con lo que escribió")).to_be_visible()
    search.fill("")
    expect(page.get_by_label("Estampado")).to_be_visible()
    expect(page.get_by_label("Zincado")).to_be_checked()


@pytest.mark.browser
def test_rounds_are_painted_by_dragging_and_taken_all_at_once(page: Page, address: str) -> None:
    page.goto(f"{address}/form")
    boxes = page.locator("input[name=slots]")

    def ticked() -> list[str]:
        return boxes.evaluate_all("all => all.filter(box => box.checked).map(box => box.value)")  # type: ignore[no-any-return]

    page.get_by_text("09:00").hover()
    page.mouse.down()
    page.get_by_text("10:00").hover()
    page.get_by_text("11:00").hover()
    page.mouse.up()
    assert ticked() == ["0", "1", "2"]
    page.get_by_text("10:00").click()
    assert ticked() == ["0", "2"]
    page.get_by_role("button", name="Todo el día").click()
    assert ticked() == ["0", "1", "2", "4", "5", "6", "7"]
    page.get_by_role("button", name="Ninguna").click()
    assert ticked() == []


@pytest.mark.browser
def test_a_grave_act_asks_first_and_starts_on_the_safe_answer(page: Page, address: str) -> None:
    page.goto(f"{address}/organizer")
    act = page.get_by_role("button", name="Cancelar corrida")
    act.click()
    dialog = page.get_by_role("dialog", name="¿Cancelar la corrida?")
    expect(dialog.get_by_role("button", name="Volver sin cambiar nada")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(act).to_be_focused()
    act.click()
    dialog.get_by_role("button", name="Cancelar corrida").click()
    expect(page).to_have_url(f"{address}/sent")


@pytest.mark.browser
def test_ticked_rows_show_what_can_be_done_with_them(page: Page, address: str) -> None:
    page.goto(f"{address}/organizer")
    bar = page.locator("[data-bulk-bar]")
    expect(bar).to_be_hidden()
    page.get_by_label("Elegir Galvánicos Lerma 2").check()
    expect(bar).to_contain_text("1 elegidas")
    page.get_by_label("Elegir todas").check()
    rows = page.locator("[data-bulk] input.tick[name]").count()
    expect(bar).to_contain_text(f"{rows} elegidas")
    page.get_by_label("Elegir todas").uncheck()
    expect(bar).to_be_hidden()


@pytest.mark.browser
def test_the_toast_is_said_and_can_be_closed_and_slash_goes_to_the_search(page: Page, address: str) -> None:
    page.goto(f"{address}/organizer")
    toast = page.get_by_role("status").filter(has_text="Reunión movida")
    expect(toast.get_by_role("button", name="Deshacer")).to_be_visible()
    toast.get_by_role("button", name="Cerrar").click()
    expect(page.get_by_text("Reunión movida")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.locator("#top-search")).to_be_focused()


@pytest.mark.browser
def test_a_run_is_followed_by_looking_when_events_do_not_come(page: Page, address: str) -> None:
    page.goto(f"{address}/run")
    expect(page.get_by_text("Se actualiza cada 3 s")).to_be_visible()
    expect(page.locator("[data-live=placed]")).not_to_have_text("100")
    assert page.title().endswith("% · Armando el horario")
    assert page.locator("[data-run-voice]").inner_text().endswith("reuniones con lugar")
