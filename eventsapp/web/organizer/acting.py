"""Act for a company: say why, use its pages, be oneself again."""

from __future__ import annotations

from uuid import UUID

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission
from eventsapp.models import Registration
from eventsapp.services import acting as services
from eventsapp.web import acting, loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import Form, long_text
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.saving import saving


class ActForm(Form):
    """Why somebody of the team uses the pages of a company."""

    reason = long_text(_l("Por qué lo hace usted"), most=500)


def acted_for(event_code: str) -> Registration | None:
    """The registration for which the session says that the actor stands in."""
    kept = acting.standing_in(event_code)
    return loaders.registration_of_event(event_code, UUID(kept.registration_id)) if kept else None


@bp.route("/o/<event_code>/empresas/<uuid:registration_id>/actuar", methods=["GET", "POST"])
@requires(Permission.COMPANY_ACT_FOR, load=loaders.registration_of_event)
def act_for(registration: Registration) -> ResponseReturnValue:
    """What acting for a company means; from then on its pages are open."""
    form = ActForm()
    if form.validate_on_submit():
        with saving(url_for("company.registration", event_code=registration.event.code)) as done:
            services.begin(registration, form.reason.data, actor=g.actor, now=now())
        acting.remember(registration, form.reason.data, g.actor)
        return done.redirect()
    page = organizer_page(
        "organizer/acting.html", registration.event, "registrations", form=form, registration=registration
    )
    return page, 422 if form.errors else 200


@bp.post("/o/<event_code>/actuar/terminar")
@requires(Permission.ACCOUNT_USE, load=acted_for)
def end_acting(registration: Registration) -> ResponseReturnValue:
    """Be oneself again."""
    kept = acting.standing_in(registration.event.code)
    address = url_for("organizer.registration", event_code=registration.event.code, registration_id=registration.id)
    with saving(address) as done:
        services.end(registration, kept.reason if kept else "", actor=g.actor, now=now())
    acting.forget()
    flash(_("Ya no actúa por %(company)s.", company=registration.company.name), "ok")
    return done.redirect()
