"""One's own data: consents, everything that is known, rights, and cancellation."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any
from uuid import UUID

from flask import Response, flash, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as AnyResponse
from wtforms import BooleanField
from wtforms.validators import InputRequired

from eventsapp.db import unit_of_work
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import DomainError
from eventsapp.domain.privacy import BLOCKED_FOR
from eventsapp.domain.registering import Consent
from eventsapp.services import arco, privacy, privacy_erasure, registrations
from eventsapp.web.access import requires
from eventsapp.web.account.blueprint import bp
from eventsapp.web.account.session import leave, myself, myself_as_actor
from eventsapp.web.clock import now
from eventsapp.web.forms import Form
from eventsapp.web.privacy_words import ARCO_SHORT, ARCO_STATUS
from eventsapp.web.saving import saving
from eventsapp.web.words import CONSENT


class CancelForm(Form):
    """The decision to have one's data cancelled."""

    sure = BooleanField(
        _l("Entiendo que mi cuenta termina ahora y que esto no se puede deshacer"),
        validators=[InputRequired(_l("Marque esta casilla para continuar"))],
    )


@bp.get("/cuenta/privacidad", endpoint="privacy")
@requires(Permission.ACCOUNT_USE)
def show_privacy() -> str:
    """What is allowed, what was allowed, and what one can do."""
    mine = registrations.list_of(myself())
    return render_template(
        "account/privacy.html",
        registrations=mine,
        consents=CONSENT,
        changes=privacy.list_consent_changes(mine)[:50],
        consent_words={consent.value: word for consent, word in CONSENT.items()},
        requests=arco.list_of(myself().id),
        kinds=ARCO_SHORT,
        statuses=ARCO_STATUS,
    )


@bp.post("/cuenta/privacidad/usos", endpoint="change_consents")
@requires(Permission.ACCOUNT_USE)
def change_consents() -> AnyResponse:
    """Allow or take back the voluntary uses of one registration."""
    chosen = set(request.form.getlist("consents"))
    with saving(url_for("account.privacy")) as done:
        mine = {str(one.id): one for one in registrations.list_of(myself())}
        registration = mine.get(request.form.get("registration", ""))
        if registration is None:
            raise DomainError("forbidden")
        allowed = [consent for consent in Consent if consent.value in chosen]
        privacy.change_consents(registration, allowed, actor=myself_as_actor(), now=now())
    flash(_("Guardamos lo que permite."), "ok")
    return done.redirect()


@bp.get("/cuenta/privacidad/mis-datos.zip", endpoint="my_data")
@requires(Permission.ACCOUNT_USE)
def my_data() -> Response:
    """Everything that is stored about the person: to read, and for machines."""
    taken = privacy.gather(myself())
    page = render_template("account/my_data.html", sections=_sections(taken), at=now())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mis-datos.json", json.dumps(taken, ensure_ascii=False, indent=1))
        archive.writestr("mis-datos.html", page)
    with unit_of_work():
        privacy.record_taken(myself(), actor=myself_as_actor(), now=now())
    target.seek(0)
    response = send_file(target, "application/zip", as_attachment=True, download_name="mis-datos.zip")
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.route("/cuenta/privacidad/cancelar", methods=["GET", "POST"], endpoint="cancel_data")
@requires(Permission.ACCOUNT_USE)
def cancel_data() -> AnyResponse | str | tuple[str, int]:
    """Block one's data now; they are suppressed later."""
    form = CancelForm()
    if form.validate_on_submit():
        try:
            with saving(url_for("public.home")) as done:
                privacy_erasure.block(myself(), actor=myself_as_actor(), now=now())
            leave()
            flash(_("Bloqueamos sus datos y cerramos su cuenta."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("sure", error)
    page = render_template("account/cancel_data.html", form=form, days=BLOCKED_FOR.days)
    return (page, 422) if form.errors else page


def _sections(taken: dict[str, Any]) -> list[dict[str, Any]]:
    """What was gathered as titles and rows of names and values."""
    titles = {
        "account": _("Su cuenta"),
        "delegates": _("Usted en sus empresas"),
        "companies": _("Sus empresas"),
        "registrations": _("Sus registros"),
        "consents": _("Lo que permitió o dejó de permitir"),
        "requests": _("Reuniones que pidió"),
        "acts": _("Lo que hizo"),
        "mails": _("Correos que le enviamos"),
        "privacy_requests": _("Sus solicitudes sobre datos personales"),
    }
    sections = []
    for name, title in titles.items():
        rows = taken[name] if isinstance(taken[name], list) else [taken[name]]
        shown = [
            {key: json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
             for key, value in row.items() if value not in (None, "", [], {}) and not _is_key(key, value)}
            for row in rows
        ]  # fmt: skip
        sections.append({"title": title, "rows": shown})
    return sections


def _is_key(name: str, value: Any) -> bool:
    """Is this only a key, which says nothing to a reader?"""
    if name != "id" and not name.endswith("_id"):
        return False
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
