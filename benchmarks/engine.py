"""Lopsided events of four sizes and six regimes: how near the bound, how fast, with every reason and a verification.

Run: python benchmarks/engine.py --sizes S M L XL --regimes base tight … --seeds 10 [--full] [--seconds N]
or:  python benchmarks/engine.py --exhaustive 5000
or:  python benchmarks/engine.py --clock --sizes L XL --regimes base sparse [--full]: limit, progress and cancelling
Each result is judged by the checker; the last line is one JSON object. With --full, idle slots are compared with what
the linear levels alone leave, and so is their proven bound: `unreachable` where that is above the bar. Where the bar
is missed and the bound does not say so, `--prove N` looks N seconds for a better one, with fairness left out.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from eventsapp.scheduling import archive, checker
from eventsapp.scheduling.problem import Company, Desk, Level, Problem, ProblemError, Request, Slot
from eventsapp.scheduling.schedule import Outcome
from eventsapp.scheduling.solve import solve

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.scheduling import oracle

SIZES = {
    "S": (20, 60, 12, 300),
    "M": (60, 250, 20, 2_500),
    "L": (200, 1_000, 30, 15_000),
    "XL": (1_000, 5_000, 40, 150_000),
}
REGIMES = ("base", "tight", "holes", "tables", "sparse", "half-day")
BLOCKS = {12: (6, 6), 20: (5, 5, 5, 5), 30: (8, 7, 8, 7), 40: (10, 10, 10, 10)}
LIMITS = {"S": 2.0, "M": 3.0, "L": 5.0, "XL": 20.0}
FULL_LIMITS = {"S": 10.0, "M": 10.0, "L": 20.0, "XL": 60.0}
SHARE = 0.85  # of the limit, so that reading and verification fit too
GAPS = {"sparse": 0.01}
IDLE_BARS = {"S": 0.10, "M": 0.10, "L": 0.12, "XL": 0.12}
MOST_MEMORY_MIB = 2_048
LINEAR = ("shortfall", "musts", "value")
START = datetime.fromisoformat("2027-03-09T09:00:00-06:00")


def time_slots(count: int) -> tuple[Slot, ...]:
    """Slots of 20 minutes in blocks, two blocks a day."""
    made = []
    for number, size in enumerate(BLOCKS[count]):
        begin = START + timedelta(days=number // 2, hours=5 * (number % 2))
        for index in range(size):
            start = begin + timedelta(minutes=20 * index)
            made.append(Slot(start, start + timedelta(minutes=20), f"d{number // 2 + 1}-{'ap'[number % 2]}m"))
    return tuple(made)


def availability(rng: random.Random, regime: str, buyer: bool, slots: int) -> tuple[int, ...]:
    """The slots in which a company comes."""
    everything = list(range(slots))
    half = everything[: slots // 2] if rng.random() < 0.5 else everything[slots // 2 :]
    half_share = {"half-day": 0.0 if buyer else 0.6, "base": 0.05 if buyer else 0.15, "tight": 0.05 if buyer else 0.15}
    hole_share, lack = {
        "holes": (0.75, 0.4), "tables": (0.5, 0.3), "sparse": (0.75, 0.7),
    }.get(regime, (0.1, 0.2))  # fmt: skip
    if rng.random() < half_share.get(regime, 0.0):
        return tuple(half)
    if rng.random() < hole_share:
        return tuple(sorted(rng.sample(everything, slots - round(slots * lack))))
    return tuple(everything)


def tables_for(rng: random.Random, regime: str, buyers: int) -> int:
    """How many meetings may be held at once."""
    share = {"tables": 0.45, "half-day": rng.uniform(0.7, 1.0)}.get(regime, 0.9)
    return max(1, round(buyers * share))


def generate(
    size: str, regime: str, seed: int, objective: tuple[str, ...] = ("shortfall", "musts", "value")
) -> Problem:
    """A lopsided event: few buyers whom many suppliers ask for."""
    rng = random.Random(f"{size} {regime} {seed}")
    buyers, suppliers, slots, asked = SIZES[size]
    companies = []
    for number in range(buyers + suppliers):
        buyer = number < buyers
        name = f"b{number + 1}" if buyer else f"s{number - buyers + 1}"
        free = availability(rng, regime, buyer, slots)
        if buyer:
            most = None if regime == "tight" else max(2, round(len(free) * rng.uniform(0.6, 0.9)))
        else:
            most = rng.choice((4, 6, 8, 8, 10))
        companies.append(
            Company(name, "buyer" if buyer else "supplier", (Desk(f"{name}-1", free),), rng.choice((0, 1, 1, 2)), most)
        )
    weights = [rng.uniform(0.4, 1.6) for _ in range(buyers)]
    pairs: set[tuple[int, int]] = set()
    while len(pairs) < asked:
        for one in rng.choices(range(buyers), weights, k=asked - len(pairs)):
            pairs.add((one, rng.randrange(suppliers)))
    requests = []
    for number, (one, other) in enumerate(sorted(pairs)):
        wish = rng.choice((10, 30, 30, 50)) + rng.choice((0, 20, 40)) + rng.randrange(10)
        requests.append(Request(f"r{number + 1}", f"b{one + 1}", f"s{other + 1}", wish, must=rng.random() < 0.02))
    return Problem(
        time_slots(slots), tuple(companies), tuple(requests), None, tables_for(rng, regime, buyers),
        tuple(Level(name) for name in objective),
    )  # fmt: skip


def measure(
    size: str, regime: str, seed: int, seconds: float, workers: int, objective: tuple[str, ...], prove: float = 0.0
) -> dict[str, Any]:
    """Write, read, solve, verify one event; wall time with reading, reasons and verification."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "problem.json"
        archive.dump(generate(size, regime, seed, objective), path)
        cpu, begin = time.process_time(), time.monotonic()
        problem = archive.load(path)
        outcome = solve(problem, seconds=seconds, seed=seed, workers=workers)
        untrue = checker.verify(problem, outcome)
        wall, cpu = time.monotonic() - begin, time.process_time() - cpu
    assert not untrue, untrue[:3]
    shares = _shares_of_idle(problem, outcome, (size, seconds, workers, prove)) if "idle" in objective else {}
    figures = {level.level: (level.value, level.bound, level.optimal) for level in outcome.levels}
    value, bound, _ = figures["value"]
    gap = (bound - value) / bound if bound else 0.0
    optimal = all(figures[name][2] for name in LINEAR)
    return {
        "size": size, "regime": regime, "seed": seed, "figures": figures, "gap": round(gap, 7), "optimal": optimal,
        "meetings": len(outcome.meetings), "wall": round(wall, 2), "cpu": round(cpu, 2), **shares,
    }  # fmt: skip


def _shares_of_idle(problem: Problem, outcome: Outcome, limits: tuple[str, float, int, float]) -> dict[str, Any]:
    """Idle slots and their bound against what the linear levels alone leave, whose values must have been kept."""
    size, seconds, workers, prove = limits
    plain = replace(problem, objective=tuple(Level(name) for name in LINEAR))
    alone = solve(plain, seconds=seconds, seed=outcome.seed, workers=workers)
    before, idle = checker.score(plain, alone.meetings).idle, checker.score(problem, outcome.meetings).idle
    if not before:
        return {"idle_alone": 0, "idle_share": 0.0, "idle_share_bound": 0.0, "idle_bar": "met"}
    bar = IDLE_BARS[size] * before
    bound = next(level.bound or 0 for level in outcome.levels if level.level == "idle")
    if idle > bar >= bound and prove:
        longer = replace(problem, objective=tuple(Level(name) for name in (*LINEAR, "idle")))
        proven = solve(longer, seconds=prove, seed=outcome.seed, workers=workers, with_prices=False)
        if [level.value for level in proven.levels[:3]] == [level.value for level in outcome.levels[:3]]:
            bound = max(bound, proven.levels[3].bound or 0)
    return {
        "idle_alone": before, "idle_share": round(idle / before, 4), "idle_share_bound": round(bound / before, 4),
        "idle_bar": "met" if idle <= bar else "unreachable" if bound > bar else "missed",
    }  # fmt: skip


def clock(problem: Problem, seconds: float, workers: int) -> dict[str, Any]:
    """How well a run keeps its limit, how long it is silent, and how soon it ends when it is cancelled."""
    told: list[float] = []
    begin = time.monotonic()
    outcome = solve(problem, seconds=seconds, workers=workers, on_progress=lambda _: told.append(time.monotonic()))
    wall = time.monotonic() - begin
    silent = max(later - earlier for earlier, later in pairwise(told))
    waits = [_cancelled_after(problem, seconds, workers, share * wall) for share in (0.05, 0.3, 0.6, 0.9)]
    slowest = max((wait for wait in waits if wait is not None), default=0.0)
    return {
        "status": outcome.status, "limit": seconds, "wall": round(wall, 2), "silent": round(silent, 2),
        "cancel": round(slowest, 2), "passed": wall <= 1.05 * seconds + 0.5 and silent <= 1.0 and slowest <= 1.0,
    }  # fmt: skip


def _cancelled_after(problem: Problem, seconds: float, workers: int, asked: float) -> float | None:
    """Seconds from the order to cancel to the answer; None when the run had ended before."""
    begin = time.monotonic()
    outcome = solve(
        problem, seconds=seconds, workers=workers,
        stop=lambda: "cancel" if time.monotonic() - begin >= asked else None,
    )  # fmt: skip
    took = time.monotonic() - begin
    if took <= asked:
        return None
    assert outcome.status == "cancelled", outcome.status
    return took - asked


def _line(row: dict[str, Any]) -> str:
    """A row of the table."""
    levels = " ".join(
        f"{name}={value}/{bound}" for name, (value, bound, _) in row["figures"].items() if name != "value"
    )
    line = (
        f"{row['size']:4} {row['regime']:9} {row['seed']:4} {row['figures']['value'][0]:9} {100 * row['gap']:8.4f} "
        f"{'yes' if row['optimal'] else 'no':7} {row['wall']:7} {row['cpu']:7}  {levels}"
    )
    if "idle_bar" in row:
        share, bound = 100 * row["idle_share"], 100 * row["idle_share_bound"]
        line += f"  idle {share:.1f} % of {row['idle_alone']}, proven at least {bound:.1f} %: {row['idle_bar']}"
    return line


def exhaustive(count: int) -> int:
    """How many of some random small problems differ from the best of all schedules, tried one by one."""
    wrong: int = 0
    for seed in range(count):
        problem = oracle.random_problem(seed, 8)
        want = oracle.best(problem)
        try:
            outcome = solve(problem, seconds=30, workers=1)
        except ProblemError:
            wrong += want is not None
            continue
        got = oracle.figures(problem, checker.score(problem, outcome.meetings))
        wrong += got != want or bool(checker.verify(problem, outcome))
    return wrong


def main() -> None:
    """Print the table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", default=["S", "M"], choices=list(SIZES))
    parser.add_argument("--regimes", nargs="+", default=list(REGIMES), choices=REGIMES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, help="time limit of each run; the default is the bar of the size")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--full", action="store_true", help="with fairness and idle")
    parser.add_argument(
        "--prove", type=float, default=0.0, help="seconds for the bound of idle slots where it is missed"
    )
    parser.add_argument("--clock", action="store_true", help="limit, progress and cancelling instead")
    parser.add_argument("--exhaustive", type=int, default=0, help="so many small problems against all schedules")
    options = parser.parse_args()
    if options.exhaustive:
        wrong = exhaustive(options.exhaustive)
        row = {"benchmark": "exhaustive", "problems": options.exhaustive, "wrong": wrong, "passed": not wrong}
        print(json.dumps(row))
        sys.exit(1 if wrong else 0)
    objective = (*LINEAR, "fairness", "idle") if options.full else LINEAR
    rows = []
    if not options.clock:
        print("size regime    seed     value    gap % optimal  wall s   cpu s  levels")
    for size in options.sizes:
        for regime in options.regimes:
            for seed in range(1, options.seeds + 1):
                seconds = options.seconds or (FULL_LIMITS if options.full else LIMITS)[size] * SHARE
                if options.clock:
                    row = clock(generate(size, regime, seed, objective), seconds, options.workers)
                    rows.append({"size": size, "regime": regime, "seed": seed, **row})
                    print(rows[-1], flush=True)
                    continue
                row = measure(size, regime, seed, seconds, options.workers, objective, options.prove)
                rows.append(row)
                print(_line(row), flush=True)
    if options.clock:
        passed = all(row["passed"] for row in rows)
        print(json.dumps({"benchmark": "clock", "rows": rows, "passed": passed}))
        sys.exit(0 if passed else 1)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"largest memory of the process: {memory} MiB (bar {MOST_MEMORY_MIB})")
    passed = memory <= MOST_MEMORY_MIB and all(
        row["gap"] <= GAPS.get(row["regime"], 0.0005)
        and (row["size"] != "S" or row["optimal"])
        and row.get("idle_bar") != "missed"
        for row in rows
    )
    print(json.dumps({"benchmark": "engine", "rows": rows, "memory_mib": memory, "passed": passed}))
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
