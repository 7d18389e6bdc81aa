"""What organizers decide on what companies say they make, and logos for those who may meet."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from time_machine import travel

from eventsapp.db import db, unit_of_work
from eventsapp.domain.sourcing import CapabilityStatus
from eventsapp.domain.values import ExclusionReason, RegistrationStatus, Side, Verification
from eventsapp.models import Account, Capability, Registration
from eventsapp.services import companies, exclusions, files
from eventsapp.services.files import Upload
from tests import make, sourced
from tests.client import hidden_fields
from tests.conftest import NOW

LIST = "/o/bajio/capacidades"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=False):
        yield


class World:
    """A buyer that looks, a supplier with a capability and a logo, an organizer, and another event's organizer."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event = make.event(code="bajio")
            buyer = make.registration(event, Side.BUYER, terms=["ALL-090"])
            supplier = make.registration(event, Side.SUPPLIER, terms=["ALL-090"])
            self.buyer_id, self.supplier_id = buyer.id, supplier.id
            self.capability_id = sourced.capability(supplier, title="Zincado en rack").id
            self.organizer_id = make.organizer(event.organization).id
            self.stranger_id = make.organizer(make.organization()).id
            self.buyer_account_id, self.supplier_account_id = (one.delegates[0].account_id for one in (buyer, supplier))
            content = BytesIO()
            Image.new("RGB", (60, 40), "teal").save(content, "PNG")
            logo = files.checked_logo(Upload("l.png", content.getvalue()))
            account = db.session.get_one(Account, self.supplier_account_id)
            companies.change_logo(supplier.company, logo, actor=make.actor(account), now=NOW)
            self.logo_id = supplier.company.logo_id

    def client(self, account_id: UUID | None) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, account_id))

    def stored(self) -> tuple[CapabilityStatus, Verification, str]:
        with self.app.app_context():
            row = db.session.get_one(Capability, self.capability_id)
            return row.status, row.verification, row.review_note

    def change(self, **values: Any) -> None:
        with self.app.app_context(), unit_of_work():
            for name, value in values.items():
                setattr(db.session.get_one(Capability, self.capability_id), name, value)

    @property
    def page(self) -> str:
        return f"{LIST}/{self.capability_id}"

    @property
    def logo(self) -> str:
        return f"/e/bajio/empresas/{self.supplier_id}/logotipo/{self.logo_id}"


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def test_an_organizer_checks_what_a_company_says(world: World) -> None:
    client = world.client(world.organizer_id)
    assert "Zincado en rack" in client.get(f"{LIST}?estado=por-comprobar&q=zincado").text
    page = client.get(world.page).text
    data = {**sourced.tokens(page), "how": "site_visited"}
    assert client.post(f"{world.page}/comprobar", data=data).status_code == 303
    assert world.stored() == (CapabilityStatus.PUBLISHED, Verification.SITE_VISITED, "")
    assert "Zincado en rack" not in client.get(f"{LIST}?estado=por-comprobar").text
    assert "Zincado en rack" in client.get(f"{LIST}?estado=comprobadas").text


def test_what_changed_meanwhile_is_not_checked(world: World) -> None:
    client = world.client(world.organizer_id)
    data = {**sourced.tokens(client.get(world.page).text), "how": "site_visited"}
    world.change(tolerance="±0.01 mm")
    answer = client.post(f"{world.page}/comprobar", data=data, follow_redirects=True)
    assert "La empresa la cambió mientras tanto" in answer.text
    assert world.stored()[1] is Verification.DECLARED


@pytest.mark.parametrize("how", ["rejected", "", "siempre", "<script>"])
def test_a_made_up_verdict_changes_nothing(world: World, how: str) -> None:
    client = world.client(world.organizer_id)
    data = {**sourced.tokens(client.get(world.page).text), "how": how}
    assert client.post(f"{world.page}/comprobar", data=data).status_code == 422
    assert world.stored()[1] is Verification.DECLARED


def test_hiding_says_why_and_showing_takes_it_back(world: World) -> None:
    client = world.client(world.organizer_id)
    page = client.get(world.page).text
    refused = client.post(f"{world.page}/ocultar", data={**hidden_fields(page), "note": " "})
    assert (refused.status_code, "Hay un problema" in refused.text) == (422, True)
    note = "Falta <b>la norma</b>"
    client.post(f"{world.page}/ocultar", data={**hidden_fields(page), "note": note})
    assert world.stored() == (CapabilityStatus.SUSPENDED, Verification.DECLARED, note)
    told = world.client(world.supplier_account_id).get(f"/e/bajio/capacidades/{world.capability_id}").text
    assert "Falta &lt;b&gt;la norma&lt;/b&gt;" in told
    assert (
        "Zincado en rack" not in world.client(world.buyer_account_id).get(f"/e/bajio/empresas/{world.supplier_id}").text
    )
    client.post(f"{world.page}/mostrar", data=hidden_fields(client.get(world.page).text))
    assert world.stored() == (CapabilityStatus.PUBLISHED, Verification.DECLARED, "")


def test_drafts_and_those_of_others_are_not_found(world: World) -> None:
    assert world.client(world.stranger_id).get(world.page).status_code == 404
    assert world.client(world.buyer_account_id).get(world.page).status_code == 404
    client = world.client(world.organizer_id)
    assert client.get(f"{LIST}/{uuid4()}").status_code == 404
    world.change(status=CapabilityStatus.DRAFT)
    assert client.get(world.page).status_code == 404
    assert "Todavía no hay capacidades" in client.get(LIST).text


def test_the_list_costs_the_same_for_one_and_for_three(world: World) -> None:
    client = world.client(world.organizer_id)
    client.get(LIST)
    with sourced.statements(world.app) as one:
        client.get(LIST)
    with world.app.app_context(), unit_of_work():
        first = db.session.get_one(Registration, world.supplier_id)
        for _ in range(2):
            sourced.capability(make.registration(first.event, Side.SUPPLIER))
    client.get(LIST)
    with sourced.statements(world.app) as three:
        assert client.get(LIST).text.count("<tr>") == 4
    assert len(one) == len(three)


def test_a_logo_is_for_those_who_may_meet(world: World) -> None:
    buyer = world.client(world.buyer_account_id)
    for page in ("/e/bajio/buscar", f"/e/bajio/empresas/{world.supplier_id}"):
        assert world.logo in buyer.get(page).text
    answer = buyer.get(world.logo)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "private, max-age=86400"
    assert world.client(world.supplier_account_id).get(world.logo).status_code == 200
    assert buyer.get(world.logo.replace(str(world.logo_id), str(uuid4()))).status_code == 404
    assert world.client(world.stranger_id).get(world.logo).status_code == 404
    assert world.client(world.organizer_id).get(world.logo).status_code == 404
    assert "logotipo" not in make.client(world.app).get("/e/bajio/directorio").text


@pytest.mark.parametrize("kept_apart", [True, False])
def test_no_logo_for_those_kept_apart_or_not_approved(world: World, kept_apart: bool) -> None:
    with world.app.app_context(), unit_of_work():
        buyer = db.session.get_one(Registration, world.buyer_id)
        if kept_apart:
            organizer = make.actor(db.session.get_one(Account, world.organizer_id))
            supplier = db.session.get_one(Registration, world.supplier_id)
            exclusions.add(buyer, supplier, ExclusionReason.COMPETITOR, actor=organizer, now=NOW)
        else:
            buyer.status = RegistrationStatus.SUBMITTED
    assert world.client(world.buyer_account_id).get(world.logo).status_code == 404
