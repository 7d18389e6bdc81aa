"""Accounts: sign-up, confirmed addresses, mailed links, passwords.

What a visitor is told never depends on whether an address is known: a known one gets another mail, that is all.
Hashes come from outside (`services.passwords`), made before the transaction began.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import TokenPurpose
from eventsapp.models import Account, Delegate, Token
from eventsapp.services import audit, outbox, tokens


def find_by_email(email: str) -> Account | None:
    """The account with this address (already in its normal form)."""
    return db.session.scalar(select(Account).where(Account.email == email))


def sign_up(
    *, email: str, name: str, password_hash: str, locale: str, attempt: UUID, next_path: str, now: datetime
) -> None:
    """Make an account that waits for its address to be confirmed, or write to the one that is there.

    `attempt` stands for the browser that signs up: somebody else's click on the mailed link needs the password too, so
    that nobody can prepare an account for a stranger's address and wait.
    """
    account = find_by_email(email)
    if account is not None and account.is_active:
        token = tokens.issue(TokenPurpose.SIGN_IN, account, now=now)
        _mail("account_exists", account, now=now, token=token, next=next_path)
        return
    if account is None:
        account = _new(email, name, now)
    account.name, account.password_hash, account.locale = name, password_hash, locale
    audit.record(_actor(account), "account.signed_up", account, at=now)
    tokens.revoke(account, now=now)
    token = tokens.issue(TokenPurpose.CONFIRM_EMAIL, account, now=now, object_id=attempt)
    _mail("confirm_email", account, now=now, token=token, next=next_path)


def confirm(secret: str, *, now: datetime) -> Account:
    """The address belongs to whoever has the mailed secret; the caller has checked the browser or the password."""
    account = _account(tokens.spend(secret, TokenPurpose.CONFIRM_EMAIL, now=now))
    _open_to(account, now)
    return account


def send_sign_in_link(email: str, *, next_path: str, now: datetime) -> None:
    """Mail a link that signs in, when the address is known."""
    account = find_by_email(email)
    if account is not None:
        token = tokens.issue(TokenPurpose.SIGN_IN, account, now=now)
        _mail("sign_in_link", account, now=now, token=token, next=next_path)


def use_sign_in_link(secret: str, *, now: datetime) -> Account:
    """Sign in by mailed link. On an unconfirmed account the password may be a stranger's: it is dropped."""
    account = _account(tokens.spend(secret, TokenPurpose.SIGN_IN, now=now))
    if not account.is_active:
        account.password_hash = None
    _open_to(account, now)
    return account


def open_invited(email: str, *, name: str, locale: str, now: datetime) -> Account:
    """The account of an address to which an invitation was mailed; a new one needs no password.

    On an unconfirmed account the password may be a stranger's: it is dropped.
    """
    account = find_by_email(email) or _new(email, name, now)
    if not account.is_active:
        account.name, account.locale, account.password_hash = name, locale, None
    _open_to(account, now)
    return account


def send_reset(email: str, *, now: datetime) -> None:
    """Mail a link to choose a new password, when the address is known."""
    account = find_by_email(email)
    if account is not None:
        _mail("reset_password", account, now=now, token=tokens.issue(TokenPurpose.RESET_PASSWORD, account, now=now))


def reset_password(secret: str, password_hash: str, *, now: datetime) -> Account:
    """Choose a new password with a mailed secret; all sessions and all other links of the account end."""
    account = _account(tokens.spend(secret, TokenPurpose.RESET_PASSWORD, now=now))
    _set_password(account, password_hash, _actor(account), now)
    _open_to(account, now)
    return account


def change_password(account: Account, password_hash: str, *, actor: Actor, now: datetime) -> None:
    """Choose a new password; the other sessions and all mailed links of the account end."""
    _require_self(account, actor)
    _set_password(account, password_hash, actor, now)


def renew_hash(account: Account, password_hash: str) -> None:
    """Keep the same password under today's parameters."""
    account.password_hash = password_hash


def change_profile(account: Account, *, name: str, locale: str, actor: Actor, now: datetime) -> None:
    """Change one's own name and language."""
    _require_self(account, actor)
    account.name, account.locale = name, locale
    audit.record(actor, "account.profile_changed", account, at=now)


def choose_language(account: Account, locale: str) -> None:
    """Speak another language to this person from now on."""
    account.locale = locale


def claim_delegates(account: Account) -> int:
    """Give a person with a confirmed address the places that companies keep for that address; how many."""
    if not account.is_active:
        return 0
    waiting = select(Delegate).where(
        func.lower(Delegate.email) == account.email, Delegate.account_id.is_(None), Delegate.ended_at.is_(None)
    )
    found = list(db.session.scalars(waiting))
    for delegate in found:
        delegate.account = account
    db.session.flush()
    return len(found)


def known_or_new(email: str, *, name: str, locale: str, now: datetime) -> Account:
    """The account of an address, or a new one that a link mailed to it opens."""
    known = find_by_email(email)
    if known is not None:
        return known
    made = _new(email, name, now)
    made.locale = locale
    return made


def _new(email: str, name: str, now: datetime) -> Account:
    """A new account, or the one that another process made for this address at the same moment."""
    account = Account(email=email, name=name, created_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(account)
    except IntegrityError:
        return db.session.scalars(select(Account).where(Account.email == email)).one()
    return account


def _open_to(account: Account, now: datetime) -> None:
    """The person has shown that the address is theirs."""
    if account.email_confirmed_at is None:
        account.email_confirmed_at = now
        audit.record(_actor(account), "account.confirmed", account, at=now)
        tokens.revoke(account, now=now)
    claim_delegates(account)


def _set_password(account: Account, password_hash: str, actor: Actor, now: datetime) -> None:
    had_password = account.password_hash is not None and account.is_active
    account.password_hash = password_hash
    account.session_epoch += 1
    tokens.revoke(account, now=now)
    audit.record(actor, "account.password_changed", account, at=now)
    if had_password:
        _mail("password_changed", account, now=now)


def _require_self(account: Account, actor: Actor) -> None:
    if actor.account_id != account.id:
        raise DomainError("forbidden")


def _account(token: Token) -> Account:
    if token.account is None:
        raise DomainError("link_expired")
    return token.account


def _actor(account: Account) -> Actor:
    """The person before there is a session."""
    return Actor(account.id, account.name)


def _mail(kind: str, account: Account, *, now: datetime, **fields: str) -> None:
    outbox.add(
        kind,
        key=f"{kind}:{account.id}:{uuid4().hex}",
        to_address=account.email,
        to_name=account.name,
        locale=account.locale,
        fields=fields,
        at=now,
    )
