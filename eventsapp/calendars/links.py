"""Links that put a *copy* of a meeting into a web calendar, and links that subscribe to a feed.

The vendors document none of them. A copy never follows a change: label it so and prefer the invitation or the feed.
Of the invitation only title, time, place and description go into such a link, never its possibly personal URL.
"""

from __future__ import annotations

from datetime import datetime
from html import escape
from urllib.parse import quote, urlencode

from eventsapp.calendars.invite import Invitation
from eventsapp.calendars.text import clean_line

# Longer addresses are cut off or refused on the way.
MAX_DETAILS = 1000


def google_copy(invitation: Invitation) -> str:
    """Google Calendar's page for a new entry."""
    query = {
        "action": "TEMPLATE",
        "text": invitation.summary,
        "dates": f"{_compact(invitation.start)}/{_compact(invitation.end)}",
        "ctz": invitation.zone,
        "details": _details(invitation),
        "location": invitation.location,
    }
    return f"https://calendar.google.com/calendar/render?{_query(query)}"


def outlook_com_copy(invitation: Invitation) -> str:
    """The new entry of a private Outlook.com account."""
    return _outlook_copy("outlook.live.com", invitation)


def microsoft365_copy(invitation: Invitation) -> str:
    """The new entry of a company's Microsoft 365 account."""
    return _outlook_copy("outlook.office.com", invitation)


def yahoo_copy(invitation: Invitation) -> str:
    """Yahoo Calendar's page for a new entry."""
    query = {
        "v": "60",
        "TITLE": invitation.summary,
        "ST": _compact(invitation.start),
        "ET": _compact(invitation.end),
        "DESC": _details(invitation),
        "in_loc": invitation.location,
    }
    return f"https://calendar.yahoo.com/?{_query(query)}"


def webcal(feed_url: str) -> str:
    """The feed's address for Apple Calendar, Thunderbird and Outlook on the desktop."""
    _, _, rest = feed_url.partition("://")
    return f"webcal://{rest}"


def google_subscription(feed_url: str) -> str:
    """Google Calendar's page that subscribes to the feed."""
    return f"https://calendar.google.com/calendar/r?{_query({'cid': webcal(feed_url)}, safe='')}"


def outlook_com_subscription(feed_url: str, name: str) -> str:
    """Outlook.com's page that subscribes to the feed."""
    return _outlook_subscription("outlook.live.com", feed_url, name)


def microsoft365_subscription(feed_url: str, name: str) -> str:
    """Microsoft 365's page that subscribes to the feed."""
    return _outlook_subscription("outlook.office.com", feed_url, name)


def _outlook_copy(host: str, invitation: Invitation) -> str:
    query = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "startdt": _extended(invitation.start),
        "enddt": _extended(invitation.end),
        "subject": invitation.summary,
        "body": escape(_details(invitation), quote=False).replace("\n", "<br>"),
        "location": invitation.location,
    }
    return f"https://{host}/calendar/deeplink/compose?{_query(query)}"


def _outlook_subscription(host: str, feed_url: str, name: str) -> str:
    query = {"url": feed_url, "name": clean_line(name)}
    return f"https://{host}/calendar/0/addfromweb?{_query(query, safe='')}"


def _query(parameters: dict[str, str], *, safe: str = "/:") -> str:
    given = {name: value for name, value in parameters.items() if value}
    # Outlook shows a "+" as a plus sign, so blanks are %20.
    return urlencode(given, quote_via=quote, safe=safe)


def _details(invitation: Invitation) -> str:
    text = invitation.description
    return text if len(text) <= MAX_DETAILS else f"{text[: MAX_DETAILS - 1]}…"


def _compact(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _extended(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
