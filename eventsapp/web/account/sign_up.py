"""Open an account and confirm its address. The answer never tells whether an address is known."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.passwords import require_good
from eventsapp.domain.values import TokenPurpose
from eventsapp.i18n import chosen_locale
from eventsapp.models import Token
from eventsapp.services import accounts, throttle, tokens
from eventsapp.web.access import requires
from eventsapp.web.account.blueprint import bp
from eventsapp.web.account.forms import ButtonForm, PasswordForm, SignUpForm
from eventsapp.web.account.links import gone, tell_of_mail
from eventsapp.web.account.session import client_address, enter, hashed, is_password_of, myself_as_actor
from eventsapp.web.clock import now
from eventsapp.web.own_path import own_path
from eventsapp.web.saving import saving

ATTEMPT = "sign_up"


@bp.get("/cuenta/nueva")
@requires(Permission.PUBLIC_READ)
def sign_up() -> Response | str:
    """Name, address and password."""
    wanted = own_path(request.args.get("next"), url_for("account.home"))
    if myself_as_actor().is_signed_in:
        return redirect(wanted)
    return render_template("account/sign_up.html", form=SignUpForm(formdata=None), next=wanted)


@bp.post("/cuenta/nueva", endpoint="sign_up_now")
@requires(Permission.PUBLIC_WRITE)
def sign_up_now() -> Response | tuple[str, int]:
    """Open the account and write to its address."""
    wanted = own_path(request.form.get("next"), url_for("account.home"))
    form = SignUpForm()
    status = 422
    if form.validate_on_submit():
        try:
            require_good(form.password.data, email=form.email.data, name=form.name.data)
            return _open(form, wanted)
        except DomainError as error:
            status = 429 if error.code == "too_many_tries" else 422
            form.refuse("email" if status == 429 else "password", error)
    return render_template("account/sign_up.html", form=form, next=wanted), status


@bp.get("/cuenta/confirmar/<token>")
@requires(Permission.PUBLIC_READ)
def confirm(token: str) -> Response | str:
    """One button; another browser than the one that signed up also needs the password."""
    found = tokens.find(token, TokenPurpose.CONFIRM_EMAIL, now=now())
    if found is None:
        return gone("account.sign_up")
    return _confirm_page(found, PasswordForm(formdata=None))


@bp.post("/cuenta/confirmar/<token>", endpoint="confirm_now")
@requires(Permission.PUBLIC_WRITE)
def confirm_now(token: str) -> Response | tuple[str, int]:
    """The address is confirmed and the person is in."""
    wanted = own_path(request.args.get("next"), url_for("account.home"))
    found = tokens.find(token, TokenPurpose.CONFIRM_EMAIL, now=now())
    if found is None or found.account is None:
        return redirect(wanted, 303) if myself_as_actor().is_signed_in else gone("account.sign_up")
    form = ButtonForm() if _is_same_browser(found) else PasswordForm()
    if not form.validate_on_submit():
        return _confirm_page(found, form), 422
    if isinstance(form, PasswordForm):
        try:
            _check(found, form.password.data)
        except DomainError as error:
            form.refuse("password", error)
            return _confirm_page(found, form), 429 if error.code == "too_many_tries" else 422
    with saving(wanted) as done:
        account = accounts.confirm(token, now=now())
    enter(account)
    return done.redirect()


def _open(form: SignUpForm, wanted: str) -> Response:
    with unit_of_work():
        throttle.count_mail(form.email.data, client_address(), now=now())
        throttle.count(throttle.PASSWORD_BY_CLIENT, client_address(), now=now())
    password_hash = hashed(form.password.data)
    attempt = uuid4()
    with saving(url_for("account.mailed")) as done:
        accounts.sign_up(
            email=form.email.data,
            name=form.name.data,
            password_hash=password_hash,
            locale=chosen_locale(),
            attempt=attempt,
            next_path=wanted,
            now=now(),
        )
    session[ATTEMPT] = str(attempt)
    tell_of_mail(form.email.data)
    return done.redirect()


def _is_same_browser(found: Token) -> bool:
    kept = session.get(ATTEMPT, "")
    return isinstance(found.object_id, UUID) and kept == str(found.object_id)


def _confirm_page(found: Token, form: PasswordForm | ButtonForm) -> str:
    return render_template(
        "account/confirm.html", form=form, person=found.account, needs_password=not _is_same_browser(found)
    )


def _check(found: Token, password: str) -> None:
    if found.account is None:
        raise DomainError("link_expired")
    with unit_of_work():
        throttle.count_password(found.account.email, client_address(), now=now())
    if not is_password_of(found.account, password):
        raise DomainError("wrong_password")
