"""The public pages, and what surrounds every page."""

from __future__ import annotations

from flask import Flask

from eventsapp.web import frame
from eventsapp.web.public import events, notices
from eventsapp.web.public.blueprint import bp

__all__ = ["events", "init_app", "notices"]


def init_app(app: Flask) -> None:
    """Put the public pages on the application."""
    frame.init_app(app)
    app.register_blueprint(bp)
