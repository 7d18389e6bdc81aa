"""Where companies are: the position on the map and what it does to a match; towns to choose from."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask

from eventsapp.db import db
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.scoring import Aspect
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Registration
from eventsapp.services import companies, matching, sites
from eventsapp.services.companies import PositionAnswers
from eventsapp.services.sites import SiteAnswers
from tests import make, sourced

SILAO, LEON, TIJUANA = "20.94380, -101.42700", "21.12360, -101.68000", "32.53000, -117.03000"


@pytest.fixture
def pair(context: Flask) -> tuple[Registration, Registration]:
    """A buyer of Silao who wants suppliers within 40 km, and a supplier of León; nobody told a position."""
    event = make.event()
    firms = [make.company(event.organization, state="Guanajuato", city=city) for city in ("Silao", "León")]
    buyer = make.registration(event, Side.BUYER, company=firms[0], terms=["ALL-090"])
    supplier = make.registration(event, Side.SUPPLIER, company=firms[1], terms=["ALL-090"])
    sourced.requirement(buyer, terms=["ALL-090"], max_distance_km=40)
    for registration in (buyer, supplier):
        registration.delegates[0].is_company_admin = True
    db.session.flush()
    return buyer, supplier


def nearness(buyer: Registration, supplier: Registration) -> float | None:
    """What the distance gives in the match of two."""
    db.session.flush()
    found = matching.read_field(buyer.event).between(buyer.id, supplier.id)
    assert found is not None
    share = {part.aspect: part.share for part in found.parts}[Aspect.DISTANCE]
    return None if share is None else round(share, 2)


def place(registration: Registration, position: str, now: datetime) -> None:
    """Tell where a company is, as who administers it does."""
    admin = make.actor(registration.delegates[0].account)
    stored = companies.stored_of(registration.company, PositionAnswers)
    companies.change(registration.company, PositionAnswers(position), seen=edition(stored), actor=admin, now=now)


def test_the_distance_follows_from_the_positions_and_else_from_the_states(
    pair: tuple[Registration, Registration], now: datetime
) -> None:
    buyer, supplier = pair
    assert nearness(buyer, supplier) == 1.0  # the same state
    supplier.company.state = "Baja California"
    assert nearness(buyer, supplier) is None  # a question to ask, not a fault
    place(buyer, SILAO, now)
    assert nearness(buyer, supplier) is None  # one position alone measures nothing
    supplier.company.state = "Guanajuato"
    assert nearness(buyer, supplier) == 1.0
    place(supplier, TIJUANA, now)
    assert nearness(buyer, supplier) == 0.0
    place(supplier, LEON, now)
    assert (supplier.company.latitude, supplier.company.longitude) == (21.1236, -101.68)
    assert nearness(buyer, supplier) == 1.0
    place(supplier, "", now)
    assert (supplier.company.latitude, supplier.company.longitude) == (None, None)
    assert nearness(buyer, supplier) == 1.0


def test_the_nearest_site_counts_and_one_that_closed_does_not(
    pair: tuple[Registration, Registration], now: datetime
) -> None:
    buyer, supplier = pair
    place(buyer, SILAO, now)
    place(supplier, TIJUANA, now)
    admin = make.actor(supplier.delegates[0].account)
    there = SiteAnswers("Planta León", state="Guanajuato", city="León", position=LEON)
    site = sites.add(supplier.company, there, actor=admin, now=now)
    assert sites.answers_of(site) == there
    assert nearness(buyer, supplier) == 1.0
    sites.end(site, actor=admin, now=now)
    assert nearness(buyer, supplier) == 0.0


def test_the_site_in_the_state_of_delivery_is_where_the_buyer_is(
    pair: tuple[Registration, Registration], now: datetime
) -> None:
    buyer, supplier = pair
    place(buyer, TIJUANA, now)
    buyer.company.state = "Baja California"
    place(supplier, LEON, now)
    need = sourced.requirement(buyer, terms=["ALL-090"], max_distance_km=40, delivery_state="Guanajuato", number=2)
    admin = make.actor(buyer.delegates[0].account)
    sites.add(buyer.company, SiteAnswers("Silao", state="Guanajuato", position=SILAO), actor=admin, now=now)
    db.session.flush()
    (wanted,) = [one for one in matching.read_field(buyer.event).parties[buyer.id].needs if one.key == need.id]
    assert wanted.points == ((20.9438, -101.427),)


def test_a_company_of_mexico_is_not_placed_elsewhere(pair: tuple[Registration, Registration], now: datetime) -> None:
    company = pair[0].company
    admin = make.actor(pair[0].delegates[0].account)
    seen = edition(PositionAnswers())
    with pytest.raises(DomainError, match="outside_mexico"):
        companies.change(company, PositionAnswers("21.1, 101.6"), seen=seen, actor=admin, now=now)
    with pytest.raises(DomainError, match="bad_coordinates"):
        companies.change(company, PositionAnswers("aquí"), seen=seen, actor=admin, now=now)
    with pytest.raises(DomainError, match="outside_mexico"):
        sites.add(company, SiteAnswers("Sede", position="48.78, 9.18"), actor=admin, now=now)
    assert sites.add(company, SiteAnswers("Sede", country="DE", position="48.78, 9.18"), actor=admin, now=now).position
    companies.change(company, PositionAnswers(LEON), seen=seen, actor=admin, now=now)
    with pytest.raises(Conflict):
        companies.change(company, PositionAnswers(SILAO), seen=seen, actor=admin, now=now)
    assert company.position == LEON


def test_towns_are_those_of_companies_that_take_part_each_once(context: Flask) -> None:
    event = make.event()
    elsewhere = make.event(make.organization())
    for organization_event, city, state, status in (
        (event, "León", "Guanajuato", RegistrationStatus.APPROVED),
        (event, "León", "Guanajuato", RegistrationStatus.APPROVED),
        (event, "LEON", "Guanajuato", RegistrationStatus.APPROVED),
        (event, "Silao", "Guanajuato", RegistrationStatus.DRAFT),
        (event, "Apodaca", "Nuevo León", RegistrationStatus.APPROVED),
        (elsewhere, "Celaya", "Guanajuato", RegistrationStatus.APPROVED),
    ):
        firm = make.company(organization_event.organization, city=city, state=state)
        make.registration(organization_event, company=firm, status=status)
    db.session.flush()
    assert companies.list_cities(event.organization) == [("Apodaca", "Nuevo León"), ("León", "Guanajuato")]
