"""The migrations are the schema: they equal the models, and go up and down with data on both databases."""

from __future__ import annotations

import shutil
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from eventsapp.app import packaged_or_top_level
from eventsapp.db import Base, db
from eventsapp.models import Schedule, Unplaced
from tests import make


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


def test_rebuilding_a_parent_keeps_its_children(context: Flask, tmp_path: Path) -> None:
    """Alembic rebuilds a table on SQLite to change it; with foreign keys on, the cascade once emptied the children."""
    event = make.event()
    schedule = Schedule(event=event, number=1, created_at=make.MADE_AT)
    a, b = make.registration(event), make.registration(event)
    db.session.add_all([schedule, *(Unplaced(schedule=schedule, a=a, b=b, reason="x") for a, b in ((a, b), (b, a)))])
    db.session.commit()
    migrations = tmp_path / "migrations"
    shutil.copytree(packaged_or_top_level("migrations"), migrations)
    (migrations / "versions" / "9999_rebuild.py").write_text(REBUILD)
    upgrade(directory=str(migrations))
    assert db.session.scalar(select(func.count()).select_from(Unplaced)) == 2
    downgrade(directory=str(migrations), revision="-1")
    assert db.session.scalar(select(func.count()).select_from(Unplaced)) == 2


REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}


def rebuild():
    return "always" if op.get_bind().dialect.name == "sqlite" else "auto"


def upgrade():
    with op.batch_alter_table("schedule", recreate=rebuild()) as batch_op:
        batch_op.add_column(sa.Column("probe", sa.Integer()))


def downgrade():
    with op.batch_alter_table("schedule", recreate=rebuild()) as batch_op:
        batch_op.drop_column("probe")
""".format(head=ScriptDirectory(str(packaged_or_top_level("migrations"))).get_current_head())
