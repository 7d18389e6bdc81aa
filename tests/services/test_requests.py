"""Requests: pairs for the schedule, asking, answering, quotas, deadlines and acting for a company."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from eventsapp.db import db
from eventsapp.domain.values import ExclusionReason, Preference, RegistrationStatus, RequestStatus, Side
from eventsapp.models import Exclusion, Registration
from eventsapp.services import requests
from tests import make


def _exclude(one: Registration, other: Registration) -> None:
    a, b = requests.ordered(one.id, other.id)
    kept = {"event_id": one.event_id, "reason": ExclusionReason.COMPETITOR, "created_at": make.MADE_AT}
    db.session.add(Exclusion(a_id=a, b_id=b, **kept))
    db.session.flush()


def test_pairs_are_what_both_sides_agreed_to(context: Flask) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER, number=1, terms=["ALL-020", "ALL-090"], priority=1)
    asks, asked, crossed, silent, no = (make.registration(event, number=n, terms=["ALL-090"]) for n in range(2, 7))
    left = make.registration(event, number=7, status=RegistrationStatus.WITHDRAWN)
    apart = make.registration(event, number=8)
    accepted = make.request(asks, buyer)
    must = make.request(buyer, asked, preference=Preference.MUST)
    mine = make.request(buyer, crossed, status=RequestStatus.SENT)
    later = make.MADE_AT + timedelta(hours=1)
    theirs = make.request(crossed, buyer, status=RequestStatus.SENT, preference=Preference.MUST, created_at=later)
    make.request(silent, buyer, status=RequestStatus.SENT)
    make.request(no, buyer, status=RequestStatus.DECLINED)
    make.request(left, buyer)
    make.request(apart, buyer)
    _exclude(apart, buyer)
    make.request(make.registration(make.event()), make.registration(make.event(), Side.BUYER))

    assert requests.list_pairs(event) == [
        requests.Pair(buyer, asks, 150 + 60 + 10, False, 5, (accepted.id,)),
        requests.Pair(buyer, asked, 400 + 60 + 60 + 10, True, 5, (must.id,)),
        requests.Pair(buyer, crossed, 800 + 30 + 60 + 10, True, 5, (mine.id, theirs.id)),
    ]


def test_who_asks_first_is_a_when_both_buy_and_sell(context: Flask) -> None:
    event = make.event()
    one, other = make.registration(event, Side.BOTH), make.registration(event, Side.BOTH)
    supplier = make.registration(event, Side.SUPPLIER)
    make.request(other, one)
    make.request(supplier, other)

    assert [(pair.a, pair.b) for pair in requests.list_pairs(event)] == [(other, one), (other, supplier)]
