"""What a publication changes for each person, and the mails that this person would get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app, request
from flask_babel import ngettext

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.matching import folded
from eventsapp.domain.values import ScheduleStatus
from eventsapp.mail import render
from eventsapp.models import Event, Schedule
from eventsapp.services import publication, schedules
from eventsapp.services.publication import PersonChanges
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import number
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.organizer.publication import addresses
from eventsapp.web.organizer.schedule_version import change_row
from eventsapp.web.paging import Page


@dataclass(frozen=True)
class Concerned:
    """A person whom the draft in work concerns."""

    draft: Schedule
    person: PersonChanges

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.draft.scope


def concerned_in(event_code: str, delegate_id: UUID) -> Concerned | None:
    """A person of the difference, found through the event's draft."""
    event = loaders.event(event_code)
    draft = _draft(event) if event else None
    if event is None or draft is None:
        return None
    people = publication.by_person(event, publication.compare(draft))
    person = next((one for one in people if one.delegate.id == delegate_id), None)
    return Concerned(draft, person) if person else None


@bp.get("/o/<event_code>/publicacion/personas", endpoint="publication_people")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def list_people(event: Event) -> str:
    """Everybody who will be told, with what changes for each."""
    draft = _draft(event)
    people = publication.by_person(event, publication.compare(draft)) if draft else []
    text = trimmed(request.args.get("q"))[:200]
    unreached = publication.find_unreached(event, {one.delegate.id for one in people})
    found = [one for one in people if folded(text) in folded(f"{one.delegate.name} {one.company}")] if text else people
    page = Page.from_request(len(found))
    return organizer_page(
        "organizer/publication_people.html",
        event,
        "publication",
        draft=draft,
        rows=[_row(one) for one in found[page.first : page.last]],
        unreached=unreached,
        page=page,
        text=text,
        total=len(people),
    )


@bp.get("/o/<event_code>/publicacion/personas/<uuid:delegate_id>", endpoint="publication_person")
@requires(Permission.SCHEDULE_READ, load=concerned_in)
def show_person(concerned: Concerned) -> str:
    """The mails that one person would get, word for word."""
    draft, person = concerned.draft, concerned.person
    mails = publication.preview(draft, person.delegate, now=now(), **addresses())
    base_url = current_app.config["SETTINGS"].base_url
    rendered = []
    for mail in mails:
        mail.event = draft.event
        rendered.append(render.render(mail, base_url=base_url))
    return organizer_page(
        "organizer/publication_person.html", draft.event, "publication", row=_row(person), mails=rendered
    )


def _draft(event: Event) -> Schedule | None:
    current = schedules.find_current(event)
    return current if current is not None and current.status is ScheduleStatus.DRAFT else None


def _row(person: PersonChanges) -> dict[str, Any]:
    changes = [change_row(change) for change in person.changes]
    amounts = {kind: sum(change["kind"] == kind for change in changes) for kind in ("added", "moved", "cancelled")}
    words = [
        ngettext("%(n)s nueva", "%(n)s nuevas", amounts["added"], n=number(amounts["added"])),
        ngettext("%(n)s movida", "%(n)s movidas", amounts["moved"], n=number(amounts["moved"])),
        ngettext("%(n)s cancelada", "%(n)s canceladas", amounts["cancelled"], n=number(amounts["cancelled"])),
    ]
    return {
        "id": person.delegate.id,
        "name": person.delegate.name,
        "email": person.delegate.email,
        "company": person.company,
        "changes": changes,
        "amounts": ", ".join(word for word, amount in zip(words, amounts.values(), strict=True) if amount),
    }
