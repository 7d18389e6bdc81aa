"""The filters of the review list in the address: of the page, of its export, and to come back to it."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import g, request, url_for

from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Event
from eventsapp.services.reviews import Filters
from eventsapp.web.forms import trimmed

MINE, NOBODY = "yo", "nadie"
KEPT = ("q", "estado", "lado", "responsable", "sort", "page", "per_page")

Member = TypeVar("Member", bound=StrEnum)


def review_filters() -> Filters:
    """Which registrations the address asks for; what makes no sense filters nothing."""
    liaison = request.args.get("responsable", "")
    return Filters(
        known(RegistrationStatus, "estado"),
        known(Side, "lado"),
        trimmed(request.args.get("q"))[:200],
        g.actor.account_id if liaison == MINE else key(liaison),
        liaison == NOBODY,
    )


def same_list(event: Event) -> str:
    """The list with the filters that the address carries."""
    return url_for("organizer.registrations", event_code=event.code, **kept_filters())


def kept_filters() -> dict[str, Any]:
    """What the address says about the list, and nothing else of it."""
    return {name: request.args[name][:200] for name in KEPT if request.args.get(name)}


def known(kind: type[Member], name: str) -> Member | None:
    """The value of an enum that the address names; anything else is no filter."""
    text = request.args.get(name, "")
    return kind(text) if text in set(kind) else None


def key(text: str) -> UUID | None:
    """The key that a text is, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None
