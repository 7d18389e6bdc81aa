"""The blanks in a text that is written once for many: a fixed list of names in braces, no template language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from eventsapp.domain.errors import DomainError

NAMES = ("nombre", "empresa", "evento", "fechas", "sede", "ciudad")
_BLANK = re.compile(r"\{([^{}\n]{0,40})\}")


def require_known(text: str) -> None:
    """Raise `unknown_placeholder` for the first name in braces that is not on the list."""
    for found in _BLANK.finditer(text):
        if found[1] not in NAMES:
            raise DomainError("unknown_placeholder", name=found[1])


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; what a value holds is never read as a blank itself."""
    return _BLANK.sub(lambda found: values.get(found[1], found[0]), text)
