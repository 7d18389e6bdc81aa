"""Password hashes: argon2id with the parameters of OWASP (19 MiB, two passes, one lane).

A hash takes tens of milliseconds: never make one while a writing transaction is open.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from eventsapp.domain.passwords import MAX_LENGTH, normalized

PASSES = 2
LANES = 1


def hashed(password: str, *, memory_kib: int) -> str:
    """The hash to store."""
    return _hasher(memory_kib).hash(normalized(password))


def matches(stored: str | None, password: str, *, memory_kib: int) -> bool:
    """Is this the password? Without a stored hash it takes as long to say no."""
    if len(password) > MAX_LENGTH:
        return False
    try:
        _hasher(memory_kib).verify(stored or _nobodys(memory_kib), normalized(password))
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str, *, memory_kib: int) -> bool:
    """Was the hash made with other parameters than today's?"""
    return _hasher(memory_kib).check_needs_rehash(stored)


@cache
def _hasher(memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=PASSES, memory_cost=memory_kib, parallelism=LANES)


@cache
def _nobodys(memory_kib: int) -> str:
    return _hasher(memory_kib).hash("nobody has this password")
