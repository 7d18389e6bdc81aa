"""Input that cannot be used is refused in one sentence that names the place."""

import json
from pathlib import Path
from typing import Any

import pytest

from eventsapp.scheduling import archive
from eventsapp.scheduling.problem import Desk, Level, Pin, Problem, ProblemError
from eventsapp.scheduling.schedule import Meeting
from eventsapp.scheduling.solve import solve
from tests.scheduling import make


def pinned(**pins: Pin) -> Problem:
    made = make.problem()
    for name, pin in pins.items():
        made = make.with_request(made, name, pin=pin)
    return made


BAD = {
    "no slots": (make.problem(slots=()), "slots"),
    "no companies": (make.problem(companies=()), "companies"),
    "no requests": (make.problem(requests=()), "requests"),
    "unknown kind": (make.problem(kind="party"), "kind"),
    "minimum above maximum": (
        make.with_company(make.problem(), "b1", min_meetings=3, max_meetings=2),
        "companies[0].min_meetings",
    ),
    "unknown side": (make.with_company(make.problem(), "b2", side="neither"), "companies[1].side"),
    "desk twice": (make.with_company(make.problem(), "b2", desks=(Desk("b1-1", (0,)),)), "companies[1].desks[0].id"),
    "desk in an unknown slot": (
        make.problem(companies=(make.company("x", free=(0, 9)),)),
        "companies[0].desks[0].slots[1]",
    ),
    "unknown table": (
        make.with_company(make.problem(), "b1", desks=(Desk("b1-1", (0,), table="t9"),)),
        "companies[0].desks[0].table",
    ),
    "no desk": (make.with_company(make.problem(), "b1", desks=()), "companies[0].desks"),
    "unknown company": (make.with_request(make.problem(), "b1s1", b="s9"), "requests[0].b"),
    "meets itself": (make.with_request(make.problem(), "b1s1", b="b1"), "requests[0].b"),
    "request twice": (make.problem(requests=make.problem().requests * 2), "requests[6].id"),
    "value too large": (make.with_request(make.problem(), "b1s2", value=10**40), "requests[1].value"),
    "value below zero": (make.with_request(make.problem(), "b1s2", value=-1), "requests[1].value"),
    "value not whole": (make.with_request(make.problem(), "b1s2", value=True), "requests[1].value"),
    "capacity below zero": (make.problem(capacity=-1), "capacity"),
    "unknown zone": (make.with_request(make.problem(), "b1s1", zone="Z"), "requests[0].zone"),
    "foreign desk": (make.with_request(make.problem(), "b1s1", desks=("b2-1",)), "requests[0].desks[0]"),
    "after the unknown": (make.with_request(make.problem(), "b1s1", after=("zz",)), "requests[0].after[0]"),
    "after itself": (make.with_request(make.problem(), "b1s1", after=("b1s1",)), "requests[0].after[0]"),
    "circle": (
        make.with_request(make.with_request(make.problem(), "b1s1", after=("b1s2",)), "b1s2", after=("b1s1",)),
        "requests[0].after",
    ),
    "pin to an unknown slot": (pinned(b1s1=Pin(4)), "requests[0].pin.slot"),
    "pin to an unknown table": (pinned(b1s1=Pin(0, "t9")), "requests[0].pin.table"),
    "pin outside availability": (
        make.with_request(make.with_company(make.problem(), "s1", desks=(Desk("s1-1", (1,)),)), "b1s1", pin=Pin(0)),
        "requests[0].pin.slot",
    ),
    "virtual at a table": (
        make.with_request(pinned(b1s1=Pin(0, "t1")), "b1s1", virtual=True),
        "requests[0].pin.table",
    ),
    "level twice": (make.problem(objective=(Level("value"), Level("value"))), "objective[1].level"),
    "unknown level": (make.problem(objective=(Level("luck"),)), "objective[0].level"),
    "tolerance above one": (make.problem(objective=(Level("value", 2.0),)), "objective[0].tolerance"),
    "published unknown": (make.problem(published=(Meeting("zz", 0, "t1", ("b1-1", "s1-1")),)), "published[0].request"),
}


@pytest.mark.parametrize("name", BAD)
def test_refused_with_its_place(name: str) -> None:
    made, place = BAD[name]
    with pytest.raises(ProblemError) as caught:
        made.check()
    assert caught.value.place == place
    assert caught.value.message.endswith(".")


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (pinned(b1s1=Pin(0), b1s2=Pin(0)), {"b1s1", "b1s2"}),
        (pinned(b1s1=Pin(0, "t1"), b2s2=Pin(0, "t1"), b1s3=Pin(1)), {"b1s1", "b2s2"}),
        (
            make.with_company(pinned(b1s1=Pin(0), b1s2=Pin(1), b1s3=Pin(2)), "b1", max_meetings=2),
            {"b1s1", "b1s2", "b1s3"},
        ),
        (make.with_request(pinned(b1s1=Pin(1), b1s2=Pin(0)), "b1s2", after=("b1s1",)), {"b1s1", "b1s2"}),
        (
            make.with_company(pinned(b1s1=Pin(0), b1s2=Pin(1), b2s3=Pin(2)), "b1", max_consecutive=1),
            {"b1s1", "b1s2"},
        ),
    ],
)
def test_the_smallest_set_of_clashing_pins_is_named(made: Problem, named: set[str]) -> None:
    with pytest.raises(ProblemError) as caught:
        solve(made, seconds=5)
    assert {
        request.id for request in made.requests if f" {request.id}" in caught.value.message.replace(",", "")
    } == named


def written(**changes: Any) -> dict[str, Any]:
    return {**archive.problem_to_dict(make.problem()), **changes}


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (written(format="eventsapp-problem/2"), "format"),
        (written(colour="red"), "colour"),
        (written(slots=None), "slots"),
        (written(slots=[{"start": "noon", "end": "x", "block": "a"}]), "slots[0].start"),
        (written(requests=[{"id": "r", "a": "b1", "b": "s1"}]), "requests[0].value"),
        (written(requests=[{"id": "r", "a": "b1", "b": "s1", "value": 1, "prio": 2}]), "requests[0].prio"),
        (written(requests=[{"id": "r", "a": "b1", "b": "s1", "value": 1.5}]), "requests[0].value"),
        (written(requests=[{"id": "r", "a": "b1", "b": "s1", "value": 1, "pin": {"day": 1}}]), "requests[0].pin.day"),
        (written(tables=[{"id": "t", "slots": ["0"]}]), "tables[0].slots[0]"),
        ([], "file"),
    ],
)
def test_files_are_read_strictly(data: Any, place: str) -> None:
    with pytest.raises(ProblemError) as caught:
        archive.problem_from_dict(data)
    assert caught.value.place == place


def test_a_truncated_file_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(written(), indent=1)[:200], encoding="utf-8")
    with pytest.raises(ProblemError, match="not complete JSON") as caught:
        archive.load(path)
    assert caught.value.place.startswith("line ")


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[" * 100_000, b'{"format": NaN}', b"9" * 10_000, b"null"])
def test_rubbish_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "problem.json"
    path.write_bytes(raw)
    with pytest.raises(ProblemError):
        archive.load(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="cannot be read"):
        archive.load(tmp_path / "none.json")
