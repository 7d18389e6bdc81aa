"""Every artefact with what was meant by it: what readers are compared with, field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

from eventsapp.calendars.build import agenda_file, cancel, feed, meeting_file, part, request, stream
from eventsapp.calendars.invite import Invitation, Person
from eventsapp.calendars.zones import ZONES
from tests.calendars.readers import Entry
from tests.calendars.samples import HOSTILE_TEXTS, ORGANIZER, invitation

PLAIN = invitation()
VIRTUAL = invitation(
    uid="uid-2",
    sequence=3,
    start=datetime(2027, 7, 5, 16, tzinfo=UTC),
    end=datetime(2027, 7, 5, 16, 30, tzinfo=UTC),
    zone="America/Tijuana",
    description="",
    location="",
    url="",
    conference="https://video.example/r/1?a=1&b=2;c,d",
    alarm_minutes=10,
)
SUMMER = [
    invitation(
        uid=f"uid-{number}",
        zone=zone,
        start=datetime(2027, 7, 6, 15, number, tzinfo=UTC),
        end=datetime(2027, 7, 6, 16, number, tzinfo=UTC),
    )
    for number, zone in enumerate([*ZONES, "Mars/Olympus"])
]
WINTER = [replace(item, start=item.start.replace(month=12), end=item.end.replace(month=12)) for item in SUMMER]
HOSTILE = [
    invitation(
        uid=f"uid-{number}",
        start=PLAIN.start.replace(minute=number),
        summary=f"R {text}",
        description=text,
        location=text,
        organizer=Person(text, ORGANIZER.address),
        attendee=Person(text, "ana+feria&cia%@proveedora.example"),
    )
    for number, text in enumerate(HOSTILE_TEXTS)
]


def published(items: list[Invitation]) -> list[Entry]:
    return [
        meant(replace(item, attendee=None), "PUBLISH", "CONFIRMED", item.last_modified)
        for item in sorted(items, key=lambda item: item.start)
    ]


def meant(item: Invitation, method: str, status: str, dtstamp: datetime) -> Entry:
    description = "\n".join(filter(None, (item.description, item.conference)))
    return Entry(
        uid=item.uid,
        start=item.start,
        end=item.end,
        summary=item.summary,
        description=description,
        location=item.location,
        url=item.url,
        organizer=(item.organizer.name, item.organizer.address),
        attendees=((item.attendee.name, quote(item.attendee.address, safe="@+.")),) if item.attendee else (),
        method=method,
        sequence=item.sequence,
        status=status,
        dtstamp=dtstamp,
    )


CANCELLED = replace(PLAIN, sequence=1)
UPDATED = replace(PLAIN, sequence=2, location="Salón Oriente, Mesa 3")
HYBRID = replace(PLAIN, conference="https://video.example/sala/12")
ARTEFACTS: dict[str, tuple[bytes, list[Entry]]] = {
    "meeting": (meeting_file(PLAIN), published([PLAIN])),
    "meeting in UTC": (meeting_file(SUMMER[-1]), published([SUMMER[-1]])),
    "virtual meeting": (meeting_file(VIRTUAL), published([VIRTUAL])),
    "agenda": (agenda_file([VIRTUAL, PLAIN], "Agenda; de Ana"), published([VIRTUAL, PLAIN])),
    "agenda in July": (agenda_file(SUMMER, "Julio"), published(SUMMER)),
    "agenda in December": (agenda_file(WINTER, "Diciembre"), published(WINTER)),
    "feed": (feed([VIRTUAL, PLAIN], "Agenda", zone="America/Mexico_City"), published([VIRTUAL, PLAIN])),
    "feed with hostile texts": (feed(HOSTILE, HOSTILE_TEXTS[0], zone="America/Mexico_City"), published(HOSTILE)),
    "empty feed": (feed([], "Agenda", zone="America/Mexico_City"), []),
    "request": (request(PLAIN), [meant(PLAIN, "REQUEST", "CONFIRMED", PLAIN.dtstamp)]),
    "update": (request(UPDATED), [meant(UPDATED, "REQUEST", "CONFIRMED", UPDATED.dtstamp)]),
    "request, hybrid": (request(HYBRID), [meant(HYBRID, "REQUEST", "CONFIRMED", HYBRID.dtstamp)]),
    "feed from kept parts": (
        b"".join(stream([part(PLAIN), part(VIRTUAL)], "Agenda", zone="America/Mexico_City")),
        published([VIRTUAL, PLAIN]),
    ),
    "cancel": (cancel(CANCELLED), [meant(CANCELLED, "CANCEL", "CANCELLED", PLAIN.dtstamp)]),
    "cancel one": (cancel(CANCELLED, whole=False), [meant(CANCELLED, "CANCEL", "", PLAIN.dtstamp)]),
} | {
    f"request {number}": (request(item), [meant(item, "REQUEST", "CONFIRMED", item.dtstamp)])
    for number, item in enumerate(HOSTILE)
}
