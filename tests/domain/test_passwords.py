"""What a good password is."""

from __future__ import annotations

import pytest

from eventsapp.domain.errors import DomainError
from eventsapp.domain.passwords import require_good


def refused(password: str) -> str:
    try:
        require_good(password, email="ana.rios@empresa.com", name="Ana Ríos Mendoza")
    except DomainError as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    "password", ["una frase muy larga", "correcto caballo", "áéíóúñüçßø", "🔒🔑🗝️🚪🪟🧱🪜🛠️🔧🔩", "una de " * 18]
)
def test_good(password: str) -> None:
    assert refused(password) == ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("nueve pas", "password_short"),
        ("x" * 129, "password_long"),
        ("1234567890", "password_common"),
        ("CONTRASEÑA", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("abababababab", "password_common"),
        ("ana.rios@empresa.com", "password_personal"),
        ("Ana.Rios123", "password_personal"),
        ("anaríosmendoza", "password_personal"),
        ("Mendoza1234", "password_personal"),
    ],
)
def test_refused(password: str, code: str) -> None:
    assert refused(password) == code
