"""How is a database copied while others write to it, and how is one put back?

SQLite by its own online backup, both ways: the copy is one state of the database, and putting it back is one
transaction. PostgreSQL by `pg_dump` on a snapshot, and `pg_restore` in one transaction; both must be on the PATH.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Connection, NullPool, create_engine, inspect, text
from sqlalchemy.engine import URL

from mem.backup.manifest import CannotCopy, flush
from mem.core.db import Database

TOOLS = "Install the client programs of PostgreSQL, of the server's version or newer, and have them on the PATH."


def kind(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"


@contextmanager
def copied(database: Database, file: Path) -> Iterator[Connection]:
    """Copy a database into a new file; a connection that sees just what was copied. Raises `CannotCopy`."""
    file.touch(mode=0o600, exist_ok=False)
    with (_sqlite_copied if database.is_sqlite else _postgresql_copied)(database, file) as connection:
        flush(file)
        yield connection


def put_back(database: Database, file: Path) -> None:
    """Have a database hold what a copy holds; what it held before is gone. Raises `CannotCopy`."""
    if database.is_sqlite:
        with closing(_source(file)) as source, closing(database.engine.raw_connection()) as target:
            source.backup(target.driver_connection)
    else:
        # all or nothing; who may do what is said anew afterwards, since it belongs to the code
        how = ("--single-transaction", "--exit-on-error", "--clean", "--if-exists", "--no-owner", "--no-privileges")
        _run("pg_restore", database.engine.url, *how, str(file))


def is_empty(database: Database) -> bool:
    """Whether there is no table, of ours or of anybody."""
    return not inspect(database.engine).get_table_names()


@contextmanager
def _sqlite_copied(database: Database, file: Path) -> Iterator[Connection]:
    with database.read() as connection, closing(sqlite.connect(str(file))) as target:
        raw: Any = connection.connection.driver_connection
        raw.backup(target)
        target.execute("PRAGMA journal_mode=DELETE").close()  # one file alone, which can be read where none is written
    engine = create_engine("sqlite://", creator=_opener(file), module=sqlite, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def _postgresql_copied(database: Database, file: Path) -> Iterator[Connection]:
    with database.read() as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        how = ("--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges", f"--file={file}")
        _run("pg_dump", database.engine.url, *how)
        yield connection


def _opener(file: Path) -> Callable[[], Any]:
    return lambda: _source(file)


def _source(file: Path) -> Any:
    return sqlite.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _run(program: str, url: URL, *arguments: str) -> None:
    """Run a client program of PostgreSQL; the password is told to it where no other user of the machine reads it."""
    found = shutil.which(program)
    if found is None:
        raise CannotCopy(f"There is no {program} here. {TOOLS}")
    address = url._replace(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    done = subprocess.run(
        [found, f"--dbname={address}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        hint = f" {TOOLS}" if "version mismatch" in done.stderr or "unsupported version" in done.stderr else ""
        raise CannotCopy(f"{program} failed: {' '.join(done.stderr.split())}.{hint}")
