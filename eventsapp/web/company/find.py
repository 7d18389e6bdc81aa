"""Whom to meet: the other side of the event in a list with filters, and asking for a meeting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain import deadlines, quotas
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.certifications import certification_name
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import Preference, RegistrationStatus, RequestStatus
from eventsapp.models import Registration
from eventsapp.services import candidates, exclusions, matching, request_lists, requests
from eventsapp.services.candidates import Candidate, Filters, Relation
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.frame import company_page
from eventsapp.web.fields import choice
from eventsapp.web.forms import Form, long_text, trimmed
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.sourcing_words import SIZE, cluster_name
from eventsapp.web.templating import term_name
from eventsapp.web.words import ASKING

NAMES = {
    "text": "q",
    "term": "proceso",
    "state": "estado",
    "relation": "relacion",
    "cluster": "cluster",
    "certificate": "certificado",
    "size": "tamano",
}
"""The name of each filter in the address."""
FILTERS = (*NAMES.values(), "page", "per_page")
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


@dataclass(frozen=True)
class Selector:
    """One filter of the list: its name in the address, its label, and what can be chosen, with counts."""

    name: str
    label: str
    none: str
    value: str
    options: list[tuple[str, str, int]]

    @property
    def chosen(self) -> str:
        """The words of what is chosen; empty when nothing is."""
        return next((words for value, words, _count in self.options if value == self.value), self.value)


class AskForm(Form):
    """How much a company wants a meeting, and a note."""

    preference = choice(_l("¿Qué tan importante es para usted?"), ASKING, default=Preference.WANT)
    message = long_text(_l("Nota para la empresa"), most=500, optional=True)


def choice_of(event_code: str, registration_id: UUID) -> Choice | None:
    """A company that the actor's own one may meet."""
    registration = loaders.my_registration(event_code)
    if registration is None or registration.status is not RegistrationStatus.APPROVED:
        return None
    candidate = candidates.find_candidate(registration, registration_id)
    return Choice(registration, candidate) if candidate else None


@bp.get("/e/<event_code>/buscar")
@requires(Permission.REQUEST_READ, load=loaders.my_registration)
def find(registration: Registration) -> ResponseReturnValue:
    """The companies that this one may meet."""
    if registration.status is not RegistrationStatus.APPROVED:
        return company_page("company/not_yet.html", registration, "find")
    field = matching.read_for(registration)
    others = candidates.candidates_in(field, registration)
    filters = Filters(**{each: trimmed(request.args.get(name))[:200] for each, name in NAMES.items()})
    found = candidates.chosen(others, filters)
    page = Page.from_request(len(found))
    used = requests.count_used(registration)
    selectors = _selectors(others, filters)
    reasons = exclusions.find_reasons(registration)
    notes = request_lists.list_notes(registration)
    return company_page(
        "company/find.html",
        registration,
        "find",
        filters=filters,
        selectors=selectors,
        chips=_chips(filters, selectors),
        page=page,
        rows=found[page.first : page.last],
        hints={one.registration_id: reasons.get(one.registration_id, "") for one in found[page.first : page.last]},
        apart=exclusions.list_of(registration),
        vetoes=[one for one in notes if one.preference is Preference.NO],
        titles=field.titles,
        has_candidates=bool(others),
        is_filtered=any(getattr(filters, each.name) for each in fields(filters)),
        shown=shown_filters(),
        is_open=deadlines.are_requests_open(registration.event, now(), is_team=g.actor.is_standing_in),
        opens_later=now() < registration.event.requests_open_at,
        remaining=quotas.remaining(registration.event, registration.side, used),
        quota=quotas.quota(registration.event, registration.side),
    )


@bp.route("/e/<event_code>/buscar/<uuid:registration_id>", methods=["GET", "POST"])
@requires(Permission.REQUEST_MAKE, load=choice_of)
def ask(chosen: Choice) -> ResponseReturnValue:
    """One company: what it seeks or offers, why it fits, and asking it for a meeting."""
    registration, candidate = chosen.registration, chosen.candidate
    event = registration.event
    form = AskForm()
    if form.validate_on_submit():
        try:
            with saving(url_for("company.find", event_code=event.code, **shown_filters())) as done:
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
        shown=shown_filters(),
        is_open=deadlines.are_requests_open(event, now(), is_team=g.actor.is_standing_in),
        remaining=quotas.remaining(event, registration.side, used),
    )
    return page, 422 if form.errors else 200


def shown_filters() -> dict[str, Any]:
    """The filters of the list in the address, so that the way back leads to the same place."""
    return {name: trimmed(request.args[name])[:200] for name in FILTERS if request.args.get(name)}


def _asked(name: str, is_agreed: bool) -> str:
    if is_agreed:
        return str(_("Acordada: usted y %(company)s quieren reunirse.", company=name))
    return str(_("Solicitud enviada a %(company)s.", company=name))


def _selectors(others: list[Candidate], filters: Filters) -> list[Selector]:
    """The filters with what there is to choose, most useful first."""
    parties = [one.party for one in others]
    relations = Counter(one.relation for one in others)
    return [
        Selector(
            NAMES["term"],
            _("Proceso"),
            _("Todos los procesos"),
            filters.term,
            _options((code for party in parties for code in party.terms), term_name),
        ),
        Selector(
            NAMES["certificate"],
            _("Certificado"),
            _("Todos los certificados"),
            filters.certificate,
            _options((code for party in parties for code in party.certificates), certification_name),
        ),
        Selector(
            NAMES["cluster"],
            _("Clúster"),
            _("Todos los clústeres"),
            filters.cluster,
            _options((code for party in parties for code in party.clusters), cluster_name),
        ),
        Selector(
            NAMES["size"],
            _("Tamaño"),
            _("Todos los tamaños"),
            filters.size,
            [
                (each.value, str(words), n)
                for each, words in SIZE.items()
                if (n := sum(p.size is each for p in parties))
            ],
        ),
        Selector(
            NAMES["state"],
            _("Estado de la República"),
            _("Todos los estados"),
            filters.state,
            _options((party.state for party in parties if party.state), str),
        ),
        Selector(
            NAMES["relation"],
            _("Mis solicitudes"),
            _("Pedidas y sin pedir"),
            filters.relation,
            [(each.value, str(words), relations[each]) for each, words in RELATION.items() if relations[each]],
        ),
    ]


def _options(codes: Iterable[str], named: Callable[[str], str]) -> list[tuple[str, str, int]]:
    """What there is to choose, by name, with how many companies have it."""
    counts = Counter(codes)
    return sorted(((code, named(code), n) for code, n in counts.items()), key=lambda option: folded(option[1]))


def _chips(filters: Filters, selectors: list[Selector]) -> list[dict[str, str]]:
    """What is chosen, each with the address without it."""
    active = [(NAMES["text"], filters.text)] if filters.text else []
    active += [(each.name, each.chosen) for each in selectors if each.value]
    kept = {name: value for name, value in shown_filters().items() if name != "page"}
    code = request.view_args["event_code"] if request.view_args else ""
    return [
        {
            "label": words,
            "href": url_for("company.find", event_code=code, **{n: v for n, v in kept.items() if n != name}),
        }
        for name, words in active
    ]
