"""Headers, hosts, sessions and form protection; the same for every answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, abort, g, request
from flask_wtf.csrf import CSRFProtect

from eventsapp.settings import Settings

MAX_FORM_BYTES = 2 * 1024 * 1024
CSP = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()


def takes_files(most: int) -> Callable[[View], View]:
    """Declare that a route takes a file: a body of at most `most` bytes, where others take a small form."""

    def mark(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return mark


def csp_nonce() -> str:
    """The nonce of this answer, for the scripts that it names."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def init_app(app: Flask, settings: Settings) -> None:
    """Refuse foreign hosts, protect forms, and send strict headers with every answer."""
    app.config.update(
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_NAME="encuentro",
        PERMANENT_SESSION_LIFETIME=14 * 24 * 3600,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_FORM_BYTES,
        MAX_FORM_PARTS=5000,
        WTF_CSRF_TIME_LIMIT=None,
    )

    @app.before_request
    def let_files_in() -> None:  # before the form protection reads the form
        view = app.view_functions.get(request.endpoint or "")
        request.max_content_length = getattr(view, "most_bytes", MAX_FORM_BYTES)

    csrf.init_app(app)
    allowed = {settings.host, "localhost", "127.0.0.1"} if settings.mode != "production" else {settings.host}

    @app.before_request
    def refuse_foreign_hosts() -> None:
        if request.host.rsplit(":", 1)[0].lower() not in allowed:
            abort(400)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CSP.format(nonce=csp_nonce()))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        headers.setdefault("X-Frame-Options", "DENY")
        if settings.is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not request.path.startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        return response
