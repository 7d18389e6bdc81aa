"""Slots for chosen requests: list edge colouring by insertion, alternating chains and ejection.

Without availability a bipartite graph needs as many colours as its largest degree (König) and the classes can be made
equal (de Werra): both proofs exchange two colours along a path. Here availability may forbid an exchange; then another
pair of slots is tried, and at last somebody is ejected and placed anew (Hertz and de Werra's tabu idea, with weights
that grow for those who are ejected often).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from random import Random

from eventsapp.scheduling.board import Board
from eventsapp.scheduling.index import Option, Place, Plan, slots_of

MAX_CHAIN = 400
MAX_PAIRS = 60


class Colouring:
    """Places requests on a board; keeps who is in each slot, and how often each request was in the way."""

    def __init__(self, board: Board, rng: Random, stopped: Callable[[], bool]) -> None:
        self.board = board
        self.rng = rng
        self.stopped = stopped
        index = board.index
        self.order = list(range(index.slots))
        self.counts = [0] * index.slots
        self.weight = [1] * len(index.options)
        self._inserts = 0
        for place in board.plan.values():
            self.counts[place.start] += 1
        self.plain = [length == 1 for length in index.lengths]
        for request in (*index.pinned, *index.before, *index.after):
            self.plain[request] = False

    def put(self, request: int, place: Place) -> None:
        """Hold a request."""
        self.board.put(request, place)
        self.counts[place.start] += 1

    def take(self, request: int) -> Place:
        """Let a request go."""
        place = self.board.take(request)
        self.counts[place.start] -= 1
        return place

    def insert(self, request: int) -> bool:
        """Hold the request in the emptiest slot in which it fits, if there is one."""
        self._inserts += 1
        if self._inserts % 64 == 0:
            self.order.sort(key=self.counts.__getitem__)
        for option, mask in self.board.places(request):
            for slot in self.order:
                if mask >> slot & 1:
                    self.put(request, Place(slot, option))
                    return True
        return False

    def exchange(self, request: int) -> bool:
        """Hold the request by exchanging two slots along a chain of meetings."""
        board = self.board
        if not self.plain[request] or not board.has_room(request):
            return False
        resource = board.index.desk_resource
        for option in board.index.options[request]:
            one, two = (resource[desk] for desk in option.desks)
            ones = slots_of(board.free[one] & option.starts)
            twos = slots_of(board.free[two] & option.starts)
            pairs = [(a, b) for a in ones for b in twos if a != b]
            if len(pairs) > MAX_PAIRS:
                pairs = self.rng.sample(pairs, MAX_PAIRS)
            for a, b in pairs:
                if self._along(request, option, two, one, a, b) or self._along(request, option, one, two, b, a):
                    return True
        return False

    def _along(self, request: int, option: Option, begin: int, other_end: int, here: int, there: int) -> bool:
        """Free slot `here` at resource `begin` by a chain of exchanges with `there`, then hold the request in it."""
        path = self._path(begin, other_end, here, there)
        return path is not None and self._apply([*path, (request, Place(here, option))])

    def _path(self, begin: int, other_end: int, here: int, there: int) -> list[tuple[int, Place]] | None:
        """The meetings that change slots when those of `begin` leave slot `here`; None when one may not."""
        board = self.board
        resource = board.index.desk_resource
        path: list[tuple[int, Place]] = []
        at = begin
        while (request := board.cell[at][here]) != -1:
            option = board.plan[request].option
            if len(path) >= MAX_CHAIN or not self.plain[request] or not option.starts >> there & 1:
                return None
            path.append((request, Place(there, option)))
            one, two = resource[option.desks[0]], resource[option.desks[1]]
            at = two if at == one else one
            if at in (other_end, begin):
                return None
            here, there = there, here
        return path

    def _apply(self, path: Sequence[tuple[int, Place]]) -> bool:
        """Move all of a path at once, or nothing when a rule forbids it."""
        board = self.board
        old = [(request, self.take(request)) for request, _ in path if request in board.plan]
        done: list[int] = []
        for request, place in path:
            if board.has_room(request) and board.starts(request, place.option) >> place.start & 1:
                self.put(request, place)
                done.append(request)
                continue
            for other in done:
                self.take(other)
            for other, before in old:
                self.put(other, before)
            return False
        return True

    def shift(self, request: int) -> bool:
        """Hold the request in a slot without room after one meeting of that slot moved to a slot with room."""
        board = self.board
        if not self.plain[request] or not board.has_room(request):
            return False
        resource = board.index.desk_resource
        for option in board.index.options[request]:
            free = board.free[resource[option.desks[0]]] & board.free[resource[option.desks[1]]] & option.starts
            for slot in slots_of(free):
                if self._relieve(slot, option) and board.starts(request, option) >> slot & 1:
                    self.put(request, Place(slot, option))
                    return True
        return False

    def _relieve(self, slot: int, option: Option) -> bool:
        """Move one meeting that uses a full pool of the option out of the slot."""
        board = self.board
        full = [pool for pool in option.pools if not board.open[pool] >> slot & 1]
        if len(full) != 1:
            return not full
        members = [cells[slot] for cells in board.cell if cells[slot] != -1]
        for member in sorted(set(members), key=lambda _: self.rng.random()):
            place = board.plan[member]
            if not self.plain[member] or full[0] not in place.option.pools:
                continue
            for other in board.index.options[member]:
                mask = board.starts(member, other) & ~(1 << slot)
                if mask and self._apply([(member, Place(mask.bit_length() - 1, other))]):
                    return True
        return False

    def eject(self, request: int) -> list[int] | None:
        """Hold the request where those in its way weigh least; they come back. None when nothing may give way."""
        board = self.board
        if not board.has_room(request):
            return None
        best: tuple[float, Place, set[int]] | None = None
        for option in board.index.options[request]:
            for slot in slots_of(option.starts):
                out = board.blockers(request, option, slot)
                if out & board.fixed:
                    continue
                cost = sum(self.weight[other] for other in out) + self.rng.random()
                if best is None or cost < best[0]:
                    best = (cost, Place(slot, option), out)
        if best is None:
            return None
        gone = [(other, self.take(other)) for other in sorted(best[2])]
        place = best[1]
        victim = None
        if not board.starts(request, place.option) >> place.start & 1:
            victim = self._victim(request, place)
            if victim is not None:
                gone.append((victim, self.take(victim)))
        if not board.starts(request, place.option) >> place.start & 1:
            for other, before in gone:
                self.put(other, before)
            return None
        self.put(request, place)
        for other, _ in gone:
            self.weight[other] += 1
        return [other for other, _ in gone]

    def _victim(self, request: int, place: Place) -> int | None:
        """A meeting of the slot that must leave for want of room: the one that weighs least."""
        board = self.board
        pools = [pool for pool in place.option.pools if not board.open[pool] >> place.start & 1]
        if not pools:
            return None
        members = {cells[place.start] for cells in board.cell} - {-1, request} - board.fixed
        fit = sorted(other for other in members if set(pools) <= set(board.plan[other].option.pools))
        return min(fit, key=lambda other: self.weight[other] + self.rng.random(), default=None)

    def colour(self, requests: Iterable[int], work: int) -> list[int]:
        """Place the requests; `work` bounds the ejections. Those without a place at the best moment come back."""
        queue = deque(request for request in requests if not self.insert(request))
        queue = deque(request for request in queue if not (self.exchange(request) or self.shift(request)))
        best: tuple[int, Plan, list[int]] | None = None
        while queue and work > 0:
            if best is None or len(queue) < best[0]:
                best = (len(queue), dict(self.board.plan), list(queue))
            if work % 16 == 0 and self.stopped():
                break
            work -= 1
            request = queue.popleft()
            if self.insert(request) or self.exchange(request) or self.shift(request):
                continue
            out = self.eject(request)
            if out is None:
                queue.append(request)
                self.weight[request] += 1
                continue
            queue.extend(other for other in out if not (self.insert(other) or self.exchange(other)))
        if best is None or len(queue) <= best[0]:
            return list(queue)
        self.restore(best[1])
        return best[2]

    def restore(self, plan: Plan) -> None:
        """Bring the board to a plan it has had before."""
        board = self.board
        for request in [request for request, place in board.plan.items() if plan.get(request) != place]:
            self.take(request)
        for request, place in plan.items():
            if request not in board.plan:
                self.put(request, place)


def hardest_first(board: Board, requests: Iterable[int], rng: Random) -> list[int]:
    """Requests with few common slots first, then those of companies with little slack."""
    index = board.index
    load = [0] * len(index.most)
    chosen = list(requests)
    for request in chosen:
        for company in index.sides[request]:
            load[company] += 1
    slots = [sum(index.desk_masks[desk].bit_count() for desk in desks) for desks in index.company_desks]
    slack = [free - count for free, count in zip(slots, load, strict=True)]

    def key(request: int) -> tuple[int, int, float]:
        common = max(option.starts.bit_count() for option in index.options[request])
        first, second = index.sides[request]
        return min(common, slack[first], slack[second]), slack[first] + slack[second], rng.random()

    return sorted(chosen, key=key)


def by_worth(board: Board, requests: Iterable[int], rng: Random) -> list[int]:
    """Pins first, then musts, then the most valuable; equal ones by lot."""
    index = board.index
    pinned = set(index.pinned)
    return sorted(requests, key=lambda r: (r not in pinned, not index.musts[r], -index.values[r], rng.random()))
