"""All requests of an event, and acting for companies."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission, may
from eventsapp.domain.errors import DomainError
from eventsapp.domain.lifecycle import REQUEST
from eventsapp.domain.values import DeclineReason, Preference, RequestStatus, Side
from eventsapp.models import Event, Registration
from eventsapp.models import Request as MeetingRequest
from eventsapp.services import audit, liaisons, request_lists, requests
from eventsapp.services.matching import read_field
from eventsapp.services.request_lists import Filters
from eventsapp.web import loaders
from eventsapp.web.access import opens, requires
from eventsapp.web.clock import now
from eventsapp.web.fields import choice
from eventsapp.web.forms import Form, long_text, options, text, trimmed
from eventsapp.web.navigation import request_tabs
from eventsapp.web.organizer.acts import act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.finding import Acting, Part, acting_in, participant_registration, request_of_event
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.templating import term_name
from eventsapp.web.words import ASKING, DECLINE_REASON, REQUEST_STATUS


class Action(StrEnum):
    """What an organizer can do about a request for a company."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


ACTION = {
    Action.ACCEPT: _l("Aceptar por la empresa que la recibió"),
    Action.DECLINE: _l("Rechazar por la empresa que la recibió"),
    Action.WITHDRAW: _l("Retirar por la empresa que la pidió"),
}


class AskForm(Form):
    """A request that the organizer makes for a company."""

    one = text(_l("Empresa que pide"), most=220)
    other = text(_l("Con quién"), most=220)
    preference = choice(_l("Qué tan importante es"), ASKING, default=Preference.WANT)
    reason = long_text(_l("Por qué la pide usted"), most=500)


class AnswerForm(Form):
    """What the organizer does about a request for a company."""

    action = choice(_l("Qué quiere hacer"), ACTION)
    why = choice(_l("Si rechaza: motivo de la empresa"), DECLINE_REASON, default=DeclineReason.OTHER)
    reason = long_text(_l("Por qué lo hace usted"), most=500)


@bp.get("/o/<event_code>/solicitudes", endpoint="requests")
@requires(Permission.REQUEST_READ, load=loaders.event)
def list_requests(event: Event) -> ResponseReturnValue:
    """The requests of the event with filters."""
    filters = Filters(
        text=trimmed(request.args.get("q"))[:200],
        status=_known(RequestStatus, "estado"),
        preference=_known(Preference, "importancia"),
        asked_by=_known(Side, "pide"),
    )
    counts = request_lists.count_by_status(event, filters)
    total = counts.total()
    page = Page.from_request(counts[RequestStatus(filters.status)] if filters.status else total)
    return _page(
        "organizer/requests.html",
        event,
        "organizer.requests",
        filters=filters,
        counts=counts,
        total=total,
        page=page,
        rows=request_lists.list_rows(event, filters, offset=page.first, limit=page.size),
        statuses=REQUEST_STATUS,
    )


@bp.get("/o/<event_code>/solicitudes/pocas")
@requires(Permission.REQUEST_READ, load=loaders.event)
def lonely(event: Event) -> ResponseReturnValue:
    """The companies that few or none ask for."""
    listed = request_lists.list_lonely(event)
    page = Page.from_request(len(listed))
    rows = listed[page.first : page.last]
    return _page("organizer/requests_few.html", event, "organizer.lonely", page=page, rows=rows, few=request_lists.FEW)


@bp.route("/o/<event_code>/solicitudes/nueva", methods=["GET", "POST"])
@requires(Permission.COMPANY_ACT_FOR, load=acting_in)
def new_request(acting: Acting) -> ResponseReturnValue:
    """Ask for a meeting on behalf of a company."""
    form, event = AskForm(), acting.event
    participants = request_lists.list_participants(event)
    if request.method == "GET":
        form.one.data = trimmed(request.args.get("empresa"))[:220]
    if form.validate_on_submit() and (pair := acting.chosen_pair(form, participants)):
        try:
            with saving(url_for("organizer.requests", event_code=event.code)) as done:
                requests.ask(
                    participant_registration(event, pair[0]),
                    participant_registration(event, pair[1]),
                    form.preference.data,
                    actor=g.actor,
                    now=now(),
                    reason=form.reason.data,
                )
            flash(_("Solicitud hecha y aceptada. Quedó en la bitácora."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("other", error)
    page = organizer_page(
        "organizer/new_request.html",
        event,
        "requests",
        form=form,
        participants=participants,
        askers=[one for one in participants if acting.may_act_for(one)],
        acts_for_all=acting.acts_for_all,
    )
    return page, 422 if form.errors else 200


@bp.route("/o/<event_code>/solicitudes/<uuid:request_id>", methods=["GET", "POST"], endpoint="request")
@requires(Permission.REGISTRATION_REVIEW, load=request_of_event)
def one_request(part: Part) -> ResponseReturnValue:
    """One request: what is known about it, and acting for a company."""
    event, row = part.event, part.row
    form = AnswerForm()
    open_actions = [action for action in Action if row.status in REQUEST[action.value][0]]
    possible = [
        action for action in open_actions if may(g.actor, Permission.COMPANY_ACT_FOR, _acting(row, action).scope)
    ]
    form.action.choices = options({action.value: ACTION[action] for action in possible})
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.request", event_code=event.code, request_id=row.id)) as done:
                _act(row, form)
            return done.redirect()
        except DomainError as error:
            form.refuse("action", error)
    fit = read_field(event, (), (row.from_id, row.to_id)).affinity(row.from_id, row.to_id)
    page = organizer_page(
        "organizer/request.html",
        event,
        "requests",
        form=form,
        row=row,
        possible=possible,
        is_closed=not open_actions,
        fit=fit,
        fit_names=[term_name(code) for code in fit.shared],
        history=audit.list_for(row.id),
        act=act,
    )
    return page, 422 if form.errors else 200


def _page(template: str, event: Event, active: str, **values: Any) -> str:
    asks = opens("organizer.new_request", liaisons.scope_in(event, g.actor))
    return organizer_page(template, event, "requests", tabs=request_tabs(event, active), asks=asks, **values)


def _acting(row: MeetingRequest, action: Action) -> Registration:
    """For which company this is done."""
    return row.from_registration if action is Action.WITHDRAW else row.to_registration


def _act(row: MeetingRequest, form: AnswerForm) -> None:
    said = {"actor": g.actor, "now": now(), "reason": form.reason.data}
    if form.action.data is Action.ACCEPT:
        requests.accept(row, **said)
    elif form.action.data is Action.DECLINE:
        requests.decline(row, form.why.data, **said)
    else:
        requests.withdraw(row, **said)


def _known(kind: type[StrEnum], name: str) -> str:
    """A value of the address when it is one of the enum's, else nothing."""
    value = request.args.get(name, "")
    return value if value in set(kind) else ""
