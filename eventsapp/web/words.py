"""The words on screen for every value of the domain; translated when they are used."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from eventsapp.domain.refusals import Refusal
from eventsapp.domain.registering import Consent
from eventsapp.domain.sides import NOUNS, Noun
from eventsapp.domain.values import (
    Axis,
    BlockKind,
    DeclineReason,
    EventFormat,
    EventStatus,
    ExclusionReason,
    OrganizationKind,
    OutboxState,
    Phase,
    Preference,
    Programme,
    RegistrationSource,
    RegistrationStatus,
    RequestOrigin,
    RequestStatus,
    RunStatus,
    ScheduleStatus,
    Side,
    SideNames,
)
from eventsapp.services import wording
from eventsapp.services.wording import Named as Named

REGISTRATION_STATUS = {
    RegistrationStatus.DRAFT: _l("Borrador"),
    RegistrationStatus.SUBMITTED: _l("Por revisar"),
    RegistrationStatus.CHANGES_REQUESTED: _l("Con cambios pedidos"),
    RegistrationStatus.WAITLISTED: _l("En lista de espera"),
    RegistrationStatus.APPROVED: _l("Aprobado"),
    RegistrationStatus.REJECTED: _l("No aceptado"),
    RegistrationStatus.WITHDRAWN: _l("Retirado"),
}
CONSENT = {
    Consent.DIRECTORY: _l("Mostrar el nombre de mi empresa en el directorio público"),
    Consent.PHOTOS: _l("Usar fotografías del evento en las que aparezcamos"),
    Consent.NEXT_EVENTS: _l("Invitarnos a próximos eventos"),
}
ASKING = {Preference.MUST: _l("Indispensable"), Preference.WANT: _l("Me interesa")}
PREFERENCE = {
    **ASKING,
    Preference.OPEN: _l("Disponible si ellos la piden"),
    Preference.NO: _l("No quiero reunirme"),
}
REGISTRATION_SOURCE = {
    RegistrationSource.WEB: _l("En línea"),
    RegistrationSource.IMPORT: _l("Importado"),
    RegistrationSource.INVITED: _l("Por invitación"),
    RegistrationSource.WALK_IN: _l("En el lugar"),
}
PROGRAMME = {
    Programme.BUSINESS_MEETINGS: _l("Encuentros de negocios"),
    Programme.SUPPLIER_DEVELOPMENT: _l("Desarrollo de proveedores"),
    Programme.TECHNOLOGY: _l("Desarrollo tecnológico"),
    Programme.MARKETING: _l("Comercialización"),
    Programme.INNOVATION: _l("Innovación"),
    Programme.FINANCING: _l("Acceso a financiamiento"),
    Programme.CONSULTING: _l("Consultoría especializada"),
    Programme.TALENT: _l("Desarrollo de talento"),
}
AXIS = {
    Axis.NONE: _l("Ninguno"),
    Axis.INNOVATION: _l("Innovación"),
    Axis.TALENT: _l("Talento"),
    Axis.CONSCIOUS_LEADERSHIP: _l("Liderazgo consciente"),
    Axis.GLOBALISATION: _l("Globalización"),
}
EVENT_FORMAT = {
    EventFormat.MANY_BUYERS: _l("Varias empresas reciben, muchas las visitan"),
    EventFormat.SINGLE_ANCHOR: _l("Una empresa ancla recibe a todas"),
    EventFormat.ANY_TO_ANY: _l("Todas con todas"),
}
SIDE_NAMES = wording.BOTH_NAMES
REQUEST_STATUS = {
    RequestStatus.NOTED: _l("Solo para usted"),
    RequestStatus.SENT: _l("Por responder"),
    RequestStatus.ACCEPTED: _l("Aceptada"),
    RequestStatus.DECLINED: _l("Rechazada"),
    RequestStatus.EXPIRED: _l("Sin respuesta"),
    RequestStatus.WITHDRAWN: _l("Retirada"),
}
DECLINE_REASON = {
    DeclineReason.NOT_RELEVANT: _l("No coincide con lo que buscamos"),
    DeclineReason.ALREADY_SUPPLIER: _l("Ya trabajamos juntos"),
    DeclineReason.COMPETITOR: _l("Es competencia"),
    DeclineReason.SAME_GROUP: _l("Es de nuestro grupo"),
    DeclineReason.MET_RECENTLY: _l("Nos reunimos hace poco"),
    DeclineReason.NO_CAPACITY: _l("No tenemos tiempo disponible"),
    DeclineReason.OTHER: _l("Otro motivo"),
}
EXCLUSION_REASON = {
    ExclusionReason.COMPETITOR: _l("Son competencia"),
    ExclusionReason.SAME_GROUP: _l("Son del mismo grupo"),
    ExclusionReason.MET_RECENTLY: _l("Se reunieron hace poco"),
    ExclusionReason.ORGANIZER: _l("Decisión del organizador"),
}
REQUEST_ORIGIN = {
    RequestOrigin.PARTICIPANT: _l("La empresa"),
    RequestOrigin.ORGANIZER: _l("El organizador"),
    RequestOrigin.IMPORT: _l("Importada"),
}
EVENT_STATUS = {
    EventStatus.DRAFT: _l("En preparación"),
    EventStatus.OPEN: _l("Abierto"),
    EventStatus.ARCHIVED: _l("Archivado"),
}
PHASE = {
    Phase.PREPARATION: _l("Preparación"),
    Phase.REGISTRATION: _l("Registro"),
    Phase.REQUESTS: _l("Solicitudes"),
    Phase.SCHEDULING: _l("Optimización"),
    Phase.ADJUSTMENT: _l("Ajuste del horario"),
    Phase.EVENT: _l("Evento"),
    Phase.RESULTS: _l("Resultados"),
}
BLOCK_KIND = {
    BlockKind.MEETINGS: _l("Reuniones"),
    BlockKind.BREAK: _l("Receso"),
    BlockKind.LUNCH: _l("Comida"),
    BlockKind.TALK: _l("Conferencia"),
}
ORGANIZATION_KIND = {
    OrganizationKind.CLUSTER: _l("Clúster"),
    OrganizationKind.GOVERNMENT: _l("Gobierno"),
    OrganizationKind.CHAMBER: _l("Cámara"),
    OrganizationKind.UNIVERSITY: _l("Universidad"),
    OrganizationKind.COMPANY_GROUP: _l("Grupo de empresas"),
}
RUN_STATUS = {
    RunStatus.QUEUED: _l("En espera"),
    RunStatus.RUNNING: _l("Armando el horario"),
    RunStatus.OPTIMAL: _l("Listo, es el mejor posible"),
    RunStatus.FEASIBLE: _l("Listo"),
    RunStatus.INFEASIBLE: _l("Sin horario posible"),
    RunStatus.NO_SCHEDULE: _l("Sin horario en el tiempo dado"),
    RunStatus.CANCELLED: _l("Cancelada"),
    RunStatus.FAILED: _l("Falló"),
}
SCHEDULE_STATUS = {
    ScheduleStatus.DRAFT: _l("Borrador"),
    ScheduleStatus.PUBLISHED: _l("Publicado"),
    ScheduleStatus.SUPERSEDED: _l("Reemplazado"),
    ScheduleStatus.DISCARDED: _l("Descartado"),
}
OUTBOX_STATE = {
    OutboxState.PENDING: _l("Por enviar"),
    OutboxState.SENT: _l("Enviado"),
    OutboxState.FAILED: _l("No se pudo enviar"),
    OutboxState.BOUNCED: _l("No entregado"),
    OutboxState.UNWANTED: _l("No desea avisos"),
}
REFUSAL = {
    Refusal.NO_SUCH_PERSON: _l("La dirección no existe."),
    Refusal.NO_SUCH_DOMAIN: _l("El dominio de la dirección no recibe correo."),
    Refusal.MAILBOX_OFF: _l("El buzón está desactivado."),
    Refusal.MAILBOX_FULL: _l("El buzón está lleno."),
    Refusal.TOO_LARGE: _l("El mensaje es demasiado grande para ese buzón."),
    Refusal.NOT_TRUSTED: _l("Su servidor lo rechazó por reglas de seguridad."),
    Refusal.NOT_REACHED: _l("Su servidor no respondió a tiempo."),
}


BOTH_SIDES = {
    "one": wording.BOTH_NAMES,
    "many": {
        SideNames.BUYER_SUPPLIER: _l("Compradores y proveedores"),
        SideNames.FIRM_FINANCIER: _l("Empresas y financieras"),
        SideNames.FIRM_CONSULTANT: _l("Empresas y consultoras"),
        SideNames.COMPANY_UNIVERSITY: _l("Empresas y universidades"),
    },
    "registration": {
        SideNames.BUYER_SUPPLIER: _l("Registro de comprador y proveedor"),
        SideNames.FIRM_FINANCIER: _l("Registro de empresa y financiera"),
        SideNames.FIRM_CONSULTANT: _l("Registro de empresa y consultora"),
        SideNames.COMPANY_UNIVERSITY: _l("Registro de empresa y universidad"),
    },
}
# Whole sentences for each noun: a word put into a sentence would have the wrong article or ending somewhere.
SIDE_WORDS: dict[str, dict[Noun, Any]] = {
    "one": wording.SIDE_NAMES,
    "many": {
        Noun.BUYER: _l("Compradores"),
        Noun.SUPPLIER: _l("Proveedores"),
        Noun.FIRM: _l("Empresas"),
        Noun.FINANCIER: _l("Financieras"),
        Noun.CONSULTANT: _l("Consultoras"),
        Noun.UNIVERSITY: _l("Universidades"),
    },
    "registration": {
        Noun.BUYER: _l("Registro de comprador"),
        Noun.SUPPLIER: _l("Registro de proveedor"),
        Noun.FIRM: _l("Registro de empresa"),
        Noun.FINANCIER: _l("Registro de financiera"),
        Noun.CONSULTANT: _l("Registro de consultora"),
        Noun.UNIVERSITY: _l("Registro de universidad"),
    },
    "we_seek": {
        Noun.BUYER: _l("Buscamos compradores"),
        Noun.SUPPLIER: _l("Buscamos proveedores"),
        Noun.FIRM: _l("Buscamos empresas"),
        Noun.FINANCIER: _l("Buscamos financiamiento"),
        Noun.CONSULTANT: _l("Buscamos consultoría"),
        Noun.UNIVERSITY: _l("Buscamos universidades"),
    },
    "we_offer": {
        Noun.BUYER: _l("Compramos procesos o productos"),
        Noun.SUPPLIER: _l("Ofrecemos procesos o productos"),
        Noun.FIRM: _l("Somos una empresa de la industria"),
        Noun.FINANCIER: _l("Ofrecemos financiamiento"),
        Noun.CONSULTANT: _l("Ofrecemos consultoría"),
        Noun.UNIVERSITY: _l("Ofrecemos investigación, servicios o talento"),
    },
    "what_they_seek": {
        Noun.BUYER: _l("Qué buscan los compradores"),
        Noun.SUPPLIER: _l("Qué buscan los proveedores"),
        Noun.FIRM: _l("Qué buscan las empresas"),
        Noun.FINANCIER: _l("Qué buscan las financieras"),
        Noun.CONSULTANT: _l("Qué buscan las consultoras"),
        Noun.UNIVERSITY: _l("Qué buscan las universidades"),
    },
    "directory_lead": {
        Noun.BUYER: _l("Qué buscan los compradores. Para reunirse con ellos, registre a su empresa."),
        Noun.SUPPLIER: _l("Qué buscan los proveedores. Para reunirse con ellos, registre a su empresa."),
        Noun.FIRM: _l("Qué buscan las empresas. Para reunirse con ellas, regístrese."),
        Noun.FINANCIER: _l("Qué buscan las financieras. Para reunirse con ellas, registre a su empresa."),
        Noun.CONSULTANT: _l("Qué buscan las consultoras. Para reunirse con ellas, registre a su empresa."),
        Noun.UNIVERSITY: _l("Qué buscan las universidades. Para reunirse con ellas, registre a su empresa."),
    },
    "unnamed": {
        Noun.BUYER: _l("Empresa compradora"),
        Noun.SUPPLIER: _l("Empresa proveedora"),
        Noun.FIRM: _l("Empresa del evento"),
        Noun.FINANCIER: _l("Financiera del evento"),
        Noun.CONSULTANT: _l("Consultora del evento"),
        Noun.UNIVERSITY: _l("Universidad del evento"),
    },
    "as_they_see": {
        Noun.BUYER: _l("Así lo verán los compradores"),
        Noun.SUPPLIER: _l("Así lo verán los proveedores"),
        Noun.FIRM: _l("Así lo verán las empresas"),
        Noun.FINANCIER: _l("Así lo verán las financieras"),
        Noun.CONSULTANT: _l("Así lo verán las consultoras"),
        Noun.UNIVERSITY: _l("Así lo verán las universidades"),
    },
    "choose_terms": {
        Noun.BUYER: _l("Elija de 1 a 10. Los compradores buscan con estos nombres."),
        Noun.SUPPLIER: _l("Elija de 1 a 10. Los proveedores buscan con estos nombres."),
        Noun.FIRM: _l("Elija de 1 a 10. Las empresas buscan con estos nombres."),
        Noun.FINANCIER: _l("Elija de 1 a 10. Las financieras buscan con estos nombres."),
        Noun.CONSULTANT: _l("Elija de 1 a 10. Las consultoras buscan con estos nombres."),
        Noun.UNIVERSITY: _l("Elija de 1 a 10. Las universidades buscan con estos nombres."),
    },
    "one_matches": {
        Noun.BUYER: _l("%(n)s comprador coincide con lo que usted eligió"),
        Noun.SUPPLIER: _l("%(n)s proveedor coincide con lo que usted eligió"),
        Noun.FIRM: _l("%(n)s empresa coincide con lo que usted eligió"),
        Noun.FINANCIER: _l("%(n)s financiera coincide con lo que usted eligió"),
        Noun.CONSULTANT: _l("%(n)s consultora coincide con lo que usted eligió"),
        Noun.UNIVERSITY: _l("%(n)s universidad coincide con lo que usted eligió"),
    },
    "many_match": {
        Noun.BUYER: _l("%(n)s compradores coinciden con lo que usted eligió"),
        Noun.SUPPLIER: _l("%(n)s proveedores coinciden con lo que usted eligió"),
        Noun.FIRM: _l("%(n)s empresas coinciden con lo que usted eligió"),
        Noun.FINANCIER: _l("%(n)s financieras coinciden con lo que usted eligió"),
        Noun.CONSULTANT: _l("%(n)s consultoras coinciden con lo que usted eligió"),
        Noun.UNIVERSITY: _l("%(n)s universidades coinciden con lo que usted eligió"),
    },
    "none_yet": {
        Noun.BUYER: _l("Todavía no hay compradores"),
        Noun.SUPPLIER: _l("Todavía no hay proveedores"),
        Noun.FIRM: _l("Todavía no hay empresas"),
        Noun.FINANCIER: _l("Todavía no hay financieras"),
        Noun.CONSULTANT: _l("Todavía no hay consultoras"),
        Noun.UNIVERSITY: _l("Todavía no hay universidades"),
    },
    "none_approved": {
        Noun.BUYER: _l("Todavía no hay compradores aprobados"),
        Noun.SUPPLIER: _l("Todavía no hay proveedores aprobados"),
        Noun.FIRM: _l("Todavía no hay empresas aprobadas"),
        Noun.FINANCIER: _l("Todavía no hay financieras aprobadas"),
        Noun.CONSULTANT: _l("Todavía no hay consultoras aprobadas"),
        Noun.UNIVERSITY: _l("Todavía no hay universidades aprobadas"),
    },
    "fixed_table": {
        Noun.BUYER: _l(
            "Un comprador con mesa fija recibe ahí todas sus reuniones. Sin mesa fija, cada una tiene la suya."
        ),
        Noun.SUPPLIER: _l(
            "Un proveedor con mesa fija recibe ahí todas sus reuniones. Sin mesa fija, cada una tiene la suya."
        ),
        Noun.FIRM: _l(
            "Una empresa con mesa fija recibe ahí todas sus reuniones. Sin mesa fija, cada una tiene la suya."
        ),
        Noun.FINANCIER: _l(
            "Una financiera con mesa fija recibe ahí todas sus reuniones. Sin mesa fija, cada una tiene la suya."
        ),
        Noun.CONSULTANT: _l(
            "Una consultora con mesa fija recibe ahí todas sus reuniones. Sin mesa fija, cada una tiene la suya."
        ),
        Noun.UNIVERSITY: _l(
            "Una universidad con mesa fija recibe ahí todas sus reuniones. Sin mesa fija, cada una tiene la suya."
        ),
    },
    "places": {
        Noun.BUYER: _l("Lugares para compradores"),
        Noun.SUPPLIER: _l("Lugares para proveedores"),
        Noun.FIRM: _l("Lugares para empresas"),
        Noun.FINANCIER: _l("Lugares para financieras"),
        Noun.CONSULTANT: _l("Lugares para consultoras"),
        Noun.UNIVERSITY: _l("Lugares para universidades"),
    },
    "max_meetings": {
        Noun.BUYER: _l("Reuniones por comprador, a lo más"),
        Noun.SUPPLIER: _l("Reuniones por proveedor, a lo más"),
        Noun.FIRM: _l("Reuniones por empresa, a lo más"),
        Noun.FINANCIER: _l("Reuniones por financiera, a lo más"),
        Noun.CONSULTANT: _l("Reuniones por consultora, a lo más"),
        Noun.UNIVERSITY: _l("Reuniones por universidad, a lo más"),
    },
    "min_meetings": {
        Noun.BUYER: _l("Reuniones por comprador, al menos"),
        Noun.SUPPLIER: _l("Reuniones por proveedor, al menos"),
        Noun.FIRM: _l("Reuniones por empresa, al menos"),
        Noun.FINANCIER: _l("Reuniones por financiera, al menos"),
        Noun.CONSULTANT: _l("Reuniones por consultora, al menos"),
        Noun.UNIVERSITY: _l("Reuniones por universidad, al menos"),
    },
    "request_quota": {
        Noun.BUYER: _l("Solicitudes por comprador"),
        Noun.SUPPLIER: _l("Solicitudes por proveedor"),
        Noun.FIRM: _l("Solicitudes por empresa"),
        Noun.FINANCIER: _l("Solicitudes por financiera"),
        Noun.CONSULTANT: _l("Solicitudes por consultora"),
        Noun.UNIVERSITY: _l("Solicitudes por universidad"),
    },
    "requests_bind": {
        Noun.BUYER: _l("Lo que pide un comprador queda acordado sin preguntar"),
        Noun.SUPPLIER: _l("Lo que pide un proveedor queda acordado sin preguntar"),
        Noun.FIRM: _l("Lo que pide una empresa queda acordado sin preguntar"),
        Noun.FINANCIER: _l("Lo que pide una financiera queda acordado sin preguntar"),
        Noun.CONSULTANT: _l("Lo que pide una consultora queda acordado sin preguntar"),
        Noun.UNIVERSITY: _l("Lo que pide una universidad queda acordado sin preguntar"),
    },
}


def side_word(event: Named, side: Side, form: str = "one") -> Any:
    """What the event calls a side, in one of the forms of `SIDE_WORDS`: "Comprador", "Lugares para universidades"."""
    if side == Side.BOTH:  # templates may say it as text
        return BOTH_SIDES[form][event.sides]
    return SIDE_WORDS[form][NOUNS[event.sides][side]]


def side_matches(event: Named, side: Side, total: int, n: Any) -> Markup:
    """How many of a side chose the same; `n` is the number as the page shows it."""
    form = "one_matches" if total == 1 else "many_match"
    return escape(str(side_word(event, side, form))) % {"n": n}


def side_choices(event: Named) -> dict[Side, Any]:
    """Every side of an event with its name, for filters and forms."""
    return {side: side_word(event, side) for side in Side}
