"""The directory for everybody, the list and the card of companies, what nobody covers; never a contact too early."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from time_machine import travel

from eventsapp.db import db, unit_of_work
from eventsapp.domain.registering import Consent
from eventsapp.domain.sourcing import RequirementStatus, Visibility
from eventsapp.domain.values import RequestStatus, Role, Side, SizeClass, Verification
from eventsapp.models import Account, AuditEntry, Registration, Requirement
from tests import make, sourced
from tests.conftest import NOW
from tests.hostile import TEXTS

EVENT, DESK = "/e/bajio", "/o/bajio"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with travel(NOW, tick=False):
        yield


class World:
    """A buyer with three requirements, two suppliers with profiles, and their organizer."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with app.app_context(), unit_of_work():
            event = make.event(code="bajio")
            org = event.organization
            self.people: dict[str, UUID] = {}
            self.ids: dict[str, UUID] = {}
            buyer = self._keep(
                "buyer", make.registration(event, Side.BUYER, company=make.company(org, name="Nordwind"), terms=[])
            )
            plating = self._keep(
                "plating",
                make.registration(
                    event,
                    company=make.company(
                        org,
                        name="Galvánicos Ñandú",
                        state="Querétaro",
                        city="Colón",
                        cluster_codes=["GTO-AUT"],
                        size_class=SizeClass.SMALL,
                        website="https://galvanicos.example.com",
                    ),
                    terms=["ALL-090"],
                ),
            )
            rubber = self._keep(
                "rubber", make.registration(event, company=make.company(org, name="Hules"), terms=["ALL-180"])
            )
            for key, values in (
                ("public", {"title": "Zincado de soportes", "visibility": Visibility.PUBLIC}),
                ("approved", {"title": "Niquelado fino", "visibility": Visibility.APPROVED}),
                ("requested", {"title": "Cromado secreto", "visibility": Visibility.REQUESTED}),
            ):
                row = sourced.requirement(buyer, description=f"detalle {key}", must_certificates=["CQI-11"], **values)
                self.ids[f"{key}_need"] = row.id
            sourced.capability(plating, title="Zincado en tambor", main_customers="Planta Secreta")
            sourced.certificate(plating, "ISO-9001", verification=Verification.DOCUMENT_CHECKED)
            sourced.certificate(plating, "IATF-16949", verification=Verification.REJECTED)
            self.people["organizer"] = make.organizer(org, Role.MANAGER).id
            self.people["floor"] = make.organizer(org, Role.OBSERVER).id
            for person in (*buyer.delegates, *plating.delegates, *rubber.delegates):
                person.phone = "+52 442 555 0000"

    def _keep(self, key: str, made: Registration) -> Registration:
        account = made.delegates[0].account
        assert account is not None
        self.people[key], self.ids[key] = account.id, made.id
        return made

    def client(self, key: str = "") -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, self.people[key]) if key else None)

    def page(self, key: str, path: str) -> str:
        answer = self.client(key).get(path)
        assert answer.status_code == 200, path
        return answer.get_data(as_text=True)

    def registration(self, key: str) -> Registration:
        return db.session.get_one(Registration, self.ids[key])


@pytest.fixture
def world(sqlite_app: Flask) -> World:
    return World(sqlite_app)


def test_everybody_sees_what_is_public_and_how_much_more_there_is(world: World) -> None:
    page = world.page("", f"{EVENT}/directorio")
    assert "Zincado de soportes" in page
    assert "Empresa compradora" in page
    assert "Nordwind" not in page
    assert "Niquelado" not in page
    assert "Cromado" not in page
    assert "2 requerimientos más solo los ven" in page
    with world.app.app_context(), unit_of_work():
        world.registration("buyer").consents = [Consent.DIRECTORY.value]
    assert "Nordwind" in world.page("", f"{EVENT}/directorio")


def test_the_directory_filters_by_process_kind_state_cluster_and_words(world: World) -> None:
    for query, found in (
        ("proceso=ALL-090", True),
        ("proceso=ALL-180", False),
        ("proceso=nada", False),
        ("tipo=direct_material", True),
        ("tipo=service", False),
        ("estado=Guanajuato", True),
        ("estado=Sonora", False),
        ("cluster=GTO-AUT", False),
        ("q=ZINCADO+sopórtes", True),
        ("q=electroplating", True),
        ("q=niquelado", False),
    ):
        page = world.page("", f"{EVENT}/directorio?{query}")
        assert ("Zincado de soportes" in page) is found, query
        assert ("Quitar el filtro" in page) is True


def test_a_buyer_without_requirements_is_listed_with_its_terms(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        event = world.registration("buyer").event
        make.registration(event, Side.BUYER, terms=["ALL-180"], offer="Sellos de silicón")
    assert "Sellos de silicón" in world.page("", f"{EVENT}/directorio")


def test_companies_are_found_by_every_filter(world: World) -> None:
    for query, found in (
        ("q=nandu+COLON", True),
        ("q=galvanoplastia", True),
        ("q=hules+nandu", False),
        ("proceso=ALL-090", True),
        ("proceso=ALL-180", False),
        ("certificado=ISO-9001", True),
        ("certificado=IATF-16949", False),
        ("cluster=GTO-AUT", True),
        ("cluster=GTO-TIC", False),
        ("tamano=small", True),
        ("tamano=large", False),
        ("estado=Quer%C3%A9taro", True),
        ("estado=Guanajuato", False),
        ("relacion=none", True),
        ("relacion=agreed", False),
        ("proceso=ALL-090&tamano=small&q=galv", True),
    ):
        page = world.page("buyer", f"{EVENT}/buscar?{query}")
        assert (f"/empresas/{world.ids['plating']}" in page) is found, query
        assert "Quitar el filtro" in page, query


@pytest.mark.parametrize("text", TEXTS)
def test_hostile_filters_find_nothing_and_break_nothing(world: World, text: str) -> None:
    names = ("q", "proceso", "certificado", "cluster", "tamano", "estado", "relacion", "tipo", "page", "per_page")
    for key, path in (
        ("buyer", f"{EVENT}/buscar"),
        ("", f"{EVENT}/directorio"),
        ("organizer", f"{DESK}/brechas"),
        ("organizer", f"{DESK}/requerimientos"),
    ):
        answer = world.client(key).get(path, query_string=dict.fromkeys(names, text))
        assert answer.status_code == 200
        assert "<script>alert(1)</script>" not in answer.get_data(as_text=True)


def test_the_card_of_a_supplier_says_why_and_what_is_missing(world: World) -> None:
    page = world.page("buyer", f"{EVENT}/empresas/{world.ids['plating']}")
    for words in (
        "Zincado en tambor",
        "Por desarrollar: falta CQI-11",
        "ISO 9001",
        "Documento revisado",
        "Pedir reunión",
    ):
        assert words in page
    assert "Planta Secreta" not in page
    mine = world.page("plating", f"{EVENT}/empresas/{world.ids['buyer']}")
    assert "Es indispensable para esta empresa" in mine


def test_a_reserved_requirement_shows_its_detail_once_a_meeting_is_agreed(world: World) -> None:
    path = f"{EVENT}/empresas/{world.ids['buyer']}"
    before = world.page("plating", path)
    assert "Cromado secreto" in before
    assert "detalle approved" in before
    assert "detalle requested" not in before
    with world.app.app_context(), unit_of_work():
        make.request(world.registration("plating"), world.registration("buyer"), status=RequestStatus.ACCEPTED)
    assert "detalle requested" in world.page("plating", path)


def test_no_page_shows_a_contact_before_a_meeting_is_agreed(world: World) -> None:
    with world.app.app_context():
        people = {
            key: [text for person in world.registration(key).delegates for text in (person.email, person.phone)]
            for key in ("buyer", "plating", "rubber")
        }
    pages = {
        "buyer": ["/buscar", f"/empresas/{world.ids['plating']}", f"/buscar/{world.ids['plating']}", "/requerimientos"],
        "plating": ["/buscar", f"/empresas/{world.ids['buyer']}", f"/buscar/{world.ids['buyer']}", "/capacidades"],
        "": ["/directorio", ""],
    }
    with world.app.app_context(), unit_of_work():
        make.request(world.registration("plating"), world.registration("buyer"), status=RequestStatus.SENT)
    for key in ("buyer", "plating"):
        pages[key] += ["/solicitudes", "/solicitudes?ver=enviadas", "/solicitudes?ver=respondidas", "/agenda"]
        pages[key] += ["/buscar?q=example.com"]
        desk = [f"{DESK}/exportar/{table}.{kind}" for table in ("delegados", "empresas") for kind in ("csv", "xlsx")]
        assert {world.client(key).get(path).status_code for path in desk} == {404}
        assert {world.client("organizer").get(path).status_code for path in desk} == {200}
        assert "Ninguna empresa coincide" in world.page(key, f"{EVENT}/buscar?q=example.com")
    pages |= {
        "": ["/directorio", ""],
    }
    for key, paths in pages.items():
        for path in paths:
            page = world.page(key, EVENT + path)
            for owner, texts in people.items():
                assert owner == key or not any(text in page for text in texts), (key, path)
            assert "galvanicos.example.com" not in page or key == "plating"
    with world.app.app_context(), unit_of_work():
        make.request(world.registration("buyer"), world.registration("plating"), status=RequestStatus.ACCEPTED)
    agreed = world.page("buyer", f"{EVENT}/empresas/{world.ids['plating']}")
    assert all(text in agreed for text in people["plating"])
    assert "galvanicos.example.com" in agreed
    assert not any(text in world.page("buyer", f"{EVENT}/buscar") for text in people["plating"])


def test_the_own_card_is_a_preview_and_foreign_ones_are_absent(world: World) -> None:
    assert "Así ven su empresa" in world.page("plating", f"{EVENT}/empresas/{world.ids['plating']}")
    with world.app.app_context(), unit_of_work():
        foreign = make.registration(make.event(code="ajeno"), Side.BUYER)
        strange = foreign.delegates[0].account
        assert strange is not None
        world.people["strange"], other = strange.id, foreign.id
    for key, registration_id in (
        ("plating", other),
        ("plating", uuid4()),
        ("plating", world.ids["rubber"]),
        ("strange", world.ids["buyer"]),
        ("organizer", world.ids["buyer"]),
    ):
        assert world.client(key).get(f"{EVENT}/empresas/{registration_id}").status_code == 404


def test_the_organizer_sees_gaps_hides_and_shows_a_requirement(world: World) -> None:
    page = world.page("organizer", f"{DESK}/brechas")
    assert "Falta CQI-11" in page
    assert "Galvánicos Ñandú" in page
    assert "Cromado secreto" in page
    assert "Nada coincide" in world.page("organizer", f"{DESK}/brechas?certificado=ISO-9001")
    detail = f"{DESK}/requerimientos/{world.ids['public_need']}"
    client = world.client("organizer")
    assert "Nadie lo cubre completo" in world.page("organizer", detail)
    assert client.submit(f"{detail}/ocultar", {"note": ""}, page=detail).status_code == 422
    assert client.submit(f"{detail}/ocultar", {"note": "Trae un teléfono"}, page=detail).status_code == 303
    with world.app.app_context():
        row = db.session.get_one(Requirement, world.ids["public_need"])
        assert (row.status, row.review_note) == (RequirementStatus.IN_REVIEW, "Trae un teléfono")
        assert db.session.query(AuditEntry).filter_by(action="requirement.hidden").one().reason == "Trae un teléfono"
    assert "Zincado de soportes" not in world.page("", f"{EVENT}/directorio")
    mine = world.page("buyer", f"{EVENT}/requerimientos/{world.ids['public_need']}")
    assert "Trae un teléfono" in mine
    assert "Publicar requerimiento" not in mine
    base = f"{EVENT}/requerimientos/{world.ids['public_need']}"
    forced = world.client("buyer").submit(f"{base}/publicar", {"visibility": "public"}, page=f"{base}/que")
    assert forced.status_code == 409
    assert client.submit(f"{detail}/mostrar", page=detail).status_code == 303
    assert "Zincado de soportes" in world.page("", f"{EVENT}/directorio")


def test_drafts_are_nobodys_but_their_companys(world: World) -> None:
    with world.app.app_context(), unit_of_work():
        draft = sourced.requirement(world.registration("buyer"), title="Borrador X", status=RequirementStatus.DRAFT).id
    assert "Borrador X" not in world.page("organizer", f"{DESK}/requerimientos")
    assert world.client("organizer").get(f"{DESK}/requerimientos/{draft}").status_code == 404
    assert "Borrador X" not in world.page("plating", f"{EVENT}/empresas/{world.ids['buyer']}")


def test_pages_are_flat_in_statements(world: World) -> None:
    counts: dict[str, list[int]] = {}
    for more in (1, 3):
        with world.app.app_context(), unit_of_work():
            event = world.registration("buyer").event
            for _ in range(more):
                made = make.registration(event, terms=["ALL-090"])
                sourced.capability(made)
                sourced.certificate(made, "ISO-9001")
                sourced.requirement(make.registration(event, Side.BUYER, terms=["ALL-090"]))
        for key, path in (
            ("buyer", f"{EVENT}/buscar"),
            ("", f"{EVENT}/directorio"),
            ("organizer", f"{DESK}/brechas"),
            ("organizer", f"{DESK}/requerimientos"),
            ("buyer", f"{EVENT}/empresas/{world.ids['plating']}"),
        ):
            client = world.client(key)
            with sourced.statements(world.app) as sent:
                assert client.get(path).status_code == 200
            counts.setdefault(path, []).append(len(sent))
    assert {path: few for path, (few, _many) in counts.items()} == {path: many for path, (_few, many) in counts.items()}
