"""Two persons: what one asks for and another approves; conflicts that are declared, and lifted by two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mem.core.db import UTCDateTime

revision = "2026_11_24_two_persons"
down_revision = "2026_11_24_hands"
branch_labels = None
depends_on = None

MOVED_BY_ONE = """
    EXISTS (
        SELECT 1 FROM allowed_transition AS a
        WHERE a.method = NEW.method AND a.workflow = NEW.workflow AND a.from_stage = NEW.from_stage
          AND a."trigger" = NEW."trigger" AND a.to_stage = NEW.to_stage AND a.two_persons
    ) AND NOT EXISTS (
        SELECT 1 FROM approval AS x
        WHERE x.id = NEW.approval_id AND x.subject_id = NEW.position_id AND x.version = NEW.seq - 1
          AND x.outcome = 'given' AND x.settled_by = NEW."by"
    )
"""
CONFLICTED = """
    NEW.ended_at IS NULL AND EXISTS (
        SELECT 1 FROM conflict AS c JOIN country_evaluation AS e ON e.round_id = c.round_id
        WHERE e.id = NEW.evaluation_id AND c.state = NEW.evaluation_state AND c.person_id = NEW.person_id
          AND c.lifted_at IS NULL
    )
"""
SETTLED = ("outcome", "settled_by", "settled_at")
ASKED = (
    "id", "act", "subject_id", "version", "content", "chain_id", "round_id", "asked_by", "asked_at", "expires_at",
)  # fmt: skip
LIFTED = "approval_id", "lifted_at"
DECLARED = "id", "round_id", "person_id", "state", "reason", "declared_by", "declared_at"


def _changes(once: tuple[str, ...], fixed: tuple[str, ...]) -> str:
    """That a change gives these columns their one value and leaves the rest (as text: JSON has no equality)."""
    first = " AND ".join(f"OLD.{one} IS NULL AND NEW.{one} IS NOT NULL" for one in once)
    same = " AND ".join(f"CAST(NEW.{one} AS TEXT) IS NOT DISTINCT FROM CAST(OLD.{one} AS TEXT)" for one in fixed)
    return f"{first} AND {same}"


BY_TWO = """
    EXISTS (SELECT 1 FROM approval AS x WHERE x.id = NEW.approval_id AND x.subject_id = NEW.id AND x.outcome = 'given')
"""
GUARDS = (
    ("approval_only_settled", "BEFORE UPDATE ON approval", f"NOT ({_changes(SETTLED, ASKED)})", "only_settled"),
    (
        "conflict_only_lifted",
        "BEFORE UPDATE ON conflict",
        f"NOT ({_changes(LIFTED, DECLARED)} AND {BY_TWO})",
        "only_lifted",
    ),
    ("moved_by_two_persons", "BEFORE INSERT ON stage_move", MOVED_BY_ONE, "two_persons"),
    ("assignment_without_conflict", "BEFORE INSERT ON assignment", CONFLICTED, "declared_conflict"),
    (
        "assignment_passed_without_conflict",
        "BEFORE UPDATE OF person_id, ended_at ON assignment",
        CONFLICTED,
        "declared_conflict",
    ),
)
"""Name, when, the condition under which it is refused, and the word it is refused with."""
KEPT = ("approval", "conflict")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def upgrade() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("outcome <> 'given' OR settled_by <> asked_by", name=op.f("ck_approval_two_persons")),
        sa.CheckConstraint("(outcome IS NULL) = (settled_by IS NULL)", name=op.f("ck_approval_ended_by_somebody")),
        sa.CheckConstraint("outcome IN ('given', 'withdrawn')", name=op.f("ck_approval_outcome")),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name=op.f("fk_approval_chain_id_chain")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_approval_asked_by_person")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_approval_settled_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_subject_id"), "approval", ["subject_id"])
    op.create_index(op.f("ix_approval_round_id"), "approval", ["round_id"])
    op.create_table(
        "conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("declared_at", UTCDateTime(), nullable=False),
        sa.Column("approval_id", sa.Uuid(), nullable=True),
        sa.Column("lifted_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_conflict_round_id_round")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_conflict_person_id_person")),
        sa.ForeignKeyConstraint(["declared_by"], ["person.id"], name=op.f("fk_conflict_declared_by_person")),
        sa.ForeignKeyConstraint(["approval_id"], ["approval.id"], name=op.f("fk_conflict_approval_id_approval")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
    )
    op.create_index(
        "uq_conflict_declared",
        "conflict",
        ["round_id", "person_id", "state"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    # added in place: a table made anew on SQLite would lose the triggers on it
    op.add_column(
        "allowed_transition", sa.Column("two_persons", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("stage_move", sa.Column("approval_id", sa.Uuid(), nullable=True))
    for name, when, refused, word in GUARDS:
        if _is_sqlite():
            op.execute(f"CREATE TRIGGER {name} {when} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{word}'); END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN "
            f"RAISE EXCEPTION '{word}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{word}'; "
            "END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION {name}()")
    for table in KEPT:
        if _is_sqlite():
            refuse = "BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
            op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        else:
            op.execute(
                f"CREATE TRIGGER {table}_no_delete BEFORE DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
            )


def downgrade() -> None:
    """Who asked and who approved stays in the ledger alone; a conflict that is declared counts no more."""
    for name, when, _, _ in GUARDS:
        table = when.rpartition(" ")[2]
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    if _is_sqlite():
        op.execute("ALTER TABLE stage_move DROP COLUMN approval_id")
        op.execute("ALTER TABLE allowed_transition DROP COLUMN two_persons")
    else:
        op.drop_column("stage_move", "approval_id")
        op.drop_column("allowed_transition", "two_persons")
    op.drop_table("conflict")
    op.drop_table("approval")
