"""Every artefact read by independent readers and compared, field by field, with what was meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings

from eventsapp.calendars.build import agenda_file, cancel, feed, meeting_file, request
from eventsapp.calendars.invite import Invitation, Person
from eventsapp.calendars.zones import ZONES
from tests.calendars.readers import (
    Entry,
    libical_keeps_restrictions,
    read_with_khal,
    read_with_libical,
    read_with_vobject,
)
from tests.calendars.samples import ANA, HOSTILE_TEXTS, ORGANIZER, hostile_text, invitation

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
    "cancel": (cancel(CANCELLED), [meant(CANCELLED, "CANCEL", "CANCELLED", PLAIN.dtstamp)]),
    "cancel one": (cancel(CANCELLED, whole=False), [meant(CANCELLED, "CANCEL", "", PLAIN.dtstamp)]),
} | {
    f"request {number}": (request(item), [meant(item, "REQUEST", "CONFIRMED", item.dtstamp)])
    for number, item in enumerate(HOSTILE)
}


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_libical_reads_what_was_meant_and_finds_no_fault(artefact: str) -> None:
    written, entries = ARTEFACTS[artefact]
    reading = read_with_libical(written)
    assert list(reading.entries) == entries
    assert (reading.errors, reading.restrictions_kept) == (0, True)


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_vobject_reads_what_was_meant(artefact: str) -> None:
    written, entries = ARTEFACTS[artefact]
    assert list(read_with_vobject(written)) == entries


@pytest.mark.slow
def test_khal_reads_what_was_meant(tmp_path: Path) -> None:
    files = []
    for number, (written, _) in enumerate(ARTEFACTS.values()):
        files.append(tmp_path / f"{number}.ics")
        files[-1].write_bytes(written)
    understood = dict(zip(ARTEFACTS, read_with_khal(files), strict=True))
    by_uid = {name: sorted(entries, key=lambda entry: entry["uid"]) for name, entries in understood.items()}
    assert by_uid == {
        name: sorted(map(shown_by_khal, entries), key=lambda entry: entry["uid"])
        for name, (_, entries) in ARTEFACTS.items()
    }


def shown_by_khal(entry: Entry) -> dict[str, Any]:
    """The fields that khal has, in its words; its parser takes a typed backslash and N for a line end."""
    fields = asdict(entry)
    fields |= {name: fields[name].replace("\\N", "\n") for name in ("summary", "description", "location")}
    name, address = entry.organizer
    for absent in ("method", "sequence", "dtstamp"):
        del fields[absent]
    return fields | {
        "start": entry.start.isoformat(),
        "end": entry.end.isoformat(),
        "organizer": f"{name} ({address})",
        "attendees": ", ".join(address for _, address in entry.attendees),
    }


@given(text=hostile_text, name=hostile_text)
@settings(deadline=None)
def test_libical_reads_any_text(text: str, name: str) -> None:
    item = invitation(summary=f"R{text}", description=text, location=text, attendee=Person(name, ANA.address))
    reading = read_with_libical(request(item))
    assert reading.entries == (meant(item, "REQUEST", "CONFIRMED", item.dtstamp),)
    assert (reading.errors, reading.restrictions_kept) == (0, True)


@pytest.mark.slow
@given(text=hostile_text, name=hostile_text)
@settings(deadline=None)
def test_vobject_reads_any_text(text: str, name: str) -> None:
    item = invitation(summary=f"R{text}", description=text, location=text, attendee=Person(name, ANA.address))
    assert read_with_vobject(request(item)) == (meant(item, "REQUEST", "CONFIRMED", item.dtstamp),)


@pytest.mark.parametrize("name", [b"ORGANIZER", b"DTSTART", b"DTSTAMP", b"SUMMARY"])
def test_libical_is_a_strict_judge(name: bytes) -> None:
    """Without one of these lines the same file is refused, so the zero faults above mean something."""
    head, begin, event = request(PLAIN).partition(b"BEGIN:VEVENT")
    kept = [line for line in event.replace(b"\r\n ", b"").split(b"\r\n") if not line.startswith(name)]
    broken = head + begin + b"\r\n".join(kept)
    assert libical_keeps_restrictions(request(PLAIN))
    assert not libical_keeps_restrictions(broken)


@pytest.mark.parametrize("read", [lambda written: read_with_libical(written).entries, read_with_vobject])
def test_these_readers_believe_our_description_of_the_zone(read: Callable[[bytes], tuple[Entry, ...]]) -> None:
    summer = next(item for item in SUMMER if item.zone == "America/Tijuana")
    wrong = request(summer).replace(b"TZOFFSETTO:-0700", b"TZOFFSETTO:-0900")
    (believed,) = read(wrong)
    assert believed.start - summer.start == timedelta(hours=2)
