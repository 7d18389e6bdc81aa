"""Why a mail server gave a mail back, read from what it said: enhanced status codes (RFC 3463), else reply codes."""

from __future__ import annotations

import re
from enum import StrEnum

_ENHANCED = re.compile(r"(?<![\d.])[45]\.(\d{1,3}\.\d{1,3})(?!\d|\.\d)")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")


class Refusal(StrEnum):
    """What stands between a mail and its reader."""

    NO_SUCH_PERSON = "no_such_person"
    NO_SUCH_DOMAIN = "no_such_domain"
    MAILBOX_OFF = "mailbox_off"
    MAILBOX_FULL = "mailbox_full"
    TOO_LARGE = "too_large"
    NOT_TRUSTED = "not_trusted"
    NOT_REACHED = "not_reached"


_BY_ENHANCED = {
    "1.0": Refusal.NO_SUCH_PERSON,
    "1.1": Refusal.NO_SUCH_PERSON,
    "1.3": Refusal.NO_SUCH_PERSON,
    "1.6": Refusal.NO_SUCH_PERSON,
    "1.2": Refusal.NO_SUCH_DOMAIN,
    "1.10": Refusal.NO_SUCH_DOMAIN,  # RFC 7505: the domain says that it takes no mail
    "4.4": Refusal.NO_SUCH_DOMAIN,
    "2.1": Refusal.MAILBOX_OFF,
    "2.2": Refusal.MAILBOX_FULL,
    "2.3": Refusal.TOO_LARGE,
    "3.4": Refusal.TOO_LARGE,
    "4.1": Refusal.NOT_REACHED,
    "4.2": Refusal.NOT_REACHED,
    "4.7": Refusal.NOT_REACHED,
}
_BY_REPLY = {  # RFC 5321 §4.2.3
    "550": Refusal.NO_SUCH_PERSON,
    "551": Refusal.NO_SUCH_PERSON,
    "553": Refusal.NO_SUCH_PERSON,
    "552": Refusal.MAILBOX_FULL,
    "556": Refusal.NO_SUCH_DOMAIN,
}
SECURITY = "7."  # the subject of every code about policy, x.7.y


def why(said: str) -> Refusal | None:
    """The reason in what a server said; None when it gives none that is known."""
    codes = _ENHANCED.findall(said)
    for code in codes:
        if code.startswith(SECURITY):
            return Refusal.NOT_TRUSTED
        if code in _BY_ENHANCED:
            return _BY_ENHANCED[code]
    replies = () if any(not code.startswith("0.") for code in codes) else _REPLY.findall(said)
    return next((_BY_REPLY[code] for code in replies if code in _BY_REPLY), None)
