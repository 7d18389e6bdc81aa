"""What a good password is: length, not one that everybody tries first, not the person's own name or address.

No rule about kinds of characters: they make passwords worse (NIST SP 800-63B, OWASP ASVS 5.0).
"""

from __future__ import annotations

import unicodedata

from eventsapp.domain.errors import DomainError

MIN_LENGTH = 10
MAX_LENGTH = 128
SHORTEST_NAME = 4
_LIST = """
    1234567890 12345678910 123456789a 0123456789 9876543210 0987654321 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5
    qwertyuiop qwerty1234 qwerty12345 qwerty123456 asdfghjkl1 zxcvbnm123 password12 password123 password1234
    passw0rd123 contraseña contrasena contraseña1 contrasena1 contraseña123 contrasena123 contrasena1234 micontraseña
    bienvenido bienvenida bienvenido1 bienvenido123 administrador administrator admin12345 admin123456 teamomucho
    tequieromucho guadalajara guanajuato aguascalientes monterrey1 mexico2024 mexico2025 mexico2026 mexico2027
    encuentro2026 encuentro2027 iloveyou123 letmein1234 welcome123 changeme123 football123 cambiame123 abcdefghij
    abc1234567 abcd123456
"""
TRIED_FIRST = frozenset(_LIST.split())


def normalized(password: str) -> str:
    """The same password however a keyboard composes its letters (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, *, email: str = "", name: str = "") -> None:
    """Raise `password_short`, `password_long`, `password_common` or `password_personal` unless it will do."""
    if len(password) > MAX_LENGTH:
        raise DomainError("password_long", most=MAX_LENGTH)
    password = normalized(password)
    if len(password) < MIN_LENGTH:
        raise DomainError("password_short", least=MIN_LENGTH)
    plain = password.casefold()
    if plain in TRIED_FIRST or len(set(plain)) < 4:
        raise DomainError("password_common")
    if plain in _personal(email, name):
        raise DomainError("password_personal")


def _personal(email: str, name: str) -> set[str]:
    words = [word for word in name.casefold().split() if len(word) >= SHORTEST_NAME]
    pieces = {email.casefold(), email.casefold().partition("@")[0], "".join(name.casefold().split()), *words}
    return {start + end for start in pieces for end in ("", "1", "12", "123", "1234", "12345")}
