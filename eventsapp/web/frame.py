"""What surrounds every page: the languages, who is signed in, the way home, help and the legal pages."""

from __future__ import annotations

from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsapp.domain.access import NOBODY
from eventsapp.i18n import LOCALES
from eventsapp.web.own_path import current_path


def init_app(app: Flask) -> None:
    """Give the layouts what they show; it touches no database, so that error pages have it too."""

    @app.context_processor
    def surroundings() -> dict[str, Any]:
        actor = g.get("actor", NOBODY)
        here = current_path()
        spoken = str(get_locale())
        return {
            "home_url": url_for("public.home"),
            "help_url": url_for("public.help"),
            "languages": [
                {"code": code.replace("_", "-"), "label": label, "active": code == spoken, "locale": code, "next": here}
                for code, label in LOCALES.items()
            ],
            "account": actor if actor.is_signed_in else None,
            "account_links": [
                {"href": url_for("account.home"), "label": _("Mis eventos")},
                *([{"href": url_for("organizer.home"), "label": _("Organizar")}] if actor.is_staff else []),
                {"href": url_for("account.profile"), "label": _("Mi cuenta")},
            ],
            "login_url": "" if request.endpoint == "account.sign_in" else url_for("account.sign_in", next=here),
            "logout_url": url_for("account.sign_out"),
            "footer_links": [
                {"href": url_for("public.privacy"), "label": _("Aviso de privacidad")},
                {"href": url_for("public.help"), "label": _("Ayuda")},
                {"href": url_for("public.accessibility"), "label": _("Accesibilidad")},
            ],
        }
