"""What each person's calendar was told about each meeting (RFC 5546), and what the person answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import NOWHERE, Scope
from eventsapp.domain.values import InvitationMethod, Participation, ReplyKind, ReplyState
from eventsapp.models.account import Account
from eventsapp.models.company import Delegate
from eventsapp.models.event import Event
from eventsapp.models.schedule import Meeting


class Invitation(Base):
    """The last message about a meeting to one delegate: its SEQUENCE, DTSTAMP, hash and content as sent.

    `part` is the written event of the delegate's feed, in the way of writing that `part_writing` numbers; none when
    the meeting is off. `answer` is what the person said to this SEQUENCE; `answered_stamp` orders answers (§2.1.5).
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("meeting_id", "delegate_id"),)

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    delegate_id: Mapped[UUID] = mapped_column(ForeignKey("delegate.id"), index=True)
    method: Mapped[InvitationMethod]
    uid: Mapped[str] = mapped_column(String(255), index=True)
    starts_at: Mapped[datetime]
    sequence: Mapped[int]
    stamped_at: Mapped[datetime]
    content_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    part: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    part_writing: Mapped[int] = mapped_column(default=0)
    answer: Mapped[Participation | None]
    answered_sequence: Mapped[int | None]
    answered_stamp: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer_comment: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime]

    meeting: Mapped[Meeting] = relationship()
    delegate: Mapped[Delegate] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is: the delegate's company and the organizer."""
        return self.delegate.scope


class CalendarReply(Base):
    """One thing that came back for an invitation: an answer, a proposal of another time, or what nobody could read.

    `key` makes it unique, so that a mail that is read again counts once. `uid`, `sequence` and `stamped_at` are the
    sender's; `fault` names in one word why it waits or was left aside.
    """

    __tablename__ = "calendar_reply"

    event_id: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"), index=True)
    invitation_id: Mapped[UUID | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    message_id: Mapped[str] = mapped_column(String(255))
    kind: Mapped[ReplyKind]
    state: Mapped[ReplyState]
    said: Mapped[Participation | None]
    fault: Mapped[str] = mapped_column(String(60), default="")
    sender: Mapped[str] = mapped_column(String(254), default="")
    attendee: Mapped[str] = mapped_column(String(254), default="")
    subject: Mapped[str] = mapped_column(String(200), default="")
    uid: Mapped[str] = mapped_column(String(255), default="")
    sequence: Mapped[int | None]
    stamped_at: Mapped[datetime | None]
    comment: Mapped[str] = mapped_column(String(1000), default="")
    proposed_start: Mapped[datetime | None]
    proposed_end: Mapped[datetime | None]
    proposed_place: Mapped[str] = mapped_column(String(200), default="")
    received_at: Mapped[datetime]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None]

    event: Mapped[Event | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()
    settled_by: Mapped[Account | None] = relationship()

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's, or nobody's while it belongs to no event."""
        return self.event.scope if self.event else NOWHERE
