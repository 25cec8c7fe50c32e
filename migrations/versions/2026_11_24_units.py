"""A cycle may evaluate a unit although it leaves out what is above: without a reason, the row says so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_units"
down_revision = "2026_11_24_checkpoints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("cycle_exclusion") as table:
        table.alter_column("reason", existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM cycle_exclusion WHERE reason IS NULL")
    with op.batch_alter_table("cycle_exclusion") as table:
        table.alter_column("reason", existing_type=sa.Text(), nullable=False)
