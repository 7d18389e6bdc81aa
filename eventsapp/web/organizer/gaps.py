"""What nobody covers, and all requirements of an event: for organizers, who can hide one and say why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission, Scope, may
from eventsapp.domain.certifications import certification_name
from eventsapp.domain.errors import DomainError
from eventsapp.domain.matching import folded
from eventsapp.domain.scoring import covers
from eventsapp.domain.sourcing import RequirementStatus
from eventsapp.models import Event, Requirement
from eventsapp.services import audit, matching, requirements
from eventsapp.services import gaps as gap_lists
from eventsapp.services.gaps import Gap
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.company.requirements import STEPS
from eventsapp.web.forms import Form, long_text, trimmed
from eventsapp.web.navigation import request_tabs
from eventsapp.web.organizer.acts import act
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving
from eventsapp.web.sourcing_words import told
from eventsapp.web.templating import term_name

SHOWN_CERTIFICATES = 6
SHOWN_TERMS = 6
SHOWN_MATCHES = 10


@dataclass(frozen=True)
class Part:
    """A requirement of an event."""

    event: Event
    requirement: Requirement

    @property
    def scope(self) -> Scope:
        """Whose this is."""
        return self.event.scope


class HideForm(Form):
    """Why a requirement is taken from the page."""

    note = long_text(_l("Qué debe corregir la empresa"), most=500)


def part(event_code: str, requirement_id: UUID) -> Part | None:
    """A requirement, found through its event; drafts are nobody's but their company's."""
    event = loaders.event(event_code)
    found = requirements.find_in(event, requirement_id) if event is not None else None
    if event is None or found is None or found.status is RequirementStatus.DRAFT:
        return None
    return Part(event, found)


@bp.get("/o/<event_code>/brechas")
@requires(Permission.REQUEST_READ, load=loaders.event)
def gaps(event: Event) -> ResponseReturnValue:
    """The requirements that no company covers, with those that come near and what they lack."""
    field = matching.read_field(event)
    found = gap_lists.list_gaps(field)
    words, code = trimmed(request.args.get("q"))[:200], trimmed(request.args.get("certificado"))[:40]
    shown = [gap for gap in found if _fits(gap, words) and (not code or code in gap.missing)]
    page = Page.from_request(len(shown))
    return organizer_page(
        "organizer/gaps.html",
        event,
        "requests",
        tabs=request_tabs(event, "organizer.gaps"),
        rows=shown[page.first : page.last],
        page=page,
        words=words,
        certificate=code,
        total=len(found),
        published=len([need for party in field.parties.values() for need in party.needs if not need.is_general]),
        certificates=_certificates(found)[:SHOWN_CERTIFICATES],
        without=sum(gap.is_alone for gap in found),
        near=sum(bool(gap.missing) for gap in found),
        terms=_terms(found)[:SHOWN_TERMS],
    )


@bp.get("/o/<event_code>/requerimientos", endpoint="requirements")
@requires(Permission.REQUEST_READ, load=loaders.event)
def list_requirements(event: Event) -> ResponseReturnValue:
    """All requirements of the event but drafts."""
    listed = requirements.list_in(event)
    words, status = trimmed(request.args.get("q"))[:200], trimmed(request.args.get("estado"))
    counts = Counter(row.status for row in listed)
    shown = [row for row in listed if (not status or row.status == status) and _has(row, words)]
    page = Page.from_request(len(shown))
    return organizer_page(
        "organizer/requirements.html",
        event,
        "requests",
        tabs=request_tabs(event, "organizer.requirements"),
        rows=shown[page.first : page.last],
        page=page,
        words=words,
        status=status,
        total=len(listed),
        counts=[(each, counts[each]) for each in RequirementStatus if counts[each] or each == status],
    )


@bp.get("/o/<event_code>/requerimientos/<uuid:requirement_id>")
@requires(Permission.REQUEST_READ, load=part)
def requirement(found: Part) -> ResponseReturnValue:
    """One requirement: what it asks, who covers it, and its history."""
    return _page(found, HideForm(formdata=None))


@bp.post("/o/<event_code>/requerimientos/<uuid:requirement_id>/ocultar")
@requires(Permission.REGISTRATION_REVIEW, load=part)
def hide_requirement(found: Part) -> ResponseReturnValue:
    """Take it from the page and say why."""
    form = HideForm()
    if form.validate_on_submit():
        try:
            with saving(_address(found)) as done:
                requirements.hide(found.requirement, form.note.data, actor=g.actor, now=now())
            flash(_("Ya no se muestra. La empresa ve el motivo."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("note", error)
    return _page(found, form), 422


@bp.post("/o/<event_code>/requerimientos/<uuid:requirement_id>/mostrar")
@requires(Permission.REGISTRATION_REVIEW, load=part)
def show_requirement(found: Part) -> ResponseReturnValue:
    """Put it back on the page."""
    with saving(_address(found)) as done:
        requirements.show(found.requirement, actor=g.actor, now=now())
    flash(_("Se muestra de nuevo."), "ok")
    return done.redirect()


def _page(found: Part, form: HideForm) -> str:
    event, row = found.event, found.requirement
    is_compared = row.status is RequirementStatus.PUBLISHED
    matches = gap_lists.list_matches(matching.read_field(event), row.id) if is_compared else []
    return organizer_page(
        "organizer/requirement.html",
        event,
        "requests",
        row=row,
        form=form,
        sections=[
            {"title": STEPS.titles[step], "facts": told(row, [name for name in kind.names() if name != "title"])}
            for step, kind in STEPS.forms.items()
        ],
        matches=matches[:SHOWN_MATCHES],
        is_compared=is_compared,
        is_covered=any(covers(match.need, match.offer) for _party, match in matches),
        may_review=may(g.actor, Permission.REGISTRATION_REVIEW, event.scope),
        history=audit.list_for(row.id),
        act=act,
    )


def _address(found: Part) -> str:
    return url_for("organizer.requirement", event_code=found.event.code, requirement_id=found.requirement.id)


def _certificates(found: list[Gap]) -> list[tuple[str, str, int]]:
    """The missing certificates, by how many requirements each would help to cover."""
    counts = Counter(code for gap in found for code in gap.missing)
    return [(code, certification_name(code), n) for code, n in counts.most_common()]


def _terms(found: list[Gap]) -> list[tuple[str, int]]:
    """The terms that are asked for most where nobody covers them."""
    counts = Counter(code for gap in found for code in gap.need.terms)
    return [(term_name(code), n) for code, n in counts.most_common()]


def _fits(gap: Gap, words: str) -> bool:
    text = folded(" ".join([gap.title, gap.company, *map(term_name, gap.need.terms)]))
    return all(word in text for word in folded(words).split())


def _has(row: Requirement, words: str) -> bool:
    text = folded(" ".join([row.title, row.registration.company.name, row.folio, *map(term_name, row.terms)]))
    return all(word in text for word in folded(words).split())
