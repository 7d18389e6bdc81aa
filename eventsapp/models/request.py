"""Requests for meetings and exclusions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import DeclineReason, ExclusionReason, Preference, RequestOrigin, RequestStatus
from eventsapp.models.account import Account
from eventsapp.models.capability import Capability
from eventsapp.models.event import Event
from eventsapp.models.registration import Registration
from eventsapp.models.requirement import Requirement


class Request(Base):
    """One side asks the other for a meeting, or notes for itself that it is available for it or never wants it.

    It never holds a slot. `rank` is the order in which a company wants its meetings, 1 first. A request that waits for
    an answer expires at `expires_at`; `reminded_at` says when somebody was last written to about that: its receiver
    before, its asker afterwards. `decline_reason` says why it was declined, of a veto why the company has it.
    `requirement_id` and `capability_id` name what it is about.
    `slot_ids` limits the meeting to some slots (empty: any), `after_ids` names requests whose meetings come before it:
    conditions that an organizer or an import may set.
    """

    __tablename__ = "request"
    __table_args__ = (
        UniqueConstraint("from_id", "to_id"),
        CheckConstraint("from_id <> to_id", name="two_companies"),
        CheckConstraint("rank > 0", name="rank"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    from_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    to_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    requirement_id: Mapped[UUID | None] = mapped_column(ForeignKey("requirement.id"), index=True)
    capability_id: Mapped[UUID | None] = mapped_column(ForeignKey("capability.id"), index=True)
    preference: Mapped[Preference]
    rank: Mapped[int | None]
    message: Mapped[str] = mapped_column(String(500), default="")
    status: Mapped[RequestStatus] = mapped_column(default=RequestStatus.SENT, index=True)
    origin: Mapped[RequestOrigin] = mapped_column(default=RequestOrigin.PARTICIPANT)
    decline_reason: Mapped[DeclineReason | None]
    decline_text: Mapped[str] = mapped_column(String(500), default="")
    slot_ids: Mapped[list[str]] = mapped_column(default=list)
    after_ids: Mapped[list[str]] = mapped_column(default=list)
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    event: Mapped[Event] = relationship()
    from_registration: Mapped[Registration] = relationship(foreign_keys=[from_id])
    to_registration: Mapped[Registration] = relationship(foreign_keys=[to_id])
    made_by: Mapped[Account | None] = relationship(foreign_keys=[made_by_id])
    requirement: Mapped[Requirement | None] = relationship()
    capability: Mapped[Capability | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is: both companies and the organizer."""
        companies = {self.from_registration.company_id, self.to_registration.company_id}
        return Scope(self.event.organization_id, frozenset(companies))


class DigestStop(Base):
    """A person who does not want the daily mail about requests that wait for an answer."""

    __tablename__ = "digest_stop"

    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("delegate.id"), unique=True)
    created_at: Mapped[datetime]


class Exclusion(Base):
    """Two registrations that must not meet; `a` has the smaller key."""

    __tablename__ = "exclusion"
    __table_args__ = (UniqueConstraint("a_id", "b_id"), CheckConstraint("a_id < b_id", name="ordered"))

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    a_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    b_id: Mapped[UUID] = mapped_column(ForeignKey("registration.id"), index=True)
    reason: Mapped[ExclusionReason]
    created_at: Mapped[datetime]

    a: Mapped[Registration] = relationship(foreign_keys=[a_id])
    b: Mapped[Registration] = relationship(foreign_keys=[b_id])
