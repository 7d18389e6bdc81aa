"""The process that reads sheets: every kind of file, and what attackers and tired people make of them."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import date
from typing import Any

import pytest
import xlsxwriter
import xlwt

from eventsapp.domain.errors import DomainError
from eventsapp.worker import sheet_reading
from tests.workbooks import ods, repacked, xls, xlsx

ROWS = [["Empresa", "Participa como", "Ciudad"], ["Aceros del Bajío", "Proveedor", "León"]]
SHARED = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def never() -> bool:
    return False


def heads(content: bytes) -> list[dict[str, Any]]:
    return sheet_reading.heads(content, never)


def cells(content: bytes, sheet: int = 0) -> list[tuple[int, list[str]]]:
    return [(number, row) for _, number, row in sheet_reading.rows(content, [sheet], never)]


def refused(content: bytes) -> str:
    with pytest.raises(DomainError) as error:
        heads(content)
    return error.value.code


TEXT = "\n".join(";".join(row) for row in ROWS)
KINDS = {
    "xlsx": xlsx({"Empresas": ROWS}),
    "xls": xls({"Empresas": ROWS}),
    "ods": ods("Empresas", ROWS),
    "utf-8 ;": TEXT.encode("utf-8"),
    "utf-8 mark": TEXT.encode("utf-8-sig"),
    "utf-8 ,": TEXT.replace(";", ",").encode("utf-8"),
    "utf-8 , mark": TEXT.replace(";", ",").encode("utf-8-sig"),
    "cp1252 ;": TEXT.encode("cp1252"),
    "cp1252 , crlf": TEXT.replace(";", ",").replace("\n", "\r\n").encode("cp1252"),
    "utf-16": TEXT.encode("utf-16"),
    "tabs": TEXT.replace(";", "\t").encode("utf-8"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_sheet_says_the_same(kind: str) -> None:
    assert cells(KINDS[kind]) == [(1, ROWS[0]), (2, ROWS[1])]
    (head,) = heads(KINDS[kind])
    assert (head["headers"], head["samples"], head["rows"]) == (ROWS[0], [ROWS[1]], 1)


def test_numbers_dates_and_truths_are_written_plainly() -> None:
    def more(book: Any, sheet: Any) -> None:
        sheet.write_row(1, 0, [12.0, 1.5, True])
        sheet.write_datetime(1, 3, date(2027, 3, 9), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_string(1, 4, "0012")

    assert cells(xlsx({"H": [["a", "b", "c", "d", "e"]]}, more))[1] == (2, ["12", "1.5", "Sí", "2027-03-09", "0012"])


def test_rows_keep_the_numbers_that_people_see() -> None:
    content = xlsx({"H": [[], [], ["", "Empresa", "Ciudad"], [], ["", "Aceros", "León"]]})
    assert cells(content) == [(3, ["", "Empresa", "Ciudad"]), (5, ["", "Aceros", "León"])]
    assert heads(content)[0]["header_row"] == 2


def test_a_merged_cell_counts_for_each_of_its_rows() -> None:
    def more(_book: Any, sheet: Any) -> None:
        sheet.merge_range(1, 0, 3, 0, "Aceros")
        for number in (1, 2, 3):
            sheet.write_string(number, 1, f"Persona {number}")

    content = xlsx({"H": [["Empresa", "Nombre"]]}, more)
    assert [row for _, row in cells(content)[1:]] == [["Aceros", f"Persona {n}"] for n in (1, 2, 3)]
    assert heads(content)[0]["notes"] == ["merged"]


def test_merged_cells_of_old_workbooks_count_too() -> None:
    def more(sheet: Any) -> None:
        sheet.write_merge(1, 3, 0, 0, "Aceros")
        for number in (1, 2, 3):
            sheet.write(number, 1, f"Persona {number}")

    content = xls({"H": [["Empresa", "Nombre"]]}, more)
    assert [row for _, row in cells(content)[1:]] == [["Aceros", f"Persona {n}"] for n in (1, 2, 3)]
    assert heads(content)[0]["notes"] == ["merged"]


def test_numbers_and_dates_of_old_workbooks_are_written_plainly() -> None:
    style = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    content = xls({"H": [["a", "b"], [2.0, 0.5]]}, lambda sheet: sheet.write(1, 2, date(2027, 3, 9), style))
    assert cells(content)[1] == (2, ["2", "0.5", "2027-03-09"])


def test_sheets_come_in_the_order_that_is_asked_for() -> None:
    content = xlsx({"A": [["1"]], "B": [["2"]], "C": [["3"]]})
    assert [row for _, _, row in sheet_reading.rows(content, [2, 0], never)] == [["3"], ["1"]]


def test_formulas_are_values_and_are_pointed_out() -> None:
    def more(_book: Any, sheet: Any) -> None:
        sheet.write_formula(1, 0, '=HYPERLINK("http://x","Aceros")', value="Aceros")

    content = xlsx({"H": [["Empresa", "Ciudad"]]}, more)
    assert cells(content)[1] == (2, ["Aceros", ""])
    assert heads(content)[0]["notes"] == ["formulas"]


def test_hidden_sheets_are_left_out() -> None:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    book.add_worksheet("Lista").write_row(0, 0, ["Empresa", "Ciudad"])
    hidden = book.add_worksheet("_")
    hidden.write_row(0, 0, ["x", "y"])
    hidden.hide()
    book.close()
    assert [head["name"] for head in heads(target.getvalue())] == ["Lista"]


def test_our_own_apostrophes_before_formulas_go_again() -> None:
    assert cells(b"Empresa;Nota\n'=1+1;'normal'\n")[1] == (2, ["=1+1", "'normal'"])


def test_control_characters_go() -> None:
    assert cells("Empresa;Nota\nA\x1bceros\u202e;x\n".encode())[1] == (2, ["Aceros", "x"])


def test_what_is_no_sheet_is_refused() -> None:
    said = {
        "pdf": refused(b"%PDF-1.7\n"),
        "png": refused(b"\x89PNG\r\n"),
        "html": refused(b"<html><table><tr><td>x"),
        "html after blanks": refused(b"\r\n \t<!DOCTYPE html><table>"),
        "html in utf-16": refused("<html><table><tr><td>x".encode("utf-16")),
        "xml": refused(b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>'),
        "gzip": refused(gzip.compress(KINDS["xlsx"])),
        "zip of a workbook": refused(zipped({"lista.xlsx": KINDS["xlsx"]})),
        "zip with nothing": refused(zipped({})),
        "locked old workbook": refused(locked(KINDS["xls"])),
        "zip": refused(repacked(zipped({"x.txt": b"x"}), {})),
        "docx": refused(zipped({"word/document.xml": b"<x/>"})),
        "half": refused(KINDS["xlsx"][: len(KINDS["xlsx"]) // 2]),
        "zeros": refused(b"\0" * 1000),
        "noise": refused(bytes(range(256)) * 40),
        "ole": refused(bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600),
        "torn ole": refused(bytes.fromhex("d0cf11e0a1b11ae1") + "Workbook".encode("utf-16-le") + b"x" * 600),
        "encrypted": refused(bytes.fromhex("d0cf11e0a1b11ae1") + "EncryptedPackage".encode("utf-16-le")),
    }
    assert said == {
        "pdf": "sheet_kind", "png": "sheet_kind", "html": "sheet_page", "html after blanks": "sheet_page",
        "html in utf-16": "sheet_page", "xml": "sheet_page", "gzip": "sheet_kind", "zip of a workbook": "sheet_kind",
        "zip with nothing": "sheet_kind", "locked old workbook": "sheet_encrypted",
        "zip": "sheet_kind", "docx": "sheet_kind",
        "half": "sheet_broken", "zeros": "sheet_empty", "noise": "sheet_kind", "ole": "sheet_kind",
        "torn ole": "sheet_broken", "encrypted": "sheet_encrypted",
    }  # fmt: skip


def locked(old_workbook: bytes) -> bytes:
    """An old workbook that says after its first record that the others are encrypted (FILEPASS)."""
    at = old_workbook.index(bytes.fromhex("0908100000060500"))
    record = bytes.fromhex("2f0008000100010001000100")
    start = at + 20
    return old_workbook[:start] + record + old_workbook[start + len(record) :]


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


@pytest.mark.slow
def test_nine_million_shared_strings_are_refused_before_they_are_parsed() -> None:
    strings = SHARED + b"<si><t>a</t></si>" * 9_000_000 + b"</sst>"
    assert refused(repacked(KINDS["xlsx"], {"xl/sharedStrings.xml": strings})) == "sheet_heavy"


@pytest.mark.slow
def test_a_bomb_of_zeros_is_refused_by_stream() -> None:
    assert refused(repacked(KINDS["xlsx"], {"xl/media/image1.bin": b"\0" * (400 * 2**20)})) == "sheet_heavy"


def test_one_cell_in_the_farthest_corner_is_refused() -> None:
    far = xlsx({"H": ROWS}, lambda _book, sheet: sheet.write_string(1_048_575, 16_383, "x"))
    assert refused(far) == "sheet_heavy"


def test_cells_repeated_a_billion_times_are_refused() -> None:
    row = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string" '
        'table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell></table:table-row>'
    )
    content = ods("H", ROWS)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml").decode()
    evil = repacked(content, {"content.xml": text.replace("</table:table>", f"{row}</table:table>").encode()})
    assert refused(evil) in {"sheet_heavy", "sheet_rows", "sheet_broken"}


def test_entities_are_not_expanded() -> None:
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>' + SHARED + b"<si><t>&c;</t></si></sst>"
    )
    found = attempted(repacked(KINDS["xlsx"], {"xl/sharedStrings.xml": bomb}))
    assert found in {"sheet_broken", "read"}


@pytest.mark.slow
def test_more_rows_than_the_limit_are_refused() -> None:
    content = b"Empresa;Ciudad\n" + b"x;y\n" * 100_100
    with pytest.raises(DomainError) as error:
        heads(content)
    assert (error.value.code, error.value.params) == ("sheet_rows", {"most": 100_000})


def test_a_reader_that_is_no_longer_wanted_is_ended() -> None:
    content = b"Empresa;Ciudad\n" + b"x;y\n" * 90_000
    with pytest.raises(DomainError, match="sheet_heavy"):
        for _ in sheet_reading.rows(content, [0], lambda: True):
            pass


@pytest.mark.parametrize("size", [0, 1, 3, 50])
def test_torn_files_are_refused_or_read_never_a_fault(size: int) -> None:
    for content in KINDS.values():
        assert attempted(content[:size]) in {"sheet_empty", "sheet_broken", "sheet_kind", "read"}


def attempted(content: bytes) -> str:
    """What becomes of a file: the code of the refusal, or that it was read, with no cell longer than its file."""
    try:
        found = heads(content)
    except DomainError as error:
        return error.code
    assert all(len(cell) <= len(content) for head in found for cell in head["headers"])
    return "read"
