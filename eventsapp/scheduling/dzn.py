"""Reader of MiniZinc data files (.dzn) of the business-to-business meeting scheduling problem.

Strict: whatever is not understood is refused in one sentence that names the line and the field. The fields are those of
the instances published with Bofill et al., JAIR 74 (2022), in any order.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypeVar

from eventsapp.scheduling.b2b_problem import (
    MAX_MEETINGS,
    MAX_PARTICIPANTS,
    MAX_SLOTS,
    MAX_TABLES,
    B2BMeeting,
    B2BProblem,
    Session,
)

MAX_BYTES = 4_000_000
DEFAULT_FAIRNESS = 2

_REQUIRED = ("nBusiness", "nMeetings", "nTables", "nTotalSlots", "requested")
_OPTIONAL = ("nMorningSlots", "meetingsxBusiness", "nMeetingsBusiness", "forbidden", "fixed", "precedences")
_TOKEN = re.compile(
    r"(?P<skip>\s+|%[^\n]*|/\*.*?\*/)|(?P<number>-?[0-9]+)|(?P<name>[A-Za-z][A-Za-z0-9_]*)"
    r"|(?P<mark>\.\.|\[\||\|\]|[\[\]{},;=|])",
    re.DOTALL,
)
_MAX_DIGITS = 9
_MAX_RANGE = 100_000


class DznError(ValueError):
    """The text is no usable data file; the message is one sentence that names the line and the field."""

    def __init__(self, line: int, field: str | None, problem: str) -> None:
        self.line = line
        self.field = field
        super().__init__(f"line {line}, {field}: {problem}" if field else f"line {line}: {problem}")


def load(path: Path, fairness: int | None = DEFAULT_FAIRNESS) -> B2BProblem:
    """Read a .dzn file; `fairness` is the largest difference in idle periods, which the files do not carry."""
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise DznError(1, None, f"the file is larger than {MAX_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DznError(raw.count(b"\n", 0, error.start) + 1, None, "the file is not UTF-8 text") from None
    return parse(text, fairness)


def parse(text: str, fairness: int | None = DEFAULT_FAIRNESS) -> B2BProblem:
    """Turn the text of a .dzn file into a problem."""
    if len(text) > MAX_BYTES:
        raise DznError(1, None, f"the text is longer than {MAX_BYTES} characters")
    return _problem(_Fields(*_Reader(text).fields()), fairness)


# Values as they stand in the text, each with its line.


@dataclass(frozen=True, slots=True)
class _Number:
    line: int
    value: int


@dataclass(frozen=True, slots=True)
class _Set:
    line: int
    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class _List:
    line: int
    items: "list[_Number | _Set]"


@dataclass(frozen=True, slots=True)
class _Matrix:
    line: int
    rows: list[list[_Number]]


_Value = _Number | _Set | _List | _Matrix
_V = TypeVar("_V", _Number, _Set, _List, _Matrix)
_NAMES: dict[type, str] = {_Number: "a number", _Set: "a set", _List: "a list [ … ]", _Matrix: "a matrix [| … |]"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> list[_Token]:
    found, line, position = [], 1, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise DznError(line, None, f"unexpected character {text[position]!r}")
        kind, piece = str(match.lastgroup), match.group()
        if kind != "skip":
            found.append(_Token(kind, piece, line))
        line += piece.count("\n")
        position = match.end()
    return [*found, _Token("end", "the end of the file", line)]


class _Reader:
    """Recursive descent over `name = value;` items."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._field: str | None = None

    def fields(self) -> tuple[dict[str, _Value], int]:
        """Every field with its value, and the number of the last line."""
        found: dict[str, _Value] = {}
        while self._peek().kind != "end":
            name = self._take("name", "the name of a field")
            self._field = name.text
            if name.text not in _REQUIRED + _OPTIONAL:
                raise DznError(name.line, name.text, "this field is not known")
            if name.text in found:
                raise DznError(name.line, name.text, "this field stands twice")
            self._mark("=")
            found[name.text] = self._value()
            if self._peek().kind != "end":
                self._mark(";")
            self._field = None
        return found, self._peek().line

    def _value(self) -> _Value:
        text = self._peek().text
        if text == "[|":
            return self._matrix()
        if text == "[":
            return self._list()
        return self._item()

    def _item(self) -> _Number | _Set:
        if self._peek().text == "{":
            return self._set()
        low = self._number()
        if self._peek().text != "..":
            return low
        self._mark("..")
        return self._range(low, self._number())

    def _range(self, low: _Number, high: _Number) -> _Set:
        if high.value - low.value > _MAX_RANGE:
            raise DznError(low.line, self._field, f"the range {low.value}..{high.value} is too long")
        return _Set(low.line, frozenset(range(low.value, high.value + 1)))

    def _set(self) -> _Set:
        line = self._mark("{")
        values = []
        while self._peek().text != "}":
            values.append(self._number().value)
            if self._peek().text != "}":
                self._mark(",")
        self._mark("}")
        return _Set(line, frozenset(values))

    def _list(self) -> _List:
        line = self._mark("[")
        items = []
        while self._peek().text != "]":
            items.append(self._item())
            if self._peek().text != "]":
                self._mark(",")
        self._mark("]")
        return _List(line, items)

    def _matrix(self) -> _Matrix:
        line = self._mark("[|")
        rows: list[list[_Number]] = [[]]
        while self._peek().text != "|]":
            if self._peek().text == "|":
                self._mark("|")
                rows.append([])
                continue
            rows[-1].append(self._number())
            if self._peek().text not in ("|", "|]"):
                self._mark(",")
        self._mark("|]")
        if not rows[-1]:
            rows.pop()
        return _Matrix(line, rows)

    def _number(self) -> _Number:
        token = self._take("number", "a number")
        if len(token.text.lstrip("-")) > _MAX_DIGITS:
            raise DznError(token.line, self._field, f"a number has more than {_MAX_DIGITS} digits")
        return _Number(token.line, int(token.text))

    def _mark(self, mark: str) -> int:
        if self._peek().text != mark:
            self._refuse(f"“{mark}”")
        return self._take("mark", mark).line

    def _take(self, kind: str, wanted: str) -> _Token:
        token = self._peek()
        if token.kind != kind:
            self._refuse(wanted)
        self._next += 1
        return token

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _refuse(self, wanted: str) -> NoReturn:
        token = self._peek()
        found = token.text if token.kind == "end" else f"“{token.text[:20]}”"
        raise DznError(token.line, self._field, f"expected {wanted}, found {found}")


class _Fields:
    """Fields by name, with the checks of type, size and range that all of them need."""

    def __init__(self, values: dict[str, _Value], last_line: int) -> None:
        for name in _REQUIRED:
            if name not in values:
                raise DznError(last_line, name, "this field is missing")
        self._values = values

    def number(self, name: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number from `low` to `high`."""
        if default is not None and name not in self._values:
            return default
        node = self._typed(name, _Number)
        return _bounded(node, name, low, high)

    def rows(self, name: str, count: int, width: int) -> list[list[_Number]]:
        """A matrix of `count` rows of `width` numbers each."""
        node = self._typed(name, _Matrix)
        _counted(node.line, name, len(node.rows), count, "there are {} rows")
        for row in node.rows:
            _counted(row[0].line if row else node.line, name, len(row), width, "a row has {} numbers")
        return node.rows

    def numbers(self, name: str, count: int, low: int, high: int) -> list[int] | None:
        """A list of `count` numbers from `low` to `high`; None when the field is absent."""
        if name not in self._values:
            return None
        return [_bounded(_as(item, name, _Number), name, low, high) for item in self._items(name, count)]

    def sets(self, name: str, count: int, low: int, high: int) -> list[_Set] | None:
        """A list of `count` sets of numbers from `low` to `high`; None when the field is absent."""
        if name not in self._values:
            return None
        sets = [_as(item, name, _Set) for item in self._items(name, count)]
        for node in sets:
            for value in sorted(node.values):
                _bounded(_Number(node.line, value), name, low, high)
        return sets

    def line(self, name: str) -> int:
        """The line on which the value of a field begins."""
        return self._values[name].line

    def _items(self, name: str, count: int) -> "list[_Number | _Set]":
        node = self._typed(name, _List)
        _counted(node.line, name, len(node.items), count, "there are {} entries")
        return node.items

    def _typed(self, name: str, wanted: type[_V]) -> _V:
        return _as(self._values[name], name, wanted)


def _as(node: _Value, name: str, wanted: type[_V]) -> _V:
    if not isinstance(node, wanted):
        raise DznError(node.line, name, f"expected {_NAMES[wanted]}, found {_NAMES[type(node)]}")
    return node


def _bounded(node: _Number, name: str, low: int, high: int) -> int:
    if not low <= node.value <= high:
        raise DznError(node.line, name, f"{node.value} is outside {low} to {high}")
    return node.value


def _counted(line: int, name: str, found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise DznError(line, name, f"{what.format(found)} instead of {wanted}")


def _problem(fields: _Fields, fairness: int | None) -> B2BProblem:
    participants = fields.number("nBusiness", 0, MAX_PARTICIPANTS)
    count = fields.number("nMeetings", 0, MAX_MEETINGS)
    slots = fields.number("nTotalSlots", 0, MAX_SLOTS)
    # Slot and meeting 0 stand for "none" in the published files.
    fixed = fields.numbers("fixed", count, 0, slots) or [0] * count
    precedences = _plain(fields.sets("precedences", count, 0, count), count)
    forbidden = _plain(fields.sets("forbidden", participants, 0, slots), participants)
    meetings = []
    for index, row in enumerate(fields.rows("requested", count, 3)):
        first, second = (_bounded(node, "requested", 1, participants) for node in row[:2])
        if first == second:
            raise DznError(row[0].line, "requested", f"meeting {index + 1} joins participant {first} with itself")
        meetings.append(
            B2BMeeting(
                first - 1,
                second - 1,
                Session(_bounded(row[2], "requested", 1, 3)),
                fixed[index] - 1 if fixed[index] else None,
                precedences[index],
            )
        )
    problem = B2BProblem(
        participants=participants,
        tables=fields.number("nTables", 0, MAX_TABLES),
        slots=slots,
        morning_slots=fields.number("nMorningSlots", 0, slots, default=slots),
        meetings=tuple(meetings),
        forbidden=tuple(forbidden),
        fairness=fairness,
    )
    _check_redundant(fields, problem)
    return problem


def _plain(sets: list[_Set] | None, count: int) -> list[frozenset[int]]:
    if sets is None:
        return [frozenset()] * count
    return [frozenset(value - 1 for value in node.values if value) for node in sets]


def _check_redundant(fields: _Fields, problem: B2BProblem) -> None:
    """Two fields repeat what `requested` says; a file that contradicts itself is refused."""
    agendas = problem.meetings_of()
    count = len(problem.meetings)
    for participant, node in enumerate(fields.sets("meetingsxBusiness", problem.participants, 0, count + 1) or []):
        # 1 is a dummy there, meeting m stands as m + 1.
        if {value - 2 for value in node.values if value > 1} != set(agendas[participant]):
            raise DznError(node.line, "meetingsxBusiness", f"participant {participant + 1} differs from requested")
    numbers = fields.numbers("nMeetingsBusiness", problem.participants, 0, count) or []
    for participant, number in enumerate(numbers):
        if number != len(agendas[participant]):
            raise DznError(
                fields.line("nMeetingsBusiness"),
                "nMeetingsBusiness",
                f"participant {participant + 1} has {number} meetings, requested says {len(agendas[participant])}",
            )
