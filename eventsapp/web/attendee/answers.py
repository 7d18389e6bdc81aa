"""Answers to an invitation on the web: from the link in a mail, without signing in, and from the meeting's page.

The mailed link is signed for one invitation and one SEQUENCE; opening it changes nothing, the form does.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventsapp.calendars import invite, record
from eventsapp.domain.access import NOWHERE, Permission, Scope
from eventsapp.domain.signatures import is_signature
from eventsapp.domain.values import Participation
from eventsapp.models import Invitation
from eventsapp.services import outbox, replies, wording
from eventsapp.web.access import requires
from eventsapp.web.attendee.agenda import settings
from eventsapp.web.attendee.blueprint import bp
from eventsapp.web.attendee.viewing import LookingAtMeeting, own_meeting
from eventsapp.web.clock import now
from eventsapp.web.forms import Form, long_text
from eventsapp.web.saving import saving
from eventsapp.web.security import csrf

WISHES = {"si": Participation.ACCEPTED, "tal-vez": Participation.TENTATIVE, "no": Participation.DECLINED}


class AnswerForm(Form):
    """Yes or no comes from the button; a word to the organizer is welcome."""

    comment = long_text(_l("Mensaje para el organizador"), most=1000, optional=True)


@dataclass(frozen=True)
class Answering:
    """A person with a signed link to an own invitation; `is_current` while nothing newer was sent."""

    row: Invitation
    token: str
    is_current: bool

    @property
    def scope(self) -> Scope:
        """The link is the permission."""
        return NOWHERE

    @property
    def said(self) -> invite.Invitation:
        """What the person was last told."""
        return record.from_dict(self.row.content["invitation"])


def answering(invitation_id: UUID, sequence: int, token: str) -> Answering | None:
    """The invitation behind a signed link."""
    if not is_signature(token, settings().secret_key, "answer", invitation_id, sequence):
        return None
    row = replies.find_invitation(invitation_id)
    if row is None:
        return None
    g.time_zone = row.content["invitation"]["zone"]
    return Answering(row, token, row.sequence == sequence)


@bp.get("/r/<uuid:invitation_id>/<int:sequence>/<token>")
@requires(Permission.PUBLIC_READ, load=answering)
def answer(page: Answering) -> str:
    """The meeting, and the buttons."""
    return _answer_page(page, AnswerForm())


@bp.post("/r/<uuid:invitation_id>/<int:sequence>/<token>")
@requires(Permission.PUBLIC_WRITE, load=answering)
def give_answer(page: Answering) -> ResponseReturnValue:
    """Note the answer."""
    form = AnswerForm()
    said = WISHES.get(request.form.get("said", ""))
    if not form.validate_on_submit() or said is None or not page.is_current:
        return _answer_page(page, form), 422
    with saving(request.path) as done:
        replies.answer(page.row, said, comment=form.comment.data or "", now=now())
    flash(_("Gracias. El organizador ya lo sabe."), "ok")
    return done.redirect()


@bp.post("/e/<event_code>/reunion/<uuid:meeting_id>/respuesta")
@requires(Permission.AGENDA_MANAGE, load=own_meeting)
def answer_meeting(page: LookingAtMeeting) -> ResponseReturnValue:
    """The answer of the person who is signed in, from the meeting's page."""
    row = replies.find_own(page.part.placement.meeting_id, page.looking.me.id)
    said = WISHES.get(request.form.get("said", ""))
    if row is None or said is None:
        abort(404)
    address = url_for("attendee.meeting", event_code=page.looking.event.code, meeting_id=row.meeting_id)
    with saving(address) as done:
        replies.answer(row, said, now=now())
    flash(_("Gracias. El organizador ya lo sabe."), "ok")
    return done.redirect()


def _answer_page(page: Answering, form: AnswerForm) -> str:
    row, said = page.row, page.said
    zone = ZoneInfo(said.zone)
    event = row.meeting.event
    return render_template(
        "attendee/answer.html",
        event=event,
        row=row,
        form=form,
        counterpart=row.content["counterpart"],
        person=row.delegate.name,
        facts=[
            (_("Día"), wording.day(said.start, zone)),
            (_("Hora"), wording.hours(said.start, said.end, zone)),
            (_("Lugar"), said.location),
        ],
        city=event.city if said.zone == event.time_zone else wording.city(said.zone),
        is_open=page.is_current and replies.is_open(row, now=now()),
        is_current=page.is_current,
        is_cancelled=said.cancelled,
        wish=WISHES.get(request.args.get("r", "")),
    )


# Notices --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Noticed:
    """The person who got a notice, with the signed link of its foot."""

    address: str
    path: str

    @property
    def scope(self) -> Scope:
        """The link is the permission."""
        return NOWHERE


def noticed(mail_id: UUID, token: str) -> Noticed | None:
    """The recipient of a notice."""
    if not is_signature(token, settings().secret_key, "notices", mail_id):
        return None
    address = outbox.find_address(mail_id)
    return Noticed(address, request.path) if address else None


@bp.get("/avisos/<uuid:mail_id>/<token>")
@requires(Permission.PUBLIC_READ, load=noticed)
def notices(page: Noticed) -> str:
    """Does the person want notices?"""
    return render_template("attendee/notices.html", address=page.address, is_muted=outbox.is_muted(page.address))


@bp.post("/avisos/<uuid:mail_id>/<token>")
@requires(Permission.PUBLIC_WRITE, load=noticed)
def change_notices(page: Noticed) -> ResponseReturnValue:
    """No more notices, or notices again. Mail programs come here with one click and no cookie (RFC 8058)."""
    with saving(page.path) as done:
        if request.form.get("avisos") == "si":
            outbox.unmute(page.address)
        else:
            outbox.mute(page.address, now=now())
    return redirect(done.location, 303)


csrf.exempt(change_notices)  # the signed address says who it is; a mail program has no page to take a token from
