"""The main job in a real browser: from sign-up to an invitation, by a buyer, a supplier and an organizer."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import vobject
from playwright.sync_api import Browser, Page, expect

from eventsapp.db import db
from eventsapp.models import Account, Event
from eventsapp.worker import runner
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live, open_page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ZONE = ZoneInfo("America/Mexico_City")
PASSWORD = "caballo batería grapa 71"


def event_for_now() -> Event:
    """An event in two months whose registration and requests are open at this moment."""
    today = datetime.now(UTC)
    begin = (today + timedelta(days=60)).astimezone(ZONE).replace(hour=9, minute=0, second=0, microsecond=0)
    shift = begin - datetime(2027, 3, 9, 9, 0, tzinfo=ZONE)
    made = make.event(name="Encuentro de prueba", code="encuentro-de-prueba")
    for row in (*made.blocks, *made.slots):
        row.starts_at, row.ends_at = row.starts_at + shift, row.ends_at + shift
    made.starts_at, made.ends_at = made.starts_at + shift, made.ends_at + shift
    made.registration_opens_at = made.requests_open_at = today - timedelta(days=10)
    made.registration_closes_at = today + timedelta(days=20)
    made.requests_close_at = today + timedelta(days=30)
    return made


def mails(live: Live) -> list[EmailMessage]:
    """Send what is due, and read what was sent."""
    runner.run_until_idle(live.app)
    folder = Path(live.app.config["SETTINGS"].data_dir) / "mail"
    found = []
    for path in sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns):
        with path.open("rb") as file:
            message = email.message_from_binary_file(file, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def link_in(message: EmailMessage) -> str:
    """The first link of a mail."""
    body = message.get_body(("plain",))
    assert body is not None
    found = re.search(r"https?://\S+", body.get_content())
    assert found is not None
    return found.group(0)


def sign_up(live: Live, page: Page, name: str, address: str) -> None:
    """Open an account, and confirm the address with the mailed link."""
    page.goto(f"{live.address}/e/encuentro-de-prueba")
    page.get_by_role("link", name="Registrar mi empresa").first.click()
    page.get_by_role("link", name="Crear una cuenta").first.click()
    page.get_by_label("Nombre completo").fill(name)
    page.get_by_label("Correo electrónico").fill(address)
    page.get_by_label("Contraseña", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Crear mi cuenta").click()
    (confirmation,) = [message for message in mails(live) if address in message["To"]]
    page.goto(link_in(confirmation).replace("http://localhost", live.address))
    page.get_by_role("main").get_by_role("button", name="Confirmar").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Registrar mi empresa")


def register(page: Page, side: str, company: str, term: str) -> None:
    """All steps of a registration, one page each."""
    page.locator(f"input[name=side][value={side}]").check()
    page.get_by_label("Nombre de la empresa").fill(company)
    page.get_by_role("button", name="Empezar").click()
    page.get_by_label("RFC").fill("XAXX010101000")
    page.get_by_label("Estado de la República", exact=True).select_option("Guanajuato")
    page.get_by_label("Ciudad o municipio").fill("Silao")
    page.get_by_role("button", name="Guardar y continuar").click()
    page.get_by_role("link", name=re.compile("Cambiar")).first.click()
    page.get_by_label("Puesto").fill("Compras")
    page.get_by_label("Celular o teléfono").fill("472 123 4567")
    page.get_by_role("button", name="Guardar").click()
    page.get_by_role("button", name="Guardar y continuar").click()
    page.get_by_label(term, exact=True).check()
    page.get_by_role("button", name="Guardar y continuar").click()
    page.get_by_role("button", name="Guardar y continuar").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Revise y envíe su registro")
    page.get_by_role("button", name="Enviar registro").click()
    expect(page.get_by_text("Folio").first).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_from_sign_up_to_an_invitation(browser: Browser, live: Live, viewport: dict[str, int]) -> None:
    with live.app.app_context():
        event = event_for_now()
        organizer = make.organizer(event.organization)
        db.session.commit()
        organizer = db.session.get_one(Account, organizer.id)
        db.session.refresh(organizer)
        db.session.expunge(organizer)

    buyer, supplier = open_page(browser, viewport), open_page(browser, viewport)
    sign_up(live, buyer, "Jonas Weber", "jonas@nordwind.example.com")
    register(buyer, "buyer", "Nordwind Antriebe", "Maquinado CNC (torno y fresado)")
    sign_up(live, supplier, "Daniela Ríos", "daniela@lerma.example.com")
    register(supplier, "supplier", "Galvánicos Lerma", "Maquinado CNC (torno y fresado)")

    desk = open_page(browser, viewport)
    live.sign_in(desk.context, organizer)
    for company in ("Nordwind Antriebe", "Galvánicos Lerma"):
        desk.goto(f"{live.address}/o/encuentro-de-prueba/empresas")
        desk.get_by_role("link", name=company).first.click()
        desk.get_by_role("button", name="Aprobar").first.click()
        expect(desk.get_by_text("Aprobado").first).to_be_visible()

    supplier.goto(f"{live.address}/e/encuentro-de-prueba/buscar")
    supplier.get_by_role("link", name=re.compile("Pedir reunión")).first.click()
    supplier.get_by_role("button", name=re.compile("Pedir reunión|Enviar solicitud")).first.click()
    buyer.goto(f"{live.address}/e/encuentro-de-prueba/solicitudes")
    buyer.get_by_role("button", name=re.compile("Aceptar")).first.click()

    desk.goto(f"{live.address}/o/encuentro-de-prueba/horario/corridas")
    desk.get_by_role("button", name=re.compile("Armar el horario|Optimizar|Empezar")).first.click()
    run_page = desk.url
    with live.app.app_context():
        runner.run_until_idle(live.app)
    desk.goto(run_page)
    desk.get_by_role("link", name="Revisar horario").first.click()
    expect(
        desk.get_by_role("button", name=re.compile("Galvánicos Lerma"))
        .or_(desk.get_by_role("gridcell", name=re.compile("Galvánicos Lerma")))
        .first
    ).to_be_visible()
    desk.goto(f"{live.address}/o/encuentro-de-prueba/publicacion")
    desk.get_by_role("button", name=re.compile("Publicar y avisar a 2 personas")).first.click()
    expect(desk.get_by_text("Todo está publicado")).to_be_visible()

    (invitation,) = [m for m in mails(live) if "daniela@" in m["To"] and "Reunión con" in m["Subject"]]
    calendars = [part for part in invitation.walk() if part.get_content_type() == "text/calendar"]
    read = vobject.readOne(calendars[0].get_content())
    assert read.method.value == "REQUEST"
    assert "Nordwind Antriebe" in read.vevent.summary.value

    supplier.goto(f"{live.address}/e/encuentro-de-prueba/agenda")
    expect(supplier.get_by_text("Nordwind Antriebe").first).to_be_visible()
    with supplier.expect_download() as download:
        supplier.get_by_role("link", name=re.compile(r"\.ics|Descargar")).first.click()
    agenda = vobject.readOne(download.value.path().read_text(encoding="utf-8"))
    assert agenda.vevent.uid.value == read.vevent.uid.value
    for page in (buyer, supplier, desk):
        assert page.faults == []  # type: ignore[attr-defined]
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
