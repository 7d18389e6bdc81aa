"""The settings to run with; `choose()` takes production when ENCUENTRO_MODE says so, development otherwise.

Every option, its default and its meaning stand in `eventsapp/settings.py`.
"""

from eventsapp.settings import choose, development, production, testing

__all__ = ["choose", "development", "production", "testing"]
