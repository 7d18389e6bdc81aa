"""The migrations are the schema: they equal the models, and go up and down with data on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from eventsapp.db import Base, db
from eventsapp.models import Slot
from tests import databases, make


def test_migrations_equal_the_models(context: Flask) -> None:
    with db.engine.connect() as connection:
        migration = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(migration, Base.metadata) == []


def test_down_and_up_again(context: Flask) -> None:
    make.registration(make.event())
    db.session.commit()
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_rebuilding_a_parent_keeps_its_children(context: Flask) -> None:
    """Alembic rebuilds a table on SQLite; with foreign keys on this once emptied the children (25 rows to 0)."""
    make.event(slots=25)
    db.session.commit()
    downgrade(revision="base")
    upgrade()
    databases.empty(context)
    make.event(slots=25)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Slot)) == 25
