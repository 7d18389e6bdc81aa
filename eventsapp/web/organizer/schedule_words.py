"""What the engine and the judge say in codes, as sentences: reasons, broken rules, phases of a run, faults of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.models import Step
from eventsapp.scheduling.checker import Violation
from eventsapp.scheduling.problem import Problem
from eventsapp.scheduling.rules import Rule
from eventsapp.services.schedules import Judged, pair_of
from eventsapp.web.formats import clock, day, number

RUN_PHASES = {
    "reading": _l("Leyendo las solicitudes"),
    "changes": _l("Conservando lo ya publicado"),
    "shortfall": _l("Dando a cada empresa su mínimo de reuniones"),
    "musts": _l("Colocando las reuniones indispensables"),
    "value": _l("Buscando las mejores reuniones"),
    "fairness": _l("Repartiendo con equidad"),
    "idle": _l("Quitando esperas entre reuniones"),
    "moves": _l("Evitando cambios de mesa"),
    "reasons": _l("Revisando por qué faltan las demás"),
    "done": _l("Terminando"),
}
RUN_ERRORS = {
    "checker_refused": _l("El horario no pasó la revisión independiente, así que no se guardó. No es por sus datos."),
    "data_changed": _l(
        "Las rondas, las mesas o las empresas cambiaron mientras se armaba el horario. Inicie otra corrida con los "
        "datos de ahora."
    ),
    "problem_unusable": _l(
        "Los datos del evento se contradicen, por ejemplo dos reuniones fijadas en el mismo lugar. Revise lo fijado."
    ),
    "engine_late": _l("No se terminó a tiempo. Dé más tiempo e intente de nuevo."),
    "engine_memory": _l(
        "La computadora que arma el horario no pudo con tantas solicitudes a la vez. Intente con menos solicitudes o "
        "pida una computadora con más memoria."
    ),
    "engine_crashed": _l("El programa que arma el horario se cerró. Sus datos están a salvo."),
    "worker_lost": _l(
        "La computadora que arma el horario se apagó varias veces durante la corrida. Sus datos están a salvo."
    ),
}
REASONS = {
    "no_common_slot": _l("No comparten ninguna ronda libre."),
    "not_available_together": _l("Sus rondas en común están ocupadas por reuniones fijadas."),
    "capacity_full": _l("En las rondas que comparten no queda lugar."),
    "no_table": _l("En las rondas que comparten no queda una mesa libre."),
    "consecutive_limit": _l("Quedarían sin descanso entre reuniones seguidas."),
    "precedence": _l("Debe ir después de otra reunión y ya no queda ronda."),
    "lottery": _l("Empató con otra solicitud igual y el sorteo favoreció a la otra."),
    "not_proven": _l("El tiempo terminó antes de encontrarle lugar. Otra corrida más larga podría lograrlo."),
    "removed": _l("Se quitó a mano del horario."),
    "not_considered": _l("Se aceptó después de armar este horario."),
}


def run_error(code: str) -> str:
    """What went wrong in a run, and what to do."""
    known = RUN_ERRORS.get(code)
    return str(known) if known else _("La corrida se detuvo por un problema nuestro. Sus datos están a salvo.")


def run_phase(code: str) -> str:
    """What a run is doing."""
    return str(RUN_PHASES.get(code, RUN_PHASES["value"]))


def reason(code: str, detail: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Why a request has no place; `names` are the companies by key."""
    if code in ("buyer_full", "supplier_full"):
        return _full(detail, names)
    if code == "outvalued":
        return _outvalued(detail, names)
    if code == "lottery" and detail.get("won"):
        return _(
            "Empató con la reunión de %(other)s y el sorteo favoreció a esa.", other=pair_words(detail["won"], names)
        )
    known = REASONS.get(code)
    return str(known) if known else _("No se le encontró lugar.")


def fix(detail: Mapping[str, Any], names: Mapping[str, str], problem: Problem) -> str:
    """The smallest change that would give a request a place, as the engine found it; empty when there is none."""
    found = detail.get("fix") or {}
    slot = found.get("slot")
    at = _moment(problem, slot) if isinstance(slot, int) and 0 <= slot < len(problem.slots) else ""
    if found.get("change") == "slot_for_desk" and found.get("desk") in problem.desk_by_id and at:
        owner = problem.desk_by_id[found["desk"]][0]
        return _("Cabría si %(company)s estuviera disponible el %(at)s.", company=names.get(owner.id, "–"), at=at)
    if found.get("change") == "meeting_for_company" and found.get("company") in names:
        return _("Cabría si %(company)s aceptara una reunión más.", company=names[found["company"]])
    if found.get("change") == "table_in_slot" and at:
        return _("Cabría con una mesa más el %(at)s.", at=at)
    return ""


def _moment(problem: Problem, slot: int) -> str:
    start = problem.slots[slot].start
    return _("%(day)s, %(time)s", day=day(start), time=clock(start))


def _full(detail: Mapping[str, Any], names: Mapping[str, str]) -> str:
    company = names.get(str(detail.get("company")), "")
    most = detail.get("max_meetings") or detail.get("max_per_day")
    if not company:
        return _("Una de las dos empresas ya tiene todas sus reuniones.")
    if most:
        return ngettext(
            "%(company)s ya tiene su única reunión.",
            "%(company)s ya tiene sus %(num)s reuniones.",
            int(most),
            company=company,
        )
    return _("%(company)s ya no tiene rondas libres.", company=company)


def _outvalued(detail: Mapping[str, Any], names: Mapping[str, str]) -> str:
    others = [pair_words(name, names) for name in detail.get("meetings") or []]
    if not others:
        return _("Su lugar lo ocupan reuniones de más valor.")
    if len(others) == 1:
        return _("Tendría que quitarse la reunión de %(other)s, de más valor.", other=others[0])
    return _("Tendrían que quitarse las reuniones de %(others)s, que juntas valen más.", others=_enumerated(others))


def _enumerated(parts: list[str]) -> str:
    return _("%(first)s y %(last)s", first=", ".join(parts[:-1]), last=parts[-1])


def violation(found: Violation, judged: Judged, names: Mapping[str, str]) -> str:
    """A clash of a version as one sentence with the companies and the time."""
    problem = judged.problem
    labels = {str(table.id): table.label for table in judged.frame.tables}
    at = ""
    if found.slot is not None and 0 <= found.slot < len(problem.slots):
        at = _moment(problem, found.slot)
    company = _company_of(found.about, judged, names)
    pairs = _enumerated_pairs(found, names)
    values = {"company": company, "at": at, "pairs": pairs, "table": labels.get(found.about, "")}
    sentences = {
        Rule.KNOWN: _l("%(pairs)s: la solicitud ya no está vigente."),
        Rule.LENGTH: _l("%(pairs)s: su ronda ya no existe."),
        Rule.AVAILABLE: _l("%(company)s no está disponible el %(at)s."),
        Rule.DESK_BUSY: _l("%(company)s tiene dos reuniones a la vez el %(at)s."),
        Rule.PERSON_BUSY: _l("Una persona de %(company)s tiene dos reuniones a la vez el %(at)s."),
        Rule.TABLE_NEEDED: _l("%(pairs)s: sin mesa el %(at)s."),
        Rule.TABLE_BUSY: _l("La mesa %(table)s tiene dos reuniones a la vez el %(at)s."),
        Rule.FIXED_TABLE: _l("%(company)s recibe siempre en su mesa, pero no el %(at)s."),
        Rule.CAPACITY: _l("Hay más reuniones que lugares el %(at)s."),
        Rule.MAX_MEETINGS: _l("%(company)s tiene más reuniones que su máximo."),
        Rule.MAX_PER_DAY: _l("%(company)s tiene más reuniones en un día que su máximo."),
        Rule.MAX_CONSECUTIVE: _l("%(company)s se queda sin descanso desde el %(at)s."),
    }
    if found.rule is Rule.TABLE_NEEDED and found.about in labels:
        return _("%(pairs)s: la mesa %(table)s está cerrada o en reserva el %(at)s.", **values)
    return str(sentences.get(found.rule, _l("%(pairs)s: este lugar no es posible."))) % values


def _company_of(about: str, judged: Judged, names: Mapping[str, str]) -> str:
    problem = judged.problem
    if about in problem.desk_by_id:
        return names.get(problem.desk_by_id[about][0].id, "")
    owner = next((company.id for company, desk in problem.desk_by_id.values() if about and desk.person == about), about)
    return names.get(owner, "")


def _enumerated_pairs(found: Violation, names: Mapping[str, str]) -> str:
    shown = [pair_words(name, names) for name in found.requests[:3]]
    return shown[0] if len(shown) == 1 else _enumerated(shown)


def pair_words(name: str, names: Mapping[str, str]) -> str:
    """The two companies of a request: Climas Anáhuac con Galvánicos Lerma."""
    a_id, b_id = pair_of(name)
    return _("%(a)s con %(b)s", a=names.get(str(a_id), "–"), b=names.get(str(b_id), "–"))


STEPS = {
    "schedule.moved": (_l("Deshacer: mover %(pair)s (%(time)s)"), _l("Rehacer: mover %(pair)s (%(time)s)")),
    "schedule.placed": (
        _l("Deshacer: dar lugar a %(pair)s (%(time)s)"),
        _l("Rehacer: dar lugar a %(pair)s (%(time)s)"),
    ),
    "schedule.swapped": (
        _l("Deshacer: intercambiar %(pair)s y otra reunión (%(time)s)"),
        _l("Rehacer: intercambiar %(pair)s y otra reunión (%(time)s)"),
    ),
    "schedule.pinned": (_l("Deshacer: fijar %(pair)s (%(time)s)"), _l("Rehacer: fijar %(pair)s (%(time)s)")),
    "schedule.unpinned": (_l("Deshacer: soltar %(pair)s (%(time)s)"), _l("Rehacer: soltar %(pair)s (%(time)s)")),
    "schedule.unscheduled": (_l("Deshacer: quitar %(pair)s (%(time)s)"), _l("Rehacer: quitar %(pair)s (%(time)s)")),
}


def step(found: Step, names: Mapping[str, str], *, again: bool = False) -> str:
    """Which change by hand is taken back, or brought `again`."""
    first = found.changes[0]
    pair = _("%(a)s con %(b)s", a=names.get(first["a"], "–"), b=names.get(first["b"], "–"))
    if len(found.changes) > 1 and found.action != "schedule.swapped":
        pair = ngettext("%(num)s reunión", "%(num)s reuniones", len(found.changes))
    return str(STEPS[found.action][again]) % {"pair": pair, "time": clock(found.at)}


def points(value: float) -> str:
    """A figure of the level `value`: the worth of meetings."""
    return ngettext("%(n)s punto", "%(n)s puntos", round(value), n=number(round(value)))
