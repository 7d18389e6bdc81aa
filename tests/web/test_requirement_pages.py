"""Requirements and capabilities on the pages of their company: steps, publishing, two editors, hostile input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from time_machine import travel

from eventsapp.db import db, unit_of_work
from eventsapp.domain.sourcing import CapabilityStatus, CloseReason, RequirementStatus, Unit, Visibility
from eventsapp.domain.values import EventStatus, RegistrationStatus, Side
from eventsapp.models import Account, AuditEntry, Capability, Event, Registration, Requirement
from tests import make, sourced
from tests.client import hidden_fields
from tests.conftest import NOW
from tests.hostile import TEXTS

EVENT = "/e/bajio"
WHAT = {"title": "Zincado de soportes", "kind": "direct_material", "terms": ["ALL-090"], "description": "A granel"}

# Right answers where a list is chosen from, so that the text reaches the fields that take any.
CHOSEN = {"kind": "service", "terms": ["ALL-010"], "unit": "hours", "currency": "EUR", "value_band": "", "tooling": ""}


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=False):
        yield


class World:
    """A buyer, a supplier, and a stranger at another event of the same organization."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event = make.event(code="bajio")
            other = make.event(event.organization, code="otro")
            self.people: dict[str, UUID] = {}
            self.ids: dict[str, UUID] = {}
            for key, of, side in (
                ("buyer", event, Side.BUYER),
                ("supplier", event, Side.SUPPLIER),
                ("stranger", other, Side.BUYER),
            ):
                made = make.registration(of, side, terms=["ALL-090"])
                account = made.delegates[0].account
                assert account is not None
                self.people[key], self.ids[key] = account.id, made.id

    def client(self, key: str) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, self.people[key]))

    def registration(self, key: str) -> Registration:
        return db.session.get_one(Registration, self.ids[key])


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def only(kind: type[Any]) -> Any:
    return db.session.scalars(select(kind)).one()


def test_a_buyer_writes_publishes_and_closes_a_requirement(world: World) -> None:
    client = world.client("buyer")
    assert "Todavía no tiene requerimientos" in client.get(f"{EVENT}/requerimientos").get_data(as_text=True)
    first = client.submit(f"{EVENT}/requerimientos/nuevo", WHAT)
    assert first.status_code == 303
    assert first.location.endswith("/volumen?nuevo=1")
    volume = {"material": "SAE 1010", "annual_quantity": "480000", "unit": "pieces", "value_band": "5_to_20"}
    second = sourced.save(
        client, first.location, {**volume, "currency": "USD", "tooling": "", "drawing_available": "y"}
    )
    assert second.location.endswith("/entrega?nuevo=1")
    third = sourced.save(
        client,
        second.location,
        {
            "urgency": "6m",
            "target_start": "2027-09-01",
            "delivery_state": "Guanajuato",
            "delivery_city": "Silao",
            "incoterm": "DAP",
            "import_country": "",
        },
    )
    assert third.location.endswith("/proveedor?nuevo=1")
    last = sourced.save(
        client,
        third.location,
        {
            "must_certificates": ["IATF-16949"],
            "accepts_in_progress": "y",
            "preferred_certificates": ["ISO-14001", "IATF-16949"],
            "scian_wanted": "332810, 3328",
            "languages": ["es"],
            "max_distance_km": "200",
        },
    )
    page = client.get(last.location).get_data(as_text=True)
    assert "480,000 piezas" in page
    assert "De 5 a 20 millones USD" in page
    assert "IATF 16949" in page
    assert client.submit(f"{last.location}/publicar", {"visibility": "public"}, page=last.location).status_code == 303
    with world.app.app_context():
        row = only(Requirement)
        assert (row.status, row.visibility, row.unit) == (RequirementStatus.PUBLISHED, Visibility.PUBLIC, Unit.PIECES)
        assert (row.must_certificates, row.preferred_certificates) == (["IATF-16949"], ["ISO-14001"])
        assert row.scian_wanted == ["332810", "3328"]
        assert (row.accepts_in_progress, row.drawing_available, row.nda_needed) == (True, True, False)
    assert "Nadie lo cubre" in client.get(f"{EVENT}/requerimientos").get_data(as_text=True)
    closed = client.submit(f"{last.location}/cerrar", {"why": "no_certificate", "note": "Nadie con CQI-11"})
    assert closed.location.endswith("/requerimientos")
    with world.app.app_context():
        row = only(Requirement)
        assert (row.status, row.close_reason) == (RequirementStatus.CLOSED_NO_SUPPLIER, CloseReason.NO_CERTIFICATE)
        actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.at)))
        assert sorted(actions) == sorted(
            ["requirement.added", *["requirement.changed"] * 3, "requirement.published", "requirement.closed"]
        )


def test_a_supplier_writes_and_publishes_a_capability(world: World) -> None:
    client = world.client("supplier")
    assert "Todavía no tiene capacidades" in client.get(f"{EVENT}/capacidades").get_data(as_text=True)
    offer = {"title": "Zincado alcalino", "terms": ["ALL-090", "ALL-100"]}
    first = client.submit(f"{EVENT}/capacidades/nueva", offer)
    assert first.location.endswith("/planta?nueva=1")
    plant = {"machines": "2 líneas de tambor\n\n 1 línea de rack ", "monthly_capacity": "900000", "unit": "pieces"}
    last = sourced.save(client, first.location, {**plant, "utilisation_pct": "70", "main_customers": "Planta Secreta"})
    page = client.get(last.location).get_data(as_text=True)
    assert "900,000 piezas" in page
    assert "70%" in page
    assert "Planta Secreta" in page
    client.submit(f"{last.location}/publicar", page=last.location)
    with world.app.app_context():
        row = only(Capability)
        assert row.status is CapabilityStatus.PUBLISHED
        assert row.machines == ["2 líneas de tambor", "1 línea de rack"]
    client.submit(f"{last.location}/retirar", page=last.location)
    with world.app.app_context():
        assert only(Capability).status is CapabilityStatus.WITHDRAWN


def test_sides_have_their_own_pages(world: World) -> None:
    assert world.client("supplier").get(f"{EVENT}/requerimientos").status_code == 404
    assert world.client("supplier").get(f"{EVENT}/requerimientos/nuevo").status_code == 404
    assert world.client("buyer").get(f"{EVENT}/capacidades").status_code == 404
    assert world.client("stranger").get(f"{EVENT}/requerimientos").status_code == 404


def test_foreign_rows_are_absent(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        need = sourced.requirement(world.registration("buyer")).id
        offer = sourced.capability(world.registration("supplier")).id
        theirs = sourced.requirement(world.registration("stranger")).id
    pages = [f"{EVENT}/requerimientos/{theirs}", f"{EVENT}/requerimientos/{uuid4()}"]
    for key, page in [("buyer", page) for page in pages] + [
        ("stranger", f"/e/otro/requerimientos/{need}"),
        ("supplier", f"{EVENT}/requerimientos/{need}"),
        ("buyer", f"{EVENT}/capacidades/{offer}"),
    ]:
        client = world.client(key)
        for tail in ("", "/que", "/cerrar"):
            assert client.get(page + tail).status_code == 404
        token = hidden_fields(client.get("/cuenta").get_data(as_text=True))
        for act in ("publicar", "duplicar", "borrador", "que", "cerrar", "retirar"):
            assert client.post(f"{page}/{act}", data=token).status_code in (404, 405)


def test_two_people_edit_one_step_and_both_values_are_shown(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        need = sourced.requirement(world.registration("buyer"), title="Viejo").id
    page = f"{EVENT}/requerimientos/{need}/que"
    one, two = world.client("buyer"), world.client("buyer")
    seen = sourced.seen(two.get(page).get_data(as_text=True))
    assert one.submit(page, {**WHAT, "title": "Lo de Ana", "seen": seen}).status_code == 303
    answer = two.submit(page, {**WHAT, "title": "Lo de Luis", "seen": seen})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Lo de Ana" in shown
    assert "Lo de Luis" in shown
    with world.app.app_context():
        assert only(Requirement).title == "Lo de Ana"
    again = two.post(page, data={**WHAT, "title": "Lo de Luis", "seen": sourced.seen(shown), **hidden_fields(shown)})
    assert again.status_code == 303
    with world.app.app_context():
        assert only(Requirement).title == "Lo de Luis"


def test_different_steps_do_not_disturb_each_other(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        need = sourced.requirement(world.registration("buyer")).id
    base, client = f"{EVENT}/requerimientos/{need}", world.client("buyer")
    seen = {step: sourced.seen(client.get(f"{base}/{step}").get_data(as_text=True)) for step in ("que", "volumen")}
    volume = {"annual_quantity": "12", "unit": "tonnes", "currency": "MXN", "seen": seen["volumen"]}
    assert client.submit(f"{base}/que", {**WHAT, "seen": seen["que"]}).status_code == 303
    assert client.submit(f"{base}/volumen", volume).status_code == 303


def test_a_single_tick_is_a_checkbox(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        need = sourced.requirement(world.registration("buyer"), nda_needed=True).id
    page = world.client("buyer").get(f"{EVENT}/requerimientos/{need}/volumen").get_data(as_text=True)
    assert '<label class="choice" for="nda_needed"><input checked' in page
    assert '<label class="choice" for="drawing_available"><input id' in page


def test_a_second_click_makes_no_second_requirement(world: World) -> None:
    client = world.client("buyer")
    tokens = hidden_fields(client.get(f"{EVENT}/requerimientos/nuevo").get_data(as_text=True))
    answers = [client.post(f"{EVENT}/requerimientos/nuevo", data={**WHAT, **tokens}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    with world.app.app_context():
        assert only(Requirement).number == 1


def test_a_copy_has_all_answers_and_is_a_draft(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        need = sourced.requirement(
            world.registration("buyer"), must_certificates=["ISO-9001"], annual_quantity=5, max_distance_km=9
        ).id
    client, page = world.client("buyer"), f"{EVENT}/requerimientos/{need}"
    made = client.submit(f"{page}/duplicar", page=page)
    with world.app.app_context():
        copy = db.session.scalars(select(Requirement).where(Requirement.number == 2)).one()
        assert made.location.endswith(str(copy.id))
        assert (copy.title, copy.status) == ("Zincado (2)", RequirementStatus.DRAFT)
        assert (copy.must_certificates, copy.annual_quantity, copy.max_distance_km) == (["ISO-9001"], 5, 9)


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_text_in_every_field_is_refused_or_shown_as_text(sqlite_app: Flask, text: str) -> None:
    world = World(sqlite_app)
    with sqlite_app.app_context(), unit_of_work():
        need = sourced.requirement(world.registration("buyer")).id
        offer = sourced.capability(world.registration("supplier")).id
    for key, base, steps in (
        ("buyer", f"{EVENT}/requerimientos/{need}", ("que", "volumen", "entrega", "proveedor")),
        ("supplier", f"{EVENT}/capacidades/{offer}", ("que", "planta")),
    ):
        client = world.client(key)
        for step in steps:
            page = client.get(f"{base}/{step}").get_data(as_text=True)
            everywhere = dict.fromkeys(sourced.field_names(page), text)
            for data in (everywhere, {**everywhere, **CHOSEN}):
                answer = client.post(f"{base}/{step}", data={**data, **sourced.tokens(page)})
                assert answer.status_code in (303, 409, 422), step
                assert "<script>alert(1)</script>" not in answer.get_data(as_text=True)
        assert client.get(base).status_code == 200
        assert client.submit(f"{base}/publicar", {"visibility": text}, page=base).status_code in (303, 409, 422)
    closing = f"{EVENT}/requerimientos/{need}/cerrar"
    assert world.client("buyer").submit(closing, {"why": text, "note": text}).status_code in (303, 422)


def test_wrong_answers_are_told_beside_the_field_and_stay(world: World) -> None:
    client = world.client("buyer")
    answer = client.submit(f"{EVENT}/requerimientos/nuevo", {"title": "", "kind": "x", "terms": []})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for words in ("Título: complete este dato", "Elija al menos un proceso", "Elija una opción de la lista"):
        assert words in page
    with world.app.app_context(), unit_of_work():
        need = sourced.requirement(world.registration("buyer")).id
    base = f"{EVENT}/requerimientos/{need}"
    wrong = {
        "volumen": ({"annual_quantity": "-5", "currency": "BTC"}, ["un número entero de 1", "opción de la lista"]),
        "entrega": ({"target_start": "2027-02-31", "payment_days": "9999"}, ["fecha que exista", "de 0 a 365"]),
        "proveedor": (
            {"scian_wanted": "332810 999999", "must_certificates": ["NADA"], "max_distance_km": "1e9"},
            ["999999 no es un giro", "opción de la lista", "de 1 a 5000"],
        ),
    }
    for step, (data, sentences) in wrong.items():
        answer = client.submit(f"{base}/{step}", data)
        assert answer.status_code == 422
        for words in sentences:
            assert words in answer.get_data(as_text=True)


def test_nothing_is_written_at_an_archived_event_or_after_withdrawing(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        need = sourced.requirement(world.registration("buyer")).id
        db.session.scalars(select(Event).where(Event.code == "bajio")).one().status = EventStatus.ARCHIVED
    client, page = world.client("buyer"), f"{EVENT}/requerimientos/{need}"
    shown = client.get(page).get_data(as_text=True)
    assert "Duplicar" not in shown
    assert "ya no admite cambios" in client.get(f"{EVENT}/requerimientos").get_data(as_text=True)
    answer = client.submit(f"{page}/que", WHAT)
    assert answer.status_code == 422
    assert "ya no admite cambios" in answer.get_data(as_text=True)
    assert client.get(f"{EVENT}/requerimientos/nuevo").status_code == 302
    with world.app.app_context(), unit_of_work():
        db.session.scalars(select(Event).where(Event.code == "bajio")).one().status = EventStatus.OPEN
        world.registration("buyer").status = RegistrationStatus.WITHDRAWN
    assert client.submit(f"{page}/que", WHAT).status_code == 422


def test_a_draft_registration_can_prepare_its_requirements(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        world.registration("buyer").status = RegistrationStatus.DRAFT
    client = world.client("buyer")
    made = client.submit(f"{EVENT}/requerimientos/nuevo", {**WHAT, "save_exit": "1"})
    page = client.get(made.location).get_data(as_text=True)
    assert "Quién lo cubre" not in page
    assert "cuando el organizador apruebe" in client.get(f"{EVENT}/requerimientos").get_data(as_text=True)


def test_lists_are_flat_in_statements(world: World) -> None:
    counts: dict[str, list[int]] = {"requerimientos": [], "capacidades": []}
    for more in (1, 2):
        with world.app.app_context(), unit_of_work():
            for _ in range(more):
                sourced.requirement(world.registration("buyer"))
                sourced.capability(world.registration("supplier"))
        for key, page in (("buyer", "requerimientos"), ("supplier", "capacidades")):
            client = world.client(key)
            with sourced.statements(world.app) as sent:
                client.get(f"{EVENT}/{page}")
            counts[page].append(len(sent))
    assert [one for one, three in counts.values()] == [three for _one, three in counts.values()]
