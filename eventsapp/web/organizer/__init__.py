"""The organizer pages: one module of routes for each noun, on the blueprint that they share."""

from __future__ import annotations

from flask import Flask

from eventsapp.web.organizer import (  # noqa: F401 - each puts its routes on the blueprint
    board_routes,
    campaigns,
    certificate,
    comparisons,
    company_certificates,
    gaps,
    exports,
    home,
    imports,
    log,
    mails,
    pictures,
    printouts,
    privacy,
    publication,
    publication_people,
    reasons,
    registrations,
    replies,
    repair,
    requests,
    run,
    runs,
    scenarios,
    schedule,
    schedule_meeting,
    schedule_missing,
    schedule_steps,
    schedule_file,
    settings,
    settings_days,
    settings_tables,
    summary,
)
from eventsapp.web.organizer.blueprint import bp


def init_app(app: Flask) -> None:
    """Put the organizer pages on the application."""
    app.register_blueprint(bp)
