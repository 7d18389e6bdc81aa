"""Peers on the same events, aim value alone: greedy by value, one CP-SAT model request x slot, HiGHS as a MIP.

Run: python benchmarks/peers.py --sizes M L --regimes base tight --seeds 2 [--limit 60]
Times are from the problem in memory to the first schedule with the best value that a solver reached: ours as told by
its progress, CP-SAT's by its callback, HiGHS's by its log; our whole run with judging and reasons stands beside it. A
peer that did not reach our value within the limit counts as slower than the limit (`>`). HiGHS is the one inside
OR-Tools. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import engine
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from eventsapp.scheduling import checker
from eventsapp.scheduling.problem import Problem
from eventsapp.scheduling.schedule import Meeting, Progress
from eventsapp.scheduling.solve import solve

Key = tuple[str, object]


def uses(problem: Problem) -> tuple[list[tuple[int, int]], dict[Key, list[int]], dict[Key, int]]:
    """All (request, slot) pairs, the pairs that share something, and how many of them may be chosen."""
    free = {company.id: set(company.desks[0].slots) for company in problem.companies}
    pairs: list[tuple[int, int]] = []
    groups: dict[Key, list[int]] = defaultdict(list)
    limits: dict[Key, int] = {}
    most = {company.id: company.max_meetings for company in problem.companies}
    for number, request in enumerate(problem.requests):
        for slot in sorted(free[request.a] & free[request.b]):
            for key, limit in (
                (("request", number), 1),
                (("a", (request.a, slot)), 1),
                (("b", (request.b, slot)), 1),
                (("room", slot), problem.capacity),
                (("company", request.a), most[request.a]),
                (("company", request.b), most[request.b]),
            ):
                if limit is not None:
                    groups[key].append(len(pairs))
                    limits[key] = limit
            pairs.append((number, slot))
    return pairs, groups, limits


def meetings(problem: Problem, chosen: list[tuple[int, int]]) -> list[Meeting]:
    """Chosen pairs as meetings, so that the checker can judge them."""
    requests = problem.requests
    return [
        Meeting(requests[r].id, slot, None, (f"{requests[r].a}-1", f"{requests[r].b}-1")) for r, slot in sorted(chosen)
    ]


def greedy(problem: Problem, _limit: float) -> tuple[list[tuple[int, int]], float]:
    """The most valuable request first, in the first slot in which it fits."""
    begin = time.monotonic()
    pairs, groups, limits = uses(problem)
    of_request: dict[int, list[int]] = defaultdict(list)
    keys: list[list[Key]] = [[] for _ in pairs]
    for key, members in groups.items():
        for member in members:
            keys[member].append(key)
    for member, (request, _) in enumerate(pairs):
        of_request[request].append(member)
    chosen = []
    for request in sorted(of_request, key=lambda r: -problem.requests[r].value):
        for member in of_request[request]:
            if all(limits[key] > 0 for key in keys[member]):
                for key in keys[member]:
                    limits[key] -= 1
                chosen.append(pairs[member])
                break
    return chosen, time.monotonic() - begin


class _Best(cp_model.CpSolverSolutionCallback):
    def __init__(self, begin: float) -> None:
        super().__init__()
        self.begin = begin
        self.seconds = 0.0

    def on_solution_callback(self) -> None:
        self.seconds = time.monotonic() - self.begin


def cpsat(problem: Problem, limit: float) -> tuple[list[tuple[int, int]], float]:
    """One CP-SAT model with a Boolean per request and slot."""
    begin = time.monotonic()
    pairs, groups, limits = uses(problem)
    model = cp_model.CpModel()
    variables = [model.new_bool_var("") for _ in pairs]
    for key, members in groups.items():
        if limits[key] == 1:
            model.add_at_most_one(variables[m] for m in members)
        elif len(members) > limits[key]:
            model.add(sum(variables[m] for m in members) <= limits[key])
    model.maximize(sum(problem.requests[r].value * x for (r, _), x in zip(pairs, variables, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = max(0.1, limit - (time.monotonic() - begin))
    best = _Best(begin)
    status = solver.solve(model, best)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return [], time.monotonic() - begin
    return [pair for pair, x in zip(pairs, variables, strict=True) if solver.boolean_value(x)], best.seconds


def highs(problem: Problem, limit: float) -> tuple[list[tuple[int, int]], float]:
    """The same model as a MIP for HiGHS."""
    begin = time.monotonic()
    pairs, groups, limits = uses(problem)
    solver = pywraplp.Solver.CreateSolver("HIGHS")
    solver.EnableOutput()
    variables = [solver.BoolVar("") for _ in pairs]
    for key, members in groups.items():
        if len(members) > limits[key]:
            row = solver.Constraint(0, limits[key])
            for member in members:
                row.SetCoefficient(variables[member], 1)
    objective = solver.Objective()
    objective.SetMaximization()
    for (request, _), x in zip(pairs, variables, strict=True):
        objective.SetCoefficient(x, problem.requests[request].value)
    built = time.monotonic() - begin
    solver.SetTimeLimit(max(100, int(1000 * (limit - built))))
    status, log = _logged(solver.Solve)
    if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
        return [], time.monotonic() - begin
    chosen = [pair for pair, x in zip(pairs, variables, strict=True) if x.solution_value() > 0.5]
    return chosen, built + _first_moment(log, sum(problem.requests[request].value for request, _ in chosen))


def _logged(solve: Callable[[], int]) -> tuple[int, str]:
    """What the call returns, and what it wrote to the standard output of the process."""
    sys.stdout.flush()
    screen = os.dup(1)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 1)
        try:
            status = solve()
        finally:
            os.dup2(screen, 1)
            os.close(screen)
        file.seek(0)
        return status, file.read().decode(errors="replace")


def _first_moment(log: str, value: int) -> float:
    """The seconds at which the log first shows a solution of this value; its last row when it shows none."""
    seconds = 0.0
    for line in log.splitlines():
        row = line.split()
        if len(row) > 5 and row[-1].endswith("s") and row[-1][:-1].replace(".", "").isdigit() and "%" in line:
            seconds = float(row[-1][:-1])
            if str(value) in row:
                return seconds
    return seconds


PEERS = {"greedy": greedy, "cpsat": cpsat, "highs": highs}


def compare(size: str, regime: str, seed: int, limit: float, peers: list[str]) -> dict[str, Any]:
    """Us and the peers on one event; a peer's schedule is judged like ours."""
    problem = engine.generate(size, regime, seed, ("value",))
    told: list[Progress] = []
    begin = time.monotonic()
    outcome = solve(problem, seconds=engine.LIMITS[size], seed=seed, with_prices=False, on_progress=told.append)
    whole = time.monotonic() - begin
    assert not checker.verify(problem, outcome)
    best = outcome.levels[0].value
    ours = next(progress.seconds for progress in told if progress.value >= best)
    row: dict[str, Any] = {
        "size": size, "regime": regime, "seed": seed, "value": best, "bound": outcome.levels[0].bound,
        "seconds": round(ours, 3), "whole": round(whole, 2),
    }  # fmt: skip
    for name in peers:
        chosen, seconds = PEERS[name](problem, limit)
        held = meetings(problem, chosen)
        assert not checker.violations(problem, held)
        value = checker.score(problem, held).value
        late = name != "greedy" and value < best
        seconds = limit if late else seconds
        row[name] = {"value": value, "seconds": round(seconds, 2), "times": round(seconds / ours, 1), "late": late}
    return row


def _line(row: dict[str, Any], peers: list[str]) -> str:
    """A row of the table."""
    others = ", ".join(
        f"{name} {row[name]['value']} in {'>' * row[name]['late']}{row[name]['seconds']} s "
        f"({'>' * row[name]['late']}{row[name]['times']} x)"
        for name in peers
    )
    return (
        f"{row['size']:3} {row['regime']:9} {row['seed']}: ours {row['value']} of {row['bound']} "
        f"in {row['seconds']} s, whole run {row['whole']} s; {others}"
    )


def main() -> None:
    """Print the table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["M"], choices=list(engine.SIZES))
    parser.add_argument("--regimes", nargs="+", default=["base", "tight"], choices=engine.REGIMES)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=list(PEERS))
    options = parser.parse_args()
    rows = []
    for size in options.sizes:
        for regime in options.regimes:
            for seed in range(1, options.seeds + 1):
                row = compare(size, regime, seed, options.limit, options.peers)
                rows.append(row)
                print(_line(row, options.peers), flush=True)
    never_beaten = all(row["value"] >= row[name]["value"] for row in rows for name in options.peers)
    print(json.dumps({"benchmark": "peers", "rows": rows, "passed": never_beaten}))
    sys.exit(0 if never_beaten else 1)


if __name__ == "__main__":
    main()
