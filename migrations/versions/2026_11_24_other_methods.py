"""Other methods: a subject that runs is put on the same road of another method, and nothing else than that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mem.core.db import UTCDateTime

revision = "2026_11_24_other_methods"
down_revision = "2026_11_24_real_life"
branch_labels = None
depends_on = None

MOVE_EXISTS = """
    EXISTS (
        SELECT 1 FROM stage_move AS m
        WHERE m.position_id = NEW.id AND m.seq = NEW.version AND NEW.version = OLD.version + 1
          AND m.from_stage = OLD.stage AND m.to_stage = NEW.stage
          AND m.method = OLD.method AND m.workflow = OLD.workflow
          AND NEW.id = OLD.id AND NEW.method = OLD.method AND NEW.workflow = OLD.workflow
    )
"""
CHANGE_EXISTS = """
    EXISTS (
        SELECT 1 FROM method_change AS c
        WHERE c.position_id = NEW.id AND c.seq = NEW.version AND NEW.version = OLD.version + 1
          AND c.from_stage = OLD.stage AND c.to_stage = NEW.stage
          AND c.from_method = OLD.method AND c.to_method = NEW.method AND c.workflow = OLD.workflow
          AND NEW.id = OLD.id AND NEW.workflow = OLD.workflow AND NEW.subject = OLD.subject
    )
"""
STAGE_OF_NEW = """
    EXISTS (
        SELECT 1 FROM allowed_transition AS a WHERE a.method = NEW.to_method AND a.workflow = NEW.workflow
          AND {stage} IN (a.from_stage, a.to_stage)
    )
"""
FITS = f"""
    EXISTS (
        SELECT 1 FROM position AS p WHERE p.id = NEW.position_id AND p.version = NEW.seq - 1
          AND p.method = NEW.from_method AND p.workflow = NEW.workflow AND p.stage = NEW.from_stage
    ) AND EXISTS (
        SELECT 1 FROM method AS o JOIN method AS n ON n.mechanism = o.mechanism
        WHERE o.digest = NEW.from_method AND n.digest = NEW.to_method AND n.digest <> o.digest
    ) AND NEW.to_stage <> '' AND {STAGE_OF_NEW.format(stage="NEW.to_stage")}
    AND (NEW.to_stage = NEW.from_stage OR NOT {STAGE_OF_NEW.format(stage="NEW.from_stage")})
"""
FIXED = "id", "code", "title", "synthetic", "members_on", "opened_at"
FOLLOWS = " AND ".join(
    [
        *(f"NEW.{one} = OLD.{one}" for one in FIXED),
        "EXISTS (SELECT 1 FROM position AS p WHERE p.id = NEW.id AND p.method = NEW.method)",
    ]
)
GUARDS = (
    ("method_change_fits", "BEFORE INSERT ON method_change", FITS, "illegal_method"),
    ("round_follows_its_position", "BEFORE UPDATE ON round", FOLLOWS, "illegal_method"),
)
"""Name, when, what must hold, and the word with which anything else is refused."""


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def _moves_only_with(row: str) -> None:
    """What a change of a position must come with."""
    if _is_sqlite():
        op.execute("DROP TRIGGER position_moves_only_as_allowed")
        op.execute(
            f"CREATE TRIGGER position_moves_only_as_allowed BEFORE UPDATE ON position WHEN NOT ({row}) "
            "BEGIN SELECT RAISE(ABORT, 'illegal_transition'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION illegal_transition() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT ({row}) THEN "
        "RAISE EXCEPTION 'illegal_transition' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$"
    )


def upgrade() -> None:
    op.create_table(
        "method_change",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("from_method", sa.String(length=64), nullable=False),
        sa.Column("to_method", sa.String(length=64), nullable=False),
        sa.Column("from_stage", sa.String(length=80), nullable=False),
        sa.Column("to_stage", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_method_change_position_id")),
        sa.ForeignKeyConstraint(["from_method"], ["method.digest"], name=op.f("fk_method_change_from_method")),
        sa.ForeignKeyConstraint(["to_method"], ["method.digest"], name=op.f("fk_method_change_to_method")),
        sa.PrimaryKeyConstraint("position_id", "seq", name=op.f("pk_method_change")),
    )
    for name, when, holds, word in GUARDS:
        if _is_sqlite():
            op.execute(f"CREATE TRIGGER {name} {when} WHEN NOT ({holds}) BEGIN SELECT RAISE(ABORT, '{word}'); END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT ({holds}) THEN "
            f"RAISE EXCEPTION '{word}' USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION {name}()")
    if _is_sqlite():
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER method_change_no_{verb.lower()} BEFORE {verb} ON method_change "
                "BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER method_change_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON method_change "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
    _moves_only_with(f"{MOVE_EXISTS} OR {CHANGE_EXISTS}")


def downgrade() -> None:
    """That a method was changed stays in the ledger alone; what stood on the older one has its moves on it still."""
    _moves_only_with(MOVE_EXISTS)
    for name, when, _, _ in GUARDS:
        table = when.rpartition(" ")[2]
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_table("method_change")
