"""What each person's calendar was told about each meeting (RFC 5546)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.values import InvitationMethod
from eventsapp.models.company import Delegate
from eventsapp.models.schedule import Meeting


class Invitation(Base):
    """The last message about a meeting to one delegate: its SEQUENCE, DTSTAMP, hash and content as sent."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "delegate_id"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("delegate.id"), index=True)
    method: Mapped[InvitationMethod]
    sequence: Mapped[int]
    stamped_at: Mapped[datetime]
    content_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()
    delegate: Mapped[Delegate] = relationship()
