"""Level after level: what is reached, what bounds it, and the exact model where the two differ."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from random import Random

from eventsapp.scheduling import aims, cpsat, figures, tables
from eventsapp.scheduling.bounds import FLOW_LEVELS, Choice, Network
from eventsapp.scheduling.clock import Clock
from eventsapp.scheduling.face import face_of, whole
from eventsapp.scheduling.fair import fairer, lowest_bound
from eventsapp.scheduling.index import ANY, Index, Plan
from eventsapp.scheduling.polish import less_idle
from eventsapp.scheduling.problem import Level
from eventsapp.scheduling.schedule import Reached
from eventsapp.scheduling.search import figure_of
from eventsapp.scheduling.waits import idle_bound

MAX_LITERALS = 400_000
MAX_FINE = {"fairness": 8_000, "idle": 16_000, "moves": 8_000}
FAIR_SHARE = 0.4
PROVE_SHARE = 0.4
BUILD_SECONDS = 1e-4
MAX_WEIGHT = 1 << 45
LINEAR = ("changes", *FLOW_LEVELS)


@dataclass
class Pursuit:
    """The plan as it gets better, what is known of each level, and the aims that later levels must keep.

    `met` are the levels whose figure is that of the flow's choice, so that the face of best choices holds the plan.
    """

    index: Index
    network: Network
    choice: Choice
    levels: Sequence[Level]
    clock: Clock
    workers: int
    seed: int
    plan: Plan
    reached: dict[str, Reached] = field(default_factory=dict)
    model: cpsat.Model | None = None
    kept: list[tuple[str, int]] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    shares: Plan | None = None
    bounds: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    @property
    def order(self) -> list[str]:
        """The levels that the flow knows, in their order."""
        return [level.level for level in self.levels if level.level in FLOW_LEVELS] or ["value"]

    @property
    def small(self) -> bool:
        """Whether the exact model of everything is worth building in the time that is left."""
        if self.model is None and self.size * BUILD_SECONDS > self.clock.left:
            return False
        return self.size <= MAX_LITERALS

    @cached_property
    def size(self) -> int:
        """The number of places that all requests could have."""
        return sum(option.starts.bit_count() for options in self.index.options for option in options)

    @property
    def strict(self) -> set[str]:
        """The levels that later ones may not spend."""
        return {level.level for level in self.levels if level.tolerance == 0}

    @property
    def exact_tables(self) -> bool:
        """Whether every option in person knows its table."""
        return not self.index.table_ids or all(
            option.table != ANY or not option.pools for options in self.index.options for option in options
        )

    def whole_model(self) -> cpsat.Model:
        """The exact model of everything, with what must be kept."""
        if self.model is None:
            self.model = cpsat.Model(self.index)
            for level, most in self.kept:
                cpsat.keep(self.model, aims.AIMS[level](self.model)[0], most)
            if self.shares is not None:
                self.hold_shares(self.model, self.shares)
        return self.model

    def keep(self, level: str, most: int) -> None:
        """Later levels may not push this one's figure above `most`."""
        self.kept.append((level, most))
        if self.model is not None:
            cpsat.keep(self.model, aims.AIMS[level](self.model)[0], most)

    def hold_shares(self, model: cpsat.Model, plan: Plan) -> None:
        """Later levels may serve nobody worse than this plan does, in the order of leximin."""
        for step in aims.fairness(model):
            cpsat.keep(model, step, figures.no_more_than(self.index, plan, step.label or Fraction(0)))

    def show(self, phase: str) -> None:
        """Tell the clock what stands now."""
        self.clock.phase = phase
        self.clock.holds(len(self.plan), figures.value(self.index, self.plan))
        self.clock.keep(self.plan, self.reached)

    def found(self, plan: Callable[[], Plan]) -> None:
        """A plan that beats the one that stands was found on the way; `plan` makes it when it is wanted."""
        if self.clock.keeps:
            self.clock.keep(plan(), self.reached)

    def run(self) -> None:
        """Pursue all levels in order, linear ones with no tolerance between them together."""
        number = 0
        while number < len(self.levels):
            group = [self.levels[number]]
            while group[-1].tolerance == 0 and all(level.level in LINEAR for level in group):
                following = number + len(group)
                if following == len(self.levels) or self.levels[following].level not in LINEAR:
                    break
                group.append(self.levels[following])
            self.show(group[0].level)
            if group[0].level in LINEAR:
                self.pursue_linear(group)
            elif group[0].level == "fairness":
                self.pursue_fairness(group[0])
            elif group[0].level == "idle":
                self.pursue_idle(group[0])
            else:
                self.pursue_one(group[0])
            number += len(group)

    def figure(self, level: str) -> int:
        """The figure of a level, to be minimised, of the plan that stands."""
        if level == "moves":
            return figures.moves(self.index, self.plan, tables.seat(self.index, self.plan))
        figure = figure_of(self.index, self.plan, level)
        return -figure if level == "value" else figure

    def flow_bound(self, level: str) -> int:
        """The flow's bound of a level to be minimised, given what the levels before it have reached."""
        if level not in FLOW_LEVELS:
            return figures.lost(self.index) if level == "changes" else 0
        before = self.order[: self.order.index(level)]
        key = (level, tuple(self.met))
        if key not in self.bounds:
            if before == self.met:
                self.bounds[key] = self.choice.figures[level]
            elif level == "value":
                unmet = [item for item in before if item not in self.met and item in self.strict]
                self.bounds[key] = self.network.value_bound(self.met, {item: self.figure(item) for item in unmet})
            else:
                self.bounds[key] = self.network.choose([*self.met, level]).figures[level]
        return -self.bounds[key] if level == "value" else self.bounds[key]

    def pursue_linear(self, group: Sequence[Level]) -> None:
        """Levels in a row that are sums: those that meet their bounds are done, the others go to the model at once."""
        todo = list(group)
        while todo:
            level = todo[0].level
            figure, bound = self.figure(level), self.flow_bound(level)
            if figure != bound:
                break
            self.settle(todo.pop(0), figure, bound)
        if todo and self.small and not self.clock.stopped():
            self.prove(todo)
        elif todo:
            for item in todo:
                self.settle(item, self.figure(item.level), self.flow_bound(item.level))

    def settle(self, level: Level, figure: int, bound: int) -> None:
        """Record what is known of a level and keep it."""
        sign = -1 if level.level == "value" else 1
        self.reached[level.level] = Reached(sign * bound, figure == bound)
        if level.tolerance == 0 and self._as_chosen(level.level, sign * figure):
            self.met.append(level.level)
        self.keep(level.level, figure + int(abs(figure) * level.tolerance + 1e-9))

    def _as_chosen(self, level: str, figure: int) -> bool:
        """Whether a level and all flow levels before it are exactly as in the flow's choice."""
        if level not in FLOW_LEVELS or level in self.choice.rounded or figure != self.choice.figures[level]:
            return False
        return self.met == self.order[: self.order.index(level)]

    def prove(self, group: Sequence[Level]) -> None:
        """Minimise the weighted sum of several levels, an earlier one outweighing all later ones."""
        model = self.whole_model()
        steps = [aims.AIMS[level.level](model)[0] for level in group]
        ranges = [_range(step) for step in steps]
        weights = [1]
        for low, high in reversed(ranges[1:]):
            weights.insert(0, weights[0] * (high - low + 1))
        if weights[0] * (ranges[0][1] - ranges[0][0] + 1) > MAX_WEIGHT and len(group) > 1:
            self.pursue_linear(group[:1])
            self.pursue_linear(group[1:])
            return
        step = cpsat.weighted(steps, weights)
        bounds = [
            self.flow_bound(level.level) if n == 0 else low
            for n, (level, (low, _)) in enumerate(zip(group, ranges, strict=True))
        ]
        least = sum(weight * bound for weight, bound in zip(weights, bounds, strict=True))
        last = group[-1] is self.levels[-1]
        stands = sum(weight * self.figure(level.level) for weight, level in zip(weights, group, strict=True))
        solved = self.minimise(step, stands, least, self.clock.until(1.0 if last else PROVE_SHARE))
        if solved.plan is not None and solved.value <= stands:
            self.plan = solved.plan
        bound = max(least, solved.bound) if solved.plan is not None else least
        for number, level in enumerate(group):
            figure = self.figure(level.level)
            later = sum(weights[n] * ranges[n][1] for n in range(number + 1, len(group)))
            own = -(-(bound - later) // weights[number])
            proven = figure if solved.status == "optimal" else min(figure, max(own, self.flow_bound(level.level)))
            bound -= weights[number] * figure
            self.settle(level, figure, proven)

    def minimise(self, step: cpsat.Step, figure: int, least: int, until: float | None = None) -> cpsat.Solved:
        """Ask the exact model for less than the figure of the plan that stands."""
        deadline = self.clock.deadline if until is None else min(until, self.clock.deadline)
        limits = cpsat.Limits(deadline, self.workers, self.seed, self.clock.stopped)
        return cpsat.minimise(self.whole_model(), step, limits, self.plan, least, cpsat.News(figure, self.found))

    def fine(self, level: str) -> bool:
        """Whether the exact model is small enough for levels that are no plain sums."""
        exact = level != "moves" or self.exact_tables
        return exact and self.size <= MAX_FINE.get(level, 0) and not self.clock.stopped()

    def pursue_idle(self, level: Level) -> None:
        """Idle slots: the bound, annealing with the meetings kept, then the exact model where it is small."""
        figure, floor = self.figure("idle"), self.idle_floor(level)
        before = {item.level for item in self.levels[: self.levels.index(level)]}
        if figure > floor and not self.clock.stopped() and before <= {*LINEAR, "fairness"}:
            begin, end = self.clock.spent, self.clock.spent + self.clock.left * (0.5 if self.fine("idle") else 0.97)
            rng = Random(self.seed)  # noqa: S311
            self.plan = less_idle(
                self.index,
                self.plan,
                floor,
                rng,
                lambda: (self.clock.spent - begin) / max(end - begin, 1e-3),
                lambda: self.clock.stopped() or self.clock.spent > end,
                self.found,
            )
        self.pursue_one(level, floor)

    def idle_floor(self, level: Level) -> int:
        """The idle slots that availability forces on schedules as good on earlier levels as far as the flow sees."""
        before = {item.level for item in self.levels[: self.levels.index(level)]}
        met = [name for name in self.met if name in before]
        face = face_of(self.network, met, self.choice) if met else whole(self.network, self.choice)
        most = {name: most for name, most in self.kept if name in FLOW_LEVELS and name not in met}
        return idle_bound(
            face, {name: -most[name] if name == "value" else most[name] for name in most}, self.clock.stopped
        )

    def pursue_one(self, level: Level, bound: int = 0) -> None:
        """A level that is one sum of extra variables of the model; `bound` is what is known of it."""
        figure = self.figure(level.level)
        if figure > bound and self.fine(level.level):
            solved = self.minimise(aims.AIMS[level.level](self.whole_model())[0], figure, bound)
            if solved.plan is not None and solved.value <= figure:
                self.plan, figure = solved.plan, solved.value
            bound = max(bound, solved.bound) if solved.plan is not None else bound
        self.reached[level.level] = Reached(bound, figure == bound)
        if level.level != "moves" or self.exact_tables:
            self.keep(level.level, figure + int(figure * level.tolerance + 1e-9))

    def pursue_fairness(self, level: Level) -> None:
        """Leximin: first by the flow among best choices, then exactly where the model is small."""
        before = [item.level for item in self.levels[: self.levels.index(level)]]
        exact = before == self.met and all(item in FLOW_LEVELS for item in before)
        face = face_of(self.network, before, self.choice) if exact and before else whole(self.network, self.choice)
        if exact and before and not self.clock.stopped():
            self.plan = fairer(face, self.plan, before, Random(self.seed), self.clock.stopped)  # noqa: S311
        reached = figures.lowest(self.index, self.plan)
        bound, optimal = reached, reached == 1
        if reached < 1:
            bound = Fraction(1) if self.clock.stopped() else lowest_bound(face, reached)
        if not optimal and self.fine("fairness"):
            exact_bound, optimal = self.leximin(level)
            bound = min(bound, exact_bound)
        elif level.tolerance == 0:
            self.shares = dict(self.plan)
            if self.model is not None:
                self.hold_shares(self.model, self.plan)
        self.reached["fairness"] = Reached(round(float(bound), 6), optimal)

    def leximin(self, level: Level) -> tuple[Fraction, bool]:
        """For each share from the lowest, as few companies as possible with no more than it."""
        lowest, optimal, settled = Fraction(1), True, False
        model = self.whole_model()
        until = self.clock.until(1.0 if level is self.levels[-1] else FAIR_SHARE)
        for step in aims.fairness(model):
            share = step.label or Fraction(0)
            figure, bound = figures.no_more_than(self.index, self.plan, share), 0
            if figure > 0 and not self.clock.stopped() and time.monotonic() < until:
                solved = self.minimise(step, figure, 0, until)
                if solved.plan is not None and solved.value <= figure:
                    self.plan, figure = solved.plan, solved.value
                bound = solved.bound if solved.plan is not None else 0
            optimal = optimal and figure == bound
            if bound > 0 and not settled:
                lowest, settled = share, True
            cpsat.keep(model, step, figure)
            if settled and level.tolerance:
                break
        return lowest, optimal


def _range(step: cpsat.Step) -> tuple[int, int]:
    """The smallest and the largest figure that a step could have."""
    low = step.constant + sum(min(0, weight) for _, weight in step.terms)
    high = step.constant + sum(max(0, weight) for _, weight in step.terms)
    return low, high
