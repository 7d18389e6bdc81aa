"""Fields of the forms about a company: values of our own enums, lists to tick, amounts in millions, files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectMultipleField
from wtforms.validators import ValidationError

from eventsapp.domain import contacts, coordinates
from eventsapp.domain.company_size import MILLION, MOST_SALES
from eventsapp.domain.errors import DomainError
from eventsapp.services.files import Upload
from eventsapp.web.forms import options, text
from eventsapp.web.sentences import sentence

Member = TypeVar("Member", bound=StrEnum)


def radio(label: Any, words: Mapping[Any, Any], *, optional: bool = False) -> Any:
    """One of the values of an enum; nothing chosen is allowed where it is optional, and can be said."""
    choices = {member.value: word for member, word in words.items()}
    if optional:
        choices[""] = _l("Prefiero no decirlo")
    return RadioField(label, choices=options(choices), validate_choice=False, validators=[_known(choices, optional)])


def several(label: Any) -> Any:
    """Some of a list whose choices the form sets."""
    return SelectMultipleField(label, validate_choice=False, validators=[_all_known])


def member(kind: type[Member], value: str | None) -> Member | None:
    """The value of an enum that was chosen."""
    return kind(value) if value else None


def millions(label: Any) -> Any:
    """An amount in millions of pesos: 12.5 or 1,250."""
    return text(label, most=20, optional=True, checks=(_amount,))


def pesos_of(typed: str) -> int | None:
    """Whole pesos of an amount in millions; None when nothing was typed."""
    plain = typed.replace(" ", "").replace("$", "").replace(",", "")
    if not plain:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", plain):
        raise DomainError("bad_amount")
    pesos = int(Decimal(plain) * MILLION)
    if pesos > MOST_SALES:
        raise DomainError("bad_amount")
    return pesos


def millions_of(pesos: int | None) -> str:
    """An amount in millions as it is typed."""
    if pesos is None:
        return ""
    return f"{Decimal(pesos) / MILLION:f}".rstrip("0").rstrip(".") if pesos % MILLION else str(pesos // MILLION)


def upload_of(field: Any, most: int) -> Upload | None:
    """The file that was sent, read no further than one byte over the limit; None when there was none."""
    if not field.data or not getattr(field.data, "filename", ""):
        return None
    with field.data.stream as stream:  # a large one lies in a file of its own until it is closed
        return Upload(field.data.filename, stream.read(most + 1))


def position() -> Any:
    """A place on the map: latitude and longitude as a map gives them, put into their normal form."""
    return text(_l("Ubicación en el mapa"), most=coordinates.MAX_TEXT, optional=True, checks=(_position,))


def check_postal_code(field: Any, country: str) -> None:
    """Put the postal code into its normal form, or say what is wrong with it."""
    try:
        field.data = contacts.postal_code(field.data or "", country)
    except DomainError as error:
        raise ValidationError(sentence(error)) from error


def _known(choices: Mapping[str, Any], optional: bool) -> Any:
    def check(_form: Any, field: Any) -> None:
        if not field.data and not optional:
            raise ValidationError(_("Elija una opción"))
        if field.data and field.data not in choices:
            raise ValidationError(_("Elija una opción de la lista"))

    return check


def _all_known(_form: Any, field: Any) -> None:
    known = {choice.value for choice in field.choices}
    if any(value not in known for value in field.data or ()):
        raise ValidationError(_("Elija opciones de la lista"))


def _position(_form: Any, field: Any) -> None:
    if not field.data:
        return
    try:
        field.data = coordinates.written(*coordinates.parse(field.data))
    except DomainError as error:
        raise ValidationError(sentence(error)) from error


def _amount(_form: Any, field: Any) -> None:
    try:
        pesos_of(field.data or "")
    except DomainError as error:
        raise ValidationError(sentence(error)) from error
