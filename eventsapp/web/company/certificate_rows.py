"""A certificate as people read it: its name, how it stands today, what is behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from eventsapp.domain.certifications import CertificateState, state
from eventsapp.domain.values import Verification
from eventsapp.models import Certificate
from eventsapp.services import company_certificates
from eventsapp.web.clock import now
from eventsapp.web.company.profile_words import (
    CERTIFICATE_STATE,
    CERTIFICATE_STATE_TAG,
    STAGE,
    VERIFICATION,
    VERIFICATION_TAG,
)


@dataclass(frozen=True)
class CertificateCard:
    """What a list shows of a certificate."""

    certificate: Certificate
    name: str
    state: CertificateState
    line: str

    @property
    def state_tag(self) -> tuple[str, Any, str]:
        """How it stands: kind, words, icon."""
        kind, icon = CERTIFICATE_STATE_TAG[self.state]
        return kind, CERTIFICATE_STATE[self.state], icon

    @property
    def verification_tag(self) -> tuple[str, Any, str]:
        """What stands behind it: kind, words, icon."""
        verification = self.certificate.verification
        kind, icon = VERIFICATION_TAG[verification]
        return kind, VERIFICATION[verification], icon

    @property
    def is_rejected(self) -> bool:
        """Did an organizer reject it? Then the state already says so."""
        return self.certificate.verification is Verification.REJECTED


def certificate_cards(certificates: Iterable[Certificate]) -> list[CertificateCard]:
    """What a list shows."""
    return [certificate_card(certificate) for certificate in certificates]


def certificate_card(certificate: Certificate) -> CertificateCard:
    """What is shown of a certificate today."""
    stands = state(certificate.stage, certificate.verification, certificate.expires_on, now().date())
    expires = certificate.expires_on
    parts = [
        certificate.issuer,
        certificate.number,
        certificate.site.name if certificate.site else "",
        _("vence el %(day)s", day=format_date(expires, "long")) if expires else "",
    ]
    return CertificateCard(
        certificate, company_certificates.name_of(certificate), stands, " · ".join(part for part in parts if part)
    )


def certificate_details(certificate: Certificate) -> list[dict[str, Any]]:
    """All that a company says about a certificate, as rows."""
    return [
        {"key": _("Situación"), "value": STAGE[certificate.stage]},
        {"key": _("Organismo que lo emite"), "value": certificate.issuer},
        {"key": _("Número"), "value": certificate.number},
        {"key": _("Alcance"), "value": certificate.coverage},
        {"key": _("Emitido el"), "value": _long(certificate.issued_on)},
        {"key": _("Vence el"), "value": _long(certificate.expires_on)},
        {"key": _("Sitio"), "value": certificate.site.name if certificate.site else _("Toda la empresa")},
        {"key": _("Documento"), "value": certificate.file.name if certificate.file else _("Sin documento")},
    ]


def _long(day: Any) -> str:
    return str(format_date(day, "long")) if day else ""
