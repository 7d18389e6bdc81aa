"""Pages that explain: privacy, help, accessibility; and the choice of language."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.i18n import LOCALES
from eventsapp.services import accounts
from eventsapp.web.access import requires
from eventsapp.web.own_path import own_path
from eventsapp.web.public.blueprint import bp


@bp.get("/privacidad")
@requires(Permission.PUBLIC_READ)
def privacy() -> str:
    """The privacy notice."""
    return render_template("public/privacy.html")


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
