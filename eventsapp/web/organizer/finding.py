"""How organizer routes find the parts of an event: always through the event, so that foreign equals absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Scope
from eventsapp.domain.errors import DomainError
from eventsapp.models import Block, Event, Exclusion, Registration, Request, Table
from eventsapp.services import request_lists
from eventsapp.services.request_lists import Participant
from eventsapp.web import loaders


@dataclass(frozen=True)
class Part:
    """An event, and a row that belongs to it."""

    event: Event
    row: Any

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


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
