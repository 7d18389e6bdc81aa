"""The steps of a registration: which there are, when each may be changed, and what a whole registration needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from eventsapp.domain import deadlines
from eventsapp.domain.deadlines import Dates
from eventsapp.domain.values import EventStatus, RegistrationStatus, Side


class Step(StrEnum):
    """The steps, in the order in which they are asked."""

    COMPANY = "company"
    DELEGATES = "delegates"
    TERMS = "terms"
    AVAILABILITY = "availability"


class Consent(StrEnum):
    """The voluntary uses of data; each is asked apart and never ticked beforehand."""

    DIRECTORY = "directory"
    PHOTOS = "photos"
    NEXT_EVENTS = "next_events"


class Progress(StrEnum):
    """Where a step stands on the task list."""

    NOT_STARTED = "todo"
    DOING = "doing"
    DONE = "done"


MAX_DESKS = 8
MAX_DELEGATES = 30
OPEN_AFTER_APPROVAL = frozenset({Step.DELEGATES, Step.AVAILABILITY})
OPEN_TO_TEAM = frozenset(RegistrationStatus) - {RegistrationStatus.REJECTED, RegistrationStatus.WITHDRAWN}
DRAFTS = frozenset({RegistrationStatus.DRAFT, RegistrationStatus.CHANGES_REQUESTED})


def other_side(side: Side) -> Side:
    """Whom a side meets."""
    return {Side.BUYER: Side.SUPPLIER, Side.SUPPLIER: Side.BUYER, Side.BOTH: Side.BOTH}[side]


def progress(step: Step, *, done: Collection[str], has_answers: bool) -> Progress:
    """A step is done once it was saved complete, under way when it has answers."""
    if step in done:
        return Progress.DONE
    return Progress.DOING if has_answers else Progress.NOT_STARTED


def missing_steps(done: Collection[str]) -> list[Step]:
    """The steps that still keep a registration from being sent."""
    return [step for step in Step if step not in done]


def can_edit(step: Step, status: RegistrationStatus, event: Dates, now: datetime, *, is_team: bool = False) -> bool:
    """May the company change this step now?

    A draft while registration is open; what the organizer gave back, and people and availability of an approved
    company, until requests close. Somebody of the team who acts for the company: as long as the event is open.
    """
    if event.status is not EventStatus.OPEN:
        return False
    if is_team:
        return status in OPEN_TO_TEAM
    if status is RegistrationStatus.DRAFT:
        return deadlines.is_registration_open(event, now)
    if status is RegistrationStatus.CHANGES_REQUESTED:
        return now < event.requests_close_at
    return status is RegistrationStatus.APPROVED and step in OPEN_AFTER_APPROVAL and now < event.requests_close_at


def can_send(status: RegistrationStatus, event: Dates, now: datetime, *, is_team: bool = False) -> bool:
    """May the company send the registration now? What was given back has until requests close, the team longer."""
    if is_team:
        return event.status is EventStatus.OPEN and status in DRAFTS
    if status is RegistrationStatus.CHANGES_REQUESTED:
        return event.status is EventStatus.OPEN and now < event.requests_close_at
    return status is RegistrationStatus.DRAFT and deadlines.is_registration_open(event, now)


@dataclass(frozen=True)
class Payback:
    """What a choice of terms brings: how many companies chose one of them, and how many each."""

    total: int
    by_term: dict[str, int]


def payback(theirs: Iterable[Iterable[str]], mine: Collection[str]) -> Payback:
    """How many of the other side chose what we chose, most wanted first; `theirs` has the terms of each company."""
    counts = dict.fromkeys(mine, 0)
    total = 0
    for terms in theirs:
        shared = counts.keys() & set(terms)
        total += bool(shared)
        for code in shared:
            counts[code] += 1
    return Payback(total, dict(sorted(counts.items(), key=lambda entry: -entry[1])))
