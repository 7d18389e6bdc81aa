"""The company pages."""

from __future__ import annotations

from flask import Flask

from eventsapp.web.company import find, registration_delegates, registration_steps, registrations, requests
from eventsapp.web.company.blueprint import bp

__all__ = ["find", "init_app", "registration_delegates", "registration_steps", "registrations", "requests"]


def init_app(app: Flask) -> None:
    """Put the company pages on the application."""
    app.register_blueprint(bp)
