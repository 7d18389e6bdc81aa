"""Positions on the map as people paste them: decimal degrees, degrees with minutes and seconds, or a map's address."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from eventsapp.domain.errors import DomainError

MAX_TEXT = 500
DECIMALS = 5
"""About one metre: more would only pretend."""

_POINT = r"([+-]?\d{1,3}(?:\.\d{1,15})?)"
_IN_ADDRESS = (
    re.compile(rf"!3d{_POINT}!4d{_POINT}"),
    re.compile(rf"@{_POINT},{_POINT}"),
    re.compile(rf"[?&](?:q|ll|query|destination|center)={_POINT},[+ ]*{_POINT}"),
    re.compile(rf"[?&]mlat={_POINT}&mlon={_POINT}"),
    re.compile(rf"#map=[\d.]+/{_POINT}/{_POINT}"),
)
_PLAIN = re.compile(rf"\(?{_POINT}°?(?: *[,;/] *| +){_POINT}°?\)?")
_COMMAS = re.compile(r"([+-]?\d{1,3}),(\d{1,15})°?(?: *[;/] *| +)([+-]?\d{1,3}),(\d{1,15})°?")
_LETTERED = re.compile(
    r"""(\d{1,3}(?:[.,]\d+)?)\ *°?\ *                                       # degrees
    (?:(\d{1,2}(?:[.,]\d+)?)\ *['′’]\ *                                   # minutes
    (?:(\d{1,2}(?:[.,]\d+)?)\ *(?:["″”]|''|′′)\ *)?)?                     # seconds
    ([NSEWO])""",
    re.VERBOSE,
)
_SOUTH_WEST = frozenset("SWO")
_MEXICO = ((14.3, 32.8), (-118.6, -86.5))
_MOST_LATITUDE, _MOST_LONGITUDE = 90, 180
_SIXTY = 60


class Point(NamedTuple):
    """A position in degrees of WGS 84."""

    latitude: float
    longitude: float


def parse(text: str) -> Point:
    """The position that somebody pasted, or `bad_coordinates`."""
    plain = " ".join(text[:MAX_TEXT].split())
    point = _of_address(plain) if "://" in plain else _of_commas(plain) or _of_plain(plain) or _of_letters(plain)
    if point is None or abs(point.latitude) > _MOST_LATITUDE or abs(point.longitude) > _MOST_LONGITUDE:
        raise DomainError("bad_coordinates")
    return Point(round(point.latitude, DECIMALS), round(point.longitude, DECIMALS))


def require_within(point: Point, country: str) -> None:
    """`outside_mexico` when a company of Mexico points elsewhere: a lost minus sign, or the two numbers swapped."""
    (south, north), (west, east) = _MEXICO
    if country == "MX" and not (south <= point.latitude <= north and west <= point.longitude <= east):
        raise DomainError("outside_mexico")


def written(latitude: float | None, longitude: float | None) -> str:
    """A position as one types it; empty when there is none."""
    return "" if latitude is None or longitude is None else f"{latitude:.{DECIMALS}f}, {longitude:.{DECIMALS}f}"


def _of_address(text: str) -> Point | None:
    plain = unquote(text)
    found = next((hit for pattern in _IN_ADDRESS if (hit := pattern.search(plain))), None)
    return Point(float(found[1]), float(found[2])) if found else None


def _of_plain(text: str) -> Point | None:
    found = _PLAIN.fullmatch(text)
    return Point(float(found[1]), float(found[2])) if found else None


def _of_commas(text: str) -> Point | None:
    found = _COMMAS.fullmatch(text)
    return Point(float(f"{found[1]}.{found[2]}"), float(f"{found[3]}.{found[4]}")) if found else None


def _of_letters(text: str) -> Point | None:
    """Each number says with a letter which one it is: 21°07'25"N 101°41'00"W."""
    found = list(_LETTERED.finditer(text.upper()))
    between = _LETTERED.sub("", text.upper()).strip(" ,;/")
    if len(found) != 2 or between or (found[0][4] in "NS") == (found[1][4] in "NS"):
        return None
    north, east = sorted(found, key=lambda hit: hit[4] not in "NS")
    return Point(_degrees(north), _degrees(east))


def _degrees(hit: re.Match[str]) -> float:
    whole, minutes, seconds = (float((part or "0").replace(",", ".")) for part in hit.group(1, 2, 3))
    degrees = whole + minutes / _SIXTY + seconds / _SIXTY / _SIXTY
    return -degrees if hit[4] in _SOUTH_WEST else degrees
