"""Profiles for the companies of the example: trade, size, certificates, sites; invented, the same each time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from eventsapp.db import db
from eventsapp.domain.company_size import MILLION, size_of
from eventsapp.domain.values import (
    CertificateStage,
    DecisionPower,
    Department,
    FileKind,
    Ownership,
    Side,
    SizeSector,
    Tier,
    Verification,
)
from eventsapp.models import Account, Certificate, Company, Registration, Site
from eventsapp.services import files
from eventsapp.services.actors import actor_of
from eventsapp.services.files import PDF, Checked

SEED = 336370


@dataclass(frozen=True)
class Trade:
    """What a term of the taxonomy says about the company that makes it."""

    scian: str
    tier: Tier
    certificates: tuple[str, ...]


TRADES = {
    "ALL-010": Trade("336370", Tier.TIER2, ("IATF-16949", "ISO-9001", "ISO-14001")),
    "ALL-020": Trade("332710", Tier.TIER2, ("ISO-9001", "IATF-16949", "ISO-45001")),
    "ALL-030": Trade("332999", Tier.TIER2, ("ISO-9001", "AWS-D1-1", "MARCA-GTO")),
    "ALL-040": Trade("332310", Tier.TIER2, ("ISO-9001", "ISO-3834", "AWS-D1-1")),
    "ALL-050": Trade("332110", Tier.TIER2, ("IATF-16949", "ISO-9001", "CQI-9")),
    "ALL-060": Trade("331510", Tier.TIER2, ("ISO-9001", "ISO-14001", "IATF-16949")),
    "ALL-070": Trade("331520", Tier.TIER2, ("IATF-16949", "ISO-9001", "ISO-14001")),
    "ALL-080": Trade("332810", Tier.TIER3, ("CQI-9", "ISO-9001", "IATF-16949")),
    "ALL-090": Trade("332810", Tier.TIER3, ("CQI-11", "IATF-16949", "INDUSTRIA-LIMPIA")),
    "ALL-100": Trade("332810", Tier.TIER3, ("CQI-12", "ISO-9001", "ISO-14001")),
    "ALL-120": Trade("331210", Tier.TIER2, ("ISO-9001", "IATF-16949", "ISO-14001")),
    "ALL-130": Trade("332720", Tier.TIER3, ("IATF-16949", "ISO-9001", "ISO-14001")),
    "ALL-140": Trade("332610", Tier.TIER3, ("IATF-16949", "ISO-9001", "ISO-14001")),
    "ALL-150": Trade("326192", Tier.TIER2, ("IATF-16949", "ISO-9001", "CQI-23")),
    "ALL-170": Trade("326194", Tier.TIER2, ("ISO-9001", "ISO-14001", "ESR")),
    "ALL-180": Trade("326290", Tier.TIER2, ("IATF-16949", "ISO-9001", "ISO-14001")),
    "ALL-190": Trade("326150", Tier.TIER2, ("ISO-9001", "IATF-16949", "ISO-14001")),
}
ISSUERS = ("Normex", "Bureau Veritas", "TÜV Rheinland", "SGS", "NYCE", "DNV")
POSTAL_CODES = {
    "Silao": "36100", "León": "37000", "Irapuato": "36500", "Celaya": "38000", "Salamanca": "36700",
    "Querétaro": "76000", "San Juan del Río": "76800", "Aguascalientes": "20000", "San Luis Potosí": "78000",
    "Apaseo el Grande": "38160",
}  # fmt: skip
PARENTS = {"Nordwind": "Nordwind Gruppe", "Kōsei": "Kōsei Holdings", "Krüger": "Krüger AG", "Hayato": "Hayato Group"}
FOREIGN_LANGUAGES = {"Nordwind": "de", "Krüger": "de", "Weißdorn": "de", "Kōsei": "ja", "Hayato": "ja"}


def fill(registrations: list[Registration], organizer: Account, now: datetime) -> None:
    """Give each company of the example its profile; the documents of some certificates have been checked."""
    rng = random.Random(SEED)  # noqa: S311 - a story, not a secret
    for registration in registrations:
        _describe(registration, rng, now)
    db.session.flush()
    for registration in registrations:
        if registration.side is Side.SUPPLIER:
            _certify(registration, rng, organizer, now)


def _describe(registration: Registration, rng: random.Random, now: datetime) -> None:
    company, is_buyer = registration.company, registration.side is Side.BUYER
    trade = _trade_of(registration)
    word = company.name.split()[0]
    company.description = registration.offer + "."
    company.postal_code = POSTAL_CODES.get(company.city, "36100")
    company.scian_code = rng.choice(("336330", "336350", "336390")) if is_buyer else trade.scian
    company.tier = rng.choice((Tier.OEM, Tier.TIER1, Tier.TIER1)) if is_buyer else trade.tier
    company.size_sector = SizeSector.INDUSTRY
    company.workers = rng.randint(260, 2400) if is_buyer else rng.choice((8, 12, 18, 24, 35, 48, 70, 120, 210))
    millions = company.workers * rng.uniform(0.55, 1.3)
    company.annual_sales_mxn = int(millions * 10) * MILLION // 10
    size = size_of(company.size_sector, company.workers, company.annual_sales_mxn, now.date())
    company.size_class = size.size_class if size else None
    company.founded_year = rng.randint(1968, 2019)
    is_foreign = is_buyer and word in FOREIGN_LANGUAGES
    company.ownership = Ownership.FOREIGN if is_foreign else rng.choice((Ownership.MEXICAN, Ownership.MEXICAN, None))
    company.is_women_led = None if is_buyer else rng.random() < 0.25
    company.group_name = PARENTS.get(word, "")
    company.languages = ["es", *(["en"] if is_buyer or rng.random() < 0.5 else [])]
    if word in FOREIGN_LANGUAGES:
        company.languages = [*company.languages, FOREIGN_LANGUAGES[word]]
    company.export_markets = ["US", "CA"] if is_buyer else rng.choice(([], [], ["US"], ["US", "CA"], ["US", "DE"]))
    company.sites.append(
        Site(
            name=f"Planta {company.city}",
            address=f"Parque Industrial, lote {rng.randint(1, 90)}",
            state=company.state,
            city=company.city,
            postal_code=company.postal_code,
            plant_area_m2=company.workers * rng.choice((20, 35, 50)),
            shifts=rng.choice((1, 2, 3)),
            is_meeting_host=rng.random() < 0.6,
            created_at=company.created_at,
        )
    )
    for person in registration.delegates:
        person.department = Department.PURCHASING if is_buyer else rng.choice((Department.SALES, Department.QUALITY))
        person.decision_power = rng.choice((DecisionPower.DECIDES, DecisionPower.RECOMMENDS))
        person.languages = company.languages


def _certify(registration: Registration, rng: random.Random, organizer: Account, now: datetime) -> None:
    """None to three certificates: most checked, some declared, about to expire, expired, rejected or on their way."""
    company, today = registration.company, now.date()
    codes = _trade_of(registration).certificates[: rng.choice((0, 1, 1, 2, 2, 3))]
    if company.name == "Galvánicos Lerma":
        codes = _trade_of(registration).certificates
    for code in codes:
        story = rng.random()
        certificate = _certificate(company, code, rng, today, now)
        db.session.add(certificate)
        if story < 0.12:
            certificate.stage, certificate.expires_on = CertificateStage.IN_PROGRESS, None
        elif story < 0.2:
            certificate.expires_on = today - timedelta(days=rng.randint(3, 60))
        elif story < 0.32:
            certificate.expires_on = today + timedelta(days=rng.randint(10, 80))
        if certificate.stage is CertificateStage.HELD and rng.random() < 0.75:
            certificate.file = files.keep(
                Checked(f"{code}.pdf", PDF, _pdf(f"{code} - ejemplo")),
                company,
                FileKind.CERTIFICATE,
                actor=actor_of(_owner(registration)),
                now=now,
            )
            _decide(certificate, rng, organizer, now)


def _certificate(company: Company, code: str, rng: random.Random, today: date, now: datetime) -> Certificate:
    issued = today - timedelta(days=rng.randint(60, 700))
    return Certificate(
        company=company,
        site=company.sites[0],
        certification_code=code,
        stage=CertificateStage.HELD,
        number=f"{rng.choice('ABMX')}{rng.randint(10_000, 99_999)}",
        issuer=rng.choice(ISSUERS),
        coverage=company.description,
        issued_on=issued,
        expires_on=issued + timedelta(days=3 * 365),
        created_at=now - timedelta(days=rng.randint(1, 20)),
    )


def _decide(certificate: Certificate, rng: random.Random, organizer: Account, now: datetime) -> None:
    story = rng.random()
    if story > 0.7:
        return
    certificate.verification = Verification.DOCUMENT_CHECKED if story > 0.12 else Verification.SITE_VISITED
    if story < 0.05:
        certificate.verification = Verification.REJECTED
        certificate.rejected_reason = "El documento es de otra razón social."
    certificate.verified_by_id, certificate.verified_at = organizer.id, now - timedelta(days=1)


def _trade_of(registration: Registration) -> Trade:
    known = [TRADES[code] for code in registration.terms if code in TRADES]
    return known[0] if known else TRADES["ALL-020"]


def _owner(registration: Registration) -> Account:
    account = registration.delegates[0].account
    assert account is not None
    return account


def _pdf(line: str) -> bytes:
    """A page with one line of text, as small as PDF allows."""
    stream = f"BT /F1 18 Tf 72 720 Td ({line}) Tj ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(out))
    )
