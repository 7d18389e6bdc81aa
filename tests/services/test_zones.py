"""What rooms hold at once and tables that were lost bind the engine, the estimate, the judge and changes by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import Role
from eventsapp.models import AuditEntry, Schedule, Table
from eventsapp.services import adjustments, demand, event_copies, frames, repairs, schedules, summary, tables, zones
from eventsapp.services.repairs import News
from eventsapp.services.zones import Space
from tests import make
from tests.services.scheduling_bench import HOST, Bench, solved_draft

ROOM = "Salón Corregidora"


@pytest.fixture
def bench(context: Flask) -> Bench:
    """Two buyers, four suppliers, five rounds, three tables."""
    return Bench.make(slots=5, ends_at=datetime.fromisoformat("2027-03-09T18:00:00-06:00"))


def limit(bench: Bench, most: int | None, now: datetime, zone: str = "") -> None:
    with unit_of_work():
        tables.limit_zones(bench.event, {(ROOM, zone): most}, actor=bench.actor, now=now)


def most_at_once(schedule: Schedule) -> int:
    held = [place.slot_id for place in schedules.list_placements(schedule)]
    return max(held.count(slot) for slot in held)


def by_label(bench: Bench) -> dict[str, Table]:
    return {table.label: table for table in tables.list_all(bench.event)}


def usable(bench: Bench) -> dict[str, tuple[int, ...] | None]:
    """The tables as the engine is told of them."""
    labels = {str(table.id): table.label for table in tables.list_all(bench.event)}
    return {labels[table.id]: table.slots for table in frames.read(bench.event).problem_tables()}


def test_a_room_that_holds_less_leaves_its_last_tables_in_reserve(bench: Bench, now: datetime) -> None:
    limit(bench, 1, now)
    assert usable(bench) == {"1": None, "2": (), "3": ()}
    assert zones.list_spaces(bench.event) == [Space(ROOM, "", 3, 1)]
    assert summary.capacity(bench.event).places == 5
    assert {need.tables for _slot, need in demand.estimate(bench.event).rounds} == {1}
    draft = solved_draft(bench, now)
    assert (most_at_once(draft), schedules.judge(draft).violations()) == (1, ())
    limit(bench, None, now)
    assert usable(bench) == {"1": None, "2": None, "3": None}


def test_a_zone_has_a_limit_of_its_own_and_goes_along_in_a_copy(bench: Bench, now: datetime) -> None:
    found = by_label(bench)
    with unit_of_work():
        for label in ("2", "3"):
            tables.change(
                bench.event, found[label], label=label, room=ROOM, zone="Norte", actor=bench.actor, now=now
            )  # fmt: skip
    limit(bench, 1, now, zone="Norte")
    with unit_of_work():
        bench.event.aims = [{"level": "idle", "tolerance": 0.1}]
    spaces = [Space(ROOM, "", 3, None), Space(ROOM, "Norte", 2, 1)]
    assert (usable(bench), zones.list_spaces(bench.event)) == ({"1": None, "2": None, "3": ()}, spaces)
    assert {table.zone for table in frames.read(bench.event).problem_tables()} == {ROOM, f"{ROOM} · Norte"}
    with unit_of_work():
        copied = event_copies.copy(
            bench.event, name="Otro", code="otro", first_day=bench.event.first_day.replace(year=2028),
            actor=bench.actor, now=now,
        )  # fmt: skip
    assert zones.list_spaces(copied) == spaces
    assert copied.aims == bench.event.aims == [{"level": "idle", "tolerance": 0.1}]


def test_fixed_tables_are_used_first_and_never_more_than_a_room_holds(bench: Bench, now: datetime) -> None:
    limit(bench, 1, now)
    desks = [desk.id for desk in tables.list_desks(bench.event)]
    with unit_of_work():
        tables.assign(bench.event, {desks[0]: "3"}, actor=bench.actor, now=now)
    assert usable(bench) == {"1": (), "2": (), "3": None}
    with pytest.raises(DomainError) as refused, unit_of_work():
        tables.assign(bench.event, {desks[1]: "2"}, actor=bench.actor, now=now)
    assert (refused.value.code, refused.value.params) == ("zone_full", {"zone": ROOM, "most": 1})
    limit(bench, 2, now)
    with unit_of_work():
        tables.assign(bench.event, {desks[1]: "2"}, actor=bench.actor, now=now)
    with pytest.raises(DomainError, match="zone_full"):
        limit(bench, 1, now)


def test_nobody_is_moved_by_hand_to_a_table_in_reserve(bench: Bench, now: datetime) -> None:
    draft = solved_draft(bench, now)
    place = schedules.list_placements(draft)[0]
    limit(bench, 1, now)
    broken = schedules.judge(draft).violations()
    shut = [one for one in schedules.list_placements(draft) if one.table and one.table.label != "1"]
    assert len(broken) == len(shut)
    target = by_label(bench)["3"]
    with pytest.raises(DomainError) as refused, unit_of_work():
        adjustments.move(
            draft, place.meeting, slot=place.slot, table=target, edit=draft.edit, actor=bench.actor,
            now=now, host=HOST,
        )  # fmt: skip
    assert (refused.value.code, refused.value.params["table"]) == ("place_table_closed", "3")


def test_a_lost_table_binds_all_that_comes_later_until_it_is_opened_again(bench: Bench, now: datetime) -> None:
    bench.publish(solved_draft(bench, now), now)
    published = schedules.published_of(bench.event)
    lost = next(place.table for place in schedules.list_placements(published) if place.table)
    stood = sum(place.table is lost for place in schedules.list_placements(published))
    with unit_of_work():
        run = repairs.start(
            bench.event, News(tables=frozenset({lost.id})), seconds=10, seed=1, actor=bench.actor, now=now
        )  # fmt: skip
    bench.work(run, now)
    assert lost.closed_at is None  # a proposal changes nothing
    with unit_of_work():
        draft = repairs.accept(run, actor=bench.actor, now=now, host=HOST)
    assert lost.closed_at == now
    assert lost.id not in {place.table_id for place in schedules.list_placements(draft)}
    assert (tables.count_stranded(bench.event), usable(bench)[lost.label]) == ({lost.id: stood}, ())
    assert len(schedules.judge(published).violations()) == stood
    again = solved_draft(bench, now)
    assert lost.id not in {place.table_id for place in schedules.list_placements(again)}
    assert repairs.read(bench.event).has_news
    with unit_of_work():
        tables.reopen(bench.event, lost, actor=bench.actor, now=now)
        tables.reopen(bench.event, lost, actor=bench.actor, now=now)  # twice is once
    assert usable(bench) == {"1": None, "2": None, "3": None}
    assert schedules.judge(published).violations() == ()
    said = [entry.action for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.at))]
    assert (said.count("event.table_closed"), said.count("event.table_opened")) == (1, 1)


def test_what_took_place_at_a_table_stays_true_after_it_is_lost(bench: Bench, now: datetime) -> None:
    bench.publish(solved_draft(bench, now), now)
    during = bench.event.slots[2].starts_at + timedelta(minutes=1)
    with unit_of_work():
        tables.close(bench.event, by_label(bench)["1"], actor=bench.actor, now=during)
    assert usable(bench)["1"] == (0, 1, 2)
    with unit_of_work():
        run = repairs.start(bench.event, News(), seconds=10, seed=1, actor=bench.actor, now=during)
    assert repairs.news_of(run).tables == set(tables.count_stranded(bench.event))  # told without being asked
    bench.work(run, during)
    with unit_of_work():
        draft = repairs.accept(run, actor=bench.actor, now=during, host=HOST)
    assert schedules.judge(draft).violations() == ()


def test_a_buyer_whose_table_is_lost_sits_at_any_other(bench: Bench, now: datetime) -> None:
    (desk, *_others) = tables.list_desks(bench.event)
    with unit_of_work():
        tables.assign(bench.event, {desk.id: "1"}, actor=bench.actor, now=now)
        tables.close(bench.event, by_label(bench)["1"], actor=bench.actor, now=now)
    company = frames.read(bench.event).companies[desk.registration_id]
    assert [one.table for one in company.desks] == [None]
    draft = solved_draft(bench, now)
    assert schedules.judge(draft).violations() == ()
    assert {place.table.label for place in schedules.list_placements(draft) if place.table} <= {"2", "3"}


def test_only_organizers_close_tables_and_limit_rooms(bench: Bench, now: datetime) -> None:
    reviewer = make.actor(make.organizer(bench.event.organization, Role.REVIEWER))
    with pytest.raises(Forbidden):
        tables.close(bench.event, bench.event.tables[0], actor=reviewer, now=now)
    with pytest.raises(Forbidden):
        tables.limit_zones(bench.event, {(ROOM, ""): 1}, actor=reviewer, now=now)


def close_for(bench: Bench, labels: str, first: int, end: int | None, now: datetime) -> None:
    """Close some tables from a round on, until before another one."""
    slots, known = bench.event.slots, by_label(bench)
    until = slots[end].starts_at if end is not None else None
    with unit_of_work():
        tables.close_for(
            bench.event, [known[label] for label in labels], slots[first].starts_at, until, actor=bench.actor, now=now
        )


def test_a_room_lost_from_a_round_on_holds_meetings_only_before(bench: Bench, now: datetime) -> None:
    close_for(bench, "123", 2, None, now)
    assert usable(bench) == {"1": (0, 1), "2": (0, 1), "3": (0, 1)}
    assert summary.capacity(bench.event).usable == (3, 3, 0, 0, 0)
    assert [need.tables for _slot, need in demand.estimate(bench.event).rounds] == [3, 3, 0, 0, 0]
    draft = solved_draft(bench, now)
    slots = [slot.id for slot in bench.event.slots[:2]]
    assert {place.slot_id for place in schedules.list_placements(draft)} == set(slots)
    assert schedules.judge(draft).violations() == ()


def test_a_table_closed_for_some_rounds_is_used_before_and_after(bench: Bench, now: datetime) -> None:
    close_for(bench, "3", 1, 3, now)
    assert usable(bench) == {"1": None, "2": None, "3": (0, 3, 4)}
    capacity = summary.capacity(bench.event)
    assert (capacity.tables, capacity.fewest, capacity.places) == (3, 2, 13)
    close_for(bench, "3", 4, None, now)  # other hours take the place of those before
    assert usable(bench)["3"] == (0, 1, 2, 3)
    with unit_of_work():
        tables.reopen(bench.event, by_label(bench)["3"], actor=bench.actor, now=now)
    assert usable(bench)["3"] is None
    assert summary.capacity(bench.event).places == 15


def test_a_reserve_stands_in_while_another_table_is_closed(bench: Bench, now: datetime) -> None:
    limit(bench, 2, now)
    assert usable(bench) == {"1": None, "2": None, "3": ()}
    close_for(bench, "1", 1, 3, now)
    assert usable(bench) == {"1": (0, 3, 4), "2": None, "3": (1, 2)}
    assert summary.capacity(bench.event).usable == (2, 2, 2, 2, 2)


def test_published_meetings_at_a_closed_table_are_repaired_only_where_it_is_closed(bench: Bench, now: datetime) -> None:
    published = bench.publish(solved_draft(bench, now), now)
    before = {place.meeting_id: (place.slot_id, place.table_id) for place in schedules.list_placements(published)}
    close_for(bench, "1", 1, 3, now)
    closed = {slot.id for slot in bench.event.slots[1:3]}
    one = by_label(bench)["1"]
    stranded = [key for key, (slot, table) in before.items() if table == one.id and slot in closed]
    assert tables.count_stranded(bench.event) == ({one.id: len(stranded)} if stranded else {})
    assert stranded
    with unit_of_work():
        run = repairs.start(bench.event, News(), seconds=10, seed=1, actor=bench.actor, now=now)
    assert repairs.news_of(run).tables == frozenset()  # not lost: closed for a while
    assert repairs.count_stranded(run) == len(stranded)
    bench.work(run, now)
    with unit_of_work():
        draft = repairs.accept(run, actor=bench.actor, now=now, host=HOST)
    assert schedules.judge(draft).violations() == ()
    after = {place.meeting_id: (place.slot_id, place.table_id) for place in schedules.list_placements(draft)}
    assert {key for key in before if after.get(key) != before[key]} <= {*stranded}
    assert (one.closed_at, one.closed_until) == (bench.event.slots[1].starts_at, bench.event.slots[3].starts_at)


def test_a_table_closed_for_a_while_can_be_lost_for_good(bench: Bench, now: datetime) -> None:
    close_for(bench, "1", 1, 3, now)
    one = by_label(bench)["1"]
    with unit_of_work():
        tables.close(bench.event, one, actor=bench.actor, now=now)
    assert (one.closed_at, one.closed_until, usable(bench)["1"]) == (now, None, ())


def test_hours_of_a_closure_are_in_order_and_only_for_organizers(bench: Bench, now: datetime) -> None:
    with pytest.raises(ValueError, match="cannot be closed"):
        close_for(bench, "1", 2, 2, now)
    reviewer = make.actor(make.organizer(bench.event.organization, Role.REVIEWER))
    with pytest.raises(Forbidden):
        tables.close_for(bench.event, bench.event.tables, now, None, actor=reviewer, now=now)
    assert usable(bench)["1"] is None
