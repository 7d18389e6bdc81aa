"""The words that tables, rules and screens share, each with one closed set of values."""

from __future__ import annotations

from enum import StrEnum


class OrganizationKind(StrEnum):
    """Who organizes."""

    CLUSTER = "cluster"
    GOVERNMENT = "government"
    CHAMBER = "chamber"
    UNIVERSITY = "university"
    COMPANY_GROUP = "company_group"


class Role(StrEnum):
    """What a member of an organization may do there (see `access`)."""

    ADMIN = "admin"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    FLOOR = "floor"
    ANALYST = "analyst"
    OBSERVER = "observer"


class EventStatus(StrEnum):
    """Is the event shown to companies?"""

    DRAFT = "draft"
    OPEN = "open"
    ARCHIVED = "archived"


class Phase(StrEnum):
    """The seven phases of an event, in order."""

    PREPARATION = "preparation"
    REGISTRATION = "registration"
    REQUESTS = "requests"
    SCHEDULING = "scheduling"
    ADJUSTMENT = "adjustment"
    EVENT = "event"
    RESULTS = "results"


class BlockKind(StrEnum):
    """What a stretch of a day is for."""

    MEETINGS = "meetings"
    BREAK = "break"
    LUNCH = "lunch"
    TALK = "talk"


class Side(StrEnum):
    """Which side of the table a registration sits at."""

    BUYER = "buyer"
    SUPPLIER = "supplier"
    BOTH = "both"


class RegistrationStatus(StrEnum):
    """Where a registration stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Preference(StrEnum):
    """How much a company wants a meeting."""

    MUST = "must"
    WANT = "want"


class RequestStatus(StrEnum):
    """Where a request stands."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why a request was declined."""

    NOT_RELEVANT = "not_relevant"
    ALREADY_SUPPLIER = "already_supplier"
    COMPETITOR = "competitor"
    NO_CAPACITY = "no_capacity"
    OTHER = "other"


class RequestOrigin(StrEnum):
    """Who made a request."""

    PARTICIPANT = "participant"
    ORGANIZER = "organizer"
    IMPORT = "import"


class ExclusionReason(StrEnum):
    """Why two companies must not meet."""

    COMPETITOR = "competitor"
    SAME_GROUP = "same_group"
    MET_RECENTLY = "met_recently"
    ORGANIZER = "organizer"


class ScheduleStatus(StrEnum):
    """Where a version of the schedule stands."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class RunKind(StrEnum):
    """What a run of the engine is for: a schedule, the answer to "what if", or the fewest changes after news."""

    SEARCH = "search"
    SCENARIO = "scenario"
    REPAIR = "repair"


class RunStatus(StrEnum):
    """Where a run of the engine stands."""

    QUEUED = "queued"
    RUNNING = "running"
    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    NO_SCHEDULE = "no_schedule"
    CANCELLED = "cancelled"
    FAILED = "failed"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class OutboxState(StrEnum):
    """Where a mail stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


class InvitationMethod(StrEnum):
    """What an invitation mail asks a calendar to do (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class TokenPurpose(StrEnum):
    """What a mailed link is good for."""

    CONFIRM_EMAIL = "confirm_email"
    SIGN_IN = "sign_in"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a password
    JOIN_COMPANY = "join_company"
