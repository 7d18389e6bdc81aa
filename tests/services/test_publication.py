"""Publication: one switch, told to exactly the people whose agenda changes; on both databases, also two at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.values import RegistrationStatus, Role, ScheduleStatus
from eventsapp.models import Absence, AuditEntry, DeskDelegate, Event, Invitation, Meeting, OutboxMessage, Schedule
from eventsapp.services import adjustments, publication, schedules
from tests import make
from tests.races import both
from tests.services.scheduling_bench import BASE_URL, HOST, ORGANIZER_ADDRESS, Bench, solved_draft
from tests.services.test_adjustments import by, free_slot


@pytest.fixture
def bench(context: Flask) -> Bench:
    return Bench.make(buyers=1, suppliers=3, slots=4, tables=2)


@pytest.fixture
def draft(bench: Bench, now: datetime) -> Schedule:
    return solved_draft(bench, now)


def publish(bench: Bench, draft: Schedule, now: datetime, **more: Any) -> Schedule:
    return publication.publish(
        draft,
        **{
            "actor": bench.actor, "now": now, "base_url": BASE_URL, "organizer_address": ORGANIZER_ADDRESS, **more,
        },
    )  # fmt: skip


def refusal(act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught, unit_of_work():
        act()
    return caught.value


def count(model: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def kinds(difference: publication.Difference) -> tuple[int, int, int, int, int]:
    return (
        len(difference.added),
        len(difference.moved),
        len(difference.cancelled),
        len(difference.people),
        len(difference.companies),
    )


def test_the_first_publication_is_all_new(bench: Bench, draft: Schedule, now: datetime) -> None:
    assert kinds(publication.compare(draft)) == (3, 0, 0, 4, 4)
    with unit_of_work():
        publish(bench, draft, now)
    assert (draft.status, draft.publication, draft.published_at) == (ScheduleStatus.PUBLISHED, 1, now)
    assert draft.published_by_id == bench.actor.account_id
    assert bench.event.published_schedule_id == draft.id
    assert count(Invitation) == 6
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "schedule.published")).one()
    assert entry.detail == {"number": 1, "publication": 1, "added": 3, "moved": 0, "cancelled": 0, "people": 4}


def test_the_second_one_tells_only_who_is_concerned(bench: Bench, draft: Schedule, now: datetime) -> None:
    with unit_of_work():
        publish(bench, draft, now)
    first, second, third = (place.meeting for place in schedules.list_placements(draft))
    with unit_of_work():
        new = adjustments.move(draft, first, slot=free_slot(draft), table=None, **by(bench, now, draft))
    with unit_of_work():
        adjustments.unschedule(new, second, **by(bench, now, new))
    difference = publication.compare(new)
    assert kinds(difference) == (0, 1, 1, 3, 3)
    (moved,), (cancelled,) = difference.moved, difference.cancelled
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.meeting_id, cancelled.place.meeting_id) == (first.id, second.id)
    assert moved.before.slot_id != moved.after.slot_id
    later = now + timedelta(hours=1)
    with unit_of_work():
        publish(bench, new, later)
    assert [(row.number, row.status.value, row.publication) for row, _ in schedules.list_versions(bench.event)] == [
        (2, "published", 2), (1, "superseded", 1),
    ]  # fmt: skip
    assert bench.event.published_schedule_id == new.id
    db.session.expire_all()
    assert [meeting.cancelled_at for meeting in (first, second, third)] == [None, later, None]
    told = db.session.scalars(select(OutboxMessage.to_address).where(OutboxMessage.created_at == later).distinct())
    expected = {
        seat.delegate.email
        for side in (bench.buyers[0], first.b, second.b)
        for desk in side.desks
        for seat in desk.seats
    }
    assert set(told) == expected


def test_a_draft_equal_to_what_is_published_is_nothing_new(bench: Bench, draft: Schedule, now: datetime) -> None:
    with unit_of_work():
        publish(bench, draft, now)
    with unit_of_work():
        same = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
    assert kinds(publication.compare(same)) == (0, 0, 0, 0, 0)
    assert refusal(lambda: publish(bench, same, now)).code == "nothing_new"
    assert refusal(lambda: publish(bench, draft, now)).code == "not_a_draft"


def test_a_version_with_clashes_is_not_published(bench: Bench, draft: Schedule, now: datetime) -> None:
    place = schedules.list_placements(draft)[0]
    with unit_of_work():
        db.session.add(Absence(desk=place.desk_b, starts_at=place.slot.starts_at, ends_at=place.slot.ends_at))
    error = refusal(lambda: publish(bench, draft, now))
    assert (error.code, error.params) == ("schedule_clashes", {"count": 1})
    with unit_of_work():
        db.session.delete(db.session.scalars(select(Absence)).one())
        place.meeting.b.status = RegistrationStatus.WITHDRAWN
    assert refusal(lambda: publish(bench, draft, now)).code == "schedule_clashes"
    assert (bench.event.published_schedule_id, count(Invitation), count(OutboxMessage)) == (None, 0, 0)


def test_an_old_page_does_not_publish(bench: Bench, draft: Schedule, now: datetime) -> None:
    edit = draft.edit
    with unit_of_work():
        adjustments.pin(draft, schedules.list_placements(draft)[0].meeting, **by(bench, now, draft))
    error = refusal(lambda: publish(bench, draft, now, edit=edit))
    assert (type(error), error.code) == (Conflict, "draft_changed")
    with unit_of_work():
        other = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
    with unit_of_work():
        publish(bench, draft, now, replaces=None)
    error = refusal(lambda: publish(bench, other, now, replaces=None))
    assert (type(error), error.code) == (Conflict, "published_meanwhile")


def test_two_publications_at_once_publish_one_version(context: Flask, now: datetime) -> None:
    for _trial in range(3):
        bench = Bench.make(buyers=1, suppliers=2, slots=3, tables=2)
        draft = solved_draft(bench, now)
        with unit_of_work():
            other = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
        ids, event_id, actor = [draft.id, other.id], bench.event.id, bench.actor

        def act(number: int, ids: list[Any] = ids, actor: Any = actor) -> str:
            schedule = db.session.get_one(Schedule, ids[number])
            with unit_of_work():
                publication.publish(
                    schedule,
                    actor=actor,
                    now=now,
                    base_url=BASE_URL,
                    organizer_address=ORGANIZER_ADDRESS,
                    replaces=None,
                )
            return "published"

        assert both(lambda: act(0), lambda: act(1)) == ["published", "published_meanwhile"]
        assert both(lambda: act(0), lambda: act(0)) == ["published_meanwhile", "published_meanwhile"]
        db.session.expire_all()
        published = db.session.scalars(
            select(Schedule).where(Schedule.event_id == event_id, Schedule.status == ScheduleStatus.PUBLISHED)
        ).one()
        assert db.session.get_one(Event, event_id).published_schedule_id == published.id
        assert published.publication == 1


def test_the_same_draft_twice_at_once_is_published_once(bench: Bench, draft: Schedule, now: datetime) -> None:
    draft_id, actor = draft.id, bench.actor

    def act() -> str:
        schedule = db.session.get_one(Schedule, draft_id)
        with unit_of_work():
            publication.publish(schedule, actor=actor, now=now, base_url=BASE_URL, organizer_address=ORGANIZER_ADDRESS)
        return "published"

    assert both(act, act, act) == ["not_a_draft", "not_a_draft", "published"]
    assert count(Invitation) == 6


def test_back_to_an_old_version_plans_cancelled_meetings_anew(bench: Bench, draft: Schedule, now: datetime) -> None:
    with unit_of_work():
        publish(bench, draft, now)
    dropped = schedules.list_placements(draft)[0].meeting
    with unit_of_work():
        second = adjustments.unschedule(draft, dropped, **by(bench, now, draft))
    with unit_of_work():
        publish(bench, second, now)
    with unit_of_work():
        back = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
    places = {
        (schedules.key_of(place.meeting), place.slot_id, place.table_id) for place in schedules.list_placements(back)
    }
    assert places == {
        (schedules.key_of(place.meeting), place.slot_id, place.table_id) for place in schedules.list_placements(draft)
    }
    assert kinds(publication.compare(back)) == (1, 0, 0, 2, 2)
    with unit_of_work():
        publish(bench, back, now)
    uids = list(db.session.scalars(select(Meeting.uid)))
    assert len(uids) == len(set(uids)) == 4
    assert schedules.judge(back).violations() == ()


def test_a_draft_made_before_a_cancellation_plans_the_meeting_anew(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    with unit_of_work():
        early = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
    with unit_of_work():
        publish(bench, draft, now)
    with unit_of_work():
        middle = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
    dropped = schedules.list_placements(middle)[0].meeting
    with unit_of_work():
        adjustments.unschedule(middle, dropped, **by(bench, now, middle))
    with unit_of_work():
        publish(bench, middle, now)
    with unit_of_work():
        publish(bench, early, now)
    live = {place.meeting_id for place in schedules.list_placements(early)}
    assert dropped.id not in live
    assert all(place.meeting.cancelled_at is None for place in schedules.list_placements(early))


def test_only_organizers_publish(bench: Bench, draft: Schedule, now: datetime) -> None:
    with unit_of_work():
        reviewer = make.actor(make.organizer(bench.event.organization, Role.REVIEWER))
        stranger = make.actor(make.organizer(make.organization()))
    for actor in (reviewer, stranger):
        assert isinstance(refusal(lambda actor=actor: publish(bench, draft, now, actor=actor)), Forbidden)  # type: ignore[misc]


def test_people_who_change_after_publication_can_be_told_without_another_version(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    addresses = {"base_url": BASE_URL, "organizer_address": ORGANIZER_ADDRESS}
    with unit_of_work():
        published = publish(bench, draft, now)
    later = now + timedelta(hours=1)
    event = published.event
    assert publication.list_due(event, now=later, **addresses) == frozenset()
    assert refusal(lambda: publication.announce(event, actor=bench.actor, now=later, **addresses)).code == "nothing_new"

    buyer = schedules.list_placements(published)[0].meeting.a
    with unit_of_work():
        newcomer = make.delegate(buyer.company)
        db.session.add(DeskDelegate(desk=buyer.desks[0], delegate=newcomer, position=1))
    due = publication.list_due(event, now=later, **addresses)
    assert newcomer.id in due
    mails = count(OutboxMessage)
    with unit_of_work():
        assert publication.announce(event, actor=bench.actor, now=later, **addresses) == len(due)
    assert count(OutboxMessage) > mails
    assert publication.list_due(event, now=later, **addresses) == frozenset()
    assert schedules.find_published(event) == published


def test_every_person_sees_only_the_own_changes_and_the_mails_that_will_come(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    """The preview and the publication say the same, word for word; the preview stores nothing."""
    addresses = {"base_url": BASE_URL, "organizer_address": ORGANIZER_ADDRESS}
    difference = publication.compare(draft)
    people = publication.by_person(draft.event, difference)
    assert {one.delegate.id for one in people} == difference.people
    assert sum(len(one.changes) for one in people) >= len(difference.changes)
    foreseen = {}
    for one in people:
        for mail in publication.preview(draft, one.delegate, now=now, **addresses):
            fields = {name: value for name, value in mail.fields.items() if name != "answer"}
            foreseen[mail.key] = (mail.kind, mail.to_address, mail.locale, fields)
    db.session.flush()
    assert db.session.query(OutboxMessage).count() == 0
    publication.publish(draft, actor=bench.actor, now=now, **addresses)
    sent = {
        mail.key: (
            mail.kind,
            mail.to_address,
            mail.locale,
            {name: value for name, value in mail.fields.items() if name != "answer"},
        )
        for mail in db.session.query(OutboxMessage)
    }
    assert sent == foreseen
