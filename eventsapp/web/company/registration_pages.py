"""What all pages of a registration share: the words of its steps, what surrounds them, and where a step leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain import registering
from eventsapp.domain.access import Permission, may
from eventsapp.domain.registering import Step
from eventsapp.domain.values import RegistrationStatus
from eventsapp.models import Registration
from eventsapp.services import requests
from eventsapp.services.registrations import STEP_PERMISSIONS
from eventsapp.web.clock import now
from eventsapp.web.formats import clock
from eventsapp.web.navigation import company_nav
from eventsapp.web.public.events import event_line
from eventsapp.web.words import side_word

SLUGS = {
    Step.COMPANY: "empresa",
    Step.DELEGATES: "delegados",
    Step.TERMS: "procesos",
    Step.AVAILABILITY: "disponibilidad",
}
STEPS = {slug: step for step, slug in SLUGS.items()}
TITLES = {
    Step.COMPANY: _l("Su empresa"),
    Step.DELEGATES: _l("Personas que asisten"),
    Step.TERMS: _l("Procesos y productos"),
    Step.AVAILABILITY: _l("Disponibilidad"),
}
BACK_TO_REVIEW = "revisar"


def registration_page(template: str, registration: Registration, **values: Any) -> str:
    """Render a page of a registration. The five places of a company appear once it takes part."""
    event = registration.event
    takes_part = registration.status is RegistrationStatus.APPROVED
    return render_template(
        template,
        event=event,
        event_line=event_line(event),
        registration=registration,
        caption=side_word(event, registration.side, "registration"),
        nav=company_nav(event, "registration", to_answer=requests.count_to_answer(registration)) if takes_part else [],
        steps_total=len(Step),
        is_draft=registration.status in registering.DRAFTS,
        is_admin=may(g.actor, Permission.REGISTRATION_EDIT, registration.scope),
        **values,
    )


def saved_words(registration: Registration, at: datetime) -> str:
    """That the answers are safe; only before it is sent is a registration a draft."""
    time = clock(at, registration.event.zone)
    if registration.status in registering.DRAFTS:
        return _("Borrador guardado a las %(time)s", time=time)
    return _("Guardado a las %(time)s", time=time)


def home_of(registration: Registration) -> str:
    """The task list."""
    return url_for("company.registration", event_code=registration.event.code)


def page_of(registration: Registration, step: Step) -> str:
    """The page of a step."""
    back = BACK_TO_REVIEW if request.args.get("volver") == BACK_TO_REVIEW else None
    return url_for("company.step", event_code=registration.event.code, step=SLUGS[step], volver=back)


def after(registration: Registration, step: Step, *, leaves: bool) -> str:
    """Where a saved step leads: home, back to the review it came from, or to the next step."""
    code = registration.event.code
    if leaves or registration.status is RegistrationStatus.APPROVED:
        return home_of(registration)
    steps = list(Step)
    if request.args.get("volver") == BACK_TO_REVIEW or step is steps[-1]:
        return url_for("company.review", event_code=code)
    return url_for("company.step", event_code=code, step=SLUGS[steps[steps.index(step) + 1]])


def back_from(registration: Registration, step: Step) -> str:
    """Where "back" leads."""
    if request.args.get("volver") == BACK_TO_REVIEW:
        return url_for("company.review", event_code=registration.event.code)
    steps = list(Step)
    if step is steps[0] or registration.status is RegistrationStatus.APPROVED:
        return home_of(registration)
    return url_for("company.step", event_code=registration.event.code, step=SLUGS[steps[steps.index(step) - 1]])


def can_edit(registration: Registration, step: Step) -> bool:
    """May the actor change this step of the company now?"""
    permission = STEP_PERMISSIONS.get(step, Permission.REGISTRATION_EDIT)
    return may(g.actor, permission, registration.scope) and registering.can_edit(
        step, registration.status, registration.event, now(), is_team=g.actor.is_standing_in
    )
