"""The certificates of a company: add one with its document, change it, take it back, fetch the document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.validators import ValidationError

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.certifications import OTHER, certifications
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import CertificateStage
from eventsapp.models import Certificate, Registration
from eventsapp.services import company_certificates, files, sites
from eventsapp.services.company_certificates import CertificateAnswers
from eventsapp.services.files import MAX_EVIDENCE, Checked
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.certificate_rows import certificate_card, certificate_details
from eventsapp.web.company.profile import MOST_BYTES, CompanyOf, Page, company_of_mine, profile_page
from eventsapp.web.company.profile_fields import member, radio, upload_of
from eventsapp.web.company.profile_sections import Rows
from eventsapp.web.company.profile_words import CERTIFICATE_KIND, STAGE
from eventsapp.web.company.registration_forms import StepForm
from eventsapp.web.fields import optional_day
from eventsapp.web.forms import options, text
from eventsapp.web.loaders import my_registration
from eventsapp.web.saving import saving
from eventsapp.web.security import takes_files

FIELD_OF = {
    "unknown_certification": "certification_code",
    "certificate_without_name": "other_name",
    "certificate_without_expiry": "expires_on",
    "certificate_out_of_order": "expires_on",
    "unknown_site": "site_id",
}


class CertificateForm(StepForm):
    """A certificate and its document."""

    certification_code = SelectField(_l("Certificado"), validate_choice=False)
    other_name = text(_l("Nombre, si no está en la lista"), most=120, optional=True)
    stage = radio(_l("Situación"), STAGE)
    issuer = text(_l("Organismo que lo emite"), most=120, optional=True)
    number = text(_l("Número del certificado"), most=80, optional=True)
    coverage = text(_l("Alcance"), most=500, optional=True)
    issued_on = optional_day(_l("Emitido el"))
    expires_on = optional_day(_l("Vence el"))
    site_id = SelectField(_l("Sitio"), validate_choice=False)
    evidence = FileField(_l("Documento"), render_kw={"accept": "application/pdf,image/png,image/jpeg"})

    def offer(self, mine: Registration) -> None:
        """The catalogue by kind, and the sites of the company."""
        self.certification_code.choices = [*options({"": _("Elija un certificado")})]
        for kind, label in CERTIFICATE_KIND.items():
            known = {one.code: one.title for one in certifications().values() if one.kind == kind}
            self.certification_code.choices += options(known, str(label))
        self.certification_code.choices += options({OTHER: _("Otro, que no está en la lista")}, _("Otros"))
        named = {str(site.id): site.name for site in sites.list_of(mine.company)}
        self.site_id.choices = options({"": _("Toda la empresa"), **named})

    def validate_certification_code(self, field: Any) -> None:
        """One was chosen."""
        if not field.data:
            raise ValidationError(_("Elija un certificado"))

    def validate_site_id(self, field: Any) -> None:
        """One of the company's, or none."""
        if field.data and field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(_("Elija un sitio de la lista"))

    def answers(self) -> CertificateAnswers:
        """What was typed."""
        return CertificateAnswers(
            certification_code=self.certification_code.data,
            other_name=self.other_name.data if self.certification_code.data == OTHER else "",
            stage=member(CertificateStage, self.stage.data) or CertificateStage.HELD,
            number=self.number.data,
            issuer=self.issuer.data,
            coverage=self.coverage.data,
            issued_on=self.issued_on.data,
            expires_on=self.expires_on.data,
            site_id=UUID(self.site_id.data) if self.site_id.data else None,
        )


@dataclass(frozen=True)
class CertificateOf:
    """A certificate of the actor's own company, at an event."""

    registration: Registration
    certificate: Certificate

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.certificate.scope


def certificate_of_mine(event_code: str, certificate_id: UUID) -> CertificateOf | None:
    """A certificate of the actor's own company."""
    mine = my_registration(event_code)
    found = company_certificates.find_of(mine.company, certificate_id) if mine is not None else None
    return CertificateOf(mine, found) if mine is not None and found is not None else None


@bp.get("/e/<event_code>/perfil/certificados/nuevo")
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def new_certificate(found: CompanyOf) -> str:
    """An empty form."""
    form = CertificateForm(formdata=None, stage=CertificateStage.HELD.value)
    return _page(found.registration, form)


@bp.post("/e/<event_code>/perfil/certificados/nuevo", endpoint="add_certificate")
@takes_files(MOST_BYTES)
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def add_certificate(found: CompanyOf) -> Response | Page:
    """Declare a certificate."""
    mine, form = found.registration, CertificateForm()
    evidence, is_valid = _checked(mine, form)
    if not is_valid:
        return _page(mine, form), 422
    try:
        with saving(_home(mine)) as done:
            company_certificates.add(mine.company, form.answers(), evidence, actor=g.actor, now=now())
    except DomainError as error:
        _refuse(form, error)
        return _page(mine, form), 422
    flash(_("Agregó el certificado. El organizador podrá revisarlo."), "ok")
    return done.redirect()


@bp.get("/e/<event_code>/perfil/certificados/<uuid:certificate_id>")
@requires(Permission.COMPANY_READ, load=certificate_of_mine)
def certificate(found: CertificateOf) -> str:
    """A certificate with what is stored."""
    stored = company_certificates.answers_of(found.certificate)
    form = CertificateForm(formdata=None, **_form_values(stored))
    form.seen.data = edition(stored)
    return _page(found.registration, form, found.certificate)


@bp.post("/e/<event_code>/perfil/certificados/<uuid:certificate_id>", endpoint="change_certificate")
@takes_files(MOST_BYTES)
@requires(Permission.COMPANY_EDIT, load=certificate_of_mine)
def change_certificate(found: CertificateOf) -> Response | Page:
    """Store a certificate; it is declared again."""
    mine, form = found.registration, CertificateForm()
    evidence, is_valid = _checked(mine, form)
    if not is_valid:
        return _page(mine, form, found.certificate), 422
    try:
        with saving(_home(mine)) as done:
            company_certificates.change(
                found.certificate, form.answers(), evidence, seen=form.seen.data or "", actor=g.actor, now=now()
            )
    except Conflict as conflict:
        stored: Any = conflict.params["stored"]
        form.seen.data = edition(stored)
        typed = _words(mine, form.answers())
        theirs = [row for row in _words(mine, stored) if row not in typed]
        return _page(mine, form, found.certificate, theirs), 409
    except DomainError as error:
        _refuse(form, error)
        return _page(mine, form, found.certificate), 422
    flash(_("Guardado."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/perfil/certificados/<uuid:certificate_id>/quitar")
@requires(Permission.COMPANY_EDIT, load=certificate_of_mine)
def remove_certificate(found: CertificateOf) -> Response:
    """The company does not claim it any more."""
    with saving(_home(found.registration)) as done:
        company_certificates.end(found.certificate, actor=g.actor, now=now())
    flash(_("Quitó el certificado."), "ok")
    return done.redirect()


def _checked(mine: Registration, form: CertificateForm) -> tuple[Checked | None, bool]:
    """The document that was sent, and whether all is well; what is wrong stands next to its field."""
    form.offer(mine)
    is_valid = form.validate_on_submit()
    upload = upload_of(form.evidence, MAX_EVIDENCE)
    if upload is None:
        return None, is_valid
    try:
        return files.checked_evidence(upload), is_valid
    except DomainError as error:
        form.refuse("evidence", error)
        return None, False


def _refuse(form: CertificateForm, error: DomainError) -> None:
    if error.code in FIELD_OF:
        form.refuse(FIELD_OF[error.code], error)
    else:
        form.refuse_whole(error)


def _form_values(stored: CertificateAnswers) -> dict[str, Any]:
    return {**vars(stored), "stage": stored.stage.value, "site_id": str(stored.site_id) if stored.site_id else ""}


def _words(mine: Registration, answers: CertificateAnswers) -> Rows:
    """A certificate, field by field, in the words of the form."""
    form = CertificateForm(formdata=None, **_form_values(answers))
    form.offer(mine)
    words = []
    for name in vars(answers):
        choices = {choice.value: str(choice.label) for choice in getattr(form[name], "choices", None) or ()}
        value = form[name].data
        words.append((str(form[name].label.text), choices.get(value, str(value or ""))))
    return words


def _page(
    mine: Registration, form: CertificateForm, stored: Certificate | None = None, theirs: Rows | None = None
) -> str:
    form.offer(mine)
    return profile_page(
        "company/certificate.html",
        mine,
        "profile",
        form=form,
        certificate=stored,
        card=certificate_card(stored) if stored else None,
        rows=certificate_details(stored) if stored else [],
        theirs=theirs,
    )


def _home(mine: Registration) -> str:
    return url_for("company.profile", event_code=mine.event.code, _anchor="certificados")
