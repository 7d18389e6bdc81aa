"""The hard rules: one name and one sentence each, the same in the model, the checker, the reasons and on screen."""

from __future__ import annotations

from enum import Enum


class Rule(Enum):
    """A rule that no schedule may break; its value is the name in files, `meaning` the sentence."""

    KNOWN = "known"
    ONCE = "once"
    DESKS = "desks"
    LENGTH = "length"
    ALLOWED_SLOTS = "allowed_slots"
    AVAILABLE = "available"
    DESK_BUSY = "desk_busy"
    PERSON_BUSY = "person_busy"
    TABLE_NEEDED = "table_needed"
    TABLE_BUSY = "table_busy"
    FIXED_TABLE = "fixed_table"
    ZONE = "zone"
    CAPACITY = "capacity"
    MAX_MEETINGS = "max_meetings"
    MAX_PER_DAY = "max_per_day"
    MAX_CONSECUTIVE = "max_consecutive"
    PIN = "pin"
    PRECEDENCE = "precedence"

    @property
    def meaning(self) -> str:
        """The rule in one sentence."""
        return MEANINGS[self]


MEANINGS: dict[Rule, str] = {
    Rule.KNOWN: "Every meeting belongs to a request of the problem.",
    Rule.ONCE: "A request is held at most once.",
    Rule.DESKS: "A meeting seats one desk of each of its two companies, and only desks that the request allows.",
    Rule.LENGTH: "A meeting of several slots fills slots in a row of one block.",
    Rule.ALLOWED_SLOTS: "A request limited to certain slots is held in them only.",
    Rule.AVAILABLE: "A desk meets only in slots in which it is available.",
    Rule.DESK_BUSY: "A desk is in at most one meeting per slot.",
    Rule.PERSON_BUSY: "A person is in at most one meeting per slot, whatever the desk.",
    Rule.TABLE_NEEDED: "A meeting in person has a table that exists in its slots; a virtual meeting has none.",
    Rule.TABLE_BUSY: "A table holds at most one meeting per slot.",
    Rule.FIXED_TABLE: "A desk with a fixed table meets in person at that table only.",
    Rule.ZONE: "A request limited to a zone is held at a table of that zone.",
    Rule.CAPACITY: "No slot holds more meetings in person than the capacity.",
    Rule.MAX_MEETINGS: "A company has no more meetings than its maximum.",
    Rule.MAX_PER_DAY: "A company has no more meetings in a day than its maximum for a day.",
    Rule.MAX_CONSECUTIVE: "A desk is free for a slot after its company's maximum of consecutive busy slots of a block.",
    Rule.PIN: "A request pinned to a slot is held in that slot; one pinned to a table is held at that table.",
    Rule.PRECEDENCE: "A request that comes after another one starts when the other has ended, if both are held.",
}
