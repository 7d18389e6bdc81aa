"""What the lines of a log are about: companies, places, versions and fields by the names that people know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from eventsapp.db import db
from eventsapp.models import AuditEntry, Company, Event, Registration, Slot, Table
from eventsapp.web.organizer.acts import about
from eventsapp.web.organizer.event_forms import AnsweringForm, NewEventForm
from eventsapp.web.organizer.schedule_version import spot_words
from eventsapp.web.role_words import ROLE

NUMBERED = {
    "schedule": _l("versión %(number)s"),
    "run": _l("corrida %(number)s"),
    "campaign": _l("mensaje %(number)s"),
    "requirement": _l("requerimiento %(number)s"),
    "capability": _l("capacidad %(number)s"),
    "arco_request": _l("solicitud %(number)s"),
    "organization": _l("versión %(number)s"),
}
EXPORTED = {
    "companies": _l("Empresas"),
    "delegates": _l("Delegados"),
    "requirements": _l("Requerimientos"),
    "requests": _l("Solicitudes"),
    "meetings": _l("Reuniones"),
}


@dataclass(frozen=True)
class LogWords:
    """The names that the lines of one page need, read at once."""

    companies: Mapping[str, str] = field(default_factory=dict)
    slots: Mapping[str, Slot] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Sequence[AuditEntry], event: Event | None) -> LogWords:
        """What these lines speak of."""
        if event is None:
            return cls()
        changes = [change for entry in entries for change in changes_of(entry)]
        places = [place for change in changes for place in _places(change)]
        named = select(Registration.id, Company.name).join(Company, Company.id == Registration.company_id)
        wanted = {UUID(change[name]) for change in changes for name in ("a", "b")}
        rows = db.session.execute(named.where(Registration.id.in_(wanted))) if wanted else ()
        return cls(
            {str(key): name for key, name in rows},
            {str(row.id): row for row in _rows(Slot, places, "slot")},
            {str(row.id): row for row in _rows(Table, places, "table")},
            _field_names(event) if any("changed" in entry.detail for entry in entries) else {},
        )

    def about(self, entry: AuditEntry) -> str:
        """On whom or what, and what it was before."""
        parts = [self._changes(entry) or about(entry), _counted(entry), self._fields(entry), _number(entry)]
        return " · ".join(part for part in parts if part)

    def _changes(self, entry: AuditEntry) -> str:
        found = list(changes_of(entry))
        if not found:
            return ""
        if len(found) > 1 and entry.action != "schedule.swapped":
            return str(ngettext("%(num)s reunión", "%(num)s reuniones", len(found)))
        return "; ".join(self._change(change) for change in found)

    def _change(self, change: Mapping[str, Any]) -> str:
        one, other = (self.companies.get(change[name], "–") for name in ("a", "b"))
        pair = _("%(one)s con %(other)s", one=one, other=other)
        before, after = (self._place(change[side]) for side in ("before", "after"))
        if before == after:
            return str(_("%(company)s: %(name)s", company=pair, name=after))
        return str(_("%(pair)s: %(before)s → %(after)s", pair=pair, before=before, after=after))

    def _place(self, side: Mapping[str, Any]) -> str:
        place = side.get("placement")
        slot = self.slots.get(place["slot"]) if place else None
        return spot_words(slot, self.tables.get(place["table"])) if place and slot else str(_("sin lugar"))

    def _fields(self, entry: AuditEntry) -> str:
        changed = entry.detail.get("changed")
        return ", ".join(self.fields.get(name, name) for name in changed) if isinstance(changed, list) else ""


def changes_of(entry: AuditEntry) -> Iterator[Mapping[str, Any]]:
    """The meetings that a change of a schedule by hand placed, moved or took out."""
    detail = entry.detail
    if entry.object_kind == "schedule":
        yield from detail.get("changes", [detail] if "before" in detail and "a" in detail else [])


def _places(change: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for side in ("before", "after"):
        place = change[side].get("placement")
        if place:
            yield place


def _rows(kind: Any, places: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    wanted = {UUID(place[name]) for place in places if place[name]}
    return list(db.session.scalars(select(kind).where(kind.id.in_(wanted)))) if wanted else []


def _field_names(event: Event) -> dict[str, str]:
    """What the fields of the settings are called."""
    new, answering = NewEventForm(formdata=None), AnsweringForm(formdata=None)
    new.call_sides(event)
    answering.call_sides(event)
    return {one.short_name: str(one.label.text) for form in (new, answering) for one in form}


def _counted(entry: AuditEntry) -> str:
    """How much it was, and who is what since."""
    detail = entry.detail
    if entry.action == "event.exported":
        count = ngettext("%(num)s renglón", "%(num)s renglones", detail["rows"])
        return str(_("%(company)s: %(name)s", company=EXPORTED.get(detail["kind"], detail["kind"]), name=count))
    if entry.action == "event.tables_added":
        return str(ngettext("%(num)s mesa", "%(num)s mesas", detail["amount"]))
    if entry.action.startswith("organization.member_"):
        return ", ".join(str(ROLE.get(role, role)) for role in detail["after"])
    if isinstance(detail.get("people"), int):
        return str(ngettext("%(num)s persona", "%(num)s personas", detail["people"]))
    return ""


def _number(entry: AuditEntry) -> str:
    number = entry.detail.get("number")
    words = NUMBERED.get(entry.object_kind)
    return str(words % {"number": number}) if words is not None and number is not None else ""
