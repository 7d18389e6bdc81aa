"""The capabilities of a supplier: a list of cards, one page for each of two steps, publishing and taking back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission
from eventsapp.domain.values import RegistrationStatus
from eventsapp.models import Capability, Registration
from eventsapp.services import capabilities
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.frame import company_page
from eventsapp.web.company.requirements_forms import OfferForm, PlantForm
from eventsapp.web.company.sourcing_steps import Own, OwnStep, Steps
from eventsapp.web.saving import saving

STEPS = Steps(
    "capability",
    "capabilities",
    "nueva",
    forms={"que": OfferForm, "planta": PlantForm},
    titles={"que": _l("¿Qué hace su empresa?"), "planta": _l("¿Con qué y cuánto?")},
    leads={
        "que": _l("Una capacidad por familia de procesos. Con esto ya se puede publicar."),
        "planta": _l("Todo es opcional. La capacidad libre se compara con el volumen de cada requerimiento."),
    },
    answers_of=capabilities.answers_of,
)


def supplier(event_code: str) -> Registration | None:
    """The actor's own registration when it supplies."""
    mine = loaders.my_registration(event_code)
    return mine if mine is not None and capabilities.may_have(mine) else None


def own(event_code: str, capability_id: UUID) -> Own[Capability] | None:
    """A capability of the actor's own company."""
    mine = supplier(event_code)
    found = capabilities.find(mine.company, capability_id) if mine is not None else None
    return Own(mine, found) if mine is not None and found is not None else None


def own_step(event_code: str, capability_id: UUID, step: str) -> OwnStep[Capability] | None:
    """A step of a capability of the actor's own company."""
    found = own(event_code, capability_id)
    return OwnStep(found.registration, found.row, step) if found is not None and step in STEPS.forms else None


@bp.get("/e/<event_code>/capacidades", endpoint="capabilities")
@requires(Permission.REGISTRATION_READ, load=supplier)
def list_capabilities(mine: Registration) -> ResponseReturnValue:
    """What the company makes or does, as cards."""
    return company_page(
        "company/capabilities.html",
        mine,
        "registration",
        rows=capabilities.list_of(mine.company),
        can_edit=capabilities.can_edit(mine),
        takes_part=mine.status is RegistrationStatus.APPROVED,
    )


@bp.route("/e/<event_code>/capacidades/nueva", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=supplier)
def new_capability(mine: Registration) -> ResponseReturnValue:
    """The first step of a new capability."""
    if not capabilities.can_edit(mine):
        return redirect(STEPS.home(mine))
    return STEPS.begin(mine, lambda answers: capabilities.add(mine.company, answers, actor=g.actor, now=now()))


@bp.get("/e/<event_code>/capacidades/<uuid:capability_id>")
@requires(Permission.REGISTRATION_READ, load=own)
def capability(found: Own[Capability]) -> ResponseReturnValue:
    """One capability: its answers, and publishing it."""
    mine, row = found.registration, found.row
    editable = capabilities.can_edit(mine)
    sections = STEPS.sections(mine, row, editable=editable)
    return company_page("company/capability.html", mine, "registration", row=row, can_edit=editable, sections=sections)


@bp.route("/e/<event_code>/capacidades/<uuid:capability_id>/<step>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=own_step)
def capability_step(found: OwnStep[Capability]) -> ResponseReturnValue:
    """One step of a capability that is there."""
    row = found.row

    def save(answers: Any, seen: str) -> None:
        capabilities.save(row, answers, seen=seen, actor=g.actor, now=now())

    return STEPS.go_on(found.registration, row, found.step, save)


@bp.post("/e/<event_code>/capacidades/<uuid:capability_id>/duplicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def duplicate_capability(found: Own[Capability]) -> ResponseReturnValue:
    """A copy as a new draft."""
    with saving() as done:
        made = capabilities.duplicate(found.row, actor=g.actor, now=now())
        done.location = STEPS.page(found.registration, made)
    flash(_("Es una copia en borrador. Cambie lo que sea distinto y publíquela."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/capacidades/<uuid:capability_id>/publicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def publish_capability(found: Own[Capability]) -> ResponseReturnValue:
    """Show it to the companies of the event."""
    with saving(STEPS.page(found.registration, found.row)) as done:
        capabilities.publish(found.row, actor=g.actor, now=now())
    flash(_("Capacidad publicada."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/capacidades/<uuid:capability_id>/retirar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def withdraw_capability(found: Own[Capability]) -> ResponseReturnValue:
    """Take it from the page."""
    with saving(STEPS.page(found.registration, found.row)) as done:
        capabilities.withdraw(found.row, actor=g.actor, now=now())
    flash(_("Capacidad retirada. Ya no se muestra a otras empresas."), "ok")
    return done.redirect()
