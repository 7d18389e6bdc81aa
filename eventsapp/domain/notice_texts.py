"""The two kinds of privacy notices, and the text in Spanish and English with which each begins.

Private organizers fall under the Ley Federal de Protección de Datos Personales en Posesión de los Particulares (DOF,
20 March 2025), public bodies under the Ley General for obligated parties. The texts are a beginning that each
organization completes; they need a legal review. Where the two languages differ, the Spanish one holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from eventsapp.domain.values import OrganizationKind


class NoticeKind(StrEnum):
    """Which law the organizer falls under."""

    PRIVATE = "private"
    PUBLIC = "public"


class NoticeLanguage(StrEnum):
    """In which language a notice is written."""

    SPANISH = "es"
    ENGLISH = "en"


@dataclass(frozen=True)
class NoticeText:
    """What a notice says: in short, in full, and for what the data are used, necessary and voluntary apart."""

    simplified: str
    full: str
    necessary: tuple[str, ...]
    voluntary: tuple[str, ...]
    language: NoticeLanguage = NoticeLanguage.SPANISH


_NECESSARY = {
    NoticeLanguage.SPANISH: (
        "Revisar el registro de su empresa y a las personas que la representan.",
        "Organizar las reuniones, armar el horario y enviarle su agenda.",
        "Atenderle el día del evento y dar seguimiento a lo acordado.",
    ),
    NoticeLanguage.ENGLISH: (
        "To review your company’s registration and the people who represent it.",
        "To organize the meetings, build the schedule and send you your agenda.",
        "To look after you on the day of the event and to follow up on what was agreed.",
    ),
}
_VOLUNTARY = {
    NoticeLanguage.SPANISH: (
        "Mostrar el nombre de su empresa en el directorio público.",
        "Usar fotografías del evento en las que usted aparezca.",
        "Invitarle a próximos eventos.",
    ),
    NoticeLanguage.ENGLISH: (
        "To show your company’s name in the public directory.",
        "To use photographs of the event in which you appear.",
        "To invite you to coming events.",
    ),
}
_SIMPLIFIED = {
    NoticeLanguage.SPANISH: {
        NoticeKind.PRIVATE: (
            "{organization} usa su nombre, correo, puesto y teléfono, y los datos de su empresa, para revisar su "
            "registro, organizar las reuniones y atenderle en el evento. Usted decide aparte sobre los usos "
            "voluntarios."
        ),
        NoticeKind.PUBLIC: (
            "{organization} recaba su nombre, correo, puesto y teléfono, y los datos de su empresa, para revisar su "
            "registro, organizar las reuniones y atenderle en el evento. No se hacen transferencias que requieran su "
            "consentimiento. Usted decide aparte sobre los usos voluntarios."
        ),
    },
    NoticeLanguage.ENGLISH: {
        NoticeKind.PRIVATE: (
            "{organization} uses your name, e-mail, job title and telephone, and your company’s data, to review your "
            "registration, organize the meetings and look after you at the event. You decide separately on voluntary "
            "uses."
        ),
        NoticeKind.PUBLIC: (
            "{organization} collects your name, e-mail, job title and telephone, and your company’s data, to review "
            "your registration, organize the meetings and look after you at the event. No transfers are made that "
            "need your consent. You decide separately on voluntary uses."
        ),
    },
}
_FULL = {
    NoticeLanguage.SPANISH: {
        NoticeKind.PRIVATE: (
            "{organization} es responsable de los datos personales que usted registra. Puede escribirle a "
            "{contact}.\n\n"
            "Datos que pedimos: nombre, correo electrónico, puesto y teléfono. No pedimos datos sensibles.\n\n"
            "Con quién se comparten: las empresas aprobadas del mismo evento ven lo que su empresa compra o hace. Los "
            "datos de contacto se muestran a las empresas con las que hay una reunión aceptada. No vendemos datos.\n\n"
            "Sus derechos: usted puede acceder a sus datos, rectificarlos, cancelarlos u oponerse a su uso, y "
            "revocar su consentimiento, en la página de privacidad o por correo. Le responderemos en 20 días hábiles "
            "y, si procede, lo haremos efectivo en los 15 siguientes.\n\n"
            "Autoridad: Secretaría Anticorrupción y Buen Gobierno. Los cambios a este aviso se publican en esta "
            "página, con su número de versión."
        ),
        NoticeKind.PUBLIC: (
            "{organization} es responsable del tratamiento de los datos personales que usted registra, conforme a la "
            "Ley General de Protección de Datos Personales en Posesión de Sujetos Obligados. Su contacto es "
            "{contact}.\n\n"
            "Datos que se recaban: nombre, correo electrónico, puesto y teléfono. No se recaban datos sensibles.\n\n"
            "Fundamento: las atribuciones del responsable en materia de fomento económico.\n\n"
            "Transferencias: ninguna que requiera su consentimiento, salvo los requerimientos de una autoridad "
            "competente, fundados y motivados. Las empresas con las que hay una reunión aceptada ven los datos de "
            "contacto.\n\n"
            "Derechos ARCO: puede ejercerlos ante la unidad de transparencia del responsable, en la página de "
            "privacidad o por correo. Se le responderá en 20 días hábiles y, si procede, se hará efectivo en los 15 "
            "siguientes.\n\n"
            "Los cambios a este aviso se publican en esta página, con su número de versión."
        ),
    },
    NoticeLanguage.ENGLISH: {
        NoticeKind.PRIVATE: (
            "{organization} is responsible for the personal data that you register. You can write to {contact}.\n\n"
            "Data that we ask for: name, e-mail, job title and telephone. We ask for no sensitive data.\n\n"
            "Who they are shared with: the approved companies of the same event see what your company buys or makes. "
            "Contact data are shown to the companies with which a meeting is agreed. We do not sell data.\n\n"
            "Your rights: you can access your data, correct them, cancel them or oppose their use, and take back your "
            "consent, on the privacy page or by e-mail. We answer within 20 working days and, where it applies, carry "
            "it out within the next 15.\n\n"
            "Authority: Secretaría Anticorrupción y Buen Gobierno. Changes to this notice are published on this page, "
            "with their version number. The Spanish text is the one that holds."
        ),
        NoticeKind.PUBLIC: (
            "{organization} is responsible for the processing of the personal data that you register, under the Ley "
            "General de Protección de Datos Personales en Posesión de Sujetos Obligados. Its contact is "
            "{contact}.\n\n"
            "Data that are collected: name, e-mail, job title and telephone. No sensitive data are collected.\n\n"
            "Legal basis: the powers of the responsible body in economic development.\n\n"
            "Transfers: none that need your consent, except what a competent authority requires with due grounds. The "
            "companies with which a meeting is agreed see the contact data.\n\n"
            "ARCO rights: you can exercise them before the transparency unit of the responsible body, on the privacy "
            "page or by e-mail. You are answered within 20 working days and, where it applies, it is carried out "
            "within the next 15.\n\n"
            "Changes to this notice are published on this page, with their version number. The Spanish text is the "
            "one that holds."
        ),
    },
}


def kind_for(kind: OrganizationKind) -> NoticeKind:
    """The law that an organization probably falls under; it may say otherwise."""
    return NoticeKind.PUBLIC if kind is OrganizationKind.GOVERNMENT else NoticeKind.PRIVATE


def template(kind: NoticeKind, language: NoticeLanguage, *, organization: str, contact: str) -> NoticeText:
    """The text with which a notice begins."""
    blanks = {"{organization}": organization, "{contact}": contact}
    return NoticeText(
        _filled(_SIMPLIFIED[language][kind], blanks),
        _filled(_FULL[language][kind], blanks),
        _NECESSARY[language],
        _VOLUNTARY[language],
        language,
    )


def _filled(text: str, blanks: dict[str, str]) -> str:
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text
