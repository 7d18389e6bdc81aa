"""The attendee pages: agenda, meeting, calendar files and the feed."""

from __future__ import annotations

from flask import Flask

from eventsapp.web import reply_words
from eventsapp.web.attendee import agenda, answers, feed, meeting, time_zone
from eventsapp.web.attendee.blueprint import bp

__all__ = ["agenda", "answers", "feed", "init_app", "meeting", "time_zone"]


def init_app(app: Flask) -> None:
    """Put the attendee pages on the application."""
    app.jinja_env.globals["reply_words"] = reply_words
    app.register_blueprint(bp)
