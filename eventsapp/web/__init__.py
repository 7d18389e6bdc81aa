"""The web door: who is asking, one transaction, an answer."""

from __future__ import annotations

from flask import Flask

from eventsapp.settings import Settings
from eventsapp.web import access, account, attendee, company, errors, health, organizer, public, security, templating


def init_app(app: Flask, settings: Settings) -> None:
    """Put all pages, guards and error pages on the application."""
    security.init_app(app, settings)
    access.init_app(app)
    templating.init_app(app)
    errors.init_app(app)
    app.register_blueprint(health.bp)
    for area in (public, account, company, attendee, organizer):
        area.init_app(app)
