"""The sites of a company: add, change, close."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.places import MEXICO, POSTAL_STATES, STATES
from eventsapp.models import Registration, Site
from eventsapp.services import companies, sites
from eventsapp.services.sites import SiteAnswers
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.company.profile import CompanyOf, Page, company_of_mine, profile_page
from eventsapp.web.company.profile_forms import SiteForm
from eventsapp.web.company.profile_sections import Rows
from eventsapp.web.company.registration_forms import countries
from eventsapp.web.formats import number
from eventsapp.web.loaders import my_registration
from eventsapp.web.saving import saving


@dataclass(frozen=True)
class SiteOf:
    """A site of the actor's own company, at an event."""

    registration: Registration
    site: Site

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.site.scope


def site_of_mine(event_code: str, site_id: UUID) -> SiteOf | None:
    """A site of the actor's own company."""
    mine = my_registration(event_code)
    found = sites.find_of(mine.company, site_id) if mine is not None else None
    return SiteOf(mine, found) if mine is not None and found is not None else None


@bp.get("/e/<event_code>/perfil/sitios/nuevo")
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def new_site(found: CompanyOf) -> str:
    """An empty form."""
    return _page(found.registration, SiteForm(formdata=None, country=MEXICO))


@bp.post("/e/<event_code>/perfil/sitios/nuevo", endpoint="add_site")
@requires(Permission.COMPANY_EDIT, load=company_of_mine)
def add_site(found: CompanyOf) -> Response | Page:
    """Add a site."""
    mine, form = found.registration, SiteForm()
    if not form.validate_on_submit():
        return _page(mine, form), 422
    try:
        with saving(_home(mine)) as done:
            sites.add(mine.company, form.answers(), actor=g.actor, now=now())
    except DomainError as error:
        form.refuse_whole(error)
        return _page(mine, form), 422
    return done.redirect()


@bp.get("/e/<event_code>/perfil/sitios/<uuid:site_id>")
@requires(Permission.COMPANY_READ, load=site_of_mine)
def site(found: SiteOf) -> str:
    """A site with what is stored."""
    stored = sites.answers_of(found.site)
    in_mexico = stored.country == MEXICO
    values: dict[str, Any] = {
        **vars(stored),
        "state": stored.state if in_mexico and stored.state in STATES else "",
        "region": "" if in_mexico else stored.state,
    }
    return _page(found.registration, SiteForm(formdata=None, seen=edition(stored), **values), found.site)


@bp.post("/e/<event_code>/perfil/sitios/<uuid:site_id>", endpoint="change_site")
@requires(Permission.COMPANY_EDIT, load=site_of_mine)
def change_site(found: SiteOf) -> Response | Page:
    """Store a site."""
    mine, form = found.registration, SiteForm()
    if not form.validate_on_submit():
        return _page(mine, form, found.site), 422
    try:
        with saving(_home(mine)) as done:
            sites.change(found.site, form.answers(), seen=form.seen.data or "", actor=g.actor, now=now())
    except Conflict as conflict:
        stored: Any = conflict.params["stored"]
        form.seen.data = edition(stored)
        typed = site_words(form.answers())
        return _page(mine, form, found.site, [row for row in site_words(stored) if row not in typed]), 409
    return done.redirect()


@bp.post("/e/<event_code>/perfil/sitios/<uuid:site_id>/quitar")
@requires(Permission.COMPANY_EDIT, load=site_of_mine)
def remove_site(found: SiteOf) -> Response:
    """A site that closed."""
    with saving(_home(found.registration)) as done:
        sites.end(found.site, actor=g.actor, now=now())
    flash(_("Quitó el sitio."), "ok")
    return done.redirect()


def site_words(answers: SiteAnswers) -> Rows:
    """A site in words."""
    return [
        (_("Nombre del sitio"), answers.name),
        (_("Calle y número"), answers.address),
        (_("Código postal"), answers.postal_code),
        (_("Ciudad o municipio"), answers.city),
        (_("Estado"), answers.state),
        (_("País"), countries(str(get_locale())).get(answers.country, answers.country)),
        (_("Ubicación en el mapa"), answers.position),
        (_("Superficie de la planta, en m²"), number(answers.plant_area_m2) if answers.plant_area_m2 else ""),
        (_("Turnos por día"), str(answers.shifts or "")),
        (_("Puede recibir visitas de otras empresas"), _("Sí") if answers.is_meeting_host else _("No")),
    ]


def _page(mine: Registration, form: SiteForm, stored: Site | None = None, theirs: Rows | None = None) -> str:
    return profile_page(
        "company/profile_site.html",
        mine,
        "profile",
        form=form,
        site=stored,
        rows=[{"key": key, "value": value} for key, value in site_words(sites.answers_of(stored))] if stored else [],
        theirs=theirs,
        cities=companies.list_cities(mine.event.organization),
        postal_states=POSTAL_STATES,
    )


def _home(mine: Registration) -> str:
    return url_for("company.profile", event_code=mine.event.code, _anchor="sitios")
