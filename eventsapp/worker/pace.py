"""How fast one domain gets mail: a ceiling each minute, and a rest for a domain that puts off several people in a row.

Kept in the memory of the one sender: after a restart it starts anew, and the waits of the single mails still hold.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MINUTE = 60.0
PATIENCE = 3  # people whose mail is put off in a row, before the whole domain rests
FIRST_REST = 60.0
LONGEST_REST = 1800.0


class Pace:
    """Which domains get no mail at the moment."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._handed: dict[str, deque[float]] = {}
        self._put_off: dict[str, set[str]] = {}
        self._until: dict[str, float] = {}

    def resting(self) -> set[str]:
        """The domains that have to wait."""
        now = self._clock()
        self._until = {domain: until for domain, until in self._until.items() if until > now}
        return set(self._until) | {domain for domain in list(self._handed) if self._is_full(domain, now)}

    def handed_over(self, address: str) -> None:
        """The server took a mail."""
        domain = _domain(address)
        self._put_off.pop(domain, None)
        self._until.pop(domain, None)
        if self.per_minute:
            self._handed.setdefault(domain, deque()).append(self._clock())

    def put_off(self, address: str) -> None:
        """The server refused a mail for now."""
        domain = _domain(address)
        people = self._put_off.setdefault(domain, set())
        people.add(address.lower())
        if len(people) >= PATIENCE:
            self._until[domain] = self._clock() + min(FIRST_REST * 2 ** (len(people) - PATIENCE), LONGEST_REST)

    def _is_full(self, domain: str, now: float) -> bool:
        handed = self._handed[domain]
        while handed and handed[0] <= now - MINUTE:
            handed.popleft()
        if not handed:
            del self._handed[domain]
        return bool(self.per_minute) and len(handed) >= self.per_minute


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
