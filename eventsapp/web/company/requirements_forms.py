"""The forms of requirements and capabilities, one for each step; each knows the answers that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any, ClassVar, Self

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import Length, Optional

from eventsapp.domain.certifications import certifications
from eventsapp.domain.editions import edition
from eventsapp.domain.places import STATES
from eventsapp.domain.scian import industries
from eventsapp.domain.sourcing import (
    CURRENCIES,
    INCOTERMS,
    MAX_CERTIFICATES,
    MAX_MACHINES,
    MAX_TERMS_EACH,
    MOST_QUANTITY,
    SPOKEN,
    CloseReason,
    RequirementKind,
    Unit,
    Visibility,
)
from eventsapp.domain.taxonomy import clusters, terms
from eventsapp.domain.values import SizeClass
from eventsapp.models import Event
from eventsapp.services import capabilities, requirements
from eventsapp.web.company.registration_forms import countries, term_groups
from eventsapp.web.fields import MOST_SHOWN, YEARS, choice, whole
from eventsapp.web.forms import Form, long_text, options, text, trimmed
from eventsapp.web.sourcing_words import (
    CLOSE_REASON,
    CURRENT_SOURCE,
    KIND,
    LABEL,
    SIZE,
    TOOLING,
    UNIT,
    URGENCY,
    VALUE_BAND,
    VISIBILITY,
    cluster_name,
    language_name,
)

MOST_CODES = 6
EVERYWHERE = frozenset({"ISO-9001", "ISO-14001", "ISO-45001"})
MOST_MACHINE = 120
WRONG_CHOICE = _l("Elija una opción de la lista")


def _in_years(_form: Any, field: Any) -> None:
    if field.data is not None and field.data.year not in YEARS:
        raise ValidationError(_("Escriba un año entre %(first)s y %(last)s", first=YEARS[0], last=YEARS[-1]))


class _Day(DateField):  # type: ignore[misc]
    """A date that may be left out; what was typed stays, bounded."""

    def _value(self) -> str:
        return trimmed(super()._value())[:MOST_SHOWN]


class _Tick(BooleanField):  # type: ignore[misc]
    """A single tick; what stands for it is ours, whatever was sent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = "BooleanField"  # by this name the kit knows what to draw

    def _value(self) -> str:
        return "y"


class _Lines(SelectMultipleField):  # type: ignore[misc]
    """Ticks of a list; what is not on it is refused with one sentence."""

    data: list[str] | None

    def pre_validate(self, _form: Any) -> None:
        """Each tick is on the list, once."""
        sent = list(dict.fromkeys(self.data or ()))
        known = {value for value, *_rest in self.iter_choices()}
        self.data = [value for value in sent if value in known]
        if self.data != sent:
            raise ValidationError(WRONG_CHOICE)


def day(name: str) -> Any:
    """A date that may be left out."""
    message = _l("Escriba una fecha que exista")
    return _Day(LABEL[name], validators=[Optional(), _in_years], invalid_value_message=message)


def perhaps(name: str, words: Mapping[Any, Any]) -> Any:
    """One of the values of an enum, or no answer."""
    kind: Callable[[str], StrEnum] = type(next(iter(words)))
    return SelectField(
        LABEL[name],
        choices=[*options({"": _l("Sin respuesta")}), *options({member.value: said for member, said in words.items()})],
        coerce=lambda value: kind(value) if value else None,
        invalid_value_message=WRONG_CHOICE,
        invalid_choice_message=WRONG_CHOICE,
    )


def one_of(name: str, values: Mapping[str, Any] | Callable[[], Mapping[str, Any]]) -> Any:
    """One of some texts, or the empty one."""
    named = values if callable(values) else lambda: values
    return SelectField(
        LABEL[name],
        choices=lambda: options({"": _("Sin respuesta"), **named()}),
        invalid_choice_message=WRONG_CHOICE,
    )


def ticks(name: str, choices: Callable[[], list[Any]] | None = None) -> Any:
    """Some of a list."""
    return _Lines(LABEL[name], choices=choices, validate_choice=False)


def count(name: str, least: int = 1, most: int = MOST_QUANTITY) -> Any:
    """A whole number that may be left out."""
    return whole(LABEL[name], least, most, optional=True)


class SourcingForm(Form):
    """A step: what was seen when the page was made, and the answers it stands for, field by field."""

    ANSWERS: ClassVar[type]
    seen = HiddenField(validators=[Length(max=64)])

    @classmethod
    def of(cls, event: Event, answers: Any) -> Self:
        """The form with what is stored."""
        stored = {each.name: getattr(answers, each.name) for each in fields(answers)}
        data = {name: list(value) if isinstance(value, tuple) else value for name, value in stored.items()}
        return cls(event, formdata=None, data={**cls.shown(data), "seen": edition(answers)})

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.event = event

    @staticmethod
    def shown(data: dict[str, Any]) -> dict[str, Any]:
        """What is stored, as the fields show it."""
        return data

    def answers(self) -> Any:
        """What was entered."""
        entered = {each.name: self.entered(each.name) for each in fields(self.ANSWERS)}
        return self.ANSWERS(**entered)

    def entered(self, name: str) -> Any:
        """What was entered in one field."""
        value = self[name].data
        return tuple(value) if isinstance(value, list) else value

    @classmethod
    def names(cls) -> list[str]:
        """The names of the fields, in order."""
        return [each.name for each in fields(cls.ANSWERS)]


class _WithTerms(SourcingForm):
    """A title, terms and a description."""

    title = text(LABEL["title"], most=160)
    terms = ticks("terms")
    description = long_text(LABEL["description"], most=2000, optional=True)

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(event, *args, **kwargs)
        self.terms.choices = [choice for label, words in term_groups(event).items() for choice in options(words, label)]

    def validate_terms(self, field: Any) -> None:
        """One to six, all of the taxonomy."""
        if not field.data:
            raise ValidationError(_("Elija al menos un proceso"))
        if len(field.data) > MAX_TERMS_EACH:
            raise ValidationError(_("Elija a lo más %(most)s; para más, haga otro", most=MAX_TERMS_EACH))
        if not terms().keys() >= set(field.data):
            raise ValidationError(WRONG_CHOICE)


class WhatForm(_WithTerms):
    """What is looked for."""

    ANSWERS = requirements.WhatAnswers
    kind = choice(LABEL["kind"], KIND, default=RequirementKind.DIRECT_MATERIAL)


class VolumeForm(SourcingForm):
    """Of what material and size, how much and for how much."""

    ANSWERS = requirements.VolumeAnswers
    material = text(LABEL["material"], most=200, optional=True)
    dimensions = text(LABEL["dimensions"], most=200, optional=True)
    annual_quantity = count("annual_quantity")
    unit = choice(LABEL["unit"], UNIT, default=Unit.PIECES)
    lot_size = count("lot_size")
    value_band = perhaps("value_band", VALUE_BAND)
    currency = SelectField(
        LABEL["currency"], choices=options({code: code for code in CURRENCIES}), invalid_choice_message=WRONG_CHOICE
    )
    tooling = perhaps("tooling", TOOLING)
    drawing_available = _Tick(LABEL["drawing_available"])
    nda_needed = _Tick(LABEL["nda_needed"])


class DeliveryForm(SourcingForm):
    """When and where, and how it is bought today."""

    ANSWERS = requirements.DeliveryAnswers
    urgency = perhaps("urgency", URGENCY)
    target_start = day("target_start")
    sample_date = day("sample_date")
    delivery_state = one_of("delivery_state", {name: name for name in STATES})
    delivery_city = text(LABEL["delivery_city"], most=120, optional=True)
    incoterm = one_of("incoterm", {code: code for code in INCOTERMS})
    payment_days = count("payment_days", 0, 365)
    current_source = perhaps("current_source", CURRENT_SOURCE)
    import_country = one_of("import_country", lambda: countries(str(get_locale())))


class SupplierForm(SourcingForm):
    """What a supplier must be and have."""

    ANSWERS = requirements.SupplierAnswers
    must_certificates = ticks("must_certificates")
    accepts_in_progress = _Tick(_l("Acepto a quien los tiene en proceso"))
    preferred_certificates = ticks("preferred_certificates")
    size_wanted = ticks("size_wanted", lambda: options({size.value: SIZE[size] for size in SizeClass}))
    scian_wanted = text(LABEL["scian_wanted"], most=80, optional=True)
    languages = ticks("languages", lambda: options({code: language_name(code).capitalize() for code in SPOKEN}))
    max_distance_km = count("max_distance_km", 1, 5000)

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(event, *args, **kwargs)
        grouped = certificate_choices(event)
        self.must_certificates.choices = grouped
        self.preferred_certificates.choices = grouped

    @staticmethod
    def shown(data: dict[str, Any]) -> dict[str, Any]:
        """Classes in one line."""
        return {**data, "scian_wanted": ", ".join(data["scian_wanted"])}

    def entered(self, name: str) -> Any:
        """Classes one by one."""
        return tuple(_codes(self.scian_wanted.data)) if name == "scian_wanted" else super().entered(name)

    def validate_must_certificates(self, field: Any) -> None:
        """Not more than somebody can have."""
        _few(field)

    def validate_preferred_certificates(self, field: Any) -> None:
        """Not more than somebody can have; what is indispensable is not asked twice."""
        _few(field)
        field.data = [code for code in field.data if code not in (self.must_certificates.data or ())]

    def validate_scian_wanted(self, field: Any) -> None:
        """Classes of the catalogue, or their first digits."""
        codes = _codes(field.data)
        known = industries()
        wrong = [code for code in codes if not (code.isascii() and code.isdigit() and 2 <= len(code) <= 6)]
        wrong = wrong or [code for code in codes if not any(each.startswith(code) for each in known)]
        if wrong:
            raise ValidationError(_("%(code)s no es un giro del SCIAN 2023", code=wrong[0][:12]))
        if len(codes) > MOST_CODES:
            raise ValidationError(_("Escriba a lo más %(most)s giros", most=MOST_CODES))


class OfferForm(_WithTerms):
    """What a company makes or does."""

    ANSWERS = capabilities.OfferAnswers


class PlantForm(SourcingForm):
    """With what, how much and how fast."""

    ANSWERS = capabilities.PlantAnswers
    machines = long_text(LABEL["machines"], most=1200, optional=True)
    monthly_capacity = count("monthly_capacity", 0)
    unit = choice(LABEL["unit"], UNIT, default=Unit.PIECES)
    utilisation_pct = count("utilisation_pct", 0, 100)
    min_lot = count("min_lot")
    lead_time_days = count("lead_time_days", 0, 730)
    tolerance = text(LABEL["tolerance"], most=120, optional=True)
    materials = text(LABEL["materials"], most=300, optional=True)
    sectors = ticks("sectors", lambda: options({code: cluster_name(code) for code in clusters()}))
    main_customers = text(LABEL["main_customers"], most=500, optional=True)

    @staticmethod
    def shown(data: dict[str, Any]) -> dict[str, Any]:
        """Machines line by line."""
        return {**data, "machines": "\n".join(data["machines"])}

    def entered(self, name: str) -> Any:
        """Machines line by line."""
        return tuple(_lines(self.machines.data)) if name == "machines" else super().entered(name)

    def validate_machines(self, field: Any) -> None:
        """A few lines of a sensible length."""
        lines = _lines(field.data)
        if len(lines) > MAX_MACHINES:
            raise ValidationError(_("Escriba a lo más %(most)s renglones", most=MAX_MACHINES))
        if any(len(line) > MOST_MACHINE for line in lines):
            raise ValidationError(_("Use a lo más %(most)s caracteres en cada renglón", most=MOST_MACHINE))


class PublishForm(Form):
    """Who may see it."""

    visibility = choice(_l("¿Quién lo puede ver?"), VISIBILITY, default=Visibility.APPROVED)


class CloseForm(Form):
    """Why it ends."""

    why = choice(_l("¿Por qué lo cierra?"), CLOSE_REASON, default=CloseReason.FOUND_HERE)
    note = long_text(_l("Comentario para el organizador"), most=500, optional=True)


def certificate_choices(event: Event) -> list[Any]:
    """The certificates in groups: what the organizer's cluster asks for, then all others."""
    own = event.organization.cluster_code
    groups: dict[str, dict[str, str]] = {_("Más pedidos"): {}, _("Otros certificados"): {}}
    common, others = groups.values()
    for code, known in certifications().items():
        is_common = code in EVERYWHERE or own in known.clusters
        (common if is_common else others)[code] = known.title
    return [choice for label, words in groups.items() for choice in options(words, label)]


def _codes(entered: str | None) -> list[str]:
    return list(dict.fromkeys((entered or "").replace(",", " ").replace(";", " ").split()))


def _lines(entered: str | None) -> list[str]:
    return [line.strip() for line in (entered or "").splitlines() if line.strip()]


def _few(field: Any) -> None:
    if len(field.data or ()) > MAX_CERTIFICATES:
        raise ValidationError(_("Elija a lo más %(most)s", most=MAX_CERTIFICATES))
