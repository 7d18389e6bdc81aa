"""Reads the mailbox of invitations over IMAP, mail by mail; what a mail means is for `services.replies` to say.

A mail is marked as read when everything in it was understood and noted, else it stays unread with a flag, for a person.
Nothing is deleted. What is too large is not fetched whole: its head says who sent it.
"""

from __future__ import annotations

import imaplib
import logging
import ssl
from collections.abc import Callable
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

try:
    from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
    from imap_tools.errors import ImapToolsError
except ImportError:  # the extra `mail-in` is not installed; without IMAP_URL nobody misses it
    IS_INSTALLED = False
else:
    IS_INSTALLED = True

SECONDS = 30.0
PORTS = {"tls": 993, "starttls": 143, "none": 143}
FOLDER = "INBOX"
SETTLED, FOR_A_PERSON = r"(\Seen)", r"(\Flagged)"
MOST_AT_ONCE = 200

log = logging.getLogger(__name__)

Take = Callable[[bytes], bool]


class MailboxAway(Exception):
    """The mailbox cannot be reached; it is asked again later."""


class Inbox:
    """One mailbox; connects for each look."""

    def __init__(self, address: str, *, largest: int) -> None:
        if not IS_INSTALLED:
            raise ValueError("IMAP_URL needs imap-tools: pip install 'eventsapp[mail-in]'")
        self.address: SplitResult = urlsplit(address)
        self.largest = largest
        self.tls = parse_qs(self.address.query).get("tls", ["tls"])[0]
        if self.tls not in PORTS:
            raise ValueError(f"IMAP_URL: tls={self.tls} is not one of tls, starttls, none")

    def read(self, take: Take) -> int:
        """Give every unread mail without our flag to `take` (true: settled); how many there were.

        A mail at which `take` fails keeps its state and comes again; the others are not held up.
        """
        try:
            with self._opened() as box:
                return sum(self._one(box, uid, take) for uid in self._waiting(box))
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            raise MailboxAway(f"{self.address.hostname}: {error}") from error

    def _waiting(self, box: BaseMailBox) -> list[str]:
        return box.uids(AND(seen=False, flagged=False))[:MOST_AT_ONCE]

    def _one(self, box: BaseMailBox, uid: str, take: Take) -> int:
        content = self._content(box, uid)
        if content is None:
            return 0
        try:
            is_settled = take(content)
        except Exception:
            log.exception("mail %s of the mailbox failed; it stays as it is", uid)
            return 0
        # Not `box.flag`, which would expunge what somebody else marked as deleted.
        box.client.uid("STORE", uid, "+FLAGS", SETTLED if is_settled else FOR_A_PERSON)
        return 1

    def _content(self, box: BaseMailBox, uid: str) -> bytes | None:
        """The mail, or of one that is too large its head with enough blanks to be seen as that."""
        whole = "BODY.PEEK[]"
        size = self._size(box, uid)
        if size is not None and size > self.largest:
            head = _fetched(box, uid, "BODY.PEEK[HEADER]")
            return None if head is None else head.ljust(self.largest + 1)
        return _fetched(box, uid, whole)

    def _size(self, box: BaseMailBox, uid: str) -> int | None:
        _status, data = box.client.uid("fetch", uid, "(RFC822.SIZE)")
        for item in data:
            text = item if isinstance(item, bytes) else item[0] if isinstance(item, tuple) else b""
            _before, found, after = text.partition(b"RFC822.SIZE ")
            if found:
                digits = after.split(b")")[0].split(b" ")[0]
                return int(digits) if digits.isdigit() else None
        return None

    def _opened(self) -> BaseMailBox:
        host, port = self.address.hostname or "localhost", self.address.port or PORTS[self.tls]
        context = ssl.create_default_context()
        if self.tls == "tls":
            box: BaseMailBox = MailBox(host, port, timeout=SECONDS, ssl_context=context)
        elif self.tls == "starttls":
            box = MailBoxStartTls(host, port, timeout=SECONDS, ssl_context=context)
        else:
            box = MailBoxUnencrypted(host, port, timeout=SECONDS)
        folder = unquote(self.address.path.strip("/")) or FOLDER
        try:
            return box.login(unquote(self.address.username or ""), unquote(self.address.password or ""), folder)
        except Exception:
            box.client.shutdown()  # a refused sign-in leaves the connection open
            raise


def _fetched(box: BaseMailBox, uid: str, what: str) -> bytes | None:
    _status, data = box.client.uid("fetch", uid, f"({what})")
    return next((item[1] for item in data if isinstance(item, tuple)), None)
