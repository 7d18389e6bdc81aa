"""Requests for meetings: who asks whom, what is answered, and the pairs that a schedule is made of."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import matching
from eventsapp.domain.values import RegistrationStatus, RequestStatus
from eventsapp.models import Event, Exclusion, Registration, Request

ACTIVE = (RequestStatus.SENT, RequestStatus.ACCEPTED)


@dataclass(frozen=True)
class Pair:
    """Two registrations that agreed to meet; `a` is on the buyer's side. The schedule is made of these."""

    a: Registration
    b: Registration
    value: int
    is_must: bool
    affinity: int
    request_ids: tuple[UUID, ...]


def list_pairs(event: Event) -> list[Pair]:
    """The pairs that agreed to meet, by number of `a` and `b`: what the schedule is made of.

    A pair agreed when a request between the two is accepted, or when both asked. Both are approved and not excluded
    from meeting each other. Made with the same few queries whatever the size of the event.
    """
    registrations = {
        found.id: found
        for found in db.session.scalars(
            select(Registration)
            .where(Registration.event_id == event.id, Registration.status == RegistrationStatus.APPROVED)
            .options(joinedload(Registration.company))
        )
    }
    pairs_apart = select(Exclusion.a_id, Exclusion.b_id).where(Exclusion.event_id == event.id)
    excluded = {(a_id, b_id) for a_id, b_id in db.session.execute(pairs_apart)}
    query = (
        select(Request)
        .where(Request.event_id == event.id, Request.status.in_(ACTIVE))
        .order_by(Request.created_at, Request.id)
    )
    between: dict[frozenset[UUID], list[Request]] = {}
    for request in db.session.scalars(query):
        between.setdefault(frozenset({request.from_id, request.to_id}), []).append(request)
    pairs = [
        _pair(registrations, requests)
        for ids, requests in between.items()
        if ids <= registrations.keys() and ordered(*ids) not in excluded and _is_agreed(requests)
    ]
    return sorted(pairs, key=lambda pair: (pair.a.number, pair.b.number))


def ordered(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Two keys in the order in which an exclusion keeps them."""
    return (one, other) if one < other else (other, one)


def _is_agreed(requests: list[Request]) -> bool:
    return len(requests) > 1 or requests[0].status is RequestStatus.ACCEPTED


def _pair(registrations: dict[UUID, Registration], requests: list[Request]) -> Pair:
    """The pair behind one request, or behind two that cross; the first to ask is `a` when both buy and sell."""
    first = requests[0]
    a, b = registrations[first.from_id], registrations[first.to_id]
    if not matching.is_buyer_side(a.side, b.side) and matching.is_buyer_side(b.side, a.side):
        a, b = b, a
    wishes = {request.from_id: request.preference for request in requests}
    level = matching.affinity(a.terms, b.terms).level
    buyer, supplier = wishes.get(a.id), wishes.get(b.id)
    return Pair(
        a,
        b,
        matching.meeting_value(buyer, supplier, level=level, priority=a.priority + b.priority),
        matching.must_meet(buyer, supplier),
        level,
        tuple(request.id for request in requests),
    )
