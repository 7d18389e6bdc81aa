"""Makers of requirements, capabilities and certificates, and what their tests read from pages."""

from __future__ import annotations

import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from eventsapp.db import db
from eventsapp.domain.sourcing import CapabilityStatus, RequirementStatus
from eventsapp.models import Capability, Certificate, Company, Registration, Requirement
from tests.client import hidden_fields
from tests.make import MADE_AT
from tests.statements import counted as statements

__all__ = ["capability", "certificate", "field_names", "requirement", "save", "seen", "statements", "tokens"]


def requirement(of: Registration, **values: Any) -> Requirement:
    """A published requirement with one term."""
    number = 1 + db.session.query(Requirement).filter_by(registration_id=of.id).count()
    given = {
        "registration": of,
        "number": number,
        "title": "Zincado",
        "terms": ["ALL-090"],
        "status": RequirementStatus.PUBLISHED,
        "published_at": MADE_AT,
        "saved_at": MADE_AT,
        "created_at": MADE_AT,
    }
    return _kept(Requirement(**{**given, **values}))


def capability(of: Registration | Company, **values: Any) -> Capability:
    """A published capability with one term."""
    company = of.company if isinstance(of, Registration) else of
    number = 1 + db.session.query(Capability).filter_by(company_id=company.id).count()
    given = {
        "company": company,
        "number": number,
        "title": "Zincado",
        "terms": ["ALL-090"],
        "status": CapabilityStatus.PUBLISHED,
        "published_at": MADE_AT,
        "saved_at": MADE_AT,
        "created_at": MADE_AT,
    }
    return _kept(Capability(**{**given, **values}))


def certificate(of: Registration, code: str, **values: Any) -> Certificate:
    """A certificate that a company says it holds."""
    return _kept(Certificate(**{"company": of.company, "certification_code": code, "created_at": MADE_AT, **values}))


def seen(html: str) -> str:
    """The mark of what a form showed."""
    found = re.search(r'name="seen"[^>]*value="([^"]*)"', html)
    assert found is not None
    return found.group(1)


def tokens(html: str) -> dict[str, str]:
    """What a form sends of itself."""
    return {**hidden_fields(html), "seen": seen(html)}


def save(client: FlaskClient, path: str, data: dict[str, Any]) -> TestResponse:
    """Fill a step as a browser does, with what its form sends of itself."""
    return client.post(path, data={**tokens(client.get(path).get_data(as_text=True)), **data})


def field_names(html: str) -> list[str]:
    """The names of the fields of a page that a person fills."""
    names = re.findall(r'<(?:input|select|textarea)[^>]*? name="([a-z_]+)"', html)
    return sorted(set(names) - {"csrf_token", "form_key", "seen", "locale", "next"})


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row
