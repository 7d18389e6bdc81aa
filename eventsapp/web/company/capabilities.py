"""The capabilities of a supplier: a list of cards, one page for each of two steps, publishing and taking back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import RegistrationStatus
from eventsapp.models import Capability, Registration
from eventsapp.services import capabilities
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.frame import company_page
from eventsapp.web.company.requirements import conflicting
from eventsapp.web.company.requirements_forms import OfferForm, PlantForm, SourcingForm
from eventsapp.web.saving import saving
from eventsapp.web.sourcing_words import facts

STEPS: dict[str, type[SourcingForm]] = {"que": OfferForm, "planta": PlantForm}
TITLES = {"que": _l("¿Qué hace su empresa?"), "planta": _l("¿Con qué y cuánto?")}
LEADS = {
    "que": _l("Una capacidad por familia de procesos. Con esto ya se puede publicar."),
    "planta": _l("Todo es opcional. La capacidad libre se compara con el volumen de cada requerimiento."),
}


@dataclass(frozen=True)
class Own:
    """A capability of the actor's own company."""

    registration: Registration
    capability: Capability

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.scope


@dataclass(frozen=True)
class OwnStep(Own):
    """One step of it."""

    step: str


def supplier(event_code: str) -> Registration | None:
    """The actor's own registration when it supplies."""
    mine = loaders.my_registration(event_code)
    return mine if mine is not None and capabilities.may_have(mine) else None


def own(event_code: str, capability_id: UUID) -> Own | None:
    """A capability of the actor's own company."""
    mine = supplier(event_code)
    found = capabilities.find(mine.company, capability_id) if mine is not None else None
    return Own(mine, found) if mine is not None and found is not None else None


def own_step(event_code: str, capability_id: UUID, step: str) -> OwnStep | None:
    """A step of a capability of the actor's own company."""
    found = own(event_code, capability_id)
    return OwnStep(found.registration, found.capability, step) if found is not None and step in STEPS else None


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
        return redirect(_home(mine))
    form = OfferForm(mine.event)
    if form.validate_on_submit():
        try:
            with saving() as done:
                made = capabilities.add(mine.company, form.answers(), actor=g.actor, now=now())
                done.location = _after(mine, made, "que", is_new=True)
            return done.redirect()
        except DomainError as error:
            form.refuse("title", error)
    return _step_page(mine, None, "que", form), 422 if form.errors else 200


@bp.get("/e/<event_code>/capacidades/<uuid:capability_id>")
@requires(Permission.REGISTRATION_READ, load=own)
def capability(found: Own) -> ResponseReturnValue:
    """One capability: its answers, and publishing it."""
    mine, row = found.registration, found.capability
    editable = capabilities.can_edit(mine)
    sections = [
        {
            "title": TITLES[step],
            "href": _step(mine, row, step) if editable else "",
            "facts": facts(
                capabilities.answers_of(row, kind.ANSWERS),
                [name for name in kind.names() if name != "title"],
            ),
        }
        for step, kind in STEPS.items()
    ]
    return company_page("company/capability.html", mine, "registration", row=row, can_edit=editable, sections=sections)


@bp.route("/e/<event_code>/capacidades/<uuid:capability_id>/<step>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=own_step)
def capability_step(found: OwnStep) -> ResponseReturnValue:
    """One step of a capability that is there."""
    mine, row = found.registration, found.capability
    kind = STEPS[found.step]
    if request.method == "GET":
        return _step_page(mine, row, found.step, kind.of(mine.event, capabilities.answers_of(row, kind.ANSWERS)))
    form = kind(mine.event)
    if form.validate_on_submit():
        try:
            with saving(_after(mine, row, found.step, is_new="nueva" in request.args)) as done:
                capabilities.save(row, form.answers(), seen=form.seen.data, actor=g.actor, now=now())
            return done.redirect()
        except Conflict as conflict:
            return _step_page(mine, row, found.step, form, conflicting(form, conflict)), 409
        except DomainError as error:
            form.refuse(form.names()[0], error)
    return _step_page(mine, row, found.step, form), 422


@bp.post("/e/<event_code>/capacidades/<uuid:capability_id>/duplicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def duplicate_capability(found: Own) -> ResponseReturnValue:
    """A copy as a new draft."""
    with saving() as done:
        made = capabilities.duplicate(found.capability, actor=g.actor, now=now())
        done.location = _page(found.registration, made)
    flash(_("Es una copia en borrador. Cambie lo que sea distinto y publíquela."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/capacidades/<uuid:capability_id>/publicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def publish_capability(found: Own) -> ResponseReturnValue:
    """Show it to the companies of the event."""
    with saving(_page(found.registration, found.capability)) as done:
        capabilities.publish(found.capability, actor=g.actor, now=now())
    flash(_("Capacidad publicada."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/capacidades/<uuid:capability_id>/retirar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def withdraw_capability(found: Own) -> ResponseReturnValue:
    """Take it from the page."""
    with saving(_page(found.registration, found.capability)) as done:
        capabilities.withdraw(found.capability, actor=g.actor, now=now())
    flash(_("Capacidad retirada. Ya no se muestra a otras empresas."), "ok")
    return done.redirect()


def _step_page(
    mine: Registration,
    row: Capability | None,
    step: str,
    form: SourcingForm,
    theirs: list[tuple[str, str]] | None = None,
) -> str:
    steps = list(STEPS)
    return company_page(
        "company/capability_step.html",
        mine,
        "registration",
        row=row,
        form=form,
        step=step,
        title=TITLES[step],
        lead=LEADS[step],
        number=steps.index(step) + 1,
        total=len(steps),
        theirs=theirs,
        here=request.full_path.rstrip("?"),
        back=_page(mine, row) if row is not None else _home(mine),
        is_new=row is None or "nueva" in request.args,
    )


def _home(mine: Registration) -> str:
    return url_for("company.capabilities", event_code=mine.event.code)


def _page(mine: Registration, row: Capability) -> str:
    return url_for("company.capability", event_code=mine.event.code, capability_id=row.id)


def _step(mine: Registration, row: Capability, step: str, **query: Any) -> str:
    return url_for("company.capability_step", event_code=mine.event.code, capability_id=row.id, step=step, **query)


def _after(mine: Registration, row: Capability, step: str, *, is_new: bool) -> str:
    """The next step of a new one, else its page; also for who saves and leaves."""
    steps = list(STEPS)
    if not is_new or request.form.get("save_exit") or step == steps[-1]:
        return _page(mine, row)
    return _step(mine, row, steps[steps.index(step) + 1], nueva=1)
