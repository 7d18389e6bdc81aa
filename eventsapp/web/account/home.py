"""My events: where my companies take part and what I organize, each with what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, url_for
from flask_babel import gettext as _

from eventsapp.domain import deadlines, registering
from eventsapp.domain.access import Permission
from eventsapp.domain.values import RegistrationStatus
from eventsapp.models import Event, Registration
from eventsapp.services import events, registrations
from eventsapp.web.access import requires
from eventsapp.web.account.blueprint import bp
from eventsapp.web.account.session import myself, myself_as_actor
from eventsapp.web.clock import now
from eventsapp.web.formats import month_day

Status = RegistrationStatus


@dataclass(frozen=True)
class NextStep:
    """What to do about an event: a sentence and, where there is something to do, a button."""

    text: str
    action: str = ""
    href: str = ""


@bp.get("/mis-eventos")
@requires(Permission.ACCOUNT_USE)
def home() -> str:
    """Everything I take part in, and what waits for me."""
    at = now()
    mine = registrations.list_of(myself())
    organized = events.list_for(myself_as_actor())
    taken = {registration.event_id for registration in mine} | {event.id for event in organized}
    return render_template(
        "account/home.html",
        registrations=[(registration, next_step(registration, at)) for registration in mine],
        organized=organized,
        open_events=[event for event in registrations.list_open_events(at) if event.id not in taken],
    )


def next_step(registration: Registration, at: datetime) -> NextStep:
    """What a company has to do next at an event."""
    event = registration.event
    to_registration = url_for("company.registration", event_code=event.code)
    if registration.status is Status.APPROVED:
        return _after_approval(event, at)
    if registration.status in registering.DRAFTS and registering.can_send(registration.status, event, at):
        return _before_sending(registration, to_registration)
    sentences = {
        Status.DRAFT: _("El registro cerró y este borrador no se envió."),
        Status.CHANGES_REQUESTED: _("El plazo para hacer los cambios terminó."),
        Status.WAITLISTED: _("Su empresa está en lista de espera. Le avisaremos por correo si se libera un lugar."),
        Status.SUBMITTED: _("El organizador está revisando su registro. Le responderemos por correo."),
        Status.REJECTED: _("El registro no fue aceptado."),
        Status.WITHDRAWN: _("Usted retiró este registro."),
    }
    return NextStep(sentences[registration.status], _("Ver registro"), to_registration)


def _before_sending(registration: Registration, to_registration: str) -> NextStep:
    if registration.status is Status.CHANGES_REQUESTED:
        return NextStep(_("El organizador pide cambios en su registro."), _("Hacer los cambios"), to_registration)
    closes = month_day(deadlines.registration_ends_at(registration.event), registration.event.zone)
    return NextStep(
        _("Complete y envíe su registro a más tardar el %(day)s.", day=closes), _("Continuar registro"), to_registration
    )


def _after_approval(event: Event, at: datetime) -> NextStep:
    if event.published_schedule_id is not None:
        return NextStep(
            _("Su agenda está publicada."), _("Ver agenda"), url_for("attendee.agenda", event_code=event.code)
        )
    if deadlines.are_requests_open(event, at):
        return NextStep(
            _("Elija con quién reunirse a más tardar el %(day)s.", day=month_day(event.requests_close_at, event.zone)),
            _("Buscar empresas"),
            url_for("company.find", event_code=event.code),
        )
    if at < event.requests_open_at:
        opens = month_day(event.requests_open_at, event.zone)
        return NextStep(
            _("Su empresa participa. Podrá pedir reuniones desde el %(day)s.", day=opens),
            _("Ver registro"),
            url_for("company.registration", event_code=event.code),
        )
    return NextStep(
        _("El organizador está armando el horario. Le avisaremos por correo."),
        _("Ver solicitudes"),
        url_for("company.requests", event_code=event.code),
    )
