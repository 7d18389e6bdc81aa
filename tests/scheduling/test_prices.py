"""Prices: what one more of something is worth, verified; whole results on problems that can be checked by hand."""

from dataclasses import replace
from datetime import timedelta

from eventsapp.scheduling.prices import longer
from eventsapp.scheduling.problem import Desk, Level, Pin, Problem, Request, Slot, Table
from eventsapp.scheduling.solve import solve
from tests.scheduling import make
from tests.scheduling.oracle import slots
from tests.scheduling.test_solve import crowd

VALUE = (Level("value"),)


def one_slot(**changes: object) -> Problem:
    """Two buyers and three suppliers in one slot, one meeting at once; the best request is worth 23."""
    companies = tuple(replace(c, desks=(Desk(f"{c.id}-1", (0,)),)) for c in make.problem().companies)
    made = make.problem(slots=slots([1]), companies=companies, tables=None, capacity=1, objective=VALUE)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_one_more_table_is_worth_the_best_meeting_left_out() -> None:
    made = one_slot(slots=_whole_day())
    table = {"what": "table", "gain": {"value": 12}, "bound": {"value": 12}}
    assert solve(made, seconds=5).prices == (table,)


def _whole_day() -> tuple[Slot, ...]:
    """One slot until the end of its day, so that half an hour more does not fit."""
    last = slots([1])[0]
    late = last.start.replace(hour=23, minute=45)
    return (Slot(late, late + timedelta(minutes=14), last.block),)


def test_one_more_table_of_a_list_of_tables() -> None:
    made = one_slot(slots=_whole_day(), tables=(Table("t1"), Table("+", slots=())), capacity=None)
    assert solve(made, seconds=5).prices == ({"what": "table", "gain": {"value": 12}, "bound": {"value": 12}},)


def test_half_an_hour_more_brings_what_fits_into_it() -> None:
    made = one_slot(capacity=None)
    (price,) = (price for price in solve(made, seconds=5).prices if price["what"] == "half_hour")
    assert price == {
        "what": "half_hour", "block": "block-0", "slots": 1, "gain": {"value": 35}, "bound": {"value": 35},
    }  # fmt: skip


def test_a_longer_block_moves_what_comes_after_it() -> None:
    made = make.problem(tables=(Table("t1", slots=(1, 2)), Table("t2")))
    made = make.with_request(made, "b1s1", slots=(0, 3), pin=Pin(3))
    made = make.with_company(made, "b1", desks=(Desk("b1-1", (0, 3)),))
    begin = made.slots[1].end
    more = longer(made, 1, (Slot(begin, begin + timedelta(minutes=20), "block-0"),))
    more.check()
    assert [slot.block for slot in more.slots] == ["block-0", "block-0", "block-0", "block-1", "block-1"]
    assert more.tables == (Table("t1", slots=(1, 2, 3)), Table("t2"))
    assert (more.requests[0].slots, more.requests[0].pin) == ((0, 4), Pin(4))
    assert [company.desks[0].slots for company in more.companies[:2]] == [(0, 4), (0, 1, 2, 3, 4)]


def test_a_slot_more_for_the_desk_that_lacks_time() -> None:
    free = (0, 1)
    companies = (
        make.company("b1", free=(0,)), make.company("s1", "supplier", free), make.company("s2", "supplier", (1,)),
        make.company("s3", "supplier", free),
    )  # fmt: skip
    requests = (Request("r1", "b1", "s1", 30), Request("r2", "b1", "s2", 20), Request("r3", "b1", "s3", 10))
    made = Problem(_evening(), companies, requests, None, None, VALUE)
    slot = {"what": "desk_slot", "company": "b1", "desk": "b1-1", "slot": 1}
    assert solve(made, seconds=5).prices == ({**slot, "gain": {"value": 20}, "bound": {"value": 20}},)


def _evening() -> tuple[Slot, ...]:
    """Two slots until the end of their day."""
    (last,) = _whole_day()
    return (Slot(last.start - timedelta(minutes=20), last.start, last.block), last)


def test_one_more_meeting_is_worth_the_best_request_left_out() -> None:
    made = make.problem(tables=None, objective=VALUE)
    made = make.with_company(made, "b2", max_meetings=1)
    assert solve(made, seconds=5).prices == (
        {"what": "meeting", "company": "b2", "gain": {"value": 22}, "bound": {"value": 22}},
    )


def test_prices_are_kept_by_the_schedule_made_with_the_change() -> None:
    made = replace(crowd(), objective=(Level("shortfall"), Level("musts"), Level("value")))
    before = {level.level: level.value for level in solve(made, seconds=10).levels}
    prices = [price for price in solve(made, seconds=10).prices if price["what"] == "meeting"]
    assert len(prices) == 5
    for price in prices:
        company = made.company_by_id[price["company"]]
        more = make.with_company(made, company.id, max_meetings=company.max_meetings + 1)
        after = {level.level: level.value for level in solve(more, seconds=10).levels}
        assert after["value"] >= before["value"] + price["gain"]["value"]
        assert price["gain"]["value"] <= price["bound"]["value"]


def test_more_places_pay_first_into_the_first_level() -> None:
    made = make.with_company(one_slot(slots=_whole_day()), "s3", min_meetings=1)
    made = make.with_company(made, "s1", min_meetings=1)
    made = replace(made, objective=(Level("shortfall"), Level("value")))
    table = {"what": "table", "gain": {"shortfall": 1, "value": 11}, "bound": {"shortfall": 1, "value": 11}}
    assert solve(made, seconds=5).prices[0] == table


def test_what_is_worth_nothing_is_not_named() -> None:
    assert solve(one_slot(capacity=2, slots=_whole_day()), seconds=5).prices == ()


def test_prices_are_left_out_when_nobody_wants_them() -> None:
    made = one_slot(slots=_whole_day())
    with_prices, without = solve(made, seconds=5), solve(made, seconds=5, with_prices=False)
    assert (len(with_prices.prices), without.prices) == (1, ())
    assert with_prices.meetings == without.meetings
