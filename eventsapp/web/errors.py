"""Errors are pages: a rule that said no, a thing that is absent, a fault of ours. Never a trace."""

from __future__ import annotations

import secrets

from flask import Flask, Response, flash, make_response, redirect, render_template, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from eventsapp.db import db
from eventsapp.domain.errors import Conflict, DomainError, Forbidden, NotFound
from eventsapp.web.saving import Repeated
from eventsapp.web.sentences import sentence

PAGES = {400, 403, 404, 405, 409, 410, 413, 429, 500, 503}
RETRY_SECONDS = "10"


def init_app(app: Flask) -> None:
    """Answer every error with a page of our own."""

    @app.errorhandler(Repeated)
    def repeated(error: Repeated) -> AnyResponse:
        return redirect(error.location or request.path, 303)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> AnyResponse:
        if error.code is None or error.code < 400:
            return error.get_response()  # a redirect is no error
        response = page(error.code)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    @app.errorhandler(NotFound)
    def not_found(_error: NotFound) -> Response:
        return page(404)

    @app.errorhandler(Forbidden)
    def forbidden(_error: Forbidden) -> Response:
        return page(403)

    @app.errorhandler(Conflict)
    def conflict(error: Conflict) -> Response:
        return page(409, message=sentence(error))

    @app.errorhandler(StaleDataError)
    def stale(_error: StaleDataError) -> Response:
        return page(409)

    @app.errorhandler(DomainError)
    def refused(error: DomainError) -> AnyResponse:
        """A rule said no and no form took the sentence: say it on the page that the person came from."""
        if request.method == "POST" and request.referrer and request.referrer.startswith(request.host_url):
            flash(sentence(error), "error")
            return redirect(request.referrer, 303)
        return page(409, message=sentence(error))

    @app.errorhandler(OperationalError)
    def database_away(_error: OperationalError) -> Response:
        app.logger.exception("the database did not answer")
        db.session.rollback()
        response = page(503)
        response.headers["Retry-After"] = RETRY_SECONDS
        return response

    @app.errorhandler(Exception)
    def our_fault(_error: Exception) -> Response:
        number = secrets.token_hex(4)
        app.logger.exception("unexpected error %s at %s", number, request.endpoint)
        db.session.rollback()
        return page(500, error_id=number)


def page(code: int, message: str = "", error_id: str = "") -> Response:
    """The error page of a status; `error_id` is the number under which the log has a fault of ours."""
    name = code if code in PAGES else 400
    return make_response(render_template(f"errors/{name}.html", code=code, message=message, error_id=error_id), code)
