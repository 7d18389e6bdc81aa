"""A small IMAP server for tests (RFC 3501, as much as a reader of one folder needs): real sockets, TLS when asked."""

from __future__ import annotations

import re
import shlex
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.mail.servers import CERTIFICATE

USER, PASSWORD = "agenda", "p@ss word"


@dataclass
class Box:
    """The mails of the folder, each with its flags, and how many bytes were handed out."""

    mails: list[bytes] = field(default_factory=list)
    flags: dict[int, set[str]] = field(default_factory=dict)
    handed_out: int = 0

    def put(self, *mails: bytes) -> None:
        """New mail."""
        for mail in mails:
            self.mails.append(mail)
            self.flags[len(self.mails)] = set()


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            command, _, arguments = rest.partition(" ")
            if not self.carry_out(tag, command.upper(), arguments):
                return

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def carry_out(self, tag: str, command: str, arguments: str) -> bool:
        box: Box = self.server.box  # type: ignore[attr-defined]
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif command == "LOGIN" and shlex.split(arguments) != [USER, PASSWORD]:
            self.say(f"{tag} NO wrong")
            return True
        elif command in ("SELECT", "EXAMINE"):
            self.say(f"* {len(box.mails)} EXISTS")
        elif command == "UID":
            self.uid(box, arguments)
        elif command == "LOGOUT":
            self.say("* BYE")
            self.say(f"{tag} OK bye")
            return False
        self.say(f"{tag} OK done")
        return True

    def uid(self, box: Box, arguments: str) -> None:
        what, _, rest = arguments.partition(" ")
        if what.upper() == "SEARCH":
            unseen = [str(uid) for uid, flags in box.flags.items() if not flags & {r"\Seen", r"\Flagged"}]
            self.say("* SEARCH " + " ".join(unseen))
            return
        number, _, item = rest.partition(" ")
        uid = int(number)
        if what.upper() == "STORE":
            box.flags[uid] |= set(re.findall(r"\\\w+", item))
        elif "SIZE" in item:
            self.say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(box.mails[uid - 1])})")
        else:
            mail = box.mails[uid - 1]
            content = mail.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if "HEADER" in item else mail
            box.handed_out += len(content)
            self.say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(content)}}}")
            self.wfile.write(content)
            self.say(")")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    box: Box
    context: ssl.SSLContext | None = None

    def get_request(self):  # type: ignore[no-untyped-def]
        connection, address = super().get_request()
        return (self.context.wrap_socket(connection, server_side=True) if self.context else connection), address

    def handle_error(self, _request: object, _address: object) -> None:
        """A client that hangs up is no matter of the test's output."""


@contextmanager
def server(tls: str = "none") -> Iterator[tuple[Box, str]]:
    """A running server with its address for IMAP_URL."""
    with _Server(("localhost", 0), _Session) as running:
        running.box = Box()
        if tls == "tls":
            running.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            running.context.load_cert_chain(CERTIFICATE)
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield running.box, f"imap://{USER}:p%40ss%20word@localhost:{running.server_address[1]}/INBOX?tls={tls}"
        finally:
            running.shutdown()
            thread.join()
