"""The blueprint that all organizer pages share; each noun has its module of routes beside this one."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("organizer", __name__)
