"""Sheets without a database: cells become values or problems, columns are recognised, texts are made harmless."""

from __future__ import annotations

from datetime import date

import pytest

from eventsapp.domain import sheet_words, sheets
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sheet_cells import choice, day
from eventsapp.domain.sheets import SheetNoun
from eventsapp.domain.values import Preference, Side, SideNames
from tests.hostile import TEXTS

COMPANIES = SheetNoun.COMPANIES
SIDES = SideNames.BUYER_SUPPLIER


@pytest.mark.parametrize("language", ["es_MX", "en"])
@pytest.mark.parametrize("noun", list(SheetNoun))
def test_the_headers_that_we_write_are_recognised_one_to_one(noun: SheetNoun, language: str) -> None:
    headers = [known.header(language) for known in sheets.COLUMNS[noun]]
    assert sheets.guess_columns(noun, headers) == {known.key: n for n, known in enumerate(sheets.COLUMNS[noun])}
    assert sheets.guess_noun(sheets.sheet_name(noun, language), headers) is noun
    assert sheets.guess_noun("Hoja1", headers) is noun


def test_other_peoples_headers_are_recognised_without_accents_case_and_marks() -> None:
    headers = ["No.", "NOMBRE COMERCIAL", "Entidad federativa:", "Lado", "rfc", "Comentario"]
    assert sheets.guess_columns(COMPANIES, headers) == {"name": 1, "state": 2, "side": 3, "tax_id": 4}
    assert sheets.guess_noun("Hoja1", ["a", "b"]) is None


def test_the_row_of_headers_is_found_below_a_title() -> None:
    rows = [["Directorio 2027", "", ""], ["", "", ""], ["Empresa", "Participa como", "RFC"], ["Aceros", "x", ""]]
    assert sheets.header_row(rows) == 2
    assert sheets.header_row([["", ""], ["uno", "dos"]]) == 1


@pytest.mark.parametrize("kind", list(sheet_words.ENUMS))
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_word_that_we_write_is_read_as_the_value_it_came_from(kind: type, language: str) -> None:
    assert set(sheet_words.ENUMS[kind]) == set(kind)
    read = choice(sheet_words.ENUMS[kind])
    assert [read(sheet_words.written(member, language)) for member in kind] == list(kind)
    assert [read(member.value) for member in kind] == list(kind)


def test_a_row_becomes_values() -> None:
    columns = sheets.guess_columns(
        COMPANIES, ["Empresa", "Participa como", "RFC", "Estado", "Procesos", "Trabajadores"]
    )
    cells = [" Aceros  del Bajío ", "PROVEEDOR", "abc 680524-p76", "guanajuato", "ALL-020; ensamble|all-020", "1,250.0"]
    row = sheets.read_row(COMPANIES, "Empresas", 2, cells, columns, SIDES)
    expected = {"name": "Aceros del Bajío", "side": Side.SUPPLIER, "tax_id": "ABC680524P76", "state": "Guanajuato"}
    assert {name: row.values[name] for name in expected} == expected
    assert row.values["workers"] == 1250


def test_what_is_wrong_is_said_with_its_column() -> None:
    columns = sheets.guess_columns(COMPANIES, ["Empresa", "Participa como", "RFC", "Procesos", "Estado"])
    row = sheets.read_row(COMPANIES, "Empresas", 7, ["", "provedor", "XX", "soplado de algo", "Texas"], columns, SIDES)
    assert [(problem.column, problem.code, problem.is_warning) for problem in row.problems] == [
        ("name", "cell_empty", False),
        ("side", "cell_unknown_near", False),
        ("terms", "cell_unknown", False),
        ("tax_id", "bad_rfc_length", False),
        ("state", "unknown_state", True),
    ]
    assert row.problems[1].params == {"near": "proveedor"}


@pytest.mark.parametrize("raw", ["2027-03-09", "09/03/2027", "9-3-2027", "2027-03-09 00:00:00"])
def test_dates_are_read_as_they_are_written_here(raw: str) -> None:
    assert day(raw) == date(2027, 3, 9)


def test_values_with_commas_stay_whole() -> None:
    read = sheets.column(COMPANIES, "terms").read
    names = "Moldes, troqueles y herramentales; Maquinado CNC (torno y fresado)"
    assert len(read(names)) == 2
    assert read("ALL-010, ALL-020") == ["ALL-010", "ALL-020"]


def test_cells_are_called_as_spreadsheets_call_them() -> None:
    names = [sheets.cell_name(index, 3) for index in (0, 25, 26, 701, 702)]
    assert names == ["A3", "Z3", "AA3", "ZZ3", "AAA3"]


def test_formulas_are_neutralised_and_numbers_are_not() -> None:
    texts = ['=HYPERLINK("x")', "+52 477 1", "-5", "@SUM(A1)", "\tx", "texto", "-1.5", "\n=1", "＝1", "-1+1", "5=5"]
    assert [sheets.neutral(text) for text in texts] == [
        "'=HYPERLINK(\"x\")", "'+52 477 1", "-5", "'@SUM(A1)", "'\tx", "texto", "-1.5", "'\n=1", "'＝1", "'-1+1",
        "5=5",
    ]  # fmt: skip


@pytest.mark.parametrize("noun", list(SheetNoun))
@pytest.mark.parametrize("raw", TEXTS)
def test_hostile_cells_become_values_or_problems_never_faults(noun: SheetNoun, raw: str) -> None:
    columns = {known.key: 0 for known in sheets.COLUMNS[noun]}
    row = sheets.read_row(noun, "Hoja", 2, [raw], columns, SIDES)
    assert set(row.values) <= set(columns)


def test_preferences_are_understood_in_words_and_ranks() -> None:
    read = choice(sheet_words.PREFERENCE)
    assert [read(word) for word in ("Indispensable", "me interesa", "1", "NO")] == [
        Preference.MUST, Preference.WANT, Preference.MUST, Preference.NO,
    ]  # fmt: skip
    with pytest.raises(DomainError, match="cell_unknown"):
        read("quizás")


@pytest.mark.parametrize("names", list(SideNames))
@pytest.mark.parametrize("language", ["es", "en"])
def test_the_sides_are_read_as_the_event_calls_them_and_as_the_rules_do(names: SideNames, language: str) -> None:
    known = next(one for one in sheets.columns(COMPANIES, names) if one.key == "side")
    own = known.listed(language)
    assert [known.read(word) for word in own] == list(Side)
    assert [known.written(side, language) for side in Side] == own
    usual = {"Comprador": Side.BUYER, "PROVEEDOR": Side.SUPPLIER, "ambos": Side.BOTH, "Buyer and supplier": Side.BOTH}
    assert {word: known.read(word) for word in usual} == usual


def test_the_names_of_another_event_are_not_understood() -> None:
    financing = next(one for one in sheets.columns(COMPANIES, SideNames.FIRM_FINANCIER) if one.key == "side")
    assert (financing.read("Empresa"), financing.read("financiera")) == (Side.BUYER, Side.SUPPLIER)
    assert financing.listed("es") == ["Empresa", "Financiera", "Empresa y financiera"]
    with pytest.raises(DomainError) as error:
        financing.read("Universidad")
    assert error.value.code == "cell_unknown"
    with pytest.raises(DomainError) as error:
        financing.read("Financieras")
    assert error.value.params == {"near": "financiera"}


@pytest.mark.parametrize(
    "raw", ["332710", "332710.0", " 332710 ", "332710 Maquinado de piezas", "332710 - Maquinado", "332710: x"]
)
def test_a_class_of_the_catalogue_is_read_with_or_without_its_title(raw: str) -> None:
    assert sheets.column(COMPANIES, "scian_code").read(raw) == "332710"


@pytest.mark.parametrize(
    ("raw", "code", "near"),
    [
        ("332711", "cell_scian_near", "332710"),
        ("336399", "cell_scian_near", "336390"),
        ("999999", "cell_scian_absent", None),
        ("000000", "cell_scian_absent", None),
        ("Maquinado CNC", "cell_scian_meant", "332710"),
        ("33271", "cell_scian_class", None),
        ("xyz", "cell_scian_class", None),
        ("3327100", "cell_scian_class", None),
        ("33271²", "cell_scian_class", None),
    ],
)
def test_what_is_not_in_the_catalogue_is_refused_with_the_nearest_class(raw: str, code: str, near: str | None) -> None:
    with pytest.raises(DomainError) as error:
        sheets.column(COMPANIES, "scian_code").read(raw)
    assert (error.value.code, error.value.params.get("near")) == (code, near)


def test_wanted_trades_may_be_of_any_level_of_the_catalogue() -> None:
    read = sheets.column(SheetNoun.REQUIREMENTS, "scian_wanted").read
    assert read("31; 3327; 332710") == ["31", "3327", "332710"]
    with pytest.raises(DomainError, match="cell_scian_near"):
        read("3398")
    with pytest.raises(DomainError, match="cell_scian_absent"):
        read("77")
