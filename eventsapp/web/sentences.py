"""The sentence for every code of a `DomainError`, in the language of the answer."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.errors import DomainError

SENTENCES = {
    "forbidden": _l("No tiene permiso para hacer esto."),
    "wrong_status": _l("Esto ya no se puede hacer: el estado cambió. Revise la página de nuevo."),
    "registration_closed": _l("El registro no está abierto en esta fecha."),
    "requests_closed": _l("Las solicitudes no están abiertas en esta fecha."),
}


def sentence(error: DomainError) -> str:
    """What to tell the person; an unknown code gets a plain sentence, never the code."""
    known = SENTENCES.get(error.code)
    if known is None:
        return _("No se pudo hacer. Revise los datos e intente de nuevo.")
    text = str(known)
    return text % error.params if error.params else text
