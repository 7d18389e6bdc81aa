"""The certificate of a schedule: one file with the problem, the schedule and what is claimed of it, checked by anybody.

`verified` trusts no figure in the file: it judges the schedule afresh and compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from statistics import median
from typing import Any

from eventsapp.scheduling import archive, checker
from eventsapp.scheduling.comparison import held_by_company
from eventsapp.scheduling.problem import Problem, ProblemError
from eventsapp.scheduling.rules import Rule
from eventsapp.scheduling.schedule import LevelResult, Outcome

CERTIFICATE_FORMAT = "eventsapp-certificate/1"
PARTS = ("format", "problem", "schedule", "certificate")


def made(problem: Problem, outcome: Outcome, about: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a certificate file; `about` says which schedule of which event it is."""
    asked, answer = archive.problem_to_dict(problem), archive.outcome_to_dict(outcome)
    return {
        "format": CERTIFICATE_FORMAT,
        "problem": asked,
        "schedule": answer,
        "certificate": {"about": dict(about), **_claims(problem, outcome), "digests": _digests(asked, answer)},
    }


def is_certificate(data: object) -> bool:
    """Does a file's content say that it is a certificate?"""
    return isinstance(data, dict) and data.get("format") == CERTIFICATE_FORMAT


def verified(data: object) -> list[str]:
    """What is untrue in a certificate, one sentence each; raises `ProblemError` when it cannot be read."""
    if not isinstance(data, dict) or set(data) != set(PARTS) or not isinstance(data["certificate"], dict):
        raise ProblemError(f"A certificate has the parts {', '.join(PARTS)}.", "file")
    if data["format"] != CERTIFICATE_FORMAT:
        raise ProblemError(f"This program reads {CERTIFICATE_FORMAT!r}.", "format")
    for part in ("problem", "schedule"):
        if not isinstance(data[part], dict):
            raise ProblemError("Here must be an object.", part)
    problem = archive.problem_from_dict(data["problem"])
    outcome = archive.outcome_from_dict(data["schedule"])
    untrue = checker.verify(problem, outcome)
    claimed = data["certificate"]
    if claimed.get("digests") != _digests(data["problem"], data["schedule"]):
        untrue.append("The problem or the schedule is not the one that was certified.")
    if not untrue:
        true = json.loads(json.dumps(_claims(problem, outcome)))
        untrue += [f"What is said of {name} is not so." for name in true if claimed.get(name) != true[name]]
    return untrue


def distance(level: LevelResult) -> float | None:
    """How far a level is from its bound, as a share of the bound; None without a bound, or above a bound of nothing."""
    if level.bound is not None and level.value == level.bound:
        return 0.0
    if not level.bound:
        return None
    return round(abs(level.bound - level.value) / abs(level.bound), 6)


def _claims(problem: Problem, outcome: Outcome) -> dict[str, Any]:
    """Everything that a certificate says of a schedule and that follows from it."""
    score = checker.score(problem, outcome.meetings)
    counts = held_by_company(problem, outcome.meetings)
    held = sorted(counts[company.id] for company in problem.companies)
    broken = [violation.rule for violation in checker.violations(problem, outcome.meetings)]
    return {
        "meetings": len(outcome.meetings),
        "requests": len(problem.requests),
        "seed": outcome.seed,
        "engine": outcome.engine,
        "levels": [
            {
                "level": level.level,
                "value": level.value,
                "bound": level.bound,
                "optimal": level.optimal,
                "gap": None if level.bound is None else round(abs(level.bound - level.value), 6),
                "distance": distance(level),
            }
            for level in outcome.levels
        ],
        "rules": [{"rule": rule.value, "meaning": rule.meaning, "broken": broken.count(rule)} for rule in Rule],
        "fairness": {
            "lowest": score.fairness,
            "shares": [{"share": round(float(share), 6), "companies": number} for share, number in score.shares],
            "companies": len(problem.companies),
            "without": held.count(0),
            "least": held[0] if held else 0,
            "median": float(median(held)) if held else 0.0,
            "most": held[-1] if held else 0,
        },
    }


def _digests(problem: object, schedule: object) -> dict[str, str]:
    return {"problem": _digest(problem), "schedule": _digest(schedule)}


def _digest(data: object) -> str:
    """SHA-256 of the values as JSON with sorted keys, so that blanks and order do not count."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
