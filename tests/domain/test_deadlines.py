"""The freeze time: from when what is published is only repaired."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from eventsapp.domain.deadlines import is_frozen

START = datetime(2027, 3, 9, 15, 0, tzinfo=UTC)


@dataclass
class Frame:
    """What freezing asks of an event."""

    freeze_hours: int = 48
    published_schedule_id: UUID | None = None
    starts_at: datetime = START


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(hours=48, seconds=1), False),
        (timedelta(hours=48), True),
        (timedelta(hours=1), True),
        (timedelta(0), True),
        (timedelta(days=-3), True),
    ],
)
def test_what_is_published_freezes_some_hours_before_the_start(before: timedelta, expected: bool) -> None:
    assert is_frozen(Frame(published_schedule_id=uuid4()), START - before) is expected


def test_without_hours_or_without_a_publication_nothing_is_frozen() -> None:
    assert not is_frozen(Frame(freeze_hours=0, published_schedule_id=uuid4()), START)
    assert not is_frozen(Frame(), START)
