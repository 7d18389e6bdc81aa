"""Publishing by two people: one endorses a draft as it stands, another publishes just that; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.values import Role, ScheduleStatus
from eventsapp.models import AuditEntry, Endorsement, Schedule
from eventsapp.services import adjustments, endorsements, publication, schedules
from tests import make
from tests.races import both
from tests.services.scheduling_bench import BASE_URL, HOST, ORGANIZER_ADDRESS, Bench, solved_draft
from tests.services.test_adjustments import by


@pytest.fixture
def bench(context: Flask) -> Bench:
    return Bench.make(buyers=1, suppliers=3, slots=4, tables=2, needs_second_person=True)


@pytest.fixture
def draft(bench: Bench, now: datetime) -> Schedule:
    return solved_draft(bench, now)


def colleague(bench: Bench, role: Role = Role.MANAGER) -> Actor:
    with unit_of_work():
        return make.actor(make.organizer(bench.event.organization, role))


def publish(draft: Schedule, actor: Actor, now: datetime) -> None:
    with unit_of_work():
        publication.publish(draft, actor=actor, now=now, base_url=BASE_URL, organizer_address=ORGANIZER_ADDRESS)


def endorse(draft: Schedule, actor: Actor, now: datetime, edit: int | None = None) -> None:
    with unit_of_work():
        endorsements.endorse(draft, actor=actor, now=now, edit=draft.edit if edit is None else edit)


def refused(act: Callable[..., None], *values: Any) -> str:
    with pytest.raises(DomainError) as caught:
        act(*values)
    db.session.rollback()
    return caught.value.code


def acts() -> list[str]:
    rows = db.session.query(AuditEntry.action).filter(AuditEntry.object_kind == "schedule").order_by(AuditEntry.at)
    return [action for (action,) in rows if action in {"schedule.endorsed", "schedule.published"}]


def test_one_endorses_and_another_publishes(bench: Bench, draft: Schedule, now: datetime) -> None:
    other = colleague(bench)
    assert refused(publish, draft, bench.actor, now) == "second_person_needed"
    endorse(draft, bench.actor, now)
    assert refused(publish, draft, bench.actor, now) == "second_person_needed"
    assert [one.account_id for one in endorsements.list_of(draft)] == [bench.actor.account_id]
    publish(draft, other, now + timedelta(minutes=1))
    assert (draft.status, draft.published_by_id) == (ScheduleStatus.PUBLISHED, other.account_id)
    assert acts() == ["schedule.endorsed", "schedule.published"]


def test_said_twice_it_is_said_once_and_can_be_taken_back(bench: Bench, draft: Schedule, now: datetime) -> None:
    other = colleague(bench)
    endorse(draft, bench.actor, now)
    endorse(draft, bench.actor, now + timedelta(minutes=1))
    assert db.session.query(Endorsement).count() == 1
    with unit_of_work():
        endorsements.take_back(draft, actor=bench.actor, now=now)
    assert db.session.query(Endorsement).count() == 0
    assert refused(publish, draft, other, now) == "second_person_needed"


def test_what_was_endorsed_is_the_draft_as_it_stood(bench: Bench, draft: Schedule, now: datetime) -> None:
    other, edit = colleague(bench), draft.edit
    endorse(draft, bench.actor, now)
    with unit_of_work():
        adjustments.pin(draft, schedules.list_placements(draft)[0].meeting, **by(bench, now, draft))
    assert endorsements.list_of(draft) == []
    assert refused(publish, draft, other, now) == "second_person_needed"
    assert refused(endorse, draft, bench.actor, now, edit) == "draft_changed"


def test_after_another_publication_it_is_said_anew(bench: Bench, draft: Schedule, now: datetime) -> None:
    other, chief = colleague(bench), colleague(bench, Role.ADMIN)
    with unit_of_work():
        second = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
    endorse(second, bench.actor, now)
    publish(draft, chief, now + timedelta(minutes=1))
    assert endorsements.list_of(second) == []
    assert refused(publish, second, other, now + timedelta(minutes=2)) == "second_person_needed"


def test_who_administers_the_organization_publishes_alone(bench: Bench, draft: Schedule, now: datetime) -> None:
    publish(draft, colleague(bench, Role.ADMIN), now)
    assert draft.status is ScheduleStatus.PUBLISHED


def test_without_the_rule_nobody_is_asked(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=1, suppliers=3, slots=4, tables=2)
    draft = solved_draft(bench, now)
    publish(draft, bench.actor, now)
    assert draft.status is ScheduleStatus.PUBLISHED


def test_who_may_not_publish_endorses_nothing(bench: Bench, draft: Schedule, now: datetime) -> None:
    reviewer = colleague(bench, Role.REVIEWER)
    with pytest.raises(Forbidden):
        endorsements.endorse(draft, actor=reviewer, now=now, edit=draft.edit)
    with pytest.raises(Forbidden):
        endorsements.take_back(draft, actor=reviewer, now=now)
    assert db.session.query(Endorsement).count() == 0


def test_a_published_version_is_endorsed_no_more(bench: Bench, draft: Schedule, now: datetime) -> None:
    publish(draft, colleague(bench, Role.ADMIN), now)
    assert refused(endorse, draft, bench.actor, now) == "not_a_draft"


def test_one_edits_while_the_other_endorses(bench: Bench, draft: Schedule, now: datetime) -> None:
    """Whoever comes first: never is a draft endorsed that the person did not see."""
    draft_id, seen, actor = draft.id, draft.edit, bench.actor
    meeting_id = schedules.list_placements(draft)[0].meeting_id

    def edit() -> str:
        schedule = db.session.get_one(Schedule, draft_id)
        with unit_of_work():
            place = next(one for one in schedules.list_placements(schedule) if one.meeting_id == meeting_id)
            adjustments.pin(schedule, place.meeting, **by(bench, now, schedule))
        return "edited"

    def say() -> str:
        with unit_of_work():
            endorsements.endorse(db.session.get_one(Schedule, draft_id), actor=actor, now=now, edit=seen)
        return "endorsed"

    done = both(edit, say)
    db.session.expire_all()
    assert done in (["edited", "endorsed"], ["draft_changed", "edited"])
    assert endorsements.list_of(db.session.get_one(Schedule, draft_id)) == []


def test_a_conflict_is_a_conflict(bench: Bench, draft: Schedule, now: datetime) -> None:
    with pytest.raises(Conflict):
        endorsements.endorse(draft, actor=bench.actor, now=now, edit=draft.edit + 1)
