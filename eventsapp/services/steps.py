"""The steps of a draft: what was changed by hand, by whom, and which of it can be taken back or brought again.

Each organizer takes back the own steps, the last one first. A new step of theirs ends what they could bring again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from eventsapp.db import db
from eventsapp.domain.access import Actor
from eventsapp.models import Schedule, Step

UNDONE, REDONE = "schedule.undone", "schedule.redone"
PairName = tuple[str, str]


def record(
    draft: Schedule,
    action: str,
    changes: Sequence[dict[str, Any]],
    *,
    actor: Actor,
    now: datetime,
    of: Step | None = None,
) -> Step:
    """Write down a change of a draft whose `edit` already counts it."""
    step = Step(
        schedule_id=draft.id,
        edit=draft.edit,
        action=action,
        account_id=actor.account_id,
        actor_name=actor.name,
        at=now,
        changes=list(changes),
        of_id=of.id if of is not None else None,
    )
    db.session.add(step)
    return step


def list_since(schedule: Schedule, edit: int) -> list[Step]:
    """What was changed after a state of a version, in order."""
    query = select(Step).where(Step.schedule_id == schedule.id, Step.edit > edit)
    return list(db.session.scalars(query.order_by(Step.edit)))


def find_undo(schedule: Schedule, actor: Actor) -> Step | None:
    """The step that the actor would take back, or None."""
    query = select(Step).where(*_own(schedule, actor), Step.of_id.is_(None), Step.is_undone.is_(False))
    return db.session.scalars(query.order_by(Step.edit.desc()).limit(1)).first()


def find_redo(schedule: Schedule, actor: Actor) -> Step | None:
    """The step that the actor would bring again, or None."""
    newest = db.session.scalar(select(func.max(Step.edit)).where(*_own(schedule, actor), Step.of_id.is_(None))) or 0
    query = select(Step).where(
        *_own(schedule, actor),
        Step.is_undone.is_(True),
        Step.id.in_(
            select(Step.of_id).where(*_own(schedule, actor), Step.action == UNDONE, Step.edit > newest)
        ),
    )  # fmt: skip
    return db.session.scalars(query.order_by(Step.edit).limit(1)).first()


def find_later(step: Step) -> Step | None:
    """The first step of somebody else that still stands and changed one of the same meetings after a step, or None."""
    own = pairs_of(step)
    query = select(Step).where(
        Step.schedule_id == step.schedule_id,
        Step.edit > step.edit,
        Step.of_id.is_(None),
        Step.is_undone.is_(False),
        Step.account_id.is_distinct_from(step.account_id),
    )
    return next((later for later in db.session.scalars(query.order_by(Step.edit)) if own & pairs_of(later)), None)


def pairs_of(step: Step) -> set[frozenset[str]]:
    """The meetings that a step changed."""
    return {frozenset({change["a"], change["b"]}) for change in step.changes}


def seats_of(step: Step) -> set[tuple[str, str | None]]:
    """The slots and tables that a step filled."""
    placed = (change["after"]["placement"] for change in step.changes)
    return {(place["slot"], place["table"]) for place in placed if place is not None}


def _own(schedule: Schedule, actor: Actor) -> tuple[ColumnElement[bool], ...]:
    account_id: UUID | None = actor.account_id
    return Step.schedule_id == schedule.id, Step.account_id == account_id
