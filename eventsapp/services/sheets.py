"""Writes sheets: workbooks whose texts stay texts, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import zip_longest
from typing import Any

import xlsxwriter

from eventsapp.domain.sheets import neutral

WIDEST, NARROWEST = 42, 10
LIST_LIMIT = 255  # what a list of allowed values may have within a cell's rule
LIST_ROWS = 2_000
LISTS = "_"

Cell = str | int | float | date | None


@dataclass(frozen=True)
class Head:
    """A column of a workbook: its header, a note on it, and the values that its cells may have."""

    title: str
    note: str = ""
    values: Sequence[str] = ()
    is_required: bool = False


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook."""

    name: str
    heads: Sequence[Head]
    rows: Iterable[Sequence[Cell]] = field(default_factory=tuple)


def workbook(pages: Sequence[Page]) -> bytes:
    """A workbook: headers stay in sight, cells with allowed values offer them, no text becomes a formula or a link.

    Rows are let go of as soon as they are written, so they come in order, also on the hidden sheet of lists.
    """
    target = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(target, options)
    formats = {
        True: book.add_format({"bold": True, "bg_color": "#0B5D6B", "font_color": "#FFFFFF", "text_wrap": True}),
        False: book.add_format({"bold": True, "bg_color": "#E3F1F2", "text_wrap": True}),
    }
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    lists = [head.values for page in pages for head in page.heads if _is_long(head.values)]
    for page in pages:
        sheet = book.add_worksheet(page.name)
        sheet.freeze_panes(1, 1)
        for index, head in enumerate(page.heads):
            sheet.write_string(0, index, head.title, formats[head.is_required])
            sheet.set_column(index, index, min(WIDEST, max(NARROWEST, len(head.title) + 4)))
            if head.note:
                sheet.write_comment(0, index, head.note, {"x_scale": 2, "y_scale": 1.4})
            if head.values:
                source = _source(lists.index(head.values), head.values) if _is_long(head.values) else list(head.values)
                rule = {"validate": "list", "source": source, "ignore_blank": True, "show_error": False}
                sheet.data_validation(1, index, LIST_ROWS, index, rule)
        for number, row in enumerate(page.rows, start=1):
            for index, cell in enumerate(row):
                _write(sheet, number, index, cell, day)
    if lists:
        hidden = book.add_worksheet(LISTS)
        hidden.hide()
        for number, row in enumerate(zip_longest(*lists)):
            for index, value in enumerate(row):
                _write(hidden, number, index, value, day)
    book.close()
    return target.getvalue()


def csv_file(page: Page) -> bytes:
    """The sheet as CSV in UTF-8 with its mark, which every spreadsheet opens right."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([neutral(head.title) for head in page.heads])
    for row in page.rows:
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    return target.getvalue().encode("utf-8-sig")


def _write(sheet: Any, number: int, index: int, cell: Cell, day: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, date):
        sheet.write_datetime(number, index, cell, day)
    elif isinstance(cell, (int, float)):
        sheet.write_number(number, index, cell)
    else:
        sheet.write_string(number, index, cell)


def _is_long(values: Sequence[str]) -> bool:
    return bool(values) and (len(",".join(values)) > LIST_LIMIT or any("," in value for value in values))


def _source(index: int, values: Sequence[str]) -> str:
    column = chr(ord("A") + index % 26)
    prefix = chr(ord("A") + index // 26 - 1) if index >= 26 else ""
    return f"='{LISTS}'!${prefix}{column}$1:${prefix}{column}${len(values)}"
