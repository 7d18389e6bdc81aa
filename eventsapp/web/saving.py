"""One user action, one transaction, once: a second click gets the answer of the first."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import redirect, request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from eventsapp.db import db, unit_of_work
from eventsapp.models import FormKey
from eventsapp.web.clock import now

MAX_KEY_LENGTH = 64


class Repeated(Exception):
    """This form was carried out before; `location` is where its answer led."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass
class Saving:
    """Where the answer of this form leads; set it inside `saving()`."""

    location: str = ""

    def redirect(self) -> Response:
        """Go there (303)."""
        return redirect(self.location, 303)


def form_key() -> str:
    """A fresh key for a form; every form carries one."""
    return secrets.token_urlsafe(24)


@contextmanager
def saving(location: str = "") -> Iterator[Saving]:
    """A unit of work that the one-time key of the form guards; raises `Repeated` when the key was used before."""
    key = request.form.get("form_key", "")[:MAX_KEY_LENGTH]
    if not key.isprintable():  # none of ours, and PostgreSQL takes no NUL
        key = ""
    result = Saving(location)
    try:
        with unit_of_work():
            used = FormKey(key=key, created_at=now()) if key else None
            if used is not None:
                _refuse_used(key)
                db.session.add(used)
                db.session.flush()
            yield result
            if used is not None:
                used.location = result.location[:500]
    except IntegrityError:
        if key:
            _refuse_used(key)
        raise


def _refuse_used(key: str) -> None:
    done = db.session.scalar(select(FormKey).where(FormKey.key == key))
    if done is not None:
        raise Repeated(done.location)
