"""The pairs that must not meet: their page, and keeping two apart from where they are seen, a company or a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import ExclusionReason, RegistrationStatus
from eventsapp.models import Event, Exclusion, Registration
from eventsapp.services import exclusions, request_lists
from eventsapp.services.exclusions import RECENT_MONTHS, Suggested
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.fields import choice
from eventsapp.web.forms import Form, text, trimmed
from eventsapp.web.navigation import request_tabs
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.finding import (
    Part,
    chosen_pair,
    exclusion_of_event,
    participant_registration,
    request_of_event,
)
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.saving import saving
from eventsapp.web.words import EXCLUSION_REASON

SHOWN_PAIRS = 5


class ExclusionForm(Form):
    """Two companies that must not meet."""

    one = text(_l("Empresa"), most=220)
    other = text(_l("No se reúne con"), most=220)
    reason = choice(_l("Motivo"), EXCLUSION_REASON, default=ExclusionReason.COMPETITOR)


class ReasonForm(Form):
    """Why the two companies of a request, or those of a suggestion, must not meet."""

    reason = choice(_l("Motivo"), EXCLUSION_REASON, default=ExclusionReason.COMPETITOR)


@dataclass(frozen=True)
class Apart:
    """Whom one company does not meet, and whom it perhaps should not."""

    excluded: list[Exclusion]
    same_group: list[Suggested]
    met: list[Suggested]


@dataclass(frozen=True)
class Two:
    """Two registrations of an event, as the organizer has them."""

    one: Registration
    other: Registration

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.one.event.scope


def two_of_event(event_code: str, registration_id: UUID, other_id: UUID) -> Two | None:
    """Two registrations of an event."""
    one, other = (loaders.registration_of_event(event_code, key) for key in (registration_id, other_id))
    return Two(one, other) if one and other else None


def apart_of(registration: Registration) -> Apart | None:
    """What the page of a registration says of its exclusions; nothing unless it takes part."""
    if registration.status is not RegistrationStatus.APPROVED:
        return None

    def own(pairs: list[Suggested]) -> list[Suggested]:
        return [pair for pair in pairs if registration.id in (pair.a.id, pair.b.id)]

    event = registration.event
    return Apart(
        exclusions.list_of(registration),
        own(exclusions.suggest_same_group(event)),
        own(exclusions.suggest_met_recently(event, RECENT_MONTHS)),
    )


@bp.route("/o/<event_code>/solicitudes/exclusiones", methods=["GET", "POST"], endpoint="exclusions")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def list_exclusions(event: Event) -> ResponseReturnValue:
    """The pairs that must not meet; the form adds one, for the company that the address names."""
    form = ExclusionForm()
    participants = request_lists.list_participants(event)
    if form.validate_on_submit() and (pair := chosen_pair(form, participants)):
        try:
            with saving(_back(event)) as done:
                one, other = (participant_registration(event, found) for found in pair)
                exclusions.add(one, other, form.reason.data, actor=g.actor, now=now())
            return done.redirect()
        except DomainError as error:
            form.refuse("other", error)
    elif request.method == "GET":
        form.one.data = next((one.label for one in participants if str(one.id) == request.args.get("empresa")), "")
    page = organizer_page(
        "organizer/exclusions.html",
        event,
        "requests",
        tabs=request_tabs(event, "organizer.exclusions"),
        asks=True,
        form=form,
        participants=participants,
        rows=exclusions.list_for(event),
        reasons=EXCLUSION_REASON,
        same_group=exclusions.suggest_same_group(event),
        met=exclusions.suggest_met_recently(event, months) if (months := _months()) else None,
        months=months or RECENT_MONTHS,
        most_months=exclusions.MOST_MONTHS,
        shown=SHOWN_PAIRS,
    )
    return page, 422 if form.errors else 200


@bp.post("/o/<event_code>/solicitudes/exclusiones/grupos")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def exclude_groups(event: Event) -> ResponseReturnValue:
    """Keep all pairs of the same corporate group apart."""
    return _exclude_all(event, exclusions.suggest_same_group(event), ExclusionReason.SAME_GROUP)


@bp.post("/o/<event_code>/solicitudes/exclusiones/recientes")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def exclude_met(event: Event) -> ResponseReturnValue:
    """Keep all pairs apart that met within some months."""
    pairs = exclusions.suggest_met_recently(event, _months() or RECENT_MONTHS)
    return _exclude_all(event, pairs, ExclusionReason.MET_RECENTLY)


@bp.post("/o/<event_code>/solicitudes/<uuid:request_id>/separar")
@requires(Permission.EVENT_MANAGE, load=request_of_event)
def exclude_asked(part: Part) -> ResponseReturnValue:
    """Keep the two companies of a request apart."""
    row = part.row
    here = url_for("organizer.request", event_code=part.event.code, request_id=row.id)
    return _exclude(row.from_registration, row.to_registration, here)


@bp.post("/o/<event_code>/empresas/<uuid:registration_id>/separar/<uuid:other_id>")
@requires(Permission.EVENT_MANAGE, load=two_of_event)
def exclude_suggested(two: Two) -> ResponseReturnValue:
    """Keep a company apart from another one that its page suggests."""
    return _exclude(two.one, two.other, _page_of(two.one.event, two.one.id))


@bp.post("/o/<event_code>/solicitudes/exclusiones/<uuid:exclusion_id>/quitar")
@requires(Permission.EVENT_MANAGE, load=exclusion_of_event)
def remove_exclusion(part: Part) -> ResponseReturnValue:
    """Let two companies meet again."""
    with saving(_back(part.event, (part.row.a_id, part.row.b_id))) as done:
        exclusions.remove(part.row, actor=g.actor, now=now())
    flash(_("Estas empresas pueden volver a reunirse."), "ok")
    return done.redirect()


def _exclude(one: Registration, other: Registration, back: str) -> ResponseReturnValue:
    form = ReasonForm()
    if not form.validate_on_submit():
        flash(_("Elija un motivo de la lista."), "error")
        return redirect(back, 303)
    with saving(back) as done:
        exclusions.add(one, other, form.reason.data, actor=g.actor, now=now())
        names = {"one": one.company.name, "other": other.company.name}
    flash(_("%(one)s y %(other)s ya no se reúnen en este evento.", **names), "ok")
    return done.redirect()


def _exclude_all(event: Event, pairs: list[Suggested], reason: ExclusionReason) -> ResponseReturnValue:
    with saving(_back(event)) as done:
        count = exclusions.add_all(event, pairs, reason, actor=g.actor, now=now())
    flash(ngettext("Separó %(num)s pareja.", "Separó %(num)s parejas.", count), "ok")
    return done.redirect()


def _back(event: Event, of: tuple[UUID, ...] = ()) -> str:
    """The page of the company that the address names, when it is one of these; else the list."""
    named: Any = trimmed(request.args.get("empresa"))
    known = next((one for one in of if str(one) == named), None)
    return url_for("organizer.exclusions", event_code=event.code) if known is None else _page_of(event, known)


def _page_of(event: Event, registration_id: UUID) -> str:
    return url_for("organizer.registration", event_code=event.code, registration_id=registration_id)


def _months() -> int | None:
    """The months that were asked for, within bounds; None when nothing usable was."""
    typed = trimmed(request.values.get("meses"))[:4]
    number = int(typed) if typed.isascii() and typed.isdigit() else 0
    return min(number, exclusions.MOST_MONTHS) or None
