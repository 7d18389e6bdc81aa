"""Publication: what changes for whom, the button that says so, and the versions with the way back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import current_app, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.domain.access import Permission
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Event, Schedule
from eventsapp.services import endorsements, publication, schedules
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import number
from eventsapp.web.organizer import schedule_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.schedule_version import change_row, company_names, version_of_event
from eventsapp.web.saving import saving

SHOWN_CHANGES = 100
NOTHING = "nothing"


@bp.get("/o/<event_code>/publicacion", endpoint="publication")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def show_publication(event: Event) -> str:
    """The newest draft against what is published, and all versions."""
    draft = schedules.find_current(event)
    published = schedules.find_published(event)
    difference = None
    clashes: list[str] = []
    if draft is not None and draft.status is ScheduleStatus.DRAFT:
        placements = schedules.list_placements(draft)
        difference = publication.compare(draft, placements)
        judged = schedules.judge(draft, placements)
        names = company_names(placements, [])
        clashes = [schedule_words.violation(found, judged, names) for found in judged.violations()]
    changes = [change_row(change) for change in difference.changes] if difference else []
    endorsed = endorsements.list_of(draft) if draft is not None and event.needs_second_person else []
    others = [one for one in endorsed if one.account_id != g.actor.account_id]
    return organizer_page(
        "organizer/publication.html",
        event,
        "publication",
        draft=draft if difference is not None else None,
        published=published,
        difference=difference,
        clashes=clashes,
        endorsed=endorsed,
        is_mine=len(others) < len(endorsed),
        can_publish=bool(others) or not endorsements.needs_second_person(event, g.actor),
        groups=[
            {"title": title, "rows": rows[:SHOWN_CHANGES], "more": max(0, len(rows) - SHOWN_CHANGES), "kind": kind}
            for kind, title, rows in _groups(changes)
            if rows
        ],
        sentence=_consequence(difference) if difference else "",
        button=_button(difference) if difference else "",
        unreached=len(publication.find_unreached(event, difference.people)) if difference else 0,
        seen=str(published.id) if published else NOTHING,
        due=len(publication.list_due(event, now=now(), **addresses())) if published and not difference else 0,
        versions=schedules.list_versions(event),
        current=draft.number if draft else None,
    )


@bp.post("/o/<event_code>/horario/<int:number>/publicar", endpoint="publish")
@requires(Permission.SCHEDULE_PUBLISH, load=version_of_event)
def publish(schedule: Schedule) -> ResponseReturnValue:
    """Make a draft the version that everybody sees."""
    with saving(url_for("organizer.publication", event_code=schedule.event.code)) as done:
        publication.publish(
            schedule,
            actor=g.actor,
            now=now(),
            **addresses(),
            edit=_seen_edit(),
            replaces=_seen(request.form.get("seen", "")),
        )
        version = schedule.number
    flash(_("Publicado: versión %(number)s. Los avisos van en camino.", number=version), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/visto-bueno", endpoint="endorse")
@requires(Permission.SCHEDULE_PUBLISH, load=version_of_event)
def endorse(schedule: Schedule) -> ResponseReturnValue:
    """Say that a draft may be published as it stands."""
    with saving(url_for("organizer.publication", event_code=schedule.event.code)) as done:
        endorsements.endorse(schedule, actor=g.actor, now=now(), edit=_seen_edit())
    flash(_("Dio su visto bueno. Otra persona del equipo puede publicar."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/visto-bueno/retirar", endpoint="take_endorsement_back")
@requires(Permission.SCHEDULE_PUBLISH, load=version_of_event)
def take_endorsement_back(schedule: Schedule) -> ResponseReturnValue:
    """Endorse a draft no more."""
    with saving(url_for("organizer.publication", event_code=schedule.event.code)) as done:
        endorsements.take_back(schedule, actor=g.actor, now=now())
    return done.redirect()


@bp.post("/o/<event_code>/publicacion/avisar", endpoint="announce")
@requires(Permission.SCHEDULE_PUBLISH, load=loaders.event)
def announce(event: Event) -> ResponseReturnValue:
    """Tell people what changed around the published version."""
    with saving(url_for("organizer.publication", event_code=event.code)) as done:
        told = publication.announce(event, actor=g.actor, now=now(), **addresses())
    flash(ngettext("Se avisa a %(n)s persona.", "Se avisa a %(n)s personas.", told, n=number(told)), "ok")
    return done.redirect()


def addresses() -> dict[str, str]:
    """What invitations need to know of this installation."""
    settings = current_app.config["SETTINGS"]
    return {"base_url": settings.base_url, "organizer_address": settings.mail_from}


def _seen_edit() -> int:
    """Which edit of the draft the person looked at; what is no number matches none."""
    edit = request.form.get("edit", "")
    return int(edit) if edit.isascii() and edit.isdigit() and len(edit) < 10 else -1


def _seen(value: str) -> UUID | None:
    """Which version was published when the person looked; what is no key matches no version."""
    if value == NOTHING:
        return None
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)


def _groups(changes: list[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    of = {kind: [row for row in changes if row["kind"] == kind] for kind in ("added", "moved", "cancelled")}
    return [
        (
            "moved",
            ngettext("%(n)s reunión movida", "%(n)s reuniones movidas", len(of["moved"]), n=number(len(of["moved"]))),
            of["moved"],
        ),
        (
            "cancelled",
            ngettext(
                "%(n)s reunión cancelada",
                "%(n)s reuniones canceladas",
                len(of["cancelled"]),
                n=number(len(of["cancelled"])),
            ),
            of["cancelled"],
        ),
        (
            "added",
            ngettext("%(n)s reunión nueva", "%(n)s reuniones nuevas", len(of["added"]), n=number(len(of["added"]))),
            of["added"],
        ),
    ]


def _consequence(difference: publication.Difference) -> str:
    """Who will be told, of how many companies."""
    people, companies = len(difference.people), len(difference.companies)
    if companies == 1:
        return ngettext(
            "Se avisará a %(n)s persona de una empresa.",
            "Se avisará a %(n)s personas de una empresa.",
            people,
            n=number(people),
        )
    return ngettext(
        "Se avisará a %(n)s persona de %(companies)s empresas.",
        "Se avisará a %(n)s personas de %(companies)s empresas.",
        people,
        n=number(people),
        companies=number(companies),
    )


def _button(difference: publication.Difference) -> str:
    people = len(difference.people)
    return str(
        ngettext("Publicar y avisar a %(n)s persona", "Publicar y avisar a %(n)s personas", people, n=number(people))
    )
