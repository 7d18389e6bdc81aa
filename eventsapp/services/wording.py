"""Days, times and the sides of an event as calendars, mails and printouts say them; i18n holds the language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_timezone, get_timezone_location
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.sides import NOUNS, Noun
from eventsapp.domain.values import Side, SideNames


class Named(Protocol):
    """An event, as far as its sides go."""

    sides: SideNames


SIDE_NAMES: dict[Noun, Any] = {
    Noun.BUYER: _l("Comprador"),
    Noun.SUPPLIER: _l("Proveedor"),
    Noun.FIRM: _l("Empresa"),
    Noun.FINANCIER: _l("Financiera"),
    Noun.CONSULTANT: _l("Consultora"),
    Noun.UNIVERSITY: _l("Universidad"),
}
BOTH_NAMES: dict[SideNames, Any] = {
    SideNames.BUYER_SUPPLIER: _l("Comprador y proveedor"),
    SideNames.FIRM_FINANCIER: _l("Empresa y financiera"),
    SideNames.FIRM_CONSULTANT: _l("Empresa y consultora"),
    SideNames.COMPANY_UNIVERSITY: _l("Empresa y universidad"),
}


def side(event: Named, side_: Side) -> str:
    """What the event calls a side, in a word that stands alone: Comprador, Universidad."""
    return str(BOTH_NAMES[event.sides] if side_ is Side.BOTH else SIDE_NAMES[NOUNS[event.sides][side_]])


def day(moment: datetime, zone: ZoneInfo) -> str:
    """A day with its name: martes 9 de marzo."""
    return _day(moment.astimezone(zone).date(), _language(), is_short=False)


def short_day(moment: datetime, zone: ZoneInfo) -> str:
    """A day where its month is known: martes 9."""
    return _day(moment.astimezone(zone).date(), _language(), is_short=True)


@lru_cache(maxsize=256)
def _day(date_: date, language: str, *, is_short: bool) -> str:
    """Kept, because a publication says the same few days thousands of times."""
    if language == "en":
        return format_date(date_, "EEE d" if is_short else "EEEE, MMMM d", language)
    return format_date(date_, "EEEE d" if is_short else "EEEE d 'de' MMMM", language)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Hours and minutes: 10:15."""
    return moment.astimezone(zone).strftime("%H:%M")


def hours(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """From when to when: 10:15–10:35."""
    return f"{clock(start, zone)}–{clock(end, zone)}"


def city(zone: str) -> str:
    """The city by whose clock a zone goes: Ciudad de México."""
    return _city(zone, str(get_locale() or "es_MX"))


@lru_cache(maxsize=512)
def _city(zone: str, locale: str) -> str:
    try:
        return get_timezone_location(get_timezone(zone), locale=locale, return_city=True)
    except LookupError:
        return zone


def days(dates: Iterable[date]) -> str:
    """Days of an event: 9 y 10 de marzo; with both months where they differ."""
    ordered = sorted(set(dates))
    language = _language()
    if len({(one.year, one.month) for one in ordered}) == 1 and len(ordered) > 1:
        month = format_date(ordered[0], "MMMM", language)
        numbers = _enumerated([str(one.day) for one in ordered])
        return str(_("%(days)s de %(month)s", days=numbers, month=month))
    pattern = "MMMM d" if language == "en" else "d 'de' MMMM"
    return _enumerated([format_date(one, pattern, language) for one in ordered])


def in_year(days_: str, year: int) -> str:
    """Days said in words, with their year: 9 y 10 de marzo de 2027."""
    return str(_("%(days)s de %(year)s", days=days_, year=year))


def _enumerated(parts: list[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return str(_("%(first)s y %(last)s", first=", ".join(parts[:-1]), last=parts[-1]))


def _language() -> str:
    return str(get_locale() or "es_MX")[:2]
