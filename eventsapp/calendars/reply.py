"""Read what comes back for invitations (iTIP REPLY and COUNTER in iMIP mails) and decide what it means.

`read` never raises: whatever a mail holds becomes answers, a delivery report, or faults that say in one word what is
wrong. `decide` applies RFC 5546 §2.1.5 and RFC 6047 §2.2.1. ORGANIZER is not asked for, because Exchange omits it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from enum import StrEnum
from urllib.parse import unquote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, Component
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from eventsapp.calendars.text import clean_line, clean_text

MAX_BYTES = 8 * 1024 * 1024  # a reply is a few kilobytes; what is larger carries something else
MAX_PARTS = 60
MAX_CALENDAR_BYTES = 256 * 1024
MAX_SEQUENCE = 2**31 - 1
CALENDAR_TYPES = ("text/calendar", "application/ics")
PARTSTATS = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"})

_ADDRESS = re.compile(r"[^\s<>@,;:\"]+@[^\s<>@,;:\"]+")
_PREFIXED_ZONE = re.compile(
    r"TZID=\"?/(?:[^:;/\"\r\n]*/)*?"
    r"((?:Africa|America|Antarctica|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[A-Za-z_/-]+)\"?"
)
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,250}>")
_ACTION = re.compile(r"failed|delayed|delivered|relayed|expanded")


class Fault(StrEnum):
    """Why a mail, or a part of it, says nothing that could be counted."""

    TOO_LARGE = "too_large"
    TOO_MANY_PARTS = "too_many_parts"
    NOT_A_MAIL = "not_a_mail"
    NO_CALENDAR = "no_calendar"
    BROKEN_CALENDAR = "broken_calendar"
    OTHER_METHOD = "other_method"
    NO_ATTENDEE = "no_attendee"
    NO_UID = "no_uid"
    BAD_SEQUENCE = "bad_sequence"
    NO_ANSWER = "no_answer"
    BAD_TIMES = "bad_times"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one attendee says about one meeting; with times, a proposal of another time (COUNTER)."""

    uid: str
    attendee: str
    partstat: str
    sequence: int
    dtstamp: datetime | None
    comment: str = ""
    delegated_to: str = ""
    is_counter: bool = False
    start: datetime | None = None
    end: datetime | None = None
    place: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A delivery report (RFC 3464): what became of one of our mails at another server."""

    message_id: str
    action: str
    status: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as far as it concerns calendars."""

    key: str
    message_id: str = ""
    sender: str = ""
    subject: str = ""
    date: datetime | None = None
    is_automatic: bool = False
    is_doubtful: bool = False
    answers: tuple[Answer, ...] = ()
    reports: tuple[Report, ...] = ()
    faults: tuple[Fault, ...] = ()


def read(content: bytes) -> Mail:
    """All that a mail says; the same bytes give the same answer, and nothing raises."""
    if len(content) > MAX_BYTES:
        head = content[: 64 * 1024]
        return _headed(_parsed(head), head, faults=(Fault.TOO_LARGE,))
    mail = _parsed(content)
    if mail is None or not mail.keys():
        return Mail(key=_digest(content), faults=(Fault.NOT_A_MAIL,))
    reports = _reports(mail)
    if reports or _kind(mail) == "multipart/report":
        return _headed(mail, content, reports=reports)
    answers: dict[Answer, None] = {}
    faults: dict[Fault, None] = {}
    parts = list(_calendar_parts(mail))
    for part in parts[:MAX_PARTS]:
        try:
            answers |= dict.fromkeys(_answers(_text(part)))
        except _Unreadable as error:
            faults[error.fault] = None
    if len(parts) > MAX_PARTS:
        faults[Fault.TOO_MANY_PARTS] = None
    if not parts:
        faults[Fault.NO_CALENDAR] = None
    return _headed(mail, content, answers=tuple(answers), faults=tuple(faults))


class _Unreadable(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def _parsed(content: bytes) -> Message | None:
    try:
        # The lenient old policy: the new one raises on headers that nobody but a forger writes.
        return message_from_bytes(content, policy=policy.compat32)
    except Exception:  # noqa: BLE001 - whatever the parser stumbles over, the mail is unreadable and the next one is not
        return None


def _headed(
    mail: Message | None,
    content: bytes,
    *,
    answers: tuple[Answer, ...] = (),
    reports: tuple[Report, ...] = (),
    faults: tuple[Fault, ...] = (),
) -> Mail:
    if mail is None:
        return Mail(key=_digest(content), faults=faults or (Fault.NOT_A_MAIL,))
    message_id = _header(mail, "Message-ID").strip()[:255]
    automatic = _header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    results = mail.get_all("Authentication-Results") or [""]
    return Mail(
        key=_digest(message_id.encode("utf-8", "replace") if message_id else content),
        message_id=clean_line(message_id),
        sender=_address(_header(mail, "From")),
        subject=clean_line(_decoded(_header(mail, "Subject")))[:200],
        date=_date(_header(mail, "Date")),
        # What matters is whether there is an answer: an out-of-office note carries none, a calendar that answers for
        # its owner does.
        is_automatic=automatic not in ("", "no"),
        is_doubtful="dmarc=fail" in str(results[0]).lower(),
        answers=answers,
        reports=reports,
        faults=faults,
    )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _kind(part: Message) -> str:
    try:
        return part.get_content_type()
    except Exception:  # noqa: BLE001 - a header that cannot be read names no type
        return ""


def _header(mail: Message, name: str) -> str:
    try:
        return str(mail.get(name, ""))[:4000]
    except Exception:  # noqa: BLE001 - a header that cannot be read says nothing
        return ""


def _decoded(text: str) -> str:
    try:
        return str(policy.default.header_factory("Subject", text.replace("\r", " ").replace("\n", " ")))
    except Exception:  # noqa: BLE001 - shown as it came
        return text


def _address(text: str) -> str:
    """The one mailbox of a From header in lower case; none when there are several, which no reply has."""
    found = [address for _, address in getaddresses([text.replace("\r", " ").replace("\n", " ")]) if address]
    return _plain_address(found[0]) if len(found) == 1 else ""


def _plain_address(text: str) -> str:
    """A bare address in lower case, international domains in their xn-- form; empty when it is none."""
    bare = unquote(re.sub(r"(?i)^\s*mailto:", "", text)).strip().casefold()
    if not _ADDRESS.fullmatch(bare) or len(bare) > 254:
        return ""
    local, _, domain = bare.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return ""


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


# Calendar parts -------------------------------------------------------------------------------------------------------


def _calendar_parts(mail: Message) -> Iterator[Message]:
    """Every text/calendar part, however deep; the attachments only when there is none. Mails in mails are not ours."""
    parts = list(_leaves(mail))
    for kind in CALENDAR_TYPES:
        found = [part for part in parts if _kind(part) == kind]
        if found:
            yield from found
            return


def _leaves(mail: Message) -> Iterator[Message]:
    if _kind(mail) == "message/rfc822":
        return
    if mail.is_multipart():
        for part in mail.get_payload():
            if isinstance(part, Message):
                yield from _leaves(part)
    else:
        yield mail


def _text(part: Message) -> str:
    """The text of a part: in its charset when that is one, else in UTF-8, else in what Windows writes."""
    try:
        payload = part.get_payload(decode=True)
        charset = str(part.get_content_charset() or "utf-8")
    except Exception as error:  # a part that cannot be decoded at all
        raise _Unreadable(Fault.BROKEN_CALENDAR) from error
    if not isinstance(payload, bytes) or len(payload) > MAX_CALENDAR_BYTES:
        raise _Unreadable(Fault.BROKEN_CALENDAR)
    for name in (charset, "utf-8", "cp1252"):
        try:
            return payload.decode(name)
        except (LookupError, UnicodeError):
            continue
    return payload.decode("latin-1")


def _answers(text: str) -> list[Answer]:
    if "END:VCALENDAR" not in text.upper():  # truncated: what is left may say the opposite of the whole
        raise _Unreadable(Fault.BROKEN_CALENDAR)
    try:
        # Evolution and others write /their.site/America/Tijuana, which the parser takes for a path.
        calendar = Calendar.from_ical(_PREFIXED_ZONE.sub(r"TZID=\1", text.lstrip("\ufeff")))
        method = str(calendar.get("METHOD", "")).strip().upper()
        events = list(calendar.walk("VEVENT"))
    except Exception as error:  # the parser raises many kinds
        raise _Unreadable(Fault.BROKEN_CALENDAR) from error
    if method not in ("REPLY", "COUNTER"):
        raise _Unreadable(Fault.OTHER_METHOD)
    if not events:
        raise _Unreadable(Fault.BROKEN_CALENDAR)
    try:
        return [_answer(event, calendar, is_counter=method == "COUNTER") for event in events]
    except _Unreadable:
        raise
    except Exception as error:  # a property that the parser left broken raises when it is looked at
        raise _Unreadable(Fault.BROKEN_CALENDAR) from error


def _answer(event: Component, calendar: Component, *, is_counter: bool) -> Answer:
    uid = clean_line(_one(event, "UID"))
    if not uid or len(uid) > 255:
        raise _Unreadable(Fault.NO_UID)
    attendee, partstat, delegated_to = _attendee(event)
    if not attendee:
        raise _Unreadable(Fault.NO_ATTENDEE)
    start = end = None
    fault = None
    if is_counter:
        start, end = _times(event, calendar)
        if start is None or end is None or start >= end:
            start, end, fault = None, None, Fault.BAD_TIMES
    elif partstat not in PARTSTATS:
        fault = Fault.NO_ANSWER
    return Answer(
        uid=uid,
        attendee=attendee,
        partstat=partstat if partstat in PARTSTATS else "",
        sequence=_sequence(event),
        dtstamp=_stamp(event, calendar),
        comment=_comment(event),
        delegated_to=delegated_to if partstat == "DELEGATED" else "",
        is_counter=is_counter,
        start=start,
        end=end,
        place=clean_line(_one(event, "LOCATION"))[:200] if is_counter else "",
        fault=fault,
    )


def _one(event: Component, name: str) -> str:
    """The text of a property, of its first occurrence when it is repeated."""
    value = event.get(name)
    if isinstance(value, list):
        value = value[0] if value else None
    if value is None:
        return ""
    return str(value)


def _comment(event: Component) -> str:
    values = event.get("COMMENT") or event.get("X-MICROSOFT-CDO-COMMENT") or []
    texts = values if isinstance(values, list) else [values]
    return clean_text("\n".join(str(text) for text in texts))[:1000]


def _attendee(event: Component) -> tuple[str, str, str]:
    """Who answers, and what: of several (a delegation names both) the one who delegates, else the first who answers."""
    values = event.get("ATTENDEE") or []
    people = []
    for value in values if isinstance(values, list) else [values]:
        parameters = getattr(value, "params", {})
        partstat = str(parameters.get("PARTSTAT", "NEEDS-ACTION")).strip().upper()
        delegates = parameters.get("DELEGATED-TO", "")
        delegate = delegates[0] if isinstance(delegates, list) and delegates else delegates
        people.append((_plain_address(str(value)), partstat, _plain_address(str(delegate))))
    known = [person for person in people if person[0]]
    delegating = [person for person in known if person[1] == "DELEGATED"]
    answering = [person for person in known if person[1] in PARTSTATS]
    return next(iter(delegating or answering or known), ("", "", ""))


def _sequence(event: Component) -> int:
    text = _one(event, "SEQUENCE").strip() or "0"  # RFC 5545 §3.8.7.4: absent is 0
    if not re.fullmatch(r"\d{1,10}", text) or int(text) > MAX_SEQUENCE:
        raise _Unreadable(Fault.BAD_SEQUENCE)
    return int(text)


def _stamp(event: Component, calendar: Component) -> datetime | None:
    try:
        return _moment(event, "DTSTAMP", calendar)
    except _Unreadable:
        return None


def _times(event: Component, calendar: Component) -> tuple[datetime | None, datetime | None]:
    try:
        start, end = _moment(event, "DTSTART", calendar), _moment(event, "DTEND", calendar)
        duration = getattr(event.get("DURATION"), "td", None)
        return start, end or (start + duration if start and duration else None)
    except (_Unreadable, OverflowError, TypeError):
        return None, None


def _moment(event: Component, name: str, calendar: Component) -> datetime | None:
    """A moment in UTC; zones by their city, by Windows' names, or as the mail itself describes them."""
    value = event.get(name)
    if isinstance(value, list):
        value = value[0]
    if value is None:
        return None
    try:
        moment = value.dt
    except Exception as error:  # a value that is none raises a kind of its own
        raise _Unreadable(Fault.BAD_TIMES) from error
    if not isinstance(moment, datetime):
        assert isinstance(moment, date)
        raise _Unreadable(Fault.BAD_TIMES)
    name_of_zone = str(getattr(value, "params", {}).get("TZID", "")).strip().lstrip("/")
    if name_of_zone:
        zone = zone_named(name_of_zone) or _described(name_of_zone, calendar)
        if zone is None:
            raise _Unreadable(Fault.BAD_TIMES)
        moment = moment.replace(tzinfo=zone)
    if moment.tzinfo is None:
        raise _Unreadable(Fault.BAD_TIMES)
    return moment.astimezone(UTC).replace(microsecond=0)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of an IANA or a Windows name; None for any other."""
    for candidate in (name, WINDOWS_TO_OLSON.get(name, "")):
        try:
            if candidate and re.fullmatch(r"[A-Za-z0-9_+/-]+", candidate):
                return ZoneInfo(candidate)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return None


def _described(name: str, calendar: Component) -> ZoneInfo | None:
    """The zone that a VTIMEZONE of the mail describes."""
    for zone in calendar.walk("VTIMEZONE"):
        if str(zone.get("TZID", "")).lstrip("/") == name:
            try:
                return zone.to_tz()  # type: ignore[no-any-return, attr-defined]
            except Exception:  # noqa: BLE001 - a description that cannot be used describes nothing
                return None
    return None


# Delivery reports -----------------------------------------------------------------------------------------------------


def _reports(mail: Message) -> tuple[Report, ...]:
    """What a delivery report (RFC 3464) says, with the Message-ID of the mail that it is about."""
    if _kind(mail) != "multipart/report":
        return ()
    original, fields = "", []
    try:
        for part in mail.walk():
            kind = _kind(part)
            if kind == "message/delivery-status" and part.is_multipart():
                fields += [block for block in part.get_payload() if isinstance(block, Message) and block.get("Action")]
            elif kind == "text/rfc822-headers":
                original = original or _identity(str(message_from_bytes(_bytes(part)).get("Message-ID", "")))
            elif kind == "message/rfc822" and part.is_multipart():
                inner = next(iter(part.get_payload()), None)
                original = original or (
                    _identity(str(inner.get("Message-ID", ""))) if isinstance(inner, Message) else ""
                )
    except Exception:  # noqa: BLE001 - a report that cannot be read reports nothing
        return ()
    if not original:
        return ()
    return tuple(
        Report(original, action, clean_line(str(block.get("Status", "")))[:20], _diagnosis(block))
        for block in fields
        if _ACTION.fullmatch(action := str(block.get("Action", "")).strip().lower())
    )


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _identity(text: str) -> str:
    found = _MESSAGE_ID.search(text)
    return found[0] if found else ""


def _diagnosis(block: Message) -> str:
    return clean_line(str(block.get("Diagnostic-Code", "") or block.get("Status", "")))[:400]


# Deciding -------------------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """What to do with an answer."""

    COUNT = "count"
    STALE = "stale"
    REPEATED = "repeated"
    REVIEW = "review"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What we hold about one person and one meeting."""

    address: str
    sequence: int
    is_cancelled: bool
    answered_sequence: int | None = None
    answered_stamp: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict, whom it is about (an index into the standings), and the word for its reason."""

    verdict: Verdict
    about: int | None = None
    reason: str = ""


def decide(answer: Answer, mail: Mail, standings: list[Standing], *, now: datetime) -> Decision:
    """What an answer means for the people who were invited under its UID."""
    if not standings:
        return Decision(Verdict.UNKNOWN, reason="unknown_meeting")
    addresses = [standing.address.casefold() for standing in standings]
    about = _index(addresses, answer.attendee)
    if about is None:
        return Decision(Verdict.REVIEW, _index(addresses, mail.sender), "other_attendee")
    standing = standings[about]
    if answer.fault is not None:
        return Decision(Verdict.UNREADABLE, about, answer.fault.value)
    if standing.is_cancelled:
        return Decision(Verdict.STALE, about, "cancelled")
    if answer.sequence < standing.sequence:
        return Decision(Verdict.STALE, about, "older_version")
    if mail.sender != answer.attendee:
        return Decision(Verdict.REVIEW, about, "other_sender")
    if mail.is_doubtful:
        return Decision(Verdict.REVIEW, about, "doubtful_sender")
    if answer.sequence > standing.sequence:
        return Decision(Verdict.REVIEW, about, "newer_than_sent")
    if not is_newer(answer, mail, standing, now=now):
        return Decision(Verdict.REPEATED, about, "not_newer")
    return Decision(Verdict.COUNT, about)


def stamp_of(answer: Answer, mail: Mail, *, now: datetime) -> datetime:
    """When the answer was given by its own words; never later than now, or it would silence all later ones."""
    return min(answer.dtstamp or mail.date or now, now)


def is_newer(answer: Answer, mail: Mail, standing: Standing, *, now: datetime) -> bool:
    """Does the answer follow the last one that was counted (RFC 5546 §2.1.5)?"""
    if standing.answered_sequence is None or standing.answered_stamp is None:
        return True
    said = (answer.sequence, stamp_of(answer, mail, now=now))
    return said > (standing.answered_sequence, standing.answered_stamp)


def _index(addresses: list[str], wanted: str) -> int | None:
    return addresses.index(wanted) if wanted in addresses else None
