"""What does a database hold, so that two can be told apart, and is it sound?"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, inspect, text

from mem.backup.manifest import Table
from mem.core.work import Work
from mem.ledger.service import chains, faults
from mem.process.invariants import violations


def tables(connection: Connection) -> dict[str, Table]:
    """Every table, those that are not ours too."""
    return {name: _table(connection, name) for name in sorted(inspect(connection).get_table_names())}


def heads(work: Work) -> dict[str, tuple[int, str]]:
    """Where each chain of the ledger ends."""
    return {str(chain): (seq, head) for chain, _, seq, head in chains(work)}


def unsound(work: Work, newest: bool) -> list[str]:
    """What is wrong with a database by itself: its pages (SQLite), its chains; invariants at the newest schema."""
    found = []
    if work.db.dialect.name == "sqlite":
        said = work.db.execute(text("PRAGMA integrity_check")).scalars().all()
        found += [f"The database is damaged: {line}" for line in said if line != "ok"]
    found += faults(work)
    if newest:
        found += [f"{one.name}: {one.rows} rows" for one in violations(work)]
    return found


def _table(connection: Connection, name: str) -> Table:
    quoted = connection.dialect.identifier_preparer.quote(name)
    rows = connection.execute(text(f"SELECT * FROM {quoted}"), execution_options={"yield_per": 1_000})
    digests = sorted(hashlib.sha256(json.dumps([*row], default=_plain).encode()).digest() for row in rows)
    return Table(rows=len(digests), sha256=hashlib.sha256(b"".join(digests)).hexdigest())


def _plain(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
