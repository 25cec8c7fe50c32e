"""Checkpoints: signed lists of all chain heads, only added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mem.core.db import UTCDateTime

revision = "2026_11_24_checkpoints"
down_revision = "2026_11_24_the_road"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_checkpoint")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER checkpoint_no_{verb.lower()} BEFORE {verb} ON checkpoint "
                "BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER checkpoint_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoint "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )


def downgrade() -> None:
    op.drop_table("checkpoint")
