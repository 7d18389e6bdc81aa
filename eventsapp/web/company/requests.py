"""The requests of a company: received, sent, answered; and what can be done about each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from eventsapp.db import db
from eventsapp.domain import deadlines, quotas
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.matching import affinity
from eventsapp.domain.values import DeclineReason, RegistrationStatus
from eventsapp.models import Registration
from eventsapp.models import Request as MeetingRequest
from eventsapp.services import requests
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.frame import company_page
from eventsapp.web.fields import choice
from eventsapp.web.forms import Form, long_text
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.words import DECLINE_REASON, PREFERENCE

Lister = Callable[[Registration], list[MeetingRequest]]

TABS: dict[str, tuple[Any, Lister]] = {
    "recibidas": (_l("Recibidas"), requests.list_received),
    "enviadas": (_l("Enviadas"), requests.list_sent),
    "respondidas": (_l("Respondidas"), requests.list_answered),
}


@dataclass(frozen=True)
class Mine:
    """A registration, and a request that it made or got."""

    registration: Registration
    request: MeetingRequest

    @property
    def scope(self) -> Scope:
        """Whose this is: that of the own company."""
        return self.registration.scope


class DeclineForm(Form):
    """Why a company says no."""

    why = choice(_l("Motivo"), DECLINE_REASON, default=DeclineReason.NOT_RELEVANT)
    text = long_text(_l("Comentario para la empresa"), most=500, optional=True)


class PreferenceForm(Form):
    """How much a company wants the meeting."""

    preference = choice(_l("Importancia"), PREFERENCE)


def _mine(event_code: str, request_id: UUID) -> Mine | None:
    registration = loaders.my_registration(event_code)
    if registration is None:
        return None
    own = or_(MeetingRequest.from_id == registration.id, MeetingRequest.to_id == registration.id)
    query = select(MeetingRequest).where(MeetingRequest.id == request_id, own, requests.is_allowed())
    found = db.session.scalar(query)
    return Mine(registration, found) if found is not None else None


@bp.get("/e/<event_code>/solicitudes", endpoint="requests")
@requires(Permission.REQUEST_READ, load=loaders.my_registration)
def list_requests(registration: Registration) -> ResponseReturnValue:
    """The requests of the company in three tabs."""
    if registration.status is not RegistrationStatus.APPROVED:
        return company_page("company/not_yet.html", registration, "requests")
    event = registration.event
    listed = {name: lister(registration) for name, (_label, lister) in TABS.items()}
    shown = request.args.get("ver", "recibidas")
    shown = shown if shown in TABS else "recibidas"
    page = Page.from_request(len(listed[shown]))
    rows = listed[shown][page.first : page.last]
    used = requests.count_used(registration)
    return company_page(
        "company/requests.html",
        registration,
        "requests",
        tabs=[
            {
                "label": label,
                "href": url_for("company.requests", event_code=event.code, ver=name),
                "active": name == shown,
                "count": len(listed[name]),
            }
            for name, (label, _lister) in TABS.items()
        ],
        shown=shown,
        page=page,
        rows=[_row(registration, row) for row in rows],
        contacts=requests.list_contacts(rows, of=registration),
        is_open=deadlines.are_requests_open(event, now()),
        remaining=quotas.remaining(event, registration.side, used),
        quota=quotas.quota(event, registration.side),
    )


@bp.post("/e/<event_code>/solicitudes/<uuid:request_id>/aceptar")
@requires(Permission.REQUEST_MAKE, load=_mine)
def accept(mine: Mine) -> ResponseReturnValue:
    """Agree to a meeting."""
    with saving(_tab(mine, "recibidas")) as done:
        requests.accept(mine.request, actor=g.actor, now=now())
        company = mine.request.from_registration.company.name
    flash(_("Acordada: se reunirá con %(company)s. La hora y la mesa llegan con su agenda.", company=company), "ok")
    return done.redirect()


@bp.route("/e/<event_code>/solicitudes/<uuid:request_id>/rechazar", methods=["GET", "POST"])
@requires(Permission.REQUEST_MAKE, load=_mine)
def decline(mine: Mine) -> ResponseReturnValue:
    """Say no, with the reason."""
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            with saving(_tab(mine, "recibidas")) as done:
                requests.decline(mine.request, form.why.data, actor=g.actor, now=now(), text=form.text.data)
            flash(_("Respuesta enviada."), "ok")
            return done.redirect()
        except Forbidden:
            raise
        except DomainError as error:
            form.refuse("why", error)
    page = company_page(
        "company/decline.html", mine.registration, "requests", form=form, other=_other(mine.registration, mine.request)
    )
    return page, 422 if form.errors else 200


@bp.post("/e/<event_code>/solicitudes/<uuid:request_id>/retirar")
@requires(Permission.REQUEST_MAKE, load=_mine)
def withdraw_request(mine: Mine) -> ResponseReturnValue:
    """Take an own request back."""
    with saving(_tab(mine, "enviadas")) as done:
        requests.withdraw(mine.request, actor=g.actor, now=now())
    flash(_("Solicitud retirada. Puede pedirla de nuevo."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/solicitudes/<uuid:request_id>/importancia")
@requires(Permission.REQUEST_MAKE, load=_mine)
def change_preference(mine: Mine) -> ResponseReturnValue:
    """Say anew how much the meeting matters."""
    form = PreferenceForm()
    if not form.validate_on_submit():
        flash(_("Elija una importancia de la lista."), "error")
        return redirect(_tab(mine, "enviadas"), 303)
    with saving(_tab(mine, "enviadas")) as done:
        requests.change_preference(mine.request, form.preference.data, actor=g.actor, now=now())
    return done.redirect()


def _row(registration: Registration, row: MeetingRequest) -> dict[str, Any]:
    other = _other(registration, row)
    fit = affinity(registration.terms, other.terms)
    return {"request": row, "other": other, "level": fit.level, "shared": fit.shared}


def _tab(mine: Mine, name: str) -> str:
    return url_for("company.requests", event_code=mine.registration.event.code, ver=name)


def _other(registration: Registration, row: MeetingRequest) -> Registration:
    return row.to_registration if row.from_id == registration.id else row.from_registration
