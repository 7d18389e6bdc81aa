"""Requests for meetings: who asks whom, what is answered, and the pairs that a schedule is made of.

Two requests that cross are an agreement: when B asks A while A's request to B is there, both count as accepted, also
when B had declined A's before or let it expire. And one "no" ends an agreement whole: who withdraws the own request
declines the other one with it, who declines the other one withdraws the own.

A company can also note something for itself (`note`), of which the other company is not told. `open`: it is available
should the other one ask; such a request, and that of two who are both available, is accepted at once. `no`: a veto,
which nobody overrides, not even an organizer; it ends what was agreed. Requests of a buyer (where the event says so)
and those of companies that fit well enough (`Registration.auto_accept_level`) are accepted at once as well.

No request ever holds a slot. One that is not answered in time expires (`services.request_upkeep`).

An organizer, or the reviewer who looks after the company, can do all of it for a company and then gives a `reason`,
which goes to the log with the company's name. Neither dates nor quotas bind the organizer, and a request made so is an
agreement from the start.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from eventsapp.db import db
from eventsapp.domain import deadlines, lifecycle, matching, quotas
from eventsapp.domain.access import Actor, Permission, require
from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import DeclineReason, Preference, RegistrationStatus, RequestOrigin, RequestStatus
from eventsapp.domain.worth import Weights, meeting_value, weights_from_dict
from eventsapp.models import Event, Exclusion, Registration, Request
from eventsapp.services import audit, companies, outbox
from eventsapp.services.matching import Field, read_field

ACTIVE = (RequestStatus.SENT, RequestStatus.ACCEPTED)
MOST = 1_000_000  # later than every rank
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class About:
    """What a request is about: a requirement of the buyer, a capability of the supplier."""

    requirement_id: UUID | None = None
    capability_id: UUID | None = None


def ask(
    from_: Registration,
    to: Registration,
    preference: Preference,
    *,
    actor: Actor,
    now: datetime,
    message: str = "",
    reason: str = "",
    about: About | None = None,
) -> Request:
    """Ask a company for a meeting, or ask it again; within the quota of the one that asks.

    With a preference that asks for nothing (`open`, `no`) it is noted instead.
    """
    if preference not in matching.ASKING:
        return note(from_, to, preference, actor=actor, now=now, reason=reason)
    _lock(from_, to)
    _permit(from_, actor, now, reason)
    _require_possible(from_, to)
    mine, theirs = _find_between(from_, to), _find_between(to, from_)
    _require_no_veto(theirs, reason)
    if mine is not None and reason:
        _require_no_veto(mine, reason)
    if mine is not None and "send_again" not in _possible(mine) and not _is_match(mine):
        raise DomainError("already_declined" if mine.status is RequestStatus.DECLINED else "already_asked")
    if not reason:
        quotas.require_room(from_.event, from_.side, count_used(from_))
    if mine is None:
        mine = Request(event_id=from_.event_id, from_id=from_.id, to_id=to.id)
    mine.status = RequestStatus.SENT
    mine.origin = RequestOrigin.ORGANIZER if reason else RequestOrigin.PARTICIPANT
    mine.preference, mine.message, mine.created_at, mine.made_by_id = preference, message, now, actor.account_id
    mine.decline_reason, mine.decline_text, mine.answered_at, mine.answered_by_id = None, "", None, None
    mine.rank, mine.reminded_at = None, None
    mine.expires_at = deadlines.request_expires_at(from_.event, now)
    if about is not None:
        mine.requirement_id, mine.capability_id = about.requirement_id, about.capability_id
    db.session.add(mine)
    is_answer = theirs is not None and theirs.status not in (RequestStatus.WITHDRAWN, RequestStatus.NOTED)
    is_accepted = is_answer or _is_available(theirs) or _binds(from_, to)
    if reason or is_accepted:
        _set_answer(mine, "accept", actor, now)
    if theirs is not None and is_answer and theirs.status is not RequestStatus.ACCEPTED:
        _set_answer(theirs, "accept", actor, now)
    _record(actor, "request.made", mine, from_, reason, now, preference=preference.value)
    if is_answer:
        _tell(to, "request_accepted", from_.company.name, now)
    elif is_accepted and not reason:
        _tell(to, "request_agreed", from_.company.name, now)
    return mine


def note(
    from_: Registration,
    to: Registration,
    preference: Preference,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    why: DeclineReason | None = None,
) -> Request:
    """Say for the own company that it is available for a company (`open`) or never meets it (`no`).

    Neither counts against the quota. Being available accepts what the other one asked; a veto declines it. `why` the
    company has a veto is for itself alone.
    """
    if preference in matching.ASKING:
        raise DomainError("wrong_preference")
    _lock(from_, to)
    _permit(from_, actor, now, reason)
    _require_possible(from_, to)
    mine, theirs = _find_between(from_, to), _find_between(to, from_)
    is_veto = preference is Preference.NO
    if not is_veto:
        _require_no_veto(theirs, reason)
        if mine is not None and reason:
            _require_no_veto(mine, reason)
        if mine is not None and mine.status in ACTIVE:
            raise DomainError("already_asked")
    if mine is None:
        mine = Request(event_id=from_.event_id, from_id=from_.id, to_id=to.id, created_at=now)
    mine.status, mine.preference = RequestStatus.NOTED, preference
    mine.origin = RequestOrigin.ORGANIZER if reason else RequestOrigin.PARTICIPANT
    mine.message, mine.rank, mine.expires_at, mine.made_by_id = "", None, None, actor.account_id
    mine.decline_reason, mine.decline_text = why if is_veto else None, ""
    mine.answered_at, mine.answered_by_id = None, None
    db.session.add(mine)
    db.session.flush()
    if theirs is not None and is_veto and theirs.status in ACTIVE:
        _set_answer(theirs, "decline", actor, now)
        theirs.decline_reason = DeclineReason.NOT_RELEVANT
    elif theirs is not None and not is_veto:
        _agree(mine, theirs, actor, now)
    _record(actor, "request.noted", mine, from_, reason, now, preference=preference.value)
    return mine


def _agree(mine: Request, theirs: Request, actor: Actor, now: datetime) -> None:
    """The company is available: what the other one asked is accepted; when it is available too, both agree."""
    if theirs.status in (RequestStatus.SENT, RequestStatus.EXPIRED):
        _set_answer(theirs, "accept", actor, now)
        _tell(theirs.from_registration, "request_accepted", mine.from_registration.company.name, now)
    elif _is_available(theirs):
        for one in (mine, theirs):
            _set_answer(one, "match", actor, now)
        _tell(theirs.from_registration, "request_agreed", mine.from_registration.company.name, now)


def accept(request: Request, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """Agree to a meeting that was asked for; also after having declined."""
    from_, to = _parties(request)
    _permit(to, actor, now, reason)
    _require_possible(from_, to)
    _drop_veto(_find_between(to, from_), reason)
    _set_answer(request, "accept", actor, now)
    _record(actor, "request.accepted", request, to, reason, now)
    _tell(from_, "request_accepted", to.company.name, now)


def decline(
    request: Request,
    why: DeclineReason,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    reason: str = "",
) -> None:
    """Say no to a meeting that was asked for, with the reason; an own request to that company is withdrawn with it."""
    from_, to = _parties(request)
    _permit(to, actor, now, reason)
    _set_answer(request, "decline", actor, now)
    request.decline_reason, request.decline_text = why, text
    own = _find_between(to, from_)
    if own is not None and (own.status in ACTIVE or _is_available(own)):
        own.status, own.rank = lifecycle.request(own.status, "withdraw"), None
    _record(actor, "request.declined", request, to, reason, now, why=why.value)


def withdraw(request: Request, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """Take an own request back; the request of the other company, when there is one, is declined with it."""
    from_, to = _parties(request)
    _permit(from_, actor, now, reason)
    request.status, request.rank = lifecycle.request(request.status, "withdraw"), None
    theirs = _find_between(to, from_)
    if theirs is not None and theirs.status in ACTIVE:
        _set_answer(theirs, "decline", actor, now)
        theirs.decline_reason = DeclineReason.OTHER
    _record(actor, "request.withdrawn", request, from_, reason, now)


def change_preference(request: Request, preference: Preference, *, actor: Actor, now: datetime) -> None:
    """Say anew how much the own company wants the meeting."""
    from_, _to = _parties(request)
    _permit(from_, actor, now, "")
    if request.status not in ACTIVE or request.preference not in matching.ASKING:
        raise DomainError("wrong_status", status=request.status.value, action="change_preference")
    if preference not in matching.ASKING:
        raise DomainError("wrong_preference")
    if request.preference is not preference:
        request.preference = preference
        _record(actor, "request.preference_changed", request, from_, "", now, preference=preference.value)


def save_order(registration: Registration, ids: Sequence[UUID], *, actor: Actor, now: datetime) -> None:
    """Say in which order the company wants its meetings, the first one first; requests that are not named follow."""
    _lock(registration)
    _permit(registration, actor, now, "")
    query = select(Request).where(Request.from_id == registration.id, Request.status.in_(ACTIVE), is_asking())
    known = {found.id: found for found in db.session.scalars(query.execution_options(populate_existing=True))}
    places = {id_: place for place, id_ in enumerate(dict.fromkeys(ids), start=1)}
    order = sorted(known.values(), key=lambda one: (places.get(one.id, len(places) + 1), one.rank or MOST, one.id))
    before = [one.rank for one in order]
    for rank, one in enumerate(order, start=1):
        one.rank = rank
    if order and before != list(range(1, len(order) + 1)):
        names = [one.to_registration.company.name for one in order[:10]]
        audit.record(actor, "request.order_changed", registration, at=now, event=registration.event, first=names)


def save_auto_accept(registration: Registration, level: int | None, *, actor: Actor, now: datetime) -> None:
    """Accept at once the requests of companies that fit with this level or better; None: each is asked."""
    require(actor, Permission.REQUEST_MAKE, registration.scope)
    _lock(registration)
    if level is not None and not 2 <= level <= matching.LEVELS:
        raise DomainError("wrong_level")
    if registration.auto_accept_level != level:
        registration.auto_accept_level = level
        audit.record(
            actor, "request.auto_accept_changed", registration, at=now, event=registration.event, level=level or 0
        )


def count_used(registration: Registration) -> int:
    """How many open requests count against the quota of a company: sent or accepted, made by the company itself."""
    query = select(func.count()).where(
        Request.from_id == registration.id,
        Request.status.in_(ACTIVE),
        is_asking(),
        Request.origin != RequestOrigin.ORGANIZER,
        is_allowed(),
    )
    return db.session.scalar(query) or 0


def count_remaining(registration: Registration) -> int:
    """How many more requests a company may make."""
    return quotas.remaining(registration.event, registration.side, count_used(registration))


def count_to_answer(registration: Registration) -> int:
    """How many requests wait for the answer of a company."""
    query = select(func.count()).where(
        Request.to_id == registration.id,
        Request.status == RequestStatus.SENT,
        is_allowed(),
        takes_part(Request.from_id),
    )
    return db.session.scalar(query) or 0


def is_allowed() -> ColumnElement[bool]:
    """The condition that a request is not between two companies that must not meet."""
    pair = or_(
        and_(Exclusion.a_id == Request.from_id, Exclusion.b_id == Request.to_id),
        and_(Exclusion.a_id == Request.to_id, Exclusion.b_id == Request.from_id),
    )
    return ~exists().where(pair)


class Wish(NamedTuple):
    """What a pair needs to know of a request."""

    id: UUID
    from_id: UUID
    to_id: UUID
    preference: Preference
    rank: int | None
    status: RequestStatus
    slot_ids: Sequence[str]
    after_ids: Sequence[str]


@dataclass(frozen=True)
class Pair:
    """Two registrations that agreed to meet; `a` is on the buyer's side. The schedule is made of these.

    `slot_ids` are the only slots for the meeting (None: any), `after_ids` the requests whose meetings come before it.
    """

    a: Registration
    b: Registration
    value: int
    is_must: bool
    affinity: int
    request_ids: tuple[UUID, ...]
    slot_ids: frozenset[UUID] | None = None
    after_ids: frozenset[UUID] = frozenset()

    @cached_property
    def key(self) -> frozenset[UUID]:
        """The two registrations whichever way round; asked for many times, so it is told once."""
        return frozenset({self.a.id, self.b.id})


def list_pairs(event: Event, of: Collection[UUID] = (), weights: Weights | None = None) -> list[Pair]:
    """The pairs that agreed to meet, by number of `a` and `b`: what the schedule is made of; `of`: only theirs.

    A pair agreed when a request between the two is accepted, or when both asked. Both are approved, not excluded from
    meeting each other, and neither has a veto. Made with the same few queries whatever the size of the event. Their
    values are those of `weights`, else of the weights that the event has now.
    """
    weights = weights or weights_from_dict(event.weights)
    between = _wishes(event, of)
    known = select(Registration).where(
        Registration.event_id == event.id, Registration.status == RegistrationStatus.APPROVED
    )
    if of:
        ids = {one for pair in between for one in pair}
        known, field = known.where(Registration.id.in_(ids)), read_field(event, (), ids)
    else:
        field = read_field(event)
    registrations = {found.id: found for found in db.session.scalars(known.options(joinedload(Registration.company)))}
    pairs_apart = select(Exclusion.a_id, Exclusion.b_id).where(Exclusion.event_id == event.id)
    excluded = {(a_id, b_id) for a_id, b_id in db.session.execute(pairs_apart)}
    pairs = [
        _pair(registrations, wishes, field, weights)
        for ids, wishes in between.items()
        if ids not in excluded and registrations.keys() >= set(ids) and _is_agreed(wishes)
    ]
    return sorted(pairs, key=lambda pair: (pair.a.number, pair.b.number))


def _wishes(event: Event, of: Collection[UUID]) -> dict[tuple[UUID, UUID], list[Wish]]:
    """What was asked between two and counts, the first first. Conditions are rare, so they are read apart."""
    wanted = [Request.event_id == event.id, Request.status.in_((*ACTIVE, RequestStatus.NOTED))]
    if of:
        wanted.append(or_(Request.from_id.in_(of), Request.to_id.in_(of)))
    some = select(Request.id, Request.slot_ids, Request.after_ids).where(
        *wanted, or_(_is_filled(Request.slot_ids), _is_filled(Request.after_ids))
    )
    conditions = {key: (slot_ids, after_ids) for key, slot_ids, after_ids in db.session.execute(some)}
    columns = (Request.id, Request.from_id, Request.to_id, Request.preference, Request.rank, Request.status)
    between: dict[tuple[UUID, UUID], list[Wish]] = {}
    for row in db.session.execute(select(*columns).where(*wanted).order_by(Request.created_at, Request.id)):
        wish = Wish(*row, *conditions.get(row[0], ((), ())))
        between.setdefault(ordered(wish.from_id, wish.to_id), []).append(wish)
    return between


def has_order(event: Event) -> bool:
    """Does any request wait for another one: then what happens to one meeting may matter to companies far from it."""
    query = select(Request.id).where(Request.event_id == event.id, _is_filled(Request.after_ids)).limit(1)
    return db.session.scalar(query) is not None


def _is_filled(column: InstrumentedAttribute[list[str]]) -> ColumnElement[bool]:
    """Has a list anything in it? Told from its text, which spares the reading of thousands of empty ones."""
    return cast(column, String) != "[]"


def count_agreed(event: Event) -> int:
    """How many pairs have an accepted request: as many as `list_pairs` gives, counted by the database."""
    low = case((Request.from_id < Request.to_id, Request.from_id), else_=Request.to_id)
    high = case((Request.from_id < Request.to_id, Request.to_id), else_=Request.from_id)
    pairs = (
        select(low, high)
        .where(
            Request.event_id == event.id,
            Request.status == RequestStatus.ACCEPTED,
            is_allowed(),
            ~_is_vetoed(),
            takes_part(Request.from_id),
            takes_part(Request.to_id),
        )
        .distinct()
    )
    return db.session.scalar(select(func.count()).select_from(pairs.subquery())) or 0


def ordered(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """Two keys in the order in which an exclusion keeps them."""
    return (one, other) if one < other else (other, one)


def _is_agreed(wishes: list[Wish]) -> bool:
    if any(wish.preference is Preference.NO for wish in wishes):
        return False
    asked = [wish for wish in wishes if wish.status in ACTIVE]
    return len(asked) > 1 or any(wish.status is RequestStatus.ACCEPTED for wish in asked)


def _pair(registrations: dict[UUID, Registration], wishes: list[Wish], field: Field, weights: Weights) -> Pair:
    """The pair behind one request, or behind two that cross; the first to ask is `a` when both buy and sell."""
    first = wishes[0]
    a, b = registrations[first.from_id], registrations[first.to_id]
    if not matching.is_buyer_side(a.side, b.side) and matching.is_buyer_side(b.side, a.side):
        a, b = b, a
    said = {wish.from_id: wish.preference for wish in wishes}
    ranks = {wish.from_id: wish.rank for wish in wishes}
    level = field.level(a.id, b.id)
    buyer, supplier = said.get(a.id), said.get(b.id)
    return Pair(
        a,
        b,
        meeting_value(
            buyer,
            supplier,
            level=level,
            priority=a.priority + b.priority,
            buyer_rank=ranks.get(a.id),
            supplier_rank=ranks.get(b.id),
            weights=weights,
        ),
        matching.must_meet(buyer, supplier),
        level,
        tuple(wish.id for wish in wishes if wish.status in ACTIVE),
        _common_slots(wishes),
        frozenset(UUID(before) for wish in wishes for before in wish.after_ids),
    )


def _common_slots(wishes: list[Wish]) -> frozenset[UUID] | None:
    """The slots that all conditions of a pair allow; None when there is no condition."""
    limits = [frozenset(map(UUID, wish.slot_ids)) for wish in wishes if wish.slot_ids]
    return frozenset.intersection(*limits) if limits else None


def is_asking() -> ColumnElement[bool]:
    """The condition that a request asks for a meeting: it is not merely available, and no veto."""
    return Request.preference.in_(matching.ASKING)


def _is_vetoed() -> ColumnElement[bool]:
    """The condition that one of the two companies of a request has a veto against the other."""
    veto = aliased(Request)
    pair = or_(
        and_(veto.from_id == Request.from_id, veto.to_id == Request.to_id),
        and_(veto.from_id == Request.to_id, veto.to_id == Request.from_id),
    )
    return exists().where(pair, veto.status == RequestStatus.NOTED, veto.preference == Preference.NO)


def _possible(request: Request) -> set[str]:
    """What can be done to a request as it stands."""
    return {action for action, (allowed, _after) in lifecycle.REQUEST.items() if request.status in allowed}


def _is_match(request: Request) -> bool:
    """Was it agreed on because both are available? Then the company can still ask for it."""
    return request.status is RequestStatus.ACCEPTED and request.preference is Preference.OPEN


def _is_available(request: Request | None) -> bool:
    return request is not None and request.status is RequestStatus.NOTED and request.preference is Preference.OPEN


def _is_veto(request: Request | None) -> bool:
    return request is not None and request.status is RequestStatus.NOTED and request.preference is Preference.NO


def _require_no_veto(request: Request | None, reason: str) -> None:
    """The company that is refused is not told of the veto; an organizer is."""
    if _is_veto(request):
        raise DomainError("vetoed" if reason else "cannot_meet")


def _drop_veto(request: Request | None, reason: str) -> None:
    """Who accepts after all takes the own veto back; nobody does it for a company."""
    if request is not None and _is_veto(request):
        _require_no_veto(request if reason else None, reason)
        request.status = lifecycle.request(request.status, "withdraw")


def _binds(from_: Registration, to: Registration) -> bool:
    """Is a request accepted without asking: by rule of the event, or of the company that gets it?"""
    if from_.event.buyer_requests_binding and matching.is_buyer_side(from_.side, to.side):
        return True
    level = to.auto_accept_level
    return level is not None and read_field(to.event, (), (from_.id, to.id)).level(from_.id, to.id) >= level


def takes_part(registration_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """The condition that a company of a request is approved."""
    return registration_id.in_(select(Registration.id).where(Registration.status == RegistrationStatus.APPROVED))


def _lock(*registrations: Registration) -> None:
    """Hold both registrations until this transaction ends, always in the same order, and know how they stand now.

    So quotas and crossing requests are judged by one transaction at a time.
    """
    ids = sorted(registration.id for registration in registrations)
    query = select(Registration).where(Registration.id.in_(ids)).order_by(Registration.id).with_for_update()
    db.session.scalars(query.execution_options(populate_existing=True)).all()


def _parties(request: Request) -> tuple[Registration, Registration]:
    """Who asked and who is asked, both held; the request as it stands then."""
    from_, to = request.from_registration, request.to_registration
    _lock(from_, to)
    db.session.refresh(request)
    return from_, to


def _permit(registration: Registration, actor: Actor, now: datetime, reason: str) -> None:
    """May the actor act as this company, or with a reason for it?"""
    if reason:
        require(actor, Permission.COMPANY_ACT_FOR, registration.scope)
        return
    require(actor, Permission.REQUEST_MAKE, registration.scope)
    deadlines.require_requests_open(registration.event, now, is_team=actor.is_standing_in)


def _require_possible(from_: Registration, to: Registration) -> None:
    """Raise unless the two may meet at all."""
    if from_.event_id != to.event_id or from_.id == to.id or not matching.may_meet(from_.side, to.side):
        raise DomainError("cannot_meet")
    if {from_.status, to.status} != {RegistrationStatus.APPROVED}:
        raise DomainError("not_approved")
    a_id, b_id = ordered(from_.id, to.id)
    if db.session.scalar(select(exists().where(Exclusion.a_id == a_id, Exclusion.b_id == b_id))):
        raise DomainError("cannot_meet")


def _find_between(from_: Registration, to: Registration) -> Request | None:
    query = select(Request).where(Request.from_id == from_.id, Request.to_id == to.id)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _set_answer(request: Request, action: str, actor: Actor, now: datetime) -> None:
    request.status = lifecycle.request(request.status, action)
    request.answered_at, request.answered_by_id = now, actor.account_id
    request.decline_reason, request.decline_text = None, ""


def _record(
    actor: Actor, action: str, request: Request, acting: Registration, reason: str, now: datetime, **detail: Any
) -> None:
    db.session.flush()
    audit.record(
        actor,
        action,
        request,
        at=now,
        reason=reason,
        on_behalf_of=acting.company.name if reason else "",
        from_company=request.from_registration.company.name,
        to_company=request.to_registration.company.name,
        **detail,
    )


def _tell(registration: Registration, kind: str, company: str, now: datetime) -> None:
    """Put one mail of a kind for each of the company's administrators and day into the outbox."""
    event = registration.event
    for delegate in companies.list_admins(registration.company):
        outbox.add(
            kind,
            key=f"{kind}:{registration.id}:{delegate.id}:{now.astimezone(event.zone).date()}",
            to_address=delegate.email,
            to_name=delegate.name,
            locale=delegate.locale,
            fields={"company": company, "path": f"/e/{event.code}/solicitudes"},
            at=now,
            event=event,
        )
