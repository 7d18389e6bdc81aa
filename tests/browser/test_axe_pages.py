"""Every public, account and company page, empty, full and with an error, wide and on a phone: no axe violation.

One event is built once; pages are only read, or sent back with an error, so they may be visited in any order. A page
must not scroll sideways either, and no script may fail on it. With AXE_PICTURES set to a folder each page is pictured.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, Page

from eventsapp.db import db, unit_of_work
from eventsapp.domain.sourcing import CapabilityStatus, RequirementStatus
from eventsapp.domain.values import Preference, RegistrationStatus, RequestStatus, Side, TokenPurpose
from eventsapp.models import Account, Capability, Certificate, Event, Registration, Requirement
from eventsapp.services import tokens
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live, open_page, served
from tests.browser.test_journey import event_for_now

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CODE = "encuentro-de-prueba"
SECTIONS = ("actividad", "origen", "otras-actividades", "tamano", "ubicacion")
AXE = Axe()


@dataclass
class Demo:
    """A served event and who visits what; `errors` are addresses whose form is sent as it is, empty."""

    live: Live
    people: dict[str, UUID] = field(default_factory=dict)
    pages: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)

    def account(self, name: str) -> Account:
        """The account of a visitor, free of any session."""
        with self.live.app.app_context():
            found = db.session.get_one(Account, self.people[name])
            db.session.refresh(found)
            db.session.expunge(found)
            return found


def _registered(event: Event, side: Side, name: str, **values: Any) -> Registration:
    firm = make.company(event.organization, name=name)
    made: Registration = make.registration(event, side, company=firm, **values)
    for person in made.delegates:
        person.is_company_admin = True
    return made


def _build(live: Live) -> Demo:
    demo = Demo(live)
    with live.app.app_context(), unit_of_work():
        event = event_for_now()
        event.description = "Compradores de la industria automotriz buscan proveedores del Bajío."
        closed = make.event(event.organization, code="evento-cerrado", name="Evento que ya cerró")
        closed.registration_closes_at = datetime.now(UTC) - timedelta(days=1)
        closed.registration_opens_at = closed.registration_closes_at - timedelta(days=9)
        buyer = _registered(event, Side.BUYER, "Nordwind Antriebe", terms=["ALL-020", "ALL-090"], desks=2)
        full = _registered(event, Side.SUPPLIER, "Galvánicos Lerma", terms=["ALL-090", "ALL-020"])
        empty = _registered(event, Side.SUPPLIER, "Tornillos León", terms=["ALL-180"])
        draft = _registered(event, Side.SUPPLIER, "Hules Ñandú", status=RegistrationStatus.DRAFT, terms=[])
        waiting = _registered(event, Side.SUPPLIER, "Plásticos Silao", status=RegistrationStatus.WAITLISTED)
        waiting.waitlisted_at = datetime.now(UTC)
        changes = _registered(event, Side.BUYER, "Planta Celaya", status=RegistrationStatus.CHANGES_REQUESTED)
        changes.decision_reason = "Falta el puesto de la persona."
        changes.steps_done = ["company", "delegates", "terms", "availability"]
        others = [_registered(event, Side.SUPPLIER, f"Proveedor {n}", terms=["ALL-020"]) for n in range(1, 6)]
        soon = datetime.now(UTC) + timedelta(days=2)
        received = [
            make.request(one, buyer, status=RequestStatus.SENT, expires_at=soon, message="Zincado para su planta")
            for one in others[:3]
        ]
        make.request(full, buyer, status=RequestStatus.ACCEPTED)
        make.request(others[3], buyer, status=RequestStatus.EXPIRED)
        for rank, one in enumerate((others[4], others[3]), start=1):
            make.request(buyer, one, status=RequestStatus.SENT, expires_at=soon, rank=rank)
        make.request(buyer, empty, status=RequestStatus.NOTED, preference=Preference.NO)
        need = Requirement(
            registration_id=buyer.id,
            number=1,
            title="Estampado de soportes",
            terms=["ALL-020"],
            status=RequirementStatus.PUBLISHED,
            saved_at=make.MADE_AT,
            created_at=make.MADE_AT,
        )
        offer = Capability(
            company_id=full.company_id,
            number=1,
            title="Zincado electrolítico",
            terms=["ALL-090"],
            status=CapabilityStatus.PUBLISHED,
            saved_at=make.MADE_AT,
            created_at=make.MADE_AT,
        )
        held = Certificate(company=buyer.company, certification_code="ISO-9001", created_at=make.MADE_AT)
        missing = Requirement(
            registration_id=buyer.id,
            number=2,
            title="Sellos de hule",
            terms=["ALL-180"],
            must_certificates=["CQI-11"],
            status=RequirementStatus.PUBLISHED,
            saved_at=make.MADE_AT,
            created_at=make.MADE_AT,
        )
        db.session.add_all([need, offer, held, missing])
        invited = make.delegate(full.company, account=None, name="Colega Nueva")
        db.session.flush()
        secret = tokens.issue(TokenPurpose.JOIN_COMPANY, None, now=datetime.now(UTC), object_id=invited.id)
        demo.people["organizer"] = make.organizer(event.organization).id
        stranger = make.account(name="Sin empresa")
        for name, registration in (
            ("buyer", buyer),
            ("full", full),
            ("empty", empty),
            ("draft", draft),
            ("waiting", waiting),
            ("changes", changes),
        ):
            account = registration.delegates[0].account
            assert account is not None
            demo.people[name] = account.id
        demo.people["stranger"] = stranger.id
        here = f"/e/{CODE}"
        company = [
            f"{here}/registro",
            f"{here}/buscar",
            f"{here}/solicitudes",
            f"{here}/solicitudes?ver=enviadas",
            f"{here}/solicitudes?ver=respondidas",
            f"{here}/solicitudes?ver=marcas",
            f"{here}/perfil",
            f"{here}/personas",
            f"{here}/agenda",
        ]
        person = buyer.delegates[0].id
        demo.pages = {
            "": [
                "/",
                here,
                f"{here}/directorio",
                f"{here}/directorio?q=nadanada",
                "/e/evento-cerrado",
                "/entrar",
                "/cuenta/nueva",
                "/cuenta/contrasena",
                "/privacidad",
                "/ayuda",
                "/accesibilidad",
                f"/invitacion/{secret}",
                "/no-existe",
            ],
            "stranger": ["/mis-eventos", "/cuenta", f"{here}/registro", "/e/evento-cerrado/registro"],
            "buyer": [
                *company,
                f"{here}/buscar?q=nadanada",
                f"{here}/buscar/{full.id}",
                f"{here}/empresas/{full.id}",
                f"{here}/solicitudes/{received[0].id}/rechazar",
                f"{here}/requerimientos",
                f"{here}/requerimientos/{need.id}",
                f"{here}/requerimientos/nuevo",
                f"{here}/personas/nueva",
                f"{here}/personas/{person}",
                f"{here}/perfil/sitios/nuevo",
                f"{here}/requerimientos/{need.id}/volumen",
                f"{here}/requerimientos/{need.id}/cerrar",
                *(f"{here}/perfil/{section}" for section in SECTIONS),
                f"{here}/perfil/certificados/nuevo",
                f"{here}/perfil/certificados/{held.id}",
                f"{here}/perfil/logotipo",
                "/mis-eventos",
            ],
            "full": [
                f"{here}/personas",
                *(f"{here}/capacidades{page}" for page in ("", f"/{offer.id}", f"/{offer.id}/planta", "/nueva")),
            ],
            "organizer": [
                f"/o/{CODE}/capacidades",
                f"/o/{CODE}/capacidades?q=nadanada",
                f"/o/{CODE}/capacidades/{offer.id}",
                f"/o/{CODE}/requerimientos",
                f"/o/{CODE}/requerimientos/{missing.id}",
                f"/o/{CODE}/brechas",
            ],
            "empty": company,
            "draft": [
                *(f"{here}/registro{step}" for step in ("", "/empresa", "/delegados", "/procesos", "/disponibilidad")),
                f"{here}/registro/delegados/nueva",
                f"{here}/registro/revisar",
                f"{here}/solicitudes",
            ],
            "waiting": [f"{here}/registro", "/mis-eventos"],
            "changes": [f"{here}/registro", f"{here}/registro/revisar"],
        }
        demo.errors = {
            "": ["/cuenta/nueva", "/cuenta/contrasena"],
            "stranger": [f"{here}/registro"],
            "draft": [f"{here}/registro/{step}" for step in ("empresa", "procesos", "delegados/nueva")],
            "buyer": [
                f"{here}/requerimientos/nuevo",
                f"{here}/personas/nueva",
                f"{here}/perfil/sitios/nuevo",
                f"{here}/perfil/certificados/nuevo",
            ],
            "full": [f"{here}/capacidades/nueva"],
        }
    return demo


@pytest.fixture(scope="module")
def demo(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache
) -> Iterator[Demo]:
    """The event that all visits share."""
    with served(tmp_path_factory.mktemp("axe"), sqlite_template, compiled_templates) as live:
        yield _build(live)


def faults_of(page: Page, name: str) -> list[str]:
    """What is wrong with the page that is open."""
    found = [
        f"{name}: {violation['id']} {violation['nodes'][0]['html'][:160]}"
        for violation in AXE.run(page, options={"resultTypes": ["violations"]}).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append(f"{name}: scrolls sideways")
    scripts = [fault for fault in page.faults if "status of 4" not in fault]  # type: ignore[attr-defined]
    found += [f"{name}: {fault}" for fault in scripts]
    page.faults.clear()  # type: ignore[attr-defined]
    pictures = os.environ.get("AXE_PICTURES")
    if pictures:
        width = page.viewport_size["width"] if page.viewport_size else 0
        file = f"{width}-{name.strip('/').replace('/', '_').replace('?', '-')[:100] or 'home'}.png"
        page.screenshot(path=str(Path(pictures) / file), full_page=True)
    return found


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_has_a_violation(browser: Browser, demo: Demo, viewport: dict[str, int]) -> None:
    found = []
    page = open_page(browser, viewport)
    for visitor, addresses in demo.pages.items():
        page.context.clear_cookies()
        if visitor:
            demo.live.sign_in(page.context, demo.account(visitor))
        for address in addresses:
            answer = page.goto(demo.live.address + address)
            assert answer is not None
            if answer.status != (404 if address == "/no-existe" else 200):
                found.append(f"{visitor} {address}: {answer.status}")
            found += faults_of(page, f"{visitor}{address}")
        for address in demo.errors.get(visitor, []):
            page.goto(demo.live.address + address)
            page.locator("main form button[type=submit], main form button:not([type])").first.click()
            if not page.locator("[data-error-summary]").count():
                found.append(f"{visitor} {address}: no summary of errors")
            found += faults_of(page, f"{visitor}{address} error")
    page.context.close()
    assert found == []
