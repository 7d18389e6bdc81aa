"""Wires the application and decides nothing."""

from __future__ import annotations

import gc
import hashlib
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import eventsapp.models  # noqa: F401 - makes every table known
from eventsapp import i18n, web
from eventsapp.db import UtcDateTime, db, engine_options
from eventsapp.settings import Settings

PACKAGE = Path(__file__).parent
YOUNG_OBJECTS = 50_000


def packaged_or_top_level(name: str) -> Path:
    """`templates/` and `migrations/` stand beside the package in a checkout and inside it in a wheel."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def create_app(settings: Settings) -> Flask:
    """The application with these settings, ready to serve."""
    version = _version_of(PACKAGE / "static")
    app = Flask(
        "eventsapp",
        static_folder=str(PACKAGE / "static"),
        static_url_path=f"/static/{version}",
        template_folder=str(packaged_or_top_level("templates")),
        instance_path=str(settings.data_dir.resolve()),
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.sqlalchemy_url),
        LOCALE_DIR=PACKAGE / "locale",
    )
    db.init_app(app)
    Migrate(
        app,
        db,
        directory=str(packaged_or_top_level("migrations")),
        render_as_batch=True,
        compare_type=True,
        render_item=_render_item,
    )
    i18n.init_app(app)
    web.init_app(app, settings)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    # The address of a static file carries the version of all of them: browsers may keep it for good, and scripts that
    # import each other by relative address stay together.
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(PACKAGE / "static"),
        prefix=f"static/{version}/",
        immutable_file_test=lambda _path, _url: True,
    )
    return app


def settle() -> None:
    """Before a process serves: keep the garbage collector from going through the program while answers are made."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def _version_of(folder: Path) -> str:
    """A short hash of every file below a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our column type into migrations as the plain type that it stores."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False
