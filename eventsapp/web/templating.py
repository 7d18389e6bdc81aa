"""What every template may use: keys and nonces for forms, dates in the event's zone, names of values."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import get_locale

from eventsapp.domain.access import Permission, may
from eventsapp.domain.taxonomy import terms
from eventsapp.i18n import LOCALES
from eventsapp.services import wording
from eventsapp.web import formats, words
from eventsapp.web.acting import standing_in
from eventsapp.web.saving import form_key
from eventsapp.web.security import csp_nonce


def init_app(app: Flask) -> None:
    """Give the templates their globals and filters."""
    app.jinja_env.globals.update(
        form_key=form_key,
        csp_nonce=csp_nonce,
        may=may,
        standing_in=standing_in,
        Permission=Permission,
        locales=LOCALES,
        locale_code=lambda: str(get_locale()),
        term_name=term_name,
        words=words,
    )
    app.jinja_env.filters.update(
        city=wording.city,
        clock=formats.clock,
        day=formats.day,
        day_moment=formats.day_moment,
        day_span=formats.day_span,
        long_date=formats.long_date,
        moment=formats.moment,
        month_day=formats.month_day,
        number=formats.number,
        percent=formats.percent,
        initials=formats.initials,
        duration=formats.duration,
        term_name=term_name,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def term_name(code: str) -> str:
    """The name of a taxonomy term in the language of this answer; an unknown code stands for itself."""
    term: Any = terms().get(code)
    return term.name(str(get_locale())) if term else code
