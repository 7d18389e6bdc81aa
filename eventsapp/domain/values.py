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


class Programme(StrEnum):
    """Which of an organization's programmes an event is part of."""

    BUSINESS_MEETINGS = "business_meetings"
    SUPPLIER_DEVELOPMENT = "supplier_development"
    TECHNOLOGY = "technology"
    MARKETING = "marketing"
    INNOVATION = "innovation"
    FINANCING = "financing"
    CONSULTING = "consulting"
    TALENT = "talent"


class Axis(StrEnum):
    """The strategic axis that an event serves."""

    INNOVATION = "innovation"
    TALENT = "talent"
    CONSCIOUS_LEADERSHIP = "conscious_leadership"
    GLOBALISATION = "globalisation"
    NONE = "none"


class EventFormat(StrEnum):
    """Who meets whom at an event."""

    MANY_BUYERS = "many_buyers"
    SINGLE_ANCHOR = "single_anchor"
    ANY_TO_ANY = "any_to_any"


class SideNames(StrEnum):
    """What the two sides of an event are called; the rules call them buyer and supplier always."""

    BUYER_SUPPLIER = "buyer_supplier"
    FIRM_FINANCIER = "firm_financier"
    FIRM_CONSULTANT = "firm_consultant"
    COMPANY_UNIVERSITY = "company_university"


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
    WAITLISTED = "waitlisted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class RegistrationSource(StrEnum):
    """How a registration came to be."""

    WEB = "web"
    IMPORT = "import"
    INVITED = "invited"
    WALK_IN = "walk_in"


class Preference(StrEnum):
    """What a company says about meeting another one.

    The first two ask for a meeting. `open` (available, should the other one ask) and `no` (a veto) ask for nothing,
    and the other company is not told.
    """

    MUST = "must"
    WANT = "want"
    OPEN = "open"
    NO = "no"


class RequestStatus(StrEnum):
    """Where a request stands; `noted` is what a company says for itself: available, or a veto."""

    NOTED = "noted"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why a request was declined, or a company never wants to meet another one."""

    NOT_RELEVANT = "not_relevant"
    ALREADY_SUPPLIER = "already_supplier"
    COMPETITOR = "competitor"
    SAME_GROUP = "same_group"
    MET_RECENTLY = "met_recently"
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
    BOUNCED = "bounced"
    UNWANTED = "unwanted"


class InvitationMethod(StrEnum):
    """What an invitation mail asks a calendar to do (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Participation(StrEnum):
    """What a person answered to an invitation."""

    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    DELEGATED = "delegated"


class ReplyKind(StrEnum):
    """What came to the mailbox of invitations."""

    ANSWER = "answer"
    PROPOSAL = "proposal"
    UNREADABLE = "unreadable"


class ReplyState(StrEnum):
    """What became of a reply."""

    COUNTED = "counted"
    STALE = "stale"
    REPEATED = "repeated"
    REVIEW = "review"
    OPEN = "open"
    MOVED = "moved"
    REFUSED = "refused"
    DISMISSED = "dismissed"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"


class Modality(StrEnum):
    """Where the meetings of an event are held."""

    ON_SITE = "on_site"
    HYBRID = "hybrid"
    VIRTUAL = "virtual"


class TokenPurpose(StrEnum):
    """What a mailed link is good for."""

    CONFIRM_EMAIL = "confirm_email"
    SIGN_IN = "sign_in"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose, not a password
    JOIN_COMPANY = "join_company"


class Ownership(StrEnum):
    """Where the capital of a company comes from."""

    MEXICAN = "mexican"
    FOREIGN = "foreign"
    MIXED = "mixed"


class SizeSector(StrEnum):
    """The sectors that the legal size classes tell apart (DOF, 30 June 2009)."""

    INDUSTRY = "industry"
    COMMERCE = "commerce"
    SERVICES = "services"


class SizeClass(StrEnum):
    """The legal size classes."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


class Tier(StrEnum):
    """Where a company stands in the supply chain."""

    OEM = "oem"
    TIER1 = "tier1"
    TIER2 = "tier2"
    TIER3 = "tier3"
    RAW_MATERIAL = "raw_material"
    TOOLING = "tooling"
    INDIRECT_MRO = "indirect_mro"
    SERVICE = "service"
    INTEGRATOR = "integrator"
    NOT_APPLICABLE = "not_applicable"


class Department(StrEnum):
    """Where a delegate works."""

    PURCHASING = "purchasing"
    SALES = "sales"
    ENGINEERING = "engineering"
    QUALITY = "quality"
    GENERAL_MANAGEMENT = "general_management"
    LOGISTICS = "logistics"
    OTHER = "other"


class DecisionPower(StrEnum):
    """What a delegate can say yes to."""

    DECIDES = "decides"
    RECOMMENDS = "recommends"
    INFORMS = "informs"


class CertificateStage(StrEnum):
    """Does the company hold the certificate, or is it on its way?"""

    HELD = "held"
    IN_PROGRESS = "in_progress"


class Verification(StrEnum):
    """What stands behind a certificate: the company's word, its document, a visit; or nothing that holds."""

    DECLARED = "declared"
    DOCUMENT_CHECKED = "document_checked"
    SITE_VISITED = "site_visited"
    REJECTED = "rejected"


class FileKind(StrEnum):
    """What a stored file is."""

    LOGO = "logo"
    CERTIFICATE = "certificate"
    SHEET = "sheet"
    SHEET_REST = "sheet_rest"


class PrintoutKind(StrEnum):
    """What can be printed."""

    AGENDAS = "agendas"
    BADGES = "badges"
    SIGNS = "signs"
    ROUNDS = "rounds"
    ATTENDANCE = "attendance"
    BOARD = "board"


class PrintoutStatus(StrEnum):
    """Where a printout stands."""

    QUEUED = "queued"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class Paper(StrEnum):
    """The size of a sheet, as Typst calls it."""

    LETTER = "us-letter"
    A4 = "a4"


class CampaignStatus(StrEnum):
    """Where a text for many stands; `sent` is given to the outbox, at once or for later."""

    DRAFT = "draft"
    SENT = "sent"
    CANCELLED = "cancelled"


class MailLink(StrEnum):
    """The page that the one button of a mail opens."""

    NONE = "none"
    AGENDA = "agenda"
    REQUESTS = "requests"
    FIND = "find"
    REGISTRATION = "registration"
    EVENT = "event"
