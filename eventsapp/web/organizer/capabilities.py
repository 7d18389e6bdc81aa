"""The capabilities of the companies of an event: which nobody checked, and the decision on each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import Length

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.sourcing import CapabilityStatus
from eventsapp.domain.values import Verification
from eventsapp.models import Capability, Event
from eventsapp.services import audit, capabilities, registrations
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.capabilities import STEPS
from eventsapp.web.forms import Form, long_text, trimmed
from eventsapp.web.navigation import checking_tabs
from eventsapp.web.organizer.acts import act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.sourcing_words import told
from eventsapp.web.templating import term_name

HIDDEN = "ocultas"
STATES = {
    "por-comprobar": _l("Por comprobar"),
    "comprobadas": _l("Comprobadas"),
    HIDDEN: _l("Ocultas"),
}
CHECKED = frozenset({Verification.DOCUMENT_CHECKED, Verification.SITE_VISITED})


class CheckForm(Form):
    """What was seen when it was decided; the button says how it was checked."""

    seen = HiddenField(validators=[Length(max=64)])


class HideCapabilityForm(Form):
    """Why a capability is taken from the page."""

    note = long_text(_l("Qué debe corregir la empresa"), most=500)


@dataclass(frozen=True)
class CapabilityAt:
    """A capability of a company of an event, as its organizer has it."""

    event: Event
    capability: Capability

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def capability_at(event_code: str, capability_id: UUID) -> CapabilityAt | None:
    """A capability, found through the event."""
    event = loaders.event(event_code)
    found = capabilities.find_in(event, capability_id) if event is not None else None
    return CapabilityAt(event, found) if event is not None and found is not None else None


@bp.get("/o/<event_code>/capacidades", endpoint="capabilities")
@requires(Permission.CERTIFICATE_VERIFY, load=loaders.event)
def list_capabilities(event: Event) -> ResponseReturnValue:
    """The capabilities of the event, with a filter and a search."""
    listed = capabilities.list_in(event)
    words, state = trimmed(request.args.get("q"))[:200], trimmed(request.args.get("estado"))
    counts = Counter(state_of(row) for row in listed)
    shown = [row for row in listed if (state not in STATES or state_of(row) == state) and _has(row, words)]
    page = Page.from_request(len(shown))
    return organizer_page(
        "organizer/capabilities.html",
        event,
        "registrations",
        rows=shown[page.first : page.last],
        page=page,
        search_words=words,
        state=state if state in STATES else "",
        total=len(listed),
        states=[(key, word, counts[key]) for key, word in STATES.items()],
        tabs=checking_tabs(event, "organizer.capabilities"),
    )


@bp.get("/o/<event_code>/capacidades/<uuid:capability_id>")
@requires(Permission.CERTIFICATE_VERIFY, load=capability_at)
def capability(found: CapabilityAt) -> ResponseReturnValue:
    """One capability: what the company says of it, and the decision."""
    return _page(found, HideCapabilityForm(formdata=None))


@bp.post("/o/<event_code>/capacidades/<uuid:capability_id>/comprobar")
@requires(Permission.CERTIFICATE_VERIFY, load=capability_at)
def verify_capability(found: CapabilityAt) -> ResponseReturnValue:
    """Say how far somebody looked."""
    form = CheckForm()
    how = request.form.get("how", "")
    if not form.validate_on_submit() or how not in set(Verification) - {Verification.REJECTED}:
        return _page(found, HideCapabilityForm(formdata=None)), 422
    with saving(_address(found)) as done:
        capabilities.verify(
            found.capability, Verification(how), found.event, seen=form.seen.data or "", actor=g.actor, now=now()
        )
    flash(_("Guardado."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/capacidades/<uuid:capability_id>/ocultar")
@requires(Permission.CERTIFICATE_VERIFY, load=capability_at)
def hide_capability(found: CapabilityAt) -> ResponseReturnValue:
    """Take it from the page and say why."""
    form = HideCapabilityForm()
    if form.validate_on_submit():
        try:
            with saving(_address(found)) as done:
                capabilities.hide(found.capability, form.note.data, found.event, actor=g.actor, now=now())
            flash(_("Ya no se muestra. La empresa ve el motivo."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("note", error)
    return _page(found, form), 422


@bp.post("/o/<event_code>/capacidades/<uuid:capability_id>/mostrar")
@requires(Permission.CERTIFICATE_VERIFY, load=capability_at)
def show_capability(found: CapabilityAt) -> ResponseReturnValue:
    """Put it back on the page."""
    with saving(_address(found)) as done:
        capabilities.show(found.capability, found.event, actor=g.actor, now=now())
    flash(_("Se muestra de nuevo."), "ok")
    return done.redirect()


def state_of(row: Capability) -> str:
    """One of `STATES`: hidden, checked by somebody, or only the company's word."""
    if row.status is CapabilityStatus.SUSPENDED:
        return HIDDEN
    return "comprobadas" if row.verification in CHECKED else "por-comprobar"


def _has(row: Capability, words: str) -> bool:
    text = folded(" ".join([row.title, row.company.name, *(str(term_name(code)) for code in row.terms)]))
    return all(word in text for word in folded(words).split())


def _page(found: CapabilityAt, form: HideCapabilityForm) -> str:
    event, row = found.event, found.capability
    return organizer_page(
        "organizer/capability.html",
        event,
        "registrations",
        row=row,
        form=form,
        seen=capabilities.edition_of(row),
        is_checked=row.verification in CHECKED,
        registration=registrations.find_of({row.company_id}, event),
        sections=[
            {"title": STEPS.titles[step], "facts": told(row, [name for name in kind.names() if name != "title"])}
            for step, kind in STEPS.forms.items()
        ],
        history=audit.list_for(row.id),
        act=act,
    )


def _address(found: CapabilityAt) -> str:
    return url_for("organizer.capability", event_code=found.event.code, capability_id=found.capability.id)
