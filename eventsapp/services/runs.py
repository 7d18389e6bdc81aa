"""Runs of the engine: started by an organizer, carried out by the worker, judged before anything is stored.

The worker calls `begin`, `progress` and `keep_best`, then `finish` or `fail`; each gives the fencing number of its
claim (`attempt`), and a worker that was taken for dead is refused. Only a search becomes a draft by itself; what a
scenario or a repair answers waits for the organizer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from eventsapp.db import db
from eventsapp.domain import deadlines
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.lifecycle import FINISHED_RUNS
from eventsapp.domain.values import JobState, RunKind, RunStatus
from eventsapp.models import Event, Run, Schedule
from eventsapp.scheduling import archive, checker
from eventsapp.scheduling.comparison import is_better
from eventsapp.scheduling.problem import Problem, ProblemError
from eventsapp.scheduling.schedule import Outcome
from eventsapp.services import audit, frames, jobs, run_figures, run_options, schedules
from eventsapp.services.run_options import EMPTY, KEEP, Options

JOB_KIND = "solve"
MOST_SECONDS = 3600
MOST_SEED = 2**31 - 1
ACTIVE = (RunStatus.QUEUED, RunStatus.RUNNING)
WITH_SCHEDULE = (RunStatus.OPTIMAL, RunStatus.FEASIBLE)
WISHES = ("keep", "cancel")
WITHOUT_SCHEDULE = {"none": RunStatus.NO_SCHEDULE, "cancelled": RunStatus.CANCELLED}
LIGHT = (defer(Run.problem), defer(Run.outcome), defer(Run.incumbent))


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


def find_by_number(event: Event, number: int) -> Run | None:
    """A run by its number, without its problem and outcome."""
    if not 0 < number < 2**31:
        return None
    query = select(Run).where(Run.event_id == event.id, Run.number == number)
    return db.session.scalar(query.options(*LIGHT, joinedload(Run.started_by)))


def find_latest(event: Event, kind: RunKind = RunKind.SEARCH) -> Run | None:
    """The newest run of a kind that found a schedule, or None."""
    query = select(Run).where(Run.event_id == event.id, Run.kind == kind, Run.status.in_(WITH_SCHEDULE))
    return db.session.scalars(query.order_by(Run.number.desc()).options(*LIGHT)).first()


def find_draft(run: Run) -> Schedule | None:
    """The version that came of a run, or None; copies of it came later."""
    query = select(Schedule).where(Schedule.run_id == run.id).order_by(Schedule.number)
    return db.session.scalars(query).first()


def is_silent(run: Run, now: datetime) -> bool:
    """Has the worker of this run gone, so that the run waits for another one?"""
    job = run.job
    if run.status not in ACTIVE or job is None or not job.attempt:
        return False
    if job.state is JobState.QUEUED:
        return True
    return job.state is JobState.RUNNING and job.beat_at is not None and job.beat_at < now - jobs.SILENT_AFTER


def offers_best(run: Run, now: datetime) -> bool:
    """Is there a stored answer that the organizer may take, because the run failed or its worker was lost?"""
    if not run.progress.get("best"):
        return False
    restarted = run.status in ACTIVE and run.job is not None and run.job.attempt > 1
    return run.status is RunStatus.FAILED or restarted or is_silent(run, now)


def read_answer(run: Run) -> tuple[Problem, Outcome] | None:
    """What a run was asked and what it answered, or its best so far; None while there is no schedule."""
    stored = run.outcome if run.status in WITH_SCHEDULE else run.incumbent
    if run.problem is None or not stored or not stored.get("meetings"):
        return None
    return archive.problem_from_dict(run.problem), archive.outcome_from_dict(stored)


# Asked by organizers --------------------------------------------------------------------------------------------------


def start(
    event: Event,
    *,
    seconds: int,
    seed: int,
    actor: Actor,
    now: datetime,
    keep_published: bool = False,
    options: Options | None = None,
) -> Run:
    """Ask the engine for a schedule: the problem is archived with the run, the worker takes the job."""
    chosen = options or run_options.of_event(event, KEEP if keep_published else EMPTY)
    chosen.check()
    return launch(
        event, lambda: build_problem(event, chosen), options=chosen.to_dict(), seconds=seconds, seed=seed,
        actor=actor, now=now,
    )  # fmt: skip


def build_problem(event: Event, options: Options) -> Problem:
    """What the engine is asked about an event now, with these choices."""
    problem = schedules.build_problem(
        event, keep_published=options.begin != EMPTY, with_pins=options.with_pins, weights=options.weights
    )
    return replace(problem, objective=options.objective if problem.published is not None else options.levels)


def launch(
    event: Event,
    build: Callable[[], Problem],
    *,
    options: Mapping[str, Any],
    seconds: int,
    seed: int,
    actor: Actor,
    now: datetime,
    kind: RunKind = RunKind.SEARCH,
) -> Run:
    """Store a run of any kind with its job; `build` is called under the lock of the event."""
    require(actor, Permission.SCHEDULE_SOLVE, event.scope)
    if not 1 <= seconds <= MOST_SECONDS:
        raise DomainError("run_seconds", most=MOST_SECONDS)
    if not 0 <= seed <= MOST_SEED:
        raise DomainError("run_seed", most=MOST_SEED)
    schedules.lock(event)
    if kind is RunKind.SEARCH and deadlines.is_frozen(event, now):
        raise DomainError("frozen")
    active = find_active(event)
    if active is not None:
        raise DomainError("run_active", number=active.number)
    problem = build()
    _check(event, problem)
    last = db.session.scalar(select(func.max(Run.number)).where(Run.event_id == event.id)) or 0
    run = Run(
        event=event,
        number=last + 1,
        kind=kind,
        options=dict(options),
        started_by_id=actor.account_id,
        seconds=seconds,
        seed=seed,
        problem=archive.problem_to_dict(problem),
        progress=run_figures.size(problem),
        created_at=now,
    )
    db.session.add(run)
    db.session.flush()
    payload = {"run_id": str(run.id)}
    run.job = jobs.add(JOB_KIND, payload, at=now, key=f"solve:{run.id}", organization_id=event.organization_id)
    audit.record(
        actor, "run.started", run, at=now, number=run.number, seconds=seconds, seed=seed, kind=kind.value
    )  # fmt: skip
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


def take_best(run: Run, *, actor: Actor, now: datetime, host: str) -> Schedule | None:
    """End a run whose worker was lost, or that failed, with the best answer stored; a search becomes a draft."""
    require(actor, Permission.SCHEDULE_SOLVE, run.scope)
    _lock(run)
    if not offers_best(run, now) or run.incumbent is None or run.problem is None:
        raise DomainError("nothing_found_yet")
    problem, answer = archive.problem_from_dict(run.problem), archive.outcome_from_dict(run.incumbent)
    if not _still_there(run.event, problem):
        raise DomainError("run_data_changed")
    if run.job is not None and run.job.state in (JobState.QUEUED, JobState.RUNNING):
        run.job.state, run.job.ended_at = JobState.DONE, now
    run.error = ""
    audit.record(actor, "run.best_taken", run, at=now, number=run.number, placed=len(answer.meetings))
    return _store(run, problem, answer, now, host, is_optimal=False)


def adopt(run: Run, *, actor: Actor, now: datetime, host: str, parent: Schedule | None = None) -> Schedule:
    """Make the answer of a scenario or a repair a draft, once; the second time gives the same one."""
    require(actor, Permission.SCHEDULE_SOLVE, run.scope)
    _lock(run)
    known = find_draft(run)
    if known is not None:
        return known
    found = read_answer(run) if run.status in WITH_SCHEDULE else None
    if found is None:
        raise DomainError("run_without_schedule")
    problem, answer = found
    if not _still_there(run.event, problem):
        raise DomainError("run_data_changed")
    schedule = schedules.store_draft(run, problem, answer, now=now, host=host)
    schedule.created_by_id, schedule.parent = actor.account_id, parent
    audit.record(actor, "run.adopted", run, at=now, number=run.number, version=schedule.number)
    return schedule


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
        run.curve = run_figures.thinned(run_figures.with_point(run.curve, point))


def judged(problem: Problem, outcome: Mapping[str, Any]) -> Outcome | None:
    """An answer found while the engine goes on, when it has meetings and the judge finds it true."""
    try:
        answer = archive.outcome_from_dict(outcome)
        return answer if answer.meetings and not checker.verify(problem, answer) else None
    except ProblemError:
        return None


def keep_best(run: Run, problem: Problem, answer: Outcome, *, attempt: int) -> bool:
    """Store an answer of the judge's when it beats the one stored: what stays if the worker is lost."""
    _lock(run)
    if run.status not in ACTIVE or run.job is None or run.job.attempt != attempt:
        return False
    if run.incumbent is not None and not is_better(answer, archive.outcome_from_dict(run.incumbent), problem.levels):
        return False
    run.incumbent = archive.outcome_to_dict(answer)
    merits = run_figures.merits(problem, answer)
    best = {"placed": len(answer.meetings), "seconds": answer.seconds, **merits}
    run.progress = {**run.progress, "best": best, "told": int(run.progress.get("told", 0)) + 1}
    run.curve = run_figures.thinned(run_figures.with_best(run.curve, best))
    return True


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
    if run.incumbent is not None:  # an earlier attempt may have got farther than the one after the loss of its worker
        kept = archive.outcome_from_dict(run.incumbent)
        answer = kept if is_better(kept, answer, problem.levels) else answer
    if run.kind is not RunKind.SCENARIO and not _still_there(run.event, problem):
        fail(run, "data_changed", now)
        return None
    return _store(run, problem, answer, now, host, is_optimal=answer.status == "optimal")


def _store(
    run: Run, problem: Problem, answer: Outcome, now: datetime, host: str, *, is_optimal: bool
) -> Schedule | None:
    """The end of a run with a schedule: its figures, and the draft of a search."""
    run.outcome, run.incumbent, run.ended_at = archive.outcome_to_dict(answer), None, now
    run.status = RunStatus.OPTIMAL if is_optimal else RunStatus.FEASIBLE
    run.progress = {**run.progress, **run_figures.reached(problem, answer), "best": None}
    run.curve = run_figures.thinned(run_figures.with_point(run.curve, run_figures.last_point(answer)))
    schedule = None
    if run.kind is RunKind.SEARCH:
        schedule = schedules.store_draft(run, problem, answer, now=now, host=host)
    audit.record(
        Actor(run.started_by_id, run.started_by.name if run.started_by else ""), "run.finished", run, at=now,
        number=run.number, version=schedule.number if schedule else None, placed=len(answer.meetings),
    )  # fmt: skip
    return schedule


def fail(run: Run, reason: str, now: datetime, *, detail: str = "") -> None:
    """End a run without a schedule: `reason` is a code that screens put into words, `detail` is for engineers."""
    if run.status in FINISHED_RUNS:
        return
    run.status, run.ended_at = RunStatus.FAILED, now
    run.error = reason[:1000]
    run.progress = {**run.progress, "technical": detail[:2000]}


def _lock(run: Run) -> None:
    schedules.lock(run.event)
    db.session.refresh(run, ["status", "job", "progress", "incumbent"])
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
