"""Whom a company may meet: the others with how well they fit and how things stand, filtered and in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select

from eventsapp.db import db
from eventsapp.domain.matching import Affinity, folded, may_meet
from eventsapp.domain.scoring import Match
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import Preference, RequestStatus, Side
from eventsapp.models import Exclusion, Registration, Request
from eventsapp.services.matching import Field, Party, affinity_of, best_between, read_field, read_for


class Relation(StrEnum):
    """How things stand between a company and another one."""

    NONE = "none"
    ASKED = "asked"
    RECEIVED = "received"
    AGREED = "agreed"
    DECLINED = "declined"


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
