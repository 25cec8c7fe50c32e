"""What does a test of a service look at? A unit of work in a database that a session shares, refusals with all their
reasons, everything that is stored, what was recorded, and how many statements it took."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, event, insert, select, text
from tests import databases
from tests.worlds import World, world

from mem.core.db import AnyRow, Base, Database
from mem.core.errors import MemError
from mem.core.work import Work
from mem.ledger.service import events
from mem.methods.models import MethodPart, MethodRow
from mem.methods.service import pin

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
_shared: dict[tuple[str, str | None], tuple[Database, World | None]] = {}


@pytest.fixture
def shared_work(backend: str, request: pytest.FixtureRequest) -> Iterator[Work]:
    """A unit of work in one database a session, where the method is pinned already; rolled back at the end.

    A module that wants it instead of a `work` in a fresh database says `work = looking.shared_work`: on PostgreSQL a
    fresh database costs a second, and whoever commits nothing needs none.
    """
    database, _ = _opened(backend, None, request)
    with _rolled_back(database) as work:
        yield work


def at(stage: str = "enrolled") -> Any:
    """A fixture: the world of `tests.worlds` with Barbados' evaluation at this stage, made once a session in a database
    of its own, and handed to each test in a unit of work that is rolled back. `here = looking.at("review")`."""

    @pytest.fixture
    def here(backend: str, request: pytest.FixtureRequest) -> Iterator[World]:
        database, made = _opened(backend, stage, request)
        assert made is not None
        with _rolled_back(database) as work:
            yield made.within(work)
            if not request.node.get_closest_marker("breaks_invariants"):
                assert databases.broken(work) == {}

    return here


@contextmanager
def _rolled_back(database: Database) -> Iterator[Work]:
    with database.engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield Work(connection, NOW)
        finally:
            transaction.rollback()


def _opened(backend: str, stage: str | None, request: pytest.FixtureRequest) -> tuple[Database, World | None]:
    """A database of the session, with the method pinned, or with a world at a stage; gone with the session."""
    if (backend, stage) in _shared:
        return _shared[backend, stage]
    session = request.session
    if backend == "sqlite":
        folder: Path = request.getfixturevalue("tmp_path_factory").mktemp("shared")
        url = databases.sqlite_copy(request.getfixturevalue("sqlite_template"), folder)
    else:
        server, template = (request.getfixturevalue(name) for name in ("postgresql_server", "postgresql_template"))
        opening = databases.postgresql_database(server, "mem_shared", template)
        url = opening.__enter__()
        session.addfinalizer(lambda: opening.__exit__(None, None, None))
    database = Database(url)
    session.addfinalizer(database.dispose)
    session.addfinalizer(lambda: _shared.pop((backend, stage)))
    with database.write() as connection:
        work, method = Work(connection, NOW), request.getfixturevalue("method")
        pin(work, method)
        _shared[backend, stage] = (database, None if stage is None else world(work, method).to(stage))
    return _shared[backend, stage]


@contextmanager
def undone(work: Work) -> Iterator[None]:
    """Whatever happens inside, an error of the database included, leaves nothing behind."""
    inside = work.db.begin_nested()
    try:
        yield
    finally:
        inside.rollback()


@contextmanager
def refused(
    work: Work, kind: type[MemError], *reasons: str | tuple[str, str | None], code: str | None = None
) -> Iterator[None]:
    """The block is refused by this kind of error with exactly these reasons (their codes, or each code with where),
    in this order, and nothing is stored."""
    before = stored(work)
    with pytest.raises(kind) as caught:
        yield
    assert (type(caught.value), caught.value.code) == (kind, code or caught.value.code)
    placed = any(isinstance(one, tuple) for one in reasons)
    found = [
        (one.code, one.about if one.where is None else one.where) if placed else one.code
        for one in caught.value.reasons
    ]
    assert found == [*reasons], f"refused for {found}"
    assert stored(work) == before


def stored(work: Work) -> dict[str, list[AnyRow]]:
    """Every row of every table (without pinned methods, which are large)."""
    out = {MethodPart.__table__, MethodRow.__table__}
    return {
        table.name: sorted(work.db.execute(select(table)), key=repr)
        for table in Base.metadata.tables.values()
        if table not in out
    }


def rows(work: Work, table: type[Base], **where: Any) -> list[AnyRow]:
    """The rows of a table, or those whose columns have these values."""
    return list(work.db.execute(select(table.__table__).filter_by(**where)))


def put(work: Work, table: type[Base], **values: Any) -> None:
    """Store a row past every service."""
    work.db.execute(insert(table).values(**values))


def recorded(work: Work, chain: UUID, *types: str) -> list[dict[str, Any]]:
    """The events of a chain (of these types) as they were hashed."""
    found = (json.loads(row.canonical) for row in events(work, chain))
    return [one for one in found if not types or one["type"] in types]


def unguarded(work: Work, table: str) -> None:
    """Let the rows of a table that is only added to be changed, until the transaction is rolled back."""
    if work.db.dialect.name == "sqlite":
        for name in ("no_update", "no_delete", "only_ended", "follows_its_position"):
            work.db.execute(text(f"DROP TRIGGER IF EXISTS {table}_{name}"))
    else:
        work.db.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


@contextmanager
def statements(connection: Connection) -> Iterator[list[str]]:
    """The statements sent to the database inside the block."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", note)
