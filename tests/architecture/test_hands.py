"""On PostgreSQL, has the server the hands that its code uses, and no others, whoever logs in?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, ProgrammingError
from tests import databases

from mem.cli.operations import DENIED
from mem.core.db import SERVER, Base, Database
from mem.http.unit import House
from mem.migrate import upgrade
from mem.tables import CHANGES, DELETES, METADATA

SRC = Path(__file__).resolve().parents[2] / "src"
LOCKED = {"person": {"id"}}
"""Rows that are locked before something is decided about them, and never changed: the key says so."""
ONLY_POSTGRESQL = pytest.mark.parametrize("backend", ["postgresql"], indirect=True)


@pytest.fixture
def server(database_url: str) -> Iterator[Database]:
    """The database in the hands of the server."""
    found = Database(database_url, one_login=True)
    yield found
    found.dispose()


def denied(database: Database, statement: str) -> bool:
    """Whether a statement is refused for want of a right; it changes nothing when it is not."""
    try:
        with database.engine.connect() as connection:
            connection.execute(text(statement))
    except IntegrityError:  # let through, and stopped by a trigger
        return False
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != DENIED:
            raise
        return True
    return False


@ONLY_POSTGRESQL
def test_the_application_works_with_the_hands_of_the_server(app: FastAPI) -> None:
    house: House = app.state.house
    for opening in (house.database.write(), house.database.read()):
        with opening as connection:
            assert connection.execute(text("SELECT current_user")).scalar_one() == SERVER


@ONLY_POSTGRESQL
def test_each_table_is_read_and_added_to_and_changed_only_as_said(server: Database) -> None:
    for name, table in METADATA.tables.items():
        columns = table.columns.keys()
        changed = {one for one in columns if not denied(server, f'UPDATE {name} SET "{one}" = "{one}" WHERE false')}
        assert changed == set(CHANGES.get(name, ())), name
        assert denied(server, f"DELETE FROM {name} WHERE false") == (name not in DELETES)
        for statement in ("SELECT * FROM {} LIMIT 0", "INSERT INTO {0} SELECT * FROM {0} WHERE false"):
            assert not denied(server, statement.format(name))
        for never in ("TRUNCATE {} CASCADE", "DROP TABLE {} CASCADE", "ALTER TABLE {} DISABLE TRIGGER USER"):
            assert denied(server, never.format(name))


@ONLY_POSTGRESQL
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE another (id integer)",
        "CREATE OR REPLACE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
        "DROP FUNCTION only_added_to() CASCADE",
        "UPDATE alembic_version SET version_num = 'x'",
        "SET session_replication_role = 'replica'",
    ],
)
def test_the_server_makes_and_unmakes_nothing(login: str, postgresql_server: str, statement: str) -> None:
    databases.administer(postgresql_server, f"GRANT {SERVER} TO {make_url(login).username}")
    found = Database(login)
    assert denied(found, statement)
    found.dispose()


def _said(verb: str) -> dict[str, set[str]]:
    """The tables on whose models the source calls this verb, with the columns that `values` names after it."""
    tables = {mapper.class_.__name__: str(mapper.local_table) for mapper in Base.registry.mappers}
    found: dict[str, set[str]] = {}
    for file in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            chain, columns = node, set[str]()
            while isinstance(chain, ast.Call) and isinstance(chain.func, ast.Attribute):
                if chain.func.attr == "values":
                    columns = {str(keyword.arg) for keyword in chain.keywords}
                chain = chain.func.value
            match chain:
                case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=model), *_]) if (
                    name == verb and model in tables
                ):
                    found.setdefault(tables[model], set()).update(columns)
    return found


def test_what_may_be_changed_is_what_the_code_changes() -> None:
    assert {table: set(columns) for table, columns in CHANGES.items()} == _said("update") | LOCKED
    assert _said("delete").keys() == DELETES


@ONLY_POSTGRESQL
def test_migrating_again_takes_away_what_was_given_besides(database: Database, server: Database) -> None:
    with database.write() as connection:
        connection.execute(text(f"GRANT ALL ON event TO {SERVER}"))
    assert not denied(server, "DELETE FROM event")
    upgrade(database)
    assert denied(server, "DELETE FROM event WHERE false")
    assert denied(server, "UPDATE event SET seq = seq WHERE false")
