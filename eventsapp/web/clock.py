"""The time as this door fetches it."""

from __future__ import annotations

from eventsapp.clock import now

__all__ = ["now"]
