"""Peers on the same events, aim value alone: greedy by value, one CP-SAT model request x slot, HiGHS as a MIP.

Run: python benchmarks/peers.py --sizes M L --regimes base tight --seeds 2 [--limit 60]
A peer's time is what it needed to its last better value within the limit; ours is the whole run, reasons included.
HiGHS is the one inside OR-Tools. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from typing import Any

import engine
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model

from eventsapp.scheduling import checker
from eventsapp.scheduling.problem import Problem
from eventsapp.scheduling.schedule import Meeting
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
    solver.SetTimeLimit(max(100, int(1000 * (limit - (time.monotonic() - begin)))))
    status = solver.Solve()
    if status not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
        return [], time.monotonic() - begin
    return [
        pair for pair, x in zip(pairs, variables, strict=True) if x.solution_value() > 0.5
    ], time.monotonic() - begin


PEERS = {"greedy": greedy, "cpsat": cpsat, "highs": highs}


def compare(size: str, regime: str, seed: int, limit: float, peers: list[str]) -> dict[str, Any]:
    """Us and the peers on one event; a peer's schedule is judged like ours."""
    problem = engine.generate(size, regime, seed, ("value",))
    begin = time.monotonic()
    outcome = solve(problem, seconds=engine.LIMITS[size], seed=seed, with_prices=False)
    ours = time.monotonic() - begin
    assert not checker.verify(problem, outcome)
    row: dict[str, Any] = {
        "size": size, "regime": regime, "seed": seed, "value": outcome.levels[0].value,
        "bound": outcome.levels[0].bound, "seconds": round(ours, 2),
    }  # fmt: skip
    for name in peers:
        chosen, seconds = PEERS[name](problem, limit)
        held = meetings(problem, chosen)
        assert not checker.violations(problem, held)
        value = checker.score(problem, held).value
        row[name] = {"value": value, "seconds": round(seconds, 2), "times": round(seconds / ours, 1)}
    return row


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
                others = ", ".join(
                    f"{name} {row[name]['value']} in {row[name]['seconds']} s ({row[name]['times']} x)"
                    for name in options.peers
                )
                print(
                    f"{size:3} {regime:9} {seed}: ours {row['value']} of {row['bound']} in {row['seconds']} s; {others}"
                )
                sys.stdout.flush()
    never_beaten = all(row["value"] >= row[name]["value"] for row in rows for name in options.peers)
    print(json.dumps({"benchmark": "peers", "rows": rows, "passed": never_beaten}))
    sys.exit(0 if never_beaten else 1)


if __name__ == "__main__":
    main()
