"""Reads a sheet in a process of its own: `python -m eventsapp.worker.sheet_process heads|rows MEMORY [SHEET …]`.

The file comes on the standard input, lines of JSON go out: with `heads` one `{"sheets": […]}`, with `rows` one
`{"sheet": n, "rows": [[number, [cell, …]], …]}` for some hundred rows at a time and `{"end": true}` at last; instead
`{"error": code}` when the file is refused. A packed file is unpacked by stream first and measured on the way: what it
claims about itself counts for nothing. What slips through meets the memory and time limits of this process. Only this
process ever loads the library that parses sheets.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO, Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from eventsapp.domain import sheets
from eventsapp.domain.sheets import MAX_BYTES, MAX_ROWS

MOST_UNPACKED = 320 * 2**20
MOST_STRINGS = 1_500_000
MOST_VALUES = 4_000_000
MOST_PARTS = 2_000
MOST_SHEETS = 20
MOST_COLUMNS = 150
MOST_MERGED = 20_000
LONGEST_CELL = 5_000
LOOKED_AT = 20
SAMPLES = 4
BATCH = 500
CHUNK = 2**20
SECONDS = 120
MOST_WRITTEN = 2**30
NICENESS = 10

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP = b"PK\x03\x04"
BEGINNING = bytes.fromhex("090810000006")  # the record that a workbook of BIFF8 begins with
FILEPASS, FIRST_RECORDS = 0x2F, 12
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
WORKBOOK = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"RIFF",
    b"\x7fELF",
    b"MZ",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
)
ODS = b"application/vnd.oasis.opendocument.spreadsheet"

STRING = re.compile(rb"<(?:\w+:)?si[ >/]")
VALUE = re.compile(rb"<(?:\w+:)?(?:v|is|table-cell)[ >]")
FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]|table:formula=")
OVERLAP = 32


class Refused(Exception):
    """The file is not taken: a code that screens put into words, and its values."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass
class Sheet:
    """A sheet: its name, its rows as they come, and what is worth a note."""

    name: str
    rows: Iterator[list[str]]
    notes: list[str] = field(default_factory=list)


@dataclass
class Measured:
    """What was counted while a packed file was unpacked."""

    unpacked: int = 0
    strings: int = 0
    values: int = 0
    has_formulas: bool = False


def main(arguments: Sequence[str]) -> int:
    """Read what stands on the standard input."""
    want, memory = arguments[0], int(arguments[1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints goes to the log, not between the answers
    _be_modest(memory)
    try:
        content = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise Refused("sheet_big", most=MAX_BYTES // 2**20)
        if want == "heads":
            _write(answers, {"sheets": [_head(sheet) for sheet in opened(content)]})
        else:
            wanted = {int(number) for number in arguments[2:]}
            for number, sheet in enumerate(opened(content)):
                if number in wanted:
                    for rows in _batches(sheet):
                        _write(answers, {"sheet": number, "rows": rows})
            _write(answers, {"end": True})
    except Refused as error:
        _write(answers, {"error": error.code, "params": error.params})
    except MemoryError:
        _write(answers, {"error": "sheet_heavy"})
    answers.flush()
    return 0


def opened(content: bytes) -> Iterator[Sheet]:
    """The sheets of a file, whatever its name says it is; raises `Refused`."""
    if not content.strip(b"\0 \t\r\n"):
        raise Refused("sheet_empty")
    if content.startswith(ZIP):
        measured = measure(content)
        return _workbook(content, ["formulas"] if measured.has_formulas else [])
    if content.startswith(OLE):
        if ENCRYPTED in content or _is_locked(content):
            raise Refused("sheet_encrypted")
        if not any(mark in content for mark in WORKBOOK):
            raise Refused("sheet_kind")
        return _workbook(content, [])
    if content.startswith(BINARY) or _has_controls(content):
        raise Refused("sheet_kind")
    text = _decoded(content)
    if text.lstrip().startswith("<"):
        raise Refused("sheet_page")  # what some programs call .xls is a page of the web
    return iter([Sheet("CSV", _csv_rows(text))])


def _is_locked(content: bytes) -> bool:
    """Does an old workbook say among its first records that the others are encrypted?"""
    at = content.find(BEGINNING)
    for _ in range(FIRST_RECORDS if at >= 0 else 0):
        kind, size = struct.unpack_from("<HH", content[at : at + 4].ljust(4, b"\0"))
        if kind == FILEPASS:
            return True
        at += 4 + size
    return False


def measure(content: bytes) -> Measured:
    """Unpack every part of a packed file by stream, counting; raises `Refused` as soon as it is too much."""
    found = Measured()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise Refused("sheet_heavy")
            if any(part.flag_bits & 1 for part in parts):
                raise Refused("sheet_encrypted")
            names = {part.filename for part in parts}
            if not _is_workbook(archive, names):
                raise Refused("sheet_kind")
            if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml")[:CHUNK]:
                raise Refused("sheet_encrypted")
            for part in parts:
                with archive.open(part) as source:
                    _count(source, found, is_strings="sharedstrings" in part.filename.lower())
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, KeyError) as error:
        raise Refused("sheet_broken") from error
    return found


def _is_workbook(archive: zipfile.ZipFile, names: set[str]) -> bool:
    if "mimetype" in names:
        with archive.open("mimetype") as source:
            return source.read(100).startswith(ODS)
    return any(name.lower() == "xl/workbook.xml" for name in names)


def _count(source: IO[bytes], found: Measured, *, is_strings: bool) -> None:
    tail = b""
    while chunk := source.read(CHUNK):
        found.unpacked += len(chunk)
        # A mark cut in two stands whole in the overlap; one that lies in it whole was counted before.
        text = tail + chunk
        before = len(tail)
        if is_strings:
            found.strings += sum(1 for mark in STRING.finditer(text) if mark.end() > before)
        else:
            found.values += sum(1 for mark in VALUE.finditer(text) if mark.end() > before)
            found.has_formulas = found.has_formulas or FORMULA.search(text) is not None
        tail = text[-OVERLAP:]
        if found.unpacked > MOST_UNPACKED or found.strings > MOST_STRINGS or found.values > MOST_VALUES:
            raise Refused("sheet_heavy")


def _workbook(content: bytes, notes: list[str]) -> Iterator[Sheet]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for index, about in enumerate(book.sheets_metadata[:MOST_SHEETS]):
            if about.visible is not SheetVisibleEnum.Visible or about.typ is not SheetTypeEnum.WorkSheet:
                continue
            name = about.name
            found = book.get_sheet_by_index(index)
            merged = _merged(found)
            rows = _filled(_cells(found), merged) if merged else _cells(found)
            yield Sheet(name[:60], rows, [*notes, *(["merged"] if merged else [])])
    except PasswordError as error:
        raise Refused("sheet_encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("sheet_broken") from error


def _cells(sheet: CalamineSheet) -> Iterator[list[str]]:
    """The rows from the first of the sheet on, the cells from its first column on: both keep their names."""
    start = sheet.start or (0, 0)
    if (sheet.end or (0, 0))[1] - start[1] >= 5_000:
        raise Refused("sheet_heavy")
    margin = [""] * min(start[1], MOST_COLUMNS)
    for row in sheet.iter_rows():
        yield [*margin, *(written(value) for value in row[:MOST_COLUMNS])]


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int, int, int]]]:
    """The merged ranges by their first row; a sheet with too many of them has none."""
    ranges = sheet.merged_cell_ranges or []
    found: dict[int, list[tuple[int, int, int, int]]] = {}
    if len(ranges) <= MOST_MERGED:
        for (top, left), (bottom, right) in ranges:
            found.setdefault(top, []).append((bottom, left, right, top))
    return found


def _filled(rows: Iterator[list[str]], merged: dict[int, list[tuple[int, int, int, int]]]) -> Iterator[list[str]]:
    """Every cell of a merged range says what its first cell says."""
    open_ranges: list[tuple[int, int, int, str]] = []
    for number, row in enumerate(rows):
        open_ranges = [one for one in open_ranges if one[0] >= number]
        for bottom, left, right, _top in merged.get(number, ()):
            open_ranges.append((bottom, left, right, row[left] if left < len(row) else ""))
        if len(open_ranges) > MOST_COLUMNS:
            raise Refused("sheet_heavy")
        for _bottom, left, right, value in open_ranges:
            for index in range(left, min(right, MOST_COLUMNS - 1) + 1):
                row.extend([""] * (index + 1 - len(row)))
                row[index] = value
        yield row


def written(value: Any) -> str:
    """A value of a sheet as text: whole numbers without a point, dates as 2027-03-09."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return _clean(str(value))


def _clean(text: str) -> str:
    text = text[:LONGEST_CELL]
    return text if text.isprintable() else "".join(c for c in text if c.isprintable() or c in "\n\t")


def _has_controls(content: bytes) -> bool:
    """No text has these bytes; UTF-16 has zeros, and a mark at its start."""
    start = content[:CHUNK]
    return not start.startswith((b"\xff\xfe", b"\xfe\xff")) and re.search(rb"[\x00-\x08\x0e-\x1a]", start) is not None


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _csv_rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV file; the separator is the one that its first line has most of."""
    first = text[:20_000].lstrip().partition("\n")[0]
    separator = max(";,\t|", key=lambda mark: (first.count(mark), mark == ";"))
    csv.field_size_limit(10 * LONGEST_CELL)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            yield [_clean(_without_mark(cell)) for cell in row[:MOST_COLUMNS]]
    except csv.Error as error:
        raise Refused("sheet_broken") from error


def _without_mark(cell: str) -> str:
    """Without the apostrophe that our own files put before what looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(sheets.FORMULA_STARTS) else cell


def _head(sheet: Sheet) -> dict[str, Any]:
    first: list[list[str]] = []
    count = last = 0
    for number, row in enumerate(sheet.rows):
        if number < LOOKED_AT + SAMPLES:
            first.append(row)
        if any(row):
            count += 1
            last = number
        if count > MAX_ROWS + LOOKED_AT:
            raise Refused("sheet_rows", most=MAX_ROWS)
    at = sheets.header_row(first[:LOOKED_AT])
    above = sum(1 for row in first[: at + 1] if any(row))
    headers = first[at] if at < len(first) else []
    while headers and not headers[-1]:
        headers = headers[:-1]
    samples = [row for row in first[at + 1 :] if any(row)][:SAMPLES]
    width = max([len(headers), *(len(row) for row in samples)], default=0)
    return {
        "name": sheet.name,
        "header_row": at,
        "headers": [*headers, *[""] * (width - len(headers))],
        "samples": samples,
        "rows": max(0, count - above),
        "last": last + 1,
        "notes": sheet.notes,
    }


def _batches(sheet: Sheet) -> Iterator[list[tuple[int, list[str]]]]:
    """All rows that say something, with their numbers as people see them."""
    batch: list[tuple[int, list[str]]] = []
    count = 0
    for number, row in enumerate(sheet.rows, start=1):
        if any(row):
            batch.append((number, row))
            count += 1
        if count > MAX_ROWS + LOOKED_AT:
            raise Refused("sheet_rows", most=MAX_ROWS)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write(answers: IO[str], answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer, ensure_ascii=True) + "\n")


def _be_modest(memory: int) -> None:
    """Let the web come first, and end before the machine runs out of memory or of patience."""
    os.nice(NICENESS)
    for kind, limit in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, MOST_WRITTEN),
    ):
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
