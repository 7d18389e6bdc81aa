"""Tables in words: when they are closed, and what they lack."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from eventsapp.models import Desk, Table
from eventsapp.web.formats import clock, day


def closed_words(table: Table) -> str:
    """When a table is closed: from martes 9, 11:00 on; martes 9, from 11:00 to 13:30."""
    since, until = table.closed_at, table.closed_until
    if since is None:
        return ""
    start = {"day": day(since), "time": clock(since)}
    if until is None:
        return str(_("desde el %(day)s a las %(time)s", **start))
    if day(since) == day(until):
        return str(_("el %(day)s de %(time)s a %(end)s", end=clock(until), **start))
    return str(_("desde el %(day)s a las %(time)s hasta el %(last)s", last=day(until), **start))


def crowded_words(desk: Desk) -> str:
    """What a table lacks for those who sit there."""
    table = desk.table
    assert table is not None
    return ngettext(
        "Mesa %(label)s: tiene %(num)s silla. %(company)s registró %(people)s y falta lugar para quien visita.",
        "Mesa %(label)s: tiene %(num)s sillas. %(company)s registró %(people)s y falta lugar para quien visita.",
        table.chairs or 0,
        label=table.label,
        company=desk.registration.company.name,
        people=ngettext("%(num)s persona", "%(num)s personas", len(desk.seats)),
    )
