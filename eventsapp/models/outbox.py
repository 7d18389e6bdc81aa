"""The outbox: mails as rows, written in the transaction of their cause and delivered by the worker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.values import OutboxState
from eventsapp.models.event import Event


class OutboxMessage(Base):
    """One mail to one person: the template's name and its fields, and what became of it.

    `key` makes a mail unique (two causes, one mail); `message_id` is made with the row, so that a mail sent twice
    after a crash is the same mail to its reader. `history` holds the latest steps: when, what, what the server said.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_due", "state", "due_at"),)

    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"), index=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str]
    locale: Mapped[str] = mapped_column(String(8))
    fields: Mapped[dict[str, Any]]
    message_id: Mapped[str] = mapped_column(String(255), unique=True)
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(500), default="")
    history: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime]

    event: Mapped[Event | None] = relationship()


class MailMute(Base):
    """An address that wants no notices; what must reach a person (invitations, links asked for) still goes."""

    __tablename__ = "mail_mute"

    address: Mapped[str] = mapped_column(String(254), unique=True)
    created_at: Mapped[datetime]
