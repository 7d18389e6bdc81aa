"""The company pages."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Put the company pages on the application."""
