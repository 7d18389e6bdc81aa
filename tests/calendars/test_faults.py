"""Faults that other products had, one test each, numbered as in the calendar specification.

Those of the feed's answers over HTTP (13, 14, 15) stand in tests/web/test_feeds.py; a test here counts all 28.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from eventsapp.calendars import reply
from eventsapp.calendars.build import agenda_file, cancel, decline_counter, feed, meeting_file, request
from eventsapp.calendars.invite import InvalidInvitation, Invitation, Person, Sent, content_hash, next_messages
from eventsapp.calendars.links import microsoft365_copy, outlook_com_copy
from eventsapp.calendars.message import invitation_message
from eventsapp.calendars.versions import feed_etag
from eventsapp.calendars.zones import ZONES
from tests.calendars.replies import EXCHANGE
from tests.calendars.replies import ics as reply_ics
from tests.calendars.replies import mail as reply_mail
from tests.calendars.samples import ANA, HOSTILE_TEXTS, ORGANIZER, invitation

NOW = datetime(2027, 2, 10, 15, tzinfo=UTC)
DAY = timedelta(days=1)
LUIS = Person("Luis Ortega", "luis@compradora.example")

Pair = tuple[str, str]


class Mailroom:
    """Publishes one version after another and keeps what was sent, as the tables will."""

    def __init__(self) -> None:
        self.sent: dict[Pair, Sent] = {}
        self.told: dict[Pair, Invitation] = {}
        self.now = NOW
        self.fresh = 0

    def publish(self, planned: dict[Pair, Invitation]) -> dict[Pair, bytes]:
        """The calendars that are mailed, by meeting and person."""
        self.now += DAY
        written: dict[Pair, bytes] = {}
        for message in next_messages(self.sent, planned, make_uid=self._uid, now=self.now):
            pair = (message.meeting, message.person)
            item = self.told[pair] = message.stamp(planned.get(pair) or self.told[pair])
            is_over = message.method == "CANCEL"
            written[pair] = cancel(item, whole=message.whole) if is_over else request(item)
            self.sent[pair] = Sent(
                uid=item.uid,
                sequence=item.sequence,
                dtstamp=item.dtstamp,
                content_hash=content_hash(item),
                start=item.start,
                end=item.end,
                location=item.location,
                cancelled=is_over,
            )
        return written

    def _uid(self) -> str:
        self.fresh += 1
        return f"fresh-{self.fresh}"


def invited(*people: Person, meeting: str = "m1", days: int = 0, **overrides: object) -> dict[Pair, Invitation]:
    item = invitation(uid=f"uid-{meeting}", **overrides)
    item = replace(item, start=item.start + days * DAY, end=item.end + days * DAY)
    return {(meeting, person.address): replace(item, attendee=person) for person in people}


def unfolded(written: bytes) -> list[str]:
    return written.decode().replace("\r\n ", "").split("\r\n")[:-1]


def values(written: bytes, name: str) -> list[str]:
    """The values of a property wherever it occurs, without its parameters."""
    matches = (re.fullmatch(rf'{name}(?:;(?:[^":]|"[^"]*")*)?:(.*)', line) for line in unfolded(written))
    return [match[1] for match in matches if match]


def test_every_fault_has_its_test() -> None:
    here = Path(__file__).read_text() + (Path(__file__).parents[1] / "web" / "test_feeds.py").read_text()
    numbers = {int(number) for number in re.findall(r"^def test_fault_(\d+)_", here, re.MULTILINE)}
    assert numbers == set(range(1, 29))


def test_fault_01_outlooks_reply_without_organizer_is_counted() -> None:
    assert b"ORGANIZER" not in EXCHANGE
    came = reply.read(EXCHANGE)
    (answer,) = came.answers
    awaited = reply.Standing(address="ana@proveedora.example", sequence=0, is_cancelled=False)
    assert reply.decide(answer, came, [awaited], now=NOW) == reply.Decision(reply.Verdict.COUNT, 0)
    assert answer.partstat == "ACCEPTED"


def test_fault_02_cancelling_is_method_cancel() -> None:
    room = Mailroom()
    room.publish(invited(ANA, LUIS))
    for written in room.publish({}).values():
        assert (values(written, "METHOD"), values(written, "STATUS")) == (["CANCEL"], ["CANCELLED"])


def test_fault_03_three_reschedules_give_sequence_1_2_3() -> None:
    room = Mailroom()
    sequences = [
        (values(written, "SEQUENCE"), values(written, "METHOD"))
        for days in range(4)
        for written in room.publish(invited(ANA, days=days)).values()
    ]
    assert sequences == [([str(number)], ["REQUEST"]) for number in range(4)]
    (last,) = room.publish({}).values()
    assert values(last, "SEQUENCE") == ["4"]


def test_fault_04_one_sequence_and_method_before_the_event_and_in_the_header() -> None:
    for method, written in (("REQUEST", request(invitation())), ("CANCEL", cancel(invitation(sequence=1)))):
        found = unfolded(written)
        assert len(values(written, "SEQUENCE")) == 1
        assert found.index(f"METHOD:{method}") < found.index("BEGIN:VTIMEZONE") < found.index("BEGIN:VEVENT")
        back = message_from_bytes(mail(invitation(sequence=1), method, written), policy=policy.default)
        headers = [part["Content-Type"].params for part in back.walk() if part.get_content_type() == "text/calendar"]
        assert [(params["method"], params["charset"]) for params in headers] == [(method, "utf-8")]


def test_fault_05_mail_feed_agenda_and_download_carry_one_uid_through_a_reschedule() -> None:
    room = Mailroom()
    uids = set()
    for days in range(2):
        for mailed in room.publish(invited(ANA, days=days)).values():
            item = room.told["m1", ANA.address]
            for written in (mailed, feed([item], "A", zone="UTC"), agenda_file([item], "A"), meeting_file(item)):
                uids.update(values(written, "UID"))
    assert uids == {"uid-m1"}


def test_fault_06_nobody_elses_address() -> None:
    room = Mailroom()
    for (_, address), written in room.publish(invited(ANA, LUIS)).items():
        assert set(re.findall(rb"[\w.]+@[\w.]+\.example", written)) - {b"uid-m1@encuentro.example"} == {
            ORGANIZER.address.encode(),
            address.encode(),
        }
    items = [replace(item, uid=f"uid-{number}") for number, item in enumerate(room.told.values())]
    for written in (feed(items, "A", zone="UTC"), agenda_file(items, "A"), meeting_file(items[0])):
        assert set(re.findall(rb"[\w.]+@[\w.]+\.example", written)) == {ORGANIZER.address.encode()}
        assert values(written, "ATTENDEE") == []


def as_outlook_reads(written: bytes) -> datetime:
    """The start in UTC from DTSTART, RRULE and offsets alone, as one yearly pair (MS-STANOICAL 2.2.47)."""
    text = "\n".join(unfolded(written))
    zone = re.search(r"BEGIN:VTIMEZONE\n(.*)END:VTIMEZONE", text, re.DOTALL)
    start = re.search(r"\nDTSTART;TZID=[^:]+:(\d{8}T\d{6})\n", text.partition("BEGIN:VEVENT")[2])
    assert zone
    assert start
    local = datetime.strptime(start[1], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a clock on the wall
    offsets = []
    for season in re.findall(r"BEGIN:(?:STANDARD|DAYLIGHT)\n(.*?)END:", zone[1], re.DOTALL):
        lines = dict(line.split(":", 1) for line in season.strip().split("\n"))
        offset = datetime.strptime(lines["TZOFFSETTO"], "%z").utcoffset()
        begin = local  # without a rule there is one season only
        if "RRULE" in lines:
            rule = re.fullmatch(r"FREQ=YEARLY;BYMONTH=(\d+);BYDAY=(-?\d)SU", lines["RRULE"])
            assert rule, "Outlook ignores any other rule"
            clock = timedelta(hours=int(lines["DTSTART"][9:11]))
            years = (local.year - 1, local.year)
            begin = max(b for year in years if (b := nth_sunday(year, int(rule[1]), int(rule[2])) + clock) <= local)
        offsets.append((begin, offset))
    _, offset = max(offsets)
    assert offset is not None
    return (local - offset).replace(tzinfo=UTC)


def nth_sunday(year: int, month: int, number: int) -> datetime:
    days = [datetime(year, month, 1) + n * DAY for n in range(31)]  # noqa: DTZ001 - a clock on the wall
    sundays = [day for day in days if day.month == month and day.weekday() == 6]
    return sundays[number - 1 if number > 0 else number]


@pytest.mark.parametrize("zone", ZONES)
def test_fault_07_every_zone_is_right_in_outlooks_reading_all_year(zone: str) -> None:
    starts = [datetime(2027, month, 15, 17, tzinfo=UTC) for month in range(1, 13)]
    items = [invitation(zone=zone, start=start, end=start + timedelta(minutes=20)) for start in starts]
    assert [as_outlook_reads(request(item)) for item in items] == starts


def test_fault_08_every_zone_used_is_described() -> None:
    items = [invitation(uid=f"uid-{number}", zone=zone) for number, zone in enumerate(ZONES)]
    for written in (agenda_file(items, "A"), feed(items, "A", zone="UTC")):
        used = re.findall(r"^DT(?:START|END);TZID=([^:]+):", "\n".join(unfolded(written)), re.MULTILINE)
        assert sorted(set(used)) == values(written, "TZID") == sorted(ZONES)


@pytest.mark.parametrize("zone", ["GMT", "UTC", "Etc/UTC", "Etc/GMT+6", "CST6CDT", "/mx/America/Mexico_City"])
def test_fault_09_only_cities_are_zones_and_utc_is_never_described(zone: str) -> None:
    item = invitation(zone=zone)
    for written in (request(item), meeting_file(item), feed([item], "A", zone=zone)):
        assert b"TZID" not in written
        assert b"VTIMEZONE" not in written
        assert values(written, "DTSTART") == ["20270302T153000Z"]


def test_fault_10_mexico_city_in_july_is_six_hours_behind() -> None:
    july = invitation(start=datetime(2027, 7, 6, 15, tzinfo=UTC), end=datetime(2027, 7, 6, 16, tzinfo=UTC))
    written = request(july)
    assert b"\r\nDTSTART;TZID=America/Mexico_City:20270706T090000\r\n" in written
    assert values(written, "TZOFFSETTO") == ["-0600"]


def test_fault_11_two_builds_of_the_feed_are_identical() -> None:
    def built(now: datetime) -> bytes:
        items = [invitation(uid=f"uid-{number}", dtstamp=now, attendee=None) for number in range(20)]
        return feed(items, "A", zone="America/Mexico_City")

    assert built(NOW) == built(NOW + DAY)


def test_fault_12_every_version_has_its_own_etag() -> None:
    assert len({feed_etag(owner, version) for owner in range(10) for version in range(100)}) == 1000


def test_fault_16_a_cancelled_meeting_vanishes_from_feed_and_agenda() -> None:
    items = [invitation(), invitation(uid="uid-off", cancelled=True)]
    for written in (feed(items, "A", zone="UTC"), agenda_file(items, "A")):
        assert values(written, "UID") == [invitation().uid]
        assert b"CANCELLED" not in written


def test_fault_17_a_single_meeting_has_no_calendar_name() -> None:
    item = invitation()
    for written in (meeting_file(item), agenda_file([item], "A"), request(item), cancel(replace(item, sequence=1))):
        assert (values(written, "NAME"), values(written, "X-WR-CALNAME")) == ([], [])


@pytest.mark.parametrize("title", ["ñ" * 40, "金" * 60, "🏭👩🏽\u200d🔧" * 20, "e\u0301" * 50])
def test_fault_18_lines_of_75_octets_and_no_character_split(title: str) -> None:
    written = request(invitation(summary=title, attendee=Person(title, ANA.address)))
    assert max(map(len, written.split(b"\r\n"))) <= 75
    assert [line for line in written.split(b"\r\n") if line.decode("utf-8").encode() != line] == []
    assert values(written, "SUMMARY") == [title]


def mail(item: Invitation, method: str, ics: bytes) -> bytes:
    assert item.attendee
    return invitation_message(
        item,
        method,
        ics,
        sender=item.organizer,
        recipient=item.attendee,
        subject="Reunión",
        text="Hola\n",
        html="<p>Hola</p>",
        message_id="<m-1.0@encuentro.example>",
        date=NOW,
    ).as_bytes()


def test_fault_19_line_ends_survive_storage_and_mail() -> None:
    ics = request(invitation())
    assert ics.count(b"\r\n") == ics.count(b"\r") == ics.count(b"\n")
    back = message_from_bytes(mail(invitation(), "REQUEST", ics), policy=policy.default)
    kinds = ("text/calendar", "application/ics")
    assert [p.get_payload(decode=True) for p in back.walk() if p.get_content_type() in kinds] == [ics, ics]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_fault_20_no_leading_blank_and_no_stray_newline(text: str) -> None:
    typed = f" \n\t {text}\r\n\r\n "
    written = request(invitation(summary=typed, description=typed, location=typed, attendee=Person(typed, ANA.address)))
    assert [line for line in unfolded(written) if not line or line != line.strip()] == []
    for name in ("SUMMARY", "DESCRIPTION", "LOCATION"):
        (value,) = values(written, name)
        assert not re.match(r"\s|\\n", value)
        assert not re.search(r"(?<!\\)(?:\\\\)*\\n$", value)


def test_fault_21_the_calendar_is_an_alternative_with_its_method() -> None:
    back = message_from_bytes(mail(invitation(), "REQUEST", request(invitation())), policy=policy.default)
    shape = [(part.get_content_type(), part.get_content_disposition()) for part in back.walk()]
    assert shape == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/calendar", None),
        ("application/ics", "attachment"),
    ]


def test_fault_22_one_of_two_delegates_is_uninvited_without_status() -> None:
    room = Mailroom()
    room.publish(invited(ANA, LUIS))
    uninvited = room.publish(invited(ANA))
    assert list(uninvited) == [("m1", LUIS.address)]
    (written,) = uninvited.values()
    assert (values(written, "METHOD"), values(written, "STATUS")) == (["CANCEL"], [])
    assert values(written, "ATTENDEE") == [f"mailto:{LUIS.address}"]
    dropped = room.publish({})
    assert {pair: values(written, "STATUS") for pair, written in dropped.items()} == {
        ("m1", ANA.address): ["CANCELLED"]
    }


def test_fault_23_no_end_is_refused_and_no_table_is_no_empty_line() -> None:
    with pytest.raises(InvalidInvitation, match="end_not_after_start"):
        invitation(end=invitation().start)
    with pytest.raises(InvalidInvitation, match="agenda_empty"):
        agenda_file([], "A")
    assert values(request(invitation(location="")), "LOCATION") == []


@pytest.mark.parametrize("write", [request, lambda item: cancel(replace(item, sequence=1))])
def test_fault_24_the_organizer_is_never_invited(write: Callable[[Invitation], bytes]) -> None:
    with pytest.raises(InvalidInvitation, match="attendee_is_organizer"):
        write(invitation(attendee=Person("Agenda", ORGANIZER.address.upper())))


def test_fault_25_one_uid_in_a_request() -> None:
    room = Mailroom()
    mailed = room.publish(invited(ANA, LUIS) | invited(ANA, meeting="m2", days=1))
    assert {pair: values(written, "UID") for pair, written in mailed.items()} == {
        ("m1", ANA.address): ["uid-m1"],
        ("m1", LUIS.address): ["uid-m1"],
        ("m2", ANA.address): ["uid-m2"],
    }


@pytest.mark.parametrize("copy", [outlook_com_copy, microsoft365_copy])
def test_fault_27_outlooks_deep_link(copy: Callable[[Invitation], str]) -> None:
    link = copy(invitation())
    assert "&rru=addevent&startdt=2027-03-02T15:30:00Z&enddt=2027-03-02T15:50:00Z&" in link
    assert "%20" in link
    assert "+" not in link


def test_fault_26_a_counter_is_understood() -> None:
    times = ("DTSTART;TZID=America/Mexico_City:20270302T110000", "DTEND;TZID=America/Mexico_City:20270302T112000")
    came = reply.read(reply_mail(reply_ics(*times, "COMMENT:Mejor a las once", method="COUNTER", partstat="TENTATIVE")))
    (answer,) = came.answers
    assert (answer.is_counter, answer.fault, answer.comment) == (True, None, "Mejor a las once")
    assert (answer.start, answer.end) == (
        datetime(2027, 3, 2, 17, tzinfo=UTC),
        datetime(2027, 3, 2, 17, 20, tzinfo=UTC),
    )
    refused = decline_counter(invitation(sequence=2), comment="No hay mesa")
    assert (values(refused, "METHOD"), values(refused, "UID")) == (["DECLINECOUNTER"], [invitation().uid])


@pytest.mark.parametrize(
    ("zone", "month", "hour"),
    [
        ("Central Standard Time (Mexico)", "01", 15),
        ("Central Standard Time (Mexico)", "07", 15),
        ("Central America Standard Time", "01", 15),
        ("Central America Standard Time", "07", 15),
        ("Pacific Standard Time (Mexico)", "01", 17),
        ("Pacific Standard Time (Mexico)", "07", 16),
        ("US Mountain Standard Time", "07", 16),
        ("W. Europe Standard Time", "07", 7),
    ],
)
def test_fault_28_windows_names_of_zones_and_central_america_without_summer_time(
    zone: str, month: str, hour: int
) -> None:
    times = (f"DTSTART;TZID={zone}:2027{month}06T090000", f"DTEND;TZID={zone}:2027{month}06T092000")
    (answer,) = reply.read(reply_mail(reply_ics(*times, method="COUNTER"))).answers
    assert answer.start == datetime(2027, int(month), 6, hour, tzinfo=UTC)
