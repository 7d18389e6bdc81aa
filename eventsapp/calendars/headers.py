"""Mail headers that keep names and subjects whole.

Python's own folding drops the quotes of a long name, so that a comma in it makes a second recipient, and blanks between
encoded words. Here a text is either short and plain, or written in encoded words from end to end (RFC 2047).
"""

from __future__ import annotations

import re
from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy

_PLAIN_TEXT = re.compile(r"(?!.*=\?)[ -~]{1,60}")
_PLAIN_NAME = re.compile(r"(?!.*=\?)[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]{1,60}")
_LINE = 78
_BREAK = "\r\n "


class WholeNames(EmailPolicy):
    """The policy of mails for SMTP, with our own writing of the subject and of headers with addresses."""

    def fold(self, name: str, value: str) -> str:
        """The header with its line ends, in lines of at most 78 characters where an address is not longer."""
        folded = _written(name, value)
        return folded or str(super().fold(name, value))

    def fold_binary(self, name: str, value: str) -> bytes:
        """The same in bytes."""
        folded = _written(name, value)
        return folded.encode("ascii") if folded else bytes(super().fold_binary(name, value))


MAIL = WholeNames(linesep="\r\n")


def _written(name: str, value: str) -> str | None:
    """Our writing of this header, or None where Python's is good."""
    indent = len(name) + 2
    if name.lower() == "subject":
        return f"{name}: {_encoded(str(value), _PLAIN_TEXT, indent)}\r\n"
    if hasattr(value, "addresses"):
        mailboxes = (_mailbox(address, indent) for address in value.addresses)
        return f"{name}: {f',{_BREAK}'.join(mailboxes)}\r\n"
    return None


def _mailbox(address: Address, indent: int) -> str:
    if not address.display_name:
        return address.addr_spec
    name = _encoded(address.display_name, _PLAIN_NAME, indent)
    last_line = name.rpartition("\n")[2]
    fits = indent + len(last_line) + len(address.addr_spec) + 3 <= _LINE
    return f"{name}{' ' if fits else _BREAK}<{address.addr_spec}>"


def _encoded(text: str, plain: re.Pattern[str], indent: int) -> str:
    if not text or plain.fullmatch(text):
        return text
    return Header(text, "utf-8", maxlinelen=_LINE - indent).encode(linesep="\r\n")
