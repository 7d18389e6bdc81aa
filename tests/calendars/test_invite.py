"""Who an invitation is, what counts as a change, and what is sent after a publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.calendars.invite import (
    Change,
    InvalidInvitation,
    Invitation,
    Message,
    Person,
    Sent,
    content_hash,
    new_uid,
    next_messages,
)
from tests.calendars.samples import ANA, HOSTILE_TEXTS, ORGANIZER, invitation

NOW = datetime(2027, 2, 10, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
Pair = tuple[str, str]


def uids() -> Callable[[], str]:
    """New UIDs in a row: fresh-1, fresh-2, …"""
    numbers = count(1)
    return lambda: f"fresh-{next(numbers)}"


def decide(sent: dict[Pair, Sent], planned: dict[Pair, Invitation], now: datetime = NOW) -> list[Message[str, str]]:
    return next_messages(sent, planned, make_uid=uids(), now=now)


def after(
    sent: dict[Pair, Sent], planned: dict[Pair, Invitation], messages: list[Message[str, str]]
) -> dict[Pair, Sent]:
    """What is on record once these messages are sent."""
    record = dict(sent)
    for message in messages:
        pair = (message.meeting, message.person)
        if message.method == "CANCEL":
            record[pair] = replace(record[pair], sequence=message.sequence, dtstamp=message.dtstamp, cancelled=True)
        else:
            told = message.stamp(planned[pair])
            record[pair] = Sent(
                uid=told.uid,
                sequence=told.sequence,
                dtstamp=told.dtstamp,
                content_hash=content_hash(told),
                start=told.start,
                end=told.end,
                location=told.location,
            )
    return record


def published(planned: dict[Pair, Invitation]) -> dict[Pair, Sent]:
    return after({}, planned, decide({}, planned, NOW - HOUR))


FIRST = invitation(uid="uid-1")
LATER = replace(FIRST, start=FIRST.start + HOUR, end=FIRST.end + HOUR)
BOTH = {("m1", "ana"): FIRST, ("m1", "luis"): FIRST}


def message(person: str, change: Change, uid: str, sequence: int, **changed: Any) -> Message[str, str]:
    return Message(
        **(
            {"meeting": "m1", "person": person, "change": change, "uid": uid, "sequence": sequence, "dtstamp": NOW}
            | changed
        )
    )


def test_a_new_meeting_is_sent_to_everybody_with_one_uid() -> None:
    assert decide({}, BOTH) == [message("ana", Change.NEW, "uid-1", 0), message("luis", Change.NEW, "uid-1", 0)]


def test_what_is_unchanged_is_not_sent() -> None:
    assert decide(published(BOTH), BOTH) == []


@pytest.mark.parametrize(
    "change", [{"start": FIRST.start + HOUR / 2}, {"end": FIRST.end + 2 * HOUR}, {"location": "Mesa 3"}]
)
def test_another_time_or_place_raises_the_sequence(change: dict[str, Any]) -> None:
    planned = {("m1", "ana"): replace(LATER, **change)}
    sent = published({("m1", "ana"): LATER})
    assert decide(sent, planned) == [message("ana", Change.MOVED, "uid-1", 1)]


@pytest.mark.parametrize(
    "change",
    [
        {"summary": "Reunión con Nordwind"},
        {"description": "Corregido"},
        {"url": "https://encuentro.example/other"},
        {"conference": "https://video.example/room"},
        {"zone": "America/Monterrey"},
        {"organizer": Person("Otro nombre", ORGANIZER.address)},
    ],
)
def test_another_text_keeps_the_sequence_and_has_a_later_stamp(change: dict[str, Any]) -> None:
    planned = {("m1", "ana"): replace(FIRST, **change)}
    assert decide(published({("m1", "ana"): FIRST}), planned) == [message("ana", Change.REWORDED, "uid-1", 0)]


@pytest.mark.parametrize(
    "change",
    [
        {"uid": "uid-9", "sequence": 7, "dtstamp": NOW, "created": NOW, "last_modified": NOW},
        {"start": FIRST.start.astimezone(ZoneInfo("Asia/Tokyo"))},
        {"start": FIRST.start + timedelta(microseconds=5)},
        {"summary": f" {FIRST.summary}\n"},
        {"attendee": None, "alarm_minutes": 10, "language": "en"},
        {"organizer": Person(ORGANIZER.name, ORGANIZER.address.upper())},
    ],
)
def test_what_the_recipient_cannot_notice_is_not_sent(change: dict[str, Any]) -> None:
    assert decide(published({("m1", "ana"): FIRST}), {("m1", "ana"): replace(FIRST, **change)}) == []


def test_the_stamp_grows_even_within_one_second_and_against_a_clock_set_back() -> None:
    sent = published({("m1", "ana"): FIRST})
    stamp = sent["m1", "ana"].dtstamp
    planned = {("m1", "ana"): LATER}
    for now in (stamp, stamp + timedelta(microseconds=999_999), stamp - 5 * HOUR):
        assert [m.dtstamp for m in decide(sent, planned, now)] == [stamp + timedelta(seconds=1)]


def test_a_dropped_meeting_is_cancelled_for_everybody_once() -> None:
    sent = published(BOTH)
    messages = decide(sent, {})
    assert messages == [message("ana", Change.CANCELLED, "uid-1", 1), message("luis", Change.CANCELLED, "uid-1", 1)]
    assert [(m.method, m.whole) for m in messages] == [("CANCEL", True), ("CANCEL", True)]
    assert decide(after(sent, {}, messages), {}) == []


def test_a_meeting_marked_cancelled_is_dropped() -> None:
    planned = {pair: replace(item, cancelled=True) for pair, item in BOTH.items()}
    assert decide(published(BOTH), planned) == decide(published(BOTH), {})
    assert decide({}, planned) == []


def test_one_person_is_uninvited_and_the_other_hears_nothing() -> None:
    messages = decide(published(BOTH), {("m1", "ana"): FIRST})
    assert messages == [message("luis", Change.UNINVITED, "uid-1", 1)]
    assert [(m.method, m.whole) for m in messages] == [("CANCEL", False)]


def test_a_new_delegate_joins_under_the_uid_of_the_meeting() -> None:
    sent = published({("m1", "ana"): FIRST})
    assert decide(sent, BOTH) == [message("luis", Change.NEW, "uid-1", 0)]


def test_a_meeting_that_returns_gets_one_new_uid_for_everybody() -> None:
    sent = published(BOTH)
    sent = after(sent, {}, decide(sent, {}))
    joined = BOTH | {("m1", "eva"): FIRST}
    messages = decide(sent, joined)
    assert messages == [
        message(person, Change.NEW, "fresh-1", 0, dtstamp=stamp)
        for person, stamp in (("ana", NOW + timedelta(seconds=1)), ("luis", NOW + timedelta(seconds=1)), ("eva", NOW))
    ]
    assert decide(after(sent, joined, messages), joined) == []


def test_a_person_who_returns_to_a_living_meeting_gets_a_new_uid() -> None:
    sent = published(BOTH)
    alone = {("m1", "ana"): FIRST}
    sent = after(sent, alone, decide(sent, alone))
    assert decide(sent, BOTH, NOW + HOUR) == [message("luis", Change.NEW, "fresh-1", 0, dtstamp=NOW + HOUR)]


def test_two_returning_meetings_get_two_uids() -> None:
    planned = {("m1", "ana"): FIRST, ("m2", "ana"): replace(LATER, uid="uid-2")}
    sent = published(planned)
    sent = after(sent, {}, decide(sent, {}))
    assert [(m.meeting, m.uid) for m in decide(sent, planned)] == [("m1", "fresh-1"), ("m2", "fresh-2")]


STATES = st.dictionaries(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["ana", "luis", "eva"])),
    st.builds(
        lambda hours, table, text: replace(
            FIRST, start=FIRST.start + hours * HOUR, end=FIRST.end + hours * HOUR, location=table, summary=text
        ),
        st.integers(0, 1),
        st.sampled_from(["Mesa 1", "Mesa 2"]),
        st.sampled_from(["Uno", "Dos"]),
    ),
)


@pytest.mark.slow
@given(st.lists(STATES, max_size=8))
@settings(deadline=None)
def test_calendars_always_end_up_showing_what_is_published(publications: list[dict[Pair, Invitation]]) -> None:
    """A calendar that keeps UID, then SEQUENCE, then DTSTAMP (RFC 5546 §2.1.5) follows every publication."""
    sent: dict[Pair, Sent] = {}
    calendars: dict[tuple[str, str], tuple[int, datetime, str | None]] = {}  # (person, UID) -> what is shown
    make_uid = uids()
    for number, publication in enumerate(publications):
        planned = {(m, p): replace(item, uid=f"uid-{m}") for (m, p), item in publication.items()}
        messages = next_messages(sent, planned, make_uid=make_uid, now=NOW + number * timedelta(seconds=1))
        for m in messages:
            key = (m.person, m.uid)
            shown = content_hash(planned[m.meeting, m.person]) if m.method == "REQUEST" else None
            if key in calendars:
                assert (m.sequence, m.dtstamp) > calendars[key][:2]
                assert calendars[key][2] is not None, "a cancelled UID came back"
            calendars[key] = (m.sequence, m.dtstamp, shown)
        sent = after(sent, planned, messages)
        for person in ("ana", "luis", "eva"):
            seen = sorted(s for (p, _), (_, _, s) in calendars.items() if p == person and s)
            assert seen == sorted(content_hash(item) for (_, p), item in planned.items() if p == person)
        assert next_messages(sent, planned, make_uid=make_uid, now=NOW) == []


def test_a_uid_is_opaque_and_stable_for_its_seed() -> None:
    assert new_uid("encuentro.example", Random(7)) == new_uid("encuentro.example", Random(7))
    seen = {new_uid("encuentro.example", random) for random in [Random(7)] for _ in range(100)}
    assert len(seen) == 100
    assert {len(uid) for uid in seen} == {len("m-") + 32 + len("@encuentro.example")}
    assert [invitation(uid=uid).uid for uid in seen] == list(seen)


def test_texts_and_times_are_settled() -> None:
    made = invitation(
        start=datetime(2027, 3, 2, 9, 30, 0, 999, tzinfo=ZoneInfo("America/Mexico_City")),
        summary="  Reunión\ncon \x07Nordwind ",
        description="uno\r\n\r\n\r\n\r\ndos ",
        location="Salón\t1",
        attendee=Person('\n"Ana"', "ana@proveedora.example"),
    )
    assert (made.start, made.start.tzinfo) == (datetime(2027, 3, 2, 15, 30, tzinfo=UTC), UTC)
    assert (made.summary, made.description, made.location) == ("Reunión con Nordwind", "uno\n\ndos", "Salón 1")
    assert made.attendee == Person("“Ana”", "ana@proveedora.example")
    assert Person("\x00", "ana@proveedora.example").name == "ana@proveedora.example"


def test_the_repeated_hour_is_two_different_hours() -> None:
    tijuana = ZoneInfo("America/Tijuana")
    first, second = (datetime(2027, 11, 7, 1, 30, fold=fold, tzinfo=tijuana) for fold in (0, 1))
    assert invitation(start=first, end=second).end - invitation(start=first, end=second).start == HOUR
    assert invitation(start=first, end=first + 3 * HOUR) != invitation(start=second, end=first + 3 * HOUR)


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("time_without_zone", {"start": datetime(2027, 3, 2, 9, 30)}),  # noqa: DTZ001 - that is the fault
        ("time_without_zone", {"end": datetime(2027, 3, 2, 9, 50, tzinfo=timezone(-6 * HOUR))}),
        ("time_without_zone", {"dtstamp": datetime(2027, 3, 2)}),  # noqa: DTZ001 - that is the fault
        ("end_not_after_start", {"end": FIRST.start}),
        ("end_not_after_start", {"end": FIRST.start - HOUR}),
        ("summary_missing", {"summary": " \x00\n"}),
        ("uid_invalid", {"uid": ""}),
        ("uid_invalid", {"uid": "con espacio"}),
        ("uid_invalid", {"uid": "a\r\nb"}),
        ("uid_invalid", {"uid": "ñ"}),
        ("uid_invalid", {"uid": "u" * 256}),
        ("sequence_invalid", {"sequence": -1}),
        ("sequence_invalid", {"sequence": 2**31}),
        ("link_invalid", {"url": "javascript:alert(1)"}),
        ("link_invalid", {"url": "https://encuentro.example/\r\nATTENDEE:mailto:x@mal.example"}),
        ("link_invalid", {"conference": "https://video.example/con espacio"}),
        ("language_invalid", {"language": "es\r\nBcc: x@mal.example"}),
        ("alarm_invalid", {"alarm_minutes": -1}),
    ],
)
def test_what_no_calendar_may_contain_is_refused(code: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInvitation) as refused:
        invitation(**wrong)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ana",
        "@x.mx",
        "ana@",
        "a na@x.mx",
        "ana@x.mx\n",
        "a@b@c.mx",
        "ñ@x.mx",
        "ana@ñ.mx",
        '"a"@x.mx',
        "<a@x.mx>",
        ".a@x.mx",
        "a..b@x.mx",
        "a@x..mx",
        "a@-x.mx",
        "a" * 250 + "@x.mx",
        "a@x.mx,b@x.mx",
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidInvitation, match="address_invalid"):
        Person("Ana", address)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_texts_make_an_invitation(text: str) -> None:
    made = invitation(summary=text, description=text, location=text, attendee=Person(text, ANA.address))
    assert replace(made) == made
