"""The certificates of companies: what they declare, the document behind it, and what the organizer found.

A certificate that changes is declared again: what was checked was something else. Organizers verify or reject with a
reason; the company is told of a rejection.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.certifications import EXPIRES_SOON, certification_name, require_whole
from eventsapp.domain.editions import edition, require_seen
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import CertificateStage, FileKind, RegistrationStatus, Verification
from eventsapp.models import Certificate, Company, Event, Registration, StoredFile
from eventsapp.services import audit, companies, files, outbox
from eventsapp.services.files import Checked

MAX_CERTIFICATES = 60
VERIFIED = frozenset({Verification.DOCUMENT_CHECKED, Verification.SITE_VISITED})


class Filter(StrEnum):
    """Which certificates of an event an organizer looks at."""

    TO_CHECK = "to_check"
    VERIFIED = "verified"
    REJECTED = "rejected"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    ALL = "all"


@dataclass(frozen=True)
class CertificateAnswers:
    """What a company says about a certificate."""

    certification_code: str
    other_name: str = ""
    stage: CertificateStage = CertificateStage.HELD
    number: str = ""
    issuer: str = ""
    coverage: str = ""
    issued_on: date | None = None
    expires_on: date | None = None
    site_id: UUID | None = None


def answers_of(certificate: Certificate) -> CertificateAnswers:
    """What is stored of a certificate."""
    return CertificateAnswers(**{part.name: getattr(certificate, part.name) for part in fields(CertificateAnswers)})


@dataclass(frozen=True)
class Examined:
    """What an organizer looks at before deciding: the answers and the document."""

    answers: CertificateAnswers
    file_id: UUID | None


def examined_of(certificate: Certificate) -> Examined:
    """What there is to look at now."""
    return Examined(answers_of(certificate), certificate.file_id)


def name_of(certificate: Certificate) -> str:
    """What a certificate is called."""
    return certification_name(certificate.certification_code, certificate.other_name)


# The company's side ----------------------------------------------------------------------------------------------


def list_of(company: Company) -> list[Certificate]:
    """The certificates of a company today, with their sites and files."""
    query = (
        select(Certificate)
        .where(Certificate.company_id == company.id, Certificate.ended_at.is_(None))
        .order_by(Certificate.created_at, Certificate.id)
        .options(joinedload(Certificate.site), joinedload(Certificate.file), joinedload(Certificate.verified_by))
    )
    return list(db.session.scalars(query))


def find_of(company: Company, certificate_id: UUID) -> Certificate | None:
    """A certificate of this company today."""
    query = select(Certificate).where(
        Certificate.company_id == company.id, Certificate.id == certificate_id, Certificate.ended_at.is_(None)
    )
    return db.session.scalar(query)


def add(
    company: Company, answers: CertificateAnswers, evidence: Checked | None = None, *, actor: Actor, now: datetime
) -> Certificate:
    """Declare a certificate, with or without its document."""
    require(actor, Permission.COMPANY_EDIT, company.scope)
    companies.lock(company)
    if len(list_of(company)) >= MAX_CERTIFICATES:
        raise DomainError("too_many_company_certificates", most=MAX_CERTIFICATES)
    _require_possible(company, answers)
    file = files.keep(evidence, company, FileKind.CERTIFICATE, actor=actor, now=now) if evidence else None
    certificate = Certificate(company=company, file=file, created_at=now, **vars(answers))
    db.session.add(certificate)
    audit.record(actor, "certificate.added", certificate, at=now, name=name_of(certificate))
    return certificate


def change(
    certificate: Certificate,
    answers: CertificateAnswers,
    evidence: Checked | None = None,
    *,
    seen: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Store what a company says about a certificate; a new document takes the place of the old one."""
    require(actor, Permission.COMPANY_EDIT, certificate.scope)
    _hold(certificate)
    stored = answers_of(certificate)
    require_seen(seen, stored, typed=answers)
    _require_possible(certificate.company, answers)
    if answers == stored and evidence is None:
        return
    for name, value in vars(answers).items():
        setattr(certificate, name, value)
    if evidence is not None:
        before = certificate.file
        certificate.file = files.keep(evidence, certificate.company, FileKind.CERTIFICATE, actor=actor, now=now)
        _drop(before)
    certificate.verification = Verification.DECLARED
    certificate.verified_by, certificate.verified_at, certificate.rejected_reason = None, None, ""
    audit.record(
        actor, "certificate.changed", certificate, at=now, name=name_of(certificate), has_file=evidence is not None
    )


def end(certificate: Certificate, *, actor: Actor, now: datetime) -> None:
    """Take a certificate back; its document goes."""
    require(actor, Permission.COMPANY_EDIT, certificate.scope)
    _hold(certificate)
    certificate.ended_at = now
    before, certificate.file = certificate.file, None
    _drop(before)
    audit.record(actor, "certificate.ended", certificate, at=now, name=name_of(certificate))


# The organizer's side --------------------------------------------------------------------------------------------


def count_by_filter(event: Event, today: date) -> dict[Filter, int]:
    """How many certificates of an event each filter has."""
    counts = [func.sum(case((_matches(wanted, today), 1), else_=0)) for wanted in Filter]
    row = db.session.execute(select(*counts).select_from(Certificate).where(*_at(event))).one()
    return {wanted: int(count or 0) for wanted, count in zip(Filter, row, strict=True)}


def search(
    event: Event, wanted: Filter, words: str, today: date, *, offset: int = 0, limit: int = 25
) -> tuple[list[Certificate], int]:
    """A stretch of the certificates of an event, the oldest first, and how many there are.

    Words are looked for in the names of the company and of the certificate, without accents and case.
    """
    query = (
        select(Certificate.id, Certificate.certification_code, Certificate.other_name, Company.name)
        .join(Company, Company.id == Certificate.company_id)
        .where(*_at(event), _matches(wanted, today))
        .order_by(Certificate.created_at, Certificate.id)
    )
    asked = folded(words).split()
    found = []
    for id_, code, other_name, company in db.session.execute(query):
        text = folded(f"{company} {certification_name(code, other_name)} {code}")
        if all(word in text for word in asked):
            found.append(id_)
    rows = select(Certificate).where(Certificate.id.in_(found[offset : offset + limit]))
    rows = rows.order_by(Certificate.created_at, Certificate.id).options(
        joinedload(Certificate.company), joinedload(Certificate.site), joinedload(Certificate.file)
    )
    return list(db.session.scalars(rows)), len(found)


def find_at(event: Event, certificate_id: UUID) -> Certificate | None:
    """A certificate of a company that takes part in an event."""
    query = (
        select(Certificate)
        .where(*_at(event), Certificate.id == certificate_id)
        .options(joinedload(Certificate.company), joinedload(Certificate.site), joinedload(Certificate.file))
    )
    return db.session.scalar(query)


def registration_of(event: Event, certificate: Certificate) -> Registration | None:
    """The registration of the company at this event."""
    query = select(Registration).where(
        Registration.event_id == event.id, Registration.company_id == certificate.company_id
    )
    return db.session.scalar(query)


def find_next_to_check(event: Event, certificate: Certificate) -> Certificate | None:
    """The next certificate that waits for a check and has a document, the oldest first."""
    query = (
        select(Certificate)
        .where(
            *_at(event),
            _matches(Filter.TO_CHECK, certificate.created_at.date()),
            Certificate.file_id.is_not(None),
            Certificate.id != certificate.id,
        )
        .order_by(Certificate.created_at, Certificate.id)
        .limit(1)
    )
    return db.session.scalar(query)


def verify(certificate: Certificate, how: Verification, *, seen: str, actor: Actor, now: datetime) -> None:
    """The document was checked, or the site visited; what changed since it was seen is looked at again."""
    if how not in VERIFIED:
        raise DomainError("unknown_verification")
    if how is Verification.DOCUMENT_CHECKED and certificate.file_id is None:
        raise DomainError("no_document")
    _decide(certificate, how, "", seen=seen, actor=actor, now=now)
    audit.record(actor, "certificate.verified", certificate, at=now, name=name_of(certificate), how=how.value)


def reject(certificate: Certificate, reason: str, event: Event, *, seen: str, actor: Actor, now: datetime) -> None:
    """The certificate does not hold; the company reads why."""
    _decide(certificate, Verification.REJECTED, reason, seen=seen, actor=actor, now=now)
    audit.record(actor, "certificate.rejected", certificate, at=now, reason=reason, name=name_of(certificate))
    for person in companies.list_admins(certificate.company):
        outbox.add(
            "certificate_rejected",
            key=f"certificate_rejected:{certificate.id}:{person.id}:{uuid4().hex}",
            to_address=person.email,
            to_name=person.name,
            locale=person.locale,
            fields={"company": certificate.company.name, "certificate": name_of(certificate), "reason": reason},
            at=now,
            event=event,
        )


def _decide(
    certificate: Certificate, verification: Verification, reason: str, *, seen: str, actor: Actor, now: datetime
) -> None:
    require(actor, Permission.CERTIFICATE_VERIFY, certificate.scope)
    _hold(certificate)
    if certificate.ended_at is not None or seen != edition(examined_of(certificate)):
        raise DomainError("certificate_changed")
    certificate.verification = verification
    certificate.rejected_reason = reason
    certificate.verified_by_id, certificate.verified_at = actor.account_id, now
    db.session.flush()


def _hold(certificate: Certificate) -> None:
    """Changes of and decisions on the certificates of one company wait for each other."""
    companies.lock(certificate.company)
    db.session.refresh(certificate)


def _drop(file: StoredFile | None) -> None:
    if file is not None:
        db.session.flush()
        db.session.delete(file)


def _require_possible(company: Company, answers: CertificateAnswers) -> None:
    require_whole(answers.certification_code, answers.other_name, answers.stage, answers.issued_on, answers.expires_on)
    if answers.site_id is not None and answers.site_id not in {s.id for s in company.sites if s.ended_at is None}:
        raise DomainError("unknown_site")


def _at(event: Event) -> list[ColumnElement[bool]]:
    """Those of companies that sent a registration for this event and still want to take part."""
    taking_part = select(Registration.company_id).where(
        Registration.event_id == event.id,
        Registration.status.not_in(
            [RegistrationStatus.DRAFT, RegistrationStatus.WITHDRAWN, RegistrationStatus.REJECTED]
        ),
    )
    return [Certificate.company_id.in_(taking_part), Certificate.ended_at.is_(None)]


def _matches(wanted: Filter, today: date) -> ColumnElement[bool]:
    held = Certificate.stage == CertificateStage.HELD
    conditions: dict[Filter, ColumnElement[bool]] = {
        Filter.TO_CHECK: and_(held, Certificate.verification == Verification.DECLARED),
        Filter.VERIFIED: Certificate.verification.in_(VERIFIED),
        Filter.REJECTED: Certificate.verification == Verification.REJECTED,
        Filter.EXPIRING: and_(held, Certificate.expires_on.between(today, today + EXPIRES_SOON)),
        Filter.EXPIRED: and_(held, Certificate.expires_on < today),
        Filter.ALL: Certificate.id.is_not(None),
    }
    return conditions[wanted]
