"""A job of kind `import`: looks into a file, checks its rows without writing them, or takes them in.

Right rows go in by the thousand, each thousand with its progress in one transaction, so that others write in between
and a second attempt goes on where the first one was lost. All or nothing is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from eventsapp.clock import now
from eventsapp.db import db
from eventsapp.domain import sheets
from eventsapp.domain.access import NOBODY, Actor
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sheets import ImportStatus, Row, SheetNoun
from eventsapp.domain.values import SideNames
from eventsapp.models import SheetImport
from eventsapp.services import events, imports
from eventsapp.services.actors import actor_of
from eventsapp.services.imports import CHUNK, Tally
from eventsapp.services.imports_book import Book
from eventsapp.services.imports_plan import Planner
from eventsapp.worker import sheet_reading
from eventsapp.worker.lease import Lease


class Cancelled(Exception):
    """The organizer does not want it any more."""


def work(lease: Lease) -> None:
    """Carry out the step of an import that the job asks for."""
    with lease.storing():
        found = _import(lease)
        status, content = found.status, found.file.content if found.file is not None else b""
    if status.value != lease.payload["status"]:
        with lease.ending():
            return  # cancelled before anybody began
    try:
        STEPS[status](lease, content)
    except Cancelled:
        with lease.ending():
            imports.end(_import(lease), ImportStatus.CANCELLED, now=now())
    except DomainError as error:
        lease.check()
        with lease.ending():
            if lease.wanted == "cancel":
                imports.end(_import(lease), ImportStatus.CANCELLED, now=now())
            else:
                imports.fail(_import(lease), error.code, error.params, now=now())


def give_up(payload: Mapping[str, Any], reason: str, _detail: str) -> None:
    """End the import of a job that is given up."""
    found = db.session.get(SheetImport, UUID(payload["import_id"]))
    if found is not None:
        imports.fail(found, f"import_{reason}", now=now())


def _read(lease: Lease, content: bytes) -> None:
    heads = sheet_reading.heads(content, lambda: _is_over(lease))
    _look(lease)
    with lease.ending():
        imports.store_heads(_import(lease), heads)


def _check(lease: Lease, content: bytes) -> None:
    rows, columns = _rows(lease, content)
    with lease.storing():
        found = _import(lease)
        book = Book(found.event, actor=_actor(found), now=now())
        planner, tally = Planner(), Tally()
        imports.take(book, planner, tally, rows[:CHUNK], columns)
        imports.note_progress(found, tally, min(CHUNK, len(rows)))
    for start in range(CHUNK, len(rows), CHUNK):
        _look(lease)
        with lease.storing():
            found = _import(lease)
            book.event = found.event
            imports.take(book, planner, tally, rows[start : start + CHUNK], columns)
            imports.note_progress(found, tally, min(start + CHUNK, len(rows)))
    with lease.ending():
        imports.store_check(_import(lease), tally, now=now())


def _apply(lease: Lease, content: bytes) -> None:
    rows, columns = _rows(lease, content)
    with lease.storing():
        found = _import(lease)
        done, is_all_or_nothing = found.done_rows, found.is_all_or_nothing
        tally = imports.counted_before(found)
    planner = Planner()
    chunk = len(rows) if is_all_or_nothing else CHUNK
    for start in range(0, len(rows), chunk):
        _look(lease)
        last = start + chunk >= len(rows)
        with lease.ending() if last else lease.storing():
            found = _import(lease)
            events.lock(found.event)
            book = Book(found.event, actor=_actor(found), now=now(), locks=True)
            part = rows[start : start + chunk]
            imports.take(book, planner, tally, part, columns, is_counted=start >= done)
            if is_all_or_nothing and tally.wrong:
                imports.store_check(found, tally, now=now())  # something changed since the dry run
                continue
            if start >= done:
                book.writes.write()
            imports.note_progress(_import(lease), tally, min(start + chunk, len(rows)))
            if last:
                found = _import(lease)
                imports.store_result(found, tally, actor=_actor(found), now=now())


def _rows(lease: Lease, content: bytes) -> tuple[list[Row], dict[str, dict[str, int]]]:
    """All rows with their values, in the order in which nouns are taken in."""
    with lease.storing():
        found_import = _import(lease)
        described, sides = [dict(sheet) for sheet in found_import.sheets], found_import.event.sides
    wanted = [number for number, sheet in enumerate(described) if sheet["noun"]]
    found = list(_read_rows(described, sides, sheet_reading.rows(content, wanted, lambda: _is_over(lease))))
    _look(lease)
    if not found:
        raise DomainError("sheet_empty")
    order = list(SheetNoun)
    found.sort(key=lambda row: order.index(row.noun))
    return found, {sheet["name"]: sheet["columns"] for sheet in described}


def _read_rows(
    described: list[dict[str, Any]], sides: SideNames, raw: Iterable[tuple[int, int, list[str]]]
) -> Iterable[Row]:
    for index, number, cells in raw:
        sheet = described[index]
        if number > sheet["header_row"] + 1:
            yield sheets.read_row(SheetNoun(sheet["noun"]), sheet["name"], number, cells, sheet["columns"], sides)


def _import(lease: Lease) -> SheetImport:
    return db.session.get_one(SheetImport, UUID(lease.payload["import_id"]))


def _actor(found: SheetImport) -> Actor:
    return actor_of(found.started_by) if found.started_by is not None else NOBODY


def _is_over(lease: Lease) -> bool:
    return lease.wanted == "cancel" or lease.lost.is_set() or lease.stopping.is_set()


def _look(lease: Lease) -> None:
    """Stop when nobody wants the rest any more, or when it is somebody else's by now."""
    lease.check()
    if lease.wanted == "cancel":
        raise Cancelled


STEPS = {ImportStatus.READING: _read, ImportStatus.CHECKING: _check, ImportStatus.APPLYING: _apply}
