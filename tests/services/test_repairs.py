"""Repair of what is published: the fewest changes after the news, a proposal until accepted; on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.errors import DomainError, Forbidden
from eventsapp.domain.values import Role, RunKind, RunStatus
from eventsapp.models import Absence, Registration, Run, Schedule, Slot, Table
from eventsapp.services import publication, repairs, runs, schedules
from eventsapp.services.repairs import News
from tests import make
from tests.services.scheduling_bench import BASE_URL, HOST, ORGANIZER_ADDRESS, Bench, solved_draft

Seats = dict[frozenset[UUID], tuple[UUID, UUID | None]]


@pytest.fixture
def bench(context: Flask, now: datetime) -> Bench:
    """Two buyers, four suppliers, four rounds, three tables: everything is published, and there is room to move."""
    made = Bench.make(slots=5, ends_at=datetime.fromisoformat("2027-03-09T18:00:00-06:00"))
    made.publish(solved_draft(made, now), now)
    return made


def seats(schedule: Schedule) -> Seats:
    return {
        schedules.key_of(place.meeting): (place.slot_id, place.table_id)
        for place in schedules.list_placements(schedule)
    }


def slots(bench: Bench) -> list[Slot]:
    return list(db.session.scalars(select(Slot).where(Slot.event_id == bench.event.id).order_by(Slot.starts_at)))


def repaired(bench: Bench, news: News, now: datetime) -> Run:
    with unit_of_work():
        run = repairs.start(bench.event, news, seconds=10, seed=1, actor=bench.actor, now=now)
    bench.work(run, now)
    assert (run.kind, run.status) == (RunKind.REPAIR, RunStatus.OPTIMAL)
    return run


def accepted(bench: Bench, run: Run, now: datetime) -> Schedule:
    with unit_of_work():
        return repairs.accept(run, actor=bench.actor, now=now, host=HOST)


def test_a_company_that_cancels_costs_its_own_meetings_only(bench: Bench, now: datetime) -> None:
    gone = bench.suppliers[0]
    before = seats(schedules.published_of(bench.event))
    run = repaired(bench, News(cancelled=frozenset({gone.id})), now)
    assert db.session.scalar(select(func.count()).select_from(Schedule)) == 1  # a proposal, no draft yet
    draft = accepted(bench, run, now)
    assert seats(draft) == {pair: seat for pair, seat in before.items() if gone.id not in pair}
    assert draft.parent_id == bench.event.published_schedule_id
    assert draft.created_by_id == bench.actor.account_id
    assert schedules.judge(draft).violations() == ()
    assert {row.desk.registration_id for row in db.session.scalars(select(Absence))} == {gone.id}
    difference = publication.compare(draft)
    assert (len(difference.added), len(difference.moved), len(difference.cancelled)) == (0, 0, 2)
    with unit_of_work():
        publication.publish(draft, actor=bench.actor, now=now, base_url=BASE_URL, organizer_address=ORGANIZER_ADDRESS)
    assert runs.find_draft(run) == schedules.published_of(bench.event)


def test_who_comes_late_meets_later(bench: Bench, now: datetime) -> None:
    before = seats(schedules.published_of(bench.event))
    in_order, used = slots(bench), {slot for slot, _table in before.values()}
    first = next(slot for slot in in_order if slot.id in used)  # the best schedule may leave the first round empty
    second = in_order[in_order.index(first) + 1]
    late = next(one for one in bench.suppliers if any(one.id in p and s[0] == first.id for p, s in before.items()))
    run = repaired(bench, News(late={late.id: second.id}), now)
    draft = accepted(bench, run, now)
    after = seats(draft)
    start = {slot.id: slot.starts_at for slot in slots(bench)}
    assert after.keys() <= before.keys()
    assert all(start[slot] >= second.starts_at for pair, (slot, _) in after.items() if late.id in pair)
    kept = [pair for pair in before if before[pair] == after.get(pair)]
    assert len(kept) == len(before) - run.progress["changes"]
    assert run.progress["changes"] >= 1
    assert schedules.judge(draft).violations() == ()


def test_who_leaves_early_and_a_lost_table(bench: Bench, now: datetime) -> None:
    early, last = bench.suppliers[1], slots(bench)[2]
    used = [table for _, table in seats(schedules.published_of(bench.event)).values()]
    lost = max(set(used), key=used.count)
    assert lost is not None
    run = repaired(bench, News(early={early.id: last.id}, tables=frozenset({lost})), now)
    draft = accepted(bench, run, now)
    start = {slot.id: slot.starts_at for slot in slots(bench)}
    for pair, (slot, table) in seats(draft).items():
        assert table != lost
        assert early.id not in pair or start[slot] < last.starts_at
    assert schedules.judge(draft).violations() == ()


def test_walk_ins_come_by_themselves(bench: Bench, now: datetime) -> None:
    before = seats(schedules.published_of(bench.event))
    with unit_of_work():
        fresh = make.registration(bench.event)
        make.request(bench.buyers[0], fresh)
    assert repairs.read(bench.event).walk_ins == frozenset({fresh.id})
    draft = accepted(bench, repaired(bench, News(), now), now)
    after = seats(draft)
    assert {pair: seat for pair, seat in after.items() if pair in before} == before
    assert after.keys() - before.keys() == {frozenset({bench.buyers[0].id, fresh.id})}


def test_the_past_stays_as_it_was(bench: Bench, now: datetime) -> None:
    rounds = slots(bench)
    noon = rounds[2].starts_at + timedelta(minutes=1)
    before = seats(schedules.published_of(bench.event))
    gone = bench.buyers[1]
    draft = accepted(bench, repaired(bench, News(cancelled=frozenset({gone.id})), noon), noon)
    past = {slot.id for slot in rounds[:3]}
    after = seats(draft)
    assert {p: s for p, s in after.items() if s[0] in past} == {p: s for p, s in before.items() if s[0] in past}
    assert all(gone.id not in pair for pair, seat in after.items() if seat[0] not in past)
    assert schedules.judge(draft).violations() == ()
    with pytest.raises(DomainError) as caught, unit_of_work():
        repairs.start(
            bench.event, News(), seconds=10, seed=1, actor=bench.actor, now=rounds[-1].ends_at + timedelta(hours=1)
        )
    assert caught.value.code == "event_over"


def test_a_pinned_meeting_stays_unless_it_cannot(context: Flask, now: datetime) -> None:
    bench = Bench.make(slots=5, ends_at=datetime.fromisoformat("2027-03-09T18:00:00-06:00"))
    draft = solved_draft(bench, now)
    with unit_of_work():
        for place in schedules.list_placements(draft):
            place.is_pinned = True
    bench.publish(draft, now)
    before = seats(draft)
    late, third = bench.buyers[0], slots(bench)[2]
    start = {slot.id: slot.starts_at for slot in slots(bench)}
    run = repaired(bench, News(late={late.id: third.id}), now)
    after = seats(accepted(bench, run, now))
    hit = {pair for pair, (slot, _) in before.items() if late.id in pair and start[slot] < third.starts_at}
    assert hit
    assert {pair: seat for pair, seat in after.items() if pair not in hit} == {
        pair: seat for pair, seat in before.items() if pair not in hit
    }


def test_a_proposal_for_an_older_version_is_refused(bench: Bench, now: datetime) -> None:
    first = repaired(bench, News(cancelled=frozenset({bench.suppliers[0].id})), now)
    second = repaired(bench, News(cancelled=frozenset({bench.suppliers[1].id})), now)
    bench.publish(accepted(bench, second, now), now)
    with pytest.raises(DomainError) as caught:
        accepted(bench, first, now)
    assert caught.value.code == "repair_outdated"


def test_accepting_twice_gives_one_draft(bench: Bench, now: datetime) -> None:
    run = repaired(bench, News(cancelled=frozenset({bench.suppliers[0].id})), now)
    assert accepted(bench, run, now) == accepted(bench, run, now)
    assert db.session.scalar(select(func.count()).select_from(Absence)) == 1


def test_hostile_news_are_refused(bench: Bench, now: datetime) -> None:
    foreign = make.event(bench.event.organization)
    db.session.commit()
    other = db.session.scalars(select(Slot).where(Slot.event_id == foreign.id)).first()
    table = db.session.scalars(select(Table).where(Table.event_id == foreign.id)).first()
    assert other is not None
    assert table is not None
    for news, code in (
        (News(late={bench.buyers[0].id: other.id}), "change_gone"),
        (News(tables=frozenset({table.id})), "problem_unusable"),
    ):
        with pytest.raises(DomainError) as caught, unit_of_work():
            repairs.start(bench.event, news, seconds=10, seed=1, actor=bench.actor, now=now)
        assert caught.value.code == code
    with unit_of_work():
        reviewer = make.actor(make.organizer(bench.event.organization, Role.REVIEWER))
    with pytest.raises(Forbidden), unit_of_work():
        repairs.start(bench.event, News(), seconds=10, seed=1, actor=reviewer, now=now)
    assert [run.kind for run in db.session.scalars(select(Run))] == [RunKind.SEARCH]


def test_nothing_published_is_nothing_to_repair(context: Flask, now: datetime) -> None:
    bench = Bench.make()
    with pytest.raises(DomainError) as caught, unit_of_work():
        repairs.start(bench.event, News(), seconds=10, seed=1, actor=bench.actor, now=now)
    assert caught.value.code == "nothing_published"


def test_news_come_back_as_they_were_stored(bench: Bench) -> None:
    a, b, c = (registration.id for registration in db.session.scalars(select(Registration).limit(3)))
    rounds = slots(bench)
    news = News(frozenset({a}), {b: rounds[1].id}, {c: rounds[2].id}, frozenset())
    assert repairs.news_from_dict(news.to_dict()) == news
    assert news.companies == {a, b, c}
