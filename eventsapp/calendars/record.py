"""An invitation as plain JSON values, so that what was sent can be kept and written again, byte for byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from eventsapp.calendars.invite import Invitation, Person

_MOMENTS = ("dtstamp", "created", "last_modified", "start", "end")


def to_dict(invitation: Invitation) -> dict[str, Any]:
    """The values of an invitation for a JSON column; instants in UTC."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(invitation).items()
    }


def from_dict(values: Mapping[str, Any]) -> Invitation:
    """The invitation that `to_dict` wrote, checked again."""
    moments = {name: datetime.fromisoformat(values[name]).astimezone(UTC) for name in _MOMENTS}
    organizer = Person(**values["organizer"])
    attendee = Person(**values["attendee"]) if values["attendee"] else None
    return Invitation(**{**values, **moments, "organizer": organizer, "attendee": attendee})
