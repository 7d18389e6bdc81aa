"""The blueprint that all public pages share; each subject has its module of routes beside this one."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("public", __name__)
