"""Published meeting-scheduling instances: our exact engine beside the RC2 MaxSAT solver, in the same run.

    python benchmarks/b2bsp.py DIRECTORY [--variants] [--seconds 120] [--no-peer]

Reads every .dzn file of DIRECTORY (Bofill et al., JAIR 74, 2022; not shipped). `--variants` also derives cases from
each file: fairness 0, 1, 3, forbidden slots, fixed meetings, precedences. Every schedule passes the judge, both must
agree where both prove, and originals must have the published optimum. The peer needs `python-sat`, which is no
dependency of the product. Prints a table; the last line is one JSON object.
"""

import argparse
import json
import multiprocessing
import random
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from eventsapp.scheduling import dzn
from eventsapp.scheduling.b2b import solve_b2b, verify
from eventsapp.scheduling.b2b_checker import idle_by_participant, violations
from eventsapp.scheduling.b2b_problem import B2BProblem

PUBLISHED = {
    "forum-13": 0, "forum-13crafb": 6, "forum-13crafc": 1, "forum-14": 2, "forumt-14": 5, "forumt-14crafc": 5,
    "forumt-14crafd": 4, "forumt-14crafe": 5, "tic-12": 0, "tic-12crafc": 0, "tic-13": 0, "tic-13crafb": 0,
    "tic-13crafc": 4, "tic-14crafa": 0, "tic-14crafc": 0, "tic-14crafd": 0, "ticf-13crafa": 0, "ticf-13crafb": 3,
    "ticf-13crafc": 1, "ticf-14crafa": 0,
}  # fmt: skip
PROVEN = ("optimal", "infeasible")
SECONDS_EACH = 30
FAIRNESS = (0, 1, 3)
FORBIDDEN = (0.003, 0.007, 0.03)
FIXED = (0.2, 0.4)
PRECEDENCES = (0.15, 0.4)


@dataclass(frozen=True)
class Answer:
    """What a solver says of one case, and the seconds of CPU it took."""

    status: str
    idle: int | None
    bound: int | None
    cpu: float


def main() -> int:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--variants", action="store_true", help="also derive cases from every file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120, help="wall time of ours, CPU time of the peer, per case")
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    files = sorted(options.directory.glob("*.dzn"))
    if not files:
        print(f"no .dzn file in {options.directory}", file=sys.stderr)
        return 2
    if not options.no_peer:
        _pysat()
    cases = [case for path in files for case in _cases(path, options.variants)]
    print(f"{'case':34}{'ours':>11}{'idle':>6}{'bound':>6}{'CPU s':>8}{'RC2':>12}{'idle':>6}{'CPU s':>8}")
    rows = []
    for name, problem in cases:
        ours = _ours(problem, options)
        peer = None if options.no_peer else _limited_rc2(problem, options.seconds)
        _assert_true(name, ours, peer)
        rows.append((name, ours, peer))
        print(_line(name, ours, peer), flush=True)
    print(json.dumps(_summary(rows)))
    return 0


def _cases(path: Path, variants: bool) -> Iterator[tuple[str, B2BProblem]]:
    problem = dzn.load(path)
    yield path.stem, problem
    if variants:
        for tag, variant in _variants(problem, random.Random(path.stem)):
            yield f"{path.stem}.{tag}", variant


def _variants(problem: B2BProblem, chance: random.Random) -> Iterator[tuple[str, B2BProblem]]:
    for difference in FAIRNESS:
        yield f"d{difference}", replace(problem, fairness=difference)
    cells = [(participant, slot) for participant in range(problem.participants) for slot in range(problem.slots)]
    for share in FORBIDDEN:
        chosen = chance.sample(cells, round(len(cells) * share))
        forbidden = tuple(frozenset(s for p, s in chosen if p == person) for person in range(problem.participants))
        yield f"forb{share}", replace(problem, forbidden=forbidden)
    for share in FIXED:
        yield f"fixed{share}", _with_fixed(problem, share, chance)
    for share in PRECEDENCES:
        yield f"prec{share}", _with_precedences(problem, share, chance)


def _with_fixed(problem: B2BProblem, share: float, chance: random.Random) -> B2BProblem:
    """Some meetings fixed to random slots that do not clash with each other."""
    problem = replace(problem, meetings=tuple(replace(meeting, fixed=None) for meeting in problem.meetings))
    meetings, taken = list(problem.meetings), set()
    for index in chance.sample(range(len(meetings)), round(len(meetings) * share)):
        pair = meetings[index].pair
        free = [slot for slot in problem.allowed(index) if not any((person, slot) in taken for person in pair)]
        if free:
            slot = chance.choice(free)
            taken |= {(person, slot) for person in pair}
            meetings[index] = replace(meetings[index], fixed=slot)
    return replace(problem, meetings=tuple(meetings))


def _with_precedences(problem: B2BProblem, share: float, chance: random.Random) -> B2BProblem:
    """Random precedences, without circles, between meetings that share a participant."""
    rank = list(range(len(problem.meetings)))
    chance.shuffle(rank)
    agendas = problem.meetings_of()
    pairs = sorted({(a, b) for agenda in agendas for a in agenda for b in agenda if rank[a] < rank[b]})
    chosen = chance.sample(pairs, min(len(pairs), round(len(problem.meetings) * share)))
    return replace(
        problem,
        meetings=tuple(
            replace(meeting, after=frozenset(a for a, b in chosen if b == index))
            for index, meeting in enumerate(problem.meetings)
        ),
    )


def _ours(problem: B2BProblem, options: argparse.Namespace) -> Answer:
    before = time.process_time()
    outcome = solve_b2b(problem, seconds=options.seconds, seed=options.seed)
    cpu = time.process_time() - before
    faults = verify(problem, outcome)
    assert not faults, faults[0]
    if not outcome.levels:
        return Answer(outcome.status, None, outcome.detail.get("bound"), cpu)
    return Answer(outcome.status, int(outcome.levels[0].value), outcome.levels[0].bound, cpu)  # type: ignore[arg-type]


def _assert_true(name: str, ours: Answer, peer: Answer | None) -> None:
    base, _, variant = name.rpartition(".")
    if variant == "original" and base in PUBLISHED and ours.status in PROVEN:
        assert (ours.status, ours.idle) == ("optimal", PUBLISHED[base]), f"{name}: {ours}, published {PUBLISHED[base]}"
    if peer and ours.status in PROVEN and peer.status in PROVEN:
        assert (ours.status, ours.idle) == (peer.status, peer.idle), f"{name}: {ours}, RC2 {peer}"


def _line(name: str, ours: Answer, peer: Answer | None) -> str:
    idle, bound = ("–" if value is None else str(value) for value in (ours.idle, ours.bound))
    line = f"{name:34}{ours.status:>11}{idle:>6}{bound:>6}{ours.cpu:8.2f}"
    if peer:
        line += f"{peer.status:>12}{'–' if peer.idle is None else peer.idle:>6}{peer.cpu:8.2f}"
    return line


def _summary(rows: Sequence[tuple[str, Answer, Answer | None]]) -> dict[str, Any]:
    peers = [peer for _, _, peer in rows if peer]
    mine = [ours for _, ours, _ in rows]
    summary: dict[str, Any] = {
        "cases": len(rows),
        "proven": sum(ours.status in PROVEN for ours in mine),
        "not_proven": [name for name, ours, _ in rows if ours.status not in PROVEN],
        "cpu_seconds": round(sum(ours.cpu for ours in mine), 2),
        "worst_cpu_seconds": round(max(ours.cpu for ours in mine), 2),
        "all_within_limit": all(ours.status in PROVEN and ours.cpu <= SECONDS_EACH for ours in mine),
    }
    if peers:
        summary["rc2_proven"] = sum(peer.status in PROVEN for peer in peers)
        summary["rc2_cpu_seconds"] = round(sum(peer.cpu for peer in peers), 2)
        summary["rc2_worst_cpu_seconds"] = round(max(peer.cpu for peer in peers), 2)
    return summary


# The peer: RC2 (Ignatiev, Morgado, Marques-Silva, JSAT 11, 2019) with CaDiCaL, on the clauses of the paper.


def _pysat() -> Any:
    try:
        import_module("pysat")
    except ImportError:
        sys.exit("the peer needs python-sat: pip install python-sat, or run with --no-peer")


def _limited_rc2(problem: B2BProblem, seconds: float) -> Answer:
    """RC2 in a process of its own, because CaDiCaL cannot be interrupted; beyond the limit it is ended."""
    before = _children_cpu()
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_rc2_process, args=(problem, seconds, sender))
    process.start()
    sender.close()
    try:
        answer: Answer = receiver.recv()
    except EOFError:
        process.join()
        return Answer("none", None, None, _children_cpu() - before)
    process.join()
    return answer


def _rc2_process(problem: B2BProblem, seconds: float, sender: Any) -> None:
    soft = round(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft))
    sender.send(_rc2(problem))


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _rc2(problem: B2BProblem) -> Answer:
    before = time.process_time()
    paper = PaperClauses(problem)
    if paper.impossible:
        return Answer("infeasible", None, None, time.process_time() - before)
    rc2 = import_module("pysat.examples.rc2").RC2
    with rc2(paper.formula, solver="cadical195") as solver:
        model = solver.compute()
        cpu = time.process_time() - before
        if model is None:
            return Answer("infeasible", None, None, cpu)
        true = set(model)
        slots = [next(slot for slot, literal in place.items() if literal in true) for place in paper.place]
        assert not violations(problem, slots)
        assert sum(idle_by_participant(problem, slots)) == solver.cost
        return Answer("optimal", solver.cost, solver.cost, cpu)


class PaperClauses:
    """Weighted clauses of the paper, with its implied constraints, cardinality networks and soft idle periods."""

    def __init__(self, problem: B2BProblem) -> None:
        formula = import_module("pysat.formula")
        self._card = import_module("pysat.card")
        self.problem = problem
        self.formula = formula.WCNF()
        self.names = formula.IDPool()
        self.impossible = False
        self.agendas = problem.meetings_of()
        self.place = [{slot: self.names.id() for slot in problem.allowed(m)} for m in range(len(problem.meetings))]
        for place in self.place:
            self._exactly(list(place.values()), 1)
        self.used = [self._used(participant) for participant in range(problem.participants)]
        for slot in range(problem.slots):
            self._at_most([place[slot] for place in self.place if slot in place], problem.tables)
            # Implied: twice as many participants as tables.
            self._at_most([used[slot] for used in self.used if used], 2 * problem.tables)
        self._precedences()
        self._fairness([self._idle(participant) for participant in range(problem.participants)])

    def _add(self, *literals: int) -> None:
        self.formula.append(list(literals))

    def _constrain(self, make: Any, literals: list[int], number: int) -> None:
        kind = self._card.EncType
        encoding = kind.pairwise if number == 1 else kind.cardnetwrk
        for clause in make(literals, number, vpool=self.names, encoding=encoding).clauses:
            self.formula.append(clause)

    def _at_most(self, literals: list[int], number: int) -> None:
        if number == 0:
            for literal in literals:
                self._add(-literal)
        elif len(literals) > number:
            self._constrain(self._card.CardEnc.atmost, literals, number)

    def _exactly(self, literals: list[int], number: int) -> None:
        if len(literals) < number:
            self.impossible = True
        elif len(literals) == number:
            for literal in literals:
                self._add(literal)
        else:
            self._constrain(self._card.CardEnc.equals, literals, number)

    def _used(self, participant: int) -> list[int]:
        agenda = self.agendas[participant]
        if not agenda:
            return []
        used = [self.names.id() for _ in range(self.problem.slots)]
        for slot, literal in enumerate(used):
            here = [self.place[index][slot] for index in agenda if slot in self.place[index]]
            self._at_most(here, 1)
            self._add(-literal, *here)
            for meeting in here:
                self._add(-meeting, literal)
        # Implied: as many used slots as meetings.
        self._exactly(used, len(agenda))
        return used

    def _precedences(self) -> None:
        for index, meeting in enumerate(self.problem.meetings):
            for earlier in meeting.after:
                for slot, literal in self.place[index].items():
                    for other, before in self.place[earlier].items():
                        if other >= slot:
                            self._add(-literal, -before)

    def _idle(self, participant: int) -> list[int]:
        """Soft: no slot ends an idle period, that is: held before, free here, used in the next."""
        used, ends = self.used[participant], []
        if len(self.agendas[participant]) < 2:
            return []
        held = [self.names.id() for _ in used]
        for slot, literal in enumerate(used):
            self._add(-literal, held[slot])
            before = [held[slot - 1]] if slot else []
            for earlier in before:
                self._add(-earlier, held[slot])
            self._add(-held[slot], literal, *before)
        for slot in range(1, len(used) - 1):
            end = self.names.id()
            self._add(-held[slot], used[slot], -used[slot + 1], end)
            for needed in (held[slot], -used[slot], used[slot + 1]):
                self._add(-end, needed)
            self.formula.append([-end], weight=1)
            ends.append(end)
        return ends

    def _fairness(self, ends: list[list[int]]) -> None:
        if self.problem.fairness is None or not ends:
            return
        counts = [self._sorted(each) for each in ends]
        most = max(map(len, counts))
        least = [self.names.id() for _ in range(most)]
        for count in counts:
            for k, literal in enumerate(least):
                self._add(-literal, *count[k : k + 1])
            for k in range(self.problem.fairness, len(count)):
                self._add(-count[k], least[k - self.problem.fairness])

    def _sorted(self, literals: list[int]) -> list[int]:
        if len(literals) < 2:
            return literals
        half = len(literals) // 2
        left, right = self._sorted(literals[:half]), self._sorted(literals[half:])
        outputs = [self.names.id() for _ in literals]
        for i in range(len(left) + 1):
            for j in range(len(right) + 1):
                if i + j:
                    needed = [-left[i - 1]] * bool(i) + [-right[j - 1]] * bool(j)
                    self._add(*needed, outputs[i + j - 1])
                if i + j < len(outputs):
                    self._add(*left[i : i + 1], *right[j : j + 1], -outputs[i + j])
        return outputs


if __name__ == "__main__":
    sys.exit(main())
