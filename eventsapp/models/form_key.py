"""One-time form keys and throttles: what makes a second click harmless and a thousand tries slow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from eventsapp.db import Base


class FormKey(Base):
    """A form that was carried out, and where its answer led."""

    __tablename__ = "form_key"

    key: Mapped[str] = mapped_column(String(64), unique=True)
    location: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(index=True)


class Throttle(Base):
    """How often something was tried in one window of time; shared by all processes."""

    __tablename__ = "throttle"
    __table_args__ = (UniqueConstraint("key", "window_starts_at"),)

    key: Mapped[str] = mapped_column(String(120))
    window_starts_at: Mapped[datetime] = mapped_column(index=True)
    count: Mapped[int] = mapped_column(default=0)
