"""Printouts: sheets of paper as PDF, prepared by the worker; and the keys that badges carry."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import Paper, PrintoutKind, PrintoutStatus
from eventsapp.models.account import Account
from eventsapp.models.company import Delegate
from eventsapp.models.event import Event
from eventsapp.models.job import Job
from eventsapp.models.schedule import Schedule


class Printout(Base):
    """One file to print, of one version of the schedule, as it was when somebody asked for it.

    The file lies in the database: it is stored in the same transaction that ends its job, and backed up with the rest.
    """

    __tablename__ = "printout"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    number: Mapped[int]
    kind: Mapped[PrintoutKind]
    paper: Mapped[Paper]
    locale: Mapped[str] = mapped_column(String(8))
    schedule_id: Mapped[UUID | None] = mapped_column(ForeignKey("schedule.id"))
    status: Mapped[PrintoutStatus] = mapped_column(default=PrintoutStatus.QUEUED)
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))
    size: Mapped[int | None]
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    error: Mapped[str] = mapped_column(String(1000), default="")
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    schedule: Mapped[Schedule | None] = relationship()
    job: Mapped[Job | None] = relationship()
    created_by: Mapped[Account | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.event.scope


class Badge(Base):
    """The key that a person's badge carries at an event: eight characters that nobody mistakes for others."""

    __tablename__ = "badge"
    __table_args__ = (UniqueConstraint("event_id", "delegate_id"), UniqueConstraint("event_id", "key"))

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("delegate.id"), index=True)
    key: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]

    event: Mapped[Event] = relationship()
    delegate: Mapped[Delegate] = relationship()
