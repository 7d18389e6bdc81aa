"""Feeds: the calendar that a delegate subscribes to, behind a secret address.

The token is derived from the secret key, the delegate and an epoch, so that the page can show it again although only
its SHA-256 is stored; a new epoch ends it. A feed is made of what the delegate was last sent and of nothing else: the
same meetings, identities and words as in the mails. Every meeting is written once, when it is sent, and the version of
a feed is known before any of it is read.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import Select, bindparam, or_, select, update

from eventsapp.calendars import build, record
from eventsapp.calendars.versions import WRITING, feed_etag
from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.values import InvitationMethod
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import Account, Company, Delegate, Event, Invitation, Meeting, Organization
from eventsapp.services import audit

USED_EVERY = timedelta(hours=1)


def _statement() -> Select[Any]:
    """The one question about a token. Plain tables: to make rows of objects would cost more than the answer."""
    delegate, company, account, organization = (model.__table__ for model in (Delegate, Company, Account, Organization))
    return (
        select(
            delegate.c.id,
            delegate.c.locale,
            account.c.locale,
            delegate.c.feed_epoch,
            delegate.c.feed_version,
            delegate.c.feed_used_at,
            organization.c.name,
        )
        .select_from(delegate)
        .join(company, company.c.id == delegate.c.company_id)
        .join(organization, organization.c.id == company.c.organization_id)
        .outerjoin(account, account.c.id == delegate.c.account_id)
        .where(delegate.c.feed_digest == bindparam("digest"), delegate.c.ended_at.is_(None))
    )


_FIND = _statement()  # once: calendars ask day and night


@dataclass(frozen=True)
class Feed:
    """A feed that was found by its token: whose it is, and the entity tag of its content."""

    delegate_id: UUID
    locale: str
    organization: str
    etag: str
    used_at: datetime | None


def token_of(delegate: Delegate, secret_key: str) -> str:
    """The token of a delegate's feed: 256 bits, in letters and digits that survive every mail reader."""
    subject = f"feed:{delegate.id}:{delegate.feed_epoch}".encode("ascii")
    mac = hmac.digest(secret_key.encode(), subject, "sha256")
    return b32encode(mac).decode("ascii").rstrip("=").lower()


def is_open(delegate: Delegate, secret_key: str) -> bool:
    """Does the derived token open the feed? Not before the first look at it, nor after a change of the secret key."""
    return delegate.feed_digest == _digest(token_of(delegate, secret_key))


def open_for(delegate: Delegate, secret_key: str) -> None:
    """Let the derived token open the feed."""
    delegate.feed_digest = _digest(token_of(delegate, secret_key))


def rotate(delegate: Delegate, secret_key: str, *, actor: Actor, now: datetime) -> None:
    """End the address and make another; whoever had the old one sees nothing more."""
    require(actor, Permission.AGENDA_MANAGE, delegate.scope)
    delegate.feed_epoch += 1
    delegate.feed_used_at = None
    open_for(delegate, secret_key)
    audit.record(actor, "feed.rotated", delegate, at=now)


def find(token: str) -> Feed | None:
    """The feed behind a token, with its version, in one indexed query; None for a token that opens nothing.

    The version grows with everything that changes what the delegate was sent (`invitations.announce`), deletions too;
    the names that stand outside of invitations are part of the tag themselves.
    """
    # A token of another form is looked for like any other, so that no answer comes sooner than the rest.
    row = db.session.connection().execute(_FIND, {"digest": _digest(token)}).one_or_none()
    if row is None:
        return None
    delegate_id, own_locale, account_locale, epoch, version, used_at, organization = row
    locale = account_locale or own_locale
    etag = feed_etag(delegate_id, f"{epoch}\n{version}\n{locale}\n{organization}")
    return Feed(delegate_id, locale if locale in LOCALES else DEFAULT_LOCALE, organization, etag, used_at)


def write(feed: Feed) -> bytes:
    """The calendar of a feed, the same bytes for the same version: its kept parts, put together."""
    query = (
        select(Invitation.part, Invitation.part_writing, Invitation.id, Event.time_zone)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(Event, Event.id == Meeting.event_id)
        .where(Invitation.delegate_id == feed.delegate_id, Invitation.method == InvitationMethod.REQUEST)
        .order_by(Invitation.starts_at, Invitation.uid)
    )
    rows = db.session.execute(query).all()
    parts = [part if part and writing == WRITING else _part_of(key) for part, writing, key, _zone in rows]
    zone = rows[-1][3] if rows else "America/Mexico_City"
    return b"".join(build.stream(parts, _name(feed.organization, feed.locale), zone=zone))


def _part_of(invitation_id: UUID) -> bytes:
    """A part that an older version of the program wrote, or none: from what was sent."""
    content = db.session.execute(select(Invitation.content).where(Invitation.id == invitation_id)).scalar_one()
    return build.part(record.from_dict(content["invitation"]))


@lru_cache(maxsize=256)
def _name(organization: str, locale: str) -> str:
    with force_locale(locale):
        return str(_("Reuniones · %(organization)s", organization=organization))


def note_use(feed: Feed, *, now: datetime) -> None:
    """Remember that a calendar came for the feed; once an hour is enough for its owner."""
    db.session.execute(
        update(Delegate)
        .where(
            Delegate.id == feed.delegate_id,
            or_(Delegate.feed_used_at.is_(None), Delegate.feed_used_at < now - USED_EVERY),
        )
        .values(feed_used_at=now)
        .execution_options(synchronize_session=False)
    )


def is_use_due(feed: Feed, *, now: datetime) -> bool:
    """Is it time to remember a use again?"""
    return feed.used_at is None or feed.used_at < now - USED_EVERY


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
