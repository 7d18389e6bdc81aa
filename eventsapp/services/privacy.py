"""Notices in versions, consents over time, and what is known of a person, for that person to take along."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.db import Base, db
from eventsapp.domain import notice_texts
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.notice_texts import NoticeKind, NoticeLanguage, NoticeText
from eventsapp.domain.registering import Consent
from eventsapp.domain.values import EventStatus
from eventsapp.models import (
    Account,
    ArcoRequest,
    AuditEntry,
    ConsentChange,
    Delegate,
    Event,
    Organization,
    OutboxMessage,
    PrivacyNotice,
    Registration,
    Request,
)
from eventsapp.services import audit

SECRETS = frozenset({"password_hash", "feed_digest", "feed_epoch", "session_epoch", "version", "totp_secret"})
MOST_KEPT = 5_000
ANSWERABLE_FOR = timedelta(days=5 * 365)


# Notices --------------------------------------------------------------------------------------------------------------


def find_notice(organization: Organization, version: int | None = None) -> PrivacyNotice | None:
    """A published version of an organization's notice: the latest, or the one asked for."""
    query = select(PrivacyNotice).where(PrivacyNotice.organization_id == organization.id)
    if version is not None:
        query = query.where(PrivacyNotice.version == version)
    return db.session.scalars(query.order_by(PrivacyNotice.version.desc()).limit(1)).first()


def list_notices(organization: Organization) -> list[PrivacyNotice]:
    """All versions, the latest first."""
    query = select(PrivacyNotice).where(PrivacyNotice.organization_id == organization.id)
    return list(db.session.scalars(query.order_by(PrivacyNotice.version.desc())))


def text_of(
    event: Event, notice: PrivacyNotice | None = None, *, language: NoticeLanguage = NoticeLanguage.SPANISH
) -> NoticeText:
    """What the notice of an event's organizer says: the version given, the latest, or the text that all begin with.

    Only the last one is there in several languages; what was published stays as it was written.
    """
    found = notice or find_notice(event.organization)
    if found is None:
        kind = notice_texts.kind_for(event.organization.kind)
        return notice_texts.template(kind, language, organization=event.organization.name, contact=event.contact_email)
    return NoticeText(found.simplified, found.full, tuple(found.necessary), tuple(found.voluntary))


def current_version(organization_id: UUID) -> int:
    """The number of the notice in force; 0 is the text that all begin with."""
    query = select(func.max(PrivacyNotice.version)).where(PrivacyNotice.organization_id == organization_id)
    return db.session.scalar(query) or 0


def publish_notice(
    organization: Organization, kind: NoticeKind, text: NoticeText, *, seen: int, actor: Actor, now: datetime
) -> PrivacyNotice:
    """Publish the next version; the earlier ones stay. `notice_moved` when somebody published meanwhile."""
    require(actor, Permission.ORGANIZATION_MANAGE, organization.scope)
    db.session.execute(select(Organization.id).where(Organization.id == organization.id).with_for_update())
    version = current_version(organization.id)
    if version != seen:
        raise DomainError("notice_moved")
    made = PrivacyNotice(
        organization=organization,
        version=version + 1,
        kind=kind,
        simplified=text.simplified,
        full=text.full,
        necessary=list(text.necessary),
        voluntary=list(text.voluntary),
        published_at=now,
        published_by_id=actor.account_id,
    )
    db.session.add(made)
    audit.record(actor, "privacy.notice_published", organization, at=now, number=made.version)
    return made


def list_answerable(now: datetime) -> list[Event]:
    """The events whose organizers can be asked about personal data: open ones, and those of the last five years."""
    query = (
        select(Event)
        .where(Event.status != EventStatus.DRAFT, Event.ends_at > now - ANSWERABLE_FOR)
        .order_by(Event.starts_at.desc(), Event.id)
        .options(joinedload(Event.organization))
    )
    return list(db.session.scalars(query))


# Consents -------------------------------------------------------------------------------------------------------------


def change_consents(
    registration: Registration, consents: Collection[Consent], *, actor: Actor, now: datetime
) -> list[Consent]:
    """Allow these voluntary uses and no others, from now on; what changed."""
    require(actor, Permission.REGISTRATION_EDIT, registration.scope)
    changed = set_consents(registration, consents, actor=actor, now=now)
    if changed:
        fields = [consent.value for consent in changed]
        audit.record(actor, "registration.consents_changed", registration, at=now, fields=fields)
    return changed


def set_consents(
    registration: Registration, consents: Collection[Consent], *, actor: Actor, now: datetime
) -> list[Consent]:
    """Store the voluntary uses that are allowed; what changed is kept with the version of the notice."""
    before, after = set(registration.consents), {consent.value for consent in consents}
    changed = [consent for consent in Consent if (consent.value in before) is not (consent.value in after)]
    version = current_version(registration.event.organization_id)
    for consent in changed:
        db.session.add(
            ConsentChange(
                registration_id=registration.id,
                account_id=actor.account_id,
                purpose=consent.value,
                is_given=consent.value in after,
                notice_version=version,
                at=now,
            )
        )
    registration.consents = [consent.value for consent in Consent if consent.value in after]
    return changed


def list_consent_changes(registrations: Collection[Registration]) -> list[ConsentChange]:
    """What was allowed and taken back for these registrations, the latest first."""
    query = (
        select(ConsentChange)
        .where(ConsentChange.registration_id.in_([one.id for one in registrations]))
        .order_by(ConsentChange.at.desc(), ConsentChange.id)
        .options(
            joinedload(ConsentChange.registration).joinedload(Registration.event),
            joinedload(ConsentChange.registration).joinedload(Registration.company),
        )
    )
    return list(db.session.scalars(query))


# What is known of a person --------------------------------------------------------------------------------------------


def gather(account: Account) -> dict[str, Any]:
    """Everything that is stored about a person, as plain values; of others only what the person did with them."""
    people = list(db.session.scalars(select(Delegate).where(_is_person(account)).options(joinedload(Delegate.company))))
    company_ids = [person.company_id for person in people]
    registrations = list(
        db.session.scalars(
            select(Registration)
            .where(Registration.company_id.in_(company_ids))
            .options(joinedload(Registration.event), joinedload(Registration.company))
            .order_by(Registration.created_at)
        )
    )
    made = select(Request).where(Request.made_by_id == account.id).order_by(Request.created_at)
    acts = select(AuditEntry).where(AuditEntry.account_id == account.id).order_by(AuditEntry.at.desc())
    mails = select(OutboxMessage).where(func.lower(OutboxMessage.to_address) == account.email)
    asked = select(ArcoRequest).where(or_(ArcoRequest.account_id == account.id, ArcoRequest.email == account.email))
    return {
        "account": _plain(account),
        "delegates": [_plain(person) for person in people],
        "companies": [_plain(person.company) for person in people],
        "registrations": [{"event": one.event.name, **_plain(one)} for one in registrations],
        "consents": [_plain(one) for one in list_consent_changes(registrations)],
        "requests": [_plain(one) for one in db.session.scalars(made.limit(MOST_KEPT))],
        "acts": [_plain(one) for one in db.session.scalars(acts.limit(MOST_KEPT))],
        "mails": [
            {"kind": one.kind, "to": one.to_address, "sent_at": _plain_value(one.sent_at)}
            for one in db.session.scalars(mails.order_by(OutboxMessage.created_at).limit(MOST_KEPT))
        ],
        "privacy_requests": [_plain(one) for one in db.session.scalars(asked)],
    }


def record_taken(account: Account, *, actor: Actor, now: datetime) -> None:
    """Write down that a person took their data."""
    audit.record(actor, "account.data_taken", account, at=now)


def _is_person(account: Account) -> Any:
    return or_(Delegate.account_id == account.id, func.lower(Delegate.email) == account.email)


def _plain(row: Base) -> dict[str, Any]:
    return {
        column.key: _plain_value(getattr(row, column.key))
        for column in row.__table__.columns
        if column.key not in SECRETS
    }


def _plain_value(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
