"""Walls: what is judged is judged by no one of the state itself, whatever the code would do; comments have numbers of
their own."""

from __future__ import annotations

from alembic import op

revision = "2026_11_24_walls"
down_revision = "2026_11_24_two_persons"
branch_labels = None
depends_on = None

ACTED = """
    EXISTS (
        SELECT 1 FROM membership AS m JOIN country_evaluation AS e ON e.state = m.state
        JOIN round AS r ON r.id = e.round_id
        WHERE e.id = {evaluation} AND m.person_id = {person} AND (m.ended_at IS NULL OR m.ended_at >= r.opened_at)
    )
"""
"""That a person held a role for the state of an evaluation since its round was opened."""
ELSEWHERE = """
    NOT EXISTS (SELECT 1 FROM assignment AS a WHERE a.id = NEW.assignment_id AND a.evaluation_id = NEW.evaluation_id)
"""
OWN = ACTED.format(evaluation="NEW.evaluation_id", person='NEW."by"')
OWN_VOICE = ACTED.format(evaluation="NEW.evaluation_id", person="NEW.person_id")
OWN_ANSWER = ACTED.format(
    evaluation="(SELECT c.evaluation_id FROM comment AS c WHERE c.id = NEW.comment_id)", person='NEW."by"'
)
GUARDS = (
    ("finding_version_by_no_own", "BEFORE INSERT ON finding_version", f"{ELSEWHERE} OR {OWN}"),
    ("stance_by_no_own", "BEFORE INSERT ON stance", f"{ELSEWHERE} OR {OWN}"),
    ("conclusion_version_by_no_own", "BEFORE INSERT ON conclusion_version", OWN),
    ("response_by_no_own", "BEFORE INSERT ON response", OWN_ANSWER),
    ("assignment_of_no_own", "BEFORE INSERT ON assignment", OWN_VOICE),
    ("assignment_passed_to_no_own", "BEFORE UPDATE OF person_id ON assignment", OWN_VOICE),
)
"""Name, when, and the condition under which it is refused."""
NUMBERS = "uq_comment_number"


def _is_sqlite() -> bool:
    return bool(op.get_bind().dialect.name == "sqlite")


def upgrade() -> None:
    for name, when, refused in GUARDS:
        if _is_sqlite():
            op.execute(f"CREATE TRIGGER {name} {when} WHEN {refused} BEGIN SELECT RAISE(ABORT, 'own_country'); END")
            continue
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused} THEN RAISE EXCEPTION "
            "'own_country' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'own_country'; "
            "END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION {name}()")
    op.create_index(NUMBERS, "comment", ["evaluation_id", "number"], unique=True)


def downgrade() -> None:
    op.drop_index(NUMBERS, table_name="comment")
    for name, when, _ in GUARDS:
        table = when.rpartition(" ")[2]
        op.execute(f"DROP TRIGGER {name}" + ("" if _is_sqlite() else f" ON {table}"))
        if not _is_sqlite():
            op.execute(f"DROP FUNCTION {name}()")
