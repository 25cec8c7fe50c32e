"""Do two databases have the same digests exactly when they hold the same rows?"""

from __future__ import annotations

import pytest
from sqlalchemy import text

from mem.backup.contents import heads, tables, unsound
from mem.core.db import Database
from mem.core.work import Work
from mem.ledger.service import ADMINISTRATION, record


def row(number: int, name: str = "Ana") -> str:
    return f"INSERT INTO person (id, name, created_at) VALUES ('{number:032x}', '{name}', '2026-03-02 12:00:00')"


def filled(database: Database, *statements: str) -> dict[str, tuple[int, str]]:
    """The digests of a database in which some statements were said, which are then taken back."""
    with database.engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
        found = {name: (table.rows, table.sha256) for name, table in tables(connection).items()}
        connection.rollback()
    return found


def test_rows_have_one_digest_in_whatever_order(database: Database) -> None:
    assert filled(database, row(1), row(2)) == filled(database, row(2), row(1))
    assert filled(database, row(1), row(2))["person"][0] == 2


@pytest.mark.parametrize("others", [[row(1)], [row(1), row(2, "Eva")], [row(1), row(3)], []])
def test_other_rows_have_another_digest_and_the_other_tables_the_same(database: Database, others: list[str]) -> None:
    one, other = filled(database, row(1), row(2)), filled(database, *others)
    assert {name for name in one if one[name] != other[name]} == {"person"}


def test_the_chains_are_told_by_where_they_end_and_a_sound_ledger_is_sound(work: Work) -> None:
    assert unsound(work, newest=True) == []
    record(work, ADMINISTRATION, "happened", {"said": 1})
    (seq, head) = heads(work)[str(ADMINISTRATION)]
    assert (seq, len(head)) == (1, 64)
    assert unsound(work, newest=True) == []
