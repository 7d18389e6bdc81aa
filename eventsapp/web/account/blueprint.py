"""The blueprint that all account pages share; each task has its module of routes beside this one."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("account", __name__)
