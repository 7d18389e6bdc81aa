"""Reading what comes back: the answers of real programs, what is broken in every way, and what an answer means."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.calendars import reply
from eventsapp.calendars.reply import Answer, Decision, Fault, Mail, Report, Standing, Verdict, decide, read, zone_named
from tests.calendars.replies import AGENDA, ANA, EXCHANGE, UID, bounce, ics, mail

STAMP = datetime(2027, 2, 5, 10, tzinfo=UTC)
NOW = STAMP + timedelta(minutes=5)
YES = Answer(uid=UID, attendee=ANA, partstat="ACCEPTED", sequence=0, dtstamp=STAMP)


def answers(content: bytes) -> tuple[Answer, ...]:
    found = read(content)
    assert found.faults == ()
    return found.answers


@pytest.mark.parametrize("partstat", sorted(reply.PARTSTATS))
def test_each_answer(partstat: str) -> None:
    assert answers(mail(ics(partstat=partstat))) == (replace(YES, partstat=partstat),)


def test_exchange_without_organizer() -> None:
    found = read(EXCHANGE)
    assert found.answers == (replace(YES, comment="Nos vemos"),)
    assert (found.sender, found.subject) == (ANA, "Accepted: Reunión")


def test_an_attachment_counts_where_there_is_no_part_and_twice_is_once() -> None:
    attached = mail(ics(), kind="application/ics; name=invite.ics")
    assert answers(attached) == (YES,)
    assert answers(mail(ics(), ics())) == (YES,)


def test_a_calendar_in_a_forwarded_mail_is_not_an_answer() -> None:
    outer = b"\r\n".join(
        [
            b"From: x@y.example",
            b"Message-ID: <f@y.example>",
            b'Content-Type: multipart/mixed; boundary="o"',
            b"",
            b"--o",
            b"Content-Type: message/rfc822",
            b"",
            mail(ics()),
            b"--o--",
        ]
    )
    assert (read(outer).answers, read(outer).faults) == ((), (Fault.NO_CALENDAR,))


@pytest.mark.parametrize("charset", ["klingon", "utf-8", "us-ascii", "unknown-8bit", '""', "x" * 5000])
def test_an_unknown_charset_is_read_as_utf_8(charset: str) -> None:
    comment = ics("COMMENT:mañana sí; 60 %")
    assert answers(mail(comment, charset=charset)) == (replace(YES, comment="mañana sí; 60 %"),)


def test_windows_letters_without_a_charset_are_read() -> None:
    assert answers(mail(ics("COMMENT:mañana").encode("cp1252"), charset="klingon"))[0].comment == "mañana"


def test_a_bom_and_lines_of_unix_are_read() -> None:
    assert answers(mail(b"\xef\xbb\xbf" + ics().replace("\r\n", "\n").encode())) == (YES,)


@pytest.mark.parametrize("share", [0.1, 0.4, 0.7, 0.97])
def test_a_truncated_calendar_says_nothing(share: float) -> None:
    whole = ics("COMMENT:" + "sí " * 20)
    found = read(mail(whole[: int(len(whole) * share)]))
    assert (found.answers, found.faults) == ((), (Fault.BROKEN_CALENDAR,))


def test_a_truncated_mail_says_what_is_whole() -> None:
    content = mail(ics())
    assert read(content[: content.index(b"--=_probe--")]).answers == (YES,)
    assert read(content[: content.index(b"Content-Type: text/calendar")]).faults == (Fault.NO_CALENDAR,)


def test_fifty_calendars_are_fifty_answers() -> None:
    found = read(mail(*(ics(uid=f"m-{number}@x") for number in range(50))))
    assert [answer.uid for answer in found.answers] == [f"m-{number}@x" for number in range(50)]
    assert found.faults == ()


def test_of_a_thousand_calendars_the_first_are_read() -> None:
    found = read(mail(*(ics(uid=f"m-{number}@x") for number in range(1000))))
    assert (len(found.answers), found.faults) == (reply.MAX_PARTS, (Fault.TOO_MANY_PARTS,))


def test_twenty_megabytes_are_not_parsed_but_known_by_their_head() -> None:
    found = read(mail(ics("COMMENT:" + "x" * 15_000_000)))
    assert (found.faults, found.sender, found.message_id) == ((Fault.TOO_LARGE,), ANA, "<reply-1@proveedora.example>")


@pytest.mark.parametrize(
    ("calendar", "fault"),
    [
        ("", Fault.BROKEN_CALENDAR),
        ("END:VCALENDAR\r\n", Fault.BROKEN_CALENDAR),
        (ics() + ics(), Fault.BROKEN_CALENDAR),
        (ics().replace("BEGIN:VEVENT", "BEGIN:VTODO").replace("END:VEVENT", "END:VTODO"), Fault.BROKEN_CALENDAR),
        (ics(method="REQUEST"), Fault.OTHER_METHOD),
        (ics(method="CANCEL"), Fault.OTHER_METHOD),
        (ics(uid=""), Fault.NO_UID),
        (ics(uid="u" * 300), Fault.NO_UID),
        (ics(attendee=""), Fault.NO_ATTENDEE),
        (ics(attendee="nobody"), Fault.NO_ATTENDEE),
        (ics(sequence="-1"), Fault.BAD_SEQUENCE),
        (ics(sequence="99999999999"), Fault.BAD_SEQUENCE),
        (ics(sequence="one"), Fault.BAD_SEQUENCE),
        ("\x00" * 2000, Fault.BROKEN_CALENDAR),
        (ics("COMMENT:" + "x" * 400_000), Fault.BROKEN_CALENDAR),
    ],
)
def test_what_cannot_be_read_says_why(calendar: str, fault: Fault) -> None:
    found = read(mail(calendar))
    assert (found.answers, found.faults) == ((), (fault,))


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\x00\xff" * 500, b"no header at all"])
def test_what_is_no_mail(content: bytes) -> None:
    assert read(content).faults == (Fault.NOT_A_MAIL,)


def test_a_plain_mail_holds_no_calendar() -> None:
    assert read(b"From: ana@x.example\r\nSubject: no puedo\r\n\r\nNo puedo ir.\r\n").faults == (Fault.NO_CALENDAR,)


@pytest.mark.parametrize("partstat", ["NEEDS-ACTION", "IN-PROCESS", "X-MAYBE"])
def test_an_answer_that_says_nothing_is_a_fault_of_its_own(partstat: str) -> None:
    (answer,) = read(mail(ics(partstat=partstat))).answers
    assert (answer.partstat, answer.fault) == ("", Fault.NO_ANSWER)


def test_a_delegation_names_two_and_the_one_who_delegates_answers() -> None:
    line = f'ATTENDEE;PARTSTAT=NEEDS-ACTION;DELEGATED-FROM="mailto:{ANA}":mailto:luis@proveedora.example'
    assert answers(mail(ics(line, partstat='DELEGATED;DELEGATED-TO="mailto:luis@proveedora.example"'))) == (
        replace(YES, partstat="DELEGATED", delegated_to="luis@proveedora.example"),
    )


def test_addresses_are_compared_in_small_letters_and_decoded() -> None:
    (answer,) = answers(mail(ics(attendee="Ana%2Bferia@PROVEEDORA.example")))
    assert answer.attendee == "ana+feria@proveedora.example"


@pytest.mark.parametrize("line", ["From: a@x.example, b@x.example", "From: nobody", "From: <>"])
def test_a_mail_of_no_single_sender_is_from_nobody(line: str) -> None:
    assert read(mail(ics(), sender="", headers=(line,))).sender == ""


def counter(start: str, end: str, *, zone: str = "", head: tuple[str, ...] = ()) -> str:
    where = f";TZID={zone}" if zone else ""
    return ics(f"DTSTART{where}:{start}", f"DTEND{where}:{end}", method="COUNTER", partstat="TENTATIVE", head=head)


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("America/Mexico_City", "20270706T110000"),
        ("Central Standard Time (Mexico)", "20270706T110000"),
        ("Central America Standard Time", "20270706T110000"),
        ("Pacific Standard Time (Mexico)", "20270706T100000"),
        ("W. Europe Standard Time", "20270706T190000"),
        ("", "20270706T170000Z"),
        ("/freeassociation.sourceforge.net/America/Tijuana", "20270706T100000"),
    ],
)
def test_a_proposal_in_every_kind_of_zone(zone: str, start: str) -> None:
    end = start.replace("0000", "2000", 1) if start.endswith("Z") else f"{start[:-4]}2000"
    (answer,) = answers(mail(counter(start, end, zone=zone)))
    assert (answer.start, answer.end) == (
        datetime(2027, 7, 6, 17, tzinfo=UTC),
        datetime(2027, 7, 6, 17, 20, tzinfo=UTC),
    )
    assert answer.is_counter


def test_a_zone_that_only_the_mail_describes() -> None:
    head = (
        *("BEGIN:VTIMEZONE", "TZID:Nuestra hora", "BEGIN:STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:-0700"),
        *("TZOFFSETTO:-0700", "END:STANDARD", "END:VTIMEZONE"),
    )
    (answer,) = answers(mail(counter("20270706T100000", "20270706T102000", zone="Nuestra hora", head=head)))
    assert answer.start == datetime(2027, 7, 6, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("20270706T100000", "20270706T100000"),
        ("20270706T110000Z", "20270706T100000Z"),
        ("20270706", "20270707"),
        ("20270706T100000", "20270706T102000"),
        ("mañana", "20270706T102000Z"),
        ("99999999T999999Z", "20270706T102000Z"),
        ("00010101T000000Z", "20270706T102000"),
    ],
)
def test_a_proposal_without_usable_times_keeps_its_words(start: str, end: str) -> None:
    (answer,) = read(mail(counter(start, end))).answers
    assert (answer.start, answer.end, answer.fault) == (None, None, Fault.BAD_TIMES)


def test_reports_of_other_servers() -> None:
    said = "smtp; 550 5.1.1 User unknown"
    for original in ("text/rfc822-headers", "message/rfc822"):
        assert read(bounce("abc", original=original)).reports == (Report("<abc@localhost>", "failed", "5.1.1", said),)
    assert read(bounce("abc", action="delayed", status="4.4.1")).reports == (
        Report("<abc@localhost>", "delayed", "4.4.1", said),
    )
    for broken in (bounce("abc", action="exploded"), bounce("a b"), bounce("abc")[:500]):
        assert read(broken).reports == ()


def test_zones_by_their_names() -> None:
    assert str(zone_named("Central America Standard Time")) == "America/Guatemala"
    assert [
        zone_named(name) for name in ("", "Mars/Olympus", "../../etc/passwd", "/etc/localtime", "\x00", "posix")
    ] == [None] * 6


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_nothing_raises(noise: bytes) -> None:
    read(noise)
    read(mail(noise))


@given(st.integers(0, 10_000))
@settings(deadline=None)
def test_no_damage_to_a_real_reply_raises_or_turns_it_into_another_person_s(seed: int) -> None:
    chance = random.Random(seed)
    damaged = bytearray(EXCHANGE)
    for _ in range(chance.randint(1, 12)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    for answer in read(bytes(damaged)).answers:
        assert len(answer.uid) <= 255
        assert answer.partstat in reply.PARTSTATS | {""}


# What an answer means -------------------------------------------------------------------------------------------------

FROM_ANA = Mail(key="k", sender=ANA)
AWAITED = Standing(address="Ana@Proveedora.example", sequence=0, is_cancelled=False)
LUIS = Standing(address="luis@compradora.example", sequence=0, is_cancelled=False)


@pytest.mark.parametrize(
    ("answer", "sender", "standings", "expected"),
    [
        (YES, FROM_ANA, [LUIS, AWAITED], Decision(Verdict.COUNT, 1)),
        (YES, FROM_ANA, [], Decision(Verdict.UNKNOWN, None, "unknown_meeting")),
        (YES, FROM_ANA, [replace(AWAITED, sequence=1)], Decision(Verdict.STALE, 0, "older_version")),
        (YES, FROM_ANA, [replace(AWAITED, is_cancelled=True)], Decision(Verdict.STALE, 0, "cancelled")),
        (replace(YES, sequence=1), FROM_ANA, [AWAITED], Decision(Verdict.REVIEW, 0, "newer_than_sent")),
        (YES, replace(FROM_ANA, sender="x@mal.example"), [AWAITED], Decision(Verdict.REVIEW, 0, "other_sender")),
        (YES, replace(FROM_ANA, sender=""), [AWAITED], Decision(Verdict.REVIEW, 0, "other_sender")),
        (YES, replace(FROM_ANA, sender=LUIS.address), [AWAITED, LUIS], Decision(Verdict.REVIEW, 0, "other_sender")),
        (YES, replace(FROM_ANA, is_doubtful=True), [AWAITED], Decision(Verdict.REVIEW, 0, "doubtful_sender")),
        (
            replace(YES, attendee="ana@alias.example"),
            replace(FROM_ANA, sender="ana@alias.example"),
            [AWAITED],
            Decision(Verdict.REVIEW, None, "other_attendee"),
        ),
        (
            replace(YES, attendee="ana@alias.example"),
            FROM_ANA,
            [AWAITED],
            Decision(Verdict.REVIEW, 0, "other_attendee"),
        ),
        (replace(YES, fault=Fault.NO_ANSWER), FROM_ANA, [AWAITED], Decision(Verdict.UNREADABLE, 0, "no_answer")),
    ],
)
def test_decisions(answer: Answer, sender: Mail, standings: list[Standing], expected: Decision) -> None:
    assert decide(answer, sender, standings, now=NOW) == expected


@pytest.mark.parametrize(
    ("answered", "verdict"),
    [
        ((0, STAMP - timedelta(seconds=1)), Verdict.COUNT),
        ((0, STAMP), Verdict.REPEATED),
        ((0, STAMP + timedelta(seconds=1)), Verdict.REPEATED),
    ],
)
def test_of_two_answers_the_later_one_counts_whatever_comes_first(
    answered: tuple[int, datetime], verdict: Verdict
) -> None:
    standing = replace(AWAITED, answered_sequence=answered[0], answered_stamp=answered[1])
    assert decide(YES, FROM_ANA, [standing], now=NOW).verdict is verdict


def test_an_answer_from_the_future_does_not_silence_later_ones() -> None:
    ahead = replace(YES, dtstamp=NOW + timedelta(days=900))
    assert reply.stamp_of(ahead, FROM_ANA, now=NOW) == NOW


def test_without_a_stamp_the_date_of_the_mail_counts() -> None:
    sent = replace(FROM_ANA, date=STAMP)
    assert reply.stamp_of(replace(YES, dtstamp=None), sent, now=NOW) == STAMP
    assert AGENDA not in repr(read(EXCHANGE).answers)
