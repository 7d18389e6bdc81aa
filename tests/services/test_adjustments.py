"""Changes by hand: what they leave, what they refuse in words, how they are undone; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.values import Role, ScheduleStatus
from eventsapp.models import Absence, AuditEntry, Meeting, Placement, Schedule, Slot, Table, Unplaced
from eventsapp.services import adjustments, schedules
from tests import make
from tests.races import both
from tests.services.scheduling_bench import HOST, Bench, solved_draft

State = set[tuple[object, ...]]


@pytest.fixture
def bench(context: Flask) -> Bench:
    """One buyer, three suppliers, four rounds, two tables: every meeting has a place and there is room to move."""
    return Bench.make(buyers=1, suppliers=3, slots=4, tables=2)


@pytest.fixture
def draft(bench: Bench, now: datetime) -> Schedule:
    return solved_draft(bench, now)


def state(schedule: Schedule) -> State:
    """All placements of a version."""
    query = select(Placement).where(Placement.schedule_id == schedule.id)
    return {
        (row.meeting_id, row.slot_id, row.table_id, row.desk_a_id, row.desk_b_id, row.is_pinned)
        for row in db.session.scalars(query.execution_options(populate_existing=True))
    }


def free_slot(schedule: Schedule) -> Slot:
    taken = {place.slot_id for place in schedules.list_placements(schedule)}
    return next(slot for slot in schedule.event.slots if slot.id not in taken)


def slots() -> list[Slot]:
    return list(db.session.scalars(select(Slot).order_by(Slot.starts_at)))


def tables() -> list[Table]:
    return list(db.session.scalars(select(Table).order_by(Table.position)))


def by(bench: Bench, now: datetime, schedule: Schedule) -> dict[str, Any]:
    return {"edit": schedule.edit, "actor": bench.actor, "now": now, "host": HOST}


def refusal(act: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught, unit_of_work():
        act()
    return caught.value


def test_a_move_changes_one_placement_and_writes_it_down(bench: Bench, draft: Schedule, now: datetime) -> None:
    place, target, before, edit = schedules.list_placements(draft)[0], free_slot(draft), state(draft), draft.edit
    old = (place.meeting_id, place.slot_id, place.table_id, place.desk_a_id, place.desk_b_id, False)
    other = next(table for table in tables() if table.id != place.table_id)
    with unit_of_work():
        moved = adjustments.move(draft, place.meeting, slot=target, table=other, **by(bench, now, draft))
    assert moved.id == draft.id
    assert draft.edit > edit
    assert state(draft) == before - {old} | {(old[0], target.id, other.id, old[3], old[4], False)}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "schedule.moved")).one()
    assert entry.detail["before"]["placement"]["slot"] == str(old[1])
    assert entry.detail["after"]["placement"]["slot"] == str(target.id)
    assert schedules.judge(draft).violations() == ()


def test_without_a_table_a_move_stays_at_the_same_one(bench: Bench, draft: Schedule, now: datetime) -> None:
    place, target = schedules.list_placements(draft)[0], free_slot(draft)
    table = place.table_id
    with unit_of_work():
        adjustments.move(draft, place.meeting, slot=target, table=None, **by(bench, now, draft))
    found = schedules.find_placement(draft, place.meeting_id)
    assert found is not None
    assert (found.slot_id, found.table_id) == (target.id, table)


def test_a_move_to_where_it_is_changes_nothing(bench: Bench, draft: Schedule, now: datetime) -> None:
    place, before, edit = schedules.list_placements(draft)[0], state(draft), draft.edit
    for table in (None, place.table):
        error = refusal(
            lambda table=table: adjustments.move(
                draft, place.meeting, slot=place.slot, table=table, **by(bench, now, draft)
            )
        )
        assert error.code == "already_there"
    assert (state(draft), draft.edit) == (before, edit)


def test_a_busy_company_is_named_with_the_time(bench: Bench, draft: Schedule, now: datetime) -> None:
    first, second, _ = schedules.list_placements(draft)
    error = refusal(
        lambda: adjustments.move(draft, first.meeting, slot=second.slot, table=None, **by(bench, now, draft))
    )
    at = second.slot.starts_at
    assert (error.code, error.params["company"], error.params["at"]) == (
        "place_desk_busy", bench.buyers[0].company.name, at,
    )  # fmt: skip


def test_an_absent_company_a_taken_table_and_a_fixed_table_are_named(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    place, target = schedules.list_placements(draft)[0], free_slot(draft)
    supplier = place.meeting.b
    with unit_of_work():
        db.session.add(Absence(desk=place.desk_b, starts_at=target.starts_at, ends_at=target.ends_at))
    error = refusal(lambda: adjustments.move(draft, place.meeting, slot=target, table=None, **by(bench, now, draft)))
    assert (error.code, error.params["company"]) == ("place_available", supplier.company.name)
    with unit_of_work():
        db.session.delete(db.session.scalars(select(Absence)).one())
        place.desk_a.table_id = place.table_id
    other = next(table for table in tables() if table.id != place.table_id)
    error = refusal(lambda: adjustments.move(draft, place.meeting, slot=target, table=other, **by(bench, now, draft)))
    assert (error.code, error.params["company"], error.params["table"]) == (
        "place_fixed_table", bench.buyers[0].company.name, place.table.label if place.table else "",
    )  # fmt: skip


def test_a_table_taken_by_others_is_named(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=2, suppliers=2, slots=2, tables=2)
    draft = solved_draft(bench, now)
    place = schedules.list_placements(draft)[0]
    taken = next(row for row in schedules.list_placements(draft) if row.slot_id == place.slot_id and row.id != place.id)
    error = refusal(
        lambda: adjustments.move(draft, place.meeting, slot=place.slot, table=taken.table, **by(bench, now, draft))
    )
    assert (error.code, error.params["table"]) == ("place_table_busy", taken.table.label if taken.table else "")


def test_places_are_exactly_what_the_rules_allow(bench: Bench, draft: Schedule, now: datetime) -> None:
    place = schedules.list_placements(draft)[0]
    found = adjustments.find_places(draft, place.meeting.a_id, place.meeting.b_id)
    possible = {place.slot_id, free_slot(draft).id}
    assert {spot.slot.id for spot in found.can} == possible
    assert {spot.slot.id: {table.id for table in spot.tables} for spot in found.can} == {
        place.slot_id: {table.id for table in tables()} - {place.table_id},
        free_slot(draft).id: {table.id for table in tables()},
    }
    assert {(slot.id, error.code) for slot, error in found.cannot} == {
        (slot.id, "place_desk_busy") for slot in slots() if slot.id not in possible
    }


def test_every_offered_place_is_accepted_and_every_other_refused(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=2, suppliers=3, slots=4, tables=2, max_consecutive=2)
    draft = solved_draft(bench, now)
    for place in schedules.list_placements(draft)[:2]:
        found = adjustments.find_places(draft, place.meeting.a_id, place.meeting.b_id)
        offered = {(spot.slot.id, table.id) for spot in found.can for table in spot.tables}
        for slot in slots():
            for table in tables():
                try:
                    with unit_of_work():
                        adjustments.move(draft, place.meeting, slot=slot, table=table, **by(bench, now, draft))
                        raise _TriedOnly
                except _TriedOnly:
                    accepted = True
                except DomainError:
                    accepted = False
                assert accepted == ((slot.id, table.id) in offered)


class _TriedOnly(Exception):
    """Ends a unit of work without keeping it."""


def test_what_is_pinned_stays_until_it_is_unpinned(bench: Bench, draft: Schedule, now: datetime) -> None:
    place, target = schedules.list_placements(draft)[0], free_slot(draft)
    meeting = place.meeting
    with unit_of_work():
        adjustments.pin(draft, meeting, **by(bench, now, draft))
    move = lambda: adjustments.move(draft, meeting, slot=target, table=None, **by(bench, now, draft))  # noqa: E731
    assert refusal(move).code == "meeting_pinned"
    assert refusal(lambda: adjustments.unschedule(draft, meeting, **by(bench, now, draft))).code == "meeting_pinned"
    with unit_of_work():
        adjustments.unpin(draft, meeting, **by(bench, now, draft))
    with unit_of_work():
        move()
    actions = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.action))]
    assert sorted(action for action in actions if action in adjustments.ACTS) == [
        "schedule.moved", "schedule.pinned", "schedule.unpinned",
    ]  # fmt: skip


def test_out_and_in_again_is_the_same_meeting(bench: Bench, draft: Schedule, now: datetime) -> None:
    place, before = schedules.list_placements(draft)[0], state(draft)
    meeting, slot, table = place.meeting, place.slot, place.table
    with unit_of_work():
        adjustments.unschedule(draft, meeting, **by(bench, now, draft))
    missing = schedules.list_missing(draft, schedules.list_placements(draft))
    assert [(row.pair.a.id, row.pair.b.id, row.reason) for row in missing] == [(meeting.a_id, meeting.b_id, "removed")]
    with unit_of_work():
        adjustments.place(draft, meeting.a_id, meeting.b_id, slot=slot, table=table, **by(bench, now, draft))
    assert state(draft) == before
    assert list(db.session.scalars(select(Unplaced))) == []
    assert len(list(db.session.scalars(select(Meeting)))) == 3


def test_a_pair_cannot_be_placed_twice(bench: Bench, draft: Schedule, now: datetime) -> None:
    meeting = schedules.list_placements(draft)[0].meeting
    target = free_slot(draft)
    error = refusal(
        lambda: adjustments.place(draft, meeting.a_id, meeting.b_id, slot=target, table=None, **by(bench, now, draft))
    )
    assert error.code == "already_placed"


def test_undo_goes_back_step_by_step_to_the_start(bench: Bench, draft: Schedule, now: datetime) -> None:
    states = [state(draft)]
    first, second, third = (place.meeting for place in schedules.list_placements(draft))
    steps: list[Callable[[], object]] = [
        lambda: adjustments.move(draft, first, slot=free_slot(draft), table=None, **by(bench, now, draft)),
        lambda: adjustments.pin(draft, second, **by(bench, now, draft)),
        lambda: adjustments.unschedule(draft, third, **by(bench, now, draft)),
        lambda: adjustments.place(
            draft, third.a_id, third.b_id, slot=free_slot(draft), table=None, **by(bench, now, draft)
        ),
        lambda: adjustments.unpin(draft, second, **by(bench, now, draft)),
    ]
    levels = [list(draft.levels)]
    for step in steps:
        with unit_of_work():
            step()
        states.append(state(draft))
        levels.append(list(draft.levels))
    for expected, figures in zip(states[-2::-1], levels[-2::-1], strict=True):
        with unit_of_work():
            adjustments.undo(draft, **by(bench, now, draft))
        assert state(draft) == expected
        assert [level["value"] for level in draft.levels] == [level["value"] for level in figures]
    assert refusal(lambda: adjustments.undo(draft, **by(bench, now, draft))).code == "nothing_to_undo"


def test_an_undo_is_refused_when_the_old_place_is_no_longer_possible(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    place = schedules.list_placements(draft)[0]
    meeting, slot, desk = place.meeting, place.slot, place.desk_b
    with unit_of_work():
        adjustments.move(draft, meeting, slot=free_slot(draft), table=None, **by(bench, now, draft))
    with unit_of_work():
        db.session.add(Absence(desk=desk, starts_at=slot.starts_at, ends_at=slot.ends_at))
    before = state(draft)
    error = refusal(lambda: adjustments.undo(draft, **by(bench, now, draft)))
    assert (error.code, error.params["company"]) == ("place_available", meeting.b.company.name)
    assert state(draft) == before


def test_changing_what_is_published_makes_a_draft_like_it(bench: Bench, draft: Schedule, now: datetime) -> None:
    published = bench.publish(draft, now)
    before, edit = state(published), published.edit
    meeting = schedules.list_placements(published)[0].meeting
    with unit_of_work():
        copy = adjustments.move(published, meeting, slot=free_slot(published), table=None, **by(bench, now, published))
    assert (copy.number, copy.status, copy.parent_id) == (2, ScheduleStatus.DRAFT, published.id)
    assert (published.status, published.edit, state(published)) == (ScheduleStatus.PUBLISHED, edit, before)
    assert len(state(copy) & before) == 2
    error = refusal(
        lambda: adjustments.move(published, meeting, slot=free_slot(published), table=None, **by(bench, now, published))
    )
    assert (error.code, error.params) == ("newer_draft", {"number": 2})


def test_an_old_page_does_not_change_what_somebody_changed_since_but_the_rest(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    first, second, _ = (place.meeting for place in schedules.list_placements(draft))
    old = by(bench, now, draft)
    with unit_of_work():
        adjustments.pin(draft, first, **old)
    before = state(draft)
    error = refusal(lambda: adjustments.unschedule(draft, first, **old))
    assert isinstance(error, Conflict)
    assert (error.code, error.params) == ("schedule_changed", {"name": bench.actor.name, "at": now})
    assert state(draft) == before
    with unit_of_work():
        adjustments.pin(draft, second, **old)
    assert {row[0] for row in state(draft) if row[-1]} == {first.id, second.id}


def test_two_moves_to_one_place_move_one_meeting(context: Flask, now: datetime) -> None:
    for _trial in range(3):
        bench = Bench.make(buyers=2, suppliers=2, slots=3, tables=1)
        draft = solved_draft(bench, now)
        first, second, *_ = (place.meeting for place in schedules.list_placements(draft))
        with unit_of_work():
            adjustments.unschedule(draft, schedules.list_placements(draft)[-1].meeting, **by(bench, now, draft))
        target, values = free_slot(draft), by(bench, now, draft)
        ids = (draft.id, target.id, first.id, second.id)

        def move(number: int, ids: tuple[Any, ...] = ids, values: dict[str, Any] = values) -> str:
            schedule = db.session.get_one(Schedule, ids[0])
            meeting = db.session.get_one(Meeting, ids[number])
            slot = db.session.get_one(Slot, ids[1])
            with unit_of_work():
                adjustments.move(schedule, meeting, slot=slot, table=None, **values)
            return "moved"

        answers = both(lambda: move(2), lambda: move(3))
        assert answers == ["moved", "schedule_changed"]
        held = [row for row in state(draft) if row[1] == target.id]
        assert len(held) == 1


@pytest.fixture
def crowd(context: Flask) -> Bench:
    """Two buyers and two suppliers in four rounds at two tables: meetings can change places."""
    return Bench.make(buyers=2, suppliers=2, slots=4, tables=2)


def other_organizer(bench: Bench) -> Any:
    with unit_of_work():
        return make.actor(make.organizer(bench.event.organization, name="Luis Pérez"))


def seats(schedule: Schedule) -> dict[Any, tuple[Any, Any]]:
    return {row[0]: (row[1], row[2]) for row in state(schedule)}  # type: ignore[misc]


def test_two_meetings_change_places_and_back(crowd: Bench, now: datetime) -> None:
    draft = solved_draft(crowd, now)
    before = state(draft)
    one = schedules.list_placements(draft)[0].meeting
    offered = adjustments.find_swaps(draft, one)
    assert offered
    other = offered[0].meeting
    old = seats(draft)
    with unit_of_work():
        adjustments.swap(draft, one, other, **by(crowd, now, draft))
    new = seats(draft)
    assert (new[one.id], new[other.id]) == (old[other.id], old[one.id])
    assert schedules.judge(draft).violations() == ()
    with unit_of_work():
        adjustments.undo(draft, **by(crowd, now, draft))
    assert state(draft) == before


def test_every_offered_swap_is_accepted_and_every_other_refused(crowd: Bench, now: datetime) -> None:
    draft = solved_draft(crowd, now)
    meetings = [place.meeting for place in schedules.list_placements(draft)]
    for one in meetings:
        offered = {place.meeting_id for place in adjustments.find_swaps(draft, one)}
        for other in meetings:
            try:
                with unit_of_work():
                    adjustments.swap(draft, one, other, **by(crowd, now, draft))
                    raise _TriedOnly
            except _TriedOnly:
                accepted = True
            except DomainError:
                accepted = False
            assert accepted == (other.id in offered)


def test_what_was_undone_comes_again_until_something_new_is_done(bench: Bench, draft: Schedule, now: datetime) -> None:
    first, second, third = (place.meeting for place in schedules.list_placements(draft))
    states = [state(draft)]
    for act in (
        lambda: adjustments.pin(draft, first, **by(bench, now, draft)),
        lambda: adjustments.unschedule(draft, second, third, **by(bench, now, draft)),
    ):
        with unit_of_work():
            act()
        states.append(state(draft))
    undo = lambda: adjustments.undo(draft, **by(bench, now, draft))  # noqa: E731
    redo = lambda: adjustments.redo(draft, **by(bench, now, draft))  # noqa: E731
    for act, expected in ((undo, 1), (undo, 0), (redo, 1), (redo, 2), (undo, 1), (redo, 2), (undo, 1), (undo, 0)):
        with unit_of_work():
            act()
        assert state(draft) == states[expected]
    with unit_of_work():
        adjustments.pin(draft, third, **by(bench, now, draft))
    assert refusal(redo).code == "nothing_to_redo"


def test_each_organizer_takes_back_the_own_step(bench: Bench, draft: Schedule, now: datetime) -> None:
    first, second, _ = (place.meeting for place in schedules.list_placements(draft))
    luis = other_organizer(bench)
    with unit_of_work():
        adjustments.pin(draft, first, **by(bench, now, draft))
    with unit_of_work():
        adjustments.pin(draft, second, **{**by(bench, now, draft), "actor": luis})
    with unit_of_work():
        adjustments.undo(draft, **by(bench, now, draft))
    assert {row[0] for row in state(draft) if row[-1]} == {second.id}
    assert refusal(lambda: adjustments.undo(draft, **by(bench, now, draft))).code == "nothing_to_undo"


def test_an_undo_waits_for_somebody_who_changed_the_same_meeting_or_took_its_place(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    place, other, _ = schedules.list_placements(draft)
    meeting, slot, table, second = place.meeting, place.slot, place.table, other.meeting
    luis = other_organizer(bench)
    with unit_of_work():
        adjustments.move(draft, meeting, slot=free_slot(draft), table=None, **by(bench, now, draft))
    with unit_of_work():
        adjustments.pin(draft, meeting, **{**by(bench, now, draft), "actor": luis})
    before = state(draft)
    error = refusal(lambda: adjustments.undo(draft, **by(bench, now, draft)))
    assert (error.code, error.params) == ("step_depends", {"name": "Luis Pérez", "at": now})
    with unit_of_work():
        adjustments.undo(draft, **{**by(bench, now, draft), "actor": luis})
    with unit_of_work():
        adjustments.move(draft, second, slot=slot, table=table, **{**by(bench, now, draft), "actor": luis})
    before = state(draft)
    error = refusal(lambda: adjustments.undo(draft, **by(bench, now, draft)))
    assert (error.code, error.params["name"]) == ("step_depends", "Luis Pérez")
    assert state(draft) == before


def test_a_reason_overrules_the_stated_availability_and_undo_closes_it_again(
    bench: Bench, draft: Schedule, now: datetime
) -> None:
    place, target = schedules.list_placements(draft)[0], free_slot(draft)
    meeting, desk_id = place.meeting, place.desk_b_id
    with unit_of_work():
        db.session.add(
            Absence(desk_id=desk_id, starts_at=target.starts_at - timedelta(minutes=5), ends_at=target.ends_at)
        )
    move = {"slot": target, "table": None}
    assert refusal(lambda: adjustments.move(draft, meeting, **move, **by(bench, now, draft))).code == "place_available"
    with unit_of_work():
        adjustments.move(draft, meeting, **move, **by(bench, now, draft), reason="Lo confirmó por teléfono")
    assert seats(draft)[meeting.id][0] == target.id
    assert schedules.judge(draft).violations() == ()
    left = [(row.starts_at, row.ends_at) for row in db.session.scalars(select(Absence))]
    assert left == [(target.starts_at - timedelta(minutes=5), target.starts_at)]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "schedule.moved")).one()
    assert entry.reason == "Lo confirmó por teléfono"
    with unit_of_work():
        adjustments.undo(draft, **by(bench, now, draft))
    away = {(row.starts_at, row.ends_at) for row in db.session.scalars(select(Absence))}
    assert away == {*left, (target.starts_at, target.ends_at)}
    assert refusal(lambda: adjustments.move(draft, meeting, **move, **by(bench, now, draft))).code == "place_available"


def test_a_round_that_is_over_takes_nothing(bench: Bench, draft: Schedule) -> None:
    place, target = schedules.list_placements(draft)[0], free_slot(draft)
    values = {**by(bench, target.starts_at, draft), "slot": target, "table": None}
    assert refusal(lambda: adjustments.move(draft, place.meeting, **values)).code == "round_over"


def test_only_organizers_of_this_event_adjust(bench: Bench, draft: Schedule, now: datetime) -> None:
    meeting = schedules.list_placements(draft)[0].meeting
    with unit_of_work():
        reviewer = make.actor(make.organizer(bench.event.organization, Role.REVIEWER))
        stranger = make.actor(make.organizer(make.organization()))
    for actor in (reviewer, stranger):
        values = {**by(bench, now, draft), "actor": actor}
        acts: list[Callable[[], object]] = [
            lambda values=values: adjustments.pin(draft, meeting, **values),  # type: ignore[misc]
            lambda values=values: adjustments.unschedule(draft, meeting, **values),  # type: ignore[misc]
            lambda values=values: adjustments.undo(draft, **values),  # type: ignore[misc]
        ]
        for act in acts:
            assert isinstance(refusal(act), Forbidden)


def test_figures_follow_a_change_and_a_bound_only_while_it_still_holds() -> None:
    from eventsapp.scheduling.checker import Score

    levels = [
        {"level": "shortfall", "value": 0, "bound": 0, "optimal": True},
        {"level": "value", "value": 100, "bound": 100, "optimal": True},
        {"level": "idle", "value": 1, "bound": 0, "optimal": False},
    ]
    score = Score(0, 0, 90, 1.0, 0, 0, 0, (), 0.0)
    assert adjustments.levels_after(levels, score.of) == [
        {"level": "shortfall", "value": 0, "bound": 0, "optimal": True},
        {"level": "value", "value": 90, "bound": 100, "optimal": False},
        {"level": "idle", "value": 0, "bound": None, "optimal": False},
    ]
