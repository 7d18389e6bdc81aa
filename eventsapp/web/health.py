"""`/healthz`: does this process answer, and does its database?"""

from __future__ import annotations

from flask import Blueprint
from sqlalchemy import text

from eventsapp.db import db
from eventsapp.domain.access import Permission
from eventsapp.web.access import bare, requires

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@bare
@requires(Permission.PUBLIC_READ)
def health() -> tuple[str, int, dict[str, str]]:
    """200 when the database answers; the error page of an absent database is a 503."""
    db.session.execute(text("SELECT 1"))
    return "ok\n", 200, {"Content-Type": "text/plain; charset=utf-8"}
