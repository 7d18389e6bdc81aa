"""Certificates of companies: declared, checked, rejected, changed meanwhile; and the profile's other parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.values import (
    CertificateStage,
    RegistrationStatus,
    Role,
    SizeClass,
    SizeSector,
    Tier,
    Verification,
)
from eventsapp.models import AuditEntry, Certificate, OutboxMessage, Registration, StoredFile
from eventsapp.services import companies, company_certificates, files, sites
from eventsapp.services.companies import (
    OriginAnswers,
    OtherTradesAnswers,
    SizeAnswers,
    SupplyChainAnswers,
    TradeAnswers,
)
from eventsapp.services.company_certificates import CertificateAnswers, Filter, examined_of
from eventsapp.services.files import PDF, PNG, Checked
from eventsapp.services.sites import SiteAnswers
from tests import make
from tests.statements import counted

DOCUMENT = Checked("iatf.pdf", PDF, b"%PDF-1.4\n%%EOF")
ISO = CertificateAnswers("ISO-9001", number="A1", issued_on=date(2025, 1, 1), expires_on=date(2028, 1, 1))


def registered(**values: object) -> tuple[Registration, Actor, Actor]:
    """A company at an event, the actor of its admin and that of a reviewer."""
    registration = make.registration(make.event(), **values)  # type: ignore[arg-type]
    account = registration.delegates[0].account
    assert account is not None
    return registration, make.actor(account), make.actor(make.organizer(registration.event.organization, Role.REVIEWER))


def mark(certificate: Certificate) -> str:
    return edition(examined_of(certificate))


# Certificates ----------------------------------------------------------------------------------------------------


def test_a_certificate_with_its_document_is_checked(context: Flask, now: datetime) -> None:
    registration, admin, reviewer = registered()
    certificate = company_certificates.add(registration.company, ISO, DOCUMENT, actor=admin, now=now)
    assert (certificate.verification, certificate.stage) == (Verification.DECLARED, CertificateStage.HELD)
    company_certificates.verify(
        certificate, Verification.DOCUMENT_CHECKED, seen=mark(certificate), actor=reviewer, now=now
    )
    assert (certificate.verification, certificate.verified_at) == (Verification.DOCUMENT_CHECKED, now)
    assert certificate.verified_by_id == reviewer.account_id
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.object_id == certificate.id))
    assert set(acts) == {"certificate.added", "certificate.verified"}


def test_changing_a_checked_certificate_declares_it_again(context: Flask, now: datetime) -> None:
    registration, admin, reviewer = registered()
    certificate = company_certificates.add(registration.company, ISO, DOCUMENT, actor=admin, now=now)
    company_certificates.verify(certificate, Verification.SITE_VISITED, seen=mark(certificate), actor=reviewer, now=now)
    company_certificates.change(certificate, ISO, seen=edition(ISO), actor=admin, now=now)
    assert certificate.verification is Verification.SITE_VISITED  # nothing changed
    company_certificates.change(certificate, replace(ISO, number="A2"), seen=edition(ISO), actor=admin, now=now)
    assert (certificate.verification, certificate.verified_at) == (Verification.DECLARED, None)


def test_a_new_document_takes_the_place_of_the_old_one(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    certificate = company_certificates.add(registration.company, ISO, DOCUMENT, actor=admin, now=now)
    company_certificates.change(
        certificate, ISO, Checked("otro.pdf", PDF, b"%PDF-2"), seen=edition(ISO), actor=admin, now=now
    )
    assert list(db.session.scalars(select(StoredFile.name))) == ["otro.pdf"]
    company_certificates.end(certificate, actor=admin, now=now)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0
    assert company_certificates.list_of(registration.company) == []


def test_a_rejection_says_why_and_is_mailed(context: Flask, now: datetime) -> None:
    registration, admin, reviewer = registered()
    certificate = company_certificates.add(registration.company, ISO, DOCUMENT, actor=admin, now=now)
    company_certificates.reject(
        certificate, "Es de otra empresa", registration.event, seen=mark(certificate), actor=reviewer, now=now
    )
    assert (certificate.verification, certificate.rejected_reason) == (Verification.REJECTED, "Es de otra empresa")
    mail = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "certificate_rejected")).one()
    assert (mail.to_address, mail.fields["certificate"], mail.fields["reason"]) == (
        registration.delegates[0].email,
        "ISO 9001",
        "Es de otra empresa",
    )


def test_what_changed_meanwhile_is_looked_at_again(context: Flask, now: datetime) -> None:
    registration, admin, reviewer = registered()
    certificate = company_certificates.add(registration.company, ISO, DOCUMENT, actor=admin, now=now)
    seen = mark(certificate)
    company_certificates.change(
        certificate, ISO, Checked("otro.pdf", PDF, b"%PDF-2"), seen=edition(ISO), actor=admin, now=now
    )
    with pytest.raises(DomainError, match="certificate_changed"):
        company_certificates.verify(certificate, Verification.DOCUMENT_CHECKED, seen=seen, actor=reviewer, now=now)
    company_certificates.end(certificate, actor=admin, now=now)
    with pytest.raises(DomainError, match="certificate_changed"):
        company_certificates.verify(
            certificate, Verification.SITE_VISITED, seen=mark(certificate), actor=reviewer, now=now
        )


def test_without_a_document_there_is_nothing_to_check(context: Flask, now: datetime) -> None:
    registration, admin, reviewer = registered()
    certificate = company_certificates.add(registration.company, ISO, actor=admin, now=now)
    with pytest.raises(DomainError, match="no_document"):
        company_certificates.verify(
            certificate, Verification.DOCUMENT_CHECKED, seen=mark(certificate), actor=reviewer, now=now
        )
    with pytest.raises(DomainError, match="unknown_verification"):
        company_certificates.verify(certificate, Verification.DECLARED, seen=mark(certificate), actor=reviewer, now=now)


def test_nobody_verifies_the_own_certificate(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    certificate = company_certificates.add(registration.company, ISO, DOCUMENT, actor=admin, now=now)
    foreign = make.actor(make.organizer(make.organization(), Role.ADMIN))
    for actor in (admin, foreign):
        with pytest.raises(Forbidden):
            company_certificates.verify(
                certificate, Verification.DOCUMENT_CHECKED, seen=mark(certificate), actor=actor, now=now
            )
        with pytest.raises(Forbidden):
            company_certificates.reject(
                certificate, "x", registration.event, seen=mark(certificate), actor=actor, now=now
            )
    with pytest.raises(Forbidden):
        company_certificates.add(make.company(registration.event.organization), ISO, actor=admin, now=now)


def test_two_people_at_one_certificate(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    certificate = company_certificates.add(registration.company, ISO, actor=admin, now=now)
    first = replace(ISO, issuer="SGS")
    company_certificates.change(certificate, first, seen=edition(ISO), actor=admin, now=now)
    with pytest.raises(Conflict) as caught:
        company_certificates.change(certificate, replace(ISO, issuer="DNV"), seen=edition(ISO), actor=admin, now=now)
    assert caught.value.params["stored"] == first


def test_a_certificate_of_a_site_keeps_the_site(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    company = registration.company
    site = sites.add(company, SiteAnswers("Planta", city="Silao"), actor=admin, now=now)
    elsewhere = sites.add(make.company(company.organization), SiteAnswers("Ajena"), actor=_staff(registration), now=now)
    certificate = company_certificates.add(company, replace(ISO, site_id=site.id), actor=admin, now=now)
    with pytest.raises(DomainError, match="site_in_use"):
        sites.end(site, actor=admin, now=now)
    with pytest.raises(DomainError, match="unknown_site"):
        company_certificates.add(company, replace(ISO, site_id=elsewhere.id), actor=admin, now=now)
    company_certificates.end(certificate, actor=admin, now=now)
    sites.end(site, actor=admin, now=now)
    assert sites.list_of(company) == []


def _staff(registration: Registration) -> Actor:
    return make.actor(make.organizer(registration.event.organization, Role.MANAGER))


def test_the_filters_of_the_organizer(context: Flask, now: datetime) -> None:
    registration, admin, reviewer = registered()
    company, event, today = registration.company, registration.event, now.date()

    def added(**values: object) -> Certificate:
        return company_certificates.add(company, replace(ISO, **values), DOCUMENT, actor=admin, now=now)  # type: ignore[arg-type]

    waiting = added(number="1")
    checked, rejected = added(number="2"), added(number="3")
    soon = added(number="4", expires_on=today + timedelta(days=30))
    over = added(number="5", expires_on=today - timedelta(days=1))
    coming = added(number="6", stage=CertificateStage.IN_PROGRESS, expires_on=None)
    company_certificates.verify(checked, Verification.SITE_VISITED, seen=mark(checked), actor=reviewer, now=now)
    company_certificates.reject(rejected, "no", event, seen=mark(rejected), actor=reviewer, now=now)
    other = make.registration(make.event(event.organization), status=RegistrationStatus.APPROVED)
    company_certificates.add(other.company, ISO, actor=make.actor(other.delegates[0].account), now=now)  # type: ignore[arg-type]
    draft = make.registration(event, status=RegistrationStatus.DRAFT)
    company_certificates.add(draft.company, ISO, actor=make.actor(draft.delegates[0].account), now=now)  # type: ignore[arg-type]
    found = {
        wanted: {one.number for one in company_certificates.search(event, wanted, "", today)[0]} for wanted in Filter
    }
    assert found == {
        Filter.TO_CHECK: {"1", "4", "5"},
        Filter.VERIFIED: {"2"},
        Filter.REJECTED: {"3"},
        Filter.EXPIRING: {"4"},
        Filter.EXPIRED: {"5"},
        Filter.ALL: {"1", "2", "3", "4", "5", "6"},
    }
    assert company_certificates.count_by_filter(event, today) == {known: len(ids) for known, ids in found.items()}
    assert company_certificates.search(event, Filter.ALL, f"iso {company.name.upper()}", today)[1] == 6
    assert company_certificates.search(event, Filter.ALL, "iatf", today) == ([], 0)
    assert {waiting.number, soon.number, over.number, coming.number} == {"1", "4", "5", "6"}


def test_the_list_takes_the_same_statements_for_one_and_three(app: Flask, now: datetime) -> None:
    with app.app_context():
        registration, admin, _ = registered()
        numbers = []
        for count in (1, 2):
            for n in range(count):
                company_certificates.add(
                    registration.company, replace(ISO, number=str(n)), DOCUMENT, actor=admin, now=now
                )
            db.session.commit()
            event = registration.event
            with counted(app) as statements:
                rows, _ = company_certificates.search(event, Filter.ALL, "", now.date())
                assert all(row.company.name and row.file.name for row in rows if row.file)
            numbers.append(len(statements))
            db.session.expire_all()
            assert registration.company.name
        assert numbers[0] <= numbers[1] <= numbers[0] + 1  # the event is read again after the commit


# The profile -----------------------------------------------------------------------------------------------------


def test_the_size_class_follows_from_its_numbers(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    company = registration.company
    answers = SizeAnswers(SizeSector.INDUSTRY, 300, 20_000_000)
    assert companies.change(company, answers, seen=edition(SizeAnswers()), actor=admin, now=now) == [
        "annual_sales_mxn",
        "size_sector",
        "workers",
    ]
    assert company.size_class is SizeClass.SMALL
    companies.change(company, SizeAnswers(SizeSector.INDUSTRY, 300), seen=edition(answers), actor=admin, now=now)
    assert company.size_class is None
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "company.changed")).all()[0]
    assert "20000000" not in str(entry.detail)


def test_trades_are_those_of_the_catalogue_each_once(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    company = registration.company
    with pytest.raises(DomainError, match="unknown_industry"):
        companies.change(company, TradeAnswers("999999"), seen=edition(TradeAnswers()), actor=admin, now=now)
    companies.change(company, TradeAnswers("336370"), seen=edition(TradeAnswers()), actor=admin, now=now)
    none = edition(OtherTradesAnswers())
    for codes, error in (
        (("336370",), "industry_twice"),
        (("332710", "332710"), "industry_twice"),
        (("000000",), "unknown_industry"),
        (("332710", "332810", "332110", "332310", "332610", "332720"), "too_many_industries"),
    ):
        with pytest.raises(DomainError, match=error):
            companies.change(company, OtherTradesAnswers(codes), seen=none, actor=admin, now=now)
    companies.change(company, OtherTradesAnswers(("332710", "332810")), seen=none, actor=admin, now=now)
    companies.change(company, TradeAnswers("332710"), seen=edition(TradeAnswers("336370")), actor=admin, now=now)
    assert (company.scian_code, company.scian_secondary) == ("332710", ["332810"])


def test_two_people_at_one_part_see_both_values_and_others_are_undisturbed(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    company = registration.company
    seen = edition(OriginAnswers())
    first = OriginAnswers(founded_year=1990, group_name="Grupo Uno")
    companies.change(company, first, seen=seen, actor=admin, now=now)
    companies.change(company, SupplyChainAnswers(Tier.TIER2), seen=edition(SupplyChainAnswers()), actor=admin, now=now)
    with pytest.raises(Conflict) as caught:
        companies.change(company, OriginAnswers(founded_year=1991), seen=seen, actor=admin, now=now)
    assert caught.value.params["stored"] == first
    assert companies.stored_of(company, OriginAnswers) == first


def test_a_logo_replaces_the_one_before(context: Flask, now: datetime) -> None:
    registration, admin, _ = registered()
    company = registration.company
    for name in ("uno.png", "dos.png"):
        companies.change_logo(company, Checked(name, PNG, b"x"), actor=admin, now=now)
    assert list(db.session.scalars(select(StoredFile.name))) == ["dos.png"]
    assert company.logo_id is not None
    file = files.find_of(company.id, company.logo_id)
    assert file is not None
    assert (file.content, file.size) == (b"x", 1)
    assert files.find_of(make.company(company.organization).id, company.logo_id) is None
    companies.change_logo(company, None, actor=admin, now=now)
    assert (company.logo_id, db.session.scalar(select(func.count()).select_from(StoredFile))) == (None, 0)
