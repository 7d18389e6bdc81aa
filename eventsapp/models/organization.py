"""Organizations: the clusters, chambers, universities and governments that hold events."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.domain.values import OrganizationKind

if TYPE_CHECKING:
    from eventsapp.models.account import Membership
    from eventsapp.models.event import Event


class Organization(Base):
    """A tenant: everything below it is seen by its members only."""

    __tablename__ = "organization"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str]
    kind: Mapped[OrganizationKind]
    cluster_code: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime]

    memberships: Mapped[list[Membership]] = relationship(back_populates="organization")
    events: Mapped[list[Event]] = relationship(back_populates="organization", order_by="Event.starts_at")

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return Scope(self.id)
