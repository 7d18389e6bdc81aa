"""Jobs: work for the worker, as rows written with their cause; the queue only delivers them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.db import Base
from eventsapp.domain.values import JobState


class Job(Base):
    """A piece of work: claimed with a lease (`beat_at`), guarded by `attempt` as fencing number."""

    __tablename__ = "job"

    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    state: Mapped[JobState] = mapped_column(default=JobState.QUEUED, index=True)
    worker: Mapped[str | None] = mapped_column(String(80))
    attempt: Mapped[int] = mapped_column(default=0)
    beat_at: Mapped[datetime | None]
    wanted: Mapped[str | None] = mapped_column(String(8))
    error: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
