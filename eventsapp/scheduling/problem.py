"""What is to be solved: slots, tables, companies with their desks, requests, and the order of the aims.

Plain frozen values; `Problem.check()` proves them usable before anything is computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from eventsapp.scheduling.validate import ProblemError, check_problem

if TYPE_CHECKING:
    from eventsapp.scheduling.schedule import Meeting

__all__ = [
    "DEFAULT_OBJECTIVE",
    "Company",
    "Desk",
    "Level",
    "Pin",
    "Problem",
    "ProblemError",
    "Request",
    "Slot",
    "Table",
]


@dataclass(frozen=True)
class Slot:
    """One round of meetings; a block is a stretch of one day without a break in it."""

    start: datetime
    end: datetime
    block: str


@dataclass(frozen=True)
class Table:
    """A place for one meeting at a time; `slots` None means that it exists in every slot."""

    id: str
    zone: str | None = None
    slots: tuple[int, ...] | None = None
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class Desk:
    """What sits in a meeting: in one meeting per slot, in the slots in which it is available."""

    id: str
    slots: tuple[int, ...]
    table: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Company:
    """A participant with one or more desks; `max_consecutive` holds for each of its desks."""

    id: str
    side: str
    desks: tuple[Desk, ...]
    min_meetings: int = 0
    max_meetings: int | None = None
    max_per_day: int | None = None
    max_consecutive: int | None = None


@dataclass(frozen=True)
class Pin:
    """Where the organizer nailed a request: pinned to a slot it is held there, pinned to a table only there."""

    slot: int | None = None
    table: str | None = None


@dataclass(frozen=True)
class Request:
    """The wish that companies `a` and `b` meet; `after` names the requests that come before it when both are held."""

    id: str
    a: str
    b: str
    value: int
    must: bool = False
    length: int = 1
    virtual: bool = False
    slots: tuple[int, ...] | None = None
    desks: tuple[str, ...] | None = None
    zone: str | None = None
    pin: Pin = Pin()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """One aim, and the share of its best value that later aims may spend."""

    level: str
    tolerance: float = 0.0


DEFAULT_OBJECTIVE = tuple(Level(name) for name in ("shortfall", "musts", "value", "fairness", "idle", "moves"))


@dataclass(frozen=True)
class Problem:
    """Everything that the solver may know about an event.

    `difference` belongs to the kind `b2b`: by how much idle periods may differ between companies, None for any.
    """

    slots: tuple[Slot, ...]
    companies: tuple[Company, ...]
    requests: tuple[Request, ...]
    tables: tuple[Table, ...] | None = None
    capacity: int | None = None
    objective: tuple[Level, ...] = DEFAULT_OBJECTIVE
    published: tuple[Meeting, ...] | None = None
    kind: str = "event"
    difference: int | None = 2

    def check(self) -> None:
        """Raise `ProblemError`, naming the place, unless the problem can be used."""
        check_problem(self)

    @cached_property
    def request_by_id(self) -> dict[str, Request]:
        """Requests by their id."""
        return {request.id: request for request in self.requests}

    @cached_property
    def company_by_id(self) -> dict[str, Company]:
        """Companies by their id."""
        return {company.id: company for company in self.companies}

    @cached_property
    def desk_by_id(self) -> dict[str, tuple[Company, Desk]]:
        """Each desk with its company, by the desk's id."""
        return {desk.id: (company, desk) for company in self.companies for desk in company.desks}

    @cached_property
    def table_by_id(self) -> dict[str, Table]:
        """Tables by their id; empty when there is no list of tables."""
        return {table.id: table for table in self.tables or ()}

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The day of each slot."""
        return tuple(slot.start.date() for slot in self.slots)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The aims in order; a published schedule puts `changes` first unless the objective places it."""
        if self.published is None or any(level.level == "changes" for level in self.objective):
            return self.objective
        return (Level("changes"), *self.objective)
