"""One meeting: when, where, with whom and about what, and the ways into a calendar."""

from __future__ import annotations

from flask import Response, render_template
from flask_babel import get_locale

from eventsapp.calendars import links
from eventsapp.domain.access import Permission
from eventsapp.services import agendas, meetings, replies
from eventsapp.web.access import requires
from eventsapp.web.attendee.agenda import calendar_download, settings
from eventsapp.web.attendee.blueprint import bp
from eventsapp.web.attendee.viewing import LookingAtMeeting, own_meeting
from eventsapp.web.clock import now
from eventsapp.web.navigation import company_nav


@bp.get("/e/<event_code>/reunion/<uuid:meeting_id>")
@requires(Permission.AGENDA_READ, load=own_meeting)
def meeting(page: LookingAtMeeting) -> str:
    """All about one meeting."""
    event, part = page.looking.event, page.part
    meeting_id = part.placement.meeting_id
    mine = replies.find_own(meeting_id, page.looking.me.id)
    entry = agendas.in_calendar(event, page.schedule, [part], settings(), str(get_locale()))[0]
    return render_template(
        "attendee/meeting.html",
        event=event,
        day=part.placement.slot.starts_at.astimezone(event.zone).date().isoformat(),
        part=part,
        people=meetings.people(part.other_desk),
        ours=meetings.people(part.own_desk),
        answers={person: said for (_meeting, person), said in replies.answers_of([meeting_id]).items()},
        mine=mine,
        may_answer=mine is not None and replies.is_open(mine, now=now()),
        link=meetings.conference(part.placement, event),
        city=page.looking.city,
        about=meetings.about(part.other, str(get_locale())),
        copies=[
            ("Google", links.google_copy(entry)),
            ("Outlook.com", links.outlook_com_copy(entry)),
            ("Microsoft 365", links.microsoft365_copy(entry)),
            ("Yahoo", links.yahoo_copy(entry)),
        ],
        nav=company_nav(event, "agenda"),
    )


@bp.get("/e/<event_code>/reunion/<uuid:meeting_id>.ics")
@requires(Permission.AGENDA_READ, load=own_meeting)
def meeting_file(page: LookingAtMeeting) -> Response:
    """One meeting, to be imported once."""
    body = agendas.meeting_file(page.looking.event, page.schedule, page.part, settings(), str(get_locale()))
    table = page.part.placement.table
    return calendar_download(body, page.looking.file_name(f"reunion-mesa-{table.position}" if table else "reunion"))
