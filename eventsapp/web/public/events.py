"""What everybody may see of events: which are open, what each is about, and what its buyers look for."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from eventsapp.domain import deadlines
from eventsapp.domain.access import Permission
from eventsapp.domain.matching import folded
from eventsapp.domain.taxonomy import terms
from eventsapp.domain.values import RegistrationStatus, Side
from eventsapp.models import Event
from eventsapp.services import directory as directories
from eventsapp.services import registrations
from eventsapp.services.directory import Entry
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import day_span, month_day
from eventsapp.web.forms import trimmed
from eventsapp.web.loaders import public_event
from eventsapp.web.paging import Page
from eventsapp.web.public.blueprint import bp
from eventsapp.web.sourcing_words import KIND, cluster_name

APPROVED = (RegistrationStatus.APPROVED,)
SHOWN_TERMS = 12
DIRECTORY_FILTERS = ("q", "proceso", "cluster", "tipo", "estado")


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
    asked = {name: trimmed(request.args.get(name))[:200] for name in DIRECTORY_FILTERS}
    listed = directories.read_public(found)
    shown = [entry for entry in listed.entries if _fits(entry, asked)]
    page = Page.from_request(total=len(shown))
    states = Counter(entry.state for entry in listed.entries if entry.state)
    groups = Counter(code for entry in listed.entries for code in entry.clusters)
    kinds = Counter(entry.kind for entry in listed.entries if entry.kind is not None)
    options = {
        "proceso": (_("Todos los procesos"), [(each.code, each.name, each.count) for each in _demand(listed.entries)]),
        "cluster": (_("Todos los clústeres"), [(code, cluster_name(code), n) for code, n in groups.most_common()]),
        "tipo": (_("Todos los tipos"), [(kind.value, str(KIND[kind]), kinds[kind]) for kind in KIND if kinds[kind]]),
        "estado": (_("Todos los estados"), [(state, state, states[state]) for state in sorted(states, key=folded)]),
    }
    return render_template(
        "public/directory.html",
        event=found,
        event_line=event_line(found),
        entries=shown[page.first : page.last],
        page=page,
        options=options,
        asked=asked,
        chips=_chips(found, asked, options),
        has_entries=bool(listed.entries),
        reserved=listed.reserved,
        action=_action(found),
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


def _demand(entries: list[Entry]) -> list[Demand]:
    return counted(entry.terms for entry in entries)


def _fits(entry: Entry, asked: dict[str, str]) -> bool:
    """Does an entry pass the filters? What no entry could have filters everything away."""
    exact = (
        (asked["proceso"], entry.terms),
        (asked["cluster"], entry.clusters),
        (asked["tipo"], (entry.kind.value if entry.kind else "",)),
        (asked["estado"], (entry.state,)),
    )
    if any(wanted and wanted not in has for wanted, has in exact):
        return False
    names = " ".join(f"{known.name_es} {known.name_en}" for code in entry.terms if (known := terms().get(code)))
    text = folded(f"{entry.company} {entry.title} {entry.text} {entry.state} {names}")
    return all(word in text for word in folded(asked["q"]).split())


def _chips(
    found: Event, asked: dict[str, str], options: dict[str, tuple[str, list[tuple[str, str, int]]]]
) -> list[dict[str, str]]:
    """What is chosen, each with the address without it."""
    words = {name: {value: label for value, label, _n in choices} for name, (_none, choices) in options.items()}
    active = {name: value for name, value in asked.items() if value}
    return [
        {
            "label": words.get(name, {}).get(value, value),
            "href": url_for("public.directory", event_code=found.code, **_without(active, name)),
        }
        for name, value in active.items()
    ]


def _without(active: dict[str, str], name: str) -> dict[str, Any]:
    return {each: value for each, value in active.items() if each != name}


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
    return Action(
        note=_("El registro cerró el %(day)s.", day=month_day(deadlines.registration_ends_at(found), found.zone))
    )
