"""Requirements: what a buyer looks for at an event."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.sourcing import (
    CloseReason,
    CurrentSource,
    RequirementKind,
    RequirementStatus,
    Tooling,
    Unit,
    Urgency,
    ValueBand,
    Visibility,
)
from eventsapp.models.registration import Registration


class Requirement(Base):
    """Something that a registered company looks for; a draft keeps what was typed so far.

    `terms` are codes of the taxonomy, `must_certificates` and `preferred_certificates` codes of certifications,
    `scian_wanted` classes or their prefixes, `size_wanted` size classes, `languages` two-letter codes.
    """

    __tablename__ = "requirement"
    __table_args__ = (
        UniqueConstraint("registration_id", "number"),
        CheckConstraint("annual_quantity IS NULL OR annual_quantity >= 0", name="annual_quantity"),
        CheckConstraint("max_distance_km IS NULL OR max_distance_km > 0", name="max_distance_km"),
    )

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    kind: Mapped[RequirementKind] = mapped_column(default=RequirementKind.DIRECT_MATERIAL)
    terms: Mapped[list[str]] = mapped_column(default=list)
    description: Mapped[str] = mapped_column(String(2000), default="")
    material: Mapped[str] = mapped_column(String(200), default="")
    dimensions: Mapped[str] = mapped_column(String(200), default="")
    annual_quantity: Mapped[int | None] = mapped_column(BigInteger)
    unit: Mapped[Unit] = mapped_column(default=Unit.PIECES)
    currency: Mapped[str] = mapped_column(String(3), default="MXN")
    value_band: Mapped[ValueBand | None]
    lot_size: Mapped[int | None] = mapped_column(BigInteger)
    target_start: Mapped[date | None]
    sample_date: Mapped[date | None]
    current_source: Mapped[CurrentSource | None]
    import_country: Mapped[str] = mapped_column(String(2), default="")
    tooling: Mapped[Tooling | None]
    delivery_state: Mapped[str] = mapped_column(String(80), default="")
    delivery_city: Mapped[str] = mapped_column(String(120), default="")
    incoterm: Mapped[str] = mapped_column(String(3), default="")
    payment_days: Mapped[int | None]
    must_certificates: Mapped[list[str]] = mapped_column(default=list)
    preferred_certificates: Mapped[list[str]] = mapped_column(default=list)
    accepts_in_progress: Mapped[bool] = mapped_column(default=False)
    scian_wanted: Mapped[list[str]] = mapped_column(default=list)
    size_wanted: Mapped[list[str]] = mapped_column(default=list)
    max_distance_km: Mapped[int | None]
    languages: Mapped[list[str]] = mapped_column(default=list)
    nda_needed: Mapped[bool] = mapped_column(default=False)
    drawing_available: Mapped[bool] = mapped_column(default=False)
    urgency: Mapped[Urgency | None]
    visibility: Mapped[Visibility] = mapped_column(default=Visibility.APPROVED)
    status: Mapped[RequirementStatus] = mapped_column(default=RequirementStatus.DRAFT, index=True)
    close_reason: Mapped[CloseReason | None]
    close_text: Mapped[str] = mapped_column(String(500), default="")
    review_note: Mapped[str] = mapped_column(String(500), default="")
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the name that SQLAlchemy asks for

    @property
    def scope(self) -> Scope:
        """Whose this is: its company and the organizer."""
        return self.registration.scope

    @property
    def folio(self) -> str:
        """The number that people quote: that of the registration and its own."""
        return f"{self.registration.folio}-{self.number:02d}"
