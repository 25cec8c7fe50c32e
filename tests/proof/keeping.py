"""How does a database of PostgreSQL come back to what it held, and what does it hold now? For proofs that begin the
same thing thousands of times anew; whoever asks must be its superuser."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, text

from mem.tables import METADATA

FIXED = frozenset({"method", "method_part", "allowed_transition"})
"""What is not written any more once a first round has been opened."""
TABLES = tuple(table.name for table in METADATA.sorted_tables if table.name not in FIXED)
Held = Mapping[str, str | None]
"""Table to a digest that is the same for the same rows, in whatever order."""
_DIGESTS = text(
    " UNION ALL ".join(
        f"SELECT '{name}', md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {name} t" for name in TABLES
    )
)


def keep(connection: Connection, under: str) -> None:
    """Remember all that the database holds, under a name."""
    connection.execute(text(f"DROP SCHEMA IF EXISTS {under} CASCADE"))
    connection.execute(text(f"CREATE SCHEMA {under}"))
    for name in TABLES:
        connection.execute(text(f"CREATE TABLE {under}.{name} AS TABLE {name}"))
    connection.commit()


def bring_back(connection: Connection, under: str, tables: Iterable[str] = TABLES) -> None:
    """Let these tables hold again what was remembered: no trigger and no foreign key is asked."""
    back = "".join(
        f"DELETE FROM {name} t WHERE t::text NOT IN (SELECT k::text FROM {under}.{name} k);"
        f"INSERT INTO {name} SELECT * FROM {under}.{name} k WHERE k::text NOT IN (SELECT t::text FROM {name} t);"
        for name in tables
    )
    connection.exec_driver_sql(f"SET LOCAL session_replication_role = replica; {back}")
    connection.commit()


def held(connection: Connection) -> Held:
    """What the database holds."""
    found = connection.execute(_DIGESTS).all()
    connection.commit()
    return {name: digest for name, digest in found}
