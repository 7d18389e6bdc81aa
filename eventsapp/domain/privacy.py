"""Personal data: the rights that a person has, and the working days in which they are met."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

ANSWER_DAYS = 20
CARRY_OUT_DAYS = 15
BLOCKED_FOR = timedelta(days=180)
GONE = "Persona suprimida"
BLOCKED = "Persona con datos bloqueados"
NOWHERE = "privacidad.invalid"
"""Addresses here reach nobody (RFC 2606)."""
SHORTEST_NAME = 5


class ArcoKind(StrEnum):
    """What a person asks: to see, to correct, to cancel, to oppose."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    CANCELLATION = "cancellation"
    OPPOSITION = "opposition"


class ArcoStatus(StrEnum):
    """Where a request about personal data stands; a granted one is still to be carried out."""

    RECEIVED = "received"
    GRANTED = "granted"
    DENIED = "denied"
    DONE = "done"


def working_days_after(day: date, count: int) -> date:
    """The day on which a term of so many working days ends; the day itself does not count."""
    while count:
        day += timedelta(days=1)
        if day.weekday() < 5 and not is_holiday(day):
            count -= 1
    return day


def is_holiday(day: date) -> bool:
    """Is it a day of rest by law (Ley Federal del Trabajo, article 74)?"""
    mondays = {(2, 1), (3, 3), (11, 3)}
    if (day.month, day.day) in {(1, 1), (5, 1), (9, 16), (12, 25)}:
        return True
    if day.month == 10 and day.day == 1 and (day.year - 2024) % 6 == 0:
        return True
    return day.weekday() == 0 and (day.month, (day.day - 1) // 7 + 1) in mondays


# Suppression ----------------------------------------------------------------------------------------------------------


def pattern_of(needles: Iterable[str]) -> re.Pattern[str] | None:
    """What finds these texts as whole words, whatever their case; None when there are none."""
    found = sorted(
        {needle.strip() for needle in needles if len(needle.strip()) >= SHORTEST_NAME}, key=len, reverse=True
    )
    if not found:
        return None
    return re.compile(r"(?<!\w)(?:" + "|".join(re.escape(text) for text in found) + r")(?!\w)", re.IGNORECASE)


def scrubbed(value: Any, pattern: re.Pattern[str]) -> Any:
    """A value without these texts: a text, or any JSON."""
    if isinstance(value, str):
        return pattern.sub(GONE, value)
    if isinstance(value, list):
        return [scrubbed(one, pattern) for one in value]
    if isinstance(value, dict):
        return {scrubbed(name, pattern): scrubbed(one, pattern) for name, one in value.items()}
    return value
