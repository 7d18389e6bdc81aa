"""The schedule of an event: grid and lists of a version, one meeting with its forms, and what has no place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import Conflict, DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.values import ScheduleStatus
from eventsapp.models import Event, Meeting, Placement, Schedule, Slot, Table
from eventsapp.scheduling.checker import Violation
from eventsapp.scheduling.problem import Problem
from eventsapp.services import adjustments, publication, requests, schedules
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.formats import clock, day
from eventsapp.web.forms import Form, trimmed
from eventsapp.web.organizer import schedule_words
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.board import Venue, grid
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.saving import saving
from eventsapp.web.sentences import sentence

PANELS = ("sin-lugar", "choques", "cambios")
PLACED = "con-lugar"  # the first panel of the list; beside the grid it would say the same again
SIZES = (25, 50, 100)
SHOWN_IN_PANEL = 40
MAX_EDIT = 2**31 - 1


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
    for missing in schedules.list_missing(schedule, schedules.list_placements(schedule)):
        if {missing.pair.a.id, missing.pair.b.id} == {a_id, b_id}:
            return Wanted(schedule, missing)
    return None


# The version ----------------------------------------------------------------------------------------------------------


@bp.get("/o/<event_code>/horario", endpoint="schedule")
@requires(Permission.SCHEDULE_READ, load=loaders.event)
def show_schedule(event: Event) -> str:
    """A version as grid or list; the one in work unless another is asked for."""
    schedule = _asked_version(event)
    if schedule is None:
        return organizer_page("organizer/schedule_none.html", event, "schedule")
    venue = Venue.of(event)
    chosen = _chosen_day(venue)
    placements, pairs = schedules.list_placements(schedule), requests.list_pairs(event)
    judged = schedules.judge(schedule, placements, pairs)
    violations = judged.violations()
    missing = schedules.list_missing(schedule, placements, pairs)
    difference = publication.compare(schedule, placements)
    names = company_names(placements, missing)
    as_list = request.args.get("vista") == "lista"
    query = trimmed(request.args.get("q"))[:200]
    panels = (PLACED, *PANELS) if as_list else PANELS
    panel = next((name for name in panels if name == request.args.get("panel")), panels[0])
    kept = {
        "version": str(schedule.number) if request.args.get("version") else "",
        "dia": chosen.isoformat() if chosen is not None and request.args.get("dia") else "",
        "vista": "lista" if as_list else "",
        "panel": panel if request.args.get("panel") else "",
        "q": query,
    }
    link = partial(_link, event, kept)
    of_day = [place for place in placements if chosen is None or venue.day_of(place.slot) == chosen]
    shown_missing = [found for found in missing if _matches(query, found.pair.a, found.pair.b)]
    missing_page = _page_of(shown_missing) if as_list else {"items": shown_missing[:SHOWN_IN_PANEL]}
    return organizer_page(
        "organizer/schedule_list.html" if as_list else "organizer/schedule.html",
        event,
        "schedule",
        schedule=schedule,
        can_adjust=_can_adjust(schedule),
        undo=_undo_words(schedule, names),
        day=chosen,
        days=[{"label": day(one), "href": link(dia=one.isoformat()), "active": one == chosen} for one in venue.days],
        views=[
            {"label": _("Cuadrícula"), "href": link(vista=None, panel=None), "active": not as_list},
            {"label": _("Lista"), "href": link(vista="lista", panel=None), "active": as_list},
        ],
        panels=_panels(
            link,
            panels,
            panel,
            {
                PLACED: len(of_day),
                "sin-lugar": len(missing),
                "choques": len(violations),
                "cambios": len(difference.changes) if event.published_schedule_id else 0,
            },
        ),
        unpublished=len(difference.changes),
        panel=panel,
        grid=None
        if as_list or chosen is None
        else grid(
            venue,
            chosen,
            placements,
            pairs,
            href=lambda place: _meeting_url(schedule, place.meeting_id),
            changed={change.place.meeting_id for change in (*difference.added, *difference.moved)}
            if event.published_schedule_id and schedule.status is ScheduleStatus.DRAFT
            else (),
            clashing=_clashing(violations, placements),
            marked=_marked(query, placements),
        ),
        rows=_page_of([row for row in of_day if _matches(query, row.meeting.a, row.meeting.b)]) if as_list else None,
        query=query,
        kept={name: value for name, value in kept.items() if value and name != "q"},
        missing=[missing_row(schedule, found, names, judged.problem) for found in missing_page["items"]],
        missing_page=missing_page,
        all_missing_url=link(vista="lista", panel="sin-lugar"),
        more_missing=len(shown_missing) - len(missing_page["items"]),
        clashes=[schedule_words.violation(found, judged, names) for found in violations],
        changes=[change_row(change) for change in difference.changes],
        placed=len(placements),
        asked=len(placements) + len(missing),
        nothing_published=event.published_schedule_id is None,
        latest=schedules.find_current(event),
    )


def _asked_version(event: Event) -> Schedule | None:
    asked = request.args.get("version", "")
    if not asked:
        return schedules.find_current(event)
    found = (
        schedules.find_version(event, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 10 else None
    )
    return found or abort(404)


def _chosen_day(venue: Venue) -> date | None:
    days = venue.days
    try:
        wanted = date.fromisoformat(request.args.get("dia", ""))
    except ValueError:
        wanted = None
    return wanted if wanted in days else (days[0] if days else None)


def _link(event: Event, kept: Mapping[str, str], **changes: str | None) -> str:
    """The same page with another day, view, panel or search."""
    values = {name: value for name, value in {**kept, **changes}.items() if value}
    return url_for("organizer.schedule", event_code=event.code, **values)  # type: ignore[arg-type]


def _panels(
    link: Callable[..., str], names: Iterable[str], active: str, counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    words = {
        PLACED: _("Con lugar"),
        "sin-lugar": _("Sin lugar"),
        "choques": _("Choques"),
        "cambios": _("Cambios"),
    }
    return [
        {"label": words[name], "href": link(panel=name), "active": name == active, "count": counts[name]}
        for name in names
    ]


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


def _matches(query: str, *sides: Any) -> bool:
    wanted = folded(query)
    return not wanted or any(wanted in folded(side.company.name) for side in sides)


def _marked(query: str, placements: list[Placement]) -> set[UUID]:
    if not query:
        return set()
    return {place.meeting_id for place in placements if _matches(query, place.meeting.a, place.meeting.b)}


def _clashing(violations: tuple[Violation, ...], placements: list[Placement]) -> set[UUID]:
    broken = {frozenset(schedules.pair_of(name)) for found in violations for name in found.requests}
    return {place.meeting_id for place in placements if schedules.key_of(place.meeting) in broken}


def _page_of(rows: Sequence[Any]) -> dict[str, Any]:
    size = request.args.get("per_page", default=SIZES[1], type=int)
    size = size if size in SIZES else SIZES[1]
    last = max(1, -(-len(rows) // size))
    page = min(max(1, request.args.get("page", default=1, type=int)), last)
    return {"items": rows[(page - 1) * size : page * size], "page": page, "per_page": size, "total": len(rows)}


def _can_adjust(schedule: Schedule) -> bool:
    current = schedules.find_current(schedule.event)
    return schedule.status is ScheduleStatus.DRAFT or (
        schedule.status is ScheduleStatus.PUBLISHED and current is not None and current.id == schedule.id
    )


def _undo_words(schedule: Schedule, names: dict[str, str]) -> str:
    """Which change an undo takes back; empty when there is none."""
    entry = adjustments.find_undo(schedule) if schedule.status is ScheduleStatus.DRAFT else None
    if entry is None:
        return ""
    acts = {
        "schedule.moved": _l("Deshacer: mover %(pair)s (%(name)s, %(time)s)"),
        "schedule.placed": _l("Deshacer: dar lugar a %(pair)s (%(name)s, %(time)s)"),
        "schedule.pinned": _l("Deshacer: fijar %(pair)s (%(name)s, %(time)s)"),
        "schedule.unpinned": _l("Deshacer: soltar %(pair)s (%(name)s, %(time)s)"),
        "schedule.unscheduled": _l("Deshacer: quitar %(pair)s (%(name)s, %(time)s)"),
    }
    pair = schedule_words.pair_words(f"{entry.detail['a']}:{entry.detail['b']}", names)
    return str(acts[entry.action]) % {"pair": pair, "name": entry.actor_name, "time": clock(entry.at)}


# One meeting ----------------------------------------------------------------------------------------------------------


@bp.get("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>", endpoint="schedule_meeting")
@requires(Permission.SCHEDULE_READ, load=placed_meeting)
def show_meeting(placed: Placed) -> str:
    """One meeting: who, when, where, what else both companies have, and what can be done."""
    return _meeting_page(placed, PlaceForm(edit=placed.schedule.edit))


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/mover", endpoint="move_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def move_meeting(placed: Placed) -> ResponseReturnValue:
    """Hold a meeting elsewhere."""
    form, venue = PlaceForm(), Venue.of(placed.schedule.event)
    _offer_all(form, venue)
    if not form.validate_on_submit():
        return _meeting_page(placed, form), 422
    meeting = placed.placement.meeting
    slot, table = _spot(form, venue)
    try:
        with saving() as done:
            draft = adjustments.move(placed.schedule, meeting, slot=slot, table=table, edit=form.edit.data, **_by())
            where = _settled(done, draft, meeting, slot)
    except Conflict:
        raise
    except DomainError as error:
        form.refuse("slot", error)
        return _meeting_page(placed, form), 422
    _tell(draft, _("Reunión movida: %(where)s.", where=where))
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/fijar", endpoint="pin_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def pin_meeting(placed: Placed) -> ResponseReturnValue:
    """Nail a meeting to its place."""
    meeting, slot = placed.placement.meeting, placed.placement.slot
    with saving() as done:
        draft = adjustments.pin(placed.schedule, meeting, edit=_edit(), **_by())
        where = _settled(done, draft, meeting, slot)
    _tell(draft, _("Reunión fijada: %(where)s.", where=where))
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/soltar", endpoint="unpin_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def unpin_meeting(placed: Placed) -> ResponseReturnValue:
    """Let the engine move a meeting again."""
    meeting, slot = placed.placement.meeting, placed.placement.slot
    with saving() as done:
        draft = adjustments.unpin(placed.schedule, meeting, edit=_edit(), **_by())
        _settled(done, draft, meeting, slot)
    _tell(draft, _("Reunión suelta: otra corrida puede moverla."))
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/reunion/<uuid:meeting_id>/quitar", endpoint="unschedule_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=placed_meeting)
def unschedule_meeting(placed: Placed) -> ResponseReturnValue:
    """Take a meeting out of the version."""
    meeting, slot = placed.placement.meeting, placed.placement.slot
    with saving() as done:
        draft = adjustments.unschedule(placed.schedule, meeting, edit=_edit(), **_by())
        done.location = _schedule_url(draft, slot)
    _tell(draft, _("Reunión quitada del horario. Está en Sin lugar."))
    return done.redirect()


def _meeting_page(placed: Placed, form: PlaceForm) -> str:
    schedule, place = placed.schedule, placed.placement
    meeting, event = place.meeting, schedule.event
    can_adjust = _can_adjust(schedule)
    places = None
    if can_adjust and not place.is_pinned:
        places = adjustments.find_places(schedule, meeting.a_id, meeting.b_id)
        _offer(form, places, place)
    placements = schedules.list_placements(schedule)
    pair = next(
        (found for found in requests.list_pairs(event) if {found.a.id, found.b.id} == {meeting.a_id, meeting.b_id}),
        None,
    )
    published = schedules.find_published(event)
    return organizer_page(
        "organizer/schedule_meeting.html",
        event,
        "schedule",
        schedule=schedule,
        place=place,
        meeting=meeting,
        where=place_words(place),
        people=schedules.people_of(place),
        pair=pair,
        also=[{"side": side, "rows": _also(schedule, side.id, place, placements)} for side in (meeting.a, meeting.b)],
        form=form,
        can_adjust=can_adjust,
        is_told=published is not None and published.id == schedule.id,
        refusals=refusal_rows(places) if places else [],
        back=_schedule_url(schedule, place.slot),
        urls={
            name: url_for(f"organizer.{endpoint}", event_code=event.code, number=schedule.number, meeting_id=meeting.id)
            for name, endpoint in (
                ("move", "move_meeting"),
                ("pin", "pin_meeting"),
                ("unpin", "unpin_meeting"),
                ("unschedule", "unschedule_meeting"),
            )
        },
    )


def _also(
    schedule: Schedule, registration_id: UUID, place: Placement, placements: list[Placement]
) -> list[dict[str, str]]:
    """The other meetings of a company on the day of a meeting."""
    zone = schedule.event.zone
    rows = []
    for other in placements:
        sides = {other.meeting.a_id: other.meeting.b, other.meeting.b_id: other.meeting.a}
        same_day = other.slot.starts_at.astimezone(zone).date() == place.slot.starts_at.astimezone(zone).date()
        if registration_id in sides and same_day and other.id != place.id:
            rows.append(
                {
                    "time": clock(other.slot.starts_at),
                    "table": other.table.label if other.table else "",
                    "partner": sides[registration_id].company.name,
                    "href": _meeting_url(schedule, other.meeting_id),
                }
            )
    return rows


# What has no place ----------------------------------------------------------------------------------------------------


@bp.get("/o/<event_code>/horario/<int:number>/sin-lugar/<uuid:a_id>/<uuid:b_id>", endpoint="schedule_missing")
@requires(Permission.SCHEDULE_READ, load=wanted_pair)
def show_missing(wanted: Wanted) -> str:
    """A pair without a place: why, and where it could still be held."""
    return _missing_page(wanted, PlaceForm(edit=wanted.schedule.edit))


@bp.post("/o/<event_code>/horario/<int:number>/sin-lugar/<uuid:a_id>/<uuid:b_id>", endpoint="place_meeting")
@requires(Permission.SCHEDULE_ADJUST, load=wanted_pair)
def place_meeting(wanted: Wanted) -> ResponseReturnValue:
    """Give a pair a place."""
    form, venue = PlaceForm(), Venue.of(wanted.schedule.event)
    _offer_all(form, venue)
    if not form.validate_on_submit():
        return _missing_page(wanted, form), 422
    pair = wanted.missing.pair
    slot, table = _spot(form, venue)
    try:
        with saving() as done:
            draft = adjustments.place(
                wanted.schedule, pair.a.id, pair.b.id, slot=slot, table=table, edit=form.edit.data, **_by()
            )
            found = schedules.find_pair(draft, pair.a.id, pair.b.id)
            assert found is not None
            where = _settled(done, draft, found.meeting, slot)
    except Conflict:
        raise
    except DomainError as error:
        form.refuse("slot", error)
        return _missing_page(wanted, form), 422
    _tell(draft, _("Reunión con lugar: %(where)s.", where=where))
    return done.redirect()


def _missing_page(wanted: Wanted, form: PlaceForm) -> str:
    schedule, found = wanted.schedule, wanted.missing
    event = schedule.event
    placements = schedules.list_placements(schedule)
    names = company_names(placements, [found])
    can_adjust = _can_adjust(schedule)
    places = adjustments.find_places(schedule, found.pair.a.id, found.pair.b.id)
    _offer(form, places, None)
    return organizer_page(
        "organizer/schedule_missing.html",
        event,
        "schedule",
        schedule=schedule,
        pair=found.pair,
        row=missing_row(schedule, found, names, schedules.judge(schedule, placements).problem),
        form=form,
        can_adjust=can_adjust,
        possible=len(places.can),
        refusals=refusal_rows(places),
        back=_schedule_url(schedule, None),
    )


# Undo and copies ------------------------------------------------------------------------------------------------------


@bp.post("/o/<event_code>/horario/<int:number>/deshacer", endpoint="undo_schedule")
@requires(Permission.SCHEDULE_ADJUST, load=version_of_event)
def undo_schedule(schedule: Schedule) -> ResponseReturnValue:
    """Take back the last change of a draft."""
    with saving(_schedule_url(schedule, None)) as done:
        adjustments.undo(schedule, edit=_edit(), **_by())
    flash(_("Se deshizo el último cambio."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/horario/<int:number>/copiar", endpoint="copy_schedule")
@requires(Permission.SCHEDULE_ADJUST, load=version_of_event)
def copy_schedule(schedule: Schedule) -> ResponseReturnValue:
    """A new draft like an older version."""
    with saving() as done:
        draft = schedules.copy(schedule, actor=g.actor, now=now(), host=_host())
        done.location = _schedule_url(draft, None)
    flash(_("Nuevo borrador: versión %(number)s, copia de la %(old)s.", number=draft.number, old=schedule.number), "ok")
    return done.redirect()


# Shared by the above --------------------------------------------------------------------------------------------------


def _host() -> str:
    return str(current_app.config["SETTINGS"].host)


def _by() -> dict[str, Any]:
    return {"actor": g.actor, "now": now(), "host": _host()}


def _edit() -> int:
    """Which state of the version the person saw; without it the change is refused as made on an old page."""
    value = request.values.get("edit", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1


def _offer(form: PlaceForm, places: adjustments.Places, place: Placement | None) -> None:
    """Show only what is possible; the present place comes with it."""
    form.slot.choices = [(str(spot.slot.id), _spot_choice(spot, place)) for spot in places.can]
    tables = {table.id: table for spot in places.can for table in spot.tables if table is not None}
    ordered = sorted(tables.values(), key=lambda table: table.position)
    any_table = _("La misma o la primera libre") if place is not None else _("La primera libre")
    form.table.choices = [("", any_table), *((str(row.id), row.label) for row in ordered)]


def refusal_rows(places: adjustments.Places) -> list[tuple[str, str]]:
    """Each other round with the reason against it; one row when one reason stands against all."""
    rows = [(f"{day(slot.starts_at)}, {clock(slot.starts_at)}", sentence(error)) for slot, error in places.cannot]
    reasons = {text for _, text in rows}
    return [("", reasons.pop())] if len(reasons) == 1 and len(rows) > 1 else rows


def _spot_choice(spot: adjustments.Spot, place: Placement | None) -> str:
    labels = [table.label for table in spot.tables if table is not None]
    when = f"{day(spot.slot.starts_at)}, {clock(spot.slot.starts_at)}"
    shown = ", ".join(labels[:6]) + (" …" if len(labels) > 6 else "")
    if place is not None and place.slot_id == spot.slot.id:
        when = str(_("%(when)s (ronda actual)", when=when))
    if not labels:
        return when
    if len(labels) == 1:
        return str(_("%(when)s · mesa %(table)s", when=when, table=shown))
    return str(_("%(when)s · mesas %(tables)s", when=when, tables=shown))


def _offer_all(form: PlaceForm, venue: Venue) -> None:
    """Accept every slot and table of the event: which are possible is for the rules to say, in words."""
    form.slot.choices = [(str(slot.id), "") for slot in venue.slots]
    form.table.choices = [("", ""), *((str(table.id), table.label) for table in venue.tables)]


def _spot(form: PlaceForm, venue: Venue) -> tuple[Slot, Table | None]:
    slot = next(slot for slot in venue.slots if str(slot.id) == form.slot.data)
    return slot, next((table for table in venue.tables if str(table.id) == form.table.data), None)


def _settled(done: Any, draft: Schedule, meeting: Meeting, slot: Slot) -> str:
    """Where the answer leads, and where the meeting now is, in words."""
    place = schedules.find_placement(draft, meeting.id)
    done.location = _schedule_url(draft, place.slot if place else slot)
    return place_words(place) if place else ""


def _tell(draft: Schedule, text: str) -> None:
    """Say what was done, with the way back."""
    undo = url_for("organizer.undo_schedule", event_code=draft.event.code, number=draft.number, edit=draft.edit)
    flash({"text": text, "undo": undo}, "ok")  # type: ignore[arg-type]


def _schedule_url(schedule: Schedule, slot: Slot | None) -> str:
    event = schedule.event
    when = slot.starts_at.astimezone(event.zone).date().isoformat() if slot is not None else None
    return url_for("organizer.schedule", event_code=event.code, version=schedule.number, dia=when)


def _meeting_url(schedule: Schedule, meeting_id: UUID) -> str:
    return url_for(
        "organizer.schedule_meeting", event_code=schedule.event.code, number=schedule.number, meeting_id=meeting_id
    )
