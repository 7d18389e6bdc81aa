"""The door: solve(problem) finds meetings, proves what it can within the time, and says why requests are left out."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from eventsapp import __version__
from eventsapp.scheduling import checker, colour, cpsat, explain, figures, tables
from eventsapp.scheduling.board import Board
from eventsapp.scheduling.bounds import FLOW_LEVELS, Network
from eventsapp.scheduling.index import ANY, Index, Place, Plan, index_of, meetings_of
from eventsapp.scheduling.pins import place_pins
from eventsapp.scheduling.problem import Level, Problem
from eventsapp.scheduling.schedule import LevelResult, Number, Outcome, Progress

ENGINE = f"encuentro {__version__} (flow, colouring, CP-SAT)"
MAX_LITERALS = 400_000
MAX_CONCRETE = 20_000
OnProgress = Callable[[Progress], None]
Stop = Callable[[], str | None]


@dataclass
class Clock:
    """The time of a run: reports each second, asks whether to stop, knows the deadline."""

    seconds: float
    on_progress: OnProgress | None
    stop: Stop | None
    started: float = field(default_factory=time.monotonic)
    phase: str = "reading"
    placed: int = 0
    asked: int = 0
    value: Number = 0
    bound: Number | None = None
    order: str | None = None
    _reported: float = 0.0

    @property
    def spent(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started

    @property
    def deadline(self) -> float:
        """When searching must end so that reasons and tables still fit."""
        return self.started + self.seconds * 0.94

    def stopped(self) -> bool:
        """Report when a second has passed; true when time is over or somebody stopped the run."""
        now = time.monotonic()
        if self.on_progress is not None and now - self._reported >= 0.5:
            self._reported = now
            self.tell()
        if self.stop is not None and self.order is None:
            self.order = self.stop()
        return self.order is not None or now >= self.deadline

    def tell(self) -> None:
        """Report where the run stands."""
        if self.on_progress is not None:
            self.on_progress(
                Progress(
                    round(self.spent, 3), self.seconds, self.phase, self.placed, self.asked, self.value, self.bound,
                    self.placed,
                )
            )  # fmt: skip


@dataclass
class Reached:
    """What is known of a level while the run goes on: the bound of its figure and whether that is proven met."""

    bound: Number | None
    optimal: bool


class Run:
    """One solve from start to outcome."""

    def __init__(self, problem: Problem, clock: Clock, seed: int, workers: int) -> None:
        self.problem = problem
        self.clock = clock
        self.seed = seed
        self.workers = workers
        self.rng = random.Random(seed)  # noqa: S311
        self.index = _sized_index(problem)
        clock.asked = len(problem.requests)
        self.network = Network(self.index)
        self.plan: Plan = {}
        self.reached: dict[str, Reached] = {}
        self.kept: list[tuple[cpsat.Step, int]] = []
        self.model: cpsat.Model | None = None
        self.literals = sum(option.starts.bit_count() for options in self.index.options for option in options)

    def show(self, phase: str) -> None:
        """Tell the clock what stands now."""
        self.clock.phase = phase
        self.clock.placed = len(self.plan)
        self.clock.value = figures.value(self.index, self.plan)
        self.clock.stopped()

    def begin(self) -> None:
        """A first legal schedule: pins, what was published, then the choice of the flow and all that still fits."""
        board = Board(self.index)
        board.load(place_pins(self.index))
        for request, kept in self.index.published.items():
            for option, mask in board.places(request):
                place = Place(kept[0], option)
                if mask >> kept[0] & 1 and self.index.key(place) == kept:
                    board.put(request, place)
                    break
        order = [level.level for level in self.problem.levels if level.level in FLOW_LEVELS]
        choice = self.network.choose(order or ["value"])
        self.clock.bound = choice.figures["value"]
        self.choice = choice
        left = colour.fill(board, colour.by_worth(board, choice.requests, self.rng))
        rest = set(range(len(self.problem.requests))) - set(board.plan) - set(left)
        colour.fill(board, colour.by_worth(board, [*left, *sorted(rest)], self.rng))
        self.plan = board.plan

    def flow_bound(self, level: str, met: list[str]) -> int | None:
        """The flow's bound of a level, given which earlier levels met theirs exactly."""
        if level not in FLOW_LEVELS:
            return None
        order = [item.level for item in self.problem.levels if item.level in FLOW_LEVELS]
        if order[: order.index(level)] == met:
            return self.choice.figures[level]
        return self.network.choose([level]).figures[level]

    def improve(self) -> None:
        """Level by level: prove the figure, or better it, and keep it for the levels after."""
        met: list[str] = []
        for level in self.problem.levels:
            self.show(level.level)
            bound = self.flow_bound(level.level, met)
            figure = self.pursue(level, bound)
            if level.level in FLOW_LEVELS and figure == bound and level.tolerance == 0:
                met.append(level.level)

    def pursue(self, level: Level, bound: int | None) -> Number | None:
        """One level, by all its steps."""
        if level.level == "value" and bound is not None:
            bound = -bound
        if level.level in ("changes", "shortfall", "musts", "idle", "moves"):
            bound = max(0, bound or 0)
        if self.literals > MAX_LITERALS or (level.level == "moves" and not self.exact_tables):
            figure = self.figure(level.level)
            self.reached[level.level] = Reached(_signed(level.level, bound), figure == bound)
            return None if figure is None else _signed(level.level, figure)
        if self.model is None:
            self.model = cpsat.Model(self.index)
        steps = cpsat.AIMS[level.level](self.model)
        if level.level == "fairness":
            self.fair(level, steps)
            return None
        figure, found = self.step(steps[0], self.figure(level.level), bound)
        self.reached[level.level] = Reached(_signed(level.level, found), figure == found)
        spare = int(abs(figure) * level.tolerance + 1e-9)
        cpsat.keep(self.model, steps[0], figure + spare)
        return _signed(level.level, figure)

    def step(self, step: cpsat.Step, figure: int | None, bound: int | None) -> tuple[int, int | None]:
        """Minimise one aim unless it already meets its bound; returns figure and bound."""
        if figure is not None and figure == bound:
            return figure, bound
        if figure is not None and self.clock.stopped():
            return figure, bound
        limits = cpsat.Limits(self.clock.deadline, self.workers, self.seed, self.clock.stopped)
        solved = cpsat.minimise(self.model, step, limits, self.plan, bound)  # type: ignore[arg-type]
        if solved.plan is None:
            return figure or 0, bound
        if figure is None or solved.value <= figure:
            self.plan, figure = solved.plan, solved.value
        best = solved.bound if bound is None else max(bound, solved.bound)
        return figure, figure if solved.status == "optimal" else best

    def fair(self, level: Level, steps: list[cpsat.Step]) -> None:
        """Leximin: for each share from the lowest, as few companies as possible with no more than it."""
        lowest, optimal = Fraction(1), True
        settled = False
        for step in steps:
            share = step.label or Fraction(0)
            count = figures.no_more_than(self.index, self.plan, share)
            figure, bound = self.step(step, count, 0)
            optimal = optimal and figure == bound
            if not settled and bound is not None and bound > 0:
                lowest, settled = share, True
            cpsat.keep(self.model, step, figure)  # type: ignore[arg-type]
            if settled and level.tolerance:
                break
        self.reached["fairness"] = Reached(round(float(lowest), 6), optimal)

    @property
    def exact_tables(self) -> bool:
        """Whether every option in person knows its table."""
        return not self.index.table_ids or all(
            option.table != ANY or not option.pools for options in self.index.options for option in options
        )

    def figure(self, level: str) -> int | None:
        """The figure of a level to minimise for the plan that stands."""
        if level == "fairness":
            return None
        if level == "moves":
            return figures.moves(self.index, self.plan, tables.seat(self.index, self.plan))
        figure: int = getattr(figures, level)(self.index, self.plan)
        return -figure if level == "value" else figure

    def outcome(self) -> Outcome:
        """Tables, true figures by the judge, reasons."""
        self.show("reasons")
        meetings = meetings_of(self.index, self.plan, tables.seat(self.index, self.plan))
        broken = checker.violations(self.problem, meetings)
        if broken:
            raise AssertionError(f"the engine broke its own rules: {broken[0]}")
        true = checker.score(self.problem, meetings)
        levels = []
        for level in self.problem.levels:
            reached = self.reached.get(level.level, Reached(None, False))
            levels.append(LevelResult(level.level, true.of(level.level), reached.bound, reached.optimal))
        status = "optimal" if all(level.optimal for level in levels) else "feasible"
        unscheduled = explain.reasons(self.index, self.plan, {level.level: level.optimal for level in levels})
        self.show("done")
        return Outcome(status, meetings, tuple(levels), unscheduled, round(self.clock.spent, 3), self.seed, ENGINE)


def _signed(level: str, figure: int | None) -> int | None:
    return -figure if level == "value" and figure is not None else figure


def _sized_index(problem: Problem) -> Index:
    """The index with a table in every option where exact work on tables is small enough to be worth it."""
    index = index_of(problem)
    if not index.table_ids or all(level.level != "moves" for level in problem.levels):
        return index
    size = sum(option.starts.bit_count() for options in index.options for option in options)
    if size * len(index.table_ids) > MAX_CONCRETE:
        return index
    return index_of(problem, concrete=True)


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
    clock = Clock(seconds, on_progress, stop)
    run = Run(problem, clock, seed, workers)
    run.begin()
    run.improve()
    if clock.order == "cancel":
        return Outcome("cancelled", (), (), (), round(clock.spent, 3), seed, ENGINE)
    return run.outcome()
