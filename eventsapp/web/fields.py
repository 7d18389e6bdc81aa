"""Fields of forms beyond text: dates with times, hours, whole numbers and choices of our own words.

Browsers send what their date and number fields hold; anything else is refused with a sentence, never with a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, DateTimeLocalField, IntegerField, SelectField, TimeField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from eventsapp.web.forms import options, trimmed

YEARS = range(2000, 2101)
MOST_SHOWN = 60
MOST_DIGITS = 18
CONTINENTS = frozenset(
    {"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}
)
MEXICAN_ZONES = {
    "America/Mexico_City": _l("Centro (Ciudad de México, Guanajuato, Querétaro, Aguascalientes)"),
    "America/Monterrey": _l("Noreste (Monterrey, Saltillo)"),
    "America/Merida": _l("Yucatán y Campeche (Mérida)"),
    "America/Cancun": _l("Quintana Roo (Cancún)"),
    "America/Chihuahua": _l("Chihuahua"),
    "America/Mazatlan": _l("Pacífico (Culiacán, La Paz, Tepic)"),
    "America/Bahia_Banderas": _l("Bahía de Banderas"),
    "America/Hermosillo": _l("Sonora (Hermosillo)"),
    "America/Tijuana": _l("Baja California (Tijuana, Mexicali)"),
    "America/Ciudad_Juarez": _l("Ciudad Juárez"),
    "America/Ojinaga": _l("Ojinaga"),
    "America/Matamoros": _l("Frontera noreste (Reynosa, Nuevo Laredo)"),
}


def moment(label: Any, *, optional: bool = False) -> Any:
    """A date with its time, on the clocks of the event; nothing entered is None where it is optional."""
    presence = Optional() if optional else InputRequired(_l("Escriba la fecha y la hora"))
    return _Moment(
        label,
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        validators=[presence, _in_years],
        invalid_value_message=_l("Escriba una fecha y una hora que existan"),
    )


def day(label: Any) -> Any:
    """A date."""
    return _Day(
        label,
        validators=[InputRequired(_l("Escriba la fecha")), _in_years],
        invalid_value_message=_l("Escriba una fecha que exista"),
    )


def optional_day(label: Any) -> Any:
    """A date, or none."""
    return _Day(label, validators=[Optional(), _in_years], invalid_value_message=_l("Escriba una fecha que exista"))


def clock(label: Any) -> Any:
    """An hour of the day."""
    return _Clock(
        label,
        format=["%H:%M", "%H:%M:%S"],
        validators=[InputRequired(_l("Escriba la hora"))],
        invalid_value_message=_l("Escriba la hora como 09:30"),
    )


def whole(label: Any, least: int, most: int, *, optional: bool = False, **kw: Any) -> Any:
    """A whole number from `least` to `most`; nothing entered is None where it is optional."""
    message = _l("Escriba un número entero de %(least)s a %(most)s", least=least, most=most)
    presence = Optional() if optional else InputRequired(message)
    checks = [presence, NumberRange(min=least, max=most, message=message)]
    bounds = {"min": least, "max": most, "inputmode": "numeric"}
    return _Whole(label, validators=checks, invalid_value_message=message, render_kw=bounds, **kw)


def choice(label: Any, words: Mapping[Any, Any], *, only: Iterable[StrEnum] | None = None, **kw: Any) -> Any:
    """One of the values of an enum, by its words on screen."""
    allowed = list(only or words)
    return SelectField(
        label,
        choices=options({member.value: words[member] for member in allowed}),
        coerce=type(allowed[0]),
        validators=[InputRequired(_l("Elija una opción"))],
        invalid_value_message=_l("Elija una opción de la lista"),
        invalid_choice_message=_l("Elija una opción de la lista"),
        **kw,
    )


def optional_choice(label: Any, named: Callable[[], dict[str, Any]]) -> Any:
    """One of some options, or none of them."""
    return SelectField(
        label,
        choices=lambda: options({"": _("Ninguno"), **named()}),
        invalid_choice_message=_l("Elija una opción de la lista"),
    )


def time_zone(label: Any) -> Any:
    """A time zone of the IANA database, those of Mexico first and with their places."""
    names = sorted(name for name in available_timezones() if _is_place(name) and name not in MEXICAN_ZONES)
    other = {name: name.replace("_", " ") for name in names}
    return SelectField(
        label,
        choices=[*options(MEXICAN_ZONES, _l("México")), *options(other, _l("Otros países"))],
        default=next(iter(MEXICAN_ZONES)),
        invalid_choice_message=_l("Elija una zona horaria de la lista"),
        validators=[InputRequired(_l("Elija una opción"))],
    )


class _Shown:
    """What was entered stays in the field, bounded and without characters that no page may hold."""

    def _value(self) -> str:
        return trimmed(super()._value())[:MOST_SHOWN]  # type: ignore[misc]


class _Moment(_Shown, DateTimeLocalField):  # type: ignore[misc]
    """A date with its time."""


class _Day(_Shown, DateField):  # type: ignore[misc]
    """A date."""


class _Clock(_Shown, TimeField):  # type: ignore[misc]
    """An hour of the day."""


class _Whole(_Shown, IntegerField):  # type: ignore[misc]
    """A whole number; one with more digits than any bound of ours is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read it."""
        super().process_formdata(["-" if len(value) > MOST_DIGITS else value for value in valuelist])


def _in_years(_form: Any, field: Any) -> None:
    value: date | datetime | None = field.data
    if value is not None and value.year not in YEARS:
        raise ValidationError(_("Escriba un año entre %(first)s y %(last)s", first=YEARS[0], last=YEARS[-1]))


def _is_place(name: str) -> bool:
    return name.split("/")[0] in CONTINENTS
