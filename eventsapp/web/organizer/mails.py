"""The mails of an event: what was sent to whom, what waits, what failed and why; a failed one can be sent again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from jinja2 import TemplateError

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.refusals import why
from eventsapp.domain.values import OutboxState
from eventsapp.mail import render
from eventsapp.models import Event, OutboxMessage
from eventsapp.services import campaigns, outbox
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.words import OUTBOX_STATE, REFUSAL

KINDS = {
    "invitation": _l("Invitación"),
    "proposal_refused": _l("Propuesta rechazada"),
    "agenda_published": _l("Agenda publicada"),
    "registration_received": _l("Registro recibido"),
    "registration_approved": _l("Registro aprobado"),
    "registration_rejected": _l("Registro no aceptado"),
    "registration_changes_requested": _l("Cambios pedidos"),
    "registration_cancelled": _l("Participación cancelada"),
    "registration_withdrawn": _l("Registro retirado"),
    "registration_waitlisted": _l("Lista de espera"),
    "registration_promoted": _l("Lugar libre"),
    "request_digest": _l("Solicitudes por responder"),
    "request_reminder": _l("Recordatorio de solicitudes"),
    "request_expired": _l("Solicitudes sin respuesta"),
    "request_agreed": _l("Reunión acordada"),
    "request_accepted": _l("Solicitud aceptada"),
}
CHANGES = {
    "moved": _l("Invitación: cambio"),
    "reworded": _l("Invitación: datos nuevos"),
    "cancelled": _l("Invitación: cancelación"),
    "uninvited": _l("Invitación: cancelación"),
}
STEPS = {
    "sent": _l("El servidor de correo lo recibió"),
    "postponed": _l("El servidor lo pospuso"),
    "failed": _l("El servidor lo rechazó"),
    "bounced": _l("Devuelto por el servidor de la persona"),
    "reported": _l("Aviso del servidor de la persona"),
    "resent": _l("Reenviado a mano"),
    "unwanted": _l("No se envió: la persona no desea avisos"),
}
STATES = {
    "por-enviar": OutboxState.PENDING,
    "enviados": OutboxState.SENT,
    "fallidos": OutboxState.FAILED,
    "rebotados": OutboxState.BOUNCED,
}
UNDELIVERED = (OutboxState.FAILED, OutboxState.BOUNCED)


@dataclass(frozen=True)
class Mail:
    """A mail of an event, as the organizer has it."""

    event: Event
    message: OutboxMessage

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def mail_in(event_code: str, message_id: UUID) -> Mail | None:
    """A mail, found through its event."""
    event = loaders.event(event_code)
    message = outbox.find_in(event, message_id) if event else None
    return Mail(event, message) if event and message else None


@bp.get("/o/<event_code>/mensajes")
@requires(Permission.MAIL_READ, load=loaders.event)
def mails(event: Event) -> str:
    """The mails with filters, a page at a time."""
    chosen = request.args.get("estado", "")
    state = STATES.get(chosen)
    text = trimmed(request.args.get("q"))[:200]
    campaign = campaigns.find(event, request.args.get("envio", 0, type=int))
    keys = campaigns.keys_of(campaign) if campaign else None
    counts = outbox.count_by_state(event, text=text, keys=keys)
    page = Page.from_request(counts[state] if state else sum(counts.values()))
    return organizer_page(
        "organizer/mails.html",
        event,
        "mails",
        rows=outbox.list_for(event, state=state, text=text, keys=keys, offset=page.first, limit=page.size),
        campaign=campaign,
        subject=campaigns.subject_of(campaign) if campaign else "",
        page=page,
        text=text,
        state=chosen if state else "",
        states=[(name, OUTBOX_STATE[value], counts[value]) for name, value in STATES.items()],
        total=sum(counts.values()),
        kind_of=kind_of,
        reason_of=reason_of,
        warning=_warning(),
    )


@bp.get("/o/<event_code>/mensajes/<uuid:message_id>", endpoint="mail")
@requires(Permission.MAIL_READ, load=mail_in)
def show(mail: Mail) -> str:
    """One mail as its recipient reads it, unless it holds something that only the recipient may see."""
    return organizer_page(
        "organizer/mail.html",
        mail.event,
        "mails",
        message=mail.message,
        kind=kind_of(mail.message),
        rendered=_rendered(mail.message),
        can_resend=outbox.can_resend(mail.message),
        reason=reason_of(mail.message),
        steps=STEPS,
        moment_of=lambda step: datetime.fromisoformat(step["at"]),
    )


@bp.post("/o/<event_code>/mensajes/<uuid:message_id>/reenviar")
@requires(Permission.EVENT_MANAGE, load=mail_in)
def resend_mail(mail: Mail) -> Any:
    """Try a failed mail once more."""
    with saving(url_for("organizer.mails", event_code=mail.event.code, estado="por-enviar")) as done:
        outbox.resend(mail.message, actor=g.actor, now=now())
    flash(_("Se enviará de nuevo a %(person)s.", person=mail.message.to_name), "ok")
    return done.redirect()


def kind_of(message: OutboxMessage) -> str:
    """What a mail is about, in words."""
    change = CHANGES.get(message.fields.get("change", ""))
    return str(change or KINDS.get(message.kind) or _("Aviso"))


def reason_of(message: OutboxMessage) -> str:
    """Why a mail reached nobody, in words; nothing for one that did, or whose server gave no reason that is known."""
    refusal = why(message.error) if message.state in UNDELIVERED else None
    return str(REFUSAL[refusal]) if refusal else ""


def _warning() -> str:
    """What the states of this page cannot know, because of how the installation sends and reads mail."""
    settings = current_app.config["SETTINGS"]
    if settings.mail_target.startswith("folder:"):
        return _("Esta instalación guarda los correos en una carpeta: no salen a ningún buzón.")
    if not settings.imap_url:
        return _(
            "El buzón %(address)s no está conectado: aquí no se sabe qué correos fueron devueltos. Pida a quien "
            "administra la instalación que lo conecte (IMAP_URL).",
            address=settings.mail_from,
        )
    return ""


def _rendered(message: OutboxMessage) -> render.Rendered | None:
    if outbox.is_secret(message):
        return None
    try:
        return render.render(message, base_url=current_app.config["SETTINGS"].base_url)
    except TemplateError:  # why it could not be written stands in its row
        return None
