"""Sites: where a company works."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import Scope
from eventsapp.models.company import Company
from eventsapp.models.positioned import Positioned


class Site(Positioned, Base):
    """A plant, a workshop or an office of a company; one that closed is ended, not deleted."""

    __tablename__ = "site"

    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"), index=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(String(300), default="")
    country: Mapped[str] = mapped_column(String(2), default="MX")
    state: Mapped[str] = mapped_column(String(80), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    postal_code: Mapped[str] = mapped_column(String(12), default="")
    plant_area_m2: Mapped[int | None]
    shifts: Mapped[int | None]
    is_meeting_host: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    company: Mapped[Company] = relationship(back_populates="sites")

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.company.scope
