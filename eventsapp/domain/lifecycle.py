"""Which status may follow which: one table for each noun, and one function that reads it."""

from __future__ import annotations

from eventsapp.domain.errors import DomainError
from eventsapp.domain.values import RegistrationStatus, RequestStatus, RunStatus

R = RegistrationStatus
Q = RequestStatus

REGISTRATION = {
    "submit": ({R.DRAFT, R.CHANGES_REQUESTED}, R.SUBMITTED),
    "approve": ({R.SUBMITTED}, R.APPROVED),
    "reject": ({R.SUBMITTED}, R.REJECTED),
    "request_changes": ({R.SUBMITTED}, R.CHANGES_REQUESTED),
    "withdraw": ({R.DRAFT, R.SUBMITTED, R.CHANGES_REQUESTED, R.APPROVED}, R.WITHDRAWN),
    "reopen": ({R.REJECTED, R.WITHDRAWN}, R.SUBMITTED),
    "resume": ({R.WITHDRAWN}, R.DRAFT),
}
REQUEST = {
    "accept": ({Q.SENT, Q.DECLINED}, Q.ACCEPTED),
    "decline": ({Q.SENT, Q.ACCEPTED}, Q.DECLINED),
    "withdraw": ({Q.SENT, Q.ACCEPTED}, Q.WITHDRAWN),
    "send_again": ({Q.WITHDRAWN}, Q.SENT),
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
