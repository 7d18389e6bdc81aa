"""One's own account: name, language and password."""

from __future__ import annotations

from typing import Any

from flask import flash, render_template, session, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.passwords import require_good
from eventsapp.services import accounts, throttle
from eventsapp.web.access import requires
from eventsapp.web.account.blueprint import bp
from eventsapp.web.account.forms import ChangePasswordForm, NewPasswordForm, ProfileForm
from eventsapp.web.account.session import (
    LOCALE,
    client_address,
    enter,
    hashed,
    is_password_of,
    myself,
    myself_as_actor,
)
from eventsapp.web.clock import now
from eventsapp.web.saving import saving


@bp.get("/cuenta")
@requires(Permission.ACCOUNT_USE)
def profile() -> str:
    """Name, language and password."""
    return _page()


@bp.post("/cuenta", endpoint="change_profile")
@requires(Permission.ACCOUNT_USE)
def change_profile() -> Response | tuple[str, int]:
    """Store name and language."""
    form = ProfileForm()
    if not form.validate_on_submit():
        return _page(profile_form=form), 422
    with saving(url_for("account.profile")) as done:
        accounts.change_profile(
            myself(), name=form.name.data, locale=form.locale.data, actor=myself_as_actor(), now=now()
        )
    session[LOCALE] = form.locale.data
    with force_locale(form.locale.data):
        flash(_("Guardamos sus datos."), "ok")
    return done.redirect()


@bp.post("/cuenta/cambiar-contrasena")
@requires(Permission.ACCOUNT_USE)
def change_password() -> Response | tuple[str, int]:
    """Store a new password; this session goes on, all others end."""
    form: Any = ChangePasswordForm() if myself().password_hash else NewPasswordForm()
    if form.validate_on_submit():
        try:
            return _change_password(form)
        except DomainError as error:
            form.refuse("current" if error.code in {"wrong_password", "too_many_tries"} else "password", error)
    return _page(password_form=form), 422


def _change_password(form: Any) -> Response:
    me = myself()
    if me.password_hash:
        with unit_of_work():
            throttle.count_password(me.email, client_address(), now=now())
        if not is_password_of(me, form.current.data):
            raise DomainError("wrong_password")
    require_good(form.password.data, email=me.email, name=me.name)
    password_hash = hashed(form.password.data)
    with saving(url_for("account.profile")) as done:
        accounts.change_password(me, password_hash, actor=myself_as_actor(), now=now())
    enter(me)
    flash(_("Cambió su contraseña. Las demás sesiones terminaron."), "ok")
    return done.redirect()


def _page(profile_form: ProfileForm | None = None, password_form: Any = None) -> str:
    me = myself()
    profile_form = profile_form or ProfileForm(formdata=None, name=me.name, locale=me.locale)
    if password_form is None:
        password_form = ChangePasswordForm(formdata=None) if me.password_hash else NewPasswordForm(formdata=None)
    failed = next((form for form in (profile_form, password_form) if form.errors), profile_form)
    return render_template(
        "account/profile.html", me=me, profile_form=profile_form, password_form=password_form, form=failed
    )
