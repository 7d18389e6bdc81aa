"""The company pages."""

from __future__ import annotations

from flask import Flask

from eventsapp.web import sourcing_words
from eventsapp.web.company import (  # noqa: F401 - each puts its routes on the blueprint
    capabilities,
    certificates,
    find,
    find_company,
    people,
    people_invitations,
    profile,
    profile_sites,
    registration_delegates,
    registration_steps,
    registrations,
    requests,
    requirements,
)
from eventsapp.web.company.blueprint import bp


def init_app(app: Flask) -> None:
    """Put the company pages on the application; what they seek and offer is spoken of everywhere."""
    app.jinja_env.globals["sourcing"] = sourcing_words
    app.jinja_env.filters.update(
        cluster_name=sourcing_words.cluster_name,
        country_name=sourcing_words.country_name,
        language_name=sourcing_words.language_name,
        plain_date=sourcing_words.plain_date,
    )
    app.register_blueprint(bp)
