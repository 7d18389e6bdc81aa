"""The VTIMEZONE table against zoneinfo, read by dateutil, for every year that the product allows."""

import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from eventsapp.calendars.zones import FIRST_YEAR, LAST_YEAR, ZONES, vtimezone, writing_zone

HOUR = timedelta(hours=1)


def moments_to_compare(zone: ZoneInfo) -> list[datetime]:
    """Noon of every tenth day, and an hour before and after every change of the offset."""
    days = [
        datetime(FIRST_YEAR, 1, 1, 12, tzinfo=UTC) + timedelta(days=n)
        for n in range((datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC) - datetime(FIRST_YEAR, 1, 1, tzinfo=UTC)).days)
    ]
    moments = days[::10]
    for day, next_day in pairwise(days):
        if day.astimezone(zone).utcoffset() != next_day.astimezone(zone).utcoffset():
            hours = [day + n * HOUR for n in range(25)]
            change = next(h for h in hours if h.astimezone(zone).utcoffset() != day.astimezone(zone).utcoffset())
            # Two hours to either side: the repeated hour itself is never written with a TZID.
            moments += [change - 2 * HOUR, change - HOUR - timedelta(minutes=1), change + 2 * HOUR]
    return moments


@pytest.mark.parametrize("name", ZONES)
def test_the_table_agrees_with_zoneinfo(name: str) -> None:
    zone = ZoneInfo(name)
    described = tzical(io.StringIO(vtimezone(name).decode())).get(name)
    differing = []
    for moment in moments_to_compare(zone):
        local = moment.astimezone(zone).replace(tzinfo=None)
        expected = moment.astimezone(zone)
        read = local.replace(tzinfo=described)
        if (read.utcoffset(), read.tzname()) != (expected.utcoffset(), expected.tzname()):
            differing.append((expected, read.utcoffset(), read.tzname()))
    assert differing == []


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_is_fixed_or_one_yearly_pair(name: str) -> None:
    lines = vtimezone(name).decode("ascii").split("\r\n")
    assert lines.count("BEGIN:STANDARD") == 1
    assert lines.count("BEGIN:DAYLIGHT") == sum(line.startswith("RRULE:") for line in lines) // 2 <= 1
    assert [line for line in lines if line.startswith(("RDATE", "COMMENT", "EXDATE"))] == []


def test_a_zone_without_summer_time() -> None:
    assert vtimezone("America/Mexico_City") == (
        b"BEGIN:VTIMEZONE\r\nTZID:America/Mexico_City\r\n"
        b"BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:-0600\r\nTZOFFSETTO:-0600\r\nTZNAME:CST\r\n"
        b"END:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def test_a_zone_with_summer_time() -> None:
    assert vtimezone("Europe/Berlin") == (
        b"BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\n"
        b"BEGIN:STANDARD\r\nDTSTART:19961027T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
        b"TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nTZNAME:CET\r\nEND:STANDARD\r\n"
        b"BEGIN:DAYLIGHT\r\nDTSTART:19810329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
        b"TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nTZNAME:CEST\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
    )


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "GMT", "Europe/London", "Mars/Olympus", "", "../../etc/passwd"])
def test_a_zone_outside_the_table_is_written_in_utc(name: str) -> None:
    assert writing_zone(name, datetime(2027, 7, 1, 16, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (datetime(2027, 7, 1, 16, tzinfo=UTC), ZoneInfo("America/Tijuana")),
        (datetime(2022, 7, 1, 16, tzinfo=UTC), None),
        (datetime(2041, 7, 1, 16, tzinfo=UTC), None),
        (datetime(2027, 11, 7, 8, 30, tzinfo=UTC), ZoneInfo("America/Tijuana")),  # 01:30, still summer
        (datetime(2027, 11, 7, 9, 30, tzinfo=UTC), None),  # 01:30 for the second time
    ],
)
def test_a_moment_the_table_cannot_say_is_written_in_utc(moment: datetime, written: ZoneInfo | None) -> None:
    assert writing_zone("America/Tijuana", moment) == written
