"""What may happen to a registration, in a real browser: changes asked for, waiting, coming late, coming to the door."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Account, Delegate, Event, Registration
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live, open_page
from tests.browser.test_journey import event_for_now

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = "encuentro-de-prueba"
HERE = f"/e/{CODE}"
SIZES = pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
Built = dict[str, Account]


def build(live: Live, make_all: Callable[[Event], dict[str, Account | None]]) -> Built:
    """The event, and whoever a test needs, free of any session."""
    with live.app.app_context():
        people = {name: person for name, person in make_all(event_for_now()).items() if person is not None}
        db.session.commit()
        for person in people.values():
            db.session.refresh(person)
            db.session.expunge(person)
        return people


def registered(event: Event, name: str, side: Side = Side.SUPPLIER, **values: object) -> Registration:
    """A company whose person has title and telephone."""
    firm = make.company(event.organization, name=name, tax_id="XAXX010101000")
    made = make.registration(event, side, company=firm, **values)  # type: ignore[arg-type]
    for person in made.delegates:
        person.job_title, person.phone = "Ventas", "+52 477 123 4567"
    return made


def admin_of(registration: Registration) -> Account | None:
    """Who administers its company."""
    person: Delegate = registration.delegates[0]
    return person.account


def enter(browser: Browser, live: Live, person: Account, path: str, viewport: dict[str, int]) -> Page:
    """A browser of a person on a page."""
    page = open_page(browser, viewport)
    live.sign_in(page.context, person)
    page.goto(live.address + path)
    return page


def heading(page: Page) -> str:
    """What the page is about."""
    return page.get_by_role("heading", level=1).inner_text()


def faults(page: Page) -> list[str]:
    """What went wrong in the browser, apart from forms that were refused."""
    return [fault for fault in page.faults if "status of 4" not in fault]  # type: ignore[attr-defined]


@SIZES
def test_wishes_of_the_organizer_are_read_fulfilled_and_sent_again(
    browser: Browser, live: Live, viewport: dict[str, int]
) -> None:
    def made(event: Event) -> dict[str, Account | None]:
        sent = registered(event, "Galvánicos Lerma", status=RegistrationStatus.SUBMITTED, terms=["ALL-090"])
        sent.submitted_at = datetime.now(UTC)
        return {"company": admin_of(sent), "organizer": make.organizer(event.organization)}

    people = build(live, made)
    company = enter(browser, live, people["company"], f"{HERE}/registro", viewport)
    expect(company.get_by_text("El organizador está revisando su registro.")).to_be_visible()
    expect(company.get_by_role("link", name="Revisar y enviar")).to_have_count(0)

    organizer = enter(browser, live, people["organizer"], f"/o/{CODE}/empresas", viewport)
    organizer.get_by_role("link", name="Galvánicos Lerma").first.click()
    organizer.get_by_text("Pedir cambios…").first.click()
    organizer.get_by_role("button", name="Pedir cambios y avisar").click()
    expect(organizer.locator("[data-error-summary]").last).to_be_visible()
    organizer.get_by_label(re.compile("cambi", re.IGNORECASE)).last.fill("Falta la <b>ciudad</b> de la planta")
    organizer.get_by_role("button", name="Pedir cambios y avisar").click()
    expect(organizer.get_by_text("Con cambios pedidos").first).to_be_visible()

    company.reload()
    expect(company.get_by_text("Falta la <b>ciudad</b> de la planta")).to_be_visible()
    company.get_by_role("link", name="Su empresa").click()
    company.get_by_label("Ciudad o municipio").fill("")
    company.get_by_role("button", name="Guardar y continuar").click()
    expect(company.locator("[data-error-summary]")).to_be_focused()
    assert company.title().startswith("Error: ")
    company.locator("[data-error-summary] a").click()
    expect(company.get_by_label("Ciudad o municipio")).to_be_focused()
    company.get_by_label("Ciudad o municipio").fill("Lerma")
    company.get_by_role("button", name="Guardar y salir").click()
    expect(company.get_by_text(re.compile(r"^Borrador guardado a las \d\d:\d\d$")).first).to_be_visible()
    company.get_by_role("link", name="Su empresa").click()
    company.get_by_role("button", name="Guardar y continuar").click()
    company.goto(f"{live.address}{HERE}/registro")
    company.get_by_role("link", name="Revisar y enviar").click()
    expect(company.get_by_text("Lerma, Guanajuato")).to_be_visible()
    company.get_by_role("button", name="Enviar registro").click()
    expect(company.get_by_text("Folio").first).to_be_visible()

    organizer.reload()
    expect(organizer.get_by_role("button", name="Aprobar y avisar")).to_be_visible()
    organizer.get_by_role("button", name="Aprobar y avisar").click()
    company.goto(f"{live.address}{HERE}/registro")
    expect(company.get_by_text("Su empresa participa.")).to_be_visible()
    assert (faults(company), faults(organizer)) == ([], [])


@SIZES
def test_a_place_that_frees_goes_to_who_waits(browser: Browser, live: Live, viewport: dict[str, int]) -> None:
    def made(event: Event) -> dict[str, Account | None]:
        event.supplier_places = 1
        inside = registered(event, "Galvánicos Lerma")
        sent = registered(event, "Tornillos León", status=RegistrationStatus.SUBMITTED)
        sent.submitted_at = datetime.now(UTC)
        return {
            "inside": admin_of(inside),
            "waits": admin_of(sent),
            "organizer": make.organizer(event.organization),
        }

    people = build(live, made)
    organizer = enter(browser, live, people["organizer"], f"/o/{CODE}/empresas", viewport)
    organizer.get_by_role("link", name="Tornillos León").first.click()
    organizer.get_by_role("button", name="Aprobar y avisar").click()
    expect(organizer.get_by_text("En lista de espera").first).to_be_visible()

    waits = enter(browser, live, people["waits"], f"{HERE}/registro", viewport)
    expect(waits.get_by_text("Su empresa está en lista de espera, en el lugar 1.")).to_be_visible()

    inside = enter(browser, live, people["inside"], f"{HERE}/registro", viewport)
    inside.get_by_role("button", name="Retirar registro").click()
    inside.get_by_role("dialog").get_by_role("button", name="Retirar").first.click()
    expect(inside.get_by_text("Retiró el registro. Sus respuestas siguen guardadas.")).to_be_visible()

    waits.reload()
    expect(waits.get_by_text("Su empresa participa.")).to_be_visible()
    inside.get_by_role("button", name="Volver a participar").click()
    expect(inside.get_by_text("Su registro es un borrador otra vez. Revíselo y envíelo.")).to_be_visible()
    inside.get_by_role("link", name="Revisar y enviar").click()
    inside.get_by_role("button", name="Enviar registro").click()
    expect(inside.get_by_text("Folio").first).to_be_visible()
    assert (faults(inside), faults(waits), faults(organizer)) == ([], [], [])


@SIZES
def test_a_late_company_that_came_before_starts_from_its_last_answers(
    browser: Browser, live: Live, viewport: dict[str, int]
) -> None:
    def made(event: Event) -> dict[str, Account | None]:
        event.registration_closes_at = datetime.now(UTC) - timedelta(days=1)
        event.late_registration_until = datetime.now(UTC) + timedelta(days=3)
        before = make.event(event.organization, name="Encuentro de antes")
        last = registered(before, "Galvánicos Lerma", terms=["ALL-090"], offer="Zincado y níquel")
        last.submitted_at = datetime.now(UTC) - timedelta(days=300)
        seeks = registered(event, "Nordwind Antriebe", Side.BUYER, terms=["ALL-090", "ALL-010"])
        return {"company": admin_of(last), "other": admin_of(seeks)}

    people = build(live, made)
    page = enter(browser, live, people["company"], HERE, viewport)
    page.get_by_role("link", name=re.compile("Registrar")).first.click()
    expect(page.get_by_text("El registro ya cerró; el organizador acepta registros tardíos.")).to_be_visible()
    page.get_by_role("button", name="Empezar").click()  # nothing chosen yet
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.locator("input[name=side][value=supplier]").check()
    page.get_by_role("button", name="Empezar").click()
    expect(page.get_by_label("Nombre comercial")).to_have_value("Galvánicos Lerma")
    page.get_by_role("link", name="Atrás").click()
    expect(page.get_by_text("Empezamos con lo que respondió la última vez.")).to_be_visible()
    page.get_by_role("link", name="Su empresa").click()
    expect(page.get_by_label("RFC")).to_have_value("XAXX010101000")
    page.get_by_role("button", name="Guardar y continuar").click()
    page.get_by_role("button", name="Guardar y continuar").click()

    # The terms of the last time are ticked; the aside says at once what another one brings.
    expect(page.get_by_label("Galvanoplastia y recubrimientos metálicos")).to_be_checked()
    expect(page.get_by_label(re.compile("en sus palabras"))).to_have_value("Zincado y níquel")
    aside = page.locator("[data-payback]")
    expect(aside.get_by_text("Galvánicos Lerma")).to_be_visible()
    expect(aside).to_contain_text(re.compile(r"1\s+comprador"))
    page.get_by_label("Estampado y troquelado de metal", exact=True).check()
    expect(aside.locator(".bars li")).to_have_count(2)
    page.get_by_label("Galvanoplastia y recubrimientos metálicos").uncheck()
    expect(aside.locator(".bars li")).to_have_count(1)
    page.get_by_role("button", name="Guardar y continuar").click()
    page.get_by_role("button", name="Guardar y continuar").click()
    page.get_by_role("button", name="Enviar registro").click()
    expect(page.get_by_text("Folio").first).to_be_visible()
    assert faults(page) == []


@SIZES
def test_staff_takes_a_company_in_at_the_door(browser: Browser, live: Live, viewport: dict[str, int]) -> None:
    people = build(live, lambda event: {"organizer": make.organizer(event.organization)})
    page = enter(browser, live, people["organizer"], f"/o/{CODE}/empresas", viewport)
    page.get_by_role("link", name=re.compile("Registrar en el lugar")).first.click()
    page.get_by_role("button", name="Registrar y aprobar").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.get_by_label("Nombre de la empresa").fill("Hules Ñandú")
    page.locator("input[name=side][value=supplier]").check()
    page.get_by_label("Nombre completo").fill("Inés Ñáñez")
    page.get_by_label("Correo electrónico").fill("ines@hules.example.com")
    page.get_by_role("button", name="Registrar y aprobar").click()
    page.goto(f"{live.address}/o/{CODE}/empresas")
    page.get_by_role("link", name="Hules Ñandú").first.click()
    expect(page.get_by_text("Aprobado").first).to_be_visible()
    expect(page.get_by_text("Registró a la empresa en el lugar").first).to_be_visible()
    assert faults(page) == []


@SIZES
def test_two_people_at_one_profile_see_both_values_and_lose_nothing(
    browser: Browser, live: Live, viewport: dict[str, int]
) -> None:
    people = build(live, lambda event: {"company": admin_of(registered(event, "Galvánicos Lerma"))})
    path = f"{HERE}/perfil/descripcion"
    one, other = (enter(browser, live, people["company"], path, viewport) for _ in range(2))
    one.get_by_label("Descripción").fill("Zincado en tambor")
    one.get_by_role("button", name="Guardar", exact=True).click()
    expect(one.get_by_text("Guardado.")).to_be_visible()
    other.get_by_label("Descripción").fill("Níquel y cromo")
    other.get_by_role("button", name="Guardar", exact=True).click()
    expect(other.get_by_text("Otra persona de su empresa guardó cambios mientras usted escribía.")).to_be_visible()
    expect(other.locator("dd", has_text="Zincado en tambor")).to_be_visible()
    expect(other.get_by_label("Descripción")).to_have_value("Níquel y cromo")
    one.reload()
    expect(one.get_by_text("Zincado en tambor")).to_be_visible()
    other.get_by_role("button", name="Guardar", exact=True).click()
    expect(other.get_by_text("Níquel y cromo")).to_be_visible()
    assert (faults(one), faults(other)) == ([], [])
