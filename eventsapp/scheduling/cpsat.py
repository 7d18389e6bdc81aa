"""The exact model: a Boolean per request, option and start, and one function per rule.

Proves small and tight problems, and improves parts of large ones: requests that are not free keep their place.
"""

from __future__ import annotations

import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ortools.sat.python import cp_model

from eventsapp.scheduling.index import KEPT_BY_OPTIONS, Index, Place, Plan, slots_of
from eventsapp.scheduling.rules import Rule

Var = Any


@dataclass(frozen=True)
class Step:
    """One linear aim to minimise; `label` tells a threshold of fairness from the next."""

    level: str
    terms: tuple[tuple[Var, int], ...]
    constant: int = 0
    label: Fraction | None = None


@dataclass(frozen=True)
class Solved:
    """What the solver says: the plan (None when none was found), and value and bound of the minimised aim."""

    status: str
    plan: Plan | None
    value: int
    bound: int


class Model:
    """Variables `place[request] = [(Place, literal)]`, every rule, and the aims on demand."""

    def __init__(self, index: Index, requests: Iterable[int] | None = None, plan: Plan | None = None) -> None:
        """Model all requests, or those given with the rest held fast where `plan` has them."""
        self.index = index
        self.model: Any = cp_model.CpModel()
        self.place: dict[int, list[tuple[Place, Var]]] = {}
        chosen = range(len(index.options)) if requests is None else sorted(requests)
        fast = {} if plan is None or requests is None else {r: p for r, p in plan.items() if r not in set(chosen)}
        for request in chosen:
            self.place[request] = [
                (Place(start, option), self.model.new_bool_var(""))
                for option in index.options[request]
                for start in slots_of(option.starts)
            ]
        one = self.model.new_constant(1) if fast else None
        for request, place in fast.items():
            self.place[request] = [(place, one)]
        self.fast = fast
        self.held: dict[int, Var] = {}
        self._degrees: dict[int, list[Var]] = {}
        for rule in RULES.values():
            rule(self)

    def plan(self, holds: Callable[[Var], bool]) -> Plan:
        """The plan of a solution, given what it says of a literal."""
        return {
            request: place for request, entries in self.place.items() for place, literal in entries if holds(literal)
        }

    def literals(self, request: int) -> list[Var]:
        """The literals of all places of a request."""
        return [literal for _, literal in self.place.get(request, ())]

    def company_held(self, company: int) -> list[Var]:
        """The held-literals of a company's requests."""
        return [self.held[request] for request in self.index.asked[company] if request in self.held]

    def ladder(self, company: int) -> list[Var]:
        """Literals "the company has at least k + 1 meetings", k from 0."""
        if company not in self._degrees:
            held = self.company_held(company)
            size = min(len(held), self.index.most[company])
            steps = [self.model.new_bool_var("") for _ in range(size)]
            for lower, upper in pairwise(steps):
                self.model.add_implication(upper, lower)
            self.model.add(sum(steps) == sum(held))
            self._degrees[company] = steps
        return self._degrees[company]


def once(model: Model) -> None:
    """A request has at most one place; `held` says whether it has one."""
    for request in model.place:
        literals = model.literals(request)
        if request in model.fast:
            model.held[request] = literals[0]
        elif literals:
            held = model.model.new_bool_var("")
            model.model.add_exactly_one([*literals, ~held])
            model.held[request] = held


def no_overlap(model: Model) -> None:
    """A desk, and a person of several desks, is in at most one meeting per slot."""
    uses: dict[tuple[int, int], list[Var]] = defaultdict(list)
    for request, entries in model.place.items():
        length = model.index.lengths[request]
        for place, literal in entries:
            for desk in place.option.desks:
                for slot in range(place.start, place.start + length):
                    uses[model.index.desk_resource[desk], slot].append(literal)
    for literals in uses.values():
        if len(literals) > 1:
            model.model.add_at_most_one(literals)


def person_apart(_model: Model) -> None:
    """Desks of one person are one resource, so `no_overlap` keeps them apart."""


def pool_room(model: Model) -> None:
    """No slot holds more meetings than its tables, the tables of a zone, one table, or the capacity allow."""
    uses: dict[tuple[int, int], list[Var]] = defaultdict(list)
    for request, entries in model.place.items():
        length = model.index.lengths[request]
        for place, literal in entries:
            for pool in place.option.pools:
                for slot in range(place.start, place.start + length):
                    uses[pool, slot].append(literal)
    for (pool, slot), literals in uses.items():
        room = model.index.pool_room[pool][slot]
        if room == 1 and len(literals) > 1:
            model.model.add_at_most_one(literals)
        elif len(literals) > room:
            model.model.add(sum(literals) <= room)


def capacity_room(_model: Model) -> None:
    """The capacity is the room of the pool of all tables, kept by `pool_room`."""


def max_meetings(model: Model) -> None:
    """No company exceeds its maximum."""
    for company, most in enumerate(model.index.most):
        held = model.company_held(company)
        if len(held) > most:
            model.model.add(sum(held) <= most)


def max_per_day(model: Model) -> None:
    """No company exceeds its maximum of a day."""
    for company, most in enumerate(model.index.per_day):
        if most is None:
            continue
        days: dict[int, list[Var]] = defaultdict(list)
        for request in model.index.asked[company]:
            for place, literal in model.place.get(request, ()):
                days[model.index.day_of[place.start]].append(literal)
        for literals in days.values():
            if len(literals) > most:
                model.model.add(sum(literals) <= most)


def busy_literals(model: Model, desk: int) -> dict[int, list[Var]]:
    """For each slot the literals that make the desk busy."""
    busy: dict[int, list[Var]] = defaultdict(list)
    for request in model.index.asked[model.index.desk_company[desk]]:
        for place, literal in model.place.get(request, ()):
            if desk in place.option.desks:
                for slot in range(place.start, place.start + model.index.lengths[request]):
                    busy[slot].append(literal)
    return busy


def max_consecutive(model: Model) -> None:
    """In each window of limit + 1 slots of a block one slot is free."""
    index = model.index
    for desk, limit in enumerate(index.desk_limit):
        if not limit:
            continue
        busy = busy_literals(model, desk)
        for block in index.blocks:
            slots = slots_of(block)
            for first in range(len(slots) - limit):
                window = [literal for slot in slots[first : first + limit + 1] for literal in busy[slot]]
                if len(window) > limit:
                    model.model.add(sum(window) <= limit)


def pins(model: Model) -> None:
    """A request pinned to a slot is held; where, its options say."""
    for request in model.index.pinned:
        if request in model.place:
            model.model.add_bool_or([model.held[request]] if request in model.held else [])


def precedence(model: Model) -> None:
    """When both are held, no request starts before the one that comes first has ended."""
    index = model.index
    for request, others in index.before.items():
        for other in others:
            if request not in model.place or other not in model.place:
                continue
            length = index.lengths[other]
            for slot in range(index.slots):
                early = [lit for place, lit in model.place[request] if place.start <= slot]
                late = [lit for place, lit in model.place[other] if place.start + length > slot]
                if early and late:
                    model.model.add_at_most_one([*early, *late])


RULES: dict[Rule, Callable[[Model], None]] = {
    Rule.ONCE: once,
    Rule.DESK_BUSY: no_overlap,
    Rule.PERSON_BUSY: person_apart,
    Rule.TABLE_BUSY: pool_room,
    Rule.CAPACITY: capacity_room,
    Rule.MAX_MEETINGS: max_meetings,
    Rule.MAX_PER_DAY: max_per_day,
    Rule.MAX_CONSECUTIVE: max_consecutive,
    Rule.PIN: pins,
    Rule.PRECEDENCE: precedence,
}
KEPT_BY_VARIABLES = tuple(rule for rule in KEPT_BY_OPTIONS if rule is not Rule.ONCE)


def total(step: Step) -> Any:
    """The linear expression of a step without its constant."""
    if not step.terms:
        return 0
    return cp_model.LinearExpr.weighted_sum([term for term, _ in step.terms], [weight for _, weight in step.terms])


@dataclass
class Limits:
    """How long, how wide and how random a search may be, and who may stop it."""

    deadline: float
    workers: int
    seed: int
    stopped: Callable[[], bool]
    work: float | None = None


@dataclass(frozen=True)
class News:
    """Who wants to know of solutions below a figure while the search goes on; `found` gets a way to make the plan."""

    below: int
    found: Callable[[Callable[[], Plan]], None]


class _Teller(cp_model.CpSolverSolutionCallback):
    """Passes on each solution that is news."""

    def __init__(self, model: Model, step: Step, news: News) -> None:
        super().__init__()
        self._model, self._step, self._news = model, step, news

    def on_solution_callback(self) -> None:
        """Called by the solver, in a thread of its own."""
        if round(self.objective_value) + self._step.constant < self._news.below:
            self._news.found(lambda: self._model.plan(self.boolean_value))


def minimise(
    model: Model,
    step: Step,
    limits: Limits,
    hint: Plan | None,
    at_least: int | None = None,
    news: News | None = None,
) -> Solved:
    """Minimise one aim; `at_least` is a bound already known for it."""
    cp = model.model
    cp.clear_hints()
    if hint is not None:
        for request, entries in model.place.items():
            if request not in model.fast:
                for place, literal in entries:
                    cp.add_hint(literal, hint.get(request) == place)
    expression = total(step)
    if at_least is not None and step.terms:
        cp.add(expression >= at_least - step.constant)
    cp.minimize(expression)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, limits.deadline - time.monotonic())
    solver.parameters.num_workers = limits.workers
    solver.parameters.random_seed = limits.seed
    if limits.work is not None:
        solver.parameters.max_deterministic_time = limits.work
    status = run(solver, cp, limits.stopped, None if news is None else _Teller(model, step, news))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        infeasible = status == cp_model.INFEASIBLE
        return Solved("infeasible" if infeasible else "unknown", None, 0, 0)
    plan = model.plan(solver.boolean_value)
    found = round(solver.objective_value) + step.constant if step.terms else step.constant
    bound = math.ceil(solver.best_objective_bound - 1e-6) + step.constant if step.terms else step.constant
    return Solved("optimal" if status == cp_model.OPTIMAL else "feasible", plan, found, bound)


def run(
    solver: cp_model.CpSolver, cp: cp_model.CpModel, stopped: Callable[[], bool], callback: _Teller | None = None
) -> Any:
    """Solve in a thread of its own, so that the caller's thread can report and be asked whether to stop."""
    answer: list[Any] = []
    thread = threading.Thread(target=lambda: answer.append(solver.solve(cp, callback)), daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
        if thread.is_alive() and stopped():
            solver.stop_search()
    return answer[0]


def weighted(steps: Sequence[Step], weights: Sequence[int]) -> Step:
    """Several aims as one weighted sum."""
    terms = tuple((var, weight * unit) for step, weight in zip(steps, weights, strict=True) for var, unit in step.terms)
    constant = sum(weight * step.constant for step, weight in zip(steps, weights, strict=True))
    return Step("+".join(step.level for step in steps), terms, constant)


def keep(model: Model, step: Step, most: int) -> None:
    """Hold the aim at or below a figure while later aims are pursued."""
    if step.terms:
        model.model.add(total(step) <= most - step.constant)
