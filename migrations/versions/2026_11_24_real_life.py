"""Real life: what is suspended, what is opened again for a time, what is entered on behalf of a state, and what a state
declares not to apply to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mem.core.db import UTCDateTime

revision = "2026_11_24_real_life"
down_revision = "2026_11_24_clock"
branch_labels = None
depends_on = None

ADDED = ("answer_confirmation", "declaration_version")
ENDS = {
    "suspension": (("until",), ("id", "position_id", "since", "by", "reason")),
    "opening": (
        ("closed_at", "closed_by", "answers", "sha256"),
        ("id", "evaluation_id", "kind", "artefacts", "questions", "units", "whole", "reason", "opened_by", "opened_at",
         "until"),
    ),
}  # fmt: skip
"""Table to the columns that get a value once, and those that stay."""
BEHALF = ("on_behalf_of", "paper")


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _changes(once: tuple[str, ...], fixed: tuple[str, ...]) -> str:
    """That a change gives these columns their one value and leaves the rest (as text: JSON has no equality)."""
    first = " AND ".join(f'OLD."{one}" IS NULL AND NEW."{one}" IS NOT NULL' for one in once)
    same = " AND ".join(f'CAST(NEW."{one}" AS TEXT) IS NOT DISTINCT FROM CAST(OLD."{one}" AS TEXT)' for one in fixed)
    return f"{first} AND {same}"


def _only_added_to(table: str) -> None:
    if _is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )


def _only_ended(table: str, once: tuple[str, ...], fixed: tuple[str, ...]) -> None:
    """`only_ended` is a function of its own for each table on PostgreSQL, since the columns differ."""
    name, refused = f"{table}_only_ended", f"NOT ({_changes(once, fixed)})"
    if _is_sqlite():
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {refused} "
            "BEGIN SELECT RAISE(ABORT, 'only_ended'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN "
        "RAISE EXCEPTION 'only_ended' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
    )


def upgrade() -> None:
    op.create_table(
        "suspension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_suspension_position_id_position")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_suspension_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suspension")),
    )
    op.create_index(op.f("ix_suspension_position_id"), "suspension", ["position_id"])
    running = sa.text("until IS NULL")
    op.create_index(
        "uq_suspension_open", "suspension", ["position_id"], unique=True, sqlite_where=running, postgresql_where=running
    )
    op.create_table(
        "opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("artefacts", sa.JSON(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(closed_at IS NULL) = (sha256 IS NULL)", name=op.f("ck_opening_closed_with_a_snapshot")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_opening_evaluation_id_country_evaluation")
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_opening_opened_by_person")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_opening_closed_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    op.create_index(op.f("ix_opening_evaluation_id"), "opening", ["evaluation_id"])
    # added in place: a table made anew on SQLite would lose the triggers on it
    op.add_column("answer_version", sa.Column("on_behalf_of", sa.String(length=3), nullable=True))
    op.add_column("answer_version", sa.Column("paper", sa.Text(), nullable=True))
    op.create_table(
        "answer_confirmation",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "question", "version"],
            ["answer_version.evaluation_id", "answer_version.question", "answer_version.version"],
            name=op.f("fk_answer_confirmation_evaluation_id_answer_version"),
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_answer_confirmation_by_person")),
        sa.PrimaryKeyConstraint("evaluation_id", "question", "version", name=op.f("pk_answer_confirmation")),
    )
    op.create_table(
        "declaration_version",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["country_evaluation.id"],
            name=op.f("fk_declaration_version_evaluation_id_country_evaluation"),
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_declaration_version_by_person")),
        sa.PrimaryKeyConstraint("evaluation_id", "unit", "version", name=op.f("pk_declaration_version")),
    )
    for table in ADDED:
        _only_added_to(table)
    for table, (once, fixed) in ENDS.items():
        _only_ended(table, once, fixed)


def downgrade() -> None:
    """What was suspended runs, what was opened is not; who typed an answer in for whom stays in the ledger alone."""
    for table in (*ADDED, *ENDS):
        op.drop_table(table)
    if not _is_sqlite():
        for table in ENDS:
            op.execute(f"DROP FUNCTION {table}_only_ended()")
    for column in BEHALF:
        if _is_sqlite():
            op.execute(f"ALTER TABLE answer_version DROP COLUMN {column}")
        else:
            op.drop_column("answer_version", column)
