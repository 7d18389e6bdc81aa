"""The parts of a company's profile: what each asks, in which order, and what of it is needed for good matches."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain import scian
from eventsapp.domain.company_size import Size, sector_of, size_of
from eventsapp.models import Company
from eventsapp.services import companies
from eventsapp.services.companies import (
    ClusterAnswers,
    DescriptionAnswers,
    MarketAnswers,
    OriginAnswers,
    OtherTradesAnswers,
    PositionAnswers,
    ProfileAnswers,
    SizeAnswers,
    SupplyChainAnswers,
    TradeAnswers,
)
from eventsapp.web.clock import now
from eventsapp.web.company.profile_fields import millions_of
from eventsapp.web.company.profile_forms import (
    NO,
    YES,
    ClusterForm,
    DescriptionForm,
    MarketForm,
    OriginForm,
    OtherTradesForm,
    PositionForm,
    SizeForm,
    SupplyChainForm,
    TradeForm,
)
from eventsapp.web.company.profile_words import SIZE_CLASS
from eventsapp.web.company.registration_forms import StepForm
from eventsapp.web.formats import number

Rows = list[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """One page of the profile."""

    slug: str
    title: Any
    question: Any
    lead: Any
    form: type[Any]
    answers: type[Any]
    is_needed: bool = False


SECTIONS = {
    section.slug: section
    for section in (
        Section(
            "descripcion",
            _l("Descripción"),
            _l("¿Qué hace su empresa?"),
            _l("Dos o tres frases para quien todavía no la conoce. La leen las otras empresas."),
            DescriptionForm,
            DescriptionAnswers,
            is_needed=True,
        ),
        Section(
            "actividad",
            _l("Actividad principal"),
            _l("¿Cuál es su actividad principal?"),
            _l("Es una clase del SCIAN 2023 del INEGI. Con ella encontramos empresas afines."),
            TradeForm,
            TradeAnswers,
            is_needed=True,
        ),
        Section(
            "cadena",
            _l("Posición en la cadena"),
            _l("¿Qué lugar tiene su empresa en la cadena de suministro?"),
            "",
            SupplyChainForm,
            SupplyChainAnswers,
            is_needed=True,
        ),
        Section(
            "tamano",
            _l("Tamaño"),
            _l("¿De qué tamaño es su empresa?"),
            _l(
                "Con estos datos calculamos su tamaño legal (DOF, 30 de junio de 2009). Las otras empresas solo ven el "
                "tamaño, nunca sus ventas."
            ),
            SizeForm,
            SizeAnswers,
            is_needed=True,
        ),
        Section(
            "ubicacion",
            _l("Ubicación en el mapa"),
            _l("¿En qué punto del mapa está su empresa?"),
            _l(
                "Con ese punto calculamos la distancia a las otras empresas. Solo lo ve el organizador; los demás leen "
                "los kilómetros. Sin él comparamos el estado."
            ),
            PositionForm,
            PositionAnswers,
        ),
        Section(
            "idiomas",
            _l("Mercados e idiomas"),
            _l("¿A dónde exporta y en qué idiomas se reúne?"),
            "",
            MarketForm,
            MarketAnswers,
        ),
        Section(
            "otras-actividades",
            _l("Otras actividades"),
            _l("¿Qué más hace su empresa?"),
            _l("Hasta 5 clases del SCIAN, además de la principal."),
            OtherTradesForm,
            OtherTradesAnswers,
        ),
        Section(
            "clusteres",
            _l("Clústeres"),
            _l("¿A qué clústeres pertenece?"),
            "",
            ClusterForm,
            ClusterAnswers,
        ),
        Section(
            "origen",
            _l("Origen y capital"),
            _l("¿Desde cuándo existe y de quién es?"),
            _l("Las empresas de un mismo grupo no se reúnen entre sí."),
            OriginForm,
            OriginAnswers,
        ),
    )
}


def form_of(section: Section, company: Company) -> StepForm:
    """The form of a section with what is stored; the sector is proposed by the trade."""
    stored = companies.stored_of(company, section.answers)
    values = form_values(stored)
    if isinstance(stored, SizeAnswers) and stored.size_sector is None:
        proposed = sector_of(company.scian_code)
        values["size_sector"] = proposed.value if proposed else None
    form: StepForm = section.form(formdata=None, **values)
    return form


def form_values(stored: ProfileAnswers) -> dict[str, Any]:
    """What is stored as a form holds it."""
    values: dict[str, Any] = {
        name: list(value) if isinstance(value, tuple) else getattr(value, "value", value)
        for name, value in vars(stored).items()
    }
    if isinstance(stored, SizeAnswers):
        values["annual_sales_mxn"] = millions_of(stored.annual_sales_mxn)
    if isinstance(stored, OriginAnswers):
        values["is_women_led"] = {True: YES, False: NO, None: ""}[stored.is_women_led]
        values["ownership"] = stored.ownership.value if stored.ownership else ""
    return values


def words_of(section: Section, stored: ProfileAnswers) -> Rows:
    """What is stored, field by field, in the words of the form."""
    form = section.form(formdata=None, **form_values(stored))
    names = list(vars(stored))
    if isinstance(stored, TradeAnswers | OtherTradesAnswers):
        form.offer(form.picker.data if isinstance(form.picker.data, list) else [form.picker.data])
    return [(str(form[name].label.text), _word(form[name])) for name in names]


def rows_of(section: Section, company: Company, *, is_own: bool = True) -> list[dict[str, Any]]:
    """The rows of a section for a summary; the size class stands with its numbers. Sales are for the company alone."""
    stored = companies.stored_of(company, section.answers)
    rows: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in words_of(section, stored)]
    if isinstance(stored, SizeAnswers):
        rows = rows if is_own else rows[:-1]
        rows.append({"key": _("Tamaño legal"), "value": size_words(company)})
    return rows


def profile_rows(company: Company) -> list[dict[str, Any]]:
    """What the organizer reads of a profile: what was answered, without the clusters, which the registration names."""
    return [
        row
        for section in SECTIONS.values()
        if section.form is not ClusterForm and is_answered(section, company)
        for row in rows_of(section, company, is_own=False)
        if row["value"]
    ]


def is_answered(section: Section, company: Company) -> bool:
    """Was anything of this section answered?"""
    stored = companies.stored_of(company, section.answers)
    if isinstance(stored, SizeAnswers):
        return company.size_class is not None
    return any(value not in (None, "", ()) for value in vars(stored).values())


def current_size(company: Company) -> Size | None:
    """The legal size of a company today."""
    return size_of(company.size_sector, company.workers, company.annual_sales_mxn, now().date())


def size_words(company: Company) -> str:
    """The legal size class; empty while it is not known."""
    return str(SIZE_CLASS[company.size_class]) if company.size_class else ""


def size_warning(company: Company) -> str:
    """What to look at when the workers are unlike the class that the score gives."""
    size = current_size(company)
    if size is None or size.unlike is None or company.workers is None:
        return ""
    return str(
        ngettext(
            "Con %(num)s persona y sus ventas, la fórmula da: %(size)s. Esa clase suele tener de %(least)s a %(most)s "
            "personas. Revise los dos datos; si son correctos, vale la fórmula.",
            "Con %(num)s personas y sus ventas, la fórmula da: %(size)s. Esa clase suele tener de %(least)s a %(most)s "
            "personas. Revise los dos datos; si son correctos, vale la fórmula.",
            company.workers,
            size=SIZE_CLASS[size.size_class],
            least=number(size.unlike.workers_from),
            most=number(size.unlike.workers_to),
        )
    )


def needed_missing(company: Company) -> list[Section]:
    """The sections that good matches need and that nobody answered yet."""
    return [section for section in SECTIONS.values() if section.is_needed and not is_answered(section, company)]


def industry_name(code: str | None) -> str:
    """The title of a class with its code."""
    known = scian.industries().get(code or "")
    return f"{known.title} ({known.code})" if known else ""


def _word(field: Any) -> str:
    """What a field holds, in words."""
    choices = {choice.value: str(choice.label) for choice in getattr(field, "choices", None) or ()}
    data = field.data
    if choices:
        chosen = data if isinstance(data, list) else [data]
        return ", ".join(choices.get(value, str(value)) for value in chosen if value not in (None, ""))
    if isinstance(data, bool):
        return str(_("Sí") if data else _("No"))
    if isinstance(data, int):
        return str(data) if field.name == "founded_year" else str(number(data))
    if field.name == "annual_sales_mxn" and data:
        return str(number(float(Decimal(data))))
    return str(data or "")
