"""By whose clock a place goes: the states of Mexico with their border cities, and countries with a single zone.

Mexico gave up summer time in October 2022, except in the municipalities along the border that follow their neighbours
(Ley de los Husos Horarios en los Estados Unidos Mexicanos, 2022).
"""

from __future__ import annotations

import unicodedata

from eventsapp.domain.places import MEXICO

CENTRAL = "America/Mexico_City"
STATES = {
    "baja california": "America/Tijuana",
    "baja california sur": "America/Mazatlan",
    "campeche": "America/Merida",
    "chihuahua": "America/Chihuahua",
    "coahuila": "America/Monterrey",
    "durango": "America/Monterrey",
    "nayarit": "America/Mazatlan",
    "nuevo leon": "America/Monterrey",
    "quintana roo": "America/Cancun",
    "sinaloa": "America/Mazatlan",
    "sonora": "America/Hermosillo",
    "tamaulipas": "America/Monterrey",
    "yucatan": "America/Merida",
}
NORTH_EAST = "America/Matamoros"
NORTH = "America/Ojinaga"
NORTH_WEST = "America/Ciudad_Juarez"
CITIES = {
    "chihuahua": {
        **dict.fromkeys(
            ("ciudad juarez", "juarez", "ascension", "janos", "guadalupe", "praxedis g guerrero"), NORTH_WEST
        ),
        **dict.fromkeys(("ojinaga", "coyame", "coyame del sotol", "manuel benavides"), NORTH),
    },
    "coahuila": dict.fromkeys(
        (
            *("ciudad acuna", "acuna", "allende", "guerrero", "hidalgo", "jimenez", "morelos", "nava", "ocampo"),
            *("piedras negras", "villa union", "zaragoza"),
        ),
        NORTH_EAST,
    ),
    "nayarit": dict.fromkeys(
        ("bahia de banderas", "nuevo vallarta", "nuevo nayarit", "bucerias"), "America/Bahia_Banderas"
    ),
    "nuevo leon": {"anahuac": NORTH_EAST, "ciudad anahuac": NORTH_EAST},
    "tamaulipas": dict.fromkeys(
        (
            *("nuevo laredo", "reynosa", "matamoros", "heroica matamoros", "rio bravo", "valle hermoso", "mier"),
            *("ciudad mier", "miguel aleman", "ciudad miguel aleman", "camargo", "ciudad camargo", "guerrero"),
            *("nueva ciudad guerrero", "gustavo diaz ordaz"),
        ),
        NORTH_EAST,
    ),
}
COUNTRIES = {"DE": "Europe/Berlin", "JP": "Asia/Tokyo"}


def zone_of_place(country: str, state: str, city: str) -> str | None:
    """The IANA zone of a place; None where country, state and city do not settle it."""
    if country.upper() != MEXICO:
        return COUNTRIES.get(country.upper())
    region = _plain(state).removesuffix(" de zaragoza")
    if not region:
        return None
    return CITIES.get(region, {}).get(_plain(city)) or STATES.get(region, CENTRAL)


def _plain(text: str) -> str:
    """In small letters, without accents, points and doubled blanks; Cd. is Ciudad."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    words = bare.replace(".", " ").replace(",", " ").split()
    return " ".join(["ciudad", *words[1:]] if words[:1] == ["cd"] else words)
