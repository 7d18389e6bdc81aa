"""What the companies of an event need and offer, and how well two of them fit.

The rows of an event are read in a few statements and compared in memory (`domain.scoring`), each time anew, so that a
change shows at once. What a company published is compared in full; the terms of its registration stand beside it:

- a buyer's terms that none of its published requirements names are one more, general, need;
- all that a supplier names, in its capabilities and its registration, is one more, general, offer.

So nobody must write the long form, and who writes it loses nothing. The level of two companies is that of their best
match; it is the affinity of `domain.worth.meeting_value`, the same on every page and in every run.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Dialect, Text, TypeDecorator, and_, cast, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from eventsapp.db import db
from eventsapp.domain import certifications, scoring
from eventsapp.domain.certifications import CertificateState
from eventsapp.domain.matching import Affinity, is_buyer_side, may_meet
from eventsapp.domain.scoring import MONTHS, Firm, Match, Need, Offer, Point
from eventsapp.domain.sourcing import CapabilityStatus, RequirementStatus
from eventsapp.domain.values import (
    RegistrationStatus,
    Side,
    SizeClass,
)
from eventsapp.models import Capability, Certificate, Company, Event, Registration, Requirement, Site

SitePoints = dict[UUID, list[tuple[str, Point]]]

ALL_PERCENT = 100
OPPOSITE = {
    Side.BUYER: (Side.SUPPLIER, Side.BOTH),
    Side.SUPPLIER: (Side.BUYER, Side.BOTH),
    Side.BOTH: tuple(Side),
}


@dataclass(frozen=True)
class Party:
    """An approved company at an event, as far as others may know it; nothing of its people."""

    registration_id: UUID
    company_id: UUID
    side: Side
    name: str
    city: str
    state: str
    clusters: tuple[str, ...]
    size: SizeClass | None
    certificates: frozenset[str]
    offer: str
    terms: tuple[str, ...]
    needs: tuple[Need, ...]
    offers: tuple[Offer, ...]
    logo_id: UUID | None = None


@dataclass
class Field:
    """All approved companies of an event with what they need and offer, ready to be compared."""

    parties: dict[UUID, Party]
    titles: dict[UUID, str] = field(default_factory=dict)

    def between(self, one_id: UUID, other_id: UUID) -> Match | None:
        """The best match of two companies, or None when they have nothing in common or one does not take part."""
        one, other = self.parties.get(one_id), self.parties.get(other_id)
        return best_between(one, other) if one and other else None

    def level(self, one_id: UUID, other_id: UUID) -> int:
        """How well two companies fit, 1 to 5."""
        found = self.between(one_id, other_id)
        return found.level if found else 1

    def affinity(self, one_id: UUID, other_id: UUID) -> Affinity:
        """How well two companies fit, and the terms that say so."""
        return affinity_of(self.between(one_id, other_id))


def affinity_of(match: Match | None) -> Affinity:
    """The affinity that a match stands for; the lowest without one."""
    return Affinity(match.level, match.shared) if match else Affinity(1, ())


def best_between(one: Party, other: Party) -> Match | None:
    """The best match of two companies, in the direction or directions in which their sides buy."""
    return scoring.best(matches_between(one, other))


def matches_between(one: Party, other: Party) -> Iterator[Match]:
    """Every need of one against every offer of the other, as their sides allow."""
    if not may_meet(one.side, other.side):
        return
    pairs = [(one, other)] if is_buyer_side(one.side, other.side) else []
    pairs += [(other, one)] if is_buyer_side(other.side, one.side) else []
    if one.side is other.side is Side.BOTH:
        pairs = [(one, other), (other, one)]
    for buyer, supplier in pairs:
        for need in buyer.needs:
            for offer in supplier.offers:
                found = scoring.match(need, offer)
                if found is not None:
                    yield found


# Reading --------------------------------------------------------------------------------------------------------------


def read_field(event: Event, sides: Collection[Side] = tuple(Side), ids: Collection[UUID] = ()) -> Field:
    """What the approved companies of an event need and offer: those of `sides` and those named; five statements.

    Certificates count when they are valid on the first day of the event.
    """
    wanted = and_(
        Registration.event_id == event.id,
        Registration.status == RegistrationStatus.APPROVED,
        or_(Registration.side.in_(sides), Registration.id.in_(ids)),
    )
    rows = _registrations(wanted)
    certificates = _certificates(event, wanted)
    sites = _site_points(wanted)
    firms = {row.number: _firm(row, certificates, sites) for row in rows}
    titles: dict[UUID, str] = {}
    needs = _needs(wanted, {row.id: row for row in rows}, sites, titles)
    offers = _offers(wanted, firms, titles)
    parties = {}
    for row in rows:
        own_needs, own_offers = needs.get(row.id, []), offers.get(row.number, [])
        named = _named(row.terms, own_needs, own_offers)
        if row.side is not Side.SUPPLIER:
            own_needs = [*own_needs, *_general_need(row.id, row.terms, own_needs)]
        if row.side is not Side.BUYER:
            own_offers = [*own_offers, *_general_offer(row.id, named, own_offers, firms[row.number])]
        parties[row.id] = Party(
            row.id,
            row.company_id,
            row.side,
            row.name,
            row.city,
            row.state,
            row.cluster_codes,
            row.size_class,
            firms[row.number].held,
            row.offer,
            named,
            tuple(own_needs),
            tuple(own_offers),
            row.logo_id,
        )
    return Field(parties, titles)


def read_for(registration: Registration) -> Field:
    """What a registration is compared with: those that it may meet, and itself."""
    return read_field(registration.event, OPPOSITE[registration.side], (registration.id,))


class _Codes(TypeDecorator[tuple[str, ...]]):
    """A list of codes as it is stored, read once for all rows that have the same."""

    impl = Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:  # noqa: ARG002
        """The codes of the stored text."""
        return _codes(value or "[]")


@lru_cache(maxsize=16384)
def _codes(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _listed(column: InstrumentedAttribute[list[str]]) -> Any:
    return cast(column, _Codes()).label(column.key)


# Rows -----------------------------------------------------------------------------------------------------------------


def _registrations(wanted: ColumnElement[bool]) -> Sequence[Any]:
    columns = (
        Registration.id,
        Registration.number,
        Registration.company_id,
        Registration.side,
        _listed(Registration.terms),
        Registration.offer,
        Company.name,
        Company.city,
        Company.state,
        _listed(Company.cluster_codes),
        Company.scian_code,
        _listed(Company.scian_secondary),
        Company.size_class,
        _listed(Company.languages),
        Company.latitude,
        Company.longitude,
        Company.logo_id,
    )
    query = select(*columns).join(Registration.company).where(wanted).order_by(Registration.number)
    return db.session.execute(query).all()


def _certificates(event: Event, wanted: ColumnElement[bool]) -> dict[CertificateState, dict[int, set[str]]]:
    """The certificates as they stand on the first day of the event, by the number of the registration."""
    columns = (
        Registration.number,
        Certificate.certification_code,
        Certificate.stage,
        Certificate.verification,
        Certificate.expires_on,
    )
    query = (
        select(*columns)
        .join(Registration, Registration.company_id == Certificate.company_id)
        .where(wanted, Registration.side != Side.BUYER, Certificate.ended_at.is_(None))
    )
    first_day = event.first_day
    found: dict[CertificateState, dict[int, set[str]]] = {state: {} for state in CertificateState}
    for number, code, stage, verification, expires_on in db.session.execute(query):
        state = certifications.state(stage, verification, expires_on, first_day)
        found[state].setdefault(number, set()).add(code)
    return found


def _site_points(wanted: ColumnElement[bool]) -> SitePoints:
    """Where the sites of the companies stand on the map, with the state."""
    query = (
        select(Site.company_id, Site.state, Site.latitude, Site.longitude)
        .join(Registration, Registration.company_id == Site.company_id)
        .where(wanted, Site.ended_at.is_(None))
        .order_by(Site.created_at, Site.id)
    )
    found: SitePoints = {}
    for company_id, state, latitude, longitude in db.session.execute(query):
        if latitude is not None and longitude is not None:
            found.setdefault(company_id, []).append((state, (latitude, longitude)))
    return found


def _points(row: Any, sites: SitePoints, state: str = "") -> tuple[Point, ...]:
    """Where a company works, by itself and its sites; only in one state when that is named."""
    own = [(row.state, (row.latitude, row.longitude))] if None not in (row.latitude, row.longitude) else []
    places = [*own, *sites.get(row.company_id, [])]
    return tuple(dict.fromkeys(point for where, point in places if state in ("", where)))


def _firm(row: Any, certificates: dict[CertificateState, dict[int, set[str]]], sites: SitePoints) -> Firm:
    return Firm(
        frozenset().union(*(certificates[state].get(row.number, ()) for state in certifications.COUNTS)),
        frozenset(certificates[CertificateState.IN_PROGRESS].get(row.number, ())),
        tuple(code for code in (row.scian_code, *row.scian_secondary) if code),
        row.size_class.value if row.size_class else "",
        frozenset(row.languages),
        _points(row, sites),
        row.state,
    )


def _needs(
    wanted: ColumnElement[bool], buyers: dict[UUID, Any], sites: SitePoints, titles: dict[UUID, str]
) -> dict[UUID, list[Need]]:
    """The published requirements of these registrations."""
    columns = (
        Requirement.id,
        Requirement.registration_id,
        Requirement.title,
        _listed(Requirement.terms),
        Requirement.annual_quantity,
        Requirement.unit,
        _listed(Requirement.must_certificates),
        _listed(Requirement.preferred_certificates),
        Requirement.accepts_in_progress,
        _listed(Requirement.scian_wanted),
        _listed(Requirement.size_wanted),
        _listed(Requirement.languages),
        Requirement.max_distance_km,
        Requirement.delivery_state,
    )
    query = (
        select(*columns)
        .join(Requirement.registration)
        .where(wanted, Registration.side != Side.SUPPLIER, Requirement.status == RequirementStatus.PUBLISHED)
        .order_by(Requirement.number)
    )
    found: dict[UUID, list[Need]] = {}
    for row in db.session.execute(query):
        titles[row.id] = row.title
        found.setdefault(row.registration_id, []).append(_need(row, buyers[row.registration_id], sites))
    return found


def _need(row: Any, buyer: Any, sites: SitePoints) -> Need:
    return Need(
        row.id,
        row.terms,
        monthly=row.annual_quantity / MONTHS if row.annual_quantity else None,
        unit=row.unit,
        musts=frozenset(row.must_certificates),
        preferred=frozenset(row.preferred_certificates),
        accepts_in_progress=row.accepts_in_progress,
        classes=row.scian_wanted,
        sizes=frozenset(row.size_wanted),
        languages=frozenset(row.languages),
        max_km=row.max_distance_km,
        points=_points(buyer, sites, row.delivery_state),
        state=row.delivery_state or buyer.state,
    )


def _offers(wanted: ColumnElement[bool], firms: dict[int, Firm], titles: dict[UUID, str]) -> dict[int, list[Offer]]:
    """The published capabilities of these companies, by the number of their registration."""
    columns = (
        Capability.id,
        Registration.number,
        Capability.title,
        _listed(Capability.terms),
        Capability.monthly_capacity,
        Capability.utilisation_pct,
        Capability.unit,
        Capability.verification,
    )
    query = (
        select(*columns)
        .join(Registration, Registration.company_id == Capability.company_id)
        .where(wanted, Registration.side != Side.BUYER, Capability.status == CapabilityStatus.PUBLISHED)
        .order_by(Capability.number)
    )
    found: dict[int, list[Offer]] = {}
    for row in db.session.execute(query):
        titles[row.id] = row.title
        offer = Offer(
            row.id,
            row.terms,
            monthly_free=_free(row.monthly_capacity, row.utilisation_pct),
            unit=row.unit,
            verification=row.verification,
            firm=firms[row.number],
        )
        found.setdefault(row.number, []).append(offer)
    return found


def _free(monthly: int | None, utilisation_pct: int | None) -> float | None:
    return None if monthly is None else monthly * (ALL_PERCENT - (utilisation_pct or 0)) / ALL_PERCENT


def _named(chosen_terms: Iterable[str], needs: Iterable[Need], offers: Iterable[Offer]) -> tuple[str, ...]:
    """All terms of a company, those of its registration first."""
    needed = [code for need in needs for code in need.terms]
    offered = [code for offer in offers for code in offer.terms]
    return tuple(dict.fromkeys([*chosen_terms, *needed, *offered]))


def _general_need(registration_id: UUID, chosen_terms: Iterable[str], needs: Iterable[Need]) -> list[Need]:
    """The terms that no requirement names, as one more need."""
    described = {code for need in needs for code in need.terms}
    left = tuple(code for code in dict.fromkeys(chosen_terms) if code not in described)
    return [Need(registration_id, left, is_general=True)] if left else []


def _general_offer(registration_id: UUID, named: tuple[str, ...], offers: Iterable[Offer], firm: Firm) -> list[Offer]:
    """All that a supplier names, as one more offer."""
    described = tuple(offer.term_set for offer in offers)
    return [Offer(registration_id, named, is_general=True, described=described, firm=firm)] if named else []
