"""Where to go next: only to pages of our own, whatever an address or a form says."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request

MAX_LENGTH = 500


def own_path(path: str | None, default: str) -> str:
    """The path when it leads to a page of ours, else `default`."""
    if not path or len(path) > MAX_LENGTH or not path.isprintable() or "\\" in path:
        return default
    if not path.startswith("/") or path.startswith("//"):
        return default
    try:
        parts = urlsplit(path)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else path


def current_path() -> str:
    """The page in hand, when it can be asked for again."""
    return own_path(request.full_path.rstrip("?"), "/") if request.method == "GET" else request.path
