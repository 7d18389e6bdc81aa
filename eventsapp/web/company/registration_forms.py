"""The forms of a company's registration, one for each step; "save and leave" also takes what is not complete yet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from babel import Locale
from flask import request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms import Form as PlainForm
from wtforms.validators import Length, ValidationError

from eventsapp.domain import contacts
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.places import MEXICO, STATES, state_of_postal_code
from eventsapp.domain.registering import MAX_DESKS, Consent
from eventsapp.domain.taxonomy import SHARED, clusters, terms
from eventsapp.domain.values import Side
from eventsapp.models import Company, Delegate, Event
from eventsapp.services.companies import CompanyAnswers
from eventsapp.web.forms import Form, long_text, options, text
from eventsapp.web.sentences import sentence
from eventsapp.web.words import CONSENT

SAVE_AND_LEAVE = "save_exit"
NEW_COMPANY = "new"
NOT_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "XK"})
# The shared terms in groups of what a plant looks for together: last code of each group.
SHARED_GROUPS = (
    ("ALL-070", _l("Metales")),
    ("ALL-110", _l("Tratamientos y acabados")),
    ("ALL-140", _l("Tubo, tornillería y resortes")),
    ("ALL-190", _l("Plásticos, hules y espumas")),
    ("ALL-240", _l("Herramentales, ingeniería y automatización")),
    ("ALL-300", _l("Mantenimiento, medición y calidad")),
    ("ALL-370", _l("Empaque, insumos y energía")),
    ("ALL-999", _l("Servicios y consultoría")),
)


class StepForm(Form):
    """A step: what was seen when the page was made, and two ways to save it."""

    seen = HiddenField(validators=[Length(max=64)])

    @property
    def is_draft(self) -> bool:
        """Does the person save and leave, complete or not?"""
        return bool(request.form.get(SAVE_AND_LEAVE))

    def refuse_whole(self, error: DomainError) -> None:
        """Put the sentence of a rule on top: it belongs to no field."""
        self.form_errors.append(sentence(error))


def needed(form: StepForm, field: Any) -> None:
    """Something was entered, unless the person leaves for now."""
    if not field.data and not form.is_draft:
        raise ValidationError(_("Complete este dato"))


def contact(rule: Any) -> Any:
    """A check that stores the normal form of what was typed, by one of the rules for contacts."""

    def check(_form: Any, field: Any) -> None:
        if field.data:
            try:
                field.data = rule(field.data)
            except DomainError as error:
                raise ValidationError(sentence(error)) from error

    return check


class StartForm(Form):
    """On which side, and which company."""

    side = RadioField(_l("¿Cómo participa su empresa?"), validate_choice=False)
    company = RadioField(_l("¿Qué empresa registra?"), validate_choice=False)
    name = text(_l("Nombre de la empresa"), most=200, optional=True)

    def offer_sides(self, sides: Iterable[tuple[Side, Any]]) -> None:
        """Take part as one of these; when there is one, as that."""
        self.side.choices = [(side.value, str(word)) for side, word in sides]
        if len(self.side.choices) == 1:
            self.side.data = self.side.choices[0][0]

    def validate_side(self, field: Any) -> None:
        """One of those that are offered."""
        if field.data not in {value for value, _word in field.choices}:
            raise ValidationError(_("Elija cómo participa su empresa"))

    def validate_name(self, field: Any) -> None:
        """A new company has a name."""
        if self.company.data == NEW_COMPANY and not field.data:
            raise ValidationError(_("Escriba el nombre de la empresa"))

    def offer_companies(self, known: list[Company]) -> None:
        """The companies of this person that the organizer knows, and a new one."""
        named = {str(company.id): company.name for company in known}
        self.company.choices = options({**named, NEW_COMPANY: _("Otra empresa")})


class CompanyForm(StepForm):
    """The company."""

    name = text(_l("Nombre comercial"), most=200)
    legal_name = text(_l("Razón social"), most=200, optional=True)
    country = SelectField(_l("País"), validate_choice=False)
    postal_code = text(_l("Código postal"), most=contacts.MAX_POSTAL_CODE, optional=True)
    state = SelectField(
        _l("Estado de la República"), choices=options({name: name for name in ("", *STATES)}), validate_choice=False
    )
    region = text(_l("Estado o provincia, fuera de México"), most=80, optional=True)
    city = text(_l("Ciudad o municipio"), most=120, optional=True, checks=(needed,))
    tax_id = text(_l("RFC o identificador fiscal"), most=contacts.MAX_TAX_ID, optional=True)
    website = text(_l("Página de internet"), most=300, optional=True, checks=(contact(contacts.web_page),))
    cluster_codes = SelectMultipleField(_l("Clústeres a los que pertenece"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = str(get_locale())
        self.country.choices = options(countries(language))
        named = {
            code: _("%(cluster)s, %(state)s", cluster=found.name(language), state=found.state)
            for code, found in clusters().items()
        }
        self.cluster_codes.choices = options(named)

    def validate_country(self, field: Any) -> None:
        """One that exists."""
        if field.data not in countries(str(get_locale())):
            raise ValidationError(_("Elija un país de la lista"))

    def validate_tax_id(self, field: Any) -> None:
        """A valid RFC in Mexico; abroad whatever the company has."""
        try:
            field.data = contacts.tax_id(field.data, self.country.data)
        except DomainError as error:
            raise ValidationError(sentence(error)) from error
        if not field.data and self.country.data == MEXICO and not self.is_draft:
            raise ValidationError(sentence(DomainError("bad_rfc_length")))

    def validate_postal_code(self, field: Any) -> None:
        """Five digits in Mexico."""
        try:
            field.data = contacts.postal_code(field.data or "", self.country.data)
        except DomainError as error:
            raise ValidationError(sentence(error)) from error

    def validate_state(self, field: Any) -> None:
        """One of the 32 in Mexico; the postal code may tell."""
        if self.country.data != MEXICO:
            return
        field.data = field.data or state_of_postal_code(self.postal_code.data or "")
        if field.data not in STATES and not (self.is_draft and not field.data):
            raise ValidationError(_("Elija un estado de la lista"))

    def validate_cluster_codes(self, field: Any) -> None:
        """Those that exist."""
        if any(code not in clusters() for code in field.data or ()):
            raise ValidationError(_("Elija una opción de la lista"))

    def answers(self) -> CompanyAnswers:
        """What was typed."""
        in_mexico = self.country.data == MEXICO
        return CompanyAnswers(
            name=self.name.data,
            legal_name=self.legal_name.data,
            tax_id=self.tax_id.data,
            country=self.country.data,
            state=(self.state.data or "") if in_mexico else self.region.data,
            city=self.city.data,
            website=self.website.data,
            cluster_codes=tuple(dict.fromkeys(self.cluster_codes.data or ())),
            postal_code=self.postal_code.data,
        )


class DeskForm(PlainForm):  # type: ignore[misc]
    """One desk."""

    name = text(_l("Nombre del equipo"), most=80, optional=True)
    people = SelectMultipleField(_l("Quién lo forma"), choices=[], validate_choice=False)


class DesksForm(StepForm):
    """All desks of a buyer."""

    desks = FieldList(FormField(DeskForm), min_entries=1, max_entries=MAX_DESKS)

    def offer_people(self, people: list[Delegate]) -> None:
        """Those who can sit at the desks."""
        for entry in self.desks:
            entry.form.people.choices = options({str(person.id): person.name for person in people})

    def refuse_empty(self, error: DomainError) -> None:
        """Put the sentence of a rule next to each desk without anyone."""
        for entry in self.desks:
            if not entry.form.people.data:
                entry.form.people.errors = [sentence(error)]
        self.desks.errors = [entry.errors for entry in self.desks]


class FinishForm(StepForm):
    """Nothing to type: the people are complete."""


class TermsForm(StepForm):
    """What we buy or make."""

    terms = SelectMultipleField(validate_choice=False)
    offer = long_text("", most=1000, optional=True)

    def __init__(self, event: Event, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.terms.choices = [choice for label, words in term_groups(event).items() for choice in options(words, label)]


class ReviewForm(Form):
    """The voluntary uses of data; none is ticked beforehand."""

    consents = SelectMultipleField(
        _l("Permisos voluntarios"),
        choices=options({consent.value: words for consent, words in CONSENT.items()}),
        validate_choice=False,
    )

    def chosen(self) -> list[Consent]:
        """What was ticked."""
        return [consent for consent in Consent if consent.value in (self.consents.data or [])]


def availability_form(numbers: list[int], slot_ids: list[str]) -> type[StepForm]:
    """A form with one list of rounds for each desk."""
    choices = options(dict(zip(slot_ids, slot_ids, strict=True)))
    fields = {f"desk_{number}": SelectMultipleField(choices=choices, validate_choice=False) for number in numbers}
    return type("AvailabilityForm", (StepForm,), fields)


def term_groups(event: Event) -> dict[str, dict[str, str]]:
    """The terms of the taxonomy in groups: the shared ones, those of the organizer's cluster, all others."""
    language = str(get_locale())
    own = event.organization.cluster_code
    groups: dict[str, dict[str, str]] = {}
    order = {SHARED: 0, own: 1}
    for term in sorted(terms().values(), key=lambda known: order.get(known.cluster, len(order))):
        if term.cluster == SHARED:
            label = next(str(words) for last, words in SHARED_GROUPS if term.code <= last)
        else:
            label = clusters()[term.cluster].name(language) if term.cluster == own else _("Otros sectores")
        groups.setdefault(label, {})[term.code] = term.name(language)
    return groups


@cache
def countries(language: str) -> dict[str, str]:
    """The countries by name, Mexico first."""
    names = {
        code: name
        for code, name in Locale.parse(language).territories.items()
        if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES
    }
    return dict(sorted(names.items(), key=lambda entry: (entry[0] != MEXICO, folded(entry[1]))))
