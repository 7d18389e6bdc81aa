"""The aims, options and changes of runs in words, and their figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain.values import RunKind
from eventsapp.models import Block, Event, Slot
from eventsapp.scheduling.problem import Level
from eventsapp.scheduling.rules import Rule
from eventsapp.services.run_options import EMPTY, KEEP, LOOSELY, Options
from eventsapp.services.scenarios import Change
from eventsapp.web.formats import clock, day, number, percent

LEVELS = {
    "changes": _l("Pocos cambios a lo publicado"),
    "shortfall": _l("Mínimo de reuniones por empresa"),
    "musts": _l("Solicitudes indispensables"),
    "value": _l("Las reuniones de más valor"),
    "fairness": _l("Reparto parejo entre empresas"),
    "idle": _l("Pocas esperas entre reuniones"),
    "moves": _l("Pocos cambios de mesa"),
}
MEANINGS = {
    "shortfall": _l("Que cada empresa tenga al menos su mínimo."),
    "musts": _l("Que ninguna solicitud indispensable se quede sin lugar."),
    "value": _l("Que las reuniones con lugar sumen más puntos."),
    "fairness": _l("Que quien menos reuniones consigue tenga las más posibles."),
    "idle": _l("Que entre la primera y la última reunión de cada quien queden pocas rondas vacías."),
    "moves": _l("Que quien visita cambie de mesa lo menos posible."),
}
TOLERANCES = {
    "0.0": _l("nada"),
    "0.01": _l("muy poco: hasta 1%"),
    "0.05": _l("un poco: hasta 5%"),
    "0.1": _l("algo: hasta 10%"),
}
BEGINS = {
    EMPTY: _l("Desde cero"),
    KEEP: _l("Desde lo publicado, cambiando lo menos posible"),
    LOOSELY: _l("Desde lo publicado, con libertad para mejorar"),
}
KINDS = {
    RunKind.SEARCH: _l("Horario"),
    RunKind.SCENARIO: _l("Escenario"),
    RunKind.REPAIR: _l("Reparación"),
}
POINTS = _l(
    "Cada reunión vale puntos: más cuando las dos empresas la pidieron, cuando es indispensable o de prioridad alta y "
    "cuando lo que una busca coincide con lo que la otra hace. El horario suma los puntos de las reuniones con lugar."
)
PRICED = ("shortfall", "musts", "value")
"""The aims that prices speak of, the first ones first."""
RULES = {
    Rule.KNOWN: _l("Cada reunión viene de una solicitud"),
    Rule.ONCE: _l("Nadie se reúne dos veces por la misma solicitud"),
    Rule.DESKS: _l("Cada reunión sienta a las dos empresas"),
    Rule.LENGTH: _l("Cada reunión cabe en su bloque"),
    Rule.ALLOWED_SLOTS: _l("Solicitudes con rondas limitadas"),
    Rule.AVAILABLE: _l("Horarios que cada quien marcó"),
    Rule.DESK_BUSY: _l("Empresas con dos reuniones a la vez"),
    Rule.PERSON_BUSY: _l("Personas con dos reuniones a la vez"),
    Rule.TABLE_NEEDED: _l("Reuniones sin mesa"),
    Rule.TABLE_BUSY: _l("Mesas con dos reuniones a la vez"),
    Rule.FIXED_TABLE: _l("Empresas fuera de su mesa fija"),
    Rule.ZONE: _l("Reuniones fuera de su zona"),
    Rule.CAPACITY: _l("Rondas con más reuniones que lugares"),
    Rule.MAX_MEETINGS: _l("Empresas con más reuniones que su máximo"),
    Rule.MAX_PER_DAY: _l("Empresas con más reuniones en un día que su máximo"),
    Rule.MAX_CONSECUTIVE: _l("Empresas sin descanso"),
    Rule.PIN: _l("Reuniones fijadas fuera de su lugar"),
    Rule.PRECEDENCE: _l("Reuniones antes de la que va primero"),
}


def rule(code: str) -> str:
    """What a rule forbids, as a count of breaches is told."""
    return str(RULES[Rule(code)])


def figure(level: str, value: float | None) -> str:
    """A figure of a level, as its name asks for it."""
    if value is None:
        return "–"
    if level == "fairness":
        return percent(value)
    return number(round(value))


def unit(level: str) -> str:
    """What the figure of a level counts."""
    units = {
        "changes": _("reuniones movidas o canceladas"),
        "shortfall": _("reuniones que faltan para los mínimos"),
        "musts": _("indispensables sin lugar"),
        "value": _("puntos"),
        "fairness": _("de lo pedido tiene la empresa con menos"),
        "idle": _("rondas vacías entre reuniones"),
        "moves": _("cambios de mesa"),
    }
    return units[level]


def aims_words(levels: Iterable[Level]) -> str:
    """Aims in their order, with what each may give up."""
    return " › ".join(
        _("%(level)s (cede hasta %(share)s)", level=LEVELS[level.level], share=percent(level.tolerance))
        if level.tolerance
        else str(LEVELS[level.level])
        for level in levels
    )


def options_words(options: Options) -> list[str]:
    """The choices of a run that are not those of a first run."""
    usual = Options()
    found = []
    if options.levels != usual.levels:
        names = [str(LEVELS[level.level]) for level in options.levels]
        found.append(_("En este orden: %(levels)s", levels=" › ".join(names)))
        for level in options.levels:
            if level.tolerance:
                found.append(
                    _("%(level)s: se puede ceder hasta %(share)s", level=LEVELS[level.level],
                      share=percent(level.tolerance))
                )  # fmt: skip
    if options.begin != EMPTY:
        found.append(str(BEGINS[options.begin]))
    if not options.with_pins:
        found.append(_("Puede mover las reuniones fijadas"))
    return found


def change_words(event: Event, change: Change, names: Mapping[UUID, str], desks: Mapping[UUID, UUID]) -> str:
    """A change of a scenario; `names` are the companies by registration, `desks` the registration of each desk."""
    if change.kind == "table":
        return ngettext("%(num)s mesa más", "%(num)s mesas más", change.amount)
    if change.kind == "half_hour":
        block = next((block for block in event.blocks if block.id == change.block_id), None)
        return half_hour_words(block)
    if change.kind == "desk_slot":
        slot = next((slot for slot in event.slots if slot.id == change.slot_id), None)
        company = names.get(desks.get(change.desk_id or UUID(int=0), UUID(int=0)), "–")
        return _("%(company)s disponible también el %(at)s", company=company, at=slot_words(slot))
    if change.kind == "meeting":
        company = names.get(change.registration_id or UUID(int=0), "–")
        return ngettext(
            "Una reunión más para %(company)s", "%(num)s reuniones más para %(company)s", change.amount,
            company=company,
        )  # fmt: skip
    levels = change.options.levels if change.options is not None else ()
    return _("Primero: %(levels)s", levels=", ".join(str(LEVELS[level.level]) for level in levels[:3]))


def half_hour_words(block: Block | None) -> str:
    """Half an hour more at the end of a block."""
    if block is None:
        return _("Media hora más")
    values = {"day": day(block.starts_at), "time": clock(block.ends_at)}
    return str(_("Media hora más el %(day)s, después de las %(time)s", **values))


def block_words(block: Block) -> str:
    """A block by its day and its end."""
    return str(_("%(day)s, %(time)s", day=day(block.starts_at), time=clock(block.ends_at)))


def slot_words(slot: Slot | None) -> str:
    """When a round starts: martes 9, 10:15."""
    return "–" if slot is None else str(_("%(day)s, %(time)s", day=day(slot.starts_at), time=clock(slot.starts_at)))


def gain_words(gain: Mapping[str, Any]) -> str:
    """What a change brings on the first level that it helps."""
    for level in PRICED:
        more = gain.get(level)
        if more and more > 0:
            if level == "value":
                return ngettext("%(n)s punto más", "%(n)s puntos más", round(more), n=number(round(more)))
            if level == "musts":
                return ngettext(
                    "%(n)s indispensable más", "%(n)s indispensables más", round(more), n=number(round(more))
                )
            return ngettext(
                "%(n)s reunión más hacia los mínimos", "%(n)s reuniones más hacia los mínimos", round(more),
                n=number(round(more)),
            )  # fmt: skip
    return "–"


def signed(change: float) -> str:
    """A difference with its sign; = when there is none."""
    return f"+{number(change)}" if change > 0 else number(change).replace("-", "−") if change else "="


def more_meetings(change: int) -> str:
    """How many meetings more or fewer."""
    if change > 0:
        return ngettext("%(n)s reunión más", "%(n)s reuniones más", change, n=number(change))
    if change < 0:
        return ngettext("%(n)s reunión menos", "%(n)s reuniones menos", -change, n=number(-change))
    return _("el mismo número de reuniones")
