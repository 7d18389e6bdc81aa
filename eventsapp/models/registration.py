"""Registrations: a company at an event, its desks, who sits there and when they cannot."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import RegistrationSource, RegistrationStatus, Side
from eventsapp.models.account import Account
from eventsapp.models.company import Company, Delegate
from eventsapp.models.event import Event, Table


class Registration(Base):
    """A company that takes part, or asks to take part, in an event; a draft keeps what was typed so far.

    `terms` are codes of the taxonomy. `steps_done` names the steps that the company has saved complete, `consents` the
    voluntary uses of its data that it allows (`domain.registering`). Requests of companies that fit with
    `auto_accept_level` or better are accepted without asking (None: each is asked). The `liaison` is who in the
    organizer's team looks after the company (`services.liaisons`).
    """

    __tablename__ = "registration"
    __table_args__ = (
        UniqueConstraint("event_id", "company_id"),
        UniqueConstraint("event_id", "number"),
        CheckConstraint("auto_accept_level BETWEEN 2 AND 5", name="auto_accept_level"),
        CheckConstraint("min_meetings >= 0 AND (max_meetings IS NULL OR max_meetings >= min_meetings)", name="limits"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    number: Mapped[int]
    side: Mapped[Side]
    status: Mapped[RegistrationStatus] = mapped_column(default=RegistrationStatus.DRAFT, index=True)
    terms: Mapped[list[str]] = mapped_column(default=list)
    offer: Mapped[str] = mapped_column(String(1000), default="")
    steps_done: Mapped[list[str]] = mapped_column(default=list)
    consents: Mapped[list[str]] = mapped_column(default=list)
    min_meetings: Mapped[int] = mapped_column(default=0)
    max_meetings: Mapped[int | None]
    priority: Mapped[int] = mapped_column(default=0)
    source: Mapped[RegistrationSource] = mapped_column(default=RegistrationSource.WEB)
    auto_accept_level: Mapped[int | None]
    decision_reason: Mapped[str] = mapped_column(String(1000), default="")
    submitted_at: Mapped[datetime | None]
    waitlisted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    liaison_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    event: Mapped[Event] = relationship(back_populates="registrations")
    company: Mapped[Company] = relationship(back_populates="registrations")
    decided_by: Mapped[Account | None] = relationship(foreign_keys=decided_by_id)
    liaison: Mapped[Account | None] = relationship(foreign_keys=liaison_id)
    desks: Mapped[list[Desk]] = relationship(back_populates="registration", order_by="Desk.number")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the name that SQLAlchemy asks for

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return Scope(self.event.organization_id, frozenset({self.company_id}), self.liaison_id)

    @property
    def folio(self) -> str:
        """The number that people quote."""
        return f"{self.number:04d}"

    @property
    def delegates(self) -> list[Delegate]:
        """The people of all desks, each once."""
        return list({seat.delegate_id: seat.delegate for desk in self.desks for seat in desk.seats}.values())


class Desk(Base):
    """What sits in a meeting: a registration has one or more, each can hold a meeting in every slot."""

    __tablename__ = "desk"
    __table_args__ = (UniqueConstraint("registration_id", "number"),)

    registration_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(80), default="")
    table_id: Mapped[UUID | None] = mapped_column(ForeignKey("meeting_table.id"))

    registration: Mapped[Registration] = relationship(back_populates="desks")
    table: Mapped[Table | None] = relationship()
    seats: Mapped[list[DeskDelegate]] = relationship(
        back_populates="desk", cascade="all, delete-orphan", order_by="DeskDelegate.position"
    )
    absences: Mapped[list[Absence]] = relationship(
        back_populates="desk", cascade="all, delete-orphan", order_by="Absence.starts_at"
    )


class DeskDelegate(Base):
    """A delegate who sits at a desk; the same person at two desks can be at one of them at a time."""

    __tablename__ = "desk_delegate"
    __table_args__ = (UniqueConstraint("desk_id", "delegate_id"),)

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"), index=True)
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("delegate.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)

    desk: Mapped[Desk] = relationship(back_populates="seats")
    delegate: Mapped[Delegate] = relationship()


class Absence(Base):
    """A stretch of time in which a desk cannot meet; kept as time, so that it survives new slots."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="in_order"),)

    desk_id: Mapped[UUID] = mapped_column(ForeignKey("desk.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    desk: Mapped[Desk] = relationship(back_populates="absences")
