"""Every code of the engine and the judge has a sentence, with the names that it needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from eventsapp.scheduling import explain
from eventsapp.scheduling.checker import Violation
from eventsapp.scheduling.problem import Company, Desk, Problem, Request, Slot
from eventsapp.scheduling.rules import Rule
from eventsapp.services.frames import Frame
from eventsapp.services.schedules import Judged
from eventsapp.web.organizer import schedule_words
from eventsapp.web.organizer.run import improvements

A, B, C = (str(UUID(int=number)) for number in (1, 2, 3))
NAMES = {A: "Climas Anáhuac", B: "Galvánicos Lerma", C: "Forjas Jurica"}
START = datetime(2027, 3, 9, 10, 15, tzinfo=ZoneInfo("America/Mexico_City"))
PROBLEM = Problem(
    slots=(Slot(START, START.replace(minute=35), "d1"),),
    companies=(
        Company(A, "buyer", (Desk("a-1", (0,), person="p"),)),
        Company(B, "supplier", (Desk("b-1", (0,)),)),
    ),
    requests=(Request(f"{A}:{B}", A, B, 10),),
)
JUDGED = Judged(PROBLEM, (), (), Frame((), (), {}, frozenset(), {}))


@pytest.fixture(autouse=True)
def spanish(sqlite_app: Flask) -> Any:
    with sqlite_app.test_request_context():
        yield


@pytest.mark.parametrize("code", explain.REASONS)
def test_every_reason_has_its_own_sentence(code: str) -> None:
    text = schedule_words.reason(code, {}, NAMES)
    assert text != schedule_words.reason("no such code", {}, NAMES)
    assert "%(" not in text


@pytest.mark.parametrize(
    ("code", "detail", "expected"),
    [
        ("buyer_full", {"company": A, "max_meetings": 16}, "Climas Anáhuac ya tiene sus 16 reuniones."),
        ("supplier_full", {"company": B, "max_meetings": 1}, "Galvánicos Lerma ya tiene su única reunión."),
        ("buyer_full", {"company": A, "slots": "all"}, "Climas Anáhuac ya no tiene rondas libres."),
        (
            "outvalued", {"meetings": [f"{A}:{C}"], "value": 90},
            "Tendría que quitarse la reunión de Climas Anáhuac con Forjas Jurica, de más valor.",
        ),
        (
            "outvalued", {"meetings": [f"{A}:{C}", f"{C}:{B}"], "value": 90},
            "Tendrían que quitarse las reuniones de Climas Anáhuac con Forjas Jurica y Forjas Jurica con "
            "Galvánicos Lerma, que juntas valen más.",
        ),
        (
            "lottery", {"won": f"{A}:{C}", "seed": 1},
            "Empató con la reunión de Climas Anáhuac con Forjas Jurica y el sorteo favoreció a esa.",
        ),
    ],
)  # fmt: skip
def test_reasons_carry_names(code: str, detail: dict[str, Any], expected: str) -> None:
    assert schedule_words.reason(code, detail, NAMES) == expected


@pytest.mark.parametrize(
    ("fix", "expected"),
    [
        (
            {"change": "slot_for_desk", "desk": "b-1", "slot": 0, "gain": 5},
            "Cabría si Galvánicos Lerma estuviera disponible el martes 9, 10:15.",
        ),
        (
            {"change": "meeting_for_company", "company": A, "slot": 0},
            "Cabría si Climas Anáhuac aceptara una reunión más.",
        ),
        ({"change": "table_in_slot", "slot": 0}, "Cabría con una mesa más el martes 9, 10:15."),
        ({"change": "slot_for_desk", "desk": "gone", "slot": 0}, ""),
        ({"change": "table_in_slot", "slot": 99}, ""),
        ({"change": "something else"}, ""),
        (None, ""),
    ],
)
def test_fixes_in_words(fix: dict[str, Any] | None, expected: str) -> None:
    assert schedule_words.fix({"fix": fix} if fix else {}, NAMES, PROBLEM) == expected


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_a_sentence(rule: Rule) -> None:
    about = {Rule.PERSON_BUSY: "p", Rule.MAX_MEETINGS: A, Rule.DESK_BUSY: "a-1"}.get(rule, "b-1")
    text = schedule_words.violation(Violation(rule, (f"{A}:{B}",), 0, about), JUDGED, NAMES)
    assert text
    assert "%(" not in text
    if rule is Rule.DESK_BUSY:
        assert text == "Climas Anáhuac tiene dos reuniones a la vez el martes 9, 10:15."
    if rule is Rule.PERSON_BUSY:
        assert text == "Una persona de Climas Anáhuac tiene dos reuniones a la vez el martes 9, 10:15."


def test_improvements_go_on_when_every_meeting_has_its_place() -> None:
    held = {"placed": 6, "value": 60, "bound": 60}
    curve = [
        {"seconds": 1.0, **held},
        {"seconds": 2.0, **held, "fairness": 0.5, "idle": 9, "moves": 4},
        {"seconds": 3.0, **held, "fairness": 0.75, "idle": 8, "moves": 4},
        {"seconds": 65.0, **held, "fairness": 0.75, "idle": 5, "moves": 1},
    ]
    told = [(found["time"], found["gain"], found["text"]) for found in improvements(curve)]
    assert told == [
        ("1:05", "−3", "3 cambios de mesa menos"),
        ("1:05", "−3", "3 rondas de espera menos"),
        ("0:03", "−1", "1 ronda de espera menos"),
        ("0:03", "+25%", "La empresa con menos reuniones consiguió más de lo suyo"),
        ("0:01", "+60 puntos", "Primer horario completo, con 6 reuniones"),
    ]
