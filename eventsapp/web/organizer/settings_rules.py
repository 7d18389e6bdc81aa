"""The rules of an event in words: what no schedule breaks, what a meeting is worth, what its runs pursue first."""

from __future__ import annotations

from flask import flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.domain import matching
from eventsapp.domain.access import Permission
from eventsapp.domain.errors import Conflict
from eventsapp.domain.values import Side
from eventsapp.models import Event
from eventsapp.services import run_options
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer.aims_form import AimsForm, aim_rows, offer_places, places_of
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.event_forms import Versioned
from eventsapp.web.organizer.settings import capacity_words, following, settings_page
from eventsapp.web.saving import saving
from eventsapp.web.words import side_word

HERE = "organizer.settings_rules"


class RulesForm(Versioned, AimsForm):
    """The aims of an event, as its reader saw it."""


@bp.route("/o/<event_code>/ajustes/reglas", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_rules(event: Event) -> ResponseReturnValue:
    """What binds, what counts, and what comes first."""
    aims = places_of(run_options.of_event(event).levels)
    form, status = RulesForm(data={**aims, "version": str(event.version)}), 200
    offer_places(form)
    if form.validate_on_submit() and form.check_places():
        try:
            with saving(url_for(following(event, HERE) or HERE, event_code=event.code)) as done:
                run_options.set_for_event(
                    event, form.levels, version=form.seen_version, actor=g.actor, now=now()
                )  # fmt: skip
            flash(_("Cambios guardados."), "ok")
            return done.redirect()
        except Conflict:
            flash(_("Otra persona guardó cambios mientras usted escribía."), "warn")
            form.version.data, status = str(event.version), 409
    page = settings_page(
        "organizer/settings_rules.html",
        event,
        HERE,
        form=form,
        aims=aim_rows(form),
        binding=_binding(event),
        worth=_worth(event),
        **capacity_words(event),
    )
    return page, 422 if form.errors else status


def _binding(event: Event) -> list[str]:
    """What no schedule breaks, with the figures of the event."""
    found = [
        _("Nadie está en dos reuniones a la vez, ni una mesa las tiene."),
        _("Cada quien se reúne solo a las horas en que dijo que puede."),
        _("Quien tiene mesa fija recibe siempre en ella."),
        _("Lo que usted fija en el tablero no se mueve."),
        _("Quien dijo que no, y quien usted separó, nunca se reúnen."),
    ]
    for side, most in ((Side.BUYER, event.buyer_max_meetings), (Side.SUPPLIER, event.supplier_max_meetings)):
        if most is not None:
            name = side_word(event, side, "many")
            found.append(ngettext("%(side)s: a lo más %(n)s reunión.", "%(side)s: a lo más %(n)s reuniones.", most,
                                  side=name, n=most))  # fmt: skip
    if event.max_consecutive is not None:
        found.append(ngettext(
            "Después de %(num)s reunión seguida hay un descanso.",
            "Después de %(num)s reuniones seguidas hay un descanso.", event.max_consecutive,
        ))  # fmt: skip
    return found


def _worth(event: Event) -> list[tuple[str, str]]:
    """What a meeting is worth, part by part."""
    buyer, supplier = (side_word(event, side, "one") for side in (Side.BUYER, Side.SUPPLIER))

    def points(amount: int) -> str:
        return ngettext("%(num)s punto", "%(num)s puntos", amount)

    def more(amount: int) -> str:
        return _("%(points)s más", points=points(amount))

    return [
        (_("La pidieron los dos"), points(matching.BOTH_ASKED)),
        (_("La pidió solo el lado que busca (%(side)s)", side=buyer), points(matching.BUYER_ASKED)),
        (_("La pidió solo el lado que ofrece (%(side)s)", side=supplier), points(matching.SUPPLIER_ASKED)),
        (_("Es indispensable para quien busca"), more(matching.BUYER_MUST)),
        (_("Es indispensable para quien ofrece"), more(matching.SUPPLIER_MUST)),
        (_("Cada nivel de afinidad, del 2 al 5"), more(matching.PER_LEVEL)),
        (_("Cada punto de prioridad de las empresas"), more(matching.PER_PRIORITY)),
    ]
