"""Accounts: a person who signs in, the roles in organizations, and the tokens that mailed links carry."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from eventsapp.db import Base
from eventsapp.domain.access import NOWHERE, Scope
from eventsapp.domain.values import Role, TokenPurpose
from eventsapp.models.organization import Organization


class Account(Base):
    """A person who can sign in; the address is kept in lower case."""

    __tablename__ = "account"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None] = mapped_column(String(255))
    email_confirmed_at: Mapped[datetime | None]
    locale: Mapped[str] = mapped_column(String(8), default="es_MX")
    is_admin: Mapped[bool] = mapped_column(default=False)
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    memberships: Mapped[list[Membership]] = relationship(back_populates="account")

    @property
    def scope(self) -> Scope:
        """Whose this is: a person belongs to no organization."""
        return NOWHERE

    # What Flask-Login asks of an account.
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """May this account have a session? Only once the address is confirmed."""
        return self.email_confirmed_at is not None

    def get_id(self) -> str:
        """What the session keeps: the account, and the epoch that a password change ends."""
        return f"{self.id}:{self.session_epoch}"


class Membership(Base):
    """The role of an account in an organization."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("organization_id", "account_id", "role"),)

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role]
    created_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship(back_populates="memberships")
    account: Mapped[Account] = relationship(back_populates="memberships")


class Token(Base):
    """A mailed secret, stored as its hash: bound to a purpose and an account or address, spent once."""

    __tablename__ = "token"

    digest: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[TokenPurpose]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    object_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    account: Mapped[Account | None] = relationship()
