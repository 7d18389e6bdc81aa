"""Certificates: what a company says it holds, the document behind it, and who checked that."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import CertificateStage, Verification
from eventsapp.models.account import Account
from eventsapp.models.company import Company
from eventsapp.models.file import StoredFile
from eventsapp.models.site import Site


class Certificate(Base):
    """A certificate of a company or of one of its sites; how it stands on a day is told by `domain.certifications`.

    `certification_code` is a code of the catalogue, or `OTHER` with the name beside it. `coverage` is the scope that
    the document states. One that the company took back is ended, not deleted.
    """

    __tablename__ = "certificate"
    __table_args__ = (CheckConstraint("expires_on IS NULL OR issued_on <= expires_on", name="in_order"),)

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    certification_code: Mapped[str] = mapped_column(String(40), index=True)
    other_name: Mapped[str] = mapped_column(String(120), default="")
    number: Mapped[str] = mapped_column(String(80), default="")
    issuer: Mapped[str] = mapped_column(String(120), default="")
    coverage: Mapped[str] = mapped_column(String(500), default="")
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    stage: Mapped[CertificateStage] = mapped_column(default=CertificateStage.HELD)
    verification: Mapped[Verification] = mapped_column(default=Verification.DECLARED, index=True)
    verified_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    verified_at: Mapped[datetime | None]
    rejected_reason: Mapped[str] = mapped_column(String(1000), default="")
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    company: Mapped[Company] = relationship(back_populates="certificates")
    site: Mapped[Site | None] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    verified_by: Mapped[Account | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.company.scope
