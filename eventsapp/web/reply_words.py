"""The words for answers to invitations: what was said, what became of it, and why."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventsapp.domain.values import Participation, ReplyKind, ReplyState

PARTICIPATION = {
    Participation.ACCEPTED: _l("Asistirá"),
    Participation.TENTATIVE: _l("Tal vez"),
    Participation.DECLINED: _l("No asistirá"),
    Participation.DELEGATED: _l("Envía a otra persona"),
}
UNANSWERED = _l("Sin respuesta")
LOOKS = {
    Participation.ACCEPTED: ("ok", "circle-check"),
    Participation.TENTATIVE: ("warn", "help-circle"),
    Participation.DECLINED: ("bad", "circle-x"),
    Participation.DELEGATED: ("warn", "users"),
}
KINDS = {
    ReplyKind.ANSWER: _l("Respuesta"),
    ReplyKind.PROPOSAL: _l("Propone otra hora"),
    ReplyKind.UNREADABLE: _l("No se pudo leer"),
}
STATES = {
    ReplyState.COUNTED: _l("Contada"),
    ReplyState.STALE: _l("Llegó tarde"),
    ReplyState.REPEATED: _l("Repetida"),
    ReplyState.REVIEW: _l("Por revisar"),
    ReplyState.OPEN: _l("Por decidir"),
    ReplyState.MOVED: _l("Aceptada"),
    ReplyState.REFUSED: _l("Rechazada"),
    ReplyState.DISMISSED: _l("Descartada"),
    ReplyState.UNKNOWN: _l("De otra reunión"),
    ReplyState.UNREADABLE: _l("No se pudo leer"),
}
STATE_LOOKS = {
    ReplyState.COUNTED: ("ok", "circle-check"),
    ReplyState.REVIEW: ("warn", "alert-triangle"),
    ReplyState.OPEN: ("warn", "hourglass"),
    ReplyState.MOVED: ("ok", "circle-check"),
    ReplyState.UNREADABLE: ("bad", "alert-triangle"),
}
REASONS = {
    "older_version": _l("Responde a una hora o un lugar que ya cambiaron."),
    "cancelled": _l("La reunión ya se había cancelado."),
    "not_newer": _l("Ya teníamos una respuesta igual o más nueva de esta persona."),
    "other_sender": _l(
        "La envió un correo distinto del invitado. Puede ser un alias, o alguien que se hace pasar por él."
    ),
    "other_attendee": _l("Responde por un correo al que no invitamos. Puede ser un alias de la persona."),
    "doubtful_sender": _l("El servidor de correo no pudo comprobar quién la envió."),
    "newer_than_sent": _l("Responde a una versión de la reunión que no hemos enviado."),
    "no_answer": _l("No dice si la persona asiste."),
    "bad_times": _l("Propone otra hora, pero la hora no se entiende."),
    "too_large": _l("El correo es demasiado grande para una respuesta."),
    "too_many_parts": _l("El correo trae demasiados calendarios; se leyeron los primeros."),
    "not_a_mail": _l("No es un correo."),
    "no_calendar": _l("Es un correo escrito a mano. Ábralo en el buzón de invitaciones."),
    "broken_calendar": _l("El calendario del correo está cortado o dañado."),
    "other_method": _l("Trae un calendario, pero no es una respuesta."),
    "no_attendee": _l("No dice quién responde."),
    "no_uid": _l("No dice a qué reunión responde."),
    "bad_sequence": _l("No dice a qué versión de la reunión responde."),
}
