"""What organizers bring and take as sheets: the columns of each noun, how a cell is read, how columns are recognised.

A row is read without the database: each cell becomes a value or a problem (a code, put into words by the doors). What
needs the database, such as which company is meant, is told by the services.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from functools import cache, partial
from importlib.resources import files
from typing import Any

from babel import Locale

from eventsapp.domain import contacts
from eventsapp.domain.errors import DomainError
from eventsapp.domain.places import MEXICO, STATES
from eventsapp.domain.registering import MAX_DESKS
from eventsapp.domain.sheet_words import LANGUAGES, YES_NO, key, meanings
from eventsapp.domain.sourcing import (
    CURRENCIES,
    INCOTERMS,
    MAX_CERTIFICATES,
    MAX_PER_OWNER,
    MAX_TERMS_EACH,
    MOST_QUANTITY,
    CurrentSource,
    RequirementKind,
    RequirementStatus,
    Tooling,
    Unit,
    Urgency,
    ValueBand,
    Visibility,
)
from eventsapp.domain.taxonomy import MAX_TERMS, clusters, terms
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

MAX_ROWS = 100_000
MAX_BYTES = 16 * 2**20
LONGEST_SHOWN = 80
DATES = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class SheetNoun(StrEnum):
    """What a sheet is a list of, in the order in which sheets of one file are taken in."""

    COMPANIES = "companies"
    DELEGATES = "delegates"
    REQUIREMENTS = "requirements"
    REQUESTS = "requests"


class ImportStatus(StrEnum):
    """Where an import stands; `matching` and `checked` wait for the person."""

    READING = "reading"
    MATCHING = "matching"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


WORKING = frozenset({ImportStatus.READING, ImportStatus.CHECKING, ImportStatus.APPLYING})
ENDED = frozenset({ImportStatus.DONE, ImportStatus.CANCELLED, ImportStatus.FAILED})

Reader = Callable[[str], Any]


@dataclass(frozen=True)
class Column:
    """A column of a noun: its headers (Spanish, English, then what else people write), and how its cells are read."""

    key: str
    headers: tuple[str, ...]
    read: Reader
    is_required: bool = False
    choices: type[StrEnum] | None = None
    is_truth: bool = False

    def header(self, language: str) -> str:
        """The header in a language: Spanish unless English is asked for."""
        return self.headers[1 if language.startswith("en") else 0]


@dataclass(frozen=True)
class Problem:
    """Something about one row: a code with its values, the column, and whether the row can be taken in all the same."""

    code: str
    column: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    is_warning: bool = False


@dataclass
class Row:
    """A row of a sheet: where it stands, its cells as they are, the values read from them, and what is wrong."""

    noun: SheetNoun
    sheet: str
    number: int
    cells: Sequence[str]
    values: dict[str, Any]
    problems: list[Problem]

    @property
    def is_wrong(self) -> bool:
        """Is there something that keeps this row out?"""
        return any(not problem.is_warning for problem in self.problems)

    def refuse(self, code: str, column: str = "", **params: Any) -> None:
        """Keep this row out, with the reason."""
        self.problems.append(Problem(code, column, params))

    def warn(self, code: str, column: str = "", **params: Any) -> None:
        """Say something about this row that does not keep it out."""
        self.problems.append(Problem(code, column, params, is_warning=True))


# Reading cells --------------------------------------------------------------------------------------------------------


def text(most: int) -> Reader:
    """A line of text of at most `most` characters."""

    def read(raw: str) -> str:
        plain = " ".join(raw.split())
        if len(plain) > most:
            raise DomainError("cell_long", most=most)
        return plain

    return read


def choice(kind: type[StrEnum]) -> Reader:
    """One value of an enum, by its words in Spanish or English or by its code."""
    return partial(_chosen, meanings(kind))


def whole(least: int, most: int) -> Reader:
    """A whole number from `least` to `most`; separators of thousands and a currency sign are forgiven."""

    def read(raw: str) -> int:
        plain = re.sub(r"[\s,$]", "", raw)
        plain = re.sub(r"\.0+$", "", plain)
        if not re.fullmatch(r"-?\d{1,18}", plain) or not least <= int(plain) <= most:
            raise DomainError("cell_whole", least=least, most=most)
        return int(plain)

    return read


def day(raw: str) -> date:
    """A date: 2027-03-09 or 09/03/2027."""
    plain = raw.strip()[:10].strip()
    for pattern in DATES:
        try:
            found = datetime.strptime(plain, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if 2000 <= found.year <= 2100:
            return found
    raise DomainError("cell_date")


def yes_no(raw: str) -> bool:
    """Sí or No."""
    return bool(_chosen(_truths(), raw))


def several(one: Reader, most: int) -> Reader:
    """Several values, separated by `;`, `|` or line breaks (or by commas, where no value has one); each once."""

    def read(raw: str) -> list[str]:
        found: list[str] = []
        for piece in re.split(r"[;|\n]", raw):
            if piece.strip():
                found += _one_or_listed(one, piece)
        found = list(dict.fromkeys(found))
        if len(found) > most:
            raise DomainError("cell_many", most=most)
        return found

    return read


def _one_or_listed(one: Reader, piece: str) -> list[str]:
    try:
        return [one(piece)]
    except DomainError:
        if "," not in piece:
            raise
        return [one(part) for part in piece.split(",") if part.strip()]


def _term(raw: str) -> str:
    return str(_chosen(_terms(), raw))


def _cluster(raw: str) -> str:
    return str(_chosen(_clusters(), raw))


def _certificate(raw: str) -> str:
    return str(_chosen(_certificates(), raw))


def _language(raw: str) -> str:
    return str(_chosen(_languages(), raw))


def _country(raw: str) -> str:
    return str(_chosen(_countries(), raw))


def _size(raw: str) -> str:
    return str(_chosen(meanings(SizeClass), raw))


def _scian(raw: str) -> str:
    plain = raw.strip().removesuffix(".0")
    if not re.fullmatch(r"\d{2,6}", plain):
        raise DomainError("cell_scian")
    return plain


def _scian_class(raw: str) -> str:
    plain = raw.strip().removesuffix(".0")
    if not re.fullmatch(r"\d{6}", plain):
        raise DomainError("cell_scian_class")
    return plain


def _postal_code(raw: str) -> str:
    plain = raw.strip().removesuffix(".0")
    if len(plain) > 12:
        raise DomainError("cell_long", most=12)
    return plain.zfill(5) if plain.isdigit() and len(plain) == 4 else plain


def _state(raw: str) -> str:
    return _states().get(key(raw)) or str(text(80)(raw))


def _one_of(values: tuple[str, ...]) -> Reader:
    return partial(_chosen, {key(value): value for value in values})


def _chosen(words: Mapping[str, Any], raw: str) -> Any:
    wanted = key(raw)
    if wanted in words:
        return words[wanted]
    near = get_close_matches(wanted[:LONGEST_SHOWN], list(words), 1)
    raise DomainError("cell_unknown_near", near=near[0]) if near else DomainError("cell_unknown")


@cache
def _truths() -> dict[str, bool]:
    return {key(word): truth for truth, words in YES_NO.items() for word in words}


@cache
def _languages() -> dict[str, str]:
    return {key(word): code for code, words in LANGUAGES.items() for word in (code, *words)}


@cache
def _terms() -> dict[str, str]:
    return {key(word): term.code for term in terms().values() for word in (term.code, term.name_es, term.name_en)}


@cache
def _clusters() -> dict[str, str]:
    return {key(word): one.code for one in clusters().values() for word in (one.code, one.name_es, one.name_en)}


@cache
def _certificates() -> dict[str, str]:
    source = files("eventsapp.data").joinpath("certifications.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(source.splitlines()))
    return {key(word): row["code"] for row in rows for word in (row["code"], row["name"])}


@cache
def _states() -> dict[str, str]:
    return {key(name): name for name in STATES} | {"cdmx": "Ciudad de México", "edomex": "Estado de México"}


@cache
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for locale in ("es_MX", "en"):
        for code, name in Locale.parse(locale).territories.items():
            if re.fullmatch(r"[A-Z]{2}", code):
                names.setdefault(key(name), code)
                names.setdefault(key(code), code)
    return names | {"eua": "US", "usa": "US", "estados unidos": "US"}


# The columns ----------------------------------------------------------------------------------------------------------

COMPANY = ("empresa nombre", "nombre de la empresa", "compania", "nombre comercial", "folio", "empresa o rfc")
COLUMNS: dict[SheetNoun, tuple[Column, ...]] = {
    SheetNoun.COMPANIES: (
        Column("name", ("Empresa", "Company", *COMPANY[:4], "nombre", "name"), text(200), is_required=True),
        Column("side", ("Participa como", "Takes part as", "lado", "side", "rol"), choice(Side), choices=Side),
        Column("legal_name", ("Razón social", "Legal name"), text(200)),
        Column("tax_id", ("RFC", "Tax ID", "identificador fiscal"), text(contacts.MAX_TAX_ID)),
        Column("country", ("País", "Country"), _country),
        Column("state", ("Estado", "State", "entidad", "entidad federativa"), _state),
        Column("city", ("Ciudad", "City", "municipio"), text(120)),
        Column("postal_code", ("Código postal", "Postal code", "cp", "c p"), _postal_code),
        Column("website", ("Página web", "Website", "sitio web", "pagina", "web"), contacts.web_page),
        Column("description", ("Descripción", "Description", "quienes somos"), text(2000)),
        Column("terms", ("Procesos", "Processes", "procesos y productos", "giro"), several(_term, MAX_TERMS)),
        Column("offer", ("En sus palabras", "In their words", "oferta", "que busca u ofrece"), text(1000)),
        Column("cluster_codes", ("Clústeres", "Clusters", "cluster"), several(_cluster, 6)),
        Column("scian_code", ("SCIAN", "SCIAN class", "clase scian", "codigo scian"), _scian_class),
        Column("size_sector", ("Sector", "Sector", "sector legal"), choice(SizeSector), choices=SizeSector),
        Column("workers", ("Trabajadores", "Workers", "empleados", "numero de trabajadores"), whole(0, 2_000_000)),
        Column(
            "annual_sales_mxn",
            ("Ventas anuales MXN", "Annual sales MXN", "ventas anuales"),
            whole(0, 10**15),
        ),
        Column("tier", ("Nivel en la cadena", "Tier", "nivel"), choice(Tier), choices=Tier),
        Column("founded_year", ("Año de fundación", "Founded in", "fundacion"), whole(1500, 2100)),
        Column("ownership", ("Capital", "Ownership", "origen del capital"), choice(Ownership), choices=Ownership),
        Column("is_women_led", ("Dirigida por mujeres", "Led by women"), yes_no, is_truth=True),
        Column("export_markets", ("Exporta a", "Exports to", "mercados de exportacion"), several(_country, 20)),
        Column("languages", ("Idiomas", "Languages"), several(_language, 9)),
        Column("group_name", ("Grupo empresarial", "Company group", "grupo", "corporativo"), text(200)),
        Column("min_meetings", ("Mínimo de reuniones", "Minimum of meetings"), whole(0, 500)),
        Column("max_meetings", ("Máximo de reuniones", "Maximum of meetings"), whole(0, 500)),
        Column("priority", ("Prioridad", "Priority"), whole(0, 4)),
        Column("desks", ("Mesas simultáneas", "Desks", "mesas"), whole(1, MAX_DESKS)),
        Column(
            "status",
            ("Situación", "Status", "estado del registro", "estatus"),
            choice(RegistrationStatus),
            choices=RegistrationStatus,
        ),
    ),
    SheetNoun.DELEGATES: (
        Column("company", ("Empresa", "Company", *COMPANY), text(200), is_required=True),
        Column("name", ("Nombre", "Name", "nombre completo", "delegado", "contacto"), text(200), is_required=True),
        Column(
            "email",
            ("Correo", "E-mail", "correo electronico", "email", "mail"),
            contacts.email_address,
            is_required=True,
        ),
        Column("job_title", ("Puesto", "Job title", "cargo"), text(120)),
        Column("phone", ("Teléfono", "Phone", "celular", "movil", "telefono celular"), contacts.phone_number),
        Column("locale", ("Idioma de los correos", "Language of mails", "idioma"), _one_of(("es", "en"))),
        Column("department", ("Área", "Department", "departamento"), choice(Department), choices=Department),
        Column("decision_power", ("Decisión", "Decision"), choice(DecisionPower), choices=DecisionPower),
        Column("languages", ("Idiomas que habla", "Spoken languages", "idiomas"), several(_language, 9)),
        Column("desk", ("Mesa", "Desk", "numero de mesa"), whole(1, MAX_DESKS)),
        Column("is_company_admin", ("Administra", "Administers", "administra la empresa"), yes_no, is_truth=True),
    ),
    SheetNoun.REQUIREMENTS: (
        Column("company", ("Empresa", "Company", *COMPANY), text(200), is_required=True),
        Column("number", ("Número", "Number", "no", "num"), whole(1, MAX_PER_OWNER)),
        Column("title", ("Requerimiento", "Requirement", "titulo", "title", "que busca"), text(160), is_required=True),
        Column("kind", ("Tipo", "Kind"), choice(RequirementKind), choices=RequirementKind),
        Column("terms", ("Procesos", "Processes", "procesos y productos"), several(_term, MAX_TERMS_EACH)),
        Column("description", ("Descripción", "Description", "detalle"), text(2000)),
        Column("material", ("Material", "Material"), text(200)),
        Column("dimensions", ("Dimensiones o tonelaje", "Dimensions or tonnage", "dimensiones"), text(200)),
        Column("annual_quantity", ("Cantidad anual", "Annual quantity", "volumen anual"), whole(0, MOST_QUANTITY)),
        Column("unit", ("Unidad", "Unit"), choice(Unit), choices=Unit),
        Column("lot_size", ("Lote", "Lot size", "tamano de lote"), whole(0, MOST_QUANTITY)),
        Column("value_band", ("Valor anual", "Annual value"), choice(ValueBand), choices=ValueBand),
        Column("currency", ("Moneda", "Currency"), _one_of(CURRENCIES)),
        Column("target_start", ("Inicio previsto", "Planned start", "inicio"), day),
        Column("sample_date", ("Fecha de muestra", "Sample date"), day),
        Column("current_source", ("Origen actual", "Current source"), choice(CurrentSource), choices=CurrentSource),
        Column("import_country", ("País de importación", "Imported from"), _country),
        Column("tooling", ("Herramental", "Tooling"), choice(Tooling), choices=Tooling),
        Column("delivery_state", ("Estado de entrega", "Delivery state"), _state),
        Column("delivery_city", ("Ciudad de entrega", "Delivery city", "lugar de entrega"), text(120)),
        Column("incoterm", ("Incoterm", "Incoterm"), _one_of(INCOTERMS)),
        Column("payment_days", ("Días de pago", "Payment days"), whole(0, 365)),
        Column(
            "must_certificates",
            ("Certificados indispensables", "Required certificates", "certificaciones"),
            several(_certificate, MAX_CERTIFICATES),
        ),
        Column(
            "preferred_certificates",
            ("Certificados deseables", "Preferred certificates"),
            several(_certificate, MAX_CERTIFICATES),
        ),
        Column(
            "accepts_in_progress",
            ("Acepta certificado en trámite", "Accepts certificates in progress"),
            yes_no,
            is_truth=True,
        ),
        Column("scian_wanted", ("SCIAN buscado", "SCIAN wanted"), several(_scian, 6)),
        Column("size_wanted", ("Tamaños buscados", "Sizes wanted"), several(_size, 4)),
        Column("max_distance_km", ("Distancia máxima km", "Maximum distance km"), whole(1, 20_000)),
        Column("languages", ("Idiomas", "Languages"), several(_language, 9)),
        Column("nda_needed", ("Pide confidencialidad", "Asks for an NDA", "nda"), yes_no, is_truth=True),
        Column("drawing_available", ("Tiene plano", "Has a drawing", "plano"), yes_no, is_truth=True),
        Column("urgency", ("Urgencia", "Urgency"), choice(Urgency), choices=Urgency),
        Column("visibility", ("Visible para", "Visible to", "visibilidad"), choice(Visibility), choices=Visibility),
        Column("status", ("Situación", "Status", "estatus"), choice(RequirementStatus), choices=RequirementStatus),
    ),
    SheetNoun.REQUESTS: (
        Column("from_company", ("Pide", "Asks", "empresa que pide", "de", "from"), text(200), is_required=True),
        Column("to_company", ("Con", "With", "empresa con quien", "con quien", "a", "to"), text(200), is_required=True),
        Column("preference", ("Importancia", "Importance", "preferencia"), choice(Preference), choices=Preference),
        Column("rank", ("Orden", "Rank", "lugar"), whole(1, 1000)),
        Column("message", ("Mensaje", "Message", "nota"), text(500)),
        Column("status", ("Situación", "Status", "estatus"), choice(RequestStatus), choices=RequestStatus),
    ),
}
SHEETS: dict[SheetNoun, tuple[str, ...]] = {
    SheetNoun.COMPANIES: ("Empresas", "Companies", "directorio", "participantes"),
    SheetNoun.DELEGATES: ("Delegados", "Delegates", "personas", "contactos", "representantes"),
    SheetNoun.REQUIREMENTS: ("Requerimientos", "Requirements", "necesidades"),
    SheetNoun.REQUESTS: ("Solicitudes", "Requests", "citas", "agenda de solicitudes"),
}


def column(noun: SheetNoun, name: str) -> Column:
    """A column of a noun by its key."""
    return next(known for known in COLUMNS[noun] if known.key == name)


def sheet_name(noun: SheetNoun, language: str) -> str:
    """What the sheet of a noun is called."""
    return SHEETS[noun][1 if language.startswith("en") else 0]


# Recognising columns --------------------------------------------------------------------------------------------------


def guess_noun(name: str, headers: Sequence[str]) -> SheetNoun | None:
    """What a sheet is a list of: by its name, else by the headers that it has; None when nothing fits."""
    wanted = key(name)
    for noun, names in SHEETS.items():
        if any(wanted == key(known) for known in names):
            return noun
    scores = {noun: len(guess_columns(noun, headers)) for noun in SheetNoun if _has_required(noun, headers)}
    return max(scores, key=lambda noun: scores[noun]) if scores else None


def guess_columns(noun: SheetNoun, headers: Sequence[str]) -> dict[str, int]:
    """Which column of a sheet holds what: the first that has one of the known headers, each used once."""
    folded_headers = [key(header) for header in headers]
    found: dict[str, int] = {}
    for rank in range(max(len(known.headers) for known in COLUMNS[noun])):
        for known in COLUMNS[noun]:
            if known.key in found or rank >= len(known.headers):
                continue
            wanted = key(known.headers[rank])
            for index, header in enumerate(folded_headers):
                if header == wanted and index not in found.values():
                    found[known.key] = index
                    break
    return found


def missing_columns(noun: SheetNoun, columns: Mapping[str, int]) -> list[Column]:
    """The required columns that no column of the sheet holds."""
    return [known for known in COLUMNS[noun] if known.is_required and known.key not in columns]


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """The index of the row with the headers: the one with most known headers, else the first with two cells filled."""
    words = {key(header) for columns in COLUMNS.values() for known in columns for header in known.headers}
    scores = [sum(1 for cell in row if cell and key(cell) in words) for row in rows]
    if scores and max(scores) > 0:
        return scores.index(max(scores))
    filled = [index for index, row in enumerate(rows) if sum(1 for cell in row if cell.strip()) > 1]
    return filled[0] if filled else 0


def _has_required(noun: SheetNoun, headers: Sequence[str]) -> bool:
    return not missing_columns(noun, guess_columns(noun, headers))


# Reading rows ---------------------------------------------------------------------------------------------------------


def read_row(noun: SheetNoun, sheet: str, number: int, cells: Sequence[str], columns: Mapping[str, int]) -> Row:
    """A row with its values; empty cells have none."""
    row = Row(noun, sheet, number, cells, {}, [])
    for known in COLUMNS[noun]:
        index = columns.get(known.key)
        raw = cells[index].strip() if index is not None and index < len(cells) else ""
        if not raw:
            if known.is_required:
                row.refuse("cell_empty", known.key)
            continue
        try:
            row.values[known.key] = known.read(raw)
        except DomainError as error:
            row.refuse(error.code, known.key, **error.params)
    if noun is SheetNoun.COMPANIES:
        _read_tax_id(row)
    return row


def _read_tax_id(row: Row) -> None:
    values = row.values
    country = values.get("country", MEXICO)
    if "tax_id" in values:
        try:
            values["tax_id"] = contacts.tax_id(values["tax_id"], country)
        except DomainError as error:
            row.refuse(error.code, "tax_id")
    if country == MEXICO and "state" in values and values["state"] not in STATES:
        row.warn("unknown_state", "state")


def cell_name(index: int, number: int) -> str:
    """What a cell is called: column 2 of row 7 is C7."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{number}"


# Writing cells --------------------------------------------------------------------------------------------------------


def neutral(text: str) -> str:
    """A text for CSV that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _is_number(text) else text


def joined(values: Iterable[str]) -> str:
    """Several values in one cell, as they are read again."""
    return "; ".join(values)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+([.,]\d+)?", text) is not None
