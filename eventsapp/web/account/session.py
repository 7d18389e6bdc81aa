"""Who is signed in, in this browser: entering, leaving, and how passwords are checked here."""

from __future__ import annotations

from flask import current_app, g, request, session
from flask_login import current_user, login_user, logout_user

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.models import Account
from eventsapp.services import accounts, passwords

LOCALE = "locale"


def enter(account: Account) -> None:
    """Sign this account in, in a session that keeps nothing of the visitor but the language."""
    locale = session.get(LOCALE)
    session.clear()
    if locale:
        session[LOCALE] = locale
    session.permanent = True
    login_user(account)


def leave() -> None:
    """Sign out; the language stays."""
    locale = session.get(LOCALE)
    logout_user()
    session.clear()
    if locale:
        session[LOCALE] = locale


def myself() -> Account:
    """The account that is signed in; only behind a permission that asks for one."""
    account: Account = current_user._get_current_object()
    return account


def myself_as_actor() -> Actor:
    """The actor of this request."""
    actor: Actor = g.actor
    return actor


def client_address() -> str:
    """The address that the request came from; a whole hall may share one."""
    return request.remote_addr or "unknown"


def hashed(password: str) -> str:
    """The hash of a password under the settings of this application."""
    return passwords.hashed(password, memory_kib=_memory_kib())


def is_password_of(account: Account | None, password: str) -> bool:
    """Is this the password of the account? Nobody's password takes as long. Old hashes are renewed on the way."""
    stored = account.password_hash if account else None
    if not passwords.matches(stored, password, memory_kib=_memory_kib()):
        return False
    if account is not None and stored and passwords.is_outdated(stored, memory_kib=_memory_kib()):
        fresh = hashed(password)
        with unit_of_work():
            accounts.renew_hash(account, fresh)
    return True


def _memory_kib() -> int:
    return int(current_app.config["SETTINGS"].password_memory_kib)
