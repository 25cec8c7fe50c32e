"""How do we reach the database, and what is true of every table?

SQLite (through `pysqlite3`, whose SQLite has the WAL-reset fix) is the embedded default, PostgreSQL the
production database. All statements are Core statements on one connection: no identity map, nothing lazy.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, Row, String, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from mem.core.mounts import network_kind

WAL_RESET_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
SHORT = String(200)
SERVER = "mem_server"
"""The role of PostgreSQL that may do what the server does and no more: `mem.tables` says what that is."""
ADDRESSES = "Give sqlite:///<file> or postgresql://<user>:<password>@<host>/<name>."
PLACES = 8  # requests that use the database at once; the pool has two more connections, for due work
AnyRow = Row[*tuple[Any, ...]]
"""A row of columns by name."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC on both databases (SQLite alone would hand back a naive one)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime is never stored")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class BadAddress(ValueError):
    """At this address there can be no database of ours. The message does not quote it: it may hold a password."""


class Base(DeclarativeBase):
    """Every table; constraint names are stable, since errors are told by them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UTCDateTime(),
        dict[str, Any]: JSON(none_as_null=True),
        list[Any]: JSON(none_as_null=True),
        str: SHORT,
    }


class Database:
    """The two ways in: `write` (one transaction, committed by whoever opened it) and `read`.

    `one_login`: on PostgreSQL, whoever logs in works with the hands of the server alone.
    """

    def __init__(self, url: str, one_login: bool = False) -> None:
        """Raises `BadAddress`; whether the database answers is seen when it is first used."""
        parsed = _parsed(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._writer = _sqlite(parsed, begin="BEGIN IMMEDIATE", query_only=False)
            self._reader = _sqlite(parsed, begin="BEGIN", query_only=True)
        else:
            self._writer = _postgresql(parsed, f" -c role={SERVER}" if one_login else "")
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations and checks."""
        return self._writer

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look, which cannot write."""
        with self._reader.begin() as connection:
            yield connection

    def dispose(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _postgresql(url: URL, role: str) -> Engine:
    # Of a connection that broke, whoever asked is told; the pool would add a traceback for each when it lets go of it.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=PLACES + 2,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"options": f"-c lock_timeout=5s -c statement_timeout=30s -c timezone=UTC{role}"},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        """What is acknowledged is stored, whatever the server's default is (a stricter one stays)."""
        lax = "WHERE current_setting('synchronous_commit') = 'off'"
        connection.execute(f"SELECT set_config('synchronous_commit', 'on', false) {lax}")
        connection.commit()

    return engine


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise BadAddress(f"The address of the database cannot be read. {ADDRESSES}") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql", "postgres"):
        raise BadAddress(f"A database of the kind '{parsed.get_backend_name()}' is not used here. {ADDRESSES}")
    return parsed


def _sqlite(url: URL, begin: str, query_only: bool) -> Engine:
    if url.database:
        folder = Path(url.database).parent
        if kind := network_kind(folder):
            raise BadAddress(
                f"The SQLite database would lie on a file system of a network ({kind}), where what was stored can be "
                "damaged or lost. Have it on a local disk (MEM_DATA_DIR), or use PostgreSQL."
            )
        folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername="sqlite"),
        module=sqlite,
        pool_size=PLACES + 2,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    journal = "WAL" if _wal_is_safe() else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "busy_timeout=10000",
            f"journal_mode={journal}",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "cell_size_check=ON",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _wal_is_safe() -> bool:
    """SQLite before 3.51.3 can lose committed writes in WAL mode; two older branches have the fix."""
    version = tuple(sqlite.sqlite_version_info)
    newest, *branches = WAL_RESET_FIXED
    return version >= newest or any(version[:2] == fixed[:2] and version >= fixed for fixed in branches)
