"""The people step of a registration: who attends, and for buyers who sits at which desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsapp.domain import registering
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.registering import MAX_DESKS, Step
from eventsapp.domain.values import Side
from eventsapp.models import Delegate, Registration
from eventsapp.services import companies, registrations
from eventsapp.services.registrations import DeskAnswers, DesksAnswers
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.people_forms import DelegateForm, delegate_values, delegate_words
from eventsapp.web.company.registration_forms import DesksForm, FinishForm, StepForm
from eventsapp.web.company.registration_pages import (
    after,
    back_from,
    can_edit,
    page_of,
    registration_page,
    saved_words,
)
from eventsapp.web.formats import clock
from eventsapp.web.loaders import my_registration
from eventsapp.web.saving import saving

Page = str | tuple[str, int]


@dataclass(frozen=True)
class PersonOf:
    """A person of the actor's own company, in its registration at an event."""

    registration: Registration
    person: Delegate

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.scope


def person_of_mine(event_code: str, delegate_id: UUID) -> PersonOf | None:
    """A person of the actor's own company."""
    mine = my_registration(event_code)
    person = companies.find_delegate(mine.company, delegate_id) if mine is not None else None
    return PersonOf(mine, person) if mine is not None and person is not None else None


def delegates_page(mine: Registration) -> str:
    """Who attends."""
    return _page(mine, _stored_form(mine))


def save_delegates(mine: Registration) -> Response | Page:
    """The people are complete; for buyers the desks are stored with them."""
    return _save_desks(mine) if has_desks(mine) else _finish(mine)


@bp.get("/e/<event_code>/registro/delegados/nueva")
@requires(Permission.REGISTRATION_EDIT, load=my_registration)
def new_delegate(mine: Registration) -> str:
    """An empty form for another person."""
    return _person_page(mine, DelegateForm(formdata=None))


@bp.post("/e/<event_code>/registro/delegados/nueva")
@requires(Permission.REGISTRATION_EDIT, load=my_registration)
def add_delegate(mine: Registration) -> Response | Page:
    """Add a person."""
    form = DelegateForm()
    if form.validate_on_submit():
        try:
            with saving(page_of(mine, Step.DELEGATES)) as done:
                registrations.add_delegate(mine, form.answers(), actor=g.actor, now=now())
            return done.redirect()
        except DomainError as error:
            form.refuse("email" if error.code == "delegate_twice" else "name", error)
    return _person_page(mine, form), 422


@bp.get("/e/<event_code>/registro/delegados/<uuid:delegate_id>")
@requires(Permission.REGISTRATION_READ, load=person_of_mine)
def delegate(found: PersonOf) -> str:
    """A person with what is stored."""
    stored = companies.delegate_answers_of(found.person)
    form = DelegateForm(formdata=None, seen=edition(stored), **delegate_values(stored))
    return _person_page(found.registration, form, found.person)


@bp.post("/e/<event_code>/registro/delegados/<uuid:delegate_id>")
@requires(Permission.REGISTRATION_EDIT, load=person_of_mine)
def change_delegate(found: PersonOf) -> Response | Page:
    """Store a person."""
    mine, form = found.registration, DelegateForm()
    if not form.validate_on_submit():
        return _person_page(mine, form, found.person), 422
    try:
        with saving(page_of(mine, Step.DELEGATES)) as done:
            registrations.change_delegate(
                mine, found.person, form.answers(), seen=form.seen.data or "", actor=g.actor, now=now()
            )
    except Conflict as conflict:
        stored: Any = conflict.params["stored"]
        form.seen.data = edition(stored)
        typed = delegate_words(form.answers())
        theirs = [row for row in delegate_words(stored) if row not in typed]
        return _person_page(mine, form, found.person, theirs), 409
    except DomainError as error:
        form.refuse("email", error)
        return _person_page(mine, form, found.person), 422
    return done.redirect()


@bp.post("/e/<event_code>/registro/delegados/<uuid:delegate_id>/quitar")
@requires(Permission.REGISTRATION_EDIT, load=person_of_mine)
def remove_delegate(found: PersonOf) -> Response:
    """This person stays at home."""
    name = found.person.name
    with saving(page_of(found.registration, Step.DELEGATES)) as done:
        registrations.remove_delegate(found.registration, found.person, actor=g.actor, now=now())
    flash(_("%(name)s ya no asiste.", name=name), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/registro/delegados/<uuid:delegate_id>/asiste")
@requires(Permission.REGISTRATION_EDIT, load=person_of_mine)
def seat_delegate(found: PersonOf) -> Response:
    """This person, whom the company knows, attends as well."""
    with saving(page_of(found.registration, Step.DELEGATES)) as done:
        registrations.seat_delegate(found.registration, found.person, actor=g.actor, now=now())
    return done.redirect()


def has_desks(mine: Registration) -> bool:
    """Does this side say how many meet at the same time?"""
    return mine.side is not Side.SUPPLIER


def _finish(mine: Registration) -> Response | Page:
    form = FinishForm()
    if form.is_draft or not _is_asked_for_all(mine):  # each person was stored on its own page
        flash(saved_words(mine, mine.saved_at), "ok")
        return redirect(after(mine, Step.DELEGATES, leaves=True), 303)
    try:
        with saving(after(mine, Step.DELEGATES, leaves=False)) as done:
            registrations.finish_delegates(mine, actor=g.actor, now=now())
    except DomainError as error:
        form.refuse_whole(error)
        return _page(mine, form), 422
    return done.redirect()


def _is_asked_for_all(mine: Registration) -> bool:
    """Only a draft has to be complete: an approved company that an organizer brought in may lack a telephone."""
    return mine.status in registering.DRAFTS


def _save_desks(mine: Registration) -> Response | Page:
    form = DesksForm()
    people = companies.list_delegates(mine.company)
    form.offer_people(people)
    if request.form.get("add_desk") and len(form.desks) < MAX_DESKS:
        form.desks.append_entry()
        form.offer_people(people)
        return _page(mine, form)
    if request.form.get("remove_desk") and len(form.desks) > 1:
        form.desks.pop_entry()
        return _page(mine, form)
    if not form.validate_on_submit():
        return _page(mine, form), 422
    leaves = form.is_draft
    try:
        with saving(after(mine, Step.DELEGATES, leaves=leaves)) as done:
            answers = _desk_answers(form, people)
            registrations.save_desks(mine, answers, seen=form.seen.data or "", actor=g.actor, now=now())
            if not leaves and _is_asked_for_all(mine):
                registrations.finish_delegates(mine, actor=g.actor, now=now())
    except Conflict as conflict:
        form.seen.data = edition(conflict.params["stored"])
        return _page(mine, form, _desk_words(conflict.params["stored"], people)), 409
    except DomainError as error:
        if error.code == "desk_without_delegate":
            form.refuse_empty(error)
        else:
            form.refuse_whole(error)
        return _page(mine, form), 422
    if leaves:
        flash(saved_words(mine, now()), "ok")
    return done.redirect()


def _stored_form(mine: Registration) -> StepForm:
    if not has_desks(mine):
        return FinishForm(formdata=None)
    stored = registrations.desks_of(mine)
    form = DesksForm(
        formdata=None,
        seen=edition(stored),
        desks=[{"name": desk.name, "people": [str(id_) for id_ in desk.delegate_ids]} for desk in stored.desks],
    )
    form.offer_people(companies.list_delegates(mine.company))
    return form


def _desk_answers(form: DesksForm, people: list[Delegate]) -> DesksAnswers:
    """What was ticked, of the people there are."""
    return DesksAnswers(
        tuple(
            DeskAnswers(
                entry.form.name.data,
                tuple(person.id for person in people if str(person.id) in set(entry.form.people.data or ())),
            )
            for entry in form.desks
        )
    )


def _desk_words(stored: Any, people: list[Delegate]) -> list[tuple[str, str]]:
    names = {person.id: person.name for person in people}
    return [
        (_("Equipo %(number)s", number=number), ", ".join(names.get(id_, "") for id_ in desk.delegate_ids))
        for number, desk in enumerate(stored.desks, start=1)
    ]


def _page(mine: Registration, form: StepForm, theirs: list[tuple[str, str]] | None = None) -> str:
    seated = {seat.delegate_id for desk in mine.desks for seat in desk.seats}
    return registration_page(
        "company/registration_delegates.html",
        mine,
        form=form,
        theirs=theirs,
        people=companies.list_delegates(mine.company),
        seated=seated,
        has_desks=has_desks(mine),
        most_desks=MAX_DESKS,
        step_number=list(Step).index(Step.DELEGATES) + 1,
        back=back_from(mine, Step.DELEGATES),
        here=page_of(mine, Step.DELEGATES),
        editable=can_edit(mine, Step.DELEGATES),
        saved_at=clock(mine.saved_at, mine.event.zone),
    )


def _person_page(
    mine: Registration,
    form: DelegateForm,
    person: Delegate | None = None,
    theirs: list[tuple[str, str]] | None = None,
) -> str:
    return registration_page(
        "company/registration_delegate.html",
        mine,
        form=form,
        person=person,
        rows=[{"key": key, "value": value} for key, value in delegate_words(companies.delegate_answers_of(person))]
        if person is not None
        else [],
        theirs=theirs,
        back=page_of(mine, Step.DELEGATES),
        here=request.path,
        editable=can_edit(mine, Step.DELEGATES),
        is_self=person is not None and person.account_id == g.actor.account_id,
        cancel=url_for("company.step", event_code=mine.event.code, step="delegados"),
    )
