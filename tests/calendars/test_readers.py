"""Every artefact read by independent readers and compared, field by field, with what was meant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from eventsapp.calendars.build import decline_counter, request
from eventsapp.calendars.invite import Person
from tests.calendars.artefacts import ARTEFACTS, PLAIN, SUMMER, UPDATED, meant
from tests.calendars.readers import (
    Entry,
    libical_keeps_restrictions,
    read_with_khal,
    read_with_libical,
    read_with_vobject,
)
from tests.calendars.samples import ANA, hostile_text, invitation


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


@pytest.mark.parametrize("comment", ["", "La sala está llena; lo siento, Ana\nSaludos"])
def test_a_refusal_of_another_time_keeps_what_the_rfc_allows(comment: str) -> None:
    written = decline_counter(UPDATED, comment=comment)
    # libical's table wants no SEQUENCE here; clients match the refusal to what they were sent by it, so it is echoed.
    assert libical_keeps_restrictions(written.replace(b"SEQUENCE:2\r\n", b""))
    lines = [line.partition(b":")[0] for line in written.replace(b"\r\n ", b"").split(b"\r\n")[:-1]]
    said = [b"COMMENT"] if comment else []
    named = [line.split(b";")[0] for line in lines]
    assert named[5:] == [b"BEGIN", b"UID", b"DTSTAMP", b"SEQUENCE", b"ORGANIZER", *said, b"END", b"END"]


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
