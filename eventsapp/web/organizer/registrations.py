"""The organizer's review: the registrations of an event, and the decision on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from flask import flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectMultipleField

from eventsapp.domain import contacts
from eventsapp.domain.access import Permission, may
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.taxonomy import MAX_TERMS
from eventsapp.domain.values import EventFormat, RegistrationStatus, Side
from eventsapp.domain.worth import MOST_PRIORITY
from eventsapp.models import Event, Registration
from eventsapp.services import (
    audit,
    campaigns,
    company_certificates,
    frames,
    liaisons,
    places,
    reviews,
    tables,
    walk_ins,
)
from eventsapp.services.companies import DelegateAnswers
from eventsapp.services.walk_ins import WalkIn
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.account.forms import check_email
from eventsapp.web.clock import now
from eventsapp.web.company.certificate_rows import certificate_cards
from eventsapp.web.company.profile_sections import profile_rows
from eventsapp.web.company.registration_forms import contact, term_groups
from eventsapp.web.company.registration_rows import sections
from eventsapp.web.fields import whole
from eventsapp.web.forms import Form, long_text, options, text
from eventsapp.web.organizer.acts import act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.company_cards import people_cards, site_cards
from eventsapp.web.organizer.event_forms import MAX_MEETINGS
from eventsapp.web.organizer.exclusions import apart_of
from eventsapp.web.organizer.finding import Reviewed, registration_in, ticked
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.review_filters import kept_filters, review_filters
from eventsapp.web.organizer.table_words import crowded_words
from eventsapp.web.paging import Page, asked
from eventsapp.web.saving import saving
from eventsapp.web.words import REGISTRATION_STATUS, side_word

Status = RegistrationStatus
SHOWN_STATUSES = (
    Status.SUBMITTED,
    Status.CHANGES_REQUESTED,
    Status.WAITLISTED,
    Status.APPROVED,
    Status.REJECTED,
    Status.WITHDRAWN,
    Status.DRAFT,
)
AnyForm = TypeVar("AnyForm", bound=Form)


class RejectForm(Form):
    """Why a registration is not accepted."""

    reason = long_text(_l("Motivo"), most=1000)


class WalkInForm(Form):
    """What is asked at the door."""

    company = text(_l("Nombre de la empresa"), most=200)
    side = RadioField(_l("Participa como"), validate_choice=True)
    name = text(_l("Nombre completo"), most=200)
    job_title = text(_l("Puesto"), most=120, optional=True)
    email = text(_l("Correo electrónico"), most=254, checks=(check_email,))
    phone = text(
        _l("Celular o teléfono"), most=contacts.MAX_PHONE, optional=True, checks=(contact(contacts.phone_number),)
    )
    terms = SelectMultipleField(_l("Procesos y productos"), validate_choice=False)

    def offer_sides(self, event: Event) -> None:
        """Take part as one of the event's sides."""
        sides = (Side.BOTH,) if event.format is EventFormat.ANY_TO_ANY else (Side.SUPPLIER, Side.BUYER)
        self.side.choices = [(side.value, str(side_word(event, side))) for side in sides]
        self.side.data = self.side.data or sides[0].value
        groups = term_groups(event).items()
        self.terms.choices = [choice for label, words in groups for choice in options(words, label)]

    def answers(self) -> WalkIn:
        """What was entered."""
        person = DelegateAnswers(self.name.data, self.job_title.data, self.email.data, self.phone.data)
        return WalkIn(self.company.data, Side(self.side.data), person, tuple(self.terms.data or ())[:MAX_TERMS])


class ChangesForm(Form):
    """What the company should change."""

    text = long_text(_l("Qué debe cambiar"), most=1000)


class CancelForm(Form):
    """Why a company takes no part any more."""

    cancel_reason = long_text(_l("Motivo"), most=1000)


class LimitsForm(Form):
    """How many meetings one company has, and how much its requests count."""

    fewest = whole(_l("Reuniones, al menos"), 0, MAX_MEETINGS, default=0)
    most = whole(_l("Reuniones, a lo más"), 1, MAX_MEETINGS, optional=True)
    priority = whole(_l("Puntos de prioridad"), 0, MOST_PRIORITY, default=0)


class LetterForm(Form):
    """What is written to a company."""

    subject = text(_l("Asunto"), most=campaigns.MOST_SUBJECT)
    body = long_text(_l("Mensaje"), most=campaigns.MOST_BODY)


@dataclass(frozen=True)
class Forms:
    """The forms on the page of a registration; one of them may have been sent with faults."""

    reject: RejectForm
    changes: ChangesForm
    cancel: CancelForm
    limits: LimitsForm
    letter: LetterForm
    wrong: Form | None

    @classmethod
    def of(cls, registration: Registration, wrong: Form | None = None) -> Forms:
        """All forms with what is stored but the one that was sent."""

        def one(kind: type[AnyForm], **stored: Any) -> AnyForm:
            return wrong if isinstance(wrong, kind) else kind(formdata=None, **stored)

        return cls(
            one(RejectForm),
            one(ChangesForm),
            one(CancelForm),
            one(
                LimitsForm,
                fewest=registration.min_meetings,
                most=registration.max_meetings,
                priority=registration.priority,
            ),
            one(LetterForm),
            wrong,
        )


@bp.get("/o/<event_code>/empresas", endpoint="registrations")
@requires(Permission.REGISTRATION_READ, load=loaders.event)
def list_registrations(event: Event) -> str:
    """The registrations with filters, a page at a time."""
    filters = review_filters()
    sort = request.args.get("sort", "")
    sort = sort if sort.removeprefix("-") in reviews.SORTS else ""
    number, size = asked()
    found = reviews.search(event, filters, sort=sort, page=number, per_page=size)
    page = Page.from_request(found.total)
    if page.number != number:
        found = reviews.search(event, filters, sort=sort, page=page.number, per_page=size)
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
        status=filters.status.value if filters.status else "",
        side=filters.side.value if filters.side else "",
        filters=filters,
        liaisons=liaisons.list_possible(event),
        kept=kept_filters(),
        sort=sort,
    )


@bp.post("/o/<event_code>/empresas/aprobar")
@requires(Permission.REGISTRATION_REVIEW, load=loaders.event)
def approve_registrations(event: Event) -> Response:
    """Approve those of the ticked registrations that wait for review."""
    with saving(url_for("organizer.registrations", event_code=event.code, estado=Status.SUBMITTED.value)) as done:
        taken, waiting = reviews.approve_all(event, ticked(), actor=g.actor, now=now())
    if not taken and not waiting:
        flash(_("Ninguna de las empresas elegidas espera revisión."))
    if taken:
        flash(
            ngettext(
                "Aprobó %(num)s registro. Le avisamos a la empresa por correo.",
                "Aprobó %(num)s registros. Les avisamos a las empresas por correo.",
                taken,
            ),
            "ok",
        )
    if waiting:
        flash(
            ngettext(
                "Ya no hay lugar: %(num)s empresa quedó en lista de espera. Le avisamos por correo.",
                "Ya no hay lugar: %(num)s empresas quedaron en lista de espera. Les avisamos por correo.",
                waiting,
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
    with saving(found.address) as done:
        takes_part = reviews.approve(registration, actor=g.actor, now=now())
        name = registration.company.name
    flash(
        _("Aprobó a %(company)s. Le avisamos por correo.", company=name)
        if takes_part
        else _("Ya no hay lugar: %(company)s quedó en lista de espera. Le avisamos por correo.", company=name),
        "ok",
    )
    return done.redirect()


@bp.route("/o/<event_code>/empresas/nueva", methods=["GET", "POST"])
@requires(Permission.REGISTRATION_WALK_IN, load=loaders.event)
def walk_in(event: Event) -> Response | tuple[str, int]:
    """Take in a company that stands at the door."""
    form = WalkInForm()
    form.offer_sides(event)
    if form.validate_on_submit():
        try:
            with saving() as done:
                made = walk_ins.register(event, form.answers(), actor=g.actor, now=now())
                done.location = url_for("organizer.walk_in", event_code=event.code)
                name, folio, takes_part = made.company.name, made.folio, made.status is Status.APPROVED
            flash(
                _("%(company)s ya participa, con el folio %(folio)s.", company=name, folio=folio)
                if takes_part
                else _("Ya no hay lugar: %(company)s quedó en lista de espera.", company=name),
                "ok",
            )
            return done.redirect()
        except Forbidden:
            raise
        except DomainError as error:
            form.refuse("company", error)
    page = organizer_page(
        "organizer/walk_in.html",
        event,
        "registrations",
        form=form,
        companies=walk_ins.list_companies(event.organization_id),
    )
    return page, 422 if form.errors else 200


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/rechazar")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def reject_registration(found: Reviewed) -> Response | tuple[str, int]:
    """Refuse the registration with a reason."""
    registration, form = found.registration, RejectForm()
    if not form.validate_on_submit():
        return _page(registration, form), 422
    with saving(found.address) as done:
        reviews.reject(registration, form.reason.data, actor=g.actor, now=now())
    flash(_("No aceptó a %(company)s. Le avisamos por correo.", company=registration.company.name), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/cambios")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def request_registration_changes(found: Reviewed) -> Response | tuple[str, int]:
    """Give the registration back."""
    registration, form = found.registration, ChangesForm()
    if not form.validate_on_submit():
        return _page(registration, form), 422
    with saving(found.address) as done:
        reviews.request_changes(registration, form.text.data, actor=g.actor, now=now())
    flash(_("Pidió cambios a %(company)s. Le avisamos por correo.", company=registration.company.name), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/reabrir")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def reopen_registration(found: Reviewed) -> Response:
    """Look at a refused registration again."""
    with saving(found.address) as done:
        reviews.reopen(found.registration, actor=g.actor, now=now())
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/cancelar")
@requires(Permission.REGISTRATION_REVIEW, load=registration_in)
def cancel_registration(found: Reviewed) -> Response | tuple[str, int]:
    """End the participation of a company, with a reason."""
    registration, form = found.registration, CancelForm()
    if not form.validate_on_submit():
        return _page(registration, form), 422
    with saving(found.address) as done:
        reviews.cancel(registration, form.cancel_reason.data, actor=g.actor, now=now())
    flash(
        _("Canceló la participación de %(company)s. Le avisamos por correo.", company=registration.company.name), "ok"
    )
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/limites")
@requires(Permission.EVENT_MANAGE, load=registration_in)
def limit_registration(found: Reviewed) -> Response | tuple[str, int]:
    """How many meetings one company has, and how much its requests count."""
    registration, form = found.registration, LimitsForm()
    if not form.validate_on_submit():
        return _page(registration, form), 422
    try:
        with saving(found.address) as done:
            reviews.limit_meetings(
                registration,
                form.fewest.data or 0,
                form.most.data,
                form.priority.data or 0,
                actor=g.actor,
                now=now(),
            )
    except DomainError as error:
        form.refuse("fewest", error)
        return _page(registration, form), 422
    flash(_("Guardado."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/escribir")
@requires(Permission.MAIL_WRITE, load=registration_in)
def write_to_company(found: Reviewed) -> Response | tuple[str, int]:
    """Write to those who administer the company."""
    registration, form = found.registration, LetterForm()
    if not form.validate_on_submit():
        return _page(registration, form), 422
    with saving(found.address) as done:
        people = campaigns.write_to(registration, form.subject.data, form.body.data, actor=g.actor, now=now())
    flash(
        ngettext(
            "El mensaje sale para %(num)s persona de %(company)s.",
            "El mensaje sale para %(num)s personas de %(company)s.",
            people,
            company=registration.company.name,
        ),
        "ok",
    )
    return done.redirect()


def _page(registration: Registration, wrong: Form | None = None) -> str:
    return organizer_page(
        "organizer/registration.html",
        registration.event,
        "registrations",
        registration=registration,
        sections=sections(registration, editable=False),
        profile=profile_rows(registration.company),
        people=people_cards(registration),
        sites=site_cards(registration.company),
        certificates=certificate_cards(company_certificates.list_of(registration.company)),
        history=audit.list_for(registration.id, registration.company_id),
        act=act,
        form=wrong,
        forms_here=Forms.of(registration, wrong),
        limits=frames.limits(registration.event, registration),
        neighbours=reviews.find_neighbours(registration),
        apart=apart_of(registration) if may(g.actor, Permission.EVENT_MANAGE, registration.event.scope) else None,
        liaisons=liaisons.list_possible(registration.event),
        crowded=[crowded_words(desk) for desk in tables.find_crowded(registration.desks)],
        waits_at=places.find_position(registration) if registration.status is Status.WAITLISTED else 0,
    )
