"""Requests by rule: what a company notes for itself, ranks, automatic answers, expiry, reminders, the daily mail."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import DomainError
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import (
    DeclineReason,
    ExclusionReason,
    Preference,
    RegistrationStatus,
    RequestStatus,
    Side,
)
from eventsapp.mail.render import render
from eventsapp.models import AuditEntry, Event, Exclusion, OutboxMessage, Registration, Request
from eventsapp.services import exclusions, matching, request_lists, request_upkeep, requests
from tests import make, sourced
from tests.publishing import meeting, publish

P, Q = Preference, RequestStatus
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def acting_for(registration: Registration) -> Actor:
    account = registration.delegates[0].account
    assert account is not None
    return make.actor(account)


def ask(from_: Registration, to: Registration, now: datetime, preference: Preference = P.WANT) -> Request:
    return requests.ask(from_, to, preference, actor=acting_for(from_), now=now)


def note(from_: Registration, to: Registration, now: datetime, preference: Preference) -> Request:
    return requests.note(from_, to, preference, actor=acting_for(from_), now=now)


def refused(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def two(**values: Any) -> tuple[Registration, Registration]:
    event = make.event(**values)
    return make.registration(event, Side.BUYER), make.registration(event)


def mails(kind: str = "") -> list[tuple[str, str, dict[str, Any]]]:
    query = select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.to_address)
    rows = db.session.scalars(query if not kind else query.where(OutboxMessage.kind == kind))
    return [(row.kind, row.to_address, row.fields) for row in rows]


# What a company notes for itself ---------------------------------------------------------------------------------


def test_being_available_says_yes_when_asked(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    mark = note(buyer, supplier, now, P.OPEN)
    assert (mark.status, mark.expires_at, requests.count_used(buyer)) == (Q.NOTED, None, 0)
    assert (request_lists.list_received(supplier), request_lists.list_sent(buyer), request_lists.list_notes(buyer)) == (
        [],
        [],
        [mark],
    )
    assert (requests.list_pairs(buyer.event), mails()) == ([], [])
    asked = ask(supplier, buyer, now, P.MUST)
    assert (asked.status, mark.status) == (Q.ACCEPTED, Q.NOTED)
    [pair] = requests.list_pairs(buyer.event)
    assert (pair.value, pair.is_must, pair.request_ids) == (150 + 30 + 60, False, (asked.id,))
    assert (requests.count_agreed(buyer.event), [kind for kind, _, _ in mails()]) == (1, ["request_agreed"])


def test_being_available_accepts_what_was_asked_before_and_two_who_are_available_agree(
    context: Flask, now: datetime
) -> None:
    buyer, supplier = two()
    asked = ask(supplier, buyer, now)
    note(buyer, supplier, now, P.OPEN)
    assert asked.status is Q.ACCEPTED

    one, other = two()
    first, second = note(one, other, now, P.OPEN), note(other, one, now, P.OPEN)
    assert (first.status, second.status) == (Q.ACCEPTED, Q.ACCEPTED)
    [pair] = requests.list_pairs(one.event)
    assert (pair.a, pair.value, pair.is_must) == (one, 20 + 60, False)
    assert (requests.count_agreed(one.event), requests.count_used(one)) == (1, 0)
    wanted = ask(one, other, now, P.MUST)
    assert (wanted.id, wanted.status, requests.list_pairs(one.event)[0].value) == (first.id, Q.ACCEPTED, 400 + 60 + 60)


def test_a_veto_always_wins(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    asked = ask(supplier, buyer, now, P.MUST)
    requests.accept(asked, actor=acting_for(buyer), now=now)
    assert len(requests.list_pairs(buyer.event)) == 1
    veto = note(buyer, supplier, now, P.NO)
    assert (veto.status, asked.status, asked.decline_reason) == (Q.NOTED, Q.DECLINED, DeclineReason.NOT_RELEVANT)
    assert (requests.list_pairs(buyer.event), requests.count_agreed(buyer.event)) == ([], 0)
    staff = make.actor(make.organizer(buyer.event.organization))
    assert refused(ask, supplier, buyer, now) == "cannot_meet"
    assert refused(note, supplier, buyer, now, P.OPEN) == "cannot_meet"
    assert refused(requests.ask, supplier, buyer, P.MUST, actor=staff, now=now, reason="Vale la pena") == "vetoed"
    assert refused(requests.ask, buyer, supplier, P.MUST, actor=staff, now=now, reason="Vale la pena") == "vetoed"
    assert refused(requests.accept, asked, actor=staff, now=now, reason="Vale la pena") == "vetoed"
    requests.accept(asked, actor=acting_for(buyer), now=now)
    assert (asked.status, veto.status) == (Q.ACCEPTED, Q.WITHDRAWN)


def test_a_veto_beats_an_accepted_request_that_came_another_way(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    make.request(supplier, buyer)
    make.request(buyer, supplier, status=Q.NOTED, preference=P.NO)
    assert (requests.list_pairs(buyer.event), requests.count_agreed(buyer.event)) == ([], 0)


def test_a_mark_is_taken_back_and_turned_into_a_request(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    veto = note(buyer, supplier, now, P.NO)
    requests.withdraw(veto, actor=acting_for(buyer), now=now)
    assert ask(supplier, buyer, now).status is Q.SENT
    mark = note(buyer, make.registration(buyer.event), now, P.OPEN)
    wanted = ask(buyer, mark.to_registration, now, P.MUST)
    assert (wanted, wanted.status, wanted.preference) == (mark, Q.SENT, P.MUST)
    assert refused(note, buyer, mark.to_registration, now, P.OPEN) == "already_asked"
    assert refused(note, buyer, mark.to_registration, now, P.WANT) == "wrong_preference"


# Order and rules --------------------------------------------------------------------------------------------------


def test_the_order_is_kept_and_decides_between_equals(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER)
    made = [ask(buyer, make.registration(event), now) for _ in range(3)]
    foreign = ask(make.registration(event), buyer, now)
    order = [made[2].id, foreign.id, made[0].id, made[2].id]
    requests.save_order(buyer, order, actor=acting_for(buyer), now=now)
    assert [one.rank for one in made] == [2, 3, 1]
    assert [one.id for one in request_lists.list_sent(buyer)] == [made[2].id, made[0].id, made[1].id]
    for one in made:
        requests.accept(one, actor=acting_for(one.to_registration), now=now)
    assert sorted(pair.value for pair in requests.list_pairs(event)) == [460 + 4, 460 + 5, 460 + 6]
    requests.withdraw(made[2], actor=acting_for(buyer), now=now)
    assert made[2].rank is None
    changes = select(func.count()).where(AuditEntry.action == "request.order_changed")
    requests.save_order(buyer, [made[0].id, made[1].id], actor=acting_for(buyer), now=now)
    requests.save_order(buyer, [made[0].id, made[1].id], actor=acting_for(buyer), now=now)
    assert (db.session.scalar(changes), [made[0].rank, made[1].rank]) == (2, [1, 2])


def test_requests_of_buyers_bind_where_the_event_says_so(context: Flask, now: datetime) -> None:
    buyer, supplier = two(buyer_requests_binding=True)
    assert ask(buyer, supplier, now).status is Q.ACCEPTED
    assert ask(make.registration(buyer.event), buyer, now).status is Q.SENT
    assert [kind for kind, _, _ in mails()] == ["request_agreed"]


def test_who_fits_well_enough_is_accepted_at_once(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER, terms=["ALL-010", "ALL-020", "ALL-030", "ALL-040"])
    fits = make.registration(event, terms=["ALL-010", "ALL-020", "ALL-030", "ALL-040"])
    half = make.registration(event, terms=["ALL-010", "ALL-020", "ALL-080", "ALL-090"])
    for level in (1, 6):
        assert refused(requests.save_auto_accept, buyer, level, actor=acting_for(buyer), now=now) == "wrong_level"
    requests.save_auto_accept(buyer, 4, actor=acting_for(buyer), now=now)
    assert [ask(one, buyer, now).status for one in (fits, half)] == [Q.ACCEPTED, Q.SENT]
    requests.save_auto_accept(buyer, None, actor=acting_for(buyer), now=now)
    assert ask(make.registration(event, terms=list(fits.terms)), buyer, now).status is Q.SENT


# By itself --------------------------------------------------------------------------------------------------------


def test_requests_expire_and_can_be_asked_again_or_accepted_late(context: Flask, now: datetime) -> None:
    buyer, supplier = two(request_expiry_hours=72, request_reminder_hours=24)
    asked = ask(supplier, buyer, now)
    assert (asked.expires_at, requests.count_used(supplier)) == (now + 3 * DAY, 1)
    assert request_upkeep.expire(now=now + 3 * DAY - HOUR) == 0
    assert [request_upkeep.expire(now=now + 3 * DAY) for _ in range(2)] == [1, 0]
    assert (asked.status, requests.count_used(supplier)) == (Q.EXPIRED, 0)
    assert (request_lists.list_received(buyer), request_lists.list_answered(buyer)) == ([], [asked])
    again = ask(supplier, buyer, now + 4 * DAY)
    assert (again, again.status, again.expires_at) == (asked, Q.SENT, now + 7 * DAY)
    request_upkeep.expire(now=now + 8 * DAY)
    requests.accept(asked, actor=acting_for(buyer), now=now + 9 * DAY)
    assert asked.status is Q.ACCEPTED


def test_no_request_waits_longer_than_requests_are_open(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    closes = buyer.event.requests_close_at
    assert ask(supplier, buyer, closes - HOUR).expires_at == closes


def test_one_reminder_for_all_that_are_due_and_none_twice(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER)
    for hours in (0, 1, 60):
        ask(make.registration(event), buyer, now + hours * HOUR)
    assert request_upkeep.remind(now=now + 47 * HOUR) == 0
    assert [request_upkeep.remind(now=now + 50 * HOUR) for _ in range(2)] == [1, 0]
    [(kind, address, fields)] = mails()
    assert (kind, address, fields["count"]) == ("request_reminder", buyer.delegates[0].email, 2)
    assert fields["answer_by"] == "sábado 23 de enero, 10:00"


def test_who_waits_long_is_reminded_seventy_two_hours_and_twenty_four_hours_before(
    context: Flask, now: datetime
) -> None:
    buyer, supplier = two(request_expiry_hours=120)
    asked = ask(supplier, buyer, now)
    assert asked.expires_at == now + 120 * HOUR
    sent = {hours: request_upkeep.remind(now=now + hours * HOUR) for hours in (1, 47, 48, 49, 95, 96, 97, 120)}
    assert sent == {1: 0, 47: 0, 48: 1, 49: 0, 95: 0, 96: 1, 97: 0, 120: 0}
    assert [kind for kind, _, _ in mails()] == ["request_reminder"] * 2


def test_who_is_asked_shortly_before_the_end_is_reminded_at_once(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    late = buyer.event.requests_close_at - HOUR
    ask(supplier, buyer, late)
    assert [request_upkeep.remind(now=late) for _ in range(2)] == [1, 0]


EXPIRED_ES = """\
Estas solicitudes suyas no tuvieron respuesta a tiempo:

- Nordwind <b> · Silao
  Coincide: {term_es}
- Hules Ñandú · Silao
  Sin procesos en común

Ya no cuentan: puede pedirlas de nuevo, o a otras empresas, hasta el {closes_es}.

Ver sus solicitudes: https://encuentro.example/e/{code}/solicitudes?ver=enviadas

{event}
"""
EXPIRED_EN = """\
These requests of yours got no answer in time:

- Nordwind <b> · Silao
  In common: {term_en}
- Hules Ñandú · Silao
  No processes in common

They no longer count: you can make them again, or ask other companies, until {closes_en}.

See your requests: https://encuentro.example/e/{code}/solicitudes?ver=enviadas

{event}
"""


def test_who_asked_is_told_in_the_morning_what_nobody_answered(context: Flask, now: datetime) -> None:
    event = make.event()
    supplier = make.registration(event, terms=["ALL-090"])
    [person] = supplier.delegates
    buyers = [named(event, name, Side.BUYER) for name in ("Nordwind <b>", "Hules Ñandú")]
    buyers[0].terms, buyers[1].terms = ["ALL-090"], ["ALL-180"]
    for minute, buyer in enumerate(buyers):
        ask(supplier, buyer, now - HOUR + minute * HOUR / 60).message = "Solo para ellos"
    answered = ask(supplier, named(event, "Responde", Side.BUYER), now)
    requests.accept(answered, actor=acting_for(answered.to_registration), now=now + HOUR)
    over = now + 3 * DAY
    assert request_upkeep.expire(now=over) == 2
    evening, early = over + HOUR, (over + DAY).replace(hour=13)  # seven in the morning at the venue
    assert [request_upkeep.tell_expired(now=at) for at in (evening, early)] == [0, 0]
    assert [request_upkeep.tell_expired(now=over + DAY) for _ in range(2)] == [1, 0]
    assert request_upkeep.tell_expired(now=over + 2 * DAY) == 0
    row = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "request_expired")).one()
    assert (row.to_address, row.locale) == (person.email, person.locale)
    words = {
        "code": event.code,
        "event": event.name,
        "term_es": terms()["ALL-090"].name_es,
        "term_en": terms()["ALL-090"].name_en,
        "closes_es": row.fields["until"],
        "closes_en": row.fields["until"],
    }
    mail = render(row, base_url="https://encuentro.example")
    assert mail.subject == "2 solicitudes suyas se cerraron sin respuesta"
    assert mail.text.rpartition("\n\n")[0] == EXPIRED_ES.format(**words).strip()
    assert "Nordwind &lt;b&gt;" in mail.html
    assert "Solo para ellos" not in mail.html + mail.text
    row.locale = "en"
    mail = render(row, base_url="https://encuentro.example")
    assert mail.subject == "2 requests of yours closed without an answer"
    assert mail.text.rpartition("\n\n")[0] == EXPIRED_EN.format(**words).strip()


def test_what_expires_when_requests_close_is_told_without_asking_to_ask_again(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    asked = ask(supplier, buyer, buyer.event.requests_close_at - HOUR)
    over = buyer.event.requests_close_at
    assert request_upkeep.expire(now=over) == 1
    morning = over + 9 * HOUR
    assert request_upkeep.tell_expired(now=morning) == 1
    [(_, _, fields)] = mails("request_expired")
    assert (fields["count"], fields["until"], asked.reminded_at) == (1, "", morning)


def test_old_news_of_companies_that_left_and_of_requests_made_anew_are_told_nobody(
    context: Flask, now: datetime
) -> None:
    event = make.event()
    supplier, buyers = make.registration(event), [make.registration(event, Side.BUYER) for _ in range(3)]
    for buyer in buyers:
        ask(supplier, buyer, now)
    over = now + 3 * DAY
    assert request_upkeep.expire(now=over) == 3
    buyers[0].status = RegistrationStatus.WITHDRAWN
    ask(supplier, buyers[1], over + HOUR)
    assert request_upkeep.tell_expired(now=over + 8 * DAY) == 0
    assert request_upkeep.tell_expired(now=over + DAY) == 1
    [(_, _, fields)] = mails("request_expired")
    assert [one["company"] for one in fields["requests"]] == [buyers[2].company.name]


def test_the_daily_mail_says_who_and_why_once_a_day_to_those_who_want_it(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = make.registration(event, Side.BUYER, terms=["ALL-020", "ALL-090"])
    galvanics = make.registration(event, terms=["ALL-090"])
    galvanics.company.name = "Galvánicos <b>Lerma</b>"
    make.request(
        galvanics, buyer, status=Q.SENT, preference=P.MUST, message="Zincado para <i>Silao</i>", expires_at=now + DAY
    )
    make.request(make.registration(event), buyer, status=Q.SENT, expires_at=now + 2 * DAY)
    db.session.commit()
    early = now.replace(hour=13)  # seven in the morning at the venue
    assert [request_upkeep.send_digests(now=at) for at in (early, now, now + HOUR)] == [0, 1, 0]
    [row] = db.session.scalars(select(OutboxMessage))
    mail = render(row, base_url="https://encuentro.example")
    assert mail.subject == "Tiene 2 solicitudes por responder"
    assert "Galvánicos <b>Lerma</b> · Silao · Para ellos es indispensable" in mail.text
    assert "Galvánicos &lt;b&gt;Lerma&lt;/b&gt;" in mail.html
    assert "&lt;i&gt;Silao&lt;/i&gt;" in mail.html
    assert f"https://encuentro.example/e/{event.code}/solicitudes" in mail.text
    assert request_upkeep.send_digests(now=now + DAY) == 1

    person = buyer.delegates[0]
    request_upkeep.set_digest(person, wanted=False, actor=acting_for(buyer), now=now)
    request_upkeep.set_digest(person, wanted=False, actor=acting_for(buyer), now=now)
    assert (request_upkeep.is_stopped(person), request_upkeep.send_digests(now=now + 2 * DAY)) == (True, 0)
    request_upkeep.set_digest(person, wanted=True, actor=acting_for(buyer), now=now)
    assert request_upkeep.send_digests(now=now + 2 * DAY) == 1


def test_the_daily_mail_shows_the_level_that_finding_shows(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer, supplier = (
        make.registration(event, Side.BUYER, terms=["ALL-090"]),
        make.registration(event, terms=["ALL-090"]),
    )
    sourced.requirement(buyer, must_certificates=["CQI-11"])
    make.request(supplier, buyer, status=Q.SENT, expires_at=now + DAY)
    assert request_upkeep.send_digests(now=now) == 1
    [(_, _, fields)] = mails("request_digest")
    level = matching.read_field(event).level(buyer.id, supplier.id)
    assert ([shown["level"] for shown in fields["requests"]], level) == ([2], 2)


def test_one_mail_for_a_person_of_two_companies(context: Flask, now: datetime) -> None:
    event = make.event()
    one = make.registration(event, Side.BUYER)
    other = make.registration(event, Side.BUYER)
    make.delegate(other.company, email="eva@example.com", account=None, is_company_admin=True)
    make.delegate(one.company, email="EVA@example.com", account=None, is_company_admin=True)
    for company in (one.company, other.company):
        for person in company.delegates:
            person.is_company_admin = person.email.lower() == "eva@example.com"
    for buyer in (one, other):
        make.request(make.registration(event), buyer, status=Q.SENT, expires_at=now + DAY)
    assert request_upkeep.send_digests(now=now) == 1
    [(_, _, fields)] = mails("request_digest")
    assert fields["count"] == 2


# Pairs that the data tell apart -----------------------------------------------------------------------------------


def labels(found: list[exclusions.Suggested]) -> list[set[str]]:
    return [{pair.a.name, pair.b.name} for pair in found]


def named(event: Event, name: str, side: Side = Side.SUPPLIER, group: str = "") -> Registration:
    firm = make.company(event.organization, name=name, group_name=group)
    made: Registration = make.registration(event, side, company=firm)
    return made


def test_companies_of_one_group_are_separated_together(context: Flask, now: datetime) -> None:
    event = make.event()
    named(event, "Planta", Side.BUYER, "Grupo Ñandú")
    named(event, "Filial", group="GRUPO  nandu")
    named(event, "Otra filial", group="Grupo Ñandú")
    named(event, "Ajena", group="Otro")
    actor = make.actor(make.organizer(event.organization))
    found = exclusions.suggest_same_group(event)
    assert len(found) == 2
    assert all(pair in labels(found) for pair in ({"Filial", "Planta"}, {"Otra filial", "Planta"}))
    assert exclusions.add_all(event, found, ExclusionReason.SAME_GROUP, actor=actor, now=now) == 2
    assert exclusions.suggest_same_group(event) == []
    assert refused(exclusions.add_all, event, found, ExclusionReason.SAME_GROUP, actor=actor, now=now) == (
        "nothing_to_exclude"
    )
    reasons = list(db.session.scalars(select(Exclusion.reason)))
    assert reasons == [ExclusionReason.SAME_GROUP] * 2


def test_a_company_is_told_whom_it_may_not_want_to_meet(context: Flask, now: datetime) -> None:
    event = make.event()
    buyer = named(event, "Planta", Side.BUYER, "Grupo Ñandú")
    filial, _foreign = named(event, "Filial", group="GRUPO  nandu"), named(event, "Ajena", group="Otro")
    alone = named(event, "Sola")
    assert exclusions.find_reasons(buyer) == {filial.id: ExclusionReason.SAME_GROUP}
    assert exclusions.find_reasons(filial) == {buyer.id: ExclusionReason.SAME_GROUP}
    assert exclusions.find_reasons(alone) == {}


def test_a_veto_keeps_its_reason_to_itself(context: Flask, now: datetime) -> None:
    buyer, supplier = two()
    asked = ask(supplier, buyer, now)
    why = DeclineReason.SAME_GROUP
    veto = requests.note(buyer, supplier, P.NO, actor=acting_for(buyer), now=now, why=why)
    assert (veto.decline_reason, asked.decline_reason) == (why, DeclineReason.NOT_RELEVANT)
    requests.withdraw(veto, actor=acting_for(buyer), now=now)
    mark = requests.note(buyer, supplier, P.OPEN, actor=acting_for(buyer), now=now, why=why)
    assert (mark, mark.decline_reason) == (veto, None)


def test_pairs_that_met_within_some_months(context: Flask, now: datetime) -> None:
    before = make.event(
        starts_at=datetime(2026, 9, 9, 15, tzinfo=make.ZONE), ends_at=datetime(2026, 9, 9, 22, tzinfo=make.ZONE)
    )
    for slot in before.slots:
        slot.starts_at -= 181 * DAY
        slot.ends_at -= 181 * DAY
    buyer, supplier = make.registration(before, Side.BUYER), make.registration(before)
    publish(before, [(meeting(buyer, supplier), 0, 0)], now=now)
    event = make.event(before.organization)
    make.registration(event, Side.BUYER, company=buyer.company)
    make.registration(event, company=supplier.company)
    make.registration(event)
    assert labels(exclusions.suggest_met_recently(event, 12)) == [{buyer.company.name, supplier.company.name}]
    assert exclusions.suggest_met_recently(event, 3) == []
    here = {one.company_id: one for one in db.session.scalars(select(Registration).filter_by(event_id=event.id))}
    mine, theirs = here[buyer.company_id], here[supplier.company_id]
    assert exclusions.find_reasons(mine) == {theirs.id: ExclusionReason.MET_RECENTLY}
    assert exclusions.find_reasons(theirs) == {mine.id: ExclusionReason.MET_RECENTLY}
    for months in (0, 61):
        assert refused(exclusions.suggest_met_recently, event, months) == "wrong_months"
