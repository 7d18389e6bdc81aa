"""Companies and the people who represent them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.models.account import Account
from eventsapp.models.organization import Organization

if TYPE_CHECKING:
    from eventsapp.models.registration import Registration


class Company(Base):
    """A company as one organization knows it."""

    __tablename__ = "company"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    tax_id: Mapped[str] = mapped_column(String(30), default="")
    country: Mapped[str] = mapped_column(String(2), default="MX")
    state: Mapped[str] = mapped_column(String(80), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(String(2000), default="")
    cluster_code: Mapped[str | None] = mapped_column(String(16))
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    delegates: Mapped[list[Delegate]] = relationship(back_populates="company", order_by="Delegate.created_at")
    registrations: Mapped[list[Registration]] = relationship(back_populates="company")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the name that SQLAlchemy asks for

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return Scope(self.organization_id, frozenset({self.id}))


class Delegate(Base):
    """A person who represents a company; with an account when the person signs in."""

    __tablename__ = "delegate"
    __table_args__ = (UniqueConstraint("company_id", "email"),)

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str]
    job_title: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40), default="")
    locale: Mapped[str] = mapped_column(String(8), default="es_MX")
    is_company_admin: Mapped[bool] = mapped_column(default=False)
    feed_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    feed_epoch: Mapped[int] = mapped_column(default=0)
    feed_used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    company: Mapped[Company] = relationship(back_populates="delegates")
    account: Mapped[Account | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.company.scope
