"""What everybody may see of events: which are open, what each is about, and what its buyers look for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import g, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsapp.domain import deadlines
from eventsapp.domain.access import Permission
from eventsapp.domain.matching import folded
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Event
from eventsapp.services import registrations
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import day_span, month_day
from eventsapp.web.loaders import public_event
from eventsapp.web.paging import Page
from eventsapp.web.public.blueprint import bp

APPROVED = (RegistrationStatus.APPROVED,)
SHOWN_TERMS = 12


@dataclass(frozen=True)
class Demand:
    """How many companies of a side chose a term."""

    code: str
    name: str
    count: int


@bp.get("/")
@requires(Permission.PUBLIC_READ)
def home() -> str:
    """The open events."""
    return render_template("public/home.html", events=registrations.list_open_events(now()))


@bp.get("/e/<event_code>")
@requires(Permission.PUBLIC_READ, load=public_event)
def event(found: Event) -> str:
    """What the event is, when and where, who buys what, and one button."""
    buyers = registrations.list_chosen_terms(found, Side.BUYER, APPROVED)
    suppliers = registrations.list_chosen_terms(found, Side.SUPPLIER, APPROVED)
    demand = counted(buyers)
    return render_template(
        "public/event.html",
        event=found,
        event_line=event_line(found),
        buyers=len(buyers),
        suppliers=len(suppliers),
        demand=demand[:SHOWN_TERMS],
        more_terms=max(0, len(demand) - SHOWN_TERMS),
        rounds=len(found.slots),
        action=_action(found),
    )


@bp.get("/e/<event_code>/directorio")
@requires(Permission.PUBLIC_READ, load=public_event)
def directory(found: Event) -> str:
    """What buyers look for, with filters; never how to reach them."""
    term = request.args.get("proceso", "")
    words = request.args.get("q", "")[:200]
    entries = registrations.list_directory(found)
    counts = counted(entry.terms for entry in entries)
    shown = [entry for entry in entries if _fits(entry, term, words)]
    page = Page.from_request(total=len(shown))
    return render_template(
        "public/directory.html",
        event=found,
        event_line=event_line(found),
        entries=shown[page.first : page.last],
        page=page,
        terms=counts,
        term=term if term in terms() else "",
        words=words,
    )


def event_line(found: Event) -> str:
    """The line under the name of an event: its days and its city."""
    return str(_("%(days)s · %(city)s", days=day_span(found), city=found.city))


def counted(chosen: registrations.TermLists) -> list[Demand]:
    """How many companies chose each term, most wanted first."""
    counts = Counter(code for codes in chosen for code in set(codes) if code in terms())
    language = str(get_locale())
    found = [Demand(code, terms()[code].name(language), count) for code, count in counts.items()]
    return sorted(found, key=lambda demand: (-demand.count, folded(demand.name)))


def _fits(entry: registrations.DirectoryEntry, term: str, words: str) -> bool:
    if term in terms() and term not in entry.terms:
        return False
    language = str(get_locale())
    names = " ".join(terms()[code].name(language) for code in entry.terms if code in terms())
    text = folded(f"{entry.company} {entry.offer} {entry.state} {names}")
    return all(word in text for word in folded(words).split())


@dataclass(frozen=True)
class Action:
    """The one button of an event's page, or why there is none."""

    text: str = ""
    href: str = ""
    note: str = ""


def _action(found: Event) -> Action:
    code = found.code
    mine = registrations.find_of(g.actor.companies, found) if g.actor.companies else None
    if mine is not None and mine.status is RegistrationStatus.APPROVED and found.published_schedule_id:
        return Action(_("Ver mi agenda"), url_for("attendee.agenda", event_code=code))
    if mine is not None:
        return Action(_("Ver mi registro"), url_for("company.registration", event_code=code))
    at = now()
    if deadlines.is_registration_open(found, at):
        return Action(_("Registrar mi empresa"), url_for("company.registration", event_code=code))
    if at < found.registration_opens_at:
        return Action(note=_("El registro abre el %(day)s.", day=month_day(found.registration_opens_at, found.zone)))
    return Action(note=_("El registro cerró el %(day)s.", day=month_day(found.registration_closes_at, found.zone)))
