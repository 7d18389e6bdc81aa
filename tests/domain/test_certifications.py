"""How a certificate stands on a day, and which cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from eventsapp.domain.certifications import (
    EXPIRES_SOON,
    OTHER,
    CertificateState,
    certification_name,
    certifications,
    require_whole,
    state,
)
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import CertificateStage, Verification

TODAY = date(2027, 1, 20)
HELD, COMING = CertificateStage.HELD, CertificateStage.IN_PROGRESS
DAY = timedelta(days=1)
State = CertificateState


@pytest.mark.parametrize(
    ("stage", "verification", "expires_on", "expected"),
    [
        (HELD, Verification.DECLARED, None, State.VALID),
        (HELD, Verification.DECLARED, TODAY - DAY, State.EXPIRED),
        (HELD, Verification.DOCUMENT_CHECKED, TODAY, State.EXPIRING),
        (HELD, Verification.SITE_VISITED, TODAY + EXPIRES_SOON, State.EXPIRING),
        (HELD, Verification.DECLARED, TODAY + EXPIRES_SOON + DAY, State.VALID),
        (HELD, Verification.REJECTED, TODAY + EXPIRES_SOON + DAY, State.REJECTED),
        (HELD, Verification.REJECTED, TODAY - DAY, State.REJECTED),
        (COMING, Verification.DECLARED, None, State.IN_PROGRESS),
        (COMING, Verification.DECLARED, TODAY - DAY, State.IN_PROGRESS),
        (COMING, Verification.REJECTED, None, State.REJECTED),
    ],
)
def test_how_it_stands(
    stage: CertificateStage, verification: Verification, expires_on: date | None, expected: CertificateState
) -> None:
    assert state(stage, verification, expires_on, TODAY) is expected


def test_the_catalogue() -> None:
    known = certifications()
    assert len(known) == 91
    iatf = known["IATF-16949"]
    assert (iatf.title, iatf.has_expiry, iatf.kind) == ("IATF 16949", True, "management_system")
    assert iatf.scope("es") != iatf.scope("en")
    assert OTHER not in known


def test_names() -> None:
    assert certification_name("ISO-9001") == "ISO 9001"
    assert certification_name(OTHER, "Sello propio") == "Sello propio"
    assert certification_name("GONE") == "GONE"


@pytest.mark.parametrize(
    ("code", "other", "stage", "issued", "expires", "error"),
    [
        ("NADA", "", HELD, None, None, "unknown_certification"),
        (OTHER, "", HELD, None, None, "certificate_without_name"),
        ("ISO-9001", "", HELD, TODAY, None, "certificate_without_expiry"),
        ("ISO-9001", "", HELD, TODAY, TODAY - DAY, "certificate_out_of_order"),
    ],
)
def test_what_cannot_be(
    code: str, other: str, stage: CertificateStage, issued: date | None, expires: date | None, error: str
) -> None:
    with pytest.raises(DomainError) as caught:
        require_whole(code, other, stage, issued, expires)
    assert caught.value.code == error


@pytest.mark.parametrize(
    ("code", "other", "stage", "issued", "expires"),
    [
        (OTHER, "Sello propio", HELD, None, None),
        ("ISO-9001", "", COMING, None, None),
        ("ISO-9001", "", HELD, TODAY, TODAY),
        ("REACH", "", HELD, None, None),
    ],
)
def test_what_can_be(code: str, other: str, stage: CertificateStage, issued: date | None, expires: date | None) -> None:
    require_whole(code, other, stage, issued, expires)
