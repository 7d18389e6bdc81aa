"""Encuentro: business meetings, scheduled with a proven bound."""

__version__ = "0.1.0"
