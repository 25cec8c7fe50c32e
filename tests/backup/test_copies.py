"""Is a copy one state of the database, whatever is written meanwhile, and is it said what PostgreSQL needs?"""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Connection, func, insert, select
from tests.looking import NOW

from mem.backup.copies import copied, is_empty, kind, put_back
from mem.backup.manifest import CannotCopy
from mem.core.db import Database
from mem.people.models import Person


def people(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(Person)).scalar_one()


def add(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(Person).values(id=uuid4(), name="Ana", created_at=NOW))


@pytest.mark.usefixtures("client_programs")
def test_a_copy_is_one_state_and_brings_it_back(
    database: Database, other_database: Database, backend: str, tmp_path: Path
) -> None:
    file = tmp_path / "copy"
    add(database)
    with copied(database, file) as connection:
        add(database)
        assert people(connection) == 1
    assert is_empty(other_database)
    put_back(other_database, file)
    assert not is_empty(other_database)
    add(other_database)
    with other_database.read() as connection:
        assert people(connection) == 2
    put_back(other_database, file)
    with other_database.read() as connection:
        assert people(connection) == 1
    assert kind(database) == backend


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_copy_of_sqlite_is_one_file(database: Database, tmp_path: Path) -> None:
    with copied(database, tmp_path / "copy"):
        pass
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("copy")] == ["copy"]


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_without_the_programs_of_postgresql_it_is_said_what_is_needed(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(CannotCopy, match=r"no pg_dump here\. Install the client programs"),
        copied(database, tmp_path / "copy"),
    ):
        pytest.fail("nothing was copied")
    with pytest.raises(CannotCopy, match="no pg_restore here"):
        put_back(database, tmp_path / "copy")


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("client_programs")
def test_what_pg_restore_says_is_told(other_database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("no dump")
    with pytest.raises(CannotCopy, match=r"pg_restore failed: .*valid archive"):
        put_back(other_database, tmp_path / "copy")


def test_a_password_is_told_where_no_other_user_of_the_machine_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_restore"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\necho "$PGPASSWORD" > {tmp_path}/password\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    put_back(Database("postgresql://me:secret@127.0.0.1:1/mem"), tmp_path / "copy")
    assert "--dbname=postgresql://me@127.0.0.1:1/mem --single-transaction" in (tmp_path / "arguments").read_text()
    assert "secret" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "password").read_text() == "secret\n"
