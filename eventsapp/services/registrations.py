"""Registrations: a company takes part in an event, from the first draft to the organizer's decision.

Every writer locks the registration and reads it again, so that a decision rests on what is true now; every save
counts up its version.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from eventsapp.db import db
from eventsapp.domain import deadlines, lifecycle, registering
from eventsapp.domain.absences import Span, is_absent, stretches
from eventsapp.domain.access import Actor, Permission, may, require
from eventsapp.domain.editions import require_seen
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.registering import MAX_DELEGATES, MAX_DESKS, Consent, Step
from eventsapp.domain.taxonomy import MAX_TERMS, unknown_terms
from eventsapp.domain.values import EventStatus, RegistrationStatus, Side
from eventsapp.models import (
    Absence,
    Account,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Placement,
    Registration,
)
from eventsapp.services import companies, events, places, privacy
from eventsapp.services import registration_notes as notes
from eventsapp.services.companies import CompanyAnswers, DelegateAnswers

Status = RegistrationStatus
STEP_PERMISSIONS = {Step.AVAILABILITY: Permission.DESK_EDIT}
"""What a step needs when it is not everybody's who administers the company."""


@dataclass(frozen=True)
class TermsAnswers:
    """What a company buys or makes."""

    terms: tuple[str, ...]
    offer: str = ""


@dataclass(frozen=True)
class DeskAnswers:
    """One desk: its name and who sits there."""

    name: str
    delegate_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class DesksAnswers:
    """All desks of a registration, in order."""

    desks: tuple[DeskAnswers, ...]


@dataclass(frozen=True)
class AvailabilityAnswers:
    """The slots in which each desk can meet, by the desk's number, in order of time."""

    slot_ids: dict[int, tuple[UUID, ...]]


TermLists = Iterable[Collection[str]]


# Reading ---------------------------------------------------------------------------------------------------------


def find_whole(registration_id: UUID) -> Registration | None:
    """A registration with its company, desks, people and absences, in a constant number of statements."""
    query = (
        select(Registration)
        .where(Registration.id == registration_id)
        .options(
            joinedload(Registration.company),
            selectinload(Registration.desks).selectinload(Desk.seats).joinedload(DeskDelegate.delegate),
            selectinload(Registration.desks).selectinload(Desk.absences),
        )
    )
    return db.session.scalar(query)


def terms_of(registration: Registration) -> TermsAnswers:
    """What is stored of what a company buys or makes."""
    return TermsAnswers(tuple(registration.terms), registration.offer)


def desks_of(registration: Registration) -> DesksAnswers:
    """What is stored of the desks."""
    return DesksAnswers(
        tuple(DeskAnswers(desk.name, tuple(seat.delegate_id for seat in desk.seats)) for desk in registration.desks)
    )


def availability_of(registration: Registration) -> AvailabilityAnswers:
    """The slots in which each desk can meet now."""
    slots = registration.event.slots
    return AvailabilityAnswers(
        {
            desk.number: tuple(
                slot.id
                for slot in slots
                if not is_absent((slot.starts_at, slot.ends_at), [(a.starts_at, a.ends_at) for a in desk.absences])
            )
            for desk in registration.desks
        }
    )


def list_chosen_terms(event: Event, side: Side, statuses: Collection[Status]) -> list[list[str]]:
    """The terms that each registration of a side chose: what the other side may learn as counts."""
    sides = {side, Side.BOTH} if side is not Side.BOTH else set(Side)
    query = select(Registration.terms).where(
        Registration.event_id == event.id, Registration.side.in_(sides), Registration.status.in_(statuses)
    )
    return list(db.session.scalars(query))


def payback(registration: Registration, codes: Collection[str]) -> registering.Payback:
    """How many companies of the other side, sent or approved, chose these terms."""
    theirs = list_chosen_terms(
        registration.event, registering.other_side(registration.side), (Status.SUBMITTED, Status.APPROVED)
    )
    return registering.payback(theirs, codes)


def list_of(account: Account) -> list[Registration]:
    """The registrations of all companies that a person acts for, the next event first."""
    query = (
        select(Registration)
        .join(Delegate, Delegate.company_id == Registration.company_id)
        .join(Event, Event.id == Registration.event_id)
        .where(Delegate.account_id == account.id, Delegate.ended_at.is_(None))
        .order_by(Event.starts_at.desc(), Registration.number)
        .options(joinedload(Registration.event), joinedload(Registration.company))
    )
    return list(db.session.scalars(query).unique())


def list_open_events(now: datetime) -> list[Event]:
    """The events that companies may see and that are not over, the next one first."""
    query = (
        select(Event)
        .where(Event.status == EventStatus.OPEN, Event.ends_at > now)
        .order_by(Event.starts_at, Event.id)
        .options(joinedload(Event.organization))
    )
    return list(db.session.scalars(query))


def find_of(account_companies: Collection[UUID], event: Event) -> Registration | None:
    """The registration of one of these companies at an event."""
    query = (
        select(Registration)
        .where(Registration.event_id == event.id, Registration.company_id.in_(account_companies))
        .order_by(Registration.created_at)
    )
    return db.session.scalars(query).first()


def find_last(registration: Registration) -> Registration | None:
    """The latest registration of the company, at another event of the organization, that got as far as being sent."""
    query = (
        select(Registration)
        .where(
            Registration.company_id == registration.company_id,
            Registration.id != registration.id,
            Registration.submitted_at.is_not(None),
        )
        .order_by(Registration.submitted_at.desc())
        .limit(1)
    )
    return db.session.scalar(query)


# The company's side ----------------------------------------------------------------------------------------------


def start(
    event: Event,
    *,
    side: Side,
    company: Company | None,
    company_name: str,
    account: Account,
    actor: Actor,
    now: datetime,
) -> Registration:
    """Begin a registration with the next number; a person who already has one at this event gets that one.

    A company that took part before starts from its last answers.
    """
    events.lock(event)  # numbers of one event follow each other without a double
    deadlines.require_registration_open(event, now)
    known = find_of({found.id for found in companies.list_of(account, event.organization)}, event)
    if known is not None:
        return known
    if company is None:
        company = companies.add(event.organization, company_name, account, actor=actor, now=now)
    else:
        require(actor, Permission.REGISTRATION_EDIT, company.scope)
    registration = Registration(
        event=event,
        company=company,
        number=next_number(event),
        side=side,
        saved_at=now,
        created_at=now,
    )
    db.session.add(registration)
    db.session.flush()
    before = find_last(registration)
    if before is not None:
        _copy_answers(before, registration)
    seated = next((person for person in companies.list_delegates(company) if person.account_id == account.id), None)
    if seated is not None:
        _seat(registration, seated)
    notes.record(actor, "registration.started", registration, at=now, side=side.value)
    return registration


def save_company(
    registration: Registration, answers: CompanyAnswers, *, seen: str, is_complete: bool, actor: Actor, now: datetime
) -> None:
    """Store what the company says about itself."""
    _begin(registration, Step.COMPANY, actor, now)
    changed = companies.change(registration.company, answers, seen=seen, actor=actor, now=now)
    if changed:
        notes.record(actor, "registration.company_changed", registration, at=now, fields=changed)
    _saved(registration, Step.COMPANY, is_complete, now)


def save_terms(
    registration: Registration, answers: TermsAnswers, *, seen: str, is_complete: bool, actor: Actor, now: datetime
) -> None:
    """Store what the company buys or makes: one to ten terms of the taxonomy, and its own words."""
    _begin(registration, Step.TERMS, actor, now)
    codes = list(dict.fromkeys(answers.terms))
    if len(codes) > MAX_TERMS:
        raise DomainError("too_many_terms", most=MAX_TERMS)
    if unknown_terms(codes):
        raise DomainError("unknown_terms")
    if is_complete and not codes:
        raise DomainError("no_terms")
    require_seen(seen, terms_of(registration), typed=answers)
    if (codes, answers.offer) != (registration.terms, registration.offer):
        notes.record(actor, "registration.terms_changed", registration, at=now, terms=codes)
    registration.terms, registration.offer = codes, answers.offer
    _saved(registration, Step.TERMS, is_complete, now)


def add_delegate(registration: Registration, answers: DelegateAnswers, *, actor: Actor, now: datetime) -> Delegate:
    """Add a person, who sits at the first desk until somebody says otherwise."""
    _begin(registration, Step.DELEGATES, actor, now)
    if len(companies.list_delegates(registration.company)) >= MAX_DELEGATES:
        raise DomainError("too_many_delegates", most=MAX_DELEGATES)
    person = companies.add_delegate(registration.company, answers, actor=actor, now=now)
    _seat(registration, person)
    notes.record(actor, "registration.delegate_added", registration, at=now, name=person.name)
    notes.touch(registration, now)
    return person


def change_delegate(
    registration: Registration,
    person: Delegate,
    answers: DelegateAnswers,
    *,
    seen: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Store what the company says about one of its people."""
    _begin(registration, Step.DELEGATES, actor, now)
    companies.change_delegate(person, answers, seen=seen, actor=actor, now=now)
    notes.touch(registration, now)


def remove_delegate(registration: Registration, person: Delegate, *, actor: Actor, now: datetime) -> None:
    """Let a person stay at home; nobody may leave a desk without anyone."""
    _begin(registration, Step.DELEGATES, actor, now)
    left = [desk for desk in registration.desks if any(seat.delegate_id == person.id for seat in desk.seats)]
    if any(len(desk.seats) == 1 for desk in left):
        raise DomainError("desk_would_be_empty", name=person.name)
    for desk in left:
        desk.seats = [seat for seat in desk.seats if seat.delegate_id != person.id]
    db.session.flush()
    companies.end_unseated(person, actor=actor, now=now)
    notes.record(actor, "registration.delegate_removed", registration, at=now, name=person.name)
    notes.touch(registration, now)


def seat_delegate(registration: Registration, person: Delegate, *, actor: Actor, now: datetime) -> None:
    """Let a person whom the company knows attend, at the first desk."""
    _begin(registration, Step.DELEGATES, actor, now)
    _seat(registration, person)
    notes.record(actor, "registration.delegate_seated", registration, at=now, name=person.name)
    notes.touch(registration, now)


def save_desks(registration: Registration, answers: DesksAnswers, *, seen: str, actor: Actor, now: datetime) -> None:
    """Store how many desks meet at the same time and who sits at each: somebody everywhere, everybody somewhere."""
    _begin(registration, Step.DELEGATES, actor, now)
    if not 1 <= len(answers.desks) <= MAX_DESKS:
        raise DomainError("wrong_desk_count", most=MAX_DESKS)
    people = {person.id: person for person in companies.list_delegates(registration.company)}
    if any(id_ not in people for desk in answers.desks for id_ in desk.delegate_ids):
        raise DomainError("unknown_delegate")
    if any(not desk.delegate_ids for desk in answers.desks):
        raise DomainError("desk_without_delegate")
    require_seen(seen, desks_of(registration), typed=answers)
    for number, wanted in enumerate(answers.desks, start=1):
        desk = next((known for known in registration.desks if known.number == number), None)
        if desk is None:
            desk = Desk(number=number)
            registration.desks.append(desk)
        desk.name = wanted.name
        _reseat(desk, wanted.delegate_ids)
    for desk in [known for known in registration.desks if known.number > len(answers.desks)]:
        _remove_desk(registration, desk)
    notes.record(actor, "registration.desks_changed", registration, at=now, desks=len(answers.desks))
    _saved(registration, Step.DELEGATES, is_complete=True, now=now)


def finish_delegates(registration: Registration, *, actor: Actor, now: datetime) -> None:
    """The people are complete: each desk has somebody, each person a job title and a telephone."""
    _begin(registration, Step.DELEGATES, actor, now)
    if not registration.desks or any(not desk.seats for desk in registration.desks):
        raise DomainError("no_delegates")
    for person in registration.delegates:
        if not (person.job_title and person.phone):
            raise DomainError("delegate_incomplete", name=person.name)
    _saved(registration, Step.DELEGATES, is_complete=True, now=now)


def save_availability(
    registration: Registration, answers: AvailabilityAnswers, *, seen: str, actor: Actor, now: datetime
) -> None:
    """Store in which slots each desk can meet; the others become absences.

    Who does not administer the company speaks for the own desks alone: the others stay as they are.
    """
    _begin(registration, Step.AVAILABILITY, actor, now)
    answers = _own_part(registration, answers, actor)
    slots = registration.event.slots
    if slots and any(not answers.slot_ids.get(desk.number) for desk in registration.desks):
        raise DomainError("never_available")
    require_seen(seen, availability_of(registration), typed=answers)
    spans: list[Span] = [(slot.starts_at, slot.ends_at) for slot in slots]
    for desk in registration.desks:
        present = set(answers.slot_ids.get(desk.number, ()))
        wanted = stretches(spans, [slot.id not in present for slot in slots])
        if [(absence.starts_at, absence.ends_at) for absence in desk.absences] != wanted:
            desk.absences = [Absence(starts_at=start, ends_at=end) for start, end in wanted]
    notes.record(actor, "registration.availability_changed", registration, at=now)
    _saved(registration, Step.AVAILABILITY, is_complete=True, now=now)


def submit(registration: Registration, *, consents: Iterable[Consent], actor: Actor, now: datetime) -> None:
    """Send a complete registration to the organizer; sent again after changes that the organizer asked for."""
    require(actor, Permission.REGISTRATION_EDIT, registration.scope)
    notes.hold(registration)
    status = lifecycle.registration(registration.status, "submit")
    if not registering.can_send(registration.status, registration.event, now, is_team=actor.is_standing_in):
        raise DomainError("registration_closed")
    if registering.missing_steps(registration.steps_done):
        raise DomainError("registration_incomplete")
    registration.status = status
    if not actor.is_standing_in:  # nobody consents for somebody else
        privacy.set_consents(registration, set(consents), actor=actor, now=now)
    registration.submitted_at = now
    registration.decision_reason = ""
    notes.touch(registration, now)
    notes.record(actor, "registration.submitted", registration, at=now)
    notes.tell("registration_received", registration, now)


def withdraw(registration: Registration, *, actor: Actor, now: datetime) -> None:
    """Take no part after all; a place that frees goes to the next in line.

    The answers stay, so that the company can come back.
    """
    require(actor, Permission.REGISTRATION_EDIT, registration.scope)
    places.hold(registration.event)
    notes.hold(registration)
    registration.status = lifecycle.registration(registration.status, "withdraw")
    registration.waitlisted_at = None
    notes.touch(registration, now)
    notes.record(actor, "registration.withdrawn", registration, at=now)
    if registration.submitted_at is not None:
        notes.tell("registration_withdrawn", registration, now)
    places.fill(registration.event, now=now)


def resume(registration: Registration, *, actor: Actor, now: datetime) -> None:
    """Come back after a withdrawal: a draft again, with all answers."""
    require(actor, Permission.REGISTRATION_EDIT, registration.scope)
    notes.hold(registration)
    deadlines.require_registration_open(registration.event, now, is_team=actor.is_standing_in)
    registration.status = lifecycle.registration(registration.status, "resume")
    notes.touch(registration, now)
    notes.record(actor, "registration.resumed", registration, at=now)


# Parts -----------------------------------------------------------------------------------------------------------


def next_number(event: Event) -> int:
    """The next number of an event; call it with the event locked."""
    last = db.session.scalar(select(func.max(Registration.number)).where(Registration.event_id == event.id))
    return (last or 0) + 1


def desks_open_to(registration: Registration, actor: Actor) -> list[Desk]:
    """The desks whose availability the actor may change: all of the company, or those where the actor sits."""
    if may(actor, Permission.REGISTRATION_EDIT, registration.scope):
        return list(registration.desks)
    if not may(actor, Permission.DESK_EDIT, registration.scope) or actor.account_id is None:
        return []
    return [
        desk
        for desk in registration.desks
        if any(seat.delegate.account_id == actor.account_id and seat.delegate.ended_at is None for seat in desk.seats)
    ]


def _own_part(registration: Registration, answers: AvailabilityAnswers, actor: Actor) -> AvailabilityAnswers:
    """What the actor may say: for every other desk what is stored."""
    stored = availability_of(registration).slot_ids
    own = {desk.number for desk in desks_open_to(registration, actor)}
    if not own:
        raise Forbidden("forbidden", permission=Permission.DESK_EDIT.value)
    return AvailabilityAnswers(
        {number: answers.slot_ids.get(number, ()) if number in own else ids for number, ids in stored.items()}
    )


def _begin(registration: Registration, step: Step, actor: Actor, now: datetime) -> None:
    require(actor, STEP_PERMISSIONS.get(step, Permission.REGISTRATION_EDIT), registration.scope)
    notes.hold(registration)
    if not registering.can_edit(step, registration.status, registration.event, now, is_team=actor.is_standing_in):
        raise DomainError("step_closed")


def _saved(registration: Registration, step: Step, is_complete: bool, now: datetime) -> None:
    done = set(registration.steps_done) | {step.value} if is_complete else set(registration.steps_done) - {step.value}
    registration.steps_done = [known.value for known in Step if known.value in done]
    notes.touch(registration, now)
    db.session.flush()


def _copy_answers(before: Registration, registration: Registration) -> None:
    """Terms, own words, desks and their people who are still there. Each step is still to be looked at and saved.

    What a company buys says nothing of what it makes: terms are copied for the same side alone. Consents are asked
    anew.
    """
    if registration.side is before.side:
        registration.terms, registration.offer = list(before.terms), before.offer
    registration.auto_accept_level = before.auto_accept_level
    for desk in before.desks:
        people = [seat.delegate for seat in desk.seats if seat.delegate.ended_at is None]
        if people:
            seats = [DeskDelegate(delegate=person, position=position) for position, person in enumerate(people)]
            registration.desks.append(Desk(number=len(registration.desks) + 1, name=desk.name, seats=seats))
    db.session.flush()


def _seat(registration: Registration, person: Delegate) -> None:
    """At the first desk, at the end of the row."""
    if not registration.desks:
        registration.desks.append(Desk(number=1))
    desk = registration.desks[0]
    if all(seat.delegate is not person for seat in desk.seats):
        desk.seats.append(DeskDelegate(delegate=person, position=len(desk.seats)))
    db.session.flush()


def _reseat(desk: Desk, delegate_ids: tuple[UUID, ...]) -> None:
    known = {seat.delegate_id: seat for seat in desk.seats}
    desk.seats = [known.get(id_) or DeskDelegate(delegate_id=id_) for id_ in dict.fromkeys(delegate_ids)]
    for position, seat in enumerate(desk.seats):
        seat.position = position


def _remove_desk(registration: Registration, desk: Desk) -> None:
    """A desk that a version of the schedule uses stays: its history would go with it."""
    used = select(Placement.id).where((Placement.desk_a_id == desk.id) | (Placement.desk_b_id == desk.id)).limit(1)
    if db.session.scalar(used) is not None:
        raise DomainError("desk_in_use")
    db.session.delete(desk)
    db.session.flush()
    db.session.expire(registration, ["desks"])
