"""Events of the shapes that are met in reality: solved, judged by the checker, a reason for every request left out.

Run: python benchmarks/shapes.py [--shapes anchor …] [--seconds N]; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from eventsapp.scheduling import checker
from eventsapp.scheduling.problem import DEFAULT_OBJECTIVE, Company, Desk, Problem, Request, Slot, Table
from eventsapp.scheduling.solve import solve

START = datetime.fromisoformat("2027-03-09T09:00:00-06:00")


def days(count: int, blocks: tuple[int, ...], minutes: int = 20) -> tuple[Slot, ...]:
    """The same blocks of slots each day."""
    made = []
    for day in range(count):
        for number, size in enumerate(blocks):
            begin = START + timedelta(days=day, hours=4 * number)
            for index in range(size):
                start = begin + timedelta(minutes=minutes * index)
                made.append(Slot(start, start + timedelta(minutes=minutes), f"d{day + 1}-{number + 1}"))
    return tuple(made)


def company(rng: random.Random, name: str, side: str, slots: int, desks: int = 1, most: int | None = None) -> Company:
    """A company of which each desk lacks a few slots."""
    everything = range(slots)
    own = tuple(
        Desk(f"{name}-{i + 1}", tuple(sorted(rng.sample(everything, slots - rng.choice((0, 0, 0, slots // 6))))))
        for i in range(desks)
    )
    return Company(name, side, own, rng.choice((0, 1)), most)


def asked(rng: random.Random, firsts: list[Company], seconds: list[Company], count: int) -> tuple[Request, ...]:
    """Distinct pairs with values in clusters."""
    pairs: set[tuple[str, str]] = set()
    while len(pairs) < count:
        a, b = rng.choice(firsts).id, rng.choice(seconds).id
        if a != b and (b, a) not in pairs:
            pairs.add((a, b))
    return tuple(
        Request(f"r{i + 1}", a, b, rng.choice((20, 40, 60, 90)) + rng.randrange(10), rng.random() < 0.02)
        for i, (a, b) in enumerate(sorted(pairs))
    )


def anchor() -> Problem:
    """One buyer with five desks at fixed tables, 58 suppliers."""
    rng = random.Random(1)
    slots = days(1, (8, 6))
    tables = tuple(Table(f"T{i + 1}", x=float(i), y=0.0) for i in range(5))
    desks = tuple(Desk(f"anchor-{i + 1}", tuple(range(14)), table=f"T{i + 1}") for i in range(5))
    suppliers = [company(rng, f"s{i + 1}", "supplier", 14, most=2) for i in range(58)]
    buyer = Company("anchor", "buyer", desks, 0, None, max_consecutive=6)
    requests = asked(rng, [buyer], suppliers, 58)
    second = tuple(Request(f"x{r.id}", r.a, r.b, r.value // 2, after=(r.id,)) for r in requests[:20])
    return Problem(slots, (buyer, *suppliers), (*requests, *second), tables)


def lopsided(buyers: int, suppliers: int, slots: tuple[Slot, ...], most: int, requests: int, share: float) -> Problem:
    """Buyers with one to three desks, many suppliers."""
    rng = random.Random(buyers)
    count = len(slots)
    first = [company(rng, f"b{i + 1}", "buyer", count, rng.choice((1, 1, 1, 2, 3)), None) for i in range(buyers)]
    second = [company(rng, f"s{i + 1}", "supplier", count, 1, most) for i in range(suppliers)]
    desks = sum(len(item.desks) for item in first)
    return Problem(
        slots, (*first, *second), asked(rng, first, second, requests), capacity=round(desks * share),
        objective=DEFAULT_OBJECTIVE[:5],
    )  # fmt: skip


def automotive() -> Problem:
    """66 buyers and 747 suppliers in three days, about 2,400 meetings."""
    return lopsided(66, 747, days(3, (6, 6)), 6, 6_000, 0.75)


def fair() -> Problem:
    """683 buyers and 1,700 suppliers, about 12,000 meetings."""
    return lopsided(683, 1_700, days(1, (8, 8)), 10, 30_000, 0.75)


def two_sided() -> Problem:
    """150 companies that both buy and supply."""
    rng = random.Random(3)
    companies = [company(rng, f"c{i + 1}", "both", 16, most=rng.choice((8, 10, 12, 14))) for i in range(150)]
    return Problem(
        days(1, (8, 8)), tuple(companies), asked(rng, companies, companies, 1_800), capacity=65,
        objective=DEFAULT_OBJECTIVE[:5],
    )  # fmt: skip


def two_days() -> Problem:
    """About 18,000 meetings in two days."""
    return lopsided(700, 2_500, days(2, (9, 9)), 12, 40_000, 0.8)


SHAPES: dict[str, Callable[[], Problem]] = {
    "anchor": anchor,
    "automotive": automotive,
    "fair": fair,
    "two-sided": two_sided,
    "two-days": two_days,
}


def measure(name: str, seconds: float) -> dict[str, object]:
    """Solve a shape and judge the answer."""
    problem = SHAPES[name]()
    begin, cpu = time.monotonic(), time.process_time()
    outcome = solve(problem, seconds=seconds)
    wall, cpu = time.monotonic() - begin, time.process_time() - cpu
    untrue = checker.verify(problem, outcome)
    assert not untrue, untrue[:3]
    assert len(outcome.meetings) + len(outcome.unscheduled) == len(problem.requests)
    return {
        "shape": name, "requests": len(problem.requests), "meetings": len(outcome.meetings),
        "levels": {level.level: (level.value, level.bound, level.optimal) for level in outcome.levels},
        "reasons": dict(Counter(item.reason for item in outcome.unscheduled)),
        "wall": round(wall, 2), "cpu": round(cpu, 2),
    }  # fmt: skip


def main() -> None:
    """Print the table and the JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", nargs="+", default=list(SHAPES), choices=list(SHAPES))
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    rows = []
    for name in options.shapes:
        row = measure(name, options.seconds)
        rows.append(row)
        print(f"{name:10} {row['meetings']} of {row['requests']} meetings, {row['wall']} s wall, {row['cpu']} s CPU")
        print(
            f"           levels (value, bound, optimal): {row['levels']}\n           reasons: {row['reasons']}",
            flush=True,
        )
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"benchmark": "shapes", "rows": rows, "memory_mib": memory}))


if __name__ == "__main__":
    sys.exit(main())
