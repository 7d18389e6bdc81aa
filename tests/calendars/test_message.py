"""The mail around an invitation: its structure, its headers under hostile names, its bytes."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventsapp.calendars.build import cancel, request
from eventsapp.calendars.invite import InvalidInvitation, Invitation, Person
from eventsapp.calendars.message import invitation_message
from eventsapp.calendars.text import clean_line
from tests.calendars.samples import ANA, HOSTILE_TEXTS, ORGANIZER, hostile_text, invitation


def mail(item: Invitation | None = None, **overrides: Any) -> EmailMessage:
    item = item or invitation()
    values: dict[str, Any] = {
        "method": "REQUEST",
        "ics": overrides.get("ics") or request(item),
        "sender": item.organizer,
        "recipient": item.attendee,
        "subject": "Reunión con Nordwind: martes 2 de marzo, 9:30",
        "text": "Ana Núñez, usted tiene una reunión.\nPulse «Sí».\n",
        "html": "<p>Ana Núñez, usted tiene una reunión.</p>\n",
        "message_id": "<m-1.0@encuentro.example>",
        "date": datetime(2027, 2, 1, 18, 30, 5, tzinfo=UTC),
    }
    return invitation_message(item, **(values | overrides))


def received(message: EmailMessage) -> EmailMessage:
    """The message as the other side parses it."""
    return message_from_bytes(message.as_bytes(), policy=policy.default)  # type: ignore[return-value]


WHOLE = """\
From: =?utf-8?q?Cl=C3=BAster_Automotriz?= <agenda@encuentro.example>
To: =?utf-8?b?QW5hIE7DusOxZXo=?= <ana@proveedora.example>
Subject: =?utf-8?q?Reuni=C3=B3n_con_Nordwind=3A_martes_2_de_marzo=2C_9=3A30?=
Date: Mon, 01 Feb 2027 18:30:05 +0000
Message-ID: <m-1.0@encuentro.example>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_0_BOUNDARY"
Content-Language: es-MX

--=_0_BOUNDARY
Content-Type: multipart/alternative; boundary="=_1_BOUNDARY"

--=_1_BOUNDARY
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Ana N=C3=BA=C3=B1ez, usted tiene una reuni=C3=B3n.
Pulse =C2=ABS=C3=AD=C2=BB.

--=_1_BOUNDARY
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable
MIME-Version: 1.0

<p>Ana N=C3=BA=C3=B1ez, usted tiene una reuni=C3=B3n.</p>

--=_1_BOUNDARY
Content-Transfer-Encoding: base64
Content-Type: text/calendar; charset="utf-8"; method="REQUEST"
MIME-Version: 1.0

CALENDAR

--=_1_BOUNDARY--

--=_0_BOUNDARY
Content-Transfer-Encoding: base64
Content-Disposition: attachment; filename="invite.ics"
Content-Type: application/ics; name="invite.ics"
MIME-Version: 1.0

CALENDAR

--=_0_BOUNDARY--
"""


def test_the_whole_mail() -> None:
    written = mail().as_bytes()
    boundary = received(mail()).get_boundary().removeprefix("=_0_")
    calendar = base64.encodebytes(request(invitation())).decode()
    assert written.decode("ascii").replace("\r\n", "\n") == WHOLE.replace("BOUNDARY", boundary).replace(
        "CALENDAR\n", calendar
    )
    assert b"\n" not in written.replace(b"\r\n", b"")


def test_the_same_input_gives_the_same_bytes() -> None:
    assert mail().as_bytes() == mail().as_bytes()
    assert mail().as_bytes() != mail(message_id="<m-2.0@encuentro.example>").as_bytes()


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("method_differs", {"method": "CANCEL"}),
        ("method_differs", {"method": "PUBLISH"}),
        ("sender_is_not_organizer", {"sender": Person("Otro", "otro@encuentro.example")}),
        ("recipient_is_not_attendee", {"recipient": Person("Luis", "luis@proveedora.example")}),
        (
            "recipient_is_not_attendee",
            {"item": invitation(attendee=None), "ics": request(invitation()), "recipient": ANA},
        ),
    ],
)
def test_a_mail_that_does_not_fit_its_calendar_is_refused(code: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInvitation) as refused:
        mail(**wrong)
    assert refused.value.code == code


def test_sender_and_recipient_are_compared_as_mailboxes() -> None:
    shouting = Person("Agenda", ORGANIZER.address.upper())
    assert mail(sender=shouting)["From"].addresses[0].addr_spec == "AGENDA@ENCUENTRO.EXAMPLE"


def mailboxes(written: bytes, header: str) -> list[tuple[str, str]]:
    """Names and addresses of a header; the older parser, because the newer one puts blanks between encoded words."""
    value = message_from_bytes(written, policy=policy.compat32)[header]
    return [(str(make_header(decode_header(name))), address) for name, address in getaddresses([value])]


def assert_headers_survive(name: str, subject: str, address: str = ANA.address) -> None:
    item = invitation(organizer=Person(name, ORGANIZER.address), attendee=Person(name, address))
    message = mail(item, subject=subject)
    written = message.as_bytes()
    assert written.isascii()
    assert [line for line in written.split(b"\r\n") if len(line) > 998] == []
    back = message_from_bytes(written, policy=policy.default)
    assert list(back.keys()) == list(received(mail()).keys())
    plain = message_from_bytes(written, policy=policy.compat32)
    assert str(make_header(decode_header(plain["Subject"]))) == back["Subject"] == clean_line(subject)
    for header, person in (("From", item.organizer), ("To", item.attendee)):
        assert mailboxes(written, header) == [(person.name, person.address)]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_names_and_subjects_stay_in_their_header(text: str) -> None:
    assert_headers_survive(text, f"Asunto {text}")


@pytest.mark.slow
@given(
    name=hostile_text | st.text("ab ,;:<>@()[].\"\\'", max_size=120),
    subject=hostile_text,
    address=st.builds(
        "{}@{}.example".format, st.from_regex(r"[a-c]{1,9}([.+-][a-c]{1,9}){0,6}", fullmatch=True), st.just("d" * 60)
    ),
)
@settings(deadline=None, max_examples=50)
def test_any_name_and_subject_come_back(name: str, subject: str, address: str) -> None:
    assert_headers_survive(name, f"Asunto {subject}", address)


def test_a_long_name_with_commas_makes_no_second_recipient() -> None:
    assert_headers_survive("Núñez, Ana; (x) <a@mal.example> " * 6, "Asunto")
    assert_headers_survive("Nunez, Ana; (x) <a@mal.example> " * 6, "Asunto")


@pytest.mark.slow
@given(text=hostile_text)
@settings(deadline=None, max_examples=50)
def test_any_text_leaves_the_calendar_intact(text: str) -> None:
    item = invitation(summary=f"R{text}", description=text)
    texts = {"text": item.description, "html": f"<pre>{item.description}</pre>"}
    back = received(mail(item, **texts))
    calendars = [
        part.get_payload(decode=True)
        for part in back.walk()
        if part.get_content_type() in ("text/calendar", "application/ics")
    ]
    assert calendars == [request(item), request(item)]


def test_a_cancellation() -> None:
    item = invitation(sequence=1)
    back = received(mail(item, method="CANCEL", ics=cancel(item)))
    inner = back.get_payload(0).get_payload(2)
    assert (inner.get_content_type(), inner.get_param("method")) == ("text/calendar", "CANCEL")
    assert inner.get_payload(decode=True) == cancel(item)
