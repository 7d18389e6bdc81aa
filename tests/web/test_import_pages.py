"""Excel in and out through the web: the whole way of a file, what exports hold, who may, and hostile uploads."""

from __future__ import annotations

import contextvars
import csv
import gc
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select

from eventsapp.db import db
from eventsapp.domain.values import RegistrationStatus, Role, Side, SideNames
from eventsapp.models import AuditEntry, Company, Event, SheetImport
from eventsapp.worker import runner
from tests import make, publishing
from tests.conftest import NOW
from tests.services.test_imports import WHOLE
from tests.statements import counted
from tests.workbooks import ods, xls, xlsx


@pytest.fixture(autouse=True)
def at_now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def event(sqlite_app: Flask) -> Iterator[Event]:
    with sqlite_app.app_context():
        made = make.event()
        db.session.commit()
        yield made


class Alone:
    """A client whose requests know nothing of the context of the test: each has a `g` and a session of its own."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        return lambda *args, **kwargs: contextvars.Context().run(method, *args, **kwargs)


def client_of(app: Flask, event: Event, role: Role = Role.MANAGER) -> Any:
    db.session.rollback()
    person = make.organizer(event.organization, role)
    db.session.commit()
    return Alone(make.client(app, person))


def upload(client: Any, event: Event, content: bytes, name: str = "lista.xlsx") -> Any:
    return client.submit(f"/o/{event.code}/importar", {"file": (io.BytesIO(content), name)})


def work(app: Flask) -> None:
    db.session.rollback()
    runner.run_until_idle(app)
    db.session.rollback()


def test_a_file_goes_all_the_way(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    page = f"/o/{event.code}/importar/1"
    answer = upload(client, event, xlsx(WHOLE))
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert "Leyendo el archivo" in client.get(page).text
    work(sqlite_app)
    shown = client.get(page).text
    assert "Empresas, de la hoja «Empresas»" in shown
    columns = {
        f"s{i}-{key}": str(index)
        for i, sheet in enumerate(db.session.scalars(select(SheetImport)).one().sheets)
        for key, index in sheet["columns"].items()
    }
    nouns = {"s0": "companies", "s1": "delegates", "s2": "requirements", "s3": "requests"}
    assert client.submit(f"{page}/columnas", {**nouns, **columns}, page=page).status_code == 303
    work(sqlite_app)
    shown = client.get(page).text
    assert "Las 10 filas están bien." in shown
    assert client.submit(f"{page}/aplicar", {}, page=page).status_code == 303
    work(sqlite_app)
    assert "Se importaron 10 filas." in client.get(page).text
    assert db.session.scalar(select(func.count()).select_from(Company)) == 3
    assert "lista.xlsx" in client.get(f"/o/{event.code}/importar").text


def test_what_is_wrong_is_shown_with_its_cell_and_comes_back_as_a_file(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    rows = [["Empresa", "Participa como", "RFC"], ["<b>Aceros</b>", "Proveedor", "MAL"], ["Bien", "Comprador", ""]]
    upload(client, event, xlsx({"Empresas": rows}))
    work(sqlite_app)
    page = f"/o/{event.code}/importar/1"
    assert client.submit(f"{page}/columnas", {"s0": "companies", "s0-side": "1"}, page=page).status_code == 422
    sent = {"s0": "companies", "s0-name": "0", "s0-side": "1", "s0-tax_id": "2"}
    client.submit(f"{page}/columnas", sent, page=page)
    work(sqlite_app)
    shown = client.get(page).text
    assert "1 fila tiene errores." in shown
    assert "Empresas · C2" in shown
    assert "Escriba el RFC con 12 o 13 caracteres" in shown
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{page}/informe.xlsx").data))
    assert book.get_sheet_by_index(0).to_python() == [
        ["Fila", "Problema", "Empresa", "Participa como", "RFC"],
        [2.0, "RFC: Escriba el RFC con 12 o 13 caracteres", "<b>Aceros</b>", "Proveedor", "MAL"],
    ]
    client.submit(f"{page}/aplicar", {"filas": "correctas"}, page=page)
    work(sqlite_app)
    assert "Se importó 1 fila. 1 quedó fuera." in client.get(page).text


def test_who_writes_another_side_reads_which_there_are(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    event.sides = SideNames.COMPANY_UNIVERSITY
    db.session.commit()
    upload(client, event, xlsx({"Empresas": [["Empresa", "Participa como"], ["Banco", "Financiera"]]}))
    work(sqlite_app)
    page = f"/o/{event.code}/importar/1"
    assert "<small>Empresa, Universidad, Empresa y universidad</small>" in client.get(page).text
    client.submit(f"{page}/columnas", {"s0": "companies", "s0-name": "0", "s0-side": "1"}, page=page)
    work(sqlite_app)
    said = "No conocemos este valor. Use uno de estos: Empresa, Universidad, Empresa y universidad."
    assert said in client.get(page).text
    rest = CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"{page}/informe.xlsx").data))
    assert rest.get_sheet_by_index(0).to_python()[1][1] == f"Participa como: {said}"


def test_another_list_can_be_chosen_for_a_sheet(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    upload(client, event, xlsx({"Hoja1": [["Columna rara", "Correo"], ["x", "y"]]}))
    work(sqlite_app)
    page = f"/o/{event.code}/importar/1"
    assert "s0-email" not in client.get(page).text
    assert 'name="s0-email"' in client.get(f"{page}?s0=delegates").text
    assert client.get(f"{page}?s0=%00&page=99").status_code == 200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no tiene filas con datos"),
        (b"<html><table><tr><td>Empresa</td></tr></table>", "es una página web con nombre"),
        (b"%PDF-1.7 x", "no es una hoja de c"),
        (b"PK\x03\x04 nothing", "no es una hoja|dañado"),
        (b"Empresa;RFC\n", "no tiene filas con datos"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le"), "contraseña"),
    ],
)
def test_files_that_are_no_sheets_are_refused_in_words(
    sqlite_app: Flask, event: Event, content: bytes, said: str
) -> None:
    client = client_of(sqlite_app, event)
    answer = upload(client, event, content, "../../x.xlsx")
    if answer.status_code == 303:
        work(sqlite_app)
        answer = client.get(answer.headers["Location"])
    assert any(part in answer.text for part in said.split("|"))


@pytest.fixture
def untidy_client() -> Iterator[None]:
    """The client writes what it sends into files of its own and leaves it to the collector to close them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()


@pytest.mark.usefixtures("untidy_client")
def test_large_files_are_taken_here_and_nowhere_else(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    large = b"Empresa;Participa como\n" + b"x" * (3 * 2**20)
    assert upload(client, event, large, "x.csv").status_code == 303
    assert client.post(f"/o/{event.code}/ajustes", data={"x": (io.BytesIO(large), "x.csv")}).status_code == 413
    assert upload(client, event, b"x" * (17 * 2**20), "x.csv").status_code == 413


def test_the_template_is_read_back_as_what_it_is(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    content = client.get(f"/o/{event.code}/importar/plantilla.xlsx").data
    names = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names
    assert names[:4] == ["Empresas", "Delegados", "Requerimientos", "Solicitudes"]
    upload(client, event, content)
    work(sqlite_app)
    assert db.session.scalars(select(SheetImport)).one().error == "sheet_empty"


def test_the_name_of_a_file_counts_for_nothing(sqlite_app: Flask, event: Event) -> None:
    """People and programs call things what they like; what counts is what is in the file."""
    client = client_of(sqlite_app, event)
    rows = [["Empresa", "Participa como"], ["Aceros", "Proveedor"]]
    text = "\n".join(";".join(row) for row in rows).encode("cp1252")
    sent = {"lista.csv": xlsx({"H": rows}), "lista.xls": text, "lista.ods": xls({"H": rows}), "lista": ods("H", rows)}
    for number, (name, content) in enumerate(sent.items(), start=1):
        upload(client, event, content, name)
        work(sqlite_app)
        row = db.session.scalars(select(SheetImport).where(SheetImport.number == number)).one()
        assert (row.error, row.total_rows) == ("", 1)


def test_who_will_wait_is_said_before_and_after(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    event.supplier_places = 1
    db.session.commit()
    rows = [["Empresa", "Participa como"], *([f"Taller {n}", "Proveedor"] for n in range(3))]
    upload(client, event, xlsx({"Empresas": rows}))
    work(sqlite_app)
    page = f"/o/{event.code}/importar/1"
    client.submit(f"{page}/columnas", {"s0": "companies", "s0-name": "0", "s0-side": "1"}, page=page)
    work(sqlite_app)
    shown = client.get(page).text
    assert "2 empresas quedarán en lista de espera: su lado ya no tiene lugar." in shown
    assert "Empresas · B3" in shown
    client.submit(f"{page}/aplicar", {}, page=page)
    work(sqlite_app)
    assert "2 empresas quedaron en lista de espera" in client.get(page).text


def test_template_and_exports_call_the_sides_as_the_event_does(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    event.sides = SideNames.FIRM_FINANCIER
    firm, financier = make.registration(event, Side.BUYER), make.registration(event)
    publishing.publish(event, [(publishing.meeting(firm, financier), 0, 0)], now=NOW)
    db.session.commit()
    template = client.get(f"/o/{event.code}/importar/plantilla.xlsx").data
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        text = "".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    assert "Financiera" in text
    assert not re.search("comprador|proveedor", text, re.IGNORECASE)
    companies = table(client.get(f"/o/{event.code}/exportar/empresas.csv"))
    assert [row[1] for row in companies] == ["Participa como", "Empresa", "Financiera"]
    meetings = table(client.get(f"/o/{event.code}/exportar/reuniones.xlsx"))
    assert meetings[0] == ["Día", "Inicio", "Fin", "Mesa", "Salón", "Empresa", "Financiera", "Fijada"]
    assert meetings[1][5:7] == [firm.company.name, financier.company.name]


# Exports --------------------------------------------------------------------------------------------------------------


def table(answer: Any) -> list[list[Any]]:
    assert answer.status_code == 200
    if answer.mimetype == "text/csv":
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    return CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()


def test_an_export_respects_the_filters_of_its_list_and_is_written_down(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    org = event.organization
    make.registration(event, Side.BUYER, company=make.company(org, name="Nordwind"))
    make.registration(event, company=make.company(org, name="Aceros"), status=RegistrationStatus.SUBMITTED)
    make.registration(event, company=make.company(org, name="Ácidos"))
    db.session.commit()
    for form in ("xlsx", "csv"):
        rows = table(client.get(f"/o/{event.code}/exportar/empresas.{form}?lado=supplier&q=ac"))
        assert [row[0] for row in rows] == ["Empresa", "Aceros", "Ácidos"]
    assert [row[0] for row in table(client.get(f"/o/{event.code}/exportar/empresas.csv?estado=submitted"))] == [
        "Empresa", "Aceros",
    ]  # fmt: skip
    db.session.rollback()
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "event.exported")).all()
    assert {(entry.detail["kind"], entry.detail["rows"]) for entry in entries} == {("companies", 2), ("companies", 1)}
    assert entries[0].detail["filters"] == {"side": "supplier", "words": "ac"}


def test_texts_never_become_formulas(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    evil = '=HYPERLINK("http://x";"y")'
    make.registration(event, company=make.company(event.organization, name=evil, city="+52 1", state="@SUM(A1)"))
    db.session.commit()
    workbook = client.get(f"/o/{event.code}/exportar/empresas.xlsx").data
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert table(client.get(f"/o/{event.code}/exportar/empresas.xlsx"))[1][0] == evil
    text = client.get(f"/o/{event.code}/exportar/empresas.csv").data.decode("utf-8-sig")
    row = next(csv.reader(io.StringIO(text.splitlines()[1])))
    assert row[0] == f"'{evil}"
    assert {"'+52 1", "'@SUM(A1)"} <= set(row)


def test_what_goes_out_comes_in_again_and_changes_nothing(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    buyer, supplier = make.registration(event, Side.BUYER, desks=2), make.registration(event)
    make.request(supplier, buyer, message="=1+1")
    db.session.commit()
    number = 0
    for noun, key in (("empresas", "companies"), ("delegados", "delegates"), ("solicitudes", "requests")):
        for form in ("xlsx", "csv"):
            number += 1
            upload(client, event, client.get(f"/o/{event.code}/exportar/{noun}.{form}").data, f"{noun}.{form}")
            work(sqlite_app)
            row = db.session.scalars(select(SheetImport).where(SheetImport.number == number)).one()
            sent = {"s0": key, **{f"s0-{name}": str(at) for name, at in row.sheets[0]["columns"].items()}}
            page = f"/o/{event.code}/importar/{number}"
            client.submit(f"{page}/columnas", sent, page=page)
            work(sqlite_app)
            db.session.refresh(row)
            assert (row.problems, {name for name, n in row.counts[key].items() if n}) == ([], {"same"})


def test_ways_to_reach_people_go_only_to_who_reviews(sqlite_app: Flask, event: Event) -> None:
    make.registration(event)
    db.session.commit()
    answers = {}
    for role in Role:
        client = client_of(sqlite_app, event, role)
        for noun in ("empresas", "delegados", "solicitudes", "reuniones", "requerimientos"):
            answers[role, noun] = client.get(f"/o/{event.code}/exportar/{noun}.csv").status_code
    may = {
        "empresas": {Role.ADMIN, Role.MANAGER, Role.REVIEWER, Role.FLOOR},
        "delegados": {Role.ADMIN, Role.MANAGER, Role.REVIEWER},
        "solicitudes": {Role.ADMIN, Role.MANAGER, Role.REVIEWER},
        "reuniones": {Role.ADMIN, Role.MANAGER, Role.REVIEWER, Role.FLOOR},
        "requerimientos": {Role.ADMIN, Role.MANAGER, Role.REVIEWER, Role.FLOOR},
    }
    assert answers == {(role, noun): 200 if role in may[noun] else 403 for role, noun in answers}
    text = client_of(sqlite_app, event).get(f"/o/{event.code}/exportar/empresas.csv").data.decode("utf-8-sig")
    assert "@" not in text


def test_there_are_no_other_exports(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)
    for name in ("nada.csv", "empresas", "empresas.pdf", "empresas.xlsx.exe", "%00.csv"):
        assert client.get(f"/o/{event.code}/exportar/{name}").status_code == 404


def test_exports_and_lists_need_as_many_statements_for_one_row_as_for_three(sqlite_app: Flask, event: Event) -> None:
    client = client_of(sqlite_app, event)

    def count() -> list[int]:
        found = []
        for noun in ("empresas", "delegados", "requerimientos", "solicitudes", "reuniones"):
            with counted(sqlite_app) as statements:
                assert client.get(f"/o/{event.code}/exportar/{noun}.xlsx").status_code == 200
            found.append(len(statements))
        with counted(sqlite_app) as statements:
            client.get(f"/o/{event.code}/importar")
        return [*found, len(statements)]

    def grow() -> None:
        db.session.rollback()
        a, b = make.registration(event, Side.BUYER), make.registration(event)
        make.request(a, b)
        db.session.commit()
        upload(client, event, xlsx(WHOLE))

    grow()
    once = count()
    grow()
    grow()
    assert count() == once
