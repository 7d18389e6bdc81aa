"""What surrounds a page is the same on every page: no view hands its template a value under a name of the frame."""

from __future__ import annotations

import ast
from pathlib import Path

from flask import Flask

WEB = Path(__file__).resolve().parents[2] / "eventsapp" / "web"
OWN = {"home_url"}  # the organizer's home is another one than a company's


def test_no_view_hides_what_the_frame_shows(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context("/"):
        names = {name for made in sqlite_app.template_context_processors[None] for name in made()} - OWN
    assert {"languages", "account_links", "logout_url"} <= names
    hidden = [
        f"{path.relative_to(WEB)}:{call.lineno} {word.arg}"
        for path in sorted(WEB.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and _renders(call)
        for word in call.keywords
        if word.arg in names
    ]
    assert hidden == []


def _renders(call: ast.Call) -> bool:
    """Is a template rendered here: the first word is its file?"""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value.endswith(".html")
