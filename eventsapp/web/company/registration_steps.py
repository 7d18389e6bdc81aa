"""The steps of a registration that are one form each: company, terms, availability.

Each form carries the mark of what it showed (`seen`). When somebody else saved meanwhile, the page comes back with what
was typed, what is stored now beside it, and status 409; sending it again is then a decision.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, g, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from eventsapp.domain.access import Permission, Scope, require
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.places import MEXICO, POSTAL_STATES, STATES
from eventsapp.domain.registering import Step
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import BlockKind, Side
from eventsapp.models import Desk, Event, Registration
from eventsapp.services import companies, registrations
from eventsapp.services.registrations import AvailabilityAnswers, TermsAnswers
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.registration_delegates import delegates_page, save_delegates
from eventsapp.web.company.registration_forms import (
    CompanyForm,
    StepForm,
    TermsForm,
    availability_form,
    countries,
)
from eventsapp.web.company.registration_pages import (
    STEPS,
    after,
    back_from,
    can_edit,
    page_of,
    registration_page,
    saved_words,
)
from eventsapp.web.company.registration_rows import day_lines, step_rows
from eventsapp.web.formats import clock, long_date
from eventsapp.web.loaders import my_registration
from eventsapp.web.saving import saving
from eventsapp.web.templating import term_name
from eventsapp.web.words import BLOCK_KIND

Page = str | tuple[str, int]


@dataclass(frozen=True)
class StepOf:
    """A step of the actor's own registration."""

    registration: Registration
    step: Step

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.scope


def step_of_mine(event_code: str, step: str) -> StepOf | None:
    """A step of the actor's own registration."""
    mine = my_registration(event_code)
    if mine is None or step not in STEPS:
        return None
    whole = registrations.find_whole(mine.id)
    return StepOf(whole, STEPS[step]) if whole is not None else None


@bp.get("/e/<event_code>/registro/<step>")
@requires(Permission.REGISTRATION_READ, load=step_of_mine)
def step(found: StepOf) -> Page:
    """The form of a step, or its answers when it can no longer be changed."""
    return _HANDLERS[found.step].show(found.registration)


@bp.post("/e/<event_code>/registro/<step>", endpoint="save_step")
@requires(Permission.DESK_EDIT, load=step_of_mine)
def save_step(found: StepOf) -> Response | Page:
    """Save a step as a draft or complete; who only attends saves the own availability alone."""
    permission = registrations.STEP_PERMISSIONS.get(found.step, Permission.REGISTRATION_EDIT)
    require(g.actor, permission, found.scope)
    if not can_edit(found.registration, found.step):
        raise DomainError("step_closed")
    return _HANDLERS[found.step].save(found.registration)


# Company ---------------------------------------------------------------------------------------------------------


def show_company(mine: Registration) -> str:
    """The form of the company with what is stored."""
    return _company_page(mine, _stored_company_form(mine))


def save_company(mine: Registration) -> Response | Page:
    """Store the company."""
    form = CompanyForm()
    if not form.validate_on_submit():
        return _company_page(mine, form), 422
    try:
        with saving(after(mine, Step.COMPANY, leaves=form.is_draft)) as done:
            registrations.save_company(
                mine,
                form.answers(),
                seen=form.seen.data or "",
                is_complete=not form.is_draft,
                actor=g.actor,
                now=now(),
            )
    except Conflict as conflict:
        form.seen.data = edition(conflict.params["stored"])
        stored = _company_words(conflict.params["stored"])
        typed = _company_words(form.answers())
        theirs = [
            (label, value) for (label, value), mine_ in zip(stored, typed, strict=True) if mine_ != (label, value)
        ]
        return _company_page(mine, form, theirs=theirs), 409
    _tell_who_leaves(mine, form)
    return done.redirect()


def _stored_company_form(mine: Registration) -> CompanyForm:
    stored = companies.answers_of(mine.company)
    in_mexico = stored.country == MEXICO
    return CompanyForm(
        formdata=None,
        seen=edition(stored),
        name=stored.name,
        legal_name=stored.legal_name,
        tax_id=stored.tax_id,
        country=stored.country,
        state=stored.state if in_mexico and stored.state in STATES else "",
        region="" if in_mexico else stored.state,
        city=stored.city,
        website=stored.website,
        cluster_codes=list(stored.cluster_codes),
        postal_code=stored.postal_code,
    )


def _company_words(answers: Any) -> list[tuple[str, str]]:
    labels = (
        _("Nombre comercial"),
        _("Razón social"),
        _("RFC o identificador fiscal"),
        _("País"),
        _("Estado de la República"),
        _("Ciudad o municipio"),
        _("Página de internet"),
        _("Clústeres a los que pertenece"),
        _("Código postal"),
    )
    language = str(get_locale())
    named = [clusters()[code].name(language) for code in answers.cluster_codes if code in clusters()]
    country = countries(language).get(answers.country, answers.country)
    values = {**vars(answers), "country": country, "cluster_codes": ", ".join(named)}
    return list(zip(labels, values.values(), strict=True))


def _company_page(mine: Registration, form: CompanyForm, theirs: list[tuple[str, str]] | None = None) -> str:
    return _page(
        "company/registration_company.html",
        mine,
        Step.COMPANY,
        form,
        theirs,
        cities=companies.list_cities(mine.event.organization),
        postal_states=POSTAL_STATES,
    )


# Terms -----------------------------------------------------------------------------------------------------------

QUESTIONS = {
    Side.BUYER: _l("¿Qué procesos busca su empresa?"),
    Side.SUPPLIER: _l("¿Qué procesos ofrece su empresa?"),
    Side.BOTH: _l("¿Qué procesos busca u ofrece su empresa?"),
}


def show_terms(mine: Registration) -> str:
    """The form of the terms with what is stored, or with what the address asks to try."""
    stored = registrations.terms_of(mine)
    tried = request.args.getlist("terms")[:50]
    form = TermsForm(
        mine.event, formdata=None, seen=edition(stored), terms=tried or list(stored.terms), offer=stored.offer
    )
    return _terms_page(mine, form)


def save_terms(mine: Registration) -> Response | Page:
    """Store the terms."""
    form = TermsForm(mine.event)
    if not form.validate_on_submit():
        return _terms_page(mine, form), 422
    answers = TermsAnswers(tuple(form.terms.data or ()), form.offer.data)
    try:
        with saving(after(mine, Step.TERMS, leaves=form.is_draft)) as done:
            registrations.save_terms(
                mine,
                answers,
                seen=form.seen.data or "",
                is_complete=not form.is_draft,
                actor=g.actor,
                now=now(),
            )
    except Conflict as conflict:
        stored: Any = conflict.params["stored"]
        form.seen.data = edition(stored)
        theirs = [
            (_("Procesos"), ", ".join(term_name(code) for code in stored.terms)),
            (_("En sus palabras"), stored.offer),
        ]
        return _terms_page(mine, form, theirs), 409
    except DomainError as error:
        form.refuse("terms", error)
        return _terms_page(mine, form), 422
    _tell_who_leaves(mine, form)
    return done.redirect()


def _terms_page(mine: Registration, form: TermsForm, theirs: list[tuple[str, str]] | None = None) -> str:
    chosen = list(form.terms.data or ())
    return _page(
        "company/registration_terms.html",
        mine,
        Step.TERMS,
        form,
        theirs,
        question=QUESTIONS[mine.side],
        chosen=chosen,
        payback=registrations.payback(mine, chosen),
    )


# Availability ----------------------------------------------------------------------------------------------------


def show_availability(mine: Registration) -> str:
    """The rounds of each desk with what is stored."""
    stored = registrations.availability_of(mine)
    own = {desk.number for desk in _open_desks(mine)}
    values = {f"desk_{number}": [str(id_) for id_ in ids] for number, ids in stored.slot_ids.items() if number in own}
    form = _availability_form(mine)(formdata=None, seen=edition(stored), **values)
    return _availability_page(mine, form)


def save_availability(mine: Registration) -> Response | Page:
    """Store the rounds."""
    form = _availability_form(mine)()
    if not form.validate_on_submit():
        return _availability_page(mine, form), 422
    try:
        with saving(after(mine, Step.AVAILABILITY, leaves=form.is_draft)) as done:
            answers = _availability_answers(mine, form)
            registrations.save_availability(mine, answers, seen=form.seen.data or "", actor=g.actor, now=now())
    except Conflict as conflict:
        form.seen.data = edition(conflict.params["stored"])
        return _availability_page(mine, form, _availability_words(mine, conflict.params["stored"])), 409
    except DomainError as error:
        form.refuse(f"desk_{_first_without_round(mine, form)}", error)
        return _availability_page(mine, form), 422
    _tell_who_leaves(mine, form)
    return done.redirect()


def _availability_form(mine: Registration) -> type[StepForm]:
    return availability_form([desk.number for desk in _open_desks(mine)], [str(slot.id) for slot in mine.event.slots])


def _availability_answers(mine: Registration, form: StepForm) -> AvailabilityAnswers:
    """The ticked rounds that the event has, in order of time; what else was sent does not count."""
    ticked = {desk.number: set(form[f"desk_{desk.number}"].data or ()) for desk in _open_desks(mine)}
    return AvailabilityAnswers(
        {
            number: tuple(slot.id for slot in mine.event.slots if str(slot.id) in values)
            for number, values in ticked.items()
        }
    )


def _open_desks(mine: Registration) -> list[Desk]:
    """The desks that the actor speaks for."""
    return registrations.desks_open_to(mine, g.actor)


def _first_without_round(mine: Registration, form: StepForm) -> int:
    answers = _availability_answers(mine, form).slot_ids
    return next((number for number, ids in answers.items() if not ids), 1)


def _availability_words(mine: Registration, stored: Any) -> list[tuple[str, str]]:
    return [
        (_("Equipo %(number)s", number=number), "; ".join(day_lines(mine.event, ids)))
        for number, ids in stored.slot_ids.items()
    ]


def _availability_page(mine: Registration, form: StepForm, theirs: list[tuple[str, str]] | None = None) -> str:
    return _page(
        "company/registration_availability.html",
        mine,
        Step.AVAILABILITY,
        form,
        theirs,
        days=days_of(mine.event),
        fields=[(desk, form[f"desk_{desk.number}"]) for desk in _open_desks(mine)],
    )


def days_of(event: Event) -> list[dict[str, Any]]:
    """The rounds of each day with the breaks between them, as the availability grid wants them."""
    entries: list[tuple[Any, dict[str, Any]]] = [
        (slot.starts_at, {"value": str(slot.id), "label": clock(slot.starts_at, event.zone)}) for slot in event.slots
    ]
    entries += [
        (block.starts_at, {"break": True, "label": block.title or str(BLOCK_KIND[block.kind])})
        for block in event.blocks
        if block.kind is not BlockKind.MEETINGS
    ]
    days: dict[Any, list[dict[str, Any]]] = {}
    for starts_at, shown in sorted(entries, key=lambda known: known[0]):
        days.setdefault(starts_at.astimezone(event.zone).date(), []).append(shown)
    return [
        {"label": long_date(date), "slots": slots}
        for date, slots in days.items()
        if any("value" in slot for slot in slots)
    ]


# All -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Handler:
    """How a step is shown and saved."""

    show: Callable[[Registration], Page]
    save: Callable[[Registration], Response | Page]


_HANDLERS = {
    Step.COMPANY: Handler(show_company, save_company),
    Step.DELEGATES: Handler(delegates_page, save_delegates),
    Step.TERMS: Handler(show_terms, save_terms),
    Step.AVAILABILITY: Handler(show_availability, save_availability),
}


def _page(
    template: str,
    mine: Registration,
    step: Step,
    form: StepForm,
    theirs: list[tuple[str, str]] | None,
    **values: Any,
) -> str:
    return registration_page(
        template,
        mine,
        form=form,
        step_number=list(Step).index(step) + 1,
        back=back_from(mine, step),
        here=page_of(mine, step),
        editable=can_edit(mine, step) and (step is not Step.AVAILABILITY or bool(_open_desks(mine))),
        saved_at=clock(mine.saved_at, mine.event.zone) if mine.steps_done or mine.version else "",
        theirs=theirs,
        rows=step_rows(mine, step),
        **values,
    )


def _tell_who_leaves(mine: Registration, form: StepForm) -> None:
    """Tell who leaves that the answers are safe."""
    if form.is_draft:
        flash(saved_words(mine, now()), "ok")
