"""An invitation of a colleague: the mailed link shows it, its button accepts it."""

from __future__ import annotations

from flask import flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.models import Delegate
from eventsapp.services import people
from eventsapp.web.access import requires
from eventsapp.web.account.forms import ButtonForm
from eventsapp.web.account.session import enter, myself
from eventsapp.web.clock import now
from eventsapp.web.company.blueprint import bp
from eventsapp.web.saving import saving


@bp.get("/invitacion/<token>")
@requires(Permission.PUBLIC_READ)
def invitation(token: str) -> Response | str:
    """Who invites whom to which company, and one button."""
    person = people.find_invited(token, now=now())
    if person is None:
        return _gone()
    return _page(person, ButtonForm(formdata=None))


@bp.post("/invitacion/<token>", endpoint="accept_invitation")
@requires(Permission.PUBLIC_WRITE)
def accept_invitation(token: str) -> Response | tuple[str, int]:
    """Join the company. A new account is let in; one that has its own ways in uses those."""
    person = people.find_invited(token, now=now())
    if person is None:
        return redirect(url_for("account.home"), 303) if g.actor.is_signed_in else _gone()
    form = ButtonForm()
    if _is_somebody_else(person):
        form.form_errors.append(str(_("Esta invitación es para otro correo.")))
        return _page(person, form), 409
    if not form.validate_on_submit():
        return _page(person, form), 422
    try:
        with saving(url_for("account.home")) as done:
            welcome = people.accept(token, now=now())
    except DomainError:
        return _gone()
    if welcome.is_new:
        enter(welcome.account)
    flash(_("Ya forma parte de %(company)s.", company=welcome.person.company.name), "ok")
    if not welcome.is_new and not g.actor.is_signed_in:
        return redirect(url_for("account.sign_in", next=done.location), 303)
    return done.redirect()


def _gone() -> Response:
    """An invitation that was accepted, withdrawn, sent anew, or has ended."""
    return make_response(render_template("company/invitation_gone.html"), 410)


def _is_somebody_else(person: Delegate) -> bool:
    return bool(g.actor.is_signed_in and myself().email != person.email)


def _page(person: Delegate, form: ButtonForm) -> str:
    return render_template(
        "company/invitation.html",
        person=person,
        company=person.company,
        form=form,
        is_somebody_else=_is_somebody_else(person),
        signed_in_as=myself().email if g.actor.is_signed_in else "",
    )
