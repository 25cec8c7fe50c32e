"""Does everything come back from a backup as it was, and is whatever is not as it was refused or told?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.worlds import world

from mem.backup import contents
from mem.backup.manifest import FILE, CannotCopy, Manifest
from mem.backup.service import back_up, differences, restore
from mem.core.clock import now
from mem.core.db import Database
from mem.core.use import used
from mem.core.work import Work
from mem.evidence.service import NewFile, attach_file
from mem.evidence.store import Store
from mem.ledger.service import ADMINISTRATION
from mem.methods.method import Method
from mem.migrate import current, downgrade, head

pytestmark = pytest.mark.usefixtures("client_programs")
OLDER = "2026_11_24_checkpoints"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "here" / "evidence")


@pytest.fixture
def files(database: Database, store: Store, method: Method) -> list[str]:
    """A round in which Barbados answers, with two files; their names."""
    store.root.parent.mkdir()
    with database.write() as connection:
        made = world(Work(connection, now()), method).to("answering")
        for data in (b"first", b"second"):
            file = NewFile("A file", "f.txt", "text/plain", data, made.units[:1])
            attach_file(made.by(made.entity), made.entity, store, made.id, file)
    return sorted(path.name for path in store.root.rglob("*") if path.is_file())


@pytest.fixture
def backup(database: Database, store: Store, files: list[str], tmp_path: Path) -> Path:
    back_up(database, store, tmp_path / "backup")
    return tmp_path / "backup"


@pytest.fixture
def there(tmp_path: Path) -> Store:
    (tmp_path / "there").mkdir(exist_ok=True)
    return Store(tmp_path / "there" / "evidence")


def rows(database: Database) -> dict[str, Any]:
    with database.read() as connection:
        return contents.tables(connection)


def test_what_is_restored_is_what_was_backed_up(
    database: Database, files: list[str], backup: Path, other_database: Database, there: Store
) -> None:
    restored = restore(other_database, there, backup, replace=False)
    assert differences(other_database, there, restored) == []
    assert rows(other_database) == rows(database)
    assert restored.rows > 100
    assert restored.evidence == files
    assert sorted(there.get(name) for name in files) == [b"first", b"second"]
    assert current(other_database) == head()
    url = other_database.engine.url.render_as_string(hide_password=False)
    server = Database(url, one_login=True)  # with the server's hands, on PostgreSQL
    with server.read() as connection:
        assert str(ADMINISTRATION) in contents.heads(Work(connection, now()))
    server.dispose()


def test_what_was_restored_refuses_by_itself_as_before(backup: Path, other_database: Database, there: Store) -> None:
    restore(other_database, there, backup, replace=False)
    with pytest.raises(DBAPIError), other_database.write() as connection:
        connection.execute(text("DELETE FROM event"))


def test_a_backup_holds_no_key_and_is_for_its_owner_alone(
    database: Database, store: Store, files: list[str], tmp_path: Path
) -> None:
    (tmp_path / "here" / "signing-key.pem").write_text("secret")
    folder = tmp_path / "secret"
    made = back_up(database, store, folder)
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    kept = [f"evidence/sha256/{name[:2]}/{name}" for name in files]
    assert found == sorted([f"database.{made.kind}", *kept, FILE])
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {(folder / name).stat().st_mode & 0o777 for name in found} == {0o600}


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _say(folder: Path, **change: Any) -> None:
    said = json.loads((folder / FILE).read_text())
    (folder / FILE).write_text(json.dumps(said | change))


def _evidence(folder: Path) -> Path:
    return next(path for path in sorted((folder / "evidence").rglob("*")) if path.is_file())


HARMED: list[tuple[str, Callable[[Path], Any], str]] = [
    ("a bit of the database", lambda at: _flip(next(at.glob("database.*"))), "is not what its manifest says"),
    ("the database is gone", lambda at: next(at.glob("database.*")).unlink(), "is not what its manifest says"),
    ("a bit of a file", lambda at: _flip(_evidence(at)), "is missing or damaged"),
    ("a file is gone", lambda at: _evidence(at).unlink(), "is missing or damaged"),
    ("no manifest", lambda at: (at / FILE).unlink(), "was never finished"),
    ("half a manifest", lambda at: (at / FILE).write_text((at / FILE).read_text()[:200]), "cannot be read"),
    ("a newer schema", lambda at: _say(at, revision="2030_01_01_more"), "this version does not know"),
    ("another kind", lambda at: _say(at, kind="another"), "The backup is of another"),
]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("says", "harm", "told"), HARMED, ids=[row[0] for row in HARMED])
def test_a_backup_that_is_not_what_it_was_is_refused_before_anything_is_touched(
    says: str, harm: Callable[[Path], Any], told: str, backup: Path, other_database: Database, there: Store
) -> None:
    harm(backup)
    with pytest.raises(CannotCopy, match=told):
        restore(other_database, there, backup, replace=True)
    assert rows(other_database) == {}
    assert not there.root.exists()


def test_what_is_there_is_replaced_only_when_that_is_said(
    database: Database, backup: Path, store: Store, method: Method
) -> None:
    before = rows(database)
    with database.write() as connection:
        world(Work(connection, now()), method, "another")
    after = rows(database)
    with pytest.raises(CannotCopy, match="say --replace"):
        restore(database, store, backup, replace=False)
    assert rows(database) == after != before
    restored = restore(database, store, backup, replace=True)
    assert rows(database) == before
    assert differences(database, store, restored) == []


def test_a_database_that_is_used_is_not_replaced(database: Database, backup: Path, store: Store) -> None:
    with used(database), pytest.raises(CannotCopy, match="Stop it first"):
        restore(database, store, backup, replace=True)


def test_a_file_that_lies_there_damaged_is_mended(backup: Path, other_database: Database, there: Store) -> None:
    restored = restore(other_database, there, backup, replace=False)
    _flip(_evidence(there.root.parent))
    assert len(differences(other_database, there, restored)) == 1
    restore(other_database, there, backup, replace=True)
    assert differences(other_database, there, restored) == []


def _behind(*statements: str) -> Callable[[Database], None]:
    """Say something to a database behind the back of what refuses it."""

    def act(database: Database) -> None:
        drop = ["DROP TRIGGER event_no_update"] if database.is_sqlite else ["DROP TRIGGER event_only_added_to ON event"]
        with database.write() as connection:
            for statement in [*drop, *statements]:
                connection.execute(text(statement))

    return act


CHANGED: list[tuple[str, Callable[[Database], None], list[str]]] = [
    ("a value", _behind("UPDATE person SET name = 'Another' WHERE name = 'auditor'"), ["The table person is another."]),
    (
        "an event",
        _behind("UPDATE event SET type = 'x' WHERE seq = 2"),
        ["The table event is another.", "another place"],
    ),
    ("a head", _behind("UPDATE chain SET head = 'x'"), ["The table chain is another.", "do not end", "its head says"]),
    ("a table more", _behind("CREATE TABLE more (id INTEGER)"), ["The table more is another."]),
]


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("says", "change", "told"), CHANGED, ids=[row[0] for row in CHANGED])
def test_whatever_is_not_as_it_was_is_told(
    says: str, change: Callable[[Database], None], told: list[str], backup: Path, other_database: Database, there: Store
) -> None:
    restored = restore(other_database, there, backup, replace=False)
    change(other_database)
    found = differences(other_database, there, restored)
    for one in told:
        assert any(one in line for line in found), found


def test_a_file_that_is_missing_is_told_by_the_backup_and_by_whoever_verifies(
    database: Database, store: Store, files: list[str], other_database: Database, there: Store, tmp_path: Path
) -> None:
    _evidence(store.root.parent).unlink()
    made = back_up(database, store, tmp_path / "b")
    assert len(made.evidence) == 1
    restored = restore(other_database, there, tmp_path / "b", replace=False)
    assert differences(other_database, there, restored) == [
        f"The evidence file {made.missing[0]} is missing or damaged."
    ]


def test_an_older_schema_comes_back_as_it_was(
    database: Database, store: Store, other_database: Database, there: Store, tmp_path: Path
) -> None:
    downgrade(database, OLDER)
    store.root.parent.mkdir()
    back_up(database, store, tmp_path / "b")
    restored = restore(other_database, there, tmp_path / "b", replace=False)
    assert (current(other_database), differences(other_database, there, restored)) == (OLDER, [])


def test_a_backup_takes_a_folder_of_its_own(database: Database, store: Store, backup: Path) -> None:
    before = Manifest.model_validate_json((backup / FILE).read_bytes())
    with pytest.raises(CannotCopy, match="there already, and not empty"):
        back_up(database, store, backup)
    assert Manifest.model_validate_json((backup / FILE).read_bytes()) == before


def test_of_nothing_there_is_no_backup(other_database: Database, there: Store, tmp_path: Path) -> None:
    with pytest.raises(CannotCopy, match="nothing in this database yet"):
        back_up(other_database, there, tmp_path / "b")
    assert not (tmp_path / "b").exists()
