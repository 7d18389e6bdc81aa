"""The desk for rights over personal data: a person asks, the organizer answers in time and carries it out in time."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from eventsapp.db import db
from eventsapp.domain import privacy
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.privacy import ANSWER_DAYS, CARRY_OUT_DAYS, ArcoKind, ArcoStatus
from eventsapp.models import ArcoRequest, Event, Organization
from eventsapp.services import audit, outbox

OPEN = (ArcoStatus.RECEIVED, ArcoStatus.GRANTED)


def file(
    event: Event, kind: ArcoKind, *, name: str, email: str, text: str, locale: str, actor: Actor, now: datetime
) -> ArcoRequest:
    """A person asks the organizer of an event; the answer is due in twenty working days."""
    organization_id = event.organization_id
    db.session.execute(select(Organization.id).where(Organization.id == organization_id).with_for_update())
    last = db.session.scalar(select(func.max(ArcoRequest.number)).where(ArcoRequest.organization_id == organization_id))
    today = now.astimezone(event.zone).date()
    made = ArcoRequest(
        organization_id=organization_id,
        number=(last or 0) + 1,
        account_id=actor.account_id,
        kind=kind,
        name=name,
        email=email,
        locale=locale,
        text=text,
        answer_due_on=privacy.working_days_after(today, ANSWER_DAYS),
        received_at=now,
    )
    db.session.add(made)
    audit.record(actor, "arco.received", made, at=now, number=made.number, kind=kind.value)
    _mail("arco_received", made, event, now)
    return made


def find_in(organization: Organization, request_id: UUID) -> ArcoRequest | None:
    """A request to this organization."""
    query = select(ArcoRequest).where(ArcoRequest.organization_id == organization.id, ArcoRequest.id == request_id)
    return db.session.scalar(query.options(joinedload(ArcoRequest.answered_by)))


def list_for(organization: Organization, *, only_open: bool, offset: int = 0, limit: int = 25) -> list[ArcoRequest]:
    """The requests to an organization: the open ones by the day they are due, else the latest first."""
    query = select(ArcoRequest).where(ArcoRequest.organization_id == organization.id)
    if only_open:
        due = func.coalesce(ArcoRequest.carry_out_due_on, ArcoRequest.answer_due_on)
        query = query.where(ArcoRequest.status.in_(OPEN)).order_by(due, ArcoRequest.number)
    else:
        query = query.order_by(ArcoRequest.number.desc())
    return list(db.session.scalars(query.offset(offset).limit(limit)))


def count_for(organization: Organization, *, only_open: bool) -> int:
    """How many requests there are."""
    query = select(func.count()).where(ArcoRequest.organization_id == organization.id)
    return db.session.scalar(query.where(ArcoRequest.status.in_(OPEN)) if only_open else query) or 0


def list_of(account_id: UUID) -> list[ArcoRequest]:
    """What a person has asked."""
    query = select(ArcoRequest).where(ArcoRequest.account_id == account_id).order_by(ArcoRequest.received_at.desc())
    return list(db.session.scalars(query.options(joinedload(ArcoRequest.organization))))


def answer(request: ArcoRequest, event: Event, *, is_granted: bool, text: str, actor: Actor, now: datetime) -> None:
    """Say yes or no, with the reason; a granted request is carried out within fifteen working days."""
    require(actor, Permission.EVENT_MANAGE, request.scope)
    db.session.refresh(request, with_for_update={"of": ArcoRequest})
    if request.status is not ArcoStatus.RECEIVED:
        raise DomainError("arco_answered")
    request.status = ArcoStatus.GRANTED if is_granted else ArcoStatus.DENIED
    request.answer, request.answered_at, request.answered_by_id = text, now, actor.account_id
    if is_granted:
        today = now.astimezone(event.zone).date()
        request.carry_out_due_on = privacy.working_days_after(today, CARRY_OUT_DAYS)
    audit.record(actor, "arco.answered", request, at=now, event=event, number=request.number, granted=is_granted)
    _mail("arco_answered", request, event, now)


def finish(request: ArcoRequest, event: Event, *, actor: Actor, now: datetime) -> None:
    """What was granted has been carried out."""
    require(actor, Permission.EVENT_MANAGE, request.scope)
    db.session.refresh(request, with_for_update={"of": ArcoRequest})
    if request.status is not ArcoStatus.GRANTED:
        raise DomainError("arco_answered")
    request.status, request.done_at = ArcoStatus.DONE, now
    audit.record(actor, "arco.done", request, at=now, event=event, number=request.number)


def _mail(kind: str, request: ArcoRequest, event: Event, now: datetime) -> None:
    db.session.flush()
    due = request.answer_due_on if kind == "arco_received" else request.carry_out_due_on
    outbox.add(
        kind,
        key=f"{kind}:{request.id}",
        to_address=request.email,
        to_name=request.name,
        locale=request.locale,
        fields={
            "number": request.number,
            "organization": event.organization.name,
            "due": due.isoformat() if due else "",
            "granted": request.status is ArcoStatus.GRANTED,
            "answer": request.answer,
        },
        at=now,
        event=event,
    )
