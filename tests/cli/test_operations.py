"""Do the commands stand on a migrated database, an officer who can come in, and a true verdict on the ledger?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.demo.runs import rows
from tests.methods_of import real_method

from mem.cli.operations import add_officer, prepare, verify_ledger
from mem.core.clock import now
from mem.core.db import Database
from mem.core.errors import Invalid, NotAuthenticated
from mem.core.work import Work
from mem.ledger.models import Chain
from mem.ledger.service import ADMINISTRATION
from mem.migrate import current, head
from mem.people.policy import Grant
from mem.people.service import actor_of
from mem.settings import Settings


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of a fresh, migrated database."""
    return Settings(data_dir=tmp_path / "data", database_url=database_url)


def officer(settings: Settings, name: str = "First officer", days: int = 1) -> str:
    return add_officer(settings, real_method(), name, "mem_unit", None, days)


def test_preparing_makes_the_data_folder_and_migrates_an_empty_database(
    empty_database: Database, tmp_path: Path
) -> None:
    url = empty_database.engine.url.render_as_string(hide_password=False)
    settings = Settings(data_dir=tmp_path / "new" / "data", database_url=url)
    prepare(settings)
    assert settings.data_dir.is_dir()
    assert current(empty_database) == head()


def test_preparing_again_keeps_what_is_there(settings: Settings, database: Database) -> None:
    officer(settings)
    before = verify_ledger(settings)
    prepare(settings)
    assert verify_ledger(settings) == before
    assert before["events"] == 3


def test_an_officer_comes_in_with_the_role_until_the_token_expires(settings: Settings, database: Database) -> None:
    token = officer(settings, days=3)
    with database.read() as connection:
        actor, _ = actor_of(Work(connection, now() + timedelta(days=2)), f"Bearer {token}")
        assert (actor.name, actor.grants) == ("First officer", (Grant("mem_unit", None, "mem"),))
        with pytest.raises(NotAuthenticated):
            actor_of(Work(connection, now() + timedelta(days=4)), f"Bearer {token}")


def test_an_officer_whose_role_cannot_be_given_leaves_nothing(settings: Settings, database: Database) -> None:
    with pytest.raises(Invalid) as refused:
        add_officer(settings, real_method(), "Nobody", "king", "BRB", 1)
    assert [reason.code for reason in refused.value.reasons] == ["unknown_role"]
    assert verify_ledger(settings)["events"] == 0
    with database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar_one() == 0


def test_an_intact_ledger_is_told_with_its_chains_and_events(settings: Settings, database: Database) -> None:
    officer(settings)
    officer(settings, "Second officer")
    assert verify_ledger(settings) == {"chains": 1, "events": 6, "faults": [], "ok": True}


TAMPERED: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "an event says something else",
        "UPDATE event SET canonical = :to WHERE seq = 2",
        {"to": b"{}"},
        "event 2 does not have its hash",
    ),
    ("an event is gone", "DELETE FROM event WHERE seq = 2", {}, "event 2 is missing or out of order (found 3)"),
    ("the last event is gone", "DELETE FROM event WHERE seq = 3", {}, "ends at event 2, its head says 3"),
    ("every event is gone", "DELETE FROM event", {}, "ends at event 0, its head says 3"),
]


def tamper(database: Database, statement: str, values: dict[str, Any]) -> None:
    """Change the events behind the back of the database's own refusal."""
    drops = (
        ["DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete"]
        if database.is_sqlite
        else ["DROP TRIGGER event_only_added_to ON event"]
    )
    with database.write() as connection:
        for drop in drops:
            connection.execute(text(drop))
        assert connection.execute(text(statement), values).rowcount > 0


@pytest.mark.breaks_invariants
@pytest.mark.parametrize(("says", "statement", "values", "fault"), TAMPERED, ids=[row[0] for row in TAMPERED])
def test_a_ledger_that_was_tampered_with_is_told_by_its_chain(
    says: str, statement: str, values: dict[str, Any], fault: str, settings: Settings, database: Database
) -> None:
    officer(settings)
    tamper(database, statement, values)
    found = verify_ledger(settings)
    assert (found["faults"], found["ok"]) == ([f"chain {ADMINISTRATION}: {fault}"], False)


@pytest.mark.breaks_invariants
def test_a_chain_whose_head_was_turned_back_is_told(settings: Settings, database: Database) -> None:
    officer(settings)
    with database.write() as connection:
        connection.execute(text("UPDATE chain SET seq = 2"))
    assert [one.seq for one in rows(database, Chain.__table__)] == [2]
    assert verify_ledger(settings)["faults"] == [f"chain {ADMINISTRATION}: ends at event 3, its head says 2"]
