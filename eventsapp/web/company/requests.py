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
from wtforms import BooleanField, SelectField

from eventsapp.db import db
from eventsapp.domain import deadlines, quotas
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import DeclineReason, ExclusionReason, Preference, RegistrationStatus, RequestStatus
from eventsapp.models import Delegate, Registration
from eventsapp.models import Request as MeetingRequest
from eventsapp.services import companies, exclusions, request_lists, request_upkeep, requests
from eventsapp.services.matching import Field, read_field
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.find import Choice, choice_of
from eventsapp.web.company.frame import company_page
from eventsapp.web.fields import choice
from eventsapp.web.forms import Form, long_text, options
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.words import ASKING, DECLINE_REASON, PREFERENCE

Lister = Callable[[Registration], list[MeetingRequest]]

TABS: dict[str, tuple[Any, Lister]] = {
    "recibidas": (_l("Recibidas"), request_lists.list_received),
    "enviadas": (_l("Enviadas"), request_lists.list_sent),
    "respondidas": (_l("Respondidas"), request_lists.list_answered),
    "marcas": (_l("Solo para usted"), request_lists.list_notes),
}
NEVER = "0"
LEVELS = {
    NEVER: _l("Nunca"),
    "5": _l("Afinidad 5 de 5"),
    "4": _l("Afinidad 4 o más"),
    "3": _l("Afinidad 3 o más"),
    "2": _l("Afinidad 2 o más"),
}
MOST_DIGITS = 6


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
    veto = BooleanField(_l("No quiero reunirme con esta empresa en este evento"))


class PreferenceForm(Form):
    """How much a company wants the meeting."""

    preference = choice(_l("Importancia"), ASKING)


class NoteForm(Form):
    """What a company says for itself about another one."""

    preference = choice(_l("Para usted"), PREFERENCE, only=(Preference.OPEN, Preference.NO))
    why = SelectField(
        _l("Motivo"),
        choices=options({"": "", **{reason.value: words for reason, words in DECLINE_REASON.items()}}),
        default="",
        invalid_choice_message=_l("Elija una opción de la lista"),
    )

    def reason(self) -> DeclineReason | None:
        """Why the company never meets the other one, when it says so."""
        return DeclineReason(self.why.data) if self.why.data else None


class AutoAcceptForm(Form):
    """From which affinity on requests are accepted without asking."""

    level = SelectField(_l("Aceptar sin preguntar"), choices=options(LEVELS))


class DigestForm(Form):
    """Whether a person gets the daily mail."""

    wanted = BooleanField(_l("Enviarme cada mañana un resumen de lo que espera mi respuesta"))


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
    field = read_field(event, (), {registration.id, *(_other(registration, row).id for row in rows)})
    hints = exclusions.find_reasons(registration)
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
        rows=[_row(field, registration, row, hints) for row in rows],
        contacts=request_lists.list_contacts(rows, of=registration),
        is_open=deadlines.are_requests_open(event, now(), is_team=g.actor.is_standing_in),
        remaining=quotas.remaining(event, registration.side, used),
        quota=quotas.quota(event, registration.side),
        auto_form=AutoAcceptForm(formdata=None, level=str(registration.auto_accept_level or NEVER)),
        digest_form=_digest_form(registration),
        ordered=len([row for row in listed["enviadas"] if row.status in requests.ACTIVE]),
        first=page.first,
        unanswered=_count_unanswered(listed["enviadas"]),
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
                _decline(mine, form)
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


@bp.post("/e/<event_code>/buscar/<uuid:registration_id>/marca")
@requires(Permission.REQUEST_MAKE, load=choice_of)
def note(chosen: Choice) -> ResponseReturnValue:
    """Say for oneself that the company is available for another one, or never meets it."""
    form, code = NoteForm(), chosen.registration.event.code
    if not form.validate_on_submit():
        flash(_("Elija una opción de la lista."), "error")
        return redirect(url_for("company.ask", event_code=code, registration_id=chosen.candidate.registration_id), 303)
    with saving(url_for("company.requests", event_code=code, ver="marcas")) as done:
        other = loaders.registration_of_event(code, chosen.candidate.registration_id)
        if other is None:
            raise DomainError("cannot_meet")
        made = requests.note(
            chosen.registration, other, form.preference.data, actor=g.actor, now=now(), why=form.reason()
        )
        is_agreed = made.status is RequestStatus.ACCEPTED
    name = chosen.candidate.name
    flash(
        _("Acordada: usted y %(company)s están disponibles.", company=name)
        if is_agreed
        else _("Guardado. %(company)s no se entera.", company=name),
        "ok",
    )
    return done.redirect()


@bp.post("/e/<event_code>/solicitudes/orden")
@requires(Permission.REQUEST_MAKE, load=loaders.my_registration)
def order_requests(registration: Registration) -> ResponseReturnValue:
    """Say in which order the own requests matter: by numbers, or one place up or down."""
    page = request.args.get("page", type=int)
    back = url_for("company.requests", event_code=registration.event.code, ver="enviadas", page=page)
    with saving(back) as done:
        ids = [row.id for row in request_lists.list_sent(registration) if row.status in requests.ACTIVE]
        requests.save_order(registration, _new_order(ids), actor=g.actor, now=now())
    flash(_("Orden guardado."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/solicitudes/regla")
@requires(Permission.REQUEST_MAKE, load=loaders.my_registration)
def save_auto_accept(registration: Registration) -> ResponseReturnValue:
    """Say from which affinity on requests are accepted without asking."""
    form = AutoAcceptForm()
    back = url_for("company.requests", event_code=registration.event.code)
    if not form.validate_on_submit():
        flash(_("Elija una afinidad de la lista."), "error")
        return redirect(back, 303)
    with saving(back) as done:
        level = int(form.level.data) or None
        requests.save_auto_accept(registration, level, actor=g.actor, now=now())
    flash(_("Regla guardada. Vale para las solicitudes que lleguen desde ahora."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/solicitudes/resumen")
@requires(Permission.REQUEST_MAKE, load=loaders.my_registration)
def save_digest(registration: Registration) -> ResponseReturnValue:
    """Get the daily mail, or no more."""
    form = DigestForm()
    back = url_for("company.requests", event_code=registration.event.code)
    person = _myself(registration)
    if not form.validate_on_submit() or person is None:
        return redirect(back, 303)
    with saving(back) as done:
        request_upkeep.set_digest(person, wanted=form.wanted.data, actor=g.actor, now=now())
    flash(_("Guardado.") if form.wanted.data else _("Ya no le enviaremos el resumen diario."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/solicitudes/<uuid:request_id>/retirar")
@requires(Permission.REQUEST_MAKE, load=_mine)
def withdraw_request(mine: Mine) -> ResponseReturnValue:
    """Take an own request back."""
    is_note = mine.request.status is RequestStatus.NOTED
    with saving(_tab(mine, "marcas" if is_note else "enviadas")) as done:
        requests.withdraw(mine.request, actor=g.actor, now=now())
    flash(_("Marca quitada.") if is_note else _("Solicitud retirada. Puede pedirla de nuevo."), "ok")
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


def _count_unanswered(sent: list[MeetingRequest]) -> int:
    """How many own requests expired in the last days."""
    since = now() - request_upkeep.OLD_NEWS
    return sum(
        row.status is RequestStatus.EXPIRED and row.expires_at is not None and row.expires_at > since for row in sent
    )


def _decline(mine: Mine, form: DeclineForm) -> None:
    requests.decline(mine.request, form.why.data, actor=g.actor, now=now(), text=form.text.data)
    if form.veto.data:
        other = _other(mine.registration, mine.request)
        requests.note(mine.registration, other, Preference.NO, actor=g.actor, now=now(), why=form.why.data)


def _new_order(ids: list[UUID]) -> list[UUID]:
    """The requests as the form orders them: by the numbers that were typed, then one of them a place up or down.

    A number that was raised puts a request behind the one that has that place, a lowered one before it.
    """
    keys = {}
    for place, id_ in enumerate(ids, start=1):
        typed = _typed_place(request.form.get(f"lugar-{id_}", ""), place)
        keys[id_] = (typed, (typed > place) - (typed < place), place)
    order = sorted(ids, key=lambda id_: keys[id_])
    for name, step in (("subir", -1), ("bajar", 1)):
        moved = next((id_ for id_ in order if str(id_) == request.form.get(name, "")), None)
        if moved is not None:
            place = order.index(moved)
            order.insert(min(max(place + step, 0), len(order) - 1), order.pop(place))
    return order


def _typed_place(text: str, place: int) -> int:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else place


def _myself(registration: Registration) -> Delegate | None:
    """The signed-in person as one of the company's people."""
    people = companies.list_delegates(registration.company)
    return next((person for person in people if person.account_id == g.actor.account_id), None)


def _digest_form(registration: Registration) -> DigestForm | None:
    """The switch of the daily mail, for those who would get it."""
    person = _myself(registration)
    if person is None or person not in companies.list_admins(registration.company):
        return None
    return DigestForm(formdata=None, wanted=not request_upkeep.is_stopped(person))


def _row(
    field: Field, registration: Registration, row: MeetingRequest, hints: dict[UUID, ExclusionReason]
) -> dict[str, Any]:
    other = _other(registration, row)
    fit = field.affinity(registration.id, other.id)
    return {"request": row, "other": other, "level": fit.level, "shared": fit.shared, "hint": hints.get(other.id, "")}


def _tab(mine: Mine, name: str) -> str:
    return url_for("company.requests", event_code=mine.registration.event.code, ver=name)


def _other(registration: Registration, row: MeetingRequest) -> Registration:
    return row.to_registration if row.from_id == registration.id else row.from_registration
