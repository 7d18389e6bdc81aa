"""The choice in whole numbers where companies meet on both sides: the doubled flow may split meetings on odd circles.

Every request enters both of its directions alike, so a best choice is a whole-number problem without slots: far smaller
than the exact model, and its bound is the one of matchings, not of their halves.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ortools.sat.python import cp_model

from eventsapp.scheduling import cpsat
from eventsapp.scheduling.bounds import FLOW_LEVELS, Choice, Network

MAX_REQUESTS = 20_000


def without_halves(network: Network, choice: Choice, levels: Sequence[str], limits: cpsat.Limits) -> Choice:
    """The choice with whole meetings only, and bounds that know so, as far as the time goes."""
    if not network.splits(choice.flows) or len(network.live) > MAX_REQUESTS:
        return choice
    model: Any = cp_model.CpModel()
    held = [model.new_bool_var("") for _ in network.live]
    flows = _flows(model, network, held)
    reached = sum(flows[arc] for arc, _ in network.rungs)
    least, musts = 2 * sum(network.index.least), sum(network.index.musts)
    aims = {
        "shortfall": (least - reached, 2),
        "musts": (musts - sum(int(m) * x for m, x in zip(network.musts, held, strict=True) if m), 1),
        "value": (-sum(int(v) * x for v, x in zip(network.values, held, strict=True)), 1),
    }
    solver = cp_model.CpSolver()
    for level in (level for level in levels if level in FLOW_LEVELS):
        aim, unit = aims[level]
        sign = -1 if level == "value" else 1
        model.add(aim >= sign * choice.figures[level] * unit)
        model.minimize(aim)
        solver.parameters.max_time_in_seconds = max(0.01, limits.deadline - time.monotonic())
        solver.parameters.num_workers = limits.workers
        solver.parameters.random_seed = limits.seed
        if cpsat.run(solver, model, limits.stopped) != cp_model.OPTIMAL:
            break
        best = round(solver.objective_value)
        model.add(aim <= best)
        figure = sign * -(-best // unit)
        rounded = choice.rounded | ({level} if figure != choice.figures[level] else set())
        choice = replace(choice, figures={**choice.figures, level: figure}, rounded=rounded)
    else:
        requests = tuple(r for r, x in zip(network.live, held, strict=True) if solver.boolean_value(x))
        choice = replace(choice, requests=requests, mended=True)
    return choice


def _flows(model: Any, network: Network, held: Sequence[Any]) -> list[Any]:
    """The flow of each arc in whole numbers, both directions of a request alike, kept at every node."""
    count, first = len(held), network.first_request
    flows = [
        held[(arc - first) % count] if first <= arc < first + 2 * count else model.new_int_var(0, int(room), "")
        for arc, room in enumerate(network.room)
    ]
    balance: dict[int, list[Any]] = defaultdict(list)
    for flow, tail, head in zip(flows, network.tails.tolist(), network.heads.tolist(), strict=True):
        balance[tail].append(flow)
        balance[head].append(-flow)
    supplies = network.supplies()
    for node, terms in balance.items():
        model.add(sum(terms) == int(supplies[node]))
    return flows
