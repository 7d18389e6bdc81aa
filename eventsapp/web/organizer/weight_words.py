"""What a meeting is worth, in words: the parts, the steps, what was chosen, and typical requests as examples."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain.worth import RECOMMENDED, STEPS, Step, Weights
from eventsapp.web.formats import number

PARTS = {
    "both_asked": _l("La pidieron los dos"),
    "buyer_asked": _l("La pidió solo quien busca"),
    "supplier_asked": _l("La pidió solo quien ofrece"),
    "buyer_must": _l("Es indispensable para quien busca"),
    "supplier_must": _l("Es indispensable para quien ofrece"),
    "affinity": _l("Cada nivel de afinidad, del 2 al 5"),
    "priority": _l("Cada punto de prioridad de las empresas"),
    "buyer_rank": _l("El primer lugar en la lista de quien busca"),
    "supplier_rank": _l("El primer lugar en la lista de quien ofrece"),
}
STEP_NAMES = {
    Step.NONE: _l("No cuenta"),
    Step.LITTLE: _l("Poco"),
    Step.USUAL: _l("Lo recomendado"),
    Step.MORE: _l("Más"),
    Step.MUCH: _l("Mucho"),
}
_BEST_FIT = {"affinity": 4, "priority": 4}
_BUYER_BEST = {"buyer_asked": 1, "buyer_must": 1, "buyer_rank": 1, **_BEST_FIT}
_SUPPLIER_BEST = {"supplier_asked": 1, "supplier_must": 1, "supplier_rank": 1, **_BEST_FIT}
EXAMPLES: tuple[tuple[str, Any, Mapping[str, int]], ...] = (
    (
        "both_best",
        _l("La pidieron los dos y todo la favorece"),
        {"both_asked": 1, "buyer_must": 1, "supplier_must": 1, "buyer_rank": 1, "supplier_rank": 1, **_BEST_FIT},
    ),
    ("both_usual", _l("La pidieron los dos, con afinidad media"), {"both_asked": 1, "affinity": 2}),
    ("both_bare", _l("La pidieron los dos, sin nada más a favor"), {"both_asked": 1}),
    ("buyer_best", _l("La pidió solo quien busca y todo la favorece"), _BUYER_BEST),
    ("buyer_usual", _l("La pidió solo quien busca, con afinidad media"), {"buyer_asked": 1, "affinity": 2}),
    ("supplier_best", _l("La pidió solo quien ofrece y todo la favorece"), _SUPPLIER_BEST),
    ("supplier_usual", _l("La pidió solo quien ofrece, con afinidad media"), {"supplier_asked": 1, "affinity": 2}),
)
"""Typical requests: a name, the words for it, and how often each part counts."""
SAFE = _l("Con estos pesos, una que pidieron los dos siempre gana a una que pidió uno solo.")
OPEN = _l("Con estos pesos, una que pidió uno solo puede ganar a una que pidieron los dos, si lo demás la favorece.")


def step_words(part: str, step: Step) -> str:
    """A step with its points: "Poco: 200 puntos"."""
    amount = STEPS[part][step]
    if not amount:
        return str(STEP_NAMES[step])
    return str(_("%(step)s: %(points)s", step=STEP_NAMES[step], points=_points(amount)))


def change_words(before: Weights, after: Weights) -> str:
    """What changed from some weights to others, part by part."""
    old, new = before.to_dict(), after.to_dict()
    return "; ".join(
        _(
            "%(part)s: de %(before)s a %(after)s puntos",
            part=PARTS[part],
            before=number(old[part]),
            after=number(amount),
        )
        for part, amount in new.items()
        if amount != old[part]
    )


def run_words(weights: Weights) -> str:
    """With which weights a run was made."""
    usual = RECOMMENDED.to_dict()
    changed = "; ".join(
        f"{PARTS[part]}: {_points(amount)}" for part, amount in weights.to_dict().items() if amount != usual[part]
    )
    return str(_("Con estos pesos: %(changed)s", changed=changed) if changed else _("Con los pesos recomendados"))


def lines(weights: Weights) -> list[tuple[str, str]]:
    """Each part with its points."""
    return [(str(PARTS[part]), _points(amount)) for part, amount in weights.to_dict().items()]


def examples(weights: Weights) -> dict[str, Any]:
    """Typical requests with their worth, the most first, and whether both asking always wins."""
    points = weights.to_dict()
    worth = {name: sum(points[part] * times for part, times in parts.items()) for name, _words, parts in EXAMPLES}
    rows = [
        {"name": name, "label": str(words), "parts": parts, "value": worth[name], "text": _points(worth[name])}
        for name, words, parts in EXAMPLES
    ]
    is_safe = worth["both_bare"] > max(worth["buyer_best"], worth["supplier_best"])
    return {
        "rows": sorted(rows, key=lambda row: -worth[row["name"]]),
        "whole": max(worth.values()),
        "finding": str(SAFE if is_safe else OPEN),
        "safe": str(SAFE),
        "open": str(OPEN),
        "points": _("{n} puntos"),
    }


def _points(amount: int) -> str:
    return ngettext("%(n)s punto", "%(n)s puntos", amount, n=number(amount))
