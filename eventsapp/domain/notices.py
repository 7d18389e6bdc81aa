"""Which mails are notices: useful, but a person may do without them and still take part."""

from __future__ import annotations

NOTICES = frozenset({"agenda_published", "request_received", "request_accepted"})
