"""Requests: pairs for the schedule, asking, answering, quotas, deadlines and acting for a company."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import (
    DeclineReason,
    ExclusionReason,
    Preference,
    RegistrationStatus,
    RequestOrigin,
    RequestStatus,
    Role,
    Side,
)
from eventsapp.models import AuditEntry, Exclusion, OutboxMessage, Registration, Request
from eventsapp.services import candidates, exclusions, request_lists, requests
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


# Asking and answering --------------------------------------------------------------------------------------------


def acting_for(registration: Registration) -> Actor:
    account = registration.delegates[0].account
    assert account is not None
    return make.actor(account)


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[str, dict[str, Any]]:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code, caught.value.params


def ask(from_: Registration, to: Registration, now: datetime, preference: Preference = Preference.WANT) -> Request:
    return requests.ask(from_, to, preference, actor=acting_for(from_), now=now)


def mails() -> list[tuple[str, str, dict[str, Any]]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.kind))
    return [(row.kind, row.to_address, row.fields) for row in rows]


def test_a_request_is_asked_and_recorded(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER, desks=2)
    one, other = make.registration(event), make.registration(event)
    made = requests.ask(one, buyer, Preference.MUST, actor=acting_for(one), now=now, message="Zincado")
    ask(other, buyer, now + timedelta(hours=1))
    assert (made.status, made.preference, made.message, made.origin, made.made_by_id) == (
        RequestStatus.SENT,
        Preference.MUST,
        "Zincado",
        RequestOrigin.PARTICIPANT,
        acting_for(one).account_id,
    )
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.object_id == made.id)).one()
    assert (entry.action, entry.event_id, entry.on_behalf_of, entry.detail) == (
        "request.made",
        event.id,
        "",
        {"from_company": one.company.name, "to_company": buyer.company.name, "preference": "must"},
    )
    assert mails() == []  # the morning's mail tells of it


def test_what_cannot_be_asked(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
    waiting = make.registration(event, Side.BUYER, status=RegistrationStatus.SUBMITTED)
    stranger = make.registration(make.event(), Side.BUYER)
    apart = make.registration(event, Side.BUYER)
    _exclude(apart, supplier)
    assert refusal(ask, supplier, make.registration(event), now) == ("cannot_meet", {})
    assert refusal(ask, supplier, supplier, now) == ("cannot_meet", {})
    assert refusal(ask, supplier, stranger, now) == ("cannot_meet", {})
    assert refusal(ask, supplier, apart, now) == ("cannot_meet", {})
    assert refusal(ask, supplier, waiting, now) == ("not_approved", {})
    assert refusal(ask, waiting, supplier, now) == ("not_approved", {})
    closed = {"opens_at": event.requests_open_at, "closes_at": event.requests_close_at}
    assert refusal(ask, supplier, buyer, event.requests_close_at) == ("requests_closed", closed)
    assert refusal(ask, supplier, buyer, event.requests_open_at - timedelta(seconds=1)) == ("requests_closed", closed)
    with pytest.raises(Forbidden):
        requests.ask(supplier, buyer, Preference.WANT, actor=acting_for(buyer), now=now)
    assert db.session.scalars(select(Request)).all() == []


def test_answers_and_their_order(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
    made = ask(supplier, buyer, now)
    assert refusal(ask, supplier, buyer, now)[0] == "already_asked"
    with pytest.raises(Forbidden):
        requests.accept(made, actor=acting_for(supplier), now=now)
    buyers = {"actor": acting_for(buyer), "now": now + timedelta(hours=1)}
    requests.decline(made, DeclineReason.NO_CAPACITY, **buyers, text="Lleno")
    assert (made.status, made.decline_reason, made.decline_text) == (
        RequestStatus.DECLINED,
        DeclineReason.NO_CAPACITY,
        "Lleno",
    )
    assert refusal(ask, supplier, buyer, now)[0] == "already_declined"
    assert refusal(requests.withdraw, made, actor=acting_for(supplier), now=now)[0] == "wrong_status"
    requests.accept(made, **buyers)
    assert (made.status, made.decline_reason, made.decline_text, made.answered_at) == (
        RequestStatus.ACCEPTED,
        None,
        "",
        buyers["now"],
    )
    requests.withdraw(made, actor=acting_for(supplier), now=now)
    assert made.status is RequestStatus.WITHDRAWN
    assert refusal(requests.accept, made, **buyers)[0] == "wrong_status"
    again = ask(supplier, buyer, now + timedelta(hours=2), Preference.MUST)
    assert (again, again.status, again.preference) == (made, RequestStatus.SENT, Preference.MUST)
    assert [kind for kind, _, _ in mails()] == ["request_accepted"]


def test_requests_that_cross_are_an_agreement_and_one_no_ends_it_whole(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
    theirs = ask(supplier, buyer, now)
    mine = ask(buyer, supplier, now)
    assert (mine.status, theirs.status) == (RequestStatus.ACCEPTED, RequestStatus.ACCEPTED)
    assert (requests.count_agreed(event), len(requests.list_pairs(event))) == (1, 1)
    requests.withdraw(mine, actor=acting_for(buyer), now=now)
    assert (mine.status, theirs.status) == (RequestStatus.WITHDRAWN, RequestStatus.DECLINED)
    assert (requests.count_agreed(event), requests.list_pairs(event)) == (0, [])
    ask(buyer, supplier, now)
    assert (mine.status, theirs.status) == (RequestStatus.ACCEPTED, RequestStatus.ACCEPTED)
    requests.decline(mine, DeclineReason.OTHER, actor=acting_for(supplier), now=now)
    assert (mine.status, theirs.status) == (RequestStatus.DECLINED, RequestStatus.WITHDRAWN)
    assert requests.list_pairs(event) == []


def test_only_the_own_preference_changes_while_the_request_stands(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
    made = ask(supplier, buyer, now)
    requests.change_preference(made, Preference.MUST, actor=acting_for(supplier), now=now)
    assert made.preference is Preference.MUST
    with pytest.raises(Forbidden):
        requests.change_preference(made, Preference.WANT, actor=acting_for(buyer), now=now)
    requests.withdraw(made, actor=acting_for(supplier), now=now)
    own = {"actor": acting_for(supplier), "now": now}
    assert refusal(requests.change_preference, made, Preference.WANT, **own)[0] == "wrong_status"


def test_open_requests_count_against_the_quota_of_the_side(context: Flask, now: datetime) -> None:
    event = make.event(supplier_request_quota=2, buyer_request_quota=1)
    supplier = make.registration(event)
    buyers = [make.registration(event, Side.BUYER) for _ in range(4)]
    first, _second = ask(supplier, buyers[0], now), ask(supplier, buyers[1], now)
    assert (requests.count_used(supplier), requests.count_remaining(supplier)) == (2, 0)
    assert refusal(ask, supplier, buyers[2], now) == ("quota_reached", {"quota": 2})
    requests.withdraw(first, actor=acting_for(supplier), now=now)
    ask(supplier, buyers[2], now)
    assert refusal(ask, supplier, buyers[0], now) == ("quota_reached", {"quota": 2})
    db.session.scalars(select(Request).where(Request.to_id == buyers[2].id)).one().status = RequestStatus.DECLINED
    assert requests.count_remaining(supplier) == 1
    _exclude(supplier, buyers[1])
    assert requests.count_remaining(supplier) == 2


def test_an_organizer_acts_for_a_company_with_a_reason_and_neither_date_nor_quota(
    context: Flask, now: datetime
) -> None:
    event = make.event(supplier_request_quota=0)
    buyer, supplier, other = make.registration(event, Side.BUYER), make.registration(event), make.registration(event)
    manager = make.actor(make.organizer(event.organization, Role.MANAGER))
    late = event.requests_close_at + timedelta(days=1)
    said = {"actor": manager, "now": late, "reason": "Lo pidió por teléfono"}
    made = requests.ask(supplier, buyer, Preference.WANT, **said)
    assert (made.status, made.origin) == (RequestStatus.ACCEPTED, RequestOrigin.ORGANIZER)
    assert (requests.count_used(supplier), mails()) == (0, [])
    requests.decline(made, DeclineReason.OTHER, **said)
    sent = make.request(other, buyer, status=RequestStatus.SENT)
    requests.accept(sent, **said)
    requests.withdraw(sent, **said)
    query = select(AuditEntry).where(AuditEntry.event_id == event.id)
    entries = {(entry.action, entry.on_behalf_of, entry.reason) for entry in db.session.scalars(query)}
    assert entries == {
        ("request.made", supplier.company.name, said["reason"]),
        ("request.declined", buyer.company.name, said["reason"]),
        ("request.accepted", buyer.company.name, said["reason"]),
        ("request.withdrawn", other.company.name, said["reason"]),
    }
    outsider = make.actor(make.organizer(make.organization()))
    for actor in (outsider, acting_for(supplier), make.actor(make.organizer(event.organization, Role.OBSERVER))):
        with pytest.raises(Forbidden):
            requests.accept(made, actor=actor, now=now, reason="Porque sí")
    with pytest.raises(Forbidden):
        requests.accept(made, actor=manager, now=now, reason="")


def test_lists_of_a_company_hide_excluded_pairs_and_companies_that_left(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER)
    one, apart, left = make.registration(event), make.registration(event), make.registration(event)
    received = [make.request(who, buyer, status=RequestStatus.SENT) for who in (one, apart, left)]
    _exclude(apart, buyer)
    left.status = RegistrationStatus.WITHDRAWN
    assert (request_lists.list_received(buyer), requests.count_to_answer(buyer)) == ([received[0]], 1)
    received[0].status = RequestStatus.ACCEPTED
    db.session.flush()
    assert (request_lists.list_answered(buyer), request_lists.list_sent(one)) == ([received[0]], [received[0]])
    assert request_lists.list_sent(apart) == []


def test_contacts_are_shown_only_where_a_request_is_accepted(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER)
    agreed, asked = make.registration(event, desks=2), make.registration(event)
    rows = [make.request(agreed, buyer), make.request(asked, buyer, status=RequestStatus.SENT)]
    assert request_lists.list_contacts(rows, of=buyer) == {agreed.id: agreed.delegates}
    assert request_lists.list_contacts(rows[:1], of=agreed) == {buyer.id: buyer.delegates}


# Exclusions ------------------------------------------------------------------------------------------------------


def test_an_exclusion_keeps_a_pair_apart_until_it_is_lifted(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer, supplier = make.registration(event, Side.BUYER), make.registration(event)
    actor = make.actor(make.organizer(event.organization))
    make.request(supplier, buyer)
    made = exclusions.add(supplier, buyer, ExclusionReason.COMPETITOR, actor=actor, now=now)
    assert (exclusions.list_for(event), requests.list_pairs(event), requests.count_agreed(event)) == ([made], [], 0)
    said = {"actor": actor, "now": now}
    assert refusal(exclusions.add, buyer, supplier, ExclusionReason.ORGANIZER, **said)[0] == "already_excluded"
    assert refusal(exclusions.add, buyer, buyer, ExclusionReason.ORGANIZER, **said)[0] == "cannot_exclude"
    with pytest.raises(Forbidden):
        exclusions.remove(made, actor=acting_for(buyer), now=now)
    exclusions.remove(made, **said)
    db.session.flush()
    assert (exclusions.list_for(event), len(requests.list_pairs(event))) == ([], 1)


# Finding ---------------------------------------------------------------------------------------------------------


def test_candidates_are_the_other_side_best_fit_first(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER, terms=["ALL-020", "ALL-090", "ALL-010"])
    org = event.organization

    def supplier(name: str, *terms: str, **values: Any) -> Registration:
        company = make.company(org, name=name, city="León", state="Guanajuato")
        return make.registration(event, company=company, terms=list(terms), **values)

    none, one = supplier("Ábaco", "ALL-180"), supplier("Zeta", "ALL-090", offer="Níquel químico")
    two = supplier("Beta", "ALL-020", "ALL-090", "ALL-030")
    apart = supplier("Aparte", "ALL-020")
    supplier("Borrador", "ALL-020", status=RegistrationStatus.DRAFT)
    make.registration(event, Side.BUYER)
    make.registration(make.event(org), company=make.company(org))
    _exclude(apart, buyer)
    make.request(buyer, one, status=RequestStatus.SENT)
    make.request(two, buyer, status=RequestStatus.DECLINED)

    found = candidates.list_candidates(buyer)
    assert [(who.name, who.affinity.level, who.affinity.shared, who.relation) for who in found] == [
        ("Zeta", 5, ("ALL-090",), candidates.Relation.ASKED),
        ("Beta", 4, ("ALL-020", "ALL-090"), candidates.Relation.NONE),
        ("Ábaco", 1, (), candidates.Relation.NONE),
    ]
    assert candidates.find_candidate(buyer, none.id) == found[2]
    assert candidates.find_candidate(buyer, apart.id) is None

    def names(**filters: str) -> list[str]:
        return [who.name for who in candidates.chosen(found, candidates.Filters(**filters))]

    assert names(text="abaco") == ["Ábaco"]
    assert names(text="NIQUEL leon") == ["Zeta"]
    assert names(text="maquinado") == names(text="machining") == ["Beta"]
    assert names(text="%") == names(text="zeta beta") == []
    assert (names(term="ALL-090"), names(state="Guanajuato"), names(state="Jalisco")) == (
        ["Zeta", "Beta"],
        ["Zeta", "Beta", "Ábaco"],
        [],
    )
    assert names(relation="asked") == ["Zeta"]


# Lists of the organizer ------------------------------------------------------------------------------------------


def test_the_organizer_lists_filters_and_sees_who_is_lonely(context: Flask, now: datetime) -> None:
    event = make.event()
    org = event.organization
    buyer = make.registration(event, Side.BUYER, number=7, company=make.company(org, name="Ñandú"))
    suppliers = [make.registration(event, number=n, company=make.company(org, name=f"Taller {n}")) for n in (1, 2, 3)]
    for hour, who in enumerate(suppliers):
        make.request(who, buyer, status=RequestStatus.SENT, created_at=now + timedelta(hours=hour))
    make.request(buyer, suppliers[0], preference=Preference.MUST, created_at=now + timedelta(hours=9))

    def listed(**filters: str) -> list[tuple[str, str]]:
        rows = request_lists.list_rows(event, request_lists.Filters(**filters))
        return [(row.from_name, row.to_name) for row in rows]

    sent = [("Taller 3", "Ñandú"), ("Taller 2", "Ñandú"), ("Taller 1", "Ñandú")]
    assert listed() == [("Ñandú", "Taller 1"), *sent]
    assert listed(status="sent") == listed(asked_by="supplier") == sent
    assert request_lists.count_by_status(event, request_lists.Filters(status="sent")) == {
        RequestStatus.SENT: 3,
        RequestStatus.ACCEPTED: 1,
    }
    assert [row.from_name for row in request_lists.list_rows(event, request_lists.Filters(), offset=1, limit=1)] == [
        "Taller 3"
    ]
    assert listed(text="nandu taller 1") == [("Ñandú", "Taller 1"), ("Taller 1", "Ñandú")]
    assert listed(preference="must") == [("Ñandú", "Taller 1")]
    lonely = [(one.label, amount) for one, amount in request_lists.list_lonely(event)]
    assert lonely == [("Taller 2 · 0002", 1), ("Taller 3 · 0003", 1), ("Taller 1 · 0001", 2)]


def test_a_participant_is_found_by_name_or_folio(context: Flask) -> None:
    event = make.event()
    org = event.organization
    for number, name in ((1, "Ñandú · Sur"), (2, "Doble"), (3, "Doble"), (44, "22")):
        make.registration(event, number=number, company=make.company(org, name=name))
    participants = request_lists.list_participants(event)

    def found(typed: str) -> int | None:
        one = request_lists.find_participant(participants, typed)
        return one.number if one else None

    assert [found(one.label) for one in participants] == [one.number for one in participants]
    assert (found("0003"), found("3"), found("NANDU · sur")) == (3, 3, 1)
    assert (found("doble"), found("nadie"), found("0" * 500), found("")) == (None,) * 4
    assert found("22") == 44


# Races -----------------------------------------------------------------------------------------------------------


def race(app: Flask, acts: list[Callable[[], None]]) -> list[str]:
    """Do all acts at the same time, each in its own transaction; "ok" or the code of the refusal of each."""
    start = Barrier(len(acts))

    def one(act: Callable[[], None]) -> str:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    act()
            except DomainError as error:
                return error.code
            return "ok"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def asking(from_id: UUID, to_id: UUID, now: datetime) -> Callable[[], None]:
    def act() -> None:
        from_, to = db.session.get_one(Registration, from_id), db.session.get_one(Registration, to_id)
        ask(from_, to, now)

    return act


def test_many_at_once_never_pass_the_quota(app: Flask, now: datetime) -> None:
    with app.app_context(), unit_of_work():
        event = make.event(supplier_request_quota=2)
        supplier = make.registration(event).id
        buyers = [make.registration(event, Side.BUYER).id for _ in range(6)]
    answers = race(app, [asking(supplier, buyer, now) for buyer in buyers])
    assert sorted(answers) == ["ok", "ok", *["quota_reached"] * 4]


def test_the_same_request_twice_at_once_is_one(app: Flask, now: datetime) -> None:
    with app.app_context(), unit_of_work():
        event = make.event()
        supplier, buyer = make.registration(event).id, make.registration(event, Side.BUYER).id
    answers = race(app, [asking(supplier, buyer, now)] * 4)
    assert sorted(answers) == ["already_asked", "already_asked", "already_asked", "ok"]


def test_requests_that_cross_at_once_agree(app: Flask, now: datetime) -> None:
    with app.app_context(), unit_of_work():
        event = make.event()
        pairs = [(make.registration(event).id, make.registration(event, Side.BUYER).id) for _ in range(4)]
    both_ways = [asking(*ids, now) for pair in pairs for ids in (pair, pair[::-1])]
    assert race(app, both_ways) == ["ok"] * 8
    with app.app_context():
        assert set(db.session.scalars(select(Request.status))) == {RequestStatus.ACCEPTED}
