"""Which status may follow which: one table for each noun, and one function that reads it."""

from __future__ import annotations

from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import RegistrationStatus, RequestStatus, RunStatus

R = RegistrationStatus
Q = RequestStatus

REGISTRATION = {
    "submit": ({R.DRAFT, R.CHANGES_REQUESTED}, R.SUBMITTED),
    "approve": ({R.SUBMITTED, R.WAITLISTED}, R.APPROVED),
    "waitlist": ({R.SUBMITTED}, R.WAITLISTED),
    "reject": ({R.SUBMITTED, R.WAITLISTED}, R.REJECTED),
    "request_changes": ({R.SUBMITTED}, R.CHANGES_REQUESTED),
    "withdraw": ({R.DRAFT, R.SUBMITTED, R.CHANGES_REQUESTED, R.WAITLISTED, R.APPROVED}, R.WITHDRAWN),
    "cancel": ({R.APPROVED}, R.WITHDRAWN),
    "reopen": ({R.REJECTED, R.WITHDRAWN}, R.SUBMITTED),
    "resume": ({R.WITHDRAWN}, R.DRAFT),
}
REQUEST = {
    "accept": ({Q.SENT, Q.DECLINED, Q.EXPIRED}, Q.ACCEPTED),
    "decline": ({Q.SENT, Q.ACCEPTED}, Q.DECLINED),
    "expire": ({Q.SENT}, Q.EXPIRED),
    "withdraw": ({Q.NOTED, Q.SENT, Q.ACCEPTED}, Q.WITHDRAWN),
    "send_again": ({Q.NOTED, Q.EXPIRED, Q.WITHDRAWN}, Q.SENT),
    "note": (set(Q), Q.NOTED),
    "match": ({Q.NOTED}, Q.ACCEPTED),
}
EDITABLE_REGISTRATIONS = frozenset({R.DRAFT, R.CHANGES_REQUESTED})
FINISHED_RUNS = frozenset(RunStatus) - {RunStatus.QUEUED, RunStatus.RUNNING}


def registration(status: RegistrationStatus, action: str) -> RegistrationStatus:
    """The status of a registration after `action`, or an error `wrong_status`."""
    allowed, after = REGISTRATION[action]
    if status not in allowed:
        raise DomainError("wrong_status", status=status.value, action=action)
    return after


def request(status: RequestStatus, action: str) -> RequestStatus:
    """The status of a request after `action`, or an error `wrong_status`."""
    allowed, after = REQUEST[action]
    if status not in allowed:
        raise DomainError("wrong_status", status=status.value, action=action)
    return after
