"""The organizer pages: one module of routes for each noun, on the blueprint that they share."""

from __future__ import annotations

from flask import Flask

from eventsapp.web.organizer import (  # noqa: F401 - each puts its routes on the blueprint
    acting,
    board_routes,
    campaigns,
    capabilities,
    certificate,
    closures,
    company_certificates,
    comparisons,
    event_copies,
    exclusions,
    exports,
    gaps,
    home,
    imports,
    liaisons,
    log,
    mails,
    pictures,
    printouts,
    privacy,
    publication,
    publication_people,
    reasons,
    registrations,
    repair,
    replies,
    requests,
    run,
    runs,
    scenarios,
    schedule,
    schedule_file,
    schedule_meeting,
    schedule_missing,
    schedule_steps,
    search,
    settings,
    settings_calls,
    settings_days,
    settings_rules,
    settings_tables,
    summary,
    team,
)
from eventsapp.web.organizer.blueprint import bp


def init_app(app: Flask) -> None:
    """Put the organizer pages on the application."""
    app.register_blueprint(bp)
