"""A small post for tests: a provider that takes every mail and gives back what it cannot deliver (RFC 3464), by SMTP,
to a server whose mails lie in a mailbox that is read by IMAP. All of them are real servers on real sockets."""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.mail import imap
from tests.mail.imap import Box
from tests.mail.servers import free_port


@dataclass
class _Mailbox:
    """The server of our own address: what comes lies in the box; nobody is told when it is full of bounces."""

    box: Box
    senders: list[str | None] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.senders.append(envelope.mail_from)
        assert isinstance(envelope.content, bytes)
        self.box.put(envelope.content)
        return "250 kept"


@dataclass
class Provider:
    """Takes every mail; those to addresses in `unknown` come back with that status and diagnosis."""

    home: int
    unknown: dict[str, tuple[str, str]] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        (recipient,) = envelope.rcpt_tos
        self.taken.append(recipient)
        if recipient in self.unknown:
            assert isinstance(envelope.content, bytes)
            report = returned(envelope.content, recipient, *self.unknown[recipient])
            await asyncio.to_thread(self._give_back, envelope.mail_from or "", report)
            self.returned.append(recipient)
        return "250 taken"

    def _give_back(self, sender: str, report: bytes) -> None:
        with smtplib.SMTP("localhost", self.home, timeout=20) as post:
            post.sendmail("", [sender], report)  # RFC 5321 §4.5.5: a report has no sender, or two servers would quarrel


def returned(original: bytes, recipient: str, status: str, diagnosis: str) -> bytes:
    """The delivery report about a mail: for people, for machines, and the head of what was sent."""
    sent = message_from_bytes(original, policy=policy.SMTP)
    report = EmailMessage(policy=policy.SMTP)
    report["From"] = "Mail Delivery System <MAILER-DAEMON@mx.proveedor.example>"
    report["To"] = sent["From"]
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Auto-Submitted"] = "auto-replied"
    report["Message-ID"] = f"<dsn.{abs(hash(recipient))}@mx.proveedor.example>"
    report["Content-Type"] = 'multipart/report; report-type=delivery-status; boundary="=_dsn"'
    explained = EmailMessage(policy=policy.SMTP)
    explained.set_content(f"<{recipient}>: {diagnosis}\n")
    outcome = Message(policy=policy.SMTP)
    outcome["Content-Type"] = "message/delivery-status"
    machine, person = Message(policy=policy.SMTP), Message(policy=policy.SMTP)
    machine["Reporting-MTA"] = "dns; mx.proveedor.example"
    person["Original-Recipient"] = f"rfc822;{recipient}"
    person["Final-Recipient"] = f"rfc822;{recipient}"
    person["Action"], person["Status"], person["Diagnostic-Code"] = "failed", status, f"smtp; {diagnosis}"
    outcome.set_payload([machine, person])
    head = EmailMessage(policy=policy.SMTP)
    head["Content-Type"] = "text/rfc822-headers"
    head.set_payload(original.partition(b"\r\n\r\n")[0].decode() + "\r\n\r\n")
    report.set_payload([explained, outcome, head])
    return report.as_bytes()


@dataclass
class Post:
    """The provider, our mailbox, and their addresses for MAIL_URL and IMAP_URL."""

    provider: Provider
    box: Box
    mail_url: str
    imap_url: str
    senders: list[str | None]


@contextmanager
def office() -> Iterator[Post]:
    """A running post."""
    with imap.server() as (box, imap_url):
        mailbox = _Mailbox(box)
        home = Controller(mailbox, hostname="localhost", port=free_port())
        home.start()
        provider = Provider(home.port)
        out = Controller(provider, hostname="localhost", port=free_port())
        out.start()
        try:
            yield Post(provider, box, f"smtp://localhost:{out.port}?tls=none", imap_url, mailbox.senders)
        finally:
            out.stop()
            home.stop()
