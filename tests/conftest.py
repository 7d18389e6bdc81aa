"""Fixtures: an application on each database, clients that inspect every page, and the clock of the tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from eventsapp.app import create_app
from eventsapp.db import db
from eventsapp.settings import testing
from tests import databases
from tests.client import Client

NOW = datetime(2027, 1, 20, 16, 0, tzinfo=UTC)


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


@pytest.fixture(params=databases.KINDS)
def app(request: pytest.FixtureRequest, tmp_path: Path, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application with an empty, migrated database; every test that uses it runs on both."""
    if request.param == "sqlite":
        databases.copy_sqlite(request.getfixturevalue("sqlite_template"), tmp_path)
        application = create_app(testing(tmp_path))
    else:
        url = request.getfixturevalue("postgresql_url")
        application = create_app(testing(tmp_path, database_url=url))
        databases.empty(application)
    application.jinja_env.bytecode_cache = compiled_templates
    application.test_client_class = Client
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def sqlite_app(sqlite_template: Path, tmp_path: Path, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """The application on SQLite only, for what does not touch the database's ways."""
    databases.copy_sqlite(sqlite_template, tmp_path)
    application = create_app(testing(tmp_path))
    application.jinja_env.bytecode_cache = compiled_templates
    application.test_client_class = Client
    yield application
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
