"""Privacy for organizers: the notice with its versions, and the desk for rights over personal data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, g, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from eventsapp.domain import notice_texts
from eventsapp.domain.access import Permission, Scope, may
from eventsapp.domain.errors import DomainError
from eventsapp.domain.notice_texts import NoticeKind, NoticeLanguage, NoticeText
from eventsapp.domain.privacy import ArcoStatus
from eventsapp.models import ArcoRequest, Event
from eventsapp.services import arco, privacy
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.fields import choice
from eventsapp.web.forms import Form, long_text
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page
from eventsapp.web.privacy_words import ARCO_KIND, ARCO_SHORT, ARCO_STATUS, NOTICE_KIND
from eventsapp.web.saving import saving

MOST_PURPOSES = 12
ANSWERS = {"yes": _l("Procede"), "no": _l("No procede")}


class NoticeForm(Form):
    """A new version of the notice."""

    kind = choice(_l("Qué ley le aplica"), NOTICE_KIND)
    simplified = long_text(_l("Aviso simplificado"), most=2000)
    necessary = long_text(_l("Usos necesarios, uno por renglón"), most=2000)
    voluntary = long_text(_l("Usos voluntarios, uno por renglón"), most=2000, optional=True)
    full = long_text(_l("Aviso completo"), most=20000)
    seen = HiddenField()

    def notice(self) -> NoticeText:
        """What was entered."""
        return NoticeText(
            self.simplified.data, self.full.data, _lines(self.necessary.data), _lines(self.voluntary.data)
        )


class AnswerForm(Form):
    """The answer to a request."""

    text = long_text(_l("Respuesta"), most=4000)


@dataclass(frozen=True)
class Asked:
    """A request to the organizer of an event."""

    event: Event
    row: ArcoRequest

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def request_to(event_code: str, request_id: UUID) -> Asked | None:
    """A request, found through the event's organizer."""
    event = loaders.event(event_code)
    row = arco.find_in(event.organization, request_id) if event else None
    return Asked(event, row) if event and row else None


@bp.get("/o/<event_code>/privacidad", endpoint="arco_requests")
@requires(Permission.EVENT_MANAGE, load=loaders.event)
def list_arco(event: Event) -> str:
    """The requests about personal data, the most urgent first."""
    only_open = request.args.get("todas") != "1"
    counts = {flag: arco.count_for(event.organization, only_open=flag) for flag in (True, False)}
    page = Page.from_request(counts[only_open])
    return organizer_page(
        "organizer/arco_requests.html",
        event,
        "settings",
        rows=arco.list_for(event.organization, only_open=only_open, offset=page.first, limit=page.size),
        page=page,
        only_open=only_open,
        counts=counts,
        kinds=ARCO_SHORT,
        statuses=ARCO_STATUS,
        today=now().astimezone(event.zone).date(),
        may_write=may(g.actor, Permission.ORGANIZATION_MANAGE, event.scope),
        version=privacy.current_version(event.organization_id),
    )


@bp.get("/o/<event_code>/privacidad/<uuid:request_id>", endpoint="arco_request")
@requires(Permission.EVENT_MANAGE, load=request_to)
def show_arco(asked: Asked) -> str:
    """One request."""
    return _arco_page(asked, AnswerForm(formdata=None))


@bp.post("/o/<event_code>/privacidad/<uuid:request_id>/responder", endpoint="answer_arco")
@requires(Permission.EVENT_MANAGE, load=request_to)
def answer_arco(asked: Asked) -> ResponseReturnValue:
    """Say yes or no."""
    form = AnswerForm()
    if not form.validate_on_submit():
        return _arco_page(asked, form), 422
    is_granted = request.form.get("answer") == "yes"
    with saving(_address(asked)) as done:
        arco.answer(asked.row, asked.event, is_granted=is_granted, text=form.text.data, actor=g.actor, now=now())
    flash(_("Enviamos su respuesta por correo."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/privacidad/<uuid:request_id>/cumplida", endpoint="finish_arco")
@requires(Permission.EVENT_MANAGE, load=request_to)
def finish_arco(asked: Asked) -> ResponseReturnValue:
    """What was granted has been carried out."""
    with saving(_address(asked)) as done:
        arco.finish(asked.row, asked.event, actor=g.actor, now=now())
    return done.redirect()


@bp.route("/o/<event_code>/privacidad/aviso", methods=["GET", "POST"], endpoint="privacy_notice")
@requires(Permission.ORGANIZATION_MANAGE, load=loaders.event)
def privacy_notice(event: Event) -> ResponseReturnValue:
    """Write the next version of the notice; it is in force at once, the earlier ones stay."""
    form = NoticeForm(data=_beginning(event))
    if form.validate_on_submit():
        seen = int(form.seen.data) if str(form.seen.data).isdigit() else -1
        try:
            with saving(url_for("organizer.privacy_notice", event_code=event.code)) as done:
                privacy.publish_notice(
                    event.organization, form.kind.data, form.notice(), seen=seen, actor=g.actor, now=now()
                )
            flash(_("El aviso nuevo ya está publicado."), "ok")
            return done.redirect()
        except DomainError as error:
            form.refuse("simplified", error)
            form.seen.data = str(privacy.current_version(event.organization_id))
    page = organizer_page(
        "organizer/privacy_notice.html",
        event,
        "settings",
        form=form,
        versions=privacy.list_notices(event.organization),
        kind_words=NOTICE_KIND,
    )
    return page, 422 if form.errors else 200


def _beginning(event: Event) -> dict[str, Any]:
    """What the form begins with: the version in force, or the template of the law that the address names."""
    found = privacy.find_notice(event.organization)
    kind = found.kind if found is not None else notice_texts.kind_for(event.organization.kind)
    wanted = request.args.get("plantilla", "")
    text = privacy.text_of(event)
    if wanted in set(NoticeKind):
        kind = NoticeKind(wanted)
        language = NoticeLanguage.ENGLISH if request.args.get("idioma") == "en" else NoticeLanguage.SPANISH
        names = {"organization": event.organization.name, "contact": event.contact_email}
        text = notice_texts.template(kind, language, **names)
    return {
        "kind": kind,
        "simplified": text.simplified,
        "necessary": "\n".join(text.necessary),
        "voluntary": "\n".join(text.voluntary),
        "full": text.full,
        "seen": str(found.version if found is not None else 0),
    }


def _arco_page(asked: Asked, form: AnswerForm) -> str:
    return organizer_page(
        "organizer/arco_request.html",
        asked.event,
        "settings",
        row=asked.row,
        form=form,
        kind=ARCO_KIND[asked.row.kind],
        tag=ARCO_STATUS[asked.row.status],
        waits=asked.row.status is ArcoStatus.RECEIVED,
        granted=asked.row.status is ArcoStatus.GRANTED,
        answers=ANSWERS,
        today=now().astimezone(asked.event.zone).date(),
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip()[:300] for line in text.splitlines() if line.strip())[:MOST_PURPOSES]


def _address(asked: Asked) -> str:
    return url_for("organizer.arco_request", event_code=asked.event.code, request_id=asked.row.id)
