"""Whom to meet: the other side of the event in a list with filters, and asking for a meeting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain import deadlines, quotas
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import Preference, RegistrationStatus, RequestStatus
from eventsapp.models import Registration
from eventsapp.services import matching, requests
from eventsapp.services.matching import Candidate, Filters, Relation
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.frame import company_page
from eventsapp.web.fields import choice
from eventsapp.web.forms import Form, long_text, trimmed
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.templating import term_name
from eventsapp.web.words import PREFERENCE

FILTERS = ("q", "proceso", "estado", "relacion", "page", "per_page")
RELATION = {
    Relation.NONE: _l("Sin pedir"),
    Relation.ASKED: _l("Pedidas"),
    Relation.RECEIVED: _l("Me pidieron"),
    Relation.AGREED: _l("Acordadas"),
    Relation.DECLINED: _l("No aceptadas"),
}


@dataclass(frozen=True)
class Choice:
    """A registration, and a company that it may meet."""

    registration: Registration
    candidate: Candidate

    @property
    def scope(self) -> Scope:
        """Whose this is: that of who asks."""
        return self.registration.scope


class AskForm(Form):
    """How much a company wants a meeting, and a note."""

    preference = choice(_l("¿Qué tan importante es para usted?"), PREFERENCE, default=Preference.WANT)
    message = long_text(_l("Nota para la empresa"), most=500, optional=True)


def _choice(event_code: str, registration_id: UUID) -> Choice | None:
    registration = loaders.my_registration(event_code)
    if registration is None or registration.status is not RegistrationStatus.APPROVED:
        return None
    candidate = matching.find_candidate(registration, registration_id)
    return Choice(registration, candidate) if candidate else None


@bp.get("/e/<event_code>/buscar")
@requires(Permission.REQUEST_READ, load=loaders.my_registration)
def find(registration: Registration) -> ResponseReturnValue:
    """The companies that this one may meet."""
    if registration.status is not RegistrationStatus.APPROVED:
        return company_page("company/not_yet.html", registration, "find")
    candidates = matching.list_candidates(registration)
    filters = Filters(*(trimmed(request.args.get(name))[:200] for name in FILTERS[:4]))
    found = matching.chosen(candidates, filters)
    page = Page.from_request(len(found))
    used = requests.count_used(registration)
    return company_page(
        "company/find.html",
        registration,
        "find",
        filters=filters,
        page=page,
        rows=found[page.first : page.last],
        has_candidates=bool(candidates),
        term_options=_terms(candidates),
        state_options=sorted({one.state for one in candidates if one.state}, key=folded),
        relations=RELATION,
        shown=_shown_filters(),
        is_open=deadlines.are_requests_open(registration.event, now()),
        opens_later=now() < registration.event.requests_open_at,
        remaining=quotas.remaining(registration.event, registration.side, used),
        quota=quotas.quota(registration.event, registration.side),
    )


@bp.route("/e/<event_code>/buscar/<uuid:registration_id>", methods=["GET", "POST"])
@requires(Permission.REQUEST_MAKE, load=_choice)
def ask(chosen: Choice) -> ResponseReturnValue:
    """One company: what it seeks or offers, why it fits, and asking it for a meeting."""
    registration, candidate = chosen.registration, chosen.candidate
    event = registration.event
    form = AskForm()
    if form.validate_on_submit():
        try:
            with saving(url_for("company.find", event_code=event.code, **_shown_filters())) as done:
                other = loaders.registration_of_event(event.code, candidate.registration_id)
                if other is None:
                    raise DomainError("cannot_meet")
                made = requests.ask(
                    registration, other, form.preference.data, actor=g.actor, now=now(), message=form.message.data
                )
                is_agreed = made.status is not RequestStatus.SENT
            flash(_asked(candidate.name, is_agreed), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("preference", error)
    used = requests.count_used(registration)
    page = company_page(
        "company/ask.html",
        registration,
        "find",
        form=form,
        candidate=candidate,
        shown=_shown_filters(),
        is_open=deadlines.are_requests_open(event, now()),
        remaining=quotas.remaining(event, registration.side, used),
    )
    return page, 422 if form.errors else 200


def _asked(name: str, is_agreed: bool) -> str:
    if is_agreed:
        return str(_("Acordada: usted y %(company)s quieren reunirse.", company=name))
    return str(_("Solicitud enviada a %(company)s.", company=name))


def _shown_filters() -> dict[str, Any]:
    """The filters of the list in the address, so that the way back leads to the same place."""
    return {name: trimmed(request.args[name])[:200] for name in FILTERS if request.args.get(name)}


def _terms(candidates: list[Candidate]) -> list[tuple[str, str]]:
    codes = {code for one in candidates for code in one.terms}
    return sorted(((code, term_name(code)) for code in codes), key=lambda option: folded(option[1]))
