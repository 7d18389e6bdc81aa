"""Small random problems with every rule in them, and the best schedule by trying all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import product

from eventsapp.scheduling.checker import Score, score, violations
from eventsapp.scheduling.problem import (
    DEFAULT_OBJECTIVE,
    Company,
    Desk,
    Level,
    Pin,
    Problem,
    ProblemError,
    Request,
    Slot,
    Table,
)
from eventsapp.scheduling.rules import Rule
from eventsapp.scheduling.schedule import Meeting

START = datetime.fromisoformat("2027-03-09T09:00:00-06:00")


def slots(blocks: list[int]) -> tuple[Slot, ...]:
    """Slots of 20 minutes; each block on its own half of a day."""
    made = []
    for number, count in enumerate(blocks):
        start = START + timedelta(days=number // 2, hours=5 * (number % 2))
        for index in range(count):
            begin = start + timedelta(minutes=20 * index)
            made.append(Slot(begin, begin + timedelta(minutes=20), f"block-{number}"))
    return tuple(made)


def random_problem(seed: int, most_requests: int = 6) -> Problem:
    """A problem small enough to try everything; usable by `Problem.check`."""
    for attempt in range(100):
        problem = _draw(random.Random(seed * 101 + attempt), most_requests)
        try:
            problem.check()
        except ProblemError:
            continue
        if _leaves(problem) <= 60_000:
            return problem
    raise AssertionError(seed)


def _leaves(problem: Problem) -> int:
    total = 1
    for request in problem.requests:
        total *= 1 + len(list(ways(problem, request)))
    return total


def _maybe(rng: random.Random, chance: float, made: object) -> object:
    return made if rng.random() < chance else None


def _some(rng: random.Random, count: int, share: float) -> tuple[int, ...]:
    return tuple(slot for slot in range(count) if rng.random() < share) or (rng.randrange(count),)


def _draw(rng: random.Random, most_requests: int) -> Problem:
    time = slots([rng.randint(1, 3) for _ in range(rng.randint(1, 3))])
    count = len(time)
    tables = None
    if rng.random() < 0.5:
        tables = tuple(
            Table(f"t{i}", rng.choice([None, "A", "B"]), _maybe(rng, 0.2, _some(rng, count, 0.6)))
            for i in range(rng.randint(1, 3))
        )
    people = [f"p{i}" for i in range(2)]
    companies = []
    for number in range(rng.randint(2, 5)):
        desks = tuple(
            Desk(
                f"c{number}-{i}",
                _some(rng, count, 0.8),
                rng.choice(tables).id if tables and rng.random() < 0.2 else None,
                _maybe(rng, 0.15, rng.choice(people)),
            )
            for i in range(1 + (rng.random() < 0.25))
        )
        most = _maybe(rng, 0.5, rng.randint(1, 3))
        companies.append(
            Company(
                f"c{number}",
                rng.choice(["buyer", "supplier", "both"]),
                desks,
                min(rng.choice([0, 0, 1, 2]), 9 if most is None else most),
                most,
                _maybe(rng, 0.2, rng.randint(1, 2)),
                _maybe(rng, 0.2, rng.randint(1, 2)),
            )
        )
    requests = []
    for number in range(rng.randint(1, most_requests)):
        a, b = rng.sample(companies, 2)
        pin = Pin()
        if rng.random() < 0.12:
            pin = Pin(rng.randrange(count), rng.choice(tables).id if tables and rng.random() < 0.4 else None)
        elif tables and rng.random() < 0.08:
            pin = Pin(None, rng.choice(tables).id)
        requests.append(
            Request(
                f"r{number}",
                a.id,
                b.id,
                rng.choice([0, 1, 1, 2, 3, 5]),
                rng.random() < 0.2,
                2 if rng.random() < 0.15 else 1,
                rng.random() < 0.1,
                _maybe(rng, 0.15, _some(rng, count, 0.5)),
                (rng.choice(a.desks).id,) if rng.random() < 0.1 else None,
                rng.choice(["A", "B"]) if tables and rng.random() < 0.12 else None,
                pin,
                (f"r{rng.randrange(number)}",) if number and rng.random() < 0.2 else (),
            )
        )
    objective = DEFAULT_OBJECTIVE
    if rng.random() < 0.3:
        names = ["shortfall", "musts", "value", "fairness", "idle", "moves"]
        rng.shuffle(names)
        objective = tuple(Level(name) for name in names[: rng.randint(2, 6)])
    problem = Problem(time, tuple(companies), tuple(requests), tables, _maybe(rng, 0.4, rng.randint(1, 2)), objective)
    if rng.random() < 0.2:
        published = _some_schedule(rng, problem)
        problem = Problem(time, tuple(companies), tuple(requests), tables, problem.capacity, objective, published)
    return problem


def _some_schedule(rng: random.Random, problem: Problem) -> tuple[Meeting, ...]:
    """A schedule as it may have been published before the problem changed."""
    held = []
    for request in problem.requests:
        options = list(ways(problem, request))
        if options and rng.random() < 0.6:
            held.append(rng.choice(options))
    return tuple(held)


def ways(problem: Problem, request: Request) -> Iterator[Meeting]:
    """Every meeting that a request could be, whether legal or not."""
    tables: list[str | None] = [None]
    if problem.tables is not None and not request.virtual:
        tables = [table.id for table in problem.tables]
    desks = [[desk.id for desk in problem.company_by_id[name].desks] for name in (request.a, request.b)]
    for slot, table, a, b in product(range(len(problem.slots)), tables, *desks):
        meeting = Meeting(request.id, slot, table, (a, b))
        broken = violations(problem, [meeting])
        if all(item.rule is Rule.PIN and item.requests != (request.id,) for item in broken):
            yield meeting


def figures(problem: Problem, true: Score) -> tuple[object, ...]:
    """A score as a tuple that is smaller when better, in the order of the problem's levels."""
    return tuple(
        leximin(true) if level.level == "fairness" else -true.value if level.level == "value" else true.of(level.level)
        for level in problem.levels
    )


def leximin(true: Score) -> tuple[Fraction, ...]:
    """All shares from the lowest, negated."""
    return tuple(-share for share, count in true.shares for _ in range(count))


def best(problem: Problem) -> tuple[object, ...] | None:
    """The best figures of all legal schedules; None when there is no legal one."""
    found: tuple[object, ...] | None = None
    choices = [list(ways(problem, request)) for request in problem.requests]

    def grow(number: int, held: list[Meeting]) -> None:
        nonlocal found
        if number == len(choices):
            if not violations(problem, held):
                figure = figures(problem, score(problem, held))
                found = figure if found is None or figure < found else found
            return
        grow(number + 1, held)
        for meeting in choices[number]:
            bigger = [*held, meeting]
            if all(violation.rule is Rule.PIN for violation in violations(problem, bigger)):
                grow(number + 1, bigger)

    grow(0, [])
    return found
