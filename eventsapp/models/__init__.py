"""All tables. Importing this package makes every table known to the migrations."""

from eventsapp.models.account import Account, Membership, Token
from eventsapp.models.audit import AuditEntry
from eventsapp.models.campaign import Campaign
from eventsapp.models.capability import Capability
from eventsapp.models.certificate import Certificate
from eventsapp.models.company import Company, Delegate
from eventsapp.models.event import Block, Event, Slot, Table, Zone
from eventsapp.models.file import StoredFile
from eventsapp.models.form_key import FormKey, Throttle
from eventsapp.models.invitation import CalendarReply, Invitation
from eventsapp.models.job import Job
from eventsapp.models.organization import Organization
from eventsapp.models.outbox import MailMute, OutboxMessage
from eventsapp.models.printout import Badge, Printout
from eventsapp.models.privacy import ArcoRequest, ConsentChange, Erasure, PrivacyNotice
from eventsapp.models.registration import Absence, Desk, DeskDelegate, Registration
from eventsapp.models.request import DigestStop, Exclusion, Request
from eventsapp.models.requirement import Requirement
from eventsapp.models.schedule import Endorsement, Meeting, Placement, Run, Schedule, Unplaced
from eventsapp.models.sheet_import import SheetImport
from eventsapp.models.site import Site
from eventsapp.models.step import Presence, Step

__all__ = [
    "Absence",
    "Account",
    "ArcoRequest",
    "AuditEntry",
    "Badge",
    "Block",
    "CalendarReply",
    "Campaign",
    "Capability",
    "Certificate",
    "Company",
    "ConsentChange",
    "Delegate",
    "Desk",
    "DeskDelegate",
    "DigestStop",
    "Endorsement",
    "Erasure",
    "Event",
    "Exclusion",
    "FormKey",
    "Invitation",
    "Job",
    "MailMute",
    "Meeting",
    "Membership",
    "Organization",
    "OutboxMessage",
    "Placement",
    "Presence",
    "Printout",
    "PrivacyNotice",
    "Registration",
    "Request",
    "Requirement",
    "Run",
    "Schedule",
    "SheetImport",
    "Site",
    "Slot",
    "Step",
    "StoredFile",
    "Table",
    "Throttle",
    "Token",
    "Unplaced",
    "Zone",
]
