"""The roles of a team in words, and the table of who may do what, read from the policy itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Actor, Permission, Scope, may
from eventsapp.domain.values import Role

ROLE = {
    Role.ADMIN: _l("Administra la organización"),
    Role.MANAGER: _l("Dirige eventos"),
    Role.REVIEWER: _l("Revisa registros"),
    Role.FLOOR: _l("Equipo de sala"),
    Role.ANALYST: _l("Analiza"),
    Role.OBSERVER: _l("Observa"),
}
PURPOSE = {
    Role.ADMIN: _l("Todo lo de la organización, también quién entra."),
    Role.MANAGER: _l("Crea eventos, arma el horario, lo publica y escribe a las empresas."),
    Role.REVIEWER: _l("Revisa registros y certificados, y actúa por las empresas de las que es responsable."),
    Role.FLOOR: _l("Ve el horario, imprime y registra a quien llega."),
    Role.ANALYST: _l("Ve el resumen y las cifras, sin datos personales."),
    Role.OBSERVER: _l("Lo mismo, para gobierno, universidades y patrocinadores."),
}

ACTIONS: dict[Permission, Any] = {
    Permission.ADMIN_MANAGE: _l("Crear organizaciones y cuidar el sitio"),
    Permission.ORGANIZATION_MANAGE: _l("Decidir quién entra al equipo y cambiar la organización"),
    Permission.EVENT_CREATE: _l("Crear eventos"),
    Permission.EVENT_MANAGE: _l("Cambiar días, mesas, límites y reglas de un evento"),
    Permission.REGISTRATION_REVIEW: _l("Revisar registros"),
    Permission.CERTIFICATE_VERIFY: _l("Comprobar certificados y capacidades"),
    Permission.COMPANY_ACT_FOR: _l("Actuar por una empresa (queda en la bitácora)"),
    Permission.SCHEDULE_SOLVE: _l("Calcular horarios y comparar escenarios"),
    Permission.SCHEDULE_ADJUST: _l("Mover, fijar y quitar reuniones"),
    Permission.SCHEDULE_PUBLISH: _l("Publicar y regresar a una versión anterior"),
    Permission.MAIL_WRITE: _l("Escribir a las empresas y ver qué llegó"),
    Permission.AUDIT_READ: _l("Ver la bitácora"),
    Permission.REGISTRATION_WALK_IN: _l("Registrar a empresas que llegan sin registro"),
    Permission.PRINTOUT_MAKE: _l("Imprimir agendas, gafetes y letreros"),
    Permission.SCHEDULE_READ: _l("Ver el horario"),
    Permission.EVENT_READ: _l("Ver el resumen y las cifras, sin datos personales"),
    Permission.REGISTRATION_EDIT: _l("Cambiar los datos de la empresa, sus requerimientos y capacidades"),
    Permission.DESK_EDIT: _l("Decir cuándo puede reunirse"),
    Permission.REQUEST_MAKE: _l("Pedir y responder reuniones"),
    Permission.AGENDA_READ: _l("Ver la propia agenda"),
}

NIL = UUID(int=0)
SCOPE = Scope(NIL, frozenset({NIL}))
OWN = Scope(NIL, frozenset({NIL}), NIL)
PEOPLE: tuple[tuple[Any, Actor], ...] = (
    (_l("Cuida el sitio"), Actor(NIL, is_admin=True)),
    *((ROLE[role], Actor(NIL, roles={NIL: frozenset({role})})) for role in Role),
    (_l("Administra una empresa"), Actor(NIL, companies=frozenset({NIL}), administered=frozenset({NIL}))),
    (_l("Asiste por una empresa"), Actor(NIL, companies=frozenset({NIL}))),
)


class Allowed(StrEnum):
    """Is an action somebody's: for all of the organization or company, for those that one looks after, or not?"""

    YES = "yes"
    OWN = "own"
    NO = "no"


@dataclass(frozen=True)
class Row:
    """One action and, person by person, whether it is theirs."""

    action: str
    allowed: tuple[Allowed, ...]


def matrix() -> list[Row]:
    """Who may do what, each within the own organization or company."""
    return [
        Row(str(words), tuple(_allowed(actor, permission) for _name, actor in PEOPLE))
        for permission, words in ACTIONS.items()
    ]


def _allowed(actor: Actor, permission: Permission) -> Allowed:
    if may(actor, permission, SCOPE):
        return Allowed.YES
    return Allowed.OWN if may(actor, permission, OWN) else Allowed.NO
