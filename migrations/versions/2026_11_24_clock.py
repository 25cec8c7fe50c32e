"""The clock: deadlines that move and may not be known yet, more time asked for, dates of a round; sandboxes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mem.core.db import UTCDateTime

revision = "2026_11_24_clock"
down_revision = "2026_11_24_walls"
branch_labels = None
depends_on = None

OF = """coalesce(
    (SELECT r.id FROM round AS r WHERE r.id = deadline.position_id),
    (SELECT v.{own} FROM country_evaluation AS v WHERE v.id = deadline.position_id),
    (SELECT v.{own} FROM recommendation AS n JOIN country_evaluation AS v ON v.id = n.evaluation_id
     WHERE n.id = deadline.position_id))"""
NUMBER = """(SELECT count(*) FROM deadline AS d
    WHERE d.position_id = deadline.position_id AND d.version <= deadline.version)"""
IN_USE = "EXISTS (SELECT 1 FROM sandbox) OR EXISTS (SELECT 1 FROM event) OR EXISTS (SELECT 1 FROM person)"
NOT_FORWARD = "NEW.id <> OLD.id OR NEW.instant <= OLD.instant OR NEW.number <> OLD.number + 1"
GUARDS = (
    ("sandbox_from_the_beginning", "BEFORE INSERT ON sandbox", IN_USE, "not_empty"),
    ("sandbox_clock_forward", "BEFORE UPDATE ON sandbox", NOT_FORWARD, "not_forward"),
)
"""Name, when, the condition under which it is refused, and the word it is refused with."""


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def upgrade() -> None:
    _deadlines()
    op.create_table(
        "extension",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UTCDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("granted_until", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("outcome IN ('granted', 'refused')", name=op.f("ck_extension_outcome")),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_by IS NULL)", name=op.f("ck_extension_settled_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["position_id", "version"],
            ["deadline.position_id", "deadline.version"],
            name=op.f("fk_extension_position_id_version_deadline"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_extension_asked_by_person")),
        sa.ForeignKeyConstraint(["settled_by"], ["person.id"], name=op.f("fk_extension_settled_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )  # fmt: skip
    op.create_index(
        "uq_extension_open",
        "extension",
        ["position_id", "version"],
        unique=True,
        sqlite_where=sa.text("outcome IS NULL"),
        postgresql_where=sa.text("outcome IS NULL"),
    )
    op.create_table(
        "round_date",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_date_round_id_round")),
        sa.PrimaryKeyConstraint("round_id", "name", name=op.f("pk_round_date")),
    )
    op.create_table(
        "sandbox",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("instant", UTCDateTime(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_sandbox_one_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sandbox")),
    )
    _guards()


def _deadlines() -> None:
    with op.batch_alter_table("deadline") as table:
        table.alter_column("due_at", existing_type=UTCDateTime(), nullable=True)
        table.add_column(sa.Column("first_due_at", UTCDateTime(), nullable=True))
        table.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="1"))
        table.add_column(sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("round_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("chain_id", sa.Uuid(), nullable=True))
    op.execute(
        f"UPDATE deadline SET first_due_at = due_at, number = {NUMBER}, "
        f"round_id = {OF.format(own='round_id')}, chain_id = {OF.format(own='id')}"
    )
    with op.batch_alter_table("deadline") as table:
        table.alter_column("round_id", existing_type=sa.Uuid(), nullable=False)
        table.alter_column("chain_id", existing_type=sa.Uuid(), nullable=False)
        table.create_foreign_key(op.f("fk_deadline_round_id_round"), "round", ["round_id"], ["id"])
        table.create_foreign_key(op.f("fk_deadline_chain_id_chain"), "chain", ["chain_id"], ["id"])
    op.create_index(op.f("ix_deadline_round_id"), "deadline", ["round_id"])


def _guards() -> None:
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
    if _is_sqlite():
        refuse = "BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
        op.execute(f"CREATE TRIGGER sandbox_no_delete BEFORE DELETE ON sandbox {refuse}")
    else:
        op.execute(
            "CREATE TRIGGER sandbox_no_delete BEFORE DELETE OR TRUNCATE ON sandbox "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )


def downgrade() -> None:
    """A deadline that is not known yet has no row in the older schema; a sandbox goes by the machine's clock."""
    op.drop_table("sandbox")
    if not _is_sqlite():
        for name, *_ in GUARDS:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("round_date")
    op.drop_table("extension")
    op.execute("DELETE FROM deadline WHERE due_at IS NULL")
    op.drop_index(op.f("ix_deadline_round_id"), table_name="deadline")
    with op.batch_alter_table("deadline") as table:
        table.drop_constraint(op.f("fk_deadline_chain_id_chain"), type_="foreignkey")
        table.drop_constraint(op.f("fk_deadline_round_id_round"), type_="foreignkey")
        for column in ("chain_id", "round_id", "by_hand", "number", "first_due_at"):
            table.drop_column(column)
        table.alter_column("due_at", existing_type=UTCDateTime(), nullable=False)
