"""The smallest fix of each kind gives a pair its place, and undo takes it back; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.values import Preference, Role
from eventsapp.models import Absence, Request, Schedule
from eventsapp.services import adjustments, fixes, frames, schedules, tables
from eventsapp.services.schedules import Missing
from tests import make
from tests.services.scheduling_bench import HOST, Bench, solved_draft


def left_out(draft: Schedule) -> list[Missing]:
    return schedules.list_missing(draft, schedules.list_placements(draft))


def only(draft: Schedule, reason: str) -> Missing:
    """The pair that a version leaves out for a reason."""
    (found,) = [missing for missing in left_out(draft) if missing.reason == reason]
    return found


def apply(bench: Bench, draft: Schedule, missing: Missing, now: datetime, edit: int | None = None) -> None:
    with unit_of_work():
        fixes.apply(
            draft, missing.pair.a.id, missing.pair.b.id, edit=draft.edit if edit is None else edit, why="arreglo",
            actor=bench.actor, now=now, host=HOST,
        )  # fmt: skip


def undo(bench: Bench, draft: Schedule, now: datetime) -> None:
    with unit_of_work():
        adjustments.undo(draft, edit=draft.edit, actor=bench.actor, now=now, host=HOST)


def holds(draft: Schedule, missing: Missing) -> bool:
    return schedules.find_pair(draft, missing.pair.a.id, missing.pair.b.id) is not None


def test_a_company_in_one_more_round_and_back(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=1, suppliers=2)
    event, away = bench.event, bench.suppliers[1]
    with unit_of_work():
        db.session.add(Absence(desk=away.desks[0], starts_at=event.starts_at, ends_at=event.ends_at))
    draft = solved_draft(bench, now)
    missing = only(draft, "no_common_slot")
    change = fixes.change_of(draft, missing.detail)
    apply(bench, draft, missing, now)
    placed = schedules.find_pair(draft, missing.pair.a.id, missing.pair.b.id)
    assert placed is not None
    assert change is not None
    assert (change.kind, placed.slot_id) == ("desk_slot", change.slot_id)
    assert schedules.judge(draft).violations() == ()
    whole = event.ends_at - event.starts_at

    def away_for() -> timedelta:
        db.session.expire_all()
        return sum(((row.ends_at - row.starts_at) for row in away.desks[0].absences), start=timedelta())

    assert away_for() == whole - (placed.slot.ends_at - placed.slot.starts_at)
    with pytest.raises(DomainError, match="no_fix"):
        apply(bench, draft, missing, now)
    undo(bench, draft, now)
    assert (holds(draft, missing), away_for()) == (False, whole)


def test_one_more_meeting_for_a_company_and_back(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=1, suppliers=2, buyer_max_meetings=1)
    with unit_of_work():
        db.session.query(Request).first().preference = Preference.MUST  # type: ignore[union-attr]
    draft = solved_draft(bench, now)
    missing = only(draft, "buyer_full")
    apply(bench, draft, missing, now)
    assert (holds(draft, missing), schedules.judge(draft).violations()) == (True, ())
    assert frames.limits(bench.event, bench.buyers[0])[1] == 2
    undo(bench, draft, now)
    assert not holds(draft, missing)


def test_one_more_table_and_back(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=2, suppliers=2, slots=1, tables=1)
    with unit_of_work():
        tables.limit_zones(bench.event, {("Salón Corregidora", ""): 1}, actor=bench.actor, now=now)
    draft = solved_draft(bench, now)
    missing = only(draft, "no_table")
    apply(bench, draft, missing, now)
    assert (holds(draft, missing), schedules.judge(draft).violations()) == (True, ())
    assert [table.label for table in tables.list_all(bench.event)] == ["1", "2"]
    undo(bench, draft, now)
    assert not holds(draft, missing)


def test_what_won_the_lottery_makes_room_and_comes_back(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=1, suppliers=2, buyer_max_meetings=1)
    draft = solved_draft(bench, now)
    missing = only(draft, "lottery")
    assert fixes.change_of(draft, missing.detail) is None
    with unit_of_work():
        fixes.exchange(
            draft, missing.pair.a.id, missing.pair.b.id, edit=draft.edit, actor=bench.actor, now=now, host=HOST
        )  # fmt: skip
    assert (holds(draft, missing), [one.reason for one in left_out(draft)]) == (True, ["removed"])
    assert schedules.judge(draft).violations() == ()
    undo(bench, draft, now)
    undo(bench, draft, now)
    assert [(one.reason, one.pair.request_ids) for one in left_out(draft)] == [("lottery", missing.pair.request_ids)]


def test_an_exchange_needs_all_that_took_the_place_to_be_there(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=1, suppliers=2, buyer_max_meetings=1)
    draft = solved_draft(bench, now)
    missing = only(draft, "lottery")
    (place,) = schedules.list_placements(draft)
    with unit_of_work():
        adjustments.unschedule(draft, place.meeting, edit=draft.edit, actor=bench.actor, now=now, host=HOST)
    with pytest.raises(DomainError, match="no_fix"), unit_of_work():
        fixes.exchange(
            draft, missing.pair.a.id, missing.pair.b.id, edit=draft.edit, actor=bench.actor, now=now, host=HOST
        )  # fmt: skip


@pytest.mark.parametrize(
    "detail",
    [
        {},
        {"fix": {"change": "dance", "slot": 0}},
        {"fix": {"change": "table_in_slot", "slot": 99}},
        {"fix": {"change": "table_in_slot", "slot": "one"}},
        {"fix": {"change": "slot_for_desk", "slot": 0, "desk": "no key"}},
        {"fix": {"change": "meeting_for_company", "slot": 0}},
    ],
)
def test_a_fix_that_says_nothing_usable_is_none(sqlite_app: Flask, now: datetime, detail: dict[str, object]) -> None:
    with sqlite_app.app_context():
        draft = solved_draft(Bench.make(), now)
        assert fixes.change_of(draft, detail) is None


def test_a_fix_of_an_old_page_or_of_somebody_else_changes_nothing(context: Flask, now: datetime) -> None:
    bench = Bench.make(buyers=2, suppliers=2, slots=1, tables=1)
    draft = solved_draft(bench, now)
    missing = only(draft, "no_table")
    with pytest.raises(Conflict):
        apply(bench, draft, missing, now, edit=draft.edit + 7)
    bench.actor = make.actor(make.organizer(bench.event.organization, Role.REVIEWER))
    with pytest.raises(Forbidden):
        apply(bench, draft, missing, now)
    assert (holds(draft, missing), len(tables.list_all(bench.event))) == (False, 1)
