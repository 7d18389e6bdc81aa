"""The mailbox of invitations over real IMAP: what is read, what is marked, and what stops nothing."""

from __future__ import annotations

import pytest

from eventsapp.mail.inbox import Inbox, MailboxAway
from tests.calendars.replies import ics, mail
from tests.mail.imap import Box, server
from tests.mail.servers import CERTIFICATE

LARGEST = 100_000


def flags(box: Box) -> list[set[str]]:
    return list(box.flags.values())


@pytest.mark.parametrize("tls", ["none", "tls"])
def test_each_mail_is_read_once_and_marked(tls: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with server(tls) as (box, address):
        box.put(mail(ics()), b"From: x@y.example\r\n\r\nhola\r\n")
        taken: list[bytes] = []

        def take(content: bytes) -> bool:
            taken.append(content)
            return b"text/calendar" in content

        inbox = Inbox(address, largest=LARGEST)
        assert (inbox.read(take), inbox.read(take)) == (2, 0)
        assert taken == box.mails
        assert flags(box) == [{r"\Seen"}, {r"\Flagged"}]


def test_a_mail_that_fails_stops_no_other_and_comes_again() -> None:
    with server() as (box, address):
        box.put(b"From: a@x.example\r\n\r\none\r\n", b"From: b@x.example\r\n\r\ntwo\r\n")

        def take(content: bytes) -> bool:
            if b"one" in content:
                raise RuntimeError("the database went away")
            return True

        inbox = Inbox(address, largest=LARGEST)
        assert inbox.read(take) == 1
        assert flags(box) == [set(), {r"\Seen"}]
        assert inbox.read(lambda _content: True) == 1
        assert flags(box) == [{r"\Seen"}, {r"\Seen"}]


def test_of_a_mail_that_is_too_large_only_the_head_is_fetched() -> None:
    with server() as (box, address):
        box.put(mail(ics("COMMENT:" + "x" * 15_000_000)))
        taken: list[bytes] = []
        Inbox(address, largest=LARGEST).read(lambda content: bool(taken.append(content)))
        assert box.handed_out < 2000
        assert len(taken[0]) == LARGEST + 1
        assert b"<reply-1@proveedora.example>" in taken[0]
        assert flags(box) == [{r"\Flagged"}]


@pytest.mark.parametrize("change", [("p%40ss", "wrong"), ("localhost", "localhost.invalid")])
def test_a_mailbox_that_does_not_open_is_away(change: tuple[str, str]) -> None:
    with server() as (_box, address), pytest.raises(MailboxAway):
        Inbox(address.replace(*change), largest=LARGEST).read(lambda _content: True)


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with server("tls") as (_box, address), pytest.raises(MailboxAway):
        Inbox(address, largest=LARGEST).read(lambda _content: True)


def test_an_unknown_kind_of_encryption_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="tls=ssl3"):
        Inbox("imap://localhost?tls=ssl3", largest=LARGEST)
