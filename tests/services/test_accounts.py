"""Accounts: what is mailed to whom, which links open what, and who can sign in with which password."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.errors import DomainError
from eventsapp.models import Account, AuditEntry, OutboxMessage, Token
from eventsapp.services import accounts, tokens
from tests import make

EMAIL = "ana@empresa.com"


def sign_up(now: datetime, *, email: str = EMAIL, password_hash: str = "hash", attempt: UUID | None = None) -> None:
    accounts.sign_up(
        email=email,
        name="Ana Ríos",
        password_hash=password_hash,
        locale="es_MX",
        attempt=attempt or uuid4(),
        next_path="/mis-eventos",
        now=now,
    )


def mails() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.kind))
    return [(row.kind, row.to_address) for row in rows]


def mailed(kind: str) -> dict[str, Any]:
    query = select(OutboxMessage).where(OutboxMessage.kind == kind).order_by(OutboxMessage.created_at.desc())
    row = db.session.scalars(query).first()
    assert row is not None
    return row.fields


def test_sign_up_then_confirm(context: Flask, now: datetime) -> None:
    sign_up(now)
    account = accounts.find_by_email(EMAIL)
    assert account is not None
    assert not account.is_active
    assert mails() == [("confirm_email", EMAIL)]
    confirmed = accounts.confirm(mailed("confirm_email")["token"], now=now)
    assert confirmed is account
    assert account.email_confirmed_at == now
    assert account.password_hash == "hash"
    acts = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.action)))
    assert acts == ["account.confirmed", "account.signed_up"]


def test_the_secret_is_nowhere_in_the_table(context: Flask, now: datetime) -> None:
    sign_up(now)
    secret = mailed("confirm_email")["token"]
    token = db.session.scalars(select(Token)).one()
    assert len(secret) >= 43
    assert token.digest == tokens.digest(secret) != secret


def test_a_link_works_once_in_its_time_for_its_purpose(context: Flask, now: datetime) -> None:
    sign_up(now)
    secret = mailed("confirm_email")["token"]
    with pytest.raises(DomainError, match="link_expired"):
        accounts.use_sign_in_link(secret, now=now)
    with pytest.raises(DomainError, match="link_expired"):
        accounts.confirm(secret, now=now + timedelta(hours=24))
    accounts.confirm(secret, now=now + timedelta(hours=23))
    with pytest.raises(DomainError, match="link_expired"):
        accounts.confirm(secret, now=now + timedelta(hours=23))


@pytest.mark.parametrize("secret", ["", "x", "x" * 43, "x" * 10_000, "ñ🔒\x00"])
def test_what_is_no_secret_is_refused(context: Flask, now: datetime, secret: str) -> None:
    with pytest.raises(DomainError, match="link_expired"):
        accounts.confirm(secret, now=now)


def test_a_known_address_gets_another_mail_and_keeps_its_password(context: Flask, now: datetime) -> None:
    known = make.account(email=EMAIL, password_hash="mine")
    sign_up(now, password_hash="theirs")
    assert mails() == [("account_exists", EMAIL)]
    assert (known.password_hash, known.name) == ("mine", known.name)
    assert accounts.use_sign_in_link(mailed("account_exists")["token"], now=now) is known


def test_signing_up_again_before_confirming_ends_the_first_link(context: Flask, now: datetime) -> None:
    sign_up(now, password_hash="first")
    first = mailed("confirm_email")["token"]
    sign_up(now + timedelta(minutes=1), password_hash="second")
    with pytest.raises(DomainError, match="link_expired"):
        accounts.confirm(first, now=now + timedelta(minutes=2))
    account = accounts.confirm(mailed("confirm_email")["token"], now=now + timedelta(minutes=2))
    assert account.password_hash == "second"
    assert len(list(db.session.scalars(select(Account)))) == 1


def test_a_password_prepared_by_a_stranger_is_dropped_by_the_owner_of_the_mailbox(
    context: Flask, now: datetime
) -> None:
    sign_up(now, password_hash="stranger")
    accounts.send_sign_in_link(EMAIL, next_path="/", now=now)
    account = accounts.use_sign_in_link(mailed("sign_in_link")["token"], now=now)
    assert account.is_active
    assert account.password_hash is None


def test_an_unknown_address_gets_no_mail(context: Flask, now: datetime) -> None:
    accounts.send_sign_in_link("nadie@empresa.com", next_path="/", now=now)
    accounts.send_reset("nadie@empresa.com", now=now)
    assert mails() == []


def test_a_new_password_ends_sessions_and_links(context: Flask, now: datetime) -> None:
    account = make.account(email=EMAIL, password_hash="old")
    accounts.send_sign_in_link(EMAIL, next_path="/", now=now)
    accounts.send_reset(EMAIL, now=now)
    secret = mailed("reset_password")["token"]
    before = account.get_id()
    assert accounts.reset_password(secret, "new", now=now + timedelta(minutes=1)) is account
    assert account.password_hash == "new"
    assert account.get_id() != before
    assert mails()[-1] == ("password_changed", EMAIL)
    with pytest.raises(DomainError, match="link_expired"):
        accounts.use_sign_in_link(mailed("sign_in_link")["token"], now=now + timedelta(minutes=1))
    with pytest.raises(DomainError, match="link_expired"):
        accounts.reset_password(secret, "newer", now=now + timedelta(minutes=1))


def test_only_oneself_changes_ones_account(context: Flask, now: datetime) -> None:
    account, other = make.account(), make.account()
    with pytest.raises(DomainError, match="forbidden"):
        accounts.change_profile(account, name="X", locale="en", actor=make.actor(other), now=now)
    with pytest.raises(DomainError, match="forbidden"):
        accounts.change_password(account, "x", actor=make.actor(other), now=now)
    accounts.change_profile(account, name="Ana", locale="en", actor=make.actor(account), now=now)
    assert (account.name, account.locale) == ("Ana", "en")


def test_a_confirmed_address_finds_its_places_in_companies(context: Flask, now: datetime) -> None:
    company = make.company(make.organization())
    waiting = make.delegate(company, email="Luis@empresa.com", account=None)
    ended = make.delegate(make.company(company.organization), email="luis@empresa.com", account=None, ended_at=now)
    sign_up(now, email="luis@empresa.com")
    account = accounts.find_by_email("luis@empresa.com")
    assert account is not None
    assert accounts.claim_delegates(account) == 0
    accounts.confirm(mailed("confirm_email")["token"], now=now)
    assert waiting.account is account
    assert ended.account is None
    assert make.actor(account).companies == {company.id}
