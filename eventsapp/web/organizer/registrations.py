"""The organizer's review: the registrations of an event, and the decision on each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Event, Registration
from eventsapp.services import audit, registrations, reviews
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.registration_rows import sections
from eventsapp.web.forms import Form, long_text, trimmed
from eventsapp.web.organizer.acts import act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import SIZES, Page, asked
from eventsapp.web.saving import saving
from eventsapp.web.words import REGISTRATION_STATUS

Status = RegistrationStatus
MOST_AT_ONCE = SIZES[-1]
SHOWN_STATUSES = (
    Status.SUBMITTED,
    Status.CHANGES_REQUESTED,
    Status.APPROVED,
    Status.REJECTED,
    Status.WITHDRAWN,
    Status.DRAFT,
)
Member = TypeVar("Member", bound=StrEnum)


class RejectForm(Form):
    """Why a registration is not accepted."""

    reason = long_text(_l("Motivo"), most=1000)


class ChangesForm(Form):
    """What the company should change."""

    text = long_text(_l("Qué debe cambiar"), most=1000)


@dataclass(frozen=True)
class Reviewed:
    """A registration of an event, as the organizer has it: a company's own people do not reach it this way."""

    registration: Registration

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.registration.event.scope


def registration_in(event_code: str, registration_id: UUID) -> Reviewed | None:
    """A registration, found through its event."""
    found = loaders.registration_of_event(event_code, registration_id)
    whole = registrations.find_whole(found.id) if found is not None else None
    return Reviewed(whole) if whole is not None else None


@bp.get("/o/<event_code>/empresas", endpoint="registrations")
@requires(Permission.REGISTRATION_READ, load=loaders.event)
def list_registrations(event: Event) -> str:
    """The registrations with filters, a page at a time."""
    status, side = _member(Status, "estado"), _member(Side, "lado")
    words = trimmed(request.args.get("q"))[:200]
    sort = request.args.get("sort", "")
    sort = sort if sort.removeprefix("-") in reviews.SORTS else ""
    number, size = asked()
    found = reviews.search(event, status=status, side=side, words=words, sort=sort, page=number, per_page=size)
    page = Page.from_request(found.total)
    if page.number != number:
        found = reviews.search(event, status=status, side=side, words=words, sort=sort, page=page.number, per_page=size)
    counts = reviews.count_by_status(event)
    return organizer_page(
        "organizer/registrations.html",
        event,
        "registrations",
        rows=found.rows,
        page=page,
        counts=counts,
        total=sum(counts.values()),
        statuses=[(known, REGISTRATION_STATUS[known], counts[known]) for known in SHOWN_STATUSES],
        status=status.value if status else "",
        side=side.value if side else "",
        search_words=words,
        sort=sort,
    )


@bp.post("/o/<event_code>/empresas/aprobar")
@requires(Permission.REGISTRATION_REVIEW, load=loaders.event)
def approve_registrations(event: Event) -> Response:
    """Approve those of the ticked registrations that wait for review."""
    ids = [UUID(text) for text in request.form.getlist("ids")[:MOST_AT_ONCE] if _is_uuid(text)]
    with saving(url_for("organizer.registrations", event_code=event.code, estado=Status.SUBMITTED.value)) as done:
        count = reviews.approve_all(event, ids, actor=g.actor, now=now())
    flash(
        ngettext(
            "Aprobó %(num)s registro. Le avisamos a la empresa por correo.",
            "Aprobó %(num)s registros. Les avisamos a las empresas por correo.",
            count,
        ),
        "ok",
    )
    return done.redirect()


@bp.get("/o/<event_code>/empresas/<uuid:registration_id>", endpoint="registration")
@requires(Permission.REGISTRATION_READ, load=registration_in)
def show_registration(found: Reviewed) -> str:
    """All answers, the history, and what can be decided."""
    return _page(found.registration)


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/aprobar")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def approve_registration(found: Reviewed) -> Response:
    """Accept the registration."""
    registration = found.registration
    with saving(_address(registration)) as done:
        reviews.approve(registration, actor=g.actor, now=now())
    flash(_("Aprobó a %(company)s. Le avisamos por correo.", company=registration.company.name), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/rechazar")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def reject_registration(found: Reviewed) -> Response | tuple[str, int]:
    """Refuse the registration with a reason."""
    registration, form = found.registration, RejectForm()
    if not form.validate_on_submit():
        return _page(registration, reject_form=form), 422
    with saving(_address(registration)) as done:
        reviews.reject(registration, form.reason.data, actor=g.actor, now=now())
    flash(_("No aceptó a %(company)s. Le avisamos por correo.", company=registration.company.name), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/cambios")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def request_registration_changes(found: Reviewed) -> Response | tuple[str, int]:
    """Give the registration back."""
    registration, form = found.registration, ChangesForm()
    if not form.validate_on_submit():
        return _page(registration, changes_form=form), 422
    with saving(_address(registration)) as done:
        reviews.request_changes(registration, form.text.data, actor=g.actor, now=now())
    flash(_("Pidió cambios a %(company)s. Le avisamos por correo.", company=registration.company.name), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/reabrir")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def reopen_registration(found: Reviewed) -> Response:
    """Look at a refused registration again."""
    with saving(_address(found.registration)) as done:
        reviews.reopen(found.registration, actor=g.actor, now=now())
    return done.redirect()


def _page(
    registration: Registration, reject_form: RejectForm | None = None, changes_form: ChangesForm | None = None
) -> str:
    failed: Any = reject_form or changes_form
    return organizer_page(
        "organizer/registration.html",
        registration.event,
        "registrations",
        registration=registration,
        sections=sections(registration, editable=False),
        history=audit.list_for(registration.id),
        act=act,
        form=failed,
        reject_form=reject_form or RejectForm(formdata=None),
        changes_form=changes_form or ChangesForm(formdata=None),
        next_waiting=reviews.find_next_waiting(registration),
    )


def _address(registration: Registration) -> str:
    return url_for("organizer.registration", event_code=registration.event.code, registration_id=registration.id)


def _member(kind: type[Member], name: str) -> Member | None:
    """The value of an enum that the address names; anything else is no filter."""
    text = request.args.get(name, "")
    return kind(text) if text in set(kind) else None


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
