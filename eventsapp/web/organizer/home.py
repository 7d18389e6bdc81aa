"""The start of an organizer: the own organizations with their events, and new ones."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from eventsapp.domain.access import Permission, may
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import Role
from eventsapp.models import Organization
from eventsapp.services import accounts, events, organizations, team
from eventsapp.services.organizations import Profile
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.fields import choice, optional_choice
from eventsapp.web.forms import Form, text
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.event_forms import FIELD_OF, NewEventForm, email_address
from eventsapp.web.saving import saving
from eventsapp.web.words import ORGANIZATION_KIND


def _cluster_names() -> dict[str, str]:
    """The clusters by code, in the language of this answer."""
    language = str(get_locale())
    return {one.code: one.name(language) for one in clusters().values()}


class ProfileForm(Form):
    """What an organization is."""

    name = text(_l("Nombre"), most=200)
    kind = choice(_l("Tipo"), ORGANIZATION_KIND)
    state = text(_l("Estado de la República"), most=80, optional=True)
    cluster_code = optional_choice(_l("Clúster"), _cluster_names)

    def profile(self) -> Profile:
        """What was entered."""
        return Profile(self.name.data, self.kind.data, self.state.data, self.cluster_code.data or "")


class OrganizationSettings(ProfileForm):
    """An organization as it is changed; `seen` says what the form was filled in from."""

    seen = HiddenField()


class OrganizationForm(ProfileForm):
    """A new organization and the person who runs it."""

    code = text(_l("Clave"), most=40)
    admin_email = text(_l("Correo de quien la administra"), most=254, checks=(email_address,))


def _where_to_create() -> Organization | None:
    """The organization that the address names; without a name, the first in which the actor may create events."""
    code = request.args.get("organizacion", "")
    if code:
        return organizations.find(code[:40])
    return next(iter(organizations.list_creatable(g.actor)), None)


@bp.get("/o/")
@requires(Permission.ACCOUNT_USE)
def home() -> ResponseReturnValue:
    """My organizations and their events."""
    mine = organizations.list_for(g.actor)
    counts = events.count_approved([event for organization in mine for event in organization.events])
    creatable = {one.id for one in mine if may(g.actor, Permission.EVENT_CREATE, one.scope)}
    return render_template("organizer/home.html", organizations=mine, counts=counts, creatable=creatable, now=now())


@bp.route("/o/nuevo", methods=["GET", "POST"])
@requires(Permission.EVENT_CREATE, load=_where_to_create)
def new_event(organization: Organization) -> ResponseReturnValue:
    """A new event in preparation."""
    form = NewEventForm()
    if form.validate_on_submit() and (dates := form.dates(ZoneInfo(form.time_zone.data))):
        try:
            with saving() as done:
                event = events.create(
                    organization,
                    code=form.code.data,
                    details=form.details(),
                    dates=dates,
                    limits=form.limits(),
                    rounds=form.rounds(),
                    kind=form.kind(),
                    actor=g.actor,
                    now=now(),
                )
                done.location = url_for("organizer.settings_days", event_code=event.code)
            return done.redirect()
        except DomainError as error:
            form.refuse(FIELD_OF.get(error.code, "name"), error)
    if not form.code.data and form.name.data and not form.errors.get("name"):
        form.code.data = events.suggested_code(form.name.data)
    form.call_chosen_sides()
    others = [one for one in organizations.list_creatable(g.actor) if one is not organization]
    page = render_template("organizer/new_event.html", form=form, organization=organization, others=others)
    return page, 422 if form.errors else 200


@bp.route("/o/organizacion/<organization_code>", methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_MANAGE, load=lambda organization_code: organizations.find(organization_code))
def organization(organization: Organization) -> ResponseReturnValue:
    """Change what an organization is."""
    stored = organizations.profile_of(organization)
    form = OrganizationSettings(data={**vars(stored), "seen": edition(stored)})
    status = 200
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.organization", organization_code=organization.code)) as done:
                organizations.change(organization, form.profile(), seen=form.seen.data, actor=g.actor, now=now())
            flash(_("Cambios guardados."), "ok")
            return done.redirect()
        except Conflict:
            stored = organizations.profile_of(organization)
            form.seen.data, status = edition(stored), 409
    page = render_template(
        "organizer/organization.html", form=form, organization=organization, stored=stored, is_stale=status == 409
    )
    return page, 422 if form.errors else status


@bp.route("/o/organizaciones/nueva", methods=["GET", "POST"])
@requires(Permission.ADMIN_MANAGE)
def new_organization() -> ResponseReturnValue:
    """A new organization with its first administrator; for administrators of the platform."""
    form = OrganizationForm()
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.home")) as done:
                _create_organization(form)
            return done.redirect()
        except DomainError as error:
            form.refuse("admin_email" if error.code == "no_such_account" else "code", error)
    return render_template("organizer/new_organization.html", form=form), 422 if form.errors else 200


def _create_organization(form: OrganizationForm) -> None:
    account = accounts.find_by_email(form.admin_email.data)
    if account is None:
        raise DomainError("no_such_account")
    made = organizations.create(
        code=form.code.data,
        name=form.name.data,
        kind=form.kind.data,
        state=form.state.data,
        cluster_code=form.cluster_code.data or None,
        actor=g.actor,
        now=now(),
    )
    team.give(made, account, {Role.ADMIN}, actor=g.actor, now=now())
