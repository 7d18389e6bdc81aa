"""What organizers take out as sheets: the rows of a list with its filters, in the columns that imports understand.

Ways to reach people are in the list of delegates alone, which only who reviews registrations may take; sales are in
none. Every export is written down with its filters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from eventsapp.db import db
from eventsapp.domain import sheets
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.sheet_words import LANGUAGES, sides, word, written
from eventsapp.domain.sheets import Column, SheetNoun, joined
from eventsapp.domain.taxonomy import clusters, terms
from eventsapp.domain.values import Side, SizeClass
from eventsapp.models import Company, Delegate, Desk, DeskDelegate, Event, Registration, Request, Requirement
from eventsapp.services import audit, request_lists, reviews, schedules
from eventsapp.services.request_lists import Filters
from eventsapp.services.sheets import Cell, Head, Page

EVERYTHING = 1_000_000
LOOKUP = 500
PRIVATE = frozenset({"annual_sales_mxn"})
STORED_AS_CODES = frozenset({"export_markets", "country", "import_country", "currency", "incoterm", "scian_wanted"})


class ExportKind(StrEnum):
    """What can be taken out."""

    COMPANIES = "companies"
    DELEGATES = "delegates"
    REQUIREMENTS = "requirements"
    REQUESTS = "requests"
    MEETINGS = "meetings"


NEEDS = {
    ExportKind.COMPANIES: Permission.REGISTRATION_READ,
    ExportKind.DELEGATES: Permission.REGISTRATION_REVIEW,
    ExportKind.REQUIREMENTS: Permission.REGISTRATION_READ,
    ExportKind.REQUESTS: Permission.REQUEST_READ,
    ExportKind.MEETINGS: Permission.SCHEDULE_READ,
}
MEETING_HEADS = {
    "es": ("Día", "Inicio", "Fin", "Mesa", "Salón", "Fijada"),
    "en": ("Day", "Start", "End", "Table", "Room", "Pinned"),
}
EXTRA_HEADS = {
    "es": {"folio": "Folio", "size_class": "Tamaño", "sent": "Enviado", "liaison": "Responsable", "made": "Pedida"},
    "en": {"folio": "Number", "size_class": "Size", "sent": "Sent", "liaison": "Looked after by", "made": "Asked"},
}
MEETINGS_NAME = {"es": "Reuniones", "en": "Meetings"}


@dataclass(frozen=True)
class Asked:
    """The filters of the list page from which the export starts; empty values filter nothing."""

    registrations: reviews.Filters = reviews.EVERYTHING
    requests: Filters = field(default_factory=Filters)

    def described(self) -> dict[str, str]:
        """The filters that are set, for the log."""
        one, other = self.registrations, self.requests
        given = {
            "status": one.status.value if one.status else other.status,
            "side": one.side.value if one.side else other.asked_by,
            "words": one.words or other.text,
            "liaison": "nobody" if one.is_unassigned else str(one.liaison_id or ""),
            "preference": other.preference,
        }
        return {name: value for name, value in given.items() if value}


def page(event: Event, kind: ExportKind, asked: Asked, *, language: str, actor: Actor) -> Page:
    """The sheet of an export; `Forbidden` for who may not have it."""
    require(actor, NEEDS[kind], event.scope)
    language = "en" if language.startswith("en") else "es"
    return _MAKERS[kind](event, asked, language)


def record(event: Event, kind: ExportKind, asked: Asked, count: int, *, actor: Actor, now: datetime) -> None:
    """Write down who took what."""
    audit.record(
        actor, "event.exported", event, at=now, event=event, kind=kind.value, rows=count, filters=asked.described()
    )


# The sheets -----------------------------------------------------------------------------------------------------------


def _companies(event: Event, asked: Asked, language: str) -> Page:
    found = _registrations(event, asked)
    columns = [known for known in sheets.columns(SheetNoun.COMPANIES, event.sides) if known.key not in PRIVATE]
    desks = _desk_counts(event)
    extra = EXTRA_HEADS[language]
    heads = [*_heads(columns, language), *(Head(extra[n]) for n in ("folio", "size_class", "sent", "liaison"))]

    def rows() -> Iterator[list[Cell]]:
        for one in found:
            values = {**_values(one.company), **_values(one), "desks": desks.get(one.id, 1)}
            size: SizeClass | None = one.company.size_class
            sent = one.submitted_at.astimezone(event.zone).date() if one.submitted_at else None
            more = [one.folio, written(size, language) if size else "", sent, one.liaison.name if one.liaison else ""]
            yield [*_cells(columns, values, language), *more]

    return Page(sheets.sheet_name(SheetNoun.COMPANIES, language), heads, list(rows()))


def _delegates(event: Event, asked: Asked, language: str) -> Page:
    names = {one.id: one.company.name for one in _registrations(event, asked)}
    columns = sheets.columns(SheetNoun.DELEGATES, event.sides)
    query = (
        select(Desk.registration_id, Desk.number, Delegate)
        .join(DeskDelegate, DeskDelegate.desk_id == Desk.id)
        .join(Delegate, Delegate.id == DeskDelegate.delegate_id)
        .join(Registration, Registration.id == Desk.registration_id)
        .where(Registration.event_id == event.id, Delegate.ended_at.is_(None))
        .order_by(Registration.number, Desk.number, DeskDelegate.position)
    )
    rows: dict[tuple[UUID, UUID], list[Cell]] = {}
    for registration_id, number, person in db.session.execute(query):
        if registration_id in names:
            values = {**_values(person), "company": names[registration_id], "desk": number}
            values["locale"] = person.locale[:2]
            rows.setdefault((registration_id, person.id), _cells(columns, values, language))
    heads = _heads(columns, language)
    return Page(sheets.sheet_name(SheetNoun.DELEGATES, language), heads, list(rows.values()))


def _requirements(event: Event, asked: Asked, language: str) -> Page:
    names = {one.id: one.company.name for one in _registrations(event, asked)}
    columns = sheets.columns(SheetNoun.REQUIREMENTS, event.sides)
    query = (
        select(Requirement)
        .join(Registration, Registration.id == Requirement.registration_id)
        .where(Registration.event_id == event.id)
        .order_by(Registration.number, Requirement.number)
    )
    rows = [
        _cells(columns, {**_values(one), "company": names[one.registration_id]}, language)
        for one in db.session.scalars(query)
        if one.registration_id in names
    ]
    heads = _heads(columns, language)
    return Page(sheets.sheet_name(SheetNoun.REQUIREMENTS, language), heads, rows)


def _requests(event: Event, asked: Asked, language: str) -> Page:
    listed = request_lists.list_rows(event, asked.requests, offset=0, limit=EVERYTHING)
    from_, to = aliased(Registration), aliased(Registration)
    query = (
        select(Request.id, Request.rank, Request.message)
        .join(from_, from_.id == Request.from_id)
        .join(to, to.id == Request.to_id)
        .where(Request.event_id == event.id)
    )
    more = {id_: (rank, message) for id_, rank, message in db.session.execute(query)}
    columns = sheets.columns(SheetNoun.REQUESTS, event.sides)
    heads = [*_heads(columns, language), Head(EXTRA_HEADS[language]["made"])]
    rows = []
    for row in listed:
        rank, message = more.get(row.id, (None, ""))
        values = {
            "from_company": row.from_name,
            "to_company": row.to_name,
            "preference": row.preference,
            "rank": rank,
            "message": message,
            "status": row.status,
        }
        rows.append([*_cells(columns, values, language), row.created_at.astimezone(event.zone).date()])
    return Page(sheets.sheet_name(SheetNoun.REQUESTS, language), heads, rows)


def _meetings(event: Event, _asked: Asked, language: str) -> Page:
    version = schedules.find_published(event) or schedules.find_current(event)
    rows: list[list[Cell]] = []
    for place in schedules.list_placements(version) if version is not None else ():
        start, end = (moment.astimezone(event.zone) for moment in (place.slot.starts_at, place.slot.ends_at))
        rows.append(
            [
                start.date(),
                f"{start:%H:%M}",
                f"{end:%H:%M}",
                place.table.label if place.table else "",
                place.table.room if place.table else "",
                place.meeting.a.company.name,
                place.meeting.b.company.name,
                written(place.is_pinned, language),
            ]
        )
    names = [word(sides(event.sides), side, language) for side in (Side.BUYER, Side.SUPPLIER)]
    *before, pinned = MEETING_HEADS[language]
    return Page(MEETINGS_NAME[language], [Head(title) for title in (*before, *names, pinned)], rows)


_MAKERS = {
    ExportKind.COMPANIES: _companies,
    ExportKind.DELEGATES: _delegates,
    ExportKind.REQUIREMENTS: _requirements,
    ExportKind.REQUESTS: _requests,
    ExportKind.MEETINGS: _meetings,
}


# Parts ----------------------------------------------------------------------------------------------------------------


def _registrations(event: Event, asked: Asked) -> list[Registration]:
    return reviews.search(event, asked.registrations, sort="folio", page=1, per_page=EVERYTHING).rows


def _desk_counts(event: Event) -> dict[UUID, int]:
    query = select(Desk.registration_id, Desk.number).join(Registration).where(Registration.event_id == event.id)
    counts: dict[UUID, int] = {}
    for registration_id, _number in db.session.execute(query):
        counts[registration_id] = counts.get(registration_id, 0) + 1
    return counts


def _values(row: Company | Registration | Delegate | Requirement) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _heads(columns: Sequence[Column], language: str) -> list[Head]:
    return [Head(known.header(language)) for known in columns]


def _cells(columns: Sequence[Column], values: Mapping[str, Any], language: str) -> list[Cell]:
    return [_cell(known, values.get(known.key), language) for known in columns]


def _cell(known: Column, value: Any, language: str) -> Cell:
    if value is None or (known.key in STORED_AS_CODES and isinstance(value, str)):
        return value or ""
    if known.choices:
        return known.written(value, language)
    if isinstance(value, list):
        return joined(_named(known.key, one, language) for one in value)
    return value if isinstance(value, (int, float)) or hasattr(value, "isoformat") else str(value)


def _named(name: str, code: str, language: str) -> str:
    if name == "terms":
        return terms()[code].name(language) if code in terms() else code
    if name == "cluster_codes":
        return clusters()[code].name(language) if code in clusters() else code
    if name == "languages" and code in LANGUAGES:
        return written(code, language)
    if name == "size_wanted":
        return written(SizeClass(code), language) if code in set(SizeClass) else code
    return code
