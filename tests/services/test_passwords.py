"""Password hashes: argon2id, the same password however it is composed, nobody's password takes as long."""

from __future__ import annotations

from eventsapp.services import passwords
from eventsapp.settings import Settings

CHEAP = 64


def test_the_parameters_are_those_of_owasp() -> None:
    memory = Settings().password_memory_kib
    assert passwords.hashed("una frase muy larga", memory_kib=memory).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_right_and_wrong() -> None:
    stored = passwords.hashed("contraseña buena", memory_kib=CHEAP)
    assert passwords.matches(stored, "contraseña buena", memory_kib=CHEAP)
    assert passwords.matches(stored, "contrasen\u0303a buena", memory_kib=CHEAP)
    assert not passwords.matches(stored, "contrasena buena", memory_kib=CHEAP)
    assert not passwords.matches(stored, "x" * 100_000, memory_kib=CHEAP)
    assert not passwords.matches("not a hash", "contraseña buena", memory_kib=CHEAP)


def test_nobody_has_no_password() -> None:
    assert not passwords.matches(None, "nobody has this password", memory_kib=CHEAP)


def test_a_hash_with_old_parameters_is_outdated() -> None:
    stored = passwords.hashed("una frase muy larga", memory_kib=CHEAP)
    assert not passwords.is_outdated(stored, memory_kib=CHEAP)
    assert passwords.is_outdated(stored, memory_kib=128)
    assert passwords.matches(stored, "una frase muy larga", memory_kib=128)
