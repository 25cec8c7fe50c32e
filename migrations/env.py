"""Runs migrations: on the connection handed in by `mem.migrate`, or on the database of the settings."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from mem.core.db import Database
from mem.settings import Settings
from mem.tables import METADATA, give_hands


def run(connection: Connection) -> None:
    is_postgresql = connection.dialect.name == "postgresql"
    if is_postgresql:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('mem migrates'))"))  # one at a time
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
    if is_postgresql and context.get_context().get_current_revision() == context.get_head_revision():
        give_hands(connection)


handed: Connection | None = context.config.attributes.get("connection")
if handed is not None:
    run(handed)
else:
    with Database(Settings().owner).engine.begin() as own:
        run(own)
