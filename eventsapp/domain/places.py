"""Places and languages: the 32 states of Mexico by the names that people use, where companies sell, what they speak."""

from __future__ import annotations

MEXICO = "MX"
STATES = (
    "Aguascalientes", "Baja California", "Baja California Sur", "Campeche", "Chiapas", "Chihuahua", "Ciudad de México",
    "Coahuila", "Colima", "Durango", "Estado de México", "Guanajuato", "Guerrero", "Hidalgo", "Jalisco", "Michoacán",
    "Morelos", "Nayarit", "Nuevo León", "Oaxaca", "Puebla", "Querétaro", "Quintana Roo", "San Luis Potosí", "Sinaloa",
    "Sonora", "Tabasco", "Tamaulipas", "Tlaxcala", "Veracruz", "Yucatán", "Zacatecas",
)  # fmt: skip

LANGUAGES = ("es", "en", "de", "ja", "fr", "it", "ko", "pt", "zh")
MARKETS = (
    "US", "CA", "DE", "JP", "KR", "CN", "FR", "IT", "ES", "GB", "BR", "AR", "CL", "CO", "CR", "GT", "PA", "PE",
)  # fmt: skip
"""Countries that companies of the region sell to, the largest first."""

POSTAL_STATES = (
    ("Ciudad de México", 1, 16), ("Aguascalientes", 20, 20), ("Baja California", 21, 22),
    ("Baja California Sur", 23, 23), ("Campeche", 24, 24), ("Coahuila", 25, 27), ("Colima", 28, 28),
    ("Chiapas", 29, 30), ("Chihuahua", 31, 33), ("Durango", 34, 35), ("Guanajuato", 36, 38), ("Guerrero", 39, 41),
    ("Hidalgo", 42, 43), ("Jalisco", 44, 49), ("Estado de México", 50, 57), ("Michoacán", 58, 61),
    ("Morelos", 62, 62), ("Nayarit", 63, 63), ("Nuevo León", 64, 67), ("Oaxaca", 68, 71), ("Puebla", 72, 75),
    ("Querétaro", 76, 76), ("Quintana Roo", 77, 77), ("San Luis Potosí", 78, 79), ("Sinaloa", 80, 82),
    ("Sonora", 83, 85), ("Tabasco", 86, 86), ("Tamaulipas", 87, 89), ("Tlaxcala", 90, 90), ("Veracruz", 91, 96),
    ("Yucatán", 97, 97), ("Zacatecas", 98, 99),
)  # fmt: skip
"""The states by the first two digits of their postal codes: the first and the last pair of each."""


def state_of_postal_code(code: str) -> str:
    """The state that a Mexican postal code belongs to by its first two digits; empty when there is none."""
    if not (code.isascii() and code.isdigit()):
        return ""
    return next((state for state, first, last in POSTAL_STATES if first <= int(code[:2]) <= last), "")
