"""What buyers look for and what suppliers offer: the closed sets of values of requirements and capabilities."""

from __future__ import annotations

from enum import StrEnum

from eventsapp.domain.errors import DomainError

MAX_TERMS_EACH = 6
MAX_CERTIFICATES = 8
MAX_MACHINES = 8
MAX_PER_OWNER = 60
MOST_QUANTITY = 2_000_000_000
CURRENCIES = ("MXN", "USD", "EUR", "JPY")
INCOTERMS = ("EXW", "FCA", "CPT", "CIP", "DAP", "DPU", "DDP", "FAS", "FOB", "CFR", "CIF")
SPOKEN = ("es", "en", "de", "ja", "fr", "pt", "zh", "ko", "it")


class RequirementKind(StrEnum):
    """What kind of thing a buyer looks for."""

    DIRECT_MATERIAL = "direct_material"
    INDIRECT_MRO = "indirect_mro"
    SERVICE = "service"
    TOOLING = "tooling"
    PROJECT = "project"
    TECHNOLOGY = "technology"


class Unit(StrEnum):
    """What a quantity counts."""

    PIECES = "pieces"
    KILOGRAMS = "kilograms"
    TONNES = "tonnes"
    METRES = "metres"
    SQUARE_METRES = "square_metres"
    LITRES = "litres"
    SETS = "sets"
    HOURS = "hours"
    SERVICES = "services"


class ValueBand(StrEnum):
    """About how much a requirement is worth in a year, in its currency and in millions."""

    UNDER_1 = "under_1"
    FROM_1_TO_5 = "1_to_5"
    FROM_5_TO_20 = "5_to_20"
    FROM_20_TO_100 = "20_to_100"
    OVER_100 = "over_100"


class CurrentSource(StrEnum):
    """Where a buyer gets today what it looks for."""

    IMPORT = "import"
    DOMESTIC = "domestic"
    NEW = "new"


class Tooling(StrEnum):
    """Whose the tools are."""

    BUYER_OWNED = "buyer_owned"
    SUPPLIER = "supplier"
    TO_AGREE = "to_agree"


class Urgency(StrEnum):
    """When a buyer wants to start."""

    NOW = "now"
    SIX_MONTHS = "6m"
    TWELVE_MONTHS = "12m"


class Visibility(StrEnum):
    """Who sees a published requirement: everybody, approved companies, or those with whom a meeting is agreed."""

    PUBLIC = "public"
    APPROVED = "approved"
    REQUESTED = "requested"


class RequirementStatus(StrEnum):
    """Where a requirement stands; `in_review` is one that an organizer took from the page."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    COVERED = "covered"
    CLOSED_NO_SUPPLIER = "closed_no_supplier"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class CloseReason(StrEnum):
    """Why a buyer closes a requirement; the reason says how it ends."""

    FOUND_HERE = "found_here"
    FOUND_ELSEWHERE = "found_elsewhere"
    NO_CERTIFICATE = "no_certificate"
    NO_CAPACITY = "no_capacity"
    NO_PROCESS = "no_process"
    PRICE = "price"
    DISTANCE = "distance"
    NOT_NEEDED = "not_needed"
    OTHER = "other"


class CapabilityStatus(StrEnum):
    """Where a capability stands; `suspended` is one that an organizer took from the page."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


R = RequirementStatus
C = CapabilityStatus

REQUIREMENT = {
    "publish": ({R.DRAFT, R.WITHDRAWN, R.COVERED, R.CLOSED_NO_SUPPLIER, R.EXPIRED}, R.PUBLISHED),
    "unpublish": ({R.PUBLISHED}, R.DRAFT),
    "hide": ({R.PUBLISHED}, R.IN_REVIEW),
    "show": ({R.IN_REVIEW}, R.PUBLISHED),
    "cover": ({R.PUBLISHED}, R.COVERED),
    "close": ({R.PUBLISHED}, R.CLOSED_NO_SUPPLIER),
    "withdraw": ({R.PUBLISHED, R.IN_REVIEW}, R.WITHDRAWN),
    "expire": ({R.PUBLISHED}, R.EXPIRED),
}
CAPABILITY = {
    "publish": ({C.DRAFT, C.WITHDRAWN, C.EXPIRED}, C.PUBLISHED),
    "withdraw": ({C.PUBLISHED}, C.WITHDRAWN),
    "hide": ({C.PUBLISHED}, C.SUSPENDED),
    "show": ({C.SUSPENDED}, C.PUBLISHED),
    "expire": ({C.PUBLISHED}, C.EXPIRED),
}
ENDED_BY = {
    CloseReason.FOUND_HERE: "cover",
    CloseReason.FOUND_ELSEWHERE: "cover",
    CloseReason.NOT_NEEDED: "withdraw",
}


def requirement(status: RequirementStatus, action: str) -> RequirementStatus:
    """The status of a requirement after `action`, or an error `wrong_status`."""
    allowed, after = REQUIREMENT[action]
    if status not in allowed:
        raise DomainError("wrong_status", status=status.value, action=action)
    return after


def capability(status: CapabilityStatus, action: str) -> CapabilityStatus:
    """The status of a capability after `action`, or an error `wrong_status`."""
    allowed, after = CAPABILITY[action]
    if status not in allowed:
        raise DomainError("wrong_status", status=status.value, action=action)
    return after


def ended(status: RequirementStatus, why: CloseReason) -> RequirementStatus:
    """The status of a requirement closed for this reason: covered, withdrawn, or closed without a supplier."""
    return requirement(status, ENDED_BY.get(why, "close"))
