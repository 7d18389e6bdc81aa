"""Runs of the engine: started by an organizer, carried out by the worker, judged before anything is stored.

The worker calls `begin`, `progress`, then `finish` or `fail`; each gives the fencing number of its claim (`attempt`),
and a worker that was taken for dead is refused.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from eventsapp.db import db
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.lifecycle import FINISHED_RUNS
from eventsapp.domain.values import JobState, RunStatus
from eventsapp.models import Event, Run, Schedule
from eventsapp.scheduling import archive, checker
from eventsapp.scheduling.problem import Company, Problem, ProblemError
from eventsapp.scheduling.schedule import Outcome
from eventsapp.services import audit, frames, jobs, schedules

JOB_KIND = "solve"
MAX_POINTS = 200
MOST_SECONDS = 3600
MOST_SEED = 2**31 - 1
ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING)
WISHES = ("keep", "cancel")
WITHOUT_SCHEDULE = {"none": RunStatus.NO_SCHEDULE, "cancelled": RunStatus.CANCELLED}
LIGHT = (defer(Run.problem), defer(Run.outcome))


# Reading --------------------------------------------------------------------------------------------------------------


def find(event: Event, run_id: Any) -> Run | None:
    """A run of this event, without its problem and outcome."""
    query = select(Run).where(Run.event_id == event.id, Run.id == run_id)
    return db.session.scalar(query.options(*LIGHT, joinedload(Run.started_by), joinedload(Run.job)))


def find_active(event: Event) -> Run | None:
    """The run that waits or works, or None."""
    query = select(Run).where(Run.event_id == event.id, Run.status.in_(ACTIVE)).options(*LIGHT)
    return db.session.scalars(query).first()


def list_for(event: Event) -> list[Run]:
    """All runs, newest first."""
    query = select(Run).where(Run.event_id == event.id).order_by(Run.number.desc())
    return list(db.session.scalars(query.options(*LIGHT, joinedload(Run.started_by))))


def find_draft(run: Run) -> Schedule | None:
    """The version that came of a run, or None."""
    query = select(Schedule).where(Schedule.run_id == run.id, Schedule.parent_id.is_(None))
    return db.session.scalars(query.order_by(Schedule.number)).first()


# Asked by organizers --------------------------------------------------------------------------------------------------


def start(event: Event, *, seconds: int, seed: int, actor: Actor, now: datetime, keep_published: bool = False) -> Run:
    """Ask the engine for a schedule: the problem is archived with the run, the worker takes the job."""
    require(actor, Permission.SCHEDULE_SOLVE, event.scope)
    if not 1 <= seconds <= MOST_SECONDS:
        raise DomainError("run_seconds", most=MOST_SECONDS)
    if not 0 <= seed <= MOST_SEED:
        raise DomainError("run_seed", most=MOST_SEED)
    schedules.lock(event)
    active = find_active(event)
    if active is not None:
        raise DomainError("run_active", number=active.number)
    problem = schedules.build_problem(event, keep_published=keep_published)
    _check(event, problem)
    last = db.session.scalar(select(func.max(Run.number)).where(Run.event_id == event.id)) or 0
    run = Run(
        event=event,
        number=last + 1,
        started_by_id=actor.account_id,
        seconds=seconds,
        seed=seed,
        problem=archive.problem_to_dict(problem),
        progress=_size(problem),
        created_at=now,
    )
    db.session.add(run)
    db.session.flush()
    payload = {"run_id": str(run.id)}
    run.job = jobs.add(JOB_KIND, payload, at=now, key=f"solve:{run.id}", organization_id=event.organization_id)
    audit.record(actor, "run.started", run, at=now, number=run.number, seconds=seconds, seed=seed)
    return run


def stop(run: Run, wanted: str, *, actor: Actor, now: datetime) -> None:
    """End a run before its time: `keep` the best found so far, or `cancel` and store nothing."""
    require(actor, Permission.SCHEDULE_SOLVE, run.scope)
    if wanted not in WISHES:
        raise ValueError(f"a run cannot be asked to {wanted!r}")
    _lock(run)
    if run.status not in ACTIVE or run.job is None:
        raise DomainError("run_over")
    if wanted == "cancel" and run.job.state is JobState.QUEUED:
        run.job.state, run.job.ended_at = JobState.DONE, now
        run.status, run.ended_at = RunStatus.CANCELLED, now
    elif run.job.wanted != "cancel":
        run.job.wanted = wanted
    audit.record(actor, "run.stopped", run, at=now, number=run.number, wanted=wanted)


def _check(event: Event, problem: Problem) -> None:
    """Say in words why this cannot be solved, before anybody waits for it."""
    if not problem.slots:
        raise DomainError("no_slots")
    if not problem.tables:
        raise DomainError("no_tables")
    if not problem.companies:
        raise DomainError("no_companies")
    if not problem.requests:
        raise DomainError("no_requests")
    try:
        problem.check()
    except ProblemError as error:
        if ".pin" in error.place:
            raise _pin_refused(event, problem, error) from error
        raise DomainError("problem_unusable", place=error.place, message=error.message) from error


def _pin_refused(event: Event, problem: Problem, error: ProblemError) -> DomainError:
    """Which pinned meeting can no longer be held where it is."""
    index = int(error.place.partition("[")[2].partition("]")[0])
    a_id, b_id = schedules.pair_of(problem.requests[index].id)
    names = frames.read(event).names
    slot = problem.requests[index].pin.slot or 0
    return DomainError("pin_impossible", a=names[a_id], b=names[b_id], at=problem.slots[slot].start)


def _size(problem: Problem) -> dict[str, Any]:
    """How large a problem is, for screens that must not read all of it."""
    return {
        "asked": len(problem.requests),
        "ceiling": ceiling(problem),
        "companies": len(problem.companies),
        "tables": len(problem.tables or ()),
        "slots": len(problem.slots),
        "pinned": sum(request.pin.slot is not None for request in problem.requests),
        "musts": sum(request.must for request in problem.requests),
        "wished_by": len({side for request in problem.requests for side in (request.a, request.b)}),
    }


def ceiling(problem: Problem) -> int:
    """A number of meetings that no schedule exceeds: what each side can hold, and what the tables can."""
    room = len(problem.tables or ()) * len(problem.slots)
    for side in ("a", "b"):
        wished = Counter(getattr(request, side) for request in problem.requests)
        room = min(room, sum(min(count, _most(problem.company_by_id[name])) for name, count in wished.items()))
    return room


def _most(company: Company) -> int:
    """How many meetings a company can hold at most, other companies apart."""
    people = {(desk.person or desk.id, slot) for desk in company.desks for slot in desk.slots}
    return len(people) if company.max_meetings is None else min(len(people), company.max_meetings)


# Told by the worker ---------------------------------------------------------------------------------------------------


def begin(run: Run, *, attempt: int, now: datetime) -> Problem:
    """The worker has claimed the job: the clock of the run starts, again after a lost worker. Gives the problem."""
    _own(run, attempt)
    run.status, run.started_at, run.curve = RunStatus.RUNNING, now, []
    run.progress = {**run.progress, "seconds": 0.0, "phase": "reading", "placed": None, "value": None, "bound": None}
    return archive.problem_from_dict(run.problem)


def progress(run: Run, figures: dict[str, Any], now: datetime, *, attempt: int | None = None) -> None:
    """Keep what a running solve reports; the curve keeps what changed, thinned to a bounded number of points."""
    if run.status not in ACTIVE or (attempt is not None and run.job is not None and run.job.attempt != attempt):
        return
    told = {name: value for name, value in figures.items() if name not in ("asked", "meetings", "limit")}
    run.status = RunStatus.RUNNING
    run.started_at = run.started_at or now
    run.progress = {**run.progress, **told, "told": int(run.progress.get("told", 0)) + 1}
    point = {name: figures.get(name) for name in ("seconds", "placed", "value", "bound")}
    if point["placed"]:  # before its first schedule the engine tells of none
        run.curve = thinned(with_point(run.curve, point))


def finish(run: Run, outcome: dict[str, Any], now: datetime, *, attempt: int, host: str) -> Schedule | None:
    """Store what the engine answered: a new draft when the independent checker finds nothing untrue, else a failure.

    Everything in the transaction of the caller; `host` names the identities of new meetings. A worker whose claim is
    over is refused with `Conflict`.
    """
    problem = archive.problem_from_dict(run.problem)
    try:
        answer = archive.outcome_from_dict(outcome)
        untrue = checker.verify(problem, answer)
    except ProblemError as error:
        answer, untrue = None, [str(error)]
    _own(run, attempt)
    run.outcome = outcome
    if answer is None or untrue:
        fail(run, "checker_refused", now, detail=" ".join(untrue))
        return None
    run.ended_at = now
    cancelled = run.job is not None and run.job.wanted == "cancel"
    if cancelled or (answer.status in ("none", "infeasible", "cancelled") and not answer.meetings):
        run.status = RunStatus.CANCELLED if cancelled else WITHOUT_SCHEDULE.get(answer.status, RunStatus.INFEASIBLE)
        return None
    if not _still_there(run.event, problem):
        fail(run, "data_changed", now)
        return None
    run.status = RunStatus.OPTIMAL if answer.status == "optimal" else RunStatus.FEASIBLE
    run.progress = {**run.progress, **_reached(problem, answer)}
    run.curve = thinned(with_point(run.curve, _last_point(answer)))
    schedule = schedules.store_draft(run, problem, answer, now=now, host=host)
    audit.record(
        Actor(run.started_by_id, run.started_by.name if run.started_by else ""), "run.finished", run, at=now,
        number=run.number, version=schedule.number, placed=len(answer.meetings),
    )  # fmt: skip
    return schedule


def fail(run: Run, reason: str, now: datetime, *, detail: str = "") -> None:
    """End a run without a schedule: `reason` is a code that screens put into words, `detail` is for engineers."""
    if run.status in FINISHED_RUNS:
        return
    run.status, run.ended_at = RunStatus.FAILED, now
    run.error = reason[:1000]
    run.progress = {**run.progress, "technical": detail[:2000]}


def with_point(curve: list[Any], point: dict[str, Any]) -> list[Any]:
    """The curve with one more point when it says something new."""
    changed = not curve or any(curve[-1].get(name) != point[name] for name in ("placed", "value", "bound"))
    return [*curve, point] if changed else curve


def thinned(curve: list[Any], most: int = MAX_POINTS) -> list[Any]:
    """At most `most` points: every second one goes, but never the first or the last."""
    while len(curve) > most:
        curve = [curve[0], *curve[2:-1:2], curve[-1]]
    return curve


def _lock(run: Run) -> None:
    schedules.lock(run.event)
    db.session.refresh(run, ["status", "job", "progress"])
    if run.job is not None:
        db.session.refresh(run.job)


def _own(run: Run, attempt: int) -> None:
    """Refuse a worker whose claim is over, under the lock of the event."""
    _lock(run)
    if run.status not in ACTIVE or run.job is None or run.job.attempt != attempt:
        raise Conflict("late_result", number=run.number)


def _still_there(event: Event, problem: Problem) -> bool:
    """Do slots, tables and desks of the problem still exist? A company that withdrew is shown as a clash instead."""
    frame = frames.read(event)
    slots = [(slot.starts_at, slot.ends_at) for slot in frame.slots] == [
        (slot.start, slot.end) for slot in problem.slots
    ]
    tables = {table.id for table in problem.tables or ()} <= {str(table.id) for table in frame.tables}
    desks = {desk.id for company in frame.companies.values() for desk in company.desks}
    return slots and tables and problem.desk_by_id.keys() <= desks


def _reached(problem: Problem, answer: Outcome) -> dict[str, Any]:
    """The final figures that screens show."""
    levels = {level.level: level for level in answer.levels}
    held = {meeting.request for meeting in answer.meetings}
    figures: dict[str, Any] = {"placed": len(held), "phase": "done", "seconds": answer.seconds}
    if "value" in levels:
        figures |= {"value": levels["value"].value, "bound": levels["value"].bound}
    counts: dict[str, int] = {}
    for name in held:
        for company in (problem.request_by_id[name].a, problem.request_by_id[name].b):
            counts[company] = counts.get(company, 0) + 1
    wanting = [company for company in problem.companies if company.min_meetings]
    return figures | {
        "musts_placed": sum(problem.request_by_id[name].must for name in held),
        "minimum_asked": len(wanting),
        "minimum_kept": sum(counts.get(company.id, 0) >= company.min_meetings for company in wanting),
        "with_meetings": len(counts),
        "idle": levels["idle"].value if "idle" in levels else None,
        "moves": levels["moves"].value if "moves" in levels else None,
    }


def _last_point(answer: Outcome) -> dict[str, Any]:
    level = next((level for level in answer.levels if level.level == "value"), None)
    return {
        "seconds": answer.seconds,
        "placed": len(answer.meetings),
        "value": level.value if level else None,
        "bound": level.bound if level else None,
    }
