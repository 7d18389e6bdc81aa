"""Make what people typed fit for calendar files, mail headers and file names, without losing a word of it."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# What no reader shows and some stumble over: other controls, lone surrogates, direction overrides, byte order marks.
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_BLANK_LINES = re.compile("\n{3,}")
_QUOTED = re.compile('"([^"]*)"')
_NOT_SLUG = re.compile("[^a-z0-9]+")
_RESERVED_ON_WINDOWS = re.compile("con|prn|aux|nul|com[0-9]|lpt[0-9]")


def clean_text(value: str) -> str:
    """Text of several lines: every kind of line end becomes a newline, blanks around lines and controls vanish."""
    printable = _UNWANTED.sub("", _LINE_ENDS.sub("\n", value)).replace("\t", " ")
    return _BLANK_LINES.sub("\n\n", "\n".join(line.strip() for line in printable.split("\n"))).strip()


def clean_line(value: str) -> str:
    """Text of one line: as `clean_text`, with every run of blanks and line ends as one space."""
    return " ".join(clean_text(value).split())


def clean_name(value: str) -> str:
    """A display name that needs no escaping as a parameter: RFC 5545 has none, and few read that of RFC 6868."""
    curled = _QUOTED.sub("“\\1”", clean_line(value))
    return clean_line(curled.replace('"', "”").replace("^", "ˆ").replace("\\", "/"))


def file_slug(value: str, *, fallback: str, limit: int = 60) -> str:
    """An ASCII file name without extension, such as `reunion-12`; `fallback` when nothing remains of the text."""
    ascii_only = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode("ascii").lower()
    slug = _NOT_SLUG.sub("-", ascii_only).strip("-")[:limit].rstrip("-")
    return fallback if not slug or _RESERVED_ON_WINDOWS.fullmatch(slug) else slug
