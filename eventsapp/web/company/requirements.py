"""The requirements of a buyer: a list of cards, one page for each step, publishing, closing, and who covers them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.scoring import covers
from eventsapp.domain.sourcing import RequirementStatus
from eventsapp.domain.values import RegistrationStatus
from eventsapp.models import Registration, Requirement
from eventsapp.services import gaps, matching, requirements
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.frame import company_page
from eventsapp.web.company.requirements_forms import (
    CloseForm,
    DeliveryForm,
    PublishForm,
    SourcingForm,
    SupplierForm,
    VolumeForm,
    WhatForm,
)
from eventsapp.web.saving import saving
from eventsapp.web.sourcing_words import VISIBILITY_HINT, facts

STEPS: dict[str, type[SourcingForm]] = {
    "que": WhatForm,
    "volumen": VolumeForm,
    "entrega": DeliveryForm,
    "proveedor": SupplierForm,
}
TITLES = {
    "que": _l("¿Qué busca?"),
    "volumen": _l("¿De qué y cuánto?"),
    "entrega": _l("¿Dónde y cuándo?"),
    "proveedor": _l("¿Cómo debe ser la empresa?"),
}
LEADS = {
    "que": _l("Con esto ya se puede publicar. Lo demás es opcional y afina las coincidencias."),
    "volumen": _l("Todo es opcional. Con la cantidad se compara la capacidad libre de cada empresa."),
    "entrega": _l("Todo es opcional."),
    "proveedor": _l("Todo es opcional. Solo cuenta lo que usted pida."),
}
SHOWN_MATCHES = 5


@dataclass(frozen=True)
class Own:
    """A requirement of the actor's own registration."""

    registration: Registration
    requirement: Requirement

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.scope


@dataclass(frozen=True)
class OwnStep(Own):
    """One step of it."""

    step: str


def buyer(event_code: str) -> Registration | None:
    """The actor's own registration when it buys."""
    mine = loaders.my_registration(event_code)
    return mine if mine is not None and requirements.may_have(mine) else None


def own(event_code: str, requirement_id: UUID) -> Own | None:
    """A requirement of the actor's own registration."""
    mine = buyer(event_code)
    found = requirements.find(mine, requirement_id) if mine is not None else None
    return Own(mine, found) if mine is not None and found is not None else None


def own_step(event_code: str, requirement_id: UUID, step: str) -> OwnStep | None:
    """A step of a requirement of the actor's own registration."""
    found = own(event_code, requirement_id)
    return OwnStep(found.registration, found.requirement, step) if found is not None and step in STEPS else None


@bp.get("/e/<event_code>/requerimientos", endpoint="requirements")
@requires(Permission.REGISTRATION_READ, load=buyer)
def list_requirements(mine: Registration) -> ResponseReturnValue:
    """What the company looks for, as cards."""
    listed = requirements.list_of(mine)
    return company_page(
        "company/requirements.html",
        mine,
        "registration",
        rows=listed,
        gaps={gap.requirement_id: gap for gap in _gaps(mine)} if _takes_part(mine) else {},
        can_edit=requirements.can_edit(mine),
        takes_part=_takes_part(mine),
    )


@bp.route("/e/<event_code>/requerimientos/nuevo", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=buyer)
def new_requirement(mine: Registration) -> ResponseReturnValue:
    """The first step of a new requirement."""
    if not requirements.can_edit(mine):
        return redirect(_home(mine))
    form = WhatForm(mine.event)
    if form.validate_on_submit():
        try:
            with saving() as done:
                made = requirements.add(mine, form.answers(), actor=g.actor, now=now())
                done.location = _after(mine, made, "que", is_new=True)
            return done.redirect()
        except DomainError as error:
            form.refuse("title", error)
    return _step_page(mine, None, "que", form), 422 if form.errors else 200


@bp.get("/e/<event_code>/requerimientos/<uuid:requirement_id>")
@requires(Permission.REGISTRATION_READ, load=own)
def requirement(found: Own) -> ResponseReturnValue:
    """One requirement: its answers, publishing it, and who covers it."""
    return _detail(found, PublishForm(formdata=None, data={"visibility": found.requirement.visibility}))


@bp.route("/e/<event_code>/requerimientos/<uuid:requirement_id>/<step>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=own_step)
def requirement_step(found: OwnStep) -> ResponseReturnValue:
    """One step of a requirement that is there."""
    mine, row = found.registration, found.requirement
    kind = STEPS[found.step]
    if request.method == "GET":
        return _step_page(mine, row, found.step, kind.of(mine.event, requirements.answers_of(row, kind.ANSWERS)))
    form = kind(mine.event)
    if form.validate_on_submit():
        try:
            with saving(_after(mine, row, found.step, is_new="nuevo" in request.args)) as done:
                requirements.save(row, form.answers(), seen=form.seen.data, actor=g.actor, now=now())
            return done.redirect()
        except Conflict as conflict:
            return _step_page(mine, row, found.step, form, conflicting(form, conflict)), 409
        except DomainError as error:
            form.refuse(form.names()[0], error)
    return _step_page(mine, row, found.step, form), 422


@bp.post("/e/<event_code>/requerimientos/<uuid:requirement_id>/duplicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def duplicate_requirement(found: Own) -> ResponseReturnValue:
    """A copy as a new draft."""
    with saving() as done:
        made = requirements.duplicate(found.requirement, actor=g.actor, now=now())
        done.location = _page(found.registration, made)
    flash(_("Es una copia en borrador. Cambie lo que sea distinto y publíquela."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/requerimientos/<uuid:requirement_id>/publicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def publish_requirement(found: Own) -> ResponseReturnValue:
    """Show it to those whom the buyer chooses."""
    form = PublishForm()
    if not form.validate_on_submit():
        return _detail(found, form), 422
    with saving(_page(found.registration, found.requirement)) as done:
        was_published = found.requirement.status is RequirementStatus.PUBLISHED
        requirements.publish(found.requirement, form.visibility.data, actor=g.actor, now=now())
    flash(_("Guardado.") if was_published else _("Requerimiento publicado."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/requerimientos/<uuid:requirement_id>/borrador")
@requires(Permission.REGISTRATION_EDIT, load=own)
def unpublish_requirement(found: Own) -> ResponseReturnValue:
    """Back to a draft."""
    with saving(_page(found.registration, found.requirement)) as done:
        requirements.unpublish(found.requirement, actor=g.actor, now=now())
    flash(_("Ya nadie lo ve. Publíquelo de nuevo cuando esté listo."), "ok")
    return done.redirect()


@bp.route("/e/<event_code>/requerimientos/<uuid:requirement_id>/cerrar", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=own)
def close_requirement(found: Own) -> ResponseReturnValue:
    """End it, with the reason."""
    form = CloseForm()
    if form.validate_on_submit():
        try:
            with saving(_home(found.registration)) as done:
                requirements.close(found.requirement, form.why.data, form.note.data, actor=g.actor, now=now())
            flash(_("Requerimiento cerrado. Gracias por decir el motivo."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("why", error)
    page = company_page(
        "company/requirement_close.html",
        found.registration,
        "registration",
        form=form,
        row=found.requirement,
        back=_page(found.registration, found.requirement),
    )
    return page, 422 if form.errors else 200


def conflicting(form: SourcingForm, conflict: Conflict) -> list[tuple[str, str]]:
    """What somebody else stored meanwhile where it differs from what was typed; the form now knows that it was seen."""
    stored: Any = conflict.params["stored"]
    form.seen.data = edition(stored)
    theirs, mine = facts(stored, form.names()), facts(form.answers(), form.names())
    return [fact for fact, own_fact in zip(theirs, mine, strict=True) if fact != own_fact]


def _detail(found: Own, form: PublishForm) -> str:
    mine, row = found.registration, found.requirement
    field = matching.read_field(mine.event) if _takes_part(mine) and row.status is RequirementStatus.PUBLISHED else None
    matches = gaps.list_matches(field, row.id) if field else []
    editable = requirements.can_edit(mine)
    return company_page(
        "company/requirement.html",
        mine,
        "registration",
        row=row,
        form=form,
        hints=VISIBILITY_HINT,
        can_edit=editable,
        sections=[
            {
                "title": TITLES[step],
                "href": _step(mine, row, step) if editable else "",
                "facts": facts(
                    requirements.answers_of(row, kind.ANSWERS), [name for name in kind.names() if name != "title"]
                ),
            }
            for step, kind in STEPS.items()
        ],
        matches=matches[:SHOWN_MATCHES],
        total=len(matches),
        is_covered=any(covers(match.need, match.offer) for _party, match in matches),
        is_compared=field is not None,
        shown_matches=SHOWN_MATCHES,
    )


def _step_page(
    mine: Registration,
    row: Requirement | None,
    step: str,
    form: SourcingForm,
    theirs: list[tuple[str, str]] | None = None,
) -> str:
    steps = list(STEPS)
    return company_page(
        "company/requirement_step.html",
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
        is_new=row is None or "nuevo" in request.args,
    )


def _takes_part(mine: Registration) -> bool:
    return mine.status is RegistrationStatus.APPROVED


def _gaps(mine: Registration) -> list[gaps.Gap]:
    return gaps.list_gaps(matching.read_for(mine), of=mine.id)


def _home(mine: Registration) -> str:
    return url_for("company.requirements", event_code=mine.event.code)


def _page(mine: Registration, row: Requirement) -> str:
    return url_for("company.requirement", event_code=mine.event.code, requirement_id=row.id)


def _step(mine: Registration, row: Requirement, step: str, **query: Any) -> str:
    code = mine.event.code
    return url_for("company.requirement_step", event_code=code, requirement_id=row.id, step=step, **query)


def _after(mine: Registration, row: Requirement, step: str, *, is_new: bool) -> str:
    """The next step of a new one, else its page; also for who saves and leaves."""
    steps = list(STEPS)
    if not is_new or request.form.get("save_exit") or step == steps[-1]:
        return _page(mine, row)
    return _step(mine, row, steps[steps.index(step) + 1], nuevo=1)
