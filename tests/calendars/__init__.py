"""Calendars: whole artefacts, the faults of other products, and what independent readers understand."""
