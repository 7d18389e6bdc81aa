"""The words of privacy: rights, where a request stands, and what is said when something cannot be done."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventsapp.domain.notice_texts import NoticeKind, NoticeLanguage
from eventsapp.domain.privacy import ArcoKind, ArcoStatus
from eventsapp.i18n import chosen_locale

ARCO_KIND = {
    ArcoKind.ACCESS: _l("Acceso: saber qué datos míos tienen"),
    ArcoKind.RECTIFICATION: _l("Rectificación: corregir mis datos"),
    ArcoKind.CANCELLATION: _l("Cancelación: que se supriman mis datos"),
    ArcoKind.OPPOSITION: _l("Oposición: que no se usen para algo"),
}
ARCO_SHORT = {
    ArcoKind.ACCESS: _l("Acceso"),
    ArcoKind.RECTIFICATION: _l("Rectificación"),
    ArcoKind.CANCELLATION: _l("Cancelación"),
    ArcoKind.OPPOSITION: _l("Oposición"),
}
ARCO_STATUS = {
    ArcoStatus.RECEIVED: (_l("Por responder"), "warn", "hourglass"),
    ArcoStatus.GRANTED: (_l("Procede, falta cumplirla"), "info", "progress"),
    ArcoStatus.DENIED: (_l("No procede"), "bad", "circle-x"),
    ArcoStatus.DONE: (_l("Cumplida"), "ok", "circle-check"),
}
NOTICE_KIND = {
    NoticeKind.PRIVATE: _l("Organización privada (ley federal de particulares, 2025)"),
    NoticeKind.PUBLIC: _l("Sujeto obligado (ley general)"),
}
PRIVACY_SENTENCES = {
    "notice_moved": _l("Otra persona publicó una versión mientras usted escribía. Revísela antes de publicar la suya."),
    "arco_answered": _l("Esta solicitud ya se respondió."),
    "already_blocked": _l("Sus datos ya están bloqueados."),
    "last_admin": _l("Usted es la única persona que administra la plataforma. Nombre a otra antes de cancelar."),
}


def notice_language() -> NoticeLanguage:
    """The language of this answer, as notices have it."""
    return NoticeLanguage.ENGLISH if chosen_locale() == "en" else NoticeLanguage.SPANISH
