"""Three readers that share no code with the writer: libical (as in GNOME, KDE, Thunderbird), vobject and khal.

Each turns a file into plain `Entry` values, so that what it understood can be compared by equality.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import vobject

from eventsapp.calendars.zones import ZONES

# Kinds of libical 3 (icalderivedproperty.h, icalenums.h).
_VEVENT = 4
_ANY_PROPERTY = 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event as a reader understood it; times as instants, people as (name, address)."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    description: str
    location: str
    url: str
    organizer: tuple[str, str]
    attendees: tuple[tuple[str, str], ...]
    method: str
    sequence: int
    status: str
    dtstamp: datetime


class _IcalTime(ctypes.Structure):
    _fields_ = (
        *(
            (name, ctypes.c_int)
            for name in ("year", "month", "day", "hour", "minute", "second", "is_date", "is_daylight")
        ),
        ("zone", ctypes.c_void_p),
    )


@cache
def libical() -> ctypes.CDLL:
    """Debian's libical3, with the signatures of the functions used here; skips where it is not installed."""
    try:
        library = ctypes.CDLL("libical.so.3")
    except OSError:
        reason = "libical 3 is not installed (on Debian: apt-get install libical3)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "icalparser_parse_string": (pointer, [text]),
        "icalcomponent_free": (None, [pointer]),
        "icalcomponent_count_errors": (number, [pointer]),
        "icalrestriction_check": (number, [pointer]),
        "icalcomponent_get_first_component": (pointer, [pointer, number]),
        "icalcomponent_get_next_component": (pointer, [pointer, number]),
        "icalcomponent_get_first_property": (pointer, [pointer, number]),
        "icalcomponent_get_next_property": (pointer, [pointer, number]),
        "icalcomponent_get_dtstart": (_IcalTime, [pointer]),
        "icalcomponent_get_dtend": (_IcalTime, [pointer]),
        "icalcomponent_get_dtstamp": (_IcalTime, [pointer]),
        "icaltime_as_timet_with_zone": (ctypes.c_int64, [_IcalTime, pointer]),
        "icalproperty_get_property_name": (text, [pointer]),
        "icalproperty_get_value_as_string": (text, [pointer]),
        "icalproperty_get_parameter_as_string": (text, [pointer, text]),
        "icalcomponent_get_summary": (text, [pointer]),
        "icalcomponent_get_description": (text, [pointer]),
        "icalcomponent_get_location": (text, [pointer]),
        "icalcomponent_get_uid": (text, [pointer]),
    }
    for function, (result, arguments) in signatures.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


@dataclass(frozen=True)
class LibicalReading:
    """What libical says about a file: its faults by its own counts, and its events."""

    errors: int
    restrictions_kept: bool
    entries: tuple[Entry, ...]


def read_with_libical(written: bytes) -> LibicalReading:
    """Parse, check against libical's table of RFC 5546's restrictions, and read every event."""
    library = libical()
    calendar = library.icalparser_parse_string(written)
    assert calendar, "libical understood nothing"
    try:
        kept = bool(library.icalrestriction_check(calendar))
        method = next((value for name, value, _ in _properties(calendar) if name == "METHOD"), "")
        entries = tuple(_libical_entry(event, method) for event in _components(calendar, _VEVENT))
        return LibicalReading(library.icalcomponent_count_errors(calendar), kept, entries)
    finally:
        library.icalcomponent_free(calendar)


def libical_keeps_restrictions(written: bytes) -> bool:
    """Does libical's own check of RFC 5546 accept a file, which may be too broken to be read?"""
    calendar = libical().icalparser_parse_string(written)
    try:
        return bool(libical().icalrestriction_check(calendar))
    finally:
        libical().icalcomponent_free(calendar)


def _components(parent: int, kind: int) -> Iterator[int]:
    child = libical().icalcomponent_get_first_component(parent, kind)
    while child:
        yield child
        child = libical().icalcomponent_get_next_component(parent, kind)


def _properties(component: int) -> Iterator[tuple[str, str, str]]:
    """Name, value and CN of every property."""
    library = libical()
    found = library.icalcomponent_get_first_property(component, _ANY_PROPERTY)
    while found:
        name = library.icalproperty_get_property_name(found).decode()
        value = (library.icalproperty_get_value_as_string(found) or b"").decode()
        common_name = (library.icalproperty_get_parameter_as_string(found, b"CN") or b"").decode()
        yield name, value, common_name
        found = library.icalcomponent_get_next_property(component, _ANY_PROPERTY)


def _libical_entry(event: int, method: str) -> Entry:
    library = libical()
    properties = list(_properties(event))
    values = {name: value for name, value, _ in properties}
    people = [(name, (common_name, _bare(value))) for name, value, common_name in properties]

    def instant(moment: _IcalTime) -> datetime:
        return datetime.fromtimestamp(library.icaltime_as_timet_with_zone(moment, moment.zone), UTC)

    def text(function: str) -> str:
        return (getattr(library, function)(event) or b"").decode()

    return Entry(
        uid=text("icalcomponent_get_uid"),
        start=instant(library.icalcomponent_get_dtstart(event)),
        end=instant(library.icalcomponent_get_dtend(event)),
        summary=text("icalcomponent_get_summary"),
        description=text("icalcomponent_get_description"),
        location=text("icalcomponent_get_location"),
        url=values.get("URL", ""),
        organizer=next(person for name, person in people if name == "ORGANIZER"),
        attendees=tuple(person for name, person in people if name == "ATTENDEE"),
        method=method,
        sequence=int(values["SEQUENCE"]),
        status=values.get("STATUS", ""),
        dtstamp=instant(library.icalcomponent_get_dtstamp(event)),
    )


def _bare(address: str) -> str:
    return address.removeprefix("mailto:")


def read_with_vobject(written: bytes) -> tuple[Entry, ...]:
    """The events as vobject reads them, times by way of the file's own VTIMEZONE."""
    for zone in ZONES:
        vobject.icalendar.registerTzid(zone, None)  # It would otherwise keep the first description it saw.
    (calendar,) = vobject.readComponents(written.decode(), validate=True)
    method = calendar.method.value

    def entry(event: Any) -> Entry:
        def value(name: str) -> str:
            return str(event.getChildValue(name, ""))

        def people(name: str) -> tuple[tuple[str, str], ...]:
            return tuple((line.cn_param, _bare(line.value)) for line in event.contents.get(name, ()))

        return Entry(
            uid=value("uid"),
            start=event.dtstart.value.astimezone(UTC),
            end=event.dtend.value.astimezone(UTC),
            summary=value("summary"),
            description=value("description"),
            location=value("location"),
            url=value("url"),
            organizer=people("organizer")[0],
            attendees=people("attendee"),
            method=method,
            sequence=int(value("sequence")),
            status=value("status"),
            dtstamp=event.dtstamp.value.astimezone(UTC),
        )

    return tuple(map(entry, calendar.contents.get("vevent", ())))


def read_with_khal(files: Sequence[Path]) -> list[list[dict[str, Any]]]:
    """What khal understood of each file; in an interpreter of its own, because khal switches icalendar to pytz."""
    reader = Path(__file__).with_name("khal_reader.py")
    done = subprocess.run([sys.executable, str(reader), *map(str, files)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    understood: list[list[dict[str, Any]]] = json.loads(done.stdout)
    return understood
