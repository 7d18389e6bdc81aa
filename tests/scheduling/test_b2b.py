"""The literature's problem: the judge by hand, the engine against trying everything, limits of time, and claims."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from eventsapp.scheduling import b2b
from eventsapp.scheduling.b2b import B2BMeeting, B2BProblem, Session, solve_b2b
from eventsapp.scheduling.b2b_checker import idle_by_participant, idle_periods, verify, violations
from eventsapp.scheduling.schedule import LevelResult, Meeting, Outcome, Progress

NOTHING: frozenset[int] = frozenset()


def event(
    *pairs: tuple[int, ...], participants: int = 3, tables: int = 9, slots: int = 4, morning: int = 2, **other: object
) -> B2BProblem:
    problem = B2BProblem(
        participants,
        tables,
        slots,
        morning,
        tuple(B2BMeeting(pair[0], pair[1]) for pair in pairs),
        (NOTHING,) * participants,
    )
    return replace(problem, **other)  # type: ignore[arg-type]


def solved(problem: B2BProblem, **options: object) -> Outcome:
    outcome = solve_b2b(problem, **{"seconds": 30, **options})  # type: ignore[arg-type]
    assert verify(problem, outcome) == []
    return outcome


# The judge.


@pytest.mark.parametrize(
    ("slots", "periods"),
    [([], 0), ([3], 0), ([0, 1, 2], 0), ([2, 0], 1), ([0, 5], 1), ([0, 2, 4], 2), ([5, 4, 1, 0], 1)],
)
def test_a_run_of_free_slots_counts_once(slots: list[int], periods: int) -> None:
    assert idle_periods(slots) == periods


@pytest.mark.parametrize(
    ("change", "slots", "sentences"),
    [
        ({}, [0, 1], []),
        ({}, [0], ["2 meetings but 1 slots"]),
        ({}, [0, 0], ["participant 1 has 2 meetings in slot 1"]),
        ({}, [0, 4], ["meeting 2 is in slot 5, which does not exist"]),
        ({"tables": 0}, [0, 1], ["1 meetings in slot 1 but 0 tables", "1 meetings in slot 2 but 0 tables"]),
        ({"forbidden": (NOTHING, NOTHING, frozenset({1}))}, [0, 1], ["participant 3 forbids slot 2 of meeting 2"]),
        ({"fairness": 0}, [0, 2], ["idle periods range from 0 to 1, more than 0 apart"]),
        ({"fairness": None}, [0, 2], []),
    ],
)
def test_the_judge_names_every_broken_rule(change: dict[str, object], slots: list[int], sentences: list[str]) -> None:
    problem = replace(event((0, 1), (0, 2)), **change)  # type: ignore[arg-type]
    assert violations(problem, slots) == sentences


@pytest.mark.parametrize(
    ("meeting", "slot", "sentence"),
    [
        (B2BMeeting(0, 1, Session.MORNING), 2, "meeting 1 must be in the morning"),
        (B2BMeeting(0, 1, Session.AFTERNOON), 1, "meeting 1 must be in the afternoon"),
        (B2BMeeting(0, 1, fixed=3), 1, "meeting 1 is fixed to slot 4"),
        (B2BMeeting(0, 1, after=frozenset({1})), 0, "meeting 1 must come after meeting 2"),
    ],
)
def test_the_judge_reads_each_meeting(meeting: B2BMeeting, slot: int, sentence: str) -> None:
    problem = event((0, 1), (0, 2), tables=1)
    assert violations(replace(problem, meetings=(meeting, problem.meetings[1])), [slot, 3 - slot]) == [sentence]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"participants": 2001}, "the number of participants is 2001, it must be from 0 to 2000"),
        ({"slots": 101}, "the number of slots is 101, it must be from 0 to 100"),
        ({"morning_slots": 5}, "the number of morning slots is 5, it must be from 0 to 4"),
        ({"forbidden": ()}, "3 participants but 0 lists of forbidden slots"),
        ({"forbidden": (NOTHING, NOTHING, frozenset({4}))}, "participant 3 forbids a slot that does not exist"),
        ({"fairness": -1}, "the fairness is -1, it must be 0 or more"),
        ({"meetings": (B2BMeeting(0, 3),)}, "meeting 1 names a participant that does not exist"),
        ({"meetings": (B2BMeeting(1, 1),)}, "meeting 1 joins participant 2 with itself"),
        ({"meetings": (B2BMeeting(0, 1, fixed=4),)}, "meeting 1 is fixed to a slot that does not exist"),
        (
            {"meetings": (B2BMeeting(0, 1, after=frozenset({1})),)},
            "meeting 1 comes after a meeting that does not exist",
        ),
    ],
)
def test_a_problem_without_meaning_is_refused(change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        replace(event((0, 1)), **change)  # type: ignore[arg-type]


def test_the_judge_and_the_reader_know_no_solver() -> None:
    code = (
        "import sys, eventsapp.scheduling.b2b_checker, eventsapp.scheduling.dzn;"
        "print(sorted({'ortools', 'numpy'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


# The engine.


def test_one_answer_to_the_letter() -> None:
    problem = event((0, 1), (2, 0), slots=2, forbidden=(NOTHING, frozenset({0}), NOTHING))
    outcome = solved(problem, seed=7)
    assert outcome.seconds < 5
    assert replace(outcome, seconds=0, engine="") == Outcome(
        status="optimal",
        meetings=(Meeting("1", 1, None, ("1", "2")), Meeting("2", 0, None, ("3", "1"))),
        levels=(LevelResult("idle", 0, 0, True),),
        unscheduled=(),
        seconds=0,
        seed=7,
        engine="",
    )


def test_an_event_without_meetings_is_solved() -> None:
    empty = solved(event(participants=0, slots=0, morning=0))
    assert (empty.status, empty.meetings, empty.levels) == ("optimal", (), (LevelResult("idle", 0, 0, True),))


@pytest.mark.parametrize(
    "problem",
    [
        event((0, 1), tables=0),
        event((0, 1), (0, 1), (0, 1), slots=2),
        event((0, 1), forbidden=(frozenset({0, 1}), frozenset({2, 3}), NOTHING)),
        event((0, 1), meetings=(B2BMeeting(0, 1, Session.AFTERNOON, fixed=0),)),
        event((0, 1), meetings=(B2BMeeting(0, 1, after=frozenset({0})),)),
        event(meetings=(B2BMeeting(0, 1, after=frozenset({1})), B2BMeeting(0, 2, after=frozenset({0})))),
        event(meetings=(B2BMeeting(0, 1, fixed=0), B2BMeeting(0, 2, fixed=2)), fairness=0),
        event((0, 1), (1, 2), (2, 0), slots=2, tables=1),
    ],
)
def test_what_cannot_be_is_proven(problem: B2BProblem) -> None:
    outcome = solved(problem)
    assert (outcome.status, outcome.meetings, outcome.levels, outcome.detail) == ("infeasible", (), (), {})


@pytest.mark.parametrize("seed", range(80))
def test_as_good_as_trying_everything(seed: int) -> None:
    problem = any_problem(random.Random(seed))
    best = min((sum(idle_by_participant(problem, slots)) for slots in legal(problem)), default=None)
    outcome = solved(problem, seed=seed)
    if best is None:
        assert outcome.status == "infeasible"
    else:
        assert (outcome.status, outcome.levels) == ("optimal", (LevelResult("idle", best, best, True),))


def any_problem(chance: random.Random) -> B2BProblem:
    """A small problem with every rule in it."""
    participants, slots = chance.randint(3, 5), chance.randint(3, 6)
    count = chance.randint(2, 7)

    def meeting(index: int) -> B2BMeeting:
        first, second = chance.sample(range(participants), 2)
        session = chance.choice([Session.ANY, Session.ANY, Session.ANY, Session.MORNING, Session.AFTERNOON])
        fixed = chance.randrange(slots) if chance.random() < 0.15 else None
        after = frozenset({chance.randrange(count)} - {index}) if chance.random() < 0.15 else NOTHING
        return B2BMeeting(first, second, session, fixed, after)

    return B2BProblem(
        participants=participants,
        tables=chance.randint(1, 2),
        slots=slots,
        morning_slots=chance.randint(1, slots),
        meetings=tuple(meeting(index) for index in range(count)),
        forbidden=tuple(frozenset(slot for slot in range(slots) if chance.random() < 0.1) for _ in range(participants)),
        fairness=chance.choice([0, 1, 2, None]),
    )


def legal(problem: B2BProblem, slots: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """Every legal schedule, meeting by meeting; the judge has the last word."""
    if len(slots) == len(problem.meetings):
        if not violations(problem, slots):
            yield slots
        return
    pair = set(problem.meetings[len(slots)].pair)
    for slot in problem.allowed(len(slots)):
        if not any(slot == other and pair & set(problem.meetings[m].pair) for m, other in enumerate(slots)):
            yield from legal(problem, (*slots, slot))


def round_robin(people: int, tables: int, slots: int) -> B2BProblem:
    """Everybody meets everybody: with few tables hard enough to keep the search busy."""
    pairs = [(first, second) for first in range(people) for second in range(first)]
    return event(*pairs, participants=people, tables=tables, slots=slots, morning=slots)


def test_the_same_seed_and_one_worker_give_the_same_schedule() -> None:
    problem = round_robin(7, 3, 9)
    assert solved(problem, seed=3).meetings == solved(problem, seed=3).meetings


@pytest.mark.parametrize(("order", "status"), [("keep", "none"), ("cancel", "cancelled")])
def test_a_stop_is_obeyed_at_once(order: str, status: str) -> None:
    outcome = solved(round_robin(30, 13, 40), stop=lambda: order)
    assert (outcome.status, outcome.meetings, outcome.levels) == (status, (), ())
    assert outcome.seconds < 5


@pytest.mark.slow
def test_a_stop_in_the_middle_of_the_search_is_obeyed_within_a_second() -> None:
    asked: list[float] = []
    reports: list[Progress] = []

    def stop() -> str | None:
        searching = [report for report in reports if report.phase == "search"]
        if len(searching) >= 2:
            asked.append(time.monotonic())
            return "keep"
        return None

    outcome = solved(HARD, seconds=60, stop=stop, on_progress=reports.append)
    assert time.monotonic() - asked[0] < 3
    assert outcome.status in ("none", "feasible")
    assert outcome.detail.get("bound") is not None or outcome.levels[0].bound is not None


@pytest.mark.slow
def test_the_time_limit_is_kept_and_progress_comes_each_second() -> None:
    reports: list[Progress] = []
    outcome = solved(HARD, seconds=2.5, on_progress=reports.append)
    assert outcome.seconds < 5
    moments = [report.seconds for report in reports]
    assert max(late - early for early, late in pairwise(moments)) < 3
    bounds = [report.bound or 0 for report in reports]
    assert bounds == sorted(bounds)


# Beyond what can be proven in seconds. The limits of time in these tests leave room for a busy machine.
HARD = round_robin(26, 12, 28)


@pytest.mark.slow
def test_without_a_proof_in_time_any_schedule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(b2b, "PROOF_SHARE", 0.05)
    outcome = solved(replace(round_robin(6, 1, 15), fairness=None), seconds=60)
    assert (outcome.status, len(outcome.meetings)) == ("feasible", 15)
    assert outcome.levels[0].bound is not None


@pytest.mark.slow
def test_the_largest_model_is_given_up_when_the_time_is_over() -> None:
    chance = random.Random(1)
    pairs = [tuple(chance.sample(range(2000), 2)) for _ in range(10_000)]
    problem = event(*pairs, participants=2000, tables=900, slots=100, morning=100)
    outcome = solved(problem, seconds=2)
    assert (outcome.status, outcome.detail) == ("none", {"bound": 0})
    assert outcome.seconds < 8


# Claims.


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"status": "feasible"}, "value 0 and bound 0 do not go with the status feasible"),
        ({"levels": ()}, "the levels are not exactly: idle"),
        ({"levels": (LevelResult("idle", 1, 1, True),)}, "level idle is 0, not 1"),
        ({"levels": (LevelResult("idle", 0, None, False),)}, "level idle reaches 0, beyond its bound None"),
        ({"meetings": ()}, "the status is optimal but no meeting is held"),
        (
            {"meetings": (Meeting("1", 0, None, ("1", "2")),)},
            "the meetings held are not exactly those of the file, each once",
        ),
        (
            {"meetings": (Meeting("1", 0, None, ("1", "3")), Meeting("2", 1, None, ("1", "3")))},
            "meeting 1 joins 1 and 2, not 1 and 3",
        ),
        (
            {"meetings": (Meeting("1", 0, "5", ("1", "2")), Meeting("2", 1, None, ("1", "3")))},
            "meeting 1 names a table, which the file does not do",
        ),
        (
            {"meetings": (Meeting("1", 0, None, ("1", "2")), Meeting("2", 0, None, ("1", "3")))},
            "participant 1 has 2 meetings in slot 1",
        ),
    ],
)
def test_a_false_claim_is_found(change: dict[str, object], sentence: str) -> None:
    problem = event((0, 1), (0, 2))
    truth = Outcome(
        "optimal",
        (Meeting("1", 0, None, ("1", "2")), Meeting("2", 1, None, ("1", "3"))),
        (LevelResult("idle", 0, 0, True),),
        (),
        0.1,
        1,
        "hand",
    )
    assert verify(problem, truth) == []
    assert sentence in verify(problem, replace(truth, **change))  # type: ignore[arg-type]
