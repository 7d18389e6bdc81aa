"""Runs of the engine, versions of the schedule, meetings and where each version puts them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import RunKind, RunStatus, ScheduleStatus
from eventsapp.models.account import Account
from eventsapp.models.event import Event, Slot, Table
from eventsapp.models.job import Job
from eventsapp.models.registration import Desk, Registration


class Run(Base):
    """One run of the engine over a problem; what it is asked and what came of it stay with it.

    `options` are the organizer's choices and, for scenarios and repairs, what was changed; `incumbent` is the best
    answer found so far, stored while the engine still works, so that the end of a worker loses nothing.
    """

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    number: Mapped[int]
    kind: Mapped[RunKind] = mapped_column(default=RunKind.SEARCH)
    status: Mapped[RunStatus] = mapped_column(default=RunStatus.QUEUED)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))
    started_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    seconds: Mapped[int]
    seed: Mapped[int] = mapped_column(default=1)
    problem: Mapped[dict[str, Any] | None]
    outcome: Mapped[dict[str, Any] | None]
    incumbent: Mapped[dict[str, Any] | None]
    progress: Mapped[dict[str, Any]] = mapped_column(default=dict)
    curve: Mapped[list[Any]] = mapped_column(default=list)
    error: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    job: Mapped[Job | None] = relationship()
    started_by: Mapped[Account | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.event.scope


class Schedule(Base):
    """A version of the schedule. A published one is never changed again; `edit` counts the changes of a draft.

    `certificate` is written once, when the version is published: the problem, the schedule and what was proven of it.
    `weights` are the points by which its meetings are valued (none: the recommended), whatever the event says since.
    """

    __tablename__ = "schedule"
    __table_args__ = (
        UniqueConstraint("event_id", "number"),
        UniqueConstraint("event_id", "publication"),
        Index(
            "uq_schedule_one_published",
            "event_id",
            unique=True,
            sqlite_where=text("status = 'published'"),
            postgresql_where=text("status = 'published'"),
        ),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    number: Mapped[int]
    publication: Mapped[int | None]
    status: Mapped[ScheduleStatus] = mapped_column(default=ScheduleStatus.DRAFT)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("run.id"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("schedule.id"))
    edit: Mapped[int] = mapped_column(default=0)
    levels: Mapped[list[Any]] = mapped_column(default=list)
    weights: Mapped[dict[str, Any]] = mapped_column(default=dict)
    certificate: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    published_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship(foreign_keys=[event_id])
    run: Mapped[Run | None] = relationship()
    parent: Mapped[Schedule | None] = relationship(remote_side="Schedule.id")
    created_by: Mapped[Account | None] = relationship(foreign_keys=[created_by_id])
    published_by: Mapped[Account | None] = relationship(foreign_keys=[published_by_id])
    placements: Mapped[list[Placement]] = relationship(back_populates="schedule", cascade="all, delete-orphan")
    unplaced: Mapped[list[Unplaced]] = relationship(back_populates="schedule", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": edit}  # noqa: RUF012 - the name that SQLAlchemy asks for

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.event.scope


class Endorsement(Base):
    """Somebody looked at a draft as it stood at an `edit` and says that it may be published."""

    __tablename__ = "endorsement"
    __table_args__ = (UniqueConstraint("schedule_id", "account_id", "edit"),)

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    edit: Mapped[int]
    at: Mapped[datetime]

    schedule: Mapped[Schedule] = relationship()
    account: Mapped[Account] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.schedule.scope


class Meeting(Base):
    """Two registrations that meet: stable across versions of the schedule, so that calendars recognise it.

    `a` asked or buys, `b` answers or supplies. A pair that was cancelled and is planned again is a new meeting.
    """

    __tablename__ = "meeting"
    __table_args__ = (CheckConstraint("a_id <> b_id", name="two_companies"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    a_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    b_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    uid: Mapped[str] = mapped_column(String(255), unique=True)
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    a: Mapped[Registration] = relationship(foreign_keys=[a_id])
    b: Mapped[Registration] = relationship(foreign_keys=[b_id])

    @property
    def scope(self) -> Scope:
        """Whose this is: both companies and the organizer."""
        return Scope(self.event.organization_id, frozenset({self.a.company_id, self.b.company_id}))


class Placement(Base):
    """Where one version of the schedule puts a meeting. The constraints make double booking impossible."""

    __tablename__ = "placement"
    __table_args__ = (
        UniqueConstraint("schedule_id", "meeting_id"),
        UniqueConstraint("schedule_id", "slot_id", "table_id"),
        UniqueConstraint("schedule_id", "slot_id", "desk_a_id"),
        UniqueConstraint("schedule_id", "slot_id", "desk_b_id"),
    )

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), index=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slot.id"))
    table_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting_table.id"))
    desk_a_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"))
    desk_b_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"))
    value: Mapped[int] = mapped_column(default=0)
    is_pinned: Mapped[bool] = mapped_column(default=False)

    schedule: Mapped[Schedule] = relationship(back_populates="placements")
    meeting: Mapped[Meeting] = relationship()
    slot: Mapped[Slot] = relationship()
    table: Mapped[Table | None] = relationship()
    desk_a: Mapped[Desk] = relationship(foreign_keys=[desk_a_id])
    desk_b: Mapped[Desk] = relationship(foreign_keys=[desk_b_id])


class Unplaced(Base):
    """A pair that asked for a meeting and is not in a version of the schedule, with the reason."""

    __tablename__ = "unplaced"
    __table_args__ = (UniqueConstraint("schedule_id", "a_id", "b_id"),)

    schedule_id: Mapped[UUID] = mapped_column(ForeignKey("schedule.id", ondelete="CASCADE"), index=True)
    a_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    b_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"))
    value: Mapped[int] = mapped_column(default=0)
    is_must: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)

    schedule: Mapped[Schedule] = relationship(back_populates="unplaced")
    a: Mapped[Registration] = relationship(foreign_keys=[a_id])
    b: Mapped[Registration] = relationship(foreign_keys=[b_id])
