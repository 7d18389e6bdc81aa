"""What the organizer reads of a company beside its registration: its people in detail, and its sites."""

from __future__ import annotations

from typing import Any

from eventsapp.models import Company, Registration
from eventsapp.services import companies, sites
from eventsapp.web.company.people_forms import delegate_words
from eventsapp.web.company.profile_sites import site_words

ASKED_OF_ALL = 4
"""Name, job title, address and telephone stand in the registration already."""


def people_cards(registration: Registration) -> list[dict[str, Any]]:
    """Those who attend and told more about themselves: what they are there for, their languages, what they need."""
    told = [
        (person, [row for row in delegate_words(companies.delegate_answers_of(person))[ASKED_OF_ALL:] if row[1]])
        for person in registration.delegates
    ]
    return [
        {"title": person.name, "rows": _rows(words), "needs": person.accessibility_needs}
        for person, words in told
        if words
    ]


def site_cards(company: Company) -> list[dict[str, Any]]:
    """The sites of a company, each with what is known of it."""
    return [
        {"title": site.name, "rows": _rows([row for row in site_words(sites.answers_of(site))[1:] if row[1]])}
        for site in sites.list_of(company)
    ]


def _rows(words: list[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in words]
