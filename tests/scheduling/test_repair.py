"""Repair: what need not change does not change."""

import pytest

from eventsapp.scheduling import checker
from eventsapp.scheduling.problem import Desk, ProblemError, Request
from eventsapp.scheduling.repair import Absence, early, late, repaired, with_walk_ins
from eventsapp.scheduling.schedule import diff
from eventsapp.scheduling.solve import solve
from tests.scheduling import make
from tests.scheduling.test_solve import crowd


@pytest.mark.slow
def test_a_cancellation_drops_only_its_own_meetings() -> None:
    problem = crowd()
    before = solve(problem, seconds=3).meetings
    news = repaired(problem, before, cancelled=("s3",))
    after = solve(news, seconds=3)
    changed = diff(before, after.meetings)
    assert (after.levels[0].level, after.levels[0].value, after.levels[0].optimal) == ("changes", 0, True)
    assert changed.moved == ()
    assert {meeting.request[2:] for meeting in changed.dropped} <= {"s3"}
    assert checker.violations(news, after.meetings) == ()


def test_an_absence_moves_what_falls_into_it() -> None:
    problem = make.problem()
    before = solve(problem, seconds=5).meetings
    hit = [m for m in before if "s1-1" in m.desks and m.slot in (0, 1)]
    news = repaired(problem, before, absent=(Absence("s1", 0, 1),))
    after = solve(news, seconds=5)
    assert after.levels[0].value == len(hit)
    assert after.levels[0].optimal
    assert not any("s1-1" in m.desks and m.slot in (0, 1) for m in after.meetings)


def test_what_took_place_stays_even_of_a_company_that_left() -> None:
    problem = make.problem()
    before = solve(problem, seconds=5).meetings
    news = repaired(problem, before, cancelled=("b1",), before=2)
    after = solve(news, seconds=5).meetings
    assert {m for m in before if m.slot < 2} == {m for m in after if m.slot < 2}
    assert not any(m.request.startswith("b1") and m.slot >= 2 for m in after)


def test_a_lost_table_releases_its_desk() -> None:
    problem = make.with_company(make.problem(), "b1", desks=(Desk("b1-1", (0, 1, 2, 3), table="t1"),))
    before = solve(problem, seconds=5).meetings
    news = repaired(problem, before, lost_tables=("t1",))
    news.check()
    after = solve(news, seconds=5)
    assert {m.table for m in after.meetings} == {"t2"}
    assert checker.verify(news, after) == []


def test_a_walk_in_gets_what_is_left() -> None:
    problem = make.problem()
    before = solve(problem, seconds=5).meetings
    news = with_walk_ins(problem, [make.company("b3")], [Request("b3s1", "b3", "s1", 5)])
    after = solve(repaired(news, before), seconds=5).meetings
    assert set(before) < set(after)


def test_who_comes_late_and_who_leaves_early_is_away_before_and_after() -> None:
    problem = make.problem()
    assert late("s1", 2) == (Absence("s1", 0, 1),)
    assert late("s1", 0) == ()
    assert early(problem, "s1", 3) == (Absence("s1", 3, 3),)
    news = repaired(problem, (), absent=(*late("s1", 2), *early(problem, "s1", 3)))
    assert news.company_by_id["s1"].desks == (Desk("s1-1", (2,)),)


@pytest.mark.parametrize("news", [{"cancelled": ("zz",)}, {"absent": (Absence("s1", 2, 9),)}, {"lost_tables": ("t9",)}])
def test_unknown_news_are_refused(news: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ProblemError):
        repaired(make.problem(), (), **news)  # type: ignore[arg-type]
