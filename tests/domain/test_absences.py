"""Absences as stretches of time, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from eventsapp.domain.absences import is_absent, stretches

NINE = datetime(2027, 3, 9, 9, tzinfo=UTC)
SLOT = timedelta(minutes=20)


def slots(*starts: float) -> list[tuple[datetime, datetime]]:
    return [(NINE + timedelta(hours=hour), NINE + timedelta(hours=hour) + SLOT) for hour in starts]


def test_neighbours_become_one_over_a_meal() -> None:
    day = slots(0, 0.5, 1, 4, 4.5)
    assert stretches(day, [False, True, True, True, False]) == [(day[1][0], day[3][1])]


def test_a_night_is_not_covered() -> None:
    days = slots(0, 1, 24, 25)
    assert stretches(days, [False, True, True, False]) == [days[1], days[2]]


def test_a_slot_between_keeps_them_apart() -> None:
    day = slots(0, 1, 2)
    assert stretches(day, [True, False, True]) == [day[0], day[2]]


def test_ends_do_not_touch() -> None:
    first, second = slots(0)[0], (NINE + SLOT, NINE + 2 * SLOT)
    assert not is_absent(second, [first])
    assert is_absent(first, [(NINE + SLOT / 2, NINE + SLOT)])


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_there_and_back(absent: list[bool]) -> None:
    """What was ticked comes back the same: no stretch covers a slot in which the company can meet."""
    day = slots(*(index * 5 / 12 for index in range(len(absent))))
    spans = stretches(day, absent)
    assert [is_absent(slot, spans) for slot in day] == absent
    assert spans == sorted(spans)
