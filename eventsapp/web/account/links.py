"""Mailed links: sign in without a password, choose a new password. Seeing a link does nothing; its button does."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.passwords import require_good
from eventsapp.domain.values import TokenPurpose
from eventsapp.models import Account
from eventsapp.services import accounts, throttle, tokens
from eventsapp.web.access import requires
from eventsapp.web.account.blueprint import bp
from eventsapp.web.account.forms import ButtonForm, EmailForm, NewPasswordForm, SignInForm
from eventsapp.web.account.session import client_address, enter, hashed, myself_as_actor
from eventsapp.web.clock import now
from eventsapp.web.own_path import own_path
from eventsapp.web.saving import saving

MAILED_TO = "mailed_to"


@bp.post("/entrar/enlace")
@requires(Permission.PUBLIC_WRITE)
def send_link() -> Response | tuple[str, int]:
    """Mail a link that signs in; the answer is the same for every address."""
    wanted = own_path(request.form.get("next"), url_for("account.home"))
    form = EmailForm()
    status = 422
    if form.validate_on_submit():
        try:
            _count(form.email.data)
            with saving(url_for("account.mailed")) as done:
                accounts.send_sign_in_link(form.email.data, next_path=wanted, now=now())
        except DomainError as error:
            form.refuse("email", error)
            status = 429
        else:
            tell_of_mail(form.email.data)
            return done.redirect()
    shown = SignInForm(formdata=None, email=form.email.data)
    shown.email.errors = form.email.errors
    return render_template("account/sign_in.html", form=shown, next=wanted), status


@bp.get("/cuenta/correo")
@requires(Permission.PUBLIC_READ)
def mailed() -> str:
    """Look into your mail: the same for every address and every mail."""
    return render_template("account/mailed.html", address=session.get(MAILED_TO, ""))


@bp.get("/entrar/<token>")
@requires(Permission.PUBLIC_READ)
def use_link(token: str) -> Response | str:
    """One button that signs in."""
    found = tokens.find(token, TokenPurpose.SIGN_IN, now=now())
    if found is None:
        return gone("account.sign_in")
    return render_template("account/use_link.html", person=found.account, form=ButtonForm(formdata=None))


@bp.post("/entrar/<token>", endpoint="use_link_now")
@requires(Permission.PUBLIC_WRITE)
def use_link_now(token: str) -> Response:
    """Use the link up and open a session."""
    wanted = own_path(request.args.get("next"), url_for("account.home"))
    if tokens.find(token, TokenPurpose.SIGN_IN, now=now()) is None:
        return redirect(wanted, 303) if myself_as_actor().is_signed_in else gone("account.sign_in")
    with saving(wanted) as done:
        account = accounts.use_sign_in_link(token, now=now())
    enter(account)
    return done.redirect()


@bp.get("/cuenta/contrasena")
@requires(Permission.PUBLIC_READ)
def forgot() -> str:
    """Ask for a link to choose a new password."""
    return render_template("account/forgot.html", form=EmailForm(formdata=None))


@bp.post("/cuenta/contrasena", endpoint="forgot_now")
@requires(Permission.PUBLIC_WRITE)
def forgot_now() -> Response | tuple[str, int]:
    """Mail the link; the answer is the same for every address."""
    form = EmailForm()
    status = 422
    if form.validate_on_submit():
        try:
            _count(form.email.data)
            with saving(url_for("account.mailed")) as done:
                accounts.send_reset(form.email.data, now=now())
        except DomainError as error:
            form.refuse("email", error)
            status = 429
        else:
            tell_of_mail(form.email.data)
            return done.redirect()
    return render_template("account/forgot.html", form=form), status


@bp.get("/cuenta/contrasena/<token>")
@requires(Permission.PUBLIC_READ)
def reset(token: str) -> Response | str:
    """A new password."""
    found = tokens.find(token, TokenPurpose.RESET_PASSWORD, now=now())
    if found is None:
        return gone("account.forgot")
    return render_template("account/reset.html", person=found.account, form=NewPasswordForm(formdata=None))


@bp.post("/cuenta/contrasena/<token>", endpoint="reset_now")
@requires(Permission.PUBLIC_WRITE)
def reset_now(token: str) -> Response | tuple[str, int]:
    """Store the new password and open a session; the link is used up."""
    found = tokens.find(token, TokenPurpose.RESET_PASSWORD, now=now())
    if found is None or found.account is None:
        return redirect(url_for("account.home"), 303) if myself_as_actor().is_signed_in else gone("account.forgot")
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            return _reset(token, found.account, form.password.data)
        except DomainError as error:
            form.refuse("password", error)
    return render_template("account/reset.html", person=found.account, form=form), 422


def gone(ask_again: str) -> Response:
    """The page of a link that was used, has ended or never was."""
    return make_response(render_template("account/gone.html", ask_again=url_for(ask_again)), 410)


def tell_of_mail(address: str) -> None:
    """Remember, in this browser, where the mail went."""
    session[MAILED_TO] = address


def _count(address: str) -> None:
    with unit_of_work():
        throttle.count_mail(address, client_address(), now=now())


def _reset(token: str, account: Account, password: str) -> Response:
    require_good(password, email=account.email, name=account.name)
    with unit_of_work():
        throttle.count(throttle.PASSWORD_BY_CLIENT, client_address(), now=now())
    password_hash = hashed(password)
    with saving(url_for("account.home")) as done:
        account = accounts.reset_password(token, password_hash, now=now())
    enter(account)
    return done.redirect()
