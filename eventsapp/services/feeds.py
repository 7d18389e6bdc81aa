"""Feeds: the calendar that a delegate subscribes to, behind a secret address.

The token is derived from the secret key, the delegate and an epoch, so that the page can show it again although only
its SHA-256 is stored; a new epoch ends it. A feed is made of what the delegate was last sent and of nothing else: the
same meetings, identities and words as in the mails, so its version is known before a byte of it is written.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import or_, select, update

from eventsapp.calendars import build, record
from eventsapp.calendars.versions import feed_etag
from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.values import InvitationMethod
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import Account, Company, Delegate, Event, Invitation, Meeting, Organization
from eventsapp.services import audit

TOKEN_LENGTH = 52
USED_EVERY = timedelta(hours=1)


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
    """The feed behind a token, with its version, in one query; None for a token that opens nothing."""
    if len(token) != TOKEN_LENGTH:
        return None
    query = (
        select(
            Delegate.id,
            Delegate.locale,
            Account.locale,
            Delegate.feed_epoch,
            Delegate.feed_used_at,
            Organization.name,
            Invitation.id,
            Invitation.stamped_at,
            Invitation.content_hash,
        )
        .join(Company, Company.id == Delegate.company_id)
        .join(Organization, Organization.id == Company.organization_id)
        .outerjoin(Account, Account.id == Delegate.account_id)
        .outerjoin(Invitation, Invitation.delegate_id == Delegate.id)
        .where(Delegate.feed_digest == _digest(token), Delegate.ended_at.is_(None))
    )
    rows = db.session.execute(query).all()
    if not rows:
        return None
    delegate_id, own_locale, account_locale, epoch, used_at, organization = rows[0][:6]
    locale = account_locale or own_locale
    said = sorted(f"{row[6]} {row[7].isoformat()} {row[8]}" for row in rows if row[6] is not None)
    etag = feed_etag(delegate_id, "\n".join([str(epoch), locale, organization, *said]))
    return Feed(delegate_id, locale if locale in LOCALES else DEFAULT_LOCALE, organization, etag, used_at)


def write(feed: Feed) -> bytes:
    """The calendar of a feed, the same bytes for the same version."""
    query = (
        select(Invitation.content, Event.time_zone, Event.starts_at)
        .join(Meeting, Meeting.id == Invitation.meeting_id)
        .join(Event, Event.id == Meeting.event_id)
        .where(Invitation.delegate_id == feed.delegate_id, Invitation.method == InvitationMethod.REQUEST)
        .order_by(Event.starts_at, Event.id)
    )
    rows = db.session.execute(query).all()
    with force_locale(feed.locale):
        name = _("Reuniones · %(organization)s", organization=feed.organization)
    zone = rows[-1][1] if rows else "America/Mexico_City"
    return build.feed([record.from_dict(content["invitation"]) for content, _zone, _start in rows], name, zone=zone)


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
