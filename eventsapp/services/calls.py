"""Video calls: whether the meetings of an event are held on site, by video or both, and the address of each room."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from eventsapp.calendars.invite import is_link
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import Modality
from eventsapp.models import Event
from eventsapp.services import audit, events, tables

MOST_LINK = 500


def change(event: Event, modality: Modality, links: Mapping[UUID, str], *, actor: Actor, now: datetime) -> int:
    """Set how meetings are held, and the address of the call for each table that `links` names; how many changed.

    Calendars hear of it with the next publication or notice.
    """
    require(actor, Permission.EVENT_MANAGE, event.scope)
    events.lock(event)
    changed = 0
    for table in tables.list_all(event):
        link = links.get(table.id, table.virtual_url)
        if link and not is_call(link):
            raise DomainError("link_malformed", label=table.label)
        changed += link != table.virtual_url
        table.virtual_url = link
    event.modality = modality
    audit.record(actor, "event.calls_changed", event, at=now, event=event, modality=modality.value, amount=changed)
    return changed


def is_call(link: str) -> bool:
    """Can calendars carry it, and does nobody on the way read what is said?"""
    return link.startswith("https://") and len(link) <= MOST_LINK and is_link(link)
