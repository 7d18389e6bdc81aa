"""Texts that people, scripts and bad clients send: no field may answer them with a fault of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from eventsapp.db import db
from eventsapp.models import Account

EXPECTED = {200, 302, 303, 400, 404, 409, 410, 422, 429}
TEXTS = (
    "",
    " \t\n ",
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "%(name)s %s %d %",
    "'; DROP TABLE account; --",
    "a\x00b",
    "\u202eotreibA \u200b\u200d\ufeff",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "e\u0301" * 20,
    "línea uno\r\nBcc: otra@empresa.com",
    '=HYPERLINK("http://x")',
    "../../etc/passwd",
    "0",
    "-1",
    "9" * 400,
    "NaN",
    "null",
    "x" * 5000,
    "🔒" * 300,
)
# What differs between the databases: text that PostgreSQL refuses, and lengths that only it checks.
FEW = ("a\x00b", "x" * 5000, "e\u0301" * 20, "9" * 400)

Form = tuple[FlaskClient, str, dict[str, Any]]


def sender(app: Flask, person: Account | None = None) -> FlaskClient:
    """A client that sends forms and does not read the pages it gets: thousands of them in a minute."""
    app.config["WTF_CSRF_ENABLED"] = False
    client = FlaskClient(app, app.response_class, use_cookies=True)
    if person is not None:
        with client.session_transaction() as session:
            session["_user_id"] = person.get_id()
            session["_fresh"] = True
    return client


def faults(app: Flask, forms: Iterable[Form]) -> list[tuple[str, str, str, int]]:
    """Every field of every form with every text: what was answered with a fault, or gave markup back as it came."""
    with app.app_context():
        texts = TEXTS if db.engine.dialect.name == "sqlite" else FEW
    found = []
    for number, (client, path, fields) in enumerate(forms):
        for name in (*fields, *(() if number else ("form_key",))):
            for text in texts:
                answer = client.post(path, data={**fields, name: text})
                if answer.status_code not in EXPECTED or "<script>alert(1)" in answer.text:
                    found.append((path, name, text[:20], answer.status_code))
    return found
