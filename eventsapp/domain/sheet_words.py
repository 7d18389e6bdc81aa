"""The words that sheets use for values of the domain: Spanish first, then English, then what else people write."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from eventsapp.domain.matching import folded
from eventsapp.domain.sides import NOUNS, Noun
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
    SideNames,
    SizeClass,
    SizeSector,
    Tier,
)

Words = Mapping[Any, tuple[str, ...]]

YES_NO: Words = {
    True: ("Sí", "Yes", "s", "y", "1", "x", "true", "verdadero"),
    False: ("No", "No", "n", "0", "false", "falso"),
}
LANGUAGES: Words = {
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
NOUN_WORDS: Words = {
    Noun.BUYER: ("Comprador", "Buyer", "compra", "compradora", "tractora", "empresa tractora"),
    Noun.SUPPLIER: ("Proveedor", "Supplier", "vende", "proveedora"),
    Noun.FIRM: ("Empresa", "Company", "firm"),
    Noun.FINANCIER: ("Financiera", "Financier", "banco", "fondo", "institución financiera"),
    Noun.CONSULTANT: ("Consultora", "Consultancy", "consultor", "consultant"),
    Noun.UNIVERSITY: ("Universidad", "University", "academia", "instituto tecnológico"),
}
BOTH_WORDS: Words = {
    SideNames.BUYER_SUPPLIER: ("Comprador y proveedor", "Buyer and supplier", "comprador/proveedor"),
    SideNames.FIRM_FINANCIER: ("Empresa y financiera", "Company and financier"),
    SideNames.FIRM_CONSULTANT: ("Empresa y consultora", "Company and consultancy"),
    SideNames.COMPANY_UNIVERSITY: ("Empresa y universidad", "Company and university"),
}
REGISTRATION_STATUS: Words = {
    RegistrationStatus.DRAFT: ("Borrador", "Draft"),
    RegistrationStatus.SUBMITTED: ("Por revisar", "To review", "enviado"),
    RegistrationStatus.CHANGES_REQUESTED: ("Con cambios pedidos", "Changes requested"),
    RegistrationStatus.APPROVED: ("Aprobado", "Approved", "aceptado"),
    RegistrationStatus.WAITLISTED: ("En lista de espera", "On the waiting list"),
    RegistrationStatus.REJECTED: ("No aceptado", "Not accepted", "rechazado"),
    RegistrationStatus.WITHDRAWN: ("Retirado", "Withdrawn"),
}
OWNERSHIP: Words = {
    Ownership.MEXICAN: ("Mexicano", "Mexican", "mexicana", "nacional"),
    Ownership.FOREIGN: ("Extranjero", "Foreign", "extranjera"),
    Ownership.MIXED: ("Mixto", "Mixed", "mixta"),
}
SIZE_SECTOR: Words = {
    SizeSector.INDUSTRY: ("Industria", "Industry"),
    SizeSector.COMMERCE: ("Comercio", "Commerce"),
    SizeSector.SERVICES: ("Servicios", "Services"),
}
SIZE_CLASS: Words = {
    SizeClass.MICRO: ("Micro", "Micro", "microempresa"),
    SizeClass.SMALL: ("Pequeña", "Small"),
    SizeClass.MEDIUM: ("Mediana", "Medium"),
    SizeClass.LARGE: ("Grande", "Large"),
}
TIER: Words = {
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
}
DEPARTMENT: Words = {
    Department.PURCHASING: ("Compras", "Purchasing"),
    Department.SALES: ("Ventas", "Sales"),
    Department.ENGINEERING: ("Ingeniería", "Engineering"),
    Department.QUALITY: ("Calidad", "Quality"),
    Department.GENERAL_MANAGEMENT: ("Dirección general", "General management", "direccion", "gerencia"),
    Department.LOGISTICS: ("Logística", "Logistics"),
    Department.OTHER: ("Otra", "Other", "otro"),
}
DECISION_POWER: Words = {
    DecisionPower.DECIDES: ("Decide", "Decides"),
    DecisionPower.RECOMMENDS: ("Recomienda", "Recommends"),
    DecisionPower.INFORMS: ("Informa", "Informs"),
}
PREFERENCE: Words = {
    Preference.MUST: ("Indispensable", "Must", "1", "alta"),
    Preference.WANT: ("Me interesa", "Want", "2", "media", "interesa"),
    Preference.OPEN: ("Disponible", "Open", "3", "baja", "abierto"),
    Preference.NO: ("No reunirse", "No", "veto"),
}
REQUEST_STATUS: Words = {
    RequestStatus.NOTED: ("Anotada", "Noted"),
    RequestStatus.SENT: ("Por responder", "To answer", "pendiente", "enviada"),
    RequestStatus.ACCEPTED: ("Aceptada", "Accepted"),
    RequestStatus.DECLINED: ("Rechazada", "Declined"),
    RequestStatus.EXPIRED: ("Vencida", "Expired"),
    RequestStatus.WITHDRAWN: ("Retirada", "Withdrawn"),
}
REQUIREMENT_KIND: Words = {
    RequirementKind.DIRECT_MATERIAL: ("Material directo", "Direct material"),
    RequirementKind.INDIRECT_MRO: ("Indirectos y MRO", "Indirect and MRO", "mro", "indirectos"),
    RequirementKind.SERVICE: ("Servicio", "Service"),
    RequirementKind.TOOLING: ("Herramental", "Tooling"),
    RequirementKind.PROJECT: ("Proyecto", "Project"),
    RequirementKind.TECHNOLOGY: ("Tecnología", "Technology"),
}
UNIT: Words = {
    Unit.PIECES: ("Piezas", "Pieces", "pza", "pzas", "pz"),
    Unit.KILOGRAMS: ("Kilogramos", "Kilograms", "kg"),
    Unit.TONNES: ("Toneladas", "Tonnes", "t", "ton"),
    Unit.METRES: ("Metros", "Metres", "m"),
    Unit.SQUARE_METRES: ("Metros cuadrados", "Square metres", "m2"),
    Unit.LITRES: ("Litros", "Litres", "l"),
    Unit.SETS: ("Juegos", "Sets"),
    Unit.HOURS: ("Horas", "Hours", "h"),
    Unit.SERVICES: ("Servicios", "Services"),
}
VALUE_BAND: Words = {
    ValueBand.UNDER_1: ("Menos de 1 millón", "Under 1 million", "<1"),
    ValueBand.FROM_1_TO_5: ("De 1 a 5 millones", "1 to 5 million", "1-5"),
    ValueBand.FROM_5_TO_20: ("De 5 a 20 millones", "5 to 20 million", "5-20"),
    ValueBand.FROM_20_TO_100: ("De 20 a 100 millones", "20 to 100 million", "20-100"),
    ValueBand.OVER_100: ("Más de 100 millones", "Over 100 million", ">100"),
}
CURRENT_SOURCE: Words = {
    CurrentSource.IMPORT: ("Importado", "Imported", "importacion"),
    CurrentSource.DOMESTIC: ("Nacional", "Domestic"),
    CurrentSource.NEW: ("Nuevo", "New"),
}
TOOLING: Words = {
    Tooling.BUYER_OWNED: ("Lo pone quien compra", "Owned by who buys", "del comprador", "comprador"),
    Tooling.SUPPLIER: ("Lo pone quien surte", "Owned by who supplies", "del proveedor", "proveedor"),
    Tooling.TO_AGREE: ("Por acordar", "To agree"),
}
URGENCY: Words = {
    Urgency.NOW: ("Inmediata", "Now", "ahora", "inmediato"),
    Urgency.SIX_MONTHS: ("En 6 meses", "In 6 months", "6 meses"),
    Urgency.TWELVE_MONTHS: ("En 12 meses", "In 12 months", "12 meses"),
}
VISIBILITY: Words = {
    Visibility.PUBLIC: ("Pública", "Public", "publico"),
    Visibility.APPROVED: ("Empresas aprobadas", "Approved companies"),
    Visibility.REQUESTED: ("Con reunión acordada", "With an agreed meeting"),
}
REQUIREMENT_STATUS: Words = {
    RequirementStatus.DRAFT: ("Borrador", "Draft"),
    RequirementStatus.IN_REVIEW: ("En revisión", "In review"),
    RequirementStatus.PUBLISHED: ("Publicado", "Published"),
    RequirementStatus.COVERED: ("Cubierto", "Covered"),
    RequirementStatus.CLOSED_NO_SUPPLIER: (
        "Cerrado sin encontrar quién",
        "Closed without finding anybody",
        "cerrado sin proveedor",
    ),
    RequirementStatus.WITHDRAWN: ("Retirado", "Withdrawn"),
    RequirementStatus.EXPIRED: ("Vencido", "Expired"),
}
ENUMS: dict[type[StrEnum], Words] = {
    type(next(iter(words))): words
    for words in (
        REGISTRATION_STATUS, OWNERSHIP, SIZE_SECTOR, SIZE_CLASS, TIER, DEPARTMENT, DECISION_POWER, PREFERENCE,
        REQUEST_STATUS, REQUIREMENT_KIND, UNIT, VALUE_BAND, CURRENT_SOURCE, TOOLING, URGENCY, VISIBILITY,
        REQUIREMENT_STATUS,
    )
}  # fmt: skip


@lru_cache(maxsize=50_000)
def key(text: str) -> str:
    """A text as it is compared: without accents and case, blanks and marks made one blank."""
    plain = "".join(c if c.isalnum() or c in "<>/" else " " for c in folded(text))
    return " ".join(plain.split())


@cache
def sides(names: SideNames) -> Words:
    """The words for the sides of an event: its own first; those of the rules are understood everywhere."""
    usual = BOTH_WORDS[SideNames.BUYER_SUPPLIER]
    return {
        Side.BUYER: (*NOUN_WORDS[NOUNS[names][Side.BUYER]], *NOUN_WORDS[Noun.BUYER]),
        Side.SUPPLIER: (*NOUN_WORDS[NOUNS[names][Side.SUPPLIER]], *NOUN_WORDS[Noun.SUPPLIER]),
        Side.BOTH: (*BOTH_WORDS[names], *usual, "ambos", "ambas", "both"),
    }


def word(words: Words, value: Any, language: str) -> str:
    """A value as sheets write it, in a language: Spanish unless English is asked for."""
    return words[value][1 if language.startswith("en") else 0]


def written(value: Any, language: str) -> str:
    """A value of an enum, a truth or a language code as sheets write it."""
    words: Words = YES_NO if isinstance(value, bool) else ENUMS.get(type(value), LANGUAGES)
    return word(words, value, language) if value in words else str(value)


def meanings(words: Words) -> dict[str, Any]:
    """What each word means; the codes of values are understood too."""
    found: dict[str, Any] = {key(value): value for value in words if isinstance(value, str)}
    for value, spellings in words.items():
        for spelling in spellings:
            found.setdefault(key(spelling), value)
    return found
