"""The door: solve(problem) finds meetings, proves what it can within the time, and says why requests are left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from eventsapp import __version__
from eventsapp.scheduling import checker, cpsat, explain, tables
from eventsapp.scheduling.bounds import FLOW_LEVELS, Network
from eventsapp.scheduling.clock import Clock, OnProgress, Stop
from eventsapp.scheduling.index import Index, Place, Plan, index_of, meetings_of
from eventsapp.scheduling.keep import keep_published, narrowed
from eventsapp.scheduling.levels import Pursuit
from eventsapp.scheduling.odd import without_halves
from eventsapp.scheduling.pins import place_pins
from eventsapp.scheduling.prices import Stand, prices
from eventsapp.scheduling.problem import Level, Problem, ProblemError
from eventsapp.scheduling.schedule import LevelResult, Outcome, Reached
from eventsapp.scheduling.search import construct, figure_of

OnBetter = Callable[[Outcome], None]
ENGINE = f"encuentro {__version__} (flow, colouring, CP-SAT)"
MAX_CONCRETE = 20_000
RESERVE_PER_REQUEST = 35e-6
CHOICE_SHARE = 0.3
PRICED_REQUESTS = 30_000
PRICE_SECONDS = 5.0
PRICE_SHARE, PRICE_RESERVE = 0.25, 0.05


def solve(
    problem: Problem,
    *,
    seconds: float,
    seed: int = 1,
    workers: int = 2,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
    on_better: OnBetter | None = None,
    with_prices: bool = True,
) -> Outcome:
    """Schedule the problem within the seconds given; `stop` answers None, "keep" (end with the best) or "cancel".

    `on_better` gets whole answers while the search goes on, each better than the one before and none more often than
    each second; it is called by the thread that searches.
    """
    problem.check()
    if problem.kind != "event":
        raise ProblemError("Problems of this kind are no events; `eventsapp solve` solves them.", "kind")
    reserve = min(seconds / 2, 0.03 * seconds + RESERVE_PER_REQUEST * len(problem.requests))
    priced = with_prices and _priced(problem)
    if priced:
        reserve += min(PRICE_SECONDS, PRICE_RESERVE * seconds)
    clock = Clock(seconds, on_progress, stop, reserve, asked=len(problem.requests))
    outcome = clock.watch(lambda: _outcome(problem, _pursued(problem, clock, workers, seed, on_better), priced))
    return outcome or Outcome("cancelled", (), (), (), round(clock.spent, 3), seed, ENGINE)


def _priced(problem: Problem) -> bool:
    """Whether prices are looked for: not in repair, and not for events far above the usual size."""
    return not problem.published and len(problem.requests) <= PRICED_REQUESTS


def _pursued(problem: Problem, clock: Clock, workers: int, seed: int, on_better: OnBetter | None = None) -> Pursuit:
    """The search: pins, choice, slots, then level after level; cut short when the clock says so."""
    index = _sized_index(problem)
    begin, whole = keep_published(index, place_pins(index))
    first = problem.levels[0]
    if problem.published and whole and first.level == "changes" and first.tolerance == 0:
        index = narrowed(index, begin)
        begin = {request: Place(place.start, index.options[request][0]) for request, place in begin.items()}
    if on_better is not None:
        clock.on_plan = lambda plan, reached: on_better(_answer(problem, index, plan, reached, seed, clock))
    network = Network(index)
    order = [level.level for level in problem.levels if level.level in FLOW_LEVELS] or ["value"]
    choice = network.choose(order)
    limits = cpsat.Limits(clock.until(CHOICE_SHARE), workers, seed, clock.stopped)
    choice = without_halves(network, choice, order, limits)
    clock.bound = choice.figures["value"]
    clock.phase = "colouring"
    plan = construct(network, choice, order, begin, Random(seed), clock)  # noqa: S311
    pursuit = Pursuit(index, network, choice, problem.levels, clock, workers, seed, plan)
    pursuit.run()
    return pursuit


def _outcome(problem: Problem, pursuit: Pursuit, priced: bool) -> Outcome:
    """The last answer, with prices when they are wanted."""
    pursuit.show("reasons")
    clock = pursuit.clock
    answer = _answer(problem, pursuit.index, pursuit.plan, pursuit.reached, pursuit.seed, clock)
    worth = _prices(problem, pursuit) if priced else ()
    pursuit.show("done")
    return replace(answer, prices=worth, seconds=round(clock.spent, 3))


def _answer(
    problem: Problem, index: Index, plan: Plan, reached: Mapping[str, Reached], seed: int, clock: Clock
) -> Outcome:
    """A plan as an answer: tables, true figures by the judge, a reason for whatever is left out."""
    meetings = meetings_of(index, plan, tables.seat(index, plan))
    broken = checker.violations(problem, meetings)
    if broken:
        raise AssertionError(f"the engine broke its own rule: {broken[0]}")
    true = checker.score(problem, meetings)
    levels = []
    for level in problem.levels:
        known = reached.get(level.level, Reached(None, False))
        levels.append(LevelResult(level.level, true.of(level.level), known.bound, known.optimal))
    status = "optimal" if all(level.optimal for level in levels) else "feasible"
    proven = {level.level: level.optimal for level in levels}
    unscheduled = explain.reasons(_reason_index(problem, index), plan, proven, seed)
    return Outcome(status, meetings, tuple(levels), unscheduled, round(clock.spent, 3), seed, ENGINE)


def _prices(problem: Problem, pursuit: Pursuit) -> tuple[Mapping[str, Any], ...]:
    """Prices for the linear levels, in what is left of the time."""
    clock = pursuit.clock
    seconds = min(PRICE_SECONDS, PRICE_SHARE * clock.seconds, 0.98 * clock.seconds - clock.spent)
    if clock.ordered or seconds <= 0:
        return ()
    plain = replace(problem, objective=tuple(Level(level) for level in pursuit.order))

    def again(changed: Problem, seconds: float) -> dict[str, int]:
        part = Clock(seconds, part_of=clock)
        return _linear(_pursued(replace(changed, objective=plain.objective), part, pursuit.workers, pursuit.seed))

    if problem.levels[: len(plain.levels)] == plain.levels:
        reached = _linear(pursuit)
    else:
        reached = again(plain, seconds / 2)
        seconds /= 2
    stand = Stand(pursuit.network, pursuit.choice, pursuit.order, reached)
    return prices(stand, again, seconds, lambda: clock.ordered)


def _linear(pursuit: Pursuit) -> dict[str, int]:
    """The figures of the linear levels of the plan that stands."""
    return {level: figure_of(pursuit.index, pursuit.plan, level) for level in pursuit.order}


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
