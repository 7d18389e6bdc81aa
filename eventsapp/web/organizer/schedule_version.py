"""What the pages of a version share: how its meetings are found, where they are in words, and where answers lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from eventsapp.domain.access import Permission, Scope, may
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Meeting, Placement, Schedule, Slot, Table
from eventsapp.scheduling.problem import Problem
from eventsapp.services import publication, schedules, spots
from eventsapp.web import loaders
from eventsapp.web.clock import now
from eventsapp.web.formats import clock, day
from eventsapp.web.forms import Form, trimmed
from eventsapp.web.organizer import schedule_words
from eventsapp.web.organizer.board import Venue
from eventsapp.web.saving import saving
from eventsapp.web.sentences import sentence

MAX_EDIT = 2**31 - 1
MAX_REASON = 300


@dataclass(frozen=True)
class Placed:
    """A meeting in a version."""

    schedule: Schedule
    placement: Placement

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.schedule.scope


@dataclass(frozen=True)
class Wanted:
    """A pair that agreed to meet, beside a version that may leave it out."""

    schedule: Schedule
    missing: schedules.Missing

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.schedule.scope


class EditForm(Form):
    """A change of a version as its reader saw it."""

    edit = IntegerField(widget=HiddenInput(), validators=[InputRequired()], default=0)


class PlaceForm(EditForm):
    """Where a meeting shall be held."""

    slot = RadioField(
        _l("Ronda"), validate_choice=True, validators=[InputRequired(_l("Elija una ronda"))],
    )  # fmt: skip
    table = SelectField(_l("Mesa"), validators=[Optional()])
    reason = StringField(
        _l("Motivo"),
        description=_l("Solo si la empresa dijo que no podía a esa hora y usted sabe que sí. Queda en la bitácora."),
        validators=[Optional(), Length(max=MAX_REASON, message=_l("Use %(max)d caracteres o menos"))],
    )


def version_of_event(event_code: str, number: int) -> Schedule | None:
    """A version, found through its event."""
    event = loaders.event(event_code)
    return schedules.find_version(event, number) if event is not None else None


def placed_meeting(event_code: str, number: int, meeting_id: UUID) -> Placed | None:
    """A meeting in a version, found through its event."""
    schedule = version_of_event(event_code, number)
    if schedule is None:
        return None
    found = schedules.find_placement(schedule, meeting_id)
    return Placed(schedule, found) if found is not None else None


def wanted_pair(event_code: str, number: int, a_id: UUID, b_id: UUID) -> Wanted | None:
    """A pair that a version leaves out, found through its event."""
    schedule = version_of_event(event_code, number)
    if schedule is None:
        return None
    ids = frozenset({a_id, b_id})
    seats = schedules.list_seats(schedule, schedules.Near(ids, frozenset()))
    for missing in schedules.list_missing(schedule, seats, schedules.list_pairs(schedule, ids)):
        if {missing.pair.a.id, missing.pair.b.id} == {a_id, b_id}:
            return Wanted(schedule, missing)
    return None


def company_names(placements: list[Placement], missing: list[schedules.Missing]) -> dict[str, str]:
    """The name of each company that a version speaks of, by its key in a problem."""
    sides = [side for place in placements for side in (place.meeting.a, place.meeting.b)]
    sides += [side for found in missing for side in (found.pair.a, found.pair.b)]
    return {str(side.id): side.company.name for side in sides}


def missing_row(
    schedule: Schedule, found: schedules.Missing, names: dict[str, str], problem: Problem
) -> dict[str, Any]:
    """A pair without a place, with its reason and the smallest change that would help, in words."""
    pair = found.pair
    return {
        "a": pair.a.company.name,
        "b": pair.b.company.name,
        "value": pair.value,
        "is_must": pair.is_must,
        "affinity": pair.affinity,
        "reason": schedule_words.reason(found.reason, found.detail, names),
        "fix": schedule_words.fix(found.detail, names, problem),
        "href": url_for(
            "organizer.schedule_missing",
            event_code=schedule.event.code,
            number=schedule.number,
            a_id=pair.a.id,
            b_id=pair.b.id,
        ),
    }


def change_row(change: publication.Change) -> dict[str, Any]:
    """A change against what is published, before and after."""
    meeting = change.place.meeting
    kind = "moved" if change.before and change.after else "added" if change.after else "cancelled"
    return {
        "kind": kind,
        "a": meeting.a.company.name,
        "b": meeting.b.company.name,
        "before": place_words(change.before) if change.before else "",
        "after": place_words(change.after) if change.after else "",
    }


def place_words(place: Placement) -> str:
    """When and where: martes 9, 10:15, mesa 12."""
    return spot_words(place.slot, place.table)


def spot_words(slot: Slot, table: Table | None) -> str:
    """When and where: martes 9, 10:15, mesa 12."""
    values = {"day": day(slot.starts_at), "time": clock(slot.starts_at)}
    if table is None:
        return str(_("%(day)s, %(time)s", **values))
    return str(_("%(day)s, %(time)s, mesa %(table)s", table=table.label, **values))


def can_adjust(schedule: Schedule) -> bool:
    """Can this version be changed by hand, by whom the page is for?"""
    return may(g.actor, Permission.SCHEDULE_ADJUST, schedule.scope) and is_open(schedule)


def is_open(schedule: Schedule) -> bool:
    """Is this a draft, or what is published as long as no draft is newer?"""
    current = schedules.find_current(schedule.event)
    return schedule.status is ScheduleStatus.DRAFT or (
        schedule.status is ScheduleStatus.PUBLISHED and current is not None and current.id == schedule.id
    )


def uuid_of(value: str) -> UUID:
    """A key as it came; what is none becomes one that nothing has."""
    try:
        return UUID(value)
    except ValueError:
        return UUID(int=0)


def host() -> str:
    """The name under which new meetings get their identity."""
    return str(current_app.config["SETTINGS"].host)


def by() -> dict[str, Any]:
    """Who changes, when, and for which host."""
    return {"actor": g.actor, "now": now(), "host": host()}


def edit() -> int:
    """Which state of the version the person saw; without it the change is refused as made on an old page."""
    value = request.values.get("edit", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1


def offer(form: PlaceForm, places: spots.Spots, place: Placement | None) -> None:
    """Show only what is possible; the present place comes with it."""
    form.slot.choices = [(str(spot.slot.id), _spot_choice(spot, place)) for spot in places.can]
    tables = {table.id: table for spot in places.can for table in spot.tables}
    ordered = sorted(tables.values(), key=lambda table: table.position)
    any_table = _("La misma o la primera libre") if place is not None else _("La primera libre")
    form.table.choices = [("", any_table), *((str(row.id), row.label) for row in ordered)]


def refusal_rows(places: spots.Spots) -> list[tuple[str, str]]:
    """Each other round with the reason against it; one row when one reason stands against all."""
    rows = [(f"{day(slot.starts_at)}, {clock(slot.starts_at)}", sentence(error)) for slot, error in places.cannot]
    reasons = {text for _, text in rows}
    return [("", reasons.pop())] if len(reasons) == 1 and len(rows) > 1 else rows


def _spot_choice(spot: spots.Spot, place: Placement | None) -> str:
    labels = [table.label for table in spot.tables]
    when = f"{day(spot.slot.starts_at)}, {clock(spot.slot.starts_at)}"
    shown = ", ".join(labels[:6]) + (" …" if len(labels) > 6 else "")
    if place is not None and place.slot_id == spot.slot.id:
        when = str(_("%(when)s (ronda actual)", when=when))
    if not labels:
        return when
    if len(labels) == 1:
        return str(_("%(when)s · mesa %(table)s", when=when, table=shown))
    return str(_("%(when)s · mesas %(tables)s", when=when, tables=shown))


def offer_all(form: PlaceForm, venue: Venue) -> None:
    """Accept every slot and table of the event: which are possible is for the rules to say, in words."""
    form.slot.choices = [(str(slot.id), "") for slot in venue.slots]
    form.table.choices = [("", ""), *((str(table.id), table.label) for table in venue.tables)]


def spot_of(form: PlaceForm, venue: Venue) -> tuple[Slot, Table | None]:
    """The slot and the table that were chosen."""
    slot = next(slot for slot in venue.slots if str(slot.id) == form.slot.data)
    return slot, next((table for table in venue.tables if str(table.id) == form.table.data), None)


def answer_place(
    schedule: Schedule,
    page: Callable[[PlaceForm], str],
    seat: Callable[..., tuple[Schedule, Meeting]],
    said: Callable[[str], str],
) -> ResponseReturnValue:
    """What a form about a place comes to: the change made and said, or the page again with what is in the way.

    `seat` makes the change and gives the draft and the meeting; `said` tells it, given where the meeting now is.
    """
    form, venue = PlaceForm(), Venue.of(schedule.event)
    offer_all(form, venue)
    if not form.validate_on_submit():
        return page(form), 422
    slot, table = spot_of(form, venue)
    try:
        with saving() as done:
            draft, meeting = seat(slot=slot, table=table, edit=form.edit.data, reason=trimmed(form.reason.data), **by())
            where = settled(done, draft, meeting, slot)
    except Conflict:
        raise
    except DomainError as error:
        form.refuse("slot", error)
        return page(form), 422
    tell(draft, said(where))
    return done.redirect()


def settled(done: Any, draft: Schedule, meeting: Meeting, slot: Slot) -> str:
    """Where the answer leads, and where the meeting now is, in words."""
    place = schedules.find_placement(draft, meeting.id)
    done.location = schedule_url(draft, place.slot if place else slot)
    return place_words(place) if place else ""


def tell(draft: Schedule, text: str) -> None:
    """Say what was done, with the way back."""
    undo = url_for("organizer.undo_schedule", event_code=draft.event.code, number=draft.number, edit=draft.edit)
    flash({"text": text, "undo": undo}, "ok")  # type: ignore[arg-type]


def schedule_url(schedule: Schedule, slot: Slot | None, *, panel: str | None = None) -> str:
    """The list of a version, on the day of a slot: forms are what it is made of, and their answers lead back to it."""
    event = schedule.event
    when = slot.starts_at.astimezone(event.zone).date().isoformat() if slot is not None else None
    return url_for(
        "organizer.schedule", event_code=event.code, version=schedule.number, dia=when, vista="lista", panel=panel
    )


def meeting_url(schedule: Schedule, meeting_id: UUID) -> str:
    """The page of a meeting in a version."""
    return url_for(
        "organizer.schedule_meeting", event_code=schedule.event.code, number=schedule.number, meeting_id=meeting_id
    )
