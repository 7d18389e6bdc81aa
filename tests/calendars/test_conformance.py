"""Six readers over every artefact: each understands every field as it was meant, and the page about it is current."""

from __future__ import annotations

import os

import pytest

from tests.calendars.conformance import DOCUMENT, READERS, Cell, NotInstalled, Reader, compare, document

pytestmark = pytest.mark.slow
_seen: dict[str, dict[str, Cell]] = {}


def cells_of(reader: Reader) -> dict[str, Cell]:
    """The comparison with one reader, made once; one that is missing is skipped, but never where CI is set."""
    if reader.name not in _seen:
        try:
            _seen[reader.name] = compare(reader)
        except NotInstalled as error:
            if os.environ.get("CI"):
                pytest.fail(str(error))
            pytest.skip(str(error))
    return _seen[reader.name]


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_field_is_understood_as_it_was_meant(reader: Reader) -> None:
    differences = {name: cell.differences for name, cell in cells_of(reader).items() if cell.differences}
    assert differences == {}
    assert sum(cell.compared for cell in cells_of(reader).values()) > 500


def test_the_page_is_current() -> None:
    """Otherwise: python -m tests.calendars.conformance."""
    assert document({reader.name: cells_of(reader) for reader in READERS}) == DOCUMENT.read_text()
