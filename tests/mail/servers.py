"""Real SMTP servers for tests: they keep what they are sent, and refuse when they are told to."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.mailbox import EmailMessage, parsed

CERTIFICATE = Path(__file__).with_name("localhost.pem")  # made for these tests; its key protects nothing
USER, PASSWORD = "encuentro", "p@ss/word"


@dataclass
class Handler:
    """What came, and what is refused: the next answers to RCPT and to DATA, by recipient."""

    mails: list[EmailMessage] = field(default_factory=list)
    at_recipient: dict[str, list[str]] = field(default_factory=dict)
    at_data: dict[str, list[str]] = field(default_factory=dict)
    sessions: set[int] = field(default_factory=set)

    async def handle_RCPT(self, _server: Any, session: Any, envelope: Envelope, address: str, _options: Any) -> str:  # noqa: N802
        self.sessions.add(id(session))
        if self.at_recipient.get(address):
            return self.at_recipient[address].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        (recipient,) = envelope.rcpt_tos
        if self.at_data.get(recipient):
            answer = self.at_data[recipient].pop(0)
            if answer == "hang up":
                server.transport.abort()
            return answer
        assert isinstance(envelope.content, bytes)
        self.mails.append(parsed(envelope.content))
        return "250 taken"

    @property
    def recipients(self) -> list[str]:
        """To whom mails came."""
        return [mail["To"].addresses[0].addr_spec for mail in self.mails]


def _authenticator(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: Any) -> AuthResult:
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=known, handled=known)


@contextmanager
def server(tls: str = "none", *, auth: bool = False, port: int = 0) -> Iterator[tuple[Handler, str]]:
    """A running server with its address for MAIL_URL."""
    handler = Handler()
    context = None
    if tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
    options: dict[str, Any] = {"auth_required": True, "authenticator": _authenticator} if auth else {}
    if tls == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    controller = Controller(
        handler,
        hostname="localhost",
        port=port or free_port(),
        ssl_context=context if tls == "tls" else None,
        **options,
    )
    controller.start()
    try:
        who = f"{USER}:p%40ss%2Fword@" if auth else ""
        yield handler, f"smtp://{who}localhost:{controller.port}?tls={tls}"
    finally:
        controller.stop()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])
