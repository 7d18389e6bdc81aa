"""The forms of an event: what it is, its dates, its rounds, its limits; alone as settings, together for a new event."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, ValidationError

from eventsapp.domain.errors import DomainError
from eventsapp.domain.sides import Noun
from eventsapp.domain.slots import instant
from eventsapp.domain.values import Axis, EventFormat, Programme, Side, SideNames
from eventsapp.models import Event
from eventsapp.services.events import Answering, Dates, Details, Kind, Limits, Rounds
from eventsapp.web.fields import choice, moment, time_zone, whole
from eventsapp.web.forms import Form, long_text, text
from eventsapp.web.words import AXIS, EVENT_FORMAT, PROGRAMME, SIDE_NAMES, SIDE_WORDS, Named, side_word

MAX_MEETINGS = 500
MAX_QUOTA = 1000
MAX_PLACES = 10_000
MAX_HOURS = 24 * 60

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
    "late_out_of_order": "late_registration_until",
    "reminder_after_expiry": "request_reminder_hours",
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
    late_registration_until = moment(_l("Registro tardío hasta"), optional=True)
    requests_open_at = moment(_l("Las solicitudes abren"))
    requests_close_at = moment(_l("Las solicitudes cierran"))

    def dates(self, zone: ZoneInfo) -> Dates | None:
        """What was entered as instants, or None with the fault next to the field: summer time skips some hours."""
        found: dict[str, Any] = {}
        for name, entered in _entered(self, Dates).items():
            if entered is None:
                found[name] = None
                continue
            try:
                found[name] = instant(entered.date(), entered.time(), zone)
            except DomainError as error:
                self.refuse(name, error)
        return None if self.errors else Dates(**found)


class KindForm(Form):
    """Programme, axis, format, and what the two sides are called."""

    programme = choice(_l("Programa"), PROGRAMME, default=Programme.BUSINESS_MEETINGS)
    axis = choice(_l("Eje estratégico"), AXIS, default=Axis.NONE)
    format = choice(_l("Formato"), EVENT_FORMAT, default=EventFormat.MANY_BUYERS)
    sides = choice(_l("Quién se reúne con quién"), SIDE_NAMES, default=SideNames.BUYER_SUPPLIER)

    def kind(self) -> Kind:
        """What was entered."""
        return Kind(**_entered(self, Kind))


class AnsweringForm(Form):
    """How requests are answered."""

    request_expiry_hours = whole(_l("Horas para responder una solicitud"), 2, MAX_HOURS, default=72)
    request_reminder_hours = whole(_l("Horas antes para recordarlo"), 1, MAX_HOURS, default=24)
    buyer_requests_binding = BooleanField(SIDE_WORDS["requests_bind"][Noun.BUYER])

    def call_sides(self, event: Named) -> None:
        """Name the sides as the event does."""
        self.buyer_requests_binding.label.text = side_word(event, Side.BUYER, "requests_bind")

    def answering(self) -> Answering:
        """What was entered."""
        return Answering(**_entered(self, Answering))


SIDE_LABELS = {
    "buyer_places": (Side.BUYER, "places"),
    "supplier_places": (Side.SUPPLIER, "places"),
    "buyer_max_meetings": (Side.BUYER, "max_meetings"),
    "supplier_max_meetings": (Side.SUPPLIER, "max_meetings"),
    "supplier_min_meetings": (Side.SUPPLIER, "min_meetings"),
    "buyer_request_quota": (Side.BUYER, "request_quota"),
    "supplier_request_quota": (Side.SUPPLIER, "request_quota"),
}


class LimitsForm(Form):
    """How many companies take part, how many meetings and requests each may have."""

    buyer_places = whole(SIDE_WORDS["places"][Noun.BUYER], 1, MAX_PLACES, optional=True)
    supplier_places = whole(SIDE_WORDS["places"][Noun.SUPPLIER], 1, MAX_PLACES, optional=True)
    buyer_max_meetings = whole(SIDE_WORDS["max_meetings"][Noun.BUYER], 1, MAX_MEETINGS, optional=True)
    supplier_max_meetings = whole(SIDE_WORDS["max_meetings"][Noun.SUPPLIER], 1, MAX_MEETINGS, optional=True)
    supplier_min_meetings = whole(SIDE_WORDS["min_meetings"][Noun.SUPPLIER], 0, MAX_MEETINGS, default=0)
    max_consecutive = whole(_l("Reuniones seguidas sin descanso, a lo más"), 1, MAX_MEETINGS, optional=True)
    buyer_request_quota = whole(SIDE_WORDS["request_quota"][Noun.BUYER], 0, MAX_QUOTA, default=40)
    supplier_request_quota = whole(SIDE_WORDS["request_quota"][Noun.SUPPLIER], 0, MAX_QUOTA, default=15)
    freeze_hours = whole(_l("Horas de congelación antes del inicio"), 0, MAX_HOURS, default=48)
    needs_second_person = BooleanField(_l("Publicar entre dos personas"))

    def call_sides(self, event: Named) -> None:
        """Name the sides as the event does."""
        for name, (side, form) in SIDE_LABELS.items():
            self[name].label.text = side_word(event, side, form)

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


class NewEventForm(DetailsForm, KindForm, DatesForm, LimitsForm, RoundsForm):
    """All of it, for a new event."""

    code = text(_l("Clave en la dirección web"), most=60, optional=True)

    def call_chosen_sides(self) -> None:
        """Name the sides as they are chosen in this form."""
        chosen = self.sides.data
        names = SideNames(chosen) if chosen in set(SideNames) else SideNames.BUYER_SUPPLIER
        self.call_sides(SimpleNamespace(sides=names))


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


class KindSettings(KindForm, Versioned):
    """The settings of programme and sides."""


class AnsweringSettings(AnsweringForm, Versioned):
    """The settings of requests."""


class LimitsSettings(LimitsForm, Versioned):
    """The settings of limits."""


def values_of(event: Event, kind: type[Details | Dates | Kind | Limits | Answering | Rounds]) -> dict[str, Any]:
    """The fields of one form as the event has them; instants as clocks of the event show them."""
    values = {field.name: getattr(event, field.name) for field in fields(kind)}
    if kind is Dates:
        return {name: value and value.astimezone(event.zone).replace(tzinfo=None) for name, value in values.items()}
    return values


def differences(form: Form, saved: dict[str, Any]) -> list[tuple[str, Any]]:
    """Label and saved value of each field whose entered value is another."""
    return [(form[name].label.text, value) for name, value in saved.items() if form[name].data != value]


def _entered(form: Form, kind: type) -> dict[str, Any]:
    return {field.name: form[field.name].data for field in fields(kind)}
