"""The levels as aims of the exact model: each a sum to minimise; fairness is a row of sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction

from eventsapp.scheduling.cpsat import Model, Step, Var, busy_literals
from eventsapp.scheduling.index import ANY, slots_of


def shortfall(model: Model) -> list[Step]:
    """Meetings that are missing to the minima."""
    terms: list[tuple[Var, int]] = []
    constant = 0
    for company, least in enumerate(model.index.least):
        if least:
            rungs = model.ladder(company)[:least]
            constant += least
            terms += [(rung, -1) for rung in rungs]
    return [Step("shortfall", tuple(terms), constant)]


def musts(model: Model) -> list[Step]:
    """Must requests that are left out."""
    asked = [request for request, must in enumerate(model.index.musts) if must]
    terms = tuple((model.held[request], -1) for request in asked if request in model.held)
    return [Step("musts", terms, len(asked))]


def value(model: Model) -> list[Step]:
    """The value of what is held, as a number to minimise."""
    return [Step("value", tuple((held, -model.index.values[r]) for r, held in model.held.items()))]


def fairness(model: Model) -> list[Step]:
    """For each share from the lowest: how many companies get no more; minimised in order this is leximin."""
    index = model.index
    caps = {c: min(index.most[c], len(asked)) for c, asked in enumerate(index.asked) if min(index.most[c], len(asked))}
    shares = sorted({Fraction(k, cap) for cap in set(caps.values()) for k in range(cap)})
    steps = []
    for share in shares:
        terms: list[tuple[Var, int]] = []
        count = 0
        for company, cap in caps.items():
            needed = int(share * cap)
            rungs = model.ladder(company)
            count += 1
            if needed < len(rungs):
                terms.append((rungs[needed], -1))
        steps.append(Step("fairness", tuple(terms), count, share))
    return steps


def idle(model: Model) -> list[Step]:
    """Free slots between a desk's first and last meeting of a block."""
    terms: list[tuple[Var, int]] = []
    for desk in range(len(model.index.desk_ids)):
        busy = busy_literals(model, desk)
        for block in model.index.blocks:
            terms += _idle_of(model, busy, slots_of(block))
    return [Step("idle", tuple(terms))]


def _idle_of(model: Model, busy: dict[int, list[Var]], slots: Sequence[int]) -> list[tuple[Var, int]]:
    used = [slot for slot in slots if busy.get(slot)]
    if len(used) < 2 or used[-1] - used[0] < 2:
        return []
    slots = [slot for slot in slots if used[0] <= slot <= used[-1]]
    cp = model.model
    begun = [cp.new_bool_var("") for _ in slots]
    to_come = [cp.new_bool_var("") for _ in slots]
    waits = []
    for number, slot in enumerate(slots):
        for literal in busy.get(slot, ()):
            cp.add_implication(literal, begun[number])
            cp.add_implication(literal, to_come[number])
        if number:
            cp.add_implication(begun[number - 1], begun[number])
            cp.add_implication(to_come[number], to_come[number - 1])
        wait = cp.new_bool_var("")
        cp.add_bool_or([wait, ~begun[number], ~to_come[number], *busy.get(slot, ())])
        waits.append((wait, 1))
    return waits


def moves(model: Model) -> list[Step]:
    """Table changes of desks without a fixed table, day by day; needs an index with a table in every option."""
    index = model.index
    if not index.table_ids:
        return [Step("moves", ())]
    terms: list[tuple[Var, int]] = []
    for desk, table in enumerate(index.desk_table):
        if table == ANY:
            for day in index.day_masks:
                terms += _moves_of(model, desk, day)
    return [Step("moves", tuple(terms))]


def _moves_of(model: Model, desk: int, day: int) -> list[tuple[Var, int]]:
    """The desk is at one table at any time; a change of that table costs one."""
    index, cp = model.index, model.model
    sits: dict[tuple[int, int], list[Var]] = defaultdict(list)
    for request in index.asked[index.desk_company[desk]]:
        for place, literal in model.place.get(request, ()):
            if desk in place.option.desks and place.option.table != ANY and day >> place.start & 1:
                for slot in range(place.start, place.start + index.lengths[request]):
                    sits[slot, place.option.table].append(literal)
    slots = sorted({slot for slot, _ in sits})
    tables = sorted({table for _, table in sits})
    if len(slots) < 2 or len(tables) < 2:
        return []
    costs = []
    before: dict[int, Var] = {}
    for slot in slots:
        at = {table: cp.new_bool_var("") for table in tables}
        cp.add_exactly_one(at.values())
        for table in tables:
            for literal in sits.get((slot, table), ()):
                cp.add_implication(literal, at[table])
        if before:
            changed = cp.new_bool_var("")
            for table in tables:
                cp.add_bool_or([changed, ~before[table], at[table]])
            costs.append((changed, 1))
        before = at
    return costs


def changes(model: Model) -> list[Step]:
    """Published meetings that are not held exactly as published."""
    terms = []
    for request, kept in model.index.published.items():
        for place, literal in model.place.get(request, ()):
            if model.index.key(place) == kept:
                terms.append((literal, -1))
    return [Step("changes", tuple(terms), len(model.index.published))]


AIMS: dict[str, Callable[[Model], list[Step]]] = {
    "changes": changes,
    "shortfall": shortfall,
    "musts": musts,
    "value": value,
    "fairness": fairness,
    "idle": idle,
    "moves": moves,
}
