"""The blueprint that all company pages share; each noun has its module of routes beside this one."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("company", __name__)
