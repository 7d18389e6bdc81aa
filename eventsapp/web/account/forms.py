"""The forms of the account pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import Length, ValidationError

from eventsapp.domain import contacts
from eventsapp.domain.errors import DomainError
from eventsapp.domain.passwords import MAX_LENGTH
from eventsapp.i18n import LOCALES
from eventsapp.web.forms import Form, options, required, text, trimmed
from eventsapp.web.sentences import sentence


def check_email(_form: Any, field: Any) -> None:
    """The address is well-formed; the field then holds its normal form."""
    if not field.data:
        return
    try:
        field.data = contacts.email_address(field.data)
    except DomainError as error:
        raise ValidationError(sentence(error)) from error


def email(label: Any = _l("Correo electrónico"), *, optional: bool = False) -> Any:
    """An address of electronic mail."""
    return text(label, most=contacts.MAX_EMAIL, optional=optional, checks=(check_email,))


def password(label: Any = _l("Contraseña")) -> Any:
    """A password: taken as it is typed, blanks included."""
    bound = Length(max=MAX_LENGTH, message=_l("Use a lo más %(most)s caracteres", most=MAX_LENGTH))
    return PasswordField(label, validators=[required(_l("Escriba la contraseña")), bound])


def language(label: Any = _l("Idioma de la página y de los correos")) -> Any:
    """One of the languages that we speak, each named in itself."""
    return SelectField(label, choices=options(LOCALES), invalid_choice_message=_l("Elija una opción de la lista"))


class SignInForm(Form):
    """Address and password."""

    email = email()
    password = password()


class EmailForm(Form):
    """An address that we write to."""

    email = email()


class SignUpForm(Form):
    """A new account."""

    name = text(_l("Nombre completo"), most=200)
    email = email()
    password = password()


class PasswordForm(Form):
    """A password that was chosen before."""

    password = password()


class NewPasswordForm(Form):
    """A password to have from now on."""

    password = password(_l("Contraseña nueva"))


class ChangePasswordForm(Form):
    """Another password, by somebody who knows the one of today."""

    current = password(_l("Contraseña actual"))
    password = password(_l("Contraseña nueva"))


class ProfileForm(Form):
    """Name and language."""

    name = text(_l("Nombre completo"), most=200)
    locale = language()


class ButtonForm(Form):
    """Nothing but a button."""

    next = StringField(filters=[trimmed], validators=[Length(max=500)])
