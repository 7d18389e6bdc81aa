"""Companies and the people who represent them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import DecisionPower, Department, Ownership, SizeClass, SizeSector, Tier
from eventsapp.models.account import Account
from eventsapp.models.organization import Organization
from eventsapp.models.positioned import Positioned

if TYPE_CHECKING:
    from eventsapp.models.certificate import Certificate
    from eventsapp.models.file import StoredFile
    from eventsapp.models.registration import Registration
    from eventsapp.models.site import Site


class Company(Positioned, Base):
    """A company as one organization knows it.

    `annual_sales_mxn` are whole pesos and private: only the size class that follows from them and from `workers`
    (`domain.company_size`) is shown to others. Companies of the same `group_name` never meet.
    """

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("workers IS NULL OR workers >= 0", name="workers"),
        CheckConstraint("annual_sales_mxn IS NULL OR annual_sales_mxn >= 0", name="sales"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    name: Mapped[str]
    legal_name: Mapped[str] = mapped_column(String(200), default="")
    tax_id: Mapped[str] = mapped_column(String(30), default="")
    country: Mapped[str] = mapped_column(String(2), default="MX")
    state: Mapped[str] = mapped_column(String(80), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(String(2000), default="")
    cluster_codes: Mapped[list[str]] = mapped_column(default=list)
    postal_code: Mapped[str] = mapped_column(String(12), default="")
    scian_code: Mapped[str | None] = mapped_column(String(6), index=True)
    scian_secondary: Mapped[list[str]] = mapped_column(default=list)
    workers: Mapped[int | None]
    annual_sales_mxn: Mapped[int | None] = mapped_column(BigInteger)
    size_sector: Mapped[SizeSector | None]
    size_class: Mapped[SizeClass | None]
    tier: Mapped[Tier | None]
    founded_year: Mapped[int | None]
    ownership: Mapped[Ownership | None]
    is_women_led: Mapped[bool | None]
    export_markets: Mapped[list[str]] = mapped_column(default=list)
    languages: Mapped[list[str]] = mapped_column(default=list)
    group_name: Mapped[str] = mapped_column(String(200), default="")
    logo_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id", use_alter=True))
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    delegates: Mapped[list[Delegate]] = relationship(back_populates="company", order_by="Delegate.created_at")
    registrations: Mapped[list[Registration]] = relationship(back_populates="company")
    sites: Mapped[list[Site]] = relationship(back_populates="company", order_by="Site.created_at")
    certificates: Mapped[list[Certificate]] = relationship(back_populates="company", order_by="Certificate.created_at")
    logo: Mapped[StoredFile | None] = relationship(foreign_keys=[logo_id], post_update=True)

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
    department: Mapped[Department | None]
    decision_power: Mapped[DecisionPower | None]
    languages: Mapped[list[str]] = mapped_column(default=list)
    time_zone: Mapped[str] = mapped_column(String(64), default="")
    accessibility_needs: Mapped[str] = mapped_column(String(500), default="")
    is_company_admin: Mapped[bool] = mapped_column(default=False)
    feed_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    feed_epoch: Mapped[int] = mapped_column(default=0)
    feed_version: Mapped[int] = mapped_column(default=0)
    feed_used_at: Mapped[datetime | None]
    invited_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    company: Mapped[Company] = relationship(back_populates="delegates")
    account: Mapped[Account | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.company.scope
