"""Why a request was not met: one true reason code each, no prose, and where it could be put now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from eventsapp.scheduling import fixes
from eventsapp.scheduling.board import Board
from eventsapp.scheduling.index import (
    ANY,
    Index,
    Option,
    Place,
    Plan,
    index_of,
    mask_of_all,
    slots_of,
    starts_within,
)
from eventsapp.scheduling.problem import Problem
from eventsapp.scheduling.rules import Rule
from eventsapp.scheduling.schedule import Meeting, Unscheduled

REASONS = (
    "no_common_slot",
    "not_available_together",
    "buyer_full",
    "supplier_full",
    "capacity_full",
    "no_table",
    "consecutive_limit",
    "precedence",
    "outvalued",
    "lottery",
    "not_proven",
)

REASON_OF: dict[Rule, str | None] = {
    Rule.KNOWN: None,
    Rule.ONCE: None,
    Rule.DESKS: "no_common_slot",
    Rule.LENGTH: "no_common_slot",
    Rule.ALLOWED_SLOTS: "no_common_slot",
    Rule.AVAILABLE: "no_common_slot",
    Rule.DESK_BUSY: "outvalued",
    Rule.PERSON_BUSY: "outvalued",
    Rule.TABLE_NEEDED: "no_table",
    Rule.TABLE_BUSY: "no_table",
    Rule.FIXED_TABLE: "no_table",
    Rule.ZONE: "no_table",
    Rule.CAPACITY: "capacity_full",
    Rule.MAX_MEETINGS: "buyer_full",
    Rule.MAX_PER_DAY: "buyer_full",
    Rule.MAX_CONSECUTIVE: "consecutive_limit",
    Rule.PIN: "not_available_together",
    Rule.PRECEDENCE: "precedence",
}
"""The reason that a rule gives when it is what keeps a request out (the supplier's side where it is the supplier)."""


def reasons(index: Index, plan: Plan, proven: Mapping[str, bool], seed: int = 1) -> tuple[Unscheduled, ...]:
    """A reason for every request that the plan does not hold; `proven` says which levels are optimal."""
    board = Board(index)
    board.load(plan)
    equals = _by_company_and_worth(index, plan)
    return tuple(
        Unscheduled(request.id, *_reason(board, number, proven, equals, seed))
        for number, request in enumerate(index.problem.requests)
        if number not in plan
    )


Equals = dict[tuple[int, int, bool], list[int]]


def _by_company_and_worth(index: Index, plan: Plan) -> Equals:
    """The held requests by company, value and whether they are a must."""
    found: Equals = {}
    for request in plan:
        for company in index.sides[request]:
            found.setdefault((company, index.values[request], index.musts[request]), []).append(request)
    return found


def _reason(
    board: Board, request: int, proven: Mapping[str, bool], equals: Equals, seed: int
) -> tuple[str, dict[str, Any]]:
    """The one reason of a request that is not held, with its detail and the smallest fix."""
    index = board.index
    options = index.options[request]
    if not options:
        code, detail = _never(index, request)
        return code, with_fix(detail, fixes.slot_for_desk(board, request) if code == "no_common_slot" else None)
    if board.fixed and all(_pinned_only(board, request, option) for option in options):
        return "not_available_together", {}
    rival = _lottery(board, request, equals)
    if rival is not None:
        return "lottery", {"won": index.problem.requests[rival].id, "seed": seed}
    full = _full(board, request)
    if full is not None:
        fix = fixes.meeting_for_company(board, request) or fixes.slot_for_desk(board, request)
        return full[0], with_fix(full[1], fix)
    if any(board.starts(request, option) for option in options):
        level = next((name for name, done in proven.items() if not done), None)
        return ("not_proven", {"level": level}) if level is not None else ("outvalued", {"meetings": [], "value": 0})
    free = [(option, mask) for option in options if (mask := _free(board, request, option))]
    if free:
        code, detail = _blocked(board, request, free)
        return code, with_fix(detail, fixes.table_in_slot(board, request))
    return _outvalued(board, request, proven)


def with_fix(detail: dict[str, Any], fix: dict[str, Any] | None) -> dict[str, Any]:
    """The detail with the smallest change that would admit the request, if one was found."""
    return detail if fix is None else {**detail, "fix": fix}


def _lottery(board: Board, request: int, equals: Equals) -> int | None:
    """A held request of the same company and worth whose place this one could take without any loss."""
    index = board.index
    for company in index.sides[request]:
        for rival in equals.get((company, index.values[request], index.musts[request]), ())[:8]:
            if rival in board.fixed or rival in index.published or _needed(board, rival, request):
                continue
            place = board.take(rival)
            fits = next(board.places(request), None) is not None
            board.put(rival, place)
            if fits:
                return rival
    return None


def _needed(board: Board, rival: int, request: int) -> bool:
    """Whether a company of the rival would fall below its minimum without it."""
    index = board.index
    return any(
        index.most[company] - board.room[company] <= index.least[company]
        for company in index.sides[rival]
        if company not in index.sides[request]
    )


def _never(index: Index, request: int) -> tuple[str, dict[str, Any]]:
    """Why a request has no option at all."""
    item = index.problem.requests[request]
    common = 0
    for a in index.company_desks[index.sides[request][0]]:
        for b in index.company_desks[index.sides[request][1]]:
            common |= mask_of_all(
                starts_within(index.desk_masks[a] & index.desk_masks[b] & block, item.length) for block in index.blocks
            )
    limits = [index.desk_limit[index.company_desks[side][0]] for side in index.sides[request]]
    if common and any(limit and limit < item.length for limit in limits):
        return "consecutive_limit", {}
    if common and item.slots is None and index.table_ids and not item.virtual:
        return "no_table", {}
    return "no_common_slot", {}


def _full(board: Board, request: int) -> tuple[str, dict[str, Any]] | None:
    """Whether a company has its maximum, or no free slot at all."""
    index = board.index
    for company, reason in zip(index.sides[request], _side_reasons(index, request), strict=True):
        if board.room[company] <= 0:
            return reason, {"company": index.problem.companies[company].id, "max_meetings": index.most[company]}
    for end, reason in enumerate(_side_reasons(index, request)):
        desks = {option.desks[end] for option in index.options[request]}
        company = index.sides[request][end]
        open_days = board.day_open.get(company, index.everything)
        if not open_days & mask_of_all(option.starts for option in index.options[request]):
            return reason, {"company": index.problem.companies[company].id, "max_per_day": index.per_day[company]}
        if not any(board.free[index.desk_resource[desk]] & index.desk_masks[desk] for desk in desks):
            return reason, {"company": index.problem.companies[company].id, "slots": "all"}
    return None


def _side_reasons(index: Index, request: int) -> tuple[str, str]:
    first, second = (index.problem.companies[company].side for company in index.sides[request])
    if first == "supplier" and second != "supplier":
        return "supplier_full", "buyer_full"
    if second == "buyer" and first != "buyer":
        return "supplier_full", "buyer_full"
    return "buyer_full", "supplier_full"


def _free(board: Board, request: int, option: Option) -> int:
    """The starts in which both desks are free, other rules apart."""
    resource = board.index.desk_resource
    mask = board.free[resource[option.desks[0]]] & board.free[resource[option.desks[1]]]
    return starts_within(mask, board.index.lengths[request]) & option.starts


def _blocked(board: Board, request: int, free: list[tuple[Option, int]]) -> tuple[str, dict[str, Any]]:
    """Which rule keeps the request out of slots in which its desks are free."""
    index = board.index
    length = index.lengths[request]
    slots = slots_of(mask_of_all(mask for _, mask in free))
    roomy = []
    for option, mask in free:
        for pool in option.pools:
            mask &= starts_within(board.open[pool], length)
        if mask:
            roomy.append((option, mask))
    if not roomy:
        return ("no_table" if index.table_ids else "capacity_full"), {"slots": slots}
    rested = [(option, board.rested(option, mask, length)) for option, mask in roomy]
    if not any(mask for _, mask in rested):
        return "consecutive_limit", {"slots": slots}
    if not any(mask & board.ordered(request) for _, mask in rested):
        return "precedence", {"slots": slots}
    return _side_reasons(index, request)[0], {"slots": slots}


def _pinned_only(board: Board, request: int, option: Option) -> bool:
    return all(board.blockers(request, option, slot) & board.fixed for slot in slots_of(option.starts))


def _outvalued(board: Board, request: int, proven: Mapping[str, bool]) -> tuple[str, dict[str, Any]]:
    """The meetings of least value that would have to go."""
    index = board.index
    level = "musts" if index.musts[request] else "value"
    if not proven.get(level, True):
        return "not_proven", {"level": level}
    best: tuple[int, list[int]] | None = None
    for option in index.options[request]:
        for slot in slots_of(option.starts):
            out = board.blockers(request, option, slot)
            if out & board.fixed:
                continue
            worth = sum(index.values[other] for other in out)
            if best is None or worth < best[0]:
                best = (worth, sorted(out))
    if best is None:
        return "not_available_together", {}
    return "outvalued", {"meetings": [index.problem.requests[r].id for r in best[1]], "value": best[0]}


@dataclass(frozen=True)
class Why:
    """Where a request can be put now (slot, table, desks), and for each other slot the rule in the way."""

    can: tuple[tuple[int, str | None, tuple[str, str]], ...]
    cannot: Mapping[int, Rule]


def places(problem: Problem, meetings: Iterable[Meeting], request: str) -> Why:
    """Where a request could be put now, its present place set aside, and why not elsewhere."""
    index = index_of(problem, concrete=True)
    number = index.request_of[request]
    board = Board(index)
    for meeting in meetings:
        other = index.request_of.get(meeting.request)
        if other is not None and other != number:
            _put_as_is(board, other, meeting)
    can = [
        (slot, None if option.table == ANY else index.table_ids[option.table], _names(index, option))
        for option in (index.options[number] if board.has_room(number) else ())
        for slot in slots_of(board.starts(number, option))
    ]
    can.sort(key=lambda place: (place[0], place[2], place[1] or ""))
    good = {slot for slot, _, _ in can}
    cannot = {slot: _rule_in_way(board, number, slot) for slot in range(index.slots) if slot not in good}
    return Why(tuple(can), cannot)


def _names(index: Index, option: Option) -> tuple[str, str]:
    return index.desk_ids[option.desks[0]], index.desk_ids[option.desks[1]]


def _put_as_is(board: Board, request: int, meeting: Meeting) -> None:
    """Put a meeting where it is; one that no option allows is left aside."""
    index = board.index
    for option in index.options[request]:
        place = Place(meeting.slot, option)
        if index.key(place) == (meeting.slot, meeting.table, meeting.desks) and option.starts >> meeting.slot & 1:
            board.put(request, place)
            return


def _rule_in_way(board: Board, request: int, slot: int) -> Rule:
    """The first rule that keeps a request out of a slot."""
    index = board.index
    options = [option for option in index.options[request] if option.starts >> slot & 1]
    item = index.problem.requests[request]
    if not options:
        if item.pin.slot is not None and item.pin.slot != slot:
            return Rule.PIN
        if item.slots is not None and slot not in item.slots:
            return Rule.ALLOWED_SLOTS
        return Rule.AVAILABLE
    if not board.has_room(request):
        return Rule.MAX_MEETINGS
    if any(not board.day_open.get(company, index.everything) >> slot & 1 for company in index.sides[request]):
        return Rule.MAX_PER_DAY
    free = [option for option in options if _free(board, request, option) >> slot & 1]
    if not free:
        return Rule.DESK_BUSY
    length = index.lengths[request]
    roomy = [o for o in free if all(starts_within(board.open[pool], length) >> slot & 1 for pool in o.pools)]
    if not roomy:
        return Rule.TABLE_BUSY if index.table_ids else Rule.CAPACITY
    if not any(board.rested(option, 1 << slot, length) for option in roomy):
        return Rule.MAX_CONSECUTIVE
    return Rule.PRECEDENCE
