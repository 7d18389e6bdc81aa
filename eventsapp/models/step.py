"""What was changed by hand in a version of the schedule, step by step, and who has its board open."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.db import Base


class Step(Base):
    """One change of a draft by hand. `edit` is the draft's after it, `changes` say where each pair stood and stands.

    A step that takes another one back, or brings it again, names it in `of_id`.
    """

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("schedule_id", "edit"),
        Index("ix_step_schedule_account", "schedule_id", "account_id"),
    )

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"))
    edit: Mapped[int]
    action: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str]
    at: Mapped[datetime]
    changes: Mapped[list[Any]] = mapped_column(default=list)
    is_undone: Mapped[bool] = mapped_column(default=False)
    of_id: Mapped[UUID | None] = mapped_column(ForeignKey("step.id", ondelete="CASCADE"))


class Presence(Base):
    """Somebody who has the board of an event open, and when the page was last heard."""

    __tablename__ = "presence"
    __table_args__ = (UniqueConstraint("event_id", "account_id"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    seen_at: Mapped[datetime]
