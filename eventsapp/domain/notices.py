"""Which mails are notices: useful, but a person may do without them and still take part; which ones people write."""

from __future__ import annotations

NOTICES = frozenset(
    {
        "agenda_published",
        "campaign",
        "request_accepted",
        "request_agreed",
        "request_digest",
        "request_expired",
        "request_reminder",
    }
)

BY_HAND = frozenset({"letter"})
