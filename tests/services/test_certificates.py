"""Certificates: written at publication, true, anonymous, and refused as soon as anything in them is changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from eventsapp.cli import main
from eventsapp.db import db, unit_of_work
from eventsapp.domain.worth import RECOMMENDED
from eventsapp.models import Schedule
from eventsapp.scheduling import certificate
from eventsapp.scheduling.problem import ProblemError
from eventsapp.services import adjustments, certificates, schedules
from tests import make
from tests.services.scheduling_bench import HOST, Bench, solved_draft


@pytest.fixture
def bench(context: Flask) -> Bench:
    return Bench.make()


def published(bench: Bench, now: datetime) -> Schedule:
    return bench.publish(solved_draft(bench, now), now)


def test_a_published_version_keeps_its_certificate(bench: Bench, now: datetime) -> None:
    version = published(bench, now)
    db.session.expire_all()
    data = version.certificate
    assert data is not None
    assert certificates.read(version) == data == certificates.build(version)
    assert certificate.verified(data) == []
    said = data["certificate"]
    assert said["about"] == {
        "event": bench.event.code, "version": 1, "publication": 1, "published_at": now.isoformat(), "run": 1,
        "weights": RECOMMENDED.to_dict(),
    }  # fmt: skip
    assert (said["meetings"], said["requests"], said["seed"]) == (6, 8, 1)
    assert all(level["distance"] == 0 and level["optimal"] for level in said["levels"])
    assert {rule["broken"] for rule in said["rules"]} == {0}
    assert said["fairness"]["companies"] == 6
    text = json.dumps(data)
    for registration in (*bench.buyers, *bench.suppliers):
        assert registration.company.name not in text


def test_a_change_by_hand_leaves_only_the_bounds_that_still_hold(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=1, suppliers=3, slots=4, tables=2)
    draft = solved_draft(bench, now)
    place = schedules.list_placements(draft)[0]
    with unit_of_work():
        adjustments.unschedule(draft, place.meeting, edit=draft.edit, actor=bench.actor, now=now, host=HOST)
    data = certificates.read(bench.publish(draft, now))
    assert certificate.verified(data) == []
    levels = {level["level"]: level for level in data["certificate"]["levels"]}
    assert levels["value"]["value"] < levels["value"]["bound"]
    assert levels["value"]["distance"] == pytest.approx(1 / 3, abs=1e-6)
    assert not levels["value"]["optimal"]
    assert levels["idle"]["bound"] is None
    assert data["schedule"]["status"] == "feasible"


def test_what_the_run_was_not_asked_is_certified_against_the_event(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=1, suppliers=2, slots=4)
    draft = solved_draft(bench, now)
    with unit_of_work():
        fresh = make.registration(bench.event)
        make.request(bench.buyers[0], fresh)
    with unit_of_work():
        free = adjustments.find_places(draft, bench.buyers[0].id, fresh.id).can[0]
        adjustments.place(
            draft, bench.buyers[0].id, fresh.id, slot=free.slot, table=free.tables[0], edit=draft.edit,
            actor=bench.actor, now=now, host=HOST,
        )  # fmt: skip
    data = certificates.read(bench.publish(draft, now))
    assert certificate.verified(data) == []
    assert (data["certificate"]["meetings"], data["certificate"]["requests"]) == (3, 3)
    assert {level["bound"] for level in data["certificate"]["levels"]} == {None}


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a meeting left out": lambda data: data["schedule"]["meetings"].pop(),
    "a meeting elsewhere": lambda data: data["schedule"]["meetings"][0].update(slot=2),
    "a better figure": lambda data: data["schedule"]["levels"][2].update(value=10**6, bound=10**6),
    "a better claim": lambda data: data["certificate"]["levels"][2].update(value=10**6),
    "a rule forgotten": lambda data: data["certificate"]["rules"].pop(),
    "another seed": lambda data: data["certificate"].update(seed=9),
    "fewer companies without meetings": lambda data: data["certificate"]["fairness"].update(without=-1),
    "an easier problem": lambda data: data["problem"]["requests"][0].update(value=1),
    "a looser rule": lambda data: data["problem"]["tables"].append({**data["problem"]["tables"][0], "id": "x"}),
    "no digests": lambda data: data["certificate"].pop("digests"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_certificate_proves_nothing(bench: Bench, now: datetime, tmp_path: Path, name: str) -> None:
    data = copy.deepcopy(certificates.read(published(bench, now)))
    CHANGES[name](data)
    assert certificate.verified(data)
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(data))
    assert main.main(["verify", str(path)]) == 1


@pytest.mark.parametrize(
    "data",
    [[], {}, {"format": certificate.CERTIFICATE_FORMAT}, {"problem": 1, "schedule": 2, "certificate": 3, "format": 4}],
)
def test_what_is_no_certificate_is_refused(data: object) -> None:
    with pytest.raises(ProblemError):
        certificate.verified(data)


def spoiled(change: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], bytes]:
    """A certificate with a fault in its form."""

    def written(data: dict[str, Any]) -> bytes:
        change(data)
        return json.dumps(data).encode()

    return written


GARBAGE: dict[str, tuple[Callable[[dict[str, Any]], bytes], str]] = {
    "nothing": (lambda _data: b"", "line 1, column 1: The file is not complete JSON: Expecting value."),
    "noise": (lambda _data: b"\xff\xfe\x00", "byte 0: The file is not UTF-8 text."),
    "a list": (lambda _data: b"[]", "file: The file must hold one JSON object."),
    "null": (lambda _data: b"null", "file: The file must hold one JSON object."),
    "an empty object": (lambda _data: b"{}", "is no certificate; give the result file too"),
    "too deep": (lambda _data: b"[" * 100_000, "file: The file is nested too deeply."),
    "cut off": (lambda data: json.dumps(data).encode()[:200], "line 1, column 195: The file is not complete JSON"),
    "no schedule": (spoiled(lambda data: data.update(schedule=5)), "schedule: Here must be an object."),
    "no problem": (spoiled(lambda data: data.update(problem=None)), "problem: Here must be an object."),
    "a part too many": (spoiled(lambda data: data.update(more=1)), "file: A certificate has the parts"),
    "a slot in words": (
        spoiled(lambda data: data["schedule"]["meetings"][0].update(slot="x")),
        "meetings[0].slot: Here must be a whole number.",
    ),
    "not a number": (
        spoiled(lambda data: data["schedule"]["meetings"][0].update(slot=float("nan"))),
        "file: The file holds a number that cannot be used",
    ),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_gets_one_clear_sentence(
    bench: Bench, now: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    write, sentence = GARBAGE[name]
    path = tmp_path / "certificate.json"
    path.write_bytes(write(copy.deepcopy(certificates.read(published(bench, now)))))
    assert main.main(["verify", str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"{path}: {sentence}")
    assert printed.err.count("\n") == 1


def test_a_file_that_is_not_there_is_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["verify", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"{tmp_path}: file: The file cannot be read: Is a directory.\n"


def test_the_command_proves_a_certificate_and_nothing_else(
    bench: Bench, now: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = certificates.read(published(bench, now))
    path, other = tmp_path / "certificate.json", tmp_path / "problem.json"
    path.write_text(json.dumps(data))
    other.write_text(json.dumps(data["problem"]))
    assert main.main(["verify", str(path)]) == 0
    assert "legal, and every figure is true" in capsys.readouterr().out
    assert main.main(["verify", str(other)]) == 2
    assert main.main(["verify", str(tmp_path / "nothing.json")]) == 2
