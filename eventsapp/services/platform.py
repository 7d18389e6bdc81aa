"""Who takes care of the platform: its organizations and who works in them, but not their events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.models import Account
from eventsapp.services import audit


def let_in(account: Account, *, actor: Actor, now: datetime) -> None:
    """Make somebody an administrator of the platform."""
    require(actor, Permission.ADMIN_MANAGE)
    _set(account, True, "account.admin_added", actor, now)


def let_out(account: Account, *, actor: Actor, now: datetime) -> None:
    """End it; the last one stays."""
    require(actor, Permission.ADMIN_MANAGE)
    require_other(account)
    _set(account, False, "account.admin_removed", actor, now)


def require_other(account: Account) -> None:
    """Raise `last_admin` when only this account takes care of the platform."""
    if account.is_admin and not db.session.scalar(
        select(exists().where(Account.is_admin.is_(True), Account.id != account.id))
    ):
        raise DomainError("last_admin")


def _set(account: Account, is_admin: bool, action: str, actor: Actor, now: datetime) -> None:
    if account.is_admin is not is_admin:
        account.is_admin = is_admin
        audit.record(actor, action, account, at=now, name=account.name)
