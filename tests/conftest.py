"""Fixtures: an application on each database, clients that inspect every page, and the clock of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask, g
from jinja2 import FileSystemBytecodeCache

from eventsapp.app import create_app
from eventsapp.db import db
from eventsapp.settings import Settings, testing
from tests import databases
from tests.client import Client

TESTS = Path(__file__).parent
NOW = datetime(2027, 1, 20, 16, 0, tzinfo=UTC)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for browsers and processes comes first: at the end of a run it would keep one worker alone."""
    slow = {TESTS / name for name in ("browser", "journeys", "worker")}
    items.sort(key=lambda item: item.path.parent not in slow)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test copies."""
    return databases.migrated_sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a real PostgreSQL; where CI is set a missing one is a failure."""
    try:
        server = databases.postgresql()
        address = server.__enter__()
    except (ImportError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL: {error}")
    yield address
    server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str) -> str:
    """The address of a migrated PostgreSQL database."""
    return databases.new_postgresql(postgresql_server)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once for all applications of a run, not once for each test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session")
def sqlite_application(tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache) -> Flask:
    """One application for all tests on SQLite: wiring its routes takes longer than most tests do."""
    return _application(testing(tmp_path_factory.mktemp("on_sqlite")), compiled_templates)


@pytest.fixture(scope="session")
def postgresql_application(
    tmp_path_factory: pytest.TempPathFactory, compiled_templates: FileSystemBytecodeCache, postgresql_url: str
) -> Flask:
    """One application for all tests on PostgreSQL."""
    return _application(
        testing(tmp_path_factory.mktemp("on_postgresql"), database_url=postgresql_url), compiled_templates
    )


@pytest.fixture(params=databases.KINDS)
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with an empty, migrated database; every test that uses it runs on both."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_app")
        return
    application = request.getfixturevalue("postgresql_application")
    with _as_new(application):
        databases.empty(application)
        yield application


@pytest.fixture
def sqlite_app(sqlite_application: Flask, sqlite_template: Path) -> Iterator[Flask]:
    """The application on SQLite only, for what does not touch the database's ways."""
    with _as_new(sqlite_application) as folder:
        databases.copy_sqlite(sqlite_template, folder)
        yield sqlite_application


@pytest.fixture
def own_app(tmp_path: Path, sqlite_template: Path, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """An application on SQLite for a test that changes its routes."""
    databases.copy_sqlite(sqlite_template, tmp_path)
    application = _application(testing(tmp_path), compiled_templates)
    application.test_client_class = Client
    yield application
    with application.app_context():
        db.engine.dispose()


def _application(settings: Settings, compiled_templates: FileSystemBytecodeCache) -> Flask:
    application = create_app(settings)
    application.jinja_env.bytecode_cache = compiled_templates
    # The context of a test outlives its requests; who is signed in must not.
    application.teardown_request(lambda _error: g.pop("_login_user", None))
    return application


@contextmanager
def _as_new(application: Flask) -> Iterator[Path]:
    """The application with an empty folder and inspecting clients; afterwards its configuration is what it was."""
    folder: Path = application.config["SETTINGS"].data_dir
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    config = dict(application.config)
    application.test_client_class = Client
    yield folder
    application.config.clear()
    application.config.update(config)
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application with its context pushed: for tests of services."""
    with app.app_context():
        yield app


@pytest.fixture
def now() -> datetime:
    """The instant at which tests of services happen: requests of the default event are open."""
    return NOW
