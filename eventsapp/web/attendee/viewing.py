"""Who looks at which agenda: found through the event and the person's own company, so that foreign equals absent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import g, request, url_for

from eventsapp.calendars.text import file_slug
from eventsapp.domain.access import Scope
from eventsapp.models import Delegate, Desk, Event, Registration, Schedule
from eventsapp.services import agendas, meetings, wording
from eventsapp.services.agendas import Viewer
from eventsapp.services.meetings import Part
from eventsapp.web import loaders

EVERYBODY = "todos"


@dataclass(frozen=True)
class Looking:
    """A person at the agenda of an event: which desks are shown, and of what version."""

    event: Event
    viewer: Viewer
    schedule: Schedule | None
    desks: list[Desk]
    chosen: str

    @property
    def registration(self) -> Registration:
        """The company's registration."""
        return self.viewer.registration

    @property
    def me(self) -> Delegate:
        """The person as a delegate of the company."""
        return self.viewer.me

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.registration.scope

    @property
    def zone(self) -> str:
        """By whose clock the page speaks."""
        return meetings.zone_for(self.event, self.me)

    @property
    def city(self) -> str:
        """The city of that clock."""
        return self.event.city if self.zone == self.event.time_zone else wording.city(self.zone)

    def address(self, endpoint: str, **more: Any) -> str:
        """An address that keeps the choice of the person."""
        chosen = {"quien": self.chosen} if self.chosen else {}
        return url_for(endpoint, **{"event_code": self.event.code, **chosen, **more})

    def parts(self) -> list[Part]:
        """The published meetings of the desks that are shown."""
        return agendas.list_parts(self.schedule, self.desks) if self.schedule else []

    def file_name(self, ending: str) -> str:
        """An ASCII name for a download."""
        return f"{file_slug(self.event.name, fallback='agenda')}-{ending}.ics"


@dataclass(frozen=True)
class LookingAtMeeting:
    """A person at one of the own meetings."""

    looking: Looking
    part: Part
    schedule: Schedule

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.looking.scope


def looking(event_code: str) -> Looking | None:
    """The agenda of the person who is signed in; `?quien=` chooses a colleague, for company administrators."""
    event = loaders.public_event(event_code)
    if event is None or not g.actor.companies:
        return None
    registration = agendas.find_registration(event, g.actor.companies)
    viewer = agendas.find_viewer(registration, g.actor.account_id) if registration else None
    if viewer is None:
        return None
    desks, chosen = _chosen(viewer, request.args.get("quien", ""))
    g.time_zone = meetings.zone_for(event, viewer.me)
    return Looking(event, viewer, agendas.find_published(event), desks, chosen)


def own_meeting(event_code: str, meeting_id: UUID) -> LookingAtMeeting | None:
    """A published meeting of a desk that the person may see."""
    found = looking(event_code)
    if found is None or found.schedule is None:
        return None
    part = agendas.find_part(found.schedule, meeting_id, found.viewer.desks)
    return LookingAtMeeting(found, part, found.schedule) if part else None


def _chosen(viewer: Viewer, wish: str) -> tuple[list[Desk], str]:
    """The desks that a wish names, and the wish as far as it holds; without one, the person's own."""
    if viewer.is_company_admin:
        if wish == EVERYBODY:
            return viewer.desks, EVERYBODY
        theirs = [desk for desk in viewer.desks if wish in {str(delegate.id) for delegate in meetings.people(desk)}]
        if theirs:
            return theirs, wish
    if viewer.own_desks:
        return viewer.own_desks, ""
    return viewer.desks, ""
