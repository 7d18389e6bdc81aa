"""Sign in with a password, sign out."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.services import accounts, throttle
from eventsapp.web.access import requires
from eventsapp.web.account.blueprint import bp
from eventsapp.web.account.forms import SignInForm
from eventsapp.web.account.session import client_address, enter, is_password_of, leave, myself_as_actor
from eventsapp.web.clock import now
from eventsapp.web.own_path import own_path


@bp.get("/entrar")
@requires(Permission.PUBLIC_READ)
def sign_in() -> Response | str:
    """Address and password, or a link by mail."""
    wanted = own_path(request.args.get("next"), url_for("account.home"))
    if myself_as_actor().is_signed_in:
        return redirect(wanted)
    return render_template("account/sign_in.html", form=SignInForm(formdata=None), next=wanted)


@bp.post("/entrar", endpoint="sign_in_now")
@requires(Permission.PUBLIC_WRITE)
def sign_in_now() -> Response | tuple[str, int]:
    """Check the password and open a session."""
    wanted = own_path(request.form.get("next"), url_for("account.home"))
    form = SignInForm()
    status = 422
    if form.validate_on_submit():
        try:
            return _with_password(form.email.data, form.password.data, wanted)
        except DomainError as error:
            form.refuse("password", error)
            status = 429 if error.code == "too_many_tries" else 422
    return render_template("account/sign_in.html", form=form, next=wanted), status


@bp.post("/salir")
@requires(Permission.PUBLIC_WRITE)
def sign_out() -> Response:
    """Close the session."""
    leave()
    return redirect(url_for("public.home"), 303)


def _with_password(email: str, password: str, wanted: str) -> Response:
    with unit_of_work():
        throttle.count_password(email, client_address(), now=now())
    account = accounts.find_by_email(email)
    if not is_password_of(account, password) or account is None:
        raise DomainError("wrong_password")
    if not account.is_active:
        raise DomainError("not_confirmed")
    with unit_of_work():
        accounts.claim_delegates(account)
    enter(account)
    return redirect(wanted, 303)
