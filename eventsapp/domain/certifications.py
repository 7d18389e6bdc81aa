"""Standards and marks that companies hold: the catalogue, read once from `data/`, and how one stands on a day."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files

from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import CertificateStage, Verification

OTHER = "OTHER"
"""A certificate that the catalogue does not have; its name stands beside it."""
EXPIRES_SOON = timedelta(days=90)


class CertificateState(StrEnum):
    """How a certificate stands on a day."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REJECTED = "rejected"
    IN_PROGRESS = "in_progress"


COUNTS = frozenset({CertificateState.VALID, CertificateState.EXPIRING})
"""The states in which a certificate is held."""


@dataclass(frozen=True)
class Certification:
    """A standard or mark; `clusters` are the codes of those that ask for it, or `ALL`."""

    code: str
    title: str
    kind: str
    clusters: tuple[str, ...]
    owner: str
    has_expiry: bool
    aliases: tuple[str, ...]
    scope_es: str
    scope_en: str

    def scope(self, language: str) -> str:
        """What it is about, in a language: Spanish unless English is asked for."""
        return self.scope_en if language.startswith("en") else self.scope_es


@cache
def certifications() -> dict[str, Certification]:
    """All standards by code, in the order of the file."""
    text = files("eventsapp.data").joinpath("certifications.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Certification(
            code=row["code"],
            title=row["name"],
            kind=row["kind"],
            clusters=tuple(row["clusters"].split("|")),
            owner=row["owner"],
            has_expiry=row["has_expiry"] == "yes",
            aliases=tuple(alias for alias in row["aliases"].split("|") if alias),
            scope_es=row["scope_es"],
            scope_en=row["scope_en"],
        )
        for row in csv.DictReader(text.splitlines())
    }


def certification_name(code: str, other_name: str = "") -> str:
    """What a certificate is called; an unknown code stands for itself."""
    if code == OTHER:
        return other_name
    known = certifications().get(code)
    return known.title if known else code


def state(stage: CertificateStage, verification: Verification, expires_on: date | None, on: date) -> CertificateState:
    """How a certificate stands on a day: it is good to the end of the day on which it expires."""
    if verification is Verification.REJECTED:
        return CertificateState.REJECTED
    if stage is CertificateStage.IN_PROGRESS:
        return CertificateState.IN_PROGRESS
    if expires_on is None:
        return CertificateState.VALID
    if expires_on < on:
        return CertificateState.EXPIRED
    return CertificateState.EXPIRING if expires_on - on <= EXPIRES_SOON else CertificateState.VALID


def require_whole(
    code: str, other_name: str, stage: CertificateStage, issued_on: date | None, expires_on: date | None
) -> None:
    """Raise when a certificate cannot be: an unknown standard, no name, no expiry where there is one, ends before it
    begins.
    """
    if code != OTHER and code not in certifications():
        raise DomainError("unknown_certification")
    if code == OTHER and not other_name:
        raise DomainError("certificate_without_name")
    has_expiry = code != OTHER and certifications()[code].has_expiry
    if stage is CertificateStage.HELD and has_expiry and expires_on is None:
        raise DomainError("certificate_without_expiry")
    if issued_on is not None and expires_on is not None and expires_on < issued_on:
        raise DomainError("certificate_out_of_order")
