"""What companies do in a real browser: registration, profile, search, request, answer; a buyer and a supplier."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from eventsapp.clock import now
from eventsapp.db import db
from eventsapp.domain.access import SYSTEM
from eventsapp.domain.values import Side
from eventsapp.models import Account, Event, Registration
from eventsapp.services import reviews
from tests import make
from tests.browser.conftest import PHONE, WIDE, Live, open_page
from tests.browser.test_journey import event_for_now, register

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TERM = "Maquinado CNC (torno y fresado)"
HERE = "/e/encuentro-de-prueba"


def person(live: Live, name: str) -> Account:
    """A person with an account and no company."""
    with live.app.app_context():
        made: Account = make.account(name=name)
        db.session.commit()
        db.session.refresh(made)
        db.session.expunge(made)
        return made


def approve_all(live: Live) -> None:
    """The organizer accepts whoever sent a registration."""
    with live.app.app_context():
        event = db.session.query(Event).one()
        ids = [row.id for row in db.session.query(Registration)]
        reviews.approve_all(event, ids, actor=SYSTEM, now=now())
        db.session.commit()


def heading(page: Page) -> str:
    """What the page is about."""
    return page.get_by_role("heading", level=1).inner_text()


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_buyer_and_a_supplier_find_each_other(browser: Browser, live: Live, viewport: dict[str, int]) -> None:
    with live.app.app_context():
        event_for_now()
        db.session.commit()
    buyer, supplier = open_page(browser, viewport), open_page(browser, viewport)
    for page, name, side, company in (
        (buyer, "Jonas Weber", "buyer", "Nordwind Antriebe"),
        (supplier, "Daniela Ríos", "supplier", "Galvánicos Lerma"),
    ):
        live.sign_in(page.context, person(live, name))
        page.goto(f"{live.address}{HERE}/registro")
        register(page, side, company, TERM)
        page.goto(f"{live.address}{HERE}/perfil")
        expect(page.get_by_role("heading", level=1)).to_have_text(company)
    approve_all(live)

    # The supplier searches without accents, and asks.
    supplier.goto(f"{live.address}{HERE}/buscar")
    supplier.get_by_role("searchbox").first.fill("nordwind")
    supplier.get_by_role("button", name="Filtrar").first.click()
    expect(supplier.get_by_role("heading", name="Nordwind Antriebe")).to_be_visible()
    expect(supplier.get_by_text(f"Coincide: {TERM}").first).to_be_visible()
    supplier.get_by_role("link", name=re.compile("Pedir reunión")).first.click()
    supplier.get_by_label("Indispensable").check()
    supplier.get_by_label(re.compile("Nota para la empresa")).fill("Zincado para su planta <b>de Silao</b>")
    supplier.get_by_role("button", name="Pedir reunión").click()
    expect(supplier.get_by_text("Solicitud enviada a Nordwind Antriebe.")).to_be_visible()
    supplier.goto(f"{live.address}{HERE}/solicitudes?ver=enviadas")
    expect(supplier.get_by_text(re.compile("Se cierra sin respuesta el"))).to_be_visible()

    # The buyer declines in the row, with a reason, thinks again, and accepts.
    buyer.goto(f"{live.address}{HERE}/solicitudes")
    expect(buyer.get_by_text("Zincado para su planta <b>de Silao</b>")).to_be_visible()
    assert "@example.com" not in buyer.content()
    buyer.locator("summary", has_text="Rechazar").first.click()
    buyer.get_by_label("Motivo").select_option("no_capacity")
    buyer.get_by_role("button", name=re.compile("Rechazar solicitud")).click()
    expect(buyer.get_by_text("Respuesta enviada.")).to_be_visible()
    buyer.goto(f"{live.address}{HERE}/solicitudes?ver=respondidas")
    buyer.get_by_role("button", name=re.compile("Aceptar")).click()
    expect(buyer.get_by_text(re.compile("Acordada: se reunirá con Galvánicos Lerma"))).to_be_visible()
    buyer.goto(f"{live.address}{HERE}/solicitudes?ver=respondidas")
    expect(buyer.get_by_text("Daniela Ríos")).to_be_visible()

    # The supplier reads the answer, with whom to write to.
    supplier.goto(f"{live.address}{HERE}/solicitudes?ver=enviadas")
    expect(supplier.get_by_text("Aceptada")).to_be_visible()
    expect(supplier.get_by_text("Jonas Weber")).to_be_visible()
    assert (buyer.faults, supplier.faults) == ([], [])  # type: ignore[attr-defined]


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_requests_are_put_in_order_by_hand(browser: Browser, live: Live, viewport: dict[str, int]) -> None:
    with live.app.app_context():
        event = event_for_now()
        buyer = make.registration(event, Side.BUYER)
        for name in ("Uno", "Dos", "Tres"):
            firm = make.company(event.organization, name=name)
            make.request(buyer, make.registration(event, company=firm))
        account = buyer.delegates[0].account
        assert account is not None
        db.session.commit()
        db.session.refresh(account)
        db.session.expunge(account)
    page = open_page(browser, viewport)
    live.sign_in(page.context, account)
    page.goto(f"{live.address}{HERE}/solicitudes?ver=enviadas")
    names = page.locator("[data-order-item] h2")
    first = names.all_inner_texts()

    page.get_by_role("button", name=f"Bajar {first[0]}").click()
    expect(page.get_by_text("Orden guardado.")).to_be_visible()
    assert names.all_inner_texts() == [first[1], first[0], first[2]]

    page.get_by_label(f"Lugar {first[2]}").fill("1")
    page.get_by_role("button", name="Guardar orden").click()
    expect(names.first).to_have_text(first[2])
    assert names.all_inner_texts() == [first[2], first[1], first[0]]

    if viewport is WIDE:
        handle, target = page.locator("[data-order-handle]").last, page.locator("[data-order-item]").nth(1)
        handle.scroll_into_view_if_needed()
        grip, aim = handle.bounding_box(), target.bounding_box()
        assert grip is not None
        assert aim is not None
        page.mouse.move(grip["x"] + 5, grip["y"] + 5)
        page.mouse.down()
        page.mouse.move(grip["x"] + 5, aim["y"] + 60, steps=12)
        page.mouse.move(grip["x"] + 5, aim["y"] + 4, steps=4)
        page.mouse.up()
        expect(names.nth(1)).to_have_text(first[0])
        expect(page.locator("[data-order-number]").nth(1)).to_have_value("2")
    assert page.faults == []  # type: ignore[attr-defined]
