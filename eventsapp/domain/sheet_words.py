"""The words that sheets use for values of the domain: Spanish first, then English, then what else people write."""

from __future__ import annotations

from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from eventsapp.domain.matching import folded
from eventsapp.domain.sourcing import (
    CurrentSource,
    RequirementKind,
    RequirementStatus,
    Tooling,
    Unit,
    Urgency,
    ValueBand,
    Visibility,
)
from eventsapp.domain.values import (
    DecisionPower,
    Department,
    Ownership,
    Preference,
    RegistrationStatus,
    RequestStatus,
    Side,
    SizeClass,
    SizeSector,
    Tier,
)

YES_NO = {True: ("Sí", "Yes", "s", "y", "1", "x", "true", "verdadero"), False: ("No", "No", "n", "0", "false", "falso")}
LANGUAGES = {
    "es": ("Español", "Spanish", "castellano"),
    "en": ("Inglés", "English"),
    "de": ("Alemán", "German"),
    "ja": ("Japonés", "Japanese"),
    "fr": ("Francés", "French"),
    "pt": ("Portugués", "Portuguese"),
    "zh": ("Chino", "Chinese"),
    "ko": ("Coreano", "Korean"),
    "it": ("Italiano", "Italian"),
}
WORDS: dict[type[StrEnum], dict[Any, tuple[str, ...]]] = {
    Side: {
        Side.BUYER: ("Comprador", "Buyer", "compra", "tractora", "empresa tractora"),
        Side.SUPPLIER: ("Proveedor", "Supplier", "vende", "proveedora"),
        Side.BOTH: ("Comprador y proveedor", "Buyer and supplier", "ambos", "both", "comprador/proveedor"),
    },
    RegistrationStatus: {
        RegistrationStatus.DRAFT: ("Borrador", "Draft"),
        RegistrationStatus.SUBMITTED: ("Por revisar", "To review", "enviado"),
        RegistrationStatus.CHANGES_REQUESTED: ("Con cambios pedidos", "Changes requested"),
        RegistrationStatus.APPROVED: ("Aprobado", "Approved", "aceptado"),
        RegistrationStatus.WAITLISTED: ("En lista de espera", "On the waiting list"),
        RegistrationStatus.REJECTED: ("No aceptado", "Not accepted", "rechazado"),
        RegistrationStatus.WITHDRAWN: ("Retirado", "Withdrawn"),
    },
    Ownership: {
        Ownership.MEXICAN: ("Mexicano", "Mexican", "mexicana", "nacional"),
        Ownership.FOREIGN: ("Extranjero", "Foreign", "extranjera"),
        Ownership.MIXED: ("Mixto", "Mixed", "mixta"),
    },
    SizeSector: {
        SizeSector.INDUSTRY: ("Industria", "Industry"),
        SizeSector.COMMERCE: ("Comercio", "Commerce"),
        SizeSector.SERVICES: ("Servicios", "Services"),
    },
    SizeClass: {
        SizeClass.MICRO: ("Micro", "Micro", "microempresa"),
        SizeClass.SMALL: ("Pequeña", "Small"),
        SizeClass.MEDIUM: ("Mediana", "Medium"),
        SizeClass.LARGE: ("Grande", "Large"),
    },
    Tier: {
        Tier.OEM: ("Armadora (OEM)", "OEM", "armadora"),
        Tier.TIER1: ("Tier 1", "Tier 1", "t1"),
        Tier.TIER2: ("Tier 2", "Tier 2", "t2"),
        Tier.TIER3: ("Tier 3", "Tier 3", "t3"),
        Tier.RAW_MATERIAL: ("Materia prima", "Raw material"),
        Tier.TOOLING: ("Herramentales", "Tooling"),
        Tier.INDIRECT_MRO: ("Indirectos y MRO", "Indirect and MRO", "mro", "indirectos"),
        Tier.SERVICE: ("Servicios", "Services", "servicio"),
        Tier.INTEGRATOR: ("Integrador", "Integrator"),
        Tier.NOT_APPLICABLE: ("No aplica", "Not applicable", "n/a"),
    },
    Department: {
        Department.PURCHASING: ("Compras", "Purchasing"),
        Department.SALES: ("Ventas", "Sales"),
        Department.ENGINEERING: ("Ingeniería", "Engineering"),
        Department.QUALITY: ("Calidad", "Quality"),
        Department.GENERAL_MANAGEMENT: ("Dirección general", "General management", "direccion", "gerencia"),
        Department.LOGISTICS: ("Logística", "Logistics"),
        Department.OTHER: ("Otra", "Other", "otro"),
    },
    DecisionPower: {
        DecisionPower.DECIDES: ("Decide", "Decides"),
        DecisionPower.RECOMMENDS: ("Recomienda", "Recommends"),
        DecisionPower.INFORMS: ("Informa", "Informs"),
    },
    Preference: {
        Preference.MUST: ("Indispensable", "Must", "1", "alta"),
        Preference.WANT: ("Me interesa", "Want", "2", "media", "interesa"),
        Preference.OPEN: ("Disponible", "Open", "3", "baja", "abierto"),
        Preference.NO: ("No reunirse", "No", "veto"),
    },
    RequestStatus: {
        RequestStatus.NOTED: ("Anotada", "Noted"),
        RequestStatus.SENT: ("Por responder", "To answer", "pendiente", "enviada"),
        RequestStatus.ACCEPTED: ("Aceptada", "Accepted"),
        RequestStatus.DECLINED: ("Rechazada", "Declined"),
        RequestStatus.EXPIRED: ("Vencida", "Expired"),
        RequestStatus.WITHDRAWN: ("Retirada", "Withdrawn"),
    },
    RequirementKind: {
        RequirementKind.DIRECT_MATERIAL: ("Material directo", "Direct material"),
        RequirementKind.INDIRECT_MRO: ("Indirectos y MRO", "Indirect and MRO", "mro", "indirectos"),
        RequirementKind.SERVICE: ("Servicio", "Service"),
        RequirementKind.TOOLING: ("Herramental", "Tooling"),
        RequirementKind.PROJECT: ("Proyecto", "Project"),
        RequirementKind.TECHNOLOGY: ("Tecnología", "Technology"),
    },
    Unit: {
        Unit.PIECES: ("Piezas", "Pieces", "pza", "pzas", "pz"),
        Unit.KILOGRAMS: ("Kilogramos", "Kilograms", "kg"),
        Unit.TONNES: ("Toneladas", "Tonnes", "t", "ton"),
        Unit.METRES: ("Metros", "Metres", "m"),
        Unit.SQUARE_METRES: ("Metros cuadrados", "Square metres", "m2"),
        Unit.LITRES: ("Litros", "Litres", "l"),
        Unit.SETS: ("Juegos", "Sets"),
        Unit.HOURS: ("Horas", "Hours", "h"),
        Unit.SERVICES: ("Servicios", "Services"),
    },
    ValueBand: {
        ValueBand.UNDER_1: ("Menos de 1 millón", "Under 1 million", "<1"),
        ValueBand.FROM_1_TO_5: ("De 1 a 5 millones", "1 to 5 million", "1-5"),
        ValueBand.FROM_5_TO_20: ("De 5 a 20 millones", "5 to 20 million", "5-20"),
        ValueBand.FROM_20_TO_100: ("De 20 a 100 millones", "20 to 100 million", "20-100"),
        ValueBand.OVER_100: ("Más de 100 millones", "Over 100 million", ">100"),
    },
    CurrentSource: {
        CurrentSource.IMPORT: ("Importado", "Imported", "importacion"),
        CurrentSource.DOMESTIC: ("Nacional", "Domestic"),
        CurrentSource.NEW: ("Nuevo", "New"),
    },
    Tooling: {
        Tooling.BUYER_OWNED: ("Del comprador", "Owned by the buyer", "comprador"),
        Tooling.SUPPLIER: ("Del proveedor", "Owned by the supplier", "proveedor"),
        Tooling.TO_AGREE: ("Por acordar", "To agree"),
    },
    Urgency: {
        Urgency.NOW: ("Inmediata", "Now", "ahora", "inmediato"),
        Urgency.SIX_MONTHS: ("En 6 meses", "In 6 months", "6 meses"),
        Urgency.TWELVE_MONTHS: ("En 12 meses", "In 12 months", "12 meses"),
    },
    Visibility: {
        Visibility.PUBLIC: ("Pública", "Public", "publico"),
        Visibility.APPROVED: ("Empresas aprobadas", "Approved companies"),
        Visibility.REQUESTED: ("Con reunión acordada", "With an agreed meeting"),
    },
    RequirementStatus: {
        RequirementStatus.DRAFT: ("Borrador", "Draft"),
        RequirementStatus.IN_REVIEW: ("En revisión", "In review"),
        RequirementStatus.PUBLISHED: ("Publicado", "Published"),
        RequirementStatus.COVERED: ("Cubierto", "Covered"),
        RequirementStatus.CLOSED_NO_SUPPLIER: ("Cerrado sin proveedor", "Closed without a supplier"),
        RequirementStatus.WITHDRAWN: ("Retirado", "Withdrawn"),
        RequirementStatus.EXPIRED: ("Vencido", "Expired"),
    },
}


@lru_cache(maxsize=50_000)
def key(text: str) -> str:
    """A text as it is compared: without accents and case, blanks and marks made one blank."""
    plain = "".join(c if c.isalnum() or c in "<>/" else " " for c in folded(text))
    return " ".join(plain.split())


def written(value: Any, language: str) -> str:
    """A value of an enum, a truth or a language code as sheets write it."""
    words: tuple[str, ...] | None = None
    if isinstance(value, bool):
        words = YES_NO[value]
    elif isinstance(value, StrEnum):
        words = WORDS[type(value)][value]
    elif isinstance(value, str):
        words = LANGUAGES.get(value)
    return words[_place(language)] if words else str(value)


def listed(kind: type[StrEnum], language: str) -> list[str]:
    """The words of an enum, in order: the values that a sheet offers."""
    return [words[_place(language)] for words in WORDS[kind].values()]


@cache
def meanings(kind: type[StrEnum]) -> dict[str, Any]:
    """What each word of an enum means; its codes are understood too."""
    found: dict[str, Any] = {key(member.value): member for member in kind}
    for member, words in WORDS[kind].items():
        for word in words:
            found.setdefault(key(word), member)
    return found


def _place(language: str) -> int:
    return 1 if language.startswith("en") else 0
