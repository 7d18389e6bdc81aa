"""Somebody of the team stands in for a company: when that begins and ends is in the log, as is all that is done."""

from __future__ import annotations

from datetime import datetime

from eventsapp.domain.access import Actor, Permission, StandIn, require, standing_in
from eventsapp.models import Registration
from eventsapp.services import registration_notes as notes


def begin(registration: Registration, reason: str, *, actor: Actor, now: datetime) -> None:
    """Stand in for the company of a registration, for a reason."""
    require(actor, Permission.COMPANY_ACT_FOR, registration.scope)
    notes.record(as_company(actor, registration, reason), "registration.acting_begun", registration, at=now)


def end(registration: Registration, reason: str, *, actor: Actor, now: datetime) -> None:
    """Be oneself again."""
    notes.record(as_company(actor, registration, reason), "registration.acting_ended", registration, at=now)


def as_company(actor: Actor, registration: Registration, reason: str) -> Actor:
    """The actor while standing in for the company of a registration."""
    company = registration.company
    return standing_in(actor, StandIn(registration.event_id, company.id, company.name, reason))
