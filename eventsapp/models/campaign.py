"""Campaigns: one text that an organizer writes for many people of an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import CampaignStatus, MailLink
from eventsapp.models.account import Account
from eventsapp.models.event import Event


class Campaign(Base):
    """A text, to whom it goes and when. The mails themselves are rows of the outbox, one for each person.

    `audience` holds the fields of `services.campaigns.Audience`, `texts` a subject and a body for each language.
    """

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("event_id", "number"),)

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), index=True)
    number: Mapped[int]
    status: Mapped[CampaignStatus] = mapped_column(default=CampaignStatus.DRAFT)
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    texts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    link: Mapped[MailLink] = mapped_column(default=MailLink.NONE)
    send_at: Mapped[datetime | None]
    people: Mapped[int] = mapped_column(default=0)
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship()
    created_by: Mapped[Account | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the name that SQLAlchemy asks for

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.event.scope
