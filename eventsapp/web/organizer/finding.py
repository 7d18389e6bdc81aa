"""How organizer routes find the parts of an event: always through the event, so that foreign equals absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import g, request, url_for
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Permission, Scope, may
from eventsapp.domain.errors import DomainError
from eventsapp.models import Block, Event, Exclusion, Registration, Request, Table
from eventsapp.services import liaisons, registrations, request_lists
from eventsapp.services.request_lists import Participant
from eventsapp.web import loaders
from eventsapp.web.organizer.review_filters import key
from eventsapp.web.paging import SIZES


@dataclass(frozen=True)
class Part:
    """An event, and a row that belongs to it."""

    event: Event
    row: Any

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


@dataclass(frozen=True)
class Acting:
    """An event, and the companies for which the actor may act there: all of them, or the own ones."""

    event: Event
    scope: Scope
    own: frozenset[UUID]

    @property
    def acts_for_all(self) -> bool:
        """Does the actor act for every company?"""
        return may(g.actor, Permission.COMPANY_ACT_FOR, self.event.scope)

    def may_act_for(self, participant: Participant) -> bool:
        """May the actor act for this company?"""
        return self.acts_for_all or participant.id in self.own

    def chosen_pair(self, form: Any, participants: list[Participant]) -> tuple[Participant, Participant] | None:
        """The two companies that were typed, when the actor may act for the first one."""
        pair = chosen_pair(form, participants)
        if pair is None or self.may_act_for(pair[0]):
            return pair
        form.refuse("one", DomainError("not_its_liaison"))
        return None


def acting_in(event_code: str) -> Acting | None:
    """An event in which somebody wants to act for companies."""
    event = loaders.event(event_code)
    if event is None:
        return None
    return Acting(event, liaisons.scope_in(event, g.actor), liaisons.list_own(event, g.actor))


@dataclass(frozen=True)
class Reviewed:
    """A registration of an event, as the organizer has it: a company's own people do not reach it this way."""

    registration: Registration

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.registration.event.scope

    @property
    def address(self) -> str:
        """Its page."""
        row = self.registration
        return url_for("organizer.registration", event_code=row.event.code, registration_id=row.id)


def registration_in(event_code: str, registration_id: UUID) -> Reviewed | None:
    """A registration, found through its event."""
    found = loaders.registration_of_event(event_code, registration_id)
    whole = registrations.find_whole(found.id) if found is not None else None
    return Reviewed(whole) if whole is not None else None


def ticked() -> list[UUID]:
    """The rows of a list that were ticked."""
    found = [key(text) for text in request.form.getlist("ids")[: SIZES[-1]]]
    return [one for one in found if one is not None]


def block_of_event(event_code: str, block_id: UUID) -> Part | None:
    """A block of an event."""
    return _part(Block, event_code, block_id)


def table_of_event(event_code: str, table_id: UUID) -> Part | None:
    """A table of an event."""
    return _part(Table, event_code, table_id)


def request_of_event(event_code: str, request_id: UUID) -> Part | None:
    """A request of an event."""
    return _part(Request, event_code, request_id)


def exclusion_of_event(event_code: str, exclusion_id: UUID) -> Part | None:
    """An exclusion of an event."""
    return _part(Exclusion, event_code, exclusion_id)


def chosen_pair(form: Any, participants: list[Participant]) -> tuple[Participant, Participant] | None:
    """The two companies that were typed (`one`, `other`), or None with the fault next to the field."""
    found = {name: request_lists.find_participant(participants, form[name].data) for name in ("one", "other")}
    for name, participant in found.items():
        if participant is None:
            form.refuse(name, DomainError("no_such_company"))
    one, other = found["one"], found["other"]
    return (one, other) if one and other else None


def participant_registration(event: Event, participant: Participant) -> Registration:
    """The registration of a company that was chosen."""
    found = loaders.registration_of_event(event.code, participant.id)
    if found is None:
        raise DomainError("no_such_company")
    return found


def _part(kind: Any, event_code: str, row_id: UUID) -> Part | None:
    event = loaders.event(event_code)
    if event is None:
        return None
    row = db.session.scalar(select(kind).where(kind.id == row_id, kind.event_id == event.id))
    return Part(event, row) if row is not None else None
