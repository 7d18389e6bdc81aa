"""Imports: a file comes in, its columns are matched, every row is checked without being written, then it is taken in.

An organizer decides between the steps; the worker reads, checks and writes. Either all rows go in, or those that are
right, and the rest comes back as a report. Nobody is written to because of an import.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from eventsapp.db import db
from eventsapp.domain import sheets
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sheets import ENDED, MAX_BYTES, MAX_ROWS, WORKING, ImportStatus, Row, SheetNoun
from eventsapp.domain.values import FileKind, JobState
from eventsapp.models import Event, SheetImport, StoredFile
from eventsapp.services import audit, events, jobs
from eventsapp.services.imports_book import Book
from eventsapp.services.imports_plan import WAITS, Change, Planner

JOB_KIND = "import"
MOST_PROBLEMS = 1_000
LONGEST_VALUE = 80
CHUNK = 1_000
MOST_AT_ONCE = 10_000
FILES_FOR = timedelta(days=7)
PROBLEMS_FOR = timedelta(days=30)
HEAVY = (defer(SheetImport.problems), defer(SheetImport.sheets))


# Reading --------------------------------------------------------------------------------------------------------------


def find(event: Event, number: int) -> SheetImport | None:
    """An import of an event by its number."""
    if not 0 < number < 2**31:
        return None
    query = select(SheetImport).where(SheetImport.event_id == event.id, SheetImport.number == number)
    return db.session.scalar(query.options(joinedload(SheetImport.event), joinedload(SheetImport.job)))


def list_for(event: Event, most: int = 30) -> list[SheetImport]:
    """The newest imports of an event."""
    query = select(SheetImport).where(SheetImport.event_id == event.id).order_by(SheetImport.number.desc())
    return list(db.session.scalars(query.limit(most).options(*HEAVY, joinedload(SheetImport.started_by))))


def read_rest(found: SheetImport) -> dict[str, Any] | None:
    """The rows that stayed outside, by sheet, with their headers and problems; None when there are none."""
    if found.rest is None:
        return None
    *rows, heads = map(json.loads, gzip.decompress(found.rest.content).splitlines())
    by_sheet = {name: {**head, "rows": []} for name, head in heads.items()}
    for name, number, cells, problems in rows:
        by_sheet[name]["rows"].append([number, cells, problems])
    return {name: sheet for name, sheet in by_sheet.items() if sheet["rows"]}


# Asked by organizers --------------------------------------------------------------------------------------------------


def start(event: Event, file_name: str, content: bytes, *, actor: Actor, now: datetime) -> SheetImport:
    """Take a file; the worker looks into it."""
    require(actor, Permission.EVENT_MANAGE, event.scope)
    if not content:
        raise DomainError("sheet_empty")
    if len(content) > MAX_BYTES:
        raise DomainError("sheet_big", most=MAX_BYTES // 2**20)
    events.lock(event)
    last = db.session.scalar(select(func.max(SheetImport.number)).where(SheetImport.event_id == event.id))
    made = SheetImport(
        event=event,
        number=(last or 0) + 1,
        file_name=file_name[:200],
        file=_stored(event, FileKind.SHEET, file_name[:200], content, actor, now),
        started_by_id=actor.account_id,
        created_at=now,
    )
    db.session.add(made)
    db.session.flush()
    _hand_over(made, ImportStatus.READING, now)
    audit.record(actor, "import.started", made, at=now, name=made.file_name)
    return made


@dataclass(frozen=True)
class Matching:
    """What a sheet is a list of (None: it is left out) and which of its columns holds what."""

    noun: SheetNoun | None
    columns: dict[str, int]


def match(found: SheetImport, chosen: Sequence[Matching], *, actor: Actor, now: datetime) -> None:
    """Understand the sheets like this, and check all rows."""
    require(actor, Permission.EVENT_MANAGE, found.scope)
    _lock(found)
    if found.status not in {ImportStatus.MATCHING, ImportStatus.CHECKED}:
        raise DomainError("import_moved")
    if not any(one.noun for one in chosen):
        raise DomainError("no_sheet_chosen")
    described = [dict(sheet) for sheet in found.sheets]
    for sheet, one in zip(described, chosen, strict=True):
        missing = sheets.missing_columns(one.noun, one.columns) if one.noun else []
        if missing:
            raise DomainError("column_missing", sheet=sheet["name"], column=missing[0].key, noun=one.noun)
        if len(set(one.columns.values())) < len(one.columns):
            raise DomainError("column_twice", sheet=sheet["name"])
        sheet["noun"] = one.noun.value if one.noun else ""
        sheet["columns"] = dict(one.columns)
    found.sheets = described
    found.total_rows = sum(sheet["rows"] for sheet in described if sheet["noun"])
    _hand_over(found, ImportStatus.CHECKING, now)


def apply(found: SheetImport, *, is_all_or_nothing: bool, actor: Actor, now: datetime) -> None:
    """Take the checked rows in: all, or those that are right."""
    require(actor, Permission.EVENT_MANAGE, found.scope)
    _lock(found)
    if found.status is not ImportStatus.CHECKED:
        raise DomainError("import_moved")
    if is_all_or_nothing and count_of(found, Change.WRONG):
        raise DomainError("rows_wrong")
    found.is_all_or_nothing = is_all_or_nothing
    found.started_by_id = actor.account_id
    _hand_over(found, ImportStatus.APPLYING, now)


def cancel(found: SheetImport, *, actor: Actor, now: datetime) -> None:
    """Stop. What was taken in already stays; importing the file again goes on from there."""
    require(actor, Permission.EVENT_MANAGE, found.scope)
    _lock(found)
    if found.status in ENDED:
        raise DomainError("import_moved")
    audit.record(actor, "import.cancelled", found, at=now, name=found.file_name)
    job = found.job
    if found.status in WORKING and job is not None and job.state is JobState.RUNNING:
        job.wanted = "cancel"
        return
    if job is not None and job.state is JobState.QUEUED:
        job.state, job.ended_at = JobState.DONE, now
    end(found, ImportStatus.CANCELLED, now=now)


def count_of(found: SheetImport, change: Change) -> int:
    """How many rows came to this, of all nouns."""
    return sum(int(counts.get(change.value, 0)) for counts in found.counts.values())


# Done by the worker ---------------------------------------------------------------------------------------------------


class Rest:
    """The rows that stay outside, packed as they come: one line of JSON each, so that a long list stays small."""

    def __init__(self) -> None:
        self.count = 0
        self._packed = BytesIO()
        self._lines = gzip.GzipFile(fileobj=self._packed, mode="wb", mtime=0)

    def add(self, row: Row, problems: Sequence[Mapping[str, Any]]) -> None:
        """Keep a row with what is wrong with it."""
        self.count += 1
        self._write([row.sheet, row.number, list(row.cells), problems])

    def packed(self, sheets_: Iterable[Mapping[str, Any]]) -> bytes:
        """All of it, with what the sheets are; nothing can be added afterwards."""
        self._write({sheet["name"]: {"noun": sheet["noun"], "headers": sheet["headers"]} for sheet in sheets_})
        self._lines.close()
        return self._packed.getvalue()

    def _write(self, line: Any) -> None:
        self._lines.write(json.dumps(line).encode() + b"\n")


@dataclass
class Tally:
    """What rows came to, counted and kept for people to read."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    problems: list[dict[str, Any]] = field(default_factory=list)
    problem_count: int = 0
    rest: Rest = field(default_factory=lambda: Rest())

    def add(self, row: Row, change: Change, columns: Mapping[str, int], *, is_counted: bool = True) -> None:
        """Count a row, unless an earlier attempt counted it, and keep what is wrong with it."""
        if is_counted:
            counts = self.counts[row.noun.value]
            counts[change.value] += 1
            counts["warned"] += bool(row.problems) and not row.is_wrong
            counts["waiting"] += any(problem.code == WAITS for problem in row.problems)
        if change is Change.WRONG:
            self.rest.add(row, described(row, columns))
        self.problem_count += len(row.problems)
        if row.problems and len(self.problems) < MOST_PROBLEMS:
            self.problems += described(row, columns)

    @property
    def wrong(self) -> int:
        """How many rows stay outside."""
        return self.rest.count


def described(row: Row, columns: Mapping[str, int]) -> list[dict[str, Any]]:
    """The problems of a row with their places: sheet, cell, value."""
    found = []
    for problem in row.problems:
        index = columns.get(problem.column)
        raw = row.cells[index] if index is not None and index < len(row.cells) else ""
        found.append(
            {
                "noun": row.noun.value,
                "sheet": row.sheet,
                "row": row.number,
                "cell": sheets.cell_name(index, row.number) if index is not None else "",
                "column": problem.column,
                "value": raw[:LONGEST_VALUE],
                "code": problem.code,
                "params": dict(problem.params),
                "is_warning": problem.is_warning,
            }
        )
    return found


def store_heads(found: SheetImport, heads: Sequence[dict[str, Any]]) -> None:
    """Keep what the sheets are called and hold, with a guess of what they mean."""
    if found.status is not ImportStatus.READING:
        return
    described = []
    for head in heads:
        noun = sheets.guess_noun(head["name"], head["headers"]) if head["rows"] else None
        columns = sheets.guess_columns(noun, head["headers"]) if noun else {}
        described.append({**head, "noun": noun.value if noun else "", "columns": columns})
    found.sheets = described
    found.total_rows = sum(head["rows"] for head in heads)
    if not found.total_rows:
        raise DomainError("sheet_empty")
    if found.total_rows > MAX_ROWS:
        raise DomainError("sheet_rows", most=MAX_ROWS)
    found.status = ImportStatus.MATCHING


def take(
    book: Book,
    planner: Planner,
    tally: Tally,
    rows: Sequence[Row],
    columns: Mapping[str, Mapping[str, int]],
    *,
    is_counted: bool = True,
) -> None:
    """Plan rows on a book and count what they come to."""
    planner.prepare(book, rows)
    for row in rows:
        tally.add(row, planner.plan(book, row), columns[row.sheet], is_counted=is_counted)


def note_progress(found: SheetImport, tally: Tally, done: int) -> None:
    """Say how many rows are done, and what they came to."""
    found.done_rows, found.counts = done, {noun: dict(counts) for noun, counts in tally.counts.items()}


def counted_before(found: SheetImport) -> Tally:
    """What an earlier attempt counted."""
    tally = Tally()
    for noun, counts in found.counts.items() if found.done_rows else ():
        tally.counts[noun].update(counts)
    return tally


def store_check(found: SheetImport, tally: Tally, *, now: datetime) -> None:
    """Keep what a dry run found; the organizer decides next."""
    _keep(found, tally, now)
    found.status = ImportStatus.CHECKED


def store_result(found: SheetImport, tally: Tally, *, actor: Actor, now: datetime) -> None:
    """Keep what became of the rows and say so in the log; the file goes."""
    _keep(found, tally, now)
    end(found, ImportStatus.DONE, now=now)
    audit.record(
        actor,
        "import.applied",
        found,
        at=now,
        name=found.file_name,
        created=count_of(found, Change.CREATED),
        changed=count_of(found, Change.CHANGED),
        same=count_of(found, Change.SAME),
        wrong=count_of(found, Change.WRONG),
    )


def fail(found: SheetImport, code: str, params: Mapping[str, Any] | None = None, *, now: datetime) -> None:
    """The import ends without having been taken in, and why."""
    if found.status in WORKING:
        found.error, found.error_params = code[:60], dict(params or {})
        end(found, ImportStatus.FAILED, now=now)


def end(found: SheetImport, status: ImportStatus, *, now: datetime) -> None:
    """Nothing more happens; the file is not needed any longer."""
    found.status, found.ended_at = status, now
    _drop(found, "file")


def drop_old(*, now: datetime) -> None:
    """Let go of files that nobody went on with, and of what was kept to be read for a while."""
    waiting = select(SheetImport).where(
        SheetImport.status.in_((ImportStatus.MATCHING, ImportStatus.CHECKED)), SheetImport.created_at < now - FILES_FOR
    )
    for found in db.session.scalars(waiting):
        end(found, ImportStatus.CANCELLED, now=now)
    read = select(SheetImport).where(SheetImport.ended_at < now - PROBLEMS_FOR, SheetImport.problem_count > 0)
    for found in db.session.scalars(read):
        _drop(found, "rest")
        found.problems, found.problem_count, found.sheets = [], 0, []


# Parts ----------------------------------------------------------------------------------------------------------------


def _keep(found: SheetImport, tally: Tally, now: datetime) -> None:
    found.counts = {noun: dict(counts) for noun, counts in tally.counts.items()}
    found.problems, found.problem_count = tally.problems[:MOST_PROBLEMS], tally.problem_count
    _drop(found, "rest")
    if tally.wrong:
        content = tally.rest.packed(found.sheets)
        found.rest = _stored(found.event, FileKind.SHEET_REST, found.file_name, content, None, now)


def _hand_over(found: SheetImport, status: ImportStatus, now: datetime) -> None:
    found.status, found.done_rows = status, 0
    payload = {"import_id": str(found.id), "status": status.value}
    found.job = jobs.add(JOB_KIND, payload, at=now, organization_id=found.event.organization_id)


def _lock(found: SheetImport) -> None:
    db.session.refresh(found, with_for_update={"of": SheetImport})


def _drop(found: SheetImport, name: str) -> None:
    stored = getattr(found, name)
    if stored is not None:
        setattr(found, name, None)
        db.session.flush()
        db.session.delete(stored)


def _stored(event: Event, kind: FileKind, name: str, content: bytes, actor: Actor | None, now: datetime) -> StoredFile:
    return StoredFile(
        organization_id=event.organization_id,
        kind=kind,
        name=name or "hoja",
        media_type="application/octet-stream",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_by_id=actor.account_id if actor else None,
        created_at=now,
    )
