"""What the pages of runs share: how a run is found, where it lives, its main figures, and the limits of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from eventsapp.db import db
from eventsapp.models import Company, Desk, Event, Registration, Run, Slot
from eventsapp.services import runs
from eventsapp.web import loaders
from eventsapp.web.formats import clock, day, number, percent
from eventsapp.web.forms import Form

TIMES = (15, 30, 60, 120, 300, 600, 1800, 3600)


class TimeForm(Form):
    """How long the engine may search, and from which seed."""

    seconds = SelectField(
        _l("Tiempo máximo"),
        coerce=int,
        validators=[InputRequired(_l("Elija un tiempo"))],
        invalid_value_message=_l("Elija un tiempo de la lista"),
        invalid_choice_message=_l("Elija un tiempo de la lista"),
    )
    seed = IntegerField(
        _l("Número de sorteo"),
        description=_l("Con los mismos datos y el mismo tiempo, el mismo número da un horario igual o muy parecido."),
        validators=[
            InputRequired(_l("Escriba un número entero")),
            NumberRange(0, runs.MOST_SEED, _l("Escriba un número entero de 0 a %(max)s")),
        ],
        invalid_value_message=_l("Escriba un número entero"),
        render_kw={"inputmode": "numeric"},
    )


def default_seconds() -> int:
    """The time of a run when nobody says otherwise."""
    return min(int(current_app.config["SETTINGS"].solve_seconds), runs.MOST_SECONDS)


def offer_times(form: TimeForm) -> None:
    """Give the field of time its choices."""
    form.seconds.choices = [(seconds, time_words(seconds)) for seconds in sorted({*TIMES, default_seconds()})]


def time_words(seconds: int) -> str:
    """A limit of time in words: 30 segundos, 2 minutos."""
    if seconds % 60:
        return ngettext("%(num)s segundo", "%(num)s segundos", seconds)
    return ngettext("%(num)s minuto", "%(num)s minutos", seconds // 60)


def run_of_event(event_code: str, run_id: UUID) -> Run | None:
    """A run, found through its event."""
    event = loaders.event(event_code)
    return runs.find(event, run_id) if event is not None else None


def run_url(run: Run, endpoint: str = "run", **values: str) -> str:
    """The address of a page of a run."""
    return url_for(f"organizer.{endpoint}", event_code=run.event.code, run_id=run.id, **values)  # type: ignore[arg-type]


def company_names(event: Event) -> dict[UUID, str]:
    """The name of each company by its registration."""
    query = select(Registration.id, Company.name).join(Company).where(Registration.event_id == event.id)
    return {row.id: row.name for row in db.session.execute(query)}


def desk_owners(event: Event) -> dict[UUID, UUID]:
    """The registration of each desk."""
    query = select(Desk.id, Desk.registration_id).join(Registration).where(Registration.event_id == event.id)
    return {row.id: row.registration_id for row in db.session.execute(query)}


def slot_choices(slots: list[Slot]) -> list[tuple[str, str]]:
    """Rounds as choices of a field."""
    return [
        (str(slot.id), _("%(day)s, %(time)s", day=day(slot.starts_at), time=clock(slot.starts_at))) for slot in slots
    ]


def gap(value: float | None, bound: float | None) -> float | None:
    """How far a figure is from its bound, as a share of the bound."""
    return None if value is None or not bound else max(0.0, (bound - value) / bound)


def distance_words(figures: Mapping[str, Any]) -> str:
    """The distance to the maximum of a run: 1.2%."""
    found = gap(figures.get("value"), figures.get("bound"))
    return "–" if found is None else percent(found, 1)


def placed_words(figures: Mapping[str, Any]) -> str:
    """How much has a place: 6 de 8."""
    placed = figures.get("placed")
    if placed is None:
        return "–"
    return _("%(placed)s de %(asked)s", placed=number(placed), asked=number(figures.get("asked") or 0))
