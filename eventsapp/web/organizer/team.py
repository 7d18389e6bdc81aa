"""The team of an organization: who has access, in which roles, and what each role may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import HiddenField, SelectMultipleField, ValidationError

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.editions import edition
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import Role
from eventsapp.models import Organization
from eventsapp.services import audit, liaisons, organizations, team
from eventsapp.services.team import Member, Roles
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import Form, options, text, trimmed
from eventsapp.web.organizer.acts import about, act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.event_forms import email_address
from eventsapp.web.role_words import PEOPLE, PURPOSE, ROLE, matrix
from eventsapp.web.saving import saving

TEAM_ACTS = {"organization.member_added", "organization.member_changed", "organization.member_removed"}


def _some(_form: Any, field: Any) -> None:
    if not field.data:
        raise ValidationError(_("Elija al menos un papel"))


class RolesForm(Form):
    """The roles of a person and why they change."""

    roles = SelectMultipleField(
        _l("Papeles"),
        choices=options({role.value: ROLE[role] for role in Role}),
        validators=[_some],
        invalid_choice_message=_l("Elija de la lista"),
    )
    reason = text(_l("Motivo"), most=200, optional=True)
    seen = HiddenField()

    def chosen(self) -> set[Role]:
        """The roles that were ticked."""
        return {Role(value) for value in self.roles.data or []}


class InvitationForm(RolesForm):
    """Somebody new in the team."""

    name = text(_l("Nombre"), most=200)
    email = text(_l("Correo"), most=254, checks=(email_address,))


@dataclass(frozen=True)
class Seat:
    """A person of the team of an organization."""

    organization: Organization
    member: Member

    @property
    def scope(self) -> Scope:
        """Whose this is: the organization's."""
        return self.organization.scope


def seat_in(organization_code: str, account_id: UUID) -> Seat | None:
    """A person of a team, found through the organization."""
    organization = organizations.find(organization_code)
    member = team.find(organization, account_id) if organization else None
    return Seat(organization, member) if organization and member else None


@bp.route("/o/organizacion/<organization_code>/equipo", methods=["GET", "POST"], endpoint="team")
@requires(Permission.ORGANIZATION_MANAGE, load=lambda organization_code: organizations.find(organization_code))
def show_team(organization: Organization) -> ResponseReturnValue:
    """Who has access, the form for somebody new, and who may do what."""
    form = InvitationForm()
    if request.method == "GET" and request.args.get("para") == "yo":
        form.name.data, form.email.data = current_user.name, current_user.email
    if form.validate_on_submit():
        try:
            with saving(url_for("organizer.team", organization_code=organization.code)) as done:
                account = team.invite(
                    organization,
                    form.chosen(),
                    email=form.email.data.lower(),
                    name=form.name.data,
                    locale=str(get_locale()),
                    actor=g.actor,
                    now=now(),
                    reason=form.reason.data,
                )
                said = _("%(name)s ya tiene acceso. Le escribimos cómo entrar.", name=account.name)
            flash(said, "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("email", error)
    members = team.list_of(organization)
    page = render_template(
        "organizer/team.html",
        form=form,
        organization=organization,
        members=members,
        may_join=g.actor.account_id not in {member.account.id for member in members},
        looked_after=liaisons.count_by_account(organization),
        entries=[entry for entry in audit.list_for(organization.id) if entry.action in TEAM_ACTS],
        act=act,
        about=about,
        role_words=ROLE,
        purposes={role.value: words for role, words in PURPOSE.items()},
        people=[words for words, _actor in PEOPLE],
        matrix=matrix(),
    )
    return page, 422 if form.errors else 200


@bp.route("/o/organizacion/<organization_code>/equipo/<uuid:account_id>", methods=["GET", "POST"], endpoint="member")
@requires(Permission.ORGANIZATION_MANAGE, load=seat_in)
def change_member(seat: Seat) -> ResponseReturnValue:
    """The roles of one person."""
    held = seat.member.roles
    form = RolesForm(data={"roles": [role.value for role in held.held], "seen": edition(held)})
    status = 200
    if form.validate_on_submit():
        try:
            answer = _give(seat, form.chosen(), form.reason.data, form.seen.data)
            flash(_("Cambios guardados."), "ok")
            return answer
        except Conflict as conflict:
            stored, status = conflict.params["stored"], 409
            assert isinstance(stored, Roles)
            held, form.seen.data = stored, edition(stored)
        except DomainError as error:
            form.refuse("roles", error)
    page = render_template(
        "organizer/team_member.html",
        form=form,
        organization=seat.organization,
        member=seat.member.account,
        stored=[ROLE[role] for role in held.held],
        is_stale=status == 409,
        looked_after=liaisons.count_by_account(seat.organization).get(seat.member.account.id, 0),
        purposes={role.value: words for role, words in PURPOSE.items()},
    )
    return page, 422 if form.errors else status


@bp.post("/o/organizacion/<organization_code>/equipo/<uuid:account_id>/quitar", endpoint="remove_member")
@requires(Permission.ORGANIZATION_MANAGE, load=seat_in)
def remove_member(seat: Seat) -> ResponseReturnValue:
    """Take a person out of the team."""
    answer = _give(seat, set(), trimmed(request.form.get("reason"))[:200])
    flash(_("%(name)s ya no tiene acceso.", name=seat.member.account.name), "ok")
    return answer


def _give(seat: Seat, roles: set[Role], reason: str, seen: str | None = None) -> ResponseReturnValue:
    with saving(url_for("organizer.team", organization_code=seat.organization.code)) as done:
        team.give(seat.organization, seat.member.account, roles, actor=g.actor, now=now(), reason=reason, seen=seen)
    return done.redirect()
