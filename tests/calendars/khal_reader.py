"""Read calendar files with khal and print as JSON what it would show; run as a script with the files as arguments."""

from __future__ import annotations

import json
import sys
from datetime import UTC
from pathlib import Path
from typing import Any

import pytz
from khal.icalendar import split_ics
from khal.khalendar.event import Event

LOCALE = {"default_timezone": pytz.timezone("Europe/Berlin"), "local_timezone": pytz.timezone("Europe/Berlin")}


def entry(item: str) -> dict[str, Any]:
    event = Event.fromString(item, calendar="x", locale=LOCALE)
    return {
        "uid": event.uid,
        "start": event.start_local.astimezone(UTC).isoformat(),
        "end": event.end_local.astimezone(UTC).isoformat(),
        "summary": event.summary,
        "description": event.description,
        "location": event.location,
        "url": event.url,
        "organizer": event.organizer,
        "attendees": event.attendees,
        "status": event.status,
    }


def main(files: list[str]) -> None:
    # Decoded by hand: reading as text would turn CRLF into LF.
    print(json.dumps([[entry(item) for item in split_ics(Path(name).read_bytes().decode())] for name in files]))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
