"""The words of imports: what each noun, step and problem is called, and the notes on the headers of the template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain import sheets
from eventsapp.domain.errors import DomainError
from eventsapp.domain.sheets import Column, ImportStatus, SheetNoun
from eventsapp.models import Event
from eventsapp.web.sentences import sentence

FEW = 7
FILE = _l("Archivo")
NOUN = {
    SheetNoun.COMPANIES: _l("Empresas"),
    SheetNoun.DELEGATES: _l("Delegados"),
    SheetNoun.REQUIREMENTS: _l("Requerimientos"),
    SheetNoun.REQUESTS: _l("Solicitudes"),
}
STATUS = {
    ImportStatus.READING: _l("Leyendo el archivo"),
    ImportStatus.MATCHING: _l("Falta confirmar las columnas"),
    ImportStatus.CHECKING: _l("Revisando las filas"),
    ImportStatus.CHECKED: _l("Revisado, falta importar"),
    ImportStatus.APPLYING: _l("Importando"),
    ImportStatus.DONE: _l("Importado"),
    ImportStatus.CANCELLED: _l("Cancelado"),
    ImportStatus.FAILED: _l("No se pudo importar"),
}
STATUS_TAG = {
    ImportStatus.READING: ("info", "progress"),
    ImportStatus.MATCHING: ("warn", "hourglass"),
    ImportStatus.CHECKING: ("info", "progress"),
    ImportStatus.CHECKED: ("warn", "hourglass"),
    ImportStatus.APPLYING: ("info", "progress"),
    ImportStatus.DONE: ("ok", "circle-check"),
    ImportStatus.CANCELLED: ("", "ban"),
    ImportStatus.FAILED: ("bad", "alert-circle"),
}
COUNTS = {
    "created": _l("Nuevas"),
    "changed": _l("Con cambios"),
    "same": _l("Iguales"),
    "warned": _l("Con avisos"),
    "wrong": _l("Con errores"),
}
NOTES = {
    "company": _l("El nombre, el folio o el RFC de una empresa de este evento."),
    "from_company": _l("La empresa que pide: su nombre, folio o RFC."),
    "to_company": _l("Con quién: el nombre, folio o RFC de la otra empresa."),
    "name": _l("El nombre con el que se conoce a la empresa."),
    "side": _l("Obligatorio si la empresa es nueva en el evento."),
    "tax_id": _l("12 o 13 caracteres. En otros países, su identificador fiscal. Con él reconocemos a la empresa."),
    "terms": _l("Nombres o claves de la lista de procesos, separados por punto y coma."),
    "cluster_codes": _l("Nombres o claves de los clústeres, separados por punto y coma."),
    "status": _l("Solo para lo nuevo. Si se deja vacío, lo nuevo queda aprobado o publicado."),
    "scian_code": _l("Clase SCIAN 2023, de 6 dígitos."),
    "desks": _l("Cuántas reuniones puede tener a la vez."),
    "desk": _l("El número de la mesa de su empresa, de 1 en adelante."),
    "email": _l("Con el correo reconocemos a la persona."),
    "phone": _l("10 dígitos, o con la clave del país: +49 30 1234567."),
    "annual_sales_mxn": _l("En pesos y sin centavos. No se muestra a nadie: con ello se calcula el tamaño."),
    "number": _l("Si se deja vacío, reconocemos el requerimiento por su título."),
    "must_certificates": _l("Claves o nombres como ISO 9001; IATF 16949."),
    "rank": _l("1 es la reunión que más le importa."),
    "is_company_admin": _l("Sí, si puede cambiar los datos de la empresa."),
    "target_start": _l("Una fecha como 2027-03-09."),
    "sample_date": _l("Una fecha como 2027-03-09."),
}


def note(noun: SheetNoun, column: Column) -> str:
    """The note on a header of the template."""
    parts = [str(_("Obligatorio."))] if column.is_required else []
    key = "person" if noun is SheetNoun.DELEGATES and column.key == "name" else column.key
    parts += [str(NOTES[key])] if key in NOTES else []
    parts += [str(_("Elija un valor de la lista."))] if column.choices else []
    return " ".join(parts)


def counted(counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The counts of each noun, in order, as a table shows them."""
    return [
        {"noun": NOUN[noun], "cells": [int(counts[noun.value].get(name, 0)) for name in COUNTS]}
        for noun in SheetNoun
        if noun.value in counts
    ]


def offered(column: Column) -> str:
    """The values of a column that has only a few, as a person reads them."""
    return ", ".join(column.listed(str(get_locale()))) if 0 < len(column.choices) <= FEW else ""


def shown(event: Event, problem: Mapping[str, Any]) -> dict[str, Any]:
    """A problem in words."""
    columns = {known.key: known for known in sheets.columns(SheetNoun(problem["noun"]), event.sides)}
    column = columns.get(problem["column"])
    text = sentence(DomainError(problem["code"], **problem["params"]))
    if problem["code"] == "cell_unknown" and column is not None and (words := offered(column)):
        text = _("No conocemos este valor. Use uno de estos: %(words)s.", words=words)
    return {
        "sheet": problem["sheet"],
        "cell": problem["cell"] or problem["row"],
        "column": column.header(str(get_locale())) if column is not None else "",
        "value": problem["value"],
        "text": text,
        "is_warning": problem["is_warning"],
    }
