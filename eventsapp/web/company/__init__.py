"""The company pages."""

from __future__ import annotations

from flask import Flask

from eventsapp.web.company import (  # noqa: F401 - each puts its routes on the blueprint
    certificates,
    find,
    people,
    people_invitations,
    profile,
    profile_sites,
    registration_delegates,
    registration_steps,
    registrations,
    requests,
)
from eventsapp.web.company.blueprint import bp


def init_app(app: Flask) -> None:
    """Put the company pages on the application."""
    app.register_blueprint(bp)
