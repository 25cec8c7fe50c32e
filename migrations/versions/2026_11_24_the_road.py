"""The road: every table of a whole round, and what the database refuses by itself."""

from __future__ import annotations

from uuid import UUID

import sqlalchemy as sa
from alembic import op

from mem.core.db import UTCDateTime

revision = "2026_11_24_the_road"
down_revision = None
ADMINISTRATION = UUID("00000000-0000-0000-0000-00000000000a")
branch_labels = None
depends_on = None


ONLY_ADDED_TO = (
    "event", "answer_version", "submission", "finding_version", "conclusion_version", "report_version", "comment",
    "response", "publication", "decision", "stage_move", "method", "method_part", "allowed_transition",
)  # fmt: skip
MOVE_EXISTS = """
    EXISTS (
        SELECT 1 FROM stage_move AS m
        WHERE m.position_id = NEW.id AND m.seq = NEW.version AND NEW.version = OLD.version + 1
          AND m.from_stage = OLD.stage AND m.to_stage = NEW.stage
          AND m.method = OLD.method AND m.workflow = OLD.workflow
          AND NEW.id = OLD.id AND NEW.method = OLD.method AND NEW.workflow = OLD.workflow
    )
"""
BEGINS_AS_ALLOWED = """
    NEW.version = 1 AND EXISTS (
        SELECT 1 FROM allowed_transition AS a
        WHERE a.method = NEW.method AND a.workflow = NEW.workflow AND a.from_stage = '' AND a.to_stage = NEW.stage
    )
"""


def _guards_of_sqlite() -> None:
    for table in ONLY_ADDED_TO:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'only_added_to'); END"
            )
    op.execute(
        f"CREATE TRIGGER position_moves_only_as_allowed BEFORE UPDATE ON position WHEN NOT {MOVE_EXISTS} "
        "BEGIN SELECT RAISE(ABORT, 'illegal_transition'); END"
    )
    op.execute(
        f"CREATE TRIGGER position_begins_as_allowed BEFORE INSERT ON position WHEN NOT ({BEGINS_AS_ALLOWED}) "
        "BEGIN SELECT RAISE(ABORT, 'illegal_beginning'); END"
    )


def _guards_of_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'only_added_to' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for table in ONLY_ADDED_TO:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )
    op.execute(
        "CREATE FUNCTION illegal_transition() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT {MOVE_EXISTS} THEN "
        "RAISE EXCEPTION 'illegal_transition' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER position_moves_only_as_allowed BEFORE UPDATE ON position "
        "FOR EACH ROW EXECUTE FUNCTION illegal_transition()"
    )
    op.execute(
        "CREATE FUNCTION illegal_beginning() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT ({BEGINS_AS_ALLOWED}) THEN "
        "RAISE EXCEPTION 'illegal_beginning' USING ERRCODE = 'integrity_constraint_violation'; "
        "END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER position_begins_as_allowed BEFORE INSERT ON position "
        "FOR EACH ROW EXECUTE FUNCTION illegal_beginning()"
    )


def upgrade() -> None:
    op.create_table(
        "chain",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain")),
    )
    op.create_table(
        "idempotency",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("route", sa.String(length=400), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "method",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("mechanism", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pinned_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_method")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_table(
        "allowed_transition",
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("from_stage", sa.String(length=80), nullable=False),
        sa.Column("trigger", sa.String(length=80), nullable=False),
        sa.Column("to_stage", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["method"], ["method.digest"], name=op.f("fk_allowed_transition_method")),
        sa.PrimaryKeyConstraint(
            "method", "workflow", "from_stage", "trigger", "to_stage", name=op.f("pk_allowed_transition")
        ),
    )
    op.create_table(
        "event",
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.Column("leaf", sa.String(length=64), nullable=False),
        sa.Column("link", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["chain_id"], ["chain.id"], name=op.f("fk_event_chain_id")),
        sa.PrimaryKeyConstraint("chain_id", "seq", name=op.f("pk_event")),
    )
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=3), nullable=True),
        sa.Column("granted_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_membership_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint("person_id", "role", "state", name=op.f("uq_membership_person_id_role_state")),
    )
    op.create_index(op.f("ix_membership_person_id"), "membership", ["person_id"], unique=False)
    op.create_table(
        "method_part",
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("canonical", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["method"], ["method.digest"], name=op.f("fk_method_part_method")),
        sa.PrimaryKeyConstraint("method", "name", name=op.f("pk_method_part")),
    )
    op.create_table(
        "position",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["method"], ["method.digest"], name=op.f("fk_position_method")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_stage"), "position", ["stage"], unique=False)
    op.create_table(
        "token",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("scope", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("revoked_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_token")),
    )
    op.create_index(op.f("ix_token_person_id"), "token", ["person_id"], unique=False)
    op.create_table(
        "deadline",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=80), nullable=False),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("lapse", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_deadline_position_id")),
        sa.PrimaryKeyConstraint("position_id", "version", name=op.f("pk_deadline")),
    )
    op.create_index(op.f("ix_deadline_due_at"), "deadline", ["due_at"], unique=False)
    op.create_table(
        "round",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("members_on", sa.Date(), nullable=False),
        sa.Column("opened_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["position.id"], name=op.f("fk_round_id")),
        sa.ForeignKeyConstraint(["method"], ["method.digest"], name=op.f("fk_round_method")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("code", name=op.f("uq_round_code")),
    )
    op.create_table(
        "stage_move",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=64), nullable=False),
        sa.Column("workflow", sa.String(length=80), nullable=False),
        sa.Column("from_stage", sa.String(length=80), nullable=False),
        sa.Column("trigger", sa.String(length=80), nullable=False),
        sa.Column("to_stage", sa.String(length=80), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["method", "workflow", "from_stage", "trigger", "to_stage"],
            [
                "allowed_transition.method",
                "allowed_transition.workflow",
                "allowed_transition.from_stage",
                "allowed_transition.trigger",
                "allowed_transition.to_stage",
            ],
            name="fk_stage_move_is_allowed",
        ),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_stage_move_position_id")),
        sa.PrimaryKeyConstraint("position_id", "seq", name=op.f("pk_stage_move")),
    )
    op.create_table(
        "cycle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_cycle_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("round_id", "code", name=op.f("uq_cycle_round_id_code")),
    )
    op.create_index(op.f("ix_cycle_round_id"), "cycle", ["round_id"], unique=False)
    op.create_table(
        "designation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=3), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.String(length=80), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_designation_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_designation_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_designation")),
        sa.UniqueConstraint("id", "state", name=op.f("uq_designation_id_state")),
        sa.UniqueConstraint("round_id", "person_id", name=op.f("uq_designation_round_id_person_id")),
    )
    op.create_index(op.f("ix_designation_round_id"), "designation", ["round_id"], unique=False)
    op.create_table(
        "occasion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_occasion_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occasion")),
    )
    op.create_index(op.f("ix_occasion_round_id"), "occasion", ["round_id"], unique=False)
    op.create_table(
        "country_evaluation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_country_evaluation_cycle_id")),
        sa.ForeignKeyConstraint(["id"], ["position.id"], name=op.f("fk_country_evaluation_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_country_evaluation_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_country_evaluation")),
        sa.UniqueConstraint("cycle_id", "state", name=op.f("uq_country_evaluation_cycle_id_state")),
        sa.UniqueConstraint("id", "state", name=op.f("uq_country_evaluation_id_state")),
    )
    op.create_index(op.f("ix_country_evaluation_round_id"), "country_evaluation", ["round_id"], unique=False)
    op.create_table(
        "cycle_exclusion",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_exclusion_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", "unit", name=op.f("pk_cycle_exclusion")),
    )
    op.create_table(
        "decision",
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occasion_id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["occasion_id"], ["occasion.id"], name=op.f("fk_decision_occasion_id")),
        sa.ForeignKeyConstraint(["position_id"], ["position.id"], name=op.f("fk_decision_position_id")),
        sa.PrimaryKeyConstraint("position_id", "version", name=op.f("pk_decision")),
    )
    op.create_table(
        "answer_version",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("not_applicable", sa.Text(), nullable=True),
        sa.Column("question_sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_answer_version_by")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_answer_version_evaluation_id")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "question", "version", name=op.f("pk_answer_version")),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_state", sa.String(length=3), nullable=False),
        sa.Column("designation_id", sa.Uuid(), nullable=False),
        sa.Column("expert_state", sa.String(length=3), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("handed_in_at", UTCDateTime(), nullable=True),
        sa.CheckConstraint("expert_state <> evaluation_state", name=op.f("ck_assignment_never_the_own_country")),
        sa.ForeignKeyConstraint(
            ["designation_id", "expert_state"],
            ["designation.id", "designation.state"],
            name=op.f("fk_assignment_designation_id_expert_state"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "evaluation_state"],
            ["country_evaluation.id", "country_evaluation.state"],
            name=op.f("fk_assignment_evaluation_id_evaluation_state"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("evaluation_id", "expert_state", name=op.f("uq_assignment_evaluation_id_expert_state")),
    )
    op.create_index(op.f("ix_assignment_person_id"), "assignment", ["person_id"], unique=False)
    op.create_table(
        "conclusion_version",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rating", sa.String(length=80), nullable=False),
        sa.Column("agreement", sa.String(length=10), nullable=False),
        sa.Column("dissents", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("recommendation", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("citations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "agreement IN ('consensus', 'dissent')", name=op.f("ck_conclusion_version_agreement_is_known")
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_conclusion_version_by")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_conclusion_version_evaluation_id")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "unit", "version", name=op.f("pk_conclusion_version")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("(kind = 'file') = (media_type IS NOT NULL)", name=op.f("ck_evidence_a_file_has_a_type")),
        sa.CheckConstraint("(kind = 'link') = (url IS NOT NULL)", name=op.f("ck_evidence_a_link_has_an_address")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_evidence_by")),
        sa.ForeignKeyConstraint(["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_evidence_evaluation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("id", "evaluation_id", name=op.f("uq_evidence_id_evaluation_id")),
    )
    op.create_index(op.f("ix_evidence_evaluation_id"), "evidence", ["evaluation_id"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("text", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sources", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("issued_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_recommendation_evaluation_id")
        ),
        sa.ForeignKeyConstraint(["id"], ["position.id"], name=op.f("fk_recommendation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("evaluation_id", "number", name=op.f("uq_recommendation_evaluation_id_number")),
    )
    op.create_index(op.f("ix_recommendation_evaluation_id"), "recommendation", ["evaluation_id"], unique=False)
    op.create_table(
        "report_version",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=80), nullable=False),
        sa.Column("title", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("paragraphs", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_report_version_evaluation_id")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "version", name=op.f("pk_report_version")),
    )
    op.create_table(
        "submission",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_submission_evaluation_id")),
        sa.PrimaryKeyConstraint("evaluation_id", "version", name=op.f("pk_submission")),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("report_version", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("paragraph", sa.String(length=120), nullable=False),
        sa.Column("about", sa.String(length=10), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint("about IN ('paragraph', 'rating')", name=op.f("ck_comment_about_is_known")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_comment_by")),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "report_version"],
            ["report_version.evaluation_id", "report_version.version"],
            name=op.f("fk_comment_evaluation_id_report_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    op.create_index(op.f("ix_comment_evaluation_id"), "comment", ["evaluation_id"], unique=False)
    op.create_table(
        "evidence_unit",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_unit_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", "unit", name=op.f("pk_evidence_unit")),
    )
    op.create_table(
        "finding_version",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("rating", sa.String(length=80), nullable=False),
        sa.Column("citations", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_finding_version_assignment_id")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_finding_version_by")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["country_evaluation.id"], name=op.f("fk_finding_version_evaluation_id")
        ),
        sa.PrimaryKeyConstraint("assignment_id", "unit", "version", name=op.f("pk_finding_version")),
    )
    op.create_index(op.f("ix_finding_version_evaluation_id"), "finding_version", ["evaluation_id"], unique=False)
    op.create_table(
        "publication",
        sa.Column("evaluation_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "version"],
            ["report_version.evaluation_id", "report_version.version"],
            name=op.f("fk_publication_evaluation_id_version"),
        ),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_publication")),
    )
    op.create_table(
        "response",
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("disposition", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_text", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changed_rating", sa.String(length=80), nullable=True),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "disposition IN ('accepted', 'partly_accepted', 'not_accepted')",
            name=op.f("ck_response_disposition_is_known"),
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_response_by")),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_response_comment_id")),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_response")),
    )
    chain = sa.table("chain", sa.column("id", sa.Uuid()), sa.column("kind"), sa.column("seq"), sa.column("head"))
    op.bulk_insert(chain, [{"id": ADMINISTRATION, "kind": "administration", "seq": 0, "head": "0" * 64}])
    if op.get_bind().dialect.name == "sqlite":
        _guards_of_sqlite()
    else:
        _guards_of_postgresql()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER position_moves_only_as_allowed")
        op.execute("DROP TRIGGER position_begins_as_allowed")
        for table in ONLY_ADDED_TO:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{verb}")
    op.drop_table("response")
    op.drop_table("publication")
    op.drop_index(op.f("ix_finding_version_evaluation_id"), table_name="finding_version")
    op.drop_table("finding_version")
    op.drop_table("evidence_unit")
    op.drop_index(op.f("ix_comment_evaluation_id"), table_name="comment")
    op.drop_table("comment")
    op.drop_table("submission")
    op.drop_table("report_version")
    op.drop_index(op.f("ix_recommendation_evaluation_id"), table_name="recommendation")
    op.drop_table("recommendation")
    op.drop_index(op.f("ix_evidence_evaluation_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("conclusion_version")
    op.drop_index(op.f("ix_assignment_person_id"), table_name="assignment")
    op.drop_table("assignment")
    op.drop_table("answer_version")
    op.drop_table("decision")
    op.drop_table("cycle_exclusion")
    op.drop_index(op.f("ix_country_evaluation_round_id"), table_name="country_evaluation")
    op.drop_table("country_evaluation")
    op.drop_index(op.f("ix_occasion_round_id"), table_name="occasion")
    op.drop_table("occasion")
    op.drop_index(op.f("ix_designation_round_id"), table_name="designation")
    op.drop_table("designation")
    op.drop_index(op.f("ix_cycle_round_id"), table_name="cycle")
    op.drop_table("cycle")
    op.drop_table("stage_move")
    op.drop_table("round")
    op.drop_index(op.f("ix_deadline_due_at"), table_name="deadline")
    op.drop_table("deadline")
    op.drop_index(op.f("ix_token_person_id"), table_name="token")
    op.drop_table("token")
    op.drop_index(op.f("ix_position_stage"), table_name="position")
    op.drop_table("position")
    op.drop_table("method_part")
    op.drop_index(op.f("ix_membership_person_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_table("event")
    op.drop_table("allowed_transition")
    op.drop_table("person")
    op.drop_table("method")
    op.drop_table("idempotency")
    op.drop_table("chain")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION only_added_to()")
        op.execute("DROP FUNCTION illegal_transition()")
        op.execute("DROP FUNCTION illegal_beginning()")
