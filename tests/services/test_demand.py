"""The demand of an event: from who takes part, then from what is agreed, with absences."""

from __future__ import annotations

from flask import Flask

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Absence
from eventsapp.services import demand
from tests import make


def figures(found: demand.Demand) -> list[tuple[int, int, float, int, int]]:
    return [(need.buyers, need.suppliers, need.expected, need.wanted, need.missing) for _slot, need in found.rounds]


def test_before_anything_is_agreed_all_who_could_meet_count(context: Flask) -> None:
    event = make.event(slots=2, tables=1)
    make.registration(event, Side.BUYER, desks=3)
    suppliers = [make.registration(event, Side.SUPPLIER) for _ in range(2)]
    make.registration(event, Side.SUPPLIER, status=RegistrationStatus.SUBMITTED)
    first = event.slots[0]
    db.session.add(Absence(desk=suppliers[0].desks[0], starts_at=first.starts_at, ends_at=first.ends_at))
    db.session.flush()
    found = demand.estimate(event)
    assert (found.is_agreed, figures(found)) == (False, [(3, 1, 1.0, 1, 0), (3, 2, 2.0, 2, 1)])
    assert (found.wanted, [slot for slot, _need in found.short]) == (2, [event.slots[1]])


def test_what_is_agreed_is_spread_over_common_rounds(context: Flask) -> None:
    event = make.event(slots=2, tables=2)
    buyers = [make.registration(event, Side.BUYER) for _ in range(2)]
    suppliers = [make.registration(event, Side.SUPPLIER) for _ in range(2)]
    for buyer in buyers:
        for supplier in suppliers:
            make.request(buyer, supplier)
    late = buyers[0].desks[0]
    db.session.add(Absence(desk=late, starts_at=event.slots[0].starts_at, ends_at=event.slots[0].ends_at))
    db.session.flush()
    found = demand.estimate(event)
    assert (found.is_agreed, figures(found)) == (True, [(1, 2, 1.0, 1, 0), (2, 2, 3.0, 2, 0)])


def test_an_empty_event_wants_nothing(context: Flask) -> None:
    found = demand.estimate(make.event(slots=1, tables=1))
    assert (found.is_agreed, figures(found), found.wanted, found.short) == (False, [(0, 0, 0.0, 0, 0)], 0, [])
