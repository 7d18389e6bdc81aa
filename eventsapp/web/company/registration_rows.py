"""All answers of a registration as rows of text: for the company that sends them and the organizer who decides."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from eventsapp.domain import registering
from eventsapp.domain.registering import Step
from eventsapp.domain.taxonomy import clusters
from eventsapp.domain.values import Side
from eventsapp.models import Company, Event, Registration, Slot
from eventsapp.services import registrations
from eventsapp.web.company.registration_forms import countries
from eventsapp.web.company.registration_pages import BACK_TO_REVIEW, SLUGS, TITLES, can_edit
from eventsapp.web.formats import clock, day
from eventsapp.web.templating import term_name

MOST_HOURS = 12


def sections(mine: Registration, *, editable: bool = True) -> list[dict[str, Any]]:
    """All answers as rows of text, one section for each step, with a link to change it where that is possible."""
    back = BACK_TO_REVIEW if mine.status in registering.DRAFTS else None
    return [
        {
            "title": TITLES[step] if editable or step is not Step.COMPANY else _("Empresa"),
            "rows": step_rows(mine, step),
            "href": url_for("company.step", event_code=mine.event.code, step=SLUGS[step], volver=back)
            if editable and can_edit(mine, step)
            else "",
        }
        for step in Step
    ]


def step_rows(mine: Registration, step: Step) -> list[dict[str, Any]]:
    """The answers of one step as rows of text."""
    if step is Step.COMPANY:
        return company_rows(mine.company)
    of = {Step.DELEGATES: delegate_rows, Step.TERMS: term_rows, Step.AVAILABILITY: availability_rows}
    return of[step](mine)


def company_rows(company: Company) -> list[dict[str, Any]]:
    """What a company says about itself."""
    language = str(get_locale())
    return [
        {"key": _("Nombre comercial"), "value": company.name},
        {"key": _("Razón social"), "value": company.legal_name},
        {"key": _("RFC o identificador fiscal"), "value": company.tax_id},
        {
            "key": _("Ubicación"),
            "value": ", ".join(
                part
                for part in dict.fromkeys(
                    (company.city, company.state, company.postal_code, countries(language).get(company.country))
                )
                if part
            ),
        },
        {"key": _("Página de internet"), "value": company.website},
        {
            "key": _("Clústeres"),
            "value": [clusters()[code].name(language) for code in company.cluster_codes if code in clusters()]
            or _("Ninguno"),
        },
    ]


def delegate_rows(mine: Registration) -> list[dict[str, Any]]:
    """Who attends, at which desk."""
    many = len(mine.desks) > 1
    return [
        {
            "key": _desk_name(desk.number, desk.name) if many else _("Personas"),
            "value": [
                " · ".join(
                    part
                    for part in (
                        seat.delegate.name,
                        seat.delegate.job_title,
                        seat.delegate.email,
                        seat.delegate.phone,
                    )
                    if part
                )
                for seat in desk.seats
            ],
        }
        for desk in mine.desks
    ]


def term_rows(mine: Registration) -> list[dict[str, Any]]:
    """What the company buys or makes."""
    buys = mine.side is Side.BUYER
    return [
        {
            "key": _("Procesos que busca") if buys else _("Procesos que ofrece"),
            "value": [term_name(t) for t in mine.terms],
        },
        {"key": _("En sus palabras"), "value": mine.offer},
    ]


def availability_rows(mine: Registration) -> list[dict[str, Any]]:
    """When each desk can meet: for each day how many rounds, and from when to when it is away."""
    available = registrations.availability_of(mine).slot_ids
    return [
        {
            "key": _desk_name(desk.number, desk.name) if len(mine.desks) > 1 else _("Puede reunirse"),
            "value": day_lines(mine.event, available[desk.number]) or [_("Todavía no hay rondas")],
        }
        for desk in mine.desks
    ]


def day_lines(event: Event, chosen: Collection[UUID]) -> list[str]:
    """Each day of an event with the rounds that were chosen."""
    days: dict[date, list[Slot]] = {}
    for slot in event.slots:
        days.setdefault(slot.starts_at.astimezone(event.zone).date(), []).append(slot)
    lines = []
    for on, today in sorted(days.items()):
        free = [slot for slot in today if slot.id in chosen]
        lines.append(_day_line(day(on), len(free), len(today), free, event))
    return lines


def _day_line(name: str, free: int, total: int, slots: list[Slot], event: Event) -> str:
    if free == total:
        return str(_("%(day)s: todas las rondas", day=name))
    if not free:
        return str(_("%(day)s: no asiste", day=name))
    hours = ", ".join(clock(slot.starts_at, event.zone) for slot in slots[:MOST_HOURS])
    return str(
        ngettext(
            "%(day)s: %(num)s ronda (%(hours)s)", "%(day)s: %(num)s rondas (%(hours)s)", free, day=name, hours=hours
        )
    )


def _desk_name(number: int, name: str) -> str:
    named = _("Equipo %(number)s: %(name)s", number=number, name=name)
    return str(named if name else _("Equipo %(number)s", number=number))
