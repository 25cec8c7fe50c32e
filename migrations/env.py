"""Runs migrations: on the connection handed in by `mem.migrate`, or on the database of the settings."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from mem.core.db import Database
from mem.settings import Settings
from mem.tables import METADATA


def run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET lock_timeout = '5s'"))
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        compare_type=True,
        compare_server_default=True,
        render_as_batch=False,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    with Database(Settings().url).engine.begin() as own:
        run(own)
