"""The account pages."""

from __future__ import annotations

from flask import Flask

from eventsapp.web.account import home, links, privacy, profile, sign_in, sign_up
from eventsapp.web.account.blueprint import bp

__all__ = ["home", "init_app", "links", "privacy", "profile", "sign_in", "sign_up"]


def init_app(app: Flask) -> None:
    """Put the account pages on the application."""
    app.register_blueprint(bp)
