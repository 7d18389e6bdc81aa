"""Small problems with dull defaults; each test changes what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from eventsapp.scheduling.problem import Company, Desk, Problem, Request, Table
from tests.scheduling.oracle import slots


def company(name: str, side: str = "buyer", free: tuple[int, ...] = (0, 1, 2, 3), **changes: Any) -> Company:
    """A company with one desk named like itself."""
    desks = changes.pop("desks", (Desk(f"{name}-1", free),))
    return Company(name, side, desks, **changes)


def problem(**changes: Any) -> Problem:
    """Two buyers, three suppliers, four slots of two blocks, two tables, all six requests."""
    buyers = (company("b1"), company("b2"))
    suppliers = tuple(company(f"s{i}", "supplier") for i in (1, 2, 3))
    requests = tuple(
        Request(f"{b.id}{s.id}", b.id, s.id, 10 * i + j)
        for i, b in enumerate(buyers, 1)
        for j, s in enumerate(suppliers, 1)
    )
    made = Problem(slots([2, 2]), (*buyers, *suppliers), requests, (Table("t1", "A"), Table("t2", "B")))
    return replace(made, **changes)


def with_request(made: Problem, name: str, **changes: Any) -> Problem:
    """The problem with one request changed."""
    return replace(made, requests=tuple(replace(r, **changes) if r.id == name else r for r in made.requests))


def with_company(made: Problem, name: str, **changes: Any) -> Problem:
    """The problem with one company changed."""
    return replace(made, companies=tuple(replace(c, **changes) if c.id == name else c for c in made.companies))
