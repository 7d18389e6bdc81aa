"""Corporate groups: companies of one group do not meet each other."""

from __future__ import annotations

from eventsapp.domain.matching import folded


def are_same_group(one: str, other: str) -> bool:
    """Do two names of groups mean the same one? Accents, case and blanks do not count; no group is no group."""
    return bool(one.strip()) and _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(folded(name).replace(".", " ").replace(",", " ").split())
