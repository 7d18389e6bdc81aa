"""A good schedule fast: choose by flow, give slots by colouring, choose anew where colouring fails, sweep the slots."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np

from eventsapp.scheduling import figures
from eventsapp.scheduling.board import Board
from eventsapp.scheduling.bounds import Choice, Network
from eventsapp.scheduling.clock import Clock
from eventsapp.scheduling.colour import Colouring, by_worth, hardest_first
from eventsapp.scheduling.face import Face, face_of
from eventsapp.scheduling.index import Index, Plan
from eventsapp.scheduling.sweep import Sweeper

ROUNDS = 12
SWEEPS = 30
PATIENCE = 4
MOST_WORK = 4_000
FLEXIBLE = 32
STAY = 64
FAILED = 48

Figures = tuple[int, ...]


def linear(index: Index, plan: Plan, levels: Sequence[str]) -> Figures:
    """The figures of linear levels, each to be minimised."""
    return tuple(-figures.value(index, plan) if level == "value" else figure_of(index, plan, level) for level in levels)


def figure_of(index: Index, plan: Plan, level: str) -> int:
    """The figure of a level that is minimised."""
    figure: int = getattr(figures, level)(index, plan)
    return figure


def construct(network: Network, choice: Choice, levels: Sequence[str], begin: Plan, rng: Random, clock: Clock) -> Plan:
    """The best plan found for the linear levels, starting from places that stay fixed."""
    index = network.index
    board = Board(index)
    board.load(begin)
    board.fixed |= set(begin)
    colouring = Colouring(board, rng, lambda: _told(clock, board))
    goal = tuple(-choice.figures[level] if level == "value" else choice.figures[level] for level in levels)
    face = face_of(network, levels, choice)
    flex = flexible(network)
    failures = np.zeros(len(network.live), dtype=np.int64)
    position = {request: number for number, request in enumerate(network.live)}
    chosen = choice if choice.mended else face.choose(flex)
    best: tuple[Figures, Plan] | None = None
    stale = 0
    for _ in range(ROUNDS):
        wanted = set(choice.requests if chosen is None else chosen.requests)
        let_go(colouring, wanted)
        missing = [request for request in sorted(wanted) if request not in board.plan]
        left = colouring.colour(hardest_first(board, missing, rng), work_for(index))
        before = best
        best = _better(best, index, filled(colouring, levels), levels)
        _stands(clock, index, best[1])
        stale = 0 if before is None or best[0] < before[0] else stale + 1
        if not left or best[0] == goal or stale >= PATIENCE or clock.stopped():
            break
        for request in left:
            failures[position[request]] += 1
        chosen = _again(face, board, flex, failures)
    assert best is not None
    if best[0] == goal or network.doubled:
        return best[1]
    colouring.restore(best[1])
    return _swept(Sweeper(network, colouring, levels, rng), best, levels, goal, clock)


def _stands(clock: Clock, index: Index, plan: Plan) -> None:
    """Tell the clock of the best plan so far."""
    clock.holds(len(plan), figures.value(index, plan))
    clock.keep(plan, {})


def _told(clock: Clock, board: Board) -> bool:
    """Whether to stop, after telling how many requests are placed by now."""
    clock.placed = len(board.plan)
    return clock.stopped()


def _swept(
    sweeper: Sweeper,
    best: tuple[Figures, Plan],
    levels: Sequence[str],
    goal: Figures,
    clock: Clock,
) -> Plan:
    """Sweep after sweep over the slots while that helps."""
    stale = 0
    for _ in range(SWEEPS):
        if clock.stopped() or stale >= PATIENCE or best[0] == goal:
            break
        sweeper.sweep(clock.stopped)
        after = _better(best, sweeper.index, filled(sweeper.colouring, levels), levels)
        stale = 0 if after[0] < best[0] else stale + 1
        best = after
        _stands(clock, sweeper.index, best[1])
    return best[1]


def work_for(index: Index) -> int:
    """How many ejections a colouring may try."""
    return min(MOST_WORK, 100 + 2 * len(index.options))


def flexible(network: Network) -> np.ndarray:
    """How many slots each request has to choose from, in 32ths."""
    index = network.index
    counts = [max(option.starts.bit_count() for option in index.options[request]) for request in network.live]
    return np.array([FLEXIBLE * count // index.slots for count in counts], dtype=np.int64)


def let_go(colouring: Colouring, wanted: set[int]) -> None:
    """Remove what is not wanted any more, fixed places apart."""
    board = colouring.board
    for request in [request for request in board.plan if request not in wanted and request not in board.fixed]:
        colouring.take(request)


def filled(colouring: Colouring, levels: Sequence[str]) -> Plan:
    """The plan with whatever still fits, the most valuable first; the board keeps the additions."""
    board = colouring.board
    rest = [r for r in range(len(board.index.options)) if r not in board.plan and board.has_room(r)]
    for request in by_worth(board, rest, colouring.rng):
        if not colouring.insert(request) and board.index.musts[request] and "musts" in levels:
            colouring.exchange(request)
    return dict(board.plan)


def _better(best: tuple[Figures, Plan] | None, index: Index, plan: Plan, levels: Sequence[str]) -> tuple[Figures, Plan]:
    reached = linear(index, plan, levels)
    return (reached, plan) if best is None or reached < best[0] else best


def _again(face: Face, board: Board, flex: np.ndarray, failures: np.ndarray) -> Choice | None:
    """Another best choice, near to what is placed, that avoids what found no place."""
    placed = np.array([request in board.plan for request in face.network.live], dtype=np.int64)
    return face.choose(flex + STAY * placed - FAILED * failures)
