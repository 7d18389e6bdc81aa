"""Every artefact as a whole, byte for byte, and what the writer refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.calendars.build import agenda_file, cancel, feed, meeting_file, request
from eventsapp.calendars.invite import InvalidInvitation, Invitation, Person
from tests.calendars.samples import ANA, HOSTILE_TEXTS, ORGANIZER, hostile_text, invitation

HEAD = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Encuentro//Business meetings//ES
CALSCALE:GREGORIAN
"""
MEXICO_CITY = """\
BEGIN:VTIMEZONE
TZID:America/Mexico_City
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:-0600
TZOFFSETTO:-0600
TZNAME:CST
END:STANDARD
END:VTIMEZONE
"""
TIJUANA = """\
BEGIN:VTIMEZONE
TZID:America/Tijuana
BEGIN:STANDARD
DTSTART:20071104T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0700
TZOFFSETTO:-0800
TZNAME:PST
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20070311T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0800
TZOFFSETTO:-0700
TZNAME:PDT
END:DAYLIGHT
END:VTIMEZONE
"""
CONTENT = """\
CREATED:20270130T120000Z
LAST-MODIFIED:20270201T180000Z
SEQUENCE:0
DTSTART;TZID=America/Mexico_City:20270302T093000
DTEND;TZID=America/Mexico_City:20270302T095000
SUMMARY:Reunión con Nordwind Antriebe · Mesa 12
LOCATION:Salón Poniente\\, Mesa 12
DESCRIPTION:Nordwind Antriebe busca piezas troquelado\\; ver ficha.\\nLlegue
  5 minutos antes\\, por favor.
URL:https://encuentro.example/meetings/12
ORGANIZER;CN="Clúster Automotriz":mailto:agenda@encuentro.example
"""
ATTENDEE = """\
ATTENDEE;CN="Ana Núñez";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=
 NEEDS-ACTION;RSVP=TRUE:mailto:ana@proveedora.example
"""
UID = "UID:m-0f1e2d3c4b5a69788796a5b4c3d2e1f0@encuentro.example\n"
PUBLISHED = f"BEGIN:VEVENT\n{UID}DTSTAMP:20270201T180000Z\n{CONTENT}STATUS:CONFIRMED\nTRANSP:OPAQUE\nEND:VEVENT\n"
VIRTUAL = """\
BEGIN:VEVENT
UID:uid-2
DTSTAMP:20270201T180000Z
CREATED:20270130T120000Z
LAST-MODIFIED:20270201T180000Z
SEQUENCE:3
DTSTART;TZID=America/Tijuana:20270705T090000
DTEND;TZID=America/Tijuana:20270705T093000
SUMMARY:Reunión con Äkta & Söner
DESCRIPTION:https://video.example/r/1
CONFERENCE;VALUE=URI;FEATURE=VIDEO,AUDIO:https://video.example/r/1
ORGANIZER;CN="Clúster Automotriz":mailto:agenda@encuentro.example
STATUS:CONFIRMED
TRANSP:OPAQUE
BEGIN:VALARM
ACTION:DISPLAY
TRIGGER:-PT10M
DESCRIPTION:Reunión con Äkta & Söner
END:VALARM
END:VEVENT
"""
FEED_HEAD = """\
METHOD:PUBLISH
NAME:Agenda de Ana\\; marzo
X-WR-CALNAME:Agenda de Ana\\; marzo
X-WR-TIMEZONE:America/Mexico_City
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
"""
END = "END:VCALENDAR\n"

virtual = invitation(
    uid="uid-2",
    sequence=3,
    start=datetime(2027, 7, 5, 16, tzinfo=UTC),
    end=datetime(2027, 7, 5, 16, 30, tzinfo=UTC),
    zone="America/Tijuana",
    summary="Reunión con Äkta & Söner",
    description="",
    location="",
    url="",
    conference="https://video.example/r/1",
    alarm_minutes=10,
)
dropped = invitation(uid="uid-3", cancelled=True)


def lines(*texts: str) -> bytes:
    """These texts as a calendar file has them: CRLF and UTF-8."""
    return "".join(texts).replace("\n", "\r\n").encode()


def test_meeting_file() -> None:
    assert meeting_file(invitation()) == lines(HEAD, "METHOD:PUBLISH\n", MEXICO_CITY, PUBLISHED, END)


def test_agenda_file_by_time_without_the_cancelled() -> None:
    written = agenda_file([virtual, dropped, invitation()], "Agenda de Ana")
    names = "METHOD:PUBLISH\nNAME:Agenda de Ana\nX-WR-CALNAME:Agenda de Ana\n"
    assert written == lines(HEAD, names, MEXICO_CITY, TIJUANA, PUBLISHED, VIRTUAL, END)


def test_feed_by_time_without_the_cancelled() -> None:
    written = feed([virtual, dropped, invitation()], "Agenda de Ana; marzo", zone="America/Mexico_City")
    assert written == lines(HEAD, FEED_HEAD, MEXICO_CITY, TIJUANA, PUBLISHED, VIRTUAL, END)


def test_feed_without_meetings_is_still_a_calendar() -> None:
    written = feed([dropped], "Agenda de Ana; marzo", zone="America/Mexico_City")
    assert written == lines(HEAD, FEED_HEAD, MEXICO_CITY, END)


def test_request() -> None:
    event = (
        f"BEGIN:VEVENT\n{UID}DTSTAMP:20270201T183005Z\n{CONTENT}{ATTENDEE}STATUS:CONFIRMED\nTRANSP:OPAQUE\nEND:VEVENT\n"
    )
    assert request(invitation()) == lines(HEAD, "METHOD:REQUEST\n", MEXICO_CITY, event, END)


@pytest.mark.parametrize(("whole", "status"), [(True, "STATUS:CANCELLED\n"), (False, "")])
def test_cancel(whole: bool, status: str) -> None:
    content = CONTENT.replace("SEQUENCE:0", "SEQUENCE:1")
    event = f"BEGIN:VEVENT\n{UID}DTSTAMP:20270201T183005Z\n{content}{ATTENDEE}{status}TRANSP:OPAQUE\nEND:VEVENT\n"
    written = cancel(invitation(sequence=1, alarm_minutes=10), whole=whole)
    assert written == lines(HEAD, "METHOD:CANCEL\n", MEXICO_CITY, event, END)


def test_an_unknown_zone_is_written_in_utc() -> None:
    content = CONTENT.replace("DTSTART;TZID=America/Mexico_City:20270302T093000", "DTSTART:20270302T153000Z").replace(
        "DTEND;TZID=America/Mexico_City:20270302T095000", "DTEND:20270302T155000Z"
    )
    event = f"BEGIN:VEVENT\n{UID}DTSTAMP:20270201T180000Z\n{content}STATUS:CONFIRMED\nTRANSP:OPAQUE\nEND:VEVENT\n"
    assert meeting_file(invitation(zone="Mars/Olympus")) == lines(HEAD, "METHOD:PUBLISH\n", event, END)


def test_both_ends_of_a_meeting_are_written_in_one_zone() -> None:
    """An end in the hour that is repeated can only be said in UTC; then the start is, too."""
    night = invitation(
        zone="America/Tijuana",
        start=datetime(2027, 11, 7, 8, 30, tzinfo=UTC),
        end=datetime(2027, 11, 7, 9, 30, tzinfo=UTC),
    )
    written = meeting_file(night)
    assert b"\r\nDTSTART:20271107T083000Z\r\nDTEND:20271107T093000Z\r\n" in written
    assert b"TZID" not in written


@pytest.mark.parametrize(
    ("code", "write"),
    [
        ("attendee_missing", lambda: request(invitation(attendee=None))),
        ("attendee_missing", lambda: cancel(invitation(attendee=None, sequence=1))),
        ("attendee_is_organizer", lambda: request(invitation(attendee=ORGANIZER))),
        ("attendee_is_organizer", lambda: cancel(invitation(attendee=ORGANIZER, sequence=1))),
        ("request_of_cancelled", lambda: request(dropped)),
        ("published_is_cancelled", lambda: meeting_file(dropped)),
        ("cancel_without_next_sequence", lambda: cancel(invitation())),
        ("agenda_empty", lambda: agenda_file([], "Agenda")),
        ("agenda_empty", lambda: agenda_file([dropped], "Agenda")),
        ("uid_twice", lambda: agenda_file([invitation(), invitation()], "Agenda")),
        ("uid_twice", lambda: feed([invitation(), invitation(sequence=1)], "Agenda", zone="UTC")),
    ],
)
def test_what_is_refused(code: str, write: Callable[[], bytes]) -> None:
    with pytest.raises(InvalidInvitation) as refused:
        write()
    assert refused.value.code == code


def test_an_address_is_a_mailto_uri() -> None:
    """RFC 6068: what has a meaning in a URI is percent-encoded; plus and dot are not."""
    written = request(invitation(attendee=Person("Ana", "ana+feria%a&b?c@proveedora.example")))
    unfolded = written.replace(b"\r\n ", b"")
    assert b":mailto:ana+feria%25a%26b%3Fc@proveedora.example\r\n" in unfolded


ARTEFACTS: tuple[Callable[[Invitation], bytes], ...] = (
    meeting_file,
    lambda item: agenda_file([item, replace(item, uid="another")], item.summary),
    lambda item: feed([item], item.summary, zone=item.zone),
    request,
    lambda item: cancel(replace(item, sequence=item.sequence + 1)),
)


def well_formed(written: bytes) -> list[str]:
    """The unfolded lines of a file that keeps RFC 5545 §3.1: CRLF, 75 octets, no character split, no control."""
    assert written.endswith(b"END:VCALENDAR\r\n")
    physical = written.split(b"\r\n")[:-1]
    assert [line for line in physical if not line or len(line) > 75 or b"\n" in line or b"\r" in line] == []
    texts = [line.decode("utf-8") for line in physical]
    assert [
        line for line in texts if any(ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u2028\u2029\ufeff" for c in line)
    ] == []
    return "\n".join(texts).replace("\n ", "").split("\n")


def unescaped(value: str) -> str:
    """TEXT of RFC 5545 §3.3.11, read without the help of the library that wrote it."""
    return re.sub(r"\\(.)", lambda escape: "\n" if escape[1] in "nN" else escape[1], value)


@pytest.mark.parametrize("write", ARTEFACTS)
@given(summary=hostile_text, description=hostile_text, location=hostile_text, name=hostile_text)
@settings(deadline=None)
def test_hostile_texts_come_back_whole(
    write: Callable[[Invitation], bytes], summary: str, description: str, location: str, name: str
) -> None:
    item = invitation(
        summary=f"R{summary}", description=description, location=location, organizer=Person(name, ORGANIZER.address)
    )
    found = well_formed(write(item))
    event = found[found.index("BEGIN:VEVENT") :]
    values = {line.partition(":")[0]: line.partition(":")[2] for line in event[: event.index("END:VEVENT")]}
    assert unescaped(values["SUMMARY"]) == item.summary
    assert unescaped(values.get("DESCRIPTION", "")) == item.description
    assert unescaped(values.get("LOCATION", "")) == item.location
    assert [line for line in event if line.startswith("ORGANIZER")] == [
        f'ORGANIZER;CN="{item.organizer.name}":mailto:agenda@encuentro.example'
    ] * event.count("BEGIN:VEVENT")


@pytest.mark.parametrize("write", ARTEFACTS)
@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_no_text_adds_a_property(write: Callable[[Invitation], bytes], text: str) -> None:
    def names(item: Invitation) -> list[str]:
        return [line.partition(":")[0].partition(";")[0] for line in well_formed(write(item))]

    hostile = invitation(summary=text, description=text, location=text, attendee=Person(text, ANA.address))
    assert names(hostile) == names(invitation())


@given(st.permutations([invitation(), virtual, dropped, invitation(uid="uid-4", start=virtual.start, end=virtual.end)]))
@settings(deadline=None)
def test_the_order_of_the_input_does_not_matter(items: list[Invitation]) -> None:
    assert feed(items, "Agenda", zone="UTC") == feed(sorted(items, key=lambda i: i.uid), "Agenda", zone="UTC")


def test_the_moment_of_sending_does_not_change_what_is_published() -> None:
    later = replace(virtual, dtstamp=virtual.dtstamp + timedelta(days=1), attendee=None)
    assert feed([later], "Agenda", zone="UTC") == feed([virtual], "Agenda", zone="UTC")
