"""Whom a company may meet and why: needs against offers, how things stand between two, and what nobody covers.

The rows of an event are read in a few statements and compared in memory (`domain.scoring`), each time anew, so that a
change shows at once. What a company published is compared in full; the terms of its registration stand beside it:

- a buyer's terms that none of its published requirements names are one more, general, need;
- all that a supplier names, in its capabilities and its registration, is one more, general, offer.

So nobody must write the long form, and who writes it loses nothing. The level of two companies is that of their best
match; it is the affinity of `domain.matching.meeting_value`, the same on every page and in every run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from eventsapp.db import db
from eventsapp.domain import certifications, scoring
from eventsapp.domain.certifications import CertificateState
from eventsapp.domain.matching import Affinity, folded, is_buyer_side, may_meet
from eventsapp.domain.scoring import MONTHS, Firm, Index, Match, Need, Offer, Point
from eventsapp.domain.sourcing import CapabilityStatus, RequirementStatus
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import (
    Preference,
    RegistrationStatus,
    RequestStatus,
    Side,
    SizeClass,
)
from eventsapp.models import (
    Capability,
    Certificate,
    Company,
    Event,
    Exclusion,
    Registration,
    Request,
    Requirement,
    Site,
)

SitePoints = dict[UUID, list[tuple[str, Point]]]

ALL_PERCENT = 100
NEAR_MISSES = 5
OPPOSITE = {
    Side.BUYER: (Side.SUPPLIER, Side.BOTH),
    Side.SUPPLIER: (Side.BUYER, Side.BOTH),
    Side.BOTH: tuple(Side),
}


class Relation(StrEnum):
    """How things stand between a company and another one."""

    NONE = "none"
    ASKED = "asked"
    RECEIVED = "received"
    AGREED = "agreed"
    DECLINED = "declined"


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


@dataclass(frozen=True)
class Candidate:
    """A company that another one may meet, how well the two fit, and how things stand."""

    party: Party
    match: Match | None
    relation: Relation

    @property
    def registration_id(self) -> UUID:
        """The registration of the company."""
        return self.party.registration_id

    @property
    def name(self) -> str:
        """The name of the company."""
        return self.party.name

    @property
    def city(self) -> str:
        """Where it is."""
        return self.party.city

    @property
    def state(self) -> str:
        """Where it is."""
        return self.party.state

    @property
    def side(self) -> Side:
        """Where it sits."""
        return self.party.side

    @property
    def offer(self) -> str:
        """What it says of itself at this event."""
        return self.party.offer

    @property
    def terms(self) -> tuple[str, ...]:
        """All that it buys or makes."""
        return self.party.terms

    @property
    def affinity(self) -> Affinity:
        """How well the two fit."""
        return affinity_of(self.match)


@dataclass(frozen=True)
class Filters:
    """What a company looks for; empty values filter nothing."""

    text: str = ""
    term: str = ""
    state: str = ""
    relation: str = ""
    cluster: str = ""
    certificate: str = ""
    size: str = ""


@dataclass(frozen=True)
class Gap:
    """A requirement without a supplier that covers it: those that come near, the best first, and what they lack."""

    requirement_id: UUID
    title: str
    company: str
    registration_id: UUID
    need: Need
    near: tuple[tuple[Party, Match], ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The must-certificates that those who come near lack, the most frequent first."""
        counts: dict[str, int] = {}
        for _party, match in self.near:
            for code in match.missing:
                counts[code] = counts.get(code, 0) + 1
        return tuple(sorted(counts, key=lambda code: (-counts[code], code)))


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
    firms = {row.company_id: _firm(row, certificates, sites) for row in rows}
    titles: dict[UUID, str] = {}
    needs = _needs(wanted, {row.id: row for row in rows}, sites, titles)
    offers = _offers(wanted, firms, titles)
    parties = {}
    for row in rows:
        own_needs, own_offers = needs.get(row.id, []), offers.get(row.company_id, [])
        named = _named(row.terms, own_needs, own_offers)
        if row.side is not Side.SUPPLIER:
            own_needs = [*own_needs, *_general_need(row.id, row.terms, own_needs)]
        if row.side is not Side.BUYER:
            own_offers = [*own_offers, *_general_offer(row.id, named, own_offers, firms[row.company_id])]
        parties[row.id] = Party(
            row.id,
            row.company_id,
            row.side,
            row.name,
            row.city,
            row.state,
            tuple(row.cluster_codes),
            row.size_class,
            firms[row.company_id].held,
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


def list_candidates(registration: Registration) -> list[Candidate]:
    """The approved companies that this one may meet, the best fit first and then by name; six statements in all."""
    return candidates_in(read_for(registration), registration)


def candidates_in(found: Field, registration: Registration) -> list[Candidate]:
    """The candidates of one company among those that were read."""
    mine = found.parties.get(registration.id)
    if mine is None:
        return []
    relations, excluded = _relations(registration), _excluded(registration)
    candidates = [
        Candidate(party, best_between(mine, party), relations.get(party.registration_id, Relation.NONE))
        for party in found.parties.values()
        if party is not mine and may_meet(mine.side, party.side) and party.registration_id not in excluded
    ]
    return sorted(candidates, key=_order)


def find_candidate(registration: Registration, registration_id: UUID) -> Candidate | None:
    """One company that this one may meet, or None: absent, of another event, of the same side or excluded."""
    found = read_field(registration.event, (), (registration.id, registration_id))
    return next((one for one in candidates_in(found, registration) if one.registration_id == registration_id), None)


def chosen(candidates: list[Candidate], filters: Filters) -> list[Candidate]:
    """Those of the candidates that the filters let through; text is looked for without accents and case, every word."""
    words = folded(filters.text).split()
    return [
        one
        for one in candidates
        if (not filters.term or filters.term in one.party.terms)
        and (not filters.state or filters.state == one.party.state)
        and (not filters.relation or filters.relation == one.relation)
        and (not filters.cluster or filters.cluster in one.party.clusters)
        and (not filters.certificate or filters.certificate in one.party.certificates)
        and (not filters.size or filters.size == one.party.size)
        and (not words or _has_all(one.party, words))
    ]


# What nobody covers ---------------------------------------------------------------------------------------------------


def list_gaps(found: Field, *, of: UUID | None = None) -> list[Gap]:
    """The published requirements that no company covers, those of one registration or of all, in the order read."""
    owners = {offer.key: party for party in found.parties.values() for offer in party.offers}
    index = Index([offer for party in found.parties.values() for offer in party.offers])
    gaps = []
    for party in found.parties.values():
        if of is not None and party.registration_id != of:
            continue
        for need in party.needs:
            if need.is_general:
                continue
            offers = [offer for offer in index.offers(need) if owners[offer.key] is not party]
            if not any(scoring.covers(need, offer) for offer in offers):
                others = [match for offer in offers if (match := scoring.match(need, offer)) is not None]
                gaps.append(_gap(party, need, found.titles[need.key], others, owners))
    return gaps


def list_matches(found: Field, requirement_id: UUID) -> list[tuple[Party, Match]]:
    """How each company covers a requirement, each once with its best offer, the best first."""
    for party in found.parties.values():
        for need in party.needs:
            if need.key == requirement_id and not need.is_general:
                return _best_of_each(need, [other for other in found.parties.values() if other is not party])
    return []


def _gap(party: Party, need: Need, title: str, matches: list[Match], owners: dict[UUID, Party]) -> Gap:
    near: dict[UUID, tuple[Party, Match]] = {}
    for match in sorted(matches, key=lambda one: (-one.open_score, one.missing, owners[one.offer.key].name)):
        owner = owners[match.offer.key]
        near.setdefault(owner.registration_id, (owner, match))
    return Gap(need.key, title, party.name, party.registration_id, need, tuple(near.values())[:NEAR_MISSES])


def _best_of_each(need: Need, parties: Iterable[Party]) -> list[tuple[Party, Match]]:
    best = [
        (party, match)
        for party in parties
        if (match := scoring.best(m for offer in party.offers if (m := scoring.match(need, offer)))) is not None
    ]
    return sorted(best, key=lambda one: (-one[1].score, -one[1].open_score, folded(one[0].name)))


# Rows -----------------------------------------------------------------------------------------------------------------


def _registrations(wanted: ColumnElement[bool]) -> Sequence[Any]:
    columns = (
        Registration.id,
        Registration.company_id,
        Registration.side,
        Registration.terms,
        Registration.offer,
        Company.name,
        Company.city,
        Company.state,
        Company.cluster_codes,
        Company.scian_code,
        Company.scian_secondary,
        Company.size_class,
        Company.languages,
        Company.latitude,
        Company.longitude,
        Company.logo_id,
    )
    query = select(*columns).join(Registration.company).where(wanted).order_by(Registration.number)
    return db.session.execute(query).all()


def _certificates(event: Event, wanted: ColumnElement[bool]) -> dict[CertificateState, dict[UUID, set[str]]]:
    """The certificates of the companies as they stand on the first day of the event."""
    columns = (
        Certificate.company_id,
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
    found: dict[CertificateState, dict[UUID, set[str]]] = {state: {} for state in CertificateState}
    for company_id, code, stage, verification, expires_on in db.session.execute(query):
        state = certifications.state(stage, verification, expires_on, event.first_day)
        found[state].setdefault(company_id, set()).add(code)
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


def _firm(row: Any, certificates: dict[CertificateState, dict[UUID, set[str]]], sites: SitePoints) -> Firm:
    return Firm(
        frozenset().union(*(certificates[state].get(row.company_id, ()) for state in certifications.COUNTS)),
        frozenset(certificates[CertificateState.IN_PROGRESS].get(row.company_id, ())),
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
        Requirement.terms,
        Requirement.annual_quantity,
        Requirement.unit,
        Requirement.must_certificates,
        Requirement.preferred_certificates,
        Requirement.accepts_in_progress,
        Requirement.scian_wanted,
        Requirement.size_wanted,
        Requirement.languages,
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
        tuple(row.terms),
        monthly=row.annual_quantity / MONTHS if row.annual_quantity else None,
        unit=row.unit,
        musts=frozenset(row.must_certificates),
        preferred=frozenset(row.preferred_certificates),
        accepts_in_progress=row.accepts_in_progress,
        classes=tuple(row.scian_wanted),
        sizes=frozenset(row.size_wanted),
        languages=frozenset(row.languages),
        max_km=row.max_distance_km,
        points=_points(buyer, sites, row.delivery_state),
        state=row.delivery_state or buyer.state,
    )


def _offers(wanted: ColumnElement[bool], firms: dict[UUID, Firm], titles: dict[UUID, str]) -> dict[UUID, list[Offer]]:
    """The published capabilities of these companies."""
    columns = (
        Capability.id,
        Capability.company_id,
        Capability.title,
        Capability.terms,
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
    found: dict[UUID, list[Offer]] = {}
    for row in db.session.execute(query):
        titles[row.id] = row.title
        offer = Offer(
            row.id,
            tuple(row.terms),
            monthly_free=_free(row.monthly_capacity, row.utilisation_pct),
            unit=row.unit,
            verification=row.verification,
            firm=firms[row.company_id],
        )
        found.setdefault(row.company_id, []).append(offer)
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


def _order(one: Candidate) -> tuple[int, int, int, str]:
    score, open_score = (one.match.score, one.match.open_score) if one.match else (0, 0)
    return -score, -open_score, -len(one.match.shared if one.match else ()), folded(one.name)


def _has_all(one: Party, words: list[str]) -> bool:
    names = [name for code in one.terms if code in terms() for name in (terms()[code].name_es, terms()[code].name_en)]
    text = folded(" ".join([one.name, one.city, one.state, one.offer, *names, *one.certificates]))
    return all(word in text for word in words)


def _relations(registration: Registration) -> dict[UUID, Relation]:
    """How the company stands to each that it asked or that asked it."""
    mine = or_(Request.from_id == registration.id, Request.to_id == registration.id)
    between: dict[UUID, set[Relation]] = {}
    for from_id, to_id, status in db.session.execute(
        select(Request.from_id, Request.to_id, Request.status).where(mine)
    ):
        is_own = from_id == registration.id
        between.setdefault(to_id if is_own else from_id, set()).add(_relation(status, is_own))
    order = (Relation.AGREED, Relation.RECEIVED, Relation.ASKED, Relation.DECLINED, Relation.NONE)
    return {key: next(one for one in order if one in found) for key, found in between.items()}


def _relation(status: RequestStatus, is_own: bool) -> Relation:
    if status is RequestStatus.SENT:
        return Relation.ASKED if is_own else Relation.RECEIVED
    if status is RequestStatus.DECLINED:
        return Relation.DECLINED if is_own else Relation.NONE
    return Relation.AGREED if status is RequestStatus.ACCEPTED else Relation.NONE


def _excluded(registration: Registration) -> set[UUID]:
    """The registrations that this one must not meet: excluded, or one of the two has a veto."""
    query = select(Exclusion.a_id, Exclusion.b_id).where(
        or_(Exclusion.a_id == registration.id, Exclusion.b_id == registration.id)
    )
    vetoes = select(Request.from_id, Request.to_id).where(
        or_(Request.from_id == registration.id, Request.to_id == registration.id),
        Request.status == RequestStatus.NOTED,
        Request.preference == Preference.NO,
    )
    return {key for row in db.session.execute(query.union(vetoes)) for key in row} - {registration.id}
