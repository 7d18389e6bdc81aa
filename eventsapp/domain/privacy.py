"""Personal data: the two kinds of notices, the rights that a person has, and the working days in which they are met.

Private organizers fall under the Ley Federal de Protección de Datos Personales en Posesión de los Particulares (DOF,
20 March 2025), public bodies under the Ley General for obligated parties. The texts are a beginning that each
organization completes; they need a legal review.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from eventsapp.domain.values import OrganizationKind

ANSWER_DAYS = 20
CARRY_OUT_DAYS = 15
BLOCKED_FOR = timedelta(days=180)
GONE = "Persona suprimida"
BLOCKED = "Persona con datos bloqueados"
NOWHERE = "privacidad.invalid"
"""Addresses here reach nobody (RFC 2606)."""
SHORTEST_NAME = 5


class NoticeKind(StrEnum):
    """Which law the organizer falls under."""

    PRIVATE = "private"
    PUBLIC = "public"


class ArcoKind(StrEnum):
    """What a person asks: to see, to correct, to cancel, to oppose."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    CANCELLATION = "cancellation"
    OPPOSITION = "opposition"


class ArcoStatus(StrEnum):
    """Where a request about personal data stands; a granted one is still to be carried out."""

    RECEIVED = "received"
    GRANTED = "granted"
    DENIED = "denied"
    DONE = "done"


@dataclass(frozen=True)
class NoticeText:
    """What a notice says: in short, in full, and for what the data are used, necessary and voluntary apart."""

    simplified: str
    full: str
    necessary: tuple[str, ...]
    voluntary: tuple[str, ...]


NECESSARY = (
    "Revisar el registro de su empresa y a las personas que la representan.",
    "Organizar las reuniones, armar el horario y enviarle su agenda.",
    "Atenderle el día del evento y dar seguimiento a lo acordado.",
)
VOLUNTARY = (
    "Mostrar el nombre de su empresa en el directorio público.",
    "Usar fotografías del evento en las que usted aparezca.",
    "Invitarle a próximos eventos.",
)
_SIMPLIFIED = {
    NoticeKind.PRIVATE: (
        "{organization} usa su nombre, correo, puesto y teléfono, y los datos de su empresa, para revisar su registro, "
        "organizar las reuniones y atenderle en el evento. Usted decide aparte sobre los usos voluntarios."
    ),
    NoticeKind.PUBLIC: (
        "{organization} recaba su nombre, correo, puesto y teléfono, y los datos de su empresa, para revisar su "
        "registro, organizar las reuniones y atenderle en el evento. No se hacen transferencias que requieran su "
        "consentimiento. Usted decide aparte sobre los usos voluntarios."
    ),
}
_FULL = {
    NoticeKind.PRIVATE: (
        "{organization} es responsable de los datos personales que usted registra. Puede escribirle a {contact}.\n\n"
        "Datos que pedimos: nombre, correo electrónico, puesto y teléfono. No pedimos datos sensibles.\n\n"
        "Con quién se comparten: las empresas aprobadas del mismo evento ven lo que su empresa compra o hace. Los "
        "datos de contacto se muestran a las empresas con las que hay una reunión aceptada. No vendemos datos.\n\n"
        "Sus derechos: usted puede acceder a sus datos, rectificarlos, cancelarlos u oponerse a su uso, y revocar su "
        "consentimiento, en la página de privacidad o por correo. Le responderemos en 20 días hábiles y, si procede, "
        "lo haremos efectivo en los 15 siguientes.\n\n"
        "Autoridad: Secretaría Anticorrupción y Buen Gobierno. Los cambios a este aviso se publican en esta página, "
        "con su número de versión."
    ),
    NoticeKind.PUBLIC: (
        "{organization} es responsable del tratamiento de los datos personales que usted registra, conforme a la Ley "
        "General de Protección de Datos Personales en Posesión de Sujetos Obligados. Su contacto es {contact}.\n\n"
        "Datos que se recaban: nombre, correo electrónico, puesto y teléfono. No se recaban datos sensibles.\n\n"
        "Fundamento: las atribuciones del responsable en materia de fomento económico.\n\n"
        "Transferencias: ninguna que requiera su consentimiento, salvo los requerimientos de una autoridad competente, "
        "fundados y motivados. Las empresas con las que hay una reunión aceptada ven los datos de contacto.\n\n"
        "Derechos ARCO: puede ejercerlos ante la unidad de transparencia del responsable, en la página de privacidad o "
        "por correo. Se le responderá en 20 días hábiles y, si procede, se hará efectivo en los 15 siguientes.\n\n"
        "Los cambios a este aviso se publican en esta página, con su número de versión."
    ),
}


def kind_for(kind: OrganizationKind) -> NoticeKind:
    """The law that an organization probably falls under; it may say otherwise."""
    return NoticeKind.PUBLIC if kind is OrganizationKind.GOVERNMENT else NoticeKind.PRIVATE


def template(kind: NoticeKind, *, organization: str, contact: str) -> NoticeText:
    """The text with which a notice begins."""
    blanks = {"{organization}": organization, "{contact}": contact}
    return NoticeText(_filled(_SIMPLIFIED[kind], blanks), _filled(_FULL[kind], blanks), NECESSARY, VOLUNTARY)


def working_days_after(day: date, count: int) -> date:
    """The day on which a term of so many working days ends; the day itself does not count."""
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5 and not is_holiday(day):
            count -= 1
    return day


def is_holiday(day: date) -> bool:
    """Is it a day of rest by law (Ley Federal del Trabajo, article 74)?"""
    mondays = {(2, 1), (3, 3), (11, 3)}
    if (day.month, day.day) in {(1, 1), (5, 1), (9, 16), (12, 25)}:
        return True
    if day.month == 10 and day.day == 1 and (day.year - 2024) % 6 == 0:
        return True
    return day.weekday() == 0 and (day.month, (day.day - 1) // 7 + 1) in mondays


# Suppression ----------------------------------------------------------------------------------------------------------


def pattern_of(needles: Iterable[str]) -> re.Pattern[str] | None:
    """What finds these texts as whole words, whatever their case; None when there are none."""
    found = sorted(
        {needle.strip() for needle in needles if len(needle.strip()) >= SHORTEST_NAME}, key=len, reverse=True
    )
    if not found:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(text) for text in found) + r")(?!\w)", re.IGNORECASE)


def scrubbed(value: Any, pattern: re.Pattern[str]) -> Any:
    """A value without these texts: a text, or any JSON."""
    if isinstance(value, str):
        return pattern.sub(GONE, value)
    if isinstance(value, list):
        return [scrubbed(one, pattern) for one in value]
    if isinstance(value, dict):
        return {scrubbed(name, pattern): scrubbed(one, pattern) for name, one in value.items()}
    return value


def _filled(text: str, blanks: dict[str, str]) -> str:
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text
