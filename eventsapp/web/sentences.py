"""The sentence for every code of a `DomainError`, in the language of the answer."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.errors import DomainError
from eventsapp.web.formats import clock, day

SENTENCES = {
    "forbidden": _l("No tiene permiso para hacer esto."),
    "wrong_status": _l("Esto ya no se puede hacer: el estado cambió. Revise la página de nuevo."),
    "registration_closed": _l("El registro no está abierto en esta fecha."),
    "requests_closed": _l("Las solicitudes no están abiertas en esta fecha."),
    "run_seconds": _l("Elija un tiempo de 1 a %(most)s segundos."),
    "run_seed": _l("Use un número de 0 a %(most)s."),
    "run_active": _l("La corrida %(number)s todavía está en curso. Espere a que termine o deténgala."),
    "run_over": _l("Esta corrida ya terminó."),
    "late_result": _l("El resultado de la corrida %(number)s llegó tarde y no se guardó."),
    "no_slots": _l("Todavía no hay rondas. Defina los días y las rondas del evento en Ajustes."),
    "no_tables": _l("Todavía no hay mesas. Agregue las mesas del evento en Ajustes."),
    "no_companies": _l("Todavía no hay empresas aprobadas. Revise los registros en Empresas."),
    "no_requests": _l(
        "Todavía no hay solicitudes aceptadas. El horario se arma con las reuniones que ambas partes quieren."
    ),
    "pin_impossible": _l("La reunión fijada de %(a)s con %(b)s ya no es posible el %(at)s. Suéltela o muévala."),
    "problem_unusable": _l("Los datos del evento no se pueden usar todavía. Revise días, mesas y empresas."),
    "nothing_published": _l("Todavía no hay nada publicado."),
    "meeting_pinned": _l("Esta reunión está fijada. Suéltela antes de moverla o quitarla."),
    "already_placed": _l("Esta reunión ya tiene lugar. Revise el horario de nuevo."),
    "no_longer_asked": _l("La solicitud de esta reunión ya no está vigente. Solo puede quitarla del horario."),
    "schedule_closed": _l("La versión %(number)s ya no se puede cambiar. Haga una copia para seguir desde ella."),
    "newer_draft": _l("Ya hay un borrador más nuevo, la versión %(number)s. Haga los cambios ahí."),
    "schedule_changed": _l(
        "%(name)s cambió este horario el %(at)s. No se guardó su cambio; revise el horario y repítalo si hace falta."
    ),
    "nothing_to_undo": _l("No hay cambios que deshacer."),
    "not_a_draft": _l("La versión %(number)s ya se publicó o se reemplazó."),
    "draft_changed": _l("El borrador cambió mientras lo revisaba. Revise las diferencias de nuevo antes de publicar."),
    "published_meanwhile": _l(
        "Otra persona publicó una versión mientras revisaba esta. Revise las diferencias de nuevo."
    ),
    "schedule_clashes": _l("El horario tiene choques (%(count)s). Resuélvalos antes de publicar."),
    "nothing_new": _l("No hay cambios por publicar."),
    "place_refused": _l("Ese lugar no es posible para esta reunión."),
    "place_available": _l("%(company)s no está disponible el %(at)s."),
    "place_desk_busy": _l("%(company)s ya tiene reunión el %(at)s."),
    "place_person_busy": _l("La persona de %(company)s ya tiene reunión el %(at)s en otro de sus lugares."),
    "place_table_needed": _l("No hay una mesa libre el %(at)s."),
    "place_table_busy": _l("La mesa %(table)s está ocupada el %(at)s."),
    "place_fixed_table": _l("%(company)s recibe siempre en la mesa %(table)s."),
    "place_max_meetings": _l("%(company)s ya tiene todas sus reuniones: %(most)s como máximo."),
    "place_max_consecutive": _l("%(company)s quedaría sin descanso: tiene %(most)s reuniones seguidas como máximo."),
}


def sentence(error: DomainError) -> str:
    """What to tell the person; an unknown code gets a plain sentence, never the code."""
    known = SENTENCES.get(error.code)
    if known is None:
        return _("No se pudo hacer. Revise los datos e intente de nuevo.")
    text = str(known)
    return text % {name: _shown(value) for name, value in error.params.items()} if error.params else text


def _shown(value: object) -> object:
    """An instant in the zone of the event: martes 9, 10:15; everything else as it is."""
    return f"{day(value)}, {clock(value)}" if isinstance(value, datetime) else value
