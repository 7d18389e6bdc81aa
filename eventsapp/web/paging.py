"""Pages of a list: which one is asked for, from the address, within bounds."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Page:
    """One page of a list of `total` rows."""

    number: int
    size: int
    total: int

    @classmethod
    def from_request(cls, total: int) -> Page:
        """The page that the address asks for; what makes no sense is the nearest that does."""
        number, size = asked()
        last = max(1, -(-total // size))
        return cls(min(number, last), size, total)

    @property
    def first(self) -> int:
        """Index of the first row."""
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        """Index after the last row."""
        return self.first + self.size


def asked() -> tuple[int, int]:
    """The number and the size of the page in the address."""
    size = request.args.get("per_page", SIZES[0], type=_whole)
    return max(1, request.args.get("page", 1, type=_whole)), size if size in SIZES else SIZES[0]


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
