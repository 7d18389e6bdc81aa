"""Events: the frame of days, blocks, slots and tables, the dates of each phase and the pointer to what is published."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import Axis, BlockKind, EventFormat, EventStatus, Modality, Programme, SideNames
from eventsapp.models.organization import Organization

if TYPE_CHECKING:
    from eventsapp.models.registration import Registration


class Event(Base):
    """One business meeting of an organization, held in one time zone.

    `buyer_places` and `supplier_places` limit how many companies of a side take part (None: all who are accepted).
    Registration goes on until `late_registration_until`, when that is set. An unanswered request expires after
    `request_expiry_hours`, and its receiver is reminded `request_reminder_hours` before. From `freeze_hours` before the
    start, what is published is only repaired (0: never frozen). `aims` are what its runs pursue, in order, each with
    its tolerance (none: the usual ones), and `weights` the points of what a meeting is worth (none: the recommended).
    With `needs_second_person` managers publish only what somebody else endorses.
    """

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="dates_in_order"),
        CheckConstraint("registration_opens_at < registration_closes_at", name="registration_in_order"),
        CheckConstraint("requests_open_at < requests_close_at", name="requests_in_order"),
        CheckConstraint("slot_minutes BETWEEN 5 AND 120", name="slot_minutes"),
        CheckConstraint("changeover_minutes BETWEEN 0 AND 60", name="changeover_minutes"),
        CheckConstraint("buyer_places > 0 AND supplier_places > 0", name="places"),
        CheckConstraint("request_expiry_hours > request_reminder_hours", name="reminder_before_expiry"),
        CheckConstraint("request_reminder_hours > 0", name="request_reminder_hours"),
        CheckConstraint("freeze_hours >= 0", name="freeze_hours"),
    )

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(String(4000), default="")
    venue: Mapped[str]
    city: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(60))
    modality: Mapped[Modality] = mapped_column(default=Modality.ON_SITE)
    contact_email: Mapped[str] = mapped_column(String(254))
    programme: Mapped[Programme] = mapped_column(default=Programme.BUSINESS_MEETINGS)
    axis: Mapped[Axis] = mapped_column(default=Axis.NONE)
    format: Mapped[EventFormat] = mapped_column(default=EventFormat.MANY_BUYERS)
    sides: Mapped[SideNames] = mapped_column(default=SideNames.BUYER_SUPPLIER)
    status: Mapped[EventStatus] = mapped_column(default=EventStatus.DRAFT)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    registration_opens_at: Mapped[datetime]
    registration_closes_at: Mapped[datetime]
    late_registration_until: Mapped[datetime | None]
    requests_open_at: Mapped[datetime]
    requests_close_at: Mapped[datetime]
    buyer_places: Mapped[int | None]
    supplier_places: Mapped[int | None]
    slot_minutes: Mapped[int] = mapped_column(default=20)
    changeover_minutes: Mapped[int] = mapped_column(default=5)
    buyer_max_meetings: Mapped[int | None]
    supplier_max_meetings: Mapped[int | None]
    supplier_min_meetings: Mapped[int] = mapped_column(default=0)
    max_consecutive: Mapped[int | None]
    buyer_request_quota: Mapped[int] = mapped_column(default=40)
    supplier_request_quota: Mapped[int] = mapped_column(default=15)
    request_expiry_hours: Mapped[int] = mapped_column(default=72)
    request_reminder_hours: Mapped[int] = mapped_column(default=24)
    buyer_requests_binding: Mapped[bool] = mapped_column(default=False)
    freeze_hours: Mapped[int] = mapped_column(default=48)
    needs_second_person: Mapped[bool] = mapped_column(default=False)
    aims: Mapped[list[Any]] = mapped_column(default=list)
    weights: Mapped[dict[str, Any]] = mapped_column(default=dict)
    published_schedule_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("schedule.id", use_alter=True, name="fk_event_published_schedule_id")
    )
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship(back_populates="events")
    blocks: Mapped[list[Block]] = relationship(back_populates="event", order_by="Block.starts_at")
    slots: Mapped[list[Slot]] = relationship(back_populates="event", order_by="Slot.starts_at")
    tables: Mapped[list[Table]] = relationship(back_populates="event", order_by="Table.position")
    registrations: Mapped[list[Registration]] = relationship(back_populates="event")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the name that SQLAlchemy asks for

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return Scope(self.organization_id)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the venue."""
        return ZoneInfo(self.time_zone)

    @property
    def first_day(self) -> date:
        """The first day at the venue."""
        return self.starts_at.astimezone(self.zone).date()

    @property
    def last_day(self) -> date:
        """The last day at the venue."""
        return self.ends_at.astimezone(self.zone).date()


class Block(Base):
    """A stretch of one day: meetings without a break in it, or a break."""

    __tablename__ = "block"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="in_order"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[BlockKind]
    title: Mapped[str] = mapped_column(String(120), default="")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    event: Mapped[Event] = relationship(back_populates="blocks")
    slots: Mapped[list[Slot]] = relationship(back_populates="block", order_by="Slot.starts_at")


class Slot(Base):
    """A round: one time in which meetings are held."""

    __tablename__ = "slot"
    __table_args__ = (UniqueConstraint("event_id", "starts_at"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    block_id: Mapped[UUID] = mapped_column(ForeignKey("block.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    event: Mapped[Event] = relationship(back_populates="slots")
    block: Mapped[Block] = relationship(back_populates="slots")


class Zone(Base):
    """A limit of meetings at once: in a zone of a room, or in the whole room where `name` is empty."""

    __tablename__ = "zone"
    __table_args__ = (UniqueConstraint("event_id", "room", "name"), CheckConstraint("capacity > 0", name="capacity"))

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    room: Mapped[str] = mapped_column(String(80), default="")
    name: Mapped[str] = mapped_column(String(40), default="")
    capacity: Mapped[int]


class Table(Base):
    """A table in a room of the venue, or the room of a video call; `position` is its order on screens.

    In rounds that begin from `closed_at` on, and before `closed_until` where that is known, nobody meets there. It
    stays, because what took place at it did. `chairs` is how many people can sit there, where anybody counted.
    """

    __tablename__ = "meeting_table"
    __table_args__ = (
        UniqueConstraint("event_id", "label"),
        CheckConstraint("closed_at < closed_until", name="closed_in_order"),
        CheckConstraint("chairs > 0", name="chairs"),
    )

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    label: Mapped[str] = mapped_column(String(20))
    room: Mapped[str] = mapped_column(String(80), default="")
    zone: Mapped[str] = mapped_column(String(40), default="")
    closed_at: Mapped[datetime | None]
    closed_until: Mapped[datetime | None]
    chairs: Mapped[int | None]
    virtual_url: Mapped[str] = mapped_column(String(500), default="")
    position: Mapped[int]

    event: Mapped[Event] = relationship(back_populates="tables")

    def is_open(self, moment: datetime) -> bool:
        """Can a round that begins then be held here?"""
        if self.closed_at is None or moment < self.closed_at:
            return True
        return self.closed_until is not None and moment >= self.closed_until

    @property
    def is_ending(self) -> bool:
        """Is it closed for good from some moment on?"""
        return self.closed_at is not None and self.closed_until is None

    def is_lost(self, moment: datetime) -> bool:
        """Is it closed then, and for good?"""
        return self.is_ending and not self.is_open(moment)
