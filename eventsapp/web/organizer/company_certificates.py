"""The certificates of the companies of an event: which wait for a check, and the decision on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import HiddenField
from wtforms.validators import Length

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import Verification
from eventsapp.models import Certificate, Event, StoredFile
from eventsapp.services import audit, company_certificates, files
from eventsapp.services.company_certificates import VERIFIED, Filter, examined_of
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.certificate_rows import certificate_card, certificate_cards, certificate_details
from eventsapp.web.company.profile import sent
from eventsapp.web.company.profile_words import CERTIFICATE_FILTER, VERIFICATION
from eventsapp.web.forms import Form, long_text, trimmed
from eventsapp.web.navigation import checking_tabs
from eventsapp.web.organizer.acts import act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page, asked
from eventsapp.web.saving import saving


class VerifyForm(Form):
    """What was seen when it was decided; the button says how it was checked."""

    seen = HiddenField(validators=[Length(max=64)])


class RejectCertificateForm(VerifyForm):
    """Why a certificate does not hold."""

    reason = long_text(_l("Motivo"), most=1000)


@dataclass(frozen=True)
class CertificateAt:
    """A certificate of a company of an event, as its organizer has it."""

    event: Event
    certificate: Certificate

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


@dataclass(frozen=True)
class FileAt:
    """The document of a certificate, as the organizer has it."""

    event: Event
    file: StoredFile

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def certificate_at(event_code: str, certificate_id: UUID) -> CertificateAt | None:
    """A certificate, found through the event."""
    event = loaders.event(event_code)
    found = company_certificates.find_at(event, certificate_id) if event is not None else None
    return CertificateAt(event, found) if event is not None and found is not None else None


def document_at(event_code: str, certificate_id: UUID) -> FileAt | None:
    """The document of a certificate, found through the event."""
    found = certificate_at(event_code, certificate_id)
    if found is None or found.certificate.file_id is None:
        return None
    file = files.find_of(found.certificate.company_id, found.certificate.file_id)
    return FileAt(found.event, file) if file is not None else None


@bp.get("/o/<event_code>/certificados", endpoint="company_certificates")
@requires(Permission.CERTIFICATE_VERIFY, load=loaders.event)
def list_certificates(event: Event) -> str:
    """The certificates with a filter, a page at a time; those that wait for a check first."""
    asked_for = request.args.get("estado", Filter.TO_CHECK.value)
    wanted = Filter(asked_for) if asked_for in set(Filter) else Filter.TO_CHECK
    words = trimmed(request.args.get("q"))[:200]
    today = now().date()
    number, size = asked()
    found, total = company_certificates.search(event, wanted, words, today, offset=(number - 1) * size, limit=size)
    page = Page.from_request(total)
    if page.number != number:
        found, total = company_certificates.search(event, wanted, words, today, offset=page.first, limit=size)
    counts = company_certificates.count_by_filter(event, today)
    return organizer_page(
        "organizer/company_certificates.html",
        event,
        "registrations",
        cards=certificate_cards(found),
        page=page,
        filters=[(known.value, CERTIFICATE_FILTER[known], counts[known]) for known in Filter],
        wanted=wanted.value,
        search_words=words,
        tabs=checking_tabs(event, "organizer.company_certificates"),
    )


@bp.get("/o/<event_code>/certificados/<uuid:certificate_id>", endpoint="company_certificate")
@requires(Permission.CERTIFICATE_VERIFY, load=certificate_at)
def show_certificate(found: CertificateAt) -> str:
    """What the company says, its document, and the decision."""
    return _page(found)


@bp.post("/o/<event_code>/certificados/<uuid:certificate_id>/comprobar")
@requires(Permission.CERTIFICATE_VERIFY, load=certificate_at)
def verify_certificate(found: CertificateAt) -> Response | tuple[str, int]:
    """The document was checked, or the site visited."""
    form = VerifyForm()
    how = request.form.get("how", "")
    if not form.validate_on_submit() or how not in {known.value for known in VERIFIED}:
        return _page(found), 422
    with saving(_address(found)) as done:
        company_certificates.verify(
            found.certificate, Verification(how), seen=form.seen.data or "", actor=g.actor, now=now()
        )
    flash(_("Quedó comprobado."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/certificados/<uuid:certificate_id>/rechazar")
@requires(Permission.CERTIFICATE_VERIFY, load=certificate_at)
def reject_certificate(found: CertificateAt) -> Response | tuple[str, int]:
    """The certificate does not hold."""
    form = RejectCertificateForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        with saving(_address(found)) as done:
            company_certificates.reject(
                found.certificate, form.reason.data, found.event, seen=form.seen.data or "", actor=g.actor, now=now()
            )
    except DomainError as error:
        form.refuse("reason", error)
        form.seen.data = edition(examined_of(found.certificate))
        return _page(found, form), 409
    flash(_("Lo rechazó. Avisamos a la empresa por correo."), "ok")
    return done.redirect()


@bp.get("/o/<event_code>/certificados/<uuid:certificate_id>/documento")
@requires(Permission.CERTIFICATE_VERIFY, load=document_at)
def certificate_document(found: FileAt) -> FlaskResponse:
    """The document, to be saved."""
    return sent(found.file)


def _page(found: CertificateAt, reject_form: RejectCertificateForm | None = None) -> str:
    certificate = found.certificate
    seen = edition(examined_of(certificate))
    registration = company_certificates.registration_of(found.event, certificate)
    values: dict[str, Any] = {
        "certificate": certificate,
        "card": certificate_card(certificate),
        "rows": certificate_details(certificate),
        "verification_words": VERIFICATION[certificate.verification],
        "registration": registration,
        "history": audit.list_for(certificate.id),
        "act": act,
        "form": reject_form,
        "seen": seen,
        "verify_form": VerifyForm(formdata=None, seen=seen),
        "reject_form": reject_form or RejectCertificateForm(formdata=None, seen=seen),
        "next_to_check": company_certificates.find_next_to_check(found.event, certificate),
    }
    return organizer_page("organizer/company_certificate.html", found.event, "registrations", **values)


def _address(found: CertificateAt) -> str:
    return url_for("organizer.company_certificate", event_code=found.event.code, certificate_id=found.certificate.id)
