"""How addresses, telephones, web pages and tax numbers are written."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.domain import contacts
from eventsapp.domain.errors import DomainError


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (" Ana@Empresa.com ", "ana@empresa.com"),
        ("a+b@example.com", "a+b@example.com"),
        ("x@exämple.de", "x@exämple.de"),
    ],
)
def test_email(text: str, stored: str) -> None:
    assert contacts.email_address(text) == stored


@pytest.mark.parametrize(
    "text", ["", "a", "a@b", "a b@example.com", "a@localhost", "ñandú@example.com", "a@x\n.com", "x" * 250 + "@a.com"]
)
def test_bad_email(text: str) -> None:
    with pytest.raises(DomainError, match="bad_email"):
        contacts.email_address(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("477 123 4567", "+52 477 123 4567"),
        ("(477) 123-4567", "+52 477 123 4567"),
        ("+52 477 123 4567", "+52 477 123 4567"),
        ("+49 30 12345678", "+49 30 12345678"),
        ("+81 3-1234-5678", "+81 3-1234-5678"),
    ],
)
def test_phone(text: str, stored: str) -> None:
    assert contacts.phone_number(text) == stored


@pytest.mark.parametrize("text", ["", "123", "teléfono", "+999 123", "4" * 41])
def test_bad_phone(text: str) -> None:
    with pytest.raises(DomainError, match="bad_phone"):
        contacts.phone_number(text)


@pytest.mark.parametrize(
    ("text", "country", "stored"),
    [
        ("gode561231gr8", "MX", "GODE561231GR8"),
        ("MAB-930714-8T4", "MX", "MAB9307148T4"),
        ("xaxx 010101 000", "MX", "XAXX010101000"),
        ("XEXX010101000", "MX", "XEXX010101000"),
        ("", "MX", ""),
        ("de 123 456 789", "DE", "DE 123 456 789"),
        ("  ", "US", ""),
    ],
)
def test_tax_id(text: str, country: str, stored: str) -> None:
    assert contacts.tax_id(text, country) == stored


@pytest.mark.parametrize(
    ("text", "code"), [("ABC", "bad_rfc_length"), ("ABCD991399XXX", "bad_rfc"), ("GODE561231GR99", "bad_rfc_length")]
)
def test_bad_rfc(text: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        contacts.tax_id(text, "MX")


@pytest.mark.parametrize(
    ("text", "stored"),
    [("", ""), ("www.empresa.com", "https://www.empresa.com"), (" http://empresa.mx/a ", "http://empresa.mx/a")],
)
def test_web_page(text: str, stored: str) -> None:
    assert contacts.web_page(text) == stored


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "http://a@b.com", "http://[::1", "ftp://x.com", "empresa", "data:,x"]
)
def test_bad_web_page(text: str) -> None:
    with pytest.raises(DomainError, match="bad_website"):
        contacts.web_page(text)


@given(st.text(max_size=60))
def test_any_text_is_answered_or_refused(text: str) -> None:
    for rule in (
        contacts.email_address,
        contacts.phone_number,
        contacts.web_page,
        lambda value: contacts.tax_id(value, "MX"),
    ):
        with contextlib.suppress(DomainError):
            assert isinstance(rule(text), str)
