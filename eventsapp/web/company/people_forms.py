"""The form of a person of a company: what everybody needs, and what helps to seat and to meet that person."""

from __future__ import annotations

from typing import Any

from babel.dates import get_timezone_location
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from eventsapp.domain import contacts
from eventsapp.domain.values import DecisionPower, Department
from eventsapp.services.companies import DelegateAnswers
from eventsapp.web.account.forms import check_email
from eventsapp.web.company.profile_words import DECISION_POWER, DEPARTMENT, language_names
from eventsapp.web.company.registration_forms import StepForm, contact
from eventsapp.web.fields import MEXICAN_ZONES
from eventsapp.web.forms import options, text

ADMIN, DELEGATE = "admin", "delegate"
FOREIGN_ZONES = (
    "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto",
    "America/Bogota", "America/Sao_Paulo", "America/Argentina/Buenos_Aires", "Europe/London", "Europe/Madrid",
    "Europe/Paris", "Europe/Berlin", "Europe/Rome", "Asia/Tokyo", "Asia/Seoul", "Asia/Shanghai", "Asia/Kolkata",
)  # fmt: skip


class DelegateForm(StepForm):
    """A person who attends."""

    name = text(_l("Nombre completo"), most=200)
    job_title = text(_l("Puesto"), most=120)
    email = text(_l("Correo electrónico"), most=contacts.MAX_EMAIL, checks=(check_email,))
    phone = text(_l("Celular o teléfono"), most=contacts.MAX_PHONE, checks=(contact(contacts.phone_number),))
    department = SelectField(_l("Área"), validate_choice=False)
    decision_power = SelectField(_l("En las compras o ventas"), validate_choice=False)
    languages = SelectMultipleField(_l("Idiomas en los que puede reunirse"), validate_choice=False)
    time_zone = SelectField(_l("Zona horaria"), validate_choice=False)
    accessibility_needs = text(_l("Necesidades de accesibilidad"), most=500, optional=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locale = str(get_locale())
        self.department.choices = options({"": "", **{known.value: word for known, word in DEPARTMENT.items()}})
        powers = {known.value: word for known, word in DECISION_POWER.items()}
        self.decision_power.choices = options({"": "", **powers})
        self.languages.choices = options(language_names(locale))
        foreign = {zone: get_timezone_location(zone, locale=locale) for zone in FOREIGN_ZONES}
        self.time_zone.choices = [
            *options({"": _("La del evento")}),
            *options(MEXICAN_ZONES, _("México")),
            *options(foreign, _("Otros países")),
        ]

    def validate_department(self, field: Any) -> None:
        """One of the list."""
        _require_choice(field)

    def validate_decision_power(self, field: Any) -> None:
        """One of the list."""
        _require_choice(field)

    def validate_time_zone(self, field: Any) -> None:
        """One of the list."""
        _require_choice(field)

    def validate_languages(self, field: Any) -> None:
        """Those of the list."""
        known = {choice.value for choice in field.choices}
        if any(value not in known for value in field.data or ()):
            raise ValidationError(_("Elija opciones de la lista"))

    @property
    def has_more(self) -> bool:
        """Is anything of the optional part answered, or wrong?"""
        more = (self.department, self.decision_power, self.languages, self.time_zone, self.accessibility_needs)
        return any(field.data or field.errors for field in more)

    def answers(self) -> DelegateAnswers:
        """What was typed."""
        return DelegateAnswers(
            name=self.name.data,
            job_title=self.job_title.data,
            email=self.email.data,
            phone=self.phone.data,
            department=Department(self.department.data) if self.department.data else None,
            decision_power=DecisionPower(self.decision_power.data) if self.decision_power.data else None,
            languages=tuple(dict.fromkeys(self.languages.data or ())),
            time_zone=self.time_zone.data or "",
            accessibility_needs=self.accessibility_needs.data,
        )


class InviteForm(DelegateForm):
    """A colleague who is invited, and what that person may do."""

    role = RadioField(
        _l("¿Qué podrá hacer?"),
        choices=options({DELEGATE: _l("Asistir"), ADMIN: _l("Administrar la empresa")}),
        default=DELEGATE,
        validate_choice=False,
    )

    def validate_role(self, field: Any) -> None:
        """One of the two."""
        if field.data not in {ADMIN, DELEGATE}:
            raise ValidationError(_("Elija una opción"))


def delegate_values(stored: DelegateAnswers) -> dict[str, Any]:
    """What is stored of a person as the form holds it."""
    return {
        **vars(stored),
        "department": stored.department.value if stored.department else "",
        "decision_power": stored.decision_power.value if stored.decision_power else "",
        "languages": list(stored.languages),
    }


def delegate_words(answers: DelegateAnswers) -> list[tuple[str, str]]:
    """A person, field by field, in the words of the form."""
    form = DelegateForm(formdata=None, **delegate_values(answers))
    words = []
    for name in vars(answers):
        field = form[name]
        choices = {choice.value: str(choice.label) for choice in getattr(field, "choices", None) or ()}
        chosen = field.data if isinstance(field.data, list) else [field.data]
        shown = ", ".join(choices.get(value, str(value or "")) for value in chosen)
        words.append((str(field.label.text), shown))
    return words


def _require_choice(field: Any) -> None:
    if field.data and field.data not in {choice.value for choice in field.choices}:
        raise ValidationError(_("Elija una opción de la lista"))
