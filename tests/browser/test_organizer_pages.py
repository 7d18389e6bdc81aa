"""The organizer's desk in a real browser: every page without a violation, the side sheet, and the day's work by keys.

One event is built once, solved by the real engine, published, with a draft after it; the pages are only read. With
AXE_PICTURES set to a folder each page is pictured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Locator, Page, Route, expect

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import EventStatus, ExclusionReason, MailLink, RegistrationStatus, Role, Side
from eventsapp.models import Account, OutboxMessage, Registration
from eventsapp.services import campaigns, exclusions
from eventsapp.services.campaigns import Answers, Audience
from eventsapp.worker import runner
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live, open_page, served
from tests.browser.test_axe_pages import faults_of
from tests.browser.test_journey import event_for_now
from tests.services.scheduling_bench import Bench, solved_draft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENT = 60_000
HERE = "/o/encuentro-de-prueba"
MOST_TABS = 250


@dataclass
class Demo:
    """A served event, its organizer, the addresses of its desk, and those whose form is sent back emptied."""

    live: Live
    organizer: UUID
    pages: list[str]
    errors: list[str]

    def page(self, browser: Browser, viewport: dict[str, int]) -> Page:
        """A page on which the organizer is signed in."""
        return signed_in(browser, self.live, self.organizer, viewport)


def signed_in(browser: Browser, live: Live, organizer: UUID, viewport: dict[str, int]) -> Page:
    page = open_page(browser, viewport)
    page.set_default_timeout(PATIENT)
    with live.app.app_context():
        live.sign_in(page.context, db.session.get_one(Account, organizer))
    return page


def small_event() -> Bench:
    """Two buyers and four suppliers who all asked for each other, and three who wait for review."""
    event = event_for_now()
    account = make.organizer(event.organization, Role.ADMIN, name="Laura Medina")
    names = ("Nordwind Antriebe", "Planta Celaya")
    buyers = [
        make.registration(event, Side.BUYER, company=make.company(event.organization, name=name)) for name in names
    ]
    suppliers = [
        make.registration(event, company=make.company(event.organization, name=f"Proveedor {letter}"))
        for letter in "ABCD"
    ]
    for buyer in buyers:
        for supplier in suppliers:
            make.request(buyer, supplier)
    for order, name in enumerate(("Galvánicos Lerma", "Hules Ñandú", "Tornillos León")):
        make.registration(
            event,
            company=make.company(event.organization, name=name),
            status=RegistrationStatus.SUBMITTED,
            submitted_at=datetime.now(UTC) - timedelta(days=3 - order),
        )
    return Bench(event, buyers, suppliers, make.actor(account), account)


# An event of which nothing is there yet.
BARE = (
    "",
    "empresas",
    "certificados",
    "capacidades",
    "requerimientos",
    "brechas",
    "solicitudes",
    "solicitudes/pocas",
    "solicitudes/exclusiones",
    "horario",
    "horario/corridas",
    "horario/corridas/nueva",
    "horario/escenarios",
    "publicacion",
    "publicacion/personas",
    "impresos",
    "mensajes",
    "mensajes/envios",
    "respuestas",
    "importar",
    "privacidad",
    "ajustes",
    "ajustes/dias",
    "ajustes/mesas",
    "ajustes/mesas-fijas",
    "ajustes/limites",
    "bitacora",
    "bitacora?q=nadie",
    "buscar?q=nadie",
)
# Forms that complain when they come back empty.
REFUSED = (
    "empresas/nueva",
    "solicitudes/nueva",
    "solicitudes/exclusiones",
    "mensajes/envios/nuevo",
    "mensajes/envios/1/cambiar",
    "horario/corridas/nueva",
    "copiar",
    "ajustes",
    "ajustes/fechas",
    "ajustes/limites",
)
EMPTIED = """() => {
  for (const form of document.querySelectorAll('main form[method=post]')) {
    form.noValidate = true;
    for (const field of form.querySelectorAll('input:not([type=hidden]), textarea')) {
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = false; else field.value = '';
    }
  }
}"""


def _build(live: Live) -> Demo:
    now = datetime.now(UTC)
    with live.app.app_context():
        with unit_of_work():
            bench = small_event()
            exclusions.add(bench.buyers[0], bench.suppliers[3], ExclusionReason.COMPETITOR, actor=bench.actor, now=now)
            text = {"subject": "Nos vemos en {sede}", "body": "Hola, {nombre}."}
            english = {"subject": "", "body": ""}
            texts = {"es_MX": text, "en": english}
            campaigns.add(bench.event, Answers(Audience(), texts, MailLink.AGENDA), actor=bench.actor, now=now)
        published = bench.publish(solved_draft(bench, now), now)
        draft = solved_draft(bench, now, seed=2)
        waiting = bench.event.registrations[-1].id
        mail = db.session.query(OutboxMessage).filter_by(event_id=bench.event.id).first()
        assert mail is not None
        run_id, number, old = draft.run_id, draft.number, published.number
        person, table = bench.buyers[0].delegates[0].id, bench.event.tables[0].id
        pages = [
            "/o/",
            "/o/nuevo",
            *(
                f"{HERE}/{path}"
                for path in (
                    "",
                    "empresas",
                    "empresas?q=nadanada",
                    f"empresas/{waiting}",
                    f"empresas/{bench.buyers[0].id}",
                    "empresas/nueva",
                    "certificados",
                    "requerimientos",
                    "brechas",
                    "solicitudes",
                    "solicitudes/nueva",
                    "solicitudes/pocas",
                    "solicitudes/exclusiones",
                    "horario",
                    "horario?ver=lista",
                    f"horario/{number}/sin-lugar",
                    f"horario/{number}/graficas",
                    f"horario/{old}/certificado",
                    "horario/corridas",
                    "horario/corridas/nueva",
                    f"horario/corridas/{run_id}",
                    "horario/corridas/comparar?a=1&b=2",
                    "horario/escenarios",
                    "horario/reparar",
                    "publicacion",
                    "publicacion/personas",
                    f"publicacion/personas/{person}",
                    "impresos",
                    "mensajes",
                    f"mensajes/{mail.id}",
                    "mensajes/envios",
                    "mensajes/envios/nuevo",
                    "mensajes/envios/1",
                    "respuestas",
                    "importar",
                    "privacidad",
                    "privacidad/aviso",
                    "ajustes",
                    "ajustes/programa",
                    "ajustes/fechas",
                    "ajustes/dias",
                    "ajustes/mesas",
                    f"ajustes/mesas/{table}",
                    "ajustes/mesas-fijas",
                    "ajustes/videollamadas",
                    "ajustes/limites",
                    "ajustes/reglas",
                    "ajustes/mesas/cerrar",
                    "ajustes/solicitudes",
                    "empresas?responsable=nadie",
                    "bitacora",
                    "buscar?q=proveedor",
                    "copiar",
                )
            ),
        ]
        with unit_of_work():
            bare = make.event(bench.event.organization, slots=1, tables=0, name="Encuentro vacío", code="vacio")
            bare.status = EventStatus.DRAFT
            for row in (*bare.slots, *bare.blocks):
                db.session.delete(row)
        team = f"/o/organizacion/{bench.event.organization.code}/equipo"
        own_log = team.replace("equipo", "bitacora")
        pages += [
            team,
            f"{team}/{bench.account.id}",
            own_log,
            f"{own_log}?q=nadie",
            *(f"/o/vacio/{path}" for path in BARE),
        ]
        errors = [team, f"{team}/{bench.account.id}", "/o/nuevo", *(f"{HERE}/{path}" for path in REFUSED)]
        return Demo(live, bench.account.id, pages, errors)


@pytest.fixture(scope="module")
def demo(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Demo]:
    """The event that all visits share."""
    with served(tmp_path_factory.mktemp("desk"), sqlite_template, compiled_templates) as live:
        yield _build(live)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_has_a_violation(browser: Browser, demo: Demo, viewport: dict[str, int]) -> None:
    page, found = demo.page(browser, viewport), []
    for address in demo.pages:
        answer = page.goto(demo.live.address + address)
        assert answer is not None
        if answer.status != 200:
            found.append(f"{address}: {answer.status}")
        found += faults_of(page, address)
    page.context.close()
    assert found == []


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_with_an_error_has_a_violation(browser: Browser, demo: Demo, viewport: dict[str, int]) -> None:
    page, found = demo.page(browser, viewport), []
    for address in demo.errors:
        page.goto(demo.live.address + address)
        page.evaluate(EMPTIED)
        form = page.locator("main form[method=post]:has(input:not([type=hidden]), textarea)").first
        form.locator("button[type=submit], button:not([type])").last.click()
        if not page.locator("[data-error-summary]").count():
            found.append(f"{address}: no summary of errors")
        found += faults_of(page, f"{address} error")
    page.context.close()
    assert found == []


def test_a_registration_opens_beside_the_list(browser: Browser, demo: Demo) -> None:
    page = demo.page(browser, WIDE)
    listed = f"{demo.live.address}{HERE}/empresas?estado=submitted"
    page.goto(listed)
    link, sheet = page.get_by_role("link", name="Galvánicos Lerma", exact=True), page.locator("dialog.sheet")
    link.click()
    heading = sheet.get_by_role("heading", level=1)
    expect(heading).to_have_text("Galvánicos Lerma")
    expect(page).to_have_url(re.compile(r"/empresas/[0-9a-f-]{36}$"))
    assert faults_of(page, "sheet") == []
    sheet.get_by_role("link", name="Siguiente por revisar").click()
    expect(heading).to_have_text("Hules Ñandú")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(page).to_have_url(listed)
    expect(link).to_be_focused()
    page.go_forward()
    expect(heading).to_have_text("Hules Ñandú")
    page.go_back()
    expect(sheet).to_be_hidden()
    page.context.close()


def test_the_focus_outlives_a_list_that_comes_late(browser: Browser, live: Live) -> None:
    with live.app.app_context(), unit_of_work():
        organizer = small_event().account.id
    page = signed_in(browser, live, organizer, WIDE)
    listed = f"{live.address}{HERE}/empresas"
    page.goto(listed)
    held: list[Route] = []
    page.route(listed, lambda route: held.append(route))
    link, rows = page.get_by_role("link", name="Galvánicos Lerma", exact=True), page.locator("tbody tr")
    waiting = rows.filter(has_text="Por revisar").count()
    link.click()
    sheet = page.locator("dialog.sheet")
    sheet.get_by_role("button", name="Aprobar y avisar").click()
    expect(sheet.get_by_role("status")).to_contain_text("Aprobó a Galvánicos Lerma")
    sheet.get_by_role("button", name="Cerrar").click()
    expect(link).to_be_focused()
    assert len(held) == 1
    held[0].continue_()
    expect(rows.filter(has_text="Por revisar")).to_have_count(waiting - 1)
    expect(link).to_be_focused()
    page.context.close()


def test_decisions_are_made_beside_the_list_with_the_mouse(browser: Browser, live: Live) -> None:
    with live.app.app_context(), unit_of_work():
        organizer = small_event().account.id
    page = signed_in(browser, live, organizer, WIDE)
    listed = f"{live.address}{HERE}/empresas"
    page.goto(listed)
    sheet, rows = page.locator("dialog.sheet"), page.locator("tbody tr")
    waiting = rows.filter(has_text="Por revisar").count()
    page.get_by_role("link", name="Galvánicos Lerma", exact=True).click()
    sheet.get_by_text("Pedir cambios…").click()
    sheet.get_by_role("button", name="Pedir cambios y avisar").click()
    expect(sheet.locator("[data-error-summary]")).to_be_focused()
    assert faults_of(page, "sheet with an error") == []
    sheet.get_by_label("Qué debe cambiar").fill("Falta el RFC")
    sheet.get_by_role("button", name="Pedir cambios y avisar").click()
    expect(sheet.get_by_role("status")).to_contain_text("Pidió cambios a Galvánicos Lerma")
    expect(sheet.get_by_role("heading", level=1)).to_have_text("Galvánicos Lerma")
    expect(rows.filter(has_text="Por revisar")).to_have_count(waiting - 1)
    assert faults_of(page, "sheet after a decision") == []
    sheet.get_by_text("Escribir a la empresa").click()
    sheet.get_by_label("Asunto").fill("Su RFC")
    sheet.get_by_label("Mensaje").fill("Escríbalo, por favor.")
    sheet.get_by_role("button", name="Enviar mensaje").click()
    expect(sheet.get_by_role("status")).to_contain_text("El mensaje sale para 1 persona")
    sheet.get_by_role("button", name="Cerrar").click()
    expect(page).to_have_url(listed)
    expect(page.get_by_role("link", name="Galvánicos Lerma", exact=True)).to_be_focused()
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def test_the_number_of_tables_is_judged_while_one_types(browser: Browser, demo: Demo) -> None:
    page = demo.page(browser, WIDE)
    page.goto(f"{demo.live.address}{HERE}/ajustes/mesas")
    words = page.evaluate(
        """async () => {
          const { finding } = await import(document.querySelector('script[src*="demand"]').src);
          const known = { wanted: "9", enough: "{tables} alcanzan", short: "{tables}: faltan {n}" };
          return [8, 9, 10].map((tables) => finding(known, tables));
        }"""
    )
    assert words == ["8: faltan 1", "9 alcanzan", "10 alcanzan"]
    page.get_by_label("Cuántas mesas").fill("5")
    expect(page.locator("[data-demand]")).to_have_text("Mesas en total: 8. Alcanzan en todas las rondas.")
    page.get_by_label("Cuántas mesas").fill("-5")
    expect(page.locator("[data-demand]")).to_have_text("")
    page.context.close()


def test_the_examples_follow_the_weights_while_one_chooses(browser: Browser, demo: Demo) -> None:
    page = demo.page(browser, WIDE)
    page.goto(f"{demo.live.address}{HERE}/ajustes/reglas")
    examples = page.locator("[data-worth]")
    first = examples.locator("li").first
    expect(first).to_contain_text("La pidieron los dos y todo la favorece")
    expect(first).to_contain_text("1,000 puntos")
    expect(examples).to_contain_text("siempre gana a una que pidió uno solo")
    page.get_by_label("La pidieron los dos").select_option(label="Poco: 500 puntos")
    page.get_by_label("Cada nivel de afinidad, del 2 al 5").select_option(label="Mucho: 60 puntos")
    expect(first).to_contain_text("880 puntos")
    expect(examples.locator("li").nth(1)).to_have_text("La pidió solo quien busca y todo la favorece746 puntos")
    expect(examples).to_contain_text("una que pidió uno solo puede ganar")
    assert faults_of(page, "weights while one chooses") == []
    page.get_by_role("button", name="Guardar cambios").press("Enter")
    expect(page.get_by_text("Cambios guardados.")).to_be_visible()
    page.get_by_role("button", name="Restaurar lo recomendado").press("Enter")
    expect(page.get_by_label("Cada nivel de afinidad, del 2 al 5")).to_have_value("15")
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()


def reach(page: Page, wanted: Locator) -> None:
    """Go to an element by the Tab key alone."""
    expect(wanted).to_be_visible()
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"the Tab key never comes to {wanted}")


def press(page: Page, wanted: Locator) -> None:
    """Go to an element by Tab and use it by Enter."""
    reach(page, wanted)
    page.keyboard.press("Enter")


def test_a_company_is_approved_and_a_schedule_published_by_keys_alone(browser: Browser, live: Live) -> None:
    with live.app.app_context(), unit_of_work():
        organizer = small_event().account.id
    page = signed_in(browser, live, organizer, WIDE)
    rail = page.get_by_role("navigation", name="Secciones")
    page.goto(f"{live.address}{HERE}/")
    press(page, rail.get_by_role("link", name="Empresas"))
    press(page, page.get_by_role("link", name="Galvánicos Lerma", exact=True))
    press(page, page.get_by_role("button", name="Aprobar y avisar"))
    sheet = page.locator("dialog.sheet")
    expect(sheet.get_by_role("status")).to_contain_text("Aprobó a Galvánicos Lerma")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    press(page, rail.get_by_role("link", name="Horario"))
    press(page, page.get_by_role("main").get_by_role("link", name="Armar el horario"))
    press(page, page.get_by_role("button", name="Armar el horario"))
    expect(page).to_have_url(re.compile("/corridas/[0-9a-f-]{36}$"))
    with live.app.app_context():
        runner.run_until_idle(live.app)
    press(page, page.get_by_role("link", name="Revisar horario"))
    press(page, rail.get_by_role("link", name="Publicación"))
    press(page, page.get_by_role("button", name=re.compile("Publicar y avisar a 6 personas")))
    expect(page.get_by_text("Todo está publicado")).to_be_visible()
    with live.app.app_context():
        approved = db.session.query(Registration).filter_by(status=RegistrationStatus.APPROVED).count()
    assert approved == 7
    assert page.faults == []  # type: ignore[attr-defined]
    page.context.close()
