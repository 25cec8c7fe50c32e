"""Voices: an assignment can pass to another expert or end; each voice speaks to conclusions itself; an occasion decides
once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mem.core.db import UTCDateTime

revision = "2026_11_24_voices"
down_revision = "2026_11_24_units"
branch_labels = None
depends_on = None

DESIGNATED = """
    EXISTS (
        SELECT 1 FROM designation AS d
        WHERE d.id = NEW.designation_id AND d.state = NEW.expert_state AND d.person_id = NEW.person_id
    )
"""


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


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


def _guard_assignments() -> None:
    if _is_sqlite():
        for verb in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER assignment_is_designated_on_{verb.lower()} BEFORE {verb} ON assignment "
                f"WHEN NOT {DESIGNATED} BEGIN SELECT RAISE(ABORT, 'not_designated'); END"
            )
        op.execute(
            "CREATE TRIGGER assignment_no_delete BEFORE DELETE ON assignment "
            "BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
        )
        op.execute(
            "CREATE TRIGGER designation_keeps_its_person BEFORE UPDATE ON designation "
            "WHEN NEW.person_id <> OLD.person_id BEGIN SELECT RAISE(ABORT, 'not_designated'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION not_designated() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT {DESIGNATED} THEN "
        "RAISE EXCEPTION 'not_designated' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER assignment_is_designated BEFORE INSERT OR UPDATE ON assignment "
        "FOR EACH ROW EXECUTE FUNCTION not_designated()"
    )
    op.execute(
        "CREATE FUNCTION another_person() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'not_designated' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER designation_keeps_its_person BEFORE UPDATE ON designation "
        "FOR EACH ROW WHEN (NEW.person_id <> OLD.person_id) EXECUTE FUNCTION another_person()"
    )
    op.execute(
        "CREATE TRIGGER assignment_no_delete BEFORE DELETE OR TRUNCATE ON assignment "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
    )


def _unguard_assignments() -> None:
    if _is_sqlite():
        for name in (
            "assignment_is_designated_on_insert",
            "assignment_is_designated_on_update",
            "assignment_no_delete",
            "designation_keeps_its_person",
        ):
            op.execute(f"DROP TRIGGER {name}")
        return
    for name in ("assignment_is_designated", "assignment_no_delete"):
        op.execute(f"DROP TRIGGER {name} ON assignment")
    op.execute("DROP TRIGGER designation_keeps_its_person ON designation")
    for name in ("not_designated", "another_person"):
        op.execute(f"DROP FUNCTION {name}()")


CONCLUSIONS = sa.table(
    "conclusion_version", sa.column("evaluation_id", sa.Uuid()), sa.column("unit"), sa.column("version"),
    sa.column("dissents", sa.JSON()), sa.column("agreement"), sa.column("by", sa.Uuid()),
    sa.column("at", UTCDateTime()),
)  # fmt: skip
ASSIGNMENTS = sa.table(
    "assignment", sa.column("id", sa.Uuid()), sa.column("evaluation_id", sa.Uuid()), sa.column("expert_state")
)
STANCES = sa.table(
    "stance", sa.column("assignment_id", sa.Uuid()), sa.column("evaluation_id", sa.Uuid()), sa.column("unit"),
    sa.column("version"), sa.column("agrees", sa.Boolean()), sa.column("text", sa.JSON(none_as_null=True)),
    sa.column("by", sa.Uuid()), sa.column("at", UTCDateTime()),
)  # fmt: skip


def _as_recorded() -> list[dict[str, object]]:
    """Until now whoever wrote a conclusion recorded how every voice stood; that becomes the voices' stances, by who
    recorded them."""
    db = op.get_bind()
    voices = db.execute(sa.select(ASSIGNMENTS)).all()
    rows = []
    for concluded in db.execute(sa.select(CONCLUSIONS)):
        held = {one["state"]: one["text"] for one in concluded.dissents}
        for voice in voices:
            if voice.evaluation_id == concluded.evaluation_id:
                text = held.get(voice.expert_state)
                rows.append(
                    {
                        "assignment_id": voice.id, "evaluation_id": concluded.evaluation_id, "unit": concluded.unit,
                        "version": concluded.version, "agrees": text is None, "text": text,
                        "by": concluded.by, "at": concluded.at,
                    }
                )  # fmt: skip
    return rows


def _as_spoken() -> dict[tuple[object, str, int], list[dict[str, object]]]:
    """The way back: the dissents held against each conclusion."""
    query = sa.select(STANCES, ASSIGNMENTS.c.expert_state).join(
        ASSIGNMENTS, ASSIGNMENTS.c.id == STANCES.c.assignment_id
    )
    held: dict[tuple[object, str, int], list[dict[str, object]]] = {}
    for row in op.get_bind().execute(query.where(sa.not_(STANCES.c.agrees)).order_by(ASSIGNMENTS.c.expert_state)):
        one = {"state": row.expert_state, "text": row.text}
        held.setdefault((row.evaluation_id, row.unit, row.version), []).append(one)
    return held


def _drop_only_added_to(table: str) -> None:
    if _is_sqlite():
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{verb}")
    else:
        op.execute(f"DROP TRIGGER {table}_only_added_to ON {table}")


def upgrade() -> None:
    op.add_column("assignment", sa.Column("ended_at", UTCDateTime(), nullable=True))
    _guard_assignments()
    op.create_index("ix_decision_position_id_occasion_id", "decision", ["position_id", "occasion_id"], unique=True)
    rows = _as_recorded()
    _drop_only_added_to("conclusion_version")
    with op.batch_alter_table("conclusion_version") as table:
        table.drop_constraint(op.f("ck_conclusion_version_agreement_is_known"), type_="check")
        table.drop_column("agreement")
        table.drop_column("dissents")
    _only_added_to("conclusion_version")
    op.create_table(
        "stance",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("text", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("agrees = (text IS NULL)", name=op.f("ck_stance_a_dissent_has_its_text")),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_stance_assignment_id")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_stance_by")),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "unit", "version"],
            ["conclusion_version.evaluation_id", "conclusion_version.unit", "conclusion_version.version"],
            name=op.f("fk_stance_evaluation_id_unit_version"),
        ),
        sa.PrimaryKeyConstraint("assignment_id", "unit", "version", name=op.f("pk_stance")),
    )
    op.create_index(op.f("ix_stance_evaluation_id"), "stance", ["evaluation_id"], unique=False)
    if rows:
        op.bulk_insert(STANCES, rows)
    _only_added_to("stance")


def downgrade() -> None:
    held = _as_spoken()
    op.drop_table("stance")
    _drop_only_added_to("conclusion_version")
    with op.batch_alter_table("conclusion_version") as table:
        table.add_column(sa.Column("agreement", sa.String(length=10), nullable=False, server_default="consensus"))
        table.add_column(sa.Column("dissents", sa.JSON(), nullable=False, server_default="[]"))
        table.create_check_constraint(
            op.f("ck_conclusion_version_agreement_is_known"), "agreement IN ('consensus', 'dissent')"
        )
    which = CONCLUSIONS.c
    for (evaluation, unit, version), dissents in held.items():
        op.execute(
            sa.update(CONCLUSIONS)
            .where(which.evaluation_id == evaluation, which.unit == unit, which.version == version)
            .values(agreement="dissent", dissents=dissents)
        )
    with op.batch_alter_table("conclusion_version") as table:
        table.alter_column("agreement", server_default=None)
        table.alter_column("dissents", server_default=None)
    _only_added_to("conclusion_version")
    op.drop_index("ix_decision_position_id_occasion_id", table_name="decision")
    _unguard_assignments()
    op.drop_column("assignment", "ended_at")
