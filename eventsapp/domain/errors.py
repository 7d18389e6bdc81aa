"""The one error that a rule raises; the doors turn its code into words."""

from __future__ import annotations


class DomainError(Exception):
    """A rule said no: a stable code, and the values that the sentence about it needs."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Forbidden(DomainError):
    """The actor may not do this."""


class NotFound(DomainError):
    """There is no such thing for this actor."""


class Conflict(DomainError):
    """Somebody else changed it first; `params` carries both values."""
