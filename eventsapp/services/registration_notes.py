"""What every writer of a registration does: hold it, say that it was saved, log the act, write to the company."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.models import Registration
from eventsapp.services import audit, companies, outbox


def hold(registration: Registration) -> None:
    """Writers of one registration wait for each other; what they decide on is read after the wait."""
    db.session.refresh(registration, with_for_update=True)


def touch(registration: Registration, now: datetime) -> None:
    """Say when it was saved, and count the version up even when nothing else changed."""
    registration.saved_at = now
    flag_modified(registration, "saved_at")


def record(
    actor: Actor, action: str, registration: Registration, *, at: datetime, reason: str = "", **detail: Any
) -> None:
    """Write an act into the log, with the name of the company as it is now."""
    audit.record(actor, action, registration, at=at, reason=reason, company=registration.company.name, **detail)


def tell(kind: str, registration: Registration, now: datetime) -> None:
    """Write to those who administer the company."""
    db.session.flush()
    for person in companies.list_admins(registration.company):
        outbox.add(
            kind,
            key=f"{kind}:{registration.id}:{registration.version}:{person.id}",
            to_address=person.email,
            to_name=person.name,
            locale=person.locale,
            fields={
                "company": registration.company.name,
                "folio": registration.folio,
                "side": registration.side.value,
                "reason": registration.decision_reason,
            },
            at=now,
            event=registration.event,
        )
