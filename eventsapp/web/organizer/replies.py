"""Answers to invitations: who comes, who does not, who proposes another time, and what waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.domain.access import Permission, Scope
from eventsapp.domain.values import Participation, ReplyKind, ReplyState
from eventsapp.models import CalendarReply, Event, Invitation, Schedule, Slot
from eventsapp.services import adjustments, replies, schedules
from eventsapp.web import loaders
from eventsapp.web.access import requires
from eventsapp.web.clock import now
from eventsapp.web.forms import trimmed
from eventsapp.web.organizer.blueprint import bp
from eventsapp.web.organizer.frame import organizer_page
from eventsapp.web.paging import Page
from eventsapp.web.saving import saving

MOST_SLOTS = 4
TO_DECIDE = (ReplyState.REVIEW, ReplyState.OPEN, ReplyState.UNREADABLE)


@dataclass(frozen=True)
class Filter:
    """One of the lists that the page offers."""

    label: Any
    states: tuple[ReplyState, ...] = ()
    said: Participation | None = None


FILTERS = {
    "": Filter(_l("Todas")),
    "por-atender": Filter(_l("Por atender"), TO_DECIDE),
    "no-asisten": Filter(_l("No asisten"), (ReplyState.COUNTED, ReplyState.OPEN), Participation.DECLINED),
    "asisten": Filter(_l("Asisten"), (ReplyState.COUNTED, ReplyState.OPEN), Participation.ACCEPTED),
    "sin-efecto": Filter(_l("Sin efecto"), (ReplyState.STALE, ReplyState.REPEATED, ReplyState.DISMISSED)),
}


@dataclass(frozen=True)
class Reply:
    """A reply of an event, as the organizer has it."""

    event: Event
    row: CalendarReply

    @property
    def scope(self) -> Scope:
        """Whose this is: the organizer's."""
        return self.event.scope


def reply_in(event_code: str, reply_id: UUID) -> Reply | None:
    """A reply, found through its event."""
    event = loaders.event(event_code)
    row = replies.find_in(event, reply_id) if event else None
    return Reply(event, row) if event and row else None


@bp.get("/o/<event_code>/respuestas", endpoint="replies")
@requires(Permission.MAIL_READ, load=loaders.event)
def list_replies(event: Event) -> str:
    """What came back, a page at a time."""
    chosen = request.args.get("estado", "")
    chosen = chosen if chosen in FILTERS else ""
    counts = {name: replies.count_of(event, states=each.states, said=each.said) for name, each in FILTERS.items()}
    page = Page.from_request(counts[chosen])
    wanted = FILTERS[chosen]
    return organizer_page(
        "organizer/replies.html",
        event,
        "mails",
        rows=replies.list_for(event, states=wanted.states, said=wanted.said, offset=page.first, limit=page.size),
        page=page,
        chosen=chosen,
        filters=[(name, each.label, counts[name]) for name, each in FILTERS.items()],
        answers=replies.count_answers(event),
        is_read=bool(current_app.config["SETTINGS"].imap_url),
    )


@bp.get("/o/<event_code>/respuestas/<uuid:reply_id>", endpoint="reply")
@requires(Permission.MAIL_READ, load=reply_in)
def show_reply(reply: Reply) -> str:
    """One reply: what it says, and what can be done."""
    row = reply.row
    is_open = row.state is ReplyState.OPEN and row.kind is ReplyKind.PROPOSAL
    current = schedules.find_current(reply.event) if is_open else None
    return organizer_page(
        "organizer/reply.html",
        reply.event,
        "mails",
        row=row,
        invited=replies.list_invited(row) if row.state is ReplyState.REVIEW else [],
        current=current,
        slots=_slots(row, current) if current else [],
        is_open=is_open,
    )


@bp.post("/o/<event_code>/respuestas/<uuid:reply_id>/contar")
@requires(Permission.EVENT_MANAGE, load=reply_in)
def accept_reply(reply: Reply) -> Any:
    """It speaks for this person after all."""
    wish = request.form.get("persona", "")
    invited = {str(row.id): row for row in replies.list_invited(reply.row)}
    invitation: Invitation | None = invited.get(wish)
    if invitation is None:
        abort(404)
    with saving(_address(reply)) as done:
        replies.accept_sender(reply.row, invitation, actor=g.actor, now=now())
    flash(_("Contada para %(person)s.", person=invitation.delegate.name), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/respuestas/<uuid:reply_id>/descartar")
@requires(Permission.EVENT_MANAGE, load=reply_in)
def dismiss_reply(reply: Reply) -> Any:
    """Nothing to do."""
    with saving(_list_address(reply)) as done:
        replies.dismiss(reply.row, actor=g.actor, now=now())
    flash(_("Descartada."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/respuestas/<uuid:reply_id>/rechazar")
@requires(Permission.EVENT_MANAGE, load=reply_in)
def refuse_proposal(reply: Reply) -> Any:
    """The meeting stays where it is, and the person is told."""
    with saving(_list_address(reply)) as done:
        comment = trimmed(request.form.get("comment"))[:1000]
        replies.refuse_proposal(reply.row, comment=comment, actor=g.actor, now=now())
    flash(_("La reunión sigue a la misma hora. Le avisamos a la persona por correo."), "ok")
    return done.redirect()


@bp.post("/o/<event_code>/respuestas/<uuid:reply_id>/mover")
@requires(Permission.SCHEDULE_ADJUST, load=reply_in)
def accept_proposal(reply: Reply) -> Any:
    """Move the meeting in the draft."""
    current = schedules.find_current(reply.event)
    slots = {str(slot.id): slot for slot in _slots(reply.row, current)} if current else {}
    slot = slots.get(request.form.get("slot", ""))
    if slot is None:
        abort(404)
    edit = request.form.get("edit", 0, type=int)
    with saving(url_for("organizer.publication", event_code=reply.event.code)) as done:
        replies.accept_proposal(
            reply.row, slot, None, edit=edit, actor=g.actor, now=now(), host=current_app.config["SETTINGS"].host
        )
    flash(_("La reunión cambió en el borrador. Publíquelo para avisar a todos."), "ok")
    return done.redirect()


def _slots(row: CalendarReply, current: Schedule | None) -> list[Slot]:
    """The rounds in which the pair can meet, those nearest to the proposed time first."""
    if current is None or row.invitation is None or row.proposed_start is None:
        return []
    meeting = row.invitation.meeting
    if schedules.find_pair(current, meeting.a_id, meeting.b_id) is None:
        return []
    wanted = row.proposed_start
    can = adjustments.find_places(current, meeting.a_id, meeting.b_id).can
    return sorted((spot.slot for spot in can), key=lambda slot: abs(slot.starts_at - wanted))[:MOST_SLOTS]


def _address(reply: Reply) -> str:
    return url_for("organizer.reply", event_code=reply.event.code, reply_id=reply.row.id)


def _list_address(reply: Reply) -> str:
    return url_for("organizer.replies", event_code=reply.event.code, estado="por-atender")
