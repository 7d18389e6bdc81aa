"""Imports on both databases: files become rows, rows become companies, people, requirements and requests, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import event as sa_event
from sqlalchemy import func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import NOBODY, Actor
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.sheets import ImportStatus, SheetNoun
from eventsapp.domain.values import (
    ExclusionReason,
    Preference,
    RegistrationSource,
    RegistrationStatus,
    RequestOrigin,
    RequestStatus,
    Role,
    Side,
    SideNames,
)
from eventsapp.models import (
    AuditEntry,
    Company,
    Delegate,
    DeskDelegate,
    Event,
    Exclusion,
    OutboxMessage,
    Registration,
    Request,
    Requirement,
    SheetImport,
    StoredFile,
)
from eventsapp.services import imports, jobs
from eventsapp.services.imports import Matching
from eventsapp.services.imports_book import Book
from eventsapp.worker import importing, runner
from eventsapp.worker.lease import Lease, Stopped
from tests import make
from tests.workbooks import ods, xls, xlsx

COMPANIES = [
    ["Empresa", "RFC", "Participa como", "Estado", "Procesos", "Trabajadores", "Mesas simultáneas"],
    ["Nordwind Antriebe", "", "Comprador", "Guanajuato", "ALL-010; ALL-020", 900, 2],
    ["Galvánicos Lerma", "XAXX010101000", "Proveedor", "Querétaro", "ALL-020", 45, ""],
    ["Aceros del Bajío", "", "Proveedor", "", "", "", ""],
]
DELEGATES = [
    ["Empresa", "Nombre", "Correo", "Puesto", "Teléfono", "Administra", "Mesa"],
    ["Nordwind Antriebe", "Jonas Weber", "JONAS@nordwind.example.com", "Compras", "+49 30 1234567", "Sí", 2],
    ["galvanicos lerma", "Javier Peña", "javier@lerma.example.com", "Ventas", "477 123 4567", "", ""],
]
REQUIREMENTS = [
    ["Empresa", "Requerimiento", "Procesos", "Cantidad anual", "Unidad"],
    ["Nordwind Antriebe", "Carcasas estampadas", "ALL-010", "120,000", "pzas"],
    ["Nordwind Antriebe", "Flechas maquinadas", "ALL-020", 5000, "Piezas"],
]
REQUESTS = [
    ["Pide", "Con", "Importancia", "Orden"],
    ["Nordwind Antriebe", "Galvánicos Lerma", "Indispensable", 1],
    ["Galvánicos Lerma", "Nordwind Antriebe", "Me interesa", ""],
    ["Aceros del Bajío", "Nordwind Antriebe", "", ""],
]
WHOLE = {"Empresas": COMPANIES, "Delegados": DELEGATES, "Requerimientos": REQUIREMENTS, "Solicitudes": REQUESTS}


@pytest.fixture
def event(context: Flask) -> Event:
    made = make.event()
    make.organizer(made.organization, Role.MANAGER, email="laura@example.com")
    db.session.commit()
    return made


def laura(event: Event) -> Actor:
    return make.actor(next(m.account for m in event.organization.memberships))


def brought(event: Event, content: bytes, now: datetime, *, only_all: bool | None = True) -> SheetImport:
    """An import as far as it goes by itself: read, matched as guessed, checked and (unless None) taken in."""
    app = context_app()
    with unit_of_work():
        found = imports.start(event, "lista.xlsx", content, actor=laura(event), now=now)
    runner.run_until_idle(app)
    found = fresh(found)
    if found.status is ImportStatus.MATCHING:
        with unit_of_work():
            imports.match(found, guessed(found), actor=laura(event), now=now)
        runner.run_until_idle(app)
        found = fresh(found)
    if only_all is not None and found.status is ImportStatus.CHECKED:
        with unit_of_work():
            imports.apply(found, is_all_or_nothing=only_all, actor=laura(event), now=now)
        runner.run_until_idle(app)
        found = fresh(found)
    return found


def context_app() -> Flask:
    from flask import current_app

    return current_app._get_current_object()  # type: ignore[attr-defined]


def fresh(found: SheetImport) -> SheetImport:
    id_ = found.id
    db.session.rollback()
    return db.session.get_one(SheetImport, id_, populate_existing=True)


def guessed(found: SheetImport) -> list[Matching]:
    return [Matching(SheetNoun(s["noun"]) if s["noun"] else None, s["columns"]) for s in found.sheets]


def totals(found: SheetImport) -> dict[str, dict[str, int]]:
    return {noun: {k: v for k, v in counts.items() if v} for noun, counts in found.counts.items()}


def said(found: SheetImport) -> list[tuple[str, str, str]]:
    return [(p["sheet"], p["cell"], p["code"]) for p in found.problems]


def test_a_whole_event_comes_in(event: Event, now: datetime) -> None:
    found = brought(event, xlsx(WHOLE), now)
    assert (found.status, found.problems, found.file_id, found.rest_id) == (ImportStatus.DONE, [], None, None)
    assert totals(found) == {
        "companies": {"created": 3}, "delegates": {"created": 2}, "requirements": {"created": 2},
        "requests": {"created": 3},
    }  # fmt: skip
    rows = db.session.scalars(select(Registration).order_by(Registration.number)).all()
    assert [(r.number, r.company.name, r.side, r.terms, len(r.desks)) for r in rows] == [
        (1, "Nordwind Antriebe", Side.BUYER, ["ALL-010", "ALL-020"], 2),
        (2, "Galvánicos Lerma", Side.SUPPLIER, ["ALL-020"], 1),
        (3, "Aceros del Bajío", Side.SUPPLIER, [], 1),
    ]
    jonas = db.session.scalars(select(Delegate).where(Delegate.email == "jonas@nordwind.example.com")).one()
    assert (jonas.name, jonas.phone, jonas.is_company_admin) == ("Jonas Weber", "+49 30 1234567", True)
    seat = db.session.scalars(select(DeskDelegate).where(DeskDelegate.delegate_id == jonas.id)).one()
    assert seat.desk.number == 2
    requirements = db.session.scalars(select(Requirement).order_by(Requirement.number)).all()
    assert [(r.number, r.title, r.annual_quantity) for r in requirements] == [
        (1, "Carcasas estampadas", 120_000), (2, "Flechas maquinadas", 5_000),
    ]  # fmt: skip
    requests = db.session.scalars(select(Request)).all()
    assert {(r.from_registration.company.name[0], r.preference, r.status, r.origin) for r in requests} == {
        ("N", Preference.MUST, RequestStatus.ACCEPTED, RequestOrigin.IMPORT),
        ("G", Preference.WANT, RequestStatus.ACCEPTED, RequestOrigin.IMPORT),
        ("A", Preference.WANT, RequestStatus.SENT, RequestOrigin.IMPORT),
    }
    actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"import.started", "import.applied", "registration.imported", "request.imported"} <= actions
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_twice_changes_nothing(event: Event, now: datetime) -> None:
    brought(event, xlsx(WHOLE), now)
    versions = db.session.execute(select(Registration.id, Registration.version, Registration.saved_at)).all()
    again = brought(event, xlsx(WHOLE), now)
    assert totals(again) == {
        "companies": {"same": 3}, "delegates": {"same": 2}, "requirements": {"same": 2}, "requests": {"same": 3},
    }  # fmt: skip
    assert db.session.execute(select(Registration.id, Registration.version, Registration.saved_at)).all() == versions


def test_what_differs_is_changed_and_empty_cells_erase_nothing(event: Event, now: datetime) -> None:
    brought(event, xlsx(WHOLE), now)
    head = ["Empresa", "RFC", "Ciudad", "Trabajadores"]
    found = brought(event, xlsx({"Empresas": [head, ["NORDWIND ANTRIEBE", "", "Silao", ""]]}), now)
    assert totals(found) == {"companies": {"changed": 1}}
    company = db.session.scalars(select(Company).where(Company.city == "Silao")).one()
    assert (company.name, company.workers) == ("NORDWIND ANTRIEBE", 900)


def test_a_dry_run_says_where_and_why_and_writes_nothing(event: Event, now: datetime) -> None:
    bad = {
        "Empresas": [
            *COMPANIES,
            ["", "", "Proveedor"],
            ["Otra", "ABC", "vendedor"],
            ["Aceros del Bajío", "", "Comprador"],
        ],
        "Delegados": [*DELEGATES, ["Nadie SA", "X", "x@example.com"], ["Nordwind Antriebes", "X", "sin arroba"]],
        "Requerimientos": [*REQUIREMENTS, ["Aceros del Bajío", "Algo", "ALL-010"]],
        "Solicitudes": [
            *REQUESTS,
            ["Aceros del Bajío", "Galvánicos Lerma"],
            ["Nordwind Antriebes", "Galvánicos Lerma"],
        ],
    }
    found = brought(event, xlsx(bad), now, only_all=None)
    assert found.status is ImportStatus.CHECKED
    assert said(found) == [
        ("Empresas", "A5", "cell_empty"),
        ("Empresas", "C6", "cell_unknown_near"),
        ("Empresas", "B6", "bad_rfc_length"),
        ("Empresas", "", "row_twice"),
        ("Delegados", "A4", "company_absent"),
        ("Delegados", "C5", "bad_email"),
        ("Requerimientos", "A4", "not_a_buyer"),
        ("Solicitudes", "B5", "sides_cannot_meet"),
        ("Solicitudes", "A6", "company_near"),
    ]
    assert found.problems[1]["value"] == "vendedor"
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0
    with pytest.raises(DomainError, match="rows_wrong"), unit_of_work():
        imports.apply(found, is_all_or_nothing=True, actor=laura(event), now=now)


def test_the_right_rows_go_in_and_the_rest_comes_back(event: Event, now: datetime) -> None:
    rows = [*COMPANIES, ["Sin lado"], ["Más", "", "Proveedor"]]
    found = brought(event, xlsx({"Empresas": rows}), now, only_all=False)
    assert found.status is ImportStatus.DONE
    assert totals(found) == {"companies": {"created": 4, "wrong": 1}}
    rest = imports.read_rest(found)
    assert rest is not None
    assert [(number, cells[0]) for number, cells, _ in rest["Empresas"]["rows"]] == [(5, "Sin lado")]


def test_the_rows_of_one_file_that_say_the_same_twice_are_only_pointed_out(event: Event, now: datetime) -> None:
    found = brought(event, xlsx({"Empresas": [*COMPANIES, COMPANIES[3]]}), now)
    assert totals(found) == {"companies": {"created": 3, "same": 1, "warned": 1}}
    assert said(found) == [("Empresas", "", "row_repeated")]


def test_all_or_nothing_is_nothing_when_something_changed_since_the_dry_run(event: Event, now: datetime) -> None:
    brought(event, xlsx({"Empresas": COMPANIES}), now)
    found = brought(event, xlsx({"Solicitudes": REQUESTS}), now, only_all=None)
    assert totals(found) == {"requests": {"created": 3}}
    with unit_of_work():
        a, b = db.session.scalars(select(Registration).order_by(Registration.number).limit(2)).all()
        pair = sorted((a.id, b.id))
        db.session.add(
            Exclusion(event_id=event.id, a_id=pair[0], b_id=pair[1], reason=ExclusionReason.COMPETITOR, created_at=now)
        )
    with unit_of_work():
        imports.apply(found, is_all_or_nothing=True, actor=laura(event), now=now)
    runner.run_until_idle(context_app())
    found = fresh(found)
    assert (found.status, totals(found)) == (ImportStatus.CHECKED, {"requests": {"created": 1, "wrong": 2}})
    assert said(found) == [("Solicitudes", "B2", "companies_apart"), ("Solicitudes", "B3", "companies_apart")]
    assert db.session.scalar(select(func.count()).select_from(Request)) == 0


def test_only_who_manages_the_event_imports(event: Event, now: datetime) -> None:
    with pytest.raises(Forbidden), unit_of_work():
        imports.start(event, "x.csv", b"a;b", actor=NOBODY, now=now)


def test_a_cancelled_import_writes_nothing_and_keeps_no_file(event: Event, now: datetime) -> None:
    found = brought(event, xlsx(WHOLE), now, only_all=None)
    with unit_of_work():
        imports.apply(found, is_all_or_nothing=True, actor=laura(event), now=now)
        imports.cancel(found, actor=laura(event), now=now)
    runner.run_until_idle(context_app())
    found = fresh(found)
    assert (found.status, found.file_id) == (ImportStatus.CANCELLED, None)
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0


def test_files_that_nobody_went_on_with_go(event: Event, now: datetime) -> None:
    found = brought(event, xlsx(WHOLE), now, only_all=None)
    with unit_of_work():
        imports.drop_old(now=now + imports.FILES_FOR * 2)
    found = fresh(found)
    assert (found.status, found.file_id) == (ImportStatus.CANCELLED, None)
    with unit_of_work():
        imports.drop_old(now=now + imports.PROBLEMS_FOR * 3)
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_requirement_without_a_required_column_is_not_checked(event: Event, now: datetime) -> None:
    with unit_of_work():
        found = imports.start(event, "x.xlsx", xlsx(WHOLE), actor=laura(event), now=now)
    runner.run_until_idle(context_app())
    found = fresh(found)
    chosen = [Matching(SheetNoun.COMPANIES, {"city": 0}), *[Matching(None, {})] * 3]
    with pytest.raises(DomainError, match="column_missing"), unit_of_work():
        imports.match(found, chosen, actor=laura(event), now=now)


def as_csv(separator: str, encoding: str) -> bytes:
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in COMPANIES).encode(encoding)


FILES = {
    "xlsx": xlsx({"Empresas": COMPANIES}),
    "xls": xls({"Empresas": COMPANIES}),
    "ods": ods("Empresas", COMPANIES),
    **{
        f"csv {encoding} {separator}": as_csv(separator, encoding)
        for encoding in ("utf-8", "utf-8-sig", "cp1252")
        for separator in ";,"
    },
}


def test_every_kind_of_file_brings_the_same_companies_and_the_next_one_changes_nothing(
    event: Event, now: datetime
) -> None:
    counts = {name: totals(brought(event, content, now))["companies"] for name, content in FILES.items()}
    assert counts == {name: {"created" if name == "xlsx" else "same": 3} for name in FILES}
    rows = db.session.scalars(select(Registration).order_by(Registration.number)).all()
    assert [(r.company.name, r.company.state, r.side, r.terms, r.company.workers, len(r.desks)) for r in rows] == [
        ("Nordwind Antriebe", "Guanajuato", Side.BUYER, ["ALL-010", "ALL-020"], 900, 2),
        ("Galvánicos Lerma", "Querétaro", Side.SUPPLIER, ["ALL-020"], 45, 1),
        ("Aceros del Bajío", "", Side.SUPPLIER, [], None, 1),
    ]


# Places ---------------------------------------------------------------------------------------------------------------


def standing(event: Event) -> dict[str, tuple[RegistrationStatus, bool]]:
    query = select(Registration).where(Registration.event_id == event.id).order_by(Registration.number)
    return {one.company.name: (one.status, one.waitlisted_at is not None) for one in db.session.scalars(query)}


def test_whoever_finds_its_side_full_waits_and_the_dry_run_says_so(event: Event, now: datetime) -> None:
    with unit_of_work():
        event.supplier_places, event.buyer_places = 1, 2
    rows = [*COMPANIES, ["Las dos SA", "", "Ambos", "", "", "", ""], ["Otra planta", "", "Comprador", "", "", "", ""]]
    found = brought(event, xlsx({"Empresas": rows}), now, only_all=None)
    assert said(found) == [("Empresas", "C4", "side_full"), ("Empresas", "C5", "side_full")]
    assert totals(found) == {"companies": {"created": 5, "warned": 2, "waiting": 2}}
    assert standing(event) == {}
    found = brought(event, xlsx({"Empresas": rows}), now)
    assert totals(found) == {"companies": {"created": 5, "warned": 2, "waiting": 2}}
    assert standing(event) == {
        "Nordwind Antriebe": (RegistrationStatus.APPROVED, False),
        "Galvánicos Lerma": (RegistrationStatus.APPROVED, False),
        "Aceros del Bajío": (RegistrationStatus.WAITLISTED, True),
        "Las dos SA": (RegistrationStatus.WAITLISTED, True),
        "Otra planta": (RegistrationStatus.APPROVED, False),
    }
    assert set(db.session.scalars(select(Registration.source))) == {RegistrationSource.IMPORT}
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    again = brought(event, xlsx({"Empresas": rows}), now)
    assert totals(again) == {"companies": {"same": 5}}


def test_nobody_changes_to_a_full_side_and_a_status_that_is_given_is_kept(event: Event, now: datetime) -> None:
    brought(event, xlsx({"Empresas": COMPANIES}), now)
    with unit_of_work():
        event.supplier_places, event.buyer_places = 2, 2
    head = ["Empresa", "Participa como", "Situación"]
    rows = [
        ["Nordwind Antriebe", "Proveedor", ""],
        ["Aceros del Bajío", "Comprador", ""],
        ["Por revisar SA", "Proveedor", "Por revisar"],
        ["Toma el lugar SA", "Proveedor", "Aprobado"],
        ["Llega tarde SA", "Proveedor", "Aprobado"],
    ]
    found = brought(event, xlsx({"Empresas": [head, *rows]}), now, only_all=False)
    assert said(found) == [("Empresas", "B2", "no_place"), ("Empresas", "B6", "side_full")]
    assert standing(event) == {
        "Nordwind Antriebe": (RegistrationStatus.APPROVED, False),
        "Galvánicos Lerma": (RegistrationStatus.APPROVED, False),
        "Aceros del Bajío": (RegistrationStatus.APPROVED, False),
        "Por revisar SA": (RegistrationStatus.SUBMITTED, False),
        "Toma el lugar SA": (RegistrationStatus.APPROVED, False),
        "Llega tarde SA": (RegistrationStatus.WAITLISTED, True),
    }


# Names of sides, trades -----------------------------------------------------------------------------------------------


def test_a_sheet_calls_the_sides_as_its_event_does(event: Event, now: datetime) -> None:
    with unit_of_work():
        event.sides = SideNames.FIRM_FINANCIER
    head = ["Empresa", "Participa como", "SCIAN"]
    rows = [["Bordados", "empresa", "315222"], ["Banco", "FINANCIERA", ""], ["Fondo", "proveedor", ""]]
    wrong = [["Tec", "Universidad", ""], ["Taller", "Empresa", "332711"], ["Más", "Financieras", "99"]]
    found = brought(event, xlsx({"Empresas": [head, *rows, *wrong]}), now, only_all=False)
    near = [(p["cell"], p["code"], p["value"], p["params"].get("near")) for p in found.problems]
    assert near == [
        ("B5", "cell_unknown", "Universidad", None),
        ("C6", "cell_scian_near", "332711", "332710"),
        ("B7", "cell_unknown_near", "Financieras", "financiera"),
        ("C7", "cell_scian_class", "99", None),
    ]
    query = select(Registration).join(Company).order_by(Company.name)
    assert [(r.company.name, r.side) for r in db.session.scalars(query)] == [
        ("Banco", Side.SUPPLIER),
        ("Bordados", Side.BUYER),
        ("Fondo", Side.SUPPLIER),
    ]


# Long lists -----------------------------------------------------------------------------------------------------------


def test_a_book_is_made_anew_only_when_somebody_else_did_something(event: Event, now: datetime) -> None:
    values = {"side": Side.SUPPLIER, "status": RegistrationStatus.APPROVED, "steps_done": [], "version": 1}
    with unit_of_work():
        book = Book(event, actor=laura(event), now=now, is_written=True)
        made = book.add_registration(book.add_company(name="Primera", version=1), **values)
        book.record("registration.imported", Registration, made)
        book.write()
    with unit_of_work():
        assert book.is_current()
        book.add_registration(book.add_company(name="Segunda", version=1), **values)
        book.write()
    with unit_of_work():
        make.registration(event, company=make.company(event.organization, name="De otra persona"))
        db.session.add(
            AuditEntry(
                at=now, organization_id=event.organization_id, actor_name="x", action="x", object_kind="x",
                object_id=event.id,
            )
        )  # fmt: skip
    with unit_of_work():
        assert not book.is_current()
        fresh_book = Book(event, actor=laura(event), now=now, is_written=True)
        assert len(fresh_book.registrations) == 3
        assert fresh_book.taken == {Side.SUPPLIER: 3}


@pytest.fixture
def progress() -> Iterator[list[int]]:
    """How many rows were done, each time that this was stored."""
    seen: list[int] = []

    def note(_found: SheetImport, value: int, _before: int, _how: object) -> None:
        seen.append(value)

    sa_event.listen(SheetImport.done_rows, "set", note)
    yield seen
    sa_event.remove(SheetImport.done_rows, "set", note)


def long_list(count: int) -> bytes:
    return xlsx({"Empresas": [["Empresa", "Participa como"], *([f"Taller {n}", "Proveedor"] for n in range(count))]})


def test_a_second_worker_goes_on_where_the_first_had_to_stop(event: Event, now: datetime, progress: list[int]) -> None:
    count = imports.CHUNK + 100
    found = brought(event, long_list(count), now, only_all=None)
    with unit_of_work():
        imports.apply(found, is_all_or_nothing=False, actor=laura(event), now=now)
        job = jobs.claim(found.job.id, "first", now=now)
        assert job is not None
        lease = Lease(job.id, job.kind, dict(job.payload), "first", job.attempt, Stopping(progress))
    progress.clear()
    with pytest.raises(Stopped):
        importing.work(lease)
    found = fresh(found)
    assert (found.status, found.done_rows, progress) == (ImportStatus.APPLYING, imports.CHUNK, [imports.CHUNK])
    assert db.session.scalar(select(func.count()).select_from(Company)) == imports.CHUNK
    with unit_of_work():
        jobs.release(lease.job_id, "first", lease.attempt)
    runner.run_until_idle(context_app())
    found = fresh(found)
    assert (found.status, totals(found)) == (ImportStatus.DONE, {"companies": {"created": count}})


class Stopping(threading.Event):
    """The order to stop, which comes as soon as there is some progress."""

    def __init__(self, progress: list[int]) -> None:
        super().__init__()
        self._progress = progress

    def is_set(self) -> bool:
        return bool(self._progress)


def test_a_list_of_two_parts_goes_in_and_a_second_time_changes_nothing(
    event: Event, now: datetime, progress: list[int]
) -> None:
    count = imports.CHUNK + 500
    rows = [["Empresa", "Participa como"], *([f"Taller {n}", "Proveedor"] for n in range(count))]
    rows[-1] = ["Taller 0", "Comprador"]
    content = xlsx({"Empresas": rows})
    found = brought(event, content, now, only_all=False)
    assert totals(found) == {"companies": {"created": count - 1, "wrong": 1}}
    assert said(found) == [("Empresas", "", "row_twice")]
    assert (found.done_rows, found.total_rows) == (count, count)
    assert progress == [0, 0, imports.CHUNK, count, 0, imports.CHUNK, count]
    numbers = list(db.session.scalars(select(Registration.number).order_by(Registration.number)))
    assert numbers == list(range(1, count))
    assert totals(brought(event, content, now, only_all=False)) == {"companies": {"same": count - 1, "wrong": 1}}
