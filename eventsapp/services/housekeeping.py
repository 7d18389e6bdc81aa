"""Removes rows that have served their time and closes what is over; nothing that is history goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from eventsapp.db import db
from eventsapp.models import FormKey, Throttle, Token
from eventsapp.services import imports, printouts, privacy_erasure, requirements

FORM_KEYS_FOR = timedelta(days=14)  # as long as a session, and so a page left open, can live
THROTTLES_FOR = timedelta(days=2)
TOKENS_FOR = timedelta(days=30)  # a spent link can still be told apart from a wrong one for a while


def remove_spent(*, now: datetime) -> None:
    """Remove old form keys, throttles, tokens and files to print; close the requirements whose time has passed."""
    for spent in (
        delete(FormKey).where(FormKey.created_at < now - FORM_KEYS_FOR),
        delete(Throttle).where(Throttle.window_starts_at < now - THROTTLES_FOR),
        delete(Token).where(Token.expires_at < now - TOKENS_FOR),
    ):
        db.session.execute(spent.execution_options(synchronize_session=False))
    printouts.drop_old_files(now=now)
    requirements.expire(now=now)
    imports.drop_old(now=now)
    privacy_erasure.suppress_due(now=now)
