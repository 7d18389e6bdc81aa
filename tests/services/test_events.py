"""Events: created, set up, opened; blocks, rounds, tables and the desks that keep one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.domain.errors import Conflict, DomainError, Forbidden
from eventsapp.domain.slots import Span
from eventsapp.domain.values import (
    BlockKind,
    EventStatus,
    OrganizationKind,
    Phase,
    RegistrationStatus,
    Role,
    ScheduleStatus,
    Side,
)
from eventsapp.models import AuditEntry, Event, Meeting, Membership, Placement, Schedule, Slot, Table
from eventsapp.services import blocks, events, organizations, summary, tables, team
from eventsapp.services.events import Dates, Details, Limits, Rounds
from tests import make

ZONE = make.ZONE
DETAILS = Details("Encuentro Ñandú 2027", "Qué es", "Sede", "León", ZONE.key, "hola@example.com")


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2027, month, day, hour, minute, tzinfo=ZONE)


DATES = Dates(at(3, 9, 8), at(3, 10, 18), at(1, 4), at(2, 12), at(1, 11), at(2, 26))


def manager(event: Event) -> Actor:
    return make.actor(make.organizer(event.organization))


def create(now: datetime, **values: Any) -> Event:
    org = make.organization()
    actor = make.actor(make.organizer(org))
    given: dict[str, Any] = {
        "code": "",
        "details": DETAILS,
        "dates": DATES,
        "limits": Limits(),
        "rounds": Rounds(),
        "actor": actor,
        "now": now,
    }
    return events.create(org, **{**given, **values})


def refusal(call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def place(event: Event, slot: Slot, table: Table | None = None) -> Schedule:
    """A draft with one meeting in a round."""
    a, b = make.registration(event, Side.BUYER), make.registration(event)
    meeting = Meeting(event=event, a=a, b=b, uid=f"{a.id}@example.com", created_at=make.MADE_AT)
    schedule = Schedule(event=event, number=1, created_at=make.MADE_AT)
    db.session.add_all([meeting, schedule])
    db.session.add(
        Placement(schedule=schedule, meeting=meeting, slot=slot, table=table, desk_a=a.desks[0], desk_b=b.desks[0])
    )
    db.session.flush()
    return schedule


def hours(found: list[Slot]) -> list[str]:
    return [f"{slot.starts_at.astimezone(ZONE):%d %H:%M}-{slot.ends_at.astimezone(ZONE):%H:%M}" for slot in found]


def slots(event: Event) -> list[Slot]:
    return list(db.session.scalars(select(Slot).where(Slot.event_id == event.id).order_by(Slot.starts_at)))


# Organizations ---------------------------------------------------------------------------------------------------


def test_only_platform_administrators_create_organizations(context: Flask, now: datetime) -> None:
    admin, stranger = make.account(is_admin=True), make.account()
    values = {"code": "claut", "name": "CLAUT", "kind": OrganizationKind.CLUSTER, "now": now}
    made = organizations.create(**values, actor=make.actor(admin))
    assert (made.code, made.name, made.kind) == ("claut", "CLAUT", OrganizationKind.CLUSTER)
    with pytest.raises(Forbidden):
        organizations.create(**values, actor=make.actor(stranger))
    assert refusal(organizations.create, **values, actor=make.actor(admin)) == "code_taken"
    assert refusal(organizations.create, **{**values, "code": "Ñ /"}, actor=make.actor(admin)) == "code_malformed"


def test_an_organizations_admin_gives_roles_once(context: Flask, now: datetime) -> None:
    org = make.organization()
    admin, colleague = make.organizer(org, Role.ADMIN), make.account()
    for _ in range(2):
        team.give(org, colleague, {Role.REVIEWER}, actor=make.actor(admin), now=now)
    members = db.session.scalars(select(Membership).where(Membership.account_id == colleague.id)).all()
    assert [(one.organization, one.role) for one in members] == [(org, Role.REVIEWER)]
    with pytest.raises(Forbidden):
        team.give(org, colleague, {Role.ADMIN}, actor=make.actor(colleague), now=now)


def test_everybody_sees_the_own_organizations_only(context: Flask, now: datetime) -> None:
    mine, other = make.organization(name="B"), make.organization(name="A")
    person = make.actor(make.organizer(mine, Role.OBSERVER))
    event = make.event(mine)
    make.event(other)
    assert (organizations.list_for(person), organizations.list_creatable(person)) == ([mine], [])
    assert events.list_for(person) == [event]
    admin = make.actor(make.account(is_admin=True))
    assert organizations.list_for(admin) == [other, mine]
    assert (organizations.list_creatable(admin), events.list_for(admin)) == ([], [])


# Events ----------------------------------------------------------------------------------------------------------


def test_a_new_event_is_in_preparation_and_has_its_code_from_the_name(context: Flask, now: datetime) -> None:
    event = create(now)
    assert (event.code, event.status, event.zone) == ("encuentro-nandu-2027", EventStatus.DRAFT, ZONE)
    assert (event.starts_at, event.requests_close_at) == (DATES.starts_at, DATES.requests_close_at)
    assert events.find_phase(event, now) is Phase.PREPARATION
    assert create(now).code == "encuentro-nandu-2027-2"


@pytest.mark.parametrize(
    ("name", "code"),
    [("Ñu", "evento-nu"), ("日本", "evento"), ("Nuevo", "nuevo-2"), ("a" * 200, "a" * 56), ("  --  ", "evento")],
)
def test_every_name_makes_a_usable_code(context: Flask, name: str, code: str) -> None:
    assert events.suggested_code(name) == code


@pytest.mark.parametrize(
    "code", ["nuevo", "organizaciones", "ab", "x" * 61, "Con-Mayus", "a--b", "-ab", "a b", "á-b", "a/b"]
)
def test_codes_that_are_no_addresses_are_refused(context: Flask, now: datetime, code: str) -> None:
    assert refusal(create, now, code=code) == "code_malformed"


def test_a_code_is_unique_over_all_organizations(context: Flask, now: datetime) -> None:
    create(now, code="uno")
    assert refusal(create, now, code="uno") == "code_taken"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ends_at": DATES.starts_at}, "event_out_of_order"),
        ({"ends_at": at(5, 1)}, "event_too_long"),
        ({"registration_closes_at": DATES.registration_opens_at}, "registration_out_of_order"),
        ({"registration_closes_at": at(3, 11)}, "registration_after_event"),
        ({"requests_close_at": at(1, 1)}, "requests_out_of_order"),
        ({"requests_close_at": at(3, 11)}, "requests_after_event"),
    ],
)
def test_dates_out_of_order_are_refused(context: Flask, now: datetime, changed: dict[str, datetime], code: str) -> None:
    assert refusal(create, now, dates=Dates(**{**DATES.__dict__, **changed})) == code


def test_a_minimum_over_the_maximum_is_refused(context: Flask, now: datetime) -> None:
    limits = Limits(supplier_max_meetings=2, supplier_min_meetings=3)
    assert refusal(create, now, limits=limits) == "minimum_over_maximum"


def test_observers_create_and_change_nothing(context: Flask, now: datetime) -> None:
    event = make.event()
    observer = make.actor(make.organizer(event.organization, Role.OBSERVER))
    with pytest.raises(Forbidden):
        create(now, actor=observer)
    with pytest.raises(Forbidden):
        events.change_limits(event, Limits(), version=event.version, actor=observer, now=now)
    with pytest.raises(Forbidden):
        events.open_to_companies(event, actor=observer, now=now)
    with pytest.raises(Forbidden):
        blocks.add(event, BlockKind.TALK, Span(at(3, 9, 8), at(3, 9, 9)), "", actor=observer, now=now)
    with pytest.raises(Forbidden):
        tables.add(event, 1, actor=observer, now=now)


def test_a_change_is_recorded_with_what_changed_and_a_stale_one_is_a_conflict(context: Flask, now: datetime) -> None:
    event = create(now)
    actor, seen = manager(event), event.version
    events.change_limits(event, Limits(max_consecutive=4), version=seen, actor=actor, now=now)
    db.session.flush()
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "event.limits_changed")).one()
    assert (event.max_consecutive, entry.detail, entry.event_id) == (4, {"changed": ["max_consecutive"]}, event.id)
    with pytest.raises(Conflict):
        events.change_details(event, DETAILS, version=seen, actor=actor, now=now)


def test_another_zone_keeps_the_hours_until_there_are_blocks(context: Flask, now: datetime) -> None:
    event = create(now)
    actor = manager(event)
    moved = Details(**{**DETAILS.__dict__, "time_zone": "America/Tijuana"})
    events.change_details(event, moved, version=event.version, actor=actor, now=now)
    db.session.flush()
    assert event.starts_at == datetime(2027, 3, 9, 8, tzinfo=ZoneInfo("America/Tijuana"))
    eight = Span(event.starts_at, event.starts_at + timedelta(hours=1))
    blocks.add(event, BlockKind.MEETINGS, eight, "", actor=actor, now=now)
    assert (
        refusal(events.change_details, event, DETAILS, version=event.version, actor=actor, now=now) == "zone_has_blocks"
    )


def test_dates_keep_the_blocks_inside(context: Flask, now: datetime) -> None:
    event = make.event()
    later = Dates(**{**DATES.__dict__, "starts_at": at(3, 9, 10)})
    actor = manager(event)
    assert refusal(events.change_dates, event, later, version=event.version, actor=actor, now=now) == "blocks_outside"


def test_an_event_opens_with_a_block_and_a_table_and_may_return(context: Flask, now: datetime) -> None:
    event = create(now)
    actor = manager(event)
    assert events.list_missing(event) == ["no_meeting_block", "no_table"]
    assert refusal(events.open_to_companies, event, actor=actor, now=now) == "no_meeting_block"
    blocks.add(event, BlockKind.MEETINGS, Span(at(3, 9, 9), at(3, 9, 10)), "", actor=actor, now=now)
    assert refusal(events.open_to_companies, event, actor=actor, now=now) == "no_table"
    tables.add(event, 1, actor=actor, now=now)
    events.open_to_companies(event, actor=actor, now=now)
    assert (event.status, events.find_phase(event, now)) == (EventStatus.OPEN, Phase.REQUESTS)
    assert refusal(events.open_to_companies, event, actor=actor, now=now) == "wrong_status"
    events.return_to_preparation(event, actor=actor, now=now)
    assert event.status is EventStatus.DRAFT


def test_a_published_event_does_not_return_to_preparation(context: Flask, now: datetime) -> None:
    event = make.event()
    schedule = place(event, event.slots[0])
    schedule.status = ScheduleStatus.PUBLISHED
    db.session.flush()
    event.published_schedule_id = schedule.id
    db.session.flush()
    assert refusal(events.return_to_preparation, event, actor=manager(event), now=now) == "already_published"
    assert events.find_phase(event, now) is Phase.ADJUSTMENT


# Blocks and rounds -----------------------------------------------------------------------------------------------


def test_a_block_of_meetings_brings_its_rounds_and_a_break_none(context: Flask, now: datetime) -> None:
    event = create(now)
    actor = manager(event)
    blocks.add(event, BlockKind.MEETINGS, Span(at(3, 9, 9), at(3, 9, 10, 10)), "", actor=actor, now=now)
    blocks.add(event, BlockKind.BREAK, Span(at(3, 9, 10, 10), at(3, 9, 10, 30)), "Café", actor=actor, now=now)
    listed = blocks.list_with_slots(event)
    assert [(one.kind, one.title, hours(one.slots)) for one in listed] == [
        (BlockKind.MEETINGS, "", ["09 09:00-09:20", "09 09:25-09:45", "09 09:50-10:10"]),
        (BlockKind.BREAK, "Café", []),
    ]


def test_a_block_must_fit_the_event_the_others_and_one_round(context: Flask, now: datetime) -> None:
    event = create(now)
    actor = manager(event)

    def refused(start: datetime, end: datetime) -> str:
        return refusal(blocks.add, event, BlockKind.MEETINGS, Span(start, end), "", actor=actor, now=now)

    blocks.add(event, BlockKind.LUNCH, Span(at(3, 9, 13), at(3, 9, 14)), "", actor=actor, now=now)
    assert refused(at(3, 9, 12), at(3, 9, 13, 1)) == "blocks_overlap"
    assert refused(at(3, 9, 7), at(3, 9, 9)) == "outside_event"
    assert refused(at(3, 9, 9), at(3, 9, 9, 19)) == "block_too_short"
    assert slots(event) == []


def test_a_day_is_copied_by_the_clock_onto_free_hours(context: Flask, now: datetime) -> None:
    event = make.event(slots=2, ends_at=at(3, 10, 18))
    actor = manager(event)
    assert blocks.copy_day(event, date(2027, 3, 9), date(2027, 3, 10), actor=actor, now=now) == 1
    assert hours(slots(event)) == ["09 09:00-09:20", "09 09:25-09:45", "10 09:00-09:20", "10 09:25-09:45"]
    again = {"actor": actor, "now": now}
    assert refusal(blocks.copy_day, event, date(2027, 3, 9), date(2027, 3, 10), **again) == "blocks_overlap"
    assert refusal(blocks.copy_day, event, date(2027, 3, 11), date(2027, 3, 10), **again) == "nothing_to_copy"


def test_rounds_that_stay_keep_their_rows(context: Flask, now: datetime) -> None:
    event = make.event(slots=2)
    before = slots(event)
    actor = manager(event)
    blocks.add(event, BlockKind.MEETINGS, Span(at(3, 9, 12), at(3, 9, 12, 20)), "", actor=actor, now=now)
    place(event, before[0])
    blocks.change_rounds(event, Rounds(20, 30), actor=actor, now=now)
    after = slots(event)
    assert after[0] is before[0]
    assert hours(after) == ["09 09:00-09:20", "09 12:00-12:20"]


def test_a_round_that_a_schedule_uses_never_moves_ends_or_goes(context: Flask, now: datetime) -> None:
    event = make.event(slots=2)
    actor = manager(event)
    place(event, slots(event)[1])
    assert refusal(blocks.change_rounds, event, Rounds(15, 10), actor=actor, now=now) == "rounds_in_use"
    db.session.rollback()


def test_a_block_that_a_schedule_uses_stays(context: Flask, now: datetime) -> None:
    event = make.event(slots=2)
    actor = manager(event)
    place(event, slots(event)[1])
    assert refusal(blocks.remove, event, event.blocks[0], actor=actor, now=now) == "rounds_in_use"
    assert len(slots(event)) == 2


def test_a_block_goes_with_its_rounds(context: Flask, now: datetime) -> None:
    event = make.event()
    blocks.remove(event, event.blocks[0], actor=manager(event), now=now)
    db.session.flush()
    assert (slots(event), blocks.list_with_slots(event)) == ([], [])


# Tables and desks ------------------------------------------------------------------------------------------------


def test_tables_are_numbered_on(context: Flask, now: datetime) -> None:
    event = make.event(tables=2)
    actor = manager(event)
    tables.add(event, 2, room="Salón B", actor=actor, now=now)
    tables.add(event, 2, prefix="B", actor=actor, now=now)
    listed = [(table.label, table.room, table.position) for table in tables.list_all(event)]
    assert listed[2:] == [("3", "Salón B", 3), ("4", "Salón B", 4), ("B1", "", 5), ("B2", "", 6)]
    assert refusal(tables.add, event, tables.MAX_TABLES, actor=actor, now=now) == "too_many_tables"


def test_a_label_is_unique_in_its_event(context: Flask, now: datetime) -> None:
    event = make.event(tables=2)
    actor = manager(event)
    one, two = event.tables
    tables.change(event, one, label="VIP", room="Terraza", zone="Norte", actor=actor, now=now)
    assert (one.label, one.room) == ("VIP", "Terraza")
    assert refusal(tables.change, event, two, label="VIP", room="", zone="", actor=actor, now=now) == "label_taken"


def test_a_used_table_stays(context: Flask, now: datetime) -> None:
    event = make.event(tables=3)
    actor = manager(event)
    placed, kept, free = event.tables
    place(event, event.slots[0], placed)
    make.registration(event, Side.BUYER).desks[0].table = kept
    db.session.flush()
    assert tables.list_used(event) == {placed.id, kept.id}
    for table in (placed, kept):
        assert refusal(tables.remove, event, table, actor=actor, now=now) == "table_in_use"
    tables.remove(event, free, actor=actor, now=now)
    assert tables.list_all(event) == [placed, kept]


def test_buyers_desks_keep_tables_each_its_own(context: Flask, now: datetime) -> None:
    event = make.event(tables=3)
    actor = manager(event)
    two_desks = make.registration(event, Side.BUYER, number=1, desks=2)
    both = make.registration(event, Side.BOTH, number=2)
    make.registration(event, Side.SUPPLIER)
    make.registration(event, Side.BUYER, status=RegistrationStatus.SUBMITTED)
    desks = tables.list_desks(event)
    assert desks == [*two_desks.desks, *both.desks]
    first, second, third = desks
    assert tables.assign(event, {second.id: "3"}, actor=actor, now=now) == 1
    assert refusal(tables.assign, event, {first.id: "9"}, actor=actor, now=now) == "no_such_table"
    assert refusal(tables.assign, event, {first.id: "3"}, actor=actor, now=now) == "table_twice"
    assert tables.assign_in_order(event, actor=actor, now=now) == 2
    assert [desk.table.label for desk in desks if desk.table] == ["1", "3", "2"]
    assert tables.assign(event, {first.id: "", third.id: "2"}, actor=actor, now=now) == 1
    assert first.table is None


# Summary ---------------------------------------------------------------------------------------------------------


def test_the_summary_counts_what_waits(context: Flask, now: datetime) -> None:
    event = make.event(slots=4, tables=2)
    buyer, supplier = make.registration(event, Side.BUYER), make.registration(event, submitted_at=now)
    make.registration(event, status=RegistrationStatus.SUBMITTED, submitted_at=now - timedelta(days=2))
    make.registration(event, Side.BOTH)
    make.request(supplier, buyer)
    schedule = place(event, event.slots[0], event.tables[0])
    assert summary.capacity(event) == summary.Capacity(usable=(2, 2, 2, 2), whole=2, agreed=1)
    assert summary.capacity(event).places == 8
    assert summary.waiting(event) == summary.Waiting(
        to_review=1, to_answer=0, unplaced=0, unpublished=1, failed_mails=0, bounced_mails=0
    )
    assert summary.numbers(event) == summary.Numbers(
        buyers=3, suppliers=3, registered=5, asked=1, accepted=1, planned=1
    )
    assert schedule.status is ScheduleStatus.DRAFT
    days = [now.astimezone(ZONE).date() - timedelta(days=n) for n in (2, 1, 0)]
    assert summary.registrations_by_day(event, now) == [(days[0], 1), (days[1], 1), (days[2], 2)]


def test_the_summary_of_an_empty_event(context: Flask, now: datetime) -> None:
    event = create(now)
    assert summary.capacity(event) == summary.Capacity((), 0, 0)
    assert summary.waiting(event) == summary.Waiting(0, 0, None, None, 0, 0)
    assert summary.registrations_by_day(event, now) == []
