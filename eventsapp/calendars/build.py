"""Write calendars: one meeting, an agenda, a feed, a mailed REQUEST or CANCEL; always bytes, always the same bytes.

icalendar escapes and folds; what it lets pass is refused here or by `Invitation`. Inside VCALENDAR the properties come
first, then VTIMEZONE, then VEVENT (RFC 5545 §3.6). What is published names no attendee (RFC 5546 §3.2.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Component, Event, Parameters, vCalAddress, vDuration, vText, vUri

from eventsapp.calendars.invite import InvalidInvitation, Invitation, Person
from eventsapp.calendars.text import clean_line, clean_text
from eventsapp.calendars.zones import ZONES, vtimezone, writing_zone

PRODUCT = "-//Encuentro//Business meetings//ES"
REFRESH = timedelta(hours=1)

Property = tuple[str, object]

_TZID = re.compile(rb"\r\nDTSTART;TZID=([A-Za-z_/]+):")


class _QuotedParameters(Parameters):
    """Parameters in which the name of a person is always quoted, as strict readers want."""

    always_quoted = (*Parameters.always_quoted, "CN")  # type: ignore[assignment]  # declared with a fixed length


class _Text(vText):
    """TEXT escaped as RFC 5545 §3.3.11 says; icalendar 7 would take a typed backslash and N for a line end."""

    _ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})

    def to_ical(self) -> bytes:
        return self.translate(self._ESCAPES).encode()


def meeting_file(invitation: Invitation) -> bytes:
    """One meeting to download; without a calendar name, or Outlook opens a new calendar for it."""
    return _calendar("PUBLISH", [_published(invitation)], _zones([invitation]))


def agenda_file(invitations: Iterable[Invitation], name: str) -> bytes:
    """A person's whole agenda to download, by time; a cancelled meeting is left out, an empty agenda refused."""
    meetings = _in_order(invitations)
    if not meetings:
        raise InvalidInvitation("agenda_empty")
    head = _names(name) if len(meetings) > 1 else []
    return _calendar("PUBLISH", map(_published, meetings), _zones(meetings), head)


def feed(invitations: Iterable[Invitation], name: str, *, zone: str) -> bytes:
    """The calendar to subscribe to, with its title and the event's zone; valid without any meeting, too."""
    return b"".join(stream(map(part, _in_order(invitations)), name, zone=zone))


def part(invitation: Invitation) -> bytes:
    """The written event of a meeting in a feed, to be kept: `stream` puts such parts together."""
    return _published(invitation)


def stream(parts: Iterable[bytes], name: str, *, zone: str, zones: Iterable[str] | None = None) -> Iterator[bytes]:
    """A feed from written parts, piece by piece; with `zones` given, the parts are never held all at once."""
    if zones is None:
        parts = list(parts)
        zones = {match[1].decode("ascii") for each in parts if (match := _TZID.search(each))}
    head = [
        *_names(name),
        ("x-wr-timezone", _Text(zone if zone in ZONES else "UTC")),
        ("refresh-interval", vDuration(REFRESH, params={"VALUE": "DURATION"})),
        ("x-published-ttl", vDuration(REFRESH)),
    ]
    opening, end = _frame("PUBLISH", (set(zones) | {zone}) & ZONES.keys(), head)
    yield opening
    yield from parts
    yield end


def request(invitation: Invitation) -> bytes:
    """A new or changed invitation for its one attendee (iTIP REQUEST, RFC 5546 §3.2.2)."""
    if invitation.cancelled:
        raise InvalidInvitation("request_of_cancelled", invitation.uid)
    event = _event(invitation, stamp=invitation.dtstamp, attendee=_invited(invitation), status="CONFIRMED")
    _add_alarm(event, invitation)
    return _calendar("REQUEST", [_lines(event)], _zones([invitation]))


def cancel(invitation: Invitation, *, whole: bool = True) -> bytes:
    """The end of an invitation: of the meeting, or of this attendee's part in it (iTIP CANCEL, RFC 5546 §3.2.5)."""
    if invitation.sequence < 1:
        raise InvalidInvitation("cancel_without_next_sequence", invitation.uid)
    status = "CANCELLED" if whole else None
    event = _event(invitation, stamp=invitation.dtstamp, attendee=_invited(invitation), status=status)
    return _calendar("CANCEL", [_lines(event)], _zones([invitation]))


def decline_counter(invitation: Invitation, *, comment: str = "") -> bytes:
    """No to another time that the attendee proposed; what was sent stands (iTIP DECLINECOUNTER, RFC 5546 §3.2.8).

    It names the meeting and says nothing else about it: strict readers allow neither times nor attendees here.
    """
    _invited(invitation)
    event = Event()
    event.add("uid", invitation.uid)
    event.add("dtstamp", invitation.dtstamp)
    event.add("sequence", invitation.sequence)
    event.add("organizer", _address(invitation.organizer))
    if words := clean_text(comment):
        event.add("comment", _Text(words))
    return _calendar("DECLINECOUNTER", [_lines(event)], set())


def _published(invitation: Invitation) -> bytes:
    """The VEVENT of a published meeting."""
    if invitation.cancelled:
        raise InvalidInvitation("published_is_cancelled", invitation.uid)
    event = _event(invitation, stamp=invitation.last_modified, attendee=None, status="CONFIRMED")
    _add_alarm(event, invitation)
    return _lines(event)


def _invited(invitation: Invitation) -> Person:
    if invitation.attendee is None:
        raise InvalidInvitation("attendee_missing", invitation.uid)
    if invitation.attendee.is_at(invitation.organizer.address):
        raise InvalidInvitation("attendee_is_organizer", invitation.uid)
    return invitation.attendee


def _in_order(invitations: Iterable[Invitation]) -> list[Invitation]:
    meetings = sorted(
        (invitation for invitation in invitations if not invitation.cancelled),
        key=lambda invitation: (invitation.start, invitation.uid),
    )
    if len({invitation.uid for invitation in meetings}) < len(meetings):
        raise InvalidInvitation("uid_twice")
    return meetings


def _zone(invitation: Invitation) -> ZoneInfo | None:
    return writing_zone(invitation.zone, invitation.start, invitation.end)


def _zones(invitations: Iterable[Invitation]) -> set[str]:
    return {invitation.zone for invitation in invitations if _zone(invitation)}


def _names(name: str) -> list[Property]:
    title = clean_line(name)
    return [("name", _Text(title)), ("x-wr-calname", _Text(title))] if title else []


def _calendar(method: str, events: Iterable[bytes], zones: set[str], head: Iterable[Property] = ()) -> bytes:
    opening, end = _frame(method, zones, head)
    return b"".join([opening, *events, end])


def _frame(method: str, zones: set[str], head: Iterable[Property]) -> tuple[bytes, bytes]:
    """What stands before the events of a calendar, and what stands after them."""
    calendar = Calendar()
    start = (("version", "2.0"), ("prodid", PRODUCT), ("calscale", "GREGORIAN"), ("method", method))
    for name, value in (*start, *head):
        calendar.add(name, value)
    opening, end, line_end = _lines(calendar).rpartition(b"END:VCALENDAR")
    return b"".join([opening, *map(vtimezone, sorted(zones))]), end + line_end


def _lines(component: Component) -> bytes:
    """The component in our order of properties and parameters, not in alphabetical order."""
    written: bytes = component.to_ical(sorted=False)
    return written


def _event(invitation: Invitation, *, stamp: datetime, attendee: Person | None, status: str | None) -> Event:
    zone = _zone(invitation) or UTC
    event = Event()
    event.add("uid", invitation.uid)
    event.add("dtstamp", stamp)
    event.add("created", invitation.created)
    event.add("last-modified", invitation.last_modified)
    event.add("sequence", invitation.sequence)
    event.add("dtstart", invitation.start.astimezone(zone))
    event.add("dtend", invitation.end.astimezone(zone))
    event.add("summary", _Text(invitation.summary))
    if invitation.location:
        event.add("location", _Text(invitation.location))
    if description := _description(invitation):
        event.add("description", _Text(description))
    if invitation.url:
        event.add("url", vUri(invitation.url))
    if invitation.conference:
        event.add("conference", _conference(invitation.conference))
    event.add("organizer", _address(invitation.organizer))
    if attendee:
        wish = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "TRUE"}
        event.add("attendee", _address(attendee, wish))
    if status:
        event.add("status", status)
    event.add("transp", "OPAQUE")
    return event


def _description(invitation: Invitation) -> str:
    """The description, with the video link in it, because few calendars show CONFERENCE."""
    text, link = invitation.description, invitation.conference
    return text if link in text or link in invitation.location else f"{text}\n{link}".strip()


def _conference(link: str) -> vUri:
    uri = vUri(link)
    uri.params = _QuotedParameters({"VALUE": "URI", "FEATURE": ["VIDEO", "AUDIO"]})
    return uri


def _address(person: Person, parameters: dict[str, str] | None = None) -> vCalAddress:
    # RFC 6068: in a mailto URI these are the characters that may stand as they are.
    address = vCalAddress("mailto:" + quote(person.address, safe="@!$'*+-._~"))
    address.params = _QuotedParameters({"CN": person.name, **(parameters or {})})
    return address


def _add_alarm(event: Event, invitation: Invitation) -> None:
    if invitation.alarm_minutes is None:
        return
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(minutes=-invitation.alarm_minutes))
    alarm.add("description", _Text(invitation.summary))
    event.add_component(alarm)
