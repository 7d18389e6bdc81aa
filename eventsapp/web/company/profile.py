"""The profile of a company: all parts on one page with what is missing, and one page for each part.

Everybody of the company sees it, those who administer it change it. Who the company is follows the registration: once
that is sent, the organizer has to be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Response as FlaskResponse
from flask import flash, g, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsapp.domain.access import Permission, Scope, may
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.registering import Step
from eventsapp.domain.values import FileKind
from eventsapp.models import Registration, StoredFile
from eventsapp.services import companies, company_certificates, files, sites
from eventsapp.services.files import MAX_LOGO
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.certificate_rows import certificate_cards
from eventsapp.web.company.profile_fields import upload_of
from eventsapp.web.company.profile_forms import IndustryForm, LogoForm
from eventsapp.web.company.profile_sections import (
    SECTIONS,
    Rows,
    Section,
    form_of,
    is_answered,
    needed_missing,
    rows_of,
    size_warning,
    words_of,
)
from eventsapp.web.company.registration_forms import StepForm
from eventsapp.web.company.registration_pages import SLUGS, can_edit, registration_page
from eventsapp.web.company.registration_rows import company_rows
from eventsapp.web.forms import Form
from eventsapp.web.loaders import my_registration
from eventsapp.web.saving import saving
from eventsapp.web.security import takes_files

Page = str | tuple[str, int]
MOST_BYTES = 12 * 1024 * 1024
SEARCH = "search"


@dataclass(frozen=True)
class SectionOf:
    """A part of the profile of the actor's own company."""

    registration: Registration
    section: Section

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.company.scope


@dataclass(frozen=True)
class FileOf:
    """A file of the actor's own company."""

    registration: Registration
    file: StoredFile

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.file.scope


@dataclass(frozen=True)
class CompanyOf:
    """The actor's own company, at an event."""

    registration: Registration

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.company.scope


def section_of_mine(event_code: str, section: str) -> SectionOf | None:
    """A part of the profile of the actor's own company."""
    mine = my_registration(event_code)
    return SectionOf(mine, SECTIONS[section]) if mine is not None and section in SECTIONS else None


def company_of_mine(event_code: str) -> CompanyOf | None:
    """The actor's own company at an event."""
    mine = my_registration(event_code)
    return CompanyOf(mine) if mine is not None else None


def file_of_mine(event_code: str, file_id: UUID) -> FileOf | None:
    """A file of the actor's own company."""
    mine = my_registration(event_code)
    file = files.find_of(mine.company_id, file_id) if mine is not None else None
    return FileOf(mine, file) if mine is not None and file is not None else None


@bp.get("/e/<event_code>/perfil")
@requires(Permission.COMPANY_READ, load=company_of_mine)
def profile(found: CompanyOf) -> str:
    """All parts, the needed ones first."""
    mine = found.registration
    company = mine.company
    parts: list[dict[str, Any]] = [
        {
            "section": section,
            "rows": rows_of(section, company),
            "is_answered": is_answered(section, company),
            "href": _address(mine, section),
        }
        for section in SECTIONS.values()
    ]
    identity = url_for("company.step", event_code=mine.event.code, step=SLUGS[Step.COMPANY])
    return profile_page(
        "company/profile.html",
        mine,
        "profile",
        needed=[part for part in parts if part["section"].is_needed],
        optional=[part for part in parts if not part["section"].is_needed],
        identity=company_rows(company),
        identity_href=identity if can_edit(mine, Step.COMPANY) else "",
        missing=[section.title for section in needed_missing(company)],
        size_warning=size_warning(company),
        sites=sites.list_of(company),
        certificates=certificate_cards(company_certificates.list_of(company)),
    )


@bp.get("/e/<event_code>/perfil/<section>")
@requires(Permission.COMPANY_READ, load=section_of_mine)
def profile_section(found: SectionOf) -> Page:
    """One question with what is stored; whoever does not administer the company reads the answer."""
    form = form_of(found.section, found.registration.company)
    form.seen.data = edition(companies.stored_of(found.registration.company, found.section.answers))
    if isinstance(form, IndustryForm):
        form.words.data = request.args.get("words", "")[:120]
        if form.picked in request.args:
            form.pick(request.args.getlist(form.picked))
    return _section_page(found, form)


@bp.post("/e/<event_code>/perfil/<section>", endpoint="save_profile_section")
@requires(Permission.COMPANY_EDIT, load=section_of_mine)
def save_profile_section(found: SectionOf) -> Response | Page:
    """Store the answer, or show what a search finds."""
    mine, section = found.registration, found.section
    form = section.form()
    if isinstance(form, IndustryForm) and request.form.get(SEARCH):
        return _section_page(found, form)
    if not form.validate_on_submit():
        return _section_page(found, form), 422
    answers = form.answers()
    try:
        with saving(url_for("company.profile", event_code=mine.event.code)) as done:
            companies.change(mine.company, answers, seen=form.seen.data or "", actor=g.actor, now=now())
    except Conflict as conflict:
        stored: Any = conflict.params["stored"]
        form.seen.data = edition(stored)
        typed = words_of(section, answers)
        theirs = [row for row in words_of(section, stored) if row not in typed]
        return _section_page(found, form, theirs), 409
    except DomainError as error:
        form.refuse_whole(error)
        return _section_page(found, form), 422
    warning = size_warning(mine.company) if section.slug == "tamano" else ""
    flash(warning or _("Guardado."), "info" if warning else "ok")
    return done.redirect()


@bp.get("/e/<event_code>/perfil/logotipo")
@requires(Permission.COMPANY_READ, load=company_of_mine)
def logo(found: CompanyOf) -> str:
    """The logo, and a form for another one."""
    return _logo_page(found.registration, LogoForm(formdata=None))


@bp.post("/e/<event_code>/perfil/logotipo", endpoint="save_logo")
@takes_files(MOST_BYTES)
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def save_logo(found: CompanyOf) -> Response | Page:
    """Check the picture, write it anew, store it."""
    mine, form = found.registration, LogoForm()
    upload = upload_of(form.logo, MAX_LOGO)
    if not form.validate_on_submit() or upload is None:
        if upload is None:
            form.refuse("logo", _("Elija un archivo"))
        return _logo_page(mine, form), 422
    try:
        checked = files.checked_logo(upload)
        with saving(url_for("company.profile", event_code=mine.event.code)) as done:
            companies.change_logo(mine.company, checked, actor=g.actor, now=now())
    except DomainError as error:
        form.refuse("logo", error)
        return _logo_page(mine, form), 422
    flash(_("Guardamos su logotipo."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/perfil/logotipo/quitar")
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def remove_logo(found: CompanyOf) -> Response:
    """Show the initials again."""
    with saving(url_for("company.profile", event_code=found.registration.event.code)) as done:
        companies.change_logo(found.registration.company, None, actor=g.actor, now=now())
    return done.redirect()


@bp.get("/e/<event_code>/perfil/archivos/<uuid:file_id>")
@requires(Permission.COMPANY_READ, load=file_of_mine)
def company_file(found: FileOf) -> FlaskResponse:
    """A file of the own company."""
    return sent(found.file)


def sent(file: StoredFile) -> FlaskResponse:
    """A file as an answer: a logo of ours is shown, everything else is saved and never opened here."""
    return send_file(
        BytesIO(file.content),
        mimetype=file.media_type,
        as_attachment=file.kind is not FileKind.LOGO,
        download_name=file.name,
        etag=file.sha256,
    )


def profile_page(template: str, mine: Registration, active: str, **values: Any) -> str:
    """Render a page about the company itself; `active` is one of profile, people."""
    return registration_page(
        template,
        mine,
        may_change=may(g.actor, Permission.COMPANY_EDIT, mine.company.scope),
        place=active,
        home=url_for("company.profile", event_code=mine.event.code),
        here=request.path,
        **values,
    )


def _section_page(found: SectionOf, form: StepForm, theirs: Rows | None = None) -> str:
    mine, section = found.registration, found.section
    is_search = isinstance(form, IndustryForm)
    if isinstance(form, IndustryForm):
        chosen = form.picker.data
        form.offer(chosen if isinstance(chosen, list) else [chosen or ""])
    return profile_page(
        "company/profile_industry.html" if is_search else "company/profile_section.html",
        mine,
        "profile",
        form=form,
        section=section,
        rows=rows_of(section, mine.company),
        theirs=theirs,
    )


def _logo_page(mine: Registration, form: Form) -> str:
    return profile_page("company/profile_logo.html", mine, "profile", form=form)


def _address(mine: Registration, section: Section) -> str:
    return url_for("company.profile_section", event_code=mine.event.code, section=section.slug)
