"""Campaigns: whom an audience means, blanks that are filled, one mail for each person, held back on demand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.values import (
    CampaignStatus,
    MailLink,
    OutboxState,
    RegistrationStatus,
    RequestStatus,
    Role,
    Side,
)
from eventsapp.mail import render
from eventsapp.models import Event, OutboxMessage
from eventsapp.services import audit, campaigns, outbox
from eventsapp.services.campaigns import Answers, Audience
from tests import make, publishing

TEXT = {"subject": "{empresa} en {evento}", "body": "Hola, {nombre}:\n\nNos vemos en {sede}, {ciudad}, {fechas}."}
NOTHING = {"subject": "", "body": ""}


def answers(audience: Audience | None = None, *, english: dict[str, str] | None = None, **values: Any) -> Answers:
    texts = {"es_MX": {**TEXT, **values}, "en": english or NOTHING}
    return Answers(audience or Audience(), texts, MailLink.AGENDA)


def staff(event: Event, role: Role = Role.MANAGER) -> Actor:
    return make.actor(make.organizer(event.organization, role))


def names(event: Event, **audience: Any) -> list[str]:
    return [one.company for one in campaigns.list_recipients(event, Audience(**audience))]


def busy_event(now: datetime) -> Event:
    """Two buyers, three suppliers (one not approved), one meeting published, one request unanswered."""
    event = make.event(name="Encuentro Bajío")
    org = event.organization
    first = make.registration(
        event, Side.BUYER, company=make.company(org, name="Compradora A", cluster_codes=["GTO-AUT"])
    )
    make.registration(event, Side.BUYER, company=make.company(org, name="Compradora B"))
    met = make.registration(event, Side.SUPPLIER, company=make.company(org, name="Proveedora A"))
    asked = make.registration(event, Side.SUPPLIER, company=make.company(org, name="Proveedora B"))
    make.registration(
        event,
        Side.SUPPLIER,
        company=make.company(org, name="Proveedora C"),
        status=RegistrationStatus.DRAFT,
    )
    make.request(first, asked, status=RequestStatus.SENT)
    publishing.publish(event, [(publishing.meeting(first, met), 0, 0)], now=now)
    return event


def test_an_audience_means_those_who_fit_all_of_it(context: Flask, now: datetime) -> None:
    event = busy_event(now)
    everyone = ["Compradora A", "Compradora B", "Proveedora A", "Proveedora B"]
    assert names(event) == everyone
    assert names(event, status="") == [*everyone, "Proveedora C"]
    assert names(event, status="draft") == ["Proveedora C"]
    assert names(event, side="buyer") == ["Compradora A", "Compradora B"]
    assert names(event, meetings="with") == ["Compradora A", "Proveedora A"]
    assert names(event, meetings="without", side="supplier") == ["Proveedora B"]
    assert names(event, is_unanswered=True) == ["Proveedora B"]
    assert names(event, cluster="GTO-AUT") == ["Compradora A"]
    assert names(make.event()) == []


def test_a_person_of_two_companies_gets_one_mail_and_people_who_left_get_none(context: Flask, now: datetime) -> None:
    event = make.event()
    for company in ("Primera", "Segunda"):
        registration = make.registration(event, company=make.company(event.organization, name=company))
        registration.delegates[0].email = "misma@example.com"
    gone = make.registration(event)
    gone.delegates[0].ended_at = now
    db.session.flush()
    assert names(event) == ["Primera"]


def test_each_person_gets_one_mail_with_the_own_names_in_the_own_language(context: Flask, now: datetime) -> None:
    event = busy_event(now)
    reader = event.registrations[1].delegates[0]
    reader.account.locale = "en"
    english = {"subject": "See you at {evento}", "body": "Dear {nombre}"}
    campaign = campaigns.add(event, answers(Audience(side="buyer"), english=english), actor=staff(event), now=now)
    assert campaigns.send(campaign, at=None, actor=staff(event), now=now) == 2
    mails = {mail.to_name: mail for mail in campaigns.deliveries(campaign)}
    first = event.registrations[0].delegates[0]
    assert {name: (mail.locale, mail.fields) for name, mail in mails.items()} == {
        first.name: (
            "es_MX",
            {
                "subject_line": "Compradora A en Encuentro Bajío",
                "body": f"Hola, {first.name}:\n\nNos vemos en Centro de Congresos, Querétaro, 9 de marzo.",
                "path": f"/e/{event.code}/agenda",
                "page": "agenda",
            },
        ),
        reader.name: (
            "en",
            {
                "subject_line": "See you at Encuentro Bajío",
                "body": f"Dear {reader.name}",
                "path": f"/e/{event.code}/agenda",
                "page": "agenda",
            },
        ),
    }
    said = render.render(mails[first.name], base_url="https://encuentro.example")
    assert said.subject == "Compradora A en Encuentro Bajío"
    assert f"https://encuentro.example/e/{event.code}/agenda" in said.text
    assert (campaign.status, campaign.people) == (CampaignStatus.SENT, 2)
    with pytest.raises(DomainError, match="campaign_sent"):
        campaigns.send(campaign, at=None, actor=staff(event), now=now)


def test_what_people_are_called_is_never_read_as_a_blank_or_as_html(context: Flask, now: datetime) -> None:
    event = make.event()
    make.registration(event, company=make.company(event.organization, name="{nombre} <b>\r\nBcc: x@example.com"))
    campaign = campaigns.add(event, answers(), actor=staff(event), now=now)
    campaigns.send(campaign, at=None, actor=staff(event), now=now)
    (mail,) = campaigns.deliveries(campaign)
    said = render.render(mail, base_url="https://encuentro.example")
    assert "{nombre}" in said.subject
    assert "\n" not in said.subject
    assert "<b>\r\nBcc" not in said.html
    assert "&lt;b&gt;" in said.html


@pytest.mark.parametrize("text", ["{clave}", "{ nombre }", "{}", "{0.__class__}", "{{7*7}}"])
def test_an_unknown_blank_is_refused(context: Flask, now: datetime, text: str) -> None:
    event = make.event()
    with pytest.raises(DomainError, match="unknown_placeholder"):
        campaigns.add(event, answers(body=text), actor=staff(event), now=now)


def test_a_later_one_waits_and_can_be_held_back(context: Flask, now: datetime) -> None:
    event = busy_event(now)
    later = now + timedelta(days=2)
    campaign = campaigns.add(event, answers(), actor=staff(event), now=now)
    with pytest.raises(DomainError, match="time_is_over"):
        campaigns.send(campaign, at=now, actor=staff(event), now=now)
    campaigns.send(campaign, at=later, actor=staff(event), now=now)
    due = {mail.due_at for mail in campaigns.deliveries(campaign)}
    assert due == {later}
    db.session.query(OutboxMessage).filter(OutboxMessage.kind != campaigns.KIND).delete()
    assert outbox.claim_next(now=now + timedelta(days=1)) is None
    sent = outbox.claim_next(now=later)
    assert sent is not None
    outbox.mark_sent(sent.id, now=later)
    assert campaigns.cancel(campaign, actor=staff(event), now=later) == 3
    assert campaigns.count_deliveries(campaign) == {OutboxState.SENT: 1}
    assert campaign.status is CampaignStatus.CANCELLED
    with pytest.raises(DomainError, match="campaign_not_sent"):
        campaigns.cancel(campaign, actor=staff(event), now=later)


def test_what_is_gone_cannot_be_held_back(context: Flask, now: datetime) -> None:
    event = make.event()
    make.registration(event)
    campaign = campaigns.add(event, answers(), actor=staff(event), now=now)
    campaigns.send(campaign, at=None, actor=staff(event), now=now)
    mail = outbox.claim_next(now=now)
    assert mail is not None
    with pytest.raises(DomainError, match="campaign_gone"):  # in the hands of the sender
        campaigns.cancel(campaign, actor=staff(event), now=now)
    outbox.mark_sent(mail.id, now=now)
    with pytest.raises(DomainError, match="campaign_gone"):
        campaigns.cancel(campaign, actor=staff(event), now=now)


def test_nobody_to_write_to_is_said(context: Flask, now: datetime) -> None:
    event = make.event()
    campaign = campaigns.add(event, answers(), actor=staff(event), now=now)
    with pytest.raises(DomainError, match="nobody_to_write_to"):
        campaigns.send(campaign, at=None, actor=staff(event), now=now)


def test_two_people_writing_lose_nothing(context: Flask, now: datetime) -> None:
    event = make.event()
    campaign = campaigns.add(event, answers(), actor=staff(event), now=now)
    db.session.flush()
    seen = campaign.version
    campaigns.change(campaign, answers(subject="Primero"), version=seen, actor=staff(event), now=now)
    with pytest.raises(Conflict):
        campaigns.change(campaign, answers(subject="Segundo"), version=seen, actor=staff(event), now=now)
    assert campaign.texts == {"es_MX": {**TEXT, "subject": "Primero"}}


def test_a_copy_is_a_draft_with_the_same_text(context: Flask, now: datetime) -> None:
    event = busy_event(now)
    campaign = campaigns.add(event, answers(Audience(side="buyer")), actor=staff(event), now=now)
    campaigns.send(campaign, at=None, actor=staff(event), now=now)
    copied = campaigns.copy(campaign, actor=staff(event), now=now)
    assert (copied.number, copied.status, copied.texts, copied.audience, copied.link, copied.people) == (
        2,
        CampaignStatus.DRAFT,
        campaign.texts,
        campaign.audience,
        MailLink.AGENDA,
        0,
    )


def test_a_sample_goes_to_oneself_and_counts_nowhere(context: Flask, now: datetime) -> None:
    event = busy_event(now)
    account = make.organizer(event.organization)
    campaign = campaigns.add(event, answers(), actor=make.actor(account), now=now)
    campaigns.send_sample(campaign, account, actor=make.actor(account), now=now)
    db.session.flush()
    assert campaigns.deliveries(campaign) == []
    (mail,) = db.session.query(OutboxMessage).filter_by(kind=campaigns.KIND)
    assert (mail.to_address, mail.fields["subject_line"]) == (account.email, "Compradora A en Encuentro Bajío")


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FLOOR, Role.ANALYST, Role.OBSERVER])
def test_only_organizers_write(context: Flask, now: datetime, role: Role) -> None:
    event = make.event()
    with pytest.raises(Forbidden):
        campaigns.add(event, answers(), actor=staff(event, role), now=now)


def test_a_letter_goes_to_those_who_administer_the_company(context: Flask, now: datetime) -> None:
    event = make.event(name="Encuentro Bajío")
    registration = make.registration(event)
    admin = registration.delegates[0]
    admin.is_company_admin = True
    make.delegate(registration.company)
    actor = staff(event)
    assert campaigns.write_to(registration, "Su {stand}", "Hola:\n\n<b>Traiga</b> {nombre}.", actor=actor, now=now) == 1
    assert campaigns.write_to(registration, "Su {stand}", "Otra vez.", actor=actor, now=now) == 1
    first, second = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id))
    assert {first.to_address, second.to_address} == {admin.email}
    assert {first.fields["body"], second.fields["body"]} == {"Hola:\n\n<b>Traiga</b> {nombre}.", "Otra vez."}
    mail = render.render(first, base_url="https://encuentro.example")
    assert mail.subject == "Su {stand}"
    assert "<b>Traiga" not in mail.html
    entries = [(entry.action, entry.reason) for entry in audit.list_for(registration.id)]
    assert entries == [("registration.written_to", "Su {stand}")] * 2


def test_a_letter_reaches_who_muted_notices_and_a_campaign_does_not(context: Flask, now: datetime) -> None:
    event = make.event(name="Encuentro Bajío")
    registration = make.registration(event)
    registration.status = RegistrationStatus.APPROVED
    admin = registration.delegates[0]
    admin.is_company_admin = True
    db.session.flush()
    outbox.mute(admin.email.upper(), now=now)
    actor = staff(event)
    campaigns.write_to(registration, "Su stand", "Falta una hoja.", actor=actor, now=now)
    campaigns.send(campaigns.add(event, answers(), actor=actor, now=now), at=None, actor=actor, now=now)
    mails = list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.to_address == admin.email)))
    assert {mail.kind: outbox.is_unwanted(mail) for mail in mails} == {"letter": False, "campaign": True}
    sent = {
        mail.kind: render.build_message(
            mail,
            base_url="https://encuentro.example",
            host="encuentro.example",
            mail_from="agenda@encuentro.example",
            secret_key="x" * 32,
            date=now,
        )
        for mail in mails
    }
    assert {kind: (mail["List-Unsubscribe"] is None, mail["Auto-Submitted"]) for kind, mail in sent.items()} == {
        "letter": (True, None),
        "campaign": (False, "auto-generated"),
    }
    assert sent["letter"]["Reply-To"] == event.contact_email


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FLOOR, Role.OBSERVER])
def test_who_may_not_write_letters(context: Flask, now: datetime, role: Role) -> None:
    registration = make.registration(make.event())
    with pytest.raises(Forbidden):
        campaigns.write_to(registration, "a", "b", actor=staff(registration.event, role), now=now)


def test_chosen_companies_alone_get_it(context: Flask, now: datetime) -> None:
    with unit_of_work():
        event = busy_event(now)
    numbers = tuple(one.number for one in event.registrations if one.company.name in {"Compradora B", "Proveedora A"})
    assert set(names(event, numbers=numbers)) == {"Compradora B", "Proveedora A"}
    assert names(event, numbers=(9999,)) == []
    with unit_of_work():
        campaign = campaigns.add(event, answers(Audience(numbers=numbers)), actor=staff(event), now=now)
    assert campaigns.audience_of(campaign) == Audience(numbers=numbers)
    assert campaigns.list_named(event, numbers) == ["Compradora B", "Proveedora A"]
