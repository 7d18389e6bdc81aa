"""Runs the migrations on the application's database.

Alembic rebuilds a table on SQLite to change it. With foreign keys on, dropping the old table would cascade into its
children and empty them, so they are off meanwhile and checked at the end.
"""

from alembic import context
from flask import current_app

from eventsapp.db import db

migrate = current_app.extensions["migrate"]


def run() -> None:
    """Upgrade or downgrade through one connection."""
    with db.engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # Straight to the driver: inside a transaction SQLite ignores this pragma without a word.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(connection=connection, target_metadata=db.metadata, **migrate.configure_args)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if is_sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            connection.rollback()
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=ON")
            if broken:
                raise RuntimeError(f"rows without their parents after the migration: {broken[:5]}")


run()
