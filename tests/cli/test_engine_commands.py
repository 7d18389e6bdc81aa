"""The doors of the engine: files in, files out, exact exit codes, one clear sentence for every unusable file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eventsapp.cli import main
from eventsapp.cli.main import main as command

PROBLEM: dict[str, Any] = {
    "format": "eventsapp-problem/1",
    "kind": "event",
    "slots": [
        {"start": "2027-03-09T09:00:00-06:00", "end": "2027-03-09T09:20:00-06:00", "block": "am"},
        {"start": "2027-03-09T09:25:00-06:00", "end": "2027-03-09T09:45:00-06:00", "block": "am"},
    ],
    "capacity": 2,
    "companies": [
        {"id": "b1", "side": "buyer", "desks": [{"id": "b1-1", "slots": [0, 1]}]},
        {"id": "s1", "side": "supplier", "desks": [{"id": "s1-1", "slots": [0, 1]}]},
        {"id": "s2", "side": "supplier", "desks": [{"id": "s2-1", "slots": [0, 1]}]},
        {"id": "s3", "side": "supplier", "desks": [{"id": "s3-1", "slots": [0, 1]}]},
    ],
    "requests": [
        {"id": "r1", "a": "b1", "b": "s1", "value": 5},
        {"id": "r2", "a": "b1", "b": "s2", "value": 4},
        {"id": "r3", "a": "b1", "b": "s3", "value": 3},
    ],
}
INSTANCE = """
nBusiness = 3; nMeetings = 3; nTables = 1; nTotalSlots = 4; nMorningSlots = 2;
requested = [|1, 2,1, |1, 3,3, |2, 3,2, |];
forbidden = [{0}, {0}, {4}]; fixed = [0,0,0]; precedences = [{}, {}, {}];
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "problem.json").write_text(json.dumps(PROBLEM))
    (tmp_path / "instance.dzn").write_text(INSTANCE)
    return tmp_path


def test_solve_then_verify_then_explain(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, result = str(folder / "problem.json"), str(folder / "result.json")
    assert command(["solve", problem, "--out", result, "--quiet", "--seconds", "20"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["meetings"], told["unscheduled"]) == ("optimal", 2, 1)
    assert command(["verify", problem, result]) == 0
    assert capsys.readouterr().out == "legal, and every figure is true\n"
    assert command(["explain", problem, result, "--request", "r3"]) == 0
    assert capsys.readouterr().out.startswith("r3\tbuyer_full\t")
    assert command(["explain", problem, result, "--request", "r1"]) == 0
    assert command(["explain", problem, result, "--request", "nobody"]) == 2


def test_verify_finds_an_untrue_figure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, result = folder / "problem.json", folder / "result.json"
    command(["solve", str(problem), "--out", str(result), "--quiet"])
    tampered = json.loads(result.read_text())
    tampered["meetings"][1]["slot"] = tampered["meetings"][0]["slot"]
    result.write_text(json.dumps(tampered))
    capsys.readouterr()
    assert command(["verify", str(problem), str(result)]) == 1
    assert capsys.readouterr().out.endswith("faults\n")


def test_repair_drops_only_what_was_cancelled(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, result, new = (str(folder / name) for name in ("problem.json", "result.json", "new.json"))
    command(["solve", problem, "--out", result, "--quiet"])
    assert command(["repair", problem, result, "--cancel", "s1", "--out", new]) == 0
    assert "1 new, 0 moved, 1 dropped" in capsys.readouterr().out
    assert {m["request"] for m in json.loads(Path(new).read_text())["meetings"]} == {"r2", "r3"}


def repaired(folder: Path, capsys: pytest.CaptureFixture[str], *news: str, **changes: Any) -> tuple[str, list[Any]]:
    """What repair says first, and the new schedule as (request, slot, table)."""
    problem, result, new = folder / "problem.json", folder / "result.json", folder / "new.json"
    problem.write_text(json.dumps({**PROBLEM, **changes}))
    assert command(["solve", str(problem), "--out", str(result), "--quiet"]) == 0
    capsys.readouterr()
    assert command(["repair", str(problem), str(result), "--out", str(new), *news]) == 0
    meetings = json.loads(new.read_text())["meetings"]
    told = capsys.readouterr().out.splitlines()[0]
    return told, sorted((m["request"], m["slot"], m["table"]) for m in meetings)


PINNED = [dict(PROBLEM["requests"][0], pin={"slot": None, "table": None}, slots=[0]), *PROBLEM["requests"][1:]]


def test_who_comes_late_loses_what_was_before(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told, meetings = repaired(folder, capsys, "--late", "s1@1", requests=PINNED)
    assert told == "1 new, 0 moved, 1 dropped"
    assert meetings == [("r2", 1, None), ("r3", 0, None)]


def test_who_leaves_early_loses_what_comes_after(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told, meetings = repaired(folder, capsys, "--early", "b1@1", "--late", "s1@0", requests=PINNED)
    assert told == "0 new, 0 moved, 1 dropped"
    assert meetings == [("r1", 0, None)]


def test_meetings_leave_a_table_that_vanished(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = [{"id": "t1"}, {"id": "t2", "slots": []}]
    at_two = [{"id": "t1"}, {"id": "t2"}]
    told, meetings = repaired(folder, capsys, "--lost-table", "t1", "--before", "1", tables=tables)
    assert (told, [slot for _, slot, _ in meetings]) == ("0 new, 0 moved, 1 dropped", [0])
    told, meetings = repaired(folder, capsys, "--lost-table", "t1", tables=at_two)
    assert [table for _, _, table in meetings] == ["t2", "t2"]


def test_who_comes_unannounced_gets_what_is_left(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    walk_in = folder / "walk-in.json"
    company = {"id": "b2", "side": "buyer", "desks": [{"id": "b2-1", "slots": [0, 1]}]}
    news = {"format": "eventsapp-walk-ins/1", "companies": [company], "requests": [
        {"id": "w1", "a": "b2", "b": "s3", "value": 1}]}  # fmt: skip
    walk_in.write_text(json.dumps(news))
    told, meetings = repaired(folder, capsys, "--walk-in", str(walk_in))
    assert told == "1 new, 0 moved, 0 dropped"
    assert {request for request, _, _ in meetings} == {"r1", "r2", "w1"}


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (["--late", "nobody@1"], "nobody"),
        (["--late", "s1@9"], "s1"),
        (["--early", "s1@2"], "s1"),
        (["--lost-table", "t9"], "t9"),
        (["--cancel", "nobody"], "nobody"),
        (["--walk-in", "absent.json"], "absent.json"),
    ],
)
def test_news_that_cannot_be_are_exit_2(
    news: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, result, new = (str(folder / name) for name in ("problem.json", "result.json", "new.json"))
    command(["solve", problem, "--out", result, "--quiet"])
    capsys.readouterr()
    assert command(["repair", problem, result, "--out", new, *news]) == 2
    assert said in capsys.readouterr().err
    assert not Path(new).exists()


@pytest.mark.parametrize("news", [["--late", "s1"], ["--early", "@3"], ["--late", "s1@x"], ["--absent", "s1@2-1"]])
def test_news_have_a_form(news: list[str], folder: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        command(["repair", str(folder / "problem.json"), str(folder / "result.json"), *news])
    assert stopped.value.code == 2


def test_a_schedule_of_another_problem_cannot_be_repaired(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, result = folder / "problem.json", folder / "result.json"
    command(["solve", str(problem), "--out", str(result), "--quiet"])
    problem.write_text(json.dumps({**PROBLEM, "requests": PROBLEM["requests"][1:]}))
    assert command(["repair", str(problem), str(result)]) == 2
    assert "'r1', which is not known" in capsys.readouterr().err


def test_solve_and_verify_a_benchmark_instance(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    instance, result = str(folder / "instance.dzn"), str(folder / "result.json")
    assert command(["solve", instance, "--out", result, "--quiet", "--seconds", "20"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["meetings"]) == ("optimal", 3)
    assert command(["verify", instance, result]) == 0


ALL_MEET = {
    **PROBLEM,
    "kind": "b2b",
    "slots": [
        {"start": f"2027-03-09T09:{m:02}:00-06:00", "end": f"2027-03-09T09:{m + 5:02}:00-06:00", "block": "am"}
        for m in range(0, 25, 5)
    ],
    "companies": [
        {"id": name, "side": "both", "desks": [{"id": f"{name}-1", "slots": free}]}
        for name, free in (("b1", [0, 2, 3]), ("s1", [0, 1]), ("s2", [2, 3, 4]), ("s3", [0, 2, 3, 4]))
    ],
}  # fmt: skip


def test_a_problem_file_of_the_literatures_kind(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    problem, result = folder / "problem.json", folder / "result.json"
    requests = [*PROBLEM["requests"][:2], dict(PROBLEM["requests"][2], slots=[2], after=["r1"])]
    problem.write_text(json.dumps({**ALL_MEET, "requests": requests, "difference": 1}))
    assert command(["solve", str(problem), "--out", str(result), "--quiet"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["levels"] == [{"level": "idle", "value": 1, "bound": 1, "optimal": True}]
    held = {(m["request"], m["slot"], *m["desks"]) for m in json.loads(result.read_text())["meetings"]}
    assert held == {("r1", 0, "b1-1", "s1-1"), ("r3", 2, "b1-1", "s3-1"), ("r2", 3, "b1-1", "s2-1")}
    assert command(["verify", str(problem), str(result)]) == 0
    problem.write_text(json.dumps({**ALL_MEET, "requests": requests, "difference": 0}))
    assert command(["solve", str(problem), "--quiet"]) == 3
    assert command(["repair", str(problem), str(result)]) == 2


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"difference": -1}, "difference"),
        ({"objective": [{"level": "value"}]}, "objective"),
        ({"tables": [{"id": "t1", "zone": "A"}]}, "tables[0].zone"),
        ({"requests": [dict(PROBLEM["requests"][0], length=2)]}, "requests[0].length"),
        ({"companies": [dict(ALL_MEET["companies"][0], max_meetings=3), *ALL_MEET["companies"][1:]]},
         "companies[0].max_meetings"),
    ],
)  # fmt: skip
def test_what_the_literatures_problem_does_not_know_is_named(
    changes: dict[str, Any], place: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    problem, result = folder / "problem.json", folder / "result.json"
    problem.write_text(json.dumps({**ALL_MEET, **changes}))
    assert command(["solve", str(problem), "--out", str(result)]) == 2
    assert f"{problem}: {place}: " in capsys.readouterr().err
    assert not result.exists()


BROKEN = {
    "truncated": (lambda text: text[:200], "not complete JSON"),
    "empty": (lambda _: "", ""),
    "another version": (lambda text: text.replace("problem/1", "problem/9"), "format"),
    "unknown key": (lambda text: text.replace('"capacity"', '"capacidad"'), "capacidad"),
    "unknown company": (lambda text: text.replace('"a": "b1"', '"a": "b9"', 1), "b9"),
    "no slots": (lambda text: text.replace('"slots": [0, 1]', '"slots": [7]', 1), "companies"),
    "not text": (lambda _: "\udcff{", ""),
}


def nailed(**slots: int) -> list[dict[str, Any]]:
    """The requests, some pinned to a slot."""
    return [dict(request, pin={"slot": slots.get(request["id"])}) for request in PROBLEM["requests"]]


IMPOSSIBLE: dict[str, tuple[dict[str, Any], str]] = {
    "clashing pins": ({"requests": nailed(r1=0, r2=1, r3=0)}, "r1, r3"),
    "pins that clash for want of rest": (
        {"requests": nailed(r1=0, r2=1),
         "companies": [dict(PROBLEM["companies"][0], max_consecutive=1), *PROBLEM["companies"][1:]]},
        "r1, r2",
    ),
    "a pin outside availability": (
        {"requests": nailed(r2=0), "companies": [
            *PROBLEM["companies"][:2], dict(PROBLEM["companies"][2], desks=[{"id": "s2-1", "slots": [1]}]),
            PROBLEM["companies"][3],
        ]},
        "requests[1].pin.slot",
    ),
    "a minimum above the maximum": (
        {"companies": [dict(PROBLEM["companies"][0], min_meetings=3, max_meetings=2), *PROBLEM["companies"][1:]]},
        "companies[0].min_meetings",
    ),
    "an unknown company": ({"requests": [dict(PROBLEM["requests"][0], b="s9")]}, "requests[0].b"),
    "a request twice": ({"requests": PROBLEM["requests"][:1] * 2}, "requests[1].id"),
    "no slots": ({"slots": []}, "slots"),
    "no companies": ({"companies": []}, "companies"),
    "no requests": ({"requests": []}, "requests"),
    "a value too large": ({"requests": [dict(PROBLEM["requests"][0], value=10**40)]}, "requests[0].value"),
    "another version": ({"format": "eventsapp-problem/2"}, "format"),
}  # fmt: skip


@pytest.mark.parametrize("fault", IMPOSSIBLE)
def test_a_problem_that_cannot_be_is_one_sentence_and_exit_2(
    fault: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changes, named = IMPOSSIBLE[fault]
    problem, result = folder / "problem.json", folder / "result.json"
    problem.write_text(json.dumps({**PROBLEM, **changes}))
    assert command(["solve", str(problem), "--out", str(result), "--quiet"]) == 2
    told = capsys.readouterr()
    assert named in told.err
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert sorted(path.name for path in folder.iterdir()) == ["instance.dzn", "problem.json"]


@pytest.mark.parametrize("fault", BROKEN)
def test_an_unusable_file_is_exit_2_and_writes_nothing(
    fault: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change, named = BROKEN[fault]
    problem, result = folder / "problem.json", folder / "result.json"
    problem.write_bytes(change(json.dumps(PROBLEM)).encode("utf-8", "surrogateescape"))
    assert command(["solve", str(problem), "--out", str(result)]) == 2
    said = capsys.readouterr().err.strip()
    assert str(problem) in said
    assert named in said
    assert "Traceback" not in said
    assert not result.exists()


def test_a_missing_file_is_exit_2(folder: Path) -> None:
    assert command(["solve", str(folder / "absent.json")]) == 2


@pytest.mark.parametrize("option", [["--seconds", "0"], ["--workers", "0"], ["--seed", "-1"], ["--seconds", "x"]])
def test_options_have_bounds(option: list[str], folder: Path) -> None:
    with pytest.raises(SystemExit) as stopped:
        command(["solve", str(folder / "problem.json"), *option])
    assert stopped.value.code == 2


def test_every_command_has_a_module() -> None:
    for name in main.COMMANDS:
        module = main._module(name)
        assert callable(module.add_options)
        assert callable(module.run)
