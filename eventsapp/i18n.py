"""Languages: Spanish (Mexico) first, English complete. Texts in code and templates are the Spanish ones."""

from __future__ import annotations

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, force_locale

LOCALES = {"es_MX": "Español", "en": "English"}
DEFAULT_LOCALE = "es_MX"

babel = Babel()


def chosen_locale() -> str:
    """The language of this answer: account, then session, then browser."""
    if not has_request_context():
        return DEFAULT_LOCALE
    for wish in (getattr(g, "account_locale", None), session.get("locale") if not _is_bare(request.path) else None):
        if wish in LOCALES:
            return str(wish)
    best = request.accept_languages.best_match(["es", "en"], default="es")
    return "en" if best == "en" else DEFAULT_LOCALE


def chosen_time_zone() -> str:
    """The zone of this answer: that of the event in hand, else of central Mexico."""
    return (
        str(getattr(g, "time_zone", None) or "America/Mexico_City") if has_request_context() else "America/Mexico_City"
    )


def init_app(app: Flask) -> None:
    """Let the application speak."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT_LOCALE)
    babel.init_app(
        app,
        default_translation_directories=str(app.config["LOCALE_DIR"]),
        locale_selector=chosen_locale,
        timezone_selector=chosen_time_zone,
    )


def _is_bare(path: str) -> bool:
    """Feeds are fetched by calendars: they carry no session."""
    return path.startswith("/f/")


__all__ = ["DEFAULT_LOCALE", "LOCALES", "chosen_locale", "chosen_time_zone", "force_locale", "init_app"]
