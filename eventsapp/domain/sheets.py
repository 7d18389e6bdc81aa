"""What organizers bring and take as sheets: the columns of each noun, how they are recognised, how a row is read.

A row is read without the database: each cell becomes a value or a problem (a code, put into words by the doors). What
needs the database, such as which company is meant, is told by the services.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Any

from eventsapp.domain import contacts
from eventsapp.domain import sheet_words as words
from eventsapp.domain.errors import DomainError
from eventsapp.domain.places import MEXICO, STATES
from eventsapp.domain.registering import MAX_DESKS
from eventsapp.domain.sheet_cells import (
    Reader,
    certificate,
    choice,
    cluster,
    country,
    day,
    language,
    one_of,
    postal_code,
    scian_branch,
    scian_class,
    several,
    size,
    state,
    term,
    text,
    whole,
)
from eventsapp.domain.sheet_words import Words, key
from eventsapp.domain.sourcing import (
    CURRENCIES,
    INCOTERMS,
    MAX_CERTIFICATES,
    MAX_PER_OWNER,
    MAX_TERMS_EACH,
    MOST_QUANTITY,
)
from eventsapp.domain.taxonomy import MAX_TERMS
from eventsapp.domain.values import SideNames

MAX_ROWS = 100_000
MAX_BYTES = 16 * 2**20
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


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


@dataclass(frozen=True)
class Column:
    """A column of a noun: its headers (Spanish, English, then what else people write), and how its cells are read."""

    key: str
    headers: tuple[str, ...]
    read: Reader
    is_required: bool = False
    choices: Words = field(default_factory=dict)

    def header(self, language: str) -> str:
        """The header in a language: Spanish unless English is asked for."""
        return self.headers[1 if language.startswith("en") else 0]

    def listed(self, language: str) -> list[str]:
        """The values that a sheet offers for this column; none when anything can be written."""
        return [words.word(self.choices, value, language) for value in self.choices]

    def written(self, value: Any, language: str) -> str:
        """One of the values of this column as sheets write it."""
        return words.word(self.choices, value, language)


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


# The columns ----------------------------------------------------------------------------------------------------------


def _of(name: str, headers: tuple[str, ...], known: Words) -> Column:
    """A column whose cells have one of some words."""
    return Column(name, headers, choice(known), choices=known)


COMPANY = ("empresa nombre", "nombre de la empresa", "compania", "nombre comercial", "folio", "empresa o rfc")
COLUMNS: dict[SheetNoun, tuple[Column, ...]] = {
    SheetNoun.COMPANIES: (
        Column("name", ("Empresa", "Company", *COMPANY[:4], "nombre", "name"), text(200), is_required=True),
        _of(
            "side",
            ("Participa como", "Takes part as", "lado", "side", "rol", "tipo de participante"),
            words.sides(SideNames.BUYER_SUPPLIER),
        ),
        Column("legal_name", ("Razón social", "Legal name"), text(200)),
        Column("tax_id", ("RFC", "Tax ID", "identificador fiscal"), text(contacts.MAX_TAX_ID)),
        Column("country", ("País", "Country"), country),
        Column("state", ("Estado", "State", "entidad", "entidad federativa"), state),
        Column("city", ("Ciudad", "City", "municipio"), text(120)),
        Column("postal_code", ("Código postal", "Postal code", "cp", "c p"), postal_code),
        Column("website", ("Página web", "Website", "sitio web", "pagina", "web"), contacts.web_page),
        Column("description", ("Descripción", "Description", "quienes somos"), text(2000)),
        Column("terms", ("Procesos", "Processes", "procesos y productos", "giro"), several(term, MAX_TERMS)),
        Column("offer", ("En sus palabras", "In their words", "oferta", "que busca u ofrece"), text(1000)),
        Column("cluster_codes", ("Clústeres", "Clusters", "cluster"), several(cluster, 6)),
        Column("scian_code", ("SCIAN", "SCIAN class", "clase scian", "codigo scian"), scian_class),
        _of("size_sector", ("Sector", "Sector", "sector legal"), words.SIZE_SECTOR),
        Column("workers", ("Trabajadores", "Workers", "empleados", "numero de trabajadores"), whole(0, 2_000_000)),
        Column(
            "annual_sales_mxn",
            ("Ventas anuales MXN", "Annual sales MXN", "ventas anuales"),
            whole(0, 10**15),
        ),
        _of("tier", ("Nivel en la cadena", "Tier", "nivel"), words.TIER),
        Column("founded_year", ("Año de fundación", "Founded in", "fundacion"), whole(1500, 2100)),
        _of("ownership", ("Capital", "Ownership", "origen del capital"), words.OWNERSHIP),
        _of("is_women_led", ("Dirigida por mujeres", "Led by women"), words.YES_NO),
        Column("export_markets", ("Exporta a", "Exports to", "mercados de exportacion"), several(country, 20)),
        Column("languages", ("Idiomas", "Languages"), several(language, 9)),
        Column("group_name", ("Grupo empresarial", "Company group", "grupo", "corporativo"), text(200)),
        Column("min_meetings", ("Mínimo de reuniones", "Minimum of meetings"), whole(0, 500)),
        Column("max_meetings", ("Máximo de reuniones", "Maximum of meetings"), whole(0, 500)),
        Column("priority", ("Prioridad", "Priority"), whole(0, 4)),
        Column("desks", ("Mesas simultáneas", "Desks", "mesas"), whole(1, MAX_DESKS)),
        _of("status", ("Situación", "Status", "estado del registro", "estatus"), words.REGISTRATION_STATUS),
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
        Column("locale", ("Idioma de los correos", "Language of mails", "idioma"), one_of(("es", "en"))),
        _of("department", ("Área", "Department", "departamento"), words.DEPARTMENT),
        _of("decision_power", ("Decisión", "Decision"), words.DECISION_POWER),
        Column("languages", ("Idiomas que habla", "Spoken languages", "idiomas"), several(language, 9)),
        Column("desk", ("Mesa", "Desk", "numero de mesa"), whole(1, MAX_DESKS)),
        _of("is_company_admin", ("Administra", "Administers", "administra la empresa"), words.YES_NO),
    ),
    SheetNoun.REQUIREMENTS: (
        Column("company", ("Empresa", "Company", *COMPANY), text(200), is_required=True),
        Column("number", ("Número", "Number", "no", "num"), whole(1, MAX_PER_OWNER)),
        Column("title", ("Requerimiento", "Requirement", "titulo", "title", "que busca"), text(160), is_required=True),
        _of("kind", ("Tipo", "Kind"), words.REQUIREMENT_KIND),
        Column("terms", ("Procesos", "Processes", "procesos y productos"), several(term, MAX_TERMS_EACH)),
        Column("description", ("Descripción", "Description", "detalle"), text(2000)),
        Column("material", ("Material", "Material"), text(200)),
        Column("dimensions", ("Dimensiones o tonelaje", "Dimensions or tonnage", "dimensiones"), text(200)),
        Column("annual_quantity", ("Cantidad anual", "Annual quantity", "volumen anual"), whole(0, MOST_QUANTITY)),
        _of("unit", ("Unidad", "Unit"), words.UNIT),
        Column("lot_size", ("Lote", "Lot size", "tamano de lote"), whole(0, MOST_QUANTITY)),
        _of("value_band", ("Valor anual", "Annual value"), words.VALUE_BAND),
        Column("currency", ("Moneda", "Currency"), one_of(CURRENCIES)),
        Column("target_start", ("Inicio previsto", "Planned start", "inicio"), day),
        Column("sample_date", ("Fecha de muestra", "Sample date"), day),
        _of("current_source", ("Origen actual", "Current source"), words.CURRENT_SOURCE),
        Column("import_country", ("País de importación", "Imported from"), country),
        _of("tooling", ("Herramental", "Tooling"), words.TOOLING),
        Column("delivery_state", ("Estado de entrega", "Delivery state"), state),
        Column("delivery_city", ("Ciudad de entrega", "Delivery city", "lugar de entrega"), text(120)),
        Column("incoterm", ("Incoterm", "Incoterm"), one_of(INCOTERMS)),
        Column("payment_days", ("Días de pago", "Payment days"), whole(0, 365)),
        Column(
            "must_certificates",
            ("Certificados indispensables", "Required certificates", "certificaciones"),
            several(certificate, MAX_CERTIFICATES),
        ),
        Column(
            "preferred_certificates",
            ("Certificados deseables", "Preferred certificates"),
            several(certificate, MAX_CERTIFICATES),
        ),
        _of("accepts_in_progress", ("Acepta certificado en trámite", "Accepts certificates in progress"), words.YES_NO),
        Column("scian_wanted", ("SCIAN buscado", "SCIAN wanted"), several(scian_branch, 6)),
        Column("size_wanted", ("Tamaños buscados", "Sizes wanted"), several(size, 4)),
        Column("max_distance_km", ("Distancia máxima km", "Maximum distance km"), whole(1, 20_000)),
        Column("languages", ("Idiomas", "Languages"), several(language, 9)),
        _of("nda_needed", ("Pide confidencialidad", "Asks for an NDA", "nda"), words.YES_NO),
        _of("drawing_available", ("Tiene plano", "Has a drawing", "plano"), words.YES_NO),
        _of("urgency", ("Urgencia", "Urgency"), words.URGENCY),
        _of("visibility", ("Visible para", "Visible to", "visibilidad"), words.VISIBILITY),
        _of("status", ("Situación", "Status", "estatus"), words.REQUIREMENT_STATUS),
    ),
    SheetNoun.REQUESTS: (
        Column("from_company", ("Pide", "Asks", "empresa que pide", "de", "from"), text(200), is_required=True),
        Column("to_company", ("Con", "With", "empresa con quien", "con quien", "a", "to"), text(200), is_required=True),
        _of("preference", ("Importancia", "Importance", "preferencia"), words.PREFERENCE),
        Column("rank", ("Orden", "Rank", "lugar"), whole(1, 1000)),
        Column("message", ("Mensaje", "Message", "nota"), text(500)),
        _of("status", ("Situación", "Status", "estatus"), words.REQUEST_STATUS),
    ),
}
SHEETS: dict[SheetNoun, tuple[str, ...]] = {
    SheetNoun.COMPANIES: ("Empresas", "Companies", "directorio", "participantes"),
    SheetNoun.DELEGATES: ("Delegados", "Delegates", "personas", "contactos", "representantes"),
    SheetNoun.REQUIREMENTS: ("Requerimientos", "Requirements", "necesidades"),
    SheetNoun.REQUESTS: ("Solicitudes", "Requests", "citas", "agenda de solicitudes"),
}


@cache
def columns(noun: SheetNoun, sides: SideNames) -> tuple[Column, ...]:
    """The columns of a noun at an event whose sides have these names."""
    known_sides = words.sides(sides)
    return tuple(
        replace(known, read=choice(known_sides), choices=known_sides) if known.key == "side" else known
        for known in COLUMNS[noun]
    )


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


def missing_columns(noun: SheetNoun, places: Mapping[str, int]) -> list[Column]:
    """The required columns that no column of the sheet holds."""
    return [known for known in COLUMNS[noun] if known.is_required and known.key not in places]


def header_row(rows: Sequence[Sequence[str]]) -> int:
    """The index of the row with the headers: the one with most known headers, else the first with two cells filled."""
    headers = {key(header) for listed in COLUMNS.values() for known in listed for header in known.headers}
    scores = [sum(1 for cell in row if cell and key(cell) in headers) for row in rows]
    if scores and max(scores) > 0:
        return scores.index(max(scores))
    filled = [index for index, row in enumerate(rows) if sum(1 for cell in row if cell.strip()) > 1]
    return filled[0] if filled else 0


def _has_required(noun: SheetNoun, headers: Sequence[str]) -> bool:
    return not missing_columns(noun, guess_columns(noun, headers))


# Reading rows ---------------------------------------------------------------------------------------------------------


def read_row(
    noun: SheetNoun, sheet: str, number: int, cells: Sequence[str], places: Mapping[str, int], sides: SideNames
) -> Row:
    """A row with its values, `places` saying which cell holds what; empty cells have none."""
    row = Row(noun, sheet, number, cells, {}, [])
    for known in columns(noun, sides):
        index = places.get(known.key)
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


def neutral(raw: str) -> str:
    """A text for CSV that no spreadsheet takes for a formula."""
    return f"'{raw}" if raw.startswith(FORMULA_STARTS) and not _is_number(raw) else raw


def joined(values: Iterable[str]) -> str:
    """Several values in one cell, as they are read again."""
    return "; ".join(values)


def _is_number(raw: str) -> bool:
    return re.fullmatch(r"[+-]?\d+([.,]\d+)?", raw) is not None
