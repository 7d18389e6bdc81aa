"""The words on screen for every value of the domain; translated when they are used."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from eventsapp.domain.registering import Consent
from eventsapp.domain.values import (
    BlockKind,
    DeclineReason,
    EventStatus,
    ExclusionReason,
    OrganizationKind,
    OutboxState,
    Phase,
    Preference,
    RegistrationStatus,
    RequestOrigin,
    RequestStatus,
    RunStatus,
    ScheduleStatus,
    Side,
)

SIDE = {
    Side.BUYER: _l("Comprador"),
    Side.SUPPLIER: _l("Proveedor"),
    Side.BOTH: _l("Comprador y proveedor"),
}
REGISTRATION_STATUS = {
    RegistrationStatus.DRAFT: _l("Borrador"),
    RegistrationStatus.SUBMITTED: _l("Por revisar"),
    RegistrationStatus.CHANGES_REQUESTED: _l("Con cambios pedidos"),
    RegistrationStatus.APPROVED: _l("Aprobado"),
    RegistrationStatus.REJECTED: _l("No aceptado"),
    RegistrationStatus.WITHDRAWN: _l("Retirado"),
}
CONSENT = {
    Consent.DIRECTORY: _l("Mostrar el nombre de mi empresa en el directorio público"),
    Consent.PHOTOS: _l("Usar fotografías del evento en las que aparezcamos"),
    Consent.NEXT_EVENTS: _l("Invitarnos a próximos eventos"),
}
PREFERENCE = {Preference.MUST: _l("Indispensable"), Preference.WANT: _l("Me interesa")}
REQUEST_STATUS = {
    RequestStatus.SENT: _l("Por responder"),
    RequestStatus.ACCEPTED: _l("Aceptada"),
    RequestStatus.DECLINED: _l("Rechazada"),
    RequestStatus.WITHDRAWN: _l("Retirada"),
}
DECLINE_REASON = {
    DeclineReason.NOT_RELEVANT: _l("No coincide con lo que buscamos"),
    DeclineReason.ALREADY_SUPPLIER: _l("Ya trabajamos juntos"),
    DeclineReason.COMPETITOR: _l("Es competencia"),
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
}
