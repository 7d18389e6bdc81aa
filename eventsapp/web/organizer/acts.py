"""What the log says for each act, in words; an act without words of its own says what it was about."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.worth import weights_from_dict
from eventsapp.models import AuditEntry
from eventsapp.services import run_options
from eventsapp.web.organizer import run_words, weight_words

ACTS = {
    "organization.created": _l("Creó la organización"),
    "organization.changed": _l("Cambió la organización"),
    "organization.member_added": _l("Dio acceso a una persona"),
    "organization.member_changed": _l("Cambió los papeles de una persona"),
    "organization.member_removed": _l("Quitó a una persona del equipo"),
    "event.created": _l("Creó el evento"),
    "event.details_changed": _l("Cambió los datos generales"),
    "event.dates_changed": _l("Cambió las fechas"),
    "event.aims_changed": _l("Cambió qué importa primero"),
    "event.weights_changed": _l("Cambió cuánto vale una reunión"),
    "event.limits_changed": _l("Cambió los límites"),
    "event.kind_changed": _l("Cambió el programa o los lados"),
    "event.answering_changed": _l("Cambió cómo se responden las solicitudes"),
    "event.rounds_changed": _l("Cambió la duración de las rondas"),
    "event.block_added": _l("Agregó un bloque"),
    "event.block_removed": _l("Quitó un bloque"),
    "event.day_copied": _l("Copió los bloques de un día"),
    "event.tables_added": _l("Agregó mesas"),
    "event.table_changed": _l("Cambió una mesa"),
    "event.table_closed": _l("Cerró una mesa perdida"),
    "event.tables_closed": _l("Cerró mesas por un tiempo"),
    "event.table_opened": _l("Abrió de nuevo una mesa"),
    "event.zone_limited": _l("Cambió cuántas reuniones admite un salón"),
    "event.table_removed": _l("Quitó una mesa"),
    "event.desks_assigned": _l("Asignó mesas fijas"),
    "event.calls_changed": _l("Cambió las videollamadas"),
    "event.opened": _l("Abrió el evento a las empresas"),
    "event.returned_to_preparation": _l("Regresó el evento a preparación"),
    "registration.started": _l("Empezó un registro"),
    "registration.company_changed": _l("Cambió los datos de la empresa"),
    "registration.terms_changed": _l("Cambió los procesos"),
    "registration.delegate_added": _l("Agregó a una persona"),
    "registration.delegate_seated": _l("Anotó que una persona asiste"),
    "registration.delegate_removed": _l("Quitó a una persona"),
    "registration.desks_changed": _l("Cambió los equipos de su empresa"),
    "company.logo_changed": _l("Cambió el logotipo"),
    "delegate.invited": _l("Invitó a una persona"),
    "delegate.invitation_withdrawn": _l("Retiró una invitación"),
    "delegate.joined": _l("Aceptó la invitación de su empresa"),
    "delegate.role_changed": _l("Cambió el papel de una persona"),
    "site.added": _l("Agregó un sitio"),
    "site.changed": _l("Cambió un sitio"),
    "site.ended": _l("Quitó un sitio"),
    "certificate.added": _l("Agregó un certificado"),
    "certificate.changed": _l("Cambió un certificado"),
    "certificate.ended": _l("Quitó un certificado"),
    "certificate.verified": _l("Comprobó un certificado"),
    "certificate.rejected": _l("Rechazó un certificado"),
    "registration.availability_changed": _l("Cambió la disponibilidad"),
    "registration.submitted": _l("Envió el registro"),
    "registration.withdrawn": _l("Retiró el registro"),
    "registration.resumed": _l("Retomó el registro"),
    "registration.approved": _l("Aprobó el registro"),
    "registration.waitlisted": _l("Puso el registro en lista de espera"),
    "registration.promoted": _l("Dio el lugar que se liberó"),
    "registration.walked_in": _l("Registró a la empresa en el lugar"),
    "registration.rejected": _l("No aceptó el registro"),
    "registration.changes_requested": _l("Pidió cambios en el registro"),
    "registration.cancelled": _l("Canceló la participación"),
    "registration.liaison_changed": _l("Cambió el responsable de la empresa"),
    "registration.limits_changed": _l("Cambió los límites de reuniones o la prioridad de la empresa"),
    "registration.written_to": _l("Escribió a la empresa"),
    "registration.acting_begun": _l("Empezó a actuar por la empresa"),
    "registration.acting_ended": _l("Dejó de actuar por la empresa"),
    "registration.reopened": _l("Volvió a revisar el registro"),
    "company.added": _l("Agregó una empresa"),
    "company.changed": _l("Cambió los datos de una empresa"),
    "delegate.added": _l("Agregó a una persona"),
    "delegate.changed": _l("Cambió los datos de una persona"),
    "delegate.ended": _l("Dio de baja a una persona"),
    "requirement.added": _l("Empezó un requerimiento"),
    "requirement.changed": _l("Cambió un requerimiento"),
    "requirement.duplicated": _l("Duplicó un requerimiento"),
    "requirement.published": _l("Publicó un requerimiento"),
    "requirement.unpublished": _l("Regresó un requerimiento a borrador"),
    "requirement.closed": _l("Cerró un requerimiento"),
    "requirement.hidden": _l("Ocultó un requerimiento"),
    "requirement.shown": _l("Mostró de nuevo un requerimiento"),
    "capability.added": _l("Empezó una capacidad"),
    "capability.changed": _l("Cambió una capacidad"),
    "capability.duplicated": _l("Duplicó una capacidad"),
    "capability.published": _l("Publicó una capacidad"),
    "capability.withdrawn": _l("Retiró una capacidad"),
    "capability.verified": _l("Comprobó una capacidad"),
    "capability.hidden": _l("Ocultó una capacidad"),
    "capability.shown": _l("Mostró de nuevo una capacidad"),
    "requirement.expired": _l("Cerró un requerimiento por su fecha"),
    "account.signed_up": _l("Creó una cuenta"),
    "account.confirmed": _l("Confirmó su correo"),
    "account.password_changed": _l("Cambió su contraseña"),
    "account.profile_changed": _l("Cambió los datos de su cuenta"),
    "request.made": _l("Pidió una reunión"),
    "request.accepted": _l("Aceptó una solicitud"),
    "request.declined": _l("Rechazó una solicitud"),
    "request.withdrawn": _l("Retiró una solicitud"),
    "request.preference_changed": _l("Cambió la importancia de una solicitud"),
    "request.noted": _l("Marcó a una empresa como disponible o como «no»"),
    "request.expired": _l("Cerró una solicitud sin respuesta"),
    "request.order_changed": _l("Cambió el orden de sus solicitudes"),
    "request.auto_accept_changed": _l("Cambió su respuesta automática"),
    "mail.resent": _l("Reenvió un mensaje"),
    "invitation.answered": _l("Respondió a una invitación"),
    "reply.accepted": _l("Contó una respuesta de otro correo"),
    "reply.dismissed": _l("Descartó una respuesta"),
    "reply.proposal_accepted": _l("Aceptó otra hora"),
    "reply.proposal_refused": _l("Rechazó otra hora"),
    "delegate.digest_changed": _l("Cambió si recibe el resumen diario"),
    "delegate.time_zone_changed": _l("Cambió su zona horaria"),
    "feed.rotated": _l("Cambió la dirección de su calendario"),
    "run.started": _l("Inició una corrida"),
    "run.stopped": _l("Detuvo una corrida"),
    "run.finished": _l("Terminó una corrida"),
    "run.best_taken": _l("Usó lo mejor encontrado de una corrida"),
    "run.adopted": _l("Convirtió una propuesta en borrador"),
    "event.block_lengthened": _l("Alargó un bloque de reuniones"),
    "registration.round_opened": _l("Abrió una ronda a una empresa"),
    "registration.limit_raised": _l("Subió el máximo de reuniones de una empresa"),
    "registration.away": _l("Anotó cuándo no está una empresa"),
    "schedule.copied": _l("Copió una versión del horario"),
    "schedule.placed": _l("Dio lugar a una reunión"),
    "schedule.moved": _l("Movió una reunión"),
    "schedule.unscheduled": _l("Quitó una reunión del horario"),
    "schedule.pinned": _l("Fijó una reunión"),
    "schedule.unpinned": _l("Soltó una reunión"),
    "schedule.swapped": _l("Intercambió dos reuniones"),
    "schedule.undone": _l("Deshizo un cambio del horario"),
    "schedule.redone": _l("Rehízo un cambio del horario"),
    "schedule.endorsed": _l("Dio su visto bueno para publicar"),
    "schedule.endorsement_taken_back": _l("Retiró su visto bueno"),
    "schedule.published": _l("Publicó el horario"),
    "schedule.announced": _l("Avisó de cambios en personas o nombres"),
    "exclusion.added": _l("Excluyó a dos empresas entre sí"),
    "exclusion.added_many": _l("Separó a varias parejas"),
    "exclusion.removed": _l("Quitó una exclusión"),
    "import.started": _l("Subió un archivo"),
    "import.applied": _l("Importó un archivo"),
    "import.cancelled": _l("Canceló una importación"),
    "registration.imported": _l("Importó una empresa"),
    "delegate.imported": _l("Importó a una persona"),
    "requirement.imported": _l("Importó un requerimiento"),
    "request.imported": _l("Importó una solicitud"),
    "event.exported": _l("Exportó una lista"),
    "event.copied": _l("Copió el evento"),
    "campaign.added": _l("Empezó un mensaje"),
    "campaign.changed": _l("Cambió un mensaje"),
    "campaign.sent": _l("Envió un mensaje"),
    "campaign.cancelled": _l("Detuvo un mensaje"),
    "campaign.sampled": _l("Se envió una prueba de un mensaje"),
    "printout.started": _l("Preparó un impreso"),
    "privacy.notice_published": _l("Publicó un aviso de privacidad"),
    "registration.consents_changed": _l("Cambió los usos voluntarios que permite"),
    "arco.received": _l("Pidió algo sobre sus datos personales"),
    "arco.answered": _l("Respondió una solicitud sobre datos personales"),
    "arco.done": _l("Cumplió una solicitud sobre datos personales"),
    "account.admin_added": _l("Dejó que una persona cuide el sitio"),
    "account.admin_removed": _l("Hizo que una persona deje de cuidar el sitio"),
    "account.data_taken": _l("Descargó sus datos"),
    "account.blocked": _l("Canceló sus datos"),
    "account.suppressed": _l("Se suprimieron los datos de una persona"),
}
KINDS = {
    "organization": _l("organización"),
    "event": _l("evento"),
    "registration": _l("registro"),
    "company": _l("empresa"),
    "delegate": _l("delegado"),
    "certificate": _l("certificado"),
    "site": _l("sitio"),
    "sheet_import": _l("importación"),
    "arco_request": _l("solicitud sobre datos personales"),
    "request": _l("solicitud"),
    "requirement": _l("requerimiento"),
    "capability": _l("capacidad"),
    "exclusion": _l("exclusión"),
    "schedule": _l("horario"),
    "run": _l("corrida"),
    "account": _l("cuenta"),
    "outbox_message": _l("mensaje"),
    "campaign": _l("mensaje a varias personas"),
    "printout": _l("impreso"),
    "invitation": _l("invitación"),
    "calendar_reply": _l("respuesta"),
}


def act(entry: AuditEntry) -> str:
    """What was done, in words."""
    known = ACTS.get(entry.action)
    if known is not None:
        return str(known)
    return str(_("Cambio en: %(kind)s", kind=KINDS.get(entry.object_kind, entry.object_kind)))


def about(entry: AuditEntry) -> str:
    """On whom or what, as far as the entry names it."""
    detail = entry.detail
    if "from_company" in detail:
        return str(_("%(one)s con %(other)s", one=detail["from_company"], other=detail["to_company"]))
    if entry.action.startswith("exclusion.") and "a" in detail:
        return str(_("%(one)s con %(other)s", one=detail["a"], other=detail["b"]))
    if entry.action == "registration.liaison_changed":
        before, after = (detail[name] or _("sin responsable") for name in ("before", "after"))
        return str(_("%(pair)s: %(before)s → %(after)s", pair=detail["company"], before=before, after=after))
    if "now_is" in detail:
        return _rules_words(entry)
    for name in ("company", "name", "label", "after"):
        if isinstance(detail.get(name), str):
            return str(detail[name])
    return ""


def _rules_words(entry: AuditEntry) -> str:
    """What the rules of an event were, and what they are since."""
    was, now_is = entry.detail["was"], entry.detail["now_is"]
    if entry.action == "event.weights_changed":
        return weight_words.change_words(weights_from_dict(was), weights_from_dict(now_is))
    before, after = (run_words.aims_words(run_options.levels_from_list(aims)) for aims in (was, now_is))
    return str(_("antes: %(before)s; ahora: %(after)s", before=before, after=after))
