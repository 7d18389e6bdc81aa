"""All best choices at once: what they have in common is settled, the rest is free for a second aim.

By complementary slackness with the potentials of one cheapest flow: an arc with a reduced cost is empty or full in
every cheapest flow, and every flow that agrees on those arcs is a cheapest one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eventsapp.scheduling.bounds import Choice, Network


def whole(network: Network, choice: Choice) -> Face:
    """All choices, as a face without any aim."""
    return Face(network, np.zeros(len(network.tails), dtype=np.int64), choice.flows)


def face_of(network: Network, levels: Sequence[str], choice: Choice) -> Face:
    """All best choices for the levels, from one of them."""
    return Face(network, network.costs(network.weights(levels)), choice.flows)


class Face:
    """All best flows of a network: arcs with a reduced cost are settled, the others are free for a second aim."""

    def __init__(self, network: Network, cost: np.ndarray, flows: np.ndarray) -> None:
        self.network = network
        self.potentials = _potentials(network, cost, flows)
        reduced = cost + self.potentials[network.tails] - self.potentials[network.heads]
        self.full = np.where(reduced < 0, network.room, 0)
        self.free = np.where(reduced == 0, network.room, 0)

    def choose(self, gain: np.ndarray, gains: dict[int, list[int]] | None = None) -> Choice | None:
        """The best choice of greatest `gain` per live request; `gains` are per company and unit."""
        network = self.network
        cost = np.zeros(len(network.tails), dtype=np.int64)
        cost[network.request_arcs] = -np.tile(gain, 2 if network.doubled else 1)
        supplies = network.supplies()
        np.subtract.at(supplies, network.tails, self.full)
        np.add.at(supplies, network.heads, self.full)
        room, units = self._with_units(gains or {})
        try:
            flows = network.solve(room, cost, supplies, units)
        except ArithmeticError:
            return None
        return network.choice_of(flows + self.full)

    def _with_units(self, gains: dict[int, list[int]]) -> tuple[np.ndarray, list[tuple[int, int]]]:
        """The free room without the arcs of companies that have gains, and for these (arc, cost) of each unit."""
        room = self.free.copy()
        units: list[tuple[int, int]] = []
        for company, ends in self.network.company_arcs.items():
            if company not in gains:
                continue
            for arcs in ends.values():
                settled = sum(int(self.full[arc]) for arc in arcs)
                free = sum(int(self.free[arc]) for arc in arcs)
                own = gains[company][settled : settled + free]
                units += [(arcs[-1], -unit) for unit in own + [0] * (free - len(own))]
                room[arcs] = 0
        return room, units


def _potentials(network: Network, cost: np.ndarray, flows: np.ndarray) -> np.ndarray:
    """Shortest distances in the residual graph (Bellman and Ford), all nodes at once."""
    forward, back = flows < network.room, flows > 0
    tails = np.concatenate([network.tails[forward], network.heads[back]])
    heads = np.concatenate([network.heads[forward], network.tails[back]])
    lengths = np.concatenate([cost[forward], -cost[back]])
    order = np.argsort(heads, kind="stable")
    tails, heads, lengths = tails[order], heads[order], lengths[order]
    first = np.flatnonzero(np.diff(heads, prepend=-1))
    nodes = heads[first]
    potentials = np.zeros(network.nodes, dtype=np.int64)
    for _ in range(network.nodes + 1):
        nearer = np.minimum.reduceat(potentials[tails] + lengths, first)
        if (nearer >= potentials[nodes]).all():
            return potentials
        potentials[nodes] = np.minimum(potentials[nodes], nearer)
    raise ArithmeticError("the flow was not a cheapest one")
