"""Do migrations make what the models say, and does the database refuse by itself what nobody may do?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Table, bindparam, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError

from mem.answers.models import AnswerVersion
from mem.core.db import Database, UTCDateTime
from mem.core.work import Work
from mem.methods.method import Method
from mem.methods.models import Position, StageMove
from mem.methods.service import move
from mem.migrate import SCRIPTS, current, downgrade, head, upgrade
from mem.people.models import Membership
from mem.people.policy import Actor, Grant
from mem.people.service import add_person
from mem.plans.definition import tree_of
from mem.rounds.models import Cycle
from mem.rounds.service import NewCycle, enrol, open_round, set_unit
from mem.tables import METADATA

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONLY_ADDED_TO = (
    "event", "answer_version", "submission", "finding_version", "conclusion_version", "report_version", "comment",
    "response", "publication", "decision", "stage_move", "method", "method_part", "allowed_transition", "checkpoint",
    "stance", "evidence", "evidence_unit", "recommendation", "answer_confirmation", "declaration_version",
    "method_change",
)  # fmt: skip
OTHERS = {
    "position_moves_only_as_allowed", "position_begins_as_allowed", "membership_only_ended", "membership_no_delete",
    "token_only_ended", "token_no_delete", "allowed_transition_closed", "method_part_closed",
    "suspension_only_ended", "suspension_no_delete", "opening_only_ended", "opening_no_delete",
    "method_change_fits", "round_follows_its_position",
}  # fmt: skip
SCHEMA = {
    "sqlite": "SELECT type, name, sql FROM sqlite_master",
    "postgresql": """
        SELECT 'column', table_name || '.' || column_name,
               concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default)
          FROM information_schema.columns WHERE table_schema = 'public'
        UNION SELECT 'constraint', conname, pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    """,
}
WALLS = {
    "finding_version_by_no_own", "stance_by_no_own", "conclusion_version_by_no_own", "response_by_no_own",
    "assignment_of_no_own", "assignment_passed_to_no_own",
}  # fmt: skip
"""The triggers that keep whoever acted for a state from judging it."""
BY_TWO = {
    "approval_no_delete", "approval_only_settled", "conflict_no_delete", "conflict_only_lifted", "moved_by_two_persons",
    "assignment_without_conflict", "assignment_passed_without_conflict",
}  # fmt: skip
"""The triggers of what takes two persons, and of declared conflicts."""
SANDBOX = {"sandbox_from_the_beginning", "sandbox_clock_forward", "sandbox_no_delete"}
"""The triggers that keep any other database from becoming a sandbox, and its clock from going back."""


def schema_of(database: Database) -> set[tuple[str, str, str]]:
    """Everything a database holds but rows: kind, name and definition (its lines in order, since SQLite keeps a table
    as it was written); without alembic's own table."""
    with database.read() as connection:
        rows = connection.execute(text(SCHEMA[connection.dialect.name])).all()
    return {
        (kind, name, "\n".join(sorted(line.strip(" \t,)") for line in (definition or "").splitlines())))
        for kind, name, definition in rows
        if "alembic_version" not in name
    }


def populate(work: Work, method: Method) -> UUID:
    """A round with one state's evaluation and one answer; the evaluation's id."""
    person = add_person(work, "Somebody")
    kind = next(iter(method.mechanism.cycles))
    round_id = open_round(work, method, "r1", "A round", True, [NewCycle(kind, "c1", "A cycle")])
    cycle = work.db.execute(select(Cycle.id).where(Cycle.round_id == round_id)).scalar_one()
    role = next(name for name, role in method.roles.items() if "enrol_states" in role.capabilities)
    actor = Actor(person, "Somebody", (Grant(role, None, method.mechanism.mechanism),))
    set_unit(work, actor, cycle, tree_of(method, method.mechanism.cycles[kind].plan).at("area")[0].code, True, None)
    (evaluation,) = enrol(work, actor, cycle, [method.members.members[0].code])
    work.db.execute(
        insert(AnswerVersion).values(
            evaluation_id=evaluation, question="q", version=1, value=True, question_sha256="0" * 64, by=person, at=NOON
        )
    )
    return evaluation


def _stage_and_version(connection: Connection, position: UUID) -> tuple[str, int]:
    found = connection.execute(select(Position.stage, Position.version).where(Position.id == position)).one()
    return found.stage, found.version


@pytest.fixture
def evaluation(work: Work, method: Method) -> UUID:
    return populate(work, method)


def test_there_is_one_head_and_each_revision_has_the_name_of_its_file() -> None:
    scripts = ScriptDirectory(str(SCRIPTS))
    assert scripts.get_heads() == [head()]
    for script in scripts.walk_revisions():
        assert script.path.endswith(f"/{script.revision}.py")


def test_up_down_up_with_rows_in_it_leaves_what_up_alone_leaves(empty_database: Database, method: Method) -> None:
    assert current(empty_database) is None
    upgrade(empty_database)
    assert current(empty_database) == head()
    first = schema_of(empty_database)
    with empty_database.write() as connection:
        populate(Work(connection, NOON), method)
    downgrade(empty_database)
    assert current(empty_database) is None
    assert schema_of(empty_database) == set()
    upgrade(empty_database)
    assert schema_of(empty_database) == first


@pytest.mark.parametrize(("pinned", "mechanism"), [([], "mem"), (["first"], "first"), (["first", "second"], "second")])
def test_a_role_given_before_is_of_the_mechanism_pinned_last_and_the_newest_row_goes_back(
    empty_database: Database, pinned: list[str], mechanism: str
) -> None:
    before, person = "2026_11_24_checkpoints", {"id": UUID(int=7).hex, "name": "Ana", "at": NOON}
    upgrade(empty_database, before)
    with empty_database.write() as connection:
        instant = bindparam("at", type_=UTCDateTime())
        method, ana, held = (
            text(f"INSERT INTO {into}").bindparams(instant)
            for into in (
                "method (digest, mechanism, version, pinned_at) VALUES (:code, :code, 1, :at)",
                "person (id, name, created_at) VALUES (:id, :name, :at)",
                "membership (id, person_id, role, state, granted_at) VALUES (:id, :person, 'r', :state, :at)",
            )
        )
        for number, code in enumerate(pinned):
            connection.execute(method, {"code": code, "at": _on(number)})
        connection.execute(ana, person)
        for number, state in enumerate((None, "BRB")):
            row = {"id": UUID(int=number).hex, "person": person["id"], "state": state, "at": NOON}
            connection.execute(held, row)
    upgrade(empty_database)
    columns = (Membership.mechanism, Membership.state, Membership.granted_at)
    with empty_database.write() as connection:
        found = connection.execute(select(*columns).order_by(Membership.id)).all()
        assert [tuple(row) for row in found] == [(mechanism, state, NOON) for state in (None, "BRB")]
        connection.execute(update(Membership).where(Membership.state.is_(None)).values(ended_at=_on(1)))
        again = {"id": UUID(int=9), "person_id": UUID(int=7), "mechanism": mechanism, "role": "r"}
        connection.execute(insert(Membership).values(**again, granted_at=_on(2)))
    downgrade(empty_database, before)
    with empty_database.read() as connection:
        kept = connection.execute(select(Membership.id, Membership.ended_at).order_by(Membership.id)).all()
    assert [tuple(row) for row in kept] == [(UUID(int=1), None), (UUID(int=9), None)]


def _on(day: int) -> datetime:
    return NOON + timedelta(days=day)


def test_the_migrated_schema_is_that_of_the_models(database: Database) -> None:
    with database.read() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, METADATA) == []
        seen = inspect(connection)
        for table in METADATA.sorted_tables:
            assert {one["name"] for one in seen.get_check_constraints(table.name)} == _checks(table), table.name


def _checks(table: Table) -> set[str]:
    return {str(one.name) for one in table.constraints if isinstance(one, CheckConstraint)}


def test_the_triggers_stand_after_up(database: Database, backend: str) -> None:
    triggers = {name for kind, name, _ in schema_of(database) if kind == "trigger"}
    endings = ("no_update", "no_delete") if backend == "sqlite" else ("only_added_to",)
    expected = {f"{table}_{ending}" for table in ONLY_ADDED_TO for ending in endings}
    designated = ("assignment_is_designated_on_insert", "assignment_is_designated_on_update")
    voices = designated if backend == "sqlite" else ("assignment_is_designated",)
    others = {"assignment_no_delete", "designation_keeps_its_person", *voices}
    assert triggers == expected | OTHERS | others | BY_TWO | WALLS | SANDBOX


def _walk(work: Work, method: Method, position: UUID, triggers: list[str]) -> None:
    """Move a subject along its road as its method allows."""
    road = work.db.execute(select(Position.workflow).where(Position.id == position)).scalar_one()
    for trigger in triggers:
        seen = _stage_and_version(work.db, position)
        transition = method.workflows[road].transition(trigger, seen[0])
        assert transition is not None
        move(work, position, method, road, trigger, seen, transition.leads(seen[0]))


def test_a_move_that_the_method_allows_is_made(work: Work, method: Method, evaluation: UUID) -> None:
    _walk(work, method, evaluation, ["issue", "submit_answers"])
    assert _stage_and_version(work.db, evaluation) == ("compilation", 3)


@pytest.mark.parametrize("version", [1, 2])
def test_a_stage_does_not_change_without_its_move(work: Work, evaluation: UUID, version: int) -> None:
    assert _stage_and_version(work.db, evaluation) == ("enrolled", 1)
    with pytest.raises(IntegrityError, match="illegal_transition"):
        work.db.execute(update(Position).where(Position.id == evaluation).values(stage="answering", version=version))


@pytest.mark.parametrize("version", [3, 4, 5])
def test_a_stage_does_not_change_again_by_a_move_made_before(
    work: Work, method: Method, evaluation: UUID, version: int
) -> None:
    _walk(work, method, evaluation, ["issue", "submit_answers", "return_for_clarification"])
    assert _stage_and_version(work.db, evaluation) == ("answering", 4)
    again = update(Position).where(Position.id == evaluation).values(stage="compilation", version=version)
    with pytest.raises(IntegrityError, match="illegal_transition"):
        work.db.execute(again)


@pytest.mark.breaks_invariants
def test_a_stage_does_not_change_by_a_move_from_where_it_does_not_stand(
    work: Work, method: Method, evaluation: UUID
) -> None:
    allowed_elsewhere = _move(method, evaluation, "answering", "submit_answers", "compilation")
    work.db.execute(insert(StageMove).values(allowed_elsewhere))
    with pytest.raises(IntegrityError, match="illegal_transition"):
        work.db.execute(update(Position).where(Position.id == evaluation).values(stage="compilation", version=2))


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("column", ["workflow", "method"])
def test_a_subject_does_not_leave_its_road_with_a_move(
    work: Work, method: Method, evaluation: UUID, column: str
) -> None:
    work.db.execute(insert(StageMove).values(_move(method, evaluation, "enrolled", "issue", "answering")))
    changed = {"stage": "answering", "version": 2, column: "another"}
    with pytest.raises(IntegrityError, match="illegal_transition"):
        work.db.execute(update(Position).where(Position.id == evaluation).values(changed))


def test_a_move_that_the_method_does_not_allow_is_refused_by_its_foreign_key(
    work: Work, method: Method, evaluation: UUID
) -> None:
    with pytest.raises(IntegrityError) as refused:
        work.db.execute(insert(StageMove).values(_move(method, evaluation, "enrolled", "issue", "published")))
    diagnosis = getattr(refused.value.orig, "diag", None)
    if diagnosis is None:  # SQLite does not name the foreign key
        assert "FOREIGN KEY constraint failed" in str(refused.value.orig)
    else:
        assert diagnosis.constraint_name == "fk_stage_move_is_allowed"


def _move(method: Method, evaluation: UUID, from_stage: str, trigger: str, to_stage: str) -> dict[str, object]:
    return {
        "position_id": evaluation,
        "seq": 2,
        "method": method.digest,
        "workflow": "country_evaluation",
        "from_stage": from_stage,
        "trigger": trigger,
        "to_stage": to_stage,
        "at": NOON,
    }
