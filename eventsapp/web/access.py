"""Who is asking: the actor of this request, and the permission that every route declares. Default deny."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from eventsapp.db import db
from eventsapp.domain.access import NOBODY, NOWHERE, Permission, Scope, may
from eventsapp.models import Account
from eventsapp.services.actors import actor_of
from eventsapp.web.acting import actor_here
from eventsapp.web.sessions import Sessions

View = TypeVar("View", bound=Callable[..., Any])

login = LoginManager()


def requires(permission: Permission, load: Callable[..., Any] | None = None) -> Callable[[View], View]:
    """Declare what a route needs.

    `load` gets the arguments of the route, finds the object through its owner (None is 404) and the view receives that
    object in their place. What the actor may not even read is 404 as well: foreign equals absent. Somebody who is not
    signed in is sent to the sign-in page and comes back.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            loaded = load(**arguments) if load else None
            if load and loaded is None:
                return _absent(permission)
            scope: Scope = loaded.scope if loaded is not None else NOWHERE
            if not may(g.actor, permission, scope):
                return _absent(permission) if loaded is not None or not g.actor.is_signed_in else abort(403)
            return view(loaded) if load else view(**arguments)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def opens(endpoint: str, scope: Scope = NOWHERE) -> bool:
    """Does this route let the actor in at this scope? Links that lead nowhere are not shown."""
    permission = getattr(current_app.view_functions[endpoint], "permission", None)
    return permission is not None and may(g.actor, permission, scope)


def init_app(app: Flask) -> None:
    """Know who is asking before each request, and refuse every route that declares no permission."""
    app.session_interface = Sessions()
    login.init_app(app)

    @login.user_loader  # type: ignore[untyped-decorator]
    def load_account(key: str) -> Account | None:
        account_id, _, epoch = key.partition(":")
        try:
            account = db.session.get(Account, UUID(account_id))
        except ValueError:
            return None
        return account if account and str(account.session_epoch) == epoch else None

    @app.before_request
    def know_the_actor() -> None:
        if request.endpoint is None or request.endpoint == "static":
            return
        view = current_app.view_functions[request.endpoint]
        permission = getattr(view, "permission", None)
        if permission is None:
            abort(403)
        is_bare = getattr(view, "is_bare", False)
        g.actor = NOBODY
        if not is_bare and current_user.is_authenticated:
            g.actor = actor_here(actor_of(current_user))
            g.account_locale = current_user.locale


def bare(view: View) -> View:
    """Mark a route that touches no session: feeds are fetched by calendars and stay cacheable."""
    view.is_bare = True  # type: ignore[attr-defined]
    return view


def _absent(permission: Permission) -> Response:
    if not g.actor.is_signed_in and permission is not Permission.PUBLIC_READ and request.method == "GET":
        return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
    return abort(404)
