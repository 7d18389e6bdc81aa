"""Sheets without a database: cells become values or problems, columns are recognised, texts are made harmless."""

from __future__ import annotations

from datetime import date

import pytest

from eventsapp.domain import sheet_words, sheets
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sheets import SheetNoun
from eventsapp.domain.values import Preference, Side
from tests.hostile import TEXTS

COMPANIES = SheetNoun.COMPANIES


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


@pytest.mark.parametrize("kind", list(sheet_words.WORDS))
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_word_that_we_write_is_read_as_the_value_it_came_from(kind: type, language: str) -> None:
    assert set(sheet_words.WORDS[kind]) == set(kind)
    read = sheets.choice(kind)
    assert [read(sheet_words.written(member, language)) for member in kind] == list(kind)
    assert [read(member.value) for member in kind] == list(kind)


def test_a_row_becomes_values() -> None:
    columns = sheets.guess_columns(
        COMPANIES, ["Empresa", "Participa como", "RFC", "Estado", "Procesos", "Trabajadores"]
    )
    cells = [" Aceros  del Bajío ", "PROVEEDOR", "abc 680524-p76", "guanajuato", "ALL-020; ensamble|all-020", "1,250.0"]
    row = sheets.read_row(COMPANIES, "Empresas", 2, cells, columns)
    expected = {"name": "Aceros del Bajío", "side": Side.SUPPLIER, "tax_id": "ABC680524P76", "state": "Guanajuato"}
    assert {name: row.values[name] for name in expected} == expected
    assert row.values["workers"] == 1250


def test_what_is_wrong_is_said_with_its_column() -> None:
    columns = sheets.guess_columns(COMPANIES, ["Empresa", "Participa como", "RFC", "Procesos", "Estado"])
    row = sheets.read_row(COMPANIES, "Empresas", 7, ["", "provedor", "XX", "soplado de algo", "Texas"], columns)
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
    assert sheets.day(raw) == date(2027, 3, 9)


def test_values_with_commas_stay_whole() -> None:
    read = sheets.column(COMPANIES, "terms").read
    names = "Moldes, troqueles y herramentales; Maquinado CNC (torno y fresado)"
    assert len(read(names)) == 2
    assert read("ALL-010, ALL-020") == ["ALL-010", "ALL-020"]


def test_cells_are_called_as_spreadsheets_call_them() -> None:
    names = [sheets.cell_name(index, 3) for index in (0, 25, 26, 701, 702)]
    assert names == ["A3", "Z3", "AA3", "ZZ3", "AAA3"]


def test_formulas_are_neutralised_and_numbers_are_not() -> None:
    texts = ['=HYPERLINK("x")', "+52 477 1", "-5", "@SUM(A1)", "\tx", "texto", "-1.5"]
    assert [sheets.neutral(text) for text in texts] == [
        "'=HYPERLINK(\"x\")", "'+52 477 1", "-5", "'@SUM(A1)", "'\tx", "texto", "-1.5",
    ]  # fmt: skip


@pytest.mark.parametrize("noun", list(SheetNoun))
@pytest.mark.parametrize("raw", TEXTS)
def test_hostile_cells_become_values_or_problems_never_faults(noun: SheetNoun, raw: str) -> None:
    columns = {known.key: 0 for known in sheets.COLUMNS[noun]}
    row = sheets.read_row(noun, "Hoja", 2, [raw], columns)
    assert set(row.values) <= set(columns)


def test_preferences_are_understood_in_words_and_ranks() -> None:
    read = sheets.choice(Preference)
    assert [read(word) for word in ("Indispensable", "me interesa", "1", "NO")] == [
        Preference.MUST, Preference.WANT, Preference.MUST, Preference.NO,
    ]  # fmt: skip
    with pytest.raises(DomainError, match="cell_unknown"):
        read("quizás")
