"""Demand in words and as a chart: which rounds have too few tables, and how many are missing."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.models import Event, Slot
from eventsapp.services.demand import Demand
from eventsapp.web.formats import clock, day, number, short_day

MOST_BARS = 40


def finding(demand: Demand, event: Event) -> str:
    """The one thing to know: Faltan 12 mesas a las 11:00; or that there are enough."""
    short = demand.short
    if not demand.wanted:
        return _("Todavía no hay empresas que ocupen mesas")
    if not short:
        return _("Las mesas alcanzan en todas las rondas")
    slot, need = short[0]
    values = {"n": number(need.missing), "when": when(slot, event)}
    if len(short) == 1:
        return ngettext("Falta %(n)s mesa %(when)s", "Faltan %(n)s mesas %(when)s", need.missing, **values)
    others = ngettext("y en %(n)s ronda más", "y en %(n)s rondas más", len(short) - 1, n=number(len(short) - 1))
    return ngettext(
        "Falta %(n)s mesa %(when)s, %(others)s",
        "Faltan %(n)s mesas %(when)s, %(others)s",
        need.missing,
        others=others,
        **values,
    )


def basis(demand: Demand) -> str:
    """What the estimate rests on."""
    if demand.is_agreed:
        return _("Según las reuniones acordadas y los horarios de las empresas")
    return _("Según las empresas aprobadas: aún no hay reuniones acordadas")


def when(slot: Slot, event: Event) -> str:
    """A round in a sentence: a las 11:00 del martes 9."""
    local = slot.starts_at.astimezone(event.zone)
    if event.first_day == event.last_day:
        return _("a las %(time)s", time=clock(slot.starts_at, event.zone))
    return _("a las %(time)s del %(day)s", time=clock(slot.starts_at, event.zone), day=short_day(local.date()))


def bars(demand: Demand, event: Event) -> list[dict[str, Any]]:
    """The tables that each round would use, for a chart; the fullest rounds of a long event."""
    rounds = list(demand.rounds)
    if len(rounds) > MOST_BARS:
        fullest = sorted(rounds, key=lambda entry: -entry[1].wanted)[:MOST_BARS]
        rounds = sorted(fullest, key=lambda entry: entry[0].starts_at)
    return [
        {
            "label": clock(slot.starts_at, event.zone),
            "group": day(slot.starts_at, event.zone),
            "value": need.wanted,
            "low": need.missing > 0,
            "limit": need.tables,
        }
        for slot, need in rounds
    ]


def rounds(demand: Demand, event: Event) -> dict[str, Any] | None:
    """How the tables hold against demand, round by round; None while nobody would use one."""
    if not demand.wanted:
        return None
    fullest, _need = max(demand.rounds, key=lambda entry: entry[1].wanted)
    most = max(need.tables for _slot, need in demand.rounds)
    return {
        "finding": finding(demand, event),
        "basis": basis(demand),
        "bars": bars(demand, event),
        "limit": most,
        "limit_text": ngettext("%(num)s mesa", "%(num)s mesas", most),
        "is_short": bool(demand.short),
        "wanted": demand.wanted,
        "fullest": when(fullest, event),
    }
