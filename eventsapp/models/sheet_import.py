"""Imports: a file that an organizer brings, how its columns are understood, what was found and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.sheets import ImportStatus
from eventsapp.models.account import Account
from eventsapp.models.event import Event
from eventsapp.models.file import StoredFile
from eventsapp.models.job import Job


class SheetImport(Base):
    """One file on its way into an event.

    `sheets` says of each sheet its name, headers, samples, noun and which column holds what. `counts` has the rows that
    are new, changed, the same or wrong, by noun; `problems` the first of them. `file` goes when the import has ended,
    `rest` holds the rows that stayed outside, for the report. `done_rows` tells a second attempt where to go on.
    """

    __tablename__ = "sheet_import"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    number: Mapped[int]
    file_name: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    rest_id: Mapped[UUID | None] = mapped_column(ForeignKey("stored_file.id"))
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("job.id"))
    status: Mapped[ImportStatus] = mapped_column(default=ImportStatus.READING)
    sheets: Mapped[list[Any]] = mapped_column(default=list)
    is_all_or_nothing: Mapped[bool] = mapped_column(default=True)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    problems: Mapped[list[Any]] = mapped_column(default=list)
    problem_count: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    total_rows: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(60), default="")
    error_params: Mapped[dict[str, Any]] = mapped_column(default=dict)
    started_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    event: Mapped[Event] = relationship()
    file: Mapped[StoredFile | None] = relationship(foreign_keys=[file_id])
    rest: Mapped[StoredFile | None] = relationship(foreign_keys=[rest_id])
    job: Mapped[Job | None] = relationship()
    started_by: Mapped[Account | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.event.scope
