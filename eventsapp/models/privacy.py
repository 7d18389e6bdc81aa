"""Personal data: notices of organizations, consents over time, requests of persons, and data on their way out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.notice_texts import NoticeKind
from eventsapp.domain.privacy import ArcoKind, ArcoStatus
from eventsapp.models.account import Account
from eventsapp.models.organization import Organization
from eventsapp.models.registration import Registration


class PrivacyNotice(Base):
    """A version of an organization's notice; one that was published is never changed, the next one follows it."""

    __tablename__ = "privacy_notice"
    __table_args__ = (UniqueConstraint("organization_id", "version"),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    version: Mapped[int]
    kind: Mapped[NoticeKind]
    simplified: Mapped[str] = mapped_column(String(2000))
    full: Mapped[str] = mapped_column(String(20000))
    necessary: Mapped[list[str]]
    voluntary: Mapped[list[str]]
    published_at: Mapped[datetime]
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))

    organization: Mapped[Organization] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return Scope(self.organization_id)


class ConsentChange(Base):
    """A voluntary use that somebody allowed or no longer allows for a registration, under a version of the notice."""

    __tablename__ = "consent_change"

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    purpose: Mapped[str] = mapped_column(String(40))
    is_given: Mapped[bool]
    notice_version: Mapped[int]
    at: Mapped[datetime]

    registration: Mapped[Registration] = relationship()


class ArcoRequest(Base):
    """What a person asks about their data, with the days by which the organizer answers and carries it out."""

    __tablename__ = "arco_request"
    __table_args__ = (UniqueConstraint("organization_id", "number"),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    number: Mapped[int]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[ArcoKind]
    status: Mapped[ArcoStatus] = mapped_column(default=ArcoStatus.RECEIVED)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(String(254))
    locale: Mapped[str] = mapped_column(String(8), default="es_MX")
    text: Mapped[str] = mapped_column(String(4000))
    answer: Mapped[str] = mapped_column(String(4000), default="")
    answer_due_on: Mapped[date]
    carry_out_due_on: Mapped[date | None]
    received_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    done_at: Mapped[datetime | None]

    organization: Mapped[Organization] = relationship()
    answered_by: Mapped[Account | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return Scope(self.organization_id)


class Erasure(Base):
    """A person's data between blocking and suppression: `sealed` is used for nothing but to find what is to go."""

    __tablename__ = "erasure"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), unique=True)
    sealed: Mapped[dict[str, Any]]
    blocked_at: Mapped[datetime]
    suppress_at: Mapped[datetime] = mapped_column(index=True)
    suppressed_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is: a person belongs to no organization."""
        return self.account.scope
