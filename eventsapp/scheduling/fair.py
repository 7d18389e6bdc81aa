"""Fairness of large events: among the best choices the one that serves the least served first, and its bound.

A company's units become single arcs whose gain falls steeply with the share already served, so the cheapest flow comes
near leximin; which lowest share is possible at all is asked of the same face of best flows, and bounds every schedule.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random

import numpy as np

from eventsapp.scheduling import figures
from eventsapp.scheduling.board import Board
from eventsapp.scheduling.bounds import Network
from eventsapp.scheduling.colour import Colouring, hardest_first
from eventsapp.scheduling.face import Face
from eventsapp.scheduling.index import Index, Plan
from eventsapp.scheduling.search import FAILED, STAY, filled, flexible, let_go, linear, work_for

SCALE = 1_000_000_000
STEEP = 10
ROUNDS = 6


def caps_of(index: Index) -> dict[int, int]:
    """The meetings that make a company fully served, for companies that can be."""
    caps = (min(most, len(asked)) for most, asked in zip(index.most, index.asked, strict=True))
    return {company: cap for company, cap in enumerate(caps) if cap}


def served(index: Index, plan: Plan) -> list[Fraction]:
    """All shares from the lowest: the greater in this order, the fairer."""
    return sorted(Fraction(count, cap) for count, cap in figures.shares(index, plan))


def fairer(face: Face, plan: Plan, levels: Sequence[str], rng: Random, stopped: Callable[[], bool]) -> Plan:
    """A plan with the same figures on the linear levels that serves the least served better, or the plan as it is."""
    network = face.network
    index = network.index
    caps = caps_of(index)
    gains = {company: [round(SCALE * (1 - k / cap) ** STEEP) for k in range(cap)] for company, cap in caps.items()}
    board = Board(index)
    board.load(plan)
    board.fixed |= set(index.published)
    colouring = Colouring(board, rng, stopped)
    failures = np.zeros(len(network.live), dtype=np.int64)
    position = {request: number for number, request in enumerate(network.live)}
    goal, best = linear(index, plan, levels), (served(index, plan), plan)
    flex = flexible(network)
    for _ in range(ROUNDS):
        placed = np.array([request in board.plan for request in network.live], dtype=np.int64)
        chosen = face.choose(flex + STAY * placed - FAILED * SCALE * failures, gains)
        if chosen is None or stopped():
            break
        wanted = set(chosen.requests)
        let_go(colouring, wanted)
        missing = [request for request in sorted(wanted) if request not in board.plan]
        left = colouring.colour(hardest_first(board, missing, rng), work_for(index))
        candidate = filled(colouring, levels)
        shares = served(index, candidate)
        if linear(index, candidate, levels) <= goal and shares > best[0]:
            best = (shares, candidate)
        if not left:
            break
        for request in left:
            failures[position[request]] += 1
    return best[1]


def lowest_bound(face: Face, lowest: Fraction) -> Fraction:
    """A share that the least served company cannot exceed in any best choice; at least `lowest`, which is reached."""
    caps = caps_of(face.network.index)
    shares = sorted({Fraction(k, cap) for cap in set(caps.values()) for k in range(1, cap + 1)} - {Fraction(0)})
    shares = [share for share in shares if share > lowest]
    low, high = 0, len(shares)
    while low < high:
        middle = (low + high) // 2
        if _possible(face, caps, shares[middle]):
            low = middle + 1
        else:
            high = middle
    return shares[low - 1] if low else lowest


def _possible(face: Face, caps: dict[int, int], share: Fraction) -> bool:
    """Whether a best choice serves every company with at least this share."""
    network: Network = face.network
    needs = {company: -(-share.numerator * cap // share.denominator) for company, cap in caps.items()}
    gains = {company: [1] * need + [0] * (caps[company] - need) for company, need in needs.items()}
    chosen = face.choose(np.zeros(len(network.live), dtype=np.int64), gains)
    if chosen is None:
        return True
    units = network.company_units(chosen.flows)
    whole = 2 if network.doubled else 1
    return all(units.get(company, 0) >= need * whole for company, need in needs.items())
