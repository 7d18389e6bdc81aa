"""The door: solve(problem) finds meetings, proves what it can within the time, and says why requests are left out."""

from __future__ import annotations

from random import Random
from typing import Any

from eventsapp import __version__
from eventsapp.scheduling import checker, explain, tables
from eventsapp.scheduling.bounds import FLOW_LEVELS, Network
from eventsapp.scheduling.clock import Clock, OnProgress, Stop
from eventsapp.scheduling.index import Index, Place, index_of, meetings_of
from eventsapp.scheduling.keep import keep_published, narrowed
from eventsapp.scheduling.levels import Pursuit, Reached
from eventsapp.scheduling.pins import place_pins
from eventsapp.scheduling.prices import prices
from eventsapp.scheduling.problem import Problem, ProblemError
from eventsapp.scheduling.schedule import LevelResult, Outcome
from eventsapp.scheduling.search import construct

ENGINE = f"encuentro {__version__} (flow, colouring, CP-SAT)"
MAX_CONCRETE = 20_000
RESERVE_PER_REQUEST = 35e-6
PRICED_REQUESTS = 3_000


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 1,
    workers: int = 2,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Schedule the problem within the seconds given; `stop` answers None, "keep" (end with the best) or "cancel"."""
    problem.check()
    if problem.kind != "event":
        raise ProblemError("Problems of this kind are solved from their .dzn file.", "kind")
    reserve = min(seconds / 2, 0.03 * seconds + RESERVE_PER_REQUEST * len(problem.requests))
    clock = Clock(seconds, on_progress, stop, reserve, asked=len(problem.requests))
    clock.tell()
    index = _sized_index(problem)
    begin, whole = keep_published(index, place_pins(index))
    first = problem.levels[0]
    if problem.published and whole and first.level == "changes" and first.tolerance == 0:
        index = narrowed(index, begin)
        begin = {request: Place(place.start, index.options[request][0]) for request, place in begin.items()}
    network = Network(index)
    order = [level.level for level in problem.levels if level.level in FLOW_LEVELS] or ["value"]
    choice = network.choose(order)
    clock.bound = choice.figures["value"]
    clock.phase = "colouring"
    if clock.stopped() and clock.order == "cancel":
        return _cancelled(clock, seed)
    plan = construct(network, choice, order, begin, Random(seed), clock)  # noqa: S311
    pursuit = Pursuit(index, network, choice, problem.levels, clock, workers, seed, plan)
    pursuit.run()
    if clock.order == "cancel":
        return _cancelled(clock, seed)
    return _outcome(problem, pursuit, seed)


def _cancelled(clock: Clock, seed: int) -> Outcome:
    return Outcome("cancelled", (), (), (), round(clock.spent, 3), seed, ENGINE)


def _outcome(problem: Problem, pursuit: Pursuit, seed: int) -> Outcome:
    """Tables, true figures by the judge, reasons."""
    pursuit.show("reasons")
    index, plan = pursuit.index, pursuit.plan
    meetings = meetings_of(index, plan, tables.seat(index, plan))
    broken = checker.violations(problem, meetings)
    if broken:
        raise AssertionError(f"the engine broke its own rule: {broken[0]}")
    true = checker.score(problem, meetings)
    levels = []
    for level in problem.levels:
        reached = pursuit.reached.get(level.level, Reached(None, False))
        levels.append(LevelResult(level.level, true.of(level.level), reached.bound, reached.optimal))
    status = "optimal" if all(level.optimal for level in levels) else "feasible"
    unscheduled = explain.reasons(
        _reason_index(problem, index), plan, {level.level: level.optimal for level in levels}, seed
    )
    worth: tuple[dict[str, Any], ...] = ()
    if len(problem.requests) <= PRICED_REQUESTS and pursuit.clock.order is None and pursuit.clock.left > 0:
        worth = prices(pursuit.network, pursuit.choice, pursuit.order)
    pursuit.show("done")
    pursuit.clock.tell()
    return Outcome(status, meetings, tuple(levels), unscheduled, round(pursuit.clock.spent, 3), seed, ENGINE, worth)


def _reason_index(problem: Problem, index: Index) -> Index:
    """The index with all options, so that reasons tell availability from what published meetings take."""
    return index_of(problem, concrete=index.concrete) if problem.published else index


def _sized_index(problem: Problem) -> Index:
    """The index with a table in every option where exact work on tables is small enough to be worth it."""
    index = index_of(problem)
    if not index.table_ids or all(level.level != "moves" for level in problem.levels):
        return index
    size = sum(option.starts.bit_count() for options in index.options for option in options)
    if size * len(index.table_ids) > MAX_CONCRETE:
        return index
    return index_of(problem, concrete=True)
