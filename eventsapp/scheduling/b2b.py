"""The door to the literature's problem: solve_b2b(problem) holds every meeting with the fewest idle periods.

Exact: clauses for CP-SAT with core-guided search, so that the bound rises until a schedule meets it. Figures and
legality come from the judge, never from the model.
"""

from __future__ import annotations

import math
import time
from typing import Any

from ortools.sat.python import cp_model

from eventsapp import __version__
from eventsapp.scheduling import cpsat
from eventsapp.scheduling.b2b_checker import idle_by_participant, verify, violations
from eventsapp.scheduling.b2b_clauses import TRUE
from eventsapp.scheduling.b2b_model import B2BModel, OutOfTime
from eventsapp.scheduling.b2b_problem import B2BMeeting, B2BProblem, Session
from eventsapp.scheduling.clock import Clock, OnProgress, Stop
from eventsapp.scheduling.schedule import LevelResult, Meeting, Outcome

__all__ = ["B2BMeeting", "B2BProblem", "Session", "solve_b2b", "verify", "violations"]

ENGINE = f"encuentro {__version__} (clauses, core-guided CP-SAT)"
RESERVE = 0.03
PROOF_SHARE = 0.85
CLAUSES_AT_ONCE = 10_000


def solve_b2b(
    problem: B2BProblem,
    *,
    seconds: float,
    seed: int = 1,
    on_progress: OnProgress | None = None,
    stop: Stop | None = None,
) -> Outcome:
    """Minimise the idle periods within the seconds given; `stop` answers None, "keep" (end with the best) or "cancel".

    Status optimal, feasible, infeasible, none or cancelled; without a schedule the bound is in the outcome's detail.
    """
    clock = Clock(seconds, on_progress, stop, seconds * RESERVE, asked=len(problem.meetings), phase="model", bound=0)
    outcome = clock.watch(lambda: _solved(problem, clock, seed))
    return outcome or _without_schedule("cancelled", clock, seed)


def _solved(problem: B2BProblem, clock: Clock, seed: int) -> Outcome:
    try:
        model = B2BModel(problem, clock.stopped)
        if model.clauses.contradiction:
            return _without_schedule("infeasible", clock, seed)
        cp, variables = _to_cp_sat(model, clock)
    except OutOfTime:
        return _without_schedule("none", clock, seed)
    return _search(model, cp, variables, clock, seed)


def _search(model: B2BModel, cp: Any, variables: list[Any], clock: Clock, seed: int) -> Outcome:
    """Prove by cores; when that ends without a schedule, use the time that is left to find any."""
    clock.phase = "search"
    solver = _solver(clock.until(PROOF_SHARE), seed)
    solver.best_bound_callback = lambda bound: _raise_bound(clock, bound)
    status = cpsat.run(solver, cp, clock.stopped)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        _raise_bound(clock, solver.best_objective_bound)
    elif status == cp_model.UNKNOWN and not clock.stopped():
        clock.phase = "any schedule"
        cp.clear_objective()
        solver = _solver(clock.deadline, seed)
        status = cpsat.run(solver, cp, clock.stopped)
    if status == cp_model.INFEASIBLE:
        return _without_schedule("infeasible", clock, seed)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _without_schedule("none", clock, seed)
    slots = [
        next(slot for slot, literal in place.items() if solver.boolean_value(variables[literal]))
        for place in model.place
    ]
    return _with_schedule(model.problem, slots, clock, seed)


def _to_cp_sat(model: B2BModel, clock: Clock) -> tuple[Any, list[Any]]:
    cp: Any = cp_model.CpModel()
    variables = [cp.new_bool_var("") for _ in range(model.clauses.variables)]
    negations = [~variable for variable in variables]

    def literals(chosen: list[int]) -> list[Any]:
        return [variables[literal] if literal >= 0 else negations[~literal] for literal in chosen]

    cp.add_bool_and([variables[TRUE]])
    for number, clause in enumerate(model.clauses.clauses):
        if number % CLAUSES_AT_ONCE == 0 and clock.stopped():
            raise OutOfTime
        cp.add_bool_or(literals(clause))
    for group in model.clauses.exactly_ones:
        cp.add_exactly_one(literals(group))
    cp.minimize(sum(literals(model.idle)))
    return cp, variables


def _solver(deadline: float, seed: int) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, deadline - time.monotonic())
    # Measured: a second worker, of any kind or of the same kind with another seed, makes the proof two to six times
    # slower, because what it shares disturbs the search for cores.
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.parameters.optimize_with_core = True
    # Pure clauses: the linear relaxation costs time and says nothing.
    solver.parameters.linearization_level = 0
    # Measured: simplifying between the cores costs more than it saves.
    solver.parameters.inprocessing_dtime_ratio = 0.0
    return solver


def _raise_bound(clock: Clock, bound: float) -> None:
    # Without limit: the search has just proven that nothing is left.
    if math.isfinite(bound):
        clock.bound = max(clock.bound or 0, math.ceil(bound - 1e-6))


def _with_schedule(problem: B2BProblem, slots: list[int], clock: Clock, seed: int) -> Outcome:
    broken = violations(problem, slots)
    if broken:
        raise AssertionError(f"the engine broke its own rule: {broken[0]}")
    idle = sum(idle_by_participant(problem, slots))
    clock.phase = "done"
    clock.holds(len(slots), idle)
    level = LevelResult("idle", idle, clock.bound, clock.bound == idle)
    meetings = tuple(
        Meeting(problem.meeting_name(index), slot, None, problem.desk_names(index)) for index, slot in enumerate(slots)
    )
    status = "optimal" if level.optimal else "feasible"
    return Outcome(status, meetings, (level,), (), round(clock.spent, 3), seed, ENGINE)


def _without_schedule(status: str, clock: Clock, seed: int) -> Outcome:
    detail = {} if status == "infeasible" else {"bound": clock.bound}
    return Outcome(status, (), (), (), round(clock.spent, 3), seed, ENGINE, detail=detail)
