"""Hands finished mails over: to an SMTP server over one connection, or as .eml files into a folder.

What went wrong is one of three things: `Unreachable` (the server, no fault of the mail), `Postponed` (this mail, for
now) or `Refused` (this mail, for good).
"""

from __future__ import annotations

import os
import smtplib
import ssl
import tempfile
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

SECONDS = 15  # for each step of the talk with the server
PORTS = {"starttls": 587, "tls": 465, "none": 25}
SERVICE_CLOSING = 421


class DeliveryError(Exception):
    """A mail was not handed over; the text is for the log that the organizer sees."""


class Unreachable(DeliveryError):
    """The server does not answer, or turns everybody away."""


class Postponed(DeliveryError):
    """The server refuses this mail for now."""


class Refused(DeliveryError):
    """The server refuses this mail for good."""


class Outlet(Protocol):
    """Where mails go."""

    def deliver(self, mail: EmailMessage) -> None:
        """Hand over one mail, or raise a `DeliveryError`."""

    def close(self) -> None:
        """End the connection, if there is one."""


def outlet(mail_target: str) -> Outlet:
    """The outlet for this address: `smtp://…` or `folder:PATH`."""
    if mail_target.startswith("folder:"):
        return Folder(Path(mail_target.removeprefix("folder:")))
    return Smtp(urlsplit(mail_target))


class Folder:
    """Mails as files 1.eml, 2.eml, … in a folder; a file is there whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._next = 1

    def deliver(self, mail: EmailMessage) -> None:
        """Write the next file."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path, prefix=".writing-", suffix=".tmp") as file:
                file.write(mail.as_bytes())
                file.flush()
                os.fsync(file.fileno())
                self._publish(file.name)
        except OSError as error:
            raise Unreachable(f"{self.path}: {error.strerror}") from error

    def close(self) -> None:
        """Nothing is open."""

    def _publish(self, written: str) -> None:
        # A link is made only under a name that is free: two processes never write the same number.
        while True:
            try:
                os.link(written, self.path / f"{self._next}.eml")
            except FileExistsError:
                self._next += 1
            else:
                Path(self.path / f"{self._next}.eml").chmod(0o644)
                self._next += 1
                return


class Smtp:
    """One connection to a mail server, opened with the first mail and kept until `close`."""

    def __init__(self, address: SplitResult) -> None:
        self.tls = parse_qs(address.query).get("tls", ["starttls"])[0]
        if self.tls not in PORTS:
            raise ValueError(f"MAIL_URL: tls={self.tls} is not one of starttls, tls, none")
        self.host = address.hostname or "localhost"
        self.port = address.port or PORTS[self.tls]
        self.user, self.password = unquote(address.username or ""), unquote(address.password or "")
        self._server: smtplib.SMTP | None = None

    def deliver(self, mail: EmailMessage) -> None:
        """Send one mail to its recipient."""
        server = self._server or self._connect()
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise self._answered(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise self._answered(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(str(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            # The connection broke in the middle of this mail: if the mail breaks it, the others must not wait.
            self.close()
            raise Postponed(f"connection lost: {error}") from error

    def close(self) -> None:
        """Say goodbye."""
        server, self._server = self._server, None
        if server is not None:
            try:
                server.quit()
            except (smtplib.SMTPException, OSError):
                server.close()

    def _connect(self) -> smtplib.SMTP:
        try:
            if self.tls == "tls":
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=SECONDS, context=ssl.create_default_context()
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        except (smtplib.SMTPException, OSError) as error:
            raise Unreachable(f"{self.host}:{self.port} does not answer: {error}") from error
        try:
            if self.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
        except (smtplib.SMTPException, OSError) as error:
            server.close()
            raise Unreachable(f"{self.host}:{self.port} cannot be used: {error}") from error
        self._server = server
        return server

    def _answered(self, code: int, text: bytes | str) -> DeliveryError:
        said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
        if code == SERVICE_CLOSING:
            self.close()
            return Unreachable(said)
        return Refused(said) if code >= 500 else Postponed(said)
