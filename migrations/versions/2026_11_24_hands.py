"""Hands: a role is of a mechanism and only ended, a token only revoked, what counted as evidence and what was
recommended stays, and a method on which something stands is not added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_hands"
down_revision = "2026_11_24_voices"
branch_labels = None
depends_on = None

ONLY_ADDED_TO = ("evidence", "evidence_unit", "recommendation")
ONLY_ENDED = {
    "membership": ("ended_at", ("id", "person_id", "mechanism", "role", "state", "granted_at")),
    "token": (
        "revoked_at",
        ("id", "person_id", "secret_sha256", "label", "scope", "created_at", "expires_at"),
    ),
}
"""Table to the column that gets a value once, and the columns that never change."""
CLOSED = ("allowed_transition", "method_part")
STANDS = "EXISTS (SELECT 1 FROM position AS p WHERE p.method = NEW.method)"
HELD = {
    "uq_membership_held": (["person_id", "mechanism", "role", "state"], "ended_at IS NULL"),
    "uq_membership_held_of_no_state": (["person_id", "mechanism", "role"], "ended_at IS NULL AND state IS NULL"),
}


def _ends_once(column: str, fixed: tuple[str, ...]) -> str:
    """That a change gives the column its one value and leaves the rest (as text: JSON has no equality)."""
    same = " AND ".join(f"CAST(NEW.{one} AS TEXT) IS NOT DISTINCT FROM CAST(OLD.{one} AS TEXT)" for one in fixed)
    return f"OLD.{column} IS NULL AND NEW.{column} IS NOT NULL AND {same}"


def _guards_of_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, '{}'); END"
    added = refuse.format("only_added_to")
    for table in ONLY_ADDED_TO:
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {added}")
    for table, (column, fixed) in ONLY_ENDED.items():
        ended = refuse.format("only_ended")
        when = f"WHEN NOT ({_ends_once(column, fixed)})"
        op.execute(f"CREATE TRIGGER {table}_only_ended BEFORE UPDATE ON {table} {when} {ended}")
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {added}")
    for table in CLOSED:
        closed = refuse.format("method_in_use")
        op.execute(f"CREATE TRIGGER {table}_closed BEFORE INSERT ON {table} WHEN {STANDS} {closed}")


def _guards_of_postgresql() -> None:
    for table in ONLY_ADDED_TO:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
    for table, (column, fixed) in ONLY_ENDED.items():
        _function(f"{table}_only_ended", f"NOT ({_ends_once(column, fixed)})", "only_ended")
        op.execute(
            f"CREATE TRIGGER {table}_only_ended BEFORE UPDATE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_only_ended()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
    _function("method_in_use", STANDS, "method_in_use")
    for table in CLOSED:
        op.execute(
            f"CREATE TRIGGER {table}_closed BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION method_in_use()"
        )


def _function(name: str, when: str, said: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
        f"RAISE EXCEPTION '{said}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )


def upgrade() -> None:
    with op.batch_alter_table("membership") as table:
        table.add_column(sa.Column("mechanism", sa.String(length=80), nullable=True))
        table.drop_constraint("uq_membership_person_id_role_state", type_="unique")
    op.execute(
        "UPDATE membership SET mechanism = "
        "coalesce((SELECT mechanism FROM method ORDER BY pinned_at DESC, digest LIMIT 1), 'mem')"
    )
    with op.batch_alter_table("membership") as table:
        table.alter_column("mechanism", existing_type=sa.String(length=80), nullable=False)
    for name, (columns, when) in HELD.items():
        op.create_index(
            name, "membership", columns, unique=True, sqlite_where=sa.text(when), postgresql_where=sa.text(when)
        )
    if op.get_bind().dialect.name == "sqlite":
        _guards_of_sqlite()
    else:
        _guards_of_postgresql()


def downgrade() -> None:
    """The older schema holds a role once: of those held again, the newest row stays."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    triggers = [(table, f"{table}_closed") for table in CLOSED]
    triggers += [(table, f"{table}_{what}") for table in ONLY_ENDED for what in ("only_ended", "no_delete")]
    endings = ("no_update", "no_delete") if is_sqlite else ("only_added_to",)
    triggers += [(table, f"{table}_{ending}") for table in ONLY_ADDED_TO for ending in endings]
    for table, trigger in triggers:
        op.execute(f"DROP TRIGGER {trigger}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        for function in ("method_in_use", *(f"{table}_only_ended" for table in ONLY_ENDED)):
            op.execute(f"DROP FUNCTION {function}()")
    for name in HELD:
        op.drop_index(name, table_name="membership")
    op.execute(
        "DELETE FROM membership WHERE EXISTS (SELECT 1 FROM membership AS newer "
        "WHERE newer.person_id = membership.person_id AND newer.role = membership.role "
        "AND newer.state IS NOT DISTINCT FROM membership.state AND newer.id <> membership.id "
        "AND (newer.granted_at > membership.granted_at "
        "OR (newer.granted_at = membership.granted_at AND newer.id > membership.id)))"
    )
    with op.batch_alter_table("membership") as batch:
        batch.drop_column("mechanism")
        batch.create_unique_constraint("uq_membership_person_id_role_state", ["person_id", "role", "state"])
