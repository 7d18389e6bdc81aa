"""Capabilities: what a company makes or does."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.sourcing import CapabilityStatus, Unit
from eventsapp.domain.values import Verification
from eventsapp.models.account import Account
from eventsapp.models.company import Company


class Capability(Base):
    """Something that a company makes or does; it belongs to the company and serves at each of its events.

    `terms` are codes of the taxonomy, `sectors` those of clusters, `machines` one line
    for each kind of machine.
    `main_customers` is seen by the company and the organizer only.
    """

    __tablename__ = "capability"
    __table_args__ = (
        UniqueConstraint("company_id", "number"),
        CheckConstraint("utilisation_pct IS NULL OR utilisation_pct BETWEEN 0 AND 100", name="utilisation_pct"),
        CheckConstraint("monthly_capacity IS NULL OR monthly_capacity >= 0", name="monthly_capacity"),
    )

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    terms: Mapped[list[str]] = mapped_column(default=list)
    description: Mapped[str] = mapped_column(String(2000), default="")
    machines: Mapped[list[str]] = mapped_column(default=list)
    monthly_capacity: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[Unit] = mapped_column(default=Unit.PIECES)
    utilisation_pct: Mapped[int | None]
    min_lot: Mapped[int | None] = mapped_column(BigInteger)
    tolerance: Mapped[str] = mapped_column(String(120), default="")
    materials: Mapped[str] = mapped_column(String(300), default="")
    main_customers: Mapped[str] = mapped_column(String(500), default="")
    sectors: Mapped[list[str]] = mapped_column(default=list)
    lead_time_days: Mapped[int | None]
    verification: Mapped[Verification] = mapped_column(default=Verification.DECLARED)
    verified_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    verified_at: Mapped[datetime | None]
    status: Mapped[CapabilityStatus] = mapped_column(default=CapabilityStatus.DRAFT, index=True)
    review_note: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[datetime | None]
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    company: Mapped[Company] = relationship()
    verified_by: Mapped[Account | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the name that SQLAlchemy asks for

    @property
    def scope(self) -> Scope:
        """Whose this is: its company and the organization."""
        return self.company.scope
