"""Campaigns: a text for many people of an event; to whom it goes, how it reads, when it is sent, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from uuid import uuid4

from sqlalchemy import CursorResult, delete, exists, func, or_, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import placeholders
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import (
    CampaignStatus,
    MailLink,
    OutboxState,
    RegistrationStatus,
    RequestStatus,
    Side,
)
from eventsapp.i18n import DEFAULT_LOCALE, LOCALES, force_locale
from eventsapp.models import (
    Account,
    Campaign,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    OutboxMessage,
    Placement,
    Registration,
    Request,
)
from eventsapp.services import audit, companies, events, outbox, registration_notes, wording

KIND = "campaign"
LETTER = "letter"
MOST_SUBJECT = 120
MOST_BODY = 5000
PATHS = {
    MailLink.AGENDA: "/e/{code}/agenda",
    MailLink.REQUESTS: "/e/{code}/solicitudes",
    MailLink.FIND: "/e/{code}/buscar",
    MailLink.REGISTRATION: "/e/{code}/registro",
    MailLink.EVENT: "/e/{code}",
}


@dataclass(frozen=True)
class Audience:
    """Whom a campaign addresses; empty values leave nobody out.

    `people` is `admins`, who administer a company, or `everyone`, all who sit at its desks. `meetings` is `with` or
    `without` meetings in what is published. `is_unanswered` keeps companies with requests that wait for their answer,
    `numbers` those registrations alone.
    """

    side: str = ""
    status: str = RegistrationStatus.APPROVED.value
    people: str = "everyone"
    meetings: str = ""
    cluster: str = ""
    is_unanswered: bool = False
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Recipient:
    """One person of a campaign, with what the blanks of the text are filled with."""

    name: str
    company: str
    email: str
    locale: str


@dataclass(frozen=True)
class Answers:
    """What an organizer writes: the audience, a subject and a body for each language, the button."""

    audience: Audience
    texts: Mapping[str, Mapping[str, str]]
    link: MailLink = MailLink.NONE


# Reading ---------------------------------------------------------------------------------------------------------


def find(event: Event, number: int) -> Campaign | None:
    """A campaign of an event by its number."""
    if not 0 < number < 2**31:
        return None
    return db.session.scalar(select(Campaign).where(Campaign.event_id == event.id, Campaign.number == number))


def list_for(event: Event) -> list[Campaign]:
    """All campaigns of an event, the newest first."""
    query = select(Campaign).where(Campaign.event_id == event.id).order_by(Campaign.number.desc())
    return list(db.session.scalars(query.options(joinedload(Campaign.created_by))))


def audience_of(campaign: Campaign) -> Audience:
    """Whom a campaign addresses."""
    known = {field.name for field in fields(Audience)}
    kept = {name: value for name, value in campaign.audience.items() if name in known}
    return Audience(**{**kept, "numbers": tuple(kept.get("numbers", ()))})


def subject_of(campaign: Campaign) -> str:
    """What a campaign is called in lists: its subject in the language of the event."""
    return str(campaign.texts.get(DEFAULT_LOCALE, {}).get("subject", ""))


def list_named(event: Event, numbers: Collection[int]) -> list[str]:
    """The names of the companies behind some registrations, in their order."""
    query = select(Company.name).join(Registration, Registration.company_id == Company.id)
    return list(
        db.session.scalars(
            query.where(Registration.event_id == event.id, Registration.number.in_(numbers)).order_by(Company.name)
        )
    )


def list_recipients(event: Event, audience: Audience) -> list[Recipient]:
    """The people whom an audience means, each address once, by company and name."""
    query = (
        select(Delegate.name, Delegate.email, Delegate.locale, Account.locale, Company.name)
        .join(Company, Company.id == Delegate.company_id)
        .join(Registration, Registration.company_id == Company.id)
        .outerjoin(Account, Account.id == Delegate.account_id)
        .where(Registration.event_id == event.id, Delegate.ended_at.is_(None))
        .order_by(Company.name, Delegate.name, Delegate.id)
    )
    if audience.status:
        query = query.where(Registration.status == RegistrationStatus(audience.status))
    if audience.side:
        query = query.where(Registration.side.in_([Side(audience.side), Side.BOTH]))
    if audience.people == "admins":
        query = query.where(Delegate.is_company_admin)
    else:
        seated = exists().where(
            DeskDelegate.delegate_id == Delegate.id,
            DeskDelegate.desk_id == Desk.id,
            Desk.registration_id == Registration.id,
        )
        query = query.where(or_(seated, Delegate.is_company_admin))
    if audience.meetings:
        placed = exists().where(
            Placement.schedule_id == event.published_schedule_id,
            or_(Placement.desk_a_id == Desk.id, Placement.desk_b_id == Desk.id),
            Desk.registration_id == Registration.id,
        )
        query = query.where(placed if audience.meetings == "with" else ~placed)
    if audience.is_unanswered:
        waiting = exists().where(Request.to_id == Registration.id, Request.status == RequestStatus.SENT)
        query = query.where(waiting)
    if audience.numbers:
        query = query.where(Registration.number.in_(audience.numbers))
    rows = db.session.execute(query.add_columns(Company.cluster_codes))
    found: dict[str, Recipient] = {}
    for name, email, own, chosen, company, clusters in rows:
        if not audience.cluster or audience.cluster in clusters:
            locale = chosen or own
            found.setdefault(
                email.lower(), Recipient(name, company, email, locale if locale in LOCALES else DEFAULT_LOCALE)
            )
    return list(found.values())


def deliveries(campaign: Campaign, most: int = 200) -> list[OutboxMessage]:
    """Mails of a campaign: those that reached nobody first, then by name."""
    is_lost = OutboxMessage.state.in_((OutboxState.FAILED, OutboxState.BOUNCED))
    query = select(OutboxMessage).where(outbox.within(keys_of(campaign)))
    return list(db.session.scalars(query.order_by(~is_lost, OutboxMessage.to_name, OutboxMessage.id).limit(most)))


def keys_of(campaign: Campaign) -> outbox.Keys:
    """The range of the keys of its mails."""
    prefix = _prefix(campaign)
    return prefix, prefix[:-1] + ";"


def count_deliveries(campaign: Campaign) -> dict[OutboxState, int]:
    """How many mails of a campaign stand where."""
    query = (
        select(OutboxMessage.state, func.count()).where(outbox.within(keys_of(campaign))).group_by(OutboxMessage.state)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def sample(campaign: Campaign, recipient: Recipient, *, now: datetime) -> OutboxMessage:
    """The mail that this person would get, not stored."""
    return _mail(campaign, recipient, key="sample", at=now)


# Writing ---------------------------------------------------------------------------------------------------------


def add(event: Event, answers: Answers, *, actor: Actor, now: datetime) -> Campaign:
    """Begin a campaign."""
    require(actor, Permission.MAIL_WRITE, event.scope)
    events.lock(event)
    last = db.session.scalar(select(func.max(Campaign.number)).where(Campaign.event_id == event.id))
    made = Campaign(event=event, number=(last or 0) + 1, created_by_id=actor.account_id, created_at=now)
    _store(made, answers)
    db.session.add(made)
    audit.record(actor, "campaign.added", made, at=now, number=made.number)
    return made


def change(campaign: Campaign, answers: Answers, *, version: int, actor: Actor, now: datetime) -> None:
    """Store what an organizer writes, unless somebody else stored something since `version` was seen."""
    _begin(campaign, actor)
    if campaign.version != version:
        raise Conflict("changed_meanwhile")
    _store(campaign, answers)
    audit.record(actor, "campaign.changed", campaign, at=now, number=campaign.number)


def send(campaign: Campaign, *, at: datetime | None, actor: Actor, now: datetime) -> int:
    """Give the mails to the outbox, for now or for later; to how many people.

    Whom the audience means is decided here: the number on the button is the number of mails.
    """
    _begin(campaign, actor)
    if at is not None and at <= now:
        raise DomainError("time_is_over")
    recipients = list_recipients(campaign.event, audience_of(campaign))
    if not recipients:
        raise DomainError("nobody_to_write_to")
    due = at or now
    outbox.add_all(
        _mail(campaign, recipient, key=f"{_prefix(campaign)}{recipient.email.lower()}", at=due)
        for recipient in recipients
    )
    campaign.status, campaign.send_at, campaign.people = CampaignStatus.SENT, due, len(recipients)
    audit.record(actor, "campaign.sent", campaign, at=now, number=campaign.number, people=len(recipients))
    return len(recipients)


def send_sample(campaign: Campaign, account: Account, *, actor: Actor, now: datetime) -> None:
    """Send the text to the organizer alone, as the first person of the audience would get it."""
    require(actor, Permission.MAIL_WRITE, campaign.scope)
    meant = list_recipients(campaign.event, audience_of(campaign))
    company = meant[0].company if meant else campaign.event.organization.name
    mine = Recipient(account.name, company, account.email, account.locale)
    db.session.add(_mail(campaign, mine, key=f"campaign-sample:{campaign.id}:{uuid4().hex}", at=now))
    audit.record(actor, "campaign.sampled", campaign, at=now, number=campaign.number)


def write_to(registration: Registration, subject: str, body: str, *, actor: Actor, now: datetime) -> int:
    """Write to those who administer one company of an event; how many people. The log keeps the subject.

    A letter is about their own participation: it also reaches those who want no notices.
    """
    require(actor, Permission.MAIL_WRITE, registration.event.scope)
    people = companies.list_admins(registration.company)
    if not people:
        raise DomainError("company_without_people")
    letter = uuid4().hex
    outbox.add_all(
        outbox.message(
            LETTER,
            key=f"letter:{registration.id}:{letter}:{person.id}",
            to_address=person.email,
            to_name=person.name,
            locale=person.locale,
            fields={"subject_line": subject, "body": body},
            at=now,
            event=registration.event,
        )
        for person in people
    )
    registration_notes.record(
        actor, "registration.written_to", registration, at=now, reason=subject, people=len(people)
    )
    return len(people)


def cancel(campaign: Campaign, *, actor: Actor, now: datetime) -> int:
    """Hold back the mails that have not gone yet; how many. What was sent stays sent, and the text stays."""
    require(actor, Permission.MAIL_WRITE, campaign.scope)
    db.session.refresh(campaign, with_for_update=True)
    if campaign.status is not CampaignStatus.SENT:
        raise DomainError("campaign_not_sent")
    waiting = delete(OutboxMessage).where(
        outbox.within(keys_of(campaign)),
        OutboxMessage.state == OutboxState.PENDING,
        or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
    )
    done = db.session.execute(waiting.execution_options(synchronize_session=False))
    assert isinstance(done, CursorResult)
    if not done.rowcount:
        raise DomainError("campaign_gone")
    campaign.status = CampaignStatus.CANCELLED
    audit.record(actor, "campaign.cancelled", campaign, at=now, number=campaign.number, people=done.rowcount)
    return done.rowcount


def copy(campaign: Campaign, *, actor: Actor, now: datetime) -> Campaign:
    """The same text and audience as a new draft."""
    return add(
        campaign.event, Answers(audience_of(campaign), dict(campaign.texts), campaign.link), actor=actor, now=now
    )


# Parts -----------------------------------------------------------------------------------------------------------


def _begin(campaign: Campaign, actor: Actor) -> None:
    require(actor, Permission.MAIL_WRITE, campaign.scope)
    db.session.refresh(campaign, with_for_update=True)
    if campaign.status is not CampaignStatus.DRAFT:
        raise DomainError("campaign_sent")


def _store(campaign: Campaign, answers: Answers) -> None:
    for text in answers.texts.values():
        placeholders.require_known(text["subject"])
        placeholders.require_known(text["body"])
    campaign.audience = {**asdict(answers.audience), "numbers": list(answers.audience.numbers)}
    campaign.texts = {locale: dict(text) for locale, text in answers.texts.items() if text["subject"] and text["body"]}
    campaign.link = answers.link


def _mail(campaign: Campaign, recipient: Recipient, *, key: str, at: datetime) -> OutboxMessage:
    locale = recipient.locale if recipient.locale in campaign.texts else DEFAULT_LOCALE
    text = campaign.texts[locale]
    event = campaign.event
    with force_locale(locale):
        values = {
            "nombre": recipient.name,
            "empresa": recipient.company,
            "evento": event.name,
            "fechas": wording.days([event.first_day, event.last_day]),
            "sede": event.venue,
            "ciudad": event.city,
        }
    path = PATHS.get(campaign.link, "").format(code=event.code)
    return outbox.message(
        KIND,
        key=key,
        to_address=recipient.email,
        to_name=recipient.name,
        locale=locale,
        fields={
            "subject_line": placeholders.filled(text["subject"], values),
            "body": placeholders.filled(text["body"], values),
            "path": path,
            "page": campaign.link.value,
        },
        at=at,
        event=event,
    )


def _prefix(campaign: Campaign) -> str:
    return f"campaign:{campaign.id}:"
