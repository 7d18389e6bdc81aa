"""The forms of an event: what it is, its dates, its rounds, its limits; alone as settings, together for a new event."""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, ValidationError

from eventsapp.domain.errors import DomainError
from eventsapp.domain.slots import instant
from eventsapp.models import Event
from eventsapp.services.events import Dates, Details, Limits, Rounds
from eventsapp.web.fields import moment, time_zone, whole
from eventsapp.web.forms import Form, long_text, text

MAX_MEETINGS = 500
MAX_QUOTA = 1000

FIELD_OF = {
    "code_malformed": "code",
    "code_taken": "code",
    "zone_has_blocks": "time_zone",
    "event_out_of_order": "ends_at",
    "event_too_long": "ends_at",
    "blocks_outside": "ends_at",
    "registration_out_of_order": "registration_closes_at",
    "registration_after_event": "registration_closes_at",
    "requests_out_of_order": "requests_close_at",
    "requests_after_event": "requests_close_at",
    "minimum_over_maximum": "supplier_min_meetings",
    "rounds_in_use": "slot_minutes",
    "no_such_time": "starts_at",
}


def email_address(_form: Any, field: Any) -> None:
    """The check of an address for mail."""
    try:
        field.data = validate_email(field.data or "", check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise ValidationError(_("Escriba un correo como nombre@empresa.com")) from error


class DetailsForm(Form):
    """What the event is and where."""

    name = text(_l("Nombre del evento"), most=200)
    description = long_text(_l("Descripción"), most=4000, optional=True)
    venue = text(_l("Sede"), most=200)
    city = text(_l("Ciudad"), most=120)
    time_zone = time_zone(_l("Zona horaria"))
    contact_email = text(_l("Correo de contacto"), most=254, checks=(email_address,))

    def details(self) -> Details:
        """What was entered."""
        return Details(**_entered(self, Details))


class DatesForm(Form):
    """When the event is and when companies register and ask, on the clocks of the event."""

    starts_at = moment(_l("El evento empieza"))
    ends_at = moment(_l("El evento termina"))
    registration_opens_at = moment(_l("El registro abre"))
    registration_closes_at = moment(_l("El registro cierra"))
    requests_open_at = moment(_l("Las solicitudes abren"))
    requests_close_at = moment(_l("Las solicitudes cierran"))

    def dates(self, zone: ZoneInfo) -> Dates | None:
        """What was entered as instants, or None with the fault next to the field: summer time skips some hours."""
        found = {}
        for name, entered in _entered(self, Dates).items():
            try:
                found[name] = instant(entered.date(), entered.time(), zone)
            except DomainError as error:
                self.refuse(name, error)
        return None if self.errors else Dates(**found)


class LimitsForm(Form):
    """How many meetings and requests a company may have."""

    buyer_max_meetings = whole(_l("Reuniones por comprador, a lo más"), 1, MAX_MEETINGS, optional=True)
    supplier_max_meetings = whole(_l("Reuniones por proveedor, a lo más"), 1, MAX_MEETINGS, optional=True)
    supplier_min_meetings = whole(_l("Reuniones por proveedor, al menos"), 0, MAX_MEETINGS, default=0)
    max_consecutive = whole(_l("Reuniones seguidas sin descanso, a lo más"), 1, MAX_MEETINGS, optional=True)
    buyer_request_quota = whole(_l("Solicitudes por comprador"), 0, MAX_QUOTA, default=40)
    supplier_request_quota = whole(_l("Solicitudes por proveedor"), 0, MAX_QUOTA, default=15)

    def limits(self) -> Limits:
        """What was entered."""
        return Limits(**_entered(self, Limits))


class RoundsForm(Form):
    """How long a round is."""

    slot_minutes = whole(_l("Minutos por reunión"), 5, 120, default=20)
    changeover_minutes = whole(_l("Minutos para cambiar de mesa"), 0, 60, default=5)

    def rounds(self) -> Rounds:
        """What was entered."""
        return Rounds(**_entered(self, Rounds))


class NewEventForm(DetailsForm, DatesForm, LimitsForm, RoundsForm):
    """All of it, for a new event."""

    code = text(_l("Clave en la dirección web"), most=60, optional=True)


class Versioned(Form):
    """A form about something that two people may change: it knows which version it was filled in from."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that the form was filled in from; -1 when it says nothing usable."""
        data = (self.version.data or "")[:12]
        return int(data) if data.isascii() and data.isdigit() else -1


class DetailsSettings(DetailsForm, Versioned):
    """The general settings."""


class DatesSettings(DatesForm, Versioned):
    """The settings of dates."""


class LimitsSettings(LimitsForm, Versioned):
    """The settings of limits."""


def values_of(event: Event, kind: type[Details | Dates | Limits | Rounds]) -> dict[str, Any]:
    """The fields of one form as the event has them; instants as clocks of the event show them."""
    values = {field.name: getattr(event, field.name) for field in fields(kind)}
    if kind is Dates:
        return {name: value.astimezone(event.zone).replace(tzinfo=None) for name, value in values.items()}
    return values


def differences(form: Form, saved: dict[str, Any]) -> list[tuple[str, Any]]:
    """Label and saved value of each field whose entered value is another."""
    return [(form[name].label.text, value) for name, value in saved.items() if form[name].data != value]


def _entered(form: Form, kind: type) -> dict[str, Any]:
    return {field.name: form[field.name].data for field in fields(kind)}
