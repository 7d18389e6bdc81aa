"""Times of matching at the size of a large event: 66 buyers with 700 requirements, 747 suppliers with capabilities.

    python benchmarks/matching.py [--folder DIR]

Everything is stored in a real database (SQLite in DIR, or in a new temporary folder) through the models and read
through the real pages. The last line is one JSON object:

- `score_all_s`: every requirement against every supplier, from what was read to all scores;
- `read_s`: reading the event from the database for that;
- `page_ms`: the slower of the buyer's and the supplier's page of results, median of several answers;
- `page_cpu_ms`, `score_all_cpu_s`: the part of these times in which this process worked, on a machine that is shared;
- `gaps_ms`: the organizer's page of what nobody covers; `company_ms`: the card of one company.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from eventsapp.app import create_app, settle
from eventsapp.db import db, unit_of_work
from eventsapp.domain.certifications import certifications
from eventsapp.domain.places import STATES
from eventsapp.domain.scoring import Index
from eventsapp.domain.sourcing import CapabilityStatus, RequirementStatus, Unit, Visibility
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import (
    EventStatus,
    OrganizationKind,
    RegistrationStatus,
    Role,
    Side,
    SizeClass,
    Verification,
)
from eventsapp.models import (
    Account,
    Capability,
    Certificate,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Membership,
    Organization,
    Registration,
    Requirement,
)
from eventsapp.services import matching
from eventsapp.settings import testing

SEED = 747
BUYERS, SUPPLIERS, REQUIREMENTS = 66, 747, 700
ANSWERS = 9
NOW = datetime.now(UTC)


def main() -> int:
    """Make the event, take the times, print them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, help="where the database is made (default: a temporary folder)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(measure(options.folder or Path(temporary))))
    return 0


def measure(folder: Path) -> dict[str, float | int]:
    """All times, in a database made anew in this folder."""
    app = create_app(testing(folder))
    with app.app_context():
        upgrade()
        with unit_of_work():
            event_id, people = build(random.Random(SEED))
        result = scored(event_id)
    settle()  # as the server does
    pages = {name: median_ms(app, account_id, path) for name, (account_id, path) in people.items()}
    for name, (wall, cpu) in pages.items():
        print(f"{name:10} {wall:7.1f} ms, {cpu:7.1f} ms of them at work")
    return {
        **result,
        "page_ms": round(max(pages["buyer"][0], pages["supplier"][0]), 1),
        "page_cpu_ms": round(max(pages["buyer"][1], pages["supplier"][1]), 1),
        "company_ms": round(pages["company"][0], 1),
        "gaps_ms": round(pages["gaps"][0], 1),
    }


def scored(event_id: UUID) -> dict[str, float | int]:
    """Every requirement against every supplier."""
    event = db.session.get_one(Event, event_id)
    start = perf_counter()
    field = matching.read_field(event)
    read, at_work = perf_counter(), process_time()
    index = Index([offer for party in field.parties.values() for offer in party.offers])
    needs = [need for party in field.parties.values() for need in party.needs if not need.is_general]
    matches = sum(1 for need in needs for _ in index.matches(need))
    end, worked = perf_counter(), process_time() - at_work
    offers = sum(len(party.offers) for party in field.parties.values())
    print(f"{len(needs)} requirements, {SUPPLIERS} suppliers with {offers} offers: {matches} matches")
    return {
        "buyers": BUYERS,
        "suppliers": SUPPLIERS,
        "requirements": len(needs),
        "matches": matches,
        "read_s": round(read - start, 3),
        "score_all_s": round(end - read, 3),
        "score_all_cpu_s": round(worked, 3),
    }


def median_ms(app: Flask, account_id: UUID, path: str) -> tuple[float, float]:
    """The time of one page, asked through the application as that person, and how much of it this process worked."""
    client = signed_in(app, account_id)
    walls, works = [], []
    for _ in range(ANSWERS):
        start, at_work = perf_counter(), process_time()
        answer = client.get(path)
        walls.append((perf_counter() - start) * 1000)
        works.append((process_time() - at_work) * 1000)
        if answer.status_code != 200:
            print(f"{path} answered {answer.status_code}", file=sys.stderr)
            raise SystemExit(1)
    return statistics.median(walls), statistics.median(works)


def signed_in(app: Flask, account_id: UUID) -> FlaskClient:
    """A client of this person."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{account_id}:0"
        session["_fresh"] = True
    return client


def build(rng: random.Random) -> tuple[UUID, dict[str, tuple[UUID, str]]]:
    """The event; and for each page to be measured, who asks for it and its address."""
    organization = Organization(code="bench", name="Bench", kind=OrganizationKind.CLUSTER, created_at=NOW)
    event = Event(
        organization=organization,
        code="bench",
        name="Bench",
        venue="Bench",
        city="Silao",
        time_zone="America/Mexico_City",
        contact_email="bench@example.com",
        status=EventStatus.OPEN,
        starts_at=NOW + timedelta(days=40),
        ends_at=NOW + timedelta(days=42),
        registration_opens_at=NOW - timedelta(days=40),
        registration_closes_at=NOW + timedelta(days=20),
        requests_open_at=NOW - timedelta(days=20),
        requests_close_at=NOW + timedelta(days=30),
        created_at=NOW,
    )
    db.session.add_all([organization, event])
    codes, standards = list(terms()), list(certifications())[:12]
    people: list[tuple[UUID, UUID]] = []
    for number in range(1, BUYERS + SUPPLIERS + 1):
        side = Side.BUYER if number <= BUYERS else Side.SUPPLIER
        registration, account = _registration(event, number, side, codes, rng)
        people.append((registration.id, account.id))
        if side is Side.BUYER:
            share = REQUIREMENTS * number // BUYERS - REQUIREMENTS * (number - 1) // BUYERS
            db.session.add_all(_requirement(registration, n, codes, standards, rng) for n in range(1, share + 1))
        else:
            db.session.add_all(_capability(registration, n, rng) for n in range(1, rng.randint(1, 3) + 1))
            db.session.add_all(_certificate(registration, code, rng) for code in rng.sample(standards, 3))
    organizer = Account(email="o@example.com", name="O", email_confirmed_at=NOW, created_at=NOW)
    db.session.add(Membership(organization=organization, account=organizer, role=Role.MANAGER, created_at=NOW))
    db.session.flush()
    (_buyer_id, buyer), (supplier_id, supplier) = people[0], people[BUYERS]
    return event.id, {
        "buyer": (buyer, "/e/bench/buscar"),
        "supplier": (supplier, "/e/bench/buscar"),
        "company": (buyer, f"/e/bench/empresas/{supplier_id}"),
        "gaps": (organizer.id, "/o/bench/brechas"),
    }


def _registration(
    event: Event, number: int, side: Side, codes: list[str], rng: random.Random
) -> tuple[Registration, Account]:
    company = Company(
        organization=event.organization,
        name=f"Empresa {number}",
        state=rng.choice(STATES),
        city="Ciudad",
        scian_code=rng.choice(("336370", "332710", "332810", "326199")),
        size_class=rng.choice(list(SizeClass)),
        languages=["es", "en"][: rng.randint(1, 2)],
        latitude=rng.uniform(19.5, 22.5),
        longitude=rng.uniform(-102.5, -100),
        cluster_codes=["GTO-AUT"],
        created_at=NOW,
    )
    registration = Registration(
        event=event,
        company=company,
        number=number,
        side=side,
        status=RegistrationStatus.APPROVED,
        terms=rng.sample(codes, rng.randint(1, 5)),
        offer="Lo que hacemos, en nuestras palabras, con materiales y tolerancias.",
        saved_at=NOW,
        created_at=NOW,
    )
    account = Account(email=f"p{number}@example.com", name=f"P {number}", email_confirmed_at=NOW, created_at=NOW)
    delegate = Delegate(
        company=company, account=account, name=f"P {number}", email=f"p{number}@example.com", created_at=NOW
    )
    desk = Desk(registration=registration, number=1)
    desk.seats.append(DeskDelegate(delegate=delegate))
    db.session.add_all([company, registration, account, delegate, desk])
    db.session.flush()
    return registration, account


def _requirement(
    registration: Registration, number: int, codes: list[str], standards: list[str], rng: random.Random
) -> Requirement:
    return Requirement(
        registration=registration,
        number=number,
        title=f"Requerimiento {number}",
        terms=rng.sample(codes, rng.randint(1, 3)),
        annual_quantity=rng.randint(1_000, 2_000_000),
        unit=rng.choice((Unit.PIECES, Unit.PIECES, Unit.TONNES)),
        must_certificates=rng.sample(standards, rng.randint(0, 2)),
        preferred_certificates=rng.sample(standards, rng.randint(0, 2)),
        accepts_in_progress=rng.random() < 0.5,
        scian_wanted=rng.choice(([], ["3363"], ["332710"])),
        size_wanted=rng.choice(([], ["small", "medium"])),
        languages=rng.choice(([], ["en"])),
        max_distance_km=rng.choice((None, 150, 400)),
        visibility=rng.choice(list(Visibility)),
        status=RequirementStatus.PUBLISHED,
        saved_at=NOW,
        created_at=NOW,
    )


def _capability(registration: Registration, number: int, rng: random.Random) -> Capability:
    return Capability(
        company=registration.company,
        number=number,
        title=f"Capacidad {number}",
        terms=rng.sample(registration.terms, rng.randint(1, min(3, len(registration.terms)))),
        monthly_capacity=rng.randint(100, 500_000),
        unit=rng.choice((Unit.PIECES, Unit.PIECES, Unit.TONNES)),
        utilisation_pct=rng.randint(20, 95),
        verification=rng.choice((Verification.DECLARED, Verification.DOCUMENT_CHECKED, Verification.SITE_VISITED)),
        status=CapabilityStatus.PUBLISHED,
        saved_at=NOW,
        created_at=NOW,
    )


def _certificate(registration: Registration, code: str, rng: random.Random) -> Certificate:
    return Certificate(
        company=registration.company,
        certification_code=code,
        expires_on=(NOW + timedelta(days=rng.randint(10, 900))).date(),
        created_at=NOW,
    )


if __name__ == "__main__":
    raise SystemExit(main())
