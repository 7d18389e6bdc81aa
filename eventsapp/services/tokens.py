"""Mailed secrets: 256 random bits, stored as SHA-256, bound to a purpose and an account, spent once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import TokenPurpose
from eventsapp.models import Account, Token

RANDOM_BYTES = 32
MAX_LENGTH = 64
LASTS = {
    TokenPurpose.CONFIRM_EMAIL: timedelta(hours=24),
    TokenPurpose.SIGN_IN: timedelta(minutes=30),
    TokenPurpose.RESET_PASSWORD: timedelta(hours=2),
    TokenPurpose.JOIN_COMPANY: timedelta(days=7),
}


def issue(purpose: TokenPurpose, account: Account | None, *, now: datetime, object_id: UUID | None = None) -> str:
    """A new secret for this account, or for whoever has the mail about an object; only its hash is stored."""
    secret = secrets.token_urlsafe(RANDOM_BYTES)
    db.session.add(
        Token(
            digest=digest(secret),
            purpose=purpose,
            account=account,
            object_id=object_id,
            created_at=now,
            expires_at=now + LASTS[purpose],
        )
    )
    db.session.flush()
    return secret


def find(secret: str, purpose: TokenPurpose, *, now: datetime) -> Token | None:
    """The token behind a secret while it is good for this purpose."""
    if len(secret) > MAX_LENGTH:
        return None
    query = (
        select(Token)
        .where(
            Token.digest == digest(secret),
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > now,
        )
        .options(joinedload(Token.account))
    )
    return db.session.scalar(query)


def spend(secret: str, purpose: TokenPurpose, *, now: datetime) -> Token:
    """Use the secret up and give its token; `link_expired` when it was used, ended or never was."""
    token = find(secret, purpose, now=now)
    if token is None or not _mark_used(token, now):
        raise DomainError("link_expired")
    return token


def revoke(account: Account, purpose: TokenPurpose | None = None, *, now: datetime) -> None:
    """End the unused secrets of an account, all of them or those for one purpose."""
    ended = update(Token).where(Token.account_id == account.id, Token.used_at.is_(None)).values(used_at=now)
    db.session.execute(ended if purpose is None else ended.where(Token.purpose == purpose))


def revoke_for(object_id: UUID, purpose: TokenPurpose, *, now: datetime) -> None:
    """End the unused secrets about an object."""
    ended = update(Token).where(Token.object_id == object_id, Token.purpose == purpose, Token.used_at.is_(None))
    db.session.execute(ended.values(used_at=now))


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _mark_used(token: Token, now: datetime) -> bool:
    """Only one of two clicks at the same moment finds it unused."""
    result = db.session.execute(
        update(Token).where(Token.id == token.id, Token.used_at.is_(None)).values(used_at=now),
        execution_options={"synchronize_session": False},
    )
    assert isinstance(result, CursorResult)
    return result.rowcount == 1
