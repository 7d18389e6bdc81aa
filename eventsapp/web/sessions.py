"""Sessions in a signed cookie, except on bare routes: feeds are fetched by calendars, which hold no cookies."""

from __future__ import annotations

from flask import Flask, Response, current_app, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class Sessions(SecureCookieSessionInterface):
    """As Flask's own, but a bare route never says `Vary: Cookie` nor sets one, whoever has looked at the session."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, unless the route is bare."""
        view = current_app.view_functions.get(request.endpoint or "")
        if not getattr(view, "is_bare", False):
            super().save_session(app, session, response)
