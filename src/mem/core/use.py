"""Who uses a database now? Servers share it; whoever replaces it must have it alone.

The lock ends with the process that holds it, however that ends: a lock of the operating system on a file beside an
SQLite database, an advisory lock on PostgreSQL.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from mem.core.db import Database

LOCK = 0x6D656D
"""The number of the advisory lock; one for each database, since such locks are kept by database."""


class InUse(RuntimeError):
    """Somebody else uses the database in a way that does not go together with ours."""


@contextmanager
def used(database: Database, alone: bool = False) -> Iterator[None]:
    """Use a database, beside others or alone, until the block ends. Raises `InUse`, at once."""
    with (_file if database.is_sqlite else _advisory)(database, alone):
        yield


@contextmanager
def _file(database: Database, alone: bool) -> Iterator[None]:
    with Path(f"{database.engine.url.database}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse from None
        yield


@contextmanager
def _advisory(database: Database, alone: bool) -> Iterator[None]:
    """On a connection of its own, outside of the pool, which is idle and in no transaction."""
    engine = create_engine(database.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
    lock = text(f"SELECT pg_try_advisory_lock{'' if alone else '_shared'}(:lock)")
    with engine.connect() as connection:
        if not connection.execute(lock, {"lock": LOCK}).scalar_one():
            raise InUse
        yield
