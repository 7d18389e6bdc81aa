"""Errors are pages: numbered where the fault is ours, 503 where the database is away, never a trace."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from eventsapp.domain.access import Permission
from eventsapp.web.access import requires


def add_view(app: Flask, error: Exception) -> None:
    """A page that fails."""

    @requires(Permission.PUBLIC_READ)
    def failing() -> str:
        raise error

    app.add_url_rule("/falla", endpoint="failing", view_func=failing)


def test_a_fault_of_ours_is_a_numbered_page(own_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    add_view(own_app, RuntimeError("contraseña secreta"))
    with caplog.at_level(logging.ERROR):
        answer = own_app.test_client().get("/falla")
    number = caplog.records[0].getMessage().split()[2]
    text = answer.get_data(as_text=True)
    assert answer.status_code == 500
    assert number in text
    assert "contraseña secreta" not in text
    assert "Traceback" not in text


def test_an_absent_database_is_503_with_retry_after(own_app: Flask) -> None:
    add_view(own_app, OperationalError("SELECT 1", {}, Exception("gone")))
    answer = own_app.test_client().get("/falla")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/nada", "GET", 404), ("/o/nada/", "POST", 405), ("/healthz", "DELETE", 405), ("/e/%00", "GET", 404)],
)
def test_what_is_not_there_is_a_page(path: str, method: str, status: int, sqlite_app: Flask) -> None:
    answer = sqlite_app.test_client().open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")


def test_a_foreign_host_is_refused(sqlite_app: Flask) -> None:
    assert sqlite_app.test_client().get("/", headers={"Host": "evil.example"}).status_code == 400


def test_headers_are_strict_on_every_answer(sqlite_app: Flask) -> None:
    for path in ("/", "/nada", "/entrar", "/healthz"):
        headers = sqlite_app.test_client().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert "unsafe" not in headers["Content-Security-Policy"]
