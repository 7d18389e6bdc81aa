"""Demand: how many tables each round of an event would use with what is agreed now, or with all who could meet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eventsapp.domain.demand import RoundNeed, spread
from eventsapp.models import Event, Slot
from eventsapp.scheduling import problem as asked
from eventsapp.services import frames, requests


@dataclass(frozen=True)
class Demand:
    """What every round would use; `is_agreed` says whether it rests on agreed meetings or only on who takes part."""

    rounds: tuple[tuple[Slot, RoundNeed], ...]
    is_agreed: bool

    @property
    def short(self) -> list[tuple[Slot, RoundNeed]]:
        """The rounds with too few tables, the worst first."""
        found = [entry for entry in self.rounds if entry[1].missing]
        return sorted(found, key=lambda entry: (-entry[1].missing, entry[0].starts_at))

    @property
    def wanted(self) -> int:
        """The tables that would be enough in every round."""
        return max((need.wanted for _slot, need in self.rounds), default=0)


def estimate(event: Event) -> Demand:
    """The demand of an event, from the same frame that the engine gets; a handful of queries whatever its size."""
    frame = frames.read(event)
    companies = {key: company for key, company in frame.companies.items() if key in frame.approved}
    count = len(frame.slots)
    free = {key: _free(company) for key, company in companies.items()}
    by_side = {side: _desks(companies.values(), side, count) for side in ("buyer", "supplier")}
    pairs = [pair for pair in requests.list_pairs(event) if pair.a.id in free and pair.b.id in free]
    common = [sorted(free[pair.a.id] & free[pair.b.id]) for pair in pairs]
    expected = spread(common, count) if pairs else [float(min(both)) for both in zip(*by_side.values(), strict=True)]
    needs = [
        RoundNeed(by_side["buyer"][index], by_side["supplier"][index], expected[index], frame.count_tables(index))
        for index in range(count)
    ]
    return Demand(tuple(zip(frame.slots, needs, strict=True)), bool(pairs))


def _desks(companies: Iterable[asked.Company], side: str, count: int) -> list[int]:
    """How many desks of a side can meet in each round."""
    found = [0] * count
    for company in companies:
        for desk in company.desks if company.side in (side, "both") else ():
            for index in desk.slots:
                found[index] += 1
    return found


def _free(company: asked.Company) -> frozenset[int]:
    return frozenset(index for desk in company.desks for index in desk.slots)
