"""The log of who did what, when and why; append-only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.models.account import Account


class AuditEntry(Base):
    """One act: `object_kind` and `object_id` say on what, `on_behalf_of` for which company."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_object", "object_kind", "object_id"),)

    at: Mapped[datetime] = mapped_column(index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"), index=True)
    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"), index=True)
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str]
    action: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[UUID]
    on_behalf_of: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    account: Mapped[Account | None] = relationship()
