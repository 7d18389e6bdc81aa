"""The time zones that we describe ourselves, because every reader must see the same hour.

Outlook reads one yearly pair of rules and ignores RDATE, so a zone is either without summer time or one such pair.
The rules hold for the years given here; outside them, or for any other zone, times are written in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

FIRST_YEAR = 2023  # Ciudad Juárez, Chihuahua and Ojinaga changed their offset in November 2022.
LAST_YEAR = 2040


@dataclass(frozen=True, slots=True)
class Season:
    """The half of the year that begins at `onset` (local time before the change) and again each year by `rule`."""

    offset: str
    name: str
    onset: str = "19700101T000000"
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Zone:
    """Standard time, and summer time where there is one."""

    standard: Season
    daylight: Season | None = None


def _fixed(offset: str, name: str) -> Zone:
    return Zone(Season(offset, name))


def _us(standard: str, daylight: str, letter: str) -> Zone:
    return Zone(
        Season(standard, f"{letter}ST", "20071104T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
        Season(daylight, f"{letter}DT", "20070311T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
    )


def _eu(standard: str, daylight: str, letters: str) -> Zone:
    return Zone(
        Season(standard, f"{letters}T", "19961027T030000", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
        Season(daylight, f"{letters}ST", "19810329T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
    )


ZONES = {
    "America/Mexico_City": _fixed("-0600", "CST"),
    "America/Monterrey": _fixed("-0600", "CST"),
    "America/Merida": _fixed("-0600", "CST"),
    "America/Chihuahua": _fixed("-0600", "CST"),
    "America/Bahia_Banderas": _fixed("-0600", "CST"),
    "America/Mazatlan": _fixed("-0700", "MST"),
    "America/Hermosillo": _fixed("-0700", "MST"),
    "America/Cancun": _fixed("-0500", "EST"),
    "Asia/Tokyo": _fixed("+0900", "JST"),
    "America/Tijuana": _us("-0800", "-0700", "P"),
    "America/Los_Angeles": _us("-0800", "-0700", "P"),
    "America/Ciudad_Juarez": _us("-0700", "-0600", "M"),
    "America/Denver": _us("-0700", "-0600", "M"),
    "America/Ojinaga": _us("-0600", "-0500", "C"),
    "America/Matamoros": _us("-0600", "-0500", "C"),
    "America/Chicago": _us("-0600", "-0500", "C"),
    "America/New_York": _us("-0500", "-0400", "E"),
    "Europe/Berlin": _eu("+0100", "+0200", "CE"),
}


def writing_zone(name: str, *moments: datetime) -> ZoneInfo | None:
    """The zone in which to write these moments, where our table speaks for it; None means UTC."""
    if name not in ZONES:
        return None
    zone = ZoneInfo(name)
    local = [moment.astimezone(zone) for moment in moments]
    # The second pass of the hour that summer's end repeats cannot be written with a TZID (RFC 5545 §3.3.5).
    if all(FIRST_YEAR <= moment.year <= LAST_YEAR and not moment.fold for moment in local):
        return zone
    return None


@cache
def vtimezone(name: str) -> bytes:
    """The VTIMEZONE component of a zone of the table (RFC 5545 §3.6.5)."""
    zone = ZONES[name]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    if zone.daylight is None:
        lines += _season("STANDARD", zone.standard, zone.standard)
    else:
        lines += _season("STANDARD", zone.standard, zone.daylight)
        lines += _season("DAYLIGHT", zone.daylight, zone.standard)
    lines.append("END:VTIMEZONE")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _season(kind: str, season: Season, before: Season) -> list[str]:
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{season.onset}",
        *([f"RRULE:{season.rule}"] if season.rule else []),
        f"TZOFFSETFROM:{before.offset}",
        f"TZOFFSETTO:{season.offset}",
        f"TZNAME:{season.name}",
        f"END:{kind}",
    ]
