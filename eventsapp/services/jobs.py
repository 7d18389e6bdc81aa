"""Jobs: work for the worker, written as rows with their cause; claimed with a lease and a fencing number."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from eventsapp.db import db
from eventsapp.models import Job


def add(
    kind: str, payload: dict[str, Any], *, at: datetime, key: str | None = None, organization_id: UUID | None = None
) -> Job:
    """Queue a job; it exists exactly when the transaction around it is committed."""
    job = Job(kind=kind, key=key, payload=payload, organization_id=organization_id, created_at=at)
    db.session.add(job)
    db.session.flush()
    return job
