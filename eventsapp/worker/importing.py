"""A job of kind `import`: looks into a file, checks its rows without writing them, or takes them in.

Rows come from a file of the reading process, some thousand at a time, so a long list needs no more memory than a short
one. Right rows go in part by part, each part with its progress in one transaction, so that others write in between and
a second attempt goes on where the first one was lost. All or nothing is one transaction, as long as it holds others up
for no more than a moment; a longer list goes in part by part, each of them whole, and ends at the first wrong row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
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
from eventsapp.services.imports import CHUNK, MOST_AT_ONCE, Tally
from eventsapp.services.imports_book import Book
from eventsapp.services.imports_plan import Planner
from eventsapp.worker import sheet_reading
from eventsapp.worker.lease import Lease

ORDER = list(SheetNoun)


class Cancelled(Exception):
    """The organizer does not want it any more."""


@dataclass(frozen=True)
class Listing:
    """What the sheets of a file are, and what the sides of its event are called."""

    sheets: list[dict[str, Any]]
    sides: SideNames

    @property
    def order(self) -> list[int]:
        """The sheets that are taken in, in the order of their nouns."""
        wanted = [number for number, sheet in enumerate(self.sheets) if sheet["noun"]]
        return sorted(wanted, key=lambda number: ORDER.index(self.sheets[number]["noun"]))

    @property
    def columns(self) -> dict[str, dict[str, int]]:
        """Which column holds what, by sheet."""
        return {sheet["name"]: sheet["columns"] for sheet in self.sheets}


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
    listing = _listing(lease)
    planner, tally, done = Planner(), Tally(), 0
    book: Book | None = None
    for part in _parts(lease, content, listing, CHUNK):
        # Nothing is written here, so nobody has to wait.
        found = _import(lease)
        book = book or Book(found.event, actor=_actor(found), now=now())
        book.event = found.event
        imports.take(book, planner, tally, part, listing.columns)
        done += len(part)
        with lease.storing():
            imports.note_progress(_import(lease), tally, done)
    if not done:
        raise DomainError("sheet_empty")
    with lease.ending():
        imports.store_check(_import(lease), tally, now=now())


def _apply(lease: Lease, content: bytes) -> None:
    listing = _listing(lease)
    with lease.storing():
        found = _import(lease)
        before, total, is_all = found.done_rows, found.total_rows, found.is_all_or_nothing
        tally = imports.counted_before(found)
    planner, done, is_stopped = Planner(), 0, False
    book: Book | None = None
    for part in _parts(lease, content, listing, total if is_all and total <= MOST_AT_ONCE else CHUNK):
        with lease.storing():
            found = _import(lease)
            events.lock(found.event)
            if book is None or not book.is_current():
                book = Book(found.event, actor=_actor(found), now=now(), is_written=True)
            book.event = found.event
            imports.take(book, planner, tally, part, listing.columns, is_counted=done >= before)
            is_stopped = is_all and tally.wrong > 0  # something changed since the dry run
            if is_stopped:
                break
            if done >= before:
                book.write()
            else:
                book = None  # an earlier attempt has stored it already
            done += len(part)
            imports.note_progress(_import(lease), tally, max(done, before))
    with lease.ending():
        found = _import(lease)
        if is_stopped:
            imports.store_check(found, tally, now=now())
        else:
            imports.store_result(found, tally, actor=_actor(found), now=now())


def _listing(lease: Lease) -> Listing:
    with lease.storing():
        found = _import(lease)
        return Listing([dict(sheet) for sheet in found.sheets], found.event.sides)


def _parts(lease: Lease, content: bytes, listing: Listing, size: int) -> Iterator[list[Row]]:
    """All rows with their values, in the order in which nouns are taken in, so many at a time."""
    rows = _rows(lease, content, listing)
    while part := list(islice(rows, size)):
        _look(lease)
        yield part


def _rows(lease: Lease, content: bytes, listing: Listing) -> Iterator[Row]:
    for index, number, cells in sheet_reading.rows(content, listing.order, lambda: _is_over(lease)):
        sheet = listing.sheets[index]
        if number > sheet["header_row"] + 1:
            noun = SheetNoun(sheet["noun"])
            yield sheets.read_row(noun, sheet["name"], number, cells, sheet["columns"], listing.sides)


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
