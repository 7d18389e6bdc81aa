"""Entity tags of a feed: known before a single byte is rendered, so that most fetches cost nothing (RFC 9110 §13)."""

from __future__ import annotations

import hashlib
import re

# Raise it whenever the written form of a feed changes, so that every subscriber fetches it once more.
WRITING = 1

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def feed_etag(owner: object, version: object) -> str:
    """The strong entity tag of one person's feed; `version` must change with every visible change, deletions too."""
    content = f"{WRITING}\n{owner}\n{version}".encode()
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def etag_matches(if_none_match: str | None, etag: str) -> bool:
    """Does If-None-Match name this entity tag? Weak comparison, a list, or `*`; nonsense matches nothing."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or etag in _TAG.findall(if_none_match)
