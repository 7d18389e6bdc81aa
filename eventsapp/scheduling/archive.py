"""Versioned JSON of problems and outcomes: a real case becomes a file, a test, a report.

Strict in reading: unknown keys, missing keys and wrong types are refused with their place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from eventsapp.scheduling.problem import (
    DEFAULT_OBJECTIVE,
    Company,
    Desk,
    Level,
    Pin,
    Problem,
    ProblemError,
    Request,
    Slot,
    Table,
)
from eventsapp.scheduling.schedule import LevelResult, Meeting, Outcome, Unscheduled

PROBLEM_FORMAT = "eventsapp-problem/1"
SCHEDULE_FORMAT = "eventsapp-schedule/1"
WALK_INS_FORMAT = "eventsapp-walk-ins/1"
STATUSES = ("optimal", "feasible", "infeasible", "none", "cancelled")
MAX_BYTES = 500_000_000

Spec = Mapping[str, tuple[type, ...]]
_NONE = type(None)
_NUMBER = (int, float)
_SLOT: Spec = {"start": (str,), "end": (str,), "block": (str,)}
_TABLE: Spec = {
    "id": (str,), "zone": (str, _NONE), "slots": (list, _NONE), "x": (*_NUMBER, _NONE), "y": (*_NUMBER, _NONE),
}  # fmt: skip
_COMPANY: Spec = {
    "id": (str,), "side": (str,), "desks": (list,), "min_meetings": (int, _NONE), "max_meetings": (int, _NONE),
    "max_per_day": (int, _NONE), "max_consecutive": (int, _NONE),
}  # fmt: skip
_DESK: Spec = {"id": (str,), "slots": (list,), "table": (str, _NONE), "person": (str, _NONE)}
_REQUEST: Spec = {
    "id": (str,), "a": (str,), "b": (str,), "value": (int,), "must": (bool, _NONE), "length": (int, _NONE),
    "virtual": (bool, _NONE), "slots": (list, _NONE), "desks": (list, _NONE), "zone": (str, _NONE),
    "pin": (dict, _NONE), "after": (list, _NONE),
}  # fmt: skip
_PIN: Spec = {"slot": (int, _NONE), "table": (str, _NONE)}
_LEVEL: Spec = {"level": (str,), "tolerance": (*_NUMBER, _NONE)}
_MEETING: Spec = {"request": (str,), "slot": (int,), "table": (str, _NONE), "desks": (list,)}
_PROBLEM: Spec = {
    "format": (str,), "kind": (str, _NONE), "slots": (list,), "capacity": (int, _NONE), "tables": (list, _NONE),
    "companies": (list,), "requests": (list,), "objective": (list, _NONE), "published": (list, _NONE),
    "difference": (int, _NONE),
}  # fmt: skip
_OUTCOME: Spec = {
    "format": (str,), "status": (str,), "meetings": (list,), "levels": (list,), "unscheduled": (list, _NONE),
    "seconds": _NUMBER, "seed": (int,), "engine": (str,), "prices": (list, _NONE), "detail": (dict, _NONE),
}  # fmt: skip
_WALK_INS: Spec = {"format": (str,), "companies": (list,), "requests": (list,)}
_RESULT: Spec = {
    "level": (str,), "value": _NUMBER, "bound": (*_NUMBER, _NONE), "optimal": (bool, _NONE), "detail": (dict, _NONE),
}  # fmt: skip
_UNSCHEDULED: Spec = {"request": (str,), "reason": (str,), "detail": (dict, _NONE)}
_WORDS = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
    _NONE: "null",
}


def _refuse(message: str, place: str) -> NoReturn:
    raise ProblemError(message, place)


def _object(data: object, spec: Spec, place: str) -> dict[str, Any]:
    """The object with all keys known, of the right type, absent optional ones as None."""
    if not isinstance(data, dict):
        _refuse("Here must be an object.", place)
    for key in data:
        if key not in spec:
            _refuse(f"The key {str(key)[:60]!r} is not known.", f"{place}.{str(key)[:60]}" if place else str(key)[:60])
    values = {}
    for key, types in spec.items():
        value = data.get(key)
        kind = type(value)
        if kind not in types:
            where = f"{place}.{key}" if place else key
            if key not in data:
                _refuse("The key is missing.", where)
            _refuse(f"Here must be {' or '.join(dict.fromkeys(_WORDS[item] for item in types))}.", where)
        values[key] = value
    return values


def _whole(values: list[Any] | None, kind: type, place: str) -> tuple[Any, ...] | None:
    """A list of one type as a tuple."""
    if values is None:
        return None
    for index, value in enumerate(values):
        if type(value) is not kind:
            _refuse(f"Here must be {_WORDS[kind]}.", f"{place}[{index}]")
    return tuple(values)


def _moment(text: str, place: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        _refuse(f"{text[:40]!r} is not a date with time.", place)


def _slot(data: object, place: str) -> Slot:
    item = _object(data, _SLOT, place)
    return Slot(_moment(item["start"], f"{place}.start"), _moment(item["end"], f"{place}.end"), item["block"])


def _table(data: object, place: str) -> Table:
    item = _object(data, _TABLE, place)
    return Table(item["id"], item["zone"], _whole(item["slots"], int, f"{place}.slots"), item["x"], item["y"])


def _desk(data: object, place: str) -> Desk:
    item = _object(data, _DESK, place)
    return Desk(item["id"], _whole(item["slots"], int, f"{place}.slots") or (), item["table"], item["person"])


def _company(data: object, place: str) -> Company:
    item = _object(data, _COMPANY, place)
    desks = tuple(_desk(desk, f"{place}.desks[{i}]") for i, desk in enumerate(item["desks"]))
    return Company(
        item["id"], item["side"], desks, item["min_meetings"] or 0, item["max_meetings"], item["max_per_day"],
        item["max_consecutive"],
    )  # fmt: skip


def _request(data: object, place: str) -> Request:
    item = _object(data, _REQUEST, place)
    pin = Pin() if item["pin"] is None else Pin(**_object(item["pin"], _PIN, f"{place}.pin"))
    return Request(
        id=item["id"],
        a=item["a"],
        b=item["b"],
        value=item["value"],
        must=item["must"] or False,
        length=1 if item["length"] is None else item["length"],
        virtual=item["virtual"] or False,
        slots=_whole(item["slots"], int, f"{place}.slots"),
        desks=_whole(item["desks"], str, f"{place}.desks"),
        zone=item["zone"],
        pin=pin,
        after=_whole(item["after"], str, f"{place}.after") or (),
    )


def _meeting(data: object, place: str) -> Meeting:
    item = _object(data, _MEETING, place)
    desks = _whole(item["desks"], str, f"{place}.desks") or ()
    if len(desks) != 2:
        _refuse("A meeting has two desks.", f"{place}.desks")
    return Meeting(item["request"], item["slot"], item["table"], (desks[0], desks[1]))


def _each(items: list[Any] | None, read: Any, place: str) -> Any:
    return None if items is None else tuple(read(item, f"{place}[{index}]") for index, item in enumerate(items))


def _level(data: object, place: str) -> Level:
    item = _object(data, _LEVEL, place)
    return Level(item["level"], item["tolerance"] or 0.0)


def _format(data: object, expected: str) -> None:
    if not isinstance(data, dict):
        _refuse("The file must hold one JSON object.", "file")
    found = data.get("format")
    if found != expected:
        _refuse(f"This program reads {expected!r}, the file says {str(found)[:60]!r}.", "format")


def problem_from_dict(data: object) -> Problem:
    """A checked problem from the values of a problem file."""
    _format(data, PROBLEM_FORMAT)
    item = _object(data, _PROBLEM, "")
    problem = Problem(
        slots=_each(item["slots"], _slot, "slots"),
        companies=_each(item["companies"], _company, "companies"),
        requests=_each(item["requests"], _request, "requests"),
        tables=_each(item["tables"], _table, "tables"),
        capacity=item["capacity"],
        objective=DEFAULT_OBJECTIVE if item["objective"] is None else _each(item["objective"], _level, "objective"),
        published=_each(item["published"], _meeting, "published"),
        kind=item["kind"] or "event",
        difference=item["difference"] if isinstance(data, dict) and "difference" in data else 2,
    )
    problem.check()
    return problem


def problem_to_dict(problem: Problem) -> dict[str, Any]:
    """The values of a problem file."""
    return {
        "format": PROBLEM_FORMAT,
        "kind": problem.kind,
        **({"difference": problem.difference} if problem.kind == "b2b" else {}),
        "slots": [{"start": s.start.isoformat(), "end": s.end.isoformat(), "block": s.block} for s in problem.slots],
        "capacity": problem.capacity,
        "tables": None if problem.tables is None else [_flat(table) for table in problem.tables],
        "companies": [_company_to_dict(company) for company in problem.companies],
        "requests": [_request_to_dict(request) for request in problem.requests],
        "objective": [_flat(level) for level in problem.objective],
        "published": None if problem.published is None else [meeting_to_dict(item) for item in problem.published],
    }


def _flat(item: object) -> dict[str, Any]:
    """The fields of a dataclass, tuples as lists."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in vars(item).items()}


def _company_to_dict(company: Company) -> dict[str, Any]:
    return {**_flat(company), "desks": [_flat(desk) for desk in company.desks]}


def _request_to_dict(request: Request) -> dict[str, Any]:
    return {**_flat(request), "pin": _flat(request.pin)}


def meeting_to_dict(meeting: Meeting) -> dict[str, Any]:
    """The values of one meeting in a file."""
    return {"request": meeting.request, "slot": meeting.slot, "table": meeting.table, "desks": list(meeting.desks)}


def outcome_to_dict(outcome: Outcome) -> dict[str, Any]:
    """The values of a result file."""
    return {
        "format": SCHEDULE_FORMAT,
        "status": outcome.status,
        "meetings": [meeting_to_dict(meeting) for meeting in outcome.meetings],
        "levels": [{**vars(level), "detail": dict(level.detail)} for level in outcome.levels],
        "unscheduled": [
            {"request": item.request, "reason": item.reason, "detail": dict(item.detail)}
            for item in outcome.unscheduled
        ],
        "seconds": outcome.seconds,
        "seed": outcome.seed,
        "engine": outcome.engine,
        "prices": [dict(price) for price in outcome.prices],
        "detail": dict(outcome.detail),
    }


def _result(data: object, place: str) -> LevelResult:
    item = _object(data, _RESULT, place)
    optimal = item["value"] == item["bound"] if item["optimal"] is None else item["optimal"]
    return LevelResult(item["level"], item["value"], item["bound"], optimal, item["detail"] or {})


def _unscheduled(data: object, place: str) -> Unscheduled:
    item = _object(data, _UNSCHEDULED, place)
    return Unscheduled(item["request"], item["reason"], item["detail"] or {})


def outcome_from_dict(data: object) -> Outcome:
    """An outcome from the values of a result file."""
    _format(data, SCHEDULE_FORMAT)
    item = _object(data, _OUTCOME, "")
    if item["status"] not in STATUSES:
        _refuse(f"The status {item['status'][:60]!r} is none of {', '.join(STATUSES)}.", "status")
    return Outcome(
        status=item["status"],
        meetings=_each(item["meetings"], _meeting, "meetings"),
        levels=_each(item["levels"], _result, "levels"),
        unscheduled=_each(item["unscheduled"], _unscheduled, "unscheduled") or (),
        seconds=item["seconds"],
        seed=item["seed"],
        engine=item["engine"],
        prices=tuple(item["prices"] or ()),
        detail=item["detail"] or {},
    )


def parse(text: str) -> dict[str, Any]:
    """The JSON object of a file's text."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        _refuse(f"The file is not complete JSON: {error.msg}.", f"line {error.lineno}, column {error.colno}")
    except RecursionError:
        _refuse("The file is nested too deeply.", "file")
    except ValueError as error:
        _refuse(f"The file holds a number that cannot be used: {str(error)[:80]}.", "file")
    if not isinstance(data, dict):
        _refuse("The file must hold one JSON object.", "file")
    return data


def _no_constant(name: str) -> NoReturn:
    _refuse(f"{name} is not a number that can be used.", "file")


def read(path: Path | str) -> dict[str, Any]:
    """The JSON object of a file."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        _refuse(f"The file cannot be read: {error.strerror}.", "file")
    if len(raw) > MAX_BYTES:
        _refuse(f"The file is larger than {MAX_BYTES} bytes.", str(path))
    try:
        return parse(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        _refuse("The file is not UTF-8 text.", f"byte {error.start}")


def load(path: Path | str) -> Problem:
    """A checked problem from a problem file."""
    return problem_from_dict(read(path))


def load_outcome(path: Path | str) -> Outcome:
    """An outcome from a result file."""
    return outcome_from_dict(read(path))


def load_walk_ins(path: Path | str) -> tuple[tuple[Company, ...], tuple[Request, ...]]:
    """Companies that came unannounced and what they ask for, written as in a problem file."""
    data = read(path)
    _format(data, WALK_INS_FORMAT)
    item = _object(data, _WALK_INS, "")
    return _each(item["companies"], _company, "companies"), _each(item["requests"], _request, "requests")


def dump(item: Problem | Outcome, path: Path | str) -> None:
    """Write a problem or an outcome as a file, whole or not at all."""
    data = problem_to_dict(item) if isinstance(item, Problem) else outcome_to_dict(item)
    target = Path(path)
    partial = target.with_name(target.name + ".part")
    partial.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    partial.replace(target)
