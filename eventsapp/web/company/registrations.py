"""The registration of a company: begin it, see what is left, review, send, withdraw."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from eventsapp.domain import deadlines, registering
from eventsapp.domain.access import NOWHERE, Permission, Scope
from eventsapp.domain.errors import DomainError
from eventsapp.domain.registering import Progress, Step
from eventsapp.domain.values import EventFormat, RegistrationStatus, Side
from eventsapp.models import Account, Company, Event, Registration
from eventsapp.services import companies, places, privacy, registrations
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.registration_forms import NEW_COMPANY, ReviewForm, StartForm
from eventsapp.web.company.registration_pages import (
    SLUGS,
    TITLES,
    can_edit,
    home_of,
    registration_page,
)
from eventsapp.web.company.registration_rows import sections
from eventsapp.web.formats import month_day
from eventsapp.web.loaders import my_registration, public_event
from eventsapp.web.privacy_words import notice_language
from eventsapp.web.public.events import event_line
from eventsapp.web.saving import saving
from eventsapp.web.words import side_word

Status = RegistrationStatus


@dataclass(frozen=True)
class Entry:
    """An event and, where the actor has one, the registration there."""

    event: Event
    registration: Registration | None
    scope: Scope = NOWHERE


def entry(event_code: str) -> Entry | None:
    """An event that companies may see, with or without a registration of the actor."""
    found = public_event(event_code)
    return Entry(found, my_registration(event_code)) if found is not None else None


@bp.get("/e/<event_code>/registro")
@requires(Permission.ACCOUNT_USE, load=entry)
def registration(found: Entry) -> str:
    """What is left to do; without a registration, the way in."""
    if found.registration is None:
        return _start_page(found.event, _start_form(found.event))
    mine = _whole(found.registration)
    at = now()
    return registration_page(
        "company/registration.html",
        mine,
        tasks=_tasks(mine),
        can_send=registering.can_send(mine.status, mine.event, at, is_team=g.actor.is_standing_in),
        missing=registering.missing_steps(mine.steps_done),
        can_change_people=can_edit(mine, Step.DELEGATES),
        can_resume=mine.status is Status.WITHDRAWN
        and deadlines.is_registration_open(mine.event, at, is_team=g.actor.is_standing_in),
        sections=sections(mine),
        is_late=deadlines.is_registration_late(mine.event, at),
        ends_at=deadlines.registration_ends_at(mine.event),
        waits_at=places.find_position(mine) if mine.status is Status.WAITLISTED else 0,
        is_copied=mine.status is Status.DRAFT and registrations.find_last(mine) is not None,
    )


@bp.post("/e/<event_code>/registro")
@requires(Permission.ACCOUNT_USE, load=entry)
def start(found: Entry) -> Response | tuple[str, int]:
    """Begin a registration as buyer or supplier."""
    event = found.event
    if g.actor.is_standing_in:  # who stands in has a registration to work on, and begins none of their own there
        return redirect(url_for("company.registration", event_code=event.code))
    form = _start_form(event)
    if form.validate_on_submit():
        try:
            with saving(url_for("company.step", event_code=event.code, step=SLUGS[Step.COMPANY])) as done:
                company, name = _chosen_company(event, form)
                registrations.start(
                    event,
                    side=Side(form.side.data),
                    company=company,
                    company_name=name,
                    account=_me(),
                    actor=g.actor,
                    now=now(),
                )
            return done.redirect()
        except DomainError as error:
            form.refuse("name" if error.code == "no_company_chosen" else "side", error)
    return _start_page(event, form), 422


@bp.get("/e/<event_code>/registro/revisar")
@requires(Permission.REGISTRATION_EDIT, load=my_registration)
def review(mine: Registration) -> Response | str:
    """All answers before they are sent."""
    if mine.status not in registering.DRAFTS:
        return redirect(home_of(mine))
    return _review_page(_whole(mine), ReviewForm(formdata=None, consents=mine.consents))


@bp.post("/e/<event_code>/registro/revisar", endpoint="submit")
@requires(Permission.REGISTRATION_EDIT, load=my_registration)
def submit(mine: Registration) -> Response | tuple[str, int]:
    """Send the registration to the organizer."""
    form = ReviewForm()
    if not form.validate_on_submit():
        return _review_page(_whole(mine), form), 422
    with saving(url_for("company.sent", event_code=mine.event.code)) as done:
        registrations.submit(mine, consents=form.chosen(), actor=g.actor, now=now())
    return done.redirect()


@bp.get("/e/<event_code>/registro/enviado")
@requires(Permission.REGISTRATION_EDIT, load=my_registration)
def sent(mine: Registration) -> Response | str:
    """The folio, and what happens next."""
    if mine.status is not Status.SUBMITTED:
        return redirect(home_of(mine))
    return registration_page("company/registration_sent.html", mine)


@bp.post("/e/<event_code>/registro/retirar")
@requires(Permission.REGISTRATION_EDIT, load=my_registration)
def withdraw(mine: Registration) -> Response:
    """Take no part after all."""
    with saving(home_of(mine)) as done:
        registrations.withdraw(mine, actor=g.actor, now=now())
    flash(_("Retiró el registro. Sus respuestas siguen guardadas."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/registro/retomar")
@requires(Permission.REGISTRATION_EDIT, load=my_registration)
def resume(mine: Registration) -> Response:
    """Come back after a withdrawal."""
    with saving(home_of(mine)) as done:
        registrations.resume(mine, actor=g.actor, now=now())
    flash(_("Su registro es un borrador otra vez. Revíselo y envíelo."), "ok")
    return done.redirect()


def _tasks(mine: Registration) -> list[dict[str, Any]]:
    has_answers = {
        Step.COMPANY: bool(mine.company.tax_id or mine.company.city),
        Step.DELEGATES: any(desk.seats for desk in mine.desks),
        Step.TERMS: bool(mine.terms or mine.offer),
        Step.AVAILABILITY: any(desk.absences for desk in mine.desks),
    }
    hints = {
        Step.COMPANY: _("Nombre, RFC y ubicación"),
        Step.DELEGATES: _("Quién asiste y en qué equipo") if mine.side is Side.BUYER else _("Quién asiste"),
        Step.TERMS: _("Qué busca") if mine.side is Side.BUYER else _("Qué ofrece"),
        Step.AVAILABILITY: _("En qué rondas puede reunirse"),
    }
    statuses = {step: registering.progress(step, done=mine.steps_done, has_answers=has_answers[step]) for step in Step}
    return [
        {
            "title": TITLES[step],
            "hint": hints[step],
            "status": statuses[step].value,
            "href": url_for("company.step", event_code=mine.event.code, step=SLUGS[step]),
            "is_done": statuses[step] is Progress.DONE,
        }
        for step in Step
    ]


def _review_page(mine: Registration, form: ReviewForm) -> str:
    return registration_page(
        "company/registration_review.html",
        mine,
        form=form,
        sections=sections(mine),
        missing=[TITLES[step] for step in registering.missing_steps(mine.steps_done)],
        can_send=registering.can_send(mine.status, mine.event, now(), is_team=g.actor.is_standing_in),
    )


def _start_form(event: Event) -> StartForm:
    form = StartForm()
    sides = (Side.BOTH,) if event.format is EventFormat.ANY_TO_ANY else (Side.BUYER, Side.SUPPLIER)
    form.offer_sides([(side, side_word(event, side)) for side in sides])
    known = _administered(event)
    form.offer_companies(known)
    if form.company.data is None:
        form.company.data = str(known[0].id) if len(known) == 1 else NEW_COMPANY if not known else None
    return form


def _start_page(event: Event, form: StartForm) -> str:
    at = now()
    return render_template(
        "company/registration_start.html",
        event=event,
        event_line=event_line(event),
        form=form,
        is_open=deadlines.is_registration_open(event, at),
        is_late=deadlines.is_registration_late(event, at),
        ends_at=deadlines.registration_ends_at(event),
        opens=month_day(event.registration_opens_at, event.zone) if at < event.registration_opens_at else "",
        notice=privacy.text_of(event, language=notice_language()),
        has_companies=len(form.company.choices) > 1,
    )


def _chosen_company(event: Event, form: StartForm) -> tuple[Company | None, str]:
    """One of the person's companies, or the name of a new one."""
    for company in _administered(event):
        if str(company.id) == form.company.data:
            return company, ""
    if form.company.data != NEW_COMPANY or not form.name.data:
        raise DomainError("no_company_chosen")
    return None, form.name.data


def _administered(event: Event) -> list[Company]:
    """The companies that the person may register."""
    return [one for one in companies.list_of(_me(), event.organization) if one.id in g.actor.administered]


def _whole(mine: Registration) -> Registration:
    whole = registrations.find_whole(mine.id)
    return whole if whole is not None else mine


def _me() -> Account:
    account: Account = current_user._get_current_object()
    return account
