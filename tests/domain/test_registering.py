"""The steps of a registration: what is done, what may be changed when, and what a choice of terms brings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from eventsapp.domain.registering import Progress, Step, can_edit, can_send, missing_steps, payback, progress
from eventsapp.domain.values import EventStatus, RegistrationStatus

START = datetime(2027, 3, 1, tzinfo=UTC)


class Dates:
    """Registration closes at day 10, requests at day 20, the event is on day 30."""

    status = EventStatus.OPEN
    registration_opens_at = START
    registration_closes_at = START + timedelta(days=10)
    late_registration_until: datetime | None = None
    requests_open_at = START + timedelta(days=5)
    requests_close_at = START + timedelta(days=20)
    starts_at = START + timedelta(days=30)
    ends_at = START + timedelta(days=31)


def editable(status: RegistrationStatus, day: float) -> set[str]:
    now = START + timedelta(days=day)
    return {step.value for step in Step if can_edit(step, status, Dates(), now)}


EVERYTHING = {"company", "delegates", "terms", "availability"}


@pytest.mark.parametrize(
    ("status", "day", "steps"),
    [
        (RegistrationStatus.DRAFT, 9.99, EVERYTHING),
        (RegistrationStatus.DRAFT, 10, set()),
        (RegistrationStatus.DRAFT, -1, set()),
        (RegistrationStatus.SUBMITTED, 5, set()),
        (RegistrationStatus.CHANGES_REQUESTED, 19.9, EVERYTHING),
        (RegistrationStatus.CHANGES_REQUESTED, 20, set()),
        (RegistrationStatus.APPROVED, 19.9, {"delegates", "availability"}),
        (RegistrationStatus.APPROVED, 20, set()),
        (RegistrationStatus.REJECTED, 5, set()),
        (RegistrationStatus.WITHDRAWN, 5, set()),
    ],
)
def test_what_may_be_changed_when(status: RegistrationStatus, day: float, steps: set[str]) -> None:
    assert editable(status, day) == steps


@pytest.mark.parametrize(
    ("status", "steps", "answer"),
    [
        (RegistrationStatus.DRAFT, EVERYTHING, True),
        (RegistrationStatus.SUBMITTED, EVERYTHING, False),
        (RegistrationStatus.CHANGES_REQUESTED, EVERYTHING, True),
        (RegistrationStatus.WAITLISTED, EVERYTHING, False),
        (RegistrationStatus.APPROVED, EVERYTHING, False),
        (RegistrationStatus.REJECTED, set(), False),
        (RegistrationStatus.WITHDRAWN, set(), False),
    ],
)
def test_the_team_is_bound_by_no_date(status: RegistrationStatus, steps: set[str], answer: bool) -> None:
    late = START + timedelta(days=29)
    assert {step.value for step in Step if can_edit(step, status, Dates(), late, is_team=True)} == steps
    assert can_send(status, Dates(), late, is_team=True) is answer


@pytest.mark.parametrize(
    ("status", "day", "answer"),
    [
        (RegistrationStatus.DRAFT, 9.9, True),
        (RegistrationStatus.DRAFT, 10, False),
        (RegistrationStatus.CHANGES_REQUESTED, 15, True),
        (RegistrationStatus.CHANGES_REQUESTED, 20, False),
        (RegistrationStatus.APPROVED, 5, False),
    ],
)
def test_when_it_may_be_sent(status: RegistrationStatus, day: float, answer: bool) -> None:
    assert can_send(status, Dates(), START + timedelta(days=day)) is answer


def test_nothing_of_a_closed_event_may_be_changed() -> None:
    archived = Dates()
    archived.status = EventStatus.ARCHIVED
    every = [(step, status, team) for step in Step for status in RegistrationStatus for team in (False, True)]
    assert not any(can_edit(step, status, archived, START, is_team=team) for step, status, team in every)
    assert not any(can_send(status, archived, START, is_team=team) for _, status, team in every)


def test_progress_of_a_step() -> None:
    assert progress(Step.TERMS, done=[], has_answers=False) is Progress.NOT_STARTED
    assert progress(Step.TERMS, done=[], has_answers=True) is Progress.DOING
    assert progress(Step.TERMS, done=["terms"], has_answers=False) is Progress.DONE
    assert missing_steps(["company", "terms"]) == [Step.DELEGATES, Step.AVAILABILITY]


def test_payback_counts_companies_and_terms() -> None:
    theirs = [["A", "B"], ["B"], ["C"], ["B", "D"]]
    brought = payback(theirs, ["A", "B", "E"])
    assert brought.total == 3
    assert brought.by_term == {"B": 3, "A": 1, "E": 0}
    assert list(brought.by_term) == ["B", "A", "E"]
    assert payback(theirs, []).total == 0
