"""Acting for a company: its pages serve somebody of the team, who says why; the log says for whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Role, Side
from eventsapp.models import Account, AuditEntry, Company, Membership, Registration
from tests import hostile, make
from tests.client import hidden_fields
from tests.conftest import NOW

PAGES = "/e/bajio"
WHY = "Lo pidió por teléfono el 3 de marzo"


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@dataclass
class Stage:
    """An event with two companies, and three people of the team."""

    app: Flask
    supplier: UUID
    buyer: UUID
    manager: UUID
    liaison: UUID
    reviewer: UUID

    def client(self, who: str) -> FlaskClient:
        with self.app.app_context():
            return make.client(self.app, db.session.get_one(Account, getattr(self, who)))

    def door(self, which: str = "supplier") -> str:
        return f"/o/bajio/empresas/{getattr(self, which)}/actuar"

    def acting(self, who: str = "manager", which: str = "supplier") -> FlaskClient:
        """Somebody who acts for a company from now on."""
        client = self.client(who)
        begun = client.submit(self.door(which), {"reason": WHY})
        assert (begun.status_code, begun.location) == (303, f"{PAGES}/registro")
        return client

    def send(self, client: FlaskClient, path: str, data: dict[str, object]) -> int:
        """Send a form with what its page had seen; the status of the answer."""
        seen = dict(re.findall(r'name="(seen)"[^>]* value="([^"]*)"', client.get(path).text))
        return client.submit(path, {**seen, **data}).status_code

    def change(self, client: FlaskClient) -> int:
        """Change the languages of the company; the status of the answer."""
        return self.send(client, f"{PAGES}/perfil/idiomas", {"languages": ["es", "de"], "export_markets": ["US"]})

    def log(self) -> list[tuple[str, str, str, str]]:
        """Who did what, for which company and why, oldest first."""
        with self.app.app_context():
            rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.at, AuditEntry.id))
            return sorted((row.actor_name, row.action, row.on_behalf_of, row.reason) for row in rows)

    def name(self, registration_id: UUID) -> str:
        with self.app.app_context():
            return db.session.get_one(Registration, registration_id).company.name

    def languages(self) -> list[str]:
        with self.app.app_context():
            return db.session.get_one(Registration, self.supplier).company.languages


@pytest.fixture
def stage(sqlite_app: Flask) -> Stage:
    with sqlite_app.app_context():
        org = make.organization(code="cluster")
        event = make.event(org, code="bajio")
        buyer = make.registration(event, Side.BUYER, status=RegistrationStatus.APPROVED)
        supplier = make.registration(event, status=RegistrationStatus.APPROVED)
        supplier.company.name = "Zincados Lerma"
        liaison = supplier.liaison = make.organizer(org, Role.REVIEWER, name="Lía")
        manager, reviewer = make.organizer(org, name="Mario"), make.organizer(org, Role.REVIEWER, name="Rita")
        db.session.commit()
        return Stage(sqlite_app, supplier.id, buyer.id, manager.id, liaison.id, reviewer.id)


@pytest.mark.parametrize("who", ["manager", "liaison"])
def test_a_company_is_changed_on_its_behalf_and_the_log_says_so(stage: Stage, who: str) -> None:
    client = stage.acting(who)
    assert stage.change(client) == 303
    assert "Ir a sus páginas" in client.get(f"/o/bajio/empresas/{stage.supplier}").text
    assert "Ir a sus páginas" not in client.get(f"/o/bajio/empresas/{stage.buyer}").text
    ended = client.submit("/o/bajio/actuar/terminar", page=f"{PAGES}/perfil")
    assert (ended.status_code, ended.location) == (303, f"/o/bajio/empresas/{stage.supplier}")
    page = client.get(ended.location).text
    assert "Ya no actúa por Zincados Lerma." in page
    assert page.split("<h2>Historia<")[1].count("en nombre de Zincados Lerma") == 3
    name = {"manager": "Mario", "liaison": "Lía"}[who]
    assert stage.languages() == ["es", "de"]
    assert stage.log() == [
        (name, "company.changed", "Zincados Lerma", WHY),
        (name, "registration.acting_begun", "Zincados Lerma", WHY),
        (name, "registration.acting_ended", "Zincados Lerma", WHY),
    ]
    assert client.get(f"{PAGES}/perfil").status_code == 404


def test_the_log_shows_only_what_was_done_for_companies_when_asked(stage: Stage) -> None:
    client = stage.acting()
    assert stage.change(client) == 303
    shown = client.get("/o/bajio/bitacora?por=empresa").text
    assert shown.count("en nombre de Zincados Lerma") == 2
    assert WHY in shown
    assert "Cambió los datos de una empresa" in shown


@pytest.mark.parametrize("which", ["supplier", "buyer"])
def test_every_page_of_the_company_opens_and_leads_nowhere_closed(stage: Stage, which: str) -> None:
    client, seen, faults = stage.acting(which=which), set(), {}
    waiting = [f"{PAGES}/registro"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = client.get(path, follow_redirects=True)
        if answer.status_code != 200:
            faults[path] = answer.status_code
        elif path.startswith(f"{PAGES}/") and answer.request.path.startswith(f"{PAGES}/"):
            assert "Usted actúa por" in answer.text, path
            links = re.findall(r'href="(/[^"#]*)', answer.text)
            waiting += sorted(
                {link for link in links if not link.startswith(("/static", "/idioma"))} - seen - {*waiting}
            )
    assert faults == {}
    assert len([path for path in seen if path.startswith(f"{PAGES}/")]) > 20
    assert f"{PAGES}/agenda" not in seen


def test_a_new_requirement_is_written_for_a_buyer(stage: Stage) -> None:
    client = stage.acting("manager", "buyer")
    begun = client.submit(
        f"{PAGES}/requerimientos/nuevo", {"title": "Bujes de bronce", "kind": "direct_material", "terms": ["ALL-020"]}
    )
    assert begun.status_code == 303
    assert "Bujes de bronce" in client.get(f"{PAGES}/requerimientos").text
    assert client.get(f"{PAGES}/capacidades").status_code == 404
    assert [row[1:] for row in stage.log() if row[1] == "requirement.added"] == [
        ("requirement.added", stage.name(stage.buyer), WHY)
    ]


def test_dates_that_bind_companies_do_not_bind_the_team(stage: Stage) -> None:
    with stage.app.app_context():
        closes_at = db.session.get_one(Registration, stage.supplier).event.requests_close_at
    with time_machine.travel(closes_at, tick=False):
        client = stage.acting()
        steps = [f"{PAGES}/registro/{slug}" for slug in ("empresa", "procesos", "disponibilidad")]
        assert ["Guardar" in client.get(step).text for step in steps] == [True] * 3
        offered = stage.send(client, f"{PAGES}/registro/procesos", {"terms": ["ALL-020"], "offer": "Bujes"})
        asked = stage.send(client, f"{PAGES}/buscar/{stage.buyer}", {"preference": "want", "note": ""})
    assert (offered, asked) == (303, 303)
    assert {row[1:] for row in stage.log()} == {
        (action, "Zincados Lerma", WHY)
        for action in ("registration.acting_begun", "registration.terms_changed", "request.made")
    }
    with stage.app.app_context():
        assert db.session.get_one(Registration, stage.supplier).terms == ["ALL-020"]


def test_a_reviewer_acts_for_the_own_companies_only(stage: Stage) -> None:
    client = stage.client("reviewer")
    token = hidden_fields(client.get("/cuenta").text)["csrf_token"]
    said = {"csrf_token": token, "form_key": "x", "reason": WHY}
    assert [client.get(stage.door()).status_code, client.post(stage.door(), data=said).status_code] == [404, 404]
    assert client.get(f"{PAGES}/perfil").status_code == 404
    assert 'actuar"' not in client.get(f"/o/bajio/empresas/{stage.supplier}").text
    assert stage.log() == []


def test_it_ends_when_the_right_ends(stage: Stage) -> None:
    client = stage.acting("liaison")
    assert client.get(f"{PAGES}/perfil").status_code == 200
    with stage.app.app_context():
        db.session.query(Membership).filter_by(account_id=stage.liaison).delete()
        db.session.commit()
    assert client.get(f"{PAGES}/perfil").status_code == 404
    with client.session_transaction() as session:
        assert "acting" not in session


def test_nobody_else_inherits_it_on_the_same_browser(stage: Stage) -> None:
    client = stage.acting("liaison")
    with client.session_transaction() as session:
        kept = dict(session["acting"])
    other = stage.client("manager")
    with other.session_transaction() as session:
        session["acting"] = kept
    assert other.get(f"{PAGES}/perfil").status_code == 404


def test_outside_the_company_everybody_stays_who_they_are(stage: Stage) -> None:
    client = stage.acting("liaison")
    assert client.get("/o/bajio/empresas").status_code == 200
    assert client.get("/o/bajio/ajustes/mesas").status_code == 404
    assert client.get(f"{PAGES}/agenda").status_code == 404
    assert client.get("/e/otro/perfil").status_code == 404
    assert stage.change(client) == 303
    with stage.app.app_context():
        others = [db.session.get_one(Registration, stage.buyer).company.languages]
        assert (others, db.session.query(Company).count()) == ([[]], 2)


def test_nobody_consents_for_a_company(stage: Stage) -> None:
    with stage.app.app_context():
        registration = db.session.get_one(Registration, stage.supplier)
        registration.status, registration.consents = RegistrationStatus.DRAFT, ["photos"]
        registration.steps_done = ["company", "delegates", "terms", "availability"]
        db.session.commit()
    client = stage.acting()
    page = client.get(f"{PAGES}/registro/revisar").text
    assert "Los permisos voluntarios los da la empresa." in page
    assert 'name="consents"' not in page
    assert client.submit(f"{PAGES}/registro/revisar", {"consents": ["directory"]}).status_code == 303
    with stage.app.app_context():
        registration = db.session.get_one(Registration, stage.supplier)
        assert (registration.status, registration.consents) == (RegistrationStatus.SUBMITTED, ["photos"])


def test_who_acts_begins_no_registration_of_their_own(stage: Stage) -> None:
    client = stage.acting()
    answer = client.submit(f"{PAGES}/registro", {"side": "buyer", "company": "new", "name": "Otra"}, page="/cuenta")
    assert (answer.status_code, answer.location) == (302, f"{PAGES}/registro")
    with stage.app.app_context():
        assert db.session.query(Registration).count() == 2


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, *hostile.FEW[:1], hostile.TEXTS[0]])
def test_a_reason_is_needed_and_is_only_text(stage: Stage, reason: str) -> None:
    client = stage.client("manager")
    answer = client.submit(stage.door(), {"reason": reason})
    if answer.status_code == 422:
        assert client.get(f"{PAGES}/perfil").status_code == 404
    else:
        assert reason.strip()
        assert len(reason) <= 500
        assert client.get(f"{PAGES}/perfil").status_code == 200


def test_ending_what_never_began_is_absent(stage: Stage) -> None:
    client = stage.client("manager")
    assert client.submit("/o/bajio/actuar/terminar", page="/cuenta").status_code == 404
    assert stage.log() == []
