"""The certificate of a published version: what is proven of it in words, and the file that anybody can check."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from eventsapp.domain.access import Permission
from eventsapp.domain.values import ScheduleStatus
from eventsapp.domain.worth import weights_from_dict
from eventsapp.models import Schedule
from eventsapp.scheduling import certificate
from eventsapp.services import certificates
from eventsapp.web.access import requires
from eventsapp.web.formats import number, percent
from eventsapp.web.organizer import run_words, weight_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.runs import json_file
from eventsapp.web.organizer.schedule_version import version_of_event

SHOWN_SHARES = 12


@bp.get("/o/<event_code>/horario/<int:number>/certificado", endpoint="certificate")
@requires(Permission.SCHEDULE_READ, load=version_of_event)
def show_certificate(schedule: Schedule) -> str:
    """What is proven of a published version."""
    data = _data(schedule)
    said = data["certificate"]
    fairness, weights = said["fairness"], said["about"].get("weights")
    return organizer_page(
        "organizer/certificate.html",
        schedule.event,
        "publication",
        schedule=schedule,
        untrue=certificate.verified(data),
        levels=[_level_row(level) for level in said["levels"]],
        rules=[
            {"label": run_words.rule(rule["rule"]), "value": number(rule["broken"]), "ok": not rule["broken"]}
            for rule in said["rules"]
        ],
        fairness=[
            {
                "label": percent(share["share"]),
                "value": share["companies"],
                "whole": fairness["companies"],
                "text": number(share["companies"]),
            }
            for share in fairness["shares"][:SHOWN_SHARES]
        ],
        lowest=percent(fairness["lowest"]),
        spread=(number(fairness["least"]), number(fairness["median"]), number(fairness["most"])),
        meetings=said["meetings"],
        requests=said["requests"],
        seed=said["seed"],
        engine=said["engine"],
        weights=weight_words.run_words(weights_from_dict(weights)) if weights is not None else "",
        digests=said["digests"],
        file_url=url_for("organizer.certificate_file", event_code=schedule.event.code, number=schedule.number),
        file_name=_name(schedule),
    )


@bp.get("/o/<event_code>/horario/<int:number>/certificado.json", endpoint="certificate_file")
@requires(Permission.SCHEDULE_READ, load=version_of_event)
def certificate_file(schedule: Schedule) -> Response:
    """The certificate as a file for `eventsapp verify`."""
    return json_file(_data(schedule), _name(schedule))


def _data(schedule: Schedule) -> dict[str, Any]:
    if schedule.status not in (ScheduleStatus.PUBLISHED, ScheduleStatus.SUPERSEDED):
        abort(404)
    return certificates.read(schedule)


def _name(schedule: Schedule) -> str:
    return f"{schedule.event.code}-version-{schedule.number}-certificado.json"


def _level_row(level: dict[str, Any]) -> dict[str, str | bool]:
    name = level["level"]
    return {
        "name": str(run_words.LEVELS[name]),
        "value": run_words.figure(name, level["value"]),
        "unit": run_words.unit(name),
        "bound": run_words.figure(name, level["bound"]),
        "distance": _distance(level),
        "optimal": level["optimal"],
    }


def _distance(level: dict[str, Any]) -> str:
    """As a share of the best possible; as a number where the best possible is nothing."""
    if level["distance"] is not None:
        return percent(level["distance"], 1)
    return "–" if level["gap"] is None else run_words.figure(level["level"], level["gap"])
