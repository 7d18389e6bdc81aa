"""Scenarios: what changes are worth, a change to try, what was tried, and the button that applies it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import NumberRange, Optional

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import RunKind
from eventsapp.models import Event, Run, Schedule
from eventsapp.scheduling.problem import Level
from eventsapp.services import run_options, runs, scenarios
from eventsapp.services.scenarios import Change
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import options as choices
from eventsapp.web.organizer import run_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.run_pages import (
    TimeForm,
    company_names,
    default_seconds,
    desk_owners,
    distance_words,
    offer_times,
    placed_words,
    run_of_event,
    run_url,
    slot_choices,
)
from eventsapp.web.saving import saving

KINDS = {
    "table": _l("Más mesas"),
    "half_hour": _l("Media hora más"),
    "desk_slot": _l("Una empresa disponible en una ronda más"),
    "meeting": _l("Más reuniones para una empresa"),
    "levels": _l("Otra meta primero"),
}
SHOWN_PRICES = 8


class ScenarioForm(TimeForm):
    """One change to try; each kind reads its own fields."""

    kind = RadioField(
        _l("Qué cambiaría"), choices=choices(KINDS), default="table", invalid_choice_message=_l("Elija de la lista")
    )
    amount = IntegerField(
        _l("Cuántas"),
        default=1,
        validators=[
            Optional(), NumberRange(1, scenarios.MOST_TABLES, _l("Escriba un número de 1 a %(max)s")),
        ],
        invalid_value_message=_l("Escriba un número entero"),
        render_kw={"inputmode": "numeric"},
    )  # fmt: skip
    block = SelectField(_l("Después de"), validators=[Optional()], invalid_choice_message=_l("Elija de la lista"))
    company = SelectField(_l("Empresa"), validators=[Optional()], invalid_choice_message=_l("Elija de la lista"))
    slot = SelectField(_l("Ronda"), validators=[Optional()], invalid_choice_message=_l("Elija de la lista"))
    first = SelectField(
        _l("Meta que va primero"),
        choices=choices({name: run_words.LEVELS[name] for name in run_options.LEVELS}),
        default="fairness",
        invalid_choice_message=_l("Elija de la lista"),
    )


def _form(event: Event) -> ScenarioForm:
    form = ScenarioForm(seconds=default_seconds(), seed=1)
    offer_times(form)
    form.block.choices = [(str(block.id), run_words.block_words(block)) for block in scenarios.list_blocks(event)]
    if not form.block.choices:
        form.kind.choices = choices({kind: text for kind, text in KINDS.items() if kind != "half_hour"})
    names = company_names(event)
    form.company.choices = [(str(key), name) for key, name in sorted(names.items(), key=lambda item: item[1])]
    form.slot.choices = slot_choices(event.slots)
    return form


@bp.get("/o/<event_code>/horario/escenarios", endpoint="scenarios")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def show_scenarios(event: Event) -> str:
    """What changes are worth, what was tried, and the form to try another one."""
    return _page(event, _form(event))


@bp.post("/o/<event_code>/horario/escenarios", endpoint="start_scenario")
@requires(Permission.SCHEDULE_SOLVE, load=loaders.event)
def start_scenario(event: Event) -> ResponseReturnValue:
    """Try a change."""
    form = _form(event)
    if not form.validate_on_submit():
        return _page(event, form), 422
    try:
        with saving() as done:
            run = scenarios.start(
                event, _change(event, form), seconds=form.seconds.data, seed=form.seed.data, actor=g.actor, now=now()
            )
            done.location = run_url(run)
    except DomainError as error:
        form.refuse("kind", error)
        return _page(event, form), 422
    return done.redirect()


@dataclass(frozen=True)
class Priced:
    """A change that the engine named at the end of a run."""

    run: Run
    change: Change

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.run.scope


def priced_change(event_code: str, number: int, price: int) -> Priced | None:
    """A change that a run put a price on, found through its event."""
    event = loaders.event(event_code)
    run = runs.find_by_number(event, number) if event is not None else None
    prices = (run.outcome or {}).get("prices") or [] if run is not None else []
    change = _change_of_price(run, prices[price]) if run is not None and price < len(prices) else None
    return Priced(run, change) if run is not None and change is not None else None


@bp.post("/o/<event_code>/horario/escenarios/<int:number>/<int:price>", endpoint="try_price")
@requires(Permission.SCHEDULE_SOLVE, load=priced_change)
def try_price(priced: Priced) -> ResponseReturnValue:
    """Try a change that the engine named at the end of a run."""
    run = priced.run
    with saving(url_for("organizer.scenarios", event_code=run.event.code)) as done:
        made = scenarios.start(run.event, priced.change, seconds=run.seconds, seed=run.seed, actor=g.actor, now=now())
        done.location = run_url(made)
    return done.redirect()


@bp.post("/o/<event_code>/horario/corridas/<uuid:run_id>/aplicar", endpoint="apply_scenario")
@requires(Permission.EVENT_MANAGE, load=run_of_event)
def apply_scenario(run: Run) -> ResponseReturnValue:
    """Make the change of a scenario for good and arm the schedule with it."""
    if run.kind is not RunKind.SCENARIO:
        abort(404)
    with saving(run_url(run)) as done:
        made = scenarios.apply(run, actor=g.actor, now=now(), host=current_app.config["SETTINGS"].host)
        if isinstance(made, Schedule):
            done.location = url_for("organizer.schedule", event_code=run.event.code, version=made.number)
        else:
            done.location = run_url(made)
    flash(_("Cambio aplicado."), "ok")
    return done.redirect()


def _change(event: Event, form: ScenarioForm) -> Change:
    """The change that a form asks for."""
    kind, amount = form.kind.data, form.amount.data or 1
    if kind == "table":
        return Change("table", amount)
    if kind == "half_hour":
        return Change("half_hour", block_id=_uuid(form.block.data))
    if kind == "desk_slot":
        company = _uuid(form.company.data)
        desk = next((desk for desk, owner in desk_owners(event).items() if owner == company), None)
        return Change("desk_slot", desk_id=desk, slot_id=_uuid(form.slot.data))
    if kind == "meeting":
        return Change("meeting", amount, registration_id=_uuid(form.company.data))
    others = [Level(name) for name in run_options.LEVELS if name != form.first.data]
    return Change("levels", options=run_options.Options((Level(form.first.data), *others)))


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _change_of_price(run: Run, price: dict[str, Any]) -> Change | None:
    """The change that a price of the engine speaks of; None when it is no longer there."""
    try:
        if price["what"] == "table":
            return Change("table")
        if price["what"] == "half_hour":
            return Change("half_hour", block_id=UUID(price["block"]))
        if price["what"] == "meeting":
            return Change("meeting", registration_id=UUID(price["company"]))
        if price["what"] == "desk_slot" and run.problem is not None:
            start = run.problem["slots"][price["slot"]]["start"]
            starts_at = datetime.fromisoformat(start)
            slot = next((slot for slot in run.event.slots if slot.starts_at == starts_at), None)
            return Change("desk_slot", desk_id=UUID(price["desk"]), slot_id=slot.id) if slot is not None else None
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return None


def _page(event: Event, form: ScenarioForm) -> str:
    names, desks = company_names(event), desk_owners(event)
    every = runs.list_for(event)
    by_key = {str(run.id): run for run in every}
    base = runs.find_latest(event)
    tried = [run for run in every if run.kind is RunKind.SCENARIO]
    prices = _prices(base, tried, names, desks) if base is not None else []
    return organizer_page(
        "organizer/scenarios.html",
        event,
        "schedule",
        form=form,
        base=base,
        prices=prices[:SHOWN_PRICES],
        points=run_words.POINTS,
        rows=[_row(event, run, by_key.get(str(run.options.get("base"))), names, desks) for run in tried],
        running=runs.find_active(event),
    )


def _prices(base: Run, tried: list[Run], names: dict[UUID, str], desks: dict[UUID, UUID]) -> list[dict[str, Any]]:
    """What the engine found that changes are worth, the best first; in meetings too where the change was tried."""
    event = base.event
    done = {
        scenarios.change_of(run): run
        for run in reversed(tried)
        if run.status in runs.WITH_SCHEDULE and run.options.get("base") == str(base.id)
    }
    found = []
    for index, price in enumerate((base.outcome or {}).get("prices") or []):
        change = _change_of_price(base, price)
        if change is None:
            continue
        run, gain = done.get(change), price["gain"]
        found.append(
            {
                "rank": tuple(-gain.get(level, 0) for level in run_words.PRICED),
                "change": run_words.change_words(event, change, names, desks),
                "gain": run_words.gain_words(gain),
                "meetings": run_words.more_meetings(_more(base, run)) if run is not None else "",
                "run": run,
                "href": url_for("organizer.compare_runs", event_code=event.code, a=base.number, b=run.number)
                if run is not None
                else "",
                "action": url_for("organizer.try_price", event_code=event.code, number=base.number, price=index),
            }
        )
    return sorted(found, key=lambda row: row["rank"])


def _more(base: Run, run: Run) -> int:
    """How many meetings more a scenario holds than the run that it is compared with."""
    return int(run.progress.get("placed") or 0) - int(base.progress.get("placed") or 0)


def _row(
    event: Event, run: Run, base: Run | None, names: dict[UUID, str], desks: dict[UUID, UUID]
) -> dict[str, Any]:  # fmt: skip
    """A scenario with the run that it is compared with."""
    more = None
    if base is not None and run.status in runs.WITH_SCHEDULE:
        more = _more(base, run)
    return {
        "run": run,
        "href": run_url(run),
        "change": run_words.change_words(event, scenarios.change_of(run), names, desks),
        "placed": placed_words(run.progress),
        "distance": distance_words(run.progress),
        "more": run_words.signed(more) if more is not None else "–",
        "is_better": bool(more and more > 0),
        "compare": url_for("organizer.compare_runs", event_code=event.code, a=base.number, b=run.number)
        if base is not None and more is not None
        else "",
    }
