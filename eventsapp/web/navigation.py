"""The items of each area's navigation: label, icon, address, which one is active, and counts that ask for action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from eventsapp.models import Event
from eventsapp.web.access import opens


@dataclass(frozen=True)
class NavItem:
    """One entry of a navigation."""

    key: str
    label: str
    icon: str
    href: str
    active: bool = False
    count: int = 0


def organizer_nav(event: Event, active: str, *, to_review: int = 0) -> list[NavItem]:
    """The rail of the organizer, as far as the actor may open it; `active` is one of summary, registrations, requests,
    schedule, publication, mails, settings."""
    entries = [
        ("summary", _("Resumen"), "home", "organizer.summary"),
        ("registrations", _("Empresas"), "building-factory-2", "organizer.registrations"),
        ("requests", _("Solicitudes"), "inbox", "organizer.requests"),
        ("schedule", _("Horario"), "layout-grid", "organizer.schedule"),
        ("publication", _("Publicación"), "send", "organizer.publication"),
        ("mails", _("Mensajes"), "mail", "organizer.mails"),
        ("settings", _("Ajustes"), "settings", "organizer.settings"),
    ]
    return [
        NavItem(
            key,
            label,
            icon,
            url_for(endpoint, event_code=event.code),
            key == active,
            to_review if key == "registrations" else 0,
        )
        for key, label, icon, endpoint in entries
        if opens(endpoint, event.scope)
    ]


def request_tabs(event: Event, active: str) -> list[dict[str, Any]]:
    """The pages under "Solicitudes", as far as the actor may open them; `active` is the endpoint of one."""
    pages = [
        ("organizer.requests", _("Todas")),
        ("organizer.lonely", _("Empresas con pocas")),
        ("organizer.requirements", _("Requerimientos")),
        ("organizer.gaps", _("Brechas")),
        ("organizer.exclusions", _("Exclusiones")),
    ]
    return [
        {"label": label, "href": url_for(endpoint, event_code=event.code), "active": endpoint == active}
        for endpoint, label in pages
        if opens(endpoint, event.scope)
    ]


def checking_tabs(event: Event, active: str) -> list[dict[str, Any]]:
    """What organizers check of what companies say; `active` is the endpoint of one."""
    pages = [("organizer.company_certificates", _("Certificados")), ("organizer.capabilities", _("Capacidades"))]
    return [
        {"label": label, "href": url_for(endpoint, event_code=event.code), "active": endpoint == active}
        for endpoint, label in pages
    ]


def company_nav(event: Event, active: str, *, to_answer: int = 0) -> list[NavItem]:
    """The five items of a company; `active` is one of registration, find, requests, agenda, account."""
    entries = [
        ("agenda", _("Agenda"), "calendar", url_for("attendee.agenda", event_code=event.code)),
        ("requests", _("Solicitudes"), "inbox", url_for("company.requests", event_code=event.code)),
        ("find", _("Buscar"), "search", url_for("company.find", event_code=event.code)),
        ("registration", _("Registro"), "clipboard-list", url_for("company.registration", event_code=event.code)),
        ("account", _("Cuenta"), "user", url_for("account.home")),
    ]
    return [
        NavItem(key, label, icon, href, key == active, to_answer if key == "requests" else 0)
        for key, label, icon, href in entries
        if not (key == "agenda" and g.actor.acting)  # an agenda is a person's own
    ]
