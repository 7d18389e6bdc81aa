"""The words for requirements, capabilities and matches: labels, values, and why two companies fit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.certifications import certification_name
from eventsapp.domain.scoring import Aspect, Match, Part, nearest_km
from eventsapp.domain.sourcing import (
    CapabilityStatus,
    CloseReason,
    CurrentSource,
    RequirementKind,
    RequirementStatus,
    Tooling,
    Unit,
    Urgency,
    ValueBand,
    Visibility,
)
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import SizeClass, Verification
from eventsapp.web.formats import number, percent
from eventsapp.web.templating import term_name

Fact = tuple[str, str]

KIND = {
    RequirementKind.DIRECT_MATERIAL: _l("Material o pieza para el producto"),
    RequirementKind.INDIRECT_MRO: _l("Insumo o refacción para la planta"),
    RequirementKind.SERVICE: _l("Servicio"),
    RequirementKind.TOOLING: _l("Herramental"),
    RequirementKind.PROJECT: _l("Proyecto"),
    RequirementKind.TECHNOLOGY: _l("Tecnología"),
}
UNIT = {
    Unit.PIECES: _l("piezas"),
    Unit.KILOGRAMS: _l("kilogramos"),
    Unit.TONNES: _l("toneladas"),
    Unit.METRES: _l("metros"),
    Unit.SQUARE_METRES: _l("metros cuadrados"),
    Unit.LITRES: _l("litros"),
    Unit.SETS: _l("juegos"),
    Unit.HOURS: _l("horas"),
    Unit.SERVICES: _l("servicios"),
}
VALUE_BAND = {
    ValueBand.UNDER_1: _l("Menos de 1 millón"),
    ValueBand.FROM_1_TO_5: _l("De 1 a 5 millones"),
    ValueBand.FROM_5_TO_20: _l("De 5 a 20 millones"),
    ValueBand.FROM_20_TO_100: _l("De 20 a 100 millones"),
    ValueBand.OVER_100: _l("Más de 100 millones"),
}
CURRENT_SOURCE = {
    CurrentSource.IMPORT: _l("Se importa"),
    CurrentSource.DOMESTIC: _l("Se compra en México"),
    CurrentSource.NEW: _l("Es nuevo, nadie lo surte"),
}
TOOLING = {
    Tooling.BUYER_OWNED: _l("Lo pone quien compra"),
    Tooling.SUPPLIER: _l("Lo pone quien surte"),
    Tooling.TO_AGREE: _l("Por acordar"),
}
URGENCY = {
    Urgency.NOW: _l("Lo antes posible"),
    Urgency.SIX_MONTHS: _l("En los próximos 6 meses"),
    Urgency.TWELVE_MONTHS: _l("En los próximos 12 meses"),
}
VISIBILITY = {
    Visibility.PUBLIC: _l("Todos, en el directorio público"),
    Visibility.APPROVED: _l("Las empresas que participan"),
    Visibility.REQUESTED: _l("Detalle solo con reunión acordada"),
}
VISIBILITY_HINT = {
    Visibility.PUBLIC: _l("El nombre de su empresa solo aparece si lo autorizó en su registro."),
    Visibility.APPROVED: _l("Lo ven completo cuando entran con su cuenta."),
    Visibility.REQUESTED: _l(
        "Los demás ven el título, los procesos y los certificados, que hacen falta para coincidir."
    ),
}
REQUIREMENT_STATUS = {
    RequirementStatus.DRAFT: _l("Borrador"),
    RequirementStatus.IN_REVIEW: _l("Oculto por el organizador"),
    RequirementStatus.PUBLISHED: _l("Publicado"),
    RequirementStatus.COVERED: _l("Cubierto"),
    RequirementStatus.CLOSED_NO_SUPPLIER: _l("Cerrado sin encontrar quién"),
    RequirementStatus.WITHDRAWN: _l("Retirado"),
    RequirementStatus.EXPIRED: _l("Vencido"),
}
CAPABILITY_STATUS = {
    CapabilityStatus.DRAFT: _l("Borrador"),
    CapabilityStatus.PUBLISHED: _l("Publicada"),
    CapabilityStatus.SUSPENDED: _l("Oculta por el organizador"),
    CapabilityStatus.WITHDRAWN: _l("Retirada"),
    CapabilityStatus.EXPIRED: _l("Vencida"),
}
CLOSE_REASON = {
    CloseReason.FOUND_HERE: _l("Lo encontré en este encuentro"),
    CloseReason.FOUND_ELSEWHERE: _l("Lo encontré en otro lado"),
    CloseReason.NO_CERTIFICATE: _l("Nadie tiene el certificado que pido"),
    CloseReason.NO_CAPACITY: _l("Nadie tiene la capacidad"),
    CloseReason.NO_PROCESS: _l("Nadie hace este proceso"),
    CloseReason.PRICE: _l("Los precios no convienen"),
    CloseReason.DISTANCE: _l("Están demasiado lejos"),
    CloseReason.NOT_NEEDED: _l("Ya no lo necesito"),
    CloseReason.OTHER: _l("Otro motivo, sin encontrar quién"),
}
VERIFICATION = {
    Verification.DECLARED: _l("Lo declara la empresa"),
    Verification.DOCUMENT_CHECKED: _l("Documento revisado"),
    Verification.SITE_VISITED: _l("Planta visitada"),
    Verification.REJECTED: _l("No comprobado"),
}
SIZE = {
    SizeClass.MICRO: _l("Micro"),
    SizeClass.SMALL: _l("Pequeña"),
    SizeClass.MEDIUM: _l("Mediana"),
    SizeClass.LARGE: _l("Grande"),
}
ASPECT = {
    Aspect.TERMS: _l("Procesos"),
    Aspect.CAPACITY: _l("Capacidad libre"),
    Aspect.DISTANCE: _l("Distancia"),
    Aspect.PREFERRED: _l("Certificados deseables"),
    Aspect.CLASS: _l("Giro (SCIAN)"),
    Aspect.SIZE: _l("Tamaño de empresa"),
    Aspect.LANGUAGE: _l("Idioma"),
    Aspect.VERIFICATION: _l("Comprobación"),
}
LABEL = {
    "title": _l("Título"),
    "kind": _l("Tipo"),
    "terms": _l("Procesos y productos"),
    "description": _l("Descripción"),
    "material": _l("Material"),
    "dimensions": _l("Medidas o peso"),
    "annual_quantity": _l("Cantidad al año"),
    "unit": _l("Unidad"),
    "lot_size": _l("Tamaño de lote"),
    "value_band": _l("Valor aproximado al año"),
    "currency": _l("Moneda"),
    "tooling": _l("Herramental"),
    "drawing_available": _l("Hay plano o dibujo"),
    "nda_needed": _l("Pide acuerdo de confidencialidad"),
    "urgency": _l("Cuándo lo necesita"),
    "target_start": _l("Inicio del suministro"),
    "sample_date": _l("Fecha de muestras"),
    "delivery_state": _l("Estado de entrega"),
    "delivery_city": _l("Ciudad de entrega"),
    "incoterm": _l("Incoterm"),
    "payment_days": _l("Días de pago"),
    "current_source": _l("De dónde viene hoy"),
    "import_country": _l("País del que se importa"),
    "must_certificates": _l("Certificados indispensables"),
    "accepts_in_progress": _l("Acepta certificados en proceso"),
    "preferred_certificates": _l("Certificados deseables"),
    "size_wanted": _l("Tamaño de empresa"),
    "scian_wanted": _l("Giro que busca (SCIAN)"),
    "languages": _l("Idiomas"),
    "max_distance_km": _l("Distancia máxima"),
    "machines": _l("Máquinas"),
    "monthly_capacity": _l("Capacidad al mes"),
    "utilisation_pct": _l("Ocupación actual"),
    "min_lot": _l("Lote mínimo"),
    "lead_time_days": _l("Días de entrega"),
    "tolerance": _l("Tolerancia"),
    "materials": _l("Materiales que trabaja"),
    "sectors": _l("Sectores que atiende"),
    "main_customers": _l("Principales clientes"),
}
ENUMS: dict[type, Any] = {
    RequirementKind: KIND,
    ValueBand: VALUE_BAND,
    CurrentSource: CURRENT_SOURCE,
    Tooling: TOOLING,
    Urgency: URGENCY,
    Unit: UNIT,
}
INSIDE = frozenset({"unit", "currency"})
"""What is said together with the quantity or the value."""


def facts(answers: Any, names: Iterable[str]) -> list[Fact]:
    """What these fields of a row or of answers say, in words; an empty text where nothing was entered."""
    return [(str(LABEL[name]), spoken(answers, name)) for name in names if name not in INSIDE]


def told(answers: Any, names: Iterable[str]) -> list[Fact]:
    """As `facts`, only where something was entered."""
    return [fact for fact in facts(answers, names) if fact[1]]


def spoken(answers: Any, name: str) -> str:
    """What one field says, in words."""
    value = getattr(answers, name)
    if value in (None, "", [], ()):
        return ""
    if name in {"annual_quantity", "monthly_capacity"}:
        return quantity(value, answers.unit)
    if name == "value_band":
        return str(_("%(band)s %(currency)s", band=VALUE_BAND[value], currency=answers.currency))
    if name == "import_country":
        return country_name(value)
    if name == "utilisation_pct":
        return percent(value / 100)
    if name == "max_distance_km":
        return str(_("%(km)s km", km=number(value)))
    if isinstance(value, bool):
        return str(_("Sí")) if value else ""
    if isinstance(value, int):
        return number(value)
    if isinstance(value, date):
        return plain_date(value)
    if isinstance(value, list | tuple):
        return "\n".join(value) if name == "machines" else ", ".join(_code(name, code) for code in value)
    return str(ENUMS[type(value)][value]) if type(value) in ENUMS else str(value)


def quantity(count: int, unit: Unit) -> str:
    """A number with its unit: 40,000 piezas."""
    return str(_("%(count)s %(unit)s", count=number(count), unit=UNIT[unit]))


def volume(row: Any) -> str:
    """The volume of a requirement or a capability on its card."""
    if getattr(row, "annual_quantity", None):
        return str(_("%(quantity)s al año", quantity=quantity(row.annual_quantity, row.unit)))
    if getattr(row, "monthly_capacity", None):
        return str(_("%(quantity)s al mes", quantity=quantity(row.monthly_capacity, row.unit)))
    return ""


def certificate_names(codes: Iterable[str]) -> str:
    """Certificates by name: IATF 16949, ISO 9001."""
    return ", ".join(certification_name(code) for code in codes)


def country_name(code: str) -> str:
    """A country in the language of the answer."""
    return str(Locale.parse(str(get_locale())).territories.get(code, code))


def language_name(code: str) -> str:
    """A language in the language of the answer."""
    return str(Locale.parse(str(get_locale())).languages.get(code, code))


def plain_date(value: date) -> str:
    """A day without its weekday: 9 de marzo de 2027."""
    return str(format_date(value, "long", locale=str(get_locale())))


def cluster_name(code: str) -> str:
    """A cluster in the language of the answer; an unknown code stands for itself."""
    known = clusters().get(code)
    return known.name(str(get_locale())) if known else code


def part_words(match: Match, part: Part) -> str:
    """Why a part of a score has its share."""
    need, firm = match.need, match.offer.firm
    if part.aspect is Aspect.TERMS:
        named = ", ".join(map(term_name, match.shared))
        return ngettext(
            "Cubre %(count)s de %(num)s: %(names)s",
            "Cubre %(count)s de %(num)s: %(names)s",
            len(need.terms),
            count=len(match.shared),
            names=named,
        )
    if part.share is None:
        return str(_("No se sabe; pregúntelo en la reunión"))
    if part.aspect is Aspect.CAPACITY:
        whole = part.share >= 1
        return str(_("Alcanza para todo el volumen") if whole else _("Alcanza para %(part)s", part=percent(part.share)))
    if part.aspect is Aspect.DISTANCE:
        km = nearest_km(need, firm)
        if km is None:
            return str(_("En el mismo estado"))
        return str(_("A %(km)s km; se piden %(most)s", km=number(round(km)), most=number(need.max_km or 0)))
    if part.aspect is Aspect.PREFERRED:
        has = sorted(need.preferred & firm.held)
        return str(_("Tiene %(names)s", names=certificate_names(has)) if has else _("No tiene ninguno"))
    if part.aspect is Aspect.CLASS:
        return str(_("%(has)s; se pide %(wanted)s", has=", ".join(firm.scian), wanted=", ".join(need.classes)))
    if part.aspect is Aspect.SIZE:
        return str(SIZE[SizeClass(firm.size)])
    if part.aspect is Aspect.LANGUAGE:
        return ", ".join(map(language_name, sorted(firm.languages)))
    return str(VERIFICATION[match.offer.verification])


def parts_of(match: Match) -> list[dict[str, Any]]:
    """The parts of a score for a page: name, words, points and weight."""
    return [
        {
            "name": ASPECT[part.aspect],
            "words": part_words(match, part),
            "points": round(part.points),
            "weight": part.weight,
        }
        for part in match.parts
    ]


def _code(name: str, code: str) -> str:
    if name == "terms":
        return term_name(code)
    if name in {"must_certificates", "preferred_certificates"}:
        return certification_name(code)
    if name == "languages":
        return language_name(code)
    if name == "size_wanted":
        return str(SIZE[SizeClass(code)])
    if name == "sectors":
        return cluster_name(code)
    return code
