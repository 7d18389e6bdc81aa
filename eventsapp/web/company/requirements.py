"""The requirements of a buyer: a list of cards, one page for each step, publishing, closing, and who covers them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, g, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
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
    SupplierForm,
    VolumeForm,
    WhatForm,
)
from eventsapp.web.company.sourcing_steps import Own, OwnStep, Steps
from eventsapp.web.saving import saving
from eventsapp.web.sourcing_words import VISIBILITY_HINT

STEPS = Steps(
    "requirement",
    "requirements",
    "nuevo",
    forms={
        "que": WhatForm,
        "volumen": VolumeForm,
        "entrega": DeliveryForm,
        "proveedor": SupplierForm,
    },
    titles={
        "que": _l("¿Qué busca?"),
        "volumen": _l("¿De qué y cuánto?"),
        "entrega": _l("¿Dónde y cuándo?"),
        "proveedor": _l("¿Cómo debe ser la empresa?"),
    },
    leads={
        "que": _l("Con esto ya se puede publicar. Lo demás es opcional y afina las coincidencias."),
        "volumen": _l("Todo es opcional. Con la cantidad se compara la capacidad libre de cada empresa."),
        "entrega": _l("Todo es opcional."),
        "proveedor": _l("Todo es opcional. Solo cuenta lo que usted pida."),
    },
    answers_of=requirements.answers_of,
)
SHOWN_MATCHES = 5


def buyer(event_code: str) -> Registration | None:
    """The actor's own registration when it buys."""
    mine = loaders.my_registration(event_code)
    return mine if mine is not None and requirements.may_have(mine) else None


def own(event_code: str, requirement_id: UUID) -> Own[Requirement] | None:
    """A requirement of the actor's own registration."""
    mine = buyer(event_code)
    found = requirements.find(mine, requirement_id) if mine is not None else None
    return Own(mine, found) if mine is not None and found is not None else None


def own_step(event_code: str, requirement_id: UUID, step: str) -> OwnStep[Requirement] | None:
    """A step of a requirement of the actor's own registration."""
    found = own(event_code, requirement_id)
    return OwnStep(found.registration, found.row, step) if found is not None and step in STEPS.forms else None


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
        return redirect(STEPS.home(mine))
    return STEPS.begin(mine, lambda answers: requirements.add(mine, answers, actor=g.actor, now=now()))


@bp.get("/e/<event_code>/requerimientos/<uuid:requirement_id>")
@requires(Permission.REGISTRATION_READ, load=own)
def requirement(found: Own[Requirement]) -> ResponseReturnValue:
    """One requirement: its answers, publishing it, and who covers it."""
    return _detail(found, PublishForm(formdata=None, data={"visibility": found.row.visibility}))


@bp.route("/e/<event_code>/requerimientos/<uuid:requirement_id>/<step>", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=own_step)
def requirement_step(found: OwnStep[Requirement]) -> ResponseReturnValue:
    """One step of a requirement that is there."""
    row = found.row

    def save(answers: Any, seen: str) -> None:
        requirements.save(row, answers, seen=seen, actor=g.actor, now=now())

    return STEPS.go_on(found.registration, row, found.step, save)


@bp.post("/e/<event_code>/requerimientos/<uuid:requirement_id>/duplicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def duplicate_requirement(found: Own[Requirement]) -> ResponseReturnValue:
    """A copy as a new draft."""
    with saving() as done:
        made = requirements.duplicate(found.row, actor=g.actor, now=now())
        done.location = STEPS.page(found.registration, made)
    flash(_("Es una copia en borrador. Cambie lo que sea distinto y publíquela."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/requerimientos/<uuid:requirement_id>/publicar")
@requires(Permission.REGISTRATION_EDIT, load=own)
def publish_requirement(found: Own[Requirement]) -> ResponseReturnValue:
    """Show it to those whom the buyer chooses."""
    form = PublishForm()
    if not form.validate_on_submit():
        return _detail(found, form), 422
    with saving(STEPS.page(found.registration, found.row)) as done:
        was_published = found.row.status is RequirementStatus.PUBLISHED
        requirements.publish(found.row, form.visibility.data, actor=g.actor, now=now())
    flash(_("Guardado.") if was_published else _("Requerimiento publicado."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/requerimientos/<uuid:requirement_id>/borrador")
@requires(Permission.REGISTRATION_EDIT, load=own)
def unpublish_requirement(found: Own[Requirement]) -> ResponseReturnValue:
    """Back to a draft."""
    with saving(STEPS.page(found.registration, found.row)) as done:
        requirements.unpublish(found.row, actor=g.actor, now=now())
    flash(_("Ya nadie lo ve. Publíquelo de nuevo cuando esté listo."), "ok")
    return done.redirect()


@bp.route("/e/<event_code>/requerimientos/<uuid:requirement_id>/cerrar", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_EDIT, load=own)
def close_requirement(found: Own[Requirement]) -> ResponseReturnValue:
    """End it, with the reason."""
    form = CloseForm()
    if form.validate_on_submit():
        try:
            with saving(STEPS.home(found.registration)) as done:
                requirements.close(found.row, form.why.data, form.note.data, actor=g.actor, now=now())
            flash(_("Requerimiento cerrado. Gracias por decir el motivo."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("why", error)
    page = company_page(
        "company/requirement_close.html",
        found.registration,
        "registration",
        form=form,
        row=found.row,
        back=STEPS.page(found.registration, found.row),
    )
    return page, 422 if form.errors else 200


def _detail(found: Own[Requirement], form: PublishForm) -> str:
    mine, row = found.registration, found.row
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
        sections=STEPS.sections(mine, row, editable=editable),
        matches=matches[:SHOWN_MATCHES],
        total=len(matches),
        is_covered=any(covers(match.need, match.offer) for _party, match in matches),
        is_compared=field is not None,
        shown_matches=SHOWN_MATCHES,
    )


def _takes_part(mine: Registration) -> bool:
    return mine.status is RegistrationStatus.APPROVED


def _gaps(mine: Registration) -> list[gaps.Gap]:
    return gaps.list_gaps(matching.read_for(mine), of=mine.id)
