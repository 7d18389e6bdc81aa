"""What an event knows while rows are taken in, in memory, and what is to be written because of them.

A dry run and the real thing plan alike on a book; only the real thing writes it. So both say the same of each row, and
thousands of rows need a few dozen statements. A book is written part by part and goes on: it is made anew only when
the log says that somebody else did something in between.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, bindparam, func, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from eventsapp.db import Base, db
from eventsapp.domain import quotas
from eventsapp.domain.access import Actor
from eventsapp.domain.contacts import GENERIC_RFC
from eventsapp.domain.sheet_words import key
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import (
    Account,
    AuditEntry,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Exclusion,
    Registration,
    Request,
    Requirement,
)

ORDER: tuple[type[Base], ...] = (
    Company, Registration, Desk, Delegate, DeskDelegate, Requirement, Request, AuditEntry,
)  # fmt: skip
LOOKUP = 500
MOST_COMPARED, ALIKE = 5_000, 0.75

Known = dict[str, Any]


class Writes:
    """Rows to be made and values to be changed, written together at the end."""

    def __init__(self) -> None:
        self._new: dict[type[Base], dict[UUID, Known]] = defaultdict(dict)
        self._changed: dict[type[Base], dict[UUID, Known]] = defaultdict(dict)

    def add(self, model: type[Base], **values: Any) -> Known:
        """A new row; what is known of it from now on."""
        known: Known = {"id": uuid4(), **values}
        self._new[model][known["id"]] = known
        return known

    def change(self, model: type[Base], known: Known, **values: Any) -> None:
        """Other values for a row, new or stored; one with a version counts it up once."""
        if known["id"] not in self._new[model]:
            changed = self._changed[model].setdefault(known["id"], {})
            if "version" in known and not changed:
                changed["version"] = known["version"] + 1
            changed.update(values)
        known.update(values)

    def write(self) -> int:
        """Store everything, parents first; how many entries of the log there were among it."""
        for model in ORDER:
            table: Any = model.__table__
            new = self._new[model].values()
            if new:
                db.session.connection().execute(insert(table), _alike(model, list(new)))
            by_names: dict[tuple[str, ...], list[Known]] = defaultdict(list)
            for id_, values in self._changed[model].items():
                by_names[tuple(sorted(values))].append({"row_id": id_, **{f"new_{k}": v for k, v in values.items()}})
            for names, rows in by_names.items():
                statement = (
                    update(table)
                    .where(table.c.id == bindparam("row_id"))
                    .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
                )
                db.session.connection().execute(statement, rows)
        db.session.expire_all()
        return len(self._new[AuditEntry])

    def made(self, model: type[Base]) -> Iterable[Known]:
        """What is known of the new rows of a table."""
        return self._new[model].values()


def _alike(model: type[Base], rows: list[Known]) -> list[Known]:
    """The rows with the same columns each, so that one statement takes them all."""
    given = {name for row in rows for name in row}
    columns = [column for column in model.__table__.columns if column.key in given]
    return [{c.key: row[c.key] if c.key in row else _default(c) for c in columns} for row in rows]


def _default(column: Any) -> Any:
    default = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


LIGHT_COMPANY = ("id", "name", "tax_id", "version")
LIGHT_REGISTRATION = ("id", "company_id", "number", "side", "status", "steps_done", "version")
COMPANY_COLUMNS = (
    "id", "name", "legal_name", "tax_id", "country", "state", "city", "postal_code", "website", "description",
    "cluster_codes", "scian_code", "size_sector", "size_class", "workers", "annual_sales_mxn", "tier", "founded_year",
    "ownership", "is_women_led", "export_markets", "languages", "group_name", "version",
)  # fmt: skip
REGISTRATION_COLUMNS = (
    "id", "company_id", "number", "side", "status", "terms", "offer", "steps_done", "min_meetings", "max_meetings",
    "priority", "version",
)  # fmt: skip
DELEGATE_COLUMNS = (
    "id", "company_id", "account_id", "name", "email", "job_title", "phone", "locale", "department", "decision_power",
    "languages", "is_company_admin", "ended_at",
)  # fmt: skip


class Book:
    """The companies of an event's organization and what belongs to those that take part."""

    def __init__(self, event: Event, *, actor: Actor, now: datetime, is_written: bool = False) -> None:
        self.event, self.actor, self.now = event, actor, now
        self.event_id, self.organization_id = event.id, event.organization_id
        self.writes = Writes()
        self._is_written = is_written
        self.registrations: dict[UUID, Known] = {}
        self.by_number: dict[int, Known] = {}
        self.companies: dict[UUID, Known] = {}
        self._by_tax_id: dict[str, Known] = {}
        self._by_name: dict[str, list[Known]] = defaultdict(list)
        self._full: set[UUID] = set()
        self._logged = _count_log(self.organization_id)
        self._load_companies()
        self._last_number = max(self.by_number, default=0)
        self.taken = Counter(
            one["side"] for one in self.registrations.values() if one["status"] is RegistrationStatus.APPROVED
        )
        self._desks: dict[UUID, dict[int, Known]] | None = None
        self._delegates: dict[UUID, dict[str, Known]] | None = None
        self._seats: set[tuple[UUID, UUID]] = set()
        self._seated: Counter[UUID] = Counter()
        self._requirements: dict[UUID, list[Known]] | None = None
        self._requests: dict[tuple[UUID, UUID], Known] | None = None
        self._asking: set[UUID] = set()
        self._apart: set[frozenset[UUID]] | None = None
        self._accounts: dict[str, Known] = {}

    def is_current(self) -> bool:
        """Has nobody else done anything in this organization since the book was made? Every act is in the log."""
        return _count_log(self.organization_id) == self._logged

    def write(self) -> None:
        """Store what was planned and let go of it: of what is stored, names and numbers suffice from now on."""
        self._logged += self.writes.write()
        for model, names in ((Company, LIGHT_COMPANY), (Registration, LIGHT_REGISTRATION)):
            for known in self.writes.made(model):
                light = {name: known[name] for name in names if name in known}
                known.clear()
                known.update(light)
        self.writes = Writes()
        self._full.clear()

    # Companies ------------------------------------------------------------------------------------------------------

    def add_company(self, **values: Any) -> Known:
        """A company that the organization did not know."""
        company = self.writes.add(Company, organization_id=self.organization_id, created_at=self.now, **values)
        self._know(company)
        return company

    def add_registration(self, company: Known, **values: Any) -> Known:
        """A company takes part, with the next number and one desk."""
        self._last_number = number = self._last_number + 1
        registration = self.writes.add(
            Registration,
            event_id=self.event_id,
            company_id=company["id"],
            number=number,
            saved_at=self.now,
            created_at=self.now,
            **values,
        )
        self.registrations[company["id"]] = self.by_number[number] = registration
        if registration["status"] is RegistrationStatus.APPROVED:
            self.taken[registration["side"]] += 1
        return registration

    def has_place(self, side: Side) -> bool:
        """Is there a place for one more company of this side?"""
        return quotas.has_place(self.event, side, self.taken)

    def find_by_tax_id(self, tax_id: str) -> Known | None:
        """The company with this tax number, unless the number is one of those that stand for anybody."""
        return None if not tax_id or tax_id in GENERIC_RFC else self._by_tax_id.get(tax_id)

    def list_by_name(self, name: str) -> list[Known]:
        """The companies of this name, whatever accents, case and marks; those that take part come first."""
        found = self._by_name.get(key(name), [])
        return sorted(found, key=lambda company: company["id"] not in self.registrations)

    def find_participants(self, typed: str) -> list[Known]:
        """The registrations of the company that is meant: by folio, tax number or name; more than one is a doubt."""
        if typed.isascii() and typed.isdigit() and int(typed[:9]) in self.by_number:
            return [self.by_number[int(typed[:9])]]
        company = self.find_by_tax_id(typed.replace(" ", "").replace("-", "").upper())
        if company is not None and company["id"] in self.registrations:
            return [self.registrations[company["id"]]]
        named = self.list_by_name(typed)
        return [self.registrations[one["id"]] for one in named if one["id"] in self.registrations]

    def find_alike(self, typed: str) -> str | None:
        """The name of the company that takes part whose name is most like this one; None where there are too many."""
        if len(self.registrations) > MOST_COMPARED:
            return None
        names = {
            key(company["name"]): company["name"] for company in (self.companies[id_] for id_ in self.registrations)
        }
        near = get_close_matches(key(typed), list(names), 1, ALIKE)
        return str(names[near[0]]) if near else None

    def know_fully(self, meant: Iterable[tuple[str, str]]) -> None:
        """Read all that is known of the companies with these tax numbers and names; of the others names suffice."""
        found: set[UUID] = set()
        for tax_id, name in meant:
            by_number = self.find_by_tax_id(tax_id)
            found |= {one["id"] for one in ([by_number] if by_number is not None else self._by_name.get(key(name), []))}
        wanted = sorted(found - self._full)
        self._full |= found
        for start in range(0, len(wanted), LOOKUP):
            part = wanted[start : start + LOOKUP]
            for row in self._rows(_columns(Company, COMPANY_COLUMNS).where(Company.id.in_(part)).order_by(Company.id)):
                self.companies[row["id"]].update(row)
            query = _columns(Registration, REGISTRATION_COLUMNS).where(
                Registration.event_id == self.event_id, Registration.company_id.in_(part)
            )
            for row in self._rows(query, locks=False):
                self.registrations[row["company_id"]].update(row)

    def renamed(self, company: Known) -> None:
        """Find a company by its new name or number too."""
        self._know(company)

    def _know(self, company: Known) -> None:
        self.companies[company["id"]] = company
        if company.get("tax_id"):
            self._by_tax_id.setdefault(company["tax_id"], company)
        named = self._by_name[key(company["name"])]
        if company not in named:
            named.append(company)

    def _load_companies(self) -> None:
        registrations = _columns(Registration, LIGHT_REGISTRATION).where(Registration.event_id == self.event_id)
        for row in self._rows(registrations.order_by(Registration.id)):
            self.registrations[row["company_id"]] = self.by_number[row["number"]] = row
        companies = _columns(Company, LIGHT_COMPANY).where(Company.organization_id == self.organization_id)
        for row in self._rows(companies.order_by(Company.id), locks=False):
            self._know(row)

    # What belongs to them -------------------------------------------------------------------------------------------

    def desk(self, registration: Known, number: int) -> Known:
        """A desk of a registration; those that are missing up to this number are made."""
        if self._desks is None:
            self._desks = defaultdict(dict)
            query = _columns(Desk, ("id", "registration_id", "number"))
            for row in self._rows(query.join(Registration).where(Registration.event_id == self.event_id), locks=False):
                self._desks[row["registration_id"]][row["number"]] = row
        desks = self._desks[registration["id"]]
        for missing in range(1, number + 1):
            if missing not in desks:
                desks[missing] = self.writes.add(Desk, registration_id=registration["id"], number=missing)
        return desks[number]

    def has_fewer_desks(self, registration: Known, count: int) -> bool:
        """Has a registration fewer desks than this?"""
        self.desk(registration, 1)
        return len((self._desks or {})[registration["id"]]) < count

    def delegates(self, company_id: UUID) -> dict[str, Known]:
        """The people of a company by address, those of earlier times too."""
        if self._delegates is None:
            self._delegates = defaultdict(dict)
            taking_part = select(Registration.company_id).where(Registration.event_id == self.event_id)
            query = _columns(Delegate, DELEGATE_COLUMNS).where(Delegate.company_id.in_(taking_part))
            for row in self._rows(query, locks=False):
                self._delegates[row["company_id"]][row["email"]] = row
            seats = (
                select(DeskDelegate.desk_id, DeskDelegate.delegate_id)
                .join(Desk, Desk.id == DeskDelegate.desk_id)
                .join(Registration, Registration.id == Desk.registration_id)
                .where(Registration.event_id == self.event_id)
            )
            self._seats = {(desk_id, delegate_id) for desk_id, delegate_id in db.session.execute(seats)}
            self._seated = Counter(desk_id for desk_id, _ in self._seats)
        return self._delegates[company_id]

    def is_seated(self, registration: Known, delegate: Known) -> bool:
        """Does a person sit at one of the desks?"""
        self.desk(registration, 1)
        desks = (self._desks or {}).get(registration["id"], {})
        return any((desk["id"], delegate["id"]) in self._seats for desk in desks.values())

    def seat(self, desk: Known, delegate: Known) -> bool:
        """Let a person sit at a desk; false when they already do."""
        if (desk["id"], delegate["id"]) in self._seats:
            return False
        position = self._seated[desk["id"]]
        self.writes.add(DeskDelegate, desk_id=desk["id"], delegate_id=delegate["id"], position=position)
        self._seats.add((desk["id"], delegate["id"]))
        self._seated[desk["id"]] += 1
        return True

    def know_accounts(self, addresses: Iterable[str]) -> None:
        """Look up the accounts of these addresses."""
        wanted = sorted(set(addresses) - self._accounts.keys())
        for start in range(0, len(wanted), LOOKUP):
            query = select(Account.id, Account.email, Account.locale, Account.email_confirmed_at).where(
                Account.email.in_(wanted[start : start + LOOKUP])
            )
            for row in db.session.execute(query).mappings():
                self._accounts[row["email"]] = dict(row)

    def account_id(self, address: str) -> UUID | None:
        """The account of whoever has shown that this address is theirs."""
        found = self._accounts.get(address)
        return found["id"] if found is not None and found["email_confirmed_at"] is not None else None

    def requirements(self, registration: Known) -> list[Known]:
        """The requirements of a registration."""
        if self._requirements is None:
            self._requirements = defaultdict(list)
            query = select(*Requirement.__table__.columns).join(
                Registration, Registration.id == Requirement.registration_id
            )
            for row in self._rows(query.where(Registration.event_id == self.event_id), locks=False):
                self._requirements[row["registration_id"]].append(row)
        return self._requirements[registration["id"]]

    def request(self, from_id: UUID, to_id: UUID) -> Known | None:
        """The request of one registration to another."""
        return self._pairs().get((from_id, to_id))

    def add_request(self, from_id: UUID, to_id: UUID, **values: Any) -> Known:
        """A new request."""
        made = self.writes.add(
            Request,
            event_id=self.event_id,
            from_id=from_id,
            to_id=to_id,
            made_by_id=self.actor.account_id,
            created_at=self.now,
            **values,
        )
        self._pairs()[from_id, to_id] = made
        self._asking |= {from_id, to_id}
        return made

    def has_requests(self, registration: Known) -> bool:
        """Has anybody asked this company, or has it asked?"""
        self._pairs()
        return registration["id"] in self._asking

    def are_apart(self, one: UUID, other: UUID) -> bool:
        """Must these two not meet?"""
        if self._apart is None:
            query = select(Exclusion.a_id, Exclusion.b_id).where(Exclusion.event_id == self.event_id)
            self._apart = {frozenset((a_id, b_id)) for a_id, b_id in db.session.execute(query)}
        return frozenset((one, other)) in self._apart

    def record(self, action: str, kind: type[Base], known: Known, **detail: Any) -> None:
        """Write an act into the log; a book that is never written has none."""
        if not self._is_written:
            return
        self.writes.add(
            AuditEntry,
            at=self.now,
            organization_id=self.organization_id,
            event_id=self.event_id,
            account_id=self.actor.account_id,
            actor_name=self.actor.name,
            action=action,
            object_kind=kind.__tablename__,
            object_id=known["id"],
            detail=detail,
        )

    def _pairs(self) -> dict[tuple[UUID, UUID], Known]:
        if self._requests is None:
            names = ("id", "from_id", "to_id", "preference", "rank", "message", "status")
            query = _columns(Request, names).where(Request.event_id == self.event_id)
            self._requests = {(row["from_id"], row["to_id"]): row for row in self._rows(query, locks=False)}
            self._asking = {id_ for pair in self._requests for id_ in pair}
        return self._requests

    def _rows(self, query: Select[Any], *, locks: bool | None = None) -> list[Known]:
        if self._is_written and locks is not False:
            query = query.with_for_update()
        return [dict(row) for row in db.session.execute(query).mappings()]


def _count_log(organization_id: UUID) -> int:
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.organization_id == organization_id)
    return db.session.scalars(query).one()


def _columns(model: type[Base], names: Sequence[str]) -> Select[Any]:
    columns: list[InstrumentedAttribute[Any]] = [getattr(model, name) for name in names]
    return select(*columns)
