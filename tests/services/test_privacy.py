"""Personal data on both databases: consents over time, notices in versions, the desk in time, no trace at the end."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import JSON, LargeBinary, String, func, select

from eventsapp.db import Base, db, unit_of_work
from eventsapp.domain import privacy as rules
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.notice_texts import NoticeKind, NoticeLanguage, NoticeText, template
from eventsapp.domain.privacy import ArcoKind, ArcoStatus
from eventsapp.domain.registering import Consent
from eventsapp.domain.values import InvitationMethod, OrganizationKind, Role, Side
from eventsapp.models import (
    Account,
    ArcoRequest,
    AuditEntry,
    Delegate,
    DeskDelegate,
    Invitation,
    Meeting,
    OutboxMessage,
    Registration,
    Request,
)
from eventsapp.services import accounts, arco, audit, outbox, privacy, privacy_erasure
from tests import make
from tests.services.test_imports import brought
from tests.workbooks import xlsx

NAME, EMAIL, PHONE = "Maximiliano Peñaloza Ürzúa", "max.penaloza@urzua.example.com", "+52 477 998 8776"


def test_holidays_and_working_days_of_mexico() -> None:
    assert rules.working_days_after(date(2027, 1, 29), 1) == date(2027, 2, 2)  # the first Monday of February rests
    assert rules.working_days_after(date(2027, 3, 12), 1) == date(2027, 3, 16)
    assert rules.working_days_after(date(2027, 1, 20), 20) == date(2027, 2, 18)
    assert [rules.is_holiday(date(2030, 10, 1)), rules.is_holiday(date(2027, 10, 1))] == [True, False]


@pytest.mark.parametrize("kind", NoticeKind)
def test_both_notices_begin_in_both_languages_with_the_same_parts(kind: NoticeKind) -> None:
    texts = [template(kind, language, organization="Clúster", contact="a@example.com") for language in NoticeLanguage]
    spanish, english = texts
    assert [text.language.value for text in texts] == ["es", "en"]
    for one, other in zip(spanish.necessary + spanish.voluntary, english.necessary + english.voluntary, strict=True):
        assert one != other
    assert len(spanish.full.split("\n\n")) == len(english.full.split("\n\n"))
    for text in texts:
        assert (text.simplified.count("Clúster"), text.full.count("Clúster"), text.full.count("a@example.com")) == (
            1,
            1,
            1,
        )
        assert "{" not in text.simplified + text.full
    assert ("20 working days" in english.full, "20 días hábiles" in spanish.full) == (True, True)


def test_notices_are_published_in_versions_and_stay(context: Flask, now: datetime) -> None:
    event = make.event(make.organization(kind=OrganizationKind.GOVERNMENT, name="Secretaría de Economía"))
    admin = make.organizer(event.organization, Role.ADMIN)
    manager = make.organizer(event.organization, Role.MANAGER)
    db.session.commit()
    first = privacy.text_of(event)
    assert "Sujetos Obligados" in first.full
    assert "Secretaría de Economía" in first.simplified
    assert "under the Ley General" in privacy.text_of(event, language=NoticeLanguage.ENGLISH).full
    with pytest.raises(Forbidden), unit_of_work():
        privacy.publish_notice(event.organization, NoticeKind.PUBLIC, first, seen=0, actor=make.actor(manager), now=now)
    for number in range(2):
        with unit_of_work():
            text = NoticeText(f"corto {number}", "largo", ("a",), ("b",))
            privacy.publish_notice(
                event.organization, NoticeKind.PUBLIC, text, seen=number, actor=make.actor(admin), now=now
            )
    with pytest.raises(DomainError, match="notice_moved"), unit_of_work():
        privacy.publish_notice(event.organization, NoticeKind.PUBLIC, first, seen=1, actor=make.actor(admin), now=now)
    assert [one.simplified for one in privacy.list_notices(event.organization)] == ["corto 1", "corto 0"]
    assert privacy.text_of(event, language=NoticeLanguage.ENGLISH).simplified == "corto 1"


def test_consents_are_kept_with_the_version_under_which_they_were_given(context: Flask, now: datetime) -> None:
    registration = make.registration(make.event())
    person = registration.delegates[0].account
    db.session.commit()
    actor = make.actor(person)
    with unit_of_work():
        privacy.change_consents(registration, [Consent.PHOTOS, Consent.DIRECTORY], actor=actor, now=now)
    with unit_of_work():
        assert privacy.change_consents(registration, [Consent.DIRECTORY], actor=actor, now=now) == [Consent.PHOTOS]
    assert registration.consents == ["directory"]
    changes = privacy.list_consent_changes([registration])
    assert sorted((c.purpose, c.is_given, c.notice_version) for c in changes) == [
        ("directory", True, 0), ("photos", False, 0), ("photos", True, 0),
    ]  # fmt: skip
    with pytest.raises(Forbidden), unit_of_work():
        privacy.change_consents(registration, [], actor=Actor(), now=now)


def test_a_request_has_its_days_and_is_answered_once(context: Flask, now: datetime) -> None:
    event = make.event()
    manager = make.actor(make.organizer(event.organization))
    db.session.commit()
    with unit_of_work():
        made = arco.file(
            event, ArcoKind.ACCESS, name=NAME, email=EMAIL, text="Mis datos", locale="es_MX", actor=Actor(), now=now
        )
    assert (made.number, made.status, made.answer_due_on) == (1, ArcoStatus.RECEIVED, date(2027, 2, 18))
    with pytest.raises(Forbidden), unit_of_work():
        arco.answer(made, event, is_granted=True, text="x", actor=Actor(), now=now)
    with unit_of_work():
        arco.answer(made, event, is_granted=True, text="Se los enviamos", actor=manager, now=now)
    assert (made.status, made.carry_out_due_on) == (ArcoStatus.GRANTED, date(2027, 2, 11))
    with pytest.raises(DomainError, match="arco_answered"), unit_of_work():
        arco.answer(made, event, is_granted=False, text="x", actor=manager, now=now)
    assert arco.count_for(event.organization, only_open=True) == 1
    with unit_of_work():
        arco.finish(made, event, actor=manager, now=now)
    assert arco.list_for(event.organization, only_open=True) == []
    assert set(db.session.scalars(select(OutboxMessage.kind))) == {"arco_received", "arco_answered"}


# Cancellation ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def person(context: Flask, now: datetime) -> Account:
    """Somebody who left traces everywhere."""
    event = make.event()
    make.organizer(event.organization, Role.MANAGER)
    account = make.account(name=NAME, email=EMAIL)
    company = make.company(event.organization)
    buyer = make.registration(event, Side.BUYER)
    mine = make.registration(event, Side.SUPPLIER, company=company)
    delegate = make.delegate(
        company, name=NAME, email=EMAIL, phone=PHONE, job_title="Ventas", account=account, is_company_admin=True
    )
    seat = DeskDelegate(desk=mine.desks[0], delegate=delegate, position=1)
    meeting = Meeting(event=event, a=buyer, b=mine, uid="x@example.com", created_at=now)
    db.session.add_all([seat, meeting])
    db.session.flush()
    content = {"invitation": {"attendee": {"name": NAME, "address": EMAIL}, "summary": f"Con {NAME}"}}
    invitation = Invitation(meeting=meeting, delegate=delegate, method=InvitationMethod.REQUEST, uid="x@example.com")
    invitation.starts_at, invitation.sequence, invitation.stamped_at, invitation.created_at = now, 0, now, now
    invitation.content_hash, invitation.content, invitation.part = "x", content, f"ATTENDEE;CN={NAME}".encode()
    db.session.add(invitation)
    make.request(mine, buyer, message=f"Saludos, {NAME.upper()}, {PHONE}", made_by=account)
    buyer.decision_reason = f"Lo pidió {NAME} ({EMAIL})"
    audit.record(make.actor(account), "registration.delegate_added", mine, at=now, name=NAME, who=[{"mail": EMAIL}])
    outbox.add(
        "invitation", key=f"k:{EMAIL}", to_address=EMAIL, to_name=NAME, locale="es_MX", fields={"text": NAME}, at=now,
        event=event,
    )  # fmt: skip
    outbox.add(
        "request_received", key="k2", to_address="otra@example.com", to_name="Otra", locale="es_MX",
        fields={"from": f"{NAME} <{EMAIL}>"}, at=now, event=event,
    )  # fmt: skip
    arco.file(
        event, ArcoKind.ACCESS, name=NAME, email=EMAIL, text=f"Soy {NAME}", locale="es_MX", actor=make.actor(account),
        now=now,
    )  # fmt: skip
    db.session.commit()
    rows = [["Empresa", "Nombre", "Correo"], ["No existe", NAME, EMAIL]]
    brought(event, xlsx({"Delegados": rows}), now, only_all=None)
    return db.session.get_one(Account, account.id)


def traces(*texts: str) -> list[tuple[str, str, str]]:
    """Every column of text or bytes of every table where one of these texts stands, by table and column."""
    db.session.rollback()
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            is_json = isinstance(column.type, JSON)
            if not isinstance(column.type, (String, LargeBinary)) and not is_json:
                continue
            for (value,) in db.session.execute(select(column)):
                plain = value.decode(errors="replace") if isinstance(value, bytes) else value
                shown = json.dumps(plain, ensure_ascii=False) if is_json else str(plain)
                found += [(table.name, column.name, text) for text in texts if text.lower() in shown.lower()]
    return found


def test_nobody_sees_or_uses_blocked_data(person: Account, now: datetime) -> None:
    epoch = person.session_epoch
    with unit_of_work():
        made = privacy_erasure.block(person, actor=make.actor(person), now=now)
    assert made.suppress_at == now + rules.BLOCKED_FOR
    assert accounts.find_by_email(EMAIL) is None
    assert (person.is_active, person.session_epoch, person.password_hash) == (False, epoch + 1, None)
    delegate = db.session.scalars(select(Delegate).where(Delegate.account_id == person.id)).one()
    assert (delegate.name, delegate.phone, delegate.ended_at) == (rules.BLOCKED, "", now)
    assert all(seat.delegate_id != delegate.id for seat in db.session.scalars(select(DeskDelegate)))
    assert {(table, column) for table, column, _ in traces(NAME, EMAIL)} & {
        ("account", "name"), ("account", "email"), ("delegate", "name"), ("delegate", "email"),
    } == set()  # fmt: skip
    with pytest.raises(DomainError, match="already_blocked"), unit_of_work():
        privacy_erasure.block(person, actor=make.actor(person), now=now)
    with unit_of_work():
        assert privacy_erasure.suppress_due(now=now + rules.BLOCKED_FOR - timedelta(seconds=1)) == 0


def test_after_suppression_there_is_no_trace_and_the_totals_stay(person: Account, now: datetime) -> None:
    def totals() -> list[int]:
        kinds = (Registration, Request, Meeting, Invitation, AuditEntry, OutboxMessage, Delegate, ArcoRequest)
        return [db.session.scalar(select(func.count()).select_from(kind)) or 0 for kind in kinds]

    assert len({table for table, _, _ in traces(NAME, EMAIL, PHONE)}) >= 8
    with unit_of_work():
        privacy_erasure.block(person, actor=make.actor(person), now=now)
    before = totals()
    with unit_of_work():
        assert privacy_erasure.suppress_due(now=now + rules.BLOCKED_FOR) == 1
    assert traces(NAME, EMAIL, PHONE, "Maximiliano", "Peñaloza", "max.penaloza") == []
    after = totals()
    assert after == [*before[:4], before[4] + 1, *before[5:]]
    with unit_of_work():
        assert privacy_erasure.suppress_due(now=now + rules.BLOCKED_FOR * 2) == 0


def test_somebody_else_of_the_same_name_stays(person: Account, now: datetime) -> None:
    other = make.account(name=NAME, email="otro.max@example.com")
    audit.record(make.actor(other), "account.profile_changed", other, at=now, name=NAME)
    db.session.commit()
    with unit_of_work():
        privacy_erasure.block(person, actor=make.actor(person), now=now)
    with unit_of_work():
        privacy_erasure.suppress_due(now=now + rules.BLOCKED_FOR)
    assert traces(EMAIL, PHONE) == []
    assert db.session.get_one(Account, other.id).name == NAME
    kept = db.session.scalars(select(AuditEntry).where(AuditEntry.account_id == other.id)).one()
    assert (kept.actor_name, kept.detail) == (NAME, {"name": NAME})
    gone = db.session.scalars(select(AuditEntry.actor_name).where(AuditEntry.account_id == person.id)).all()
    assert set(gone) == {rules.GONE}


def test_a_person_takes_everything_along_but_no_secrets(person: Account, now: datetime) -> None:
    taken: dict[str, Any] = privacy.gather(person)
    text = json.dumps(taken, ensure_ascii=False)
    assert (taken["account"]["email"], taken["delegates"][0]["phone"]) == (EMAIL, PHONE)
    assert {len(taken[name]) for name in ("companies", "registrations", "requests", "privacy_requests")} == {1}
    assert "password" not in text
    assert "otra@example.com" not in text


@pytest.mark.parametrize("text", ["Ana", "", "   ", "Eva "])
def test_short_names_are_never_looked_for_everywhere(text: str) -> None:
    assert rules.pattern_of([text]) is None


def test_names_are_only_found_as_whole_words() -> None:
    pattern = rules.pattern_of(["Laura Paz"])
    assert pattern is not None
    assert rules.scrubbed({"LAURA PAZ": ["Laura Pazos", "con laura paz.", 3]}, pattern) == {
        rules.GONE: ["Laura Pazos", f"con {rules.GONE}.", 3]
    }
