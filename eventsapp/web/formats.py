"""How dates, times and numbers read, in the language of the answer and the zone of the event."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_interval
from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale, get_timezone

from eventsapp.models import Event


def clock(value: datetime, zone: ZoneInfo | None = None) -> str:
    """Hours and minutes, 24 h: 10:15."""
    return _local(value, zone).strftime("%H:%M")


def day(value: datetime | date, zone: ZoneInfo | None = None) -> str:
    """The short name of a day on tabs: martes 9."""
    local = _local(value, zone).date() if isinstance(value, datetime) else value
    pattern = "EEE d" if _language() == "en" else "EEEE d"
    return format_date(local, pattern, locale=_locale())


def long_date(value: datetime | date, zone: ZoneInfo | None = None) -> str:
    """A whole date: martes, 9 de marzo de 2027."""
    local = _local(value, zone).date() if isinstance(value, datetime) else value
    return format_date(local, "full", locale=_locale())


def moment(value: datetime, zone: ZoneInfo | None = None) -> str:
    """A date with its time: 9 de marzo de 2027, 10:15."""
    local = _local(value, zone)
    return f"{format_date(local.date(), 'long', locale=_locale())}, {local:%H:%M}"


def month_day(value: datetime, zone: ZoneInfo | None = None) -> str:
    """A day with its month: 9 de marzo."""
    pattern = "MMMM d" if _language() == "en" else "d 'de' MMMM"
    return format_datetime(_local(value, zone), pattern, locale=_locale())


def day_moment(value: datetime, zone: ZoneInfo | None = None) -> str:
    """A day with its month and time, for tables of this year's work: 9 de marzo, 10:15."""
    return f"{month_day(value, zone)}, {clock(value, zone)}"


def short_day(value: date) -> str:
    """A day with its month for the axis of a chart: 9 mar."""
    return format_date(value, "MMM d" if _language() == "en" else "d MMM", locale=_locale())


def day_span(event: Event) -> str:
    """The days of an event: 9–10 de marzo de 2027."""
    if event.first_day == event.last_day:
        return format_date(event.first_day, "long", locale=_locale())
    return format_interval(event.first_day, event.last_day, "yMMMMd", locale=_locale())


def number(value: float) -> str:
    """A number with its separators: 2,128."""
    return format_decimal(value, locale=_locale())


def percent(share: float, digits: int = 0) -> str:
    """A share of one as percentage: 97%."""
    return format_percent(share, format="#,##0" + ("." + "#" * digits if digits else "") + "%", locale=_locale())


def duration(seconds: float) -> str:
    """Minutes and seconds: 2:41."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def initials(name: str) -> str:
    """Two letters for a name: Galvánicos Lerma is GL."""
    parts = [part for part in name.split() if part[:1].isalnum()]
    return "".join(part[0] for part in parts[:2]).upper() or "?"


def _local(value: datetime | date, zone: ZoneInfo | None) -> datetime:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
    return value.astimezone(zone or get_timezone())


def _locale() -> str:
    return str(get_locale() or "es_MX")


def _language() -> str:
    return _locale()[:2]
