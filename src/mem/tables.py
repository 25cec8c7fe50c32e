"""Which tables are there, every feature's, and what may the server do to them? Migrations and checks see them all.

On PostgreSQL the owner of the tables, who migrates, is one role, and the server another, which reads all, adds rows to
all, and changes and deletes what is named here: an event it can neither change nor delete, trigger or no trigger.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

from mem.answers import models as answers
from mem.approvals import models as approvals
from mem.assessments import models as assessments
from mem.core.db import SERVER, Base
from mem.evidence import models as evidence
from mem.idempotency import models as idempotency
from mem.ledger import models as ledger
from mem.methods import models as methods
from mem.people import models as people
from mem.recommendations import models as recommendations
from mem.reports import models as reports
from mem.rounds import models as rounds
from mem.sandbox import models as sandbox

FEATURES = (
    answers, approvals, assessments, evidence, idempotency, ledger, methods, people, recommendations, reports, rounds,
    sandbox,
)  # fmt: skip
METADATA = Base.metadata

CHANGES: Mapping[str, tuple[str, ...]] = {
    "approval": ("outcome", "settled_by", "settled_at"),
    "assignment": ("designation_id", "person_id", "at", "handed_in_at", "ended_at"),
    "chain": ("seq", "head"),
    "conflict": ("approval_id", "lifted_at"),
    "deadline": ("due_at", "first_due_at", "number", "by_hand"),
    "extension": ("outcome", "granted_until", "answer", "settled_by", "settled_at"),
    "membership": ("ended_at",),
    "occasion": ("held_on",),
    "person": ("id",),  # never changed: who locks a row must hold the right to change something of it
    "opening": ("closed_at", "closed_by", "answers", "sha256"),
    "position": ("method", "stage", "version", "entered_at"),
    "round": ("method",),
    "round_date": ("day", "number"),
    "sandbox": ("instant", "number"),
    "suspension": ("until",),
    "token": ("revoked_at",),
}
"""Table to the columns that the code changes in place."""
DELETES = frozenset({"cycle_exclusion"})
"""The tables from which the code deletes rows."""

_ROLE = f"""
    DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SERVER}') THEN
            CREATE ROLE {SERVER} NOLOGIN;
            GRANT {SERVER} TO CURRENT_USER;
        END IF;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;  -- roles are of all databases: another was faster
        WHEN insufficient_privilege THEN
            RAISE EXCEPTION 'an administrator must say once: CREATE ROLE {SERVER} NOLOGIN'
            USING ERRCODE = 'insufficient_privilege';
    END $$
"""
_OWNED = text(
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND pg_has_role(tableowner, 'USAGE')"
)


def give_hands(connection: Connection) -> None:
    """Let the server's role do on PostgreSQL what is said here and no more, in the tables that whoever asks owns."""
    owned = set(connection.execute(_OWNED).scalars())
    if not owned:
        return
    connection.execute(text(_ROLE))
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    connection.execute(text(f"GRANT USAGE ON SCHEMA {schema} TO {SERVER}"))
    for table in sorted(owned & {*METADATA.tables, "alembic_version"}):
        hands = ["SELECT"] if table == "alembic_version" else ["SELECT", "INSERT"]
        if table in CHANGES:
            hands.append(f"UPDATE ({', '.join(CHANGES[table])})")
        if table in DELETES:
            hands.append("DELETE")
        connection.execute(text(f"REVOKE ALL ON {schema}.{table} FROM {SERVER}"))
        connection.execute(text(f"GRANT {', '.join(hands)} ON {schema}.{table} TO {SERVER}"))
