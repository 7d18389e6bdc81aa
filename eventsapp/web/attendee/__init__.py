"""The attendee pages: agenda, meeting, calendar files and the feed."""

from __future__ import annotations

from flask import Flask

from eventsapp.web.attendee import agenda, feed, meeting
from eventsapp.web.attendee.blueprint import bp

__all__ = ["agenda", "feed", "init_app", "meeting"]


def init_app(app: Flask) -> None:
    """Put the attendee pages on the application."""
    app.register_blueprint(bp)
