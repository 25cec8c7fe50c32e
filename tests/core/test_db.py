"""Is every instant aware and in UTC, and can nobody write but who came in by the writing door?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from tests import databases
from tests.looking import NOW

from mem.core.db import BadAddress, Database, UTCDateTime
from mem.people.models import Membership, Person, Token

ONLY_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
ONLY_POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
PRAGMAS = {
    "busy_timeout": 10_000,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
}


def add(connection: Connection, at: datetime = NOW) -> Any:
    person = uuid4()
    connection.execute(insert(Person).values(id=person, name="Somebody", created_at=at))
    return person


def people(connection: Connection) -> int:
    return len(connection.execute(select(Person.id)).all())


def test_an_instant_comes_back_as_it_was_aware_and_in_utc_with_its_microseconds(database: Database) -> None:
    there = timezone(timedelta(hours=-5, minutes=-30))
    instants = [NOW, datetime(2026, 6, 30, 23, 59, 59, 999_999, there), datetime(1999, 10, 15, tzinfo=UTC)]
    with database.write() as connection:
        persons = [add(connection, instant) for instant in instants]
    with database.read() as connection:
        found = {row.id: row.created_at for row in connection.execute(select(Person.id, Person.created_at))}
    assert [found[person] for person in persons] == instants
    assert {instant.tzinfo for instant in found.values()} == {UTC}


def test_instants_compare_in_the_database_whatever_zone_they_came_in(database: Database) -> None:
    with database.write() as connection:
        add(connection, datetime(2026, 3, 2, 23, tzinfo=timezone(timedelta(hours=12))))  # 11:00 in UTC
        before = select(Person.id).where(Person.created_at < NOW)
        assert len(connection.execute(before).all()) == 1
        late = NOW.astimezone(timezone(timedelta(hours=-9)))
        assert len(connection.execute(select(Person.id).where(Person.created_at < late)).all()) == 1


def test_a_naive_instant_is_never_stored(database: Database) -> None:
    with pytest.raises(StatementError, match="a naive datetime is never stored"), database.write() as connection:
        add(connection, NOW.replace(tzinfo=None))
    with database.read() as connection:
        assert people(connection) == 0


def test_no_instant_stays_none() -> None:
    kept = UTCDateTime()
    for dialect in (databases.sqlite_url(Path("x")), "postgresql://"):
        bound = Database(dialect).engine.dialect
        assert kept.process_bind_param(None, bound) is None
        assert kept.process_result_value(None, bound) is None


def test_a_json_column_that_holds_nothing_is_null(database: Database) -> None:
    with database.write() as connection:
        token = {"person_id": add(connection), "secret_sha256": "0" * 64, "label": "", "created_at": NOW}
        for name, scope in (("a", None), ("b", [])):
            connection.execute(insert(Token).values(id=name, scope=scope, expires_at=NOW + timedelta(days=1), **token))
        nothing = connection.execute(text("SELECT id FROM token WHERE scope IS NULL")).scalars().all()
    assert nothing == ["a"]


def test_what_is_written_is_there_once_its_block_has_ended(database: Database) -> None:
    with database.write() as connection:
        add(connection)
        with database.read() as other:
            assert people(other) == 0
    with database.read() as connection:
        assert people(connection) == 1


def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    def half() -> None:
        with database.write() as connection:
            add(connection)
            raise LookupError

    with pytest.raises(LookupError):
        half()
    with database.read() as connection:
        assert people(connection) == 0


def test_a_reader_has_one_consistent_look(database: Database) -> None:
    with database.read() as reader:
        assert people(reader) == 0
        with database.write() as writer:
            add(writer)
        assert people(reader) == 0
    with database.read() as reader:
        assert people(reader) == 1


def test_a_reader_cannot_write(database: Database) -> None:
    message = "readonly database" if database.is_sqlite else "read-only transaction"
    with pytest.raises(Exception, match=message), database.read() as connection:
        add(connection)
    with database.write() as connection:
        assert people(connection) == 0
        add(connection)


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    row = {"id": uuid4(), "person_id": uuid4(), "role": "auditor", "granted_at": NOW}
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(Membership).values(**row))


@ONLY_SQLITE
@pytest.mark.parametrize("reads", [False, True])
def test_every_connection_to_sqlite_is_durable_and_strict(database: Database, reads: bool) -> None:
    with database.read() if reads else database.write() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in (*PRAGMAS, "query_only")}
    assert found == {**PRAGMAS, "query_only": int(reads)}


@pytest.fixture
def rival(database_url: str) -> Iterator[Any]:
    """A connection to the same SQLite file that waits for nobody."""
    with closing(sqlite.connect(database_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)) as found:
        yield found


@ONLY_SQLITE
def test_a_writer_holds_the_lock_from_its_beginning(database: Database, rival: Any) -> None:
    with database.write(), pytest.raises(sqlite.OperationalError, match="database is locked"):
        rival.execute("BEGIN IMMEDIATE")
    rival.execute("BEGIN IMMEDIATE")


@ONLY_SQLITE
def test_a_reader_holds_no_lock(database: Database, rival: Any) -> None:
    with database.read() as connection:
        people(connection)
        rival.execute("BEGIN IMMEDIATE")


@ONLY_POSTGRESQL
@pytest.mark.parametrize(("name", "value"), [("lock_timeout", "5s"), ("statement_timeout", "30s"), ("TimeZone", "UTC")])
def test_every_session_of_postgresql_has_its_limits(database: Database, name: str, value: str) -> None:
    for opened in (database.write(), database.read()):
        with opened as connection:
            assert connection.execute(text(f"SHOW {name}")).scalar() == value


@ONLY_POSTGRESQL
def test_a_session_waits_until_what_it_commits_is_stored(database_url: str) -> None:
    name = make_url(database_url).database
    for said, found in (("off", "on"), ("remote_apply", "remote_apply"), ("on", "on")):
        databases.administer(database_url, f"ALTER DATABASE {name} SET synchronous_commit = {said}")
        database = Database(database_url)
        for opening in (database.write(), database.read()):
            with opening as connection:
                assert connection.execute(text("SHOW synchronous_commit")).scalar_one() == found
        database.dispose()


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    database = Database(databases.sqlite_url(tmp_path / "a" / "b" / "mem.db"))
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE one (id INTEGER)")
    database.dispose()
    assert (tmp_path / "a" / "b" / "mem.db").exists()


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ((3, 53, 0), "wal"),
        ((3, 51, 3), "wal"),
        ((3, 51, 2), "truncate"),
        ((3, 50, 8), "wal"),
        ((3, 50, 7), "wal"),
        ((3, 50, 6), "truncate"),
        ((3, 49, 9), "truncate"),
        ((3, 45, 0), "truncate"),
        ((3, 44, 6), "wal"),
        ((3, 44, 5), "truncate"),
    ],
)
def test_write_ahead_logging_is_used_where_sqlite_has_the_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], journal: str
) -> None:
    monkeypatch.setattr(sqlite, "sqlite_version_info", version)
    database = Database(databases.sqlite_url(tmp_path / "mem.db"))
    with database.write() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == journal
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    database.dispose()


def test_the_sqlite_we_run_on_has_the_fix() -> None:
    assert sqlite.sqlite_version_info >= (3, 51, 3)


@pytest.mark.parametrize(
    "url", ["", "mem.db", "mysql://me:hunter2@h/d", "oracle://me:hunter2@h", "postgresql://me:hunter2@h:port/d"]
)
def test_an_address_of_no_database_of_ours_is_refused_without_what_it_holds(url: str) -> None:
    with pytest.raises(BadAddress, match=r"sqlite:///<file> or postgresql://") as refused:
        Database(url)
    assert "hunter2" not in str(refused.value)


def test_what_a_statement_carried_is_not_told_by_its_error(database: Database) -> None:
    with pytest.raises((IntegrityError, OperationalError)) as caught, database.write() as connection:
        connection.execute(insert(Person).values(id=add(connection), name="A secret name", created_at=NOW))
    assert "A secret name" not in str(caught.value)
