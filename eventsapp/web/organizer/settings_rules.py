"""The rules of an event in words: what no schedule breaks, what a meeting is worth, what its runs pursue first."""

from __future__ import annotations

from flask import abort, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.domain.access import Permission
from eventsapp.domain.errors import Conflict
from eventsapp.domain.values import Side
from eventsapp.domain.worth import PARTS, RECOMMENDED, Weights, weights_from_dict
from eventsapp.models import Event, Schedule
from eventsapp.services import run_options, schedules
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.organizer import weight_words
from eventsapp.web.organizer.aims_form import AimsForm, aim_rows, offer_places, places_of
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.event_forms import Versioned
from eventsapp.web.organizer.settings import capacity_words, following, settings_page
from eventsapp.web.organizer.weights_form import WeightsForm, field_name, offer_steps, steps_of, weight_groups
from eventsapp.web.saving import saving
from eventsapp.web.words import side_word

HERE = "organizer.settings_rules"


class RulesForm(Versioned, AimsForm, WeightsForm):
    """The aims and the weights of an event, as its reader saw them."""


@bp.route("/o/<event_code>/ajustes/reglas", methods=["GET", "POST"])
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def settings_rules(event: Event) -> ResponseReturnValue:
    """What binds, what counts, and what comes first."""
    options = run_options.of_event(event)
    stored = {**places_of(options.levels), **steps_of(options.weights), "version": str(event.version)}
    form, status = RulesForm(data=stored), 200
    offer_places(form)
    offer_steps(form)
    if form.validate_on_submit() and form.check_places() and form.check_weights():
        try:
            with saving(url_for(following(event, HERE) or HERE, event_code=event.code)) as done:
                run_options.set_for_event(
                    event, form.levels, form.weights, version=form.seen_version, actor=g.actor, now=now()
                )
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
        weights=weight_groups(form),
        examples=weight_words.examples(_shown(form, options.weights)),
        is_recommended=options.weights == RECOMMENDED,
        valued_otherwise=_valued_otherwise(event, options.weights),
        binding=_binding(event),
        **capacity_words(event),
    )
    return page, 422 if form.errors else status


@bp.post("/o/<event_code>/ajustes/reglas/recomendado")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def restore_weights(event: Event) -> ResponseReturnValue:
    """Let a meeting be worth again what is recommended."""
    seen = Versioned()
    if not seen.validate():
        abort(400)
    try:
        with saving(url_for(HERE, event_code=event.code)) as done:
            levels = run_options.of_event(event).levels
            run_options.set_for_event(
                event, levels, RECOMMENDED, version=seen.seen_version, actor=g.actor, now=now()
            )  # fmt: skip
        flash(_("Los pesos son otra vez los recomendados."), "ok")
        return done.redirect()
    except Conflict:
        flash(_("Otra persona guardó cambios mientras usted escribía."), "warn")
        return redirect(url_for(HERE, event_code=event.code), 303)


def _shown(form: RulesForm, stored: Weights) -> Weights:
    """What the examples speak of: what the form holds, as far as it can be chosen."""
    return stored if any(form[field_name(part)].errors for part in PARTS) else form.weights


def _valued_otherwise(event: Event, weights: Weights) -> Schedule | None:
    """The version in work, when its meetings are worth what other weights said."""
    current = schedules.find_current(event)
    return current if current is not None and weights_from_dict(current.weights) != weights else None


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
