"""What the engine is asked, the draft that it answers, and copies: on both databases, with the real engine."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.values import Preference, RegistrationStatus, ScheduleStatus, Side
from eventsapp.models import Absence, DeskDelegate, Meeting, Placement, Slot, Table, Unplaced
from eventsapp.scheduling import problem as asked
from eventsapp.services import adjustments, frames, schedules
from tests import make
from tests.services.scheduling_bench import HOST, Bench, solved_draft


@pytest.fixture
def bench(context: Flask) -> Bench:
    return Bench.make()


def test_the_problem_says_what_the_event_says(context: Flask) -> None:
    with unit_of_work():
        event = make.event(slots=3, tables=2, max_consecutive=2, buyer_max_meetings=5, supplier_min_meetings=1)
        slots = event.slots
        first, second = event.tables
        buyer = make.registration(event, Side.BUYER, desks=2)
        supplier = make.registration(event, Side.SUPPLIER, max_meetings=1)
        make.registration(event, Side.SUPPLIER, status=RegistrationStatus.SUBMITTED)
        buyer.desks[0].table = second
        db.session.add(
            Absence(
                desk=supplier.desks[0], starts_at=slots[0].ends_at - timedelta(minutes=1), ends_at=slots[1].starts_at
            )
        )
        make.request(buyer, supplier, preference=Preference.MUST)
    problem = schedules.build_problem(event)
    problem.check()
    zone = event.zone
    block = str(event.blocks[0].id)
    pair = f"{buyer.id}:{supplier.id}"
    assert problem == asked.Problem(
        slots=tuple(
            asked.Slot(slot.starts_at.astimezone(zone), slot.ends_at.astimezone(zone), block) for slot in event.slots
        ),
        companies=(
            asked.Company(
                str(buyer.id),
                "buyer",
                (
                    asked.Desk(str(buyer.desks[0].id), (0, 1, 2), str(second.id)),
                    asked.Desk(str(buyer.desks[1].id), (0, 1, 2)),
                ),
                0,
                5,
                None,
                2,
            ),
            asked.Company(
                str(supplier.id), "supplier", (asked.Desk(str(supplier.desks[0].id), (1, 2)),), 1, 1, None, 2
            ),
        ),
        requests=(asked.Request(pair, str(buyer.id), str(supplier.id), problem.requests[0].value, must=True),),
        tables=(asked.Table(str(first.id), first.room), asked.Table(str(second.id), second.room)),
    )


def test_desks_that_share_a_delegate_share_a_person(context: Flask) -> None:
    with unit_of_work():
        event = make.event()
        company = make.registration(event, Side.BUYER, desks=3)
        db.session.add(DeskDelegate(desk=company.desks[1], delegate=company.desks[0].seats[0].delegate, position=1))
    found = frames.read(event).companies[company.id].desks
    assert found[0].person is not None
    assert [desk.person == found[0].person for desk in found] == [True, True, False]
    assert found[2].person is None


def test_a_chain_of_shared_delegates_is_one_person() -> None:
    a, b, c, d = (UUID(int=number) for number in range(1, 5))
    one, two, three, four = (UUID(int=number) for number in range(11, 15))
    people = frames.shared_people({one: [a, b], two: [b, c], three: [c], four: [d]})
    assert set(people) == {one, two, three}
    assert len(set(people.values())) == 1


def test_the_draft_is_what_the_engine_answered(bench: Bench, now: datetime) -> None:
    run, outcome = bench.solve(now)
    draft = schedules.find_current(bench.event)
    assert draft is not None
    assert (draft.number, draft.status, draft.run_id) == (1, ScheduleStatus.DRAFT, run.id)
    slots = list(db.session.scalars(select(Slot).order_by(Slot.starts_at)))
    expected = {
        (meeting["request"], slots[meeting["slot"]].id, meeting["table"], tuple(meeting["desks"]))
        for meeting in outcome["meetings"]
    }
    assert expected == {
        (
            schedules.request_id(place.meeting.a_id, place.meeting.b_id),
            place.slot_id,
            str(place.table_id),
            (str(place.desk_a_id), str(place.desk_b_id)),
        )
        for place in schedules.list_placements(draft)
    }
    left = {(row["request"], row["reason"]) for row in outcome["unscheduled"]}
    rows = db.session.scalars(select(Unplaced))
    assert left == {(schedules.request_id(row.a_id, row.b_id), row.reason) for row in rows}
    assert schedules.judge(draft).violations() == ()


def test_a_second_draft_keeps_the_meetings_and_pins_of_the_first(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    place = schedules.list_placements(draft)[0]
    with unit_of_work():
        adjustments.pin(draft, place.meeting, edit=draft.edit, actor=bench.actor, now=now, host=HOST)
    kept = {(row.id, row.uid) for row in db.session.scalars(select(Meeting))}
    spot = (place.meeting_id, place.slot_id, place.table_id, place.desk_a_id, place.desk_b_id, True)
    bench.solve(now, seed=7)
    second = schedules.find_current(bench.event)
    assert second is not None
    assert second.number == 2
    assert kept <= {(row.id, row.uid) for row in db.session.scalars(select(Meeting))}
    placed = {
        (row.meeting_id, row.slot_id, row.table_id, row.desk_a_id, row.desk_b_id, row.is_pinned)
        for row in schedules.list_placements(second)
    }
    assert spot in placed
    assert [row for row in placed if row[-1]] == [spot]


def test_a_copy_is_the_same_schedule_with_a_new_number(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    with unit_of_work():
        copied = schedules.copy(draft, actor=bench.actor, now=now, host=HOST)
    assert (copied.number, copied.parent_id, copied.status) == (2, draft.id, ScheduleStatus.DRAFT)
    assert _content(copied) == _content(draft)
    assert copied.levels == draft.levels


def test_a_request_that_was_withdrawn_since_is_a_clash(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    place = schedules.list_placements(draft)[0]
    with unit_of_work():
        meeting = db.session.get(Meeting, place.meeting_id)
        assert meeting is not None
        meeting.b.status = RegistrationStatus.WITHDRAWN
        gone = meeting.b_id
    names = {
        schedules.request_id(row.meeting.a_id, row.meeting.b_id)
        for row in schedules.list_placements(draft)
        if gone in (row.meeting.a_id, row.meeting.b_id)
    }
    found = schedules.judge(draft).violations()
    assert {violation.rule.value for violation in found} == {"known"}
    assert {name for violation in found for name in violation.requests} == names


def test_what_agreed_later_is_missing_without_having_been_considered(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    with unit_of_work():
        late = make.registration(bench.event, Side.SUPPLIER)
        make.request(bench.buyers[0], late)
    missing = schedules.list_missing(draft, schedules.list_placements(draft))
    assert [found.reason for found in missing if found.pair.b.id == late.id] == ["not_considered"]


def test_reading_a_version_takes_the_same_queries_whatever_its_size(context: Flask, now: datetime) -> None:
    counts = []
    for suppliers in (2, 6):
        bench = Bench.make(buyers=2, suppliers=suppliers)
        draft = solved_draft(bench, now)
        db.session.expire_all()
        statements: list[str] = []

        def count(_c: object, _u: object, statement: str, *_rest: object, kept: list[str] = statements) -> None:
            kept.append(statement)

        sqlalchemy_event.listen(db.engine, "before_cursor_execute", count)
        places = schedules.list_placements(draft)
        assert schedules.judge(draft, places).violations() == ()
        schedules.list_missing(draft, places)
        assert [place.meeting.a.company.name for place in places]
        sqlalchemy_event.remove(db.engine, "before_cursor_execute", count)
        counts.append(len(statements))
    assert counts[0] == counts[1]


def test_numbers_of_versions_are_found_within_bounds_only(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    assert schedules.find_version(bench.event, 1) == draft
    assert [schedules.find_version(bench.event, number) for number in (0, 2, -1, 2**31, 10**30)] == [None] * 5


def _content(schedule: object) -> set[tuple[object, ...]]:
    query = select(Placement).where(Placement.schedule_id == schedule.id)  # type: ignore[attr-defined]
    return {
        (row.meeting_id, row.slot_id, row.table_id, row.desk_a_id, row.desk_b_id, row.value, row.is_pinned)
        for row in db.session.scalars(query)
    }


def test_the_bench_has_tables(bench: Bench) -> None:
    assert len(list(db.session.scalars(select(Table)))) == 3
