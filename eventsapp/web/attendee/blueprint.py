"""The blueprint that all attendee pages share."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("attendee", __name__)
