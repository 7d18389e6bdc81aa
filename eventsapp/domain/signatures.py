"""Secrets in mailed links that need no row: what a link is good for, signed with the secret key of the installation."""

from __future__ import annotations

import hmac
from base64 import b32encode

LENGTH = 26  # letters and digits of 5 bits each


def signature(secret_key: str, purpose: str, *subject: object) -> str:
    """130 bits that only this installation can write for this purpose and subject."""
    text = "\n".join(map(str, (purpose, *subject)))
    mac = hmac.digest(secret_key.encode(), text.encode(), "sha256")
    return b32encode(mac).decode("ascii").lower()[:LENGTH]


def is_signature(given: str, secret_key: str, purpose: str, *subject: object) -> bool:
    """Is that the signature? Takes the same time for every wrong one."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), signature(secret_key, purpose, *subject).encode())
