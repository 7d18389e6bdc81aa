"""Stored files: in the database, so that they are saved in the same transaction as what they belong to, and backed up
with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import FileKind
from eventsapp.models.organization import Organization


class StoredFile(Base):
    """A file whose content was checked; `name` is what people see, never a path. Its content is read only on demand."""

    __tablename__ = "stored_file"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"), index=True)
    kind: Mapped[FileKind]
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(deferred=True)
    uploaded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return Scope(self.organization_id, frozenset({self.company_id} if self.company_id else ()))
