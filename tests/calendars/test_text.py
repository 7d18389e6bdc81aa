"""Cleaning keeps every word and leaves nothing that a calendar file or a mail header cannot carry."""

import unicodedata

import pytest
from hypothesis import given, settings

from eventsapp.calendars.text import clean_line, clean_name, clean_text, file_slug
from tests.calendars.samples import hostile_text


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("", ""),
        ("  dos\tpalabras  ", "dos palabras"),
        ("uno\r\ndos\rtres\vcuatro\u2028cinco\u2029seis\x85siete", "uno\ndos\ntres\ncuatro\ncinco\nseis\nsiete"),
        ("\n\n  uno \n\n\n\n dos\n\n", "uno\n\ndos"),
        ("a\x00b\x07c\x1bd\x7fe\x9ff\ufeffg\u202eh\ud800i", "abcdefghi"),
        ("Ñandú 金属 👩🏽\u200d🔧", "Ñandú 金属 👩🏽\u200d🔧"),
    ],
)
def test_clean_text(typed: str, cleaned: str) -> None:
    assert clean_text(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("uno\r\n dos\u2028\ttres\u3000cuatro", "uno dos tres cuatro"),
        ("\x00\n", ""),
    ],
)
def test_clean_line(typed: str, cleaned: str) -> None:
    assert clean_line(typed) == cleaned


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ('Ana "La Jefa" Núñez', "Ana “La Jefa” Núñez"),
        ('Tubo de 3" y de 4" o 5"', "Tubo de 3“ y de 4” o 5”"),
        ("a^nb\\c; d: e, f'", "aˆnb/c; d: e, f'"),
    ],
)
def test_clean_name(typed: str, cleaned: str) -> None:
    assert clean_name(typed) == cleaned


@given(hostile_text)
@settings(deadline=None)
def test_cleaning_twice_changes_nothing_more(typed: str) -> None:
    for clean in (clean_text, clean_line, clean_name):
        assert clean(clean(typed)) == clean(typed)


@given(hostile_text)
@settings(deadline=None)
def test_what_is_cleaned_can_be_carried(typed: str) -> None:
    text, line, name = clean_text(typed), clean_line(typed), clean_name(typed)
    assert {unicodedata.category(character) for character in line + name} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert line == " ".join(text.split())
    assert set(name) & set('"^\\') == set()
    assert [part for part in text.split("\n") if part != part.strip()] == []
    assert text.splitlines() == text.split("\n") if text else True


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Reunión 12: Ñandú & Cía.", "reunion-12-nandu-cia"),
        ("金属工業", "agenda"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "agenda"),
        ("", "agenda"),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_file_slug(title: str, slug: str) -> None:
    assert file_slug(title, fallback="agenda") == slug


@given(hostile_text)
@settings(deadline=None)
def test_file_slug_is_a_plain_file_name(title: str) -> None:
    assert set(file_slug(title, fallback="agenda")) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
