"""Pages that explain: privacy with its notices and the form for rights, help, accessibility; the choice of language."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import SelectField
from wtforms.validators import InputRequired

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.i18n import LOCALES, chosen_locale
from eventsapp.models import Event
from eventsapp.services import accounts, arco, privacy, registrations, throttle
from eventsapp.web.access import requires
from eventsapp.web.account.forms import email
from eventsapp.web.account.session import client_address
from eventsapp.web.clock import now
from eventsapp.web.fields import choice
from eventsapp.web.formats import long_date
from eventsapp.web.forms import Form, long_text, options, text
from eventsapp.web.loaders import public_event
from eventsapp.web.own_path import own_path
from eventsapp.web.privacy_words import ARCO_KIND, notice_language
from eventsapp.web.public.blueprint import bp
from eventsapp.web.saving import saving


class ArcoForm(Form):
    """What a person asks about their data."""

    event = SelectField(
        _l("A qué organizador"),
        choices=[],
        validators=[InputRequired(_l("Elija una opción"))],
        invalid_choice_message=_l("Elija una opción de la lista"),
    )
    kind = choice(_l("Qué pide"), ARCO_KIND)
    name = text(_l("Nombre completo"), most=200)
    email = email()
    text = long_text(_l("Explique su solicitud"), most=4000)


@bp.get("/privacidad", endpoint="privacy")
@requires(Permission.PUBLIC_READ)
def show_privacy() -> str:
    """The privacy notice, with those of the organizers of open events."""
    return render_template("public/privacy.html", events=registrations.list_open_events(now()))


@bp.get("/e/<event_code>/privacidad")
@requires(Permission.PUBLIC_READ, load=public_event)
def notice(event: Event) -> ResponseReturnValue:
    """The notice of an event's organizer: the version in force, or the earlier one that the address names."""
    versions = privacy.list_notices(event.organization)
    wanted = request.args.get("version", "")
    shown = next((one for one in versions if str(one.version) == wanted), versions[0] if versions else None)
    here = notice_language()
    text_shown = privacy.text_of(event, shown, language=here)
    return render_template(
        "public/notice.html",
        event=event,
        versions=versions,
        shown=shown,
        notice=text_shown,
        is_foreign=text_shown.language is not here,
    )


@bp.route("/privacidad/solicitud", methods=["GET", "POST"], endpoint="arco")
@requires(Permission.PUBLIC_WRITE)
def arco_form() -> ResponseReturnValue:
    """Ask an organizer for access, correction or cancellation, or oppose a use."""
    found = {event.code: event for event in privacy.list_answerable(now())}
    form = ArcoForm(
        event=request.args.get("evento", ""),
        name=g.actor.name,
        email=current_user.email if current_user.is_authenticated else "",
    )
    form.event.choices = options({code: f"{one.organization.name} · {one.name}" for code, one in found.items()})
    if form.validate_on_submit():
        try:
            with unit_of_work():
                throttle.count_mail(form.email.data, client_address(), now=now())
            return _file(found[form.event.data], form)
        except DomainError as error:
            form.refuse("email", error)
    page = render_template("public/arco.html", form=form, has_events=bool(found))
    return page, 422 if form.errors else 200


def _file(event: Event, form: ArcoForm) -> ResponseReturnValue:
    event_code = event.code
    with saving(url_for("public.notice", event_code=event_code)) as done:
        made = arco.file(
            event,
            form.kind.data,
            name=form.name.data,
            email=form.email.data,
            text=form.text.data,
            locale=chosen_locale(),
            actor=g.actor,
            now=now(),
        )
        due = made.answer_due_on
        number = made.number
    said = _(
        "Recibimos su solicitud número %(number)s. Le responderán a más tardar el %(day)s.",
        number=number,
        day=long_date(due),
    )
    flash(said, "ok")
    return done.redirect()


@bp.get("/ayuda")
@requires(Permission.PUBLIC_READ)
def help() -> str:
    """Questions that people ask."""
    return render_template("public/help.html")


@bp.get("/accesibilidad")
@requires(Permission.PUBLIC_READ)
def accessibility() -> str:
    """What works for whom, and whom to tell when it does not."""
    return render_template("public/accessibility.html")


@bp.post("/idioma")
@requires(Permission.PUBLIC_WRITE)
def language() -> Response:
    """Speak another language from now on, on the same page."""
    wanted = request.form.get("locale", "")
    if wanted in LOCALES:
        session["locale"] = wanted
        if current_user.is_authenticated:
            with unit_of_work():
                accounts.choose_language(current_user._get_current_object(), wanted)
    return redirect(own_path(request.form.get("next"), url_for("public.home")), 303)
