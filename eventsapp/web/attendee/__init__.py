"""The attendee pages."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Put the attendee pages on the application."""
