"""Requirements and capabilities for the companies of the example: believable parts and plants, the same each time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from eventsapp.db import db
from eventsapp.domain.registering import Consent
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
from eventsapp.domain.values import RegistrationStatus, Side, Verification
from eventsapp.models import Account, Capability, Registration, Requirement

SEED = 332810
PURPOSES = ("una plataforma nueva", "duplicar la fuente actual", "sustituir importación")
COORDINATES = {
    "Silao": (20.944, -101.427), "León": (21.122, -101.682), "Irapuato": (20.677, -101.356),
    "Celaya": (20.523, -100.815), "Salamanca": (20.571, -101.197), "Querétaro": (20.589, -100.390),
    "San Juan del Río": (20.388, -99.996), "Aguascalientes": (21.885, -102.291),
    "San Luis Potosí": (22.156, -100.985), "Apaseo el Grande": (20.546, -100.686),
}  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """A process: what is bought of it, with what it is made, and how much a plant makes in a month."""

    parts: tuple[str, ...]
    material: str
    dimensions: str
    offer: str
    machines: tuple[str, ...]
    tolerance: str
    monthly: int
    unit: Unit = Unit.PIECES
    musts: tuple[str, ...] = ("IATF-16949",)


TRADES = {
    "ALL-010": Trade(
        ("Refuerzos estampados para asiento", "Soportes estampados de suspensión"),
        "Acero HSLA 340, 2 a 4 mm",
        "Prensa de 200 a 400 t",
        "Estampado progresivo y transfer",
        ("4 prensas de 200 a 400 t", "2 alimentadores servo"),
        "±0.10 mm",
        320_000,
    ),
    "ALL-020": Trade(
        ("Ejes y flechas maquinados", "Carcasas de aluminio maquinadas"),
        "Acero 4140 y aluminio 6061",
        "Hasta 300 mm de diámetro",
        "Maquinado CNC de precisión",
        ("6 tornos CNC de doble husillo", "3 centros de 5 ejes"),
        "±0.01 mm",
        45_000,
    ),
    "ALL-030": Trade(
        ("Láminas cortadas y dobladas para gabinete",),
        "Acero rolado en frío, 1 a 6 mm",
        "Hasta 1.5 × 3 m",
        "Corte láser y doblez",
        ("2 láseres de fibra de 6 kW", "2 dobladoras CNC de 160 t"),
        "±0.15 mm",
        60_000,
        musts=("ISO-9001",),
    ),
    "ALL-040": Trade(
        ("Subensambles soldados de chasis", "Marcos soldados de asiento"),
        "Acero estructural",
        "Hasta 25 kg por pieza",
        "Soldadura robotizada MIG y por puntos",
        ("5 celdas robotizadas MIG", "3 soldadoras por puntos"),
        "±0.5 mm",
        28_000,
        musts=("ISO-3834",),
    ),
    "ALL-050": Trade(
        ("Brazos forjados de suspensión",),
        "Acero microaleado 38MnVS6",
        "De 0.5 a 6 kg",
        "Forja en caliente",
        ("1 prensa de forja de 1,600 t", "2 martillos neumáticos"),
        "±0.8 mm",
        40_000,
        musts=("IATF-16949", "CQI-9"),
    ),
    "ALL-060": Trade(
        ("Discos de freno en hierro gris",),
        "Hierro gris G3000",
        "De 4 a 12 kg",
        "Fundición en arena verde",
        ("1 línea de moldeo vertical", "2 hornos de inducción de 3 t"),
        "CT9",
        35_000,
    ),
    "ALL-070": Trade(
        ("Carcasas de aluminio a presión",),
        "Aluminio A380",
        "Máquina de 800 a 1,600 t",
        "Inyección de aluminio",
        ("3 inyectoras de 800 a 1,650 t", "1 célula de impregnado"),
        "±0.2 mm",
        55_000,
    ),
    "ALL-080": Trade(
        ("Cementado de engranes",),
        "Acero 8620",
        "Cargas de hasta 800 kg",
        "Temple, revenido y cementado",
        ("2 hornos de atmósfera controlada", "1 laboratorio metalográfico"),
        "55 a 62 HRC",
        120,
        Unit.TONNES,
        ("CQI-9",),
    ),
    "ALL-090": Trade(
        ("Zincado de soportes estampados", "Zinc níquel para tornillería"),
        "Acero al carbono",
        "Piezas de hasta 600 mm",
        "Zincado alcalino en tambor y rack",
        ("2 líneas de tambor", "1 línea de rack", "1 cámara salina"),
        "8 a 12 µm",
        900_000,
        musts=("CQI-11",),
    ),
    "ALL-100": Trade(
        ("Pintura electroforética de chasis",),
        "Acero fosfatado",
        "Piezas de hasta 1.2 m",
        "E-coat y pintura en polvo",
        ("1 línea de e-coat", "2 cabinas de polvo"),
        "18 a 25 µm",
        180_000,
        musts=("CQI-12",),
    ),
    "ALL-110": Trade(
        ("Piñones sinterizados",),
        "FC-0208",
        "Hasta 80 mm",
        "Pulvimetalurgia",
        ("4 prensas de 60 a 250 t",),
        "±0.03 mm",
        250_000,
    ),
    "ALL-120": Trade(
        ("Tubos doblados para clima", "Estructuras tubulares de asiento"),
        "Aluminio 3003 y acero 1008",
        "De 8 a 50 mm de diámetro",
        "Doblado y conformado de tubo",
        ("5 dobladoras CNC", "2 conformadoras de puntas"),
        "±0.3 mm",
        210_000,
    ),
    "ALL-130": Trade(
        ("Tornillos especiales M6 a M12",),
        "Acero 10B21",
        "M4 a M16",
        "Estampado en frío y roscado",
        ("8 cabeceadoras", "6 roscadoras"),
        "Clase 10.9",
        4_500_000,
    ),
    "ALL-140": Trade(
        ("Resortes de compresión para válvula",),
        "Alambre SAE 9254",
        "De 0.5 a 8 mm",
        "Resortes y formas de alambre",
        ("7 formadoras CNC", "1 horno de revenido"),
        "±2%",
        1_200_000,
    ),
    "ALL-150": Trade(
        ("Ductos y carcasas inyectadas", "Tapas cosméticas de interior"),
        "PP, PA66 GF30 y ABS",
        "Inyectora de 80 a 800 t",
        "Inyección de plástico con ensamble",
        ("12 inyectoras de 80 a 850 t", "4 robots de extracción"),
        "±0.1 mm",
        600_000,
        musts=("IATF-16949", "CQI-23"),
    ),
    "ALL-160": Trade(
        ("Perfiles extruidos de sello",),
        "TPV y PVC",
        "Hasta 60 mm de ancho",
        "Extrusión de perfiles",
        ("3 extrusoras de doble husillo",),
        "±0.3 mm",
        150_000,
        Unit.METRES,
        ("ISO-9001",),
    ),
    "ALL-170": Trade(
        ("Charolas termoformadas retornables",),
        "ABS y HDPE de 3 mm",
        "Hasta 1.2 × 1 m",
        "Termoformado y soplado",
        ("2 termoformadoras de doble estación",),
        "±0.5 mm",
        22_000,
        musts=("ISO-9001",),
    ),
    "ALL-180": Trade(
        ("Bujes de hule metal", "Sellos de silicón"),
        "NR, EPDM y silicón",
        "Hasta 400 g",
        "Moldeo de hule y silicón",
        ("9 prensas de vulcanizado", "1 reómetro"),
        "Clase M2",
        420_000,
    ),
    "ALL-190": Trade(
        ("Espumas moldeadas para asiento",),
        "Poliuretano flexible",
        "De 0.2 a 4 kg",
        "Espuma moldeada",
        ("1 carrusel de 24 estaciones",),
        "±3 mm",
        38_000,
    ),
}


def fill(registrations: list[Registration], organizer: Account, now: datetime) -> None:
    """Give each buyer a few requirements and most suppliers their capabilities; some stay with the short form."""
    rng = random.Random(SEED)  # noqa: S311 - a story, not a secret
    for index, registration in enumerate(registrations):
        company = registration.company
        company.latitude, company.longitude = COORDINATES.get(company.city, (None, None))
        if registration.side is Side.BUYER:
            registration.consents = [Consent.DIRECTORY.value] if rng.random() < 0.75 else []
            db.session.add_all(_requirements(registration, rng, now))
        elif index % 5 != 0 and registration.status is RegistrationStatus.APPROVED:
            db.session.add_all(_capabilities(registration, rng, organizer, now))
    db.session.flush()


def _requirements(registration: Registration, rng: random.Random, now: datetime) -> list[Requirement]:
    """One requirement for most of the buyer's processes; the last is still a draft, a few are closed."""
    made = []
    for number, code in enumerate(registration.terms, start=1):
        trade = TRADES[code]
        neighbours = [other for other in registration.terms if other != code]
        monthly = max(1, int(trade.monthly * rng.uniform(0.1, 0.7)))
        wants_more = rng.random() < 0.25
        starts = (now + timedelta(days=30 * rng.randint(4, 14))).date().replace(day=1)
        row = Requirement(
            registration=registration,
            number=number,
            title=rng.choice(trade.parts),
            kind=RequirementKind.DIRECT_MATERIAL,
            terms=[code, *(rng.sample(neighbours, 1) if wants_more else [])],
            description=f"Para {rng.choice(PURPOSES)}. Se entregan plano y muestra en la reunión.",
            material=trade.material,
            dimensions=trade.dimensions,
            annual_quantity=round(monthly * 12, 1 - len(str(monthly * 12)) + 1),
            unit=trade.unit,
            currency=rng.choice(("MXN", "USD")),
            value_band=rng.choice(list(ValueBand)[:4]),
            lot_size=max(1, monthly // 4),
            target_start=starts,
            sample_date=starts - timedelta(days=60),
            current_source=rng.choice(list(CurrentSource)),
            tooling=rng.choice(list(Tooling)),
            delivery_state=registration.company.state,
            delivery_city=registration.company.city,
            incoterm=rng.choice(("DAP", "FCA", "DDP")),
            payment_days=rng.choice((30, 45, 60, 90)),
            must_certificates=[*trade.musts] if rng.random() < 0.7 else [],
            preferred_certificates=["ISO-14001"] if rng.random() < 0.5 else [],
            accepts_in_progress=rng.random() < 0.4,
            size_wanted=[],
            max_distance_km=rng.choice((None, 150, 250, 400)),
            languages=["es", "en"] if rng.random() < 0.3 else [],
            nda_needed=rng.random() < 0.3,
            drawing_available=rng.random() < 0.8,
            urgency=rng.choice(list(Urgency)),
            visibility=rng.choice((Visibility.PUBLIC, Visibility.PUBLIC, Visibility.APPROVED, Visibility.REQUESTED)),
            status=RequirementStatus.PUBLISHED,
            published_at=now - timedelta(days=rng.randint(3, 20)),
            saved_at=now,
            created_at=now,
        )
        if row.current_source is CurrentSource.IMPORT:
            row.import_country = rng.choice(("CN", "US", "DE", "JP"))
        made.append(row)
    made[-1].status, made[-1].published_at = RequirementStatus.DRAFT, None
    if len(made) > 3 and rng.random() < 0.5:
        made[2].status, made[2].close_reason = RequirementStatus.COVERED, CloseReason.FOUND_ELSEWHERE
        made[2].closed_at = now - timedelta(days=2)
    return made


def _capabilities(
    registration: Registration, rng: random.Random, organizer: Account, now: datetime
) -> list[Capability]:
    """One capability for each process; some have been looked at."""
    made = []
    for number, code in enumerate(registration.terms, start=1):
        trade = TRADES[code]
        row = Capability(
            company=registration.company,
            number=number,
            title=trade.offer,
            terms=[code],
            description="",
            machines=list(trade.machines),
            monthly_capacity=round(int(trade.monthly * rng.uniform(0.4, 1.4)), -2) or trade.monthly,
            unit=trade.unit,
            utilisation_pct=rng.choice((45, 60, 70, 80, 90)),
            min_lot=rng.choice((None, 500, 1000, 5000)),
            tolerance=trade.tolerance,
            materials=trade.material,
            main_customers=rng.choice(("", "Dos armadoras del Bajío", "Tier 1 de asientos y de frenos")),
            sectors=["GTO-AUT"],
            lead_time_days=rng.choice((10, 15, 21, 30)),
            status=CapabilityStatus.PUBLISHED,
            published_at=now - timedelta(days=rng.randint(3, 20)),
            saved_at=now,
            created_at=now,
        )
        if rng.random() < 0.35:
            row.verification = rng.choice((Verification.DOCUMENT_CHECKED, Verification.SITE_VISITED))
            row.verified_by_id, row.verified_at = organizer.id, now - timedelta(days=1)
        made.append(row)
    return made
