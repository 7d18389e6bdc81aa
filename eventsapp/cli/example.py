"""The example: a lopsided automotive encuentro with fictional companies, made from a fixed seed and the taxonomy.

Names, addresses and figures are invented; the mail domain `example.com` is reserved (RFC 2606). The dates follow the
day on which the example is made, so that registration and requests are open when somebody looks at it.
"""

from __future__ import annotations

import itertools
import random
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from eventsapp.cli import example_profiles, example_sourcing
from eventsapp.db import db
from eventsapp.domain.values import (
    BlockKind,
    DeclineReason,
    EventStatus,
    OrganizationKind,
    Preference,
    RegistrationStatus,
    RequestStatus,
    Role,
    Side,
)
from eventsapp.models import (
    Absence,
    Account,
    Block,
    Company,
    Delegate,
    Desk,
    DeskDelegate,
    Event,
    Membership,
    Organization,
    Registration,
    Request,
    Slot,
    Table,
)

SEED = 2027
CODE = "encuentro-automotriz-del-bajio"
ZONE = ZoneInfo("America/Mexico_City")
SLOT = timedelta(minutes=20)
STEP = timedelta(minutes=25)
MINUTE = timedelta(minutes=1)
BLOCKS = (
    (BlockKind.MEETINGS, time(9, 0), time(11, 5), ""),
    (BlockKind.BREAK, time(11, 5), time(11, 25), "Café en el vestíbulo"),
    (BlockKind.MEETINGS, time(11, 25), time(13, 30), ""),
    (BlockKind.LUNCH, time(13, 30), time(14, 30), "Comida en la terraza"),
    (BlockKind.MEETINGS, time(14, 30), time(16, 35), ""),
)
REQUESTS = 340
SUBMITTED = 6
APPEAL = {1: 0.2, 2: 0.9, 3: 1.3}

# Name, city, terms bought, what is sought, desks.
BUYERS = (
    ("Nordwind Antriebe", "Silao", "020 080 090 050 180", "Zincado de soportes, 40,000 piezas al mes, IATF 16949", 3),
    ("Kōsei Seimitsu de México", "Irapuato", "020 050 080 130", "Ejes y flechas maquinados, tolerancia de 10 µm", 1),
    ("Krüger Fahrwerk México", "Querétaro", "010 040 050 090", "Estampados para suspensión, prensas de 200 a 400 t", 2),
    ("Hayato Buhin", "Celaya", "010 040 120 140", "Resortes y alambre formado, lotes de 20,000 piezas", 1),
    ("Climas Anáhuac", "Aguascalientes", "070 120 150 180", "Tubo de aluminio doblado y conexiones", 1),
    ("Chasis Tres Ríos", "León", "010 030 040 100", "Corte láser y ensambles soldados para chasis", 1),
    ("Ensambles Cimatario", "Querétaro", "150 180 190 130", "Inyección de plástico de 300 a 800 t", 1),
    ("Módulos Encinos", "San Luis Potosí", "150 160 170 190", "Interiores inyectados y espumas", 1),
    ("Sistemas Bernalejo", "Apaseo el Grande", "020 070 060 080", "Fundición de aluminio maquinada", 1),
    ("Tableros Sauces", "Silao", "150 170 100 130", "Piezas cosméticas pintadas", 1),
    ("Suspensión Ajuchitlán", "Querétaro", "050 140 080 010", "Forja y resortes para suspensión", 1),
    ("Cabinas Cardón", "Salamanca", "030 040 100 120", "Cabinas soldadas y pintadas", 1),
    ("Weißdorn Lenkung", "Silao", "020 050 110 080", "Piñones sinterizados y maquinados", 1),
    ("Atoyac Vehículos", "León", "010 040 150 190 130", "Desarrollo de proveedores locales, varias familias", 2),
)
# First word of the name, what the company makes.
TRADES = (
    ("Estampados", "010", "Estampado progresivo y troquelado hasta 400 t"),
    ("Troquelados", "010 040", "Troquelado y subensambles soldados"),
    ("Maquinados", "020", "Torno y fresado CNC de 5 ejes"),
    ("Mecanizados", "020 110", "Maquinado de precisión y piezas sinterizadas"),
    ("Láser", "030 040", "Corte láser de fibra y doblez CNC"),
    ("Soldaduras", "040 030", "Celdas robotizadas MIG y por puntos"),
    ("Forjas", "050 080", "Forja en caliente con tratamiento térmico"),
    ("Fundición", "060 070", "Fundición gris, nodular y aluminio"),
    ("Aluminios", "070 020", "Inyección de aluminio y maquinado"),
    ("Tratamientos", "080", "Temple, revenido y cementado, CQI-9"),
    ("Galvánicos", "090 100", "Zincado, níquel y cromo, CQI-11"),
    ("Pinturas", "100 090", "Pintura en polvo y electroforética"),
    ("Tubos", "120 040", "Doblado de tubo y ensambles"),
    ("Tornillería", "130", "Tornillos y sujetadores especiales"),
    ("Resortes", "140", "Resortes de compresión y formas de alambre"),
    ("Inyectados", "150", "Inyección de plástico de 80 a 850 t"),
    ("Plásticos", "150 160", "Inyección y extrusión con moldes propios"),
    ("Termoformados", "170 160", "Termoformado y soplado"),
    ("Hules", "180", "Moldeo de hule y silicón"),
    ("Espumas", "190 170", "Espuma de poliuretano moldeada"),
)
PLACES = (
    "Lerma", "Xichú", "Jerécuaro", "Amealco", "Yuriria", "Tarimoro", "Acámbaro", "Nogales", "Encinos",
    "Zamorano", "Cimatario", "Peñamiller", "Dolores", "Cortazar", "Moctezuma", "Mazahua", "Tlachco", "Pirules",
    "Calpulli", "Purísima", "Mezquital", "Huimilpan", "Xonaca", "Apaseo", "Conín", "Trojes", "Colón", "Ocampo",
    "Jurica", "Tejocote",
)  # fmt: skip
GIVEN = (
    "Daniela", "Laura", "Jonas", "Haruto", "Mariana", "Javier", "Lucía", "Ricardo", "Ana", "Miguel", "Sofía", "Andrés",
    "Claudia", "Fernando", "Yuki", "Greta", "Raúl", "Patricia", "Hugo", "Elena",
)  # fmt: skip
FAMILY = (
    "Ríos", "Medina", "Weber", "Tanaka", "Ortega", "Núñez", "Salinas", "Peña", "Ibarra", "Cervantes", "Luna", "Márquez",
    "Köhler", "Aguilar", "Sato", "Vargas", "Domínguez", "Rangel", "Olvera", "Zúñiga",
)  # fmt: skip
STATES = {
    "Querétaro": "Querétaro",
    "Aguascalientes": "Aguascalientes",
    "San Luis Potosí": "San Luis Potosí",
}


ORGANIZER, REVIEWER = "laura.medina@example.com", "rosa.cano@example.com"
TEAM = (
    (ORGANIZER, "Laura Medina", Role.ADMIN),
    (REVIEWER, "Rosa Cano", Role.REVIEWER),
    ("tomas.prado@example.com", "Tomás Prado", Role.REVIEWER),
    ("ines.solis@example.com", "Inés Solís", Role.FLOOR),
)


@dataclass(frozen=True)
class Example:
    """What was made, and who can sign in."""

    event: Event
    organizer: Account
    buyer: Account
    supplier: Account


def create(*, now: datetime, password_hash: str) -> Example:
    """Add the example event with all its companies and requests; the caller commits."""
    rng = random.Random(SEED)  # noqa: S311 - a story, not a secret
    organization = Organization(
        code="cluster-automotriz-ejemplo",
        name="Clúster Automotriz de Ejemplo",
        kind=OrganizationKind.CLUSTER,
        cluster_code="GTO-AUT",
        state="Guanajuato",
        created_at=now,
    )
    team = {
        email: Membership(
            organization=organization, account=_account(email, name, now, password_hash), role=role, created_at=now
        )
        for email, name, role in TEAM
    }
    organizer = team[ORGANIZER].account
    event = _event(organization, now)
    db.session.add_all([organization, *team.values(), event])
    _frame(event)
    people = _People(rng, now, password_hash)
    buyers = _buyers(event, people)
    suppliers = _suppliers(event, people, rng)
    reviewers = [one.account for one in team.values() if one.role is Role.REVIEWER]
    for registration, reviewer in zip([*buyers, *suppliers], itertools.cycle(reviewers), strict=False):
        registration.liaison = reviewer
    for registration in suppliers[-SUBMITTED:]:
        registration.liaison = None
    db.session.add_all([*buyers, *suppliers])
    db.session.flush()
    example_profiles.fill([*buyers, *suppliers], organizer, now)
    example_sourcing.fill([*buyers, *suppliers], organizer, now)
    db.session.add_all(_requests(event, buyers, suppliers, rng, now))
    db.session.flush()
    return Example(event, organizer, _first_account(buyers[0]), _first_account(suppliers[0]))


def event_day(today: date) -> date:
    """The first Tuesday that is at least six weeks away."""
    start = today + timedelta(weeks=6)
    return start + timedelta(days=(1 - start.weekday()) % 7)


def _event(organization: Organization, now: datetime) -> Event:
    first = event_day(now.astimezone(ZONE).date())

    def at(days: int, hour: int = 0) -> datetime:
        return datetime.combine(first + timedelta(days=days), time(hour), ZONE)

    return Event(
        organization=organization,
        code=CODE,
        name=f"Encuentro Automotriz del Bajío {first.year}",
        description="Plantas y Tier 1 del Bajío buscan proveedores locales. Dos días de reuniones de 20 minutos.",
        venue="Centro de Congresos",
        city="Querétaro",
        time_zone=ZONE.key,
        contact_email="contacto@example.com",
        status=EventStatus.OPEN,
        starts_at=at(0, 8),
        ends_at=at(1, 18),
        registration_opens_at=at(-90),
        registration_closes_at=at(-20) - MINUTE,
        requests_open_at=at(-60),
        requests_close_at=at(-9) - MINUTE,
        buyer_max_meetings=None,
        supplier_max_meetings=6,
        supplier_min_meetings=1,
        max_consecutive=5,
        created_at=now,
    )


def _frame(event: Event) -> None:
    """Two days of blocks with their slots, and a table for every buyer's desk."""
    for day in (event.first_day, event.last_day):
        for kind, begin, end, title in BLOCKS:
            block = Block(
                kind=kind,
                title=title,
                starts_at=datetime.combine(day, begin, ZONE),
                ends_at=datetime.combine(day, end, ZONE),
            )
            event.blocks.append(block)
            start = block.starts_at
            while kind is BlockKind.MEETINGS and start + SLOT <= block.ends_at:
                block.slots.append(Slot(event=event, starts_at=start, ends_at=start + SLOT))
                start += STEP
    desks = sum(desks for *_, desks in BUYERS)
    event.tables.extend(Table(label=str(n), room="Salón Corregidora", position=n) for n in range(1, desks + 1))


class _People:
    """Invents companies and their delegates, each person once."""

    def __init__(self, rng: random.Random, now: datetime, password_hash: str) -> None:
        self.rng = rng
        self.now = now
        self.password_hash = password_hash
        pairs = [(given, family) for given in GIVEN for family in FAMILY]
        rng.shuffle(pairs)
        self.names = iter([("Jonas", "Weber"), *(pair for pair in pairs if pair != ("Jonas", "Weber"))])

    def registration(
        self, event: Event, number: int, side: Side, name: str, city: str, terms: str, offer: str, desks: int
    ) -> Registration:
        """A company with one delegate at each desk, registered and approved."""
        company = Company(
            organization=event.organization,
            name=name,
            legal_name=f"{name}, S.A. de C.V.",
            tax_id="",
            city=city,
            state=STATES.get(city, "Guanajuato"),
            website=f"https://{_slug(name)}.example.com",
            cluster_codes=["GTO-AUT"],
            created_at=self.now,
        )
        submitted_at = _submitted_at(event, number, self.now)
        registration = Registration(
            event=event,
            company=company,
            number=number,
            side=side,
            status=RegistrationStatus.APPROVED,
            terms=[f"ALL-{code}" for code in terms.split()],
            offer=offer,
            steps_done=["company", "delegates", "terms", "availability"],
            submitted_at=submitted_at,
            decided_at=submitted_at + timedelta(days=1, hours=2),
            saved_at=submitted_at,
            created_at=submitted_at - timedelta(hours=3),
        )
        for index in range(desks):
            given, family = next(self.names)
            email = f"{_slug(given)}.{_slug(family)}@{_slug(name)}.example.com"
            person = f"{given} {family}"
            delegate = Delegate(
                company=company,
                account=_account(email, person, self.now, self.password_hash),
                name=person,
                job_title="Compras" if side is Side.BUYER else "Ventas",
                email=email,
                phone=f"+52 442 555 {number:02d}{index:02d}",
                is_company_admin=index == 0,
                created_at=self.now + timedelta(microseconds=index),
            )
            desk = Desk(number=index + 1, name=f"{person}" if desks > 1 else "")
            desk.seats.append(DeskDelegate(delegate=delegate, position=0))
            registration.desks.append(desk)
        return registration


def _buyers(event: Event, people: _People) -> list[Registration]:
    tables = iter(event.tables)
    made = []
    for number, (name, city, terms, wanted, desks) in enumerate(BUYERS, start=1):
        registration = people.registration(event, number, Side.BUYER, name, city, terms, wanted, desks)
        for desk in registration.desks:
            desk.table = next(tables)
        registration.max_meetings = 14 * desks
        made.append(registration)
    return made


def _suppliers(event: Event, people: _People, rng: random.Random) -> list[Registration]:
    """Three or four companies of each trade; every third comes for one day only; the last ones wait for review."""
    cities = ("Silao", "León", "Irapuato", "Celaya", "Salamanca", "Querétaro", "San Juan del Río", "Aguascalientes")
    places = list(PLACES)
    rng.shuffle(places)
    names = [
        f"{trade[0]} {place}"
        for round_ in range(4)
        for trade, place in zip(TRADES, _turned(places, round_ * 7), strict=False)
    ]
    names.remove("Galvánicos Lerma") if "Galvánicos Lerma" in names else None
    chosen = ["Galvánicos Lerma", *names[:65]]
    by_trade = {trade: (terms, offer) for trade, terms, offer in TRADES}
    made = []
    for index, name in enumerate(chosen):
        terms, offer = by_trade[name.split()[0]]
        registration = people.registration(
            event, len(BUYERS) + 1 + index, Side.SUPPLIER, name, cities[index % len(cities)], terms, offer, 1
        )
        if index % 3 == 1:
            day = event.first_day if rng.random() < 0.5 else event.last_day
            start = datetime.combine(day, time(8), ZONE)
            registration.desks[0].absences.append(Absence(starts_at=start, ends_at=start + timedelta(hours=10)))
        if index >= len(chosen) - SUBMITTED:
            registration.status = RegistrationStatus.SUBMITTED
            registration.decided_at = None
        made.append(registration)
    return made


def _requests(
    event: Event, buyers: list[Registration], suppliers: list[Registration], rng: random.Random, now: datetime
) -> list[Request]:
    """Suppliers ask the buyers that need what they make, the big names most; buyers name whom they must see."""
    wishes: list[tuple[float, Registration, Registration]] = []
    for buyer in buyers:
        for supplier in suppliers:
            if supplier.status is not RegistrationStatus.APPROVED:
                continue
            shared = len(set(buyer.terms) & set(supplier.terms))
            appeal = shared + APPEAL[len(buyer.desks)] + rng.random()
            wishes.append((appeal, buyer, supplier))
    wishes.sort(key=lambda wish: (-wish[0], wish[1].number, wish[2].number))
    made = []
    for appeal, buyer, supplier in wishes[:REQUESTS]:
        asks_first = rng.random() < 0.35
        first, second = (buyer, supplier) if asks_first else (supplier, buyer)
        draw = rng.random()
        status = (
            RequestStatus.ACCEPTED if draw < 0.93 else RequestStatus.SENT if draw < 0.97 else RequestStatus.DECLINED
        )
        preference = Preference.MUST if asks_first and appeal > 2.2 else Preference.WANT
        made.append(_request(event, first, second, preference, status, now - timedelta(hours=rng.randrange(6, 200))))
    return made


def _request(
    event: Event, from_: Registration, to: Registration, preference: Preference, status: RequestStatus, at: datetime
) -> Request:
    return Request(
        event=event,
        from_registration=from_,
        to_registration=to,
        preference=preference,
        status=status,
        decline_reason=DeclineReason.ALREADY_SUPPLIER if status is RequestStatus.DECLINED else None,
        answered_at=None if status is RequestStatus.SENT else at + timedelta(hours=5),
        created_at=at,
    )


def _account(email: str, name: str, now: datetime, password_hash: str) -> Account:
    return Account(email=email, name=name, password_hash=password_hash, email_confirmed_at=now, created_at=now)


def _first_account(registration: Registration) -> Account:
    account = registration.delegates[0].account
    if account is None:
        raise LookupError("every delegate of the example has an account")
    return account


def _turned(places: list[str], by: int) -> list[str]:
    return places[by % len(places) :] + places[: by % len(places)]


def _submitted_at(event: Event, number: int, now: datetime) -> datetime:
    """Somewhere in office hours between the opening of registration and two days ago; more towards the end."""
    days = (now - event.registration_opens_at).days - 2
    share = (number * 37 % 83) / 83
    day = event.registration_opens_at + timedelta(days=int(days * share**0.7))
    return day + timedelta(hours=9 + number * 5 % 9, minutes=number * 13 % 60)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return "-".join("".join(c if c.isalnum() else " " for c in plain.lower()).split())
