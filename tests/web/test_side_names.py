"""An event whose sides have other names: on no page of it, in no language, is anybody called a buyer or a supplier.

A crawler follows every link of the event as its organizer, as a company of each side and as a visitor.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import unit_of_work
from eventsapp.domain.sourcing import CloseReason, RequirementStatus
from eventsapp.domain.values import (
    Axis,
    Preference,
    Programme,
    RegistrationStatus,
    RequestStatus,
    Side,
    SideNames,
)
from eventsapp.models import Account, Registration
from tests import make, publishing
from tests.conftest import NOW
from tests.services.scheduling_bench import Bench
from tests.sourced import capability, certificate, requirement

ENDS = datetime.fromisoformat("2027-03-09T18:00:00-06:00")
RULES_WORDS = {"es": r"comprador|proveedor", "en": r"buyer|supplier"}
OWN_WORDS = {"es": ("Financiera", "Financieras"), "en": ("Financier", "Financiers")}
# These pages offer the names of other events: programmes and pairs of sides to choose from.
OFFERS = re.compile(r"^/o/(nuevo|[^/]+/(ajustes(/programa)?|copiar))$")
FILES = re.compile(r"\.(ics|xlsx|csv|pdf|svg|png|json|eml|zip|txt)$|/eventos$|/estado$|/datos$|/novedades$|/ical")
MOST_PAGES = 400


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def bench(sqlite_app: Flask) -> Iterator[Bench]:
    """A financing event in which something stands on every page."""
    with sqlite_app.app_context():
        made = Bench.make(ends_at=ENDS, sides=SideNames.FIRM_FINANCIER)
        made.solve(NOW)
        firm, financier = made.buyers[0], made.suppliers[0]
        with unit_of_work():
            for one in (firm, financier):
                one.delegates[0].is_company_admin = True
            requirement(firm, title="Crédito para maquinaria", must_certificates=["ISO-9001"])
            requirement(firm, title="Arrendamiento", status=RequirementStatus.CLOSED_NO_SUPPLIER,
                        close_reason=CloseReason.NO_CAPACITY)  # fmt: skip
            capability(financier, title="Crédito simple")
            certificate(financier, "ISO-9001")
            waiting = make.registration(made.event, status=RegistrationStatus.WAITLISTED)
            waiting.waitlisted_at = NOW
            make.registration(made.event, Side.BUYER, status=RegistrationStatus.SUBMITTED)
            other = make.registration(made.event)
            make.request(other, firm, status=RequestStatus.SENT, expires_at=NOW + timedelta(days=1))
            make.request(firm, other, preference=Preference.NO, status=RequestStatus.NOTED)
            held = publishing.meeting(firm, make.registration(made.event))
            publishing.publish(made.event, [(held, 0, 0)], now=NOW)
        yield made


def visited(client: FlaskClient, start: list[str], within: str) -> dict[str, str]:
    """Every page that can be reached by links, each path once, with its HTML."""
    found: dict[str, str] = {}
    waiting = list(start)
    shapes: set[str] = set()
    while waiting and len(found) < MOST_PAGES:
        path = waiting.pop(0)
        plain = path.split("?")[0]
        if FILES.search(plain) or path in found:
            continue
        answer = client.get(path)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        found[path] = answer.text
        for link in re.findall(r'href="(/[^"#]*)', answer.text):
            address = html.unescape(link)
            shape = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", address)
            if address.startswith(within) and shape not in shapes:
                shapes.add(shape)
                waiting.append(address)
    return found


def said(page: str) -> str:
    """What a person reads or hears of a page: texts, labels, titles and the words that scripts say; no addresses."""
    spoken = re.findall(r'(?:aria-label|aria-description|title|alt|placeholder|content|data-words)="([^"]*)"', page)
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *spoken]))


def account_of(registration: Registration) -> Account:
    account = registration.delegates[0].account
    assert account is not None
    return account


@pytest.mark.slow
@pytest.mark.parametrize("language", ["es", "en"])
def test_nobody_is_called_by_the_names_of_another_event(sqlite_app: Flask, bench: Bench, language: str) -> None:
    code = bench.event.code
    people: dict[str, Account | None] = {
        "organizer": bench.account,
        "firm": account_of(bench.buyers[0]),
        "financier": account_of(bench.suppliers[0]),
        "visitor": None,
    }
    wrong: list[str] = []
    counts: dict[str, int] = {}
    own: set[str] = set()
    for name, person in people.items():
        client = make.client(sqlite_app, person)
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
        if person is not None:
            with unit_of_work():
                person.locale = "en" if language == "en" else "es_MX"
        roots = [f"/o/{code}/"] if name == "organizer" else [f"/e/{code}", f"/e/{code}/registro", f"/e/{code}/agenda"]
        pages = visited(client, roots, roots[0].rstrip("/"))
        counts[name] = len(pages)
        for path, page in pages.items():
            text = said(page)
            own |= {word for word in OWN_WORDS[language] if word in text}
            if OFFERS.match(path.split("?")[0]):
                continue
            wrong += [
                f"{path}: …{' '.join(text[max(0, hit.start() - 40) : hit.end() + 20].split())}…"
                for hit in re.finditer(RULES_WORDS[language], text, re.IGNORECASE)
            ]
    assert wrong == []
    assert own == set(OWN_WORDS[language])
    least = {"organizer": 100, "firm": 30, "financier": 30, "visitor": 2}
    assert {name: counts[name] for name in least if counts[name] < least[name]} == {}


def test_a_form_for_a_new_event_calls_the_sides_as_they_are_chosen_in_it(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        with unit_of_work():
            organization = make.organization()
            person = make.organizer(organization)
            code = organization.code
        client = make.client(sqlite_app, person)
        path = f"/o/nuevo?organizacion={code}"
        assert "Lugares para proveedores" in client.get(path).text
        for sides, word in (("firm_financier", "financieras"), ("company_university", "universidades")):
            answer = client.submit(path, {"sides": sides, "name": ""})  # type: ignore[attr-defined]
            assert answer.status_code == 422
            assert f"Lugares para {word}" in answer.text
        answer = client.submit(path, {"sides": "=1+1", "name": ""})  # type: ignore[attr-defined]
        assert (answer.status_code, "Lugares para proveedores" in answer.text) == (422, True)


def test_programme_and_axis_are_shown_to_companies_and_organizers(sqlite_app: Flask) -> None:
    with sqlite_app.app_context():
        with unit_of_work():
            event = make.event(programme=Programme.FINANCING, axis=Axis.INNOVATION)
            person = make.organizer(event.organization)
            code = event.code
        page = make.client(sqlite_app).get(f"/e/{code}").text
        assert "Acceso a financiamiento" in page
        assert "Eje: Innovación" in page
        assert "Acceso a financiamiento" in make.client(sqlite_app, person).get("/o/").text
