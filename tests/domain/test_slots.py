"""How blocks become rounds, and hours of the clock become instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventsapp.domain.errors import DomainError
from eventsapp.domain.slots import MAX_DAYS, Span, check_block, days_between, in_zone, instant, moved_to, slots_of

MEXICO = ZoneInfo("America/Mexico_City")
TIJUANA = ZoneInfo("America/Tijuana")
NINE = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)


def span(start: int, end: int) -> Span:
    """So many minutes after nine."""
    return Span(NINE + timedelta(minutes=start), NINE + timedelta(minutes=end))


def refused(block: Span, others: list[Span]) -> str:
    with pytest.raises(DomainError) as caught:
        check_block(block, inside=span(0, 600), others=others)
    return caught.value.code


def test_a_block_is_cut_into_slots_with_changeovers() -> None:
    assert slots_of(span(0, 70), 20, 5) == [span(0, 20), span(25, 45), span(50, 70)]


@pytest.mark.parametrize(("minutes", "count"), [(19, 0), (20, 1), (44, 1), (45, 2), (125, 5)])
def test_only_whole_slots_fit(minutes: int, count: int) -> None:
    assert len(slots_of(span(0, minutes), 20, 5)) == count


@given(st.integers(1, 1440), st.integers(5, 120), st.integers(0, 60))
def test_slots_lie_in_the_block_apart_by_the_changeover_and_leave_no_room(length: int, slot: int, pause: int) -> None:
    slots = slots_of(span(0, length), slot, pause)
    assert all(one.end - one.start == timedelta(minutes=slot) for one in slots)
    assert all(later.start - one.end == timedelta(minutes=pause) for one, later in pairwise(slots))
    used = slots[-1].end - NINE + timedelta(minutes=pause) if slots else timedelta(0)
    assert used - timedelta(minutes=pause) <= timedelta(minutes=length) < used + timedelta(minutes=slot)


def test_a_block_that_touches_another_is_no_overlap() -> None:
    check_block(span(60, 120), inside=span(0, 600), others=[span(0, 60), span(120, 180)])


def test_blocks_that_cannot_be() -> None:
    assert refused(span(60, 60), []) == "times_out_of_order"
    assert refused(span(90, 60), []) == "times_out_of_order"
    assert refused(span(-5, 60), []) == "outside_event"
    assert refused(span(590, 601), []) == "outside_event"
    assert refused(span(30, 90), [span(0, 31)]) == "blocks_overlap"
    assert refused(span(30, 90), [span(40, 50)]) == "blocks_overlap"


def test_hours_are_those_of_the_events_clocks() -> None:
    assert instant(date(2027, 3, 9), time(9), MEXICO) == NINE
    assert instant(date(2027, 3, 9), time(9), TIJUANA) == NINE + timedelta(hours=2)
    assert instant(date(2027, 3, 16), time(9), TIJUANA) == NINE + timedelta(days=7, hours=1)


def test_an_hour_that_summer_time_skips_does_not_exist() -> None:
    with pytest.raises(DomainError, match="no_such_time"):
        instant(date(2027, 3, 14), time(2, 30), TIJUANA)


def test_of_an_hour_that_comes_twice_the_first_is_meant() -> None:
    assert instant(date(2027, 11, 7), time(1, 30), TIJUANA) == datetime(2027, 11, 7, 8, 30, tzinfo=UTC)


def test_another_zone_keeps_what_clocks_show() -> None:
    assert in_zone(NINE, MEXICO, TIJUANA) == NINE + timedelta(hours=2)


def test_a_block_moves_to_another_day_by_the_clock() -> None:
    block = Span(instant(date(2027, 3, 13), time(9), TIJUANA), instant(date(2027, 3, 13), time(11), TIJUANA))
    moved = moved_to(block, date(2027, 3, 14), TIJUANA)
    assert (moved.start - block.start, moved.end - moved.start) == (timedelta(hours=23), timedelta(hours=2))


def test_days_are_listed_up_to_a_bound() -> None:
    assert days_between(date(2027, 2, 28), date(2027, 3, 2)) == [date(2027, 2, 28), date(2027, 3, 1), date(2027, 3, 2)]
    assert len(days_between(date(2027, 1, 1), date(2028, 1, 1))) == MAX_DAYS
