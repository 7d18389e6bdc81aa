"""Standing in for a company: while it lasts, the company's pages of that event serve somebody of the team.

The session remembers for which registration and why. Everywhere else the person is who they are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from flask import request, session

from eventsapp.domain.access import Actor, Permission, may
from eventsapp.models import Registration
from eventsapp.services import acting
from eventsapp.web import loaders

KEY = "acting"


@dataclass(frozen=True)
class Kept:
    """Who stands in for which registration of which event, and why; as the session keeps it."""

    account_id: str
    event_code: str
    registration_id: str
    company: str
    reason: str


def remember(registration: Registration, reason: str, actor: Actor) -> None:
    """From now on the pages of this company serve the actor."""
    event, company = registration.event, registration.company
    session[KEY] = asdict(Kept(str(actor.account_id), event.code, str(registration.id), company.name, reason))


def forget() -> None:
    """Be oneself again on every page."""
    session.pop(KEY, None)


def standing_in(event_code: str) -> Kept | None:
    """What the session remembers for this event."""
    kept = session.get(KEY)
    return Kept(**kept) if kept and kept["event_code"] == event_code else None


def actor_here(actor: Actor) -> Actor:
    """The actor of this request: on the pages of the company for which they stand in, as long as they may, its own."""
    code = (request.view_args or {}).get("event_code", "")
    found = standing_in(code) if request.blueprint == "company" else None
    if found is None:
        return actor
    registration = loaders.registration_of_event(code, UUID(found.registration_id))
    is_theirs = found.account_id == str(actor.account_id)
    if registration is None or not is_theirs or not may(actor, Permission.COMPANY_ACT_FOR, registration.scope):
        forget()
        return actor
    return acting.as_company(actor, registration, found.reason)
