"""The forms of a company's profile: one question a page. Each form knows its answers and how to show what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from eventsapp.domain import contacts, coordinates, scian
from eventsapp.domain.company_size import MOST_WORKERS
from eventsapp.domain.errors import DomainError
from eventsapp.domain.places import MEXICO, STATES, state_of_postal_code
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import Ownership, SizeSector, Tier
from eventsapp.services.companies import (
    ClusterAnswers,
    DescriptionAnswers,
    MarketAnswers,
    OriginAnswers,
    OtherTradesAnswers,
    PositionAnswers,
    SizeAnswers,
    SupplyChainAnswers,
    TradeAnswers,
)
from eventsapp.services.sites import SiteAnswers
from eventsapp.web.clock import now
from eventsapp.web.company.profile_fields import check_postal_code, member, millions, pesos_of, position, radio, several
from eventsapp.web.company.profile_words import OWNERSHIP, SIZE_SECTOR, TIER, language_names, market_names
from eventsapp.web.company.registration_forms import StepForm, countries
from eventsapp.web.fields import whole
from eventsapp.web.forms import Form, long_text, options, text
from eventsapp.web.sentences import sentence

FIRST_YEAR = 1500
MOST_WORDS = 120
YES, NO = "yes", "no"


class DescriptionForm(StepForm):
    """The company in its own words."""

    description = long_text(_l("Descripción"), most=2000, optional=True)

    def answers(self) -> DescriptionAnswers:
        """What was typed."""
        return DescriptionAnswers(self.description.data)


class IndustryForm(StepForm):
    """A search in the classes of SCIAN; what is chosen stays among what is found."""

    words = text(_l("Buscar por palabra o código"), most=MOST_WORDS, optional=True)
    found: list[scian.Industry]
    picked: ClassVar[str]

    def offer(self, chosen: Iterable[str]) -> None:
        """What was found, after what is chosen."""
        self.found = scian.search(self.words.data or "")
        known = [scian.industries()[code] for code in chosen if code in scian.industries()]
        shown = list({industry.code: industry for industry in (*known, *self.found)}.values())
        self.picker.choices = options({one.code: f"{one.title} ({one.code})" for one in shown})

    def pick(self, codes: list[str]) -> None:
        """Choose among what is shown: a search keeps what was chosen before it."""
        self.picker.data = codes if isinstance(self.picker, SelectMultipleField) else codes[0]

    @property
    def picker(self) -> Any:
        """The field that holds the choice."""
        return self[self.picked]


class TradeForm(IndustryForm):
    """What the company is by trade."""

    picked = "scian_code"
    scian_code = RadioField(_l("Actividad principal"), validate_choice=False)

    def answers(self) -> TradeAnswers:
        """What was chosen."""
        return TradeAnswers(self.scian_code.data or None)

    def validate_scian_code(self, field: Any) -> None:
        """One of the catalogue."""
        if not field.data:
            raise ValidationError(_("Busque y elija su actividad"))
        if field.data not in scian.industries():
            raise ValidationError(sentence(DomainError("unknown_industry")))


class OtherTradesForm(IndustryForm):
    """What the company does besides."""

    picked = "scian_secondary"
    scian_secondary = SelectMultipleField(_l("Otras actividades"), validate_choice=False)

    def answers(self) -> OtherTradesAnswers:
        """What was chosen."""
        return OtherTradesAnswers(tuple(dict.fromkeys(self.scian_secondary.data or ())))


class SupplyChainForm(StepForm):
    """Where the company stands."""

    tier = radio(_l("Posición en la cadena"), TIER)

    def answers(self) -> SupplyChainAnswers:
        """What was chosen."""
        return SupplyChainAnswers(member(Tier, self.tier.data))


class PositionForm(StepForm):
    """Where the company stands on the map."""

    position = position()

    def refuse_whole(self, error: DomainError) -> None:
        """A rule speaks of the only field."""
        self.refuse("position", error)

    def answers(self) -> PositionAnswers:
        """What was pasted."""
        return PositionAnswers(self.position.data)


class SizeForm(StepForm):
    """What the legal size class follows from."""

    size_sector = radio(_l("Sector"), SIZE_SECTOR)
    workers = whole(_l("Personas que trabajan en la empresa"), 0, MOST_WORKERS)
    annual_sales_mxn = millions(_l("Ventas anuales, en millones de pesos"))

    def answers(self) -> SizeAnswers:
        """What was typed."""
        return SizeAnswers(
            member(SizeSector, self.size_sector.data), self.workers.data, pesos_of(self.annual_sales_mxn.data)
        )


class OriginForm(StepForm):
    """Since when and whose."""

    founded_year = whole(_l("Año de fundación"), FIRST_YEAR, 2100, optional=True)
    ownership = radio(_l("Capital"), OWNERSHIP, optional=True)
    is_women_led = RadioField(
        _l("¿La dirige o es propiedad mayoritaria de mujeres?"),
        choices=options({YES: _l("Sí"), NO: _l("No"), "": _l("Prefiero no decirlo")}),
        validate_choice=False,
    )
    group_name = text(_l("Grupo empresarial"), most=200, optional=True)

    def validate_founded_year(self, field: Any) -> None:
        """Not in the future."""
        if field.data is not None and field.data > now().year:
            raise ValidationError(_("Escriba un año que ya pasó"))

    def validate_is_women_led(self, field: Any) -> None:
        """Yes, no or nothing."""
        if field.data not in {YES, NO, "", None}:
            raise ValidationError(_("Elija una opción de la lista"))

    def answers(self) -> OriginAnswers:
        """What was typed."""
        return OriginAnswers(
            founded_year=self.founded_year.data,
            ownership=member(Ownership, self.ownership.data),
            is_women_led={YES: True, NO: False}.get(self.is_women_led.data),
            group_name=self.group_name.data,
        )


class MarketForm(StepForm):
    """Where the company sells and what it speaks."""

    export_markets = several(_l("Países a los que exporta"))
    languages = several(_l("Idiomas en los que puede reunirse"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        locale = str(get_locale())
        self.export_markets.choices = options(market_names(locale))
        self.languages.choices = options(language_names(locale))

    def answers(self) -> MarketAnswers:
        """What was ticked."""
        return MarketAnswers(once(self.export_markets.data), once(self.languages.data))


class ClusterForm(StepForm):
    """To which clusters the company belongs."""

    cluster_codes = several(_l("Clústeres a los que pertenece"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cluster_codes.choices = options(cluster_names())

    def answers(self) -> ClusterAnswers:
        """What was ticked."""
        return ClusterAnswers(once(self.cluster_codes.data))


class LogoForm(Form):
    """A picture of the company."""

    logo = FileField(_l("Archivo del logotipo"), render_kw={"accept": "image/png,image/jpeg"})


class SiteForm(StepForm):
    """A plant, a workshop, an office."""

    name = text(_l("Nombre del sitio"), most=200)
    address = text(_l("Calle y número"), most=300, optional=True)
    country = SelectField(_l("País"), validate_choice=False)
    postal_code = text(_l("Código postal"), most=contacts.MAX_POSTAL_CODE, optional=True)
    state = SelectField(
        _l("Estado de la República"), choices=options({name: name for name in ("", *STATES)}), validate_choice=False
    )
    region = text(_l("Estado o provincia, fuera de México"), most=80, optional=True)
    city = text(_l("Ciudad o municipio"), most=120)
    position = position()
    plant_area_m2 = whole(_l("Superficie de la planta, en m²"), 1, 10_000_000, optional=True)
    shifts = whole(_l("Turnos por día"), 1, 4, optional=True)
    is_meeting_host = BooleanField(_l("Puede recibir visitas de otras empresas"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = options(countries(str(get_locale())))

    def validate_country(self, field: Any) -> None:
        """One that exists."""
        if field.data not in countries(str(get_locale())):
            raise ValidationError(_("Elija un país de la lista"))

    def validate_postal_code(self, field: Any) -> None:
        """Five digits in Mexico."""
        check_postal_code(field, self.country.data)

    def validate_state(self, field: Any) -> None:
        """One of the 32 in Mexico; the postal code may tell."""
        field.data = field.data or state_of_postal_code(self.postal_code.data or "")
        if self.country.data == MEXICO and field.data not in STATES:
            raise ValidationError(_("Elija un estado de la lista"))

    def validate_position(self, field: Any) -> None:
        """In Mexico, when the site is there."""
        if field.data and not field.errors:
            try:
                coordinates.require_within(coordinates.parse(field.data), self.country.data)
            except DomainError as error:
                raise ValidationError(sentence(error)) from error

    def answers(self) -> SiteAnswers:
        """What was typed."""
        return SiteAnswers(
            name=self.name.data,
            address=self.address.data,
            country=self.country.data,
            state=self.state.data if self.country.data == MEXICO else self.region.data,
            city=self.city.data,
            postal_code=self.postal_code.data,
            plant_area_m2=self.plant_area_m2.data,
            shifts=self.shifts.data,
            is_meeting_host=self.is_meeting_host.data,
            position=self.position.data,
        )


def cluster_names() -> dict[str, str]:
    """The clusters by name, with their state."""
    language = str(get_locale())
    return {
        code: _("%(cluster)s, %(state)s", cluster=found.name(language), state=found.state)
        for code, found in clusters().items()
    }


def once(values: Iterable[str] | None) -> tuple[str, ...]:
    """What was ticked, each once."""
    return tuple(dict.fromkeys(values or ()))
