"""How often something may be tried: counted in the database, so that all processes share it.

Count in a transaction of its own, before the costly or mailed act: what fails afterwards must still have counted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy.dialects import postgresql, sqlite

from eventsapp.db import db
from eventsapp.domain.errors import DomainError
from eventsapp.models import Throttle


@dataclass(frozen=True)
class Limit:
    """At most `most` times in each window of time; `name` tells limits apart."""

    name: str
    most: int
    window: timedelta


PASSWORD_BY_PAIR = Limit("password-pair", 10, timedelta(minutes=15))
PASSWORD_BY_ADDRESS = Limit("password-address", 40, timedelta(minutes=15))
PASSWORD_BY_CLIENT = Limit("password-client", 200, timedelta(minutes=15))
MAIL_BY_ADDRESS = Limit("mail-address", 5, timedelta(hours=1))
MAIL_BY_CLIENT = Limit("mail-client", 300, timedelta(hours=1))


def count(limit: Limit, who: str, *, now: datetime) -> None:
    """Count one try of `who` (an address, a client or both); raise `too_many_tries` beyond the limit."""
    starts = _window_start(limit.window, now)
    if _counted(_key(limit, who), starts) > limit.most:
        wait = starts + limit.window - now
        raise DomainError("too_many_tries", minutes=max(1, -(-int(wait.total_seconds()) // 60)))


def count_password(email: str, client: str, *, now: datetime) -> None:
    """Count one try of a password. A whole hall may share one client, and a stranger must not lock a person out."""
    count(PASSWORD_BY_PAIR, f"{email} {client}", now=now)
    count(PASSWORD_BY_ADDRESS, email, now=now)
    count(PASSWORD_BY_CLIENT, client, now=now)


def count_mail(email: str, client: str, *, now: datetime) -> None:
    """Count one mail that a visitor asks us to send to an address."""
    count(MAIL_BY_ADDRESS, email, now=now)
    count(MAIL_BY_CLIENT, client, now=now)


def _key(limit: Limit, who: str) -> str:
    """The name of the limit and the hash of who: the table holds no addresses."""
    return f"{limit.name}:{hashlib.sha256(who.encode()).hexdigest()}"


def _window_start(window: timedelta, now: datetime) -> datetime:
    seconds = int(window.total_seconds())
    return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)


def _counted(key: str, starts: datetime) -> int:
    """One more in this window, in one statement: two processes never read the same number."""
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    upsert = dialect.insert(Throttle).values(id=uuid4(), key=key, window_starts_at=starts, count=1)
    upsert = upsert.on_conflict_do_update(
        index_elements=["key", "window_starts_at"], set_={"count": Throttle.count + 1}
    ).returning(Throttle.count)
    return int(db.session.scalar(upsert) or 0)
