"""The main job of an event without a browser: solve, publish, tell everybody, and the figures of what came out."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

from eventsapp.db import db, unit_of_work
from eventsapp.domain.access import Actor
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Event, OutboxMessage, Registration, Request, Run, Schedule
from eventsapp.services import publication, runs
from eventsapp.settings import Settings
from eventsapp.worker import runner


class NoSchedule(Exception):
    """The engine gave no schedule that could be published; the message says why."""


def solve_and_publish(app: Flask, event_id: UUID, actor: Actor, settings: Settings, *, seconds: int) -> None:
    """Run the engine for at most `seconds`, publish what it found and send the invitations."""
    with unit_of_work():
        runs.start(db.session.get_one(Event, event_id), seconds=seconds, seed=1, actor=actor, now=datetime.now(UTC))
    runner.run_until_idle(app)
    with unit_of_work():
        publication.publish(
            newest_draft(event_id),
            actor=actor,
            now=datetime.now(UTC),
            base_url=settings.base_url,
            organizer_address=settings.mail_from,
        )
    runner.run_until_idle(app)


def newest_run(event_id: UUID) -> Run | None:
    """The newest run of an event."""
    return db.session.scalars(select(Run).where(Run.event_id == event_id).order_by(Run.number.desc())).first()


def newest_draft(event_id: UUID) -> Schedule:
    """The newest draft of an event; raises `NoSchedule` with what became of the run."""
    query = select(Schedule).where(Schedule.event_id == event_id, Schedule.status == ScheduleStatus.DRAFT)
    draft = db.session.scalars(query.order_by(Schedule.number.desc())).first()
    if draft is None:
        run = newest_run(event_id)
        raise NoSchedule(f"the run ended as {run.status.value}: {run.error}" if run else "there was no run")
    return draft


def summarize(event: Event) -> dict[str, object]:
    """The figures of an event's newest run and of what was sent."""
    run = newest_run(event.id)
    outcome = (run.outcome if run else None) or {}
    levels = {level["level"]: level for level in outcome.get("levels", [])}

    def count(model: type[Registration] | type[Request] | type[OutboxMessage]) -> int:
        return db.session.scalar(select(func.count()).select_from(model).where(model.event_id == event.id)) or 0

    return {
        "event": event.code,
        "companies": count(Registration),
        "requests": count(Request),
        "meetings": len(outcome.get("meetings", [])),
        "unplaced": len(outcome.get("unscheduled", [])),
        "value": levels.get("value", {}).get("value"),
        "bound": levels.get("value", {}).get("bound"),
        "idle": levels.get("idle", {}).get("value"),
        "status": outcome.get("status"),
        "seconds": outcome.get("seconds"),
        "mails": count(OutboxMessage),
    }
