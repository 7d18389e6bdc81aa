"""The people of a company: who administers it, who attends, who was invited."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.models import Delegate, Registration
from eventsapp.services import companies, people, throttle
from eventsapp.web.access import requires
from eventsapp.web.account.session import client_address
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.people_forms import ADMIN, DelegateForm, InviteForm, delegate_values, delegate_words
from eventsapp.web.company.profile import CompanyOf, Page, company_of_mine, profile_page
from eventsapp.web.company.profile_sections import Rows
from eventsapp.web.company.profile_words import STANDING, STANDING_TAG
from eventsapp.web.loaders import my_registration
from eventsapp.web.saving import saving


@dataclass(frozen=True)
class ColleagueOf:
    """A person of the actor's own company, at an event."""

    registration: Registration
    person: Delegate

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.company.scope


def colleague(event_code: str, delegate_id: UUID) -> ColleagueOf | None:
    """A person of the actor's own company."""
    mine = my_registration(event_code)
    found = companies.find_delegate(mine.company, delegate_id) if mine is not None else None
    return ColleagueOf(mine, found) if mine is not None and found is not None else None


def myself(event_code: str) -> ColleagueOf | None:
    """The actor as a person of the own company."""
    mine = my_registration(event_code)
    for person in companies.list_delegates(mine.company) if mine is not None else ():
        if mine is not None and person.account_id == g.actor.account_id:
            return ColleagueOf(mine, person)
    return None


@bp.get("/e/<event_code>/personas", endpoint="people")
@requires(Permission.COMPANY_READ, load=company_of_mine)
def list_people(found: CompanyOf) -> str:
    """Everybody of the company with what each may do and how each stands."""
    mine, at = found.registration, now()
    listed = people.list_of(mine.company)
    standings = {person.id: people.standing_of(person, at) for person in listed}
    return profile_page(
        "company/people.html",
        mine,
        "people",
        people=[
            {
                "person": person,
                "standing": standings[person.id].value,
                "words": STANDING[standings[person.id]],
                "tag": STANDING_TAG[standings[person.id]],
                "is_self": person.account_id == g.actor.account_id,
            }
            for person in listed
        ],
    )


@bp.get("/e/<event_code>/personas/nueva")
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def new_person(found: CompanyOf) -> str:
    """An empty form."""
    return _page(found.registration, InviteForm(formdata=None))


@bp.post("/e/<event_code>/personas/nueva", endpoint="invite_person")
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def invite_person(found: CompanyOf) -> Response | Page:
    """Put a colleague on the list and send the invitation."""
    mine, form = found.registration, InviteForm()
    if not form.validate_on_submit():
        return _page(mine, form), 422
    try:
        _count_mail(form.email.data)
        with saving(_home(mine)) as done:
            people.add(
                mine.company,
                form.answers(),
                is_admin=form.role.data == ADMIN,
                event=mine.event,
                actor=g.actor,
                now=now(),
            )
    except DomainError as error:
        form.refuse("email", error)
        return _page(mine, form), 429 if error.code == "too_many_tries" else 422
    flash(_("Enviamos la invitación a %(email)s. Vale 7 días.", email=form.email.data), "ok")
    return done.redirect()


@bp.get("/e/<event_code>/personas/<uuid:delegate_id>", endpoint="person")
@requires(Permission.COMPANY_EDIT, load=colleague)
def show_person(found: ColleagueOf) -> str:
    """A person with what is stored."""
    return _stored_page(found)


@bp.post("/e/<event_code>/personas/<uuid:delegate_id>", endpoint="change_person")
@requires(Permission.COMPANY_EDIT, load=colleague)
def change_person(found: ColleagueOf) -> Response | Page:
    """Store a person."""
    return _change(found)


@bp.get("/e/<event_code>/personas/yo", endpoint="my_person")
@requires(Permission.COMPANY_READ, load=myself)
def show_myself(found: ColleagueOf) -> str:
    """The own data."""
    return _stored_page(found)


@bp.post("/e/<event_code>/personas/yo", endpoint="change_my_person")
@requires(Permission.DESK_EDIT, load=myself)
def change_myself(found: ColleagueOf) -> Response | Page:
    """Store the own data."""
    return _change(found)


@bp.post("/e/<event_code>/personas/<uuid:delegate_id>/invitar")
@requires(Permission.COMPANY_EDIT, load=colleague)
def send_invitation(found: ColleagueOf) -> Response:
    """Invite somebody who is on the list, or again; the older link ends."""
    mine, person = found.registration, found.person
    _count_mail(person.email)
    with saving(_home(mine)) as done:
        people.invite(person, mine.event, actor=g.actor, now=now())
    flash(_("Enviamos la invitación a %(email)s. Vale 7 días.", email=person.email), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/personas/<uuid:delegate_id>/retirar")
@requires(Permission.COMPANY_EDIT, load=colleague)
def withdraw_invitation(found: ColleagueOf) -> Response:
    """Take an invitation back."""
    name = found.person.name
    with saving(_home(found.registration)) as done:
        people.withdraw_invitation(found.person, actor=g.actor, now=now())
    flash(_("Retiró la invitación de %(name)s: su enlace ya no sirve.", name=name), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/personas/<uuid:delegate_id>/administra")
@requires(Permission.COMPANY_EDIT, load=colleague)
def make_admin(found: ColleagueOf) -> Response:
    """Let this person administer the company as well."""
    with saving(_home(found.registration)) as done:
        people.give_role(found.person, is_admin=True, actor=g.actor, now=now())
    return done.redirect()


@bp.post("/e/<event_code>/personas/<uuid:delegate_id>/asiste")
@requires(Permission.COMPANY_EDIT, load=colleague)
def make_delegate(found: ColleagueOf) -> Response:
    """Let this person only attend."""
    with saving(_home(found.registration)) as done:
        people.give_role(found.person, is_admin=False, actor=g.actor, now=now())
    return done.redirect()


@bp.post("/e/<event_code>/personas/<uuid:delegate_id>/quitar")
@requires(Permission.COMPANY_EDIT, load=colleague)
def remove_person(found: ColleagueOf) -> Response:
    """Take this person off the list."""
    name = found.person.name
    with saving(_home(found.registration)) as done:
        people.end(found.person, actor=g.actor, now=now())
    flash(_("%(name)s ya no entra por su empresa.", name=name), "ok")
    return done.redirect()


def _stored_page(found: ColleagueOf) -> str:
    stored = companies.delegate_answers_of(found.person)
    form = DelegateForm(formdata=None, seen=edition(stored), **delegate_values(stored))
    return _page(found.registration, form, found.person)


def _change(found: ColleagueOf) -> Response | Page:
    mine, form = found.registration, DelegateForm()
    if not form.validate_on_submit():
        return _page(mine, form, found.person), 422
    try:
        with saving(_home(mine)) as done:
            companies.change_delegate(found.person, form.answers(), seen=form.seen.data or "", actor=g.actor, now=now())
    except Conflict as conflict:
        stored: Any = conflict.params["stored"]
        form.seen.data = edition(stored)
        typed = delegate_words(form.answers())
        return _page(mine, form, found.person, [row for row in delegate_words(stored) if row not in typed]), 409
    except DomainError as error:
        form.refuse("email", error)
        return _page(mine, form, found.person), 422
    flash(_("Guardado."), "ok")
    return done.redirect()


def _page(mine: Registration, form: DelegateForm, person: Delegate | None = None, theirs: Rows | None = None) -> str:
    is_self = person is not None and person.account_id is not None and person.account_id == g.actor.account_id
    return profile_page("company/person.html", mine, "people", form=form, person=person, is_self=is_self, theirs=theirs)


def _count_mail(email: str) -> None:
    """At most a few unasked mails an hour to one address."""
    with unit_of_work():
        throttle.count_mail(email, client_address(), now=now())


def _home(mine: Registration) -> str:
    return url_for("company.people", event_code=mine.event.code)
