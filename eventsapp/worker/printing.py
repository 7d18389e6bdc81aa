"""A job of kind `print`: gathers what a printout says, draws it, and stores the file with the end of the job."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app

from eventsapp.clock import now
from eventsapp.db import db
from eventsapp.models import Printout
from eventsapp.printing import render
from eventsapp.services import printouts
from eventsapp.worker.lease import Lease


def draw(lease: Lease) -> None:
    """Carry out a printout."""
    printout_id = UUID(lease.payload["printout_id"])
    with lease.storing():
        printouts.begin(db.session.get_one(Printout, printout_id))
    with lease.storing():  # badges get their keys here
        printout = db.session.get_one(Printout, printout_id)
        kind = printout.kind.value
        content = printouts.content_of(printout, base_url=current_app.config["SETTINGS"].base_url, now=now())
        printouts.tell_drawing(printout)
    lease.check()
    file = render.pdf(kind, content, sheets=Path(str(current_app.template_folder)) / "pdf")
    with lease.ending():
        printouts.finish(db.session.get_one(Printout, printout_id), file, now=now())


def give_up(payload: Mapping[str, Any], reason: str, detail: str) -> None:
    """End the printout of a job that is given up."""
    printout = db.session.get(Printout, UUID(payload["printout_id"]))
    if printout is not None:
        printouts.fail(printout, reason, now=now(), detail=detail)
