"""The words on screen for the values of a company's profile, its people and its certificates."""

from __future__ import annotations

from functools import cache

from babel import Locale
from flask_babel import lazy_gettext as _l

from eventsapp.domain.certifications import CertificateState
from eventsapp.domain.places import LANGUAGES, MARKETS
from eventsapp.domain.values import (
    CertificateStage,
    DecisionPower,
    Department,
    Ownership,
    SizeClass,
    SizeSector,
    Tier,
    Verification,
)
from eventsapp.services.company_certificates import Filter
from eventsapp.services.people import Standing

TIER = {
    Tier.OEM: _l("Armadora o marca (OEM)"),
    Tier.TIER1: _l("Tier 1: entrega a la armadora"),
    Tier.TIER2: _l("Tier 2: entrega a un Tier 1"),
    Tier.TIER3: _l("Tier 3: entrega a un Tier 2"),
    Tier.RAW_MATERIAL: _l("Materia prima"),
    Tier.TOOLING: _l("Herramentales, moldes y troqueles"),
    Tier.INDIRECT_MRO: _l("Indirectos, refacciones y mantenimiento"),
    Tier.SERVICE: _l("Servicios"),
    Tier.INTEGRATOR: _l("Integración y automatización"),
    Tier.NOT_APPLICABLE: _l("No aplica a mi sector"),
}
SIZE_SECTOR = {
    SizeSector.INDUSTRY: _l("Industria"),
    SizeSector.COMMERCE: _l("Comercio"),
    SizeSector.SERVICES: _l("Servicios"),
}
SIZE_CLASS = {
    SizeClass.MICRO: _l("Microempresa"),
    SizeClass.SMALL: _l("Pequeña empresa"),
    SizeClass.MEDIUM: _l("Mediana empresa"),
    SizeClass.LARGE: _l("Gran empresa"),
}
OWNERSHIP = {
    Ownership.MEXICAN: _l("Mexicano"),
    Ownership.FOREIGN: _l("Extranjero"),
    Ownership.MIXED: _l("Mixto"),
}
DEPARTMENT = {
    Department.PURCHASING: _l("Compras"),
    Department.SALES: _l("Ventas"),
    Department.ENGINEERING: _l("Ingeniería"),
    Department.QUALITY: _l("Calidad"),
    Department.GENERAL_MANAGEMENT: _l("Dirección"),
    Department.LOGISTICS: _l("Logística"),
    Department.OTHER: _l("Otra área"),
}
DECISION_POWER = {
    DecisionPower.DECIDES: _l("Decide"),
    DecisionPower.RECOMMENDS: _l("Recomienda"),
    DecisionPower.INFORMS: _l("Informa"),
}
STAGE = {
    CertificateStage.HELD: _l("Ya lo tenemos"),
    CertificateStage.IN_PROGRESS: _l("Está en proceso"),
}
VERIFICATION = {
    Verification.DECLARED: _l("Declarado por la empresa"),
    Verification.DOCUMENT_CHECKED: _l("Documento revisado"),
    Verification.SITE_VISITED: _l("Comprobado en visita"),
    Verification.REJECTED: _l("Rechazado"),
}
VERIFICATION_TAG = {
    Verification.DECLARED: ("", "user"),
    Verification.DOCUMENT_CHECKED: ("ok", "circle-check"),
    Verification.SITE_VISITED: ("ok", "circle-check"),
    Verification.REJECTED: ("bad", "alert-triangle"),
}
CERTIFICATE_STATE = {
    CertificateState.VALID: _l("Vigente"),
    CertificateState.EXPIRING: _l("Por vencer"),
    CertificateState.EXPIRED: _l("Vencido"),
    CertificateState.REJECTED: _l("Rechazado"),
    CertificateState.IN_PROGRESS: _l("En proceso"),
}
CERTIFICATE_STATE_TAG = {
    CertificateState.VALID: ("ok", "circle-check"),
    CertificateState.EXPIRING: ("warn", "clock"),
    CertificateState.EXPIRED: ("bad", "alert-triangle"),
    CertificateState.REJECTED: ("bad", "alert-triangle"),
    CertificateState.IN_PROGRESS: ("info", "progress"),
}
CERTIFICATE_KIND = {
    "management_system": _l("Sistemas de gestión"),
    "process_approval": _l("Procesos"),
    "customer_specific": _l("Requisitos de cliente"),
    "product": _l("Producto"),
    "regulatory": _l("Normas y permisos"),
    "self_assessment": _l("Evaluaciones"),
    "distinction": _l("Distintivos"),
    "trade_programme": _l("Comercio exterior"),
    "compliance_document": _l("Constancias"),
}
CERTIFICATE_FILTER = {
    Filter.TO_CHECK: _l("Por comprobar"),
    Filter.VERIFIED: _l("Comprobados"),
    Filter.REJECTED: _l("Rechazados"),
    Filter.EXPIRING: _l("Por vencer"),
    Filter.EXPIRED: _l("Vencidos"),
    Filter.ALL: _l("Todos"),
}
STANDING = {
    Standing.ACTIVE: _l("Entra con su cuenta"),
    Standing.INVITED: _l("Invitación enviada"),
    Standing.EXPIRED: _l("La invitación caducó"),
    Standing.LISTED: _l("Sin invitación"),
}
STANDING_TAG = {
    Standing.ACTIVE: ("ok", "circle-check"),
    Standing.INVITED: ("info", "mail"),
    Standing.EXPIRED: ("warn", "clock"),
    Standing.LISTED: ("", "user"),
}


@cache
def language_names(locale: str) -> dict[str, str]:
    """The languages that companies work in, by name."""
    names = Locale.parse(locale).languages
    return {code: str(names[code]).capitalize() for code in LANGUAGES}


@cache
def market_names(locale: str) -> dict[str, str]:
    """The countries that companies sell to, by name."""
    names = Locale.parse(locale).territories
    return {code: str(names[code]) for code in MARKETS}
