"""What does every test stand on? A fresh database on both, a unit of work, the installed method, the house."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.engine import make_url
from tests import databases
from tests.callers import Api

from mem.app import create_app, installed
from mem.core.db import Database
from mem.core.work import Work
from mem.http.unit import House
from mem.methods.method import Method
from mem.settings import Settings

WORKFLOWS = Path(__file__).resolve().parents[1] / "workflows"
THEN = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The instant of a `work`."""


@pytest.fixture(scope="session")
def methods() -> dict[str, Method]:
    """The installed methods by mechanism, read once."""
    return installed(WORKFLOWS)


@pytest.fixture(scope="session")
def method() -> Method:
    """The installed method of the mechanism `mem`, read by itself, whatever else is installed."""
    return installed(WORKFLOWS / "mem")["mem"]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return databases.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with databases.postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    with databases.postgresql_template(postgresql_server) as template:
        yield template


@pytest.fixture(scope="session")
def postgresql_programs(postgresql_server: str) -> str:
    """The PATH with the client programs of the server."""
    return databases.postgresql_programs(postgresql_server)


@pytest.fixture(params=databases.BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Which database. A test for one alone says `@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)`."""
    return str(request.param)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    if backend == "sqlite":
        yield databases.sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path / "database")
        return
    server, template = (request.getfixturevalue(name) for name in ("postgresql_server", "postgresql_template"))
    with databases.postgresql_database(server, "mem", template) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database."""
    found = Database(database_url)
    yield found
    found.dispose()


@pytest.fixture(autouse=True)
def invariants_hold(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did, its database (or its unit of work, before that is rolled back) holds every invariant,
    unless the test says `@pytest.mark.breaks_invariants`, or its database is gone. Asked for first, this ends last
    but for the database itself, when the test's own connections are closed."""
    used = next((name for name in ("work", "database_url") if name in request.fixturenames), None)
    if used is None or request.node.get_closest_marker("breaks_invariants"):
        yield
        return
    found = request.getfixturevalue(used)
    yield
    assert databases.broken(found) == {}


@pytest.fixture
def empty_database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database that no migration has touched."""
    if backend == "sqlite":
        found = Database(databases.sqlite_url(tmp_path / "empty.db"))
        yield found
        found.dispose()
        return
    with databases.postgresql_database(request.getfixturevalue("postgresql_server"), "mem_empty") as url:
        found = Database(url)
        yield found
        found.dispose()


@pytest.fixture
def other_database(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of the same kind, to bring something into."""
    if backend == "sqlite":
        found = Database(databases.sqlite_url(tmp_path / "there" / "mem.db"))
        yield found
        found.dispose()
        return
    with databases.postgresql_database(request.getfixturevalue("postgresql_server"), "mem_restored") as url:
        found = Database(url)
        yield found
        found.dispose()


@pytest.fixture
def client_programs(backend: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client programs of PostgreSQL are found, where that is the backend."""
    if backend == "postgresql":
        monkeypatch.setenv("PATH", request.getfixturevalue("postgresql_programs"))


@pytest.fixture
def login(database_url: str, postgresql_server: str) -> Iterator[str]:
    """The address of the database for a login of its own, which may do nothing yet."""
    name, password = f"mem_login_{uuid4().hex[:12]}", uuid4().hex
    databases.administer(postgresql_server, f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
    yield make_url(database_url).set(username=name, password=password).render_as_string(hide_password=False)
    databases.administer(postgresql_server, f"DROP ROLE {name}")


@pytest.fixture
def work(database: Database) -> Iterator[Work]:
    """One unit of work at a fixed instant, by nobody; rolled back at the end."""
    with database.engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield Work(connection, THEN)
        finally:
            transaction.rollback()


@pytest.fixture
async def app(database_url: str, methods: dict[str, Method], tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The application over a fresh database of its own, started; on PostgreSQL with the hands of the server alone."""
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url, one_login=True, workflows=WORKFLOWS)
    made = create_app(settings, methods)
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture
def house(app: FastAPI) -> House:
    """What the application is made of: its database, files and methods."""
    house: House = app.state.house
    return house


@pytest.fixture
async def api(app: FastAPI, house: House) -> AsyncIterator[Api]:
    """The application over HTTP, asked by nobody; `tests.callers.person` gives somebody who asks."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://mem.test") as client:
        yield Api(client, house)
